//! The contract without a reader.

use card::CardTransport;
use card::contract::{Bench, Check};
use virtual_card::CardInHand;
use virtual_card::testing::IssuedCard;

use crate::NOW;

struct Hand {
    card: CardInHand,
    _issued: IssuedCard,
}

impl Bench for Hand {
    fn connect(&mut self) -> Box<dyn CardTransport> {
        Box::new(self.card.on_reader().unwrap())
    }

    fn pull(&mut self) {
        self.card.pull();
    }

    /// Each connection puts the card on the reader anew.
    fn put_back(&mut self) {}
}

fn run(_: &str, check: Check) {
    let issued = IssuedCard::new(NOW);
    check(&mut Hand { card: issued.in_hand(), _issued: issued });
}

card::card_contract!(run);
