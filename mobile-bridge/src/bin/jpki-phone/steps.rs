//! The numbered steps of a booking: five for the user PIN, seven for the signature PIN.

use client::Screen;
use reservation::PinKind;

/// The steps of one booking.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Steps(pub(crate) PinKind);

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Register,
    Begin,
    Card,
    /// What the card prints; only for the signature PIN.
    Printed,
    Pin,
    /// Only for the signature PIN.
    Face,
    Done,
}

impl Steps {
    const fn all(self) -> &'static [Step] {
        match self.0 {
            PinKind::User => &[Step::Register, Step::Begin, Step::Card, Step::Pin, Step::Done],
            PinKind::Signature => {
                &[Step::Register, Step::Begin, Step::Card, Step::Printed, Step::Pin, Step::Face, Step::Done]
            }
        }
    }

    /// The heading of a step.
    pub(crate) fn head(self, screen: &mut Screen, step: Step, ja: &str, en: &str) {
        let before = self.all().iter().take_while(|other| **other != step).count();
        screen.step(before + 1, self.all().len(), ja, en);
    }
}
