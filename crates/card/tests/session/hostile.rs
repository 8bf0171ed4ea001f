//! A card may answer anything: nothing panics, everything ends, what is too much is refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use card::{
    CardError, CardTransport, CertificateError, Jpki, Malformed, SelectError, SignError, TransportError,
    VerifyError,
};
use proptest::prelude::*;
use reservation::PinKind;
use reservation::id::{ClaimId, Nonce};
use reservation::limits::CERTIFICATE_MAX_BYTES;
use reservation::statement::CompletionStatement;

use crate::script::{Script, hex, pin};

const SELECT_CERTIFICATE: &str = "00A4020C 02 000A";

fn certificate_fault(script: &Script) -> Malformed {
    match script.session().user_certificate() {
        Err(CertificateError::Card(CardError::Malformed { what, .. })) => what,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_certificate_that_announces_too_much_is_refused_before_it_is_read() {
    let script = Script::new().my_number_card().on(SELECT_CERTIFICATE, "9000");
    let script = script.on("00B00000 04", "3082FFFF 9000");
    assert_eq!(certificate_fault(&script), Malformed::TooLarge { found: 0x1_0003 });
    script.assert_over();
    let script = Script::new().my_number_card().on(SELECT_CERTIFICATE, "9000");
    let script = script.on("00B00000 04", "30820FFD 9000");
    let found = CERTIFICATE_MAX_BYTES + 1;
    assert_eq!(certificate_fault(&script), Malformed::TooLarge { found });
    script.assert_over();
}

#[test]
fn what_does_not_begin_like_a_certificate_is_none() {
    for start in ["30800000", "30810500", "31820010", "00000001", "308200"] {
        let script = Script::new().my_number_card().on(SELECT_CERTIFICATE, "9000");
        let script = script.on("00B00000 04", &format!("{start} 9000"));
        assert_eq!(certificate_fault(&script), Malformed::NotACertificate, "{start}");
        script.assert_over();
    }
}

#[test]
fn a_certificate_that_ends_early_is_refused() {
    for end in ["9000", "6282", "6B00"] {
        let script = Script::new().my_number_card().on(SELECT_CERTIFICATE, "9000");
        let script =
            script.on("00B00000 04", "30820006 9000").on("00B00004 06", "0102 9000").on("00B00006 04", end);
        assert_eq!(certificate_fault(&script), Malformed::Truncated, "{end}");
        script.assert_over();
    }
}

#[test]
fn a_piece_with_more_than_was_asked_for_is_refused() {
    let script = Script::new().my_number_card().on(SELECT_CERTIFICATE, "9000");
    let script = script.on("00B00000 04", "3082000601 9000");
    assert_eq!(certificate_fault(&script), Malformed::DataLength { expected: 4, found: 5 });
    script.assert_over();
}

#[test]
fn an_answer_that_never_ends_is_left() {
    let mut script = Script::new().my_number_card().on(SELECT_CERTIFICATE, "9000").on("00B00000 04", "6100");
    for _ in 0..16 {
        script = script.on("00C00000 00", "01 6100");
    }
    assert_eq!(certificate_fault(&script), Malformed::Endless);
    script.assert_over();
}

#[test]
fn a_card_that_gives_byte_by_byte_is_left_after_a_bounded_number_of_reads() {
    let mut script = Script::new().my_number_card().on(SELECT_CERTIFICATE, "9000");
    script = script.on("00B00000 04", "30820FFC 9000");
    for offset in 4..4 + 128 {
        let left = 4096 - offset;
        let le = if left > 255 { 0 } else { left };
        script = script.on(&format!("00B0{offset:04X} {le:02X}"), "01 9000");
    }
    assert_eq!(certificate_fault(&script), Malformed::Endless);
    script.assert_over();
}

#[test]
fn a_length_corrected_twice_is_a_refusal() {
    let script = Script::new().my_number_card().on(SELECT_CERTIFICATE, "9000");
    let script = script.on("00B00000 04", "6C04").on("00B00000 04", "6C04");
    assert!(matches!(
        script.session().user_certificate(),
        Err(CertificateError::Card(CardError::Refused { .. }))
    ));
    script.assert_over();
}

#[test]
fn a_signature_of_another_length_is_none() {
    let statement = CompletionStatement {
        claim: ClaimId::from_u128(0x0102),
        nonce: Nonce::from_bytes([7; 32]),
        target: PinKind::User,
    };
    let digest = include_str!("vectors/completion-user.sha256").trim();
    let command = format!("802A0080 33 3031300D060960864801650304020105000420 {digest} 00");
    for found in [0, 255] {
        let answer = format!("{} 9000", hex(&vec![0xAB; found]));
        let script = Script::new().my_number_card().user_pin_verified();
        let script = script.on("00A4020C 02 0017", "9000").on(&command, &answer);
        let Err(SignError::Card(CardError::Malformed { what, .. })) =
            script.verified(PinKind::User).sign(&statement)
        else {
            panic!("{found} bytes were taken for a signature")
        };
        assert_eq!(what, Malformed::DataLength { expected: 256, found });
        script.assert_over();
    }
}

#[test]
fn an_answer_that_is_no_answer_is_malformed_and_after_verify_unclear() {
    let too_long = hex(&[0; 259]);
    for (answer, found) in [("", 0), ("90", 1), (too_long.as_str(), 259)] {
        let what = Malformed::AnswerLength { found };
        let script = Script::new().on("00A4040C 0A D392F000260100000001", answer);
        assert!(matches!(
            Jpki::select(script.transport()).unwrap_err(),
            SelectError::Card(CardError::Malformed { what: seen, .. }) if seen == what
        ));
        script.assert_over();
        let script = Script::new().my_number_card().on("00A4020C 02 0018", "9000").on("00200080", "63C3");
        let script = script.on("00200080 04 31323334", answer);
        let failed = script.session().verify(pin(PinKind::User)).map(|_| ()).unwrap_err();
        assert!(matches!(
            failed.error,
            VerifyError::Interrupted(CardError::Malformed { what: seen, .. }) if seen == what
        ));
        drop(failed);
        script.assert_over();
    }
}

/// Answers whatever it was made with, over and over.
pub(crate) struct Hostile {
    pub(crate) answers: Vec<Result<Vec<u8>, TransportError>>,
    pub(crate) sent: Arc<AtomicUsize>,
}

impl CardTransport for Hostile {
    fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, TransportError> {
        let sent = self.sent.fetch_add(1, Ordering::Relaxed);
        self.answers[sent % self.answers.len()].clone()
    }

    fn power_down(&mut self) {}
}

fn answer() -> impl Strategy<Value = Result<Vec<u8>, TransportError>> {
    let status = prop_oneof![
        8 => Just([0x90, 0x00]),
        1 => any::<u8>().prop_map(|low| [0x61, low]),
        1 => any::<u8>().prop_map(|low| [0x6C, low]),
        1 => (0u8..16).prop_map(|left| [0x63, 0xC0 | left]),
        1 => Just([0x62, 0x82]),
        1 => any::<[u8; 2]>(),
    ];
    let data = prop_oneof![
        4 => Just(Vec::new()),
        2 => Just(format!("{:32}", "JPKIAPICCTOKEN2").into_bytes()),
        1 => any::<[u8; 2]>().prop_map(|length| [[0x30, 0x82], length].concat()),
        1 => proptest::collection::vec(any::<u8>(), 0..=256),
    ];
    prop_oneof![
        20 => (data, status).prop_map(|(data, status)| Ok([data, status.to_vec()].concat())),
        1 => proptest::collection::vec(any::<u8>(), 0..400).prop_map(Ok),
        1 => Just(Err(TransportError::Removed)),
    ]
}

proptest! {
    #[test]
    fn no_card_makes_the_session_panic_hang_or_hold_too_much(
        mut answers in proptest::collection::vec(answer(), 1..24), begin_well in any::<bool>(),
    ) {
        if begin_well {
            let label = [format!("{:32}", "JPKIAPICCTOKEN2").as_bytes(), &[0x90, 0x00]].concat();
            let opening = [Ok(vec![0x90, 0x00]), Ok(vec![0x90, 0x00]), Ok(label)];
            answers.splice(0..0, opening);
        }
        let sent = Arc::new(AtomicUsize::new(0));
        if let Ok(mut session) = Jpki::select(Hostile { answers, sent: sent.clone() }) {
            for kind in PinKind::ALL {
                let _ = session.tries_left(kind);
            }
            let _ = session.certificates_present();
            if let Ok(certificate) = session.user_certificate() {
                prop_assert!(certificate.len() <= CERTIFICATE_MAX_BYTES);
            }
            if let Ok(mut verified) = session.verify(pin(PinKind::User)) {
                let _ = verified.certificate();
                let nonce = Nonce::from_bytes([0; 32]);
                let claim = ClaimId::from_u128(1);
                let _ = verified.sign(&CompletionStatement { claim, nonce, target: PinKind::User });
            }
        }
        // Two certificates of at most 129 reads, and a dozen other steps, each of at most 18 exchanges.
        prop_assert!(sent.load(Ordering::Relaxed) <= (2 * 130 + 12) * 18);
    }
}
