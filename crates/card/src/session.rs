//! A session with the JPKI application selected: which token it is, and how many tries each PIN has left.

use core::fmt;

use iso7816::{Command, Le, StatusWord};
use reservation::PinKind;
use reservation::statement::CardChallenge;
use secret::Pin;

use crate::certificate::{self, CertificateError};
use crate::channel::Channel;
use crate::error::{CardError, Malformed};
use crate::files::{self, AID, Ef, VERIFY, read_binary, select_application};
use crate::reset::PinReset;
use crate::token::{LABEL_BYTES, Smartphone, Token};
use crate::transport::CardTransport;
use crate::verified::PinVerified;
use crate::verify::{VerifyFailed, verify};

/// Why what is on the reader cannot be used. No try has been spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectError {
    /// No JPKI application: some other card.
    #[error("this is no My Number Card: put the My Number Card on the reader")]
    NotMyNumberCard,
    /// A phone's certificate.
    #[error(
        "this is the certificate in an {0} phone, not the card: its PINs are reset in the phone's own app"
    )]
    Smartphone(Smartphone),
    /// A 住基カード, whose certificates ended long ago.
    #[error("this is a resident register card, no My Number Card: its holder applies for a My Number Card")]
    ResidentRegisterCard,
    /// A token of a kind that was not known when this was written.
    #[error("this kind of card is not known here: ask at the municipal office")]
    UnknownToken,
    /// The dialogue failed.
    #[error(transparent)]
    Card(#[from] CardError),
}

/// What the card's counter says. Asking costs nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tries {
    /// This many wrong tries until the card blocks the PIN; at least 1.
    Left(u8),
    /// No try left.
    Blocked,
}

impl Tries {
    /// Whether one more wrong try blocks the PIN: warn before it.
    pub const fn is_last(self) -> bool {
        matches!(self, Self::Left(1))
    }
}

impl fmt::Display for Tries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Left(1) => f.write_str("1 try left"),
            Self::Left(left) => write!(f, "{left} tries left"),
            Self::Blocked => f.write_str("blocked"),
        }
    }
}

/// Which certificates the card may carry; someone under 15 has no signature certificate. `false` only where the card says
/// clearly that there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CertificatesPresent {
    /// The signature certificate.
    pub signature: bool,
    /// The user certificate.
    pub user: bool,
}

impl CertificatesPresent {
    /// Nothing is known to be missing.
    const UNKNOWN: Self = Self { signature: true, user: true };

    /// Whether this PIN's certificate is there.
    pub const fn has(self, kind: PinKind) -> bool {
        match kind {
            PinKind::Signature => self.signature,
            PinKind::User => self.user,
        }
    }
}

/// A My Number Card with its JPKI application selected. The application is selected once per session: another SELECT
/// would end a challenge. Dropping the session takes power from the card.
#[derive(Debug)]
pub struct Jpki {
    pub(crate) channel: Channel,
}

impl Jpki {
    /// Selects the application and makes sure that it is a My Number Card's.
    ///
    /// # Errors
    /// [`SelectError`] says what is on the reader instead; the card has lost power again.
    pub fn select(transport: impl CardTransport + 'static) -> Result<Self, SelectError> {
        let mut channel = Channel::new(transport);
        let select = channel.run(&select_application(AID))?;
        if !select.sw.is_success() {
            return Err(SelectError::NotMyNumberCard);
        }
        match token(&mut channel)? {
            Token::MyNumberCard => Ok(Self { channel }),
            Token::Smartphone(phone) => Err(SelectError::Smartphone(phone)),
            Token::ResidentRegisterCard => Err(SelectError::ResidentRegisterCard),
            Token::Unknown => Err(SelectError::UnknownToken),
        }
    }

    /// How many tries this PIN has left. Costs nothing; ask before a PIN is typed.
    ///
    /// # Errors
    /// [`CardError`].
    pub fn tries_left(&mut self, kind: PinKind) -> Result<Tries, CardError> {
        files::select(&mut self.channel, Ef::pin(kind))?;
        tries_left(&mut self.channel, kind.tries())
    }

