//! One visit at the kiosk, from the session to the receipt (design §5).
//!
//! The order is what matters here: counters before any PIN, the journal before every message and before the reset,
//! the new PIN checked before the card is touched. What may follow what is decided by [`crate::stage`].

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use card::{CardError, Jpki, NotDone, PinReset, PinVerified, ResetFailed, SelectError, Tries, VerifyError};
use client::{Failure, FirstLook, NoUse, Retry};
use reservation::PinKind;
use reservation::limits::{CLAIM_LEASE, KIOSK_SESSION_LIFE};
use secret::{NewPin, NewSignaturePin, NewUserPin, Pin, UserPin};
use time::OffsetDateTime;
use uuid::Uuid;
use wire::kiosk::{Claim, FailureReason, Granted};

use crate::birth_date;
use crate::delivery::{Delivery, deliver};
use crate::doubt::{Told, counter_tells};
use crate::journal::{ClaimJournal, JournalError};
use crate::outcome::{NotClaimed, Outcome};
use crate::person::{Answer, KnownPinComplaint, Notice, Person};
use crate::reader::{CardGone, NoCard, Reader};
use crate::server::KioskServer;
use crate::session::{Grant, OpenSession};
use crate::stage::{ClaimToken, Ending, Event, Stage};
use crate::timer::Timer;

/// How long a kiosk waits for what.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the card to be put on the reader.
    pub card: Duration,
    /// For a card that left in mid-reset to come back.
    pub card_back: Duration,
    /// For each key while a PIN is typed; then nobody stands there, and the card is switched off.
    pub key: Duration,
    /// Between two warnings that the card is still there.
    pub removal: Duration,
    /// How often that warning is given; then the kiosk gives up waiting.
    pub removal_warnings: u32,
    /// For the server's final answer while the holder stands there.
    pub delivery: Retry,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            card: Duration::from_secs(60),
            card_back: Duration::from_secs(20),
            key: Duration::from_secs(90),
            removal: Duration::from_secs(15),
            removal_warnings: 8,
            delivery: Retry::PERSON_WAITS,
        }
    }
}

/// A session is renewed when less than this is left of it: signing and sending take a few seconds.
const SESSION_MARGIN: Duration = Duration::from_secs(30);
/// No reset begins with less than this left of the hold.
const LEASE_MARGIN: Duration = Duration::from_secs(10);

/// A kiosk, ready for a holder.
pub struct Kiosk<'a> {
    /// Where claims come from.
    pub server: &'a dyn KioskServer,
    /// Where cards come from.
    pub reader: &'a mut dyn Reader,
    /// The card's reset command.
    pub driver: &'a dyn PinReset,
    /// What is owed to the server.
    pub journal: &'a mut dyn ClaimJournal,
    /// The holder.
    pub person: &'a mut dyn Person,
    /// Time that passes.
    pub timer: &'a dyn Timer,
    /// How long is waited for what.
    pub patience: Patience,
}

/// A card whose holder proved themselves, and what the claim will need.
struct Proved {
    card: PinVerified,
    challenge: reservation::statement::CardChallenge,
    certificate: Vec<u8>,
    /// For the rule that a new signature PIN does not contain it.
    user_pin: Option<UserPin>,
    before: Before,
}

/// What is remembered of the card before the reset, to recognise it afterwards.
struct Before {
    target_tries: Tries,
    /// Of the user certificate, which names nobody and is read without a PIN.
    card: [u8; 32],
}

/// A claim in this kiosk's hands.
struct Held {
    grant: Grant,
    stage: Stage,
    lease_ends: OffsetDateTime,
    /// By the timer; from when the claim was sent, so never later than the server's.
    deadline: Duration,
}

/// How the reset ended, and what else is to be told.
struct Ended {
    ending: Ending,
    confirmed: bool,
}

impl Ended {
    fn not_done(reason: FailureReason) -> Self {
        Self { ending: Ending::NotDone(reason), confirmed: false }
    }

    const fn cannot_tell(confirmed: bool) -> Self {
        Self { ending: Ending::CannotTell, confirmed }
    }

    fn proved(proof: [u8; card::SIGNATURE_BYTES]) -> Self {
        Self { ending: Ending::Proved(proof.to_vec()), confirmed: true }
    }
}

