//! Something read from files, read again when they change, without making anybody wait who need not.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use arc_swap::ArcSwap;
use tokio::sync::Mutex;

/// What tells one state of a file from another. Files are replaced by rename, so the inode changes too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileStamp {
    path: PathBuf,
    modified: Option<SystemTime>,
    length: u64,
    inode: u64,
}

impl FileStamp {
    pub(crate) fn of(path: &Path) -> std::io::Result<Self> {
        let metadata = fs::metadata(path)?;
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(&metadata);
        #[cfg(not(unix))]
        let inode = 0;
        Ok(Self { path: path.to_owned(), modified: metadata.modified().ok(), length: metadata.len(), inode })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn length(&self) -> u64 {
        self.length
    }
}

/// Where a value is read from.
pub(crate) trait Source: Send + Sync + 'static {
    /// What is read.
    type Value: Send + Sync + 'static;

    /// The files as they are now; cheap, a few system calls on a local disk. Nothing if they cannot be looked at.
    fn stamps(&self) -> Option<Vec<FileStamp>>;

    /// Reads them all; may take long, and runs where that is no matter. `before` is the value it replaces.
    fn read(&self, stamps: Option<&[FileStamp]>, before: Option<&Self::Value>) -> Self::Value;
}

struct Seen<V> {
    stamps: Option<Vec<FileStamp>>,
    value: Arc<V>,
}

/// A value that follows its files.
///
/// Whoever asks looks at the files' stamps first. The one who finds them changed waits until they are read, on a
/// thread made for that; everybody else meanwhile gets the value as it was. So a change that is complete before a
/// request begins is seen by that request, unless another one is reading it at that moment.
pub(crate) struct Watched<S: Source> {
    source: Arc<S>,
    seen: ArcSwap<Seen<S::Value>>,
    reading: Mutex<()>,
}

impl<S: Source> Watched<S> {
    /// Reads the files for the first time, on the caller's thread.
    pub(crate) fn open(source: S) -> Self {
        let stamps = source.stamps();
        let value = Arc::new(source.read(stamps.as_deref(), None));
        Self {
            source: Arc::new(source),
            seen: ArcSwap::from_pointee(Seen { stamps, value }),
            reading: Mutex::new(()),
        }
    }

    /// The value as of the last look, without looking.
    pub(crate) fn last(&self) -> Arc<S::Value> {
        Arc::clone(&self.seen.load().value)
    }

    /// The value as of now.
    pub(crate) async fn current(&self) -> Arc<S::Value> {
        if self.source.stamps() == self.seen.load().stamps {
            return self.last();
        }
        let Ok(_reading) = self.reading.try_lock() else { return self.last() };
        let source = Arc::clone(&self.source);
        let before = self.last();
        let read = move || {
            // Stamps first: a change in mid-read shows at the next look.
            let stamps = source.stamps();
            let value = Arc::new(source.read(stamps.as_deref(), Some(&before)));
            Seen { stamps, value }
        };
        match tokio::task::spawn_blocking(read).await {
            Ok(seen) => self.seen.store(Arc::new(seen)),
            // The runtime is shutting down, or the reader panicked, which the log tells: the old value stands.
            Err(error) => tracing::error!(%error, "files could not be read again"),
        }
        self.last()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

    use super::*;

    /// So that a fault ends the test instead of hanging it.
    const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

    /// A file that is read only when the test lets it be.
    struct Gated {
        path: PathBuf,
        reading: SyncSender<()>,
        go_on: std::sync::Mutex<Receiver<()>>,
    }

    impl Source for Gated {
        type Value = String;

        fn stamps(&self) -> Option<Vec<FileStamp>> {
            FileStamp::of(&self.path).ok().map(|stamp| vec![stamp])
        }

        fn read(&self, _: Option<&[FileStamp]>, before: Option<&String>) -> String {
            if before.is_some() {
                self.reading.send(()).unwrap();
                self.go_on.lock().unwrap().recv_timeout(PATIENCE).unwrap();
            }
            fs::read_to_string(&self.path).unwrap()
        }
    }

    #[tokio::test]
    async fn only_the_one_who_finds_the_change_waits_for_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        fs::write(&path, "old").unwrap();
        let (reading, is_reading) = sync_channel(1);
        let (let_go_on, go_on) = sync_channel(1);
        let source = Gated { path: path.clone(), reading, go_on: std::sync::Mutex::new(go_on) };
        let watched = Arc::new(Watched::open(source));
        assert_eq!(*watched.current().await, "old");

        fs::write(&path, "newer").unwrap();
        let finder = tokio::spawn({
            let watched = Arc::clone(&watched);
            async move { watched.current().await }
        });
        tokio::task::spawn_blocking(move || is_reading.recv_timeout(PATIENCE).unwrap()).await.unwrap();
        for _ in 0..3 {
            assert_eq!(*watched.current().await, "old", "nobody else waits");
        }
        let_go_on.send(()).unwrap();
        assert_eq!(*finder.await.unwrap(), "newer");
        assert_eq!(*watched.current().await, "newer");
    }
}
