//! Whatever is sent, the card answers with a status word, never panics, and never gives a try away.
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod common;

use common::NOW;
use proptest::collection::vec;
use proptest::prelude::*;
use virtual_card::VirtualCard;
use virtual_card::testing::IssuedCard;

/// Something that happens to the card.
#[derive(Clone, Debug)]
enum Event {
    Command(Vec<u8>),
    Power,
    Reset,
}

/// Bytes of no meaning, and commands that are almost right.
fn command() -> impl Strategy<Value = Vec<u8>> {
    let instruction = prop::sample::select(vec![
        0x20, 0x24, 0x2A, 0x2C, 0x82, 0x84, 0xA2, 0xA4, 0xB0, 0xB2, 0xC0, 0xCA, 0xCB, 0x88,
    ]);
    let class = prop::sample::select(vec![0x00, 0x80, 0x08, 0xFF]);
    let parameter = prop::sample::select(vec![
        0x00, 0x01, 0x02, 0x04, 0x05, 0x0C, 0x80, 0x81, 0x82, 0x91, 0x92, 0x93, 0x97, 0x98, 0x9A, 0x9B, 0xFF,
    ]);
    let file = prop::sample::select(vec![
        0x01, 0x02, 0x03, 0x04, 0x06, 0x08, 0x0A, 0x0B, 0x11, 0x12, 0x13, 0x16, 0x17, 0x18, 0x1A, 0x1B,
    ]);
    let almost =
        (class, instruction, parameter.clone(), parameter, vec(any::<u8>(), 0..70), any::<Option<u8>>())
            .prop_map(|(cla, ins, p1, p2, data, le)| {
                let mut bytes = vec![cla, ins, p1, p2];
                if !data.is_empty() {
                    bytes.push(u8::try_from(data.len()).unwrap());
                    bytes.extend(data);
                }
                bytes.extend(le);
                bytes
            });
    prop_oneof![
        4 => almost,
        2 => file.prop_map(|id| vec![0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, id]),
        2 => prop::sample::select(vec![JPKI, SURFACE]).prop_map(|select| hex::decode(select).unwrap()),
        1 => vec(any::<u8>(), 0..300),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        20 => command().prop_map(Event::Command),
        1 => Just(Event::Power),
        1 => Just(Event::Reset),
    ]
}

/// SELECT of either application.
const JPKI: &str = "00A4040C0AD392F000260100000001";
const SURFACE: &str = "00A4040C0AD3921000310001010402";

/// All five counters, read in a session of their own.
fn counters(card: &mut VirtualCard) -> [u8; 5] {
    card.power_cycle();
    let counters = [(JPKI, 0x98), (JPKI, 0x9B), (SURFACE, 0x91), (SURFACE, 0x92), (SURFACE, 0x93)].map(
        |(select, p2)| {
            assert_eq!(card.transmit(&hex::decode(select).unwrap()), [0x90, 0x00]);
            let answer = card.transmit(&[0x00, 0x20, 0x00, p2]);
            assert_eq!((answer.len(), answer[0], answer[1] & 0xF0), (2, 0x63, 0xC0));
            answer[1] & 0x0F
        },
    );
    card.power_cycle();
    counters
}

/// EF 0002, for whoever knows 照合番号B.
fn front(card: &mut VirtualCard, code_b: &str) -> Vec<u8> {
    assert_eq!(card.transmit(&hex::decode(SURFACE).unwrap()), [0x90, 0x00]);
    let verify = [&[0x00, 0x20, 0x00, 0x92, 0x0E], code_b.as_bytes()].concat();
    assert_eq!(card.transmit(&verify), [0x90, 0x00]);
    assert_eq!(card.transmit(&hex::decode("00A4020C020002").unwrap()), [0x90, 0x00]);
    let pieces = (0..=u8::MAX).map(|high| card.transmit(&[0x00, 0xB0, high & 0x7F, 0x00, 0x00]));
    let front: Vec<u8> = pieces
        .take_while(|piece| piece.len() > 2)
        .flat_map(|piece| piece[..piece.len() - 2].to_vec())
        .collect();
    assert!(front.starts_with(&[0xFF, 0x20]) && front.len() > 2000, "{} bytes", front.len());
    front
}

#[test]
fn no_bytes_make_the_card_panic_open_a_key_or_give_a_try_back() {
    let issued = IssuedCard::new(NOW);
    let fresh = std::fs::read(issued.path()).unwrap();
    let front = front(&mut issued.take(), &issued.code_b());
    let config = ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(events in vec(event(), 1..40))| {
        std::fs::write(issued.path(), &fresh).unwrap();
        let mut card = issued.take();
        let before = counters(&mut card);
        for event in events {
            match event {
                Event::Power => card.power_cycle(),
                Event::Reset => card.reset(),
                Event::Command(command) => {
                    let answer = card.transmit(&command);
                    prop_assert!((2..=258).contains(&answer.len()));
                    prop_assert!((0x61..=0x6F).contains(&answer[answer.len() - 2]) || answer.ends_with(&[0x90, 0x00]));
                    // Nobody here knows a PIN or a number, so nothing is ever signed, changed, reset or shown, but by
                    // the surface application's own key (P2 00).
                    let own_key = command.get(3) == Some(&0x00);
                    let signed = command.get(1) == Some(&0x2A) && answer.len() > 2 && !own_key;
                    let data = &answer[..answer.len() - 2];
                    let shown = data.len() >= 8 && front.windows(data.len()).any(|window| window == data);
                    let changed = matches!(command.get(1), Some(0x24 | 0x2C | 0x82)) && answer == [0x90, 0x00];
                    prop_assert!(!signed && !changed && !shown);
                }
            }
        }
        let after = counters(&mut card);
        prop_assert!(after.iter().zip(before).all(|(after, before)| *after <= before), "{before:?} {after:?}");
    });
}
