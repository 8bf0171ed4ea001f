//! RFC 9457 problems: one stable type per error, and what the person can do next, in Japanese and English.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// Every `type` begins with this; what follows is [`ProblemType::slug`].
pub const TYPE_PREFIX: &str = "urn:jpki-reset:problem:";

/// A sentence in both languages of the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Sentence {
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
}

/// A problem document (`application/problem+json`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Stable URI of the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in a few English words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// `urn:uuid:` of this request, to quote to the support desk.
    pub instance: String,
    /// What the person can do next.
    pub next_step: Sentence,
    /// More that a program can use.
    #[serde(flatten)]
    pub facts: Facts,
}

/// Members that some problems carry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Facts {
    /// The field or header that was wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// When a lock ends.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub locked_until: Option<OffsetDateTime>,
    /// When the kiosk's hold ends.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub lease_ends: Option<OffsetDateTime>,
    /// When the kiosks open again.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub opens_at: Option<OffsetDateTime>,
    /// The reservation number, for the support desk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// What to do better with a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<Advice>,
    /// The frame that `advice` is about, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame: Option<u8>,
}

/// What to do better with a picture: never a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Advice {
    /// It is no picture: send a JPEG (a card's front may be PNG).
    NotAPicture,
    /// The file is empty.
    Empty,
    /// A picture of a type that is not taken here: send a JPEG (a card's front may be PNG).
    OtherType,
    /// The picture is damaged or cut short.
    Damaged,
    /// A moving picture.
    Animated,
    /// More pixels than are taken.
    TooLarge,
    /// Nobody's face is to be seen.
    NoFace,
    /// More than one face: only the holder may be in the picture.
    SeveralFaces,
    /// The face is too small: closer.
    Closer,
    /// Too dark: more light.
    MoreLight,
    /// Too bright: less light.
    LessLight,
    /// The face is not seen from the front.
    LookStraight,
    /// The same picture twice: take each anew.
    TakeEachAnew,
    /// A picture that was used in an earlier attempt.
    SeenBefore,
    /// Too few pictures for the poses.
    MorePictures,
    /// More pictures than are taken.
    FewerPictures,
    /// The pictures show more than one person.
    OnePersonOnly,
    /// Not every pose was reached and held: turn further, and hold it longer.
    TurnFurther,
    /// Other poses than those asked for, or in another order.
    FollowPoses,
    /// No face was judged, by a fault of the service, once more than a booking has for nothing: try again later.
    FaultOfOurs,
    /// The face on the card's front does not resemble the portrait in the chip: photograph the card that is read.
    PhotographThisCard,
}

impl Advice {
    /// Every advice.
    pub const ALL: [Self; 21] = [
        Self::NotAPicture,
        Self::Empty,
        Self::OtherType,
        Self::Damaged,
        Self::Animated,
        Self::TooLarge,
        Self::NoFace,
        Self::SeveralFaces,
        Self::Closer,
        Self::MoreLight,
        Self::LessLight,
        Self::LookStraight,
        Self::TakeEachAnew,
        Self::SeenBefore,
        Self::MorePictures,
        Self::FewerPictures,
        Self::OnePersonOnly,
        Self::TurnFurther,
        Self::FollowPoses,
        Self::FaultOfOurs,
        Self::PhotographThisCard,
    ];
}

