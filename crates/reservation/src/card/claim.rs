//! A kiosk takes hold of a reservation: a lease of five minutes, at most three, one at a time.
//!
//! Hours, kinds, locks and the reservation's end are asked when a claim is made. What began in time may
//! finish: a lease runs on after closing time and after the reservation's 24 hours, and only its bytes are
//! repeated then. A lock stops even the repeat (invariant I5).

use core::fmt;

use crate::card::{Card, ClaimFacts, Fact, Live, LiveClaim, Refusal, Repeat, Reservation};
use crate::decision::{self, Command, Dated};
use crate::limits::{CLAIM_LEASE, GRANT_MAX_BYTES, PUBLIC_KEY_MAX_BYTES};
use crate::statement::CardChallenge;
use crate::{ClaimId, KeyHash, Kinds, KioskId, Nonce, PinKind, Policy, RequestHash, SessionId, Timestamp};

/// What a kiosk asks for: the caller has checked the session, the chain, the signature, the register, and
/// the revocation of both certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimRequest {
    /// The kiosk's session, which is the key of this request.
    pub session: SessionId,
    /// What the kiosk sent.
    pub request: RequestHash,
    /// The kiosk.
    pub kiosk: KioskId,
    /// What its operator and its machine reset today.
    pub kinds: Kinds,
    /// The PIN to be reset: the other one than the certificate's.
    pub target: PinKind,
    /// The key that signed.
    pub known_key: KeyHash,
    /// The challenge the card drew.
    pub card_challenge: CardChallenge,
}

/// What a claim may be answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Make an authorisation and a reply whose hold ends at this instant, then decide [`Claim`] with it.
    New {
        /// The first instant at which the hold is over.
        lease_ends: Timestamp,
    },
    /// The session has its claim already: decide [`Claim`] without a new one, and it is repeated.
    Repeat,
}

/// The reply to a claim, opaque to the rules. It carries an authorisation and a token, so it is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Grant(Vec<u8>);

impl Grant {
    /// From the reply's bytes.
    pub const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The reply's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Grant({} bytes)", self.0.len())
    }
}

/// What the caller has made for a new claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewClaim {
    /// A new id.
    pub id: ClaimId,
    /// A new nonce.
    pub completion_nonce: Nonce,
    /// The target key as the register names it, SubjectPublicKeyInfo in DER.
    pub target_key: Vec<u8>,
    /// [`Permission::New::lease_ends`], which stands in the reply.
    pub lease_ends: Timestamp,
    /// The reply, to be repeated byte for byte.
    pub grant: Grant,
}

/// Takes hold of the card's reservation.
///
/// The same session with the same request gets the same bytes while its claim lives. With another request,
/// or after its claim has ended, it is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// What the kiosk asks for.
    pub request: ClaimRequest,
    /// What was made for it; nothing if [`Permission::Repeat`] was said.
    pub new: Option<NewClaim>,
}

/// A claim that was granted, now or before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// Which.
    pub claim: ClaimId,
    /// The reply.
    pub grant: Grant,
    /// The first instant at which the hold is over.
    pub lease_ends: Timestamp,
}

impl Card {
    /// Whether this claim would be granted at `now`: asked before an authorisation is made for it.
    ///
    /// # Errors
    /// What [`Claim`] would be refused for.
    pub fn may_claim(
        &self,
        request: &ClaimRequest,
        now: Timestamp,
        policy: &Policy,
    ) -> Result<Permission, Refusal> {
        let card = decision::at(self, now, policy);
        card.permission(request, card.high_water, policy)
    }

