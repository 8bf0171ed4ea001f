//! P-256 keys in files: PKCS#8 in PEM, readable by their owner only.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use der::pem::LineEnding;
use zeroize::{Zeroize, Zeroizing};

/// A P-256 key in PEM has about 250 bytes.
const FILE_MAX_BYTES: u64 = 4096;
const PRIVATE_LABEL: &str = "PRIVATE KEY";
const PUBLIC_LABEL: &str = "PUBLIC KEY";

/// A key file cannot be used: for the operator, with the file and what to do.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {problem}")]
pub struct KeyFileError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong.
    #[source]
    pub problem: KeyFileProblem,
}

/// What is wrong with a key file.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileProblem {
    /// It could not be read or written.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// There is a file already; a key is never overwritten.
    #[error("exists already, and a key is never overwritten: choose another name or move it away")]
    Exists,
    /// Others than its owner may read or write it.
    #[error("others may read or write it (mode {mode:03o}): run  chmod 600 {path}")]
    TooOpen {
        /// The file, for the line to run.
        path: String,
        /// Its permissions.
        mode: u32,
    },
    /// A directory, a device or the like.
    #[error("is not an ordinary file")]
    NotAFile,
    /// Not a P-256 key as PKCS#8 in PEM.
    #[error("is not one P-256 private key as PKCS#8 in PEM")]
    NotAKey,
    /// The library could not make a key.
    #[error("no key could be generated")]
    Generation,
}

/// A signing key and the DER it came from, which jsonwebtoken asks for.
pub(crate) struct P256Key {
    pub(crate) pair: EcdsaKeyPair,
    pub(crate) pkcs8: Zeroizing<Vec<u8>>,
}

impl P256Key {
    /// Makes a key and writes it to a file that did not exist. The file and its name are on disk on return.
    pub(crate) fn create(path: &Path) -> Result<Self, KeyFileError> {
        Self::create_inner(path).map_err(|problem| KeyFileError { path: path.to_owned(), problem })
    }

    fn create_inner(path: &Path) -> Result<Self, KeyFileProblem> {
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
            .map_err(|_| KeyFileProblem::Generation)?;
        let key = Self::from_pkcs8(Zeroizing::new(document.as_ref().to_vec()))?;
        let pem = der::pem::encode_string(PRIVATE_LABEL, LineEnding::LF, &key.pkcs8)
            .map(Zeroizing::new)
            .map_err(|_| KeyFileProblem::Generation)?;

        let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        let mut file = opened.map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => KeyFileProblem::Exists,
            _ => KeyFileProblem::Io(error),
        })?;
        file.write_all(pem.as_bytes())?;
        file.sync_all()?;
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        File::open(directory.unwrap_or(Path::new(".")))?.sync_all()?;
        Ok(key)
    }

    /// Reads a key that only its owner may read.
    pub(crate) fn load(path: &Path) -> Result<Self, KeyFileError> {
        Self::load_inner(path).map_err(|problem| KeyFileError { path: path.to_owned(), problem })
    }

    fn load_inner(path: &Path) -> Result<Self, KeyFileProblem> {
        let file = File::open(path)?;
        // Of the opened file, not of the path: nobody can swap it between the look and the reading.
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(KeyFileProblem::NotAFile);
        }
        let mode = metadata.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyFileProblem::TooOpen { path: path.display().to_string(), mode });
        }
        if metadata.size() > FILE_MAX_BYTES {
            return Err(KeyFileProblem::NotAKey);
        }
        // Room for all of it at once, so that no half-filled buffer is left behind unwiped.
        let mut pem = Zeroizing::new(Vec::with_capacity(FILE_MAX_BYTES as usize));
        file.take(FILE_MAX_BYTES).read_to_end(&mut pem)?;
        let (label, mut der) = der::pem::decode_vec(pem.trim_ascii()).map_err(|_| KeyFileProblem::NotAKey)?;
        if label != PRIVATE_LABEL {
            der.zeroize();
            return Err(KeyFileProblem::NotAKey);
        }
        Self::from_pkcs8(Zeroizing::new(der))
    }

    fn from_pkcs8(pkcs8: Zeroizing<Vec<u8>>) -> Result<Self, KeyFileProblem> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pkcs8)
            .map_err(|_| KeyFileProblem::NotAKey)?;
        Ok(Self { pair, pkcs8 })
    }

    /// The public half: SubjectPublicKeyInfo in PEM.
    pub(crate) fn public_pem(&self) -> String {
        let spki = self.pair.public_key().as_der().expect("the public half of a P-256 key can be encoded");
        der::pem::encode_string(PUBLIC_LABEL, LineEnding::LF, spki.as_ref())
            .expect("91 bytes can be encoded as PEM")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_new_key_is_readable_by_its_owner_only_and_loads_again() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key.pem");
        let made = P256Key::create(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(P256Key::load(&path).unwrap().public_pem(), made.public_pem());
    }

    #[test]
    fn a_key_is_never_overwritten() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key.pem");
        fs::write(&path, "something dear").unwrap();
        assert!(matches!(P256Key::create(&path), Err(KeyFileError { problem: KeyFileProblem::Exists, .. })));
        assert_eq!(fs::read(&path).unwrap(), b"something dear");
    }

    #[test]
    fn a_key_that_others_may_read_is_refused_with_the_line_to_run() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key.pem");
        P256Key::create(&path).unwrap();
        for mode in [0o640, 0o604, 0o620, 0o602, 0o666] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let error = P256Key::load(&path).map(|_| ()).unwrap_err().to_string();
            assert!(error.contains(&format!("run  chmod 600 {}", path.display())), "{error}");
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
        assert!(P256Key::load(&path).is_ok());
    }

    #[test]
    fn what_is_no_p256_key_is_refused_and_not_quoted() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key.pem");
        let made = P256Key::create(&path).unwrap();
        let pem = fs::read_to_string(&path).unwrap();
        let p384 = {
            let algorithm = &aws_lc_rs::signature::ECDSA_P384_SHA384_FIXED_SIGNING;
            let document = EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new()).unwrap();
            der::pem::encode_string(PRIVATE_LABEL, LineEnding::LF, document.as_ref()).unwrap()
        };
        let two = pem.repeat(2);
        let cut = pem.replace("\n", "").replace("KEY-----M", "KEY-----\nN");
        let label = pem.replace("PRIVATE KEY", "EC PRIVATE KEY");
        for bad in ["", "secret-canary", &made.public_pem(), &p384, &two, &cut, &label, &"A".repeat(5000)] {
            fs::write(&path, bad).unwrap();
            let error = P256Key::load(&path).map(|_| ()).unwrap_err().to_string();
            assert!(error.ends_with("is not one P-256 private key as PKCS#8 in PEM"), "{error}");
        }
        assert!(matches!(
            P256Key::load(directory.path()),
            Err(KeyFileError { problem: KeyFileProblem::NotAFile, .. })
        ));
    }
}