macro_rules! problem_types {
    ($($(#[$doc:meta])* $name:ident = $slug:literal,)*) => {
        /// The kinds of problem. Their slugs are stable: clients decide by them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ProblemType {
            $($(#[$doc])* $name,)*
        }

        impl ProblemType {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The last part of the type URI.
            pub const fn slug(self) -> &'static str {
                match self { $(Self::$name => $slug,)* }
            }
        }
    };
}

problem_types! {
    // --- any request --------------------------------------------------------------------------
    /// The request is not what the interface describes; `field` names the place.
    MalformedRequest = "malformed-request",
    /// No such resource.
    NotFound = "not-found",
    /// The resource exists, the method does not.
    MethodNotAllowed = "method-not-allowed",
    /// The body took too long to arrive.
    RequestTimeout = "request-timeout",
    /// The body is larger than the resource takes.
    PayloadTooLarge = "payload-too-large",
    /// The body is of another type.
    UnsupportedMediaType = "unsupported-media-type",
    /// Slow down; `Retry-After` says how long.
    TooManyRequests = "too-many-requests",
    /// A fault of ours; nothing was changed.
    Internal = "internal",
    /// Something we need does not answer; nothing was changed; `Retry-After`.
    Unavailable = "unavailable",
    /// It is not known whether the change was made: repeat the same request; `Retry-After`.
    OutcomeUnknown = "outcome-unknown",

    // --- the app's proof of itself ------------------------------------------------------------
    /// The DPoP proof does not hold.
    DpopInvalid = "dpop-invalid",
    /// The proof needs the nonce in the `DPoP-Nonce` header of this answer.
    DpopNonceRequired = "dpop-nonce-required",
    /// This device key is not registered.
    InstallationUnknown = "installation-unknown",
    /// The reservation token does not hold, or is another installation's.
    TokenInvalid = "token-invalid",
    /// An `Idempotency-Key` header is missing or malformed.
    IdempotencyKeyMissing = "idempotency-key-missing",
    /// The key was used with another body.
    IdempotencyKeyReused = "idempotency-key-reused",

    // --- booking ------------------------------------------------------------------------------
    /// The terms in force were not accepted; nothing begins without it.
    TermsNotAccepted = "terms-not-accepted",
    /// This PIN kind is not offered.
    TargetNotOffered = "target-not-offered",
    /// Too many face failures on this phone; `locked_until`, and `number` if a card was proved in the booking in hand.
    InstallationLocked = "installation-locked",
    /// No such booking of this installation.
    BookingUnknown = "booking-unknown",
    /// The booking's 15 minutes are over.
    BookingExpired = "booking-expired",
    /// The step does not follow from where the booking stands.
    BookingOutOfOrder = "booking-out-of-order",
    /// Another card, or other evidence, than the booking was begun with.
    AnotherCard = "another-card",
    /// The card did not prove itself. Every reason before the proof looks like this.
    CardNotProved = "card-not-proved",
    /// A certificate in a smartphone, not the card's own.
    SmartphoneToken = "smartphone-token",
    /// The known PIN's certificate has expired: office.
    CertificateExpired = "certificate-expired",
    /// The known PIN's certificate is not in force yet: next business day, or office.
    CertificateNotYetValid = "certificate-not-yet-valid",
    /// The known PIN's certificate is revoked: office.
    CertificateRevoked = "certificate-revoked",
    /// The card has no certificate for the PIN to be reset: office.
    TargetCertificateMissing = "target-certificate-missing",
    /// The certificate of the PIN to be reset has expired, so a reset would be useless: office.
    TargetCertificateExpired = "target-certificate-expired",
    /// The certificate of the PIN to be reset is not in force yet.
    TargetCertificateNotYetValid = "target-certificate-not-yet-valid",
    /// The certificate of the PIN to be reset is revoked, say after a move: office.
    TargetCertificateRevoked = "target-certificate-revoked",
    /// The issuer's register does not know this card, so nothing is done for it.
    CardUnknown = "card-unknown",
    /// The portrait read from the chip is not the issuer's, or was altered: read the card again.
    SurfaceNotGenuine = "surface-not-genuine",
    /// The portrait is genuine, but not this card's.
    SurfaceOfAnotherCard = "surface-of-another-card",
    /// The portrait in the chip is genuine, but no face can be compared with it: office.
    PortraitUnfit = "portrait-unfit",
    /// The photograph of the card's front cannot be used: take it again; `advice`.
    FrontUnfit = "front-unfit",
    /// The pictures of the face cannot be judged: take them again; `advice`, `frame`. No attempt is counted.
    FramesUnfit = "frames-unfit",
    /// The frames answer no challenge that is out: ask for a new one.
    ChallengeUnknown = "challenge-unknown",
    /// The frames came too late: ask for a new challenge. No attempt is counted.
    ChallengeOver = "challenge-over",
    /// All challenges of this booking are used up: begin anew.
    ChallengesExhausted = "challenges-exhausted",
    /// An attempt is being judged: repeat the request; `Retry-After`.
    AttemptInProgress = "attempt-in-progress",
    /// This attempt was made with other frames.
    AttemptUsed = "attempt-used",
    /// Too many face failures with this card; `locked_until`, `number`.
    CardLocked = "card-locked",
    /// Too many face failures in all: two members of staff must lift the lock; `number`.
    CardLockedForGood = "card-locked-for-good",
    /// A kiosk is at work on this card's reservation; `lease_ends`.
    ClaimInProgress = "claim-in-progress",
    /// No such reservation of this installation.
    ReservationUnknown = "reservation-unknown",
    /// The reservation has ended and cannot be cancelled.
    ReservationEnded = "reservation-ended",

    // --- kiosk --------------------------------------------------------------------------------
    /// This kiosk may not work: unknown, disabled, or its certificate is not the one admitted.
    KioskRefused = "kiosk-refused",
    /// Outside the hours; `opens_at`.
    OutsideHours = "outside-hours",
    /// This kiosk's operator does not reset this PIN kind.
    KindNotOffered = "kind-not-offered",
    /// The session does not hold, or is another kiosk's.
    SessionInvalid = "session-invalid",
    /// The session's three minutes are over.
    SessionExpired = "session-expired",
    /// The session was used with another body, or its claim has ended.
    SessionUsed = "session-used",
    /// There is no reservation to use for this card and PIN.
    NoReservation = "no-reservation",
    /// The reservation's 24 hours are over: book again.
    ReservationExpired = "reservation-expired",
    /// All three claims are spent: book again.
    ClaimsExhausted = "claims-exhausted",
    /// The claim token does not hold, or names another claim or kiosk.
    ClaimTokenInvalid = "claim-token-invalid",
    /// No such claim.
    ClaimUnknown = "claim-unknown",
    /// The proof does not verify under the target key.
    ProofInvalid = "proof-invalid",
    /// The claim has ended otherwise.
    ClaimEnded = "claim-ended",

    // --- operator -----------------------------------------------------------------------------
    /// The admin token does not hold.
    AdminTokenInvalid = "admin-token-invalid",
    /// A kiosk of this name exists.
    KioskExists = "kiosk-exists",
    /// No kiosk of this name.
    KioskUnknown = "kiosk-unknown",
    /// The service data name no such operator.
    OperatorUnknown = "operator-unknown",
    /// No card has this number now.
    NumberUnknown = "number-unknown",
    /// The card is not locked.
    NotLocked = "not-locked",
    /// A first member of staff has not agreed yet, or it was over an hour ago.
    NotApproved = "not-approved",
    /// A second, different member of staff is needed.
    SamePerson = "same-person",
}

impl ProblemType {
    /// The type URI.
    pub fn uri(self) -> String {
        format!("{TYPE_PREFIX}{}", self.slug())
    }

    /// The kind a type URI names, if this version knows it.
    pub fn from_uri(uri: &str) -> Option<Self> {
        let slug = uri.strip_prefix(TYPE_PREFIX)?;
        Self::ALL.iter().copied().find(|kind| kind.slug() == slug)
    }
}

impl Problem {
    /// The kind, if this version knows it.
    pub fn problem_type(&self) -> Option<ProblemType> {
        ProblemType::from_uri(&self.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_uri_names_its_own_kind() {
        for kind in ProblemType::ALL {
            assert_eq!(ProblemType::from_uri(&kind.uri()), Some(*kind));
        }
        assert_eq!(ProblemType::from_uri("about:blank"), None);
    }

    #[test]
    fn a_problem_without_facts_has_only_the_standard_members() {
        let problem = Problem {
            kind: ProblemType::NotFound.uri(),
            title: "not found".into(),
            status: 404,
            instance: "urn:uuid:0".into(),
            next_step: Sentence { ja: "…".into(), en: "…".into() },
            facts: Facts::default(),
        };
        let json = serde_json::to_value(&problem).unwrap();
        assert_eq!(json.as_object().unwrap().len(), 5);
        assert_eq!(serde_json::from_value::<Problem>(json).unwrap(), problem);
    }
}
