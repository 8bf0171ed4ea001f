//! What a kiosk expects: a session makes one claim however often it asks, a failure frees the reservation, doubt waits, and
//! a proof settles.

use card::{Jpki, PinVerified};
use client::Failure;
use kiosk::{ClaimToken, KioskServer};
use reservation::statement::{CardChallenge, ClaimStatement, CompletionStatement};
use reservation::{ClaimId, KioskId, Nonce, PinKind, SessionId};
use secret::{NewPin, NewUserPin, Pin};
use uuid::Uuid;
use virtual_card::driver::SimulatedReset;
use virtual_card::{CardInHand, FRESH_SIGNATURE_PIN};
use wire::kiosk::{Claim, Completion, FailureReason, Granted, Session, Settled};
use wire::problem::ProblemType;

const NEW_PIN: &str = "8351";

/// A kiosk's server and a card on its reader, with a reservation to reset the user PIN.
pub(crate) struct Visit<'a> {
    pub(crate) server: &'a dyn KioskServer,
    pub(crate) card: &'a CardInHand,
}

#[track_caller]
fn refused<T>(answer: Result<T, Failure>) -> ProblemType {
    match answer {
        Ok(_) => panic!("it was accepted"),
        Err(failure) => crate::refusal(failure),
    }
}

fn token(granted: &Granted) -> ClaimToken {
    ClaimToken::new(granted.claim_token.clone())
}

/// The claim that this card's known PIN makes in a session, over any challenge.
fn claim(session: &Session, known: &mut PinVerified, card_challenge: CardChallenge) -> Claim {
    let statement = ClaimStatement {
        session: SessionId::from_u128(session.id.as_u128()),
        nonce: Nonce::from_bytes(session.nonce.to_array().expect("256 bits")),
        kiosk: KioskId::parse(&session.kiosk).expect("a kiosk's name"),
        target: PinKind::User,
        card_challenge,
    };
    Claim {
        session: session.session.clone(),
        certificate: known.certificate().unwrap().into(),
        signature: known.sign(&statement).unwrap().into(),
        card_challenge: card_challenge.into(),
    }
}

impl Visit<'_> {
    /// The known PIN is typed; the card has drawn this challenge.
    fn known(&self) -> (PinVerified, CardChallenge) {
        let mut card = Jpki::select(self.card.on_reader().unwrap()).unwrap();
        let challenge = card.challenge(&SimulatedReset).unwrap();
        let pin = Pin::from_entry(PinKind::Signature, FRESH_SIGNATURE_PIN.to_owned()).unwrap();
        (card.verify(pin).map_err(|failed| failed.error).unwrap(), challenge)
    }

    fn session(&self) -> Session {
        self.server.open_session(Some(PinKind::User)).unwrap()
    }

    pub(crate) fn keeps_the_contract(&self) {
        self.sessions_are_opened_as_often_as_one_likes();
        let failed = self.a_failure_frees_the_reservation();
        let completed = self.doubt_waits_and_a_proof_settles();
        self.a_used_up_reservation_gives_nothing(&failed, &completed);
    }

    fn sessions_are_opened_as_often_as_one_likes(&self) {
        let (one, other) = (self.session(), self.session());
        assert_eq!(one.kiosk, other.kiosk);
        assert_ne!((&one.session, one.id, &one.nonce), (&other.session, other.id, &other.nonce));
        self.server.open_session(None).unwrap();
    }

    fn a_failure_frees_the_reservation(&self) -> Claim {
        let session = self.session();
        let (mut known, challenge) = self.known();
        let sent = claim(&session, &mut known, challenge);
        let made_up = Claim { session: "made up".into(), ..sent.clone() };
        assert_eq!(refused(self.server.claim(&made_up)), ProblemType::SessionInvalid);

        let granted = self.server.claim(&sent).unwrap();
        assert_eq!(self.server.claim(&sent).unwrap(), granted, "the same body, the same answer");
        let other_body = claim(&session, &mut known, [1; 16]);
        assert_eq!(refused(self.server.claim(&other_body)), ProblemType::SessionUsed);
        let other_session = claim(&self.session(), &mut known, [2; 16]);
        assert_eq!(refused(self.server.claim(&other_session)), ProblemType::ClaimInProgress);

        let failed = Completion::Failed { reason: FailureReason::HolderLeft };
        let no_token = ClaimToken::new("no token".into());
        let told = self.server.complete(granted.claim, &no_token, &failed);
        assert_eq!(refused(told), ProblemType::ClaimTokenInvalid);
        for _ in 0..2 {
            let told = self.server.complete(granted.claim, &token(&granted), &failed);
            assert_eq!(told.unwrap(), Settled::Released { claims_left: 2 });
        }
        assert_eq!(refused(self.server.claim(&sent)), ProblemType::SessionUsed, "its claim has ended");
        sent
    }

    fn doubt_waits_and_a_proof_settles(&self) -> Claim {
        let (mut known, challenge) = self.known();
        let sent = claim(&self.session(), &mut known, challenge);
        let granted = self.server.claim(&sent).unwrap();
        let complete =
            |completion: &Completion| self.server.complete(granted.claim, &token(&granted), completion);
        for _ in 0..2 {
            let waiting = Settled::Waiting { lease_ends: granted.lease_ends };
            assert_eq!(complete(&Completion::Unknown {}).unwrap(), waiting);
        }
        let another = complete(&Completion::Completed { proof: [7; 256].into() });
        assert_eq!(refused(another), ProblemType::ProofInvalid);

        let new = NewUserPin::choose(NEW_PIN.into(), NEW_PIN.into(), None).unwrap();
        let reset = known.reset(&SimulatedReset, &granted.authorisation.0, NewPin::User(new));
        let mut reset =
            reset.unwrap_or_else(|failed| panic!("the card refuses the authorisation: {failed:?}"));
        let statement = CompletionStatement {
            claim: ClaimId::from_u128(granted.claim.as_u128()),
            nonce: Nonce::from_bytes(granted.completion_nonce.to_array().expect("256 bits")),
            target: PinKind::User,
        };
        let proof = Completion::Completed { proof: reset.sign(&statement).unwrap().into() };
        for _ in 0..2 {
            assert_eq!(complete(&proof).unwrap(), Settled::Completed);
        }
        sent
    }

    fn a_used_up_reservation_gives_nothing(&self, failed: &Claim, completed: &Claim) {
        for used in [failed, completed] {
            assert_eq!(refused(self.server.claim(used)), ProblemType::SessionUsed);
        }
        let (mut known, challenge) = self.known();
        let late = claim(&self.session(), &mut known, challenge);
        assert_eq!(refused(self.server.claim(&late)), ProblemType::NoReservation);
        let failed = Completion::Failed { reason: FailureReason::HolderLeft };
        refused(self.server.complete(Uuid::new_v4(), &ClaimToken::new("no token".into()), &failed));
    }
}
