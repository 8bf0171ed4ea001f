//! What went wrong between us and the server, split by what the caller can do.

use std::time::Duration;

use wire::problem::{Facts, Problem, ProblemType, Sentence};

use crate::connection::Answer;
use crate::language::sentence;

/// Longest text that is taken over from a problem document, in characters.
const TEXT_MAX_CHARS: usize = 1000;

/// Why a call brought no result.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Failure {
    /// The server has decided: repeating the same call changes nothing.
    #[error("refused: {}", .0.title)]
    Refused(Box<Refusal>),
    /// The server cannot answer now, or cannot tell; the same call may be repeated.
    #[error("the server cannot answer now: {}", .refusal.title)]
    Busy {
        /// How long it asked us to wait.
        retry_after: Option<Duration>,
        /// What it said.
        refusal: Box<Refusal>,
    },
    /// The call was certainly not made.
    #[error("the server cannot be reached: {0}")]
    Unreachable(Unreachable),
    /// The call was perhaps made: no whole answer came back.
    #[error("the connection broke before the answer was whole")]
    Interrupted,
    /// The answer is not what the interface describes: other version, or another server.
    #[error("the answer (status {status}) is not what the interface describes")]
    NotUnderstood {
        /// Its HTTP status.
        status: u16,
    },
}

/// Why no connection came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreachable {
    /// No network, no such host, nobody listens, or it took too long.
    #[error("no connection")]
    NoConnection,
    /// The server's certificate does not end at the configured authority.
    #[error("its certificate is not one that we trust")]
    ServerNotTrusted,
}

/// What a server said when it did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The kind of problem, if this version knows it.
    pub kind: Option<ProblemType>,
    /// The HTTP status.
    pub status: u16,
    /// The kind in a few English words.
    pub title: String,
    /// What the person can do next.
    pub next_step: Sentence,
    /// To quote to the support desk.
    pub instance: Option<String>,
    /// Locks, leases and hours.
    pub facts: Facts,
}

impl Refusal {
    /// Whether only the municipal office can help.
    pub fn needs_office(&self) -> bool {
        use ProblemType as P;
        matches!(
            self.kind,
            Some(
                P::CertificateExpired
                    | P::CertificateRevoked
                    | P::TargetCertificateMissing
                    | P::TargetCertificateExpired
                    | P::TargetCertificateRevoked
                    | P::CardUnknown
                    | P::SmartphoneToken
                    | P::PortraitUnfit
            )
        )
    }

    /// Whether too many face failures have locked the phone or the card.
    pub fn is_lock(&self) -> bool {
        use ProblemType as P;
        matches!(self.kind, Some(P::InstallationLocked | P::CardLocked | P::CardLockedForGood))
    }

    /// Whether the same step will do with other pictures.
    pub fn wants_other_pictures(&self) -> bool {
        matches!(self.kind, Some(ProblemType::FrontUnfit | ProblemType::FramesUnfit))
    }

    fn from_answer(answer: &Answer) -> Self {
        match serde_json::from_slice::<Problem>(&answer.body) {
            Ok(problem) => Self {
                kind: problem.problem_type(),
                status: answer.status,
                title: plain(&problem.title),
                next_step: Sentence { ja: plain(&problem.next_step.ja), en: plain(&problem.next_step.en) },
                instance: Some(plain(&problem.instance)),
                facts: problem.facts,
            },
            Err(_) => Self {
                kind: None,
                status: answer.status,
                title: format!("status {}", answer.status),
                next_step: sentence(
                    "しばらくしてからもう一度お試しください。続く場合はヘルプデスク（0120-95-0178）へ。",
                    "Try again in a while. If it goes on, call the help desk (0120-95-0178).",
                ),
                instance: None,
                facts: Facts::default(),
            },
        }
    }
}

/// The text without what could steer a terminal, and not endless.
fn plain(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(TEXT_MAX_CHARS).collect()
}

impl Failure {
    /// What an answer outside 2xx means.
    pub fn from_answer(answer: &Answer) -> Self {
        match answer.status {
            // These three ask for a repetition by their definition (RFC 9110 §15.5.9, RFC 8470, RFC 6585),
            // so they decide nothing although they stand in the 4xx range.
            408 | 425 | 429 | 500..=599 => Self::Busy {
                retry_after: answer.retry_after(),
                refusal: Box::new(Refusal::from_answer(answer)),
            },
            400..=499 => Self::Refused(Box::new(Refusal::from_answer(answer))),
            status => Self::NotUnderstood { status },
        }
    }

