//! `book`: the five steps, and what was already done of them.

use client::entry::Entry;
use client::reader::CardReader;
use client::{Screen, jst};
use mobile_bridge::{CallError, Next, Phone, PhoneError};
use reservation::PinKind;
use wire::app::{Reservation, ReservationState, Terms};
use wire::problem::ProblemType;

use crate::args::Book;
use crate::card_step;
use crate::reservation_text;
use crate::setup::APP;
use crate::show::agreed;
use crate::stopped::Stopped;

pub(crate) async fn run(
    phone: &mut Phone,
    screen: &mut Screen,
    entry: &mut Entry,
    reader: Option<&str>,
    book: &Book,
) -> Result<(), Stopped> {
    let target = PinKind::from(book.target);
    if target == PinKind::Signature {
        return Err(Stopped::FaceNotHere);
    }
    // A reader that is not there is told before the server hears anything.
    let reader = CardReader::find(reader)?;
    screen.step(1, 5, "この端末を登録し、利用規約を確認します", "Registering this phone; the terms of use");
    let terms = phone.register(APP).await?;
    if !book.again && show_what_is_reserved(phone, screen, target).await? {
        return Ok(());
    }
    let mut accepted = false;
    let (mut begun_anew, mut read_again) = (false, false);
    let reservation = loop {
        let step = match phone.next(target) {
            Next::Start => {
                if !accepted {
                    accept(screen, entry, &terms, &book.accept_terms)?;
                    accepted = true;
                }
                start(phone, screen, target, &terms).await
            }
            Next::ReadCard { statement, expires_at } => {
                screen.step(
                    3,
                    5,
                    &format!("カードを「{}」に置いてください", reader.name()),
                    &format!("Put the card on {}", reader.name()),
                );
                let until = jst::time_of_day(expires_at);
                screen.say(
                    &format!("  （手続きは{until}まで有効です）"),
                    &format!("  (the booking is open until {until})"),
                );
                let evidence = card_step::evidence(screen, entry, &reader, &statement).await?;
                let proved = phone.prove(&evidence).await;
                if proved.is_ok() {
                    screen.say(
                        "  本人確認ができました。カードを離してかまいません。",
                        "  You proved yourself. The card may be taken away.",
                    );
                }
                proved
            }
            Next::Reserve => match phone.reserve().await {
                Ok(reservation) => break reservation,
                Err(error) => Err(error),
            },
        };
        match step {
            Ok(()) => {}
            Err(PhoneError::EvidenceMissing) if !read_again => {
                read_again = true;
                screen.say(
                    "  前回のカードの読み取りは届いていませんでした。もう一度読み取ります。",
                    "  The card's proof had not arrived. The card is read again.",
                );
            }
            Err(PhoneError::BookingOver) if !begun_anew => {
                begun_anew = true;
                screen.say(
                    "  前の手続きは15分を過ぎたため終了しました。はじめから行います。",
                    "  The former booking's 15 minutes are over. It begins anew.",
                );
            }
            Err(error) => return Err(error.into()),
        }
    };
    done(screen, &reservation);
    Ok(())
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

fn accept(screen: &mut Screen, entry: &mut Entry, terms: &Terms, accept_terms: &str) -> Result<(), Stopped> {
    let text = screen.language().pick(&terms.ja, &terms.en).to_owned();
    let plain = |text: &str| -> String {
        text.chars().filter(|character| !character.is_control() || *character == '\n').collect()
    };
    let version = plain(&terms.version);
    screen.say(&format!("  利用規約（版 {version}）"), &format!("  Terms of use (version {version})"));
    for line in plain(&text).lines() {
        screen.line(&format!("  | {line}"));
    }
    if accept_terms != "interactive" {
        if accept_terms != terms.version {
            return Err(Stopped::OtherTerms { in_force: version });
        }
        screen.say("  同意しました（指定による）。", "  Accepted (on the command line).");
        return Ok(());
    }
    screen.ask("  同意しますか？ [はい/いいえ]", "  Do you accept them? [yes/no]");
    if agreed(screen, entry)? { Ok(()) } else { Err(Stopped::TermsDeclined) }
}

async fn start(
    phone: &mut Phone,
    screen: &mut Screen,
    target: PinKind,
    terms: &Terms,
) -> Result<(), PhoneError> {
    screen.step(2, 5, "事前予約手続きを始めます", "Beginning the booking");
    phone.start(target, &terms.version).await
}

fn done(screen: &mut Screen, reservation: &Reservation) {
    screen.step(5, 5, "予約ができました", "The reservation is made");
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
