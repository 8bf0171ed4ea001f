//! One issued card, copied for each test.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use card::Jpki;
use reservation::PinKind;
use secret::Pin;
use tempfile::TempDir;
use time::macros::datetime;
use virtual_card::issuer::layout::{CardName, Layout};
use virtual_card::issuer::{CardOrder, Issuer};
use virtual_card::{CardInHand, TokenKind};

struct Issued {
    _dir: TempDir,
    card: PathBuf,
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
            change(&mut order);
            issuer.issue(&order).unwrap();
            layout.card(&name)
        };
        Issued {
            card: issue("card", &|_| {}),
            phone: issue("phone", &|order| order.token = TokenKind::AndroidPhone),
            child: issue("child", &|order| order.with_signature = false),
            _dir: dir,
        }
    })
}

fn copy(of: &Path, dir: &Path) -> CardInHand {
    let copy = dir.join("card.json");
    std::fs::copy(of, &copy).unwrap();
    CardInHand::open(&copy).unwrap()
}

pub(crate) fn fresh_card(dir: &Path) -> CardInHand {
    copy(&issued().card, dir)
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
