//! A card that is a transcript: each command must have exactly the bytes written here, in this order.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use card::{CardTransport, Jpki, PinVerified, Surface, SurfaceOpen, TransportError};
use reservation::PinKind;
use secret::Pin;

type Answer = Result<Vec<u8>, TransportError>;

#[derive(Default)]
struct State {
    expected: VecDeque<(Vec<u8>, Answer)>,
    power_downs: usize,
}

/// The transcript, kept by the test while the session has the transport.
#[derive(Clone, Default)]
pub(crate) struct Script(Arc<Mutex<State>>);

impl Script {
    /// Nothing is expected yet.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Expects this command next and answers it; both in hexadecimal, spaces ignored.
    pub(crate) fn on(self, command: &str, answer: &str) -> Self {
        self.answer(command, Ok(bytes(answer)))
    }

    /// Expects this command next and gives this answer in bytes.
    pub(crate) fn on_bytes(self, command: &str, answer: Vec<u8>) -> Self {
        self.answer(command, Ok(answer))
    }

    /// Expects this command next and fails it.
    pub(crate) fn fails(self, command: &str, error: TransportError) -> Self {
        self.answer(command, Err(error))
    }

    /// The three commands that begin every session with a My Number Card.
    pub(crate) fn my_number_card(self) -> Self {
        self.token("JPKIAPICCTOKEN2")
    }

    /// The three commands that begin a session with the token of this label.
    pub(crate) fn token(self, label: &str) -> Self {
        let mut answer = format!("{label:32}").into_bytes();
        answer.extend([0x90, 0x00]);
        self.on("00A4040C 0A D392F000260100000001", "9000")
            .on("00A4020C 02 0006", "9000")
            .on_bytes("00B00000 20", answer)
    }

    /// Select the user PIN, look, and the right PIN 1234.
    pub(crate) fn user_pin_verified(self) -> Self {
        self.on("00A4020C 02 0018", "9000").on("00200080", "63C3").on("00200080 04 31323334", "9000")
    }

    /// Select the signature PIN, look, and the right PIN ABC123.
    pub(crate) fn signature_pin_verified(self) -> Self {
        self.on("00A4020C 02 001B", "9000").on("00200080", "63C5").on("00200080 06 414243313233", "9000")
    }

    /// The card's surface application selected after its JPKI application.
    pub(crate) fn surface_application(self) -> Self {
        self.my_number_card().on("00A4040C 0A D3921000310001010402", "9000")
    }

    /// Select 照合番号B, look, and the right code 55021720352285.
    pub(crate) fn code_verified(self) -> Self {
        self.on("00A4020C 02 0012", "9000")
            .on("00200080", "63CA")
            .on("00200080 0E 3535303231373230333532323835", "9000")
    }

    /// Select this file and read its first `total` bytes, whatever follows them.
    pub(crate) fn file_read(self, id: &str, file: &[u8], total: usize) -> Self {
        let mut script = self.on(&format!("00A4020C 02 {id}"), "9000");
        let mut offset = 0;
        while offset < total {
            let piece = if offset == 0 { 6 } else { (total - offset).min(256) };
            let answer = [&file[offset..offset + piece], &[0x90, 0x00]].concat();
            script = script.on_bytes(&format!("00B0{offset:04X} {:02X}", piece % 256), answer);
            offset += piece;
        }
        script
    }

    /// The transport for a session.
    pub(crate) fn transport(&self) -> impl CardTransport + 'static {
        Card(self.0.clone())
    }

    /// A session on this card.
    pub(crate) fn session(&self) -> Jpki {
        Jpki::select(self.transport()).unwrap()
    }

    /// A session in which a PIN was verified.
    pub(crate) fn verified(&self, kind: PinKind) -> PinVerified {
        self.session().verify(pin(kind)).map_err(|failed| failed.error).unwrap()
    }

    /// A session with the surface application.
    pub(crate) fn surface(&self) -> Surface {
        self.session().into_surface().unwrap()
    }

    /// A session in which 照合番号B was verified.
    pub(crate) fn surface_open(&self) -> SurfaceOpen {
        self.surface().verify(card::surface::contract::right_code()).map_err(|failed| failed.error).unwrap()
    }

    /// The card never lost its power.
    pub(crate) fn assert_powered(&self) {
        assert_eq!(self.0.lock().unwrap().power_downs, 0, "the card lost its power");
    }

    /// Every command was sent, and the power is off.
    pub(crate) fn assert_over(&self) {
        let state = self.0.lock().unwrap();
        let left: Vec<_> = state.expected.iter().map(|(command, _)| hex(command)).collect();
        assert!(left.is_empty(), "never sent: {left:?}");
        assert!(state.power_downs > 0, "the card still has power");
    }

    fn answer(self, command: &str, answer: Answer) -> Self {
        self.0.lock().unwrap().expected.push_back((bytes(command), answer));
        self
    }
}

struct Card(Arc<Mutex<State>>);

impl CardTransport for Card {
    fn transmit(&mut self, command: &[u8]) -> Answer {
        let mut state = self.0.lock().unwrap();
        let Some((expected, answer)) = state.expected.pop_front() else {
            panic!("one command too many: {}", hex(command));
        };
        assert_eq!(hex(command), hex(&expected));
        answer
    }

    fn power_down(&mut self) {
        self.0.lock().unwrap().power_downs += 1;
    }
}

/// The right PIN of the transcripts.
pub(crate) fn pin(kind: PinKind) -> Pin {
    let entry = match kind {
        PinKind::Signature => "abc123",
        PinKind::User => "1234",
    };
    Pin::from_entry(kind, entry.into()).unwrap()
}

/// Bytes from hexadecimal, spaces ignored.
pub(crate) fn bytes(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter(|c| *c != ' ').map(|c| c.to_digit(16).unwrap()).collect();
    digits.chunks_exact(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).unwrap()).collect()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}
