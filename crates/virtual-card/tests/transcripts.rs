//! Dialogues with a fresh card, kept as text files in `tests/transcripts`: what is sent, and the exact answer.
//!
//! A line is a command `> hex`, its answer `< data status`, an event `! power` (off and on) or `! reset` (warm), or a
//! comment `#`. Data are hexadecimal, `*` for any rest, or `(n)` for n bytes of whatever content.
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod common;

use std::fs;
use std::path::Path;

use common::NOW;
use virtual_card::VirtualCard;
use virtual_card::testing::IssuedCard;

fn play(name: &str, card: &mut VirtualCard) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts").join(format!("{name}.txt"));
    let mut answer: Option<Vec<u8>> = None;
    let mut checked = 0;
    for (number, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
        let place = format!("{name}.txt line {}: {line}", number + 1);
        let (mark, rest) = line.split_at(line.len().min(1));
        match mark {
            "" | "#" => {}
            ">" => answer = Some(card.transmit(&hex::decode(rest.replace(' ', "")).expect(&place))),
            "<" => {
                let answer = answer.take().unwrap_or_else(|| panic!("{place}: no command before"));
                check(&answer, rest.trim(), &place);
                checked += 1;
            }
            "!" => match rest.trim() {
                "power" => card.power_cycle(),
                "reset" => card.reset(),
                _ => panic!("{place}: unknown event"),
            },
            _ => panic!("{place}: unknown line"),
        }
    }
    assert!(checked > 0, "{name} checks nothing");
}

#[track_caller]
fn check(answer: &[u8], expected: &str, place: &str) {
    let (data, status) = answer.split_at(answer.len() - 2);
    let (expected_data, expected_status) = expected.rsplit_once(' ').unwrap_or(("", expected));
    assert_eq!(hex::encode_upper(status), expected_status, "{place}");
    if let Some(length) = expected_data.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        assert_eq!(data.len().to_string(), length, "{place}");
    } else if let Some(beginning) = expected_data.strip_suffix('*') {
        assert!(hex::encode_upper(data).starts_with(&beginning.replace(' ', "")), "{place}");
    } else {
        assert_eq!(hex::encode_upper(data), expected_data.replace(' ', ""), "{place}");
    }
}

macro_rules! transcripts {
    ($($test:ident: $file:literal),+ $(,)?) => {
        $(#[test] fn $test() { play($file, &mut IssuedCard::new(NOW).take()); })+
    };
}

transcripts! {
    the_master_file_has_its_quirks: "master-file",
    applications_and_files_are_selected: "select",
    files_are_read_in_pieces_and_only_by_whom_they_are_meant_for: "read",
    a_user_pin_counts_down_from_three_and_blocks: "user-pin",
    a_signature_pin_counts_down_from_five_and_blocks: "signature-pin",
    a_verified_pin_lasts_until_the_application_is_left_or_the_power_goes: "verified",
    a_pin_is_changed_only_after_it_was_verified: "change",
    the_signing_command_knows_six_schemes: "sign",
    unknown_commands_and_wrong_lengths_are_named: "errors",
    the_surface_application_shows_the_front_to_whoever_has_read_it: "surface",
    a_number_counts_down_from_ten_and_blocks: "surface-code",
    a_reset_without_authorisation_is_refused: "reset",
}

#[test]
fn a_card_without_signature_certificate_has_no_signature_files_and_a_blocked_pin() {
    let card = IssuedCard::with(NOW, |order| order.with_signature = false);
    play("no-signature", &mut card.take());
}
