//! How a certificate is named to the revocation lists and to the card register: purpose, issuer's key, serial.

use core::fmt;

use reservation::PinKind;

/// Most bytes of a key identifier; SHA-1 identifiers have 20, SHA-256 ones 32.
const KEY_ID_MAX_BYTES: usize = 64;
/// Most bytes of a serial number (RFC 5280 §4.1.2.2).
const SERIAL_MAX_BYTES: usize = 20;

/// Bytes that cannot be a key identifier or a serial number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadReference {
    /// Empty, or longer than 64 bytes.
    #[error("a key identifier has 1 to 64 bytes")]
    KeyId,
    /// Not a positive number of at most 20 bytes.
    #[error("a serial number is positive and has at most 20 bytes")]
    Serial,
}

/// The key identifier of an issuer, as authorityKeyIdentifier carries it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IssuerKeyId(Box<[u8]>);

impl IssuerKeyId {
    /// From the identifier's bytes.
    ///
    /// # Errors
    /// [`BadReference::KeyId`] if there are none or more than 64.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadReference> {
        if bytes.is_empty() || bytes.len() > KEY_ID_MAX_BYTES {
            return Err(BadReference::KeyId);
        }
        Ok(Self(bytes.into()))
    }

    /// The identifier's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for IssuerKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IssuerKeyId({self})")
    }
}

impl fmt::Display for IssuerKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A certificate's serial number: the big-endian magnitude without leading zero bytes.
///
/// It names a person to the issuer, so `Debug` does not show it (公的個人認証法 art. 52: only to confirm validity).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SerialNumber(Box<[u8]>);

impl SerialNumber {
    /// From a big-endian magnitude; leading zero bytes are dropped.
    ///
    /// # Errors
    /// [`BadReference::Serial`] for zero, or for more than 20 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadReference> {
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        let magnitude = &bytes[zeros..];
        if magnitude.is_empty() || magnitude.len() > SERIAL_MAX_BYTES {
            return Err(BadReference::Serial);
        }
        Ok(Self(magnitude.into()))
    }

    /// The magnitude, without leading zero bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SerialNumber(…)")
    }
}

/// One certificate, named so that no two certificates share a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CertificateRef {
    /// Which trust domain it belongs to.
    pub kind: PinKind,
    /// The key that issued it.
    pub issuer_key_id: IssuerKeyId,
    /// Its serial number there.
    pub serial: SerialNumber,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_is_the_same_number_with_or_without_leading_zeros() {
        assert_eq!(SerialNumber::from_bytes(&[0, 0x9a, 1]), SerialNumber::from_bytes(&[0x9a, 1]));
        assert_eq!(SerialNumber::from_bytes(&[0, 0]), Err(BadReference::Serial));
        assert_eq!(SerialNumber::from_bytes(&[]), Err(BadReference::Serial));
        assert_eq!(SerialNumber::from_bytes(&[1; 21]), Err(BadReference::Serial));
        assert!(SerialNumber::from_bytes(&[0xff; 20]).is_ok());
    }

    #[test]
    fn debug_shows_the_issuer_but_never_the_serial() {
        let reference = CertificateRef {
            kind: PinKind::User,
            issuer_key_id: IssuerKeyId::from_bytes(&[0xab, 0xcd]).unwrap(),
            serial: SerialNumber::from_bytes(&[0x12, 0x34, 0x56]).unwrap(),
        };
        let shown = format!("{reference:?}");
        assert!(shown.contains("abcd"), "{shown}");
        assert!(!shown.contains("123456") && !shown.contains("18, 52"), "{shown}");
    }
}
