//! `PUT /app/v1/bookings/{booking}/card`: the card proves itself, once and for the whole booking.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, put};
use ledger::{NumberTaken, TransactError};
use reservation::card::Prove;
use reservation::installation::{AcceptCard, Booking, NextStep};
use reservation::statement::BookingStatement;
use reservation::{BookingId, Card, Installation, PinKind, ReservationNumber, Timestamp, decide, decision};
use uuid::Uuid;
use wire::app::{CardAccepted, CardEvidence, Step};
use wire::problem::ProblemType;

use crate::evidence::{ProvedCard, prove_key};
use crate::listener::app::AppContext;
use crate::parts::Parts;
use crate::problem::Refusal;
use crate::problem::from_rules::{of_card_error_to_app, of_card_to_app, of_installation};
use crate::random;
use crate::request::evidence;
use crate::request::phone::Phone;

/// How often another number is drawn when one leads to another card already. With a hundred million cards and
/// 10^11 numbers one draw in a thousand meets one.
const DRAWS: usize = 16;

/// Binds the booking to a card that has proved itself. The same evidence again gets the same answer; another card
/// is refused.
#[utoipa::path(
    params(("booking" = Uuid, Path, description = "The booking")),
    request_body(
        content = CardEvidence, content_type = "multipart/form-data",
        description = "One part named `evidence`: this as JSON."
    ),
    responses((status = 200, description = "The card is accepted", body = CardAccepted))
)]
#[put("/app/v1/bookings/{booking}/card")]
pub(crate) async fn prove(
    http: HttpRequest,
    path: Path<Uuid>,
    phone: Phone,
    context: Data<AppContext>,
) -> Result<HttpResponse, Refusal> {
    let parts = &context.parts;
    let id = BookingId::from_u128(path.as_u128());
    let evidence = evidence::parse(&http, phone.body.clone()).await?;
    let installation = parts.store.load_installation(&phone.installation).await?;
    let installation = installation.ok_or(Refusal::new(ProblemType::InstallationUnknown))?;
    let installation = decision::at(&installation, phone.now, &parts.policy);
    let booking = installation.booking_for_evidence(id, phone.now).map_err(of_installation)?;
    if booking.target() == PinKind::Signature {
        // Its evidence has a surface file, which comes with the face step.
        return Err(Refusal::new(ProblemType::TargetNotOffered).because("no face step in this version"));
    }
    let proved = believe(&evidence, booking, &installation, parts, phone.now).await?;
    refuse_another(booking, &proved)?;
    let number = record_proof(&proved, id, parts, phone.now).await?;
    let command =
        AcceptCard { booking: id, card: proved.card, known_key: proved.known_key, number, surface: None };
    let accepted =
        parts.store.decide::<Installation, _>(&phone.installation, command, phone.now, &parts.policy).await?;
    parts.metrics.event("card-proved");
    let next = match accepted.next {
        NextStep::Face => Step::Face,
        NextStep::Reservation => Step::Reservation,
    };
    Ok(HttpResponse::Ok().json(CardAccepted { next }))
}

async fn believe(
    evidence: &CardEvidence,
    booking: &Booking,
    installation: &Installation,
    parts: &Parts,
    now: Timestamp,
) -> Result<ProvedCard, Refusal> {
    let target = booking.target();
    let statement = |_| {
        BookingStatement {
            booking: booking.id,
            nonce: booking.nonce,
            target,
            installation: installation.id,
            surface: None,
        }
        .to_bytes()
    };
    let known = Some(target.other());
    prove_key(&evidence.certificate.0, &evidence.signature.0, known, statement, parts, now)?
        .find_card(parts, now)
        .await
}

/// One card per booking, looked at before the second card's record is touched.
fn refuse_another(booking: &Booking, proved: &ProvedCard) -> Result<(), Refusal> {
    match booking.card() {
        Some(bound) if bound.id != proved.card || bound.known_key != proved.known_key => {
            Err(ProblemType::AnotherCard.into())
        }
        _ => Ok(()),
    }
}

/// Commits that the card proved itself. Its number leads to the card before the card has it, so a number that a
/// person reads out is never without an entry.
async fn record_proof(
    proved: &ProvedCard,
    booking: BookingId,
    parts: &Parts,
    now: Timestamp,
) -> Result<ReservationNumber, Refusal> {
    let state = parts.store.load_card(&proved.card).await?;
    for _ in 0..DRAWS {
        let drawn = random::number();
        let number = number_after(state.as_ref(), booking, drawn, parts, now)?;
        match parts.store.take_number(number, proved.card, now).await {
            Ok(()) => {}
            Err(TransactError::Refused(NumberTaken)) if number == drawn => continue,
            Err(TransactError::Refused(NumberTaken)) => {
                return Err(
                    Refusal::new(ProblemType::Internal).because("a card's number leads to another card")
                );
            }
            Err(TransactError::Store(error)) => return Err(error.into()),
        }
        let command = Prove { booking, number };
        let outcome = parts.store.decide::<Card, _>(&proved.card, command, now, &parts.policy).await;
        return outcome.map(|proved| proved.number).map_err(|error| of_card_error_to_app(error, now));
    }
    Err(Refusal::new(ProblemType::Unavailable).because("no free reservation number was drawn"))
}

/// The number the card would have after the proof: the one it has while a reservation lives, else the one drawn.
fn number_after(
    state: Option<&Card>,
    booking: BookingId,
    drawn: ReservationNumber,
    parts: &Parts,
    now: Timestamp,
) -> Result<ReservationNumber, Refusal> {
    let command = Prove { booking, number: drawn };
    let decision =
        decide(state, command, now, &parts.policy).map_err(|refusal| of_card_to_app(refusal, now))?;
    Ok(decision.outcome.number)
}
