//! `book`: all steps, and what was already done of them.

use std::sync::Arc;

use client::entry::Entry;
use client::{Screen, jst};
use mobile_bridge::reading::Proved;
use mobile_bridge::{CallError, CardProof, Front, Next, Phone, PhoneError};
use reservation::PinKind;
use wire::app::{Reservation, ReservationState, Terms};
use wire::problem::ProblemType;

use crate::args::Book;
use crate::card_step::{Cards, Desk};
use crate::face_step;
use crate::picture_files::{self, Pictures};
use crate::reservation_text;
use crate::setup::APP;
use crate::steps::{Step, Steps};
use crate::stopped::Stopped;
use crate::terms::accept;

pub(crate) async fn run(
    phone: &mut Phone,
    screen: &mut Screen,
    entry: &mut Entry,
    cards: Arc<dyn Cards>,
    mut pictures: Option<Pictures>,
    book: &Book,
) -> Result<(), Stopped> {
    let target = PinKind::from(book.target);
    let steps = Steps(target);
    steps.head(
        screen,
        Step::Register,
        "この端末を登録し、利用規約を確認します",
        "Registering this phone; the terms of use",
    );
    let terms = phone.register(APP).await?;
    if !book.again && show_what_is_reserved(phone, screen, target).await? {
        return Ok(());
    }
    let mut accepted = false;
    let (mut begun_anew, mut read_again, mut elsewhere) = (false, false, false);
    let reservation = loop {
        let step = match phone.next(target) {
            Next::Start => {
                if !accepted {
                    accept(screen, entry, &terms, &book.accept_terms)?;
                    accepted = true;
                }
                start(phone, screen, target, &terms).await.map_err(Stopped::from)
            }
            Next::ReadCard { to_sign, expires_at } => {
                put_card(screen, steps, &cards.place(), &jst::time_of_day(expires_at));
                let mut desk = Desk { screen, entry, cards: &cards, western_digits: book.western_digits };
                let proved = desk.prove(to_sign).await?;
                let proved = send(phone, screen, entry, proved, pictures.as_mut()).await;
                if proved.is_ok() {
                    screen.say(
                        "  本人確認ができました。カードを離してかまいません。",
                        "  You proved yourself. The card may be taken away.",
                    );
                }
                proved
            }
            Next::ShowFace { .. } => match &mut pictures {
                Some(pictures) => face_step::show(phone, screen, entry, &mut pictures.face).await,
                None => Err(PhoneError::OutOfOrder.into()),
            },
            Next::Reserve => match phone.reserve().await {
                Ok(reservation) => break reservation,
                Err(error) => Err(error.into()),
            },
        };
        match step {
            Ok(()) => {}
            Err(Stopped::Phone(PhoneError::EvidenceMissing)) if !read_again => {
                read_again = true;
                screen.say(
                    "  前回の手続きは途中まででした。カードをもう一度読み取ります。",
                    "  The last run ended half-way. The card is read again.",
                );
            }
            // Where the booking stands is asked for next.
            Err(Stopped::Phone(PhoneError::OutOfOrder)) if !elsewhere => elsewhere = true,
            Err(Stopped::Phone(PhoneError::BookingOver)) if !begun_anew => {
                begun_anew = true;
                screen.say(
                    "  前の手続きは15分を過ぎたため終了しました。はじめから行います。",
                    "  The former booking's 15 minutes are over. It begins anew.",
                );
            }
            Err(stopped) => return Err(stopped),
        }
    };
    done(screen, steps, &reservation);
    Ok(())
}

fn put_card(screen: &mut Screen, steps: Steps, reader: &str, until: &str) {
    steps.head(
        screen,
        Step::Card,
        &format!("カードを「{reader}」に置いてください"),
        &format!("Put the card on {reader}"),
    );
    screen.say(
        &format!("  （手続きは{until}まで有効です）"),
        &format!("  (the booking is open until {until})"),
    );
}

