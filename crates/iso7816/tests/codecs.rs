//! Round trips of everything written, and no panic on anything read.
#![allow(clippy::unwrap_used, reason = "a test stops where something is wrong")]

use iso7816::tlv::{self, MalformedTlv, Tag, Tlv, Tlvs};
use iso7816::{
    Command, CommandApdu, Header, Le, MalformedCommand, MalformedResponse, Response, SecretCommand,
    StatusWord, ins,
};
use proptest::prelude::*;

fn header() -> impl Strategy<Value = Header> {
    any::<[u8; 4]>().prop_map(Header::from)
}

fn le() -> impl Strategy<Value = Option<Le>> {
    proptest::option::of((1u16..=256).prop_map(|length| Le::new(length).unwrap()))
}

/// Tags the reader knows: one, two or three bytes.
fn tag() -> impl Strategy<Value = Tag> {
    prop_oneof![
        (1u32..=0xFF).prop_filter("longer tag", |first| first & 0x1F != 0x1F).prop_map(Tag),
        (0u32..8, 0u32..0x80).prop_map(|(class, second)| Tag((class << 5 | 0x1F) << 8 | second)),
        (0u32..8, 0x80u32..=0xFF, 0u32..0x80)
            .prop_map(|(class, second, third)| Tag((class << 5 | 0x1F) << 16 | second << 8 | third)),
    ]
}

#[test]
fn the_four_cases_have_exactly_their_bytes() {
    let header = Header::new(0x00, ins::VERIFY, 0x00, 0x80);
    assert_eq!(Command::new(header).to_bytes(), [0x00, 0x20, 0x00, 0x80]);
    assert_eq!(Command::new(header).expecting(Le::MAX).to_bytes(), [0x00, 0x20, 0x00, 0x80, 0x00]);
    let with_data = Command::new(header).with_data(b"12").unwrap();
    assert_eq!(with_data.to_bytes(), [0x00, 0x20, 0x00, 0x80, 0x02, 0x31, 0x32]);
    let both = with_data.expecting(Le::new(4).unwrap());
    assert_eq!(both.to_bytes(), [0x00, 0x20, 0x00, 0x80, 0x02, 0x31, 0x32, 0x04]);
}

#[test]
fn a_counter_query_is_four_bytes_and_read_as_such() {
    let query = CommandApdu::parse(&[0x00, 0x20, 0x00, 0x80]).unwrap();
    assert_eq!((query.header.ins, query.data, query.le), (ins::VERIFY, &[][..], None));
}

#[test]
fn a_secret_command_cannot_be_empty_and_prints_no_secret() {
    let header = Header::new(0x00, ins::VERIFY, 0x00, 0x80);
    assert!(SecretCommand::new(header, b"").is_err());
    assert!(SecretCommand::new(header, &[0; 256]).is_err());
    let command = SecretCommand::new(header, b"8305").unwrap();
    assert_eq!(command.expose(), b"\x00\x20\x00\x80\x048305");
    assert_eq!((command.header(), command.lc()), (header, 4));
    assert_eq!(format!("{command:?} {command:#?}"), "SecretCommand(00 20 00 80 Lc 04) ".repeat(2).trim_end());
}

#[test]
fn what_may_be_secret_or_personal_is_not_in_debug_output() {
    let bytes = b"\x00\x20\x00\x80\x06CANARY";
    let shown = format!("{:?}", CommandApdu::parse(bytes).unwrap());
    assert_eq!(shown, "CommandApdu(00 20 00 80 Lc 06 Le None)");
    let command = Command::new(Header::new(0, 0x82, 0, 0)).with_data(b"CANARY").unwrap().expecting(Le::MAX);
    assert_eq!(format!("{command:?}"), "Command(00 82 00 00 Lc 06 Le Some(256))");
    let shown = format!("{:?}", Response::success(b"CANARY".to_vec()));
    assert_eq!(shown, "Response(6 bytes, 9000)");
    let shown = format!("{:?}", Tlv::first(b"\x04\x06CANARY").unwrap().0);
    assert_eq!(shown, "Tlv(04, 6 bytes)");
}

#[test]
fn lengths_that_contradict_the_body_are_no_command() {
    for body in [&[0x00, 0x00][..], &[0x00, 0x00, 0x01, 0xFF], &[0x02, 0x31], &[0x01, 0x31, 0x00, 0x00]] {
        let bytes = [&[0x00, 0x20, 0x00, 0x80], body].concat();
        assert_eq!(CommandApdu::parse(&bytes), Err(MalformedCommand::Body), "{body:02X?}");
    }
    assert_eq!(CommandApdu::parse(&[0, 0x20, 0]), Err(MalformedCommand::NoHeader { found: 3 }));
}

