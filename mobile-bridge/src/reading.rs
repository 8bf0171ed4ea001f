//! The card on the phone: its counters first, then what it prints on its front where that is needed, one PIN, and the
//! evidence for the booking.
//!
//! Calls block and must not be abandoned half-way: run them on a thread of their own, which ends by itself.

use card::{
    CardError, CardTransport, CertificateError, Jpki, SignError, Surface, SurfaceObjects, SurfaceReadError,
    SurfaceSelectError, Tries, VerifyError,
};
use client::{Counters, FirstLook, NoUse};
use reservation::PinKind;
use reservation::statement::BookingStatement;
use secret::{Pin, VerificationCodeB};
use wire::app::{CardEvidence, SurfaceFile};

use crate::proof::{SurfaceBytes, SurfaceProof};
use crate::statements::{SurfaceStatements, ToSign};

/// At this many tries of 照合番号B or fewer, nobody is asked for it without being warned first: it was mistyped eight
/// times, so something else is wrong (card facts §3.1).
pub const CODE_TRIES_TO_STOP_AT: u8 = 2;

/// Why a card brings no evidence, and what it cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CardTrouble {
    /// The card cannot be used; no try was spent.
    #[error(transparent)]
    NoUse(#[from] NoUse),
    /// The card does not tell what its front shows; no try was spent.
    #[error(transparent)]
    NoSurface(#[from] SurfaceSelectError),
    /// What is printed on the front was not accepted.
    #[error("{0}")]
    Code(#[source] VerifyError),
    /// What is printed was right, and the front could not be read.
    #[error(transparent)]
    Front(#[from] SurfaceReadError),
    /// The PIN was not accepted.
    #[error(transparent)]
    Pin(#[from] VerifyError),
    /// The PIN was right, and the certificate could not be read.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The PIN was right, and the card did not sign.
    #[error(transparent)]
    Sign(#[from] SignError),
}

/// What a card says before anything is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Tries of both PINs.
    pub counters: Counters,
    /// Tries of 照合番号B, where it is needed and could be asked for.
    pub code: Option<Tries>,
}

/// What the holder must type next.
#[derive(Debug)]
pub enum Looked {
    /// The known PIN.
    Pin(Reading),
    /// What the card prints on its front.
    Code(SurfaceReading),
}

/// Looks at the card without spending anything. What its counters say is handed to `tell` in any case.
///
/// # Errors
/// [`CardTrouble`] where this booking with this card would lead nowhere; no try was spent.
pub fn look(
    transport: impl CardTransport + 'static,
    to_sign: &ToSign,
    tell: impl FnOnce(Seen),
) -> Result<Looked, CardTrouble> {
    let mut counters = None;
    let look = match FirstLook::at(transport, to_sign.target(), |told| counters = Some(told)) {
        Ok(look) => look,
        Err(trouble) => {
            if let Some(counters) = counters {
                tell(Seen { counters, code: None });
            }
            return Err(trouble.into());
        }
    };
    let (counters, tries) = (look.counters, look.known_tries);
    match to_sign {
        ToSign::User(statement) => {
            tell(Seen { counters, code: None });
            let about = About::User(statement.clone());
            Ok(Looked::Pin(Reading { card: look.card, known: PinKind::Signature, tries, about }))
        }
        ToSign::Signature(statements) => {
            let surface = surface_of(look.card);
            tell(Seen { counters, code: surface.as_ref().ok().map(|(_, code)| *code) });
            let (surface, code) = surface?;
            match code {
                Tries::Blocked => Err(CardTrouble::Code(VerifyError::Blocked)),
                Tries::Left(_) => {
                    let waiting =
                        SurfaceReading { surface, tries: code, pin_tries: tries, statements: *statements };
                    Ok(Looked::Code(waiting))
                }
            }
        }
    }
}

fn surface_of(card: Jpki) -> Result<(Surface, Tries), CardTrouble> {
    let mut surface = card.into_surface()?;
    let tries = surface.tries_left().map_err(SurfaceSelectError::Card)?;
    Ok((surface, tries))
}

/// What was printed, and not accepted; and the card again if the holder may be asked once more.
#[derive(Debug)]
pub struct NotOpened {
    /// The card, where the printed fields may be typed anew.
    pub again: Option<Box<SurfaceReading>>,
    /// Why.
    pub trouble: CardTrouble,
}

impl NotOpened {
    fn over(trouble: impl Into<CardTrouble>) -> Self {
        Self { again: None, trouble: trouble.into() }
    }
}

/// A card that waits for what it prints on its front.
#[derive(Debug)]
pub struct SurfaceReading {
    surface: Surface,
    tries: Tries,
    pin_tries: Tries,
    statements: SurfaceStatements,
}

impl SurfaceReading {
    /// The tries of 照合番号B; at least one.
    pub const fn tries(&self) -> Tries {
        self.tries
    }

    /// Whether so few tries are left that the holder must be warned, and agree, before another is spent.
    pub const fn is_nearly_blocked(&self) -> bool {
        match self.tries {
            Tries::Left(left) => left <= CODE_TRIES_TO_STOP_AT,
            Tries::Blocked => true,
        }
    }

    /// Opens the front with the code, once, reads it, and lets the card sign that it is here. Then the card waits for
    /// the user PIN.
    ///
    /// # Errors
    /// [`NotOpened`].
    pub fn open(self, code: VerificationCodeB) -> Result<Reading, NotOpened> {
        let (pin_tries, statements) = (self.pin_tries, self.statements);
        let mut open = self.surface.verify(code).map_err(|failed| {
            let again = match failed.error {
                VerifyError::WrongPin { left } => Some(Box::new(Self {
                    surface: failed.session,
                    tries: Tries::Left(left),
                    pin_tries,
                    statements,
                })),
                VerifyError::Blocked
                | VerifyError::NotSent(_)
                | VerifyError::Interrupted(_)
                | VerifyError::Refused(_) => None,
            };
            NotOpened { again, trouble: CardTrouble::Code(failed.error) }
        })?;
        let surface = SurfaceBytes::of(&file(open.read().map_err(NotOpened::over)?));
        let front = |error: CardError| NotOpened::over(SurfaceReadError::Card(error));
        let presence = open.sign(&statements.presence(surface.hash())).map_err(front)?;
        let card = open.into_jpki().map_err(front)?;
        let about = About::Signature {
            statement: statements.booking(surface.hash()),
            presence: presence.into(),
            surface,
        };
        Ok(Reading { card, known: PinKind::User, tries: pin_tries, about })
    }
}

fn file(objects: SurfaceObjects) -> SurfaceFile {
    SurfaceFile {
        holder: objects.holder.into(),
        pictures: objects.pictures.into(),
        portrait: objects.portrait.into(),
        signature: objects.signature.into(),
        certificate: objects.certificate.into(),
    }
}

/// What a card proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proved {
    /// For a booking of the user PIN.
    User(CardEvidence),
    /// For a booking of the signature PIN; a picture of the front goes with it.
    Signature(SurfaceProof),
}

/// A PIN that was not accepted, and the card again if the holder may be asked once more.
#[derive(Debug)]
pub struct NotProved {
    /// The card, where another PIN may be typed.
    pub again: Option<Box<Reading>>,
    /// Why.
    pub trouble: CardTrouble,
}

/// A card that waits for the PIN that proves its holder.
#[derive(Debug)]
pub struct Reading {
    card: Jpki,
    known: PinKind,
    tries: Tries,
    about: About,
}

/// What is to be signed, and what was signed already.
#[derive(Debug)]
enum About {
    User(BookingStatement),
    Signature { statement: BookingStatement, presence: wire::Bytes, surface: SurfaceBytes },
}

impl Reading {
    /// The PIN that must be typed.
    pub const fn known(&self) -> PinKind {
        self.known
    }

    /// Its tries; at least one.
    pub const fn tries(&self) -> Tries {
        self.tries
    }

    /// Verifies the PIN, once, and lets its key sign the booking. The card is without power afterwards.
    ///
    /// # Errors
    /// [`NotProved`].
    pub fn prove(self, pin: Pin) -> Result<Proved, NotProved> {
        let Self { card, known, about, .. } = self;
        let mut verified = match card.verify(pin) {
            Ok(verified) => verified,
            Err(failed) => {
                let again = match failed.error {
                    VerifyError::WrongPin { left } => {
                        Some(Box::new(Self { card: failed.session, known, tries: Tries::Left(left), about }))
                    }
                    VerifyError::Blocked
                    | VerifyError::NotSent(_)
                    | VerifyError::Interrupted(_)
                    | VerifyError::Refused(_) => None,
                };
                return Err(NotProved { again, trouble: failed.error.into() });
            }
        };
        let over = |trouble: CardTrouble| NotProved { again: None, trouble };
        let statement = match &about {
            About::User(statement) | About::Signature { statement, .. } => statement,
        };
        let certificate = verified.certificate().map_err(|error| over(error.into()))?;
        let signature = verified.sign(statement).map_err(|error| over(error.into()))?;
        verified.finish();
        let evidence =
            CardEvidence { certificate: certificate.into(), signature: signature.into(), presence: None };
        Ok(match about {
            About::User(_) => Proved::User(evidence),
            About::Signature { presence, surface, .. } => Proved::Signature(SurfaceProof {
                evidence: CardEvidence { presence: Some(presence), ..evidence },
                surface,
            }),
        })
    }
}
