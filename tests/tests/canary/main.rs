//! The canary test: the PINs and the names of a whole run of the real programs, each logging all that it can, are found
//! nowhere afterwards.
//!
//! The run: a wrong PIN, a booking, its cancelling, a restart of the server, another booking, a claim that is refused, and
//! the reset, with new PINs mistyped first. Then every file is searched that any program wrote: what they said and logged,
//! the store, the kiosk's journal, the phone's state, the readers' log; and with them metrics, health and API documents.
//!
//! | module | idea |
//! |---|---|
//! | [`canaries`] | what is looked for, and what of a find may be chance |
//! | [`forms`] | the forms in which it could stand there |
//! | [`search`] | all files under some folders |
//! | [`run`] | the run |
//!
//! Four digits stand anywhere by chance. So they count only as a word of their own or as the tail of a command to the card,
//! and only if they are found in the same file and form in two runs with different PINs.
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod canaries;
mod forms;
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
    user: "2604",
    new_user: "5937",
    mistyped: ["3058", "6172"],
};
const SECOND: Pins = Pins {
    signature: "LINNET3PIN68",
    wrong_signature: "ROBIN91WRONG",
    user: "5813",
    new_user: "2706",
    mistyped: ["6391", "3185"],
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
        let finds = search(&run.folders(), &run.canaries());
        // A card's memory holds its certificates; that the search finds them there shows that it searches.
        let (on_cards, elsewhere): (Vec<_>, Vec<_>) = finds.into_iter().partition(|find| run.is_a_card(find));
        let names: BTreeSet<_> = on_cards.iter().map(|find| find.canary.as_str()).collect();
        for name in run.names() {
            assert!(names.contains(name.as_str()), "{name} is not found in its own certificate");
        }
        assert!(on_cards.iter().all(|find| run.names().contains(&find.canary)), "{on_cards:#?}");
        elsewhere
    });
    for finds in [&first, &second] {
        assert!(certain(finds).is_empty(), "{:#?}", certain(finds));
    }
    let both: Vec<_> = possible(&first).intersection(&possible(&second)).cloned().collect();
    assert!(both.is_empty(), "in both runs: {both:#?}\n{first:#?}\n{second:#?}");
}

#[test]
fn no_pin_and_no_name_of_a_whole_run_is_found_anywhere_on_the_embedded_store() {
    nothing_leaks(Store::Embedded);
}

#[test]
fn no_pin_and_no_name_of_a_whole_run_is_found_anywhere_on_redis() {
    nothing_leaks(Store::Redis);
}

/// Without this, a search that finds nothing would prove nothing.
#[test]
fn every_canary_is_found_in_every_form_when_it_is_planted() {
    let canaries: Vec<Canary> =
        FIRST.canaries().into_iter().chain([Canary::name("見本　花子"), Canary::name("Mihon-ku")]).collect();
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
