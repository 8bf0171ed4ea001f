//! An authorisation that the server made is used on another card, for the other PIN, or twice.

use card::CardTransport as _;
use end_to_end::cards;
use end_to_end::keys::CardKey;
use end_to_end::stack::{CARD, KIOSK, Order, Place, SIGNATURE_PIN, Stack};
use end_to_end::terminal::{self, Terminal};
use reservation::PinKind;
use virtual_card::{CardInHand, InProcess};
use wire::kiosk::{Completion, FailureReason, Granted};

const VERIFY_USER_PIN: &[u8] = b"\x00\x20\x00\x80\x041234";
const VERIFY_SIGNATURE_PIN: &[u8] = b"\x00\x20\x00\x80\x06ABC123";
const RESET_USER_PIN: &[u8] = b"\x00\x2C\x02\x80\x048351";
const OK: &[u8] = &[0x90, 0x00];
/// EXTERNAL AUTHENTICATE fails: what was shown does not verify; no challenge is open.
const NOT_GENUINE: &[u8] = &[0x63, 0x00];
const NO_CHALLENGE: &[u8] = &[0x69, 0x85];
/// RESET RETRY COUNTER without an authentication for this PIN.
const NOT_AUTHENTICATED: &[u8] = &[0x69, 0x82];

/// A card on a reader, spoken to in plain commands, as by a kiosk that keeps to no rule.
struct Bare(InProcess);

impl Bare {
    fn put(card: &CardInHand) -> Self {
        let mut bare = Self(card.on_reader().unwrap());
        bare.expect(b"\x00\xA4\x04\x0C\x0A\xD3\x92\xF0\x00\x26\x01\x00\x00\x00\x01", OK);
        bare
    }

    fn send(&mut self, command: &[u8]) -> Vec<u8> {
        self.0.transmit(command).unwrap()
    }

    #[track_caller]
    fn expect(&mut self, command: &[u8], answer: &[u8]) {
        assert_eq!(self.send(command), answer, "{command:02X?}");
    }

    /// Both PINs verified, so that only the authorisation decides; the challenge.
    fn prepare(&mut self) -> [u8; 16] {
        for (file, verify) in [(USER_PIN_FILE, VERIFY_USER_PIN), (SIGNATURE_PIN_FILE, VERIFY_SIGNATURE_PIN)] {
            self.expect(&[0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, file], OK);
            self.expect(verify, OK);
        }
        let answer = self.send(b"\x00\x84\x00\x00\x10");
        answer.strip_suffix(OK).unwrap().try_into().unwrap()
    }

    fn authenticate(&mut self, file: u8, authorisation: &[u8]) -> Vec<u8> {
        self.expect(&[0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, file], OK);
        self.send(&[b"\x00\x82\x00\x00\x40", authorisation].concat())
    }
}

const USER_PIN_FILE: u8 = 0x18;
const SIGNATURE_PIN_FILE: u8 = 0x1B;

/// A kiosk of somebody else's that claims with this challenge.
struct Rogue<'a> {
    stack: &'a Stack,
    kiosk: Terminal,
    known: CardKey,
}

impl<'a> Rogue<'a> {
    fn at(stack: &'a Stack) -> Self {
        let site = stack.site();
        let kiosk = Terminal::of(&site.file(&format!("kiosk-{KIOSK}")), site.kiosk_port());
        Self { stack, kiosk, known: CardKey::read(&site.card(CARD), PinKind::Signature) }
    }

    fn claim(&self, challenge: [u8; 16]) -> Granted {
        self.stack.library().runtime().block_on(async {
            let session = self.kiosk.session(Some(PinKind::User)).await;
            let claim = terminal::claim(&session, &self.known, PinKind::User, challenge);
            self.kiosk.claim(&claim).await.json().unwrap()
        })
    }

    fn give_back(&self, granted: &Granted) {
        let failed = Completion::Failed { reason: FailureReason::CardRefused };
        let answer = self.stack.library().runtime().block_on(self.kiosk.complete(granted, &failed));
        assert_eq!(answer.status, 200);
    }
}

#[test]
fn an_authorisation_is_good_once_for_its_pin_of_its_card_and_its_challenge() {
    let mut stack = Order::moving_time().start();
    stack.site().issue("other", &[]);
    stack.put(CARD, Place::Phone);
    stack.book(&[SIGNATURE_PIN]).done();
    stack.pull();
    let rogue = Rogue::at(&stack);
    let take = |name: &str| cards::take(&stack.site().card(name));
    let (card, other) = (take(CARD), take("other"));
    let mut on_reader = Bare::put(&card);
    let granted = rogue.claim(on_reader.prepare());
    let stolen = granted.authorisation.0.as_slice();

    let mut elsewhere = Bare::put(&other);
    elsewhere.prepare();
    assert_eq!(elsewhere.authenticate(USER_PIN_FILE, stolen), NOT_GENUINE, "another card");
    assert_eq!(elsewhere.send(RESET_USER_PIN), NOT_AUTHENTICATED);

    assert_eq!(on_reader.authenticate(SIGNATURE_PIN_FILE, stolen), NOT_GENUINE, "the other PIN");
    assert_eq!(on_reader.authenticate(USER_PIN_FILE, stolen), NO_CHALLENGE, "its challenge is used up");
    on_reader.prepare();
    assert_eq!(on_reader.authenticate(USER_PIN_FILE, stolen), NOT_GENUINE, "another challenge of its card");

    rogue.give_back(&granted);
    let granted = rogue.claim(on_reader.prepare());
    let good = granted.authorisation.0.as_slice();
    assert_eq!(on_reader.authenticate(USER_PIN_FILE, good), OK);
    assert_eq!(on_reader.send(RESET_USER_PIN), OK);
    assert_eq!(on_reader.send(RESET_USER_PIN), NOT_AUTHENTICATED, "one authentication is one reset");
    assert_eq!(on_reader.authenticate(USER_PIN_FILE, good), NO_CHALLENGE, "twice");
}
