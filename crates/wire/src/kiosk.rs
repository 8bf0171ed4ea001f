//! Bodies of the kiosk listener (`/kiosk/v1`), called over mutual TLS.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::encoding::{Bytes, PinKind};

/// `POST /kiosk/v1/sessions`. A target lets the server refuse before any PIN is typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenSession {
    /// The PIN the holder wants to reset, if already chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<PinKind>,
}

/// A kiosk session: three minutes, bound to this kiosk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Session {
    /// The signed session, to be sent back with the claim.
    pub session: String,
    /// Its id, for the claim statement.
    pub id: Uuid,
    /// Its nonce, for the claim statement.
    pub nonce: Bytes,
    /// The kiosk's own id as the server knows it, for the claim statement.
    pub kiosk: String,
    /// The session ends here.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
}

/// `POST /kiosk/v1/claims`. The same session with the same body gets the same bytes again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// [`Session::session`].
    pub session: String,
    /// The certificate of the known PIN's key, DER.
    pub certificate: Bytes,
    /// That key's signature over the claim statement.
    pub signature: Bytes,
    /// The challenge the card drew, 16 bytes.
    pub card_challenge: Bytes,
}

/// A claim that was granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Granted {
    /// The claim.
    pub claim: Uuid,
    /// The PIN to be reset.
    pub target: PinKind,
    /// The authority's signature for this card's challenge: P-256, r and s of 32 bytes each.
    pub authorisation: Bytes,
    /// 256 bits for the completion statement.
    pub completion_nonce: Bytes,
    /// Sent with the completion, as `Authorization: Bearer`.
    pub claim_token: String,
    /// The hold ends here.
    #[serde(with = "time::serde::rfc3339")]
    pub lease_ends: OffsetDateTime,
}

/// `POST /kiosk/v1/claims/{claim}/completion`: how the reset ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", tag = "outcome", deny_unknown_fields)]
pub enum Completion {
    /// The card took the new PIN and proved it.
    Completed {
        /// The target key's signature over the completion statement.
        proof: Bytes,
    },
    /// The card certainly kept its old state; the reservation is free again at once.
    Failed {
        /// Why.
        reason: FailureReason,
    },
    /// Nobody can tell, say because the card was pulled in mid-command; the lease runs out.
    Unknown {},
}

/// Why a reset certainly did not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FailureReason {
    /// The holder gave up.
    HolderLeft,
    /// The card left the reader before the reset command was sent.
    CardRemoved,
    /// The card refused the authorisation or the reset command.
    CardRefused,
    /// The lease ended before the new PIN was typed.
    TimedOut,
    /// The kiosk stopped before the reset command was sent.
    KioskStopped,
}

/// The answer to a completion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum Settled {
    /// The reservation is complete.
    Completed,
    /// The proof was good, but its reservation had ended otherwise; it is noted in the history.
    Noted,
    /// The reservation is free again.
    Released {
        /// Claims that are left.
        claims_left: u8,
    },
    /// The lease runs out by itself.
    Waiting {
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        lease_ends: OffsetDateTime,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_completion_says_one_of_three_things_and_nothing_more() {
        let good = [
            r#"{"outcome":"completed","proof":"AQ"}"#,
            r#"{"outcome":"failed","reason":"card-removed"}"#,
            r#"{"outcome":"unknown"}"#,
        ];
        for text in good {
            let completion: Completion = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&completion).unwrap(), text);
        }
        let bad = [
            r#"{"outcome":"completed"}"#,
            r#"{"outcome":"failed","reason":"tired"}"#,
            r#"{"outcome":"unknown","proof":"AQ"}"#,
            r#"{"outcome":"completed","proof":"AQ","reason":"card-removed"}"#,
            r#"{"outcome":"done"}"#,
            "{}",
        ];
        for text in bad {
            assert!(serde_json::from_str::<Completion>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn every_way_a_claim_settles_reads_back() {
        let at = time::macros::datetime!(2026-11-21 03:00 UTC);
        for settled in [
            Settled::Completed,
            Settled::Noted,
            Settled::Released { claims_left: 2 },
            Settled::Waiting { lease_ends: at },
        ] {
            let text = serde_json::to_string(&settled).unwrap();
            assert_eq!(serde_json::from_str::<Settled>(&text).unwrap(), settled, "{text}");
        }
    }
}
