//! The PINs of a visit, for either target.

use reservation::PinKind;

use super::holder::Holder;

/// What the holder of the issued card knows and chooses.
pub(crate) struct Pins {
    pub(crate) known: &'static str,
    /// The target's, as issued.
    pub(crate) old: &'static str,
    /// What this visit sets.
    pub(crate) new: &'static str,
    /// What the next visit sets.
    pub(crate) next: &'static str,
}

pub(crate) const fn pins(target: PinKind) -> Pins {
    match target {
        PinKind::User => Pins { known: "ABC123", old: "1234", new: "5071", next: "9073" },
        PinKind::Signature => Pins { known: "1234", old: "ABC123", new: "NEWPIN77", next: "NEXT88" },
    }
}

/// A holder who types what this visit needs.
pub(crate) fn holder(target: PinKind) -> Holder {
    let Pins { known, new, .. } = pins(target);
    Holder::types(&[known], &[(new, new)])
}

/// The same at the next visit.
pub(crate) fn next_holder(target: PinKind) -> Holder {
    let Pins { known, next, .. } = pins(target);
    Holder::types(&[known], &[(next, next)])
}