#[test]
fn an_answer_has_a_status_word_and_at_most_256_bytes_before_it() {
    assert_eq!(Response::parse(&[]), Err(MalformedResponse { found: 0 }));
    assert_eq!(Response::parse(&[0x90]), Err(MalformedResponse { found: 1 }));
    assert_eq!(Response::parse(&[0x90, 0x00]), Ok(Response::status(StatusWord::Success)));
    assert_eq!(Response::parse(&[0; 258]).unwrap().data.len(), 256);
    assert_eq!(Response::parse(&[0; 259]), Err(MalformedResponse { found: 259 }));
}

#[test]
fn nested_data_objects_are_found_by_their_tags() {
    // FF20 { DF22 "19800217", DF23 "1" } and padding behind it.
    let file = b"\xFF\x20\x0F\xDF\x22\x0819800217\xDF\x23\x011\x00\x00";
    let (face, padding) = Tlv::first(file).unwrap();
    assert_eq!((face.tag, face.tag.is_constructed(), padding), (Tag(0xFF20), true, &[0, 0][..]));
    assert_eq!(face.child(Tag(0xDF22)).unwrap().value, b"19800217");
    assert_eq!(face.child(Tag(0xDF23)).unwrap().value, b"1");
    assert_eq!(face.child(Tag(0xDF27)), Err(MalformedTlv::Missing));
    assert!(!Tag(0xDF22).is_constructed());
}

#[test]
fn an_object_is_kept_as_it_was_written_whatever_form_its_length_has() {
    for object in [
        &b"\xDF\x22\x02ab"[..],
        b"\xDF\x22\x81\x02ab",
        b"\xDF\x22\x82\x00\x02ab",
        b"\xDF\x22\x83\x00\x00\x02ab",
    ] {
        let outer = [&[0x30, u8::try_from(object.len() + 3).unwrap(), 0x04, 0x01, 0x07], object].concat();
        let (outer_object, rest) = Tlv::first(&outer).unwrap();
        let inner = outer_object.child(Tag(0xDF22)).unwrap();
        assert_eq!((inner.as_written(), inner.value, rest), (object, &b"ab"[..], &[][..]));
        assert_eq!(outer_object.as_written(), outer);
        assert_eq!(tlv::announced(&object[..object.len() - 2]), Ok((Tag(0xDF22), object.len())));
    }
}

#[test]
fn a_file_is_announced_by_its_first_bytes_or_not_at_all() {
    assert_eq!(tlv::announced(&[0xFF, 0x20, 0x82, 0x0B, 0xF9, 0xDF]), Ok((Tag(0xFF20), 3070)));
    assert_eq!(tlv::announced(&[0x7F, 0x21, 0x83, 0xFF, 0xFF, 0xFF]), Ok((Tag(0x7F21), 0x0100_0005)));
    assert_eq!(tlv::announced(&[0xFF, 0x20, 0x82, 0x0B]), Err(MalformedTlv::Truncated));
    assert_eq!(tlv::announced(&[0xFF, 0x20, 0x84, 0, 0, 0, 1]), Err(MalformedTlv::Length));
    assert_eq!(tlv::announced(&[0; 6]), Err(MalformedTlv::Tag));
    assert_eq!(tlv::announced(&[]), Err(MalformedTlv::Truncated));
}

#[test]
fn each_way_of_being_malformed_has_its_name() {
    for (bytes, error) in [
        (&[0x00][..], MalformedTlv::Tag),
        (&[0x1F, 0x80, 0x80, 0x01], MalformedTlv::Tag),
        (&[0x1F], MalformedTlv::Truncated),
        (&[0x30], MalformedTlv::Truncated),
        (&[0x30, 0x01], MalformedTlv::Truncated),
        (&[0x30, 0x82, 0x01], MalformedTlv::Truncated),
        (&[0x30, 0x80, 0x00, 0x00], MalformedTlv::Length),
        (&[0x30, 0x84, 0x00, 0x00, 0x00, 0x00], MalformedTlv::Length),
    ] {
        assert_eq!(Tlv::first(bytes).unwrap_err(), error, "{bytes:02X?}");
    }
}

#[test]
fn nesting_ends_at_the_stated_depth() {
    let mut bytes = vec![0x04, 0x00];
    for _ in 0..20 {
        let mut outer = Vec::new();
        tlv::write(&mut outer, Tag(0x30), &bytes).unwrap();
        bytes = outer;
    }
    let (mut object, _) = Tlv::first(&bytes).unwrap();
    let mut depth = 1;
    let end = loop {
        match object.children().map(|mut children| children.next().unwrap().unwrap()) {
            Ok(child) => (object, depth) = (child, depth + 1),
            Err(error) => break error,
        }
    };
    assert_eq!((end, depth), (MalformedTlv::TooDeep, tlv::MOST_DEPTH));
}

