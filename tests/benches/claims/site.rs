//! What an operator makes, and the cards: by `jpki-reset init` and the *simulated* issuer, in a temporary folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use card::Jpki;
use reservation::statement::ClaimStatement;
use reservation::{KioskId, PinKind, Timestamp};
use secret::Pin;
use serde_json::Value as Json;
use server::Config;
use server::clock::{Clock as _, SystemClock, to_date_time};
use server::pki::Authority;
use server::pki::authority::kiosk_request;
use toml::{Table, Value};
use virtual_card::issuer::layout::Layout;
use virtual_card::issuer::{CardOrder, Issuer};
use virtual_card::{CardInHand, FRESH_SIGNATURE_PIN};

use crate::work::{identity, sha256};

/// The kiosk's name.
pub(crate) const KIOSK: &str = "tokyo-0001";
const KIOSK_LIFE: Duration = Duration::from_secs(86_400);

/// Cards and their register; one set serves every site.
pub(crate) struct Cards {
    layout: Layout,
    hands: Vec<CardInHand>,
    register: Json,
}

impl Cards {
    /// Issues this many; each takes two new RSA keys.
    pub(crate) fn issue(folder: &Path, count: usize) -> Self {
        let now = to_date_time(now());
        let layout = Layout::new(folder.join("trust"));
        let issuer = Issuer::open(layout.clone(), now).unwrap();
        let hand = |number| {
            let order = CardOrder::today(format!("card-{number}").parse().unwrap(), now);
            issuer.issue(&order).unwrap();
            CardInHand::open(&layout.card(&order.name)).unwrap()
        };
        let hands = (0..count).map(hand).collect();
        let register = serde_json::from_slice(&fs::read(layout.register()).unwrap()).unwrap();
        Self { layout, hands, register }
    }

    /// How many there are.
    pub(crate) const fn count(&self) -> usize {
        self.hands.len()
    }

    /// Gives every card its identity of this round.
    pub(crate) fn begin_round(&mut self, round: usize) {
        for (number, card) in self.register["cards"].as_array_mut().unwrap().iter_mut().enumerate() {
            card["identity"] = hex::encode(identity(round, number)).into();
        }
        let new = self.layout.root().join("register.new");
        fs::write(&new, serde_json::to_vec(&self.register).unwrap()).unwrap();
        fs::rename(new, self.layout.register()).unwrap();
    }

    /// A key of a card as the register names it, SubjectPublicKeyInfo in DER.
    pub(crate) fn key(&self, card: usize, kind: PinKind) -> Vec<u8> {
        let spki = &self.register["cards"][card][kind.as_str()]["spki"];
        hex::decode(spki.as_str().unwrap()).unwrap()
    }

    /// Certificate and signature by the signature key.
    pub(crate) fn sign(&self, card: usize, statement: &ClaimStatement) -> (Vec<u8>, Vec<u8>) {
        let pin = Pin::from_entry(PinKind::Signature, FRESH_SIGNATURE_PIN.to_owned()).unwrap();
        let session = Jpki::select(self.hands[card].on_reader().unwrap()).unwrap();
        let mut verified = session.verify(pin).map_err(|failed| failed.error).unwrap();
        (verified.certificate().unwrap(), verified.sign(statement).unwrap().to_vec())
    }

    /// The authorities of signature certificates, PEM.
    pub(crate) fn authorities(trust: &Path) -> Vec<String> {
        let folder = Layout::new(trust).anchors(PinKind::Signature);
        fs::read_dir(folder).unwrap().map(|file| fs::read_to_string(file.unwrap().path()).unwrap()).collect()
    }
}

/// One server's folder.
pub(crate) struct Site {
    root: PathBuf,
    /// The kiosk's certificate and key, PEM.
    pub(crate) kiosk_pair: String,
    /// SHA-256 of the certificate.
    pub(crate) kiosk_certificate: [u8; 32],
}

impl Site {
    /// Makes a site with open hours and no limit on how often its kiosk may ask.
    pub(crate) fn make(root: &Path, trust: &Path) -> Self {
        let made = Command::new(std::env::current_exe().unwrap())
            .args(["init", "--dir"])
            .arg(root)
            .arg("--trust")
            .arg(trust)
            .stdout(Stdio::null())
            .status();
        assert!(made.unwrap().success(), "the site was not made");
        change(&root.join("service.toml"), "hours.opens", "00:00".into());
        change(&root.join("service.toml"), "hours.closes", "24:00".into());
        let settings = root.join("jpki-reset.toml");
        for listener in ["app", "kiosk", "admin"] {
            change(&settings, &format!("listen.{listener}.address"), "127.0.0.1:0".into());
        }
        for part in ["burst", "per_minute"] {
            change(&settings, &format!("rates.kiosk.{part}"), 100_000_000.into());
        }
        let kiosk = Config::load_file(&settings).unwrap().listen.kiosk;
        let authority = Authority::load(&kiosk.authority(), &kiosk.authority_key()).unwrap();
        let id = KioskId::parse(KIOSK).unwrap();
        let (request, key) = kiosk_request(&id).unwrap();
        let signed = authority.kiosk(&request, &id, KIOSK_LIFE, now()).unwrap();
        let kiosk_pair = format!("{}{}", signed.pem, *key);
        Self { root: root.to_owned(), kiosk_pair, kiosk_certificate: sha256(&signed.der) }
    }

    /// A file of the site.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Settings that differ from the server's in one key.
    pub(crate) fn settings(&self, name: &str, changes: &[(&str, &str)]) -> PathBuf {
        let file = self.file(name);
        fs::copy(self.file("jpki-reset.toml"), &file).unwrap();
        for (key, value) in changes {
            change(&file, key, (*value).into());
        }
        file
    }
}

/// The machine's time.
pub(crate) fn now() -> Timestamp {
    SystemClock::new().now()
}

fn change(file: &Path, key: &str, value: Value) {
    let mut whole: Table = fs::read_to_string(file).unwrap().parse().unwrap();
    let mut parts: Vec<&str> = key.split('.').collect();
    let last = parts.pop().expect("a key has a name");
    let mut table = &mut whole;
    for part in parts {
        let inner = table.entry(part).or_insert_with(|| Value::Table(Table::new()));
        table = inner.as_table_mut().expect("a table stands there");
    }
    table.insert(last.to_owned(), value);
    fs::write(file, toml::to_string(&whole).unwrap()).unwrap();
}
