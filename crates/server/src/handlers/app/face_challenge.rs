//! `POST /app/v1/bookings/{booking}/face-challenge`: what the holder is asked to do before the camera, and by when.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, post};
use face::limits::{frames_least, frames_most};
use reservation::card::{self, CardTries};
use reservation::installation::{Challenge, IssueChallenge};
use reservation::{AttemptId, BookingId, CardId, Installation, InstallationId, Timestamp, decision};
use uuid::Uuid;
use wire::app::{FaceChallenge, Pose};
use wire::problem::ProblemType;

use crate::attempt;
use crate::clock::to_date_time;
use crate::listener::app::AppContext;
use crate::locks;
use crate::parts::Parts;
use crate::problem::Refusal;
use crate::random;
use crate::request::idempotency;
use crate::request::phone::Phone;

/// Issues a challenge: frames that show these poses, in this order, until that time. The poses are drawn at random: from
/// the front first, then turns. The same `Idempotency-Key` gets the same challenge until frames answer it; a new key gets
/// a new one, which takes its place.
#[utoipa::path(
    params(
        ("booking" = Uuid, Path, description = "The booking"),
        ("Idempotency-Key" = String, Header, description = "16 to 128 visible ASCII characters."),
    ),
    responses((status = 201, description = "Issued, now or before", body = FaceChallenge))
)]
#[post("/app/v1/bookings/{booking}/face-challenge")]
pub(crate) async fn issue(
    http: HttpRequest,
    path: Path<Uuid>,
    phone: Phone,
    context: Data<AppContext>,
) -> Result<HttpResponse, Refusal> {
    let parts = &context.parts;
    let request = idempotency::key(&http)?;
    if !phone.body.is_empty() {
        return Err(Refusal::new(ProblemType::MalformedRequest).because("a body that nobody asked for"));
    }
    parts.face()?;
    let booking = BookingId::from_u128(path.as_u128());
    if let Some(card) = bound_card(parts, &phone.installation, booking, phone.now).await? {
        refuse_locked(parts, card, phone.now).await?;
    }
    let command = IssueChallenge {
        booking,
        request,
        attempt: AttemptId::from_u128(random::uuid(phone.now).as_u128()),
        nonce: random::nonce(),
        poses: random::poses(parts.policy.challenge.turns),
    };
    let challenge =
        parts.store.decide::<Installation, _>(&phone.installation, command, phone.now, &parts.policy).await?;
    parts.metrics.event("face-challenged");
    Ok(HttpResponse::Created().json(shown(&challenge)))
}

/// The card that proved itself in this booking; a verdict that it has recorded is copied on the way.
async fn bound_card(
    parts: &Parts,
    installation: &InstallationId,
    booking: BookingId,
    now: Timestamp,
) -> Result<Option<CardId>, Refusal> {
    let Some(installation) = parts.store.load_installation(installation).await? else { return Ok(None) };
    let installation = decision::at(&installation, now, &parts.policy);
    attempt::mend(parts, &installation, booking, now).await?;
    Ok(installation.booking(booking).ok().and_then(|booking| booking.card()).map(|card| card.id))
}

/// A lock of the card is told before the holder stands in front of the camera.
async fn refuse_locked(parts: &Parts, card: CardId, now: Timestamp) -> Result<(), Refusal> {
    let Some(state) = parts.store.load_card(&card).await? else { return Ok(()) };
    let refusal = match decision::at(&state, now, &parts.policy).tries() {
        CardTries::Left(_) => return Ok(()),
        CardTries::LockedUntil { until, number } => card::Refusal::Locked { until, number },
        CardTries::LockedForGood { number } => card::Refusal::LockedForGood { number },
    };
    Err(locks::refused_to_app(parts, card, refusal, now).await)
}

fn shown(challenge: &Challenge) -> FaceChallenge {
    let poses: Vec<Pose> = challenge.poses.as_slice().iter().map(pose).collect();
    // A challenge has nine poses at most, and their frames have their own bound.
    let count = |frames: usize| u8::try_from(frames).unwrap_or(u8::MAX);
    FaceChallenge {
        attempt: Uuid::from_u128(challenge.attempt.as_u128()),
        nonce: challenge.nonce.as_bytes().into(),
        expires_at: to_date_time(challenge.deadline),
        frames_least: count(frames_least(poses.len())),
        frames_most: count(frames_most(poses.len())),
        poses,
    }
}

const fn pose(pose: &reservation::Pose) -> Pose {
    match pose {
        reservation::Pose::Front => Pose::Front,
        reservation::Pose::Left => Pose::Left,
        reservation::Pose::Right => Pose::Right,
    }
}
