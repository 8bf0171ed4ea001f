//! The elementary files of the surface application, 券面事項確認AP (card facts §3).
//!
//! EF 0005, the picture of the My Number, is not on this card.

use super::content::Surface;
use super::credential::{Code, Credential};
use super::ef::Access;

/// One elementary file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SurfaceEf {
    /// 0001: the birth date, for whoever needs an age only.
    Age,
    /// 0002: what is printed on the front.
    Face,
    /// 0003: about the application.
    Basic,
    /// 0004: the card-verifiable certificate of the key that signed the others.
    Certificate,
    /// 0011, 0012, 0013.
    Code(Code),
}

const OPENS_AGE: &[Credential] = &[Credential::Code(Code::BirthDate)];
const OPENS_FACE: &[Credential] = &[Credential::Code(Code::B), Credential::Code(Code::A)];

impl SurfaceEf {
    /// By file identifier; `None` if this card has no such file.
    pub(crate) const fn by_id(id: u16) -> Option<Self> {
        Some(match id {
            0x0001 => Self::Age,
            0x0002 => Self::Face,
            0x0003 => Self::Basic,
            0x0004 => Self::Certificate,
            0x0011 => Self::Code(Code::BirthDate),
            0x0012 => Self::Code(Code::B),
            0x0013 => Self::Code(Code::A),
            _ => return None,
        })
    }

    pub(crate) fn access(self, surface: &Surface) -> Access<'_> {
        match self {
            Self::Age => Access::AfterOneOf(OPENS_AGE, &surface.age),
            Self::Face => Access::AfterOneOf(OPENS_FACE, &surface.face),
            Self::Basic => Access::Free((&surface.basic).into()),
            Self::Certificate => Access::Free((&surface.certificate).into()),
            Self::Code(_) => Access::Never,
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::{Code, Credential};
    use crate::card_file::CardFile;
    use crate::chip::{Session, State, step};
    use crate::testing::IssuedCard;

    /// Nobody is told 照合番号A, so that no command can present it.
    #[test]
    fn either_number_opens_the_front_and_the_birth_date_the_age_only() {
        let issued = IssuedCard::new(datetime!(2026-11-21 07:30 UTC));
        let (_file, content, credentials) = CardFile::open(&issued.path()).unwrap();
        let mut random = |_: &mut [u8]| ();
        let mut state = State { credentials, session: Session::default() };
        let select = hex::decode("00A4040C0AD3921000310001010402").unwrap();
        (state, _) = step(&content, &state, &select, &mut random);
        for (code, opens) in [(Code::A, 2), (Code::B, 2), (Code::BirthDate, 1)] {
            let mut state = state.clone();
            state.session.verified.set(Credential::Code(code), true);
            for file in [1, 2] {
                let (_, response) =
                    step(&content, &state, &[0x00, 0xB0, 0x80 | file, 0x00, 0x02], &mut random);
                assert_eq!(
                    response.data.len(),
                    if file == opens { 2 } else { 0 },
                    "{code:?} and EF 000{file}"
                );
            }
        }
    }
}
