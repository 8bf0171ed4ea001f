//! The holder at a terminal: each notice as a line or a numbered step, PINs without echo.

use std::io;
use std::time::Duration;

use card::Tries;
use client::entry::Entry;
use client::{Screen, jst, words};
use kiosk::{Answer, KnownPinComplaint, Notice, Person};
use reservation::PinKind;
use secret::NewPinRefused;
use zeroize::Zeroizing;

const STEPS: usize = 5;

/// A person who reads a screen and types.
pub(crate) struct Terminal {
    pub(crate) screen: Screen,
    entry: Entry,
    known_pin_asked: bool,
    new_pin_asked: bool,
}

impl Terminal {
    pub(crate) fn new(screen: Screen, entry: Entry) -> Self {
        Self { screen, entry, known_pin_asked: false, new_pin_asked: false }
    }

    /// One hidden line. An empty one, the end of the input and a terminal that is gone are a holder who gives up.
    fn hidden(&mut self, patience: Duration) -> Answer<String> {
        let typed = self.entry.hidden_line_within(patience);
        self.screen.after_entry(&self.entry);
        match typed {
            Ok(Some(typed)) if !typed.is_empty() => Answer::Typed(typed),
            Ok(_) => Answer::GaveUp,
            Err(error) if error.kind() == io::ErrorKind::TimedOut => Answer::NotInTime,
            Err(error) => {
                tracing::warn!(%error, "nothing can be typed here");
                Answer::GaveUp
            }
        }
    }

    /// Said once, where the holder begins to type: whoever needs longer must know (WCAG 2.2.1).
    fn tell_patience(&mut self, patience: Duration) {
        let secs = patience.as_secs();
        self.screen.say(
            &format!("  {secs}秒のあいだ何も入力がないと、カードを守るために終了します。"),
            &format!("  If nothing is typed for {secs} seconds, this ends, to protect the card."),
        );
    }
}

impl Person for Terminal {
    fn tell(&mut self, notice: &Notice) {
        let screen = &mut self.screen;
        let language = screen.language();
        match notice {
            Notice::PutCard => {
                screen.step(1, STEPS, "カードをリーダーに置いてください", "Put the card on the reader");
            }
            Notice::Counters(counters) => {
                for kind in PinKind::ALL {
                    let (name, tries) = (words::pin_name(kind), words::tries(counters.of(kind)));
                    screen.line(&format!("  {}: {}", language.of(&name), language.of(&tries)));
                }
            }
            Notice::Claiming => screen.step(
                3,
                STEPS,
                "予約を確認しています。カードを動かさないでください",
                "Checking the reservation; leave the card where it is",
            ),
            Notice::Granted { lease_ends } => {
                let until = jst::time_of_day(*lease_ends);
                screen.say(
                    &format!("  予約を確認しました。{until}までに設定を終えてください。"),
                    &format!("  The reservation is good. Finish before {until}."),
                );
            }
            Notice::Resetting => screen.step(
                5,
                STEPS,
                "新しい暗証番号をカードに設定しています。カードを動かさないでください",
                "The card is taking the new PIN; leave it where it is",
            ),
            Notice::PutCardBack => screen.say(
                "  カードとの通信が途中で切れました。どうなったかを確かめます。同じカードを置き直してください。",
                "  The link to the card broke. Put the same card back, so that it can be asked what became of it.",
            ),
            Notice::NotAsked(why) => {
                screen.say("  カードに確かめることができませんでした。", "  The card could not be asked.");
                if let Some(why) = why {
                    screen.sentence(&words::select(why));
                }
            }
            Notice::PinSet => screen.say(
                "  新しい暗証番号を設定し、カードで確かめました。",
                "  The new PIN is set, and the card proved it.",
            ),
            Notice::ToldLater(_) => screen.say(
                "  サーバーへの報告がまだ届いていません。この端末があとで自動的に報告します。お待ちいただく必要はありません。",
                "  The server could not be told yet. This kiosk will go on trying; you need not wait.",
            ),
            Notice::TakeCard { again: false } => {
                screen.say("カードをお取りください。", "Please take your card.");
            }
            Notice::TakeCard { again: true } => screen.say(
                "カードが残っています！ カードをお取りください。",
                "Your card is still here! Please take it.",
            ),
        }
    }

