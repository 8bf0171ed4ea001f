//! What the office orders from the simulated issuer.

use time::{Date, OffsetDateTime};

use super::ca::Generation;
use super::holder::{self, DEFAULT_ADDRESS, DEFAULT_BIRTH_DATE, DEFAULT_NAME};
use super::layout::CardName;
use super::printed::{Printed, PrintedCode, Sex};
use crate::chip::{AuthorityKey, TokenKind};
use crate::picture::SILHOUETTE;

/// What a new card shall be.
#[derive(Clone, Debug)]
pub struct CardOrder {
    /// Its name in the folder.
    pub name: CardName,
    /// The holder's name: family name, full-width space, given name.
    pub holder: String,
    /// The holder's address, without postcode.
    pub address: String,
    /// The holder's sex.
    pub sex: Sex,
    /// The holder's birth date.
    pub birth_date: Date,
    /// The portrait, JPEG 2000. Nothing here looks inside.
    pub portrait: Vec<u8>,
    /// What is printed as security code.
    pub security_code: PrintedCode,
    /// The year of the birthday on which the card expires; without one the tenth birthday after issue, the fifth for a
    /// child.
    pub expires: Option<u16>,
    /// The day of issue, in Japan.
    pub issued: Date,
    /// Which CA generation issues its certificates.
    pub generation: Generation,
    /// Whether it carries a signature certificate; holders under 15 usually have none.
    pub with_signature: bool,
    /// The authority whose reset authorisations the card accepts; without one it accepts none.
    pub authority: Option<AuthorityKey>,
    /// What the card says it is.
    pub token: TokenKind,
}

impl CardOrder {
    /// The usual card, issued today.
    pub fn today(name: CardName, now: OffsetDateTime) -> Self {
        Self {
            name,
            holder: DEFAULT_NAME.to_owned(),
            address: DEFAULT_ADDRESS.to_owned(),
            sex: Sex::Female,
            birth_date: DEFAULT_BIRTH_DATE,
            portrait: SILHOUETTE.to_vec(),
            security_code: PrintedCode::default(),
            expires: None,
            issued: holder::day_in_japan(now),
            generation: Generation::default(),
            with_signature: true,
            authority: None,
            token: TokenKind::default(),
        }
    }
}

impl CardOrder {
    /// What will be printed on the card.
    pub(super) fn printed(&self) -> Printed {
        let expires = match self.expires {
            Some(year) => holder::expires_in(year, self.birth_date),
            None => holder::card_expires(self.issued, self.birth_date),
        };
        Printed {
            name: self.holder.clone(),
            address: self.address.clone(),
            sex: self.sex,
            birth_date: self.birth_date,
            expires,
            security_code: self.security_code.clone(),
        }
    }
}
