//! What was understood of the printed fields, and why something was not, as sentences for the holder.

use client::language::sentence;
use reservation::calendar::{Era, EraDate, NotSixDigits};
use wire::problem::Sentence;

use super::{BirthDateRefused, ExpiryRefused, ExpiryYear, PrintedBirth, SecurityCodeFormat};

/// The birth date as it was understood: compare it with the card, digit by digit.
pub fn birth(birth: &PrintedBirth) -> Sentence {
    match birth {
        PrintedBirth::Era(date) => sentence(&date.printed(), &in_english(date)),
        PrintedBirth::Western(date) => {
            let western = western(date);
            sentence(
                &format!("{}（西暦{western}）", date.printed()),
                &format!("{} (western: {western})", in_english(date)),
            )
        }
        // Not written out: they are on the screen as they were typed.
        PrintedBirth::Guess(_) => sentence("入力どおりの数字6桁", "the six digits as you typed them"),
    }
}

/// What the holder of a card with a western date must know before a try is spent; nothing for an era date.
pub fn birth_caution(birth: &PrintedBirth) -> Option<Sentence> {
    match birth {
        PrintedBirth::Era(_) => None,
        PrintedBirth::Western(_) => Some(sentence(
            "カードには元号で印刷されていますか。西暦で印刷されたカード（外国籍の方など）では、この形で合わないことがあります。",
            "Does your card print the era? If it prints a western date (as cards of foreign residents do), this form may not fit.",
        )),
        PrintedBirth::Guess(_) => Some(sentence(
            "この6桁は推測です（西暦で印刷されたカードの番号は公表されていません）。違っていると回数が1回減ります。",
            "These six digits are a guess: which ones a card with a western date uses is not public. A wrong guess costs one try.",
        )),
    }
}

/// The expiry year as it was understood.
pub fn expiry(year: ExpiryYear) -> Sentence {
    sentence(&format!("{}年", year.get()), &year.get().to_string())
}

/// Why a birth date was not taken, and what to type.
pub fn birth_refused(refused: &BirthDateRefused) -> Sentence {
    match refused {
        BirthDateRefused::NotADate => sentence(
            "日付として読めません。カードのとおりに、例えば「昭和55年2月17日」や「S55.2.17」と入力してください。",
            "This is no date. Type it as the card prints it, such as 昭和55年2月17日, S55.2.17 or H1.1.8.",
        ),
        BirthDateRefused::EraMissing => sentence(
            "元号がありません。昭和・平成・令和などを付けて入力してください（例: S55.2.17）。",
            "The era is missing. Put it before the year, such as S55.2.17 (Showa), H1.1.8 (Heisei) or R1.5.1 (Reiwa).",
        ),
        BirthDateRefused::NoSuchDay => sentence(
            "この日付は存在しません。カードを見直してください。",
            "There is no such day. Look at the card again.",
        ),
        BirthDateRefused::NotInEra { named, is: Some(is) } => sentence(
            &format!(
                "{}にこの日はありません（{}にあたります）。カードを見直してください。",
                named.kanji(),
                is.printed()
            ),
            &format!(
                "{} had no such day: it was {}. Look at the card again.",
                named.romaji(),
                in_english(is)
            ),
        ),
        BirthDateRefused::NotInEra { named, is: None } => sentence(
            &format!("{}にこの日はありません。カードを見直してください。", named.kanji()),
            &format!("{} had no such day. Look at the card again.", named.romaji()),
        ),
        BirthDateRefused::OutOfRange => sentence(
            "この年は扱えません。カードを見直してください。",
            "No card prints such a year. Look at the card again.",
        ),
    }
}

/// What to type instead of something that is not six digits.
pub fn guess_refused(NotSixDigits: NotSixDigits) -> Sentence {
    sentence(
        "数字6桁で入力してください（年2桁・月2桁・日2桁。例: 800217）。",
        "Type six digits: two of the year, two of the month, two of the day (such as 800217).",
    )
}

/// Why an expiry year was not taken, and what to type.
pub fn expiry_refused(refused: ExpiryRefused) -> Sentence {
    match refused {
        ExpiryRefused::NotAYear => sentence(
            "年として読めません。カードの有効期限の西暦4桁を入力してください（例: 2035）。",
            "This is no year. Type the year in which the card expires, such as 2035.",
        ),
        ExpiryRefused::TwoDigits => sentence(
            "西暦4桁で入力してください（例: 2035）。",
            "Type all four digits of the year, such as 2035.",
        ),
        ExpiryRefused::NoSuchDay => sentence(
            "この日付は存在しません。カードを見直してください。",
            "There is no such day. Look at the card again.",
        ),
        ExpiryRefused::OutOfRange => sentence(
            "この年に期限が切れるカードはありません。「電子証明書」ではなくカードの有効期限を見てください。",
            "No card expires in such a year. Look at the card's own expiry date, not the certificate's.",
        ),
    }
}

/// What to type instead of something that is no security code.
pub fn security_code_refused(SecurityCodeFormat: SecurityCodeFormat) -> Sentence {
    sentence(
        "カードの表面に「セキュリティコード」として印刷された数字4桁を入力してください。",
        "Type the four digits that the card's front prints as its security code.",
    )
}

fn in_english(date: &EraDate) -> String {
    let (year, day) = (date.year_in_era(), date.gregorian());
    let letter = match date.era() {
        Era::Meiji => 'M',
        Era::Taisho => 'T',
        Era::Showa => 'S',
        Era::Heisei => 'H',
        Era::Reiwa => 'R',
    };
    format!("{letter}{year}.{}.{} ({})", day.month, day.day, date.era().romaji())
}

fn western(date: &EraDate) -> String {
    let day = date.gregorian();
    format!("{}-{:02}-{:02}", day.year, day.month, day.day)
}