#[test]
fn after_an_error_nothing_more_is_read() {
    let mut objects = Tlvs::new(&[0x04, 0x00, 0x00, 0x04, 0x00]);
    assert!(objects.next().unwrap().is_ok());
    assert_eq!(objects.next(), Some(Err(MalformedTlv::Tag)));
    assert_eq!(objects.next(), None);
}

#[test]
fn only_tags_that_can_be_read_back_are_written() {
    for bad in [0, 0x1F, 0x1F80, 0x3030, 0x0100_0000, 0x1F_8080] {
        assert_eq!(tlv::write(&mut Vec::new(), Tag(bad), b""), Err(MalformedTlv::Tag), "{bad:X}");
    }
}

proptest! {
    #[test]
    fn a_card_reads_the_command_that_was_written(
        header in header(), data in proptest::collection::vec(any::<u8>(), 0..=255), le in le(),
    ) {
        let mut command = Command::new(header).with_data(&data).unwrap();
        if let Some(le) = le {
            command = command.expecting(le);
        }
        let bytes = command.to_bytes();
        prop_assert_eq!(CommandApdu::parse(&bytes).unwrap(), CommandApdu { header, data: &data, le });
    }

    #[test]
    fn a_card_reads_the_secret_command_that_was_written(
        header in header(), data in proptest::collection::vec(any::<u8>(), 1..=255),
    ) {
        let command = SecretCommand::new(header, &data).unwrap();
        let read = CommandApdu::parse(command.expose()).unwrap();
        prop_assert_eq!(read, CommandApdu { header, data: &data, le: None });
    }

    #[test]
    fn a_terminal_reads_the_answer_that_was_written(
        data in proptest::collection::vec(any::<u8>(), 0..=256), sw in any::<u16>(),
    ) {
        let response = Response { data, sw: StatusWord::from_u16(sw) };
        prop_assert_eq!(Response::parse(&response.to_bytes()).unwrap(), response);
    }

    #[test]
    fn data_objects_are_read_as_they_were_written(
        objects in proptest::collection::vec((tag(), proptest::collection::vec(any::<u8>(), 0..600)), 0..6),
    ) {
        let mut bytes = Vec::new();
        for (tag, value) in &objects {
            tlv::write(&mut bytes, *tag, value).unwrap();
        }
        let read: Vec<_> = Tlvs::new(&bytes).map(|o| o.map(|o| (o.tag, o.value.to_vec()))).collect();
        prop_assert_eq!(read, objects.into_iter().map(Ok).collect::<Vec<_>>());
        let mut as_written = Vec::new();
        let mut rest = bytes.as_slice();
        while let Ok((object, behind)) = Tlv::first(rest) {
            prop_assert_eq!(tlv::announced(rest), Ok((object.tag, object.as_written().len())));
            as_written.extend_from_slice(object.as_written());
            rest = behind;
        }
        prop_assert_eq!(as_written, bytes);
    }

    #[test]
    fn no_bytes_make_a_reader_panic_or_see_more_than_there_is(
        bytes in proptest::collection::vec(any::<u8>(), 0..700),
    ) {
        let _ = Response::parse(&bytes);
        if let Ok(command) = CommandApdu::parse(&bytes) {
            prop_assert!(command.data.len() < bytes.len());
        }
        let mut seen = 0;
        let mut open = vec![Tlvs::new(&bytes)];
        while let Some(objects) = open.pop() {
            for object in objects.flatten() {
                seen += 1;
                prop_assert!(object.value.len() < bytes.len());
                open.extend(object.children());
            }
        }
        // Every object takes two bytes at least, on each of at most MOST_DEPTH levels.
        prop_assert!(seen <= bytes.len() / 2 * usize::from(tlv::MOST_DEPTH));
    }

    #[test]
    fn structured_garbage_makes_no_reader_panic(
        mut bytes in proptest::collection::vec(prop_oneof![Just(0x30u8), Just(0x82), Just(0x1F), Just(0xFF), any::<u8>()], 0..64),
        cut in any::<proptest::sample::Index>(),
    ) {
        bytes.truncate(cut.index(bytes.len() + 1));
        let _ = CommandApdu::parse(&bytes);
        for object in Tlvs::new(&bytes).flatten() {
            let _ = object.child(Tag(0x30));
            let _ = tlv::announced(object.value);
        }
    }
}
