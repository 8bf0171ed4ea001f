//! Broken rules, one at a time: the checker must catch each, or it proves nothing.

use reservation::card::{self, Card, End, Live};
use reservation::decision::Dated;
use reservation::installation::{self, Installation};
use reservation::{BookingId, KeyHash};

/// What is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    Nothing,
    /// A failed claim is not counted as spent.
    ForgetSpentClaims,
    /// A second kiosk gets a claim while one lives.
    AllowSecondClaim,
    /// A completed reservation can be completed by another claim.
    CompleteTwice,
    /// A face verdict drops the reservation.
    LoseReservation,
    /// A rejected face is not counted on the card.
    ForgetCardFailure,
    /// A rejected face is not counted on the app.
    ForgetAppFailure,
    /// The match runs when only the app is debited.
    MatchOnHalfADebit,
    /// A card forgets which frames it has seen.
    ForgetFrames,
    /// A lock does not stop claims.
    ClaimThroughLock,
    /// Reservations live an hour too long.
    StretchReservation,
    /// Cancelling is allowed while a claim lives.
    CancelClaimed,
    /// Any key may claim.
    ClaimWithAnyKey,
    /// Any booking may debit a card.
    DebitUnproved,
    /// One member of staff lifts a lock alone.
    LiftAlone,
    /// One booking can be made a reservation twice.
    ReserveTwice,
    /// An event is lost.
    LoseEvents,
}

impl Sabotage {
    /// Each broken rule, and the invariant that it breaks first.
    pub const ALL: [(Self, &'static str); 16] = [
        (Self::ForgetSpentClaims, "I1"),
        (Self::AllowSecondClaim, "I1"),
        (Self::CompleteTwice, "I1"),
        (Self::LoseReservation, "I2"),
        (Self::ForgetCardFailure, "I3"),
        (Self::ForgetAppFailure, "I3"),
        (Self::MatchOnHalfADebit, "I4"),
        (Self::ForgetFrames, "I4"),
        (Self::ClaimThroughLock, "I5"),
        (Self::StretchReservation, "I5"),
        (Self::CancelClaimed, "I5"),
        (Self::ClaimWithAnyKey, "I6"),
        (Self::DebitUnproved, "I7"),
        (Self::LiftAlone, "two people"),
        (Self::ReserveTwice, "I1"),
        (Self::LoseEvents, "I8"),
    ];

    /// Bends what a card's command sees.
    pub fn before_card(self, card: &mut Card, what: &What) {
        let live = card.live.as_mut();
        match (self, what) {
            (Self::AllowSecondClaim, What::Claim(_)) | (Self::CancelClaimed, What::Cancel) => {
                if let Some(live) = live {
                    live.state = Live::Reserved { approval: None };
                }
            }
            (Self::ClaimThroughLock, What::Claim(_))
                if !matches!(card.standing, card::Standing::Open { .. }) =>
            {
                card.standing = card::Standing::Open { failures: 0, attempt: None };
            }
            (Self::ClaimWithAnyKey, What::Claim(key)) => {
                if let Some(live) = live {
                    live.known_key = *key;
                }
            }
            (Self::CompleteTwice, What::Complete) => {
                for ended in &mut card.ended {
                    if let End::Completed { at, .. } = ended.state {
                        ended.state = End::Expired { at };
                    }
                }
            }
            (Self::LiftAlone, What::Lift) => match &mut card.standing {
                card::Standing::LockedUntil { approval, .. }
                | card::Standing::LockedForGood { approval, .. } => {
                    let staff = crate::common::staff("nobody");
                    *approval = Some(card::Approval { staff, at: card.high_water });
                }
                card::Standing::Open { .. } => {}
            },
            (Self::ReserveTwice, What::Reserve(booking)) => {
                for ended in card.ended.iter_mut().filter(|ended| ended.booking == *booking) {
                    ended.booking = BookingId::from_u128(0);
                }
            }
            (Self::DebitUnproved, What::Debit(booking)) => {
                let at = card.high_water;
                card.proved_in.push(card::ProvedIn { booking: *booking, at, voids: 0 });
            }
            _ => {}
        }
    }

    /// Bends what a card's command leaves.
    pub fn after_card(self, before: Option<&Card>, card: &mut Card, facts: &mut Vec<Dated<card::Fact>>) {
        use card::Fact;
        let has =
            |facts: &[Dated<Fact>], wanted: fn(&Fact) -> bool| facts.iter().any(|dated| wanted(&dated.fact));
        match self {
            Self::ForgetSpentClaims if has(facts, |fact| matches!(fact, Fact::ClaimFailed { .. })) => {
                if let Some(live) = &mut card.live {
                    live.claims.clear();
                }
            }
            Self::ForgetFrames => card.frames_seen.clear(),
            Self::LoseReservation if has(facts, |fact| matches!(fact, Fact::AttemptSettled { .. })) => {
                card.live = None;
            }
            Self::ForgetCardFailure if has(facts, |fact| matches!(fact, Fact::AttemptSettled { .. })) => {
                if let (Some(before), card::Standing::Open { failures, .. }) = (before, &mut card.standing)
                    && let card::Standing::Open { failures: earlier, .. } = before.standing
                {
                    *failures = earlier.min(*failures);
                }
            }
            Self::StretchReservation => {
                let made_now = has(facts, |fact| matches!(fact, Fact::Reserved { .. }));
                if let Some(live) = card.live.as_mut().filter(|_| made_now) {
                    live.expires_at = live.expires_at.after(core::time::Duration::from_secs(3600));
                }
            }
            Self::ClaimThroughLock if has(facts, |fact| matches!(fact, Fact::Claimed { .. })) => {
                if let Some(before) = before {
                    card.standing = before.standing.clone();
                }
            }
            Self::LoseEvents => facts.retain(|dated| !matches!(dated.fact, Fact::Claimed { .. })),
            _ => {}
        }
    }

    /// Bends what an app's command leaves.
    pub fn after_app(self, before: Option<&Installation>, app: &mut Installation) {
        if self == Self::ForgetAppFailure
            && let Some(before) = before
            && let installation::Standing::Open { failures } = &mut app.standing
            && let installation::Standing::Open { failures: earlier } = before.standing
        {
            *failures = earlier.min(*failures);
        }
    }
}

/// What kind of command is sent to a card.
#[derive(Clone, Copy, Debug)]
pub enum What {
    Claim(KeyHash),
    Cancel,
    Complete,
    Lift,
    Reserve(BookingId),
    Debit(BookingId),
    Other,
}
