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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reservation::calendar::Era;

    use super::*;

    fn birth() -> BirthSix {
        BirthSix::from_era(Era::Showa, 55, 2, 17).unwrap()
    }

    fn printed(security_code: &str) -> SecurityCode {
        SecurityCode::from_entry(security_code.into()).unwrap()
    }

    #[test]
    fn the_worked_example_of_the_card_facts_gives_its_fourteen_digits() {
        let code = VerificationCodeB::from_printed(birth(), 2035, printed("2285")).unwrap();
        assert_eq!(code.expose(), b"55021720352285");
    }

    #[test]
    fn a_code_in_full_width_digits_is_the_same_code() {
        assert_eq!(printed("２２８５").expose(), printed("2285").expose());
        assert_eq!(printed("2２８5").expose(), b"2285");
    }

    #[test]
    fn what_is_not_four_digits_is_no_security_code() {
        for entry in ["", "228", "22855", "228a", "2285\n", " 2285", "２２８", "二二八五", "+228", "٢٢٨٥"]
        {
            assert_eq!(SecurityCode::from_entry(entry.into()).unwrap_err(), SecurityCodeFormat, "{entry:?}");
        }
    }

    #[test]
    fn a_year_in_which_no_card_expires_is_refused_before_it_costs_a_try() {
        for year in [0, 17, 35, 203, 2015, 2100, 20350, u16::MAX] {
            let refused = VerificationCodeB::from_printed(birth(), year, printed("2285")).unwrap_err();
            assert_eq!(refused, ExpiryYear, "{year}");
        }
    }

    #[test]
    fn debug_prints_the_name_of_the_type_and_nothing_else() {
        let code = printed("2285");
        assert_eq!(format!("{code:?}"), "SecurityCode(…)");
        let code = VerificationCodeB::from_printed(birth(), 2035, code).unwrap();
        assert_eq!(format!("{code:?} {code:#?}"), "VerificationCodeB(…) VerificationCodeB(…)");
    }

    proptest! {
        #[test]
        fn whatever_is_typed_only_four_digits_get_through(entry in any::<String>()) {
            if let Ok(code) = SecurityCode::from_entry(entry.clone()) {
                prop_assert!(code.expose().len() == 4 && code.expose().iter().all(u8::is_ascii_digit));
                prop_assert_eq!(entry.chars().count(), 4);
            }
        }

        #[test]
        fn the_fourteen_digits_are_the_three_fields_one_after_the_other(
            birth in "[0-9]{6}", year in 2016u16..=2099, code in "[0-9]{4}",
        ) {
            let six = BirthSix::from_digits(&birth).unwrap();
            let whole = VerificationCodeB::from_printed(six, year, printed(&code)).unwrap();
            let expected = format!("{birth}{year}{code}");
            prop_assert_eq!(whole.expose(), expected.as_bytes());
        }
    }
}
