//! What is looked for: PINs that nobody else has, and the holder's own data from the certificate.

use std::path::Path;

use x509_cert::Certificate;
use x509_cert::der::Decode as _;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

use crate::forms::Form;

/// The PINs of one run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pins {
    /// The known PIN of the reset.
    pub(crate) signature: &'static str,
    /// Typed in its place once.
    pub(crate) wrong_signature: &'static str,
    /// The one that is reset; known PIN of the claim that is refused.
    pub(crate) user: &'static str,
    /// What it becomes.
    pub(crate) new_user: &'static str,
    /// Typed as a new PIN, and not the same when typed again.
    pub(crate) mistyped: [&'static str; 2],
}

impl Pins {
    pub(crate) fn canaries(&self) -> Vec<Canary> {
        let signature =
            [self.signature, self.wrong_signature].map(|pin| Canary::new(pin, Kind::SignaturePin));
        let [first, again] = self.mistyped;
        let user = [self.user, self.new_user, first, again].map(|pin| Canary::new(pin, Kind::UserPin));
        signature.into_iter().chain(user).collect()
    }
}

/// Whether a find may be chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chance {
    /// It cannot.
    None,
    /// It may.
    Possible,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    SignaturePin,
    UserPin,
    Name,
}

/// Something to look for.
#[derive(Clone, Debug)]
pub(crate) struct Canary {
    text: String,
    kind: Kind,
}

/// Bytes to look for.
pub(crate) struct Needle {
    pub(crate) bytes: Vec<u8>,
    /// Counts only between characters that are no letters and no digits.
    pub(crate) whole_word: bool,
}

/// P2 and Lc of VERIFY, CHANGE REFERENCE DATA and RESET RETRY COUNTER for a PIN of four digits.
const TAIL_OF_COMMAND: [u8; 2] = [0x80, 0x04];

impl Canary {
    fn new(text: &str, kind: Kind) -> Self {
        Self { text: text.to_owned(), kind }
    }

    /// A string of the holder's.
    pub(crate) fn name(text: &str) -> Self {
        Self::new(text, Kind::Name)
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) const fn chance(&self) -> Chance {
        match self.kind {
            Kind::SignaturePin | Kind::Name => Chance::None,
            Kind::UserPin => Chance::Possible,
        }
    }

    fn command(&self) -> Vec<u8> {
        [&TAIL_OF_COMMAND, self.text.as_bytes()].concat()
    }

    /// What to look for in order to find it in this form.
    pub(crate) fn needles(&self, form: Form) -> Vec<Needle> {
        let needles = |bytes: &[u8]| {
            let needle = |bytes| Needle { bytes, whole_word: false };
            form.needles(bytes).into_iter().map(needle).collect::<Vec<_>>()
        };
        if self.kind != Kind::UserPin {
            return needles(self.text.as_bytes());
        }
        let alone = form.written(self.text.as_bytes()).into_iter();
        let mut all: Vec<_> = alone.map(|bytes| Needle { bytes, whole_word: true }).collect();
        all.extend(needles(&self.command()));
        all
    }

    /// The same as somebody's mistake would leave it, made without what the search is made of: in this form, with
    /// `before` bytes in front of it that belong to it. Nothing if the form does not differ from the plain one.
    pub(crate) fn planted(&self, form: Form, before: usize) -> Option<Vec<u8>> {
        let own = match self.kind {
            Kind::UserPin if before > 0 => self.command(),
            _ => self.text.as_bytes().to_vec(),
        };
        form.written(&own)?;
        match (self.kind, before) {
            (Kind::UserPin, 0) => form.written(&own),
            _ if form == Form::EscapedInJson => form.written(&own),
            _ => form.written(&[&b"{}{"[..before], &own, b"~tail"].concat()),
        }
    }
}

/// Shorter strings are found anywhere: the sex is one digit.
const SHORTEST: usize = 4;

/// The strings of the holder's that stand in the signature certificate of a card: where the holder lives and the number in
/// the subject; name, its parts, address and birth date in the other names. Without the flags for substituted characters,
/// which are zeros for everybody.
pub(crate) fn names(card: &Path) -> Vec<String> {
    let stored: serde_json::Value = serde_json::from_slice(&std::fs::read(card).unwrap()).unwrap();
    let der = hex::decode(stored["signature"]["certificate"].as_str().unwrap()).unwrap();
    let certificate = Certificate::from_der(&der).unwrap();
    let certificate = certificate.tbs_certificate();
    let mut values: Vec<Vec<u8>> = Vec::new();
    for name in certificate.subject().iter_rdn() {
        values.extend(name.iter().map(|part| part.value.value().to_vec()));
    }
    let (_, others): (bool, SubjectAltName) = certificate.get_extension().unwrap().unwrap();
    for other in others.0 {
        if let GeneralName::OtherName(other) = other {
            values.push(other.value.value().to_vec());
        }
    }
    let mut names: Vec<String> = values.into_iter().map(|value| String::from_utf8(value).unwrap()).collect();
    let parts: Vec<_> = names
        .iter()
        .filter(|name| name.contains('　'))
        .flat_map(|name| name.split('　'))
        .map(str::to_owned)
        .collect();
    names.extend(parts);
    names.retain(|name| name.len() >= SHORTEST && name.chars().any(|letter| letter != '0'));
    names
}
