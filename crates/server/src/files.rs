//! Files that hold secrets: written once, readable by their owner alone, never overwritten.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use zeroize::Zeroizing;

/// The mode of a file with a secret in it.
pub const SECRET_MODE: u32 = 0o600;

/// Writes a new file with a secret in it and makes it durable.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] if it is there; whatever the system says otherwise.
pub fn write_secret(path: &Path, content: &[u8]) -> io::Result<()> {
    write_new(path, content, SECRET_MODE)
}

/// Writes a new file that everybody may read.
///
/// # Errors
/// As [`write_secret`].
pub fn write_public(path: &Path, content: &[u8]) -> io::Result<()> {
    write_new(path, content, 0o644)
}

fn write_new(path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// Reads a small file with a secret in it.
///
/// # Errors
/// [`io::ErrorKind::PermissionDenied`] if others than its owner can read it.
pub fn read_secret(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    if others_may_read(path)? {
        let problem = format!("others can read it; chmod 600 {}", path.display());
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, problem));
    }
    fs::read(path).map(Zeroizing::new)
}

/// Reads 32 secret bytes, written as 64 hexadecimal digits.
///
/// # Errors
/// As [`read_secret`]; [`io::ErrorKind::InvalidData`] for anything else.
pub fn read_key(path: &Path) -> io::Result<Zeroizing<[u8; 32]>> {
    let text = read_secret(path)?;
    let mut key = Zeroizing::new([0; 32]);
    hex::decode_to_slice(text.trim_ascii(), key.as_mut())
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "expected 64 hexadecimal digits"))?;
    Ok(key)
}

/// Whether anyone but the owner may read or write the file.
///
/// # Errors
/// If the file is not there or cannot be looked at.
pub fn others_may_read(path: &Path) -> io::Result<bool> {
    Ok(fs::metadata(path)?.permissions().mode() & 0o077 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_its_owners_alone_and_is_never_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        write_secret(&path, b"first").unwrap();
        assert!(!others_may_read(&path).unwrap());
        let again = write_secret(&path, b"second").unwrap_err();
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(read_secret(&path).unwrap().as_slice(), b"first");
    }

    #[test]
    fn a_secret_that_others_can_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        write_public(&path, b"x").unwrap();
        assert_eq!(read_secret(&path).unwrap_err().kind(), io::ErrorKind::PermissionDenied);
    }

    #[test]
    fn a_key_is_64_hexadecimal_digits() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        write_secret(&path, format!("{}\n", "07".repeat(32)).as_bytes()).unwrap();
        assert_eq!(*read_key(&path).unwrap(), [7; 32]);
        let short = dir.path().join("short");
        write_secret(&short, b"0707").unwrap();
        assert_eq!(read_key(&short).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
