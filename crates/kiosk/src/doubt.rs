//! What a counter tells about a reset whose answer was lost. Reading it is free; a VERIFY would cost a try of the old
//! PIN if it still stands, so none is sent to find out.

use card::Tries;
use reservation::PinKind;

/// What became of the reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// The counter is full and was not: only the reset filled it.
    Done,
    /// The counter is what it was, and that was not full: the reset was not done.
    NotDone,
    /// The counter was full before, so it tells nothing.
    Nothing,
}

/// Compares the target's counter before the reset with the one after it. A reset fills the counter; nothing else
/// happened to it in between.
pub(crate) fn counter_tells(target: PinKind, before: Tries, after: Tries) -> Told {
    let full = Tries::Left(target.tries());
    match (before == full, after == full) {
        (true, _) => Told::Nothing,
        (false, true) => Told::Done,
        (false, false) if before == after => Told::NotDone,
        // A counter that moved by itself was moved by somebody else.
        (false, false) => Told::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_that_was_not_full_tells_what_became_of_the_reset() {
        let target = PinKind::User;
        let full = Tries::Left(3);
        assert_eq!(counter_tells(target, Tries::Blocked, full), Told::Done);
        assert_eq!(counter_tells(target, Tries::Left(1), full), Told::Done);
        assert_eq!(counter_tells(target, Tries::Blocked, Tries::Blocked), Told::NotDone);
        assert_eq!(counter_tells(target, Tries::Left(2), Tries::Left(2)), Told::NotDone);
        assert_eq!(counter_tells(target, full, full), Told::Nothing);
        assert_eq!(counter_tells(target, Tries::Left(2), Tries::Left(1)), Told::Nothing);
        assert_eq!(counter_tells(PinKind::Signature, Tries::Blocked, Tries::Left(3)), Told::Nothing);
    }
}
