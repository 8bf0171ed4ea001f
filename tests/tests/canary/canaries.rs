//! What is looked for: PINs and printed codes that nobody else has, and the holder's own data from certificate and chip.

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
    /// What the signature PIN is reset to; known PIN of the second reset.
    pub(crate) new_signature: &'static str,
    /// Typed as a new signature PIN, and not the same when typed again.
    pub(crate) mistyped_signature: [&'static str; 2],
    /// The one that is reset second; known PIN of the first reset, and of a claim that is refused.
    pub(crate) user: &'static str,
    /// What it becomes.
    pub(crate) new_user: &'static str,
    /// Typed as a new user PIN, and not the same when typed again.
    pub(crate) mistyped: [&'static str; 2],
    /// The security code (セキュリティコード) on the card's front.
    pub(crate) security_code: &'static str,
    /// Typed in its place once.
    pub(crate) wrong_security_code: &'static str,
}

impl Pins {
    pub(crate) fn canaries(&self) -> Vec<Canary> {
        let [first, again] = self.mistyped_signature;
        let signature = [self.signature, self.wrong_signature, self.new_signature, first, again]
            .map(|pin| Canary::new(pin, Kind::SignaturePin));
        let [first, again] = self.mistyped;
        let user = [self.user, self.new_user, first, again].map(|pin| Canary::new(pin, Kind::UserPin));
        signature.into_iter().chain(user).collect()
    }

    /// Security codes, and each 照合番号B made of one; both begin with the birth date, as `birth` has it.
    pub(crate) fn codes(&self, birth: &str) -> Vec<Canary> {
        let codes = [self.security_code, self.wrong_security_code];
        let alone = codes.map(|code| Canary::new(code, Kind::Digits));
        let whole = codes.map(|code| Canary::new(&format!("{birth}{EXPIRES}{code}"), Kind::Name));
        alone.into_iter().chain(whole).chain([Canary::new(birth, Kind::Digits)]).collect()
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
    /// Digits of the card's front, too few to be found by chance nowhere.
    Digits,
    Name,
    /// A piece of a picture, or of what is made of one.
    Picture,
}

/// The year in which the card expires.
const EXPIRES: &str = "2035";

/// Something to look for.
#[derive(Clone, Debug)]
pub(crate) struct Canary {
    /// What it is called: itself, if it is text.
    text: String,
    bytes: Vec<u8>,
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
        Self { text: text.to_owned(), bytes: text.as_bytes().to_vec(), kind }
    }

    /// A piece of a picture of this name.
    pub(crate) fn picture(name: &str, piece: Vec<u8>) -> Self {
        Self { text: name.to_owned(), bytes: piece, kind: Kind::Picture }
    }

    /// Whether the card itself may know it: whatever is about its holder, and no PIN.
    pub(crate) const fn is_about_the_holder(&self) -> bool {
        matches!(self.kind, Kind::Digits | Kind::Name | Kind::Picture)
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
            Kind::SignaturePin | Kind::Name | Kind::Picture => Chance::None,
            Kind::UserPin | Kind::Digits => Chance::Possible,
        }
    }

    fn command(&self) -> Vec<u8> {
        [&TAIL_OF_COMMAND, self.bytes.as_slice()].concat()
    }

    /// What to look for in order to find it in this form.
    pub(crate) fn needles(&self, form: Form) -> Vec<Needle> {
        let needles = |bytes: &[u8]| {
            let needle = |bytes| Needle { bytes, whole_word: false };
            form.needles(bytes).into_iter().map(needle).collect::<Vec<_>>()
        };
        if self.chance() == Chance::None {
            return needles(&self.bytes);
        }
        let alone = form.written(&self.bytes).into_iter();
        let mut all: Vec<_> = alone.map(|bytes| Needle { bytes, whole_word: true }).collect();
        if self.kind == Kind::UserPin {
            all.extend(needles(&self.command()));
        }
        all
    }

    /// The same as somebody's mistake would leave it, made without what the search is made of: in this form, with
    /// `before` bytes in front of it that belong to it. Nothing if the form does not differ from the plain one.
    pub(crate) fn planted(&self, form: Form, before: usize) -> Option<Vec<u8>> {
        let own = match self.kind {
            Kind::UserPin if before > 0 => self.command(),
            // Never at some place in a longer text: six digits are a part of anything.
            Kind::Digits if before > 0 => return None,
            _ => self.bytes.clone(),
        };
        form.written(&own)?;
        match (self.kind, before) {
            (Kind::UserPin | Kind::Digits, 0) => form.written(&own),
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
