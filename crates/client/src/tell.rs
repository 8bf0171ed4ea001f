//! A refusal as the person reads it: the next step, then every time and number that belongs to it.

use time::OffsetDateTime;

use crate::failure::{Failure, Refusal};
use crate::jst;
use crate::language::sentence;
use crate::screen::Screen;
use crate::words;

/// Tells what went wrong with the server and what to do next.
pub fn failure(screen: &mut Screen, failure: &Failure) {
    screen.sentence(&failure.next_step());
    if let Failure::Refused(refusal) | Failure::Busy { refusal, .. } = failure {
        facts(screen, refusal);
    }
}

fn facts(screen: &mut Screen, refusal: &Refusal) {
    let language = screen.language();
    if let Some(advice) = refusal.facts.advice {
        picture_advice(screen, advice, refusal.facts.frame);
    }
    let times = [
        (refusal.facts.locked_until, "制限の終了", "Locked until"),
        (refusal.facts.lease_ends, "店頭での処理の終了", "The kiosk's hold ends"),
        (refusal.facts.opens_at, "受付の再開", "Kiosks open again"),
    ];
    for (at, ja, en) in times {
        if let Some(at) = at {
            let label = language.pick(ja, en);
            screen.line(&format!("  {label}: {}", jst::to_the_second(at, language)));
        }
    }
    if let Some(number) = refusal.facts.number.as_deref() {
        self::number(screen, number);
    }
    if let Some(instance) = &refusal.instance {
        screen.line(&format!(
            "  {}: {instance}",
            language.pick("お問い合わせ用の記号", "To quote to the help desk")
        ));
    }
}

fn number(screen: &mut Screen, number: &str) {
    // Whatever a server sends: what is no number could be anything.
    if number.len() <= 32 {
        let label = screen.language().pick("お問い合わせ番号", "Number for the help line");
        screen.line(&format!("  {label}: {}", words::number(number)));
    }
}

/// What to do better with a picture; `frame` counts from 1.
fn picture_advice(screen: &mut Screen, advice: wire::problem::Advice, frame: Option<u8>) {
    let words = words::advice(advice);
    match frame {
        Some(frame) => {
            screen.say(&format!("  {frame}枚目: {}", words.ja), &format!("  Picture {frame}: {}", words.en));
        }
        None => screen.say(&format!("  {}", words.ja), &format!("  {}", words.en)),
    }
}

/// A lock after too many face failures: its end (nothing where two members of staff must lift it), the number to read
/// out, and what still works.
pub fn lock(screen: &mut Screen, until: Option<OffsetDateTime>, number: Option<&str>) {
    let language = screen.language();
    match until {
        Some(until) => {
            let until = jst::to_the_second(until, language);
            screen.say(
                &format!("顔の照合が続けて一致しなかったため、{until}まで手続きを止めています。"),
                &format!("The face was not matched several times in a row, so booking is locked until {until}."),
            );
        }
        None => screen.sentence(&sentence(
            "顔の照合が何度も一致しなかったため、このカードの手続きを止めています。ヘルプデスクの職員が解除します。",
            "The face was not matched many times, so work on this card is stopped until the help desk lifts it.",
        )),
    }
    if let Some(number) = number {
        self::number(screen, number);
    }
    screen.say(
        "  お急ぎの方は、カードと本人確認書類を持って市区町村の窓口へお越しください。\n  \
         ご不明な点はヘルプデスク 0120-95-0178（音声案内 1→1、9:30〜20:00）へ。",
        "  If it is urgent, take the card and another identity document to your municipal office.\n  \
         Help line: 0120-95-0178 (press 1, then 1; 9:30-20:00 daily).",
    );
}
