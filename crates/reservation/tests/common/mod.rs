//! What the tests of the rules share: names for things, and a few words to drive a record.
#![allow(dead_code, reason = "each test binary uses its own part")]

use core::time::Duration;

use reservation::decision::{Aggregate, Command, Dated, Decision};
use reservation::{
    AttemptId, BookingId, CardId, ClaimId, FrameMark, InstallationId, KeyHash, KioskId, Nonce, Policy,
    PoseSequence, RequestHash, RequestKey, ReservationNumber, SessionId, StaffId, SurfaceHash, Timestamp,
    decide,
};

pub const MINUTE: Duration = Duration::from_secs(60);
pub const HOUR: Duration = Duration::from_secs(3600);

/// 2026-11-21 12:00 in Japan.
pub fn noon() -> Timestamp {
    Timestamp::from_unix_secs(1_795_230_000)
}

pub fn booking(n: u128) -> BookingId {
    BookingId::from_u128(n)
}

pub fn attempt(n: u128) -> AttemptId {
    AttemptId::from_u128(n)
}

pub fn session(n: u128) -> SessionId {
    SessionId::from_u128(n)
}

pub fn claim(n: u128) -> ClaimId {
    ClaimId::from_u128(n)
}

pub fn card(n: u8) -> CardId {
    CardId::from_bytes([n; 32])
}

pub fn key(n: u8) -> KeyHash {
    KeyHash::from_bytes([n; 32])
}

pub fn app(n: u8) -> InstallationId {
    InstallationId::from_bytes([n; 32])
}

pub fn nonce(n: u8) -> Nonce {
    Nonce::from_bytes([n; 32])
}

pub fn request(n: u8) -> RequestKey {
    RequestKey::from_bytes([n; 32])
}

pub fn body(n: u8) -> RequestHash {
    RequestHash::from_bytes([n; 32])
}

pub fn surface(n: u8) -> SurfaceHash {
    SurfaceHash::from_bytes([n; 32])
}

/// The poses of every challenge here.
pub fn poses() -> PoseSequence {
    PoseSequence::parse("FLRL").unwrap()
}

/// Two frames that no other number has.
pub fn frames(n: u128) -> Vec<FrameMark> {
    [1, 2].map(|frame| FrameMark::from_bits(u64::try_from(n).unwrap() * 16 + frame)).to_vec()
}

pub fn number(n: u64) -> ReservationNumber {
    ReservationNumber::from_random(n)
}

pub fn kiosk(name: &str) -> KioskId {
    KioskId::parse(name).unwrap()
}

pub fn staff(name: &str) -> StaffId {
    StaffId::parse(name).unwrap()
}

/// Decides a command that must be accepted.
pub fn accept<A, C>(state: Option<&A>, command: C, now: Timestamp) -> Decision<A, A::Fact, C::Outcome>
where
    A: Aggregate,
    A::Refusal: core::fmt::Debug,
    C: Command<A>,
{
    decide(state, command, now, &Policy::default()).unwrap_or_else(|refusal| panic!("refused: {refusal:?}"))
}

/// Decides a command that must be refused.
pub fn refuse<A, C>(state: &A, command: C, now: Timestamp) -> A::Refusal
where
    A: Aggregate,
    C: Command<A>,
{
    match decide(Some(state), command, now, &Policy::default()) {
        Ok(_) => panic!("accepted"),
        Err(refusal) => refusal,
    }
}

/// A record that commands are sent to, one after the other.
#[derive(Clone)]
pub struct Record<A> {
    pub state: Option<A>,
    pub now: Timestamp,
}

impl<A: Aggregate> Record<A>
where
    A::Refusal: core::fmt::Debug,
{
    pub fn new(now: Timestamp) -> Self {
        Self { state: None, now }
    }

    /// Sends a command that must be accepted, and keeps the state.
    pub fn send<C: Command<A>>(&mut self, command: C) -> C::Outcome {
        let decision = accept(self.state.as_ref(), command, self.now);
        self.state = Some(decision.state);
        decision.outcome
    }

    /// The same, in a chain.
    pub fn and<C: Command<A>>(mut self, command: C) -> Self {
        self.send(command);
        self
    }

    /// Later.
    pub fn later(mut self, span: Duration) -> Self {
        self.now = self.now.after(span);
        self
    }

    /// What is refused, without a change.
    pub fn refusal<C: Command<A>>(&self, command: C) -> A::Refusal {
        refuse(self.state.as_ref().unwrap(), command, self.now)
    }

    pub fn get(&self) -> &A {
        self.state.as_ref().unwrap()
    }
}

/// The name of an enum's variant, from its debug form.
pub fn variant(debug: &impl core::fmt::Debug) -> String {
    let text = format!("{debug:?}");
    text.chars().take_while(|character| character.is_alphanumeric()).collect()
}

/// How a command went: `done`, `again` for a repeated answer, or the refusal's name.
pub fn verdict<A, C>(record: &Record<A>, command: C) -> String
where
    A: Aggregate,
    A::Fact: core::fmt::Debug,
    A::Refusal: core::fmt::Debug,
    C: Command<A>,
{
    match decide(record.state.as_ref(), command, record.now, &Policy::default()) {
        Ok(decision) => {
            let last: &Dated<A::Fact> = decision.event.facts.last().unwrap();
            if variant(&last.fact) == "Repeated" { "again".into() } else { "done".into() }
        }
        Err(refusal) => verdict_of(&refusal),
    }
}

/// The name of a refusal, with the ending it carries: `Ended:Expired` says more than `Ended`.
pub fn verdict_of(refusal: &impl core::fmt::Debug) -> String {
    let text = format!("{refusal:?}");
    match text.strip_prefix("Ended(").or_else(|| text.strip_prefix("ClaimEnded(")) {
        Some(inner) => format!("{}:{}", variant(refusal), variant(&format_args!("{inner}"))),
        None => variant(refusal),
    }
}

/// Writes who got what: for each command the verdicts, and for each verdict the states.
pub fn table(cells: &[(&str, &str, String)]) -> String {
    let mut text = String::new();
    let mut commands: Vec<&str> = Vec::new();
    for (command, ..) in cells {
        if !commands.contains(command) {
            commands.push(command);
        }
    }
    for command in commands {
        text.push_str(command);
        text.push('\n');
        let mut verdicts: Vec<(&str, Vec<&str>)> = Vec::new();
        for (_, state, verdict) in cells.iter().filter(|(of, ..)| *of == command) {
            match verdicts.iter_mut().find(|(known, _)| known == verdict) {
                Some((_, states)) => states.push(state),
                None => verdicts.push((verdict, vec![state])),
            }
        }
        for (verdict, states) in verdicts {
            text.push_str(&format!("  {verdict}: {}\n", states.join(", ")));
        }
    }
    text
}

/// Compares with the table in the repository; if they differ, names the first line and shows the whole.
pub fn compare(actual: &str, expected: &str) {
    let differs = actual.lines().zip(expected.lines()).position(|(actual, expected)| actual != expected);
    let shorter = actual.lines().count().min(expected.lines().count());
    assert!(
        actual == expected,
        "the table differs from line {} on; it is now:\n<<<\n{actual}>>>",
        differs.unwrap_or(shorter) + 1
    );
}
