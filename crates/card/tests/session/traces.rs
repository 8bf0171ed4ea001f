//! What the trace of a session shows: header, Lc and status word, never data.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use reservation::PinKind;

use crate::script::{Script, hex};
use crate::surface::front::{CANARIES, Front, certificate};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is traced while this runs.
fn traced(session: impl FnOnce()) -> String {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, session);
    let shown = log.0.lock().unwrap().clone();
    String::from_utf8(shown).unwrap()
}

#[test]
fn a_trace_shows_header_lc_and_status_word_and_neither_pin_nor_certificate() {
    let shown = traced(|| {
        let script = Script::new()
            .my_number_card()
            .signature_pin_verified()
            .on("00A4020C 02 0001", "9000")
            .on("00B00000 04", "30820006 9000")
            .on("00B00004 06", "43414E415259 9000")
            .fails("00A4020C 02 001A", card::TransportError::Removed);
        let mut session = script.verified(PinKind::Signature);
        session.certificate().unwrap();
        let nonce = reservation::Nonce::from_bytes([1; 32]);
        let claim = reservation::ClaimId::from_u128(1);
        let target = PinKind::Signature;
        session.sign(&reservation::statement::CompletionStatement { claim, nonce, target }).unwrap_err();
    });
    assert!(shown.contains("command=00 20 00 80 lc=6 sw=9000"), "{shown}");
    assert!(shown.contains("command=00 B0 00 04 lc=0 sw=9000"), "{shown}");
    assert!(shown.contains("command=00 A4 02 0C lc=2 error=the card was removed"), "{shown}");
    for secret in ["ABC123", "414243", "65, 66, 67", "QUJDMTIz", "CANARY", "43414E", "67, 65, 78"] {
        assert!(!shown.contains(secret), "{secret} is in {shown}");
    }
}

#[test]
fn a_trace_of_the_surface_application_shows_neither_code_nor_person() {
    let shown = traced(|| {
        let (front, certificate) = (Front::whole().file(), certificate());
        let script = Script::new()
            .surface_application()
            .code_verified()
            .file_read("0002", &front, front.len())
            .file_read("0004", &certificate, certificate.len());
        script.surface_open().read().unwrap();
    });
    assert!(shown.contains("command=00 20 00 80 lc=14 sw=9000"), "{shown}");
    assert!(shown.contains("command=00 B0 00 06 lc=0 sw=9000"), "{shown}");
    for canary in ["55021720352285", "20352285"].into_iter().chain(CANARIES) {
        let bytes = canary.as_bytes();
        let decimal = format!("{bytes:?}");
        let decimal = decimal.trim_matches(['[', ']']);
        for secret in [canary, hex(bytes).as_str(), hex(bytes).to_lowercase().as_str(), decimal] {
            assert!(!shown.contains(secret), "{secret} is in {shown}");
        }
    }
}
