//! What is printed on the front of a simulated card.

use std::fmt;
use std::str::FromStr;

use reservation::calendar::EraDate;
use serde::{Deserialize, Serialize};
use time::Date;

use super::IssuerError;

/// The front of a card. Of it, name, address, sex and portrait are also in the chip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Printed {
    /// Family name, full-width space, given name.
    pub name: String,
    /// Without the postcode.
    pub address: String,
    /// 性別.
    pub sex: Sex,
    /// 生年月日, printed with the era.
    #[serde(with = "day")]
    pub birth_date: Date,
    /// The last day of validity, printed with the Gregorian year.
    #[serde(with = "day")]
    pub expires: Date,
    /// セキュリティコード.
    pub security_code: PrintedCode,
}

impl Printed {
    /// The birth date in its era.
    ///
    /// # Errors
    /// [`IssuerError::OutOfRange`] before 1873.
    pub fn era_birth_date(&self) -> Result<EraDate, IssuerError> {
        let year = u16::try_from(self.birth_date.year()).map_err(|_| IssuerError::OutOfRange)?;
        EraDate::from_gregorian(year, self.birth_date.month().into(), self.birth_date.day())
            .map_err(|_| IssuerError::OutOfRange)
    }

    /// 照合番号B: fourteen digits.
    ///
    /// # Errors
    /// [`IssuerError::OutOfRange`] for a birth date before 1873.
    pub fn code_b(&self) -> Result<String, IssuerError> {
        Ok(format!("{}{:04}{}", self.birth_six()?, self.expires.year(), self.security_code))
    }

    /// The birth date as the surface application's key 0011 has it: six digits with the year of the era.
    ///
    /// # Errors
    /// [`IssuerError::OutOfRange`] for a birth date before 1873.
    pub fn birth_six(&self) -> Result<String, IssuerError> {
        let six = self.era_birth_date()?.birth_six();
        Ok(six.as_bytes().iter().copied().map(char::from).collect())
    }
}

/// 性別, by JIS X 0303.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sex {
    /// 女.
    Female,
    /// 男.
    Male,
    /// Not known.
    Unknown,
    /// Not applicable.
    NotApplicable,
}

impl Sex {
    /// The digit that chip and certificate write.
    pub(crate) const fn digit(self) -> &'static str {
        match self {
            Self::Unknown => "0",
            Self::Male => "1",
            Self::Female => "2",
            Self::NotApplicable => "9",
        }
    }
}

/// The security code of a simulated card: four digits. It guards nothing and may be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PrintedCode(String);

/// Not a security code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a security code has four digits")]
pub struct BadPrintedCode;

impl FromStr for PrintedCode {
    type Err = BadPrintedCode;

    fn from_str(text: &str) -> Result<Self, BadPrintedCode> {
        let usable = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        usable.then(|| Self(text.to_owned())).ok_or(BadPrintedCode)
    }
}

impl TryFrom<String> for PrintedCode {
    type Error = BadPrintedCode;

    fn try_from(text: String) -> Result<Self, BadPrintedCode> {
        text.parse()
    }
}

impl From<PrintedCode> for String {
    fn from(code: PrintedCode) -> Self {
        code.0
    }
}

impl Default for PrintedCode {
    fn default() -> Self {
        Self("2285".to_owned())
    }
}

impl fmt::Display for PrintedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

time::serde::format_description!(day, Date, "[year]-[month]-[day]");
