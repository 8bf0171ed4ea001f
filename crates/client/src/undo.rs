//! What must not outlive the program: undone when its holder lets go, and when a signal ends the program.
//!
//! The signals are Ctrl-C, a request to end (SIGTERM) and a terminal that goes away (SIGHUP). Nothing can be undone after
//! SIGKILL or a loss of power.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::interrupt;

type Undo = Box<dyn FnOnce() + Send>;

struct Begun {
    undos: Vec<(u64, Undo)>,
    next: u64,
}

static BEGUN: Mutex<Begun> = Mutex::new(Begun { undos: Vec::new(), next: 0 });

/// Undoes what it holds when it is dropped.
#[derive(Debug)]
#[must_use = "it is undone when this is dropped"]
pub struct Held(u64);

/// Begins something and holds it; `begin` tells how to undo it. A signal comes before both or after both. Neither may call
/// this function.
///
/// # Errors
/// What `begin` tells, and the operating system's if the signals cannot be caught: nothing was begun then.
pub fn hold<T, U>(begin: impl FnOnce() -> io::Result<(T, U)>) -> io::Result<(T, Held)>
where
    U: FnOnce() + Send + 'static,
{
    interrupt::catch_endings()?;
    let mut all = lock();
    let (begun, undo) = begin()?;
    let number = all.next;
    all.next += 1;
    all.undos.push((number, Box::new(undo)));
    Ok((begun, Held(number)))
}

impl Drop for Held {
    fn drop(&mut self) {
        // Undone before the lock is given back: a signal that comes now waits for it.
        let mut all = lock();
        if let Some(place) = all.undos.iter().position(|(number, _)| *number == self.0) {
            let (_, undo) = all.undos.remove(place);
            undo();
        }
    }
}

/// Undoes all of it, the latest first. Nothing more can be begun: the program is about to end.
pub(crate) fn all() {
    let mut all = lock();
    while let Some((_, undo)) = all.undos.pop() {
        undo();
    }
    std::mem::forget(all);
}

fn lock() -> MutexGuard<'static, Begun> {
    BEGUN.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn what_is_let_go_is_undone_once_and_nothing_else_with_it() {
        let log = Arc::new(Mutex::new(Vec::new()));
        let of = |what: &'static str| {
            let log = log.clone();
            hold(move || Ok((what, move || log.lock().unwrap().push(what)))).unwrap()
        };
        let (first, held_first) = of("first");
        let (_, held_second) = of("second");
        assert_eq!((first, log.lock().unwrap().len()), ("first", 0));
        drop(held_first);
        assert_eq!(*log.lock().unwrap(), ["first"]);
        drop(held_second);
        assert_eq!(*log.lock().unwrap(), ["first", "second"]);
    }

    #[test]
    fn what_was_not_begun_is_not_undone() {
        let failed = hold(|| Err::<((), fn()), _>(io::ErrorKind::NotFound.into()));
        assert_eq!(failed.unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
