//! The decisions of design §4-§8, one sentence each.
#![expect(unreachable_pub, clippy::unwrap_used, reason = "a test exports nothing, and fails by panicking")]

mod common;

use common::*;
use core::time::Duration;

use reservation::card::{
    ApproveCancel, ApproveLift, Basis, Cancel, Canceller, Card, CardTries, Claim, ClaimOutcome, ClaimRequest,
    Complete, Debit, DebitAnswer, End, Fail, FailureReason, Finding, Grant, Granted, LeaveUnknown, Lift,
    NewClaim, Permission, Prove, Refusal, Reserve, Settle, Settled, Status,
};
use reservation::decision::at;
use reservation::installation::{
    self, AcceptCard, AttemptAnswer, CopyLift, DebitAttempt, Debited, Installation, IssueChallenge, Register,
    SettleAttempt, StartBooking, Verdict,
};
use reservation::limits::{ENDED_RESERVATIONS_KEPT, HISTORY_KEPT, PROOFS_KEPT, RETENTION};
use reservation::{Aggregate, Hours, Kinds, PinKind, Policy, Timestamp, decide};

type CardRecord = Record<Card>;
type AppRecord = Record<Installation>;

const DAY: Duration = Duration::from_secs(24 * 3600);
const MILLISECOND: Duration = Duration::from_millis(1);

// --- words -------------------------------------------------------------------------------------

fn proved_at(now: Timestamp) -> CardRecord {
    Record::new(now).and(Prove { booking: booking(1), number: number(1) })
}

fn reserve(n: u128, now: Timestamp) -> Reserve {
    Reserve {
        booking: booking(n),
        installation: app(1),
        known_key: key(1),
        basis: Basis::User,
        deadline: now.after(15 * MINUTE),
    }
}

fn reserved_at(now: Timestamp) -> CardRecord {
    proved_at(now).and(reserve(1, now))
}

fn request_of(n: u8) -> ClaimRequest {
    ClaimRequest {
        session: session(n.into()),
        request: body(n),
        kiosk: kiosk("k1"),
        kinds: Kinds::ALL,
        target: PinKind::User,
        known_key: key(1),
        card_challenge: [n; 16],
    }
}

fn claim_at(n: u8, now: Timestamp) -> Claim {
    let new = NewClaim {
        id: claim(n.into()),
        completion_nonce: nonce(n),
        target_key: vec![n; 294],
        lease_ends: now.after(5 * MINUTE),
        grant: Grant::from_bytes(vec![n; 100]),
    };
    Claim { request: request_of(n), new: Some(new) }
}

fn claims(record: &mut CardRecord, n: u8) -> Granted {
    record.send(claim_at(n, record.now))
}

fn complete(n: u128) -> Complete {
    Complete { claim: claim(n), kiosk: kiosk("k1") }
}

fn fail(n: u128) -> Fail {
    Fail { claim: claim(n), kiosk: kiosk("k1"), reason: FailureReason::CardRemoved }
}

fn cancel_by_holder() -> Cancel {
    Cancel { by: Canceller::Holder { booking: booking(1), installation: app(1) } }
}

fn debit(n: u128, now: Timestamp) -> Debit {
    Debit { attempt: attempt(n), booking: booking(1), installation: app(1), deadline: now.after(MINUTE / 2) }
}

fn fails_face(record: &mut CardRecord, from: u128, times: u128) {
    for n in from..from + times {
        if at(record.get(), record.now, &Policy::default()).proved_in.is_empty() {
            record.send(Prove { booking: booking(1), number: number(1) });
        }
        record.send(debit(n, record.now));
        record.send(Settle { attempt: attempt(n), finding: Finding::NoMatch });
    }
}

fn status(record: &CardRecord) -> Status {
    at(record.get(), record.now, &Policy::default()).reservation(booking(1)).unwrap().state
}

fn registered() -> AppRecord {
    Record::new(noon()).and(Register { installation: app(1) })
}

fn start(n: u8, target: PinKind) -> StartBooking {
    StartBooking { request: request(n), body: body(n), target, booking: booking(n.into()), nonce: nonce(n) }
}

fn evidence(target: PinKind) -> AcceptCard {
    let surface = (target == PinKind::Signature).then(|| surface(1));
    AcceptCard { booking: booking(1), card: card(1), known_key: key(1), number: number(1), surface }
}

