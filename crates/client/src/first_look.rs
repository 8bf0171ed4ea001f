//! What the card allows, known before any PIN is typed: what it is, which certificates it carries, and how many tries
//! each PIN has left. Asking costs nothing; a holder who cannot be helped here learns it with every try still there.

use card::{CardError, CardTransport, Jpki, SelectError, Tries};
use reservation::PinKind;

/// Why this card cannot be used. No try was spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoUse {
    /// Not a My Number Card, or its dialogue failed.
    #[error(transparent)]
    Select(#[from] SelectError),
    /// Only the municipal office can help.
    #[error(transparent)]
    Office(#[from] Office),
}

impl From<CardError> for NoUse {
    fn from(error: CardError) -> Self {
        Self::Select(SelectError::Card(error))
    }
}

/// Why only the municipal office can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Office {
    /// The PIN that would prove the holder is blocked, and so is the one to be reset.
    #[error("both PINs are blocked")]
    BothBlocked,
    /// The PIN that would prove the holder is blocked, while the other still has tries.
    #[error("the {0} PIN is blocked, with which the holder would prove themselves")]
    KnownBlocked(PinKind),
    /// The card has no certificate of this kind, as for most holders under 15.
    #[error("the card carries no {0} certificate")]
    NoCertificate(PinKind),
}

/// What the card's counters say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counters {
    /// Tries of the signature PIN.
    pub signature: Tries,
    /// Tries of the user PIN.
    pub user: Tries,
}

impl Counters {
    /// Of this PIN.
    pub const fn of(self, kind: PinKind) -> Tries {
        match kind {
            PinKind::Signature => self.signature,
            PinKind::User => self.user,
        }
    }

    /// The tries of the PIN that proves the holder when `target` is to be reset; at least one.
    ///
    /// # Errors
    /// [`Office`] if there are none.
    pub const fn known(self, target: PinKind) -> Result<Tries, Office> {
        match (self.of(target.other()), self.of(target)) {
            (known @ Tries::Left(_), _) => Ok(known),
            (Tries::Blocked, Tries::Blocked) => Err(Office::BothBlocked),
            (Tries::Blocked, Tries::Left(_)) => Err(Office::KnownBlocked(target.other())),
        }
    }
}

/// A card that can be used to reset a PIN.
#[derive(Debug)]
pub struct FirstLook {
    /// The card.
    pub card: Jpki,
    /// What its counters said.
    pub counters: Counters,
    /// The tries of the PIN that must be typed; at least one.
    pub known_tries: Tries,
}

impl FirstLook {
    /// Looks at the card. What the counters say is handed to `tell` in any case, so that the holder sees both.
    ///
    /// # Errors
    /// [`NoUse`]; the card has lost power again.
    pub fn at(
        transport: impl CardTransport + 'static,
        target: PinKind,
        tell: impl FnOnce(Counters),
    ) -> Result<Self, NoUse> {
        let mut card = Jpki::select(transport)?;
        let present = card.certificates_present()?;
        for kind in [target.other(), target] {
            if !present.has(kind) {
                return Err(Office::NoCertificate(kind).into());
            }
        }
        let counters = Counters {
            signature: card.tries_left(PinKind::Signature)?,
            user: card.tries_left(PinKind::User)?,
        };
        tell(counters);
        let known_tries = counters.known(target)?;
        Ok(Self { card, counters, known_tries })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counters_decide_before_any_pin_is_typed() {
        let (left, blocked) = (Tries::Left(2), Tries::Blocked);
        let known = |signature, user, target| Counters { signature, user }.known(target);
        assert_eq!(known(left, blocked, PinKind::User), Ok(left));
        assert_eq!(known(left, left, PinKind::User), Ok(left));
        assert_eq!(known(blocked, left, PinKind::Signature), Ok(left));
        assert_eq!(known(blocked, blocked, PinKind::User), Err(Office::BothBlocked));
        assert_eq!(known(blocked, left, PinKind::User), Err(Office::KnownBlocked(PinKind::Signature)));
        assert_eq!(known(left, blocked, PinKind::Signature), Err(Office::KnownBlocked(PinKind::User)));
    }
}
