//! The exact bytes of the dialogue, against the catalogue in the card facts.

use card::{
    CardError, CertificateError, CertificatesPresent, Jpki, ReaderFault, SelectError, SignError, Smartphone,
    TransportError, Tries, VerifyError,
};
use iso7816::StatusWord;
use reservation::PinKind;
use reservation::id::{BookingId, ClaimId, InstallationId, KioskId, Nonce, SessionId};
use reservation::statement::{BookingStatement, ClaimStatement, CompletionStatement};

use crate::script::{self, Script, pin};

fn verify_error(script: &Script, kind: PinKind) -> VerifyError {
    script.session().verify(pin(kind)).map(|_| ()).unwrap_err().error
}

fn completion(target: PinKind) -> CompletionStatement {
    CompletionStatement { claim: ClaimId::from_u128(0x0102), nonce: Nonce::from_bytes([7; 32]), target }
}

#[test]
fn a_session_selects_by_the_whole_name_and_reads_the_label() {
    let script = Script::new().my_number_card();
    script.session().finish();
    script.assert_over();
}

#[test]
fn a_card_without_the_application_is_no_my_number_card() {
    for refusal in ["6A82", "6A81", "6D00", "6E00", "6700"] {
        let script = Script::new().on("00A4040C 0A D392F000260100000001", refusal);
        assert_eq!(Jpki::select(script.transport()).unwrap_err(), SelectError::NotMyNumberCard);
        script.assert_over();
    }
}

#[test]
fn a_token_that_only_looks_like_a_card_is_refused_by_its_kind() {
    for (label, error) in [
        ("JPKIAPGPSETOKEN", SelectError::Smartphone(Smartphone::Android)),
        ("JPKIAPIOSTOKEN", SelectError::Smartphone(Smartphone::IPhone)),
        ("JPKIAPICCTOKEN", SelectError::ResidentRegisterCard),
        ("JPKIAPICCTOKEN3", SelectError::UnknownToken),
        ("XJPKIAPICCTOKEN2", SelectError::UnknownToken),
        ("", SelectError::UnknownToken),
    ] {
        let script = Script::new().token(label);
        assert_eq!(Jpki::select(script.transport()).unwrap_err(), error, "{label}");
        script.assert_over();
    }
}

#[test]
fn a_card_without_a_token_file_is_of_unknown_kind() {
    let script = Script::new().on("00A4040C 0A D392F000260100000001", "9000").on("00A4020C 02 0006", "6A82");
    assert_eq!(Jpki::select(script.transport()).unwrap_err(), SelectError::UnknownToken);
    script.assert_over();
}

#[test]
fn the_counter_is_asked_for_with_four_bytes_and_costs_nothing() {
    for (kind, file) in [(PinKind::User, "00A4020C 02 0018"), (PinKind::Signature, "00A4020C 02 001B")] {
        for (answer, tries) in [
            ("63C1", Tries::Left(1)),
            ("63C5", Tries::Left(5)),
            ("9000", Tries::Left(kind.tries())),
            ("63C0", Tries::Blocked),
            ("6983", Tries::Blocked),
            ("6984", Tries::Blocked),
        ] {
            let script = Script::new().my_number_card().on(file, "9000").on("00200080", answer);
            assert_eq!(script.session().tries_left(kind), Ok(tries), "{answer}");
            script.assert_over();
        }
    }
}

#[test]
fn the_signature_pin_goes_to_the_card_in_capitals_and_once() {
    let script = Script::new().my_number_card().signature_pin_verified();
    assert_eq!(script.verified(PinKind::Signature).kind(), PinKind::Signature);
    script.assert_over();
}

#[test]
fn a_wrong_pin_tells_what_is_left_and_leaves_the_session_open() {
    let script = Script::new()
        .my_number_card()
        .on("00A4020C 02 0018", "9000")
        .on("00200080", "63C3")
        .on("00200080 04 31323334", "63C2")
        .on("00A4020C 02 0018", "9000")
        .on("00200080", "63C2");
    let mut failed = script.session().verify(pin(PinKind::User)).map(|_| ()).unwrap_err();
    assert_eq!(failed.error, VerifyError::WrongPin { left: 2 });
    assert_eq!(failed.session.tries_left(PinKind::User), Ok(Tries::Left(2)));
    drop(failed);
    script.assert_over();
}

#[test]
fn the_last_wrong_try_and_every_later_one_are_blocked() {
    for answer in ["63C0", "6983", "6984"] {
        let script = Script::new()
            .my_number_card()
            .on("00A4020C 02 0018", "9000")
            .on("00200080", "63C1")
            .on("00200080 04 31323334", answer);
        assert_eq!(verify_error(&script, PinKind::User), VerifyError::Blocked);
        script.assert_over();
    }
}

