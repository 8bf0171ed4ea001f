//! The root key that every record's key is derived from, and the file it lives in, outside the store.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{Context, SHA256};
use aws_lc_rs::rand;
use secret::SecretKey32;
use zeroize::Zeroizing;

/// The file's only line: this, then the key in hexadecimal.
const LABEL: &str = "jpki-reset ledger key 1: ";
const FILE_MAX_BYTES: u64 = 256;

/// Which root key: a digest of it, so that no two keys can be given one name by mistake.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; Self::LEN]);

impl KeyId {
    /// Length in bytes.
    pub const LEN: usize = 8;

    pub(super) const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// Its bytes, as they stand before sealed records.
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// A root key and its name.
#[derive(Debug)]
pub struct RootKey {
    id: KeyId,
    key: SecretKey32,
}

/// Why a key file was not made or read.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file system refused.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others than the owner may read or write it.
    #[error("{path} may be read or written by others (mode {mode:03o}): chmod 600 it, and rotate the key")]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Not a key file of this program.
    #[error("{path} holds no ledger key")]
    Content {
        /// The file.
        path: PathBuf,
    },
}

impl RootKey {
    /// Gives a key its name.
    pub fn new(key: SecretKey32) -> Self {
        let mut digest = Context::new(&SHA256);
        digest.update(b"jpki-reset ledger key id");
        // EXPOSE: its digest names it; 64 bits of a digest of 256 random bits tell nothing of them.
        digest.update(key.expose());
        let mut id = [0; KeyId::LEN];
        id.copy_from_slice(&digest.finish().as_ref()[..KeyId::LEN]);
        Self { id: KeyId(id), key }
    }

    /// Draws a new key.
    pub fn random() -> Self {
        let drawn = SecretKey32::fill(|bytes| rand::fill(bytes));
        Self::new(drawn.expect("the system's random source works, or nothing here is safe"))
    }

    /// Draws a new key and writes it to a file that must not exist yet, with mode 0600.
    ///
    /// # Errors
    /// [`KeyFileError::Io`].
    pub fn create(path: &Path) -> Result<Self, KeyFileError> {
        let key = Self::random();
        key.write(path).map_err(|source| KeyFileError::Io { path: path.to_owned(), source })?;
        Ok(key)
    }

    fn write(&self, path: &Path) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        // EXPOSE: this is the file the key lives in.
        let text = Zeroizing::new(hex::encode(self.key.expose()));
        for part in [LABEL, &text, "\n"] {
            file.write_all(part.as_bytes())?;
        }
        file.sync_all()
    }

    /// Reads a key file.
    ///
    /// # Errors
    /// [`KeyFileError`] says what to do.
    pub fn load(path: &Path) -> Result<Self, KeyFileError> {
        let io = |source| KeyFileError::Io { path: path.to_owned(), source };
        let file = File::open(path).map_err(io)?;
        let mode = file.metadata().map_err(io)?.mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyFileError::Exposed { path: path.to_owned(), mode });
        }
        let mut text = Zeroizing::new(Vec::with_capacity(FILE_MAX_BYTES as usize));
        file.take(FILE_MAX_BYTES).read_to_end(&mut text).map_err(io)?;
        parse(&text).ok_or_else(|| KeyFileError::Content { path: path.to_owned() })
    }

    /// Which.
    pub const fn id(&self) -> KeyId {
        self.id
    }

    pub(super) fn expose(&self) -> &[u8; 32] {
        // EXPOSE: handed on to the derivation of record keys, the only caller.
        self.key.expose()
    }
}

fn parse(text: &[u8]) -> Option<RootKey> {
    let digits = text.strip_prefix(LABEL.as_bytes())?.strip_suffix(b"\n")?;
    SecretKey32::fill(|bytes| hex::decode_to_slice(digits, bytes)).ok().map(RootKey::new)
}
