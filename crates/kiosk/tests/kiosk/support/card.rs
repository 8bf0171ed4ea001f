//! Issued cards, each with its own file, and a reader that drops them where a test wants.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use card::{CardTransport, Jpki, TransportError, Tries};
use kiosk::{CardGone, NoCard, Reader};
use reservation::PinKind;
use secret::Pin;
use time::macros::datetime;
use virtual_card::issuer::layout::{CardName, Layout};
use virtual_card::issuer::register::Register;
use virtual_card::issuer::{CardOrder, Issuer};
use virtual_card::{AuthorityKey, CardInHand, Fault, InProcess};

use super::kill::KillSwitch;

/// One card as it was issued, and who may authorise its resets. Issued once per test program: RSA keys take a while.
pub(crate) struct Issued {
    card: Vec<u8>,
    other_card: Vec<u8>,
    authority: EcdsaKeyPair,
    pub(crate) user_spki: Vec<u8>,
    pub(crate) signature_spki: Vec<u8>,
}

impl Issued {
    pub(crate) fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        self.authority.sign(&SystemRandom::new(), bytes).unwrap().as_ref().to_vec()
    }
}

pub(crate) fn issued() -> &'static Issued {
    static ISSUED: OnceLock<Issued> = OnceLock::new();
    ISSUED.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let now = datetime!(2026-11-21 03:00 UTC);
        let authority = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let spki: PublicKeyX509Der<'_> = authority.public_key().as_der().unwrap();
        let layout = Layout::new(dir.path());
        let order = CardOrder {
            authority: Some(AuthorityKey::from_spki(spki.as_ref()).unwrap()),
            ..CardOrder::today(CardName::default(), now)
        };
        let issuer = Issuer::open(layout.clone(), now).unwrap();
        issuer.issue(&order).unwrap();
        let other: CardName = "other".parse().unwrap();
        issuer.issue(&CardOrder { name: other.clone(), ..order }).unwrap();
        let register: Register = serde_json::from_slice(&std::fs::read(layout.register()).unwrap()).unwrap();
        let entry = register.cards.into_iter().next().unwrap();
        // In memory, because a static is never dropped: its folder would stay behind.
        let file = |name| std::fs::read(layout.card(name)).unwrap();
        Issued {
            card: file(&CardName::default()),
            other_card: file(&other),
            authority,
            user_spki: entry.user.unwrap().spki,
            signature_spki: entry.signature.unwrap().spki,
        }
    })
}

/// A fresh copy of the issued card in this directory.
pub(crate) fn fresh_card(dir: &Path) -> CardInHand {
    let copy = dir.join("card.json");
    std::fs::write(&copy, &issued().card).unwrap();
    CardInHand::open(&copy).unwrap()
}

/// The same of another holder's card.
pub(crate) fn fresh_card_of_another_holder(dir: &Path) -> CardInHand {
    let copy = dir.join("card.json");
    std::fs::write(&copy, &issued().other_card).unwrap();
    CardInHand::open(&copy).unwrap()
}

/// Whether the card takes this PIN; a right one is not changed by asking.
pub(crate) fn accepts(card: &CardInHand, kind: PinKind, pin: &str) -> bool {
    let session = Jpki::select(card.on_reader().unwrap()).unwrap();
    session.verify(Pin::from_entry(kind, pin.into()).unwrap()).is_ok()
}

pub(crate) fn tries(card: &CardInHand, kind: PinKind) -> Tries {
    Jpki::select(card.on_reader().unwrap()).unwrap().tries_left(kind).unwrap()
}

/// Blocks a PIN as a holder does, with wrong tries.
pub(crate) fn block(card: &CardInHand, kind: PinKind) {
    for _ in 0..kind.tries() {
        let wrong = match kind {
            PinKind::User => "0000",
            PinKind::Signature => "WRONG0",
        };
        assert!(!accepts(card, kind, wrong));
    }
    assert_eq!(tries(card, kind), Tries::Blocked);
}

/// A reader before which a card is put down once per plan; after the plans, no more.
pub(crate) struct TestReader {
    pub(crate) plans: VecDeque<(CardInHand, Fault)>,
    pub(crate) kill: KillSwitch,
    pub(crate) removals: usize,
}

impl TestReader {
    pub(crate) fn with(card: &CardInHand, faults: &[Fault], kill: KillSwitch) -> Self {
        let plans = faults.iter().map(|fault| (card.clone(), *fault)).collect();
        Self { plans, kill, removals: 0 }
    }
}

impl Reader for TestReader {
    fn wait_for_card(&mut self, _patience: Duration) -> Result<Box<dyn CardTransport>, NoCard> {
        let (card, fault) = self.plans.pop_front().ok_or(NoCard::NotInTime)?;
        let inner = card.on_reader_with(fault).map_err(|_| NoCard::ReaderFailed)?;
        Ok(Box::new(Killable { inner, kill: self.kill.clone() }))
    }

    fn wait_for_removal(&mut self, _patience: Duration) -> CardGone {
        self.removals += 1;
        if self.removals > 2 { CardGone::Yes } else { CardGone::No }
    }
}

/// A transport before and after each of whose commands the kiosk may die.
struct Killable {
    inner: InProcess,
    kill: KillSwitch,
}

impl CardTransport for Killable {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.kill.step();
        let answer = self.inner.transmit(command);
        self.kill.step();
        answer
    }

    fn power_down(&mut self) {
        self.inner.power_down();
    }
}
