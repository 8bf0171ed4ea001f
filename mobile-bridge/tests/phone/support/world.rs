//! A phone, its card and its server; and what the phone program does, without its person.

use std::path::PathBuf;
use std::sync::Arc;

use mobile_bridge::reading::{self, Looked, Proved};
use mobile_bridge::{
    CardProof, DeviceKey as _, Frames, Front, Next, NotJudged, Phone, PhoneError, Shown, SoftwareKey,
    StateFile, ToSign,
};
use reservation::{InstallationId, PinKind};
use secret::Pin;
use tempfile::TempDir;
use virtual_card::CardInHand;
use wire::app::{FaceChallenge, Reservation};

use super::card::{fresh_card, right_code};
use super::server::TestServer;
use super::server::face::frames_showing;

pub(crate) struct World {
    pub(crate) dir: TempDir,
    pub(crate) card: CardInHand,
    pub(crate) server: Arc<TestServer>,
    pub(crate) target: PinKind,
    key: SoftwareKey,
}

impl World {
    /// With a fresh card, and the PIN of this kind to be reset.
    pub(crate) fn new(target: PinKind) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let card = fresh_card(dir.path());
        let key = SoftwareKey::load_or_create(&dir.path().join("key")).unwrap();
        let server = Arc::new(TestServer::new(key.public_key().thumbprint()));
        Self { dir, card, server, target, key }
    }

    pub(crate) fn installation(&self) -> InstallationId {
        self.key.public_key().thumbprint()
    }

    pub(crate) fn state_file(&self) -> PathBuf {
        self.dir.path().join("state.json")
    }

    /// The phone as it starts: with whatever was stored.
    pub(crate) fn phone(&self) -> Phone {
        let states = Box::new(StateFile::at(self.state_file()));
        Phone::open(self.server.clone(), states, self.installation()).unwrap()
    }

    /// A phone whose booking waits for its card.
    pub(crate) async fn waiting_for_card(&self) -> (Phone, ToSign) {
        let mut phone = self.phone();
        phone.start(self.target, "1").await.unwrap();
        let Next::ReadCard { to_sign, .. } = phone.next(self.target) else { panic!("the card comes next") };
        (phone, to_sign)
    }

    /// The phone as it starts in the middle of a booking: the card is read again.
    pub(crate) fn reading_again(&self) -> (Phone, ToSign) {
        let phone = self.phone();
        let Next::ReadCard { to_sign, .. } = phone.next(self.target) else { panic!("the card again") };
        (phone, to_sign)
    }

    /// A phone whose booking of the signature PIN waits for a face.
    pub(crate) async fn waiting_for_face(&self) -> Phone {
        let (mut phone, to_sign) = self.waiting_for_card().await;
        phone.prove(&self.proof(&to_sign)).await.unwrap();
        assert!(matches!(phone.next(self.target), Next::ShowFace { .. }));
        phone
    }

    /// What the card proves, with everything typed right.
    pub(crate) fn proof(&self, to_sign: &ToSign) -> CardProof {
        let reading = match reading::look(self.card.on_reader().unwrap(), to_sign, |_| {}).unwrap() {
            Looked::Pin(reading) => reading,
            Looked::Code(waiting) => waiting.open(right_code()).unwrap(),
        };
        with_front(reading.prove(right_pin(self.target)).unwrap())
    }
}

pub(crate) fn with_front(proved: Proved) -> CardProof {
    match proved {
        Proved::User(evidence) => CardProof::User(evidence),
        Proved::Signature(card) => CardProof::Signature { card, front: front("holder's card") },
    }
}

pub(crate) fn front(picture: &str) -> Front {
    Front::new(picture.as_bytes().to_vec()).unwrap()
}

/// Pictures in which this person shows what the challenge asks for: the same for the same challenge.
pub(crate) fn frames(person: &str, challenge: &FaceChallenge) -> Frames {
    Frames::new(frames_showing(person, &challenge.poses, &challenge.attempt.to_string())).unwrap()
}

pub(crate) fn right_pin(target: PinKind) -> Pin {
    let entry = match target {
        PinKind::User => "ABC123",
        PinKind::Signature => "1234",
    };
    Pin::from_entry(target.other(), entry.into()).unwrap()
}

/// How a booking ended.
#[derive(Debug)]
pub(crate) enum Ended {
    Reserved(Box<Reservation>),
    /// The face was not matched: the program stops here when nobody can give it other pictures.
    NotMatched {
        tries_left: u8,
    },
    Locked,
}

impl Ended {
    #[track_caller]
    pub(crate) fn reserved(self) -> Reservation {
        match self {
            Self::Reserved(reservation) => *reservation,
            other => panic!("{other:?}"),
        }
    }
}

/// What a phone still has of the pictures that it took before it was killed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Camera {
    /// Nothing: they are taken anew.
    Forgets,
    /// The same files.
    Keeps,
}

/// What the phone program does while this person looks into its camera.
pub(crate) async fn book_with(
    world: &World,
    phone: &mut Phone,
    person: &str,
    camera: Camera,
) -> Result<Ended, PhoneError> {
    let terms = phone.register("test 1").await?;
    let mut again = 0;
    loop {
        let step = match phone.next(world.target) {
            Next::Start => phone.start(world.target, &terms.version).await,
            Next::ReadCard { to_sign, .. } => phone.prove(&world.proof(&to_sign)).await,
            Next::ShowFace { .. } => match show_with(phone, person, camera).await {
                Ok(Shown::NotMatched { tries_left, .. }) => return Ok(Ended::NotMatched { tries_left }),
                Ok(Shown::Locked(_)) => return Ok(Ended::Locked),
                Ok(Shown::Matched) => Ok(()),
                Ok(Shown::Again(_)) => {
                    again += 1;
                    assert!(again < 4, "no challenge comes to a verdict");
                    Ok(())
                }
                Err(error) => Err(error),
            },
            Next::Reserve => match phone.reserve().await {
                Ok(reservation) => return Ok(Ended::Reserved(Box::new(reservation))),
                Err(error) => Err(error),
            },
        };
        match step {
            Ok(()) | Err(PhoneError::EvidenceMissing | PhoneError::OutOfOrder) => {}
            Err(error) => return Err(error),
        }
    }
}

async fn show_with(phone: &mut Phone, person: &str, camera: Camera) -> Result<Shown, PhoneError> {
    let challenge = match (camera, phone.unsettled()) {
        (Camera::Keeps, Some(challenge)) => challenge.clone(),
        (Camera::Keeps, None) | (Camera::Forgets, _) => phone.challenge().await?,
    };
    phone.show_face(&frames(person, &challenge)).await
}

/// Shows this person for a challenge.
pub(crate) async fn show(phone: &mut Phone, person: &str) -> Result<Shown, PhoneError> {
    show_with(phone, person, Camera::Forgets).await
}

/// The same with the holder's own face.
pub(crate) async fn book(world: &World, phone: &mut Phone) -> Result<Reservation, PhoneError> {
    Ok(book_with(world, phone, "holder", Camera::Forgets).await?.reserved())
}

/// Why frames were not judged.
#[track_caller]
pub(crate) fn not_judged(shown: Result<Shown, PhoneError>) -> NotJudged {
    match shown {
        Ok(Shown::Again(reason)) => reason,
        other => panic!("{other:?}"),
    }
}
