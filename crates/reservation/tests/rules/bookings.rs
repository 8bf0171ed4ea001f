//! Bookings, and how they become reservations.

use super::*;

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
        assert_eq!(refused, Some(installation::Refusal::Locked { until, number: Some(number(1)) }));
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
