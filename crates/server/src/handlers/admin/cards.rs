//! A card that a holder calls about: looked at by the number that was read out, and its lock lifted by two people.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get, post};
use ledger::TransactError;
use reservation::card::{self, Approval, ApproveLift, Lift, Reservation, ReservationStatus, Standing};
use reservation::installation::{self, CopyLift};
use reservation::limits::STAFF_APPROVAL_LIFE;
use reservation::{Card, CardId, Installation, ReservationNumber, StaffId, Timestamp, decision};
use wire::admin::{Card as Shown, CardLock, CardReservation, LiftApproval, LiftLock};
use wire::problem::ProblemType;

use crate::clock::to_date_time;
use crate::handlers::view;
use crate::listener::admin::AdminContext;
use crate::parts::Parts;
use crate::problem::Refusal;
use crate::problem::from_rules::of_card_error_to_operator;
use crate::request::json;
use crate::request::operator::Operator;

/// Shows what the support desk may know of the card that has this number now.
#[utoipa::path(
    params(("number" = String, Path, description = "Twelve digits")),
    responses((status = 200, description = "The card", body = Shown))
)]
#[get("/admin/v1/cards/{number}")]
pub(crate) async fn show(
    _operator: Operator,
    path: Path<String>,
    context: Data<AdminContext>,
) -> Result<HttpResponse, Refusal> {
    let parts = &context.parts;
    let (number, card) = found(&path, parts).await?;
    Ok(HttpResponse::Ok().json(looked_at(number, &card, parts).await?))
}

/// A first member of staff agrees to lift the card's lock; that stands for an hour.
#[utoipa::path(
    params(("number" = String, Path, description = "Twelve digits")),
    request_body = LiftLock,
    responses((status = 200, description = "Agreed, now or before", body = Shown))
)]
#[post("/admin/v1/cards/{number}/approve-lift")]
pub(crate) async fn approve_lift(
    http: HttpRequest,
    operator: Operator,
    path: Path<String>,
    context: Data<AdminContext>,
) -> Result<HttpResponse, Refusal> {
    let parts = &context.parts;
    let staff = who(&http, &operator)?;
    let (number, card) = found(&path, parts).await?;
    let now = parts.clock.now();
    parts
        .store
        .decide::<Card, _>(&card, ApproveLift { number, staff }, now, &parts.policy)
        .await
        .map_err(|error| of_card_error_to_operator(error, now))?;
    parts.metrics.event("lift-approved");
    tracing::info!("a first member of staff agreed to lift a card's lock");
    Ok(HttpResponse::Ok().json(looked_at(number, &card, parts).await?))
}

/// A second, different member of staff lifts the lock, of the card and of the app on which the last failure was; both
/// counts of failures begin anew. The same again gets the same answer.
#[utoipa::path(
    params(("number" = String, Path, description = "Twelve digits")),
    request_body = LiftLock,
    responses((status = 200, description = "Lifted, now or before", body = Shown))
)]
#[post("/admin/v1/cards/{number}/lift")]
pub(crate) async fn lift(
    http: HttpRequest,
    operator: Operator,
    path: Path<String>,
    context: Data<AdminContext>,
) -> Result<HttpResponse, Refusal> {
    let parts = &context.parts;
    let staff = who(&http, &operator)?;
    let (number, card) = found(&path, parts).await?;
    let now = parts.clock.now();
    let lifted = parts
        .store
        .decide::<Card, _>(&card, Lift { number, staff }, now, &parts.policy)
        .await
        .map_err(|error| of_card_error_to_operator(error, now))?;
    let copy = CopyLift { lifted_at: lifted.lifted_at };
    match parts.store.decide::<Installation, _>(&lifted.installation, copy, now, &parts.policy).await {
        // An app that was forgotten since has no lock.
        Ok(()) | Err(TransactError::Refused(installation::Refusal::NotRegistered)) => {}
        Err(error) => return Err(error.into()),
    }
    parts.metrics.event("lock-lifted");
    tracing::info!("two members of staff lifted a card's lock");
    Ok(HttpResponse::Ok().json(looked_at(number, &card, parts).await?))
}

fn who(http: &HttpRequest, operator: &Operator) -> Result<StaffId, Refusal> {
    json::check_type(http)?;
    let asked: LiftLock = json::parse(&operator.body)?;
    // Suzuki and suzuki are one person, never two.
    StaffId::parse(&asked.staff.to_ascii_lowercase())
        .map_err(|_| Refusal::new(ProblemType::MalformedRequest).field("staff"))
}

/// The card that the number leads to. Whether it still is that card's number, its record says.
async fn found(number: &str, parts: &Parts) -> Result<(ReservationNumber, CardId), Refusal> {
    let unknown = || Refusal::new(ProblemType::NumberUnknown);
    let number = ReservationNumber::parse(number).map_err(|_| unknown())?;
    let card = parts.store.card_of(number).await?.ok_or_else(unknown)?;
    Ok((number, card))
}

async fn looked_at(number: ReservationNumber, card: &CardId, parts: &Parts) -> Result<Shown, Refusal> {
    let unknown = Refusal::new(ProblemType::NumberUnknown);
    let now = parts.clock.now();
    let card = parts.store.load_card(card).await?.filter(|card| card.number == number).ok_or(unknown)?;
    Ok(shown(&decision::at(&card, now, &parts.policy), now))
}

fn shown(card: &Card, now: Timestamp) -> Shown {
    let live = card.live.iter().map(Reservation::<card::Live>::status);
    let ended = card.ended.iter().map(Reservation::<card::End>::status);
    let newest = live.chain(ended).max_by_key(|status| status.made_at);
    Shown {
        number: card.number.to_string(),
        lock: lock(&card.standing, now),
        failures_in_all: card.failures_in_all,
        reservation: newest.as_ref().map(reservation),
    }
}

fn lock(standing: &Standing, now: Timestamp) -> CardLock {
    match standing {
        Standing::Open { failures, .. } => CardLock::Open { failures: *failures },
        Standing::LockedUntil { since, until, approval, .. } => CardLock::LockedUntil {
            since: to_date_time(*since),
            until: to_date_time(*until),
            approval: approval.as_ref().and_then(|approval| agreed(approval, now)),
        },
        Standing::LockedForGood { since, approval, .. } => CardLock::LockedForGood {
            since: to_date_time(*since),
            approval: approval.as_ref().and_then(|approval| agreed(approval, now)),
        },
    }
}

fn agreed(approval: &Approval, now: Timestamp) -> Option<LiftApproval> {
    let until = approval.at.after(STAFF_APPROVAL_LIFE);
    let shown = || LiftApproval { staff: approval.staff.to_string(), until: to_date_time(until) };
    (now < until).then(shown)
}

fn reservation(status: &ReservationStatus) -> CardReservation {
    CardReservation {
        target: status.target.into(),
        state: view::state(&status.state),
        made_at: to_date_time(status.made_at),
        expires_at: to_date_time(status.expires_at),
    }
}
