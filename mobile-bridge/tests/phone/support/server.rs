//! A server in memory: idempotency keys are remembered, the first accepted evidence binds the booking, a face is judged
//! by what its frames say ([`face`]), and calls get lost where a test wants.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use client::{Answer, Failure};
use mobile_bridge::server::IdempotencyKey;
use mobile_bridge::{BookingServer, CallError, CardProof, Frames, SurfaceBytes};
use reservation::statement::BookingStatement;
use reservation::{BookingId, InstallationId, Nonce, PinKind, ReservationNumber};
use time::OffsetDateTime;
use time::macros::datetime;
use uuid::Uuid;
use wire::app::{
    Booking, CardAccepted, FaceChallenge, FaceEvidence, FaceVerdict, Installation, Reservation,
    ReservationState, StartBooking, Step, Terms,
};
use wire::problem::ProblemType as P;

#[path = "face.rs"]
pub(crate) mod face;

use face::{FaceStep, Faces};

/// Where the phone is killed: an error the phone cannot act on, after which the test drops it.
pub(crate) const KILLED: u16 = 999;

#[derive(Default)]
struct Books {
    bookings: BTreeMap<Uuid, KnownBooking>,
    reservations: BTreeMap<Uuid, Reservation>,
    made: u64,
    terms: String,
    faces: Faces,
}

struct KnownBooking {
    key: IdempotencyKey,
    body: StartBooking,
    answer: Booking,
    evidence: Option<CardProof>,
    face: FaceStep,
    expired: bool,
    refuses: Option<P>,
}

impl KnownBooking {
    /// Whether all that comes before a reservation is done.
    fn is_ready(&self) -> bool {
        match &self.evidence {
            None => false,
            Some(CardProof::User(_)) => true,
            Some(CardProof::Signature { .. }) => self.face.matched,
        }
    }
}

pub(crate) struct TestServer {
    installation: InstallationId,
    books: Mutex<Books>,
    /// Calls made, and half-calls: each call is two steps, there and back.
    steps: AtomicUsize,
    killed_at: AtomicUsize,
}

fn refused(kind: P) -> CallError {
    refused_with(kind, "")
}

/// A refusal with further members.
fn refused_with(kind: P, facts: &str) -> CallError {
    let body = format!(
        r#"{{"type":"{}","title":"no","status":403,"instance":"urn:uuid:0","next_step":{{"ja":"x","en":"x"}}{facts}}}"#,
        kind.uri()
    );
    Failure::from_answer(&Answer::new(403, body.into_bytes())).into()
}

/// What is said of an attempt that is still open.
fn open_attempt(retry_after: std::time::Duration) -> CallError {
    let CallError::Failure(Failure::Refused(refusal)) = refused(P::AttemptInProgress) else {
        unreachable!("403 is a refusal");
    };
    Failure::Busy { retry_after: Some(retry_after), refusal }.into()
}

/// Another photograph of the same card is the same card.
fn same_card(bound: &CardProof, sent: &CardProof) -> bool {
    match (bound, sent) {
        (CardProof::Signature { card: bound, .. }, CardProof::Signature { card: sent, .. }) => bound == sent,
        (bound, sent) => bound == sent,
    }
}

impl TestServer {
    pub(crate) fn new(installation: InstallationId) -> Self {
        let books = Books { terms: "1".into(), ..Books::default() };
        Self {
            installation,
            books: Mutex::new(books),
            steps: AtomicUsize::new(0),
            killed_at: AtomicUsize::new(0),
        }
    }

    /// The phone dies at this half-call, counted from 1; 0 never.
    pub(crate) fn kill_at(&self, step: usize) {
        self.steps.store(0, Ordering::SeqCst);
        self.killed_at.store(step, Ordering::SeqCst);
    }

    pub(crate) fn steps(&self) -> usize {
        self.steps.load(Ordering::SeqCst)
    }

    pub(crate) fn reservations(&self) -> usize {
        self.books.lock().unwrap().reservations.len()
    }

    pub(crate) fn bookings(&self) -> usize {
        self.books.lock().unwrap().bookings.len()
    }

    pub(crate) fn expire_bookings(&self) {
        self.books.lock().unwrap().bookings.values_mut().for_each(|booking| booking.expired = true);
    }

    pub(crate) fn refuse_evidence(&self, kind: Option<P>) {
        self.books.lock().unwrap().bookings.values_mut().for_each(|booking| booking.refuses = kind);
    }

    /// What a card sent that was accepted last.
    pub(crate) fn evidence(&self) -> Option<CardProof> {
        let books = self.books.lock().unwrap();
        books.bookings.values().rev().find_map(|booking| booking.evidence.clone())
    }

