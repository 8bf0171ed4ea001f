//! What the card signs in a booking, before the card is read: for the signature PIN the surface file is not known yet.

use reservation::statement::{BookingStatement, PresenceStatement};
use reservation::{BookingId, InstallationId, Nonce, PinKind, SurfaceHash};

use crate::progress::Begun;

/// What the card's keys must sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToSign {
    /// For a booking of the user PIN: the signature key signs this.
    User(BookingStatement),
    /// For a booking of the signature PIN: the surface key and the user key each sign a statement about the surface file
    /// that is read.
    Signature(SurfaceStatements),
}

/// Two statements that wait for the surface file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SurfaceStatements {
    booking: BookingId,
    nonce: Nonce,
    installation: InstallationId,
}

impl ToSign {
    /// Nothing if the stored nonce is none.
    pub(crate) fn of(booking: &Begun, target: PinKind, installation: InstallationId) -> Option<Self> {
        let nonce = Nonce::from_bytes(booking.nonce.to_array()?);
        let booking = BookingId::from_u128(booking.id.as_u128());
        Some(match target {
            PinKind::User => {
                Self::User(BookingStatement { booking, nonce, target, installation, surface: None })
            }
            PinKind::Signature => Self::Signature(SurfaceStatements { booking, nonce, installation }),
        })
    }

    /// The PIN that is to be reset.
    pub const fn target(&self) -> PinKind {
        match self {
            Self::User(_) => PinKind::User,
            Self::Signature(_) => PinKind::Signature,
        }
    }
}

impl SurfaceStatements {
    /// What the surface key signs.
    pub const fn presence(&self, surface: SurfaceHash) -> PresenceStatement {
        PresenceStatement {
            booking: self.booking,
            nonce: self.nonce,
            installation: self.installation,
            surface,
        }
    }

    /// What the user key signs.
    pub const fn booking(&self, surface: SurfaceHash) -> BookingStatement {
        BookingStatement {
            booking: self.booking,
            nonce: self.nonce,
            target: PinKind::Signature,
            installation: self.installation,
            surface: Some(surface),
        }
    }
}
