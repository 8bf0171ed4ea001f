//! The forms in which bytes could stand in a file.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

/// One way of writing bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Form {
    /// As they are; of text, its UTF-8, which is what DER holds too.
    Plain,
    /// `4341`
    HexLower,
    /// `4A41`, where that differs.
    HexUpper,
    /// `43 41`, as traces of commands are often written.
    HexSpaced,
    /// `67, 65`, as a list of bytes is printed.
    Decimals,
    /// `67,65`, as a list of bytes stands in JSON.
    DecimalsInJson,
    /// `\xe8\xa6`, as a byte string is printed.
    Escaped,
    /// `\u898b`, as text may stand in JSON.
    EscapedInJson,
    /// Base64, the bytes at any place in a longer text.
    Base64,
    /// The same with `-` and `_`.
    Base64Url,
}

/// All of them.
pub(crate) const FORMS: [Form; 10] = [
    Form::Plain,
    Form::HexLower,
    Form::HexUpper,
    Form::HexSpaced,
    Form::Decimals,
    Form::DecimalsInJson,
    Form::Escaped,
    Form::EscapedInJson,
    Form::Base64,
    Form::Base64Url,
];

impl Form {
    /// What to look for if these bytes shall be found in this form; nothing if the form does not differ from the plain one.
    pub(crate) fn needles(self, bytes: &[u8]) -> Vec<Vec<u8>> {
        match self {
            Self::Base64 | Self::Base64Url => {
                (0..3).map(|before| self.inside_base64(bytes, before)).collect()
            }
            _ => self.written(bytes).into_iter().collect(),
        }
    }

    /// These bytes written in this form, alone.
    pub(crate) fn written(self, bytes: &[u8]) -> Option<Vec<u8>> {
        let list = |between: &str| bytes.iter().map(u8::to_string).collect::<Vec<_>>().join(between);
        let differs = |text: String| (text.as_bytes() != bytes).then_some(text.into_bytes());
        match self {
            Self::Plain => Some(bytes.to_vec()),
            Self::HexLower => Some(hex::encode(bytes).into_bytes()),
            Self::HexUpper => Some(hex::encode_upper(bytes).into_bytes()),
            Self::HexSpaced => {
                let pairs: Vec<_> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
                Some(pairs.join(" ").into_bytes())
            }
            Self::Decimals => Some(list(", ").into_bytes()),
            Self::DecimalsInJson => Some(list(",").into_bytes()),
            Self::Escaped => differs(bytes.escape_ascii().to_string()),
            Self::EscapedInJson => {
                std::str::from_utf8(bytes).ok().and_then(|text| differs(escaped_in_json(text)))
            }
            Self::Base64 => Some(STANDARD.encode(bytes).into_bytes()),
            Self::Base64Url => Some(URL_SAFE.encode(bytes).into_bytes()),
        }
    }

    /// The part of the base64 text that these bytes alone decide, with `before` bytes in front of them.
    fn inside_base64(self, bytes: &[u8], before: usize) -> Vec<u8> {
        let whole = [&vec![0; before], bytes].concat();
        let text = self.written(&whole).expect("base64 has a text for everything");
        // Six bits to a character; the first and last one may hold bits of neighbours.
        text[(8 * before).div_ceil(6)..8 * whole.len() / 6].to_vec()
    }
}

fn escaped_in_json(text: &str) -> String {
    let mut escaped = String::new();
    let mut units = [0; 2];
    for letter in text.chars() {
        if letter.is_ascii() {
            escaped.push(letter);
        } else {
            for unit in letter.encode_utf16(&mut units) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    escaped
}
