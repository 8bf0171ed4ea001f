//! What the desk reads.

use super::*;

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