    /// The kind of problem, if the server named one that this version knows.
    pub fn kind(&self) -> Option<ProblemType> {
        match self {
            Self::Refused(refusal) | Self::Busy { refusal, .. } => refusal.kind,
            Self::Unreachable(_) | Self::Interrupted | Self::NotUnderstood { .. } => None,
        }
    }

    /// Whether the same call, repeated, may bring a result.
    pub fn may_be_repeated(&self) -> bool {
        match self {
            Self::Busy { .. } | Self::Unreachable(Unreachable::NoConnection) | Self::Interrupted => true,
            Self::Refused(_)
            | Self::Unreachable(Unreachable::ServerNotTrusted)
            | Self::NotUnderstood { .. } => false,
        }
    }

    /// What the person can do next.
    pub fn next_step(&self) -> Sentence {
        match self {
            Self::Refused(refusal) | Self::Busy { refusal, .. } => refusal.next_step.clone(),
            Self::Unreachable(Unreachable::NoConnection) => sentence(
                "サーバーにつながりません。通信を確かめて、同じ操作をもう一度行ってください。途中から再開します。",
                "The server cannot be reached. Check the network and repeat the same command; it goes on from here.",
            ),
            Self::Unreachable(Unreachable::ServerNotTrusted) => sentence(
                "サーバーの証明書を確認できません。設定の認証局ファイルとサーバー名を確かめてください。",
                "The server's certificate is not trusted. Check the authority file and the server name in the settings.",
            ),
            Self::Interrupted => sentence(
                "通信が途中で切れました。同じ操作をもう一度行ってください。二重になることはありません。",
                "The connection broke. Repeat the same command; nothing is done twice.",
            ),
            Self::NotUnderstood { .. } => sentence(
                "サーバーの応答を理解できません。アプリを最新版にするか、接続先の設定を確かめてください。",
                "The server's answer was not understood. Update this program, or check the server address.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer::new(status, body.as_bytes().to_vec())
    }

    const PROBLEM: &str = r#"{"type":"urn:jpki-reset:problem:certificate-revoked","title":"certificate\u001b[2J revoked",
        "status":403,"instance":"urn:uuid:1","next_step":{"ja":"市区町村の窓口へ","en":"Go to the office"}}"#;

    #[test]
    fn a_problem_keeps_its_kind_and_its_next_step_in_both_languages() {
        let Failure::Refused(refusal) = Failure::from_answer(&answer(403, PROBLEM)) else {
            panic!("a 403 is a refusal");
        };
        assert_eq!(refusal.kind, Some(ProblemType::CertificateRevoked));
        assert_eq!(refusal.next_step, sentence("市区町村の窓口へ", "Go to the office"));
        assert!(refusal.needs_office());
        assert_eq!(refusal.title, "certificate[2J revoked", "a terminal's escape is not taken over");
    }

    #[test]
    fn only_what_the_server_has_decided_is_final() {
        for status in [400, 401, 403, 404, 405, 409, 410, 413, 415, 422] {
            assert!(!Failure::from_answer(&answer(status, "")).may_be_repeated(), "{status}");
        }
        for status in [408, 425, 429, 500, 502, 503, 504] {
            assert!(Failure::from_answer(&answer(status, "")).may_be_repeated(), "{status}");
        }
        for status in [302, 304, 101] {
            assert!(matches!(Failure::from_answer(&answer(status, "")), Failure::NotUnderstood { .. }));
        }
    }

    #[test]
    fn every_failure_tells_a_next_step_in_both_languages() {
        let failures = [
            Failure::from_answer(&answer(404, "<html>")),
            Failure::Unreachable(Unreachable::NoConnection),
            Failure::Unreachable(Unreachable::ServerNotTrusted),
            Failure::Interrupted,
            Failure::NotUnderstood { status: 302 },
        ];
        for failure in failures {
            let step = failure.next_step();
            assert!(!step.ja.is_empty() && !step.en.is_empty() && step.ja != step.en);
        }
    }
}
