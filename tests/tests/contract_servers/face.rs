//! What the phone expects in a booking of the signature PIN: the card's front is looked at once, a challenge is answered
//! once, and the same answer gets the same verdict.

use std::fs;
use std::sync::Arc;

use client::Failure;
use end_to_end::face_booking::{AtFace, Begun};
use end_to_end::faces::{self, Album, Person};
use end_to_end::site::Site;
use mobile_bridge::{BookingServer, CallError};
use reservation::InstallationId;
use reservation::limits::FACE_FAILURES_TO_LOCK;
use uuid::Uuid;
use virtual_card::CardInHand;
use wire::app::{FaceVerdict, ReservationState, Step};
use wire::problem::{Advice, ProblemType};

type Frames = Vec<Vec<u8>>;

/// Pictures that a server can tell apart.
pub(crate) struct Pictures {
    front: Vec<u8>,
    /// The same front, taken once more.
    front_again: Vec<u8>,
    front_of_nobody: Vec<u8>,
    holder: Frames,
    stranger: Frames,
    nobody: Frames,
}

impl Pictures {
    /// For the server in memory, which reads instead of looking.
    pub(crate) fn in_words() -> Self {
        let three = |who: &str| (1..=3).map(|number| format!("{who} {number}").into_bytes()).collect();
        Self {
            front: b"holder's card".to_vec(),
            front_again: b"holder's card again".to_vec(),
            front_of_nobody: b"noface".to_vec(),
            holder: three("holder"),
            stranger: three("other"),
            nobody: three("noface"),
        }
    }

    /// For a real engine.
    pub(crate) fn taken(album: &Album, site: &Site) -> Self {
        let front = fs::read(album.front(site, "card")).unwrap();
        let nobody = faces::frames_of_nobody();
        Self {
            // Behind a JPEG's end marker anything may stand.
            front_again: [front.as_slice(), b"again"].concat(),
            front,
            front_of_nobody: nobody[0].clone(),
            holder: faces::read(&album.frames(site, Person::Holder)),
            stranger: faces::read(&album.frames(site, Person::Impostor)),
            nobody,
        }
    }
}

/// A phone, its server, a card, and what the camera sees.
pub(crate) struct FaceBooker<'a> {
    pub(crate) server: Arc<dyn BookingServer>,
    pub(crate) installation: InstallationId,
    pub(crate) card: &'a CardInHand,
    pub(crate) pictures: Pictures,
}

#[track_caller]
fn refused<T>(answer: Result<T, CallError>) -> ProblemType {
    match answer {
        Ok(_) => panic!("it was accepted"),
        Err(CallError::Failure(failure)) => crate::refusal(failure),
        Err(error) => panic!("{error}"),
    }
}

/// What a refusal says to do better, and with which frame.
#[track_caller]
fn advised<T>(answer: Result<T, CallError>) -> (Option<Advice>, Option<u8>) {
    match answer {
        Err(CallError::Failure(Failure::Refused(refusal))) => (refusal.facts.advice, refusal.facts.frame),
        Ok(_) | Err(_) => panic!("no refusal"),
    }
}

