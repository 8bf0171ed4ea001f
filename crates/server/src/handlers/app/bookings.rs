//! `POST /app/v1/bookings`: a booking begins.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, post};
use reservation::installation::{self, Started};
use reservation::{BookingId, Installation, PinKind, Timestamp};
use uuid::Uuid;
use wire::Bytes;
use wire::app::{Booking, StartBooking, Step};
use wire::problem::ProblemType;

use crate::clock::to_date_time;
use crate::listener::app::AppContext;
use crate::problem::Refusal;
use crate::random;
use crate::request::idempotency;
use crate::request::phone::PhoneJson;

/// Begins a booking. The same `Idempotency-Key` with the same body gets the same booking; a new key takes the place
/// of the booking in hand.
#[utoipa::path(
    request_body = StartBooking,
    params((
        "Idempotency-Key" = String, Header,
        description = "16 to 128 visible ASCII characters, made and kept by the app before it sends."
    )),
    responses((status = 201, description = "Begun, now or before", body = Booking))
)]
#[post("/app/v1/bookings")]
pub(crate) async fn start(
    http: HttpRequest,
    request: PhoneJson<StartBooking>,
    context: Data<AppContext>,
) -> Result<HttpResponse, Refusal> {
    let PhoneJson { phone, json } = request;
    let parts = &context.parts;
    let key = idempotency::key(&http)?;
    if json.terms != parts.service.terms.version || !json.consent {
        return Err(ProblemType::TermsNotAccepted.into());
    }
    let target = json.target.into();
    offered(target, &context, phone.now)?;
    let command = installation::StartBooking {
        request: key,
        body: idempotency::body_hash(&phone.body),
        target,
        booking: BookingId::from_u128(random::uuid(phone.now).as_u128()),
        nonce: random::nonce(),
    };
    let started =
        parts.store.decide::<Installation, _>(&phone.installation, command, phone.now, &parts.policy).await?;
    parts.metrics.event("booking-started");
    Ok(HttpResponse::Created().json(shown(&started)))
}

/// Whether this site books this PIN kind, and any operator resets it today.
fn offered(target: PinKind, context: &AppContext, now: Timestamp) -> Result<(), Refusal> {
    let booked = match target {
        PinKind::Signature => context.parts.face.is_some(),
        PinKind::User => context.book_user,
    };
    if !booked {
        return Err(Refusal::new(ProblemType::TargetNotOffered).because("not booked at this site"));
    }
    if context.parts.service.places(target, now).is_empty() {
        return Err(Refusal::new(ProblemType::TargetNotOffered).because("no operator resets it today"));
    }
    Ok(())
}

fn shown(started: &Started) -> Booking {
    let steps = match started.target {
        PinKind::Signature => vec![Step::Card, Step::Face, Step::Reservation],
        PinKind::User => vec![Step::Card, Step::Reservation],
    };
    Booking {
        booking: Uuid::from_u128(started.booking.as_u128()),
        target: started.target.into(),
        nonce: Bytes::from(started.nonce.as_bytes()),
        steps,
        expires_at: to_date_time(started.deadline),
    }
}
