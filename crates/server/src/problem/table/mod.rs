//! Every kind of problem: its status, its title, and what the person can do next in Japanese and English.
//!
//! The sentences are read by a holder on a phone or at a kiosk, or by an operator, never by a programmer. They
//! say what is still all right, what to do, where, and when. Sources: service facts §2.3 (help line 0120-95-0178,
//! hours) and §4 (who must go to the municipal office).
//!
//! One module for each group of kinds.

mod any;
mod app;
mod booking;
mod certificate;
mod face;
mod kiosk;
mod operator;
mod reservation;

use std::time::Duration;

use actix_web::http::StatusCode;
use wire::problem::ProblemType;

/// What stands in a problem document of one kind.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The HTTP status.
    pub status: StatusCode,
    /// The kind in a few English words.
    pub title: &'static str,
    /// The next step, in Japanese.
    pub ja: &'static str,
    /// The next step, in English.
    pub en: &'static str,
}

impl Entry {
    const fn new(status: StatusCode, title: &'static str, ja: &'static str, en: &'static str) -> Self {
        Self { status, title, ja, en }
    }
}

/// The sentence for a mistake in the program, not of the person.
const UPDATE_JA: &str = "お客様の操作に問題はありません。アプリまたは端末のソフトウェアを最新版に更新して、もう一度お試しください。続く場合はヘルプデスク 0120-95-0178（音声案内 1→1、9:30〜20:00）へ、この画面の番号をお伝えください。";
const UPDATE_EN: &str = "You did nothing wrong. Update the app (or the terminal's software) and try again. If it happens again, call the help line 0120-95-0178 (press 1, then 1; 9:30-20:00 daily) and read out the number of this request.";

/// How long to wait where nothing more exact is known.
pub fn default_wait(kind: ProblemType) -> Option<Duration> {
    match kind {
        ProblemType::TooManyRequests => Some(Duration::from_secs(10)),
        ProblemType::Unavailable => Some(Duration::from_secs(5)),
        ProblemType::OutcomeUnknown | ProblemType::AttemptInProgress => Some(Duration::from_secs(1)),
        _ => None,
    }
}

/// The `WWW-Authenticate` challenge that a 401 of this kind must carry (RFC 9110 §11.6.1, RFC 9449 §7.1, §9).
pub fn challenge(kind: ProblemType) -> Option<&'static str> {
    match kind {
        ProblemType::DpopInvalid => Some(r#"DPoP error="invalid_dpop_proof", algs="ES256""#),
        ProblemType::DpopNonceRequired => Some(r#"DPoP error="use_dpop_nonce", algs="ES256""#),
        ProblemType::TokenInvalid => Some(r#"DPoP error="invalid_token", algs="ES256""#),
        ProblemType::ClaimTokenInvalid => Some(r#"Bearer error="invalid_token""#),
        ProblemType::AdminTokenInvalid => Some(r#"Bearer realm="jpki-reset admin""#),
        _ => None,
    }
}

/// The entry of a kind. One arm each, so that a new kind cannot be forgotten.
pub fn entry(kind: ProblemType) -> Entry {
    use ProblemType as P;
    match kind {
        P::MalformedRequest
        | P::NotFound
        | P::MethodNotAllowed
        | P::RequestTimeout
        | P::PayloadTooLarge
        | P::UnsupportedMediaType
        | P::TooManyRequests
        | P::Internal
        | P::Unavailable
        | P::OutcomeUnknown => any::entry(kind),
        P::DpopInvalid
        | P::DpopNonceRequired
        | P::InstallationUnknown
        | P::TokenInvalid
        | P::IdempotencyKeyMissing
        | P::IdempotencyKeyReused => app::entry(kind),
        P::TermsNotAccepted
        | P::TargetNotOffered
        | P::InstallationLocked
        | P::BookingUnknown
        | P::BookingExpired
        | P::BookingOutOfOrder
        | P::AnotherCard
        | P::CardNotProved
        | P::SmartphoneToken => booking::entry(kind),
        P::CertificateExpired
        | P::CertificateNotYetValid
        | P::CertificateRevoked
        | P::TargetCertificateMissing
        | P::TargetCertificateExpired
        | P::TargetCertificateNotYetValid
        | P::TargetCertificateRevoked
        | P::CardUnknown => certificate::entry(kind),
        P::SurfaceNotGenuine
        | P::SurfaceOfAnotherCard
        | P::PortraitUnfit
        | P::FrontUnfit
        | P::FramesUnfit
        | P::ChallengeUnknown
        | P::ChallengeOver
        | P::ChallengesExhausted
        | P::AttemptInProgress
        | P::AttemptUsed => face::entry(kind),
        P::CardLocked
        | P::CardLockedForGood
        | P::ClaimInProgress
        | P::ReservationUnknown
        | P::ReservationEnded => reservation::entry(kind),
        P::KioskRefused
        | P::OutsideHours
        | P::KindNotOffered
        | P::SessionInvalid
        | P::SessionExpired
        | P::SessionUsed
        | P::NoReservation
        | P::ReservationExpired
        | P::ClaimsExhausted
        | P::ClaimTokenInvalid
        | P::ClaimUnknown
        | P::ProofInvalid
        | P::ClaimEnded => kiosk::entry(kind),
        P::AdminTokenInvalid
        | P::KioskExists
        | P::KioskUnknown
        | P::OperatorUnknown
        | P::NumberUnknown
        | P::NotLocked
        | P::NotApproved
        | P::SamePerson => operator::entry(kind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_kind_has_its_own_title_and_a_sentence_in_both_languages() {
        let mut titles = HashSet::new();
        for kind in ProblemType::ALL {
            let entry = entry(*kind);
            assert!(titles.insert(entry.title), "{kind:?} shares its title: is it missing from its group?");
            assert!(entry.status.is_client_error() || entry.status.is_server_error(), "{kind:?}");
            assert!(entry.ja.chars().any(|c| c > '\u{3000}'), "{kind:?}");
            assert!(entry.en.is_ascii() && entry.en.ends_with(['.', ')']), "{kind:?}");
        }
    }

    #[test]
    fn a_401_carries_a_challenge_and_nothing_else_does() {
        for kind in ProblemType::ALL {
            assert_eq!(
                challenge(*kind).is_some(),
                entry(*kind).status == StatusCode::UNAUTHORIZED,
                "{kind:?}"
            );
        }
    }

    #[test]
    fn a_429_and_a_503_say_when_to_come_back_and_nothing_else_does() {
        let waits = [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE];
        for kind in ProblemType::ALL {
            assert_eq!(default_wait(*kind).is_some(), waits.contains(&entry(*kind).status), "{kind:?}");
        }
    }
}
