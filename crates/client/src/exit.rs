//! Exit codes of `jpki-phone` and `jpki-kiosk`: one per thing that the caller can do next.

use std::process::ExitCode;

use card::{SelectError, SurfaceReadError, SurfaceSelectError, VerifyError};

use crate::failure::Failure;
use crate::first_look::NoUse;

/// How a program ended. The numbers are an interface: scripts decide by them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: done.
    Done,
    /// 2: the command line or the settings are wrong (2 is also what the argument parser uses).
    Usage,
    /// 3: the server refused; the text says why and what to do next.
    Refused,
    /// 4: nothing is lost: the same command again, later, goes on from here.
    TryAgain,
    /// 5: no reader, no card, or the card left the reader.
    Card,
    /// 6: the PIN, or what is printed on the card, was wrong or was not entered; the tries left were shown.
    Pin,
    /// 7: nothing can be done here or later: the municipal office, or for a certificate in a smartphone its own app;
    /// the text says which and why.
    Office,
    /// 8: nobody can tell whether the card took the new PIN; the text says how to find out.
    Unknown,
    /// 9: a file of this program is damaged or cannot be written.
    Storage,
    /// 10: the picture of the card's front, or the pictures of the face, cannot be used, or the camera gave none: the same
    /// command with others. Nothing was counted.
    Pictures,
    /// 11: the face was not taken for the card's; the tries left were shown.
    FaceNotMatched,
    /// 12: locked after too many face failures; the end was shown, and what still works.
    Locked,
}

impl Exit {
    /// The number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Usage => 2,
            Self::Refused => 3,
            Self::TryAgain => 4,
            Self::Card => 5,
            Self::Pin => 6,
            Self::Office => 7,
            Self::Unknown => 8,
            Self::Storage => 9,
            Self::Pictures => 10,
            Self::FaceNotMatched => 11,
            Self::Locked => 12,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

impl From<&Failure> for Exit {
    fn from(failure: &Failure) -> Self {
        match failure {
            Failure::Refused(refusal) if refusal.needs_office() => Self::Office,
            Failure::Refused(refusal) if refusal.is_lock() => Self::Locked,
            Failure::Refused(refusal) if refusal.wants_other_pictures() => Self::Pictures,
            Failure::Refused(_) => Self::Refused,
            Failure::Busy { .. } | Failure::Unreachable(_) | Failure::Interrupted => Self::TryAgain,
            Failure::NotUnderstood { .. } => Self::Refused,
        }
    }
}

impl From<&NoUse> for Exit {
    fn from(trouble: &NoUse) -> Self {
        match trouble {
            NoUse::Office(_)
            | NoUse::Select(
                SelectError::Smartphone(_) | SelectError::ResidentRegisterCard | SelectError::UnknownToken,
            ) => Self::Office,
            NoUse::Select(SelectError::NotMyNumberCard | SelectError::Card(_)) => Self::Card,
        }
    }
}

impl From<&VerifyError> for Exit {
    fn from(error: &VerifyError) -> Self {
        match error {
            VerifyError::WrongPin { .. } => Self::Pin,
            VerifyError::Blocked => Self::Office,
            VerifyError::NotSent(_) | VerifyError::Interrupted(_) | VerifyError::Refused(_) => Self::Card,
        }
    }
}

impl From<&SurfaceSelectError> for Exit {
    fn from(error: &SurfaceSelectError) -> Self {
        match error {
            SurfaceSelectError::Absent => Self::Office,
            SurfaceSelectError::Card(_) => Self::Card,
        }
    }
}

impl From<&SurfaceReadError> for Exit {
    fn from(error: &SurfaceReadError) -> Self {
        match error {
            SurfaceReadError::Malformed(_) => Self::Office,
            SurfaceReadError::NotVerified | SurfaceReadError::Card(_) => Self::Card,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::Answer;
    use crate::failure::Unreachable;

    #[test]
    fn the_numbers_stay_as_scripts_know_them() {
        use Exit as E;
        let all = [
            (E::Done, 0),
            (E::Usage, 2),
            (E::Refused, 3),
            (E::TryAgain, 4),
            (E::Card, 5),
            (E::Pin, 6),
            (E::Office, 7),
            (E::Unknown, 8),
            (E::Storage, 9),
            (E::Pictures, 10),
            (E::FaceNotMatched, 11),
            (E::Locked, 12),
        ];
        for (exit, code) in all {
            assert_eq!(exit.code(), code);
        }
    }

    #[test]
    fn a_refusal_is_told_apart_from_what_may_be_tried_again_and_from_the_office() {
        let of = |status, body: &str| Exit::from(&Failure::from_answer(&Answer::new(status, body.into())));
        let revoked = r#"{"type":"urn:jpki-reset:problem:target-certificate-revoked","title":"x","status":403,
            "instance":"x","next_step":{"ja":"x","en":"x"}}"#;
        assert_eq!(of(403, revoked), Exit::Office);
        for (slug, exit) in [
            ("installation-locked", Exit::Locked),
            ("card-locked", Exit::Locked),
            ("card-locked-for-good", Exit::Locked),
            ("front-unfit", Exit::Pictures),
            ("frames-unfit", Exit::Pictures),
            ("portrait-unfit", Exit::Office),
        ] {
            assert_eq!(of(403, &revoked.replace("target-certificate-revoked", slug)), exit, "{slug}");
        }
        assert_eq!(of(403, ""), Exit::Refused);
        assert_eq!(of(503, ""), Exit::TryAgain);
        assert_eq!(Exit::from(&Failure::Unreachable(Unreachable::NoConnection)), Exit::TryAgain);
        assert_eq!(Exit::from(&VerifyError::WrongPin { left: 1 }), Exit::Pin);
        assert_eq!(Exit::from(&VerifyError::Blocked), Exit::Office);
    }
}
