//! The card is taken away before and after every command, at the phone and at the kiosk. What the card did is what the
//! card says afterwards; the holder finishes with the same reservation, or the hold's end is told.

use end_to_end::cards;
use end_to_end::child::Child;
use end_to_end::relay::{Moment, Then};
use end_to_end::said::Said;
use end_to_end::stack::{CARD, Order, Place, SIGNATURE_PIN, Stack};
use reservation::limits::{CLAIM_LEASE, CLAIMS_PER_RESERVATION};
use reservation::{BookingId, PinKind};

use crate::check::{Books, LIMIT, card_of, completed_once, on_several_stacks};

const ORDER: Order = Order::moving_time().with_relays();
const FIRST: &str = "8351";
const SECOND: &str = "9462";
const STACKS: usize = 3;
/// `client::exit::Exit`, which no pattern can name.
const DONE: i32 = 0;
const REFUSED: i32 = 3;
const CARD_LEFT: i32 = 5;
const UNKNOWN: i32 = 8;

fn visit(stack: &Stack, new: &str) -> Child {
    stack.begin_redeeming(&[SIGNATURE_PIN, new, new])
}

/// Every command before it reaches the card, and those that change something after the card has done it too.
fn moments(commands: &[String]) -> Vec<Moment> {
    let changes = |header: &str| ["0020", "0082", "002C", "802A"].contains(&&header[..4]);
    let after = |(index, header): (usize, &String)| changes(header).then_some(Moment::After(index + 1));
    let before = (1..=commands.len()).map(Moment::Before);
    before.chain(commands.iter().enumerate().filter_map(after)).collect()
}

/// Begins with the card on the reader, takes it away at the moment, and puts it back.
fn pulled(
    stack: &mut Stack,
    (card, place): (&str, Place),
    moment: Moment,
    begin: impl Fn(&Stack) -> Child,
) -> Said {
    stack.leave(card, place);
    stack.card_trap(place).set(moment, Then::Lose, || {});
    let run = begin(stack);
    assert!(stack.card_trap(place).wait(LIMIT), "{moment:?} never came: {}", run.said());
    stack.put(card, place);
    run.finish(LIMIT)
}

#[test]
fn a_card_pulled_from_the_phone_at_any_command_books_when_it_is_back() {
    let commands = {
        let mut stack = ORDER.start();
        stack.put(CARD, Place::Phone);
        stack.card_trap(Place::Phone).count();
        stack.book(&[SIGNATURE_PIN]).done();
        stack.card_trap(Place::Phone).seen()
    };
    on_several_stacks(ORDER, STACKS, &moments(&commands), |stack, run, moment| {
        let what = format!("pulled {moment:?} of {commands:?}");
        let card = card_of(stack, run, Place::Phone);
        stack.new_phone();
        let books = Books::open(stack, &card);
        let booking = |stack: &Stack| stack.begin_booking(&[SIGNATURE_PIN]);
        let said = pulled(stack, (&card, Place::Phone), *moment, booking);
        assert_eq!(said.code, Some(CARD_LEFT), "{what}: {said}");
        stack.book(&[SIGNATURE_PIN]).done();
        books.one_reservation_lives(stack, &what);
        let presented = stack.trace().pins_presented().iter().all(|status| *status == "9000");
        assert!(presented, "{what}: a try was spent: {:?}", stack.trace());
    });
}

/// A reservation for a blocked user PIN.
struct Reserved {
    card: String,
    booking: BookingId,
}

impl Reserved {
    fn make(stack: &mut Stack, run: usize) -> Self {
        let card = card_of(stack, run, Place::Phone);
        stack.pull();
        cards::block(&stack.site().card(&card), PinKind::User);
        stack.put(&card, Place::Phone);
        stack.new_phone();
        let books = Books::open(stack, &card);
        stack.book(&[SIGNATURE_PIN]).done();
        let booking = books.one_reservation_lives(stack, "left alone");
        Self { card, booking }
    }

    /// A pulled card spends a hold at most, and a visit that is left alone needs one.
    fn is_good_for_another_pull(&self, stack: &Stack) -> bool {
        let stored = stack.stored(&self.card).unwrap();
        stored.record.live.is_some() && stored.claims(self.booking).len() + 2 <= CLAIMS_PER_RESERVATION
    }

    /// The holder comes again and is served.
    fn finish(&self, stack: &mut Stack, what: &str) {
        stack.leave(&self.card, Place::Kiosk);
        visit(stack, SECOND).finish(LIMIT).done();
        self.is_done(stack, SECOND, what);
    }

    fn is_done(&self, stack: &mut Stack, pin: &str, what: &str) {
        completed_once(stack, &self.card, self.booking, what);
        stack.pull();
        assert!(cards::accepts(&stack.site().card(&self.card), PinKind::User, pin), "{what}");
    }
}

#[test]
fn a_card_pulled_from_the_kiosk_at_any_command_ends_with_the_new_pin_and_one_completion() {
    let commands = {
        let mut stack = ORDER.start();
        let reserved = Reserved::make(&mut stack, 0);
        stack.put(&reserved.card, Place::Kiosk);
        stack.card_trap(Place::Kiosk).count();
        visit(&stack, FIRST).finish(LIMIT).done();
        stack.card_trap(Place::Kiosk).seen()
    };
    assert!(commands.iter().any(|header| header.starts_with("002C")), "{commands:?}");
    let moments = moments(&commands);
    let every = |of: usize| moments.iter().skip(of).step_by(STACKS).copied().collect();
    let shares: Vec<Vec<Moment>> = (0..STACKS).map(every).collect();
    on_several_stacks(ORDER, STACKS, &shares, |stack, _, moments| {
        let (mut bookings, mut reserved) = (0, None::<Reserved>);
        for moment in moments {
            let what = format!("pulled {moment:?} of {commands:?}");
            let with = reserved.take().unwrap_or_else(|| {
                bookings += 1;
                Reserved::make(stack, bookings - 1)
            });
            let said = pulled(stack, (&with.card, Place::Kiosk), *moment, |stack| visit(stack, FIRST));
            match said.code {
                Some(DONE) => with.is_done(stack, FIRST, &what),
                Some(CARD_LEFT) if with.is_good_for_another_pull(stack) => reserved = Some(with),
                Some(CARD_LEFT) => with.finish(stack, &what),
                Some(UNKNOWN) => {
                    let early = visit(stack, SECOND).finish(LIMIT);
                    assert_eq!(early.code, Some(REFUSED), "{what}: the hold lives: {early}");
                    stack.clock().advance(CLAIM_LEASE);
                    with.finish(stack, &what);
                }
                _ => panic!("{what}: {said}"),
            }
        }
        if let Some(with) = reserved {
            with.finish(stack, "after the last");
        }
    });
}
