//! The surface application that the simulated issuer puts on a card, read by the card dialogue of this project and judged
//! by its verifier.
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod common;

use card::surface::SurfaceObjects;
use card::{CardTransport, Jpki, TransportError};
use common::{NOW, openssl};
use iso7816::tlv::{Tag, Tlv};
use reservation::id::{BookingId, InstallationId, Nonce, SurfaceHash};
use reservation::pin::PinKind;
use reservation::statement::PresenceStatement;
use reservation::timestamp::Timestamp;
use secret::{SecurityCode, VerificationCodeB};
use trust::{
    Anchors, CardEntry, CardRegistry as _, FileRegistry, GenuineSurface, SurfaceAnchors, SurfaceError,
    SurfaceParts, verify_certificate, verify_surface,
};
use virtual_card::issuer::{CardOrder, IssuerError, Sex};
use virtual_card::picture::SILHOUETTE;
use virtual_card::testing::IssuedCard;
use virtual_card::{CardInHand, Fault, VirtualCard};

fn code_b(card: &IssuedCard) -> VerificationCodeB {
    let printed = card.printed();
    let birth = printed.era_birth_date().unwrap().birth_six();
    let year = u16::try_from(printed.expires.year()).unwrap();
    let security_code = SecurityCode::from_entry(printed.security_code.to_string()).unwrap();
    VerificationCodeB::from_printed(birth, year, security_code).unwrap()
}

fn surface(transport: impl CardTransport + 'static) -> card::Surface {
    Jpki::select(Box::new(transport)).unwrap().into_surface().unwrap()
}

fn read(card: &IssuedCard) -> SurfaceObjects {
    let mut open = surface(card.in_hand().on_reader().unwrap())
        .verify(code_b(card))
        .map_err(|failed| failed.error)
        .unwrap();
    open.read().unwrap()
}

fn parts(objects: &SurfaceObjects) -> SurfaceParts<'_> {
    SurfaceParts {
        holder: &objects.holder,
        pictures: &objects.pictures,
        portrait: &objects.portrait,
        signature: &objects.signature,
        certificate: &objects.certificate,
    }
}

fn genuine(card: &IssuedCard, objects: &SurfaceObjects) -> Result<GenuineSurface, SurfaceError> {
    verify_surface(&parts(objects), &SurfaceAnchors::load(&card.layout().surface_anchors()).unwrap())
}

/// What the register says of the card whose user certificate this is.
async fn entry(card: &IssuedCard) -> CardEntry {
    let layout = card.layout();
    let anchors = Anchors::load(&layout.anchors(PinKind::Signature), &layout.anchors(PinKind::User)).unwrap();
    let now = Timestamp::from_unix_secs(NOW.unix_timestamp());
    let certificate = verify_certificate(&card.certificate(PinKind::User), &anchors, now).unwrap();
    FileRegistry::open(&layout.register()).unwrap().find(certificate.reference()).await.unwrap()
}

#[tokio::test]
async fn the_verifier_believes_the_portrait_and_finds_the_card_in_the_register() {
    let card = IssuedCard::new(NOW);
    let genuine = genuine(&card, &read(&card)).unwrap();
    assert_eq!(genuine.portrait(), SILHOUETTE);
    let registered = entry(&card).await;
    assert!(genuine.belongs_to(&registered));
    assert_eq!(registered.surface_key, Some(card.surface_key()));
    let other = IssuedCard::new(NOW);
    assert!(!genuine.belongs_to(&entry(&other).await));
}

#[test]
fn an_altered_portrait_and_another_issuers_card_are_not_believed() {
    let card = IssuedCard::new(NOW);
    let mut objects = read(&card);
    let other = IssuedCard::new(NOW);
    assert!(genuine(&other, &objects).is_err(), "another root");
    let last = objects.portrait.len() - 1;
    objects.portrait[last] ^= 1;
    assert!(genuine(&card, &objects).is_err(), "one bit of the portrait");
}

#[test]
fn the_surface_key_signs_a_presence_statement() {
    let card = IssuedCard::new(NOW);
    let objects = read(&card);
    let statement = PresenceStatement {
        booking: BookingId::from_u128(1),
        nonce: Nonce::from_bytes([1; 32]),
        installation: InstallationId::from_bytes([2; 32]),
        surface: SurfaceHash::from_bytes([3; 32]),
    };
    let mut open = surface(card.in_hand().on_reader().unwrap())
        .verify(code_b(&card))
        .map_err(|failed| failed.error)
        .unwrap();
    let signature = open.sign(&statement).unwrap();
    genuine(&card, &objects).unwrap().verify_presence(&statement.to_bytes(), &signature).unwrap();
}