fn facing() -> AppRecord {
    registered().and(start(1, PinKind::Signature)).and(evidence(PinKind::Signature))
}

fn challenge(n: u8) -> IssueChallenge {
    IssueChallenge { booking: booking(1), request: request(n), attempt: attempt(n.into()), poses: vec![n] }
}

fn debit_app(n: u8) -> DebitAttempt {
    DebitAttempt { booking: booking(1), attempt: attempt(n.into()), request: body(n), surface: surface(1) }
}

fn settle_app(n: u8, verdict: Verdict) -> SettleAttempt {
    SettleAttempt { booking: booking(1), attempt: attempt(n.into()), verdict }
}

fn tries(record: &mut AppRecord, n: u8, verdict: Verdict) -> AttemptAnswer {
    record.send(challenge(n));
    record.send(debit_app(n));
    record.send(settle_app(n, verdict))
}

// --- the reservation and its claims ------------------------------------------------------------

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

// --- bookings and reservations -----------------------------------------------------------------

#[test]
fn a_new_reservation_replaces_the_earlier_whichever_its_target() {
    let mut record = reserved_at(noon());
    record.send(Prove { booking: booking(2), number: number(2) });
    record.send(Debit { booking: booking(2), ..debit(1, noon()) });
    record.send(Settle { attempt: attempt(1), finding: Finding::Match });
    let basis = Basis::Signature { attempt: attempt(1) };
    let second = record.send(Reserve { basis, known_key: key(2), ..reserve(2, noon()) });
    assert_eq!((second.target, second.number), (PinKind::Signature, number(1)));
    assert_eq!(status(&record), Status::Ended(End::Replaced { at: noon(), by: booking(2) }));
}

#[test]
fn a_number_stays_while_its_reservation_lives_and_is_drawn_anew_after() {
    let mut record = reserved_at(noon());
    let kept = record.send(Prove { booking: booking(2), number: number(2) });
    assert_eq!((kept.number, kept.taken), (number(1), false));
    record.send(cancel_by_holder());
    let drawn = record.send(Prove { booking: booking(3), number: number(3) });
    assert_eq!((drawn.number, drawn.taken), (number(3), true));
    let again = record.send(Prove { booking: booking(3), number: number(4) });
    assert_eq!((again.number, again.taken), (number(3), false));
    let approve = ApproveCancel { number: number(1), staff: staff("a") };
    assert_eq!(record.refusal(approve), Refusal::NumberNotCurrent);
}

#[test]
fn a_reservation_whose_answer_got_lost_can_be_fetched_after_the_booking_is_over() {
    let mut phone = registered().and(start(1, PinKind::User)).and(evidence(PinKind::User));
    let (_, reserve) = phone.get().entitlement(booking(1)).unwrap();
    let mut record = proved_at(noon()).and(reserve);
    // The installation never heard of it; an hour later the phone asks again.
    phone.now = phone.now.after(HOUR);
    record.now = record.now.after(HOUR);
    let (_, reserve) = phone.get().entitlement(booking(1)).unwrap();
    let answer = record.send(reserve);
    assert_eq!(answer.state, Status::Reserved { claims_left: 3 });
    assert_eq!(answer.expires_at, noon().after(DAY));
}

#[test]
fn a_booking_that_is_over_makes_no_reservation() {
    let phone = registered().and(start(1, PinKind::User)).and(evidence(PinKind::User));
    let (_, reserve) = phone.get().entitlement(booking(1)).unwrap();
    let record = proved_at(noon()).later(15 * MINUTE);
    let deadline = noon().after(15 * MINUTE);
    assert_eq!(record.refusal(reserve), Refusal::BookingOver { deadline });
}

#[test]
fn ended_reservations_are_bounded_and_the_ninth_in_a_quarter_of_an_hour_must_wait() {
    let mut record = reserved_at(noon());
    for n in 2..=ENDED_RESERVATIONS_KEPT as u128 {
        record.now = record.now.after(MINUTE);
        record.send(Prove { booking: booking(n), number: number(n as u64) });
        record.send(reserve(n, record.now));
    }
    record.send(Prove { booking: booking(99), number: number(99) });
    let until = noon().after(15 * MINUTE);
    assert_eq!(record.refusal(reserve(99, record.now)), Refusal::TooManyReservations { until });
    record.now = until;
    record.send(Prove { booking: booking(100), number: number(100) });
    record.send(reserve(100, record.now));
    assert!(record.get().ended.len() < ENDED_RESERVATIONS_KEPT);
}

