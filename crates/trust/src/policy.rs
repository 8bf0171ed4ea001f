//! Which certificate policies stand for which purpose.

use der::asn1::ObjectIdentifier;
use reservation::PinKind;

/// The published policy of 署名用 certificates (card facts §5.2).
const SIGNATURE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.392.200149.8.5.1.1.20");
/// The published policy of 利用者証明用 certificates (card facts §5.2).
const USER: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.392.200149.8.5.1.3.30");

/// Why policies were not accepted as settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// Not an object identifier in dotted form.
    #[error("\"{0}\" is not an object identifier such as 1.2.392.200149.8.5.1.3.30")]
    NotAnOid(String),
    /// A purpose without any policy would accept no certificate.
    #[error("there is no policy for {0} certificates")]
    None(PinKind),
    /// One policy for both purposes would let either certificate stand for the other.
    #[error("the policy {0} stands for both purposes")]
    Shared(ObjectIdentifier),
}

/// The allow-list of policies, per purpose. The default is the published pair, which the *simulated* authority of
/// `virtual-card` uses too; the test hierarchy of J-LIS has others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policies {
    signature: Vec<ObjectIdentifier>,
    user: Vec<ObjectIdentifier>,
}

impl Default for Policies {
    fn default() -> Self {
        Self { signature: vec![SIGNATURE], user: vec![USER] }
    }
}

impl Policies {
    /// An allow-list of one's own, in dotted form.
    ///
    /// # Errors
    /// [`PolicyError`] names what to change in the settings.
    pub fn new(signature: &[&str], user: &[&str]) -> Result<Self, PolicyError> {
        let parse = |kind, texts: &[&str]| {
            if texts.is_empty() {
                return Err(PolicyError::None(kind));
            }
            texts
                .iter()
                .map(|text| {
                    ObjectIdentifier::new(text).map_err(|_| PolicyError::NotAnOid((*text).to_owned()))
                })
                .collect::<Result<Vec<_>, _>>()
        };
        let policies =
            Self { signature: parse(PinKind::Signature, signature)?, user: parse(PinKind::User, user)? };
        match policies.signature.iter().find(|oid| policies.user.contains(oid)) {
            Some(shared) => Err(PolicyError::Shared(*shared)),
            None => Ok(policies),
        }
    }

    pub(crate) fn of(&self, kind: PinKind) -> &[ObjectIdentifier] {
        match kind {
            PinKind::Signature => &self.signature,
            PinKind::User => &self.user,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_would_mix_the_purposes_are_refused() {
        assert!(matches!(Policies::new(&["1.2.3"], &["1.2.4", "1.2.3"]), Err(PolicyError::Shared(_))));
        assert_eq!(Policies::new(&[], &["1.2.3"]), Err(PolicyError::None(PinKind::Signature)));
        assert_eq!(Policies::new(&["1.2.3"], &[]), Err(PolicyError::None(PinKind::User)));
        assert_eq!(Policies::new(&["x"], &["1.2.3"]), Err(PolicyError::NotAnOid("x".to_owned())));
        assert!(Policies::new(&["1.2.3"], &["1.2.4"]).is_ok());
    }
}
