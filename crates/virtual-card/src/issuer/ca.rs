//! The certification authorities: two purposes, two generations each, one name per purpose.

use der::{Decode as _, Encode as _, pem};
use reservation::pin::PinKind;
use time::{Date, Month, OffsetDateTime};
use x509_cert::Certificate;
use x509_cert::ext::pkix::SubjectKeyIdentifier;

use super::certificate::{Fields, random_serial};
use super::holder::{Validity, day_in_japan};
use super::key::RsaKey;
use super::layout::Layout;
use super::{IssuerError, names, profile};
use crate::files::{self, FileError, Readers};

const PEM_LABEL: &str = "CERTIFICATE";

/// Which of the two generations of a CA: same name, another key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Generation {
    /// The older one; its certificates are still valid.
    First,
    /// The one that issues now.
    #[default]
    Second,
}

impl Generation {
    /// Both, oldest first.
    pub const ALL: [Self; 2] = [Self::First, Self::Second];

    /// 1 or 2, as in file names.
    pub const fn number(self) -> u8 {
        match self {
            Self::First => 1,
            Self::Second => 2,
        }
    }

    /// Whole calendar years around the year in which the simulated issuer is set up. Longer than the real ten years,
    /// so that cards issued years ago or ahead can be simulated.
    fn validity(self, set_up: OffsetDateTime) -> Result<Validity, IssuerError> {
        let year = day_in_japan(set_up).year();
        let (first, last) = match self {
            Self::First => (year - 16, year + 6),
            Self::Second => (year - 8, year + 14),
        };
        let first =
            Date::from_calendar_date(first, Month::January, 1).map_err(|_| IssuerError::OutOfRange)?;
        let last =
            Date::from_calendar_date(last, Month::December, 31).map_err(|_| IssuerError::OutOfRange)?;
        Ok(Validity::between(first, last))
    }
}

/// One certification authority with its key.
pub(crate) struct Ca {
    pub(crate) kind: PinKind,
    pub(crate) generation: Generation,
    pub(crate) key: RsaKey,
    pub(crate) key_id: Vec<u8>,
    certificate: Certificate,
}

impl Ca {
    /// Makes the key and the self-signed certificate, and writes both.
    pub(crate) fn create(
        layout: &Layout,
        kind: PinKind,
        generation: Generation,
        now: OffsetDateTime,
    ) -> Result<Self, IssuerError> {
        let key = RsaKey::generate()?;
        let key_id = key.key_id()?;
        let name = names::ca_name(kind)?;
        let signed = Fields {
            serial: random_serial()?,
            issuer: name.clone(),
            subject: name,
            validity: generation.validity(now)?,
            spki: key.spki()?,
            extensions: profile::ca(&key_id)?,
        }
        .sign(&key)?;
        let der = signed.to_der()?;
        let pem = pem::encode_string(PEM_LABEL, pem::LineEnding::LF, &der).map_err(der::Error::from)?;
        files::replace(&layout.ca_key(kind, generation), key.to_pem()?.as_bytes(), Readers::Owner)?;
        files::replace(&layout.ca_certificate(kind, generation), pem.as_bytes(), Readers::Everyone)?;
        files::replace(&layout.anchor(kind, generation), pem.as_bytes(), Readers::Everyone)?;
        Ok(Self { kind, generation, key, key_id, certificate: Certificate::from_der(&der)? })
    }

    /// Reads what [`Ca::create`] wrote; `None` where nothing was written yet.
    pub(crate) fn load(
        layout: &Layout,
        kind: PinKind,
        generation: Generation,
    ) -> Result<Option<Self>, IssuerError> {
        // The anchor is written last: without it, creation did not finish.
        if files::read_if_there(&layout.anchor(kind, generation))?.is_none() {
            return Ok(None);
        }
        let key = RsaKey::load(&layout.ca_key(kind, generation))?;
        let path = layout.ca_certificate(kind, generation);
        let damaged = || FileError::damaged(&path, "not a CA certificate in PEM");
        let pem = files::read(&path)?;
        let (label, der) = pem::decode_vec(&pem).map_err(|_| damaged())?;
        let certificate = Certificate::from_der(&der).map_err(|_| damaged())?;
        let (_, key_id): (_, SubjectKeyIdentifier) =
            certificate.tbs_certificate().get_extension().ok().flatten().ok_or_else(damaged)?;
        if label != PEM_LABEL || key_id.0.as_bytes() != key.key_id()? {
            return Err(damaged().into());
        }
        Ok(Some(Self { kind, generation, key_id: key.key_id()?, key, certificate }))
    }

    /// How a certificate points to this CA.
    pub(crate) fn as_issuer(&self) -> profile::Issuer<'_> {
        let tbs = self.certificate.tbs_certificate();
        profile::Issuer { key_id: &self.key_id, name: tbs.subject(), serial: tbs.serial_number() }
    }

    pub(crate) fn certificate_der(&self) -> Result<Vec<u8>, IssuerError> {
        Ok(self.certificate.to_der()?)
    }

    /// Whether a certificate of that validity lies within the CA's own.
    pub(crate) fn covers(&self, validity: &Validity) -> bool {
        let own = self.certificate.tbs_certificate().validity();
        let secs = |time: &x509_cert::time::Time| i128::from(time.to_unix_duration().as_secs());
        secs(&own.not_before) <= i128::from(validity.not_before.unix_timestamp())
            && i128::from(validity.not_after.unix_timestamp()) <= secs(&own.not_after)
    }
}
