//! *Simulated* authorities of the tests: two generations per purpose with one name, and a stranger.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use reservation::PinKind;
use trust::{Anchors, IssuerKeyId};

use crate::der::{self, Ext, bit_string, bool_true, integer, null, oid, seq, tlv};

pub(crate) const AKI: &str = "2.5.29.35";
pub(crate) const SKI: &str = "2.5.29.14";
pub(crate) const BASIC_CONSTRAINTS: &str = "2.5.29.19";
pub(crate) const KEY_USAGE: &str = "2.5.29.15";
pub(crate) const SHA256_WITH_RSA: &str = "1.2.840.113549.1.1.11";

/// 2019-09-14T00:00:00Z and 2039-09-14T14:59:59Z.
pub(crate) const CA_VALIDITY: (i64, i64) = (1_568_419_200, 2_199_625_199);

/// A key of `tests/keys`.
pub(crate) struct TestKey {
    pub(crate) pair: RsaKeyPair,
    pub(crate) path: String,
}

/// A key of `tests/keys` by the name of its file.
pub(crate) fn test_key(name: &str) -> TestKey {
    let path = format!("{}/tests/keys/{name}.pem", env!("CARGO_MANIFEST_DIR"));
    let (_, pkcs8) = ::der::pem::decode_vec(fs::read_to_string(&path).unwrap().trim().as_bytes()).unwrap();
    TestKey { pair: RsaKeyPair::from_pkcs8(&pkcs8).unwrap(), path }
}

impl TestKey {
    /// RSAPublicKey in DER.
    pub(crate) fn public(&self) -> Vec<u8> {
        self.pair.public_key().as_ref().to_vec()
    }

    pub(crate) fn spki(&self) -> Vec<u8> {
        spki(&self.public())
    }

    pub(crate) fn key_id(&self) -> Vec<u8> {
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &self.public());
        hash.as_ref()[..20].to_vec()
    }

    /// The modulus, 256 bytes.
    pub(crate) fn modulus(&self) -> Vec<u8> {
        // RSAPublicKey ::= SEQUENCE (82 xx xx) { INTEGER (82 01 01 00 …), INTEGER 65537 }
        self.public()[9..265].to_vec()
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; 256];
        self.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).unwrap();
        signature
    }
}

pub(crate) fn spki(rsa_public_key: &[u8]) -> Vec<u8> {
    seq(&[&seq(&[&oid("1.2.840.113549.1.1.1"), &null()]), &bit_string(rsa_public_key)])
}

/// An authority and its self-signed certificate.
pub(crate) struct Ca {
    pub(crate) kind: PinKind,
    pub(crate) key: TestKey,
    pub(crate) name: Vec<u8>,
    /// Of its own certificate.
    pub(crate) issuer: Vec<u8>,
    pub(crate) serial: Vec<u8>,
    pub(crate) extensions: Vec<Ext>,
    pub(crate) validity: (i64, i64),
}

impl Ca {
    pub(crate) fn new(kind: PinKind, key: TestKey, serial: u8) -> Self {
        let purpose = match kind {
            PinKind::Signature => "simulated, for digital signature",
            PinKind::User => "simulated, for user authentication",
        };
        let ski = tlv(der::OCTET_STRING, &key.key_id());
        let name = der::name(&[("2.5.4.6", "JP"), ("2.5.4.10", "jpki-reset tests"), ("2.5.4.11", purpose)]);
        Self {
            kind,
            issuer: name.clone(),
            name,
            serial: vec![serial],
            extensions: vec![
                Ext::new(BASIC_CONSTRAINTS, true, seq(&[&bool_true()])),
                Ext::new(KEY_USAGE, true, vec![3, 2, 1, 0b0000_0110]),
                Ext::new(SKI, false, ski),
            ],
            validity: CA_VALIDITY,
            key,
        }
    }

    pub(crate) fn key_id(&self) -> IssuerKeyId {
        IssuerKeyId::from_bytes(&self.key.key_id()).unwrap()
    }

    /// authorityKeyIdentifier as the profile has it: key, name and serial number of this authority.
    pub(crate) fn authority_key_identifier(&self) -> Ext {
        let value = seq(&[
            &tlv(0x80, &self.key.key_id()),
            &tlv(0xa1, &tlv(0xa4, &self.name)),
            &tlv(0x82, &self.serial),
        ]);
        Ext::new(AKI, false, value)
    }

    pub(crate) fn certificate(&self) -> Vec<u8> {
        let algorithm = seq(&[&oid(SHA256_WITH_RSA), &null()]);
        let tbs = seq(&[
            &tlv(0xa0, &integer(&[2])),
            &integer(&self.serial),
            &algorithm,
            &self.issuer,
            &seq(&[&der::time(self.validity.0), &der::time(self.validity.1)]),
            &self.name,
            &self.key.spki(),
            &tlv(0xa3, &der::extensions(&self.extensions)),
        ]);
        seq(&[&tbs, &algorithm, &bit_string(&self.key.sign(&tbs))])
    }

    pub(crate) fn pem(&self) -> String {
        der::pem("CERTIFICATE", &self.certificate())
    }
}

/// The four pinned authorities, and one that nobody pinned.
pub(crate) struct House {
    pub(crate) directory: tempfile::TempDir,
    pub(crate) signature: [Ca; 2],
    pub(crate) user: [Ca; 2],
    pub(crate) stranger: Ca,
    pub(crate) anchors: Arc<Anchors>,
}

impl House {
    pub(crate) fn build() -> Self {
        let signature = [
            Ca::new(PinKind::Signature, test_key("signature-1"), 1),
            Ca::new(PinKind::Signature, test_key("signature-2"), 2),
        ];
        let user =
            [Ca::new(PinKind::User, test_key("user-1"), 1), Ca::new(PinKind::User, test_key("user-2"), 2)];
        let stranger = Ca::new(PinKind::User, test_key("stranger"), 2);
        let directory = tempfile::tempdir().unwrap();
        let anchors = [&signature[0], &signature[1], &user[0], &user[1]];
        for (index, ca) in anchors.into_iter().enumerate() {
            let place = directory.path().join(ca.kind.as_str());
            fs::create_dir_all(&place).unwrap();
            fs::write(place.join(format!("{index}.pem")), ca.pem()).unwrap();
        }
        let anchors = Arc::new(load(directory.path()).unwrap());
        Self { directory, signature, user, stranger, anchors }
    }

    pub(crate) fn current(&self, kind: PinKind) -> &Ca {
        match kind {
            PinKind::Signature => &self.signature[1],
            PinKind::User => &self.user[1],
        }
    }

    /// All anchors of one purpose in one PEM file, for openssl.
    pub(crate) fn bundle(&self, kind: PinKind) -> String {
        match kind {
            PinKind::Signature => self.signature.iter().map(Ca::pem).collect(),
            PinKind::User => self.user.iter().map(Ca::pem).collect(),
        }
    }
}

pub(crate) fn load(directory: &Path) -> Result<Anchors, trust::AnchorError> {
    Anchors::load(&directory.join("signature"), &directory.join("user"))
}
