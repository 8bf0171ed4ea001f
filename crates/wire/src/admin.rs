//! Bodies of the admin listener (`/admin/v1`), called by `jpki-reset` on the same machine.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

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
