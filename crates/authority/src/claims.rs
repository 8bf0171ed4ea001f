//! What the tokens say: three kinds, each with its own type, audience and contents, none standing for another.
//!
//! All are plainly readable by whoever holds them, so nothing in them is a secret, and each says only what its
//! holder knows already.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reservation::pin::PinKind;
use reservation::{
    BookingId, CardId, ClaimId, InstallationId, KioskId, Nonce, ReservationNumber, SessionId, Timestamp,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One kiosk session, held by its kiosk, so that the server keeps nothing of sessions that never claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionToken {
    /// The kiosk it belongs to.
    pub kiosk: KioskId,
    /// The session.
    pub session: SessionId,
    /// The nonce for the claim statement.
    pub nonce: Nonce,
    /// The target, if the holder had chosen one.
    pub target: Option<PinKind>,
    /// It ends here.
    pub expires_at: Timestamp,
}

/// The right to see and to cancel one reservation, held by the app and bound to its device key.
///
/// It does not name the card: a card id outlives bookings and installations, and would let whoever collects tokens
/// tell which of them belong together. The number leads to the card, through the store's index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReservationToken {
    /// The installation whose key must sign the DPoP proof (`cnf.jkt`, RFC 9449 §6).
    pub installation: InstallationId,
    /// The booking that became the reservation.
    pub booking: BookingId,
    /// The reservation number.
    pub number: ReservationNumber,
    /// It ends here.
    pub expires_at: Timestamp,
}

/// The right to report how one claim ended, held by the kiosk that made it.
///
/// It names the card, so that a report finds its record after the number has gone. The kiosk has read that card's
/// certificate, so a keyed hash tells it nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimToken {
    /// The kiosk.
    pub kiosk: KioskId,
    /// The card.
    pub card: CardId,
    /// The booking that became the reservation.
    pub booking: BookingId,
    /// The claim.
    pub claim: ClaimId,
    /// It ends here: [`CLAIM_TOKEN_LIFE`](crate::CLAIM_TOKEN_LIFE) after the claim, for a proof is welcome late.
    pub expires_at: Timestamp,
}

/// Claims that have the right shape and impossible values.
#[derive(Clone, Copy, Debug)]
pub struct Impossible;

/// What jsonwebtoken signs and parses. Unknown and repeated members are refused.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Envelope<A> {
    pub(crate) iss: String,
    pub(crate) aud: String,
    pub(crate) sub: String,
    pub(crate) iat: u64,
    pub(crate) nbf: u64,
    pub(crate) exp: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cnf: Option<Confirmation>,
    pub(crate) about: A,
}

/// The key that must prove itself beside the token (RFC 7800, RFC 9449 §6.1).
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Confirmation {
    jkt: String,
}

/// What one kind of token adds to the envelope.
pub struct Parts<A> {
    pub(crate) sub: String,
    pub(crate) cnf: Option<Confirmation>,
    pub(crate) about: A,
    pub(crate) expires_at: Timestamp,
}

/// A kind of token. Sealed: the crate's three are all there are.
pub trait Kind: Sized + sealed::Sealed {
    /// The header's `typ` (RFC 8725 §3.11).
    const TYP: &'static str;
    /// The claim `aud`.
    const AUDIENCE: &'static str;
    /// The claim `about`.
    type About: Serialize + DeserializeOwned;

    /// The token as claims.
    fn parts(&self) -> Parts<Self::About>;

    /// The token that verified claims stand for.
    ///
    /// # Errors
    /// [`Impossible`] for values that [`Self::parts`] never makes.
    fn read(parts: Parts<Self::About>) -> Result<Self, Impossible>;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::SessionToken {}
    impl Sealed for super::ReservationToken {}
    impl Sealed for super::ClaimToken {}
}

/// The contents of a session token.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AboutSession {
    session: Uuid,
    nonce: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    target: Option<String>,
}

/// The contents of a reservation token.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AboutReservation {
    number: String,
}

