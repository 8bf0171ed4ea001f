//! The database file: readable by its owner only, locked by one process, of a known format.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use redb::backends::FileBackend;
use redb::{Builder, Database, DatabaseError, ReadableTable};
use reservation::Timestamp;

use super::tables::{
    EVENTS, EXPIRY, FORMAT, META, META_FORMAT, META_LATEST, RECORDS, REMEMBERED, TableError,
};

/// Memory for pages of the file, in bytes.
const CACHE_BYTES: usize = 64 * 1024 * 1024;

/// Why the file was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it.
    #[error(
        "{0} is in use by another process: the embedded store serves one process only; use Redis for several servers"
    )]
    InUse(PathBuf),
    /// Others than the owner may read or write it.
    #[error("{path} may be read or written by others (mode {mode:03o}): chmod 600 it")]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file system refused.
    #[error("{path}: {source}")]
    Io {
        /// The file or its directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Made by another version of this program.
    #[error("the store's format is {found}, this program knows {FORMAT}")]
    UnknownFormat {
        /// The number found.
        found: u64,
    },
    /// Not a database, or a damaged one.
    #[error("not a usable store: {0}")]
    Database(Box<redb::Error>),
}

impl From<TableError> for OpenError {
    fn from(error: TableError) -> Self {
        match error {
            TableError::Database(error) => Self::Database(error),
            TableError::Row => Self::Database(Box::new(redb::Error::Corrupted("row".to_owned()))),
        }
    }
}

/// Opens the file, or creates it with mode 0600 in a directory that exists.
pub(super) fn open(path: &Path) -> Result<Database, OpenError> {
    if path.try_exists().map_err(|source| io(path, source))? { open_existing(path) } else { create(path) }
}

fn open_existing(path: &Path) -> Result<Database, OpenError> {
    let file = OpenOptions::new().read(true).write(true).open(path).map_err(|source| io(path, source))?;
    refuse_exposed(path, &file)?;
    open_database(path, file)
}

/// Makes the database aside and gives it its name when it is whole: a power cut during its making must not leave
/// a file that can neither be used nor be told from a damaged one.
fn create(path: &Path) -> Result<Database, OpenError> {
    let mut aside = path.as_os_str().to_owned();
    aside.push(".new");
    let aside = PathBuf::from(aside);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600);
    let file = options.open(&aside).map_err(|source| io(&aside, source))?;
    refuse_exposed(&aside, &file)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(OpenError::InUse(path.to_owned())),
        Err(TryLockError::Error(source)) => return Err(io(&aside, source)),
    }
    // Another process may have given this very file its name before it let the lock go.
    if path.try_exists().map_err(|source| io(path, source))? {
        // Whoever else holds a file aside now finds the same, so nobody misses it.
        let _ = fs::remove_file(&aside);
        return open_existing(path);
    }
    file.set_len(0).map_err(|source| io(&aside, source))?;
    let database = open_database(path, file)?;
    prepare(&database)?;
    fs::rename(&aside, path).map_err(|source| io(path, source))?;
    sync_directory(path).map_err(|source| io(path, source))?;
    Ok(database)
}

fn open_database(path: &Path, file: File) -> Result<Database, OpenError> {
    let backend = FileBackend::new(file).map_err(|error| refusal(path, error))?;
    builder().create_with_backend(backend).map_err(|error| refusal(path, error))
}

fn refuse_exposed(path: &Path, file: &File) -> Result<(), OpenError> {
    let mode = file.metadata().map_err(|source| io(path, source))?.mode() & 0o777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(OpenError::Exposed { path: path.to_owned(), mode }) }
}

fn io(path: &Path, source: io::Error) -> OpenError {
    OpenError::Io { path: path.to_owned(), source }
}

pub(super) fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(CACHE_BYTES);
    builder
}

/// Makes the tables, checks the format, and tells the latest instant of any commit.
pub(super) fn prepare(database: &Database) -> Result<Timestamp, OpenError> {
    let latest = prepare_tables(database)?;
    match latest {
        Ok(latest) => Ok(latest),
        Err(found) => Err(OpenError::UnknownFormat { found }),
    }
}

fn prepare_tables(database: &Database) -> Result<Result<Timestamp, u64>, TableError> {
    let transaction = database.begin_write()?;
    let latest = {
        let mut meta = transaction.open_table(META)?;
        let found = meta.get(META_FORMAT)?.map(|found| found.value());
        match found {
            Some(FORMAT) => {}
            Some(other) => return Ok(Err(other)),
            None => drop(meta.insert(META_FORMAT, FORMAT)?),
        }
        transaction.open_table(RECORDS)?;
        transaction.open_table(EVENTS)?;
        transaction.open_table(REMEMBERED)?;
        transaction.open_table(EXPIRY)?;
        meta.get(META_LATEST)?.map_or(0, |latest| latest.value())
    };
    transaction.commit()?;
    Ok(Ok(Timestamp::from_unix_millis(i64::try_from(latest).unwrap_or(i64::MAX))))
}

fn refusal(path: &Path, error: DatabaseError) -> OpenError {
    match error {
        DatabaseError::DatabaseAlreadyOpen => OpenError::InUse(path.to_owned()),
        other => OpenError::Database(Box::new(other.into())),
    }
}

/// A file's name survives a power cut only once its directory is on disk too.
fn sync_directory(path: &Path) -> io::Result<()> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => fs::canonicalize(parent)?,
        _ => PathBuf::from("."),
    };
    File::open(directory)?.sync_all()
}
