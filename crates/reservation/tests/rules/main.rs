//! The decisions of design §4-§8, one sentence each.
#![expect(unreachable_pub, clippy::unwrap_used, reason = "a test exports nothing, and fails by panicking")]

mod bookings;
mod claims;
#[path = "../common/mod.rs"]
mod common;
mod desk;
mod faces;
mod keeping;

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
    Rejection, SettleAttempt, StartBooking, Verdict,
};
use reservation::limits::{ENDED_RESERVATIONS_KEPT, FRAMES_REMEMBERED, HISTORY_KEPT, PROOFS_KEPT, RETENTION};
use reservation::{Aggregate, ChallengePolicy, FrameMark, Hours, Kinds, PinKind, Policy, Timestamp, decide};

type CardRecord = Record<Card>;
type AppRecord = Record<Installation>;

const DAY: Duration = Duration::from_secs(24 * 3600);
const MILLISECOND: Duration = Duration::from_millis(1);

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
    let deadline = now.after(MINUTE / 2);
    Debit { attempt: attempt(n), booking: booking(1), installation: app(1), deadline, frames: frames(n) }
}

fn fails_face(record: &mut CardRecord, from: u128, times: u128) {
    for n in from..from + times {
        if at(record.get(), record.now, &Policy::default()).proved_in.is_empty() {
            record.send(Prove { booking: booking(1), number: number(1) });
        }
        record.send(debit(n, record.now));
        record.send(Settle { attempt: attempt(n), finding: Finding::NoMatch(Rejection::AnotherFace) });
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
    let attempt = attempt(n.into());
    IssueChallenge { booking: booking(1), request: request(n), attempt, nonce: nonce(n), poses: poses() }
}

fn debit_app(n: u8) -> DebitAttempt {
    DebitAttempt {
        booking: booking(1),
        attempt: attempt(n.into()),
        nonce: nonce(n),
        request: body(n),
        surface: surface(1),
        frames: frames(n.into()),
    }
}

fn settle_app(n: u8, verdict: Verdict) -> SettleAttempt {
    SettleAttempt { booking: booking(1), attempt: attempt(n.into()), verdict }
}

fn tries(record: &mut AppRecord, n: u8, verdict: Verdict) -> AttemptAnswer {
    record.send(challenge(n));
    record.send(debit_app(n));
    record.send(settle_app(n, verdict))
}

fn history(record: &CardRecord) -> Vec<String> {
    record.get().history.iter().map(|entry| variant(&entry.fact)).collect()
}