impl FaceBooker<'_> {
    pub(crate) async fn keeps_the_contract(&self, other_card: &CardInHand) {
        let begun = Begun::with(self.server.clone(), self.installation).await;
        let at = self.the_card_is_taken_once_with_a_front_that_shows_it(&begun, other_card).await;
        self.the_newest_challenge_is_the_one_that_is_out(&at).await;
        self.what_cannot_be_judged_leaves_the_challenge_out(&at).await;
        self.an_attempt_has_one_verdict(&at).await;
        self.a_match_leads_to_the_reservation(&at).await;
        self.five_failures_lock(other_card).await;
    }

    async fn the_card_is_taken_once_with_a_front_that_shows_it(
        &self,
        begun: &Begun,
        other_card: &CardInHand,
    ) -> AtFace {
        let Pictures { front, front_again, front_of_nobody, .. } = &self.pictures;
        let proof = |front: &Vec<u8>| begun.proof(self.card, front.clone());
        let at = begun.at_face(&proof(front));
        assert_eq!(refused(at.challenge().await), ProblemType::BookingOutOfOrder);
        assert_eq!(refused(begun.send(&proof(front_of_nobody)).await), ProblemType::FrontUnfit);
        assert_eq!(refused(at.reserve().await), ProblemType::BookingOutOfOrder);
        for front in [front, front, front_again] {
            assert_eq!(begun.send(&proof(front)).await.unwrap(), Step::Face);
        }
        let other = begun.proof(other_card, front.clone());
        assert_eq!(refused(begun.send(&other).await), ProblemType::AnotherCard);
        assert_eq!(refused(at.reserve().await), ProblemType::BookingOutOfOrder);
        let challenge = at.challenge().await.unwrap();
        let others = begun.at_face(&other).show(&challenge, &self.pictures.holder).await;
        assert_eq!(refused(others), ProblemType::AnotherCard);
        at
    }

    async fn the_newest_challenge_is_the_one_that_is_out(&self, at: &AtFace) {
        let key = Uuid::new_v4();
        let first = at.challenge_for(key).await.unwrap();
        assert_eq!(at.challenge_for(key).await.unwrap(), first);
        assert_ne!(at.challenge().await.unwrap().attempt, first.attempt);
        assert_eq!(refused(at.show(&first, &self.pictures.holder).await), ProblemType::ChallengeUnknown);
    }

    async fn what_cannot_be_judged_leaves_the_challenge_out(&self, at: &AtFace) {
        let Pictures { nobody, holder, stranger, .. } = &self.pictures;
        let challenge = at.challenge().await.unwrap();
        assert_eq!(refused(at.show(&challenge, nobody).await), ProblemType::FramesUnfit);
        assert_eq!(advised(at.show(&challenge, nobody).await), (Some(Advice::NoFace), Some(1)));
        let twice = [holder[0].clone(), holder[1].clone(), holder[1].clone()];
        assert_eq!(advised(at.show(&challenge, &twice).await), (Some(Advice::TakeEachAnew), Some(3)));
        let verdict = at.show(&challenge, stranger).await.unwrap();
        assert_eq!(verdict, FaceVerdict::NotMatched { tries_left: 4 });
    }

    async fn an_attempt_has_one_verdict(&self, at: &AtFace) {
        let Pictures { holder, stranger, .. } = &self.pictures;
        let challenge = at.challenge().await.unwrap();
        for _ in 0..2 {
            let verdict = at.show(&challenge, stranger).await.unwrap();
            assert_eq!(verdict, FaceVerdict::NotMatched { tries_left: 3 });
        }
        assert_eq!(refused(at.show(&challenge, holder).await), ProblemType::AttemptUsed);
    }

    async fn a_match_leads_to_the_reservation(&self, at: &AtFace) {
        let challenge = at.challenge().await.unwrap();
        for _ in 0..2 {
            let verdict = at.show(&challenge, &self.pictures.holder).await.unwrap();
            assert_eq!(verdict, FaceVerdict::Matched { next: Step::Reservation });
        }
        assert_eq!(refused(at.challenge().await), ProblemType::BookingOutOfOrder);
        let reservation = at.reserve().await.unwrap();
        assert_eq!(reservation.target, wire::PinKind::Signature);
        assert_eq!(reservation.state, ReservationState::Reserved { claims_left: 3 });
    }

    async fn five_failures_lock(&self, card: &CardInHand) {
        let begun = Begun::with(self.server.clone(), self.installation).await;
        let at = begun.accepted(&begun.proof(card, self.pictures.front.clone())).await;
        for left in (1..FACE_FAILURES_TO_LOCK).rev() {
            let challenge = at.challenge().await.unwrap();
            let verdict = at.show(&challenge, &self.pictures.stranger).await.unwrap();
            assert_eq!(
                verdict,
                FaceVerdict::NotMatched { tries_left: left },
                "a match begins the count anew"
            );
        }
        let challenge = at.challenge().await.unwrap();
        for _ in 0..2 {
            let verdict = at.show(&challenge, &self.pictures.stranger).await.unwrap();
            assert!(matches!(verdict, FaceVerdict::Locked { .. }), "{verdict:?}");
        }
        let (phone, terms) = (self.server.as_ref(), self.server.register("contract").await.unwrap().terms);
        let again =
            wire::app::StartBooking { target: wire::PinKind::User, terms: terms.version, consent: true };
        assert_eq!(refused(phone.start(Uuid::new_v4(), &again).await), ProblemType::InstallationLocked);
    }
}
