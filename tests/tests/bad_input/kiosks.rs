//! The kiosk may not work: at night, for this PIN, or at all. It says so before the holder types anything.

use std::time::{Duration, Instant};

use client::exit::Exit;
use end_to_end::said::Said;
use end_to_end::stack::{CARD, KIOSK, OPERATOR, Order, Place, SIGNATURE_PIN, Stack};
use end_to_end::terminal::{Terminal, problem};
use reservation::KioskId;
use server::pki::Authority;
use server::pki::authority::kiosk_request;
use wire::kiosk::OpenSession;
use wire::problem::ProblemType;

const NEW_PIN: &str = "8351";
const HOUR: Duration = Duration::from_secs(3600);

/// At noon, with kiosk hours as in the field; the card has a reservation and lies at the kiosk.
fn reserved() -> Stack {
    let mut stack = Order::keeping_hours().start();
    stack.put(CARD, Place::Phone);
    stack.book(&[SIGNATURE_PIN]).done();
    stack.put(CARD, Place::Kiosk);
    stack
}

#[track_caller]
fn before_any_pin(stack: &Stack, refused: Said) {
    refused.not_saying("Type your").not_saying("New user PIN");
    assert_eq!(stack.trace().pins_presented(), [""; 0]);
}

#[test]
fn a_kiosk_outside_its_hours_tells_when_it_opens() {
    let stack = reserved();
    stack.clock().advance(11 * HOUR);
    let refused = stack.redeem(&[SIGNATURE_PIN, NEW_PIN, NEW_PIN]).ended(Exit::Refused);
    before_any_pin(&stack, refused.saying("open again").saying("06:30"));
    stack.clock().advance(Duration::from_secs(7 * 3600 + 1800));
    stack.redeem(&[SIGNATURE_PIN, NEW_PIN, NEW_PIN]).done();
}

#[test]
fn a_kiosk_whose_operator_does_not_reset_this_pin_says_so() {
    let stack = reserved();
    stack.site().add_kiosk("lawson-1", "lawson", stack.site().kiosk_port());
    let refused = stack.redeem_at("lawson-1", &[SIGNATURE_PIN, NEW_PIN, NEW_PIN]).ended(Exit::Refused);
    before_any_pin(&stack, refused);
    stack.redeem(&[SIGNATURE_PIN, NEW_PIN, NEW_PIN]).done();
}

#[test]
fn a_disabled_kiosk_is_refused_within_a_second() {
    let stack = reserved();
    let site = stack.site();
    let open = Terminal::of(&site.file(&format!("kiosk-{KIOSK}")), site.kiosk_port());
    let runtime = stack.library().runtime();
    runtime.block_on(open.session(None));
    site.kiosk_command(&["disable", KIOSK]).done();
    let disabled = Instant::now();
    let answer =
        runtime.block_on(open.post("/kiosk/v1/sessions", &OpenSession { target: None }, None)).unwrap();
    assert_eq!(problem(&answer), Some(ProblemType::KioskRefused));
    assert!(disabled.elapsed() < Duration::from_secs(1));
    let refused = stack.redeem(&[SIGNATURE_PIN, NEW_PIN, NEW_PIN]).ended(Exit::Refused);
    before_any_pin(&stack, refused);
}

#[test]
fn a_kiosk_that_was_never_admitted_is_refused_though_its_certificate_is_genuine() {
    let stack = reserved();
    let site = stack.site();
    let folder = site.add_kiosk("ghost-1", OPERATOR, site.kiosk_port());
    let authority =
        Authority::load(&site.file("tls/kiosk-ca.pem"), &site.file("tls/kiosk-ca-key.pem")).unwrap();
    let ghost = KioskId::parse("ghost-2").unwrap();
    let (request, key) = kiosk_request(&ghost).unwrap();
    let signed = authority.kiosk(&request, &ghost, 24 * HOUR, stack.clock().instant()).unwrap();
    std::fs::write(folder.join("kiosk.pem"), signed.pem).unwrap();
    std::fs::write(folder.join("kiosk-key.pem"), key.as_bytes()).unwrap();
    let refused = stack.redeem_at("ghost-1", &[SIGNATURE_PIN, NEW_PIN, NEW_PIN]).ended(Exit::Refused);
    before_any_pin(&stack, refused);
}

#[test]
fn a_kiosk_with_a_certificate_of_its_own_making_does_not_get_as_far_as_a_request() {
    let stack = reserved();
    let folder = stack.site().add_kiosk("forged-1", OPERATOR, stack.site().kiosk_port());
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::default();
    params.distinguished_name.push(rcgen::DnType::CommonName, KIOSK);
    let certificate = params.self_signed(&key).unwrap();
    std::fs::write(folder.join("kiosk.pem"), certificate.pem()).unwrap();
    std::fs::write(folder.join("kiosk-key.pem"), key.serialize_pem()).unwrap();
    let refused = stack.redeem_at("forged-1", &[SIGNATURE_PIN, NEW_PIN, NEW_PIN]);
    assert!(!refused.is_done(), "{refused}");
    before_any_pin(&stack, refused);
}

#[test]
fn a_kiosk_whose_certificate_has_expired_is_refused() {
    let stack = reserved();
    stack.kiosk(&["check"], &[]).done();
    stack.clock().advance(366 * 24 * HOUR);
    let refused = stack.redeem(&[SIGNATURE_PIN, NEW_PIN, NEW_PIN]);
    assert!(!refused.is_done(), "{refused}");
    before_any_pin(&stack, refused);
}
