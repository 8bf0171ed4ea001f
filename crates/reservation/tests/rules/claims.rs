//! A reservation and its claims.

use super::*;

#[test]
fn a_reservation_can_be_claimed_to_its_last_millisecond_and_not_one_longer() {
    let last = reserved_at(noon()).later(DAY - MILLISECOND);
    assert_eq!(last.get().may_claim(&request_of(1), last.now, &Policy::default()).map(|_| ()), Ok(()));
    let over = reserved_at(noon()).later(DAY);
    assert_eq!(over.refusal(claim_at(1, over.now)), Refusal::Ended(End::Expired { at: noon().after(DAY) }));
}

#[test]
fn a_claim_of_the_last_second_keeps_its_whole_lease_and_may_complete() {
    let mut record = reserved_at(noon()).later(DAY - Duration::from_secs(1));
    let granted = claims(&mut record, 1);
    record.now = granted.lease_ends.before(MILLISECOND);
    assert_eq!(record.send(Claim { request: request_of(1), new: None }).grant, granted.grant);
    assert_eq!(record.send(complete(1)), Settled::Completed);
}

#[test]
fn a_claim_of_the_last_second_that_fails_leaves_an_expired_reservation() {
    let mut record = reserved_at(noon()).later(DAY - Duration::from_secs(1));
    claims(&mut record, 1);
    record.now = record.now.after(MINUTE);
    assert_eq!(record.send(fail(1)), Settled::Released { claims_left: 0 });
    assert_eq!(status(&record), Status::Ended(End::Expired { at: record.now }));
    assert_eq!(history(&record), ["Proved", "Reserved", "Claimed", "ClaimFailed", "Expired"]);
}

#[test]
fn a_claim_that_fails_at_the_very_end_of_the_reservation_ends_it() {
    let mut record = reserved_at(noon()).later(DAY - MINUTE);
    claims(&mut record, 1);
    record.now = noon().after(DAY);
    assert_eq!(record.send(fail(1)), Settled::Released { claims_left: 0 });
}

#[test]
fn a_lease_that_outlives_the_reservation_ends_both() {
    let mut record = reserved_at(noon()).later(DAY - MINUTE);
    let lease_ends = claims(&mut record, 1).lease_ends;
    record.now = lease_ends.before(MILLISECOND);
    assert_eq!(status(&record), Status::Claimed { lease_ends });
    record.now = record.now.after(DAY);
    assert_eq!(status(&record), Status::Ended(End::Expired { at: lease_ends }));
}

#[test]
fn the_same_session_gets_the_same_bytes_while_its_claim_lives_and_none_after() {
    let mut record = reserved_at(noon());
    let granted = claims(&mut record, 1);
    record.now = record.now.after(4 * MINUTE);
    // Whatever the server has made anew is thrown away.
    let mut again = claim_at(9, record.now);
    again.request = request_of(1);
    assert_eq!(record.send(again), granted);
    let over = record.clone().later(MINUTE);
    assert_eq!(over.refusal(Claim { request: request_of(1), new: None }), Refusal::SessionUsed);
    record.send(fail(1));
    assert_eq!(record.refusal(claim_at(1, record.now)), Refusal::SessionUsed);
}

#[test]
fn a_second_kiosk_is_refused_with_the_end_of_the_lease() {
    let mut record = reserved_at(noon());
    let lease_ends = claims(&mut record, 1).lease_ends;
    assert_eq!(record.refusal(claim_at(2, record.now)), Refusal::ClaimLives { lease_ends });
    assert_eq!(record.refusal(cancel_by_holder()), Refusal::ClaimLives { lease_ends });
    record.send(Prove { booking: booking(2), number: number(2) });
    assert_eq!(record.refusal(reserve(2, record.now)), Refusal::ClaimLives { lease_ends });
}

#[test]
fn a_failed_claim_frees_the_reservation_at_once_and_an_unknown_one_when_its_lease_ends() {
    let mut record = reserved_at(noon());
    claims(&mut record, 1);
    assert_eq!(record.send(fail(1)), Settled::Released { claims_left: 2 });
    let lease_ends = claims(&mut record, 2).lease_ends;
    let unknown = LeaveUnknown { claim: claim(2), kiosk: kiosk("k1") };
    assert_eq!(record.send(unknown), Settled::Waiting { lease_ends });
    assert_eq!(status(&record), Status::Claimed { lease_ends });
    record.now = lease_ends;
    assert_eq!(status(&record), Status::Reserved { claims_left: 1 });
    claims(&mut record, 3);
    let spent = &record.get().live.as_ref().unwrap().claims[1];
    assert_eq!(spent.outcome, ClaimOutcome::Lapsed { at: lease_ends, reported: true });
}

#[test]
fn the_third_spent_claim_exhausts_the_reservation() {
    let mut record = reserved_at(noon());
    for n in 1..=3 {
        claims(&mut record, n);
        record.send(fail(n.into()));
    }
    assert_eq!(record.refusal(claim_at(4, record.now)), Refusal::Ended(End::Exhausted { at: noon() }));
}

#[test]
fn a_proof_completes_late_after_expiry_and_after_the_last_claim() {
    let mut late = reserved_at(noon());
    claims(&mut late, 1);
    late.now = late.now.after(HOUR);
    assert_eq!(late.send(complete(1)), Settled::Completed);

    let mut expired = reserved_at(noon());
    claims(&mut expired, 1);
    expired.now = expired.now.after(30 * DAY);
    assert_eq!(expired.send(complete(1)), Settled::Completed);
    assert!(matches!(status(&expired), Status::Ended(End::Completed { .. })));

    let mut exhausted = reserved_at(noon());
    for n in 1..=3 {
        claims(&mut exhausted, n);
        exhausted.now = exhausted.now.after(5 * MINUTE);
    }
    assert_eq!(exhausted.send(complete(2)), Settled::Completed);
}

