//! The *simulated* issuer: certification authorities, cards, revocation lists and the card register.
//!
//! Everything lies in one folder ([`layout::Layout`]). Writers exclude each other by a lock file.

mod ca;
mod certificate;
mod crl;
mod cv;
mod holder;
mod key;
pub mod layout;
mod names;
mod order;
mod printed;
mod profile;
pub mod register;
mod surface;

use aws_lc_rs::rand;
use der::{Decode as _, Encode as _};
use reservation::pin::PinKind;
use time::OffsetDateTime;
use x509_cert::Certificate;
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, CrlReason};
use x509_cert::serial_number::SerialNumber;

pub use ca::Generation;
pub use crl::{CRL_LIFE, Revocation};
pub use holder::{DEFAULT_ADDRESS, DEFAULT_BIRTH_DATE, DEFAULT_NAME};
pub use order::CardOrder;
pub use printed::{BadPrintedCode, Printed, PrintedCode, Sex};

use crate::card_file::{CardFile, NewCard, NewKey};
use crate::files::{self, FileError, Lock, Readers};
use crate::picture::PictureError;
use ca::Ca;
use certificate::{Fields, random_serial};
use cv::Municipality;
use holder::Validity;
use key::RsaKey;
use layout::{CardName, Layout};
use register::{Register, RegisteredCard, RegisteredCertificate};

/// The issuer could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum IssuerError {
    /// There is a card of that name: choose another name or another folder.
    #[error("there is a card named {0} already")]
    CardExists(CardName),
    /// There is no card of that name.
    #[error("there is no card named {0}")]
    NoSuchCard(CardName),
    /// The card has no certificate of that kind.
    #[error("the card has no {0} certificate")]
    NoCertificate(PinKind),
    /// A date lies outside what the issuer's own certificates cover, or what a card can print.
    #[error("the dates lie outside the validity of the simulated issuer")]
    OutOfRange,
    /// The portrait has more bytes than a card's file holds.
    #[error("the portrait has too many bytes for a card")]
    PortraitTooLarge,
    /// The pictures for the chip could not be made.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// A file could not be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// A structure could not be encoded; a fault of this program.
    #[error("a certificate could not be encoded: {0}")]
    Encoding(#[from] der::Error),
    /// The cryptographic library failed.
    #[error("the cryptographic library failed")]
    Crypto,
}

/// The issuer of one folder.
pub struct Issuer {
    layout: Layout,
    authorities: Vec<Ca>,
    municipality: Municipality,
    _lock: Lock,
}

impl Issuer {
    /// Opens the issuer, and sets it up where the folder has none: four CAs, their empty revocation lists, the
    /// surface application's root and municipality, an empty register. Waits for another process that works on the same folder.
    ///
    /// # Errors
    /// [`IssuerError::File`] or [`IssuerError::Crypto`].
    pub fn open(layout: Layout, now: OffsetDateTime) -> Result<Self, IssuerError> {
        layout.make_folders()?;
        let lock = Lock::wait(&layout.issuer_lock())?;
        let mut authorities = Vec::with_capacity(4);
        for kind in PinKind::ALL {
            for generation in Generation::ALL {
                authorities.push(match Ca::load(&layout, kind, generation)? {
                    Some(ca) => ca,
                    None => Ca::create(&layout, kind, generation, now)?,
                });
            }
        }
        for ca in &authorities {
            if files::read_if_there(&layout.crl(ca.kind, ca.generation))?.is_none() {
                crl::publish(&layout, ca, None, now)?;
            }
        }
        let municipality = Municipality::open(&layout)?;
        let issuer = Self { layout, authorities, municipality, _lock: lock };
        if files::read_if_there(&issuer.layout.register())?.is_none() {
            issuer.write_register(&Register::default())?;
        }
        Ok(issuer)
    }

    /// Makes a card, enters it in the register and writes its file. Tells what is printed on it.
    ///
    /// # Errors
    /// [`IssuerError::CardExists`], [`IssuerError::OutOfRange`], or as [`Issuer::open`].
    pub fn issue(&self, order: &CardOrder) -> Result<Printed, IssuerError> {
        let path = self.layout.card(&order.name);
        if files::read_if_there(&path)?.is_some() {
            return Err(IssuerError::CardExists(order.name.clone()));
        }
        let validity = Validity::of_card(order.issued, order.birth_date);
        let printed = order.printed();
        let key = |kind| self.make_key(kind, order.generation, &printed, &validity);
        let (user, registered_user) = key(PinKind::User)?;
        let signature = order.with_signature.then(|| key(PinKind::Signature)).transpose()?;
        let (signature, registered_signature) = signature.unzip();
        let (surface, surface_key) = surface::make(&printed, &order.portrait, &self.municipality)?;
        let mut identity = vec![0; 16];
        rand::fill(&mut identity).map_err(|_| IssuerError::Crypto)?;

        // The register first: a crash in between leaves an entry without a card, which is harmless; a card that the
        // register does not know would be refused everywhere.
        let mut register = self.read_register()?;
        register.cards.push(RegisteredCard {
            identity,
            user: Some(registered_user),
            signature: registered_signature,
            surface_key: Some(surface_key.spki()?.to_der()?),
        });
        self.write_register(&register)?;
        CardFile::create(
            &path,
            NewCard {
                token: order.token,
                code_b: printed.code_b()?,
                birth_six: printed.birth_six()?,
                printed: printed.clone(),
                user,
                signature,
                surface,
                authority: order.authority.clone(),
            },
        )?;
        Ok(printed)
    }

