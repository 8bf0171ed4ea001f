//! The contract through pcscd and its virtual reader, each check with a stack of its own.

use std::time::Duration;

use card::contract::{Bench, Check};
use card::{Cancel, CardTransport, PcscReader};
use virtual_card::VirtualCard;
use virtual_card::reader::PrivateReaders;
use virtual_card::testing::IssuedCard;
use virtual_card::vpcd::Plugged;

use crate::{NOW, child};

const LONG: Duration = Duration::from_secs(20);

enum Place {
    Reader(Plugged),
    Hand(VirtualCard),
    Between,
}

struct Desk {
    place: Place,
    reader: PcscReader,
    readers: PrivateReaders,
    _issued: IssuedCard,
}

impl Bench for Desk {
    fn connect(&mut self) -> Box<dyn CardTransport> {
        Box::new(self.reader.connect().unwrap())
    }

    fn pull(&mut self) {
        let Place::Reader(plugged) = std::mem::replace(&mut self.place, Place::Between) else {
            panic!("no card to pull")
        };
        self.place = Place::Hand(plugged.pull());
        self.reader.wait_for_removal(LONG, &Cancel::new()).unwrap();
    }

    fn put_back(&mut self) {
        let Place::Hand(card) = std::mem::replace(&mut self.place, Place::Between) else {
            panic!("no card to put back")
        };
        self.place = Place::Reader(Plugged::plug(card, &self.readers.address()).unwrap());
        self.reader.wait_for_card(LONG, &Cancel::new()).unwrap();
    }
}

fn run(name: &str, check: Check) {
    child::with_readers(module_path!(), name, |readers| {
        let issued = IssuedCard::new(NOW);
        let reader = PcscReader::find(Some(PrivateReaders::FIRST)).unwrap();
        let place = Place::Hand(issued.take());
        let mut desk = Desk { place, reader, readers, _issued: issued };
        desk.put_back();
        check(&mut desk);
    });
}

card::card_contract!(run);
