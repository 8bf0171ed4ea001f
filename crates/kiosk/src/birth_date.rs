//! The birth date in a signature certificate, so that it is not taken as the new user PIN.
//!
//! It stands in the subject alternative name as an other name, `1.2.392.200149.8.5.5.4`: `EYYYYMMDD`, a digit for the
//! era and a Gregorian date (card facts §5.2). It is read when the server has accepted the certificate, looked at
//! once, and not kept.

use reservation::pin::BirthDate;
use x509_parser::der_parser::asn1_rs::{FromDer as _, Oid, Tag};
use x509_parser::der_parser::der::parse_der;
use x509_parser::der_parser::oid;
use x509_parser::prelude::{GeneralName, X509Certificate};

const BIRTH_DATE: Oid<'static> = oid!(1.2.392.200149.8.5.5.4);

/// The holder's birth date, if the certificate tells a whole one; partial and unknown dates exist.
pub fn of_certificate(der: &[u8]) -> Option<BirthDate> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let names = certificate.subject_alternative_name().ok()??;
    names.value.general_names.iter().find_map(|name| match name {
        GeneralName::OtherName(kind, value) if *kind == BIRTH_DATE => parse(text(value)?),
        _ => None,
    })
}

/// The string inside `[0] EXPLICIT`, whether or not the parser has taken that off.
fn text(value: &[u8]) -> Option<&str> {
    let (_, object) = parse_der(value).ok()?;
    if object.header.tag() == Tag::Utf8String {
        return object.as_str().ok();
    }
    let (_, inner) = parse_der(object.as_slice().ok()?).ok()?;
    inner.as_str().ok()
}

fn parse(text: &str) -> Option<BirthDate> {
    let digits = text.as_bytes();
    if digits.len() != 9 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let (year, month, day) = (text[1..5].parse().ok()?, text[5..7].parse().ok()?, text[7..9].parse().ok()?);
    ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some(BirthDate { year, month, day })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn era_digit_and_gregorian_date_are_told_apart() {
        assert_eq!(parse("319800217"), Some(BirthDate { year: 1980, month: 2, day: 17 }));
        assert_eq!(parse("520190501"), Some(BirthDate { year: 2019, month: 5, day: 1 }));
    }

    #[test]
    fn partial_and_unknown_dates_are_no_dates() {
        for text in
            ["", "019800000", "319801317", "319800232", "3198002１7", "31980021", "3198002177", "-19800217"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_certificate_tells_nothing() {
        for bytes in [&b""[..], b"garbage", &[0x30, 0x82, 0xff, 0xff]] {
            assert_eq!(of_certificate(bytes), None);
        }
    }
}
