//! Issued cards, copied for each test.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use card::Jpki;
use mobile_bridge::printed::{ExpiryYear, PrintedBirth, PrintedFields, security_code};
use reservation::PinKind;
use secret::{Pin, VerificationCodeB};
use time::macros::datetime;
use trust::SurfaceAnchors;
use virtual_card::issuer::CardOrder;
use virtual_card::testing::IssuedCard;
use virtual_card::{CardInHand, TokenKind};

/// A card's file and its issuer's anchors, kept in memory so that no folder outlives its test.
struct Issued {
    card: Vec<u8>,
    surface_anchors: Vec<(OsString, Vec<u8>)>,
}

/// Issues a card of that name the first time it is asked for: RSA keys take a while.
fn issued(name: &'static str, change: impl Fn(&mut CardOrder)) -> Arc<Issued> {
    static ISSUED: Mutex<BTreeMap<&str, Arc<Issued>>> = Mutex::new(BTreeMap::new());
    let mut issued = ISSUED.lock().unwrap_or_else(PoisonError::into_inner);
    let issue = || {
        let card = IssuedCard::with(datetime!(2026-11-21 03:00 UTC), |order| {
            // Born 1980-02-17, code 2285: the worked example of card facts §3.1.
            order.expires = Some(2035);
            change(order);
        });
        let anchors = std::fs::read_dir(card.layout().surface_anchors()).unwrap();
        let surface_anchors = anchors.map(|file| {
            let file = file.unwrap();
            (file.file_name(), std::fs::read(file.path()).unwrap())
        });
        Arc::new(Issued {
            card: std::fs::read(card.path()).unwrap(),
            surface_anchors: surface_anchors.collect(),
        })
    };
    issued.entry(name).or_insert_with(issue).clone()
}

fn usual() -> Arc<Issued> {
    issued("card", |_| {})
}

fn copy(issued: &Issued, name: &str, dir: &Path) -> CardInHand {
    let copy = dir.join(format!("{name}.json"));
    std::fs::write(&copy, &issued.card).unwrap();
    CardInHand::open(&copy).unwrap()
}

pub(crate) fn fresh_card(dir: &Path) -> CardInHand {
    copy(&usual(), "card", dir)
}

/// What vouches for the fresh card's front.
pub(crate) fn surface_anchors(dir: &Path) -> SurfaceAnchors {
    for (name, pem) in &usual().surface_anchors {
        std::fs::write(dir.join(name), pem).unwrap();
    }
    SurfaceAnchors::load(dir).unwrap()
}

/// Another person's card.
pub(crate) fn other_card(dir: &Path) -> CardInHand {
    copy(&issued("other", |order| order.holder = "番号　太郎".to_owned()), "other", dir)
}

pub(crate) fn smartphone_token(dir: &Path) -> CardInHand {
    copy(&issued("phone", |order| order.token = TokenKind::AndroidPhone), "phone", dir)
}

pub(crate) fn childs_card(dir: &Path) -> CardInHand {
    copy(&issued("child", |order| order.with_signature = false), "child", dir)
}

/// What the fresh card prints on its front.
pub(crate) fn right_code() -> VerificationCodeB {
    code("2285")
}

/// The same, with one digit misread.
pub(crate) fn wrong_code() -> VerificationCodeB {
    code("2286")
}

fn code(printed: &str) -> VerificationCodeB {
    PrintedFields {
        birth: PrintedBirth::parse("昭和55年2月17日").unwrap(),
        expiry: ExpiryYear::parse("2035年2月17日まで有効").unwrap(),
        security_code: security_code(printed.to_owned()).unwrap(),
    }
    .into_code()
}

/// Blocks a PIN as a holder does, with wrong tries.
pub(crate) fn block(card: &CardInHand, kind: PinKind) {
    let wrong = match kind {
        PinKind::User => "0000",
        PinKind::Signature => "WRONG0",
    };
    for _ in 0..kind.tries() {
        let session = Jpki::select(card.on_reader().unwrap()).unwrap();
        assert!(session.verify(Pin::from_entry(kind, wrong.into()).unwrap()).is_err());
    }
}
