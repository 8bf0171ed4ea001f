//! What a card's front prints, as its holder types it: birth date, last year, security code. Together they are
//! 照合番号B, which the card takes ten times wrong at most. So what was typed is understood generously, refused with its
//! reason where it cannot be right, and shown to the holder before a try is spent.
//!
//! Full-width digits and letters are taken: nobody chose these characters, they are copied off the card, and the holder
//! confirms what was understood. (PINs are another matter: there, full-width is refused.)
//!
//! Pure: no clock, no card.
//!
//! | module | idea |
//! |---|---|
//! | [`birth`] | the birth date: 昭和55年2月17日, S55.2.17, 1980-02-17, or six digits by hand |
//! | [`expiry`] | the year in which the card expires |
//! | [`words`] | what was understood, and why not, in both languages |

use secret::{SecurityCode, VerificationCodeB};
use zeroize::Zeroize as _;

pub mod birth;
pub mod expiry;
mod fold;
pub mod words;

pub use birth::{BirthDateRefused, PrintedBirth};
pub use expiry::{ExpiryRefused, ExpiryYear};
pub use secret::code::SecurityCodeFormat;

/// The printed fields of one card, understood. `Debug` prints nothing of them.
#[derive(Debug)]
pub struct PrintedFields {
    /// The holder's birth date.
    pub birth: PrintedBirth,
    /// The card's last year.
    pub expiry: ExpiryYear,
    /// The four digits printed as the security code.
    pub security_code: SecurityCode,
}

impl PrintedFields {
    /// Puts them together.
    pub fn into_code(self) -> VerificationCodeB {
        VerificationCodeB::from_printed(self.birth.into_six(), self.expiry.get(), self.security_code)
            .expect("an expiry year was checked when it was typed")
    }
}

/// The security code (セキュリティコード) as it was typed: four digits, spaces left out. The entry is wiped either way.
///
/// # Errors
/// [`SecurityCodeFormat`].
pub fn security_code(mut entry: String) -> Result<SecurityCode, SecurityCodeFormat> {
    // Long enough for what was typed, so that no copy is left behind by growing.
    let mut digits = String::with_capacity(entry.len());
    digits.extend(entry.chars().filter(|typed| !typed.is_whitespace()));
    entry.zeroize();
    SecurityCode::from_entry(digits)
}

#[cfg(test)]
mod tests;
