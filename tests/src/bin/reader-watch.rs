//! Says what the smart card service sees: one line whenever a card comes to a reader or has left it.
//!
//! A program of its own, because the PC/SC library reads where its service is from the environment, once per process.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a part of tests, which read what it prints")]

use std::thread;
use std::time::Duration;

use card::{Cancel, PcscReader};

fn main() {
    let readers = PcscReader::list().unwrap();
    thread::scope(|scope| {
        for name in readers {
            scope.spawn(move || watch(&PcscReader::find(Some(&name)).unwrap()));
        }
    });
}

fn watch(reader: &PcscReader) {
    let cancel = Cancel::new();
    loop {
        println!("out {}", reader.name());
        reader.wait_for_card(Duration::MAX, &cancel).unwrap();
        println!("in {}", reader.name());
        reader.wait_for_removal(Duration::MAX, &cancel).unwrap();
    }
}