#[test]
fn a_blocked_pin_is_not_sent() {
    for answer in ["63C0", "6983", "6984"] {
        let script = Script::new().my_number_card().on("00A4020C 02 0018", "9000").on("00200080", answer);
        assert_eq!(verify_error(&script, PinKind::User), VerifyError::Blocked);
        script.assert_over();
    }
}

#[test]
fn a_card_that_does_not_count_aloud_is_asked_for_its_counter() {
    let script = Script::new()
        .my_number_card()
        .on("00A4020C 02 0018", "9000")
        .on("00200080", "63C3")
        .on("00200080 04 31323334", "6300")
        .on("00200080", "63C2");
    assert_eq!(verify_error(&script, PinKind::User), VerifyError::WrongPin { left: 2 });
    script.assert_over();
}

#[test]
fn a_link_lost_in_mid_verify_may_have_cost_a_try_and_nothing_is_sent_again() {
    for lost in [TransportError::Removed, TransportError::Reader(ReaderFault::NoAnswer), TransportError::Busy]
    {
        let script = Script::new()
            .my_number_card()
            .on("00A4020C 02 0018", "9000")
            .on("00200080", "63C3")
            .fails("00200080 04 31323334", lost);
        let error = verify_error(&script, PinKind::User);
        assert_eq!(error, VerifyError::Interrupted(CardError::Transport(lost)));
        script.assert_over();
    }
}

#[test]
fn a_link_lost_before_verify_has_cost_nothing() {
    let removed = TransportError::Removed;
    let before_select = Script::new().my_number_card().fails("00A4020C 02 0018", removed);
    let before_look =
        Script::new().my_number_card().on("00A4020C 02 0018", "9000").fails("00200080", removed);
    for script in [before_select, before_look] {
        let error = verify_error(&script, PinKind::User);
        assert_eq!(error, VerifyError::NotSent(CardError::Transport(removed)));
        script.assert_over();
    }
}

#[test]
fn a_pin_is_not_sent_again_when_the_card_wants_another_length_or_has_more_to_say() {
    for answer in ["6C04", "6102", "6700", "6F00"] {
        let script = Script::new()
            .my_number_card()
            .on("00A4020C 02 0018", "9000")
            .on("00200080", "63C3")
            .on("00200080 04 31323334", answer);
        assert!(matches!(verify_error(&script, PinKind::User), VerifyError::Refused(_)), "{answer}");
        script.assert_over();
    }
}

#[test]
fn a_completion_is_signed_with_the_target_key_over_its_digest_info() {
    // SHA-256 of the completion statement for claim 0102, nonce 32 times 07, target U, by another implementation.
    let digest = include_str!("vectors/completion-user.sha256").trim();
    let command = format!("802A0080 33 3031300D060960864801650304020105000420 {digest} 00");
    let mut answer: Vec<u8> = (0..=255).collect();
    let signature = answer.clone();
    answer.extend([0x90, 0x00]);
    let script = Script::new()
        .my_number_card()
        .user_pin_verified()
        .on("00A4020C 02 0017", "9000")
        .on_bytes(&command, answer);
    let signed = script.verified(PinKind::User).sign(&completion(PinKind::User)).unwrap();
    assert_eq!(signed.as_slice(), signature);
    script.assert_over();
}

#[test]
fn bookings_and_claims_are_signed_with_the_known_key() {
    let script = Script::new()
        .my_number_card()
        .signature_pin_verified()
        .on("00A4020C 02 001A", "6A82")
        .on("00A4020C 02 001A", "6A82");
    let mut session = script.verified(PinKind::Signature);
    let nonce = Nonce::from_bytes([1; 32]);
    let mut booking = BookingStatement {
        booking: BookingId::from_u128(1),
        nonce,
        target: PinKind::User,
        installation: InstallationId::from_bytes([2; 32]),
        surface: None,
    };
    let mut claim = ClaimStatement {
        session: SessionId::from_u128(3),
        nonce,
        kiosk: KioskId::parse("k1").unwrap(),
        target: PinKind::User,
        card_challenge: [4; 16],
    };
    assert!(matches!(session.sign(&booking), Err(SignError::Card(CardError::Refused { .. }))));
    assert!(matches!(session.sign(&claim), Err(SignError::Card(CardError::Refused { .. }))));
    // The same with the other target belongs to the other key, and nothing is sent.
    booking.target = PinKind::Signature;
    claim.target = PinKind::Signature;
    assert_eq!(session.sign(&booking), Err(SignError::WrongKey(PinKind::User)));
    assert_eq!(session.sign(&claim), Err(SignError::WrongKey(PinKind::User)));
    assert_eq!(session.sign(&completion(PinKind::User)), Err(SignError::WrongKey(PinKind::User)));
    drop(session);
    script.assert_over();
}

