//! What the kiosk's own certificate says.

use time::OffsetDateTime;
use x509_parser::pem::parse_x509_pem;

/// Until when a certificate is good.
pub(crate) struct Certificate {
    pub(crate) subject: String,
    pub(crate) not_after: OffsetDateTime,
}

/// The first certificate of a PEM file.
pub(crate) fn parse(pem: &[u8]) -> Option<Certificate> {
    let (_, block) = parse_x509_pem(pem).ok()?;
    let certificate = block.parse_x509().ok()?;
    Some(Certificate {
        subject: certificate.subject().to_string(),
        not_after: certificate.validity().not_after.to_datetime(),
    })
}
