//! Bodies of the admin listener (`/admin/v1`), called by `jpki-reset` on the same machine.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::app::ReservationState;
use crate::encoding::PinKind;

/// `POST /admin/v1/kiosks`: admits a kiosk and signs its certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddKiosk {
    /// The kiosk's name: 1 to 64 of `a-z A-Z 0-9 - _ .`.
    pub kiosk: String,
    /// Its operator, as the service data name it.
    pub operator: String,
    /// The PIN kinds its machine supports.
    pub kinds: Vec<PinKind>,
    /// PKCS#10 request in PEM; the key never leaves the machine that made it.
    pub request: String,
}

/// A kiosk's certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KioskCertificate {
    /// The certificate, PEM.
    pub certificate: String,
    /// The authority that the kiosk checks the server against, PEM.
    pub server_authority: String,
    /// The certificate ends here.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
}

/// One kiosk in `GET /admin/v1/kiosks`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Kiosk {
    /// Its name.
    pub kiosk: String,
    /// Its operator.
    pub operator: String,
    /// Its PIN kinds.
    pub kinds: Vec<PinKind>,
    /// Whether it may work.
    pub enabled: bool,
    /// When it was admitted.
    #[serde(with = "time::serde::rfc3339")]
    pub added_at: OffsetDateTime,
}

/// `GET /admin/v1/kiosks`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Kiosks {
    /// In order of their names.
    pub kiosks: Vec<Kiosk>,
    /// Whether there are more after these.
    pub more: bool,
}

/// `POST /admin/v1/cards/{number}/approve-lift` and `…/lift`: a member of staff agrees to lift a card's lock, and
/// another one lifts it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LiftLock {
    /// Who: 1 to 64 of `a-z A-Z 0-9 - _ .`.
    pub staff: String,
}

/// A card as the support desk may see it: nothing here says whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Card {
    /// The number that the holder read out.
    pub number: String,
    /// Whether it can be booked and claimed.
    pub lock: CardLock,
    /// Face failures in all since the last lift.
    pub failures_in_all: u16,
    /// Its newest reservation, if there is one.
    pub reservation: Option<CardReservation>,
}

/// Whether a card can be booked and claimed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum CardLock {
    /// It can.
    Open {
        /// Face failures in a row.
        failures: u8,
    },
    /// Five face failures in a row.
    LockedUntil {
        /// When it began.
        #[serde(with = "time::serde::rfc3339")]
        since: OffsetDateTime,
        /// When it ends.
        #[serde(with = "time::serde::rfc3339")]
        until: OffsetDateTime,
        /// Who has agreed to lift it, if that still stands.
        approval: Option<LiftApproval>,
    },
    /// Fifty face failures in all.
    LockedForGood {
        /// When it began.
        #[serde(with = "time::serde::rfc3339")]
        since: OffsetDateTime,
        /// Who has agreed to lift it, if that still stands.
        approval: Option<LiftApproval>,
    },
}

/// The first of the two people who lift a lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LiftApproval {
    /// Who.
    pub staff: String,
    /// From then on it stands no longer.
    #[serde(with = "time::serde::rfc3339")]
    pub until: OffsetDateTime,
}

/// A card's reservation as the support desk may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CardReservation {
    /// The PIN to be reset.
    pub target: PinKind,
    /// Where it stands.
    pub state: ReservationState,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub made_at: OffsetDateTime,
    /// When it ends.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
}
