//! Shows a card and lifts its lock through the running server, so that it works on every store.

use std::path::Path;

use reservation::{ReservationNumber, StaffId};
use wire::admin::{Card, CardLock, LiftApproval, LiftLock};
use wire::app::ReservationState;

use super::args::LiftOptions;
use super::client::AdminClient;
use super::{CliError, output};
use crate::Config;

/// Shows the card that has this number now.
///
/// # Errors
/// [`CliError`] says what to do.
pub async fn show(config: &Path, number: &str) -> Result<(), CliError> {
    let number = parsed(number)?;
    let client = AdminClient::of(&Config::load(config)?)?;
    let card: Card = client.get(&format!("/admin/v1/cards/{number}")).await?;
    lines(&card).iter().for_each(|line| output::line(line));
    Ok(())
}

/// Agrees to lift the card's lock.
///
/// # Errors
/// [`CliError`] says what to do.
pub async fn approve_lift(options: &LiftOptions) -> Result<(), CliError> {
    let card = asked(options, "approve-lift").await?;
    let until = match &card.lock {
        CardLock::LockedUntil { approval: Some(approval), .. }
        | CardLock::LockedForGood { approval: Some(approval), .. } => at(approval.until),
        CardLock::LockedUntil { .. } | CardLock::LockedForGood { .. } | CardLock::Open { .. } => "now".into(),
    };
    output::line(&format!("{} has agreed; until {until} a second person can lift the lock:", options.staff));
    output::line(&format!(
        "  jpki-reset card lift --config {} --number {} --staff ANOTHER",
        options.config.display(),
        card.number
    ));
    Ok(())
}

/// Lifts the card's lock.
///
/// # Errors
/// [`CliError`] says what to do.
pub async fn lift(options: &LiftOptions) -> Result<(), CliError> {
    let card = asked(options, "lift").await?;
    output::line(&format!(
        "The lock of {} is lifted; its face failures count from nought again.",
        card.number
    ));
    Ok(())
}

async fn asked(options: &LiftOptions, command: &str) -> Result<Card, CliError> {
    let number = parsed(&options.number)?;
    let staff = StaffId::parse(&options.staff).map_err(|error| CliError::Message(error.to_string()))?;
    let client = AdminClient::of(&Config::load(&options.config)?)?;
    let body = LiftLock { staff: staff.to_string() };
    client.post(&format!("/admin/v1/cards/{number}/{command}"), &body).await
}

fn parsed(number: &str) -> Result<ReservationNumber, CliError> {
    ReservationNumber::parse(number).map_err(|error| CliError::Message(error.to_string()))
}

fn lines(card: &Card) -> Vec<String> {
    let mut lines = vec![format!("number         {}", card.number)];
    match &card.lock {
        CardLock::Open { failures } => {
            lines.push("lock           none".to_owned());
            lines.push(format!("face failures  {failures} in a row, {} in all", card.failures_in_all));
        }
        CardLock::LockedUntil { since, until, approval } => {
            lines.push(format!("lock           from {} until {}", at(*since), at(*until)));
            lines.push(format!("face failures  {} in all", card.failures_in_all));
            lines.extend(approval.as_ref().map(agreed));
        }
        CardLock::LockedForGood { since, approval } => {
            lines.push(format!("lock           from {} until two members of staff lift it", at(*since)));
            lines.push(format!("face failures  {} in all", card.failures_in_all));
            lines.extend(approval.as_ref().map(agreed));
        }
    }
    match &card.reservation {
        None => lines.push("reservation    none".to_owned()),
        Some(reservation) => {
            let target = reservation::PinKind::from(reservation.target);
            lines.push(format!("reservation    {target} PIN, {}", state(&reservation.state)));
            let (made, ends) = (at(reservation.made_at), at(reservation.expires_at));
            lines.push(format!("               made {made}, ends {ends}"));
        }
    }
    lines
}

fn agreed(approval: &LiftApproval) -> String {
    format!("agreed         {}, stands until {}", approval.staff, at(approval.until))
}

fn state(state: &ReservationState) -> String {
    match state {
        ReservationState::Reserved { claims_left } => format!("waiting, {claims_left} claims left"),
        ReservationState::Claimed { lease_ends } => format!("a kiosk is at work until {}", at(*lease_ends)),
        ReservationState::Completed { at: when } => format!("completed {}", at(*when)),
        ReservationState::Cancelled { at: when } => format!("cancelled {}", at(*when)),
        ReservationState::Expired => "over".to_owned(),
        ReservationState::Exhausted => "all claims spent".to_owned(),
        ReservationState::Replaced => "replaced by a newer one".to_owned(),
    }
}

/// As a person at the desk reads it: Japan's time.
fn at(when: time::OffsetDateTime) -> String {
    let when = when.to_offset(time::macros::offset!(+9));
    format!("{} {:02}:{:02} JST", when.date(), when.hour(), when.minute())
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;
    use wire::admin::CardReservation;

    #[test]
    fn a_locked_card_is_shown_with_its_end_and_what_waits() {
        let card = Card {
            number: "123456789012".into(),
            lock: CardLock::LockedUntil {
                since: datetime!(2026-11-21 03:00 UTC),
                until: datetime!(2026-11-22 03:00 UTC),
                approval: Some(LiftApproval {
                    staff: "suzuki".into(),
                    until: datetime!(2026-11-21 05:00 UTC),
                }),
            },
            failures_in_all: 7,
            reservation: Some(CardReservation {
                target: wire::PinKind::User,
                state: ReservationState::Reserved { claims_left: 3 },
                made_at: datetime!(2026-11-21 02:00 UTC),
                expires_at: datetime!(2026-11-22 02:00 UTC),
            }),
        };
        assert_eq!(
            lines(&card),
            [
                "number         123456789012",
                "lock           from 2026-11-21 12:00 JST until 2026-11-22 12:00 JST",
                "face failures  7 in all",
                "agreed         suzuki, stands until 2026-11-21 14:00 JST",
                "reservation    user PIN, waiting, 3 claims left",
                "               made 2026-11-21 11:00 JST, ends 2026-11-22 11:00 JST",
            ]
        );
    }
}
