//! `PUT /app/v1/bookings/{booking}/card`: the card proves itself, once and for the whole booking.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, put};
use face::Picture;
use ledger::{NumberTaken, TransactError};
use reservation::card::{self, Prove};
use reservation::installation::{AcceptCard, Booking, NextStep};
use reservation::statement::{BookingStatement, PresenceStatement};
use reservation::{
    BookingId, Card, Installation, InstallationId, ReservationNumber, SurfaceHash, Timestamp, decide,
    decision,
};
use utoipa::ToSchema;
use uuid::Uuid;
use wire::app::{CardAccepted, CardEvidence, Step, SurfaceFile};
use wire::problem::ProblemType;

use crate::evidence::{ProvedCard, prove_key};
use crate::listener::app::AppContext;
use crate::parts::{FaceParts, Parts};
use crate::problem::Refusal;
use crate::problem::from_rules::of_installation;
use crate::request::evidence::{self, KeyEvidence, Sent, SentForSignature};
use crate::request::phone::CardPhone;
use crate::{engine, locks, random, surface};

/// How often another number is drawn when one leads to another card already. With a hundred million cards and
/// 10^11 numbers one draw in a thousand meets one.
const DRAWS: usize = 16;

/// Binds the booking to a card that has proved itself. The same evidence again gets the same answer; another card
/// is refused.
///
/// For the signature PIN the portrait in the chip must be the issuer's and this card's, and the photograph of the
/// card's front must show the same face. That photograph is looked at once, and kept nowhere.
#[utoipa::path(
    params(("booking" = Uuid, Path, description = "The booking")),
    request_body(
        content = CardParts, content_type = "multipart/form-data",
        description = "For the user PIN the part `evidence` alone; for the signature PIN all three."
    ),
    responses((status = 200, description = "The card is accepted", body = CardAccepted))
)]
#[put("/app/v1/bookings/{booking}/card")]
pub(crate) async fn prove(
    http: HttpRequest,
    path: Path<Uuid>,
    phone: CardPhone,
    context: Data<AppContext>,
) -> Result<HttpResponse, Refusal> {
    let parts = &context.parts;
    let id = BookingId::from_u128(path.as_u128());
    let evidence = evidence::parse(&http, phone.body).await?;
    let installation = parts.store.load_installation(&phone.installation).await?;
    let installation = installation.ok_or(Refusal::new(ProblemType::InstallationUnknown))?;
    let installation = decision::at(&installation, phone.now, &parts.policy);
    let booking = installation.booking_for_evidence(id, phone.now).map_err(of_installation)?;
    let asked = Asked { context: &context, booking, installation: installation.id, now: phone.now };
    let (proved, surface) = match evidence.for_target(booking.target())? {
        Sent::User(key) => (asked.prove_key(&key, None).await?, None),
        Sent::Signature(sent) => {
            let surface = sent.surface.hash();
            (asked.prove_key_and_surface(*sent).await?, Some(surface))
        }
    };
    let number = record_proof(&proved, id, parts, phone.now).await?;
    let command = AcceptCard { booking: id, card: proved.card, known_key: proved.known_key, number, surface };
    let accepted =
        parts.store.decide::<Installation, _>(&phone.installation, command, phone.now, &parts.policy).await?;
    parts.metrics.event("card-proved");
    let next = match accepted.next {
        NextStep::Face => Step::Face,
        NextStep::Reservation => Step::Reservation,
    };
    Ok(HttpResponse::Ok().json(CardAccepted { next }))
}

/// The parts of the body, for the document.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "only its description is used: the parts are split by hand, each with its bound"
)]
struct CardParts {
    /// JSON, at most 16 KiB.
    evidence: CardEvidence,
    /// For the signature PIN, and only for it: JSON, at most 64 KiB. The bytes of this part are hashed as they are.
    surface: Option<SurfaceFile>,
    /// For the signature PIN, and only for it: a photograph of the card's front, JPEG or PNG, at most 4 MiB.
    #[schema(format = Binary, content_media_type = "application/octet-stream")]
    front: Option<String>,
}

/// What a booking asks of a card.
struct Asked<'a> {
    context: &'a AppContext,
    booking: &'a Booking,
    installation: InstallationId,
    now: Timestamp,
}

impl Asked<'_> {
    /// Certificate, chain, signature, register, revocation; then whether it is the booking's card.
    async fn prove_key(
        &self,
        key: &KeyEvidence,
        surface: Option<SurfaceHash>,
    ) -> Result<ProvedCard, Refusal> {
        let (parts, now) = (&self.context.parts, self.now);
        let target = self.booking.target();
        let statement = |_| {
            BookingStatement {
                booking: self.booking.id,
                nonce: self.booking.nonce,
                target,
                installation: self.installation,
                surface,
            }
            .to_bytes()
        };
        let known = Some(target.other());
        let proved = prove_key(&key.certificate, &key.signature, known, statement, parts, now)?
            .find_card(parts, now)
            .await?;
        refuse_another(self.booking, &proved)?;
        Ok(proved)
    }

    /// The same, and that the surface file is genuine and this card's, and the front shows its portrait's face.
    async fn prove_key_and_surface(&self, sent: SentForSignature) -> Result<ProvedCard, Refusal> {
        let face = self.context.parts.face()?;
        let surface = sent.surface.hash();
        let proved = self.prove_key(&sent.key, Some(surface)).await?;
        let genuine = sent.surface.genuine(&face.anchors)?;
        let statement = PresenceStatement {
            booking: self.booking.id,
            nonce: self.booking.nonce,
            installation: self.installation,
            surface,
        };
        surface::believe(&genuine, &statement, &sent.presence, &proved.entry)?;
        // The booking is bound: the front was looked at then, and the answer does not hang on another look.
        if self.booking.card().is_none() {
            self.check_front(face, &proved, genuine.portrait(), sent.front).await?;
        }
        Ok(proved)
    }

    /// Nothing is stored or counted if it fails: the holder takes the photograph again.
    async fn check_front(
        &self,
        face: &FaceParts,
        proved: &ProvedCard,
        portrait: &[u8],
        front: Picture,
    ) -> Result<(), Refusal> {
        let parts = &self.context.parts;
        let state = parts.store.load_card(&proved.card).await?;
        // A locked card is told so before the engine is troubled.
        if let Err(refusal) = number_after(state.as_ref(), self.booking.id, random::number(), parts, self.now)
        {
            return Err(locks::refused_to_app(parts, proved.card, refusal, self.now).await);
        }
        self.context.face_rate.admit(&proved.card)?;
        engine::check_front(parts, face, Picture::new(portrait.to_vec()), front).await
    }
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
        let number = match number_after(state.as_ref(), booking, drawn, parts, now) {
            Ok(number) => number,
            Err(refusal) => return Err(locks::refused_to_app(parts, proved.card, refusal, now).await),
        };
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
        return match parts.store.decide::<Card, _>(&proved.card, command, now, &parts.policy).await {
            Ok(proved) => Ok(proved.number),
            Err(error) => Err(locks::error_to_app(parts, proved.card, error, now).await),
        };
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
) -> Result<ReservationNumber, card::Refusal> {
    let command = Prove { booking, number: drawn };
    Ok(decide(state, command, now, &parts.policy)?.outcome.number)
}
