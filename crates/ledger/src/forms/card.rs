//! The form of a card and of what happens to it.

use reservation::card::{
    Approval, CancelledBy, Card, ClaimFacts, ClaimOutcome, End, EndedClaim, Fact, FailureReason, Grant, Live,
    LiveClaim, OpenAttempt, ProvedIn, Repeat, Reservation, SettledAttempt, Standing,
};
use reservation::decision::Dated;
use reservation::installation::Verdict;
use reservation::{
    AttemptId, BookingId, ClaimId, FrameMark, InstallationId, KeyHash, KioskId, Nonce, PinKind, RequestHash,
    ReservationNumber, SessionId, StaffId, Timestamp,
};

form_struct!(CardForm = Card {
    number: ReservationNumber,
    high_water: Timestamp,
    generation: u32,
    failures_in_all: u16,
    standing: Standing,
    proved_in: Vec<ProvedIn>,
    verdicts: Vec<SettledAttempt>,
    frames_seen: Vec<FrameMark>,
    live: Option<Reservation<Live>>,
    ended: Vec<Reservation<End>>,
    history: Vec<Dated<Fact>>,
});

form_enum!(StandingForm = Standing {
    Open { failures: u8, attempt: Option<OpenAttempt> },
    LockedUntil {
        since: Timestamp,
        until: Timestamp,
        installation: InstallationId,
        approval: Option<Approval>,
    },
    LockedForGood { since: Timestamp, installation: InstallationId, approval: Option<Approval> },
});

form_struct!(
    OpenAttemptForm = OpenAttempt {
        attempt: AttemptId,
        booking: BookingId,
        installation: InstallationId,
        deadline: Timestamp,
    }
);

form_struct!(ProvedInForm = ProvedIn { booking: BookingId, at: Timestamp, voids: u8 });

form_struct!(
    SettledAttemptForm =
        SettledAttempt { attempt: AttemptId, booking: BookingId, verdict: Verdict, at: Timestamp }
);

form_struct!(ApprovalForm = Approval { staff: StaffId, at: Timestamp });

form_struct!(LiveReservationForm = Reservation<Live> {
    booking: BookingId,
    number: ReservationNumber,
    target: PinKind,
    known_key: KeyHash,
    installation: InstallationId,
    made_at: Timestamp,
    expires_at: Timestamp,
    claims: Vec<EndedClaim>,
    state: Live,
});

form_struct!(EndedReservationForm = Reservation<End> {
    booking: BookingId,
    number: ReservationNumber,
    target: PinKind,
    known_key: KeyHash,
    installation: InstallationId,
    made_at: Timestamp,
    expires_at: Timestamp,
    claims: Vec<EndedClaim>,
    state: End,
});

form_enum!(LiveForm = Live {
    Reserved { approval: Option<Approval> },
    Claimed(claim: LiveClaim),
});

form_enum!(EndForm = End {
    Completed { at: Timestamp, claim: ClaimId },
    Cancelled { at: Timestamp, by: CancelledBy },
    Exhausted { at: Timestamp },
    Expired { at: Timestamp },
    Replaced { at: Timestamp, by: BookingId },
});

form_enum!(CancelledByForm = CancelledBy {
    Holder,
    Desk { first: StaffId, second: StaffId },
});

form_struct!(ClaimFactsForm = ClaimFacts {
    id: ClaimId,
    session: SessionId,
    request: RequestHash,
    kiosk: KioskId,
    card_challenge: [u8; 16],
    completion_nonce: Nonce,
    target_key: Vec<u8>,
    made_at: Timestamp,
    lease_ends: Timestamp,
});

form_struct!(LiveClaimForm = LiveClaim {
    facts: ClaimFacts,
    grant: Grant,
    unknown_since: Option<Timestamp>,
});

form_struct!(EndedClaimForm = EndedClaim { facts: ClaimFacts, outcome: ClaimOutcome });

form_enum!(ClaimOutcomeForm = ClaimOutcome {
    Completed { at: Timestamp },
    Noted { at: Timestamp },
    Failed { at: Timestamp, reason: FailureReason },
    Lapsed { at: Timestamp, reported: bool },
    Overtaken { at: Timestamp },
});

form_word!(FailureReason {
    HolderLeft = "holder-left",
    CardRemoved = "card-removed",
    CardRefused = "card-refused",
    TimedOut = "timed-out",
    KioskStopped = "kiosk-stopped",
});

form_enum!(FactForm = Fact {
    Proved { booking: BookingId, number: ReservationNumber },
    AttemptDebited { attempt: AttemptId, booking: BookingId, installation: InstallationId },
    AttemptSettled { attempt: AttemptId, verdict: Verdict },
    LockBegan { until: Timestamp },
    LockedForGood,
    LockEnded,
    LiftApproved { staff: StaffId },
    LockLifted { installation: InstallationId, first: StaffId, second: StaffId },
    Reserved { booking: BookingId, target: PinKind, expires_at: Timestamp },
    Replaced { booking: BookingId },
    Claimed { claim: ClaimId, booking: BookingId, kiosk: KioskId, lease_ends: Timestamp },
    LeaseLapsed { claim: ClaimId },
    ClaimFailed { claim: ClaimId, reason: FailureReason },
    ClaimUnknown { claim: ClaimId },
    Completed { claim: ClaimId, booking: BookingId },
    ProofNoted { claim: ClaimId },
    ClaimOvertaken { claim: ClaimId },
    Exhausted { booking: BookingId },
    Expired { booking: BookingId },
    CancelApproved { booking: BookingId, staff: StaffId },
    CancelledByHolder { booking: BookingId },
    CancelledByDesk { booking: BookingId, first: StaffId, second: StaffId },
    Repeated(answer: Repeat),
});

form_enum!(RepeatForm = Repeat {
    Proved(booking: BookingId),
    AttemptDebited(attempt: AttemptId),
    AttemptSettled(attempt: AttemptId),
    Reserved(booking: BookingId),
    Claimed(claim: ClaimId),
    ClaimSettled(claim: ClaimId),
    Cancelled(booking: BookingId),
    Lifted(staff: StaffId),
    Approved(staff: StaffId),
});
