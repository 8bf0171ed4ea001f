//! `POST /app/v1/bookings/{booking}/reservation`: the booking becomes a reservation.

use std::time::Duration;

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, post};
use authority::ReservationToken;
use reservation::card::ReservationStatus;
use reservation::installation::{FinishBooking, Reserved};
use reservation::{BookingId, Card, Installation, decision};
use uuid::Uuid;
use wire::app::Reservation;
use wire::problem::ProblemType;

use crate::handlers::view;
use crate::listener::app::AppContext;
use crate::locks;
use crate::parts::Parts;
use crate::problem::Refusal;
use crate::problem::from_rules::of_installation;
use crate::request::idempotency;
use crate::request::phone::Phone;

/// How long after a reservation's end its token still shows how it ended.
const TOKEN_OUTLIVES: Duration = Duration::from_secs(7 * 86_400);

/// Makes the reservation. The booking's own id is what is remembered: the same booking again gets its reservation
/// as it stands now, and never a second.
#[utoipa::path(
    params(
        ("booking" = Uuid, Path, description = "The booking"),
        ("Idempotency-Key" = String, Header, description = "16 to 128 visible ASCII characters."),
    ),
    responses((status = 201, description = "Reserved, now or before", body = Reservation))
)]
#[post("/app/v1/bookings/{booking}/reservation")]
pub(crate) async fn reserve(
    http: HttpRequest,
    path: Path<Uuid>,
    phone: Phone,
    context: Data<AppContext>,
) -> Result<HttpResponse, Refusal> {
    let parts = &context.parts;
    idempotency::key(&http)?;
    let booking = BookingId::from_u128(path.as_u128());
    let installation = parts.store.load_installation(&phone.installation).await?;
    let installation = installation.ok_or(Refusal::new(ProblemType::InstallationUnknown))?;
    let installation = decision::at(&installation, phone.now, &parts.policy);
    let (card, command) = installation.entitlement(booking).map_err(|refusal| {
        // A booking that waits for the card and is over waits in vain: said now, not after one more PIN.
        let over = installation.booking_for_evidence(booking, phone.now).err();
        of_installation(over.unwrap_or(refusal))
    })?;
    let status = match parts.store.decide::<Card, _>(&card, command, phone.now, &parts.policy).await {
        Ok(status) => status,
        Err(error) => return Err(locks::error_to_app(parts, card, error, phone.now).await),
    };
    // The card has decided; a crash before this line is mended by the phone's repeat.
    let reserved = Reserved { number: status.number, made_at: status.made_at, expires_at: status.expires_at };
    let command = FinishBooking { booking, reserved };
    parts.store.decide::<Installation, _>(&phone.installation, command, phone.now, &parts.policy).await?;
    parts.metrics.event("reserved");
    let token = token(&status, parts, &phone)?;
    Ok(HttpResponse::Created().json(view::reservation(&status, Some(token), parts, phone.now)))
}

fn token(status: &ReservationStatus, parts: &Parts, phone: &Phone) -> Result<String, Refusal> {
    let token = ReservationToken {
        installation: phone.installation,
        booking: status.booking,
        number: status.number,
        expires_at: status.expires_at.after(TOKEN_OUTLIVES),
    };
    Ok(parts.tokens.issue(&token, phone.now)?)
}