/// Sends what the card proved, with another picture of its front where the first will not do.
async fn send(
    phone: &mut Phone,
    screen: &mut Screen,
    entry: &mut Entry,
    proved: Proved,
    pictures: Option<&mut Pictures>,
) -> Result<(), Stopped> {
    let (card, pictures) = match (proved, pictures) {
        (Proved::User(evidence), _) => return Ok(phone.prove(&CardProof::User(evidence)).await?),
        (Proved::Signature(card), Some(pictures)) => (card, pictures),
        (Proved::Signature(_), None) => return Err(PhoneError::OutOfOrder.into()),
    };
    screen.say(
        "  カード表面の写真をサーバーに送ります（写っているもの全体。顔写真と照合したあと残りません）。",
        "  The photograph of the card's front is sent, with all that it shows (compared with the portrait, then dropped).",
    );
    loop {
        let proof = CardProof::Signature { card: card.clone(), front: pictures.front.clone() };
        match phone.prove(&proof).await {
            Err(PhoneError::Call(CallError::Failure(failure)))
                if failure.kind() == Some(ProblemType::FrontUnfit) =>
            {
                pictures.front = other_front(screen, entry, PhoneError::from(failure).into())?;
            }
            other => return Ok(other?),
        }
    }
}

fn other_front(screen: &mut Screen, entry: &mut Entry, stopped: Stopped) -> Result<Front, Stopped> {
    let question = (
        "  撮り直したカード表面の写真（やめるときは何も入力せずに Enter）:",
        "  New picture of the card's front (just Enter to stop):",
    );
    face_step::asked_again(screen, entry, stopped, question, |path| picture_files::front(&path))
}

/// A reservation that can still be used is shown instead of being made twice.
async fn show_what_is_reserved(phone: &Phone, screen: &mut Screen, target: PinKind) -> Result<bool, Stopped> {
    let same = phone.held().is_some_and(|held| held.target == target.into()) && phone.booking().is_none();
    if !same {
        return Ok(false);
    }
    match phone.status().await {
        Ok(reservation) => {
            let live = matches!(
                reservation.state,
                ReservationState::Reserved { .. } | ReservationState::Claimed { .. }
            );
            if live {
                screen.say(
                    "すでに予約があります（やり直すには --again を付けてください）:",
                    "There is a reservation already (--again replaces it):",
                );
                reservation_text::show(screen, &reservation);
                next_steps(screen, &reservation);
            }
            Ok(live)
        }
        Err(PhoneError::Call(CallError::Failure(failure)))
            if matches!(
                failure.kind(),
                Some(
                    ProblemType::ReservationUnknown
                        | ProblemType::TokenInvalid
                        | ProblemType::ReservationEnded
                )
            ) =>
        {
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

async fn start(
    phone: &mut Phone,
    screen: &mut Screen,
    target: PinKind,
    terms: &Terms,
) -> Result<(), PhoneError> {
    Steps(target).head(screen, Step::Begin, "事前予約手続きを始めます", "Beginning the booking");
    phone.start(target, &terms.version).await
}

fn done(screen: &mut Screen, steps: Steps, reservation: &Reservation) {
    steps.head(screen, Step::Done, "予約ができました", "The reservation is made");
    reservation_text::show(screen, reservation);
    next_steps(screen, reservation);
}

fn next_steps(screen: &mut Screen, reservation: &Reservation) {
    let until = jst::to_the_second(reservation.last_arrival, screen.language());
    screen.say(
        &format!(
            "次に: カードを持って{until}までにお店のマルチコピー機へ行き、「行政サービス」から新しい暗証番号を設定して\
             ください。今回入力した暗証番号をもう一度使います。新しい暗証番号を先に決めておくと安心です。"
        ),
        &format!(
            "Next: take the card to a kiosk before {until} and set the new PIN there. You will need the PIN you \
             just typed once more. Decide on the new PIN beforehand."
        ),
    );
}
