//! The database file: readable by its owner only, locked by one process, of a known format.

use std::fs::{self, File, OpenOptions};
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
    let io = |source| OpenError::Io { path: path.to_owned(), source };
    let is_new = !path.try_exists().map_err(io)?;
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map_err(io)?;
    let mode = file.metadata().map_err(io)?.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(OpenError::Exposed { path: path.to_owned(), mode });
    }
    let backend = FileBackend::new(file).map_err(|error| refusal(path, error))?;
    let database = builder().create_with_backend(backend).map_err(|error| refusal(path, error))?;
    if is_new {
        sync_directory(path).map_err(io)?;
    }
    Ok(database)
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

/// A new file survives a power cut only once its directory is on disk too.
fn sync_directory(path: &Path) -> io::Result<()> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => fs::canonicalize(parent)?,
        _ => PathBuf::from("."),
    };
    File::open(directory)?.sync_all()
}
