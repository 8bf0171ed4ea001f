//! A holder's certificate in the public profile, to be bent in one place.

use reservation::{PinKind, Timestamp};

use crate::authority::{Ca, KEY_USAGE, SHA256_WITH_RSA, SKI, TestKey, test_key};
use crate::der::{self, Ext, bit_string, integer, null, oid, seq, tlv};

pub(crate) const POLICIES: &str = "2.5.29.32";
pub(crate) const EXTENDED_KEY_USAGE: &str = "2.5.29.37";
pub(crate) const SUBJECT_ALT_NAME: &str = "2.5.29.17";
pub(crate) const CRL_DISTRIBUTION_POINTS: &str = "2.5.29.31";
pub(crate) const CLIENT_AUTH: &str = "1.3.6.1.5.5.7.3.2";

/// Stand in the subject and in the alternative names; must come out nowhere.
pub(crate) const CANARIES: [&str; 3] = ["CANARY-SUBJECT", "金糸雀　花子", "東京都千代田区金糸雀一丁目"];

/// 2026-11-01T03:00:00Z and 2030-02-17T14:59:59Z.
pub(crate) const VALIDITY: (i64, i64) = (1_793_502_000, 1_897_570_799);

/// 2026-11-21T00:00:00Z.
pub(crate) const NOW: Timestamp = Timestamp::from_unix_secs(1_795_219_200);

pub(crate) const fn policy_of(kind: PinKind) -> &'static str {
    match kind {
        PinKind::Signature => "1.2.392.200149.8.5.1.1.20",
        PinKind::User => "1.2.392.200149.8.5.1.3.30",
    }
}

pub(crate) struct Holder<'a> {
    pub(crate) ca: &'a Ca,
    pub(crate) version: Vec<u8>,
    pub(crate) serial: Vec<u8>,
    pub(crate) issuer: Vec<u8>,
    pub(crate) validity: (i64, i64),
    pub(crate) spki: Vec<u8>,
    /// Between the key and the extensions.
    pub(crate) unique_ids: Vec<u8>,
    pub(crate) extensions: Vec<Ext>,
    pub(crate) inner_algorithm: Vec<u8>,
    pub(crate) outer_algorithm: Vec<u8>,
}

pub(crate) fn key_of(kind: PinKind) -> TestKey {
    match kind {
        PinKind::Signature => test_key("holder-signature"),
        PinKind::User => test_key("holder-user"),
    }
}

impl<'a> Holder<'a> {
    /// The profile of card facts §5.2.
    pub(crate) fn genuine(ca: &'a Ca) -> Self {
        let algorithm = seq(&[&oid(SHA256_WITH_RSA), &null()]);
        Self {
            ca,
            version: tlv(0xa0, &integer(&[2])),
            serial: integer(&[0x22, 0x7b, 0x13]),
            issuer: ca.name.clone(),
            validity: VALIDITY,
            spki: key_of(ca.kind).spki(),
            unique_ids: Vec::new(),
            extensions: profile(ca),
            inner_algorithm: algorithm.clone(),
            outer_algorithm: algorithm,
        }
    }

    pub(crate) fn without(mut self, oid: &str) -> Self {
        self.extensions.retain(|extension| extension.oid != oid);
        self
    }

    pub(crate) fn with(mut self, extension: Ext) -> Self {
        self.extensions.push(extension);
        self
    }

    /// Puts another value in an extension's place.
    pub(crate) fn with_value(mut self, oid: &str, value: Vec<u8>) -> Self {
        let extension = self.extensions.iter_mut().find(|extension| extension.oid == oid);
        extension.expect("the profile has this extension").value = value;
        self
    }

    pub(crate) fn tbs(&self) -> Vec<u8> {
        let subject = der::name(&[("2.5.4.6", "JP"), ("2.5.4.3", CANARIES[0])]);
        seq(&[
            &self.version,
            &self.serial,
            &self.inner_algorithm,
            &self.issuer,
            &seq(&[&der::time(self.validity.0), &der::time(self.validity.1)]),
            &subject,
            &self.spki,
            &self.unique_ids,
            &tlv(0xa3, &der::extensions(&self.extensions)),
        ])
    }

    pub(crate) fn signed_as(&self, signature: &[u8]) -> Vec<u8> {
        seq(&[&self.tbs(), &self.outer_algorithm, &bit_string(signature)])
    }

    pub(crate) fn der(&self) -> Vec<u8> {
        self.signed_as(&self.ca.key.sign(&self.tbs()))
    }
}

fn profile(ca: &Ca) -> Vec<Ext> {
    let usage: Vec<u8> = match ca.kind {
        PinKind::Signature => vec![3, 2, 6, 0b1100_0000],
        PinKind::User => vec![3, 2, 7, 0b1000_0000],
    };
    let mut list = vec![Ext::new(KEY_USAGE, true, usage)];
    match ca.kind {
        PinKind::Signature => list.push(Ext::new(SUBJECT_ALT_NAME, false, alternative_names("319800217"))),
        PinKind::User => list.push(Ext::new(EXTENDED_KEY_USAGE, false, seq(&[&oid(CLIENT_AUTH)]))),
    }
    list.push(Ext::new(POLICIES, true, policies(&[policy_of(ca.kind)])));
    list.push(ca.authority_key_identifier());
    list.push(Ext::new(SKI, false, tlv(der::OCTET_STRING, &[7; 20])));
    list
}

/// certificatePolicies, each with the pointer to a CPS that real certificates carry.
pub(crate) fn policies(oids: &[&str]) -> Vec<u8> {
    let qualifier = seq(&[&oid("1.3.6.1.5.5.7.2.1"), &tlv(0x16, b"http://cps.invalid/")]);
    let information = |policy: &&str| seq(&[&oid(policy), &seq(&[&qualifier])]);
    tlv(der::SEQUENCE, &oids.iter().flat_map(information).collect::<Vec<_>>())
}

/// The six otherNames in the order of the wire (card facts §5.2).
pub(crate) fn alternative_names(birth: &str) -> Vec<u8> {
    let other = |arc: u8, value: &str| {
        let arc = oid(&format!("1.2.392.200149.8.5.5.{arc}"));
        tlv(0xa0, &[arc, tlv(0xa0, &tlv(der::UTF8, value.as_bytes()))].concat())
    };
    let names = [
        other(1, CANARIES[1]),
        other(4, birth),
        other(3, "2"),
        other(5, CANARIES[2]),
        other(2, "000000"),
        other(6, "0000000000000"),
    ];
    tlv(der::SEQUENCE, &names.concat())
}
