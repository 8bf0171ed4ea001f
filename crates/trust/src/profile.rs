//! The profile a holder's certificate must have for its purpose (card facts §5.2), exactly.

use der::asn1::ObjectIdentifier;
use der::oid::AssociatedOid;
use reservation::PinKind;
use reservation::pin::BirthDate;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{
    BasicConstraints, CertificatePolicies, ExtendedKeyUsage, KeyUsage, KeyUsages, SubjectAltName,
};

use crate::certificate::NotProved;
use crate::policy::Policies;
use crate::x509;

const CLIENT_AUTH: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2");
/// otherName that carries the birth date as `EYYYYMMDD` (card facts §5.2).
const BIRTH_DATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.392.200149.8.5.5.4");

/// The critical extensions we understand; any other refuses the certificate (RFC 5280 §4.2).
const UNDERSTOOD: [ObjectIdentifier; 5] = [
    KeyUsage::OID,
    BasicConstraints::OID,
    CertificatePolicies::OID,
    ExtendedKeyUsage::OID,
    SubjectAltName::OID,
];

/// No duplicate, and nothing critical that we do not understand.
pub(crate) fn check_extensions(extensions: &[Extension]) -> Result<(), NotProved> {
    if x509::has_duplicate(extensions) {
        return Err(NotProved::DuplicateExtension);
    }
    let stranger = |extension: &Extension| extension.critical && !UNDERSTOOD.contains(&extension.extn_id);
    if extensions.iter().any(stranger) { Err(NotProved::UnknownCriticalExtension) } else { Ok(()) }
}

/// The profile of `kind`, whose authority has signed these extensions.
pub(crate) fn check(kind: PinKind, extensions: &[Extension], policies: &Policies) -> Result<(), NotProved> {
    let constraints = decode::<BasicConstraints>(extensions)?;
    if constraints.is_some_and(|constraints| constraints.ca) {
        return Err(NotProved::Authority);
    }
    check_policy(kind, extensions, policies)?;
    check_key_usage(kind, extensions)?;
    check_extended_key_usage(kind, extensions)
}

fn check_policy(kind: PinKind, extensions: &[Extension], policies: &Policies) -> Result<(), NotProved> {
    let stated = decode::<CertificatePolicies>(extensions)?.ok_or(NotProved::Policy)?;
    let all_in = |allowed: &[ObjectIdentifier]| {
        !stated.0.is_empty() && stated.0.iter().all(|policy| allowed.contains(&policy.policy_identifier))
    };
    if all_in(policies.of(kind)) {
        Ok(())
    } else if all_in(policies.of(kind.other())) {
        Err(NotProved::WrongPurpose)
    } else {
        Err(NotProved::Policy)
    }
}

fn check_key_usage(kind: PinKind, extensions: &[Extension]) -> Result<(), NotProved> {
    let expected = match kind {
        PinKind::Signature => KeyUsages::DigitalSignature | KeyUsages::NonRepudiation,
        PinKind::User => KeyUsages::DigitalSignature.into(),
    };
    let stated = decode::<KeyUsage>(extensions)?.ok_or(NotProved::KeyUsage)?;
    if stated.0 == expected { Ok(()) } else { Err(NotProved::KeyUsage) }
}

fn check_extended_key_usage(kind: PinKind, extensions: &[Extension]) -> Result<(), NotProved> {
    let stated = decode::<ExtendedKeyUsage>(extensions)?;
    let fits = match kind {
        PinKind::User => stated.is_some_and(|usages| usages.0.contains(&CLIENT_AUTH)),
        // The profile has none, and none that exists would cover our statements.
        PinKind::Signature => stated.is_none(),
    };
    if fits { Ok(()) } else { Err(NotProved::ExtendedKeyUsage) }
}

/// The birth date that subjectAltName tells, if it tells a whole one.
pub(crate) fn birth_date(extensions: &[Extension]) -> Option<BirthDate> {
    let names = decode::<SubjectAltName>(extensions).ok()??;
    let value = names.0.iter().find_map(|name| match name {
        GeneralName::OtherName(other) if other.type_id == BIRTH_DATE => Some(&other.value),
        _ => None,
    })?;
    parse_birth_date(value.decode_as::<der::asn1::Utf8StringRef<'_>>().ok()?.as_str())
}

/// `EYYYYMMDD`: an era digit, then the Gregorian date. Unknown parts are written as zeros.
fn parse_birth_date(text: &str) -> Option<BirthDate> {
    let bytes = text.as_bytes();
    if bytes.len() != 9 || !bytes.iter().all(u8::is_ascii_digit) || bytes[0] > b'5' {
        return None;
    }
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<u16>().ok();
    let year = number(1, 5)?;
    let month = u8::try_from(number(5, 7)?).ok()?;
    let day = u8::try_from(number(7, 9)?).ok()?;
    // The calendar knows how long each month is, leap years included.
    let whole = time::Month::try_from(month).ok().is_some_and(|month| {
        year != 0 && time::Date::from_calendar_date(i32::from(year), month, day).is_ok()
    });
    whole.then_some(BirthDate { year, month, day })
}

fn decode<'a, T>(extensions: &'a [Extension]) -> Result<Option<T>, NotProved>
where
    T: AssociatedOid + der::Decode<'a, Error = der::Error>,
{
    x509::extension::<T>(extensions, T::OID).map_err(|_| NotProved::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_birth_date_is_read_in_every_era() {
        for (text, year, month, day) in [
            ("319800217", 1980, 2, 17),
            ("520190501", 2019, 5, 1),
            ("119120729", 1912, 7, 29),
            ("020000229", 2000, 2, 29),
        ] {
            assert!(parse_birth_date(text) == Some(BirthDate { year, month, day }), "{text}");
        }
    }

    #[test]
    fn a_partial_or_impossible_birth_date_is_none() {
        for text in [
            "319800200",
            "319800017",
            "319800000",
            "300000217",
            "000000000",
            "319810229",
            "319801301",
            "919800217",
            "31980021",
            "3198002170",
            "",
            "３19800217",
            "3 9800217",
            "319800432",
            "-19800217",
            "3+9800217",
        ] {
            assert!(parse_birth_date(text).is_none(), "{text}");
        }
    }
}