#[test]
fn an_ended_reservation_with_claims_is_remembered_longest() {
    let mut record = reserved_at(noon());
    claims(&mut record, 1);
    for n in 2..30 {
        record.now = record.now.after(20 * MINUTE);
        record.send(Prove { booking: booking(n), number: number(n as u64) });
        record.send(reserve(n, record.now));
    }
    assert_eq!(record.send(complete(1)), Settled::Noted);
}

#[test]
fn a_card_proved_in_too_many_bookings_forgets_the_oldest_which_may_prove_it_again() {
    let mut record = proved_at(noon());
    for n in 2..=PROOFS_KEPT as u128 {
        record.send(Prove { booking: booking(n), number: number(n as u64) });
    }
    record.clone().send(reserve(1, noon()));
    record.send(Prove { booking: booking(99), number: number(99) });
    assert_eq!(record.refusal(reserve(1, noon())), Refusal::NotProved);
    record.send(Prove { booking: booking(1), number: number(1) });
    record.send(reserve(1, noon()));
}

#[test]
fn a_lock_of_the_app_refuses_also_a_booking_that_was_ready() {
    let user = registered().and(start(1, PinKind::User)).and(evidence(PinKind::User));
    let mut face = facing();
    tries(&mut face, 1, Verdict::Accepted);
    for mut phone in [user, face] {
        assert!(phone.get().entitlement(booking(1)).is_ok());
        let until = noon().after(DAY);
        phone.state.as_mut().unwrap().standing = installation::Standing::Locked { since: noon(), until };
        let refused = phone.get().entitlement(booking(1)).err();
        assert_eq!(refused, Some(installation::Refusal::Locked { until }));
    }
}

#[test]
fn a_booking_begun_again_with_the_same_key_is_the_same_booking() {
    let mut phone = registered();
    let first = phone.send(start(1, PinKind::User));
    let again = StartBooking { booking: booking(7), nonce: nonce(7), ..start(1, PinKind::User) };
    assert_eq!(phone.send(again.clone()), first);
    let other_body = StartBooking { body: body(9), ..again };
    assert_eq!(phone.refusal(other_body), installation::Refusal::KeyReused);
}

#[test]
fn a_booking_lasts_a_quarter_of_an_hour_and_not_a_millisecond_longer() {
    let phone = registered().and(start(1, PinKind::User)).later(15 * MINUTE - MILLISECOND);
    phone.clone().send(evidence(PinKind::User));
    let over = phone.later(MILLISECOND);
    let deadline = noon().after(15 * MINUTE);
    assert_eq!(over.refusal(evidence(PinKind::User)), installation::Refusal::BookingOver { deadline });
}

// --- faces and locks ---------------------------------------------------------------------------

#[test]
fn five_failures_in_a_row_lock_the_app_for_a_day_and_both_targets_with_it() {
    let mut phone = facing();
    for n in 1..=4 {
        assert_eq!(tries(&mut phone, n, Verdict::Rejected), AttemptAnswer::Failed { tries_left: 5 - n });
    }
    let until = noon().after(DAY);
    assert_eq!(tries(&mut phone, 5, Verdict::Rejected), AttemptAnswer::Locked { until });
    for target in PinKind::ALL {
        assert_eq!(phone.refusal(start(9, target)), installation::Refusal::Locked { until });
    }
    phone.now = until;
    phone.send(start(9, PinKind::User));
    assert_eq!(phone.get().tries_left(), 5);
}

#[test]
fn five_failures_in_a_row_lock_the_card_on_whatever_phones_they_were() {
    let mut record = proved_at(noon());
    for n in 1..=5 {
        record.send(Debit { installation: app(n), ..debit(n.into(), noon()) });
        record.send(Settle { attempt: attempt(n.into()), finding: Finding::NoMatch });
    }
    let until = noon().after(DAY);
    let prove = Prove { booking: booking(2), number: number(2) };
    assert_eq!(record.refusal(prove.clone()), Refusal::Locked { until, number: number(1) });
    record.now = until;
    record.send(prove);
    assert_eq!(record.get().tries(), CardTries::Left(5));
    assert_eq!(record.get().failures_in_all, 5);
}

