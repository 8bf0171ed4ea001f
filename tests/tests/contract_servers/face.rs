//! What the phone expects in a booking of the signature PIN: the card's front is looked at once, a challenge asks for poses
//! and is answered once, the same answer gets the same verdict, and no frame is judged twice.

use std::collections::HashSet;
use std::fs;
use std::sync::Arc;

use client::Failure;
use end_to_end::face_booking::{AtFace, Begun};
use end_to_end::faces::{Album, Person};
use end_to_end::odd_pictures;
use end_to_end::site::Site;
use end_to_end::sitter::{self, Sitter};
use mobile_bridge::{BookingServer, CallError};
use reservation::InstallationId;
use reservation::limits::FACE_FAILURES_TO_LOCK;
use uuid::Uuid;
use virtual_card::CardInHand;
use wire::app::{FaceChallenge, FaceVerdict, Pose, ReservationState, Step};
use wire::problem::{Advice, ProblemType};

use crate::phone_double::face as in_words;

type Frames = Vec<Vec<u8>>;

/// Pictures that a server can tell apart.
pub(crate) struct Pictures {
    front: Vec<u8>,
    /// The same front, taken once more.
    front_again: Vec<u8>,
    front_of_nobody: Vec<u8>,
    nobody: Vec<u8>,
    sitters: Sitters,
}

/// Who sits before the camera.
enum Sitters {
    /// For the server in memory, which reads instead of looking.
    InWords,
    /// For a real engine.
    Rendered { holder: Sitter, stranger: Sitter },
}

impl Pictures {
    /// For the server in memory.
    pub(crate) fn in_words() -> Self {
        Self {
            front: b"holder's card".to_vec(),
            front_again: b"holder's card again".to_vec(),
            front_of_nobody: b"noface".to_vec(),
            nobody: b"noface".to_vec(),
            sitters: Sitters::InWords,
        }
    }

    /// For a real engine.
    pub(crate) fn taken(album: &Album, site: &Site) -> Self {
        let front = fs::read(album.front(site, "card")).unwrap();
        let nobody = odd_pictures::nobody();
        let [holder, stranger] = [Person::Holder, Person::Impostor].map(Sitter::new);
        Self {
            // Behind a JPEG's end marker anything may stand.
            front_again: [front.as_slice(), b"again"].concat(),
            front,
            front_of_nobody: nobody.clone(),
            nobody,
            sitters: Sitters::Rendered { holder, stranger },
        }
    }

    /// The fewest frames in which this person shows these poses; each number makes others.
    fn of(&self, who: Person, poses: &[Pose], number: usize) -> Frames {
        match (&self.sitters, who) {
            (Sitters::InWords, who) => {
                let name = if who == Person::Holder { "holder" } else { "other" };
                in_words::frames_showing(name, poses, &format!("{number}."))
            }
            (Sitters::Rendered { holder, .. }, Person::Holder) => {
                sitter::copied(&holder.showing(poses), number)
            }
            (Sitters::Rendered { stranger, .. }, Person::Impostor) => {
                sitter::copied(&stranger.showing(poses), number)
            }
        }
    }

    /// One more picture of the holder in this pose.
    fn spare(&self, pose: Pose) -> Vec<u8> {
        match &self.sitters {
            Sitters::InWords => {
                in_words::frames_showing("holder", &[Pose::Front, pose], "spare").pop().unwrap()
            }
            Sitters::Rendered { holder, .. } => holder.spare(pose),
        }
    }

    fn holder(&self, challenge: &FaceChallenge, number: usize) -> Frames {
        self.of(Person::Holder, &challenge.poses, number)
    }

