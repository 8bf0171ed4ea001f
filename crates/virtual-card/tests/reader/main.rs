//! The PC/SC adapter of the crate `card` on private readers: what only a reader can do, be missing, empty, shared, chosen
//! by name, waited for, and lose its card or its service.
#![allow(clippy::unwrap_used, reason = "a test stops where something is wrong")]

#[path = "../common/mod.rs"]
mod common;

mod child;

use std::time::Duration;

use card::{
    Cancel, CardTransport, Jpki, PcscReader, ReaderError, ReaderFault, SelectError, TransportError, WaitError,
};
use virtual_card::reader::PrivateReaders;
use virtual_card::testing::IssuedCard;

use crate::common::NOW;

const LONG: Duration = Duration::from_secs(20);

fn first() -> PcscReader {
    PcscReader::find(Some(PrivateReaders::FIRST)).unwrap()
}

#[test]
fn without_the_service_the_next_step_is_to_start_it() {
    child::with_socket("without_the_service_the_next_step_is_to_start_it", |_| {
        let error = PcscReader::find(None).unwrap_err();
        assert_eq!(error, ReaderError::NoService);
        assert!(error.to_string().contains("systemctl start pcscd"), "{error}");
    });
}

#[test]
fn readers_are_listed_and_chosen_by_a_part_of_their_name() {
    child::with_readers("readers_are_listed_and_chosen_by_a_part_of_their_name", |_readers| {
        let both = vec![PrivateReaders::FIRST.to_owned(), PrivateReaders::SECOND.to_owned()];
        assert_eq!(PcscReader::list().unwrap(), both);
        assert_eq!(PcscReader::find(Some("pcd 00 01")).unwrap().name(), PrivateReaders::SECOND);
        assert_eq!(PcscReader::find(Some("virtual")).unwrap_err(), ReaderError::Ambiguous { matching: both });
    });
}

#[test]
fn an_empty_reader_is_waited_for_no_longer_than_asked() {
    child::with_readers("an_empty_reader_is_waited_for_no_longer_than_asked", |_readers| {
        let reader = first();
        assert!(!reader.has_card().unwrap());
        assert_eq!(reader.connect().unwrap_err(), ReaderError::NoCard);
        let cancel = Cancel::new();
        let soon = Duration::from_millis(250);
        assert_eq!(reader.wait_for_card(soon, &cancel), Err(WaitError::TimedOut));
        assert_eq!(reader.wait_for_card(Duration::ZERO, &cancel), Err(WaitError::TimedOut));
        assert_eq!(reader.wait_for_removal(Duration::ZERO, &cancel), Ok(()));
        cancel.cancel();
        assert_eq!(reader.wait_for_card(LONG, &cancel), Err(WaitError::Cancelled));
    });
}

#[test]
fn a_wait_ends_when_another_thread_cancels_it() {
    child::with_readers("a_wait_ends_when_another_thread_cancels_it", |_readers| {
        let reader = first();
        let cancel = Cancel::new();
        let waiting = cancel.clone();
        let waiter = std::thread::spawn(move || reader.wait_for_card(Duration::MAX, &waiting));
        cancel.cancel();
        assert_eq!(waiter.join().unwrap(), Err(WaitError::Cancelled));
    });
}

#[test]
fn a_card_in_use_is_busy_for_everyone_else_until_it_is_let_go() {
    child::with_readers("a_card_in_use_is_busy_for_everyone_else_until_it_is_let_go", |readers| {
        let issued = IssuedCard::new(NOW);
        let _plugged = issued.plug(&readers.address());
        let reader = first();
        reader.wait_for_card(LONG, &Cancel::new()).unwrap();
        let session = Jpki::select(reader.connect().unwrap()).unwrap();
        assert_eq!(reader.connect().unwrap_err(), ReaderError::Busy);
        session.finish();
        let mut shared = pcsc_client(&reader);
        assert_eq!(reader.connect().unwrap_err(), ReaderError::Busy);
        shared.take();
        Jpki::select(reader.connect().unwrap()).unwrap();
    });
}

/// Another program that shares the card.
fn pcsc_client(reader: &PcscReader) -> Option<pcsc::Card> {
    let context = pcsc::Context::establish(pcsc::Scope::User).unwrap();
    let name = std::ffi::CString::new(reader.name()).unwrap();
    Some(context.connect(&name, pcsc::ShareMode::Shared, pcsc::Protocols::ANY).unwrap())
}

#[test]
fn a_card_pulled_a_moment_ago_is_removed_though_the_service_has_not_seen_it_yet() {
    child::with_readers(
        "a_card_pulled_a_moment_ago_is_removed_though_the_service_has_not_seen_it_yet",
        |readers| {
            let issued = IssuedCard::new(NOW);
            let plugged = issued.plug(&readers.address());
            let reader = first();
            reader.wait_for_card(LONG, &Cancel::new()).unwrap();
            let mut card = reader.connect().unwrap();
            plugged.pull();
            // Whatever code the stack gives for it: the reader's state tells.
            assert_eq!(card.transmit(&[0x00, 0xA4, 0x00, 0x00]).unwrap_err(), TransportError::Removed);
            assert_eq!(card.transmit(&[0x00, 0xA4, 0x00, 0x00]).unwrap_err(), TransportError::Removed);
        },
    );
}

#[test]
fn a_service_that_stops_in_mid_session_is_no_removed_card() {
    child::with_readers("a_service_that_stops_in_mid_session_is_no_removed_card", |readers| {
        let issued = IssuedCard::new(NOW);
        let _plugged = issued.plug(&readers.address());
        let reader = first();
        reader.wait_for_card(LONG, &Cancel::new()).unwrap();
        let mut card = reader.connect().unwrap();
        drop(readers);
        let error = card.transmit(&[0x00, 0xA4, 0x00, 0x00]).unwrap_err();
        assert_eq!(error, TransportError::Reader(ReaderFault::ServiceStopped));
        card.power_down();
        assert_eq!(reader.connect().unwrap_err(), ReaderError::NoService);
    });
}

#[test]
fn a_smartphone_token_on_the_reader_is_refused_by_its_kind() {
    child::with_readers("a_smartphone_token_on_the_reader_is_refused_by_its_kind", |readers| {
        let issued = IssuedCard::with(NOW, |order| order.token = virtual_card::TokenKind::AndroidPhone);
        let _plugged = issued.plug(&readers.address());
        let reader = first();
        reader.wait_for_card(LONG, &Cancel::new()).unwrap();
        let error = Jpki::select(reader.connect().unwrap()).unwrap_err();
        assert_eq!(error, SelectError::Smartphone(card::Smartphone::Android));
    });
}
