//! A server in memory that keeps the promises of design §5 for one reservation: proofs are checked, the same session
//! with the same body gets the same answer, `failed` frees at once, `unknown` waits for the lease's end, a proof
//! completes whenever it comes. It loses requests and answers where a test wants.

use std::cell::RefCell;
use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use client::{Answer, Failure};
use kiosk::{ClaimToken, KioskServer};
use reservation::statement::{ClaimStatement, CompletionStatement, ResetStatement};
use reservation::{ClaimId, KeyHash, KioskId, Nonce, PinKind, SessionId};
use time::macros::datetime;
use uuid::Uuid;
use wire::kiosk::{Claim, Completion, FailureReason, Granted, Session, Settled};
use wire::problem::{Facts, Problem, ProblemType, Sentence};
use x509_parser::der_parser::asn1_rs::FromDer as _;
use x509_parser::prelude::X509Certificate;

use super::card::issued;
use super::kill::KillSwitch;

/// What a call meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// It gets there and back.
    Open,
    /// It never gets there.
    RequestLost,
    /// The answer never gets back.
    AnswerLost,
    /// The server says 503 and does nothing.
    Busy,
    /// Nobody listens.
    NoServer,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ClaimEnd {
    Live,
    Failed(FailureReason),
    Unknown,
    Completed,
}

struct GrantedClaim {
    body: Claim,
    granted: Granted,
    end: ClaimEnd,
}

#[derive(Default)]
struct Books {
    sessions: BTreeMap<String, Session>,
    claims: Vec<GrantedClaim>,
    completed: bool,
    completions: Vec<Completion>,
    /// Why no claim is granted since the reservation was made.
    locked: Option<(ProblemType, Facts)>,
    /// Ways for the calls to come, the next one last; an open way when empty.
    ways: Vec<Way>,
    calls: usize,
}

pub(crate) struct TestServer {
    pub(crate) target: PinKind,
    pub(crate) kill: KillSwitch,
    books: RefCell<Books>,
}

const KIOSK: &str = "kiosk-1";

fn refused(kind: ProblemType) -> Failure {
    refused_with(kind, Facts::default())
}

fn refused_with(kind: ProblemType, facts: Facts) -> Failure {
    let problem = Problem {
        kind: kind.uri(),
        title: "no".into(),
        status: 403,
        instance: "urn:uuid:0".into(),
        next_step: Sentence { ja: "x".into(), en: "x".into() },
        facts,
    };
    Failure::from_answer(&Answer::new(403, serde_json::to_vec(&problem).unwrap()))
}

impl TestServer {
    pub(crate) fn reserved(target: PinKind, kill: KillSwitch) -> Self {
        Self { target, kill, books: RefCell::default() }
    }

    /// The next calls go these ways.
    pub(crate) fn ways(&self, ways: &[Way]) {
        self.books.borrow_mut().ways = ways.iter().rev().copied().collect();
    }

    /// Somebody's face failed too often since: claims are refused with these facts.
    pub(crate) fn lock(&self, kind: ProblemType, facts: Facts) {
        self.books.borrow_mut().locked = Some((kind, facts));
    }

    pub(crate) fn is_completed(&self) -> bool {
        self.books.borrow().completed
    }

    pub(crate) fn claims(&self) -> Vec<ClaimEnd> {
        self.books.borrow().claims.iter().map(|claim| claim.end.clone()).collect()
    }

    pub(crate) fn completions(&self) -> Vec<Completion> {
        self.books.borrow().completions.clone()
    }

    pub(crate) fn calls(&self) -> usize {
        self.books.borrow().calls
    }

    /// Five minutes go by: holds end.
    pub(crate) fn lease_ends(&self) {
        for claim in &mut self.books.borrow_mut().claims {
            if claim.end == ClaimEnd::Live {
                claim.end = ClaimEnd::Unknown;
            }
        }
    }

    fn call<T>(&self, answer: impl FnOnce(&mut Books) -> Result<T, Failure>) -> Result<T, Failure> {
        self.kill.step();
        let way = {
            let mut books = self.books.borrow_mut();
            books.calls += 1;
            books.ways.pop().unwrap_or(Way::Open)
        };
        let answer = match way {
            Way::RequestLost => return Err(Failure::Interrupted),
            Way::NoServer => return Err(Failure::Unreachable(client::failure::Unreachable::NoConnection)),
            Way::Busy => return Err(Failure::from_answer(&Answer::new(503, Vec::new()))),
            Way::Open | Way::AnswerLost => answer(&mut self.books.borrow_mut()),
        };
        self.kill.step();
        if way == Way::AnswerLost { Err(Failure::Interrupted) } else { answer }
    }
}

