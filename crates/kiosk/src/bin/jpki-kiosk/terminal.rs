//! The holder at a terminal: each notice as a line or a numbered step, PINs without echo.

use card::Tries;
use client::entry::Entry;
use client::{Screen, jst, words};
use kiosk::{KnownPinComplaint, Notice, Person};
use reservation::PinKind;
use secret::NewPinRefused;

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

    /// One hidden line; nothing for an empty one, the end of the input, or a terminal that is gone.
    fn hidden(&mut self) -> Option<String> {
        let typed = self.entry.hidden_line();
        self.screen.after_entry(&self.entry);
        typed.ok().flatten().filter(|typed| !typed.is_empty())
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
    ) -> Option<String> {
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
            return None;
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
        self.hidden()
    }

    fn new_pin(&mut self, kind: PinKind, complaint: Option<NewPinRefused>) -> Option<(String, String)> {
        let name = words::pin_name(kind);
        if let Some(refused) = complaint {
            self.screen.sentence(&words::new_pin_refused(refused));
        }
        if !self.new_pin_asked {
            self.new_pin_asked = true;
            self.screen.step(4, STEPS, "新しい暗証番号を決めてください", "Choose the new PIN");
        }
        self.screen.ask(&format!("新しい{}:", name.ja), &format!("New {}:", name.en));
        let entry = self.hidden()?;
        self.screen.ask("もう一度入力してください:", "Type it once more:");
        let again = self.hidden()?;
        Some((entry, again))
    }
}