impl Kiosk<'_> {
    /// Resets this PIN of the card that is put on the reader. The card is without power afterwards.
    pub fn redeem(&mut self, target: PinKind) -> Outcome {
        let (proved, claim) = match self.prepare_claim(target) {
            Ok(prepared) => prepared,
            Err(why) => return Outcome::NotClaimed(why),
        };
        self.person.tell(&Notice::Claiming);
        let sent = self.timer.elapsed();
        let granted = match self.server.claim(&claim) {
            Ok(granted) => granted,
            Err(failure @ (Failure::Refused(_) | Failure::Unreachable(_))) => {
                return Outcome::NotClaimed(failure.into());
            }
            Err(failure) => return Outcome::PerhapsClaimed(failure),
        };
        self.carry_out(target, proved, granted, sent + CLAIM_LEASE)
    }

    /// Everything up to the claim. The session comes first, so that a kiosk that may not work says so before the
    /// holder has typed a PIN.
    fn prepare_claim(&mut self, target: PinKind) -> Result<(Proved, Claim), NotClaimed> {
        let opened = self.timer.elapsed();
        let mut session = OpenSession::parse(self.server.open_session(Some(target))?)?;
        let mut proved = self.prove_holder(target)?;
        if self.timer.elapsed().saturating_sub(opened) + SESSION_MARGIN > KIOSK_SESSION_LIFE {
            session = OpenSession::parse(self.server.open_session(Some(target))?)?;
        }
        let signature = proved.card.sign(&session.statement(target, proved.challenge))?;
        let claim = Claim {
            session: session.token,
            certificate: proved.certificate.as_slice().into(),
            signature: signature.into(),
            card_challenge: proved.challenge.into(),
        };
        Ok((proved, claim))
    }

    /// Card, counters, challenge, known PIN, certificate.
    fn prove_holder(&mut self, target: PinKind) -> Result<Proved, NotClaimed> {
        self.person.tell(&Notice::PutCard);
        let transport = self.reader.wait_for_card(self.patience.card)?;
        let person = &mut *self.person;
        let look = FirstLook::at(transport, target, |counters| person.tell(&Notice::Counters(counters)))?;
        let mut card = look.card;
        let user_certificate = card.user_certificate()?;
        let before = Before { target_tries: look.counters.of(target), card: sha256(&user_certificate) };
        let challenge = card.challenge(self.driver).map_err(NoUse::from)?;
        let (mut card, user_pin) = self.verify_known_pin(card, target.other(), look.known_tries)?;
        let certificate = card.certificate()?;
        Ok(Proved { card, challenge, certificate, user_pin, before })
    }

    /// Asks until the PIN is right, the holder gives up, or the card says that it is over. Each VERIFY is one
    /// deliberate entry.
    fn verify_known_pin(
        &mut self,
        mut card: Jpki,
        known: PinKind,
        mut tries: Tries,
    ) -> Result<(PinVerified, Option<UserPin>), NotClaimed> {
        let mut complaint = None;
        loop {
            let entry = match self.person.known_pin(known, tries, complaint, self.patience.key) {
                Answer::Typed(entry) => entry,
                Answer::GaveUp => return Err(without_pin(NotClaimed::GaveUp, complaint, tries)),
                Answer::NotInTime => return Err(without_pin(NotClaimed::NotInTime, complaint, tries)),
            };
            // Both copies belong to types that wipe them.
            let user_pin = match known {
                PinKind::User => UserPin::from_entry(entry.clone()).ok(),
                PinKind::Signature => None,
            };
            let pin = match Pin::from_entry(known, entry) {
                Ok(pin) => pin,
                Err(format) => {
                    complaint = Some(KnownPinComplaint::Format(format));
                    continue;
                }
            };
            match card.verify(pin) {
                Ok(verified) => return Ok((verified, user_pin)),
                Err(failed) => match failed.error {
                    VerifyError::WrongPin { left } => {
                        (card, tries) = (failed.session, Tries::Left(left));
                        complaint = Some(KnownPinComplaint::Wrong);
                    }
                    error => return Err(error.into()),
                },
            }
        }
    }

    /// From the grant on: whatever happens, the server learns how it ended.
    fn carry_out(
        &mut self,
        target: PinKind,
        proved: Proved,
        granted: Granted,
        deadline: Duration,
    ) -> Outcome {
        let (claim, lease_ends) = (granted.claim, granted.lease_ends);
        let token = ClaimToken::new(granted.claim_token.clone());
        let stage = Stage::Granted { token, target: granted.target, lease_ends };
        let journaled = self.journal.record(claim, &stage);
        let ended = match (journaled, Grant::parse(granted, target)) {
            (Ok(()), Some(grant)) => {
                let mut held = Held { grant, stage, lease_ends, deadline };
                let ended = self.reset(target, proved, &mut held);
                return self.report(held.grant.claim, held.stage, ended, held.lease_ends);
            }
            (Err(error), _) => {
                tracing::error!(%error, "the journal cannot be written: nothing is reset");
                Ended::not_done(FailureReason::KioskStopped)
            }
            (Ok(()), None) => {
                tracing::error!("the grant is not what the interface describes: nothing is reset");
                Ended::not_done(FailureReason::KioskStopped)
            }
        };
        self.report(claim, stage, ended, lease_ends)
    }

    fn reset(&mut self, target: PinKind, proved: Proved, held: &mut Held) -> Ended {
        self.person.tell(&Notice::Granted { lease_ends: held.lease_ends });
        let new = match self.choose_new_pin(target, &proved, held.deadline) {
            Ok(new) => new,
            Err(reason) => return Ended::not_done(reason),
        };
        match self.advance(held, Event::ResetBegins) {
            Ok(()) => {}
            Err(error) => {
                tracing::error!(%error, "the journal cannot be written: nothing is reset");
                return Ended::not_done(FailureReason::KioskStopped);
            }
        }
        self.person.tell(&Notice::Resetting);
        match proved.card.reset(self.driver, &held.grant.authorisation, new) {
            Ok(card) => prove_new_pin(card, held),
            Err(ResetFailed::NotDone { reason, .. }) => Ended::not_done(match reason {
                NotDone::Transport(_) | NotDone::KnownPinNotVerified => FailureReason::CardRemoved,
                NotDone::AuthorisationRefused
                | NotDone::NoChallenge
                | NotDone::NewPinRefused
                | NotDone::SamePin
                | NotDone::Card(_) => FailureReason::CardRefused,
            }),
            Err(ResetFailed::Unknown { new, cause }) => {
                tracing::warn!(%cause, "the reset's answer was lost");
                self.ask_the_card(target, &proved.before, new, held)
            }
            Err(ResetFailed::Unproved { error }) => {
                tracing::warn!(%error, "the new PIN is set but unproved");
                Ended::cannot_tell(true)
            }
        }
    }

    /// Asks until the new PIN is good by the rules; the card is not touched.
    fn choose_new_pin(
        &mut self,
        target: PinKind,
        proved: &Proved,
        deadline: Duration,
    ) -> Result<NewPin, FailureReason> {
        let birth = match target {
            PinKind::User => birth_date::of_certificate(&proved.certificate),
            PinKind::Signature => None,
        };
        let mut complaint = None;
        loop {
            let last_moment = deadline.saturating_sub(LEASE_MARGIN);
            let patience = self.patience.key.min(last_moment.saturating_sub(self.timer.elapsed()));
            let entries = self.person.new_pin(target, complaint, patience);
            if self.timer.elapsed() > last_moment {
                return Err(FailureReason::TimedOut);
            }
            let (entry, again) = match entries {
                Answer::Typed(entries) => entries,
                Answer::GaveUp => return Err(FailureReason::HolderLeft),
                Answer::NotInTime => return Err(FailureReason::TimedOut),
            };
            let chosen = match (target, &proved.user_pin) {
                (PinKind::User, _) => NewUserPin::choose(entry, again, birth).map(NewPin::from),
                (PinKind::Signature, Some(known)) => {
                    NewSignaturePin::choose(entry, again, known).map(NewPin::from)
                }
                // The known PIN of a signature reset is the user PIN, kept since it was typed.
                (PinKind::Signature, None) => return Err(FailureReason::KioskStopped),
            };
            match chosen {
                Ok(new) => return Ok(new),
                Err(refused) => complaint = Some(refused),
            }
        }
    }

    /// After a lost answer: with the same card back on the reader its counter may tell, for free. The new PIN is
    /// verified only once it is known to be the card's.
    fn ask_the_card(&mut self, target: PinKind, before: &Before, new: NewPin, held: &Held) -> Ended {
        self.person.tell(&Notice::PutCardBack);
        match self.tries_of_same_card(target, before) {
            Ok((card, after)) => match counter_tells(target, before.target_tries, after) {
                Told::Done => match card.verify(new.into_pin()) {
                    Ok(card) => prove_new_pin(card, held),
                    Err(failed) => {
                        tracing::warn!(error = %failed.error, "the new PIN is set but unproved");
                        Ended::cannot_tell(true)
                    }
                },
                Told::NotDone => Ended::not_done(FailureReason::CardRemoved),
                Told::Nothing => Ended::cannot_tell(false),
            },
            Err(why) => {
                self.person.tell(&Notice::NotAsked(why));
                Ended::cannot_tell(false)
            }
        }
    }

    fn tries_of_same_card(
        &mut self,
        target: PinKind,
        before: &Before,
    ) -> Result<(Jpki, Tries), Option<SelectError>> {
        let transport =
            self.reader.wait_for_card(self.patience.card_back).map_err(|_: NoCard| None::<SelectError>)?;
        let mut card = Jpki::select(transport).map_err(Some)?;
        let certificate = card.user_certificate().map_err(|_| None)?;
        if sha256(&certificate) != before.card {
            return Err(None);
        }
        let tries = card.tries_left(target).map_err(|error: CardError| Some(error.into()))?;
        Ok((card, tries))
    }

    /// Journals how the claim ended, tells the server, and makes the outcome.
    fn report(&mut self, claim: Uuid, stage: Stage, ended: Ended, lease_ends: OffsetDateTime) -> Outcome {
        let Ended { ending, confirmed } = ended;
        let stage =
            stage.on(Event::Ended(ending.clone())).expect("a reset ends only in ways its stage allows");
        if let Err(error) = self.journal.record(claim, &stage) {
            // Sending it now is the best that is left; after a restart the journal would say "unknown".
            tracing::error!(%error, "the journal cannot be written");
        }
        if matches!(ending, Ending::Proved(_)) {
            self.person.tell(&Notice::PinSet);
        }
        let delivery = self.deliver(claim, &stage);
        match ending {
            Ending::Proved(_) => Outcome::Done { claim, delivery },
            Ending::NotDone(reason) => Outcome::NotDone { claim, reason, delivery },
            Ending::CannotTell => Outcome::Unknown { claim, confirmed, lease_ends, delivery },
        }
    }

    fn deliver(&mut self, claim: Uuid, stage: &Stage) -> Delivery {
        let (token, completion) = stage.owed().expect("a claim that ended is owed to the server");
        let delivery = deliver(self.server, self.timer, self.patience.delivery, (claim, token, completion));
        match &delivery {
            Delivery::Final(verdict) => {
                let settled = Stage::Settled { verdict: verdict.clone() };
                if let Err(error) = self.journal.record(claim, &settled) {
                    // The next start sends it once more, and gets the same answer.
                    tracing::error!(%error, "the journal cannot be written");
                }
            }
            Delivery::NotYet(failure) => self.person.tell(&Notice::ToldLater(failure.clone())),
        }
        delivery
    }

    fn advance(&mut self, held: &mut Held, event: Event) -> Result<(), JournalError> {
        let next = held.stage.clone().on(event).expect("the reset begins once, after the grant");
        self.journal.record(held.grant.claim, &next)?;
        held.stage = next;
        Ok(())
    }
}

