//! How far a claim has come, as the journal keeps it: which event may follow, and what a kiosk that was stopped
//! there must tell the server. Pure: nothing is read, sent or written here.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use wire::PinKind;
use wire::kiosk::{Completion, FailureReason};

/// Authorises the completion of one claim; good only from this kiosk.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClaimToken(String);

impl ClaimToken {
    /// The token as the server gave it.
    pub fn new(token: String) -> Self {
        Self(token)
    }

    /// The token's text, for the `Authorization` header.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ClaimToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClaimToken(…)")
    }
}

/// A claim's stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "at", deny_unknown_fields)]
pub enum Stage {
    /// The server granted the claim; nothing was sent to the card that could change it.
    Granted {
        /// For the completion.
        token: ClaimToken,
        /// The PIN to be reset.
        target: PinKind,
        /// The hold ends here.
        #[serde(with = "time::serde::rfc3339")]
        lease_ends: OffsetDateTime,
    },
    /// The reset command was perhaps sent to the card.
    Resetting {
        /// For the completion.
        token: ClaimToken,
    },
    /// It is settled how the reset ended, and the server was perhaps told.
    Reporting {
        /// For the completion.
        token: ClaimToken,
        /// How it ended.
        completion: Completion,
    },
    /// The server has given its final answer; nothing is left to do.
    Settled {
        /// That answer.
        verdict: Verdict,
    },
}

/// The server's final answer to a completion, in few words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is", deny_unknown_fields)]
pub enum Verdict {
    /// The reservation is complete.
    Completed,
    /// The proof was good, and its reservation had ended otherwise.
    Noted,
    /// The reservation is free again.
    Released {
        /// Claims that are left.
        claims_left: u8,
    },
    /// The hold runs out by itself.
    Waiting {
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        lease_ends: OffsetDateTime,
    },
    /// The server took it, in words this version does not know.
    Taken,
    /// The server refused it for good.
    Refused {
        /// The HTTP status.
        status: u16,
        /// The problem's slug, if this version knows it.
        kind: Option<String>,
    },
}

/// What happens to a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The next thing sent to the card may change it.
    ResetBegins,
    /// It is settled how the reset ended.
    Ended(Ending),
    /// The server's final answer came.
    Answered(Verdict),
    /// The kiosk was stopped and begins anew.
    Restarted,
}

/// How a reset ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The card took the new PIN and proved it with this signature.
    Proved(Vec<u8>),
    /// The card certainly kept its old state.
    NotDone(FailureReason),
    /// Nobody can tell.
    CannotTell,
}

/// This event cannot follow this stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this event cannot follow this stage")]
pub struct OutOfOrder;

impl Stage {
    /// The stage after an event.
    ///
    /// # Errors
    /// [`OutOfOrder`]; above all, no stage before [`Stage::Resetting`] can end in a proof or in doubt.
    pub fn on(self, event: Event) -> Result<Self, OutOfOrder> {
        match (self, event) {
            (Self::Granted { token, .. }, Event::ResetBegins) => Ok(Self::Resetting { token }),
            (Self::Granted { token, .. }, Event::Ended(Ending::NotDone(reason))) => {
                Ok(Self::Reporting { token, completion: Completion::Failed { reason } })
            }
            (Self::Granted { token, .. }, Event::Restarted) => {
                let completion = Completion::Failed { reason: FailureReason::KioskStopped };
                Ok(Self::Reporting { token, completion })
            }
            (Self::Resetting { token }, Event::Ended(ending)) => {
                let completion = match ending {
                    Ending::Proved(proof) => Completion::Completed { proof: proof.into() },
                    Ending::NotDone(reason) => Completion::Failed { reason },
                    Ending::CannotTell => Completion::Unknown {},
                };
                Ok(Self::Reporting { token, completion })
            }
            (Self::Resetting { token }, Event::Restarted) => {
                Ok(Self::Reporting { token, completion: Completion::Unknown {} })
            }
            (Self::Reporting { .. }, Event::Answered(verdict)) => Ok(Self::Settled { verdict }),
            (stage @ (Self::Reporting { .. } | Self::Settled { .. }), Event::Restarted) => Ok(stage),
            (
                Self::Granted { .. },
                Event::Ended(Ending::Proved(_) | Ending::CannotTell) | Event::Answered(_),
            )
            | (Self::Resetting { .. }, Event::ResetBegins | Event::Answered(_))
            | (Self::Reporting { .. }, Event::ResetBegins | Event::Ended(_))
            | (Self::Settled { .. }, Event::ResetBegins | Event::Ended(_) | Event::Answered(_)) => {
                Err(OutOfOrder)
            }
        }
    }