    fn stranger(&self, challenge: &FaceChallenge, number: usize) -> Frames {
        self.of(Person::Impostor, &challenge.poses, number)
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
        self.a_challenge_asks_for_poses_from_the_front_and_the_newest_is_the_one_that_is_out(&at).await;
        self.what_cannot_be_judged_leaves_the_challenge_out(&at).await;
        self.an_attempt_has_one_verdict(&at).await;
        self.a_frame_is_judged_in_one_attempt_and_a_match_leads_to_the_reservation(&at).await;
        self.five_failures_of_whatever_kind_lock(other_card).await;
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
        let others = begun.at_face(&other).show(&challenge, &self.pictures.holder(&challenge, 0)).await;
        assert_eq!(refused(others), ProblemType::AnotherCard);
        at
    }

    async fn a_challenge_asks_for_poses_from_the_front_and_the_newest_is_the_one_that_is_out(
        &self,
        at: &AtFace,
    ) {
        let key = Uuid::new_v4();
        let first = at.challenge_for(key).await.unwrap();
        assert_eq!(at.challenge_for(key).await.unwrap(), first);
        assert_eq!((first.poses.len(), first.poses[0]), (4, Pose::Front));
        assert!(first.poses.windows(2).all(|pair| pair[0] != pair[1]), "{:?}", first.poses);
        assert_eq!((first.frames_least, first.frames_most), (9, 24));
        let second = at.challenge().await.unwrap();
        assert_ne!(second.attempt, first.attempt);
        let nonces: HashSet<_> = [&first, &second].map(|one| one.nonce.to_array::<32>().unwrap()).into();
        assert_eq!(nonces.len(), 2, "a nonce of its own");
        let mixed = FaceChallenge { nonce: first.nonce.clone(), ..second };
        for challenge in [first, mixed] {
            let shown = at.show(&challenge, &self.pictures.holder(&challenge, 0)).await;
            assert_eq!(refused(shown), ProblemType::ChallengeUnknown);
        }
    }

    async fn what_cannot_be_judged_leaves_the_challenge_out(&self, at: &AtFace) {
        let challenge = at.challenge().await.unwrap();
        let good = self.pictures.holder(&challenge, 0);
        let with = |at: usize, picture: &Vec<u8>| {
            let mut shown = good.clone();
            shown[at].clone_from(picture);
            shown
        };
        let last = good.len() - 1;
        let nobody = with(4, &self.pictures.nobody);
        assert_eq!(refused(at.show(&challenge, &nobody).await), ProblemType::FramesUnfit);
        let turned = self.pictures.spare(Pose::Left);
        for (shown, advice, frame) in [
            (nobody, Advice::NoFace, Some(5)),
            (with(1, &turned), Advice::LookStraight, Some(2)),
            (with(last, &good[1]), Advice::TakeEachAnew, Some(9)),
            (good[..last].to_vec(), Advice::MorePictures, None),
            (vec![good[0].clone(); 25], Advice::FewerPictures, None),
        ] {
            assert_eq!(advised(at.show(&challenge, &shown).await), (Some(advice), frame));
        }
        let verdict = at.show(&challenge, &self.pictures.stranger(&challenge, 0)).await.unwrap();
        assert_eq!(verdict, FaceVerdict::NotMatched { tries_left: 4, advice: None });
    }

    async fn an_attempt_has_one_verdict(&self, at: &AtFace) {
        let challenge = at.challenge().await.unwrap();
        let stranger = self.pictures.stranger(&challenge, 1);
        for _ in 0..2 {
            let verdict = at.show(&challenge, &stranger).await.unwrap();
            assert_eq!(verdict, FaceVerdict::NotMatched { tries_left: 3, advice: None });
        }
        let other = at.show(&challenge, &self.pictures.holder(&challenge, 1)).await;
        assert_eq!(refused(other), ProblemType::AttemptUsed);
    }

