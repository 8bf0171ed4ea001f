//! The record of an installation begins when its key is registered.

use crate::decision::{Command, Dated};
use crate::installation::{Fact, Installation, Refusal, Repeat, Standing};
use crate::{InstallationId, Policy, Timestamp};

/// Registers a device key whose possession the caller has checked. The same key again gets the same answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Register {
    /// The key's thumbprint.
    pub installation: InstallationId,
}

impl Command<Installation> for Register {
    /// When the key was first registered.
    type Outcome = Timestamp;

    fn apply(
        self,
        state: Option<Installation>,
        now: Timestamp,
        _policy: &Policy,
        facts: &mut Vec<Dated<Fact>>,
    ) -> Result<(Installation, Timestamp), Refusal> {
        let (installation, fact) = match state {
            Some(known) => (known, Fact::Repeated(Repeat::Registered)),
            None => (
                Installation {
                    id: self.installation,
                    registered_at: now,
                    high_water: now,
                    generation: 0,
                    standing: Standing::Open { failures: 0 },
                    booking: None,
                },
                Fact::Registered,
            ),
        };
        facts.push(Dated::new(now, fact));
        let registered_at = installation.registered_at;
        Ok((installation, registered_at))
    }
}