    /// Which certificates the card carries, from its own table. Costs nothing. The table is known from one public source
    /// only (card facts §2.1), so a card without it is not turned away: reading a missing certificate tells as well.
    ///
    /// # Errors
    /// [`CardError`], but never [`CardError::Refused`].
    pub fn certificates_present(&mut self) -> Result<CertificatesPresent, CardError> {
        let table = files::select(&mut self.channel, Ef::PRESENCE)
            .and_then(|()| read_start(&mut self.channel, Le::new(3).unwrap_or(Le::MAX)));
        match table.as_deref() {
            // `8F` marks a certificate that is there, the third byte is a reserve.
            Ok([signature, user, _]) => {
                Ok(CertificatesPresent { signature: *signature != 0, user: *user != 0 })
            }
            Ok(other) => Err(wrong_length(3, other.len())),
            Err(CardError::Refused { .. }) => Ok(CertificatesPresent::UNKNOWN),
            Err(error) => Err(*error),
        }
    }

    /// The user certificate in DER, which the card gives without a PIN.
    ///
    /// # Errors
    /// [`CertificateError`].
    pub fn user_certificate(&mut self) -> Result<Vec<u8>, CertificateError> {
        certificate::read(&mut self.channel, PinKind::User)
    }

    /// Has the card draw the challenge that an authorisation will be bound to. A later challenge replaces it.
    ///
    /// # Errors
    /// [`CardError`].
    pub fn challenge(&mut self, driver: &dyn PinReset) -> Result<CardChallenge, CardError> {
        driver.challenge(&mut self.channel)
    }

    /// Sends this PIN to the card, once. A PIN that the counter shows as blocked is not sent.
    ///
    /// # Errors
    /// [`VerifyFailed`] returns the session and says whether a try was spent.
    pub fn verify(mut self, pin: Pin) -> Result<PinVerified, VerifyFailed> {
        let kind = pin.kind();
        match verify(&mut self.channel, pin) {
            Ok(()) => Ok(PinVerified { channel: self.channel, kind }),
            Err(error) => Err(VerifyFailed { session: self, error }),
        }
    }

    /// Ends the session and takes power from the card; the same as dropping it.
    pub fn finish(self) {
        drop(self);
    }
}

fn token(channel: &mut Channel) -> Result<Token, CardError> {
    match files::select(channel, Ef::TOKEN) {
        Ok(()) => {}
        Err(CardError::Refused { .. }) => return Ok(Token::Unknown),
        Err(error) => return Err(error),
    }
    let label = read_start(channel, Le::new(LABEL_BYTES as u16).unwrap_or(Le::MAX))?;
    Ok(Token::from_label(&label))
}

/// Reads this many bytes from the start of the current file.
pub(crate) fn read_start(channel: &mut Channel, length: Le) -> Result<Vec<u8>, CardError> {
    let bytes = channel.run_to_success(&Command::new(read_binary(0)).expecting(length))?;
    if bytes.len() == length.get() { Ok(bytes) } else { Err(wrong_length(length.get(), bytes.len())) }
}

fn wrong_length(expected: usize, found: usize) -> CardError {
    CardError::Malformed { command: read_binary(0), what: Malformed::DataLength { expected, found } }
}

/// Asks for the counter of the current PIN file, which starts at `full`.
pub(crate) fn tries_left(channel: &mut Channel, full: u8) -> Result<Tries, CardError> {
    // Four bytes exactly: a fifth makes it another command (card facts §2.2).
    let answer = channel.run(&Command::new(VERIFY))?;
    match answer.sw {
        StatusWord::WrongTriesLeft(left) => Ok(Tries::Left(left)),
        StatusWord::AuthenticationBlocked(_) => Ok(Tries::Blocked),
        // Some cards say so while the PIN is verified, and a success has refilled the counter (card facts §2.3).
        StatusWord::Success => Ok(Tries::Left(full)),
        status => Err(CardError::Refused { command: VERIFY, status }),
    }
}