#[test]
fn a_proof_after_cancelling_or_replacing_is_history_and_touches_no_other_reservation() {
    let mut cancelled = reserved_at(noon());
    claims(&mut cancelled, 1);
    cancelled.now = cancelled.now.after(5 * MINUTE);
    cancelled.send(cancel_by_holder());
    assert_eq!(cancelled.send(complete(1)), Settled::Noted);
    assert_eq!(cancelled.send(complete(1)), Settled::Noted);
    assert!(matches!(status(&cancelled), Status::Ended(End::Cancelled { .. })));

    let mut replaced = reserved_at(noon());
    claims(&mut replaced, 1);
    replaced.now = replaced.now.after(5 * MINUTE);
    replaced.send(Prove { booking: booking(2), number: number(2) });
    replaced.send(reserve(2, replaced.now));
    assert_eq!(replaced.send(complete(1)), Settled::Noted);
    let second = replaced.get().reservation(booking(2)).unwrap();
    assert_eq!(second.state, Status::Reserved { claims_left: 3 });
}

#[test]
fn a_late_proof_ends_the_hold_of_a_later_claim_whose_own_proof_is_then_history() {
    let mut record = reserved_at(noon());
    claims(&mut record, 1);
    record.now = record.now.after(5 * MINUTE);
    claims(&mut record, 2);
    assert_eq!(record.send(complete(1)), Settled::Completed);
    assert_eq!(record.refusal(Claim { request: request_of(2), new: None }), Refusal::SessionUsed);
    assert_eq!(record.send(complete(2)), Settled::Noted);
    assert_eq!(record.send(complete(1)), Settled::Completed);
}

#[test]
fn what_completes_a_claim_is_still_known_when_its_reservation_has_ended() {
    let mut record = reserved_at(noon());
    claims(&mut record, 1);
    record.now = record.now.after(DAY);
    record.send(Prove { booking: booking(2), number: number(2) });
    let (facts, target) = record.get().claim(claim(1)).unwrap();
    assert_eq!(
        (facts.completion_nonce, facts.target_key.as_slice(), target),
        (nonce(1), &[1; 294][..], PinKind::User)
    );
}

#[test]
fn a_claim_made_before_closing_may_be_repeated_and_completed_after_it() {
    // Noon and eleven hours less a minute: 22:59.
    let mut record = reserved_at(noon()).later(11 * HOUR - MINUTE);
    let granted = claims(&mut record, 1);
    record.now = record.now.after(2 * MINUTE);
    assert_eq!(record.send(Claim { request: request_of(1), new: None }), granted);
    assert_eq!(record.send(complete(1)), Settled::Completed);
}

#[test]
fn a_claim_outside_the_hours_is_told_when_kiosks_open() {
    let record = reserved_at(noon()).later(11 * HOUR);
    let opens_at = noon().after(18 * HOUR + 30 * MINUTE);
    assert_eq!(record.refusal(claim_at(1, record.now)), Refusal::OutsideHours { opens_at });
    let policy = Policy { hours: Hours::ALL_DAY, ..Policy::default() };
    assert!(decide(record.state.as_ref(), claim_at(1, record.now), record.now, &policy).is_ok());
}

#[test]
fn a_lock_refuses_the_claim_of_a_reservation_made_before_it_and_says_until_when() {
    let mut record = reserved_at(noon());
    fails_face(&mut record, 1, 5);
    let until = noon().after(DAY);
    assert_eq!(record.refusal(claim_at(1, record.now)), Refusal::Locked { until, number: number(1) });
}

#[test]
fn a_lock_stops_the_repeat_of_a_grant_but_not_the_completion() {
    let mut record = reserved_at(noon());
    claims(&mut record, 1);
    fails_face(&mut record, 1, 5);
    let repeat = Claim { request: request_of(1), new: None };
    assert!(matches!(record.refusal(repeat), Refusal::Locked { .. }));
    assert_eq!(record.send(complete(1)), Settled::Completed);
}

#[test]
fn a_grant_is_never_printed() {
    let mut record = reserved_at(noon());
    claims(&mut record, 7);
    let printed = format!("{:?}", record.get());
    assert!(printed.contains("Grant(100 bytes)") && !printed.contains("grant: ["));
}

#[test]
fn a_lease_is_as_long_as_was_permitted_and_no_longer() {
    let record = reserved_at(noon());
    let permitted = record.get().may_claim(&request_of(1), noon(), &Policy::default());
    assert_eq!(permitted, Ok(Permission::New { lease_ends: noon().after(5 * MINUTE) }));
    for wrong in [noon(), noon().after(5 * MINUTE + MILLISECOND)] {
        let mut command = claim_at(1, noon());
        command.new.as_mut().unwrap().lease_ends = wrong;
        assert_eq!(record.refusal(command), Refusal::GrantUnfit);
    }
}

#[test]
fn a_grant_or_key_too_large_for_a_record_is_refused() {
    let sized = |grant, key| {
        let mut command = claim_at(1, noon());
        let new = command.new.as_mut().unwrap();
        new.grant = Grant::from_bytes(vec![0; grant]);
        new.target_key = vec![0; key];
        command
    };
    let record = reserved_at(noon());
    assert_eq!(record.refusal(sized(4097, 294)), Refusal::GrantUnfit);
    assert_eq!(record.refusal(sized(100, 1025)), Refusal::GrantUnfit);
    record.and(sized(4096, 1024));
}