    /// Attempts that were judged, whatever the verdict.
    pub(crate) fn judged(&self) -> usize {
        self.books.lock().unwrap().faces.judged
    }

    /// An earlier attempt is open: it ends when it has been asked about so many times, each time with this to wait.
    pub(crate) fn open_attempt(&self, times: usize, retry_after: std::time::Duration) {
        self.books.lock().unwrap().faces.open = vec![retry_after; times];
    }

    /// Ends the challenge that is out.
    pub(crate) fn end_challenge(&self) {
        self.books.lock().unwrap().bookings.values_mut().for_each(|booking| booking.face.end_challenge());
    }

    /// From now on every challenge ends so soon.
    pub(crate) fn leave(&self, left: std::time::Duration) {
        self.books.lock().unwrap().faces.challenge_left = left;
    }

    /// Lifts the lock after face failures, as time does.
    pub(crate) fn end_lock(&self) {
        self.books.lock().unwrap().faces.failures = 0;
    }

    pub(crate) fn new_terms(&self, version: &str) {
        version.clone_into(&mut self.books.lock().unwrap().terms);
    }

    fn call<T>(&self, answer: impl FnOnce(&mut Books) -> Result<T, CallError>) -> Result<T, CallError> {
        self.half()?;
        let answer = answer(&mut self.books.lock().unwrap());
        self.half()?;
        answer
    }

    fn half(&self) -> Result<(), CallError> {
        let step = self.steps.fetch_add(1, Ordering::SeqCst) + 1;
        if step == self.killed_at.load(Ordering::SeqCst) {
            return Err(Failure::NotUnderstood { status: KILLED }.into());
        }
        Ok(())
    }
}

#[async_trait]
impl BookingServer for TestServer {
    fn now(&self) -> OffsetDateTime {
        self.books.lock().unwrap().faces.now()
    }

    async fn register(&self, _app: &str) -> Result<Installation, CallError> {
        self.call(|books| {
            let terms = Terms { version: books.terms.clone(), ja: "規約".into(), en: "terms".into() };
            Ok(Installation { installation: self.installation.as_bytes().into(), terms })
        })
    }

    async fn start(&self, key: IdempotencyKey, body: &StartBooking) -> Result<Booking, CallError> {
        self.call(|books| {
            if let Some(known) = books.bookings.values().find(|known| known.key == key) {
                return if known.body == *body {
                    Ok(known.answer.clone())
                } else {
                    Err(refused(P::IdempotencyKeyReused))
                };
            }
            books.faces.refuse_locked()?;
            if body.terms != books.terms || !body.consent {
                return Err(refused(P::TermsNotAccepted));
            }
            let booking = Uuid::from_u128(books.bookings.len() as u128 + 1);
            let answer = Booking {
                booking,
                target: body.target,
                nonce: [books.bookings.len() as u8; 32].into(),
                steps: match body.target {
                    wire::PinKind::User => vec![Step::Card, Step::Reservation],
                    wire::PinKind::Signature => vec![Step::Card, Step::Face, Step::Reservation],
                },
                expires_at: datetime!(2026-11-21 03:15 UTC),
            };
            let known = KnownBooking {
                key,
                body: body.clone(),
                answer: answer.clone(),
                evidence: None,
                face: FaceStep::default(),
                expired: false,
                refuses: None,
            };
            books.bookings.insert(booking, known);
            Ok(answer)
        })
    }

    async fn prove_card(&self, booking: Uuid, proof: &CardProof) -> Result<CardAccepted, CallError> {
        self.call(|books| {
            let known = books.bookings.get_mut(&booking).ok_or_else(|| refused(P::BookingUnknown))?;
            if known.expired {
                return Err(refused(P::BookingExpired));
            }
            books.faces.refuse_locked()?;
            if let Some(kind) = known.refuses {
                return Err(refused(kind));
            }
            match &known.evidence {
                Some(bound) if !same_card(bound, proof) => return Err(refused(P::AnotherCard)),
                Some(_) => {}
                None => {
                    face::look_at_front(proof)?;
                    self.check(known, proof);
                    known.evidence = Some(proof.clone());
                }
            }
            let next = if matches!(proof, CardProof::User(_)) { Step::Reservation } else { Step::Face };
            Ok(CardAccepted { next })
        })
    }

