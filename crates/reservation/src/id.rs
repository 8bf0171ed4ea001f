//! What things are called by. Identifiers are UUIDs (v7, drawn by the caller) or digests; none is a credential.

use core::fmt;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u128);

        impl $name {
            /// From the 128 bits of a UUID.
            pub const fn from_u128(bits: u128) -> Self {
                Self(bits)
            }

            /// The 128 bits of the UUID.
            pub const fn as_u128(self) -> u128 {
                self.0
            }

            /// Big-endian bytes, as they stand in signed statements.
            pub const fn to_bytes(self) -> [u8; 16] {
                self.0.to_be_bytes()
            }
        }
    };
}

macro_rules! digest_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 32]);

        impl $name {
            /// From 32 bytes.
            pub const fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// The 32 bytes.
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                // The first bytes tell two apart in a test's output; the rest is of no use to a reader.
                write!(f, "{}({:02x}{:02x}{:02x}{:02x}…)", stringify!($name), self.0[0], self.0[1], self.0[2], self.0[3])
            }
        }
    };
}

uuid_id!(
    /// One booking (事前予約手続き).
    BookingId
);
uuid_id!(
    /// One kiosk session.
    SessionId
);
uuid_id!(
    /// One claim of a reservation by a kiosk.
    ClaimId
);
uuid_id!(
    /// One face challenge, and the attempt made on it.
    AttemptId
);

digest_id!(
    /// Keyed hash of a card's stable identity, the only trace of a card that is stored.
    CardId
);
digest_id!(
    /// SHA-256 of a public key's SubjectPublicKeyInfo in DER.
    KeyHash
);
digest_id!(
    /// SHA-256 of a certificate in DER.
    CertificateHash
);
digest_id!(
    /// One installed app: the RFC 7638 thumbprint of its device key.
    InstallationId
);
digest_id!(
    /// A fresh 256-bit value drawn by the server, signed once.
    Nonce
);
digest_id!(
    /// SHA-256 over everything a client sent in one request, to tell a repeat from a change.
    RequestHash
);
digest_id!(
    /// SHA-256 of an app's `Idempotency-Key`: which request a repeat repeats.
    RequestKey
);
digest_id!(
    /// SHA-256 of the surface file as read from the chip.
    SurfaceHash
);

/// A frame of a face attempt, told from others by the first 64 bits of its SHA-256, so that the same file is noticed when
/// it comes again. Nobody makes a picture of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FrameMark(u64);

impl FrameMark {
    /// The mark of the frame with this SHA-256.
    pub const fn of_hash(hash: &[u8; 32]) -> Self {
        let [a, b, c, d, e, f, g, h, ..] = *hash;
        Self::from_bits(u64::from_be_bytes([a, b, c, d, e, f, g, h]))
    }

    /// From 64 bits.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The 64 bits.
    pub const fn bits(self) -> u64 {
        self.0
    }
}

/// Why a name was not accepted as a kiosk's, an operator's or a staff member's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadName;

impl fmt::Display for BadName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name is 1 to 64 of a-z, A-Z, 0-9, '-', '_' and '.', beginning with a letter or digit")
    }
}

impl core::error::Error for BadName {}

fn check_name(name: &str) -> Result<(), BadName> {
    let first = name.bytes().next().ok_or(BadName)?;
    let good = name.len() <= 64
        && first.is_ascii_alphanumeric()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    if good { Ok(()) } else { Err(BadName) }
}

macro_rules! name_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Parses a name: 1 to 64 of `a-z A-Z 0-9 - _ .`, beginning with a letter or digit.
            ///
            /// # Errors
            /// [`BadName`] for anything else.
            pub fn parse(name: &str) -> Result<Self, BadName> {
                check_name(name)?;
                Ok(Self(name.to_owned()))
            }

            /// The name.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name_id!(
    /// One kiosk, as its certificate names it.
    KioskId
);
name_id!(
    /// The company that runs a kiosk, as `deploy/service.toml` names it.
    OperatorId
);
name_id!(
    /// One member of the support desk's staff.
    StaffId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_plain_and_begin_with_a_letter_or_digit() {
        for good in ["a", "seven-eleven", "K-0001.tokyo_3", "7"] {
            assert!(KioskId::parse(good).is_ok(), "{good}");
        }
        let too_long = "x".repeat(65);
        for bad in ["", "-a", ".a", "a b", "a/b", "店", "a\n", too_long.as_str()] {
            assert_eq!(KioskId::parse(bad), Err(BadName), "{bad}");
        }
    }
}
