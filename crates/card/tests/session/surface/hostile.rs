//! Surface applications that answer anything: nothing panics, everything ends, what is too much is refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use card::surface::contract::right_code;
use card::{CardError, Jpki, Malformed, SurfaceObjects, SurfaceReadError, TransportError};
use proptest::prelude::*;
use reservation::id::{BookingId, InstallationId, Nonce, SurfaceHash};
use reservation::statement::PresenceStatement;

use super::front::{Front, certificate, object};
use crate::hostile::Hostile;
use crate::script::Script;

fn selected() -> Script {
    Script::new().surface_application().code_verified().on("00A4020C 02 0002", "9000")
}

fn read(script: &Script) -> SurfaceReadError {
    let error = script.surface_open().read().unwrap_err();
    script.assert_over();
    error
}

fn fault(script: &Script) -> Malformed {
    match read(script) {
        SurfaceReadError::Card(CardError::Malformed { what, .. }) => what,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_that_announces_more_than_can_be_read_is_refused_before_it_is_read() {
    for (start, found) in
        [("FF2082 7FFC 00", 0x8001), ("FF2082 FFFF 00", 0x1_0004), ("FF2083 FFFFFF", 0x100_0005)]
    {
        let script = selected().on("00B00000 06", &format!("{start} 9000"));
        assert_eq!(fault(&script), Malformed::TooLarge { found });
    }
    let front = Front::whole().file();
    let script = Script::new().surface_application().code_verified().file_read("0002", &front, front.len());
    let script = script.on("00A4020C 02 0004", "9000").on("00B00000 06", "7F2182 0FFC 5F 9000");
    assert_eq!(fault(&script), Malformed::TooLarge { found: 4097 });
}

#[test]
fn what_does_not_begin_like_a_surface_file_is_none() {
    for start in
        ["000000000000", "FFFFFFFFFFFF", "FF3082020000", "FF2080000000", "FF2084000000", "FF", "FF2082"]
    {
        let script = selected().on("00B00000 06", &format!("{start} 9000"));
        assert_eq!(fault(&script), Malformed::NotASurfaceFile, "{start}");
    }
    for end in ["6B00", "6282", "9000"] {
        let script = selected().on("00B00000 06", end);
        assert_eq!(fault(&script), Malformed::NotASurfaceFile, "{end}");
    }
}

#[test]
fn a_file_that_ends_early_is_refused() {
    for end in ["9000", "6282", "6B00"] {
        let script = selected().on("00B00000 06", "FF208200 1000 9000");
        let script = script.on("00B00006 0F", "0102 9000").on("00B00008 0D", end);
        assert_eq!(fault(&script), Malformed::Truncated, "{end}");
    }
}

#[test]
fn a_piece_with_more_than_was_asked_for_is_refused() {
    let script = selected().on("00B00000 06", "FF20820010 0000 9000");
    assert_eq!(fault(&script), Malformed::DataLength { expected: 6, found: 7 });
}

#[test]
fn a_card_that_gives_byte_by_byte_is_left_after_a_bounded_number_of_reads() {
    let mut script = selected().on("00B00000 06", "FF2082 7FFB 00 9000");
    for offset in 6..6 + 1024 {
        script = script.on(&format!("00B0{offset:04X} 00"), "01 9000");
    }
    assert_eq!(fault(&script), Malformed::Endless);
}

#[test]
fn the_largest_file_that_can_be_read_is_read() {
    let room = 0x8000 - Front::whole().and(0xDF2B, &[]).file().len();
    // Two bytes more for each length that grows to two bytes: DF2B's own. The outer one has two already.
    let front = Front::whole().and(0xDF2B, &vec![7; room - 2]).file();
    assert_eq!(front.len(), 0x8000);
    let certificate = certificate();
    let script = Script::new()
        .surface_application()
        .code_verified()
        .file_read("0002", &front, front.len())
        .file_read("0004", &certificate, certificate.len());
    assert!(script.surface_open().read().unwrap() == SurfaceObjects::parse(&front, &certificate).unwrap());
    script.assert_over();
}

#[test]
fn a_card_that_forgets_the_code_is_told_apart_from_a_malformed_one() {
    let script = selected().on("00B00000 06", "6982");
    assert_eq!(read(&script), SurfaceReadError::NotVerified);
    let script = selected().on("00B00000 06", "FF2082 0300 00 9000").on("00B00006 00", "6982");
    assert_eq!(read(&script), SurfaceReadError::NotVerified);
}

#[test]
fn a_card_pulled_while_it_is_read_is_removed() {
    let removed = TransportError::Removed;
    let script = selected().on("00B00000 06", "FF2082 0300 00 9000").fails("00B00006 00", removed);
    assert_eq!(read(&script), SurfaceReadError::Card(CardError::Transport(removed)));
}

#[test]
fn a_card_without_the_file_refuses() {
    let script = Script::new().surface_application().code_verified().on("00A4020C 02 0002", "6A82");
    assert!(matches!(read(&script), SurfaceReadError::Card(CardError::Refused { .. })));
}

/// Answers that lead far into a session, among others.
fn answer() -> impl Strategy<Value = Result<Vec<u8>, TransportError>> {
    let front = Front::whole().file();
    let status = prop_oneof![
        10 => Just([0x90, 0x00]),
        1 => any::<u8>().prop_map(|low| [0x61, low]),
        1 => any::<u8>().prop_map(|low| [0x6C, low]),
        1 => (0u8..16).prop_map(|left| [0x63, 0xC0 | left]),
        1 => any::<[u8; 2]>(),
    ];
    let data = prop_oneof![
        4 => Just(Vec::new()),
        1 => Just(front[..6].to_vec()),
        1 => Just(front[6..262].to_vec()),
        1 => any::<[u8; 2]>().prop_map(|length| [vec![0xFF, 0x20, 0x82], length.to_vec(), vec![0xDF]].concat()),
        1 => proptest::collection::vec(any::<u8>(), 0..=256),
    ];
    prop_oneof![
        20 => (data, status).prop_map(|(data, status)| Ok([data, status.to_vec()].concat())),
        1 => proptest::collection::vec(any::<u8>(), 0..400).prop_map(Ok),
        1 => Just(Err(TransportError::Removed)),
    ]
}

fn presence() -> PresenceStatement {
    PresenceStatement {
        booking: BookingId::from_u128(1),
        nonce: Nonce::from_bytes([0; 32]),
        installation: InstallationId::from_bytes([0; 32]),
        surface: SurfaceHash::from_bytes([0; 32]),
    }
}

proptest! {
    #[test]
    fn no_card_makes_a_surface_session_panic_hang_or_hold_too_much(
        mut answers in proptest::collection::vec(answer(), 1..24), opening in 0usize..=7,
    ) {
        let label = [format!("{:32}", "JPKIAPICCTOKEN2").as_bytes(), &[0x90, 0x00]].concat();
        let done = || Ok(vec![0x90, 0x00]);
        // Application, token, label; the surface application; the code's file, its counter, the code.
        let well = [done(), done(), Ok(label), done(), done(), Ok(vec![0x63, 0xCA]), done()];
        answers.splice(0..0, well.into_iter().take(opening));
        let sent = Arc::new(AtomicUsize::new(0));
        if let Ok(session) = Jpki::select(Hostile { answers, sent: sent.clone() })
            && let Ok(session) = session.into_surface()
            && let Ok(mut open) = session.verify(right_code())
        {
            if let Ok(objects) = open.read() {
                prop_assert!(objects.holder.len() + objects.portrait.len() <= 0x8000);
                prop_assert!(objects.certificate.len() <= 4096);
            }
            let _ = open.sign(&presence());
            let _ = open.into_jpki();
        }
        // 1024 reads of one file, 128 of the other, and a dozen other steps, each of at most 18 exchanges.
        prop_assert!(sent.load(Ordering::Relaxed) <= (1024 + 128 + 12) * 18);
    }

    #[test]
    fn no_bytes_make_the_parser_panic(
        front in proptest::collection::vec(any::<u8>(), 0..600),
        certificate in proptest::collection::vec(any::<u8>(), 0..100),
    ) {
        let _ = SurfaceObjects::parse(&front, &certificate);
        let _ = SurfaceObjects::parse(&object(0xFF20, &front), &object(0x7F21, &certificate));
    }

    #[test]
    fn a_file_with_some_bytes_changed_is_refused_or_holds_no_more_than_it_had(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        end in any::<prop::sample::Index>(), cut in prop::bool::weighted(0.2),
    ) {
        let mut front = Front::whole().file();
        for (at, byte) in changes {
            let at = at.index(front.len());
            front[at] = byte;
        }
        if cut {
            front.truncate(end.index(front.len()));
        }
        if let Ok(objects) = SurfaceObjects::parse(&front, &certificate()) {
            let held = objects.holder.len() + objects.portrait.len() + objects.signature.len();
            prop_assert!(held < front.len());
            let has = |part: &[u8]| front.windows(part.len()).any(|window| window == part);
            prop_assert!(has(&objects.portrait) && has(&objects.signature));
        }
    }

    #[test]
    fn objects_in_any_order_and_number_are_found_once_or_refused(
        picks in proptest::collection::vec(0usize..10, 0..14),
    ) {
        let whole = Front::whole();
        let front = Front(picks.iter().map(|pick| whole.0[*pick].clone()).collect());
        let once = (1..=7).all(|wanted| picks.iter().filter(|pick| **pick == wanted).count() == 1);
        let parsed = SurfaceObjects::parse(&front.file(), &certificate());
        prop_assert_eq!(parsed.is_ok(), once);
        if let Ok(objects) = parsed {
            prop_assert!(objects == SurfaceObjects::parse(&whole.file(), &certificate()).unwrap());
        }
    }
}
