//! The canary test: the PINs, the names, the faces and what the card prints, of a whole run of the real programs, each
//! logging all that it can, are found nowhere afterwards.
//!
//! The run: a booking of the signature PIN with a wrong printed code, poor pictures, a stranger's face, its pictures once
//! more and a photograph that does not turn on the way, and its reset; a wrong PIN, a booking of the user PIN, its
//! cancelling, a restart of the server, another booking, a claim that is refused, and the reset; new PINs mistyped first.
//! Then every file is searched that any program wrote: what they said and logged,
//! the store, the kiosk's journal, the phone's state, the readers' log; and with them metrics, health and API documents.
//!
//! | module | idea |
//! |---|---|
//! | [`canaries`] | what is looked for, and what of a find may be chance |
//! | [`pictures`] | pieces of pictures, and of what is made of them |
//! | [`forms`] | the forms in which it could stand there |
//! | [`search`] | all files under some folders |
//! | [`run`] | the run |
//!
//! Four or six digits stand anywhere by chance. So they count only as a word of their own, a PIN also as the tail of a
//! command to the card, and only if they are found in the same file and form in two runs with different PINs.
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod canaries;
mod forms;
mod pictures;
mod run;
mod search;

use std::collections::BTreeSet;
use std::fs;

use end_to_end::stack::Store;

use canaries::{Canary, Chance, Pins};
use forms::{FORMS, Form};
use run::Run;
use search::{Find, search};

const FIRST: Pins = Pins {
    signature: "CANARY7PIN42",
    wrong_signature: "WREN58WRONG3",
    new_signature: "SISKIN4NEW77",
    mistyped_signature: ["DUNNOCK1X9", "DUNNOCK1X8"],
    user: "2604",
    new_user: "5937",
    mistyped: ["3058", "6172"],
    security_code: "7391",
    wrong_security_code: "7394",
};
const SECOND: Pins = Pins {
    signature: "LINNET3PIN68",
    wrong_signature: "ROBIN91WRONG",
    new_signature: "SERIN6NEW28",
    mistyped_signature: ["TWITE55Q2", "TWITE55Q3"],
    user: "5813",
    new_user: "2706",
    mistyped: ["6391", "3185"],
    security_code: "8462",
    wrong_security_code: "8465",
};

/// What was found in a run and cannot be chance.
fn certain(finds: &[Find]) -> Vec<&Find> {
    finds.iter().filter(|find| find.chance == Chance::None).collect()
}

/// What was found in a run and may be chance, without the canary itself: that is another one in every run.
fn possible(finds: &[Find]) -> BTreeSet<(String, Form)> {
    let possible = finds.iter().filter(|find| find.chance == Chance::Possible);
    possible.map(|find| (find.kind_of_file(), find.form)).collect()
}

fn nothing_leaks(store: Store) {
    let [first, second] = [FIRST, SECOND].map(|pins| {
        let run = Run::on(store, pins);
        run.logged_all_it_could();
        let canaries = run.canaries();
        let finds = search(&run.folders(), &canaries);
        // A card's memory holds its certificates and its portrait; that the search finds them there shows that it searches.
        let (on_cards, elsewhere): (Vec<_>, Vec<_>) = finds.into_iter().partition(|find| run.is_a_card(find));
        let found: BTreeSet<_> = on_cards.iter().map(|find| find.canary.as_str()).collect();
        for name in run.on_the_card() {
            assert!(found.contains(name), "{name} is not found on its own card");
        }
        let about_the_holder =
            |name: &str| canaries.iter().any(|one| one.is_about_the_holder() && one.text() == name);
        assert!(found.iter().all(|name| about_the_holder(name)), "{on_cards:#?}");
        // Before a try is spent, the phone shows how it understood the birth date.
        let (shown, elsewhere): (Vec<_>, Vec<_>) = elsewhere.into_iter().partition(|find| run.is_shown(find));
        assert!(!shown.is_empty(), "the holder was not asked whether the birth date was understood");
        elsewhere.into_iter().filter(|find| !run.is_printed(find)).collect::<Vec<_>>()
    });
    for finds in [&first, &second] {
        assert!(certain(finds).is_empty(), "{:#?}", certain(finds));
    }
    let both: Vec<_> = possible(&first).intersection(&possible(&second)).cloned().collect();
    assert!(both.is_empty(), "in both runs: {both:#?}\n{first:#?}\n{second:#?}");
}

#[test]
fn no_pin_no_name_and_no_face_of_a_whole_run_is_found_anywhere_on_the_embedded_store() {
    nothing_leaks(Store::Embedded);
}

#[test]
fn no_pin_no_name_and_no_face_of_a_whole_run_is_found_anywhere_on_redis() {
    nothing_leaks(Store::Redis);
}

/// Without this, a search that finds nothing would prove nothing.
#[test]
fn every_canary_is_found_in_every_form_when_it_is_planted() {
    let others = [
        Canary::name("見本　花子"),
        Canary::name("Mihon-ku"),
        Canary::picture("portrait", (0..24).map(|number| number * 10 + 7).collect()),
    ];
    let canaries: Vec<Canary> =
        FIRST.canaries().into_iter().chain(FIRST.codes("431123")).chain(others).collect();
    for canary in &canaries {
        for form in FORMS {
            // Three neighbours in front: base64 has another text for each number of bytes before, modulo 3.
            for before in 0..3 {
                let Some(planted) = canary.planted(form, before) else { continue };
                let folder = tempfile::tempdir().unwrap();
                let file = folder.path().join("server.0.err");
                let line = b"{\"timestamp\":\"2026-11-21T07:30:00.123456Z\",\"level\":\"TRACE\",\"field\":\"";
                fs::write(&file, [line.as_slice(), &planted, b"\"}\n\xff\xfe"].concat()).unwrap();
                fs::write(folder.path().join("other"), line).unwrap();
                let finds = search(&[folder.path()], std::slice::from_ref(canary));
                let found = finds.iter().any(|find| find.file == file && find.form == form);
                assert!(found, "{canary:?} as {form:?} after {before}: {finds:?}");
                assert!(finds.iter().all(|find| find.file == file));
            }
        }
    }
}

#[test]
fn digits_inside_a_longer_word_are_no_find() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("log"), "port 59370, id 0a5937bc, 15937 ns").unwrap();
    assert!(search(&[folder.path()], &FIRST.canaries()).is_empty());
}