    async fn face_challenge(&self, key: IdempotencyKey, booking: Uuid) -> Result<FaceChallenge, CallError> {
        self.call(|books| {
            let known = books.bookings.get_mut(&booking).ok_or_else(|| refused(P::BookingUnknown))?;
            if known.expired {
                return Err(refused(P::BookingExpired));
            }
            books.faces.refuse_locked()?;
            if !matches!(known.evidence, Some(CardProof::Signature { .. })) || known.face.matched {
                return Err(refused(P::BookingOutOfOrder));
            }
            if let Some(retry_after) = books.faces.open.pop() {
                return Err(open_attempt(retry_after));
            }
            known.face.challenge(&mut books.faces, key)
        })
    }

    async fn show_face(
        &self,
        booking: Uuid,
        evidence: &FaceEvidence,
        surface: &SurfaceBytes,
        frames: &Frames,
    ) -> Result<FaceVerdict, CallError> {
        self.call(|books| {
            let known = books.bookings.get_mut(&booking).ok_or_else(|| refused(P::BookingUnknown))?;
            if let Some(verdict) = known.face.known_verdict(evidence, frames)? {
                return Ok(verdict);
            }
            if known.expired {
                return Err(refused(P::BookingExpired));
            }
            books.faces.refuse_locked()?;
            match &known.evidence {
                Some(CardProof::Signature { card, .. }) if card.surface == *surface => {}
                Some(CardProof::Signature { .. }) => return Err(refused(P::AnotherCard)),
                Some(CardProof::User(_)) | None => return Err(refused(P::BookingOutOfOrder)),
            }
            known.face.judge(&mut books.faces, evidence, frames)
        })
    }

    async fn reserve(&self, _key: IdempotencyKey, booking: Uuid) -> Result<Reservation, CallError> {
        self.call(|books| {
            let known = books.bookings.get(&booking).ok_or_else(|| refused(P::BookingUnknown))?;
            if let Some(made) = books.reservations.get(&booking) {
                return Ok(made.clone());
            }
            if known.expired {
                return Err(refused(P::BookingExpired));
            }
            if !known.is_ready() {
                return Err(refused(P::BookingOutOfOrder));
            }
            books.made += 1;
            let reservation = Reservation {
                number: ReservationNumber::from_random(books.made).to_string(),
                target: known.body.target,
                state: ReservationState::Reserved { claims_left: 3 },
                expires_at: datetime!(2026-11-22 03:05 UTC),
                last_arrival: datetime!(2026-11-22 03:05 UTC),
                token: Some(format!("canary-token-{}", books.made)),
                places: Vec::new(),
            };
            books.reservations.insert(booking, reservation.clone());
            Ok(reservation)
        })
    }

    async fn reservation(&self, number: &str, token: &str) -> Result<Reservation, CallError> {
        self.call(|books| {
            let found = books.reservations.values().find(|made| made.number == number);
            let found = found.filter(|made| made.token.as_deref() == Some(token));
            found.cloned().ok_or_else(|| refused(P::ReservationUnknown))
        })
    }

    async fn cancel(&self, number: &str, token: &str) -> Result<Reservation, CallError> {
        self.call(|books| {
            let found = books.reservations.values_mut().find(|made| made.number == number);
            let found = found.filter(|made| made.token.as_deref() == Some(token));
            let found = found.ok_or_else(|| refused(P::ReservationUnknown))?;
            match found.state {
                ReservationState::Reserved { .. } => {
                    found.state = ReservationState::Cancelled { at: datetime!(2026-11-21 04:00 UTC) };
                }
                ReservationState::Cancelled { .. } => {}
                _ => return Err(refused(P::ReservationEnded)),
            }
            Ok(found.clone())
        })
    }
}

impl TestServer {
    /// The signature is by the certificate's key over exactly the fields this server gave and this installation, and
    /// for the signature PIN the surface file.
    fn check(&self, known: &KnownBooking, proof: &CardProof) {
        use x509_parser::prelude::{FromDer as _, X509Certificate};
        let evidence = proof.evidence();
        let (_, certificate) = X509Certificate::from_der(&evidence.certificate.0).unwrap();
        let surface = match proof {
            CardProof::User(_) => None,
            CardProof::Signature { card, .. } => Some(card.surface.hash()),
        };
        let statement = BookingStatement {
            booking: BookingId::from_u128(known.answer.booking.as_u128()),
            nonce: Nonce::from_bytes(known.answer.nonce.to_array().unwrap()),
            target: PinKind::from(known.answer.target),
            installation: self.installation,
            surface,
        };
        let key = &certificate.public_key().subject_public_key.data;
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key)
            .verify(&statement.to_bytes(), &evidence.signature.0)
            .expect("the known-PIN key signs exactly the booking statement");
    }
}