/// Waits until the card has left the reader, and warns while it has not.
pub fn wait_for_removal(reader: &mut dyn Reader, person: &mut dyn Person, patience: &Patience) -> CardGone {
    for warning in 0..patience.removal_warnings {
        person.tell(&Notice::TakeCard { again: warning > 0 });
        if reader.wait_for_removal(patience.removal) == CardGone::Yes {
            return CardGone::Yes;
        }
    }
    CardGone::No
}

/// Why the visit ends without the known PIN: what a wrong one left of its tries is told rather than that none came.
fn without_pin(why: NotClaimed, complaint: Option<KnownPinComplaint>, tries: Tries) -> NotClaimed {
    match (complaint, tries) {
        (Some(KnownPinComplaint::Wrong), Tries::Left(left)) => VerifyError::WrongPin { left }.into(),
        (Some(KnownPinComplaint::Wrong), Tries::Blocked) => VerifyError::Blocked.into(),
        (Some(KnownPinComplaint::Format(_)) | None, _) => why,
    }
}

/// The target key's signature, which the card makes only with the new PIN verified.
fn prove_new_pin(mut card: PinVerified, held: &Held) -> Ended {
    match card.sign(&held.grant.statement) {
        Ok(proof) => {
            card.finish();
            Ended::proved(proof)
        }
        Err(error) => {
            tracing::warn!(%error, "the new PIN is set but unproved");
            Ended::cannot_tell(true)
        }
    }
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    digest(&SHA256, bytes).as_ref().try_into().expect("a SHA-256 digest has 32 bytes")
}
