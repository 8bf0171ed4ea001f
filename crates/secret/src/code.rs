//! What a card's front prints and its surface application asks for before it shows the portrait (card facts §3.1).
//!
//! None of it is chosen by the holder, and all of it opens name, address and face to whoever has the card in hand: it
//! is kept like a PIN.

use core::fmt;

use reservation::calendar::{BirthSix, half_width_digit};
use zeroize::{Zeroize, ZeroizeOnDrop};

const SECURITY_CODE_DIGITS: usize = 4;
const VERIFICATION_CODE_B_DIGITS: usize = 14;

/// What was typed is no security code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the security code is the {SECURITY_CODE_DIGITS} digits printed on the card")]
pub struct SecurityCodeFormat;

/// The security code (セキュリティコード) printed on the card's front: 4 digits.
#[derive(ZeroizeOnDrop)]
pub struct SecurityCode(Vec<u8>);

impl SecurityCode {
    /// Takes what was typed. Full-width digits become half-width: nobody chose them, they are copied off the card, and
    /// the holder confirms what was understood. The entry is wiped either way.
    ///
    /// # Errors
    /// [`SecurityCodeFormat`] unless it is four digits.
    pub fn from_entry(mut entry: String) -> Result<Self, SecurityCodeFormat> {
        // The whole length at once: a growing buffer would leave copies behind.
        let mut code = Self(Vec::with_capacity(SECURITY_CODE_DIGITS));
        let mut digits = entry.chars().map(half_width_digit);
        code.0.extend(digits.by_ref().take(SECURITY_CODE_DIGITS).map_while(|digit| digit));
        let whole = code.0.len() == SECURITY_CODE_DIGITS && digits.next().is_none();
        entry.zeroize();
        if whole { Ok(code) } else { Err(SecurityCodeFormat) }
    }

    /// The code's four ASCII digits.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

/// No card expires in such a year: the first were issued in 2016, for at most ten years and a birthday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no card expires in such a year: it is the western year printed on the card, of four digits")]
pub struct ExpiryYear;

/// 照合番号B: birth date, expiry year and security code in 14 digits, what opens the surface application's portrait.
/// Ten wrong tries block it.
#[derive(ZeroizeOnDrop)]
pub struct VerificationCodeB(Vec<u8>);

impl VerificationCodeB {
    /// Puts together what the card's front prints. The expiry year is Gregorian.
    ///
    /// # Errors
    /// [`ExpiryYear`] outside 2016 to 2099; the security code is wiped either way.
    #[expect(clippy::needless_pass_by_value, reason = "what was typed ends here")]
    pub fn from_printed(
        birth: BirthSix,
        expiry_year: u16,
        security_code: SecurityCode,
    ) -> Result<Self, ExpiryYear> {
        if !(2016..=2099).contains(&expiry_year) {
            return Err(ExpiryYear);
        }
        let year = [1000, 100, 10, 1].map(|unit| b"0123456789"[usize::from(expiry_year / unit % 10)]);
        let mut code = Self(Vec::with_capacity(VERIFICATION_CODE_B_DIGITS));
        code.0.extend_from_slice(birth.as_bytes());
        code.0.extend_from_slice(&year);
        // EXPOSE: it is a part of this secret.
        code.0.extend_from_slice(security_code.expose());
        Ok(code)
    }

    /// The 14 ASCII digits, as the card compares them.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SecurityCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecurityCode(…)")
    }
}

impl fmt::Debug for VerificationCodeB {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VerificationCodeB(…)")
    }
}