#[test]
fn the_front_in_the_chip_is_what_was_ordered() {
    let card = IssuedCard::with(NOW, |order| {
        order.birth_date = time::macros::date!(2019 - 05 - 01);
        order.sex = Sex::Male;
        order.portrait = b"whatever the office has".to_vec();
        order.security_code = "0042".parse().unwrap();
    });
    assert_eq!(card.code_b(), "01050120310042");
    let objects = read(&card);
    let find = |tag| {
        let mut rest = &objects.holder[..];
        loop {
            let (object, after) = Tlv::first(rest).unwrap();
            if object.tag == Tag(tag) {
                return object.value.to_vec();
            }
            rest = after;
        }
    };
    assert_eq!(find(0xDF22), b"20190501");
    assert_eq!(find(0xDF23), b"1");
    assert_eq!(Tlv::first(&objects.portrait).unwrap().0.value, b"whatever the office has");
}

#[test]
fn a_portrait_that_no_read_command_could_reach_is_refused() {
    let card = IssuedCard::new(NOW);
    for bytes in [33_000, 70_000, 20_000_000] {
        let usual = CardOrder::today("large".parse().unwrap(), NOW);
        let order = CardOrder { portrait: vec![0; bytes], ..usual };
        assert!(matches!(card.issuer(NOW).issue(&order), Err(IssuerError::PortraitTooLarge)), "{bytes}");
    }
    let usual = CardOrder::today("largest".parse().unwrap(), NOW);
    card.issuer(NOW).issue(&CardOrder { portrait: vec![0; 30_000], ..usual }).unwrap();
}

#[test]
fn a_letter_that_the_font_has_not_is_named() {
    let card = IssuedCard::new(NOW);
    let order =
        CardOrder { holder: "番号\n花子".to_owned(), ..CardOrder::today("other".parse().unwrap(), NOW) };
    let error = card.issuer(NOW).issue(&order).unwrap_err();
    assert_eq!(error.to_string(), "the font has no letter '\\n'");
}

#[test]
fn the_anchor_is_a_public_key_named_by_its_key_identifier() {
    let card = IssuedCard::new(NOW);
    let files: Vec<_> =
        std::fs::read_dir(card.layout().surface_anchors()).unwrap().map(|file| file.unwrap()).collect();
    assert_eq!(files.len(), 1);
    assert_eq!(files[0].file_name(), "37303030303233080530303100000000.pem");
    let text = openssl(&["pkey", "-pubin", "-noout", "-text"], &std::fs::read(files[0].path()).unwrap());
    assert!(text.expect_ok("a public key").out.contains("Public-Key: (2048 bit)"));
}

#[test]
fn a_wrong_number_is_counted_even_if_the_card_is_pulled_before_it_can_say_so() {
    let card = IssuedCard::new(NOW);
    let hand = card.in_hand();
    // SELECT of the application, then VERIFY.
    let select = hex::decode("00A4040C0AD3921000310001010402").unwrap();
    let wrong = [&[0x00, 0x20, 0x00, 0x92, 0x0E][..], b"00000000000000"].concat();
    let mut transport = hand.on_reader_with(Fault::PulledDuring(2)).unwrap();
    assert_eq!(transport.transmit(&select).unwrap(), [0x90, 0x00]);
    assert_eq!(transport.transmit(&wrong), Err(TransportError::Removed));
    drop((transport, hand));
    // Taken anew from its file, as after a crash of the card's program.
    let hand = card.in_hand();
    assert_eq!(tries_left(&hand), 9);
    let mut transport = hand.on_reader_with(Fault::PulledBefore(2)).unwrap();
    transport.transmit(&select).unwrap();
    assert_eq!(transport.transmit(&wrong), Err(TransportError::Removed));
    drop(transport);
    assert_eq!(tries_left(&hand), 9);
}

fn tries_left(hand: &CardInHand) -> u8 {
    let mut transport = hand.on_reader().unwrap();
    transport.transmit(&hex::decode("00A4040C0AD3921000310001010402").unwrap()).unwrap();
    transport.transmit(&[0x00, 0x20, 0x00, 0x92]).unwrap()[1] & 0x0F
}

#[test]
fn a_card_file_of_the_version_before_is_refused_with_what_to_do() {
    let card = IssuedCard::new(NOW);
    std::fs::write(card.path(), br#"{"version": 1, "token": "my-number-card", "pins": {}}"#).unwrap();
    let error = VirtualCard::open(&card.path()).map(drop).unwrap_err();
    assert!(error.to_string().contains("another version of this program: issue it anew"), "{error}");
}
