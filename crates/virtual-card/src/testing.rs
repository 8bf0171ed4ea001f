//! A card in a folder of its own, for tests of any crate. Nothing outside tests uses this module.
//!
//! Without a reader: [`IssuedCard::in_hand`]. In a real PC/SC stack with a program as the client:
//! [`PrivateReaders::start_anywhere`], [`IssuedCard::plug`] and [`PrivateReaders::client`]. With the test itself as the
//! client: [`with_private_readers`].

use std::path::{Path, PathBuf};
use std::time::Duration;

use reservation::pin::PinKind;
use tempfile::TempDir;
use time::OffsetDateTime;

use crate::card_file::CardFile;
use crate::in_process::CardInHand;
use crate::issuer::layout::{CardName, Layout};
use crate::issuer::{CardOrder, Issuer, Printed};
use crate::picture::{PhotographFormat, photograph_of_front};
use crate::reader::{PrivateReaders, SOCKET_VARIABLE};
use crate::virtual_card::VirtualCard;
use crate::vpcd::{Plugged, SEEN_WITHIN};

/// An issuer with one card, in a folder that goes when this is dropped. Its functions panic where a test could not
/// go on.
pub struct IssuedCard {
    folder: TempDir,
    name: CardName,
}

impl IssuedCard {
    /// The usual card, issued on the day of `now`.
    ///
    /// # Panics
    /// If it cannot be issued.
    pub fn new(now: OffsetDateTime) -> Self {
        Self::with(now, |_| {})
    }

    /// A card after changes to the usual order.
    ///
    /// # Panics
    /// If it cannot be issued.
    pub fn with(now: OffsetDateTime, change: impl FnOnce(&mut CardOrder)) -> Self {
        let folder = TempDir::with_prefix("virtual-card-").expect("a temporary folder");
        let mut order = CardOrder::today(CardName::default(), now);
        change(&mut order);
        let issued = Self { folder, name: order.name.clone() };
        issued.issuer(now).issue(&order).expect("a card");
        issued
    }

    /// Where anchors, revocation lists, register and card lie.
    pub fn layout(&self) -> Layout {
        Layout::new(self.folder.path())
    }

    /// The issuer, to issue more cards, revoke or refresh.
    ///
    /// # Panics
    /// If its folder is damaged.
    pub fn issuer(&self, now: OffsetDateTime) -> Issuer {
        Issuer::open(self.layout(), now).expect("an issuer")
    }

    /// The card's name.
    pub const fn name(&self) -> &CardName {
        &self.name
    }

    /// The card's file.
    pub fn path(&self) -> PathBuf {
        self.layout().card(&self.name)
    }

    /// The card, to be put on in-process readers. One holder at a time has it.
    ///
    /// # Panics
    /// If another has it.
    pub fn in_hand(&self) -> CardInHand {
        CardInHand::new(self.take())
    }

    /// The card itself.
    ///
    /// # Panics
    /// If another holder has it.
    pub fn take(&self) -> VirtualCard {
        VirtualCard::open(&self.path()).expect("a card that nobody else has")
    }

    /// Puts the card into the reader at `HOST:PORT` and returns when the stack has powered it.
    ///
    /// # Panics
    /// If another holder has it, or the reader is gone.
    pub fn plug(&self, address: &str) -> Plugged {
        let plugged = Plugged::plug(self.take(), address).expect("a reader");
        plugged.wait_until_powered(SEEN_WITHIN).expect("a reader that powers the card");
        plugged
    }

    /// One of its certificates, DER, as the issuer wrote it.
    ///
    /// # Panics
    /// If the card has none of this kind.
    pub fn certificate(&self, kind: PinKind) -> Vec<u8> {
        CardFile::certificate(&self.path(), kind)
            .expect("the card's file")
            .expect("a certificate of this kind")
    }

    /// What is printed on its front: birth date, expiry, security code, name, address.
    ///
    /// # Panics
    /// If its file is damaged.
    pub fn printed(&self) -> Printed {
        CardFile::printed(&self.path()).expect("the card's file")
    }

    /// The public key of its surface application, DER SubjectPublicKeyInfo.
    ///
    /// # Panics
    /// If its file is damaged.
    pub fn surface_key(&self) -> Vec<u8> {
        CardFile::surface_key(&self.path()).expect("the card's file")
    }

    /// A phone's photograph of its front, JPEG.
    ///
    /// # Panics
    /// If the machine has no Japanese font.
    pub fn front(&self) -> Vec<u8> {
        photograph_of_front(&self.path(), PhotographFormat::Jpeg).expect("a photograph of the front")
    }

    /// 照合番号B, which opens the portrait: fourteen digits.
    ///
    /// # Panics
    /// If its file is damaged.
    pub fn code_b(&self) -> String {
        self.printed().code_b().expect("a birth date that was printed")
    }
}

/// Tells a test that runs in a process of its own where its reader waits for a card.
const ADDRESS_VARIABLE: &str = "VIRTUAL_CARD_TEST_READER";

/// Runs `body` as a client of private readers; it is given the first reader's address. `test` is the full path of the
/// test that calls this, as the test program lists it: the test runs once more in a process of its own, because the
/// PC/SC library reads its socket's name from the environment, which a running process cannot change safely.
///
/// # Panics
/// If `body` does, if it takes longer than `limit`, or if there are no readers. Never falls back to the machine's own
/// readers, in which a real card may lie.
pub fn with_private_readers(test: &str, limit: Duration, body: impl FnOnce(&str)) {
    if let Some(address) = inner_address() {
        return body(&address);
    }
    let readers = PrivateReaders::start_anywhere().expect("private readers");
    let program = std::env::current_exe().expect("this test program");
    let output = readers
        .client(program, limit)
        .args(["--exact", test, "--nocapture"])
        .env(ADDRESS_VARIABLE, readers.address())
        .output()
        .expect("this test program once more");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    // A wrong name would run no test, and succeed.
    assert!(output.status.success() && said.contains("1 passed"), "{test} with private readers:\n{said}");
}

#[expect(clippy::disallowed_methods, reason = "set for this process by the one that started it")]
fn inner_address() -> Option<String> {
    let has_socket = std::env::var(SOCKET_VARIABLE).is_ok_and(|socket| Path::new(&socket).exists());
    std::env::var(ADDRESS_VARIABLE).ok().filter(|_| has_socket)
}