    fn known_pin(
        &mut self,
        kind: PinKind,
        tries: Tries,
        complaint: Option<KnownPinComplaint>,
        patience: Duration,
    ) -> Answer<String> {
        let language = self.screen.language();
        match complaint {
            None => {}
            Some(KnownPinComplaint::Format(format)) => self.screen.sentence(&words::pin_format(format)),
            Some(KnownPinComplaint::Wrong) => {
                self.screen.say("  暗証番号が違います。", "  The PIN is wrong.");
            }
        }
        // From a pipe the next line is the new PIN, which must not be tried as the known one.
        if complaint.is_some() && !self.entry.is_interactive() {
            return Answer::GaveUp;
        }
        let (name, tries_words) = (words::pin_name(kind), words::tries(tries));
        if !self.known_pin_asked {
            self.known_pin_asked = true;
            self.screen.step(
                2,
                STEPS,
                "もう一方の暗証番号で本人確認をします（サーバーには送られません）",
                "You prove yourself with the other PIN (it is not sent to the server)",
            );
            self.tell_patience(patience);
        }
        if tries.is_last() {
            self.screen.say(
                "  ご注意: 次に間違えるとロックされ、窓口での手続きが必要になります。自信がなければ、何も入力せず Enter で終了してください。",
                "  Careful: one more wrong try locks the PIN, and only the office can help then. An empty line ends here.",
            );
        }
        let question = match language {
            client::Language::Ja => format!("{}を入力してください（{}）:", name.ja, tries_words.ja),
            client::Language::En => format!("Type your {} ({}):", name.en, tries_words.en),
        };
        self.screen.ask(&question, &question);
        self.hidden(patience)
    }

    fn new_pin(
        &mut self,
        kind: PinKind,
        complaint: Option<NewPinRefused>,
        patience: Duration,
    ) -> Answer<(String, String)> {
        let name = words::pin_name(kind);
        if let Some(refused) = complaint {
            self.screen.sentence(&words::new_pin_refused(refused));
        }
        if !self.new_pin_asked {
            self.new_pin_asked = true;
            self.screen.step(4, STEPS, "新しい暗証番号を決めてください", "Choose the new PIN");
            let (ja, en) = rules(kind);
            self.screen.say(ja, en);
        }
        self.screen.ask(&format!("新しい{}:", name.ja), &format!("New {}:", name.en));
        let mut entry = match self.hidden(patience) {
            // Wiped if the second entry never comes.
            Answer::Typed(entry) => Zeroizing::new(entry),
            Answer::GaveUp => return Answer::GaveUp,
            Answer::NotInTime => return Answer::NotInTime,
        };
        self.screen.ask("もう一度入力してください:", "Type it once more:");
        match self.hidden(patience) {
            Answer::Typed(again) => Answer::Typed((std::mem::take(&mut *entry), again)),
            Answer::GaveUp => Answer::GaveUp,
            Answer::NotInTime => Answer::NotInTime,
        }
    }
}

/// The rules of design §8, told before anything is typed.
const fn rules(kind: PinKind) -> (&'static str, &'static str) {
    match kind {
        PinKind::Signature => (
            "  半角の英字と数字で6〜16文字。英字と数字をそれぞれ1文字以上。小文字は大文字として登録されます。利用者証明用の4桁を含めないでください。",
            "  6 to 16 letters and digits, at least one of each; small letters are taken as capitals. It must not contain your 4-digit user PIN.",
        ),
        PinKind::User => (
            "  数字4桁。同じ数字4つ、1234のような連番、生年月日（月日または年）は使えません。",
            "  4 digits; not one digit four times, no run such as 1234, not your date or year of birth.",
        ),
    }
}