/// The contents of a claim token.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AboutClaim {
    card: String,
    booking: Uuid,
    claim: Uuid,
}

impl Kind for SessionToken {
    const TYP: &'static str = "jpki-reset-session+jwt";
    const AUDIENCE: &'static str = "kiosk-session";
    type About = AboutSession;

    fn parts(&self) -> Parts<AboutSession> {
        Parts {
            sub: self.kiosk.as_str().to_owned(),
            cnf: None,
            about: AboutSession {
                session: Uuid::from_u128(self.session.as_u128()),
                nonce: encode(self.nonce.as_bytes()),
                target: self.target.map(|target| target.as_str().to_owned()),
            },
            expires_at: self.expires_at,
        }
    }

    fn read(parts: Parts<AboutSession>) -> Result<Self, Impossible> {
        parts.unconfirmed()?;
        let target = parts
            .about
            .target
            .map(|word| PinKind::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or(Impossible));
        Ok(Self {
            kiosk: KioskId::parse(&parts.sub).map_err(|_| Impossible)?,
            session: SessionId::from_u128(parts.about.session.as_u128()),
            nonce: Nonce::from_bytes(decode(&parts.about.nonce)?),
            target: target.transpose()?,
            expires_at: parts.expires_at,
        })
    }
}

impl Kind for ReservationToken {
    const TYP: &'static str = "jpki-reset-reservation+jwt";
    const AUDIENCE: &'static str = "app-reservation";
    type About = AboutReservation;

    fn parts(&self) -> Parts<AboutReservation> {
        Parts {
            sub: Uuid::from_u128(self.booking.as_u128()).to_string(),
            cnf: Some(Confirmation { jkt: encode(self.installation.as_bytes()) }),
            about: AboutReservation { number: self.number.to_string() },
            expires_at: self.expires_at,
        }
    }

    fn read(parts: Parts<AboutReservation>) -> Result<Self, Impossible> {
        let confirmation = parts.cnf.ok_or(Impossible)?;
        let booking = Uuid::try_parse(&parts.sub).map_err(|_| Impossible)?;
        Ok(Self {
            installation: InstallationId::from_bytes(decode(&confirmation.jkt)?),
            booking: BookingId::from_u128(booking.as_u128()),
            number: ReservationNumber::parse(&parts.about.number).map_err(|_| Impossible)?,
            expires_at: parts.expires_at,
        })
    }
}

impl Kind for ClaimToken {
    const TYP: &'static str = "jpki-reset-claim+jwt";
    const AUDIENCE: &'static str = "kiosk-claim";
    type About = AboutClaim;

    fn parts(&self) -> Parts<AboutClaim> {
        Parts {
            sub: self.kiosk.as_str().to_owned(),
            cnf: None,
            about: AboutClaim {
                card: encode(self.card.as_bytes()),
                booking: Uuid::from_u128(self.booking.as_u128()),
                claim: Uuid::from_u128(self.claim.as_u128()),
            },
            expires_at: self.expires_at,
        }
    }

    fn read(parts: Parts<AboutClaim>) -> Result<Self, Impossible> {
        parts.unconfirmed()?;
        Ok(Self {
            kiosk: KioskId::parse(&parts.sub).map_err(|_| Impossible)?,
            card: CardId::from_bytes(decode(&parts.about.card)?),
            booking: BookingId::from_u128(parts.about.booking.as_u128()),
            claim: ClaimId::from_u128(parts.about.claim.as_u128()),
            expires_at: parts.expires_at,
        })
    }
}

impl<A> Parts<A> {
    /// A confirmation we would not check must not be there to be overlooked.
    fn unconfirmed(&self) -> Result<(), Impossible> {
        if self.cnf.is_none() { Ok(()) } else { Err(Impossible) }
    }
}

fn encode(bytes: &[u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decode(text: &str) -> Result<[u8; 32], Impossible> {
    URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| bytes.try_into().ok()).ok_or(Impossible)
}
