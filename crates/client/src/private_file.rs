//! Files that only their owner may read, and that are whole or absent after a crash.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// Why a private file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum PrivateFileError {
    /// The operating system refused.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others than the owner may read or write it.
    #[error("{path}: others may read it; its mode must be 0600 (chmod 600)")]
    TooOpen {
        /// The file.
        path: PathBuf,
    },
    /// It is larger than such a file can be.
    #[error("{path}: larger than {limit} bytes")]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Largest size in bytes.
        limit: u64,
    },
}

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> PrivateFileError {
    let path = path.to_owned();
    |source| PrivateFileError::Io { path, source }
}

/// Makes the directory with mode 0700, and its parents, unless it exists.
///
/// # Errors
/// [`PrivateFileError::Io`].
pub fn make_dir(dir: &Path) -> Result<(), PrivateFileError> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(io_error(dir))
}

/// Reads a private file of at most `limit` bytes; nothing if there is none. The buffer wipes itself.
///
/// # Errors
/// [`PrivateFileError`]; a file that others may read is refused, since it may already be known.
pub fn read(path: &Path, limit: u64) -> Result<Option<Zeroizing<Vec<u8>>>, PrivateFileError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io_error(path)(error)),
    };
    let metadata = file.metadata().map_err(io_error(path))?;
    if metadata.mode() & 0o077 != 0 {
        return Err(PrivateFileError::TooOpen { path: path.to_owned() });
    }
    if metadata.len() > limit {
        return Err(PrivateFileError::TooLarge { path: path.to_owned(), limit });
    }
    // The capacity holds the whole file at once, so that no half-read copy is left behind by growing.
    let capacity = usize::try_from(metadata.len()).unwrap_or_default() + 1;
    let mut bytes = Zeroizing::new(Vec::with_capacity(capacity));
    file.take(limit).read_to_end(&mut bytes).map_err(io_error(path))?;
    Ok(Some(bytes))
}

/// Writes the file with mode 0600 so that after a crash either the old or the new content is there, whole.
///
/// # Errors
/// [`PrivateFileError::Io`]; the old content then still stands.
pub fn write(path: &Path, content: &[u8]) -> Result<(), PrivateFileError> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let new = path.with_file_name(name);
    let result = write_and_rename(&new, path, content);
    if result.is_err() {
        // Best effort: a left-over is overwritten by the next write.
        let _ = fs::remove_file(&new);
    }
    result.map_err(io_error(path))
}

fn write_and_rename(new: &Path, path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(new)?;
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(new, path)?;
    sync_dir_of(path)
}

/// Makes a rename or a creation in the file's directory durable.
///
/// # Errors
/// The operating system's.
pub fn sync_dir_of(path: &Path) -> io::Result<()> {
    let dir = match path.parent() {
        Some(dir) if !dir.as_os_str().is_empty() => dir,
        _ => Path::new("."),
    };
    File::open(dir)?.sync_all()
}

/// Removes the file durably; nothing happens if there is none.
///
/// # Errors
/// [`PrivateFileError::Io`].
pub fn remove(path: &Path) -> Result<(), PrivateFileError> {
    match fs::remove_file(path) {
        Ok(()) => sync_dir_of(path).map_err(io_error(path)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(io_error(path)(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn what_was_written_is_read_and_only_the_owner_may() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("state");
        assert!(read(&path, 100).unwrap().is_none());
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(read(&path, 100).unwrap().unwrap().as_slice(), b"two");
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        remove(&path).unwrap();
        remove(&path).unwrap();
        assert!(read(&path, 100).unwrap().is_none());
    }

    #[test]
    fn a_file_that_others_may_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        write(&path, b"secret").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(read(&path, 100), Err(PrivateFileError::TooOpen { .. })));
    }

    #[test]
    fn a_file_larger_than_its_kind_can_be_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        write(&path, &[7; 101]).unwrap();
        assert!(matches!(read(&path, 100), Err(PrivateFileError::TooLarge { .. })));
    }

    #[test]
    fn a_left_over_of_a_crash_in_mid_write_does_no_harm() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("state");
        write(&path, b"old").unwrap();
        fs::write(dir.path().join("state.new"), b"ha").unwrap();
        assert_eq!(read(&path, 100).unwrap().unwrap().as_slice(), b"old");
        write(&path, b"new").unwrap();
        assert_eq!(read(&path, 100).unwrap().unwrap().as_slice(), b"new");
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    }
}