impl KioskServer for TestServer {
    fn open_session(&self, target: Option<PinKind>) -> Result<Session, Failure> {
        self.call(|books| {
            if target.is_some_and(|target| target != self.target) {
                return Err(refused(ProblemType::KindNotOffered));
            }
            let session = Session {
                session: format!("session-{}", books.sessions.len()),
                id: Uuid::from_u128(books.sessions.len() as u128),
                nonce: [books.sessions.len() as u8; 32].into(),
                kiosk: KIOSK.into(),
                expires_at: datetime!(2026-11-21 03:03 UTC),
            };
            books.sessions.insert(session.session.clone(), session.clone());
            Ok(session)
        })
    }

    fn claim(&self, claim: &Claim) -> Result<Granted, Failure> {
        use ProblemType as P;
        self.call(|books| {
            if let Some(known) = books.claims.iter().find(|known| known.body.session == claim.session) {
                let same = known.body == *claim && known.end == ClaimEnd::Live;
                return if same { Ok(known.granted.clone()) } else { Err(refused(P::SessionUsed)) };
            }
            let session = books.sessions.get(&claim.session).ok_or_else(|| refused(P::SessionInvalid))?;
            if let Some((kind, facts)) = &books.locked {
                return Err(refused_with(*kind, facts.clone()));
            }
            if books.completed {
                return Err(refused(P::NoReservation));
            }
            if books.claims.iter().any(|known| known.end == ClaimEnd::Live) {
                return Err(refused(P::ClaimInProgress));
            }
            if books.claims.len() == 3 {
                return Err(refused(P::ClaimsExhausted));
            }
            let (_, certificate) = X509Certificate::from_der(&claim.certificate.0).unwrap();
            let statement = ClaimStatement {
                session: SessionId::from_u128(session.id.as_u128()),
                nonce: Nonce::from_bytes(session.nonce.to_array().unwrap()),
                kiosk: KioskId::parse(KIOSK).unwrap(),
                target: self.target,
                card_challenge: claim.card_challenge.to_array().unwrap(),
            };
            let spki = certificate.public_key();
            UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &spki.subject_public_key.data)
                .verify(&statement.to_bytes(), &claim.signature.0)
                .expect("the known-PIN key signs exactly the claim statement");
            let known_key = digest(&SHA256, spki.raw);
            let reset = ResetStatement {
                target: self.target,
                card_challenge: statement.card_challenge,
                known_key: KeyHash::from_bytes(known_key.as_ref().try_into().unwrap()),
            };
            let number = books.claims.len() as u128 + 1;
            let granted = Granted {
                claim: Uuid::from_u128(number),
                target: self.target.into(),
                authorisation: issued().sign(&reset.to_bytes()).into(),
                completion_nonce: [number as u8; 32].into(),
                claim_token: format!("canary-token-{number}"),
                lease_ends: datetime!(2026-11-21 03:08 UTC),
            };
            let body = claim.clone();
            books.claims.push(GrantedClaim { body, granted: granted.clone(), end: ClaimEnd::Live });
            Ok(granted)
        })
    }

    fn complete(&self, claim: Uuid, token: &ClaimToken, completion: &Completion) -> Result<Settled, Failure> {
        use ProblemType as P;
        self.call(|books| {
            books.completions.push(completion.clone());
            let number = books.claims.len();
            let known = books.claims.iter_mut().find(|known| known.granted.claim == claim);
            let known = known.ok_or_else(|| refused(P::ClaimUnknown))?;
            if known.granted.claim_token != token.expose() {
                return Err(refused(P::ClaimTokenInvalid));
            }
            let claims_left = 3 - number as u8;
            match completion {
                Completion::Completed { proof } => {
                    let statement = CompletionStatement {
                        claim: ClaimId::from_u128(claim.as_u128()),
                        nonce: Nonce::from_bytes(known.granted.completion_nonce.to_array().unwrap()),
                        target: self.target,
                    };
                    let spki = match self.target {
                        PinKind::User => &issued().user_spki,
                        PinKind::Signature => &issued().signature_spki,
                    };
                    let (_, spki) = x509_parser::x509::SubjectPublicKeyInfo::from_der(spki).unwrap();
                    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &spki.subject_public_key.data)
                        .verify(&statement.to_bytes(), &proof.0)
                        .map_err(|_| refused(P::ProofInvalid))?;
                    known.end = ClaimEnd::Completed;
                    books.completed = true;
                    Ok(Settled::Completed)
                }
                Completion::Failed { reason } => match &known.end {
                    ClaimEnd::Live | ClaimEnd::Failed(_) => {
                        known.end = ClaimEnd::Failed(*reason);
                        Ok(Settled::Released { claims_left })
                    }
                    _ => Err(refused(P::ClaimEnded)),
                },
                Completion::Unknown {} => Ok(Settled::Waiting { lease_ends: known.granted.lease_ends }),
            }
        })
    }
}