#[test]
fn the_length_of_a_lock_is_a_setting() {
    let policy = Policy { lock: HOUR, ..Policy::default() };
    let mut record = proved_at(noon());
    fails_face(&mut record, 1, 4);
    record.send(debit(5, noon()));
    let settle = Settle { attempt: attempt(5), finding: Finding::NoMatch };
    let answer = decide(record.state.as_ref(), settle, noon(), &policy).unwrap().outcome;
    assert_eq!(answer.card, CardTries::LockedUntil { until: noon().after(HOUR), number: number(1) });
}

#[test]
fn a_match_ends_the_row_of_failures_but_not_their_count_in_all() {
    let mut record = proved_at(noon());
    fails_face(&mut record, 1, 4);
    record.send(debit(5, noon()));
    record.send(Settle { attempt: attempt(5), finding: Finding::Match });
    assert_eq!((record.get().tries(), record.get().failures_in_all), (CardTries::Left(5), 4));
}

#[test]
fn fifty_failures_in_all_lock_the_card_until_two_people_lift_it() {
    let mut record = proved_at(noon());
    for round in 0..10 {
        fails_face(&mut record, 1 + round * 5, 5);
        record.now = record.now.after(DAY);
    }
    record.now = record.now.after(365 * DAY);
    let prove = Prove { booking: booking(2), number: number(2) };
    assert_eq!(record.refusal(prove.clone()), Refusal::LockedForGood { number: number(1) });
    let lift = |who| Lift { number: number(1), staff: staff(who) };
    assert_eq!(record.refusal(lift("b")), Refusal::NotApproved);
    record.send(ApproveLift { number: number(1), staff: staff("a") });
    assert_eq!(record.refusal(lift("a")), Refusal::SamePerson);
    let lifted = record.send(lift("b"));
    assert_eq!((record.get().tries(), record.get().failures_in_all), (CardTries::Left(5), 0));
    // The answer got lost: the same person asks again, and the app's lock is found.
    record.now = record.now.after(MINUTE);
    assert_eq!(record.send(lift("b")), lifted);
    assert_eq!(lifted.installation, app(1));
    assert_eq!(record.clone().later(HOUR - MINUTE).refusal(lift("b")), Refusal::NotLocked);
    record.send(prove);
}

#[test]
fn the_last_tries_before_the_fiftieth_failure_are_told() {
    let mut record = proved_at(noon());
    record.state.as_mut().unwrap().failures_in_all = 47;
    assert_eq!(record.get().tries(), CardTries::Left(3));
}

#[test]
fn an_approval_stands_for_an_hour() {
    let mut record = reserved_at(noon());
    record.send(ApproveCancel { number: number(1), staff: staff("a") });
    let by_b = Cancel { by: Canceller::Desk { number: number(1), staff: staff("b") } };
    let late = record.clone().later(HOUR);
    assert_eq!(late.refusal(by_b.clone()), Refusal::NotApproved);
    let mut in_time = record.later(HOUR - MILLISECOND);
    assert!(matches!(in_time.send(by_b).state, Status::Ended(End::Cancelled { .. })));
}

#[test]
fn a_lift_of_the_card_lifts_the_lock_of_the_app_but_none_that_began_later() {
    let mut phone = facing();
    for n in 1..=5 {
        tries(&mut phone, n, Verdict::Rejected);
    }
    let earlier = phone.clone().and(CopyLift { lifted_at: noon().before(MINUTE) });
    assert!(matches!(earlier.get().standing, installation::Standing::Locked { .. }));
    let lifted = phone.and(CopyLift { lifted_at: noon() });
    assert_eq!(lifted.get().standing, installation::Standing::Open { failures: 0 });
}

