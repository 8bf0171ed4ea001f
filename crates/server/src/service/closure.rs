//! Exceptions: a stretch of time in which some kiosks do not work, be it maintenance, a year's end, a broken store.

use reservation::{KioskId, OperatorId, PinKind, Timestamp};

/// One exception. What it does not name, it covers: without operator, kiosks and kind it closes everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closure {
    /// Only this operator's kiosks.
    pub operator: Option<OperatorId>,
    /// Only these kiosks; empty means all.
    pub kiosks: Vec<KioskId>,
    /// Only this PIN kind.
    pub kind: Option<PinKind>,
    /// The first instant.
    pub from: Timestamp,
    /// The first instant after it, if an end is known.
    pub until: Option<Timestamp>,
}

impl Closure {
    /// Whether it closes this kiosk for this PIN kind at this instant. Asked without a kind, only a closure of
    /// every kind counts.
    pub fn covers(
        &self,
        kiosk: &KioskId,
        operator: &OperatorId,
        kind: Option<PinKind>,
        now: Timestamp,
    ) -> bool {
        let who = self.operator.as_ref().is_none_or(|only| only == operator)
            && (self.kiosks.is_empty() || self.kiosks.contains(kiosk));
        let what = self.kind.is_none() || self.kind == kind;
        who && what && self.from <= now && self.until.is_none_or(|until| now < until)
    }
}

/// All exceptions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closures(pub Vec<Closure>);

impl Closures {
    /// The closure in force here and now that ends last, if there is any.
    pub fn at(
        &self,
        kiosk: &KioskId,
        operator: &OperatorId,
        kind: Option<PinKind>,
        now: Timestamp,
    ) -> Option<&Closure> {
        let never = Timestamp::from_unix_millis(i64::MAX);
        self.0
            .iter()
            .filter(|closure| closure.covers(kiosk, operator, kind, now))
            .max_by_key(|closure| closure.until.unwrap_or(never))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closure() -> Closure {
        Closure {
            operator: None,
            kiosks: Vec::new(),
            kind: None,
            from: Timestamp::from_unix_secs(100),
            until: Some(Timestamp::from_unix_secs(200)),
        }
    }

    fn covers(closure: &Closure, secs: i64, kind: Option<PinKind>) -> bool {
        let kiosk = KioskId::parse("k-1").unwrap();
        let operator = OperatorId::parse("op").unwrap();
        closure.covers(&kiosk, &operator, kind, Timestamp::from_unix_secs(secs))
    }

    #[test]
    fn a_closure_runs_from_its_first_instant_up_to_not_including_its_end() {
        let closure = closure();
        let when = [99, 100, 199, 200].map(|secs| covers(&closure, secs, None));
        assert_eq!(when, [false, true, true, false]);
    }

    #[test]
    fn a_closure_covers_only_whom_it_names() {
        let other = OperatorId::parse("other").unwrap();
        assert!(!covers(&Closure { operator: Some(other), ..closure() }, 150, None));
        let kiosks = vec![KioskId::parse("k-2").unwrap()];
        assert!(!covers(&Closure { kiosks, ..closure() }, 150, None));
        let of_user = Closure { kind: Some(PinKind::User), ..closure() };
        assert!(covers(&of_user, 150, Some(PinKind::User)));
        assert!(!covers(&of_user, 150, Some(PinKind::Signature)));
        assert!(!covers(&of_user, 150, None));
    }

    #[test]
    fn of_two_closures_the_one_that_ends_last_counts() {
        let longer = Closure { until: None, ..closure() };
        let closures = Closures(vec![closure(), longer.clone()]);
        let kiosk = KioskId::parse("k-1").unwrap();
        let operator = OperatorId::parse("op").unwrap();
        assert_eq!(closures.at(&kiosk, &operator, None, Timestamp::from_unix_secs(150)), Some(&longer));
    }
}
