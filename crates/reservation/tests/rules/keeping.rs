//! Time, and how long records are kept.

use super::*;

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
    phone.send(settle_app(1, Verdict::Rejected(Rejection::AnotherFace)));
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