#[test]
fn an_attempt_without_a_verdict_counts_as_failed_first_on_the_card_and_then_on_the_app() {
    let mut phone = facing().and(challenge(1));
    let Debited::Open { card: id, debit } = phone.send(debit_app(1)) else { panic!("not debited") };
    assert_eq!(id, card(1));
    let mut record = proved_at(noon());
    let DebitAnswer::Open { deadline } = record.send(debit) else { panic!("not debited") };
    // The server crashed. The card's time is up before the app's, so its answer could still be copied.
    record.now = deadline;
    let answer = record.send(Settle { attempt: attempt(1), finding: Finding::Match });
    assert_eq!((answer.verdict, answer.card), (Verdict::Lapsed, CardTries::Left(4)));
    phone.now = deadline;
    assert!(matches!(phone.refusal(challenge(2)), installation::Refusal::AttemptOpen { .. }));
    let told = phone.send(settle_app(1, answer.verdict));
    assert_eq!(told, AttemptAnswer::Failed { tries_left: 4 });
    // Nobody came back at all: the clock closes it.
    let mut forgotten = facing().and(challenge(1)).and(debit_app(1)).later(MINUTE);
    assert_eq!(forgotten.send(challenge(2)).attempt, attempt(2));
    assert_eq!(forgotten.get().tries_left(), 4);
}

#[test]
fn a_debit_counts_as_used_before_its_verdict() {
    let phone = facing().and(challenge(1)).and(debit_app(1));
    assert_eq!(phone.get().tries_left(), 4);
    let record = proved_at(noon()).and(debit(1, noon()));
    assert_eq!(record.get().tries(), CardTries::Left(4));
}

#[test]
fn a_fault_of_ours_takes_the_debit_back_three_times_in_a_booking() {
    let mut phone = facing();
    for n in 1..=3 {
        assert_eq!(tries(&mut phone, n, Verdict::Voided), AttemptAnswer::Voided { tries_left: 5 });
    }
    assert_eq!(tries(&mut phone, 4, Verdict::Voided), AttemptAnswer::Failed { tries_left: 4 });

    let mut record = proved_at(noon());
    for n in 1..=4 {
        record.send(debit(n, noon()));
        let answer = record.send(Settle { attempt: attempt(n), finding: Finding::OurFault });
        assert_eq!(answer.verdict, if n < 4 { Verdict::Voided } else { Verdict::Rejected });
    }
}

#[test]
fn a_booking_has_ten_challenges() {
    let mut phone = facing();
    for n in 1..=10 {
        phone.send(challenge(n));
    }
    assert_eq!(phone.refusal(challenge(11)), installation::Refusal::ChallengesExhausted);
    assert_eq!(phone.send(challenge(10)).attempt, attempt(10));
}

#[test]
fn one_debit_pays_for_one_set_of_frames() {
    let phone = facing().and(challenge(1)).and(debit_app(1));
    let other = DebitAttempt { request: body(99), ..debit_app(1) };
    assert_eq!(phone.refusal(other.clone()), installation::Refusal::AttemptUsed);
    let settled = phone.and(settle_app(1, Verdict::Rejected));
    assert_eq!(settled.refusal(other), installation::Refusal::AttemptUsed);
}

#[test]
fn a_new_booking_does_not_save_an_attempt_from_being_counted() {
    let mut phone = facing();
    for n in 1..=4 {
        tries(&mut phone, n, Verdict::Rejected);
    }
    let phone = phone.and(challenge(5)).and(debit_app(5));
    let until = noon().after(DAY);
    assert_eq!(phone.refusal(start(2, PinKind::User)), installation::Refusal::Locked { until });
    let mut fresh = facing().and(challenge(1)).and(debit_app(1));
    fresh.send(start(2, PinKind::User));
    assert_eq!(fresh.get().tries_left(), 4);
}

#[test]
fn frames_after_the_deadline_of_their_challenge_cost_nothing() {
    let phone = facing().and(challenge(1)).later(90 * Duration::from_secs(1));
    assert_eq!(phone.refusal(debit_app(1)), installation::Refusal::ChallengeOver);
    assert_eq!(phone.get().tries_left(), 5);
}

#[test]
fn nothing_is_counted_against_a_card_that_was_not_proved_in_that_booking() {
    let record = proved_at(noon());
    let stranger = Debit { booking: booking(9), ..debit(1, noon()) };
    assert_eq!(record.refusal(stranger.clone()), Refusal::NotProved);
    let over = record.later(15 * MINUTE);
    assert_eq!(over.refusal(debit(1, over.now)), Refusal::NotProved);
    let nobody = decide::<Card, _>(None, stranger, noon(), &Policy::default());
    assert_eq!(nobody.err(), Some(Refusal::NotProved));
}

