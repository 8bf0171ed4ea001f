//! Faces and locks.

use super::*;

fn failed(tries_left: u8) -> AttemptAnswer {
    AttemptAnswer::Failed { tries_left, why: Some(Rejection::AnotherFace) }
}

#[test]
fn five_failures_in_a_row_lock_the_app_for_a_day_and_both_targets_with_it() {
    let mut phone = facing();
    for n in 1..=4 {
        assert_eq!(tries(&mut phone, n, Verdict::Rejected(Rejection::AnotherFace)), failed(5 - n));
    }
    let until = noon().after(DAY);
    assert_eq!(
        tries(&mut phone, 5, Verdict::Rejected(Rejection::AnotherFace)),
        AttemptAnswer::Locked { until }
    );
    for target in PinKind::ALL {
        assert_eq!(
            phone.refusal(start(9, target)),
            installation::Refusal::Locked { until, number: Some(number(1)) }
        );
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
        record.send(Settle { attempt: attempt(n.into()), finding: Finding::NoMatch(Rejection::AnotherFace) });
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
    let settle = Settle { attempt: attempt(5), finding: Finding::NoMatch(Rejection::AnotherFace) };
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
        tries(&mut phone, n, Verdict::Rejected(Rejection::AnotherFace));
    }
    let earlier = phone.clone().and(CopyLift { lifted_at: noon().before(MINUTE) });
    assert!(matches!(earlier.get().standing, installation::Standing::Locked { .. }));
    let lifted = phone.and(CopyLift { lifted_at: noon() });
    assert_eq!(lifted.get().standing, installation::Standing::Open { failures: 0 });
}

#[test]
fn an_attempt_without_a_verdict_counts_as_failed_first_on_the_card_and_then_on_the_app() {
    let mut phone = facing().and(challenge(1));
    let Debited::Open { card: id, debit, .. } = phone.send(debit_app(1)) else { panic!("not debited") };
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
    assert_eq!(told, AttemptAnswer::Failed { tries_left: 4, why: None });
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
    let why = Some(Rejection::FaultsUsedUp);
    assert_eq!(tries(&mut phone, 4, Verdict::Voided), AttemptAnswer::Failed { tries_left: 4, why });

    let mut record = proved_at(noon());
    for n in 1..=4 {
        record.send(debit(n, noon()));
        let answer = record.send(Settle { attempt: attempt(n), finding: Finding::OurFault });
        assert_eq!(
            answer.verdict,
            if n < 4 { Verdict::Voided } else { Verdict::Rejected(Rejection::FaultsUsedUp) }
        );
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
    let settled = phone.and(settle_app(1, Verdict::Rejected(Rejection::AnotherFace)));
    assert_eq!(settled.refusal(other), installation::Refusal::AttemptUsed);
}

#[test]
fn a_new_booking_does_not_save_an_attempt_from_being_counted() {
    let mut phone = facing();
    for n in 1..=4 {
        tries(&mut phone, n, Verdict::Rejected(Rejection::AnotherFace));
    }
    let phone = phone.and(challenge(5)).and(debit_app(5));
    let until = noon().after(DAY);
    assert_eq!(
        phone.refusal(start(2, PinKind::User)),
        installation::Refusal::Locked { until, number: Some(number(1)) }
    );
    let mut fresh = facing().and(challenge(1)).and(debit_app(1));
    fresh.send(start(2, PinKind::User));
    assert_eq!(fresh.get().tries_left(), 4);
}

#[test]
fn frames_after_the_deadline_of_their_challenge_cost_nothing() {
    let phone = facing().and(challenge(1)).later(30 * Duration::from_secs(1));
    assert_eq!(phone.refusal(debit_app(1)), installation::Refusal::ChallengeOver);
    assert_eq!(phone.get().tries_left(), 5);
}

#[test]
fn how_long_a_challenge_may_be_answered_is_a_setting() {
    let challenge_policy = ChallengePolicy { life: 2 * MINUTE, ..ChallengePolicy::default() };
    let policy = Policy { challenge: challenge_policy, ..Policy::default() };
    let phone = facing();
    let out = decide(phone.state.as_ref(), challenge(1), noon(), &policy).unwrap().outcome;
    assert_eq!(out.deadline, noon().after(2 * MINUTE));
}

#[test]
fn frames_must_bring_the_nonce_of_their_challenge() {
    let phone = facing().and(challenge(1));
    let other = DebitAttempt { nonce: nonce(2), ..debit_app(1) };
    assert_eq!(phone.refusal(other), installation::Refusal::ChallengeUnknown);
    assert_eq!(phone.get().tries_left(), 5);
}

#[test]
fn a_debit_says_what_its_frames_must_show_however_often_it_is_repeated() {
    let mut phone = facing().and(challenge(1));
    for _ in 0..2 {
        let Debited::Open { poses: asked, debit, .. } = phone.send(debit_app(1)) else { panic!("settled") };
        assert_eq!((asked, debit.frames), (poses(), frames(1)));
    }
}

#[test]
fn why_a_face_was_refused_is_told_again_to_whoever_asks_again() {
    for why in [Rejection::SeveralPeople, Rejection::NotTurned, Rejection::OtherPoses] {
        let mut record = proved_at(noon()).and(debit(1, noon()));
        let settle = Settle { attempt: attempt(1), finding: Finding::NoMatch(why) };
        let answer = record.send(settle.clone());
        assert_eq!(answer.verdict, Verdict::Rejected(why));
        let late = Settle { finding: Finding::Match, ..settle };
        assert_eq!(record.send(late), answer, "the first verdict stands");
        let mut phone = facing();
        let told = tries(&mut phone, 1, answer.verdict);
        assert_eq!(told, AttemptAnswer::Failed { tries_left: 4, why: Some(why) });
        assert_eq!(phone.send(debit_app(1)), Debited::Settled(told));
    }
}

#[test]
fn a_frame_is_taken_once_for_a_card_whatever_became_of_it() {
    let mut record = proved_at(noon());
    for (n, finding) in
        [(1, Finding::OurFault), (2, Finding::NoMatch(Rejection::AnotherFace)), (3, Finding::Match)]
    {
        record.send(debit(n, noon()));
        // A repeat of the attempt is no second use.
        assert!(matches!(record.send(debit(n, noon())), DebitAnswer::Open { .. }));
        record.send(Settle { attempt: attempt(n), finding });
        let mixed = vec![frames(9)[0], frames(n)[1]];
        let again = Debit { frames: mixed, ..debit(9, noon()) };
        assert_eq!(record.refusal(again), Refusal::FrameSeen { frame: 1 });
    }
    record.send(debit(9, noon()));
}

#[test]
fn a_card_forgets_its_oldest_frames_when_it_has_seen_too_many() {
    let mut record = proved_at(noon());
    let most = FRAMES_REMEMBERED as u64;
    let all = (0..=most).map(FrameMark::from_bits).collect();
    record.send(Debit { frames: all, ..debit(1, noon()) });
    record.send(Settle { attempt: attempt(1), finding: Finding::Match });
    assert_eq!(record.get().frames_seen.len(), FRAMES_REMEMBERED);
    let seen = Debit { frames: vec![FrameMark::from_bits(1)], ..debit(2, noon()) };
    assert_eq!(record.refusal(seen), Refusal::FrameSeen { frame: 0 });
    record.send(Debit { frames: vec![FrameMark::from_bits(0)], ..debit(2, noon()) });
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
