//! One issued card, copied for each test.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use card::Jpki;
use mobile_bridge::printed::{ExpiryYear, PrintedBirth, PrintedFields, security_code};
use reservation::PinKind;
use secret::{Pin, VerificationCodeB};
use tempfile::TempDir;
use time::macros::datetime;
use virtual_card::issuer::layout::{CardName, Layout};
use virtual_card::issuer::{CardOrder, Issuer};
use virtual_card::{CardInHand, TokenKind};

struct Issued {
    dir: TempDir,
    card: PathBuf,
    other: PathBuf,
    phone: PathBuf,
    child: PathBuf,
}

/// Issued once: RSA keys take a while.
fn issued() -> &'static Issued {
    static ISSUED: OnceLock<Issued> = OnceLock::new();
    ISSUED.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let now = datetime!(2026-11-21 03:00 UTC);
        let layout = Layout::new(dir.path());
        let issuer = Issuer::open(layout.clone(), now).unwrap();
        let issue = |name: &str, change: &dyn Fn(&mut CardOrder)| {
            let name: CardName = name.parse().unwrap();
            let mut order = CardOrder::today(name.clone(), now);
            // Born 1980-02-17, code 2285: the worked example of card facts §3.1.
            order.expires = Some(2035);
            change(&mut order);
            issuer.issue(&order).unwrap();
            layout.card(&name)
        };
        Issued {
            card: issue("card", &|_| {}),
            other: issue("other", &|order| order.holder = "番号　太郎".to_owned()),
            phone: issue("phone", &|order| order.token = TokenKind::AndroidPhone),
            child: issue("child", &|order| order.with_signature = false),
            dir,
        }
    })
}

fn copy(of: &Path, dir: &Path) -> CardInHand {
    let copy = dir.join(of.file_name().unwrap());
    std::fs::copy(of, &copy).unwrap();
    CardInHand::open(&copy).unwrap()
}

pub(crate) fn fresh_card(dir: &Path) -> CardInHand {
    copy(&issued().card, dir)
}

/// Another person's card.
pub(crate) fn other_card(dir: &Path) -> CardInHand {
    copy(&issued().other, dir)
}

/// Where the issuer's folder is.
pub(crate) fn layout() -> Layout {
    Layout::new(issued().dir.path())
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

pub(crate) fn smartphone_token(dir: &Path) -> CardInHand {
    copy(&issued().phone, dir)
}

pub(crate) fn childs_card(dir: &Path) -> CardInHand {
    copy(&issued().child, dir)
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
