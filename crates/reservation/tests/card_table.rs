//! Every state of a card × every command: who is accepted, who gets the same answer again, and who is refused
//! for what. The table is `tables/card.txt`.
#![expect(unreachable_pub, clippy::unwrap_used, reason = "a test exports nothing, and fails by panicking")]

mod common;

use common::*;
use reservation::card::{
    ApproveCancel, ApproveLift, Basis, Cancel, Canceller, Card, Claim, ClaimRequest, Complete, Debit, Fail,
    FailureReason, Finding, Grant, LeaveUnknown, Lift, NewClaim, Permission, Prove, Reserve, Settle,
};
use reservation::installation::Rejection;
use reservation::{Kinds, PinKind, Policy, Timestamp};

type Record = common::Record<Card>;

fn prove(n: u128) -> Prove {
    Prove { booking: booking(n), number: number(n as u64) }
}

fn debit(n: u128, now: Timestamp) -> Debit {
    let deadline = now.after(MINUTE / 2);
    Debit { attempt: attempt(n), booking: booking(1), installation: app(1), deadline, frames: frames(n) }
}

fn settle(n: u128, finding: Finding) -> Settle {
    Settle { attempt: attempt(n), finding }
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

fn claim_request(n: u8) -> ClaimRequest {
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

fn claim_of(request: ClaimRequest, n: u8, now: Timestamp) -> Claim {
    let new = NewClaim {
        id: claim(n.into()),
        completion_nonce: nonce(n),
        target_key: vec![n; 294],
        lease_ends: now.after(5 * MINUTE),
        grant: Grant::from_bytes(vec![n; 10]),
    };
    Claim { request, new: Some(new) }
}

fn claim_by(n: u8, now: Timestamp) -> Claim {
    claim_of(claim_request(n), n, now)
}

fn complete(n: u128) -> Complete {
    Complete { claim: claim(n), kiosk: kiosk("k1") }
}

fn fail(n: u128) -> Fail {
    Fail { claim: claim(n), kiosk: kiosk("k1"), reason: FailureReason::HolderLeft }
}

fn unknown(n: u128) -> LeaveUnknown {
    LeaveUnknown { claim: claim(n), kiosk: kiosk("k1") }
}

fn by_holder() -> Cancel {
    Cancel { by: Canceller::Holder { booking: booking(1), installation: app(1) } }
}

fn by_desk(name: &str, n: u64) -> Cancel {
    Cancel { by: Canceller::Desk { number: number(n), staff: staff(name) } }
}

fn approve_cancel(name: &str) -> ApproveCancel {
    ApproveCancel { number: number(1), staff: staff(name) }
}

fn approve_lift(name: &str) -> ApproveLift {
    ApproveLift { number: number(1), staff: staff(name) }
}

fn lift(name: &str) -> Lift {
    Lift { number: number(1), staff: staff(name) }
}

fn proved() -> Record {
    Record::new(noon()).and(prove(1))
}

/// Fails so many attempts; they are numbered from 100.
fn failed(mut record: Record, times: u128) -> Record {
    for n in 100..100 + times {
        record.send(debit(n, record.now));
        record.send(settle(n, Finding::NoMatch(Rejection::AnotherFace)));
    }
    record
}

fn locked(record: Record) -> Record {
    failed(record, 5)
}

/// Fifty failures, with a timed lock between every five.
fn locked_for_good(mut record: Record) -> Record {
    record.state.as_mut().unwrap().failures_in_all = 45;
    failed(record, 5)
}

fn attempting() -> Record {
    let record = proved();
    let now = record.now;
    record.and(debit(1, now))
}

fn reserved() -> Record {
    proved().and(reserve(1, noon()))
}

fn claimed(record: Record, n: u8) -> Record {
    let now = record.now;
    record.and(claim_by(n, now))
}

fn states() -> Vec<(&'static str, Record)> {
    let running = || claimed(reserved(), 1);
    let spent = || running().and(fail(1));
    let twice_spent = || claimed(spent(), 2).and(fail(2));
    let exhausted = || claimed(twice_spent(), 3).and(fail(3));
    let replaced = || spent().and(prove(2)).and(reserve(2, noon()));
    let matched = || attempting().and(settle(1, Finding::Match));
    let signature = Reserve { basis: Basis::Signature { attempt: attempt(1) }, ..reserve(1, noon()) };
    vec![
        ("nothing", Record::new(noon())),
        ("proved", proved()),
        ("four-failures", failed(proved(), 4)),
        ("attempting", attempting()),
        ("attempt-lapsed", attempting().later(MINUTE)),
        ("accepted", matched()),
        ("rejected", attempting().and(settle(1, Finding::NoMatch(Rejection::AnotherFace)))),
        ("voided", attempting().and(settle(1, Finding::OurFault))),
        ("locked", locked(proved())),
        ("locked-a-agreed", locked(proved()).and(approve_lift("a"))),
        ("locked-a-agreed-long-ago", locked(proved()).and(approve_lift("a")).later(HOUR)),
        ("lock-over", locked(proved()).later(24 * HOUR)),
        ("locked-for-good", locked_for_good(proved())),
        ("locked-for-good-a-agreed", locked_for_good(proved()).and(approve_lift("a"))),
        ("locked-for-good-next-year", locked_for_good(proved()).later(365 * 24 * HOUR)),
        ("lifted-by-b", locked(proved()).and(approve_lift("a")).and(lift("b"))),
        ("reserved", reserved()),
        ("reserved-a-agreed", reserved().and(approve_cancel("a"))),
        ("reserved-signature", matched().and(signature)),
        ("reserved-locked", locked(reserved())),
        ("claimed", running()),
        ("claimed-unknown", running().and(unknown(1))),
        ("claimed-locked", locked(running())),
        ("lease-over", running().later(5 * MINUTE)),
        ("lease-over-unknown", running().and(unknown(1)).later(5 * MINUTE)),
        ("failed-once", spent()),
        ("failed-twice", twice_spent()),
        ("claimed-again", claimed(spent(), 2)),
        ("completed", running().and(complete(1))),
        ("completed-late", running().later(5 * MINUTE).and(complete(1))),
        ("overtaken", claimed(spent(), 2).and(complete(1))),
        ("cancelled-by-holder", spent().and(by_holder())),
        ("cancelled-by-desk", spent().and(approve_cancel("a")).and(by_desk("b", 1))),
        ("cancelled-then-noted", spent().and(by_holder()).and(complete(1))),
        ("exhausted", exhausted()),
        ("exhausted-completed", exhausted().and(complete(1))),
        ("expired", spent().later(24 * HOUR)),
        ("expired-completed", spent().later(24 * HOUR).and(complete(1))),
        ("replaced", replaced()),
        ("replaced-then-noted", replaced().and(complete(1))),
    ]
}

fn cells() -> Vec<(&'static str, &'static str, String)> {
    let mut cells = Vec::new();
    for (name, state) in &states() {
        let mut cell = |command, verdict| cells.push((command, *name, verdict));
        let now = state.now;
        let signature = |n: u128| Basis::Signature { attempt: attempt(n) };
        cell("prove: the same booking", verdict(state, prove(1)));
        cell("prove: a new booking", verdict(state, prove(9)));
        cell("debit: attempt 1", verdict(state, debit(1, now)));
        cell("debit: another attempt", verdict(state, debit(9, now)));
        cell(
            "debit: in a booking without proof",
            verdict(state, Debit { booking: booking(9), ..debit(9, now) }),
        );
        cell("debit: too late", verdict(state, Debit { deadline: now, ..debit(9, now) }));
        cell("settle: attempt 1, match", verdict(state, settle(1, Finding::Match)));
        cell(
            "settle: attempt 1, no match",
            verdict(state, settle(1, Finding::NoMatch(Rejection::AnotherFace))),
        );
        cell("settle: attempt 1, our fault", verdict(state, settle(1, Finding::OurFault)));
        cell("settle: another attempt", verdict(state, settle(9, Finding::Match)));
        cell("reserve: the same booking", verdict(state, reserve(1, now)));
        cell("reserve: a new booking without proof", verdict(state, reserve(9, now)));
        let mut proved_again = state.clone();
        if let Some(card) = &mut proved_again.state {
            card.proved_in.push(reservation::card::ProvedIn { booking: booking(8), at: now, voids: 0 });
        }
        cell("reserve: a new booking, proved", verdict(&proved_again, reserve(8, now)));
        cell(
            "reserve: a new booking, too late",
            verdict(&proved_again, Reserve { deadline: now, ..reserve(8, now) }),
        );
        cell(
            "reserve: the signature PIN, another booking's match",
            verdict(&proved_again, Reserve { basis: signature(1), ..reserve(8, now) }),
        );
        cell(
            "reserve: the signature PIN, matched",
            verdict(state, Reserve { basis: signature(1), ..reserve(1, now) }),
        );
        cell("claim: a new session", verdict(state, claim_by(9, now)));
        cell("claim: session 1, the same body", verdict(state, claim_by(1, now)));
        cell("claim: session 1, as a repeat", verdict(state, Claim { request: claim_request(1), new: None }));
        let other_body = ClaimRequest { request: body(9), ..claim_request(1) };
        cell("claim: session 1, another body", verdict(state, claim_of(other_body, 9, now)));
        let other_kiosk = ClaimRequest { kiosk: kiosk("k2"), ..claim_request(1) };
        cell("claim: session 1, another kiosk", verdict(state, claim_of(other_kiosk, 9, now)));
        let other_target = ClaimRequest { target: PinKind::Signature, ..claim_request(9) };
        cell("claim: the signature PIN", verdict(state, claim_of(other_target, 9, now)));
        let other_key = ClaimRequest { known_key: key(9), ..claim_request(9) };
        cell("claim: another key", verdict(state, claim_of(other_key, 9, now)));
        let kinds = Kinds::NONE.with(PinKind::Signature);
        let other_kind = ClaimRequest { kinds, ..claim_request(9) };
        cell("claim: a kiosk without this kind", verdict(state, claim_of(other_kind, 9, now)));
        let used = ClaimRequest { card_challenge: [1; 16], ..claim_request(9) };
        cell("claim: challenge 1 again", verdict(state, claim_of(used, 9, now)));
        let mut night = state.clone();
        night.now = now.after(11 * HOUR);
        cell("claim: at 23:00", verdict(&night, claim_by(9, night.now)));
        let mut long = claim_by(9, now);
        long.new.as_mut().unwrap().lease_ends = now.after(5 * MINUTE + MINUTE);
        cell("claim: with too long a lease", verdict(state, long));
        cell("complete: claim 1", verdict(state, complete(1)));
        cell("complete: claim 2", verdict(state, complete(2)));
        cell("complete: another kiosk", verdict(state, Complete { kiosk: kiosk("k2"), ..complete(1) }));
        cell("fail: claim 1", verdict(state, fail(1)));
        cell("fail: claim 2", verdict(state, fail(2)));
        cell("fail: another kiosk", verdict(state, Fail { kiosk: kiosk("k2"), ..fail(1) }));
        cell("leave unknown: claim 1", verdict(state, unknown(1)));
        cell(
            "leave unknown: another kiosk",
            verdict(state, LeaveUnknown { kiosk: kiosk("k2"), ..unknown(1) }),
        );
        cell("cancel: by the holder", verdict(state, by_holder()));
        let stranger = Canceller::Holder { booking: booking(1), installation: app(9) };
        cell("cancel: by another app", verdict(state, Cancel { by: stranger }));
        cell("cancel: by a", verdict(state, by_desk("a", 1)));
        cell("cancel: by b", verdict(state, by_desk("b", 1)));
        cell("cancel: by b, another number", verdict(state, by_desk("b", 9)));
        cell("agree to cancel: a", verdict(state, approve_cancel("a")));
        cell("agree to cancel: b", verdict(state, approve_cancel("b")));
        let other_number = ApproveCancel { number: number(9), ..approve_cancel("a") };
        cell("agree to cancel: another number", verdict(state, other_number));
        cell("agree to lift: a", verdict(state, approve_lift("a")));
        cell("agree to lift: b", verdict(state, approve_lift("b")));
        let other_number = ApproveLift { number: number(9), ..approve_lift("a") };
        cell("agree to lift: another number", verdict(state, other_number));
        cell("lift: a", verdict(state, lift("a")));
        cell("lift: b", verdict(state, lift("b")));
        cell("lift: b, another number", verdict(state, Lift { number: number(9), ..lift("b") }));
    }
    cells
}

#[test]
fn every_state_answers_every_command_as_the_table_says() {
    compare(&table(&cells()), include_str!("tables/card.txt"));
}

#[test]
fn what_may_be_claimed_is_claimed_and_what_may_not_is_refused_for_the_same_reason() {
    for (name, record) in states() {
        let Some(card) = &record.state else { continue };
        for n in [1, 9] {
            let allowed = card.may_claim(&claim_request(n), record.now, &Policy::default());
            let decided = verdict(&record, claim_by(n, record.now));
            let expected = match &allowed {
                Ok(Permission::New { .. }) => "done".to_owned(),
                Ok(Permission::Repeat) => "again".to_owned(),
                Err(refusal) => verdict_of(refusal),
            };
            assert_eq!(decided, expected, "{name}, session {n}");
        }
    }
}
