//! A second card, or what was read from one, is put into a booking of the signature PIN: at whatever step, it is refused.

use std::sync::Arc;
use std::time::Duration;

use client::Failure;
use client::clock::SystemClock;
use client::exit::Exit;
use end_to_end::cards;
use end_to_end::child::Killer;
use end_to_end::face_booking::Begun;
use end_to_end::faces::Person;
use end_to_end::holder::server_of_new_phone;
use end_to_end::relay::{Moment, Then};
use end_to_end::sitter::Sitter;
use end_to_end::stack::{CARD, Order, Place, Stack, Store, TYPED_FOR_SIGNATURE};
use mobile_bridge::CallError;
use wire::app::{FaceVerdict, Step};
use wire::problem::ProblemType;

const THIEF: &str = "thief";
const LIMIT: Duration = Duration::from_secs(60);

#[test]
fn another_card_on_the_phone_after_the_first_was_accepted_is_refused_and_the_first_goes_on() {
    let mut stack = Order::on(Store::Embedded).with_relays().with_faces().start();
    stack.site().issue_with_face(THIEF, Person::Impostor, &[]);
    stack.put(CARD, Place::Phone);
    let [holder, thief] = [Person::Holder, Person::Impostor].map(|person| stack.frames(person));
    // The phone dies with the card accepted and its wish for a challenge on the way.
    let (name, victim) = std::sync::mpsc::channel::<Killer>();
    let challenge = 5;
    stack.app_trap().set(Moment::Before(challenge), Then::Lose, move || victim.recv().unwrap().kill());
    let run = stack.begin_booking_signature(&holder, &TYPED_FOR_SIGNATURE);
    name.send(run.killer()).unwrap();
    assert!(stack.app_trap().wait(LIMIT), "{}", run.said());
    let seen = stack.app_trap().seen();
    assert!(seen.last().unwrap().ends_with("/face-challenge"), "{seen:?}");
    stack.app_trap().count();
    stack.put(THIEF, Place::Phone);
    let refused = stack.book_signature(&thief, &TYPED_FOR_SIGNATURE).ended(Exit::Refused);
    refused.saying("not the card the booking began with");
    assert!(stack.stored(THIEF).is_none(), "nothing is known of the second card");
    stack.put(CARD, Place::Phone);
    stack.book_signature(&holder, &TYPED_FOR_SIGNATURE).done();
    assert_eq!(stack.stored(CARD).unwrap().reserved().len(), 1);
    assert_eq!(stack.engine_asked("front"), 1, "the second card's front was not looked at");
}

#[track_caller]
fn refused<T>(answer: Result<T, CallError>) -> ProblemType {
    match answer {
        Err(CallError::Failure(Failure::Refused(refusal))) => refusal.kind.expect("a kind that we know"),
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("it was accepted"),
    }
}

#[test]
fn a_thief_who_brings_his_own_card_after_the_holders_match_gains_nothing() {
    let stack: Stack = Order::on(Store::Embedded).with_faces().start();
    let site = stack.site();
    site.issue_with_face(THIEF, Person::Impostor, &[]);
    let [card, thiefs] = [CARD, THIEF].map(|name| cards::take(&site.card(name)));
    let [front, thiefs_front] =
        [CARD, THIEF].map(|name| std::fs::read(stack.album().front(site, name)).unwrap());
    let [holder, thief] = [Person::Holder, Person::Impostor].map(Sitter::new);
    let folder = stack.path("thiefs-phone");
    std::fs::create_dir(&folder).unwrap();
    let authority = site.file("tls/app-ca.pem");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let (server, installation) =
            server_of_new_phone(&folder, site.app_port(), &authority, Arc::new(SystemClock));
        let begun = Begun::with(Arc::new(server), installation).await;
        let [proof, other] =
            [(&card, front), (&thiefs, thiefs_front)].map(|(card, front)| begun.proof(card, front));
        let at_face = begun.accepted(&proof).await;
        let theirs = begun.at_face(&other);
        let challenge = at_face.challenge().await.unwrap();
        // His face with his own portrait, in the stolen card's booking; then the stolen card's holder is shown.
        let thief = thief.showing(&challenge.poses);
        assert_eq!(refused(theirs.show(&challenge, &thief).await), ProblemType::AnotherCard);
        assert_eq!(refused(theirs.reserve().await), ProblemType::BookingOutOfOrder);
        let verdict = at_face.show(&challenge, &holder.showing(&challenge.poses)).await.unwrap();
        assert_eq!(verdict, FaceVerdict::Matched { next: Step::Reservation });
        let kind = refused(begun.send(&other).await);
        assert!([ProblemType::AnotherCard, ProblemType::BookingOutOfOrder].contains(&kind), "{kind:?}");
        at_face.reserve().await.unwrap();
    });
    assert!(stack.stored(THIEF).is_none());
    assert_eq!(stack.stored(CARD).unwrap().reserved().len(), 1);
    assert_eq!(stack.comparisons(), 1);
}
