//! How a visit ended: the receipt, or what happened and what comes next; and the exit code.

use card::WaitError;
use client::exit::Exit;
use client::reader::wait_words;
use client::{Failure, Screen, jst, tell, words};
use kiosk::{Delivery, NoCard, NotClaimed, Outcome, Verdict};
use reservation::PinKind;
use wire::kiosk::FailureReason;
use wire::problem::ProblemType;

use crate::receipt;

/// Tells the outcome and gives the exit code. `trouble` is why the reader did not work, if it did not.
pub(crate) fn tell(
    screen: &mut Screen,
    target: PinKind,
    outcome: &Outcome,
    trouble: Option<&WaitError>,
) -> Exit {
    screen.line("");
    match outcome {
        Outcome::NotClaimed(why) => not_claimed(screen, why, trouble),
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
            receipt::reference(screen, *claim);
            Exit::Unknown
        }
        Outcome::Done { claim, delivery } => receipt::print(screen, target, *claim, delivery),
    }
}

fn not_claimed(screen: &mut Screen, why: &NotClaimed, trouble: Option<&WaitError>) -> Exit {
    match why {
        NotClaimed::Server(failure) => {
            tell::failure(screen, failure);
            nothing_spent(screen, failure);
            failure.into()
        }
        NotClaimed::NoCard(no_card) => {
            match (trouble, no_card) {
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
        NotClaimed::NotInTime => {
            screen.say(
                "入力がなかったため、カードを守るために終了しました。暗証番号の回数は減っていません。予約はそのままです。",
                "Nothing was typed, so this ended, to protect the card. No try was spent; the reservation is as it was.",
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

/// What the holder fears after a refusal: that something is gone.
fn nothing_spent(screen: &mut Screen, failure: &Failure) {
    screen.say(
        "カードは変わっていません。暗証番号の残り回数も減っていません。",
        "The card has not changed. No try of a PIN was spent.",
    );
    let lock = failure
        .kind()
        .filter(|kind| [ProblemType::CardLocked, ProblemType::CardLockedForGood].contains(kind));
    match lock {
        Some(ProblemType::CardLocked) => screen.say(
            "予約の受付回数も減っていません。予約の期限が先に来た場合は、表示の時刻を過ぎてから、スマートフォンで予約し直してください。",
            "No visit of the reservation was spent. If the reservation ends first, book again on the phone when that \
             time has passed.",
        ),
        Some(_) => screen.say(
            "予約の受付回数も減っていません。",
            "No visit of the reservation was spent.",
        ),
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use client::{Answer, Language};
    use uuid::Uuid;

    use super::*;

    /// Paper that a test can read.
    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// What is told in one language, and the exit code.
    fn told(language: Language, target: PinKind, outcome: &Outcome) -> (String, Exit) {
        let paper = Paper::default();
        let exit = tell(&mut Screen::to(language, paper.clone()), target, outcome, None);
        let text = String::from_utf8(paper.0.lock().unwrap().clone()).unwrap();
        (text, exit)
    }

    #[track_caller]
    fn must_say(outcome: &Outcome, target: PinKind, exit: Exit, parts: &[(&str, &str)]) {
        let (ja, ended) = told(Language::Ja, target, outcome);
        let (en, _) = told(Language::En, target, outcome);
        assert_eq!(ended, exit);
        for (japanese, english) in parts {
            assert!(ja.contains(japanese), "{japanese}: {ja}");
            assert!(en.contains(english), "{english}: {en}");
        }
    }

    fn refused(kind: ProblemType, facts: &str) -> Outcome {
        let body = format!(
            r#"{{"type":"{}","title":"locked","status":403,"instance":"urn:uuid:7","next_step":{{"ja":"次の手順","en":"next step"}}{facts}}}"#,
            kind.uri()
        );
        Outcome::NotClaimed(NotClaimed::Server(Failure::from_answer(&Answer::new(403, body.into_bytes()))))
    }

    #[test]
    fn a_card_that_was_locked_since_the_booking_tells_the_end_the_number_and_that_nothing_is_gone() {
        let facts = r#","locked_until":"2026-11-22T03:00:00Z","number":"123456789012""#;
        let outcome = refused(ProblemType::CardLocked, facts);
        must_say(
            &outcome,
            PinKind::Signature,
            Exit::Locked,
            &[
                ("次の手順", "next step"),
                ("12:00:00", "12:00:00"),
                ("1234 5678 9012", "1234 5678 9012"),
                (
                    "カードは変わっていません。暗証番号の残り回数も減っていません。",
                    "No try of a PIN was spent.",
                ),
                ("予約の受付回数も減っていません。", "No visit of the reservation was spent."),
                ("予約し直してください", "book again on the phone"),
            ],
        );
    }

    #[test]
    fn a_lock_that_only_the_desk_lifts_tells_the_number_and_no_end() {
        let outcome = refused(ProblemType::CardLockedForGood, r#","number":"123456789012""#);
        must_say(
            &outcome,
            PinKind::User,
            Exit::Locked,
            &[
                ("次の手順", "next step"),
                ("1234 5678 9012", "1234 5678 9012"),
                ("予約の受付回数も減っていません。", "No visit of the reservation was spent."),
            ],
        );
        assert!(!told(Language::Ja, PinKind::User, &outcome).0.contains("制限の終了"));
    }

    fn done(delivery: Delivery) -> Outcome {
        Outcome::Done { claim: Uuid::from_u128(7), delivery }
    }

    #[test]
    fn the_receipt_of_a_signature_pin_says_what_works_again_and_what_is_unchanged() {
        let outcome = done(Delivery::Final(Verdict::Completed));
        must_say(
            &outcome,
            PinKind::Signature,
            Exit::Done,
            &[
                ("署名用暗証番号（英数字6〜16文字）を再設定しました", "Your signature PIN"),
                ("e-Taxなどの電子申請", "e-Tax filing"),
                ("大文字", "capitals"),
                (
                    "変わっていません: 利用者証明用暗証番号（数字4桁）、券面事項入力補助用、住民基本台帳用",
                    "unchanged: the user PIN",
                ),
                ("00000000-0000-0000-0000-000000000007", "00000000-0000-0000-0000-000000000007"),
            ],
        );
        let (ja, _) = told(Language::Ja, PinKind::Signature, &outcome);
        assert!(!ja.contains("同じ番号"), "6 letters and digits are never a PIN of 4 digits: {ja}");
    }

    #[test]
    fn the_receipt_of_a_user_pin_says_that_pins_of_the_same_number_still_have_it() {
        let parts = [
            ("利用者証明用暗証番号（数字4桁）を再設定しました", "Your user PIN"),
            ("コンビニでの証明書交付", "convenience stores"),
            ("同じ番号を使っていた場合も、前の番号のままです", "the same number as the old PIN"),
        ];
        must_say(&done(Delivery::Final(Verdict::Completed)), PinKind::User, Exit::Done, &parts);
        let refused = Verdict::Refused { status: 403, kind: None };
        let works = [("新しい暗証番号は使えます", "the new PIN works")];
        must_say(&done(Delivery::Final(refused)), PinKind::User, Exit::Refused, &works);
    }

    #[test]
    fn a_holder_who_walked_away_reads_later_that_nothing_was_spent() {
        let outcome = Outcome::NotClaimed(NotClaimed::NotInTime);
        let parts = [("回数は減っていません。予約はそのままです", "No try was spent")];
        must_say(&outcome, PinKind::Signature, Exit::Pin, &parts);
    }
}
