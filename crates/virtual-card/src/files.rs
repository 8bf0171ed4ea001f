//! Files that are replaced whole and survive a crash: write beside, flush, rename, flush the folder.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// A file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Reading, writing or locking failed.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The content is not what this program writes.
    #[error("{path}: {what}", path = path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
    /// Another process works on it.
    #[error("{path} is in use by another process", path = path.display())]
    InUse {
        /// The lock file.
        path: PathBuf,
    },
}

impl FileError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| Self::Io { path: path.to_owned(), source }
    }

    pub(crate) fn damaged(path: &Path, what: &'static str) -> Self {
        Self::Damaged { path: path.to_owned(), what }
    }
}

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readers {
    /// The owner: keys and card state.
    Owner,
    /// Everyone: certificates, revocation lists, the register.
    Everyone,
}

impl Readers {
    const fn mode(self) -> u32 {
        match self {
            Self::Owner => 0o600,
            Self::Everyone => 0o644,
        }
    }
}

/// Replaces `path` by `content`. When this returns, a crash cannot bring the old content back, and at no moment
/// does a reader see half of it. Writers of one path exclude each other by a [`Lock`].
pub(crate) fn replace(path: &Path, content: &[u8], readers: Readers) -> Result<(), FileError> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    let write = || -> io::Result<()> {
        // A leftover of a crash may have other permissions; the mode below applies to new files only.
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(readers.mode()).open(&beside)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    };
    write().map_err(FileError::io(path))
}

/// The file's bytes, or `None` where there is no such file.
pub(crate) fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, FileError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(FileError::Io { path: path.to_owned(), source }),
    }
}

/// The file's bytes.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, FileError> {
    fs::read(path).map_err(FileError::io(path))
}

/// Makes a folder and its parents.
pub(crate) fn make_folder(path: &Path) -> Result<(), FileError> {
    fs::create_dir_all(path).map_err(FileError::io(path))
}

/// Keeps other processes out until dropped, or until this process ends in whatever way.
#[derive(Debug)]
pub(crate) struct Lock(
    #[expect(dead_code, reason = "held for its lock, which the system frees on close")] File,
);

impl Lock {
    /// Waits for other holders.
    pub(crate) fn wait(path: &Path) -> Result<Self, FileError> {
        let file = Self::open(path)?;
        file.lock().map_err(FileError::io(path))?;
        Ok(Self(file))
    }

    /// Refuses if there is another holder.
    pub(crate) fn take(path: &Path) -> Result<Self, FileError> {
        let file = Self::open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(FileError::InUse { path: path.to_owned() }),
            Err(TryLockError::Error(source)) => Err(FileError::Io { path: path.to_owned(), source }),
        }
    }

    fn open(path: &Path) -> Result<File, FileError> {
        OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path)
            .map_err(FileError::io(path))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_replaced_file_has_the_new_content_and_the_asked_mode_even_after_a_crash_left_a_rest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("card.json");
        fs::write(folder.path().join("card.json.new"), b"half of somethi").unwrap();
        replace(&path, b"one", Readers::Owner).unwrap();
        replace(&path, b"two", Readers::Owner).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_second_holder_of_a_lock_is_refused_until_the_first_lets_go() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let first = Lock::take(&path).unwrap();
        assert!(matches!(Lock::take(&path), Err(FileError::InUse { .. })));
        drop(first);
        Lock::take(&path).unwrap();
    }
}
