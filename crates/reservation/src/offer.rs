//! Which operator's kiosks reset which PIN kind, and from when until when: data, not code (service facts §2.4).

use crate::{OperatorId, PinKind, Timestamp};

/// A calendar day in Japan, as days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i64);

impl Day {
    /// From whole days since 1970-01-01.
    pub const fn from_days_since_epoch(days: i64) -> Self {
        Self(days)
    }

    /// Whole days since 1970-01-01.
    pub const fn days_since_epoch(self) -> i64 {
        self.0
    }

    /// The day it is in Japan.
    pub const fn of(now: Timestamp) -> Self {
        Self(now.jst_day())
    }
}

/// A set of PIN kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kinds {
    /// The signature PIN.
    pub signature: bool,
    /// The user PIN.
    pub user: bool,
}

impl Kinds {
    /// Both kinds.
    pub const ALL: Self = Self { signature: true, user: true };
    /// Neither.
    pub const NONE: Self = Self { signature: false, user: false };

    /// Whether the set has this kind.
    pub const fn contains(self, kind: PinKind) -> bool {
        match kind {
            PinKind::Signature => self.signature,
            PinKind::User => self.user,
        }
    }

    /// The set with this kind in it.
    #[must_use]
    pub const fn with(self, kind: PinKind) -> Self {
        match kind {
            PinKind::Signature => Self { signature: true, ..self },
            PinKind::User => Self { user: true, ..self },
        }
    }

    /// The kinds that both sets have, say an operator's and one machine's.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self { signature: self.signature && other.signature, user: self.user && other.user }
    }
}

/// One operator resets one PIN kind from one day on, perhaps until another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The operator.
    pub operator: OperatorId,
    /// The PIN kind its kiosks reset.
    pub kind: PinKind,
    /// The first day.
    pub from: Day,
    /// The last day, if there is one.
    pub until: Option<Day>,
}

impl Offer {
    /// Whether the offer stands on this day.
    pub fn stands_on(&self, day: Day) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }
}

/// Every offer of the service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offers(pub Vec<Offer>);

impl Offers {
    fn standing(&self, day: Day) -> impl Iterator<Item = &Offer> {
        self.0.iter().filter(move |offer| offer.stands_on(day))
    }

    /// Whether this operator's kiosks reset this PIN kind on this day.
    pub fn is_offered(&self, operator: &OperatorId, kind: PinKind, day: Day) -> bool {
        self.kinds(operator, day).contains(kind)
    }

    /// The kinds this operator's kiosks reset on this day.
    pub fn kinds(&self, operator: &OperatorId, day: Day) -> Kinds {
        self.standing(day)
            .filter(|offer| offer.operator == *operator)
            .fold(Kinds::NONE, |kinds, offer| kinds.with(offer.kind))
    }

    /// The operators whose kiosks reset this PIN kind on this day, in the order of the data.
    pub fn operators(&self, kind: PinKind, day: Day) -> impl Iterator<Item = &OperatorId> {
        self.standing(day).filter(move |offer| offer.kind == kind).map(|offer| &offer.operator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operator(name: &str) -> OperatorId {
        OperatorId::parse(name).unwrap()
    }

    fn offers() -> Offers {
        let offer = |name, kind, from, until: Option<i64>| Offer {
            operator: operator(name),
            kind,
            from: Day(from),
            until: until.map(Day),
        };
        Offers(vec![
            offer("seven-eleven", PinKind::Signature, 100, None),
            offer("seven-eleven", PinKind::User, 200, None),
            offer("maxvalu", PinKind::Signature, 100, Some(150)),
        ])
    }

    #[test]
    fn an_offer_stands_from_its_first_day_to_its_last() {
        let offers = offers();
        let maxvalu = operator("maxvalu");
        for (day, offered) in [(99, false), (100, true), (150, true), (151, false)] {
            assert_eq!(offers.is_offered(&maxvalu, PinKind::Signature, Day(day)), offered, "{day}");
        }
        assert!(!offers.is_offered(&maxvalu, PinKind::User, Day(120)));
        assert!(!offers.is_offered(&operator("lawson"), PinKind::Signature, Day(120)));
    }

    #[test]
    fn an_operator_begins_with_one_kind_and_adds_the_other() {
        let offers = offers();
        let seven = operator("seven-eleven");
        assert_eq!(offers.kinds(&seven, Day(99)), Kinds::NONE);
        assert_eq!(offers.kinds(&seven, Day(100)), Kinds::NONE.with(PinKind::Signature));
        assert_eq!(offers.kinds(&seven, Day(200)), Kinds::ALL);
    }

    #[test]
    fn operators_are_listed_by_kind_and_day() {
        let offers = offers();
        let on = |kind, day| offers.operators(kind, Day(day)).map(OperatorId::as_str).collect::<Vec<_>>();
        assert_eq!(on(PinKind::Signature, 120), ["seven-eleven", "maxvalu"]);
        assert_eq!(on(PinKind::Signature, 160), ["seven-eleven"]);
        assert_eq!(on(PinKind::User, 160), Vec::<&str>::new());
    }

    #[test]
    fn a_machine_resets_what_both_it_and_its_operator_do() {
        let signature = Kinds::NONE.with(PinKind::Signature);
        assert_eq!(Kinds::ALL.and(signature), signature);
        assert_eq!(signature.and(Kinds::NONE.with(PinKind::User)), Kinds::NONE);
    }

    #[test]
    fn the_day_begins_at_midnight_in_japan() {
        let midnight = Timestamp::from_unix_secs(15 * 3600);
        assert_eq!(Day::of(midnight), Day(1));
        assert_eq!(Day::of(midnight.before(core::time::Duration::from_millis(1))), Day(0));
    }
}