    /// What the server must still be told.
    pub const fn owed(&self) -> Option<(&ClaimToken, &Completion)> {
        match self {
            Self::Reporting { token, completion } => Some((token, completion)),
            Self::Granted { .. } | Self::Resetting { .. } | Self::Settled { .. } => None,
        }
    }

    /// Whether nothing is left to do.
    pub const fn is_settled(&self) -> bool {
        matches!(self, Self::Settled { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    fn token() -> ClaimToken {
        ClaimToken::new("canary-token".into())
    }

    fn granted() -> Stage {
        let lease_ends = datetime!(2026-11-21 09:05 UTC);
        Stage::Granted { token: token(), target: PinKind::User, lease_ends }
    }

    fn resetting() -> Stage {
        Stage::Resetting { token: token() }
    }

    fn reporting(completion: Completion) -> Stage {
        Stage::Reporting { token: token(), completion }
    }

    fn settled() -> Stage {
        Stage::Settled { verdict: Verdict::Completed }
    }

    const GAVE_UP: Completion = Completion::Failed { reason: FailureReason::HolderLeft };

    fn events() -> [Event; 6] {
        [
            Event::ResetBegins,
            Event::Ended(Ending::Proved(vec![7])),
            Event::Ended(Ending::NotDone(FailureReason::HolderLeft)),
            Event::Ended(Ending::CannotTell),
            Event::Answered(Verdict::Completed),
            Event::Restarted,
        ]
    }

    #[test]
    fn every_stage_knows_every_event() {
        let proof = Completion::Completed { proof: [7].into() };
        let stopped = Completion::Failed { reason: FailureReason::KioskStopped };
        let unknown = Completion::Unknown {};
        let no = || Err(OutOfOrder);
        let table: [(Stage, [Result<Stage, OutOfOrder>; 6]); 4] = [
            (granted(), [Ok(resetting()), no(), Ok(reporting(GAVE_UP)), no(), no(), Ok(reporting(stopped))]),
            (
                resetting(),
                [
                    no(),
                    Ok(reporting(proof)),
                    Ok(reporting(GAVE_UP)),
                    Ok(reporting(unknown.clone())),
                    no(),
                    Ok(reporting(unknown)),
                ],
            ),
            (reporting(GAVE_UP), [no(), no(), no(), no(), Ok(settled()), Ok(reporting(GAVE_UP))]),
            (settled(), [no(), no(), no(), no(), no(), Ok(settled())]),
        ];
        for (stage, expected) in table {
            for (event, expected) in events().into_iter().zip(expected) {
                assert_eq!(stage.clone().on(event.clone()), expected, "{stage:?} on {event:?}");
            }
        }
    }

    #[test]
    fn the_token_is_not_printed() {
        assert!(!format!("{:?}", granted()).contains("canary"));
    }

    #[test]
    fn what_is_stored_reads_back() {
        let proved = reporting(Completion::Completed { proof: [7; 256].into() });
        let waiting = Verdict::Waiting { lease_ends: datetime!(2026-11-21 09:05 UTC) };
        for stage in [granted(), resetting(), proved, settled(), Stage::Settled { verdict: waiting }] {
            let json = serde_json::to_string(&stage).unwrap();
            assert_eq!(serde_json::from_str::<Stage>(&json).unwrap(), stage);
        }
    }
}
