//! One form for the many in which a date is typed.

use zeroize::Zeroizing;

/// Longest entry that is looked at, in characters; the longest that means anything has about 20.
pub(super) const ENTRY_MAX_CHARS: usize = 40;

/// Half-width, lower case, without spaces; every dash `-`, every full stop `.`, an era's one sign its two. Nothing for an
/// entry that is too long. Wiped when dropped.
pub(super) fn fold(entry: &str) -> Option<Zeroizing<String>> {
    if entry.chars().nth(ENTRY_MAX_CHARS).is_some() {
        return None;
    }
    // An era's one sign, three bytes, becomes two signs: with this much no copy is left behind by growing.
    let mut folded = Zeroizing::new(String::with_capacity(2 * entry.len()));
    for typed in entry.chars().filter(|typed| !typed.is_whitespace()) {
        match typed {
            // Full-width forms stand in the order of ASCII (Unicode, block Halfwidth and Fullwidth Forms).
            '！'..='～' => {
                let ascii = u32::from(typed) - u32::from('！') + u32::from('!');
                folded.extend(char::from_u32(ascii).map(|ascii| ascii.to_ascii_lowercase()));
            }
            // What a Japanese keyboard gives for the key with the minus, and the dashes of other keyboards.
            'ー' | 'ｰ' | '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '─' => folded.push('-'),
            '。' | '｡' | '・' | '･' => folded.push('.'),
            '㍾' => folded.push_str("明治"),
            '㍽' => folded.push_str("大正"),
            '㍼' => folded.push_str("昭和"),
            '㍻' => folded.push_str("平成"),
            '㋿' => folded.push_str("令和"),
            _ => folded.push(typed.to_ascii_lowercase()),
        }
    }
    Some(folded)
}

/// An era's name at the beginning, and what follows it.
pub(super) fn era(folded: &str) -> (Option<reservation::calendar::Era>, &str) {
    use reservation::calendar::Era;
    const NAMES: [(Era, &[&str]); 5] = [
        (Era::Meiji, &["明治", "meiji", "m", "明"]),
        (Era::Taisho, &["大正", "taisho", "t", "大"]),
        (Era::Showa, &["昭和", "showa", "s", "昭"]),
        (Era::Heisei, &["平成", "heisei", "h", "平"]),
        (Era::Reiwa, &["令和", "reiwa", "r", "令"]),
    ];
    for (era, names) in NAMES {
        // The longer names first: 昭和 is not 昭 with something behind it.
        if let Some(rest) = names.iter().find_map(|name| folded.strip_prefix(name)) {
            // S.55.2.17 and S-55-2-17.
            return (Some(era), rest.strip_prefix(['.', '-']).unwrap_or(rest));
        }
    }
    (None, folded)
}

/// Year, month and day as they were written: `元` is 1, a year of four digits is western.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) year: u16,
    pub(super) year_digits: usize,
    pub(super) month: u8,
    pub(super) day: u8,
}

/// `55年2月17日`, `55.2.17`, `55-2-17`, `55/2/17`, and the same with four digits or 元; nothing for anything else.
pub(super) fn date(folded: &str) -> Option<Written> {
    let (year, rest) = year(folded)?;
    let (year_digits, year) = year;
    let rest = rest.strip_prefix(['年', '.', '-', '/'])?;
    let (month, rest) = up_to_two_digits(rest)?;
    let rest = rest.strip_prefix(['月', '.', '-', '/'])?;
    let (day, rest) = up_to_two_digits(rest)?;
    matches!(rest, "" | "日").then_some(Written { year, year_digits, month, day })
}

/// How many digits, and the number; `元` is the first year.
pub(super) fn year(folded: &str) -> Option<((usize, u16), &str)> {
    if let Some(rest) = folded.strip_prefix('元') {
        return Some(((1, 1), rest));
    }
    let (digits, rest) = digits(folded);
    if !(1..=4).contains(&digits.len()) {
        return None;
    }
    Some(((digits.len(), digits.parse().ok()?), rest))
}

fn up_to_two_digits(folded: &str) -> Option<(u8, &str)> {
    let (digits, rest) = digits(folded);
    if digits.len() > 2 {
        return None;
    }
    Some((digits.parse().ok()?, rest))
}

/// The ASCII digits at the beginning, and the rest.
pub(super) fn digits(folded: &str) -> (&str, &str) {
    let end = folded.find(|typed: char| !typed.is_ascii_digit()).unwrap_or(folded.len());
    folded.split_at(end)
}
