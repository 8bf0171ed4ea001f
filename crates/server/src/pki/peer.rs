//! A kiosk's certificate as the kiosk listener sees it, read once per connection.

use reservation::{CertificateHash, KioskId, Timestamp};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::request::idempotency::sha256;

/// What a verified client certificate says.
#[derive(Clone, Debug)]
pub struct Peer {
    /// The kiosk, by its common name.
    pub kiosk: KioskId,
    /// The certificate; must be the one that was admitted under that name.
    pub certificate: CertificateHash,
    /// The last second in which it is valid.
    pub not_after: Timestamp,
}

impl Peer {
    /// Reads a certificate that TLS has verified; nothing if it does not name a kiosk.
    pub fn from_der(der: &[u8]) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        let mut names = certificate.subject().iter_common_name();
        let kiosk = KioskId::parse(names.next()?.as_str().ok()?).ok()?;
        if names.next().is_some() {
            return None;
        }
        Some(Self {
            kiosk,
            certificate: CertificateHash::from_bytes(sha256(der)),
            not_after: Timestamp::from_unix_secs(certificate.validity().not_after.timestamp()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::Authority;
    use crate::pki::authority::kiosk_request;
    use std::time::Duration;

    const NOW: Timestamp = Timestamp::from_unix_secs(1_795_000_000);

    #[test]
    fn the_listener_reads_back_what_the_authority_signed() {
        let (authority, _) = Authority::make("test", NOW).unwrap();
        let kiosk = KioskId::parse("k-1").unwrap();
        let (request, _) = kiosk_request(&kiosk).unwrap();
        let life = Duration::from_secs(86_400);
        let signed = authority.kiosk(&request, &kiosk, life, NOW).unwrap();
        let peer = Peer::from_der(&signed.der).unwrap();
        assert_eq!(peer.kiosk, kiosk);
        assert_eq!(peer.not_after, NOW.after(life));
        assert_eq!(signed.expires_at, peer.not_after);
    }

    #[test]
    fn a_request_cannot_ask_for_another_name() {
        let (authority, _) = Authority::make("test", NOW).unwrap();
        let (request, _) = kiosk_request(&KioskId::parse("k-1").unwrap()).unwrap();
        let other = KioskId::parse("k-2").unwrap();
        let signed = authority.kiosk(&request, &other, Duration::from_secs(60), NOW).unwrap();
        assert_eq!(Peer::from_der(&signed.der).unwrap().kiosk, other);
    }

    #[test]
    fn a_request_that_does_not_prove_its_key_is_refused() {
        let (authority, _) = Authority::make("test", NOW).unwrap();
        let kiosk = KioskId::parse("k-1").unwrap();
        let (request, _) = kiosk_request(&kiosk).unwrap();
        let broken: String = request.chars().rev().collect();
        for bad in ["", "-----BEGIN X-----", broken.as_str()] {
            assert!(authority.kiosk(bad, &kiosk, Duration::from_secs(60), NOW).is_err());
        }
    }
}