#[test]
fn a_debit_gives_the_match_no_more_time_than_it_may_take() {
    let mut record = proved_at(noon());
    let long = Debit { deadline: noon().after(HOUR), ..debit(1, noon()) };
    assert_eq!(record.send(long), DebitAnswer::Open { deadline: noon().after(MINUTE / 2) });
}

// --- what the desk reads -------------------------------------------------------------------------

fn history(record: &CardRecord) -> Vec<String> {
    record.get().history.iter().map(|entry| variant(&entry.fact)).collect()
}

#[test]
fn the_history_tells_every_turn_of_a_reservation() {
    let mut record = reserved_at(noon());
    claims(&mut record, 1);
    record.send(LeaveUnknown { claim: claim(1), kiosk: kiosk("k1") });
    record.now = record.now.after(5 * MINUTE);
    claims(&mut record, 2);
    record.send(fail(2));
    claims(&mut record, 3);
    record.send(complete(1));
    record.send(complete(3));
    let turns = [
        "Proved",
        "Reserved",
        "Claimed",
        "ClaimUnknown",
        "LeaseLapsed",
        "Claimed",
        "ClaimFailed",
        "Claimed",
        "ClaimOvertaken",
        "Completed",
        "ProofNoted",
    ];
    assert_eq!(history(&record), turns);
}

#[test]
fn the_history_tells_how_reservations_end() {
    let mut record = reserved_at(noon());
    record.send(Prove { booking: booking(2), number: number(2) });
    record.send(reserve(2, record.now));
    for n in 1..=3 {
        claims(&mut record, n);
        record.send(fail(n.into()));
    }
    record.send(Prove { booking: booking(3), number: number(3) });
    record.send(reserve(3, record.now));
    record.send(ApproveCancel { number: number(3), staff: staff("a") });
    record.send(Cancel { by: Canceller::Desk { number: number(3), staff: staff("b") } });
    record.send(Prove { booking: booking(4), number: number(4) });
    record.send(reserve(4, record.now));
    record.send(Cancel { by: Canceller::Holder { booking: booking(4), installation: app(1) } });
    record.send(Prove { booking: booking(5), number: number(5) });
    record.send(reserve(5, record.now));
    record.now = record.now.after(DAY);
    record.send(Prove { booking: booking(6), number: number(6) });
    let turns = [
        "Proved",
        "Reserved",
        "Proved",
        "Replaced",
        "Reserved",
        "Claimed",
        "ClaimFailed",
        "Claimed",
        "ClaimFailed",
        "Claimed",
        "ClaimFailed",
        "Exhausted",
        "Proved",
        "Reserved",
        "CancelApproved",
        "CancelledByDesk",
        "Proved",
        "Reserved",
        "CancelledByHolder",
        "Proved",
        "Reserved",
        "Expired",
        "Proved",
    ];
    assert_eq!(history(&record), turns);
}

#[test]
fn the_history_tells_of_faces_and_locks() {
    let mut record = proved_at(noon());
    record.state.as_mut().unwrap().failures_in_all = 44;
    record.send(debit(1, noon()));
    record.send(Settle { attempt: attempt(1), finding: Finding::Match });
    fails_face(&mut record, 2, 5);
    record.now = record.now.after(DAY);
    fails_face(&mut record, 7, 1);
    record.send(ApproveLift { number: number(1), staff: staff("a") });
    record.send(Lift { number: number(1), staff: staff("b") });
    let attempts = |times| ["AttemptDebited", "AttemptSettled"].repeat(times);
    let mut turns = vec!["Proved"];
    turns.extend(attempts(1 + 5));
    turns.extend(["LockBegan", "LockEnded", "Proved"]);
    turns.extend(attempts(1));
    turns.extend(["LockedForGood", "LiftApproved", "LockLifted"]);
    assert_eq!(history(&record), turns);
}

// --- time and keeping --------------------------------------------------------------------------

