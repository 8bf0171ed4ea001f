//! A card with its authority, and the commands of a reset by hand.

use authority::CardAuthority;
use aws_lc_rs::digest::{SHA256, digest};
use reservation::KeyHash;
use reservation::pin::PinKind;
use reservation::statement::{CardChallenge, ResetStatement};
use tempfile::TempDir;
use virtual_card::testing::IssuedCard;
use virtual_card::{AuthorityKey, VirtualCard};
use x509_cert::Certificate;
use x509_cert::der::{Decode as _, Encode as _};

use crate::common::NOW;

pub(crate) const SELECT_APPLICATION: &[u8] =
    &[0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];

/// An authority with its key in a folder of its own.
pub(crate) struct Authority {
    pub(crate) key: CardAuthority,
    _folder: TempDir,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { key: CardAuthority::create(&folder.path().join("authority.key")).unwrap(), _folder: folder }
    }

    /// A card that accepts this authority.
    pub(crate) fn card(&self) -> IssuedCard {
        let key = AuthorityKey::from_pem(self.key.public_pem().as_bytes()).unwrap();
        IssuedCard::with(NOW, |order| order.authority = Some(key))
    }

    pub(crate) fn authorise(&self, statement: &ResetStatement) -> [u8; 64] {
        self.key.authorise(statement).unwrap()
    }
}

/// SHA-256 of the public key in the card's certificate of that kind.
pub(crate) fn key_hash(issued: &IssuedCard, kind: PinKind) -> KeyHash {
    let certificate = Certificate::from_der(&issued.certificate(kind)).unwrap();
    let spki = certificate.tbs_certificate().subject_public_key_info().to_der().unwrap();
    KeyHash::from_bytes(digest(&SHA256, &spki).as_ref().try_into().unwrap())
}

/// A card on the table, its application selected.
pub(crate) struct Dialogue {
    pub(crate) authority: Authority,
    pub(crate) issued: IssuedCard,
    pub(crate) card: VirtualCard,
}

impl Dialogue {
    pub(crate) fn new() -> Self {
        let authority = Authority::new();
        let issued = authority.card();
        let mut card = issued.take();
        assert_eq!(card.transmit(SELECT_APPLICATION), [0x90, 0x00]);
        Self { authority, issued, card }
    }

    /// With the target's counter at zero and the known PIN verified.
    pub(crate) fn blocked(target: PinKind) -> Self {
        let mut dialogue = Self::new();
        for left in (0..target.tries()).rev() {
            assert_eq!(dialogue.verify(target, wrong(target)), 0x63C0 | u16::from(left));
        }
        assert_eq!(dialogue.verify(target.other(), fresh(target.other())), 0x9000);
        dialogue
    }

    pub(crate) fn send(&mut self, command: &[u8]) -> u16 {
        let answer = self.card.transmit(command);
        u16::from_be_bytes(answer[answer.len() - 2..].try_into().unwrap())
    }

    pub(crate) fn select(&mut self, kind: PinKind) {
        assert_eq!(self.send(&[0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, file(kind)]), 0x9000);
    }

    pub(crate) fn verify(&mut self, kind: PinKind, pin: &[u8]) -> u16 {
        self.select(kind);
        self.send(&with_data([0x00, 0x20, 0x00, 0x80], pin))
    }

    /// The counter's status word.
    pub(crate) fn counter(&mut self, kind: PinKind) -> u16 {
        self.select(kind);
        self.send(&[0x00, 0x20, 0x00, 0x80])
    }

    pub(crate) fn challenge(&mut self) -> CardChallenge {
        let answer = self.card.transmit(&[0x00, 0x84, 0x00, 0x00, 0x10]);
        let challenge = answer.strip_suffix(&[0x90, 0x00]).expect("a challenge");
        challenge.try_into().unwrap()
    }

    pub(crate) fn statement(&self, target: PinKind, card_challenge: CardChallenge) -> ResetStatement {
        ResetStatement { target, card_challenge, known_key: key_hash(&self.issued, target.other()) }
    }

    /// The genuine authorisation for this card.
    pub(crate) fn authorisation(&self, target: PinKind, challenge: CardChallenge) -> [u8; 64] {
        self.authority.authorise(&self.statement(target, challenge))
    }

    pub(crate) fn authenticate(&mut self, target: PinKind, authorisation: &[u8]) -> u16 {
        self.select(target);
        self.send(&with_data([0x00, 0x82, 0x00, 0x00], authorisation))
    }

    pub(crate) fn set_pin(&mut self, target: PinKind, new: &[u8]) -> u16 {
        self.select(target);
        self.send(&with_data([0x00, 0x2C, 0x02, 0x80], new))
    }

    /// Challenge and authentication in one go.
    pub(crate) fn authenticate_genuinely(&mut self, target: PinKind) {
        let challenge = self.challenge();
        let authorisation = self.authorisation(target, challenge);
        assert_eq!(self.authenticate(target, &authorisation), 0x9000);
    }
}

pub(crate) fn with_data(header: [u8; 4], data: &[u8]) -> Vec<u8> {
    [&header[..], &[u8::try_from(data.len()).unwrap()], data].concat()
}

fn file(kind: PinKind) -> u8 {
    match kind {
        PinKind::User => 0x18,
        PinKind::Signature => 0x1B,
    }
}

pub(crate) fn fresh(kind: PinKind) -> &'static [u8] {
    match kind {
        PinKind::User => b"1234",
        PinKind::Signature => b"ABC123",
    }
}

pub(crate) fn wrong(kind: PinKind) -> &'static [u8] {
    match kind {
        PinKind::User => b"0000",
        PinKind::Signature => b"WRONG0",
    }
}

pub(crate) fn new(kind: PinKind) -> &'static [u8] {
    match kind {
        PinKind::User => b"9357",
        PinKind::Signature => b"NEW0PIN",
    }
}
