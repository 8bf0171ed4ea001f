//! What has expired goes, a few rows at a time, so that no commit waits for a great clearing.

use redb::{Database, ReadableDatabase, ReadableTable};
use reservation::Timestamp;

use super::apply::Writing;
use super::tables::{EXPIRY, REMEMBERED_TAG, TableError, remembered_name};

/// Rows removed in one bite.
pub(super) const BITE_ROWS: usize = 512;

/// Removes expired rows until the bite is full; tells whether more are waiting.
pub(super) fn bite(writing: &mut Writing<'_>) -> Result<bool, TableError> {
    let mut rows = 0;
    while rows < BITE_ROWS {
        let Some(name) = next_expired(writing)? else { return Ok(false) };
        rows += match name.split_first() {
            Some((&REMEMBERED_TAG, digest)) => forget_remembered(writing, digest)?,
            _ => writing.forget(&name)?,
        };
    }
    Ok(true)
}

/// Whether anything waits to be swept; looked up without a write transaction.
pub(super) fn is_due(database: &Database, latest: Timestamp) -> Result<bool, TableError> {
    let first = database.begin_read()?.open_table(EXPIRY)?.first()?.map(|(place, _)| place.value().0);
    Ok(first.is_some_and(|end| end <= latest.unix_millis()))
}

fn next_expired(writing: &Writing<'_>) -> Result<Option<Vec<u8>>, TableError> {
    match writing.expiry.first()? {
        Some((place, _)) if place.value().0 <= writing.latest.unix_millis() => {
            Ok(Some(place.value().1.to_vec()))
        }
        _ => Ok(None),
    }
}

fn forget_remembered(writing: &mut Writing<'_>, digest: &[u8]) -> Result<usize, TableError> {
    let digest: &[u8; 32] = digest.try_into().map_err(|_| TableError::Row)?;
    let until = writing.remembered.remove(digest)?.map(|until| until.value()).ok_or(TableError::Row)?;
    writing.expiry.remove((until, remembered_name(digest).as_slice()))?;
    Ok(1)
}