    fn permission(
        &self,
        request: &ClaimRequest,
        now: Timestamp,
        policy: &Policy,
    ) -> Result<Permission, Refusal> {
        self.refuse_locked()?;
        if let Some(running) = self.running_claim()
            && running.facts.session == request.session
        {
            let same = running.facts.request == request.request && running.facts.kiosk == request.kiosk;
            return if same { Ok(Permission::Repeat) } else { Err(Refusal::SessionUsed) };
        }
        if self.session_is_used(request.session) {
            return Err(Refusal::SessionUsed);
        }
        let reservation = self.claimable(request.target)?;
        if reservation.known_key != request.known_key {
            return Err(Refusal::AnotherKey);
        }
        match &reservation.state {
            Live::Claimed(running) => {
                return Err(Refusal::ClaimLives { lease_ends: running.facts.lease_ends });
            }
            Live::Reserved { .. } => {}
        }
        if self.challenge_is_used(&request.card_challenge) {
            return Err(Refusal::ChallengeUsed);
        }
        if !request.kinds.contains(request.target) {
            return Err(Refusal::KindNotOffered { target: request.target });
        }
        if !policy.hours.is_open(now) {
            return Err(Refusal::OutsideHours { opens_at: policy.hours.next_opening(now) });
        }
        Ok(Permission::New { lease_ends: now.after(CLAIM_LEASE) })
    }

    /// The reservation that lives, or how the last one for this target ended.
    fn claimable(&self, target: PinKind) -> Result<&Reservation<Live>, Refusal> {
        match (&self.live, self.ended.last()) {
            (Some(live), _) if live.target == target => Ok(live),
            (Some(live), _) => Err(Refusal::AnotherTarget { reserved: live.target }),
            (None, Some(last)) if last.target == target => Err(Refusal::Ended(last.state.clone())),
            (None, Some(_) | None) => Err(Refusal::NoReservation),
        }
    }

    /// Begins the hold; only after [`Permission::New`].
    fn begin_claim(
        &mut self,
        request: ClaimRequest,
        new: NewClaim,
        now: Timestamp,
        facts: &mut Vec<Dated<Fact>>,
    ) -> Result<Granted, Refusal> {
        let fits = new.grant.0.len() <= GRANT_MAX_BYTES
            && new.target_key.len() <= PUBLIC_KEY_MAX_BYTES
            && now < new.lease_ends
            && new.lease_ends <= now.after(CLAIM_LEASE);
        if !fits {
            return Err(Refusal::GrantUnfit);
        }
        let reservation = self.live.as_mut().ok_or(Refusal::NoReservation)?;
        let granted = Granted { claim: new.id, grant: new.grant.clone(), lease_ends: new.lease_ends };
        facts.push(Dated::new(
            now,
            Fact::Claimed {
                claim: new.id,
                booking: reservation.booking,
                kiosk: request.kiosk.clone(),
                lease_ends: new.lease_ends,
            },
        ));
        reservation.state = Live::Claimed(LiveClaim {
            facts: ClaimFacts {
                id: new.id,
                session: request.session,
                request: request.request,
                kiosk: request.kiosk,
                card_challenge: request.card_challenge,
                completion_nonce: new.completion_nonce,
                target_key: new.target_key,
                made_at: now,
                lease_ends: new.lease_ends,
            },
            grant: new.grant,
            unknown_since: None,
        });
        Ok(granted)
    }
}

impl Command<Card> for Claim {
    type Outcome = Granted;

    fn apply(
        self,
        state: Option<Card>,
        now: Timestamp,
        policy: &Policy,
        facts: &mut Vec<Dated<Fact>>,
    ) -> Result<(Card, Granted), Refusal> {
        let mut card = state.ok_or(Refusal::NoReservation)?;
        let granted = match (card.permission(&self.request, now, policy)?, self.new) {
            (Permission::New { .. }, Some(new)) => card.begin_claim(self.request, new, now, facts)?,
            // The claim that was to be repeated has ended since: the session with it.
            (Permission::New { .. }, None) => return Err(Refusal::SessionUsed),
            (Permission::Repeat, _) => {
                let running = card.running_claim().expect("a repeat was permitted because a claim runs");
                let granted = Granted {
                    claim: running.facts.id,
                    grant: running.grant.clone(),
                    lease_ends: running.facts.lease_ends,
                };
                facts.push(Dated::new(now, Fact::Repeated(Repeat::Claimed(granted.claim))));
                granted
            }
        };
        Ok((card, granted))
    }
}
