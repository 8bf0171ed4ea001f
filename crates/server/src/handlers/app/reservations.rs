//! `GET` and `DELETE /app/v1/reservations/{number}`: status and cancelling, with the reservation token.
//!
//! The number alone leads nowhere: token, device key and number must belong together.

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, delete, get};
use authority::ReservationToken;
use reservation::card::{Cancel, Canceller};
use reservation::{Card, CardId, ReservationNumber, decision};
use wire::app::Reservation;
use wire::problem::ProblemType;

use crate::handlers::view;
use crate::listener::app::AppContext;
use crate::parts::Parts;
use crate::problem::Refusal;
use crate::problem::from_rules::of_card_error_to_app;
use crate::request::phone::Phone;

/// Shows where a reservation stands.
#[utoipa::path(
    params(
        ("number" = String, Path, description = "Twelve digits"),
        ("Authorization" = String, Header, description = "`DPoP` and the reservation token"),
    ),
    responses((status = 200, description = "The reservation", body = Reservation))
)]
#[get("/app/v1/reservations/{number}")]
pub(crate) async fn show(
    path: Path<String>,
    phone: Phone,
    context: Data<AppContext>,
) -> Result<HttpResponse, Refusal> {
    let parts = &context.parts;
    let token = believed(&phone, &path, parts)?;
    let card = card_of(token.number, parts).await?;
    let state = parts.store.load_card(&card).await?.ok_or(Refusal::new(ProblemType::ReservationUnknown))?;
    let status = decision::at(&state, phone.now, &parts.policy)
        .reservation(token.booking)
        .filter(|status| status.installation == phone.installation)
        .ok_or(Refusal::new(ProblemType::ReservationUnknown))?;
    Ok(HttpResponse::Ok().json(view::reservation(&status, None, parts, phone.now)))
}

/// Cancels a reservation at once. The same again gets the same answer.
#[utoipa::path(
    params(
        ("number" = String, Path, description = "Twelve digits"),
        ("Authorization" = String, Header, description = "`DPoP` and the reservation token"),
    ),
    responses((status = 200, description = "Cancelled, now or before", body = Reservation))
)]
#[delete("/app/v1/reservations/{number}")]
pub(crate) async fn cancel(
    path: Path<String>,
    phone: Phone,
    context: Data<AppContext>,
) -> Result<HttpResponse, Refusal> {
    let parts = &context.parts;
    let token = believed(&phone, &path, parts)?;
    let card = card_of(token.number, parts).await?;
    let by = Canceller::Holder { booking: token.booking, installation: phone.installation };
    let status = parts
        .store
        .decide::<Card, _>(&card, Cancel { by }, phone.now, &parts.policy)
        .await
        .map_err(|error| of_card_error_to_app(error, phone.now))?;
    parts.metrics.event("cancelled");
    Ok(HttpResponse::Ok().json(view::reservation(&status, None, parts, phone.now)))
}

/// The token, if it is this phone's and for this number.
fn believed(phone: &Phone, number: &str, parts: &Parts) -> Result<ReservationToken, Refusal> {
    let refuse = |cause| Refusal::new(ProblemType::TokenInvalid).because(cause);
    let token = phone.token.as_deref().ok_or_else(|| refuse("no token"))?;
    let token: ReservationToken =
        parts.tokens.verify(token, phone.now).map_err(|_| refuse("not genuine, or over"))?;
    if token.installation != phone.installation {
        return Err(refuse("bound to another device key"));
    }
    match ReservationNumber::parse(number) {
        Ok(number) if number == token.number => Ok(token),
        _ => Err(ProblemType::ReservationUnknown.into()),
    }
}

async fn card_of(number: ReservationNumber, parts: &Parts) -> Result<CardId, Refusal> {
    parts.store.card_of(number).await?.ok_or(Refusal::new(ProblemType::ReservationUnknown))
}