#[test]
fn time_never_runs_backwards_within_a_record() {
    let mut record = reserved_at(noon()).later(HOUR);
    record.send(Prove { booking: booking(2), number: number(2) });
    record.now = noon();
    let decision = accept(record.state.as_ref(), reserve(2, noon().after(HOUR)), noon());
    assert_eq!(decision.event.at, noon().after(HOUR));
    assert_eq!(decision.outcome.expires_at, noon().after(HOUR + DAY));
}

#[test]
fn a_repeated_answer_is_a_decision_with_an_event_too() {
    let record = reserved_at(noon()).later(MINUTE);
    let decision = accept(record.state.as_ref(), reserve(1, record.now), record.now);
    assert_eq!(decision.event.facts.len(), 1);
    assert_eq!(decision.state.high_water, record.now);
}

#[test]
fn what_time_closed_stands_in_the_event_at_the_instant_it_ran_out() {
    let mut record = reserved_at(noon());
    let lease_ends = claims(&mut record, 1).lease_ends;
    let now = noon().after(2 * DAY);
    let decision = accept(record.state.as_ref(), Prove { booking: booking(2), number: number(2) }, now);
    let dates: Vec<Timestamp> = decision.event.facts.iter().map(|dated| dated.at).collect();
    assert_eq!(dates, [lease_ends, noon().after(DAY), now]);
}

#[test]
fn a_card_with_any_failure_or_lock_is_kept_for_good_and_any_other_for_ninety_days() {
    let record = reserved_at(noon());
    assert_eq!(record.get().keep_until(), Some(noon().after(RETENTION)));
    assert_eq!(record.clone().and(debit(1, noon())).get().keep_until(), None);
    let mut failed = record.clone();
    fails_face(&mut failed, 1, 1);
    assert_eq!(failed.get().keep_until(), None);
    failed.send(debit(9, noon()));
    failed.send(Settle { attempt: attempt(9), finding: Finding::Match });
    // The row is over, the count in all is not.
    assert_eq!(failed.get().keep_until(), None);
    let mut lifted = record;
    fails_face(&mut lifted, 1, 5);
    assert_eq!(lifted.get().keep_until(), None);
    lifted.send(ApproveLift { number: number(1), staff: staff("a") });
    lifted.send(Lift { number: number(1), staff: staff("b") });
    assert_eq!(lifted.get().keep_until(), Some(noon().after(RETENTION)));
}

#[test]
fn an_installation_with_any_failure_or_lock_is_kept_and_any_other_for_ninety_days() {
    assert_eq!(facing().get().keep_until(), Some(noon().after(RETENTION)));
    let mut phone = facing().and(challenge(1)).and(debit_app(1));
    assert_eq!(phone.get().keep_until(), None);
    phone.send(settle_app(1, Verdict::Rejected));
    assert_eq!(phone.get().keep_until(), None);
    assert_eq!(tries(&mut phone, 2, Verdict::Accepted), AttemptAnswer::Matched);
    assert_eq!(phone.get().keep_until(), Some(noon().after(RETENTION)));
}

#[test]
fn history_and_ended_reservations_are_forgotten_after_ninety_days_and_the_count_is_not() {
    let mut record = reserved_at(noon());
    fails_face(&mut record, 1, 1);
    record.now = noon().after(DAY + RETENTION);
    record.send(Prove { booking: booking(2), number: number(2) });
    let card = record.get();
    assert!(card.ended.is_empty() && card.verdicts.is_empty());
    assert_eq!(card.failures_in_all, 1);
}

#[test]
fn ninety_days_are_to_the_millisecond() {
    let mut record = proved_at(noon());
    fails_face(&mut record, 1, 1);
    let kept = at(record.get(), noon().after(RETENTION - MILLISECOND), &Policy::default());
    assert_eq!((kept.verdicts.len(), kept.history.len()), (1, 3));
    let gone = at(record.get(), noon().after(RETENTION), &Policy::default());
    assert_eq!((gone.verdicts.len(), gone.history.len()), (0, 0));
}

#[test]
fn the_history_is_short_and_has_no_repeats() {
    let mut record = reserved_at(noon());
    for _ in 0..100 {
        record.send(reserve(1, record.now));
    }
    assert_eq!(record.get().history.len(), 2);
    for n in 2..60 {
        record.send(Prove { booking: booking(n), number: number(1) });
    }
    assert_eq!(record.get().history.len(), HISTORY_KEPT);
}
