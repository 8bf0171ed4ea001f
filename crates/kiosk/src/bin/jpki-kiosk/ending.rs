//! How a visit ended: the receipt, or what happened and what comes next; and the exit code.

use client::exit::Exit;
use client::reader::wait_words;
use client::{Screen, jst, tell, words};
use kiosk::{Delivery, NoCard, NotClaimed, Outcome, Verdict};
use reservation::PinKind;
use uuid::Uuid;
use wire::kiosk::FailureReason;

use crate::slot::Slot;

/// Tells the outcome and gives the exit code.
pub(crate) fn tell(screen: &mut Screen, target: PinKind, outcome: &Outcome, slot: &Slot) -> Exit {
    screen.line("");
    match outcome {
        Outcome::NotClaimed(why) => not_claimed(screen, why, slot),
        Outcome::PerhapsClaimed(failure) => {
            tell::failure(screen, failure);
            screen.say(
                "カードは変わっていません。予約が一時的に使用中になっていることがあります。5分ほど待ってから、もう一度お試しください。",
                "The card has not changed. The reservation may be held for a while: wait five minutes, then try again.",
            );
            Exit::TryAgain
        }
        Outcome::NotDone { reason, delivery, .. } => not_done(screen, *reason, delivery),
        Outcome::Unknown { claim, confirmed, lease_ends, .. } => {
            let until = jst::to_the_second(*lease_ends, screen.language());
            if *confirmed {
                screen.say(
                    "新しい暗証番号はカードに設定されましたが、完了の確認ができませんでした。新しい暗証番号が使えます。",
                    "The card took the new PIN, but could not prove it here. The new PIN works.",
                );
            } else {
                screen.say(
                    "新しい暗証番号が設定されたかどうか、確かめられませんでした。カードの残り回数は減っていません。",
                    "Nobody can tell whether the card took the new PIN. No try was spent on finding out.",
                );
                screen.say(
                    &format!(
                        "次に: {until}を過ぎてから、同じ予約でもう一度お試しください（予約は失われません）。"
                    ),
                    &format!("Next: try again with the same reservation after {until}; it is not lost."),
                );
            }
            reference(screen, *claim);
            Exit::Unknown
        }
        Outcome::Done { claim, delivery } => done(screen, target, *claim, delivery),
    }
}

fn not_claimed(screen: &mut Screen, why: &NotClaimed, slot: &Slot) -> Exit {
    match why {
        NotClaimed::Server(failure) => {
            tell::failure(screen, failure);
            screen.say("カードは変わっていません。", "The card has not changed.");
            failure.into()
        }
        NotClaimed::NoCard(no_card) => {
            match (&slot.trouble, no_card) {
                (Some(trouble), _) => screen.sentence(&wait_words(trouble)),
                (None, NoCard::NotInTime | NoCard::ReaderFailed) => screen.line(&no_card.to_string()),
            }
            Exit::Card
        }
        NotClaimed::NoUse(trouble) => {
            screen.sentence(&words::no_use(trouble));
            trouble.into()
        }
        NotClaimed::GaveUp => {
            screen.say(
                "暗証番号が入力されなかったため終了しました。回数は減っていません。予約はそのままです。",
                "No PIN was entered. No try was spent; the reservation is as it was.",
            );
            Exit::Pin
        }
        NotClaimed::Pin(error) => {
            screen.sentence(&words::verify(error));
            screen.say("予約はそのままです。", "The reservation is as it was.");
            error.into()
        }
        NotClaimed::Certificate(error) => {
            screen.sentence(&words::certificate(error));
            Exit::Card
        }
        NotClaimed::Sign(error) => {
            screen.sentence(&words::sign(error));
            Exit::Card
        }
        NotClaimed::Journal(error) => {
            screen.line(&error.to_string());
            Exit::Storage
        }
    }
}

fn not_done(screen: &mut Screen, reason: FailureReason, delivery: &Delivery) -> Exit {
    let exit = match reason {
        FailureReason::HolderLeft => {
            screen.say("新しい暗証番号が決まらなかったため終了しました。", "No new PIN was chosen.");
            Exit::Pin
        }
        FailureReason::CardRemoved => {
            screen.say(
                "設定の前にカードとの通信が切れました。",
                "The link to the card broke before the new PIN was set.",
            );
            Exit::Card
        }
        FailureReason::CardRefused => {
            screen.say("カードが設定を受け付けませんでした。", "The card refused the reset.");
            Exit::Card
        }
        FailureReason::TimedOut => {
            screen.say("時間が過ぎたため終了しました。", "The time for this visit is over.");
            Exit::TryAgain
        }
        FailureReason::KioskStopped => {
            screen.say("この端末の異常のため終了しました。", "This kiosk has a fault and stopped.");
            Exit::Storage
        }
    };
    screen.say("暗証番号は前のままです。", "The PIN is as it was.");
    match delivery {
        Delivery::Final(Verdict::Released { claims_left: 0 }) => screen.say(
            "次に: この予約での受付回数を使い切りました。スマートフォンで予約し直してください。",
            "Next: this reservation has no visits left. Book again on the phone.",
        ),
        Delivery::Final(Verdict::Released { claims_left }) => screen.say(
            &format!("次に: 予約はそのまま使えます（あと{claims_left}回）。もう一度お試しください。"),
            &format!("Next: the reservation is still good ({claims_left} visits left). Try again."),
        ),
        Delivery::Final(_) | Delivery::NotYet(_) => screen.say(
            "次に: 5分ほど待ってから、もう一度お試しください。",
            "Next: wait five minutes, then try again.",
        ),
    }
    exit
}

fn done(screen: &mut Screen, target: PinKind, claim: Uuid, delivery: &Delivery) -> Exit {
    let name = words::pin_name(target);
    let other = words::pin_name(target.other());
    screen.say("――― 控え ―――", "--- Receipt ---");
    screen.say(&format!("{}を再設定しました。", name.ja), &format!("Your {} has been reset.", name.en));
    screen.say(
        &format!("ほかの暗証番号は変わっていません: {}、券面事項入力補助用、住民基本台帳用。", other.ja),
        &format!(
            "The other PINs are unchanged: the {}, and the 4-digit PINs for text input support and for the \
             resident register.",
            other.en
        ),
    );
    screen.say(
        "これらに同じ番号を使っていた場合も、前の番号のままです。",
        "If they had the same number as the old PIN, they still have it.",
    );
    reference(screen, claim);
    let exit = match delivery {
        Delivery::Final(Verdict::Refused { .. }) => {
            screen.say(
                "サーバーは完了を受け付けませんでしたが、新しい暗証番号は使えます。お困りの際はヘルプデスク（0120-95-0178）へ。",
                "The server did not take the completion, but the new PIN works. Help desk: 0120-95-0178.",
            );
            Exit::Refused
        }
        Delivery::Final(_) => Exit::Done,
        Delivery::NotYet(_) => Exit::TryAgain,
    };
    screen.say("―――――――――", "---------------");
    exit
}

fn reference(screen: &mut Screen, claim: Uuid) {
    screen.say(&format!("お問い合わせ用の記号: {claim}"), &format!("To quote to the help desk: {claim}"));
}