#[test]
fn a_card_that_forgot_the_pin_is_told_apart() {
    let script = Script::new().my_number_card().user_pin_verified().on("00A4020C 02 0017", "9000").on(
        &format!(
            "802A0080 33 3031300D060960864801650304020105000420 {} 00",
            include_str!("vectors/completion-user.sha256").trim()
        ),
        "6982",
    );
    let error = script.verified(PinKind::User).sign(&completion(PinKind::User)).unwrap_err();
    assert_eq!(error, SignError::NotVerified);
    script.assert_over();
}

#[test]
fn a_certificate_is_read_in_pieces_of_256_bytes_to_the_byte() {
    let body: Vec<u8> = (0..0x0250u16).map(|i| i.to_be_bytes()[1]).collect();
    let certificate = [&[0x30, 0x82, 0x02, 0x50], body.as_slice()].concat();
    let ok = |piece: &[u8]| [piece, &[0x90, 0x00]].concat();
    let script = Script::new()
        .my_number_card()
        .on("00A4020C 02 000A", "9000")
        .on_bytes("00B00000 04", ok(&certificate[..4]))
        .on_bytes("00B00004 00", ok(&certificate[4..260]))
        .on_bytes("00B00104 00", ok(&certificate[260..516]))
        .on_bytes("00B00204 50", ok(&certificate[516..]));
    assert_eq!(script.session().user_certificate().unwrap(), certificate);
    script.assert_over();
}

#[test]
fn pieces_may_come_by_get_response_with_a_corrected_length_or_short() {
    let script = Script::new()
        .my_number_card()
        .signature_pin_verified()
        .on("00A4020C 02 0001", "9000")
        .on("00B00000 04", "6104")
        .on("00C00000 04", "30820006 9000")
        .on("00B00004 06", "6C03")
        .on("00B00004 03", "010203 9000")
        .on("00B00007 03", "0405 6282")
        .on("00B00009 01", "06 9000");
    let certificate = script.verified(PinKind::Signature).certificate().unwrap();
    assert_eq!(certificate, script::bytes("30820006 010203040506"));
    script.assert_over();
}

#[test]
fn a_missing_certificate_is_absent_whichever_way_the_card_says_so() {
    let select = "00A4020C 02 000A";
    let read = "00B00000 04";
    let base = || Script::new().my_number_card();
    for script in [
        base().on(select, "6A82"),
        base().on(select, "9000").on(read, "6B00"),
        base().on(select, "9000").on(read, "6282"),
        base().on(select, "9000").on(read, "9000"),
        base().on(select, "9000").on(read, "00000000 9000"),
        base().on(select, "9000").on(read, "FFFFFFFF 9000"),
    ] {
        assert_eq!(script.session().user_certificate(), Err(CertificateError::Absent(PinKind::User)));
        script.assert_over();
    }
}

#[test]
fn a_certificate_behind_a_forgotten_pin_is_told_apart() {
    let script = Script::new()
        .my_number_card()
        .signature_pin_verified()
        .on("00A4020C 02 0001", "9000")
        .on("00B00000 04", "6982");
    let error = script.verified(PinKind::Signature).certificate().unwrap_err();
    assert_eq!(error, CertificateError::NotVerified);
    script.assert_over();
}

#[test]
fn the_table_of_certificates_tells_who_has_no_signature_certificate() {
    for (table, signature, user) in
        [("8F8F00", true, true), ("008F00", false, true), ("000000", false, false)]
    {
        let script = Script::new()
            .my_number_card()
            .on("00A4020C 02 0008", "9000")
            .on("00B00000 03", &format!("{table} 9000"));
        let present = script.session().certificates_present();
        assert_eq!(present, Ok(CertificatesPresent { signature, user }));
        script.assert_over();
    }
}

#[test]
fn a_card_without_the_table_is_not_turned_away() {
    let both = Ok(CertificatesPresent { signature: true, user: true });
    let without = Script::new().my_number_card().on("00A4020C 02 0008", "6A82");
    let unreadable = Script::new().my_number_card().on("00A4020C 02 0008", "9000").on("00B00000 03", "6982");
    for script in [without, unreadable] {
        assert_eq!(script.session().certificates_present(), both);
        script.assert_over();
    }
}

#[test]
fn a_counter_query_is_never_lengthened_into_another_command() {
    let script = Script::new().my_number_card().on("00A4020C 02 0018", "9000").on("00200080", "6C01");
    assert!(matches!(script.session().tries_left(PinKind::User), Err(CardError::Refused { .. })));
    script.assert_over();
}

#[test]
fn a_refusal_names_the_command_and_the_status_word_and_no_data() {
    let script = Script::new().my_number_card().on("00A4020C 02 0018", "6A86");
    let error = script.session().tries_left(PinKind::User).unwrap_err();
    assert!(matches!(error, CardError::Refused { status: StatusWord::IncorrectParameters, .. }));
    assert_eq!(error.to_string(), "the card refused the command 00 A4 02 0C with 6A86");
}
