//! The two languages of the service.

use std::str::FromStr;

use serde::Deserialize;
use wire::problem::Sentence;

/// In which language a person is spoken to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Japanese.
    #[default]
    Ja,
    /// English.
    En,
}

impl Language {
    /// The text in this language.
    pub fn pick<'a>(self, ja: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Ja => ja,
            Self::En => en,
        }
    }

    /// The sentence in this language.
    pub fn of(self, sentence: &Sentence) -> &str {
        self.pick(&sentence.ja, &sentence.en)
    }
}

/// Not `ja` or `en`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a language is ja or en")]
pub struct UnknownLanguage;

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(text: &str) -> Result<Self, UnknownLanguage> {
        match text {
            "ja" => Ok(Self::Ja),
            "en" => Ok(Self::En),
            _ => Err(UnknownLanguage),
        }
    }
}

/// A sentence from its two texts.
pub fn sentence(ja: &str, en: &str) -> Sentence {
    Sentence { ja: ja.to_owned(), en: en.to_owned() }
}
