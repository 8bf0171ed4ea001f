//! What the card prints on its front: three fields, shown as they were understood before a try is spent.

use client::entry::Entry;
use client::{Screen, words};
use mobile_bridge::SurfaceReading;
use mobile_bridge::printed::{ExpiryYear, PrintedBirth, PrintedFields, security_code, words as printed};
use secret::VerificationCodeB;
use wire::problem::Sentence;
use zeroize::Zeroizing;

use crate::show::agreed;
use crate::stopped::Stopped;

/// Asks until the holder agrees with what was understood; nothing has reached the card yet. From a pipe it is asked once.
pub(crate) fn ask(
    screen: &mut Screen,
    entry: &mut Entry,
    reading: &SurfaceReading,
    western_digits: bool,
) -> Result<VerificationCodeB, Stopped> {
    if reading.is_nearly_blocked() {
        warn(screen, entry, reading)?;
    }
    loop {
        let fields = PrintedFields {
            birth: birth(screen, entry, western_digits)?,
            expiry: field(
                screen,
                entry,
                ("カードの有効期限の年（西暦。例: 2035）:", "Year in which the card expires (such as 2035):"),
                |typed| ExpiryYear::parse(typed).map_err(printed::expiry_refused),
            )?,
            security_code: field(
                screen,
                entry,
                ("セキュリティコード（数字4桁）:", "Security code (4 digits):"),
                |typed| security_code(typed.to_owned()).map_err(printed::security_code_refused),
            )?,
        };
        show(screen, &fields);
        screen.ask(
            "  カードと1文字ずつ見比べてください。合っていますか？ [はい/いいえ]",
            "  Compare it with the card, digit by digit. Is it right? [yes/no]",
        );
        if agreed(screen, entry)? {
            return Ok(fields.into_code());
        }
        if !entry.is_interactive() {
            return Err(Stopped::NotConfirmed);
        }
    }
}

fn warn(screen: &mut Screen, entry: &mut Entry, reading: &SurfaceReading) -> Result<(), Stopped> {
    if !entry.is_interactive() {
        return Err(Stopped::CodeNearlyBlocked(reading.tries()));
    }
    let tries = words::tries(reading.tries());
    screen.say(
        &format!("  ご注意: 照合番号Bは{}。ロックされると、窓口での手続きが必要になります。", tries.ja),
        &format!(
            "  Careful: the printed code has {}. Once it is locked, only the office can help.",
            tries.en
        ),
    );
    screen.ask("  それでも続けますか？ [はい/いいえ]", "  Go on all the same? [yes/no]");
    if agreed(screen, entry)? { Ok(()) } else { Err(Stopped::NotConfirmed) }
}

fn birth(screen: &mut Screen, entry: &mut Entry, western_digits: bool) -> Result<PrintedBirth, Stopped> {
    if western_digits {
        let question = (
            "生年月日（数字6桁: 年・月・日を2桁ずつ。例: 800217）:",
            "Birth date (6 digits: year, month, day, two each; such as 800217):",
        );
        field(screen, entry, question, |typed| PrintedBirth::guess(typed).map_err(printed::guess_refused))
    } else {
        let question = (
            "生年月日（カードのとおり。例: 昭和55年2月17日、S55.2.17）:",
            "Birth date as the card prints it (such as 昭和55年2月17日 or S55.2.17):",
        );
        field(screen, entry, question, |typed| {
            PrintedBirth::parse(typed).map_err(|refused| printed::birth_refused(&refused))
        })
    }
}

fn field<T>(
    screen: &mut Screen,
    entry: &mut Entry,
    (ja, en): (&str, &str),
    understand: impl Fn(&str) -> Result<T, Sentence>,
) -> Result<T, Stopped> {
    loop {
        screen.ask(ja, en);
        let typed = entry.line().map_err(Stopped::System)?.map(Zeroizing::new);
        screen.after_entry(entry);
        match understand(&typed.ok_or(Stopped::NoCode)?) {
            Ok(understood) => return Ok(understood),
            Err(refused) => {
                screen.sentence(&refused);
                if !entry.is_interactive() {
                    return Err(Stopped::NoCode);
                }
            }
        }
    }
}

/// The security code is not written out: it stands on the screen as it was typed, and nowhere else.
fn show(screen: &mut Screen, fields: &PrintedFields) {
    let (birth, expiry) = (printed::birth(&fields.birth), printed::expiry(fields.expiry));
    screen.say("  次のように読み取りました:", "  This is what was understood:");
    screen.say(&format!("    生年月日: {}", birth.ja), &format!("    Birth date: {}", birth.en));
    screen.say(&format!("    有効期限の年: {}", expiry.ja), &format!("    Expires in: {}", expiry.en));
    screen.say(
        "    セキュリティコード: 入力どおりの数字4桁",
        "    Security code: the four digits as you typed them",
    );
    if let Some(caution) = printed::birth_caution(&fields.birth) {
        screen.say(&format!("  ご注意: {}", caution.ja), &format!("  Careful: {}", caution.en));
    }
}
