//! What the trace of a session shows: header, Lc and status word, never data.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use reservation::PinKind;

use crate::script::Script;

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

#[test]
fn a_trace_shows_header_lc_and_status_word_and_neither_pin_nor_certificate() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, || {
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
    let shown = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(shown.contains("command=00 20 00 80 lc=6 sw=9000"), "{shown}");
    assert!(shown.contains("command=00 B0 00 04 lc=0 sw=9000"), "{shown}");
    assert!(shown.contains("command=00 A4 02 0C lc=2 error=the card was removed"), "{shown}");
    for secret in ["ABC123", "414243", "65, 66, 67", "QUJDMTIz", "CANARY", "43414E", "67, 65, 78"] {
        assert!(!shown.contains(secret), "{secret} is in {shown}");
    }
}