    /// Puts a card's certificate on its revocation list.
    ///
    /// # Errors
    /// [`IssuerError::NoSuchCard`], [`IssuerError::NoCertificate`], or as [`Issuer::open`].
    pub fn revoke(
        &self,
        card: &CardName,
        kind: PinKind,
        now: OffsetDateTime,
    ) -> Result<Revocation, IssuerError> {
        let path = self.layout.card(card);
        if files::read_if_there(&path)?.is_none() {
            return Err(IssuerError::NoSuchCard(card.clone()));
        }
        let der = CardFile::certificate(&path, kind)?.ok_or(IssuerError::NoCertificate(kind))?;
        let damaged = || FileError::damaged(&path, "a certificate of the card is not ours");
        let certificate = Certificate::from_der(&der).map_err(|_| damaged())?;
        let (key_id, serial) = issuer_and_serial(&certificate).ok_or_else(damaged)?;
        let ca =
            self.authorities.iter().find(|ca| ca.kind == kind && ca.key_id == key_id).ok_or_else(damaged)?;
        // A signature certificate usually dies of a changed name or address, an authentication certificate of the
        // holder's own request (card facts §5.5).
        let reason = match kind {
            PinKind::Signature => CrlReason::AffiliationChanged,
            PinKind::User => CrlReason::CessationOfOperation,
        };
        crl::publish(&self.layout, ca, Some((&serial, reason)), now)
    }

    /// Makes all revocation lists anew with the same entries, before they go stale.
    ///
    /// # Errors
    /// As [`Issuer::open`].
    pub fn refresh_crls(&self, now: OffsetDateTime) -> Result<(), IssuerError> {
        self.authorities.iter().try_for_each(|ca| crl::publish(&self.layout, ca, None, now).map(drop))
    }

    fn make_key(
        &self,
        kind: PinKind,
        generation: Generation,
        printed: &Printed,
        validity: &Validity,
    ) -> Result<(NewKey, RegisteredCertificate), IssuerError> {
        let ca = self
            .authorities
            .iter()
            .find(|ca| ca.kind == kind && ca.generation == generation)
            .expect("open made one for each kind and generation");
        if !ca.covers(validity) {
            return Err(IssuerError::OutOfRange);
        }
        let key = RsaKey::generate()?;
        let spki = key.spki()?;
        let serial = random_serial()?;
        let registered = RegisteredCertificate {
            issuer_key_id: ca.key_id.clone(),
            serial: serial.as_bytes().to_vec(),
            spki: spki.to_der()?,
            not_before: validity.not_before,
            not_after: validity.not_after,
        };
        let issuer = ca.as_issuer();
        let signed = Fields {
            serial,
            issuer: issuer.name.clone(),
            subject: names::subject(kind, &opaque_id()?)?,
            validity: *validity,
            spki,
            extensions: profile::holder(kind, printed, &key.key_id()?, &issuer)?,
        }
        .sign(&ca.key)?;
        let new = NewKey {
            private_key: key.to_pkcs8()?,
            certificate: signed.to_der()?,
            ca_certificate: ca.certificate_der()?,
        };
        Ok((new, registered))
    }

    fn read_register(&self) -> Result<Register, IssuerError> {
        let path = self.layout.register();
        let register: Register = serde_json::from_slice(&files::read(&path)?)
            .map_err(|_| FileError::damaged(&path, "not a card register"))?;
        if register.version != register::VERSION {
            return Err(FileError::damaged(&path, "a register of another version").into());
        }
        Ok(register)
    }

    fn write_register(&self, register: &Register) -> Result<(), IssuerError> {
        let json = serde_json::to_vec_pretty(register).expect("a register has only strings as keys");
        Ok(files::replace(&self.layout.register(), &json, Readers::Everyone)?)
    }
}

/// 22 characters that say nothing, as the real certificates have in their common name.
fn opaque_id() -> Result<String, IssuerError> {
    let mut random = [0; 22];
    rand::fill(&mut random).map_err(|_| IssuerError::Crypto)?;
    // 36 does not divide 256; the slight unevenness does no harm to a name.
    let alphabet = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    Ok(random.iter().map(|byte| char::from(alphabet[usize::from(*byte) % alphabet.len()])).collect())
}

fn issuer_and_serial(certificate: &Certificate) -> Option<(Vec<u8>, SerialNumber)> {
    let tbs = certificate.tbs_certificate();
    let (_, authority): (_, AuthorityKeyIdentifier) = tbs.get_extension().ok()??;
    Some((authority.key_identifier?.into_bytes().into_vec(), tbs.serial_number().clone()))
}
