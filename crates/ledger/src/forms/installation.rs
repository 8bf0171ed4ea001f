//! The form of an installation and of what happens to it.

use reservation::installation::{
    Booking, Challenge, ClosedAttempt, FaceStage, FaceStep, Fact, Installation, Match, OpenAttempt, Progress,
    ProvedCard, Rejection, Repeat, Reserved, Standing, Verdict,
};
use reservation::{
    AttemptId, BookingId, CardId, InstallationId, KeyHash, Nonce, PinKind, PoseSequence, RequestHash,
    RequestKey, ReservationNumber, SurfaceHash, Timestamp,
};

form_struct!(InstallationForm = Installation {
    id: InstallationId,
    registered_at: Timestamp,
    high_water: Timestamp,
    generation: u32,
    standing: Standing,
    booking: Option<Booking>,
});

form_enum!(StandingForm = Standing {
    Open { failures: u8 },
    Locked { since: Timestamp, until: Timestamp },
});

form_struct!(
    BookingForm = Booking {
        id: BookingId,
        request: RequestKey,
        body: RequestHash,
        nonce: Nonce,
        started_at: Timestamp,
        deadline: Timestamp,
        progress: Progress,
    }
);

form_enum!(ProgressForm = Progress {
    AwaitingCard { target: PinKind },
    Face(step: FaceStep),
    UserReady { card: ProvedCard },
    SignatureReady { card: ProvedCard, matched: Match },
    Finished { card: ProvedCard, matched: Option<Match>, reserved: Reserved },
});

form_struct!(ProvedCardForm = ProvedCard { id: CardId, known_key: KeyHash, number: ReservationNumber });

form_struct!(FaceStepForm = FaceStep {
    card: ProvedCard,
    surface: SurfaceHash,
    challenges: u8,
    voids: u8,
    stage: FaceStage,
    last: Option<ClosedAttempt>,
});

form_enum!(FaceStageForm = FaceStage {
    Waiting,
    Challenged(challenge: Challenge),
    Attempting(attempt: OpenAttempt),
});

form_struct!(
    ChallengeForm = Challenge {
        attempt: AttemptId,
        request: RequestKey,
        nonce: Nonce,
        poses: PoseSequence,
        deadline: Timestamp,
    }
);

form_struct!(
    OpenAttemptForm =
        OpenAttempt { attempt: AttemptId, request: RequestHash, poses: PoseSequence, deadline: Timestamp }
);

form_struct!(
    ClosedAttemptForm = ClosedAttempt { attempt: AttemptId, request: RequestHash, verdict: Verdict }
);

form_enum!(VerdictForm = Verdict {
    Accepted,
    Rejected(why: Rejection),
    Voided,
    Lapsed,
});

form_word!(Rejection {
    AnotherFace = "another-face",
    SeveralPeople = "several-people",
    NotTurned = "not-turned",
    OtherPoses = "other-poses",
    FaultsUsedUp = "faults-used-up",
});

form_struct!(MatchForm = Match { attempt: AttemptId, request: RequestHash, surface: SurfaceHash });

form_struct!(
    ReservedForm = Reserved { number: ReservationNumber, made_at: Timestamp, expires_at: Timestamp }
);

form_enum!(FactForm = Fact {
    Registered,
    BookingStarted { booking: BookingId, target: PinKind, replaced: Option<BookingId> },
    CardAccepted { booking: BookingId, card: CardId },
    ChallengeIssued { attempt: AttemptId, booking: BookingId },
    AttemptDebited { attempt: AttemptId, booking: BookingId },
    AttemptSettled { attempt: AttemptId, verdict: Verdict },
    LockBegan { until: Timestamp },
    LockEnded,
    LockLifted,
    BookingFinished { booking: BookingId, number: ReservationNumber },
    Repeated(answer: Repeat),
});

form_enum!(RepeatForm = Repeat {
    Registered,
    BookingStarted(booking: BookingId),
    CardAccepted(booking: BookingId),
    ChallengeIssued(attempt: AttemptId),
    AttemptDebited(attempt: AttemptId),
    AttemptSettled(attempt: AttemptId),
    BookingFinished(booking: BookingId),
    LockLifted,
});