    async fn a_frame_is_judged_in_one_attempt_and_a_match_leads_to_the_reservation(&self, at: &AtFace) {
        let challenge = at.challenge().await.unwrap();
        let good = self.pictures.holder(&challenge, 2);
        let mut replayed = good.clone();
        // Of the attempt before, which began from the front too.
        replayed[2] = self.pictures.stranger(&challenge, 1).swap_remove(2);
        let refused_for_it = (Some(Advice::SeenBefore), Some(3));
        assert_eq!(advised(at.show(&challenge, &replayed).await), refused_for_it);
        for _ in 0..2 {
            let verdict = at.show(&challenge, &good).await.unwrap();
            assert_eq!(verdict, FaceVerdict::Matched { next: Step::Reservation });
        }
        assert_eq!(refused(at.challenge().await), ProblemType::BookingOutOfOrder);
        let reservation = at.reserve().await.unwrap();
        assert_eq!(reservation.target, wire::PinKind::Signature);
        assert_eq!(reservation.state, ReservationState::Reserved { claims_left: 3 });
    }

    /// A match begins the count anew.
    async fn five_failures_of_whatever_kind_lock(&self, card: &CardInHand) {
        let begun = Begun::with(self.server.clone(), self.installation).await;
        let at = begun.accepted(&begun.proof(card, self.pictures.front.clone())).await;
        for (left, what) in (1..FACE_FAILURES_TO_LOCK).rev().zip(Failing::ALL) {
            let challenge = at.challenge().await.unwrap();
            let (shown, advice) = self.failing(what, &challenge);
            let verdict = at.show(&challenge, &shown).await.unwrap();
            assert_eq!(verdict, FaceVerdict::NotMatched { tries_left: left, advice }, "{what:?}");
        }
        let challenge = at.challenge().await.unwrap();
        let shown = self.pictures.stranger(&challenge, 7);
        for _ in 0..2 {
            let verdict = at.show(&challenge, &shown).await.unwrap();
            assert!(matches!(verdict, FaceVerdict::Locked { .. }), "{verdict:?}");
        }
        let (phone, terms) = (self.server.as_ref(), self.server.register("contract").await.unwrap().terms);
        let again =
            wire::app::StartBooking { target: wire::PinKind::User, terms: terms.version, consent: true };
        assert_eq!(refused(phone.start(Uuid::new_v4(), &again).await), ProblemType::InstallationLocked);
    }

    /// Frames for this challenge that fail, and what is said of them.
    fn failing(&self, what: Failing, challenge: &FaceChallenge) -> (Frames, Option<Advice>) {
        // No two of these sets have a picture in common: a frame is judged once.
        let holder = |poses: &[Pose], number| self.pictures.of(Person::Holder, poses, number);
        let poses = &challenge.poses;
        match what {
            Failing::OtherPoses => {
                let mirrored: Vec<_> = poses.iter().map(|pose| mirrored(*pose)).collect();
                (holder(&mirrored, 3), Some(Advice::FollowPoses))
            }
            Failing::NotAllOfThem => {
                // The last pose is not held: one of its two frames shows another.
                let mut shown = holder(poses, 4);
                shown.pop();
                let other = if poses.last() == Some(&Pose::Left) { Pose::Right } else { Pose::Left };
                shown.push(self.pictures.spare(other));
                (shown, Some(Advice::TurnFurther))
            }
            Failing::TwoPeople => {
                let mut shown = holder(poses, 5);
                let last = shown.len() - 1;
                shown[last] = self.pictures.stranger(challenge, 5).swap_remove(last);
                (shown, Some(Advice::OnePersonOnly))
            }
            Failing::Stranger => (self.pictures.stranger(challenge, 6), None),
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Failing {
    OtherPoses,
    NotAllOfThem,
    TwoPeople,
    Stranger,
}

impl Failing {
    const ALL: [Self; 4] = [Self::OtherPoses, Self::NotAllOfThem, Self::TwoPeople, Self::Stranger];
}

const fn mirrored(pose: Pose) -> Pose {
    match pose {
        Pose::Front => Pose::Front,
        Pose::Left => Pose::Right,
        Pose::Right => Pose::Left,
    }
}
