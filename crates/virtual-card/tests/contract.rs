//! The card dialogue's contract, with a software card behind it: in process, and through the real PC/SC stack.
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod common;

use std::time::Duration;

use card::contract::{Bench, Check};
use card::{Cancel, CardTransport, PcscReader};
use common::NOW;
use virtual_card::CardInHand;
use virtual_card::reader::PrivateReaders;
use virtual_card::testing::{IssuedCard, with_private_readers};
use virtual_card::vpcd::Plugged;

/// The card that both contracts are written for.
fn card() -> IssuedCard {
    IssuedCard::with(NOW, |order| order.expires = Some(2035))
}

/// A card in the hand: on the reader while a transport lives.
struct InProcessBench {
    hand: CardInHand,
    _issued: IssuedCard,
}

impl InProcessBench {
    fn new() -> Self {
        let issued = card();
        Self { hand: issued.in_hand(), _issued: issued }
    }
}

impl Bench for InProcessBench {
    fn connect(&mut self) -> Box<dyn CardTransport> {
        Box::new(self.hand.on_reader().expect("a card that is off the reader"))
    }

    fn pull(&mut self) {
        self.hand.pull();
    }

    fn put_back(&mut self) {}
}

mod in_process {
    card::card_contract!(super::run_in_process);
    card::surface_contract!(super::run_in_process);
}

fn run_in_process(_test: &str, check: Check) {
    check(&mut InProcessBench::new());
}

/// A card in the private reader whose socket this process was started with.
struct PcscBench {
    address: String,
    reader: PcscReader,
    issued: IssuedCard,
    plugged: Option<Plugged>,
}

const PATIENCE: Duration = Duration::from_secs(10);

impl PcscBench {
    fn new(address: &str) -> Self {
        let reader = PcscReader::find(Some(PrivateReaders::FIRST)).expect("the private reader");
        let mut bench = Self { address: address.to_owned(), reader, issued: card(), plugged: None };
        bench.put_back();
        bench
    }
}

impl Bench for PcscBench {
    fn connect(&mut self) -> Box<dyn CardTransport> {
        Box::new(self.reader.connect().expect("a card in the reader"))
    }

    fn pull(&mut self) {
        self.plugged.take().expect("a card in the reader").pull();
        self.reader.wait_for_removal(PATIENCE, &Cancel::new()).expect("a removal that is seen");
    }

    fn put_back(&mut self) {
        self.plugged = Some(Plugged::plug(self.issued.take(), &self.address).expect("a reader"));
        self.reader.wait_for_card(PATIENCE, &Cancel::new()).expect("an insertion that is seen");
    }
}

mod through_pcsc {
    card::card_contract!(super::run_through_pcsc);
    card::surface_contract!(super::run_through_pcsc);
}

fn run_through_pcsc(test: &str, check: Check) {
    let limit = Duration::from_secs(60);
    with_private_readers(&format!("through_pcsc::{test}"), limit, |address| {
        check(&mut PcscBench::new(address));
    });
}
