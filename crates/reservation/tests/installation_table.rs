//! Every state of an installation × every command: who is accepted, who gets the same answer again, and who
//! is refused for what. The table is `tables/installation.txt`.
#![expect(unreachable_pub, clippy::unwrap_used, reason = "a test exports nothing, and fails by panicking")]

mod common;

use common::*;
use reservation::installation::{
    AcceptCard, CopyLift, DebitAttempt, FinishBooking, Installation, IssueChallenge, Register, Rejection,
    Reserved, SettleAttempt, StartBooking, Verdict,
};
use reservation::{PinKind, SurfaceHash};

type Record = common::Record<Installation>;

fn start(target: PinKind) -> StartBooking {
    StartBooking { request: request(1), body: body(1), target, booking: booking(1), nonce: nonce(1) }
}

fn evidence(surface: Option<SurfaceHash>) -> AcceptCard {
    AcceptCard { booking: booking(1), card: card(1), known_key: key(1), number: number(1), surface }
}

fn challenge(n: u8) -> IssueChallenge {
    let attempt = attempt(n.into());
    IssueChallenge { booking: booking(1), request: request(n), attempt, nonce: nonce(n), poses: poses() }
}

fn debit(n: u8) -> DebitAttempt {
    DebitAttempt {
        booking: booking(1),
        attempt: attempt(n.into()),
        nonce: nonce(n),
        request: body(9),
        surface: surface(1),
        frames: frames(n.into()),
    }
}

fn settle(n: u8, verdict: Verdict) -> SettleAttempt {
    SettleAttempt { booking: booking(1), attempt: attempt(n.into()), verdict }
}

fn finish() -> FinishBooking {
    let made_at = noon();
    let reserved = Reserved { number: number(1), made_at, expires_at: made_at.after(24 * HOUR) };
    FinishBooking { booking: booking(1), reserved }
}

fn registered() -> Record {
    Record::new(noon()).and(Register { installation: app(1) })
}

fn face() -> Record {
    registered().and(start(PinKind::Signature)).and(evidence(Some(surface(1))))
}

fn attempting() -> Record {
    face().and(challenge(5)).and(debit(5))
}

fn locked() -> Record {
    // The fifth failure is the attempt that the commands below name.
    (1..=5).fold(face(), |record, n| {
        record.and(challenge(n)).and(debit(n)).and(settle(n, Verdict::Rejected(Rejection::AnotherFace)))
    })
}

fn states() -> Vec<(&'static str, Record)> {
    let user = || registered().and(start(PinKind::User));
    let matched = || attempting().and(settle(5, Verdict::Accepted));
    let mut without_booking = locked();
    without_booking.state.as_mut().unwrap().booking = None;
    vec![
        ("nothing", Record::new(noon())),
        ("registered", registered()),
        ("locked", without_booking),
        ("awaiting-card-user", user()),
        ("awaiting-card-signature", registered().and(start(PinKind::Signature))),
        ("face-waiting", face()),
        ("face-challenged", face().and(challenge(5))),
        ("face-challenged-late", face().and(challenge(5)).later(2 * MINUTE)),
        ("face-attempting", attempting()),
        ("face-attempt-lapsed", attempting().later(MINUTE)),
        ("face-failed", attempting().and(settle(5, Verdict::Rejected(Rejection::AnotherFace)))),
        ("face-voided", attempting().and(settle(5, Verdict::Voided))),
        ("face-locked", locked()),
        ("user-ready", user().and(evidence(None))),
        ("signature-ready", matched()),
        ("user-finished", user().and(evidence(None)).and(finish())),
        ("signature-finished", matched().and(finish())),
        ("awaiting-card-over", user().later(15 * MINUTE)),
        ("face-over", face().later(15 * MINUTE)),
        ("user-ready-over", user().and(evidence(None)).later(15 * MINUTE)),
        ("signature-ready-over", matched().later(15 * MINUTE)),
        ("user-finished-over", user().and(evidence(None)).and(finish()).later(15 * MINUTE)),
    ]
}

fn cells() -> Vec<(&'static str, &'static str, String)> {
    let mut cells = Vec::new();
    for (name, state) in &states() {
        let mut cell = |command, verdict| cells.push((command, *name, verdict));
        cell("register", verdict(state, Register { installation: app(1) }));
        cell("start: the same request", verdict(state, start(PinKind::User)));
        cell(
            "start: the same key, another body",
            verdict(state, StartBooking { body: body(2), ..start(PinKind::User) }),
        );
        cell(
            "start: a new request",
            verdict(state, StartBooking { request: request(2), booking: booking(2), ..start(PinKind::User) }),
        );
        cell("card: for the user PIN", verdict(state, evidence(None)));
        cell("card: for the signature PIN", verdict(state, evidence(Some(surface(1)))));
        cell(
            "card: another card",
            verdict(state, AcceptCard { card: card(2), ..evidence(Some(surface(1))) }),
        );
        cell("card: another key", verdict(state, AcceptCard { known_key: key(2), ..evidence(None) }));
        cell("card: another surface file", verdict(state, evidence(Some(surface(2)))));
        cell("card: another booking", verdict(state, AcceptCard { booking: booking(9), ..evidence(None) }));
        cell("challenge: the same request", verdict(state, challenge(5)));
        cell("challenge: a new request", verdict(state, challenge(6)));
        cell(
            "challenge: another booking",
            verdict(state, IssueChallenge { booking: booking(9), ..challenge(5) }),
        );
        cell("debit", verdict(state, debit(5)));
        cell("debit: other frames", verdict(state, DebitAttempt { request: body(8), ..debit(5) }));
        cell("debit: another attempt", verdict(state, debit(6)));
        cell("debit: another nonce", verdict(state, DebitAttempt { nonce: nonce(6), ..debit(5) }));
        cell("debit: another surface file", verdict(state, DebitAttempt { surface: surface(2), ..debit(5) }));
        cell("debit: another booking", verdict(state, DebitAttempt { booking: booking(9), ..debit(5) }));
        cell("settle: accepted", verdict(state, settle(5, Verdict::Accepted)));
        cell("settle: rejected", verdict(state, settle(5, Verdict::Rejected(Rejection::AnotherFace))));
        cell("settle: voided", verdict(state, settle(5, Verdict::Voided)));
        cell("settle: lapsed", verdict(state, settle(5, Verdict::Lapsed)));
        cell("settle: another attempt", verdict(state, settle(6, Verdict::Accepted)));
        cell(
            "settle: another booking",
            verdict(state, SettleAttempt { booking: booking(9), ..settle(5, Verdict::Accepted) }),
        );
        cell("finish", verdict(state, finish()));
        cell("finish: another booking", verdict(state, FinishBooking { booking: booking(9), ..finish() }));
        cell("copy a lift", verdict(state, CopyLift { lifted_at: state.now }));
        cell("copy an older lift", verdict(state, CopyLift { lifted_at: noon().before(MINUTE) }));
        let entitlement = state.state.as_ref().map(|installation| installation.entitlement(booking(1)));
        let entitlement = match entitlement {
            None => "nobody".to_owned(),
            Some(Ok(_)) => "entitled".to_owned(),
            Some(Err(refusal)) => variant(&refusal),
        };
        cell("entitlement", entitlement);
    }
    cells
}

#[test]
fn every_state_answers_every_command_as_the_table_says() {
    compare(&table(&cells()), include_str!("tables/installation.txt"));
}
