//! DER by hand, so that a test can also write what no library would.

use ::der::asn1::ObjectIdentifier;

pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const NULL: u8 = 0x05;
pub(crate) const OID: u8 = 0x06;
pub(crate) const ENUMERATED: u8 = 0x0a;
pub(crate) const UTF8: u8 = 0x0c;
pub(crate) const UTC_TIME: u8 = 0x17;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;

pub(crate) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    match content.len() {
        length @ 0..=0x7f => bytes.push(length as u8),
        length @ 0x80..=0xff => bytes.extend([0x81, length as u8]),
        length @ 0x100..=0xffff => bytes.extend([0x82, (length >> 8) as u8, length as u8]),
        length => bytes.extend([0x83, (length >> 16) as u8, (length >> 8) as u8, length as u8]),
    }
    bytes.extend_from_slice(content);
    bytes
}

pub(crate) fn seq(parts: &[&[u8]]) -> Vec<u8> {
    tlv(SEQUENCE, &parts.concat())
}

pub(crate) fn oid(dotted: &str) -> Vec<u8> {
    tlv(OID, ObjectIdentifier::new(dotted).unwrap().as_bytes())
}

pub(crate) fn null() -> Vec<u8> {
    tlv(NULL, &[])
}

/// A non-negative integer from its magnitude; leading zeros do not count.
pub(crate) fn integer(magnitude: &[u8]) -> Vec<u8> {
    let zeros = magnitude.iter().take_while(|byte| **byte == 0).count();
    let magnitude = &magnitude[zeros..];
    let sign = if magnitude.first().is_none_or(|byte| byte & 0x80 != 0) { &[0][..] } else { &[] };
    tlv(INTEGER, &[sign, magnitude].concat())
}

pub(crate) fn bit_string(bytes: &[u8]) -> Vec<u8> {
    tlv(BIT_STRING, &[&[0], bytes].concat())
}

pub(crate) fn bool_true() -> Vec<u8> {
    vec![1, 1, 0xff]
}

/// UTCTime or GeneralizedTime, as RFC 5280 §4.1.2.5 chooses.
pub(crate) fn time(unix_secs: i64) -> Vec<u8> {
    let at = time::OffsetDateTime::from_unix_timestamp(unix_secs).unwrap();
    let (year, rest) = (
        at.year(),
        format!(
            "{:02}{:02}{:02}{:02}{:02}Z",
            u8::from(at.month()),
            at.day(),
            at.hour(),
            at.minute(),
            at.second()
        ),
    );
    if year < 2050 {
        tlv(UTC_TIME, format!("{:02}{rest}", year % 100).as_bytes())
    } else {
        tlv(GENERALIZED_TIME, format!("{year:04}{rest}").as_bytes())
    }
}

/// A distinguished name: one attribute per RDN, in order.
pub(crate) fn name(attributes: &[(&str, &str)]) -> Vec<u8> {
    let rdns: Vec<_> = attributes
        .iter()
        .map(|(kind, value)| tlv(SET, &seq(&[&oid(kind), &tlv(UTF8, value.as_bytes())])))
        .collect();
    tlv(SEQUENCE, &rdns.concat())
}

#[derive(Clone)]
pub(crate) struct Ext {
    pub(crate) oid: &'static str,
    pub(crate) critical: bool,
    pub(crate) value: Vec<u8>,
}

impl Ext {
    pub(crate) fn new(oid: &'static str, critical: bool, value: Vec<u8>) -> Self {
        Self { oid, critical, value }
    }

    pub(crate) fn der(&self) -> Vec<u8> {
        let critical = if self.critical { bool_true() } else { Vec::new() };
        seq(&[&oid(self.oid), &critical, &tlv(OCTET_STRING, &self.value)])
    }
}

pub(crate) fn extensions(list: &[Ext]) -> Vec<u8> {
    tlv(SEQUENCE, &list.iter().flat_map(Ext::der).collect::<Vec<_>>())
}

pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    ::der::pem::encode_string(label, ::der::pem::LineEnding::LF, der).unwrap()
}
