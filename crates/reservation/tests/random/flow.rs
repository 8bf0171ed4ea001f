//! What clients and servers do: each request is a flow of commits in the order the rules ask for, and may be
//! dropped between any two. Whatever was sent once may be sent again, at any time.

use reservation::card::{
    ApproveCancel, ApproveLift, Cancel, Canceller, Claim, ClaimRequest, Complete, Debit, DebitAnswer, Fail,
    FailureReason, Finding, Grant, LeaveUnknown, Lift, NewClaim, Permission, Prove, Refusal, Reserve, Settle,
    Settled, Status,
};
use reservation::installation::{
    AcceptCard, CopyLift, DebitAttempt, Debited, FinishBooking, IssueChallenge, Register, Rejection,
    Reserved, SettleAttempt, StartBooking, Verdict,
};
use reservation::limits::KIOSK_SESSION_LIFE;
use reservation::{
    AttemptId, BookingId, CardId, ClaimId, FrameMark, InstallationId, KioskId, PinKind, RequestHash,
    RequestKey, ReservationNumber, StaffId, SurfaceHash, Timestamp,
};

use crate::checked::{Checked, Violation, check};
use crate::common::{key, nonce};
use crate::model::{Approved, GrantState, ModelApp, ModelGrant};
use crate::sabotage::{Sabotage, What};
use crate::world::World;

/// One request, and how far the server has come with it.
#[derive(Clone, Debug)]
pub enum Flow {
    Register { app: InstallationId },
    Start { app: InstallationId, start: StartBooking },
    Prove { app: InstallationId, accept: AcceptCard },
    AcceptCard { app: InstallationId, accept: AcceptCard },
    Challenge { app: InstallationId, issue: IssueChallenge },
    Face { app: InstallationId, frames: Frames },
    FaceDebitCard { app: InstallationId, frames: Frames, card: CardId, debit: Debit },
    FaceMatch { app: InstallationId, frames: Frames, card: CardId },
    FaceSettleCard { app: InstallationId, frames: Frames, card: CardId },
    FaceSettleApp { app: InstallationId, frames: Frames, verdict: Verdict },
    Reserve { app: InstallationId, booking: BookingId },
    Finish { app: InstallationId, booking: BookingId, reserved: Reserved },
    Claim { card: CardId, request: ClaimRequest, opened_at: Timestamp },
    Report { card: CardId, claim: ClaimId, kiosk: KioskId, report: Report },
    Cancel { card: CardId, by: Canceller },
    ApproveCancel { card: CardId, number: ReservationNumber, staff: StaffId },
    ApproveLift { card: CardId, number: ReservationNumber, staff: StaffId },
    Lift { card: CardId, number: ReservationNumber, staff: StaffId },
    CopyLift { app: InstallationId, lifted_at: Timestamp },
    StrayDebit { card: CardId, debit: Debit },
    StrayReserve { card: CardId, reserve: Reserve },
}

/// Frames on a challenge, and what a match would find in them.
#[derive(Clone, Debug)]
pub struct Frames {
    pub booking: BookingId,
    pub attempt: AttemptId,
    pub request: RequestHash,
    pub surface: SurfaceHash,
    pub marks: Vec<FrameMark>,
    pub finding: Finding,
}

/// How a kiosk says a reset ended.
#[derive(Clone, Copy, Debug)]
pub enum Report {
    Completed,
    Failed,
    Unknown,
}

/// What follows a step.
pub type Next = Result<Option<Flow>, Violation>;

impl World {
    /// One commit of a flow, and what the server would do next.
    pub fn step(&mut self, flow: Flow) -> Next {
        match flow {
            Flow::Register { app } => self.register(app),
            Flow::Start { app, start } => self.start(app, &start),
            Flow::Prove { app, accept } => self.prove(app, &accept),
            Flow::AcceptCard { app, accept } => {
                let (booking, card, key) = (accept.booking, accept.card, accept.known_key);
                if self.send_app(app, accept)?.is_ok() {
                    self.model.bound(booking, card, key)?;
                }
                self.compare_app(app).map(|()| None)
            }
            Flow::Challenge { app, issue } => {
                self.send_app(app, issue)?.ok();
                self.compare_app(app).map(|()| None)
            }
            Flow::Face { app, frames } => self.debit_app(app, frames),
            Flow::FaceDebitCard { app, frames, card, debit } => self.debit_card(app, frames, card, &debit),
            Flow::FaceMatch { app, frames, card } => {
                self.model.match_runs(frames.attempt, frames.request)?;
                Ok(Some(Flow::FaceSettleCard { app, frames, card }))
            }
            Flow::FaceSettleCard { app, frames, card } => self.settle_card(app, frames, card),
            Flow::FaceSettleApp { app, frames, verdict } => self.settle_app(app, &frames, verdict),
            Flow::Reserve { app, booking } => self.reserve(app, booking),
            Flow::Finish { app, booking, reserved } => self.finish(app, booking, reserved),
            // The session's three minutes are the server's to check, before the rules are asked.
            Flow::Claim { opened_at, .. } if opened_at.after(KIOSK_SESSION_LIFE) <= self.now => Ok(None),
            Flow::Claim { card, request, .. } => self.claim(card, request).map(|()| None),
            Flow::Report { card, claim, kiosk, report } => {
                self.report(card, claim, kiosk, report).map(|()| None)
            }
            Flow::Cancel { card, by } => self.cancel(card, by).map(|()| None),
            Flow::ApproveCancel { card, number, staff } => {
                let command = ApproveCancel { number, staff: staff.clone() };
                if self.send_card(card, command, &What::Other)?.is_ok() {
                    let record = &self.cards[&card];
                    let booking = record.live.as_ref().unwrap().booking;
                    self.model.approvals.push((Approved::Cancel(booking), staff, record.high_water));
                }
                self.compare_card(card).map(|()| None)
            }
            Flow::ApproveLift { card, number, staff } => {
                let command = ApproveLift { number, staff: staff.clone() };
                if self.send_card(card, command, &What::Other)?.is_ok() {
                    self.model.approvals.push((Approved::Lift(card), staff, self.cards[&card].high_water));
                }
                self.compare_card(card).map(|()| None)
            }
            Flow::Lift { card, number, staff } => self.lift(card, number, &staff),
            Flow::CopyLift { app, lifted_at } => self.copy_lift(app, lifted_at),
            Flow::StrayDebit { card, debit } => {
                let what = What::Debit(debit.booking);
                let command = debit.clone();
                if let Ok((DebitAnswer::Open { deadline }, false)) = self.send_card(card, command, &what)? {
                    self.model.card_debited(card, &debit, deadline)?;
                }
                self.compare_card(card).map(|()| None)
            }
            Flow::StrayReserve { card, reserve } => {
                let accepted = self.send_card(card, reserve, &What::Other)?.is_ok();
                check(!accepted, "I7", || "a stranger reserved a card".into()).map(|()| None)
            }
        }
    }

    fn register(&mut self, app: InstallationId) -> Next {
        if self.send_app(app, Register { installation: app })?.is_ok() {
            let high = self.now;
            self.model.apps.entry(app).or_insert(ModelApp {
                high,
                failures: 0,
                open: None,
                locked_until: None,
            });
        }
        self.compare_app(app).map(|()| None)
    }

    fn start(&mut self, app: InstallationId, start: &StartBooking) -> Next {
        // The server draws the id anew for every request, also for one that was sent before.
        let start = StartBooking { booking: BookingId::from_u128(self.fresh()), ..start.clone() };
        if let Ok((_, false)) = self.send_app(app, start)? {
            self.model.apps.get_mut(&app).unwrap().abandon();
        }
        self.compare_app(app).map(|()| None)
    }

    fn prove(&mut self, app: InstallationId, accept: &AcceptCard) -> Next {
        let (card, booking) = (accept.card, accept.booking);
        let drawn = ReservationNumber::from_random(self.rng.next());
        let Ok((proved, repeated)) = self.send_card(card, Prove { booking, number: drawn }, &What::Other)?
        else {
            return self.compare_card(card).map(|()| None);
        };
        if !repeated {
            let now = self.cards[&card].high_water;
            self.model.proved(card, booking, now);
        }
        self.compare_card(card)?;
        Ok(Some(Flow::AcceptCard { app, accept: AcceptCard { number: proved.number, ..accept.clone() } }))
    }

    fn debit_app(&mut self, app: InstallationId, frames: Frames) -> Next {
        let Frames { booking, attempt, request, surface, .. } = frames;
        let debit = DebitAttempt {
            booking,
            attempt,
            nonce: nonce(3),
            request,
            surface,
            frames: frames.marks.clone(),
        };
        let next = match self.send_app(app, debit)? {
            Ok((Debited::Open { card, debit, .. }, repeated)) => {
                if !repeated {
                    self.model.app_debited(app, attempt, request, debit.deadline);
                }
                Some(Flow::FaceDebitCard { app, frames, card, debit })
            }
            Ok((Debited::Settled(_), _)) | Err(_) => None,
        };
        self.compare_app(app)?;
        Ok(next)
    }

    fn debit_card(&mut self, app: InstallationId, frames: Frames, card: CardId, debit: &Debit) -> Next {
        if self.sabotage == Sabotage::MatchOnHalfADebit {
            return Ok(Some(Flow::FaceMatch { app, frames, card }));
        }
        let next = match self.send_card(card, debit.clone(), &What::Debit(debit.booking))? {
            Ok((DebitAnswer::Open { deadline }, repeated)) => {
                if !repeated {
                    self.model.card_debited(card, debit, deadline)?;
                }
                Flow::FaceMatch { app, frames, card }
            }
            Ok((DebitAnswer::Settled(answer), _)) => {
                Flow::FaceSettleApp { app, frames, verdict: answer.verdict }
            }
            // No match ran.
            Err(_) => Flow::FaceSettleApp { app, frames, verdict: Verdict::Voided },
        };
        self.compare_card(card)?;
        Ok(Some(next))
    }

    fn settle_card(&mut self, app: InstallationId, frames: Frames, card: CardId) -> Next {
        let Frames { booking, attempt, finding, .. } = frames.clone();
        let next = match self.send_card(card, Settle { attempt, finding }, &What::Other)? {
            Ok((answer, repeated)) => {
                if !repeated {
                    self.model.card_settled(card, booking, attempt, finding, answer.verdict)?;
                }
                Some(Flow::FaceSettleApp { app, frames, verdict: answer.verdict })
            }
            Err(_) => None,
        };
        self.compare_card(card)?;
        Ok(next)
    }

    fn settle_app(&mut self, app: InstallationId, frames: &Frames, verdict: Verdict) -> Next {
        let Frames { booking, attempt, .. } = *frames;
        if let Ok((_, false)) = self.send_app(app, SettleAttempt { booking, attempt, verdict })? {
            // A void beyond the third in a booking counts.
            let voided = self.apps[&app].booking(booking).ok().is_some_and(|booking| {
                matches!(&booking.progress, reservation::installation::Progress::Face(step)
                    if step.last.as_ref().is_some_and(|last| last.verdict == Verdict::Voided))
            });
            let counted = if verdict == Verdict::Voided && !voided {
                Verdict::Rejected(Rejection::FaultsUsedUp)
            } else {
                verdict
            };
            self.model.apps.get_mut(&app).unwrap().settled(counted);
        }
        self.compare_app(app).map(|()| None)
    }

    fn reserve(&mut self, app: InstallationId, booking: BookingId) -> Next {
        let entitled = self.apps.get(&app).and_then(|installation| installation.entitlement(booking).ok());
        let Some((card, reserve)) = entitled else { return Ok(None) };
        let (target, attempt) = match reserve.basis {
            reservation::card::Basis::User => (PinKind::User, None),
            reservation::card::Basis::Signature { attempt } => (PinKind::Signature, Some(attempt)),
        };
        let next = match self.send_card(card, reserve, &What::Reserve(booking))? {
            Ok((status, repeated)) => {
                if !repeated {
                    let now = self.cards[&card].high_water;
                    self.model.reserved(card, app, booking, target, attempt, now)?;
                }
                let reserved = Reserved {
                    number: status.number,
                    made_at: status.made_at,
                    expires_at: status.expires_at,
                };
                Some(Flow::Finish { app, booking, reserved })
            }
            Err(_) => None,
        };
        self.compare_card(card)?;
        Ok(next)
    }

    fn finish(&mut self, app: InstallationId, booking: BookingId, reserved: Reserved) -> Next {
        if self.send_app(app, FinishBooking { booking, reserved })?.is_ok() {
            self.model.reservations.get_mut(&booking).unwrap().acknowledged = true;
        }
        self.compare_app(app).map(|()| None)
    }

    fn claim(&mut self, card: CardId, request: ClaimRequest) -> Checked {
        let what = What::Claim(request.known_key);
        let mut record = self.cards.get(&card).cloned();
        if let Some(record) = &mut record {
            self.sabotage.before_card(record, &what);
        }
        let Some(record) = record else {
            let refused = self.send_card(card, Claim { request, new: None }, &What::Other)?;
            return check(refused.is_err(), "I7", || "granted for an unknown card".into());
        };
        let permission = match record.may_claim(&request, self.now, &self.policy) {
            Ok(permission) => permission,
            Err(refusal) => {
                self.saw(format!("claim refused: {}", crate::common::verdict_of(&refusal)));
                // What was foretold is decided.
                let decided = self.send_card(card, Claim { request, new: None }, &What::Other)?;
                let same = decided.is_err_and(|decided| decided == refusal);
                return check(same || self.sabotage != Sabotage::Nothing, "I5", || {
                    "foretold otherwise".into()
                });
            }
        };
        let new = match permission {
            Permission::Repeat => None,
            Permission::New { lease_ends } => Some(NewClaim {
                id: ClaimId::from_u128(self.fresh()),
                completion_nonce: nonce(1),
                target_key: vec![7; 8],
                lease_ends,
                grant: Grant::from_bytes(self.rng.next().to_be_bytes().to_vec()),
            }),
        };
        let (session, key, target) = (request.session, request.known_key, request.target);
        let challenge = request.card_challenge;
        let Ok((granted, repeated)) = self.send_card(card, Claim { request, new }, &what)? else {
            return check(false, "I5", || "a claim was permitted and then refused".into());
        };
        let now = self.cards[&card].high_water;
        let bytes = granted.grant.as_bytes().to_vec();
        if repeated {
            self.model.granted_again(card, session, &bytes, now)?;
        } else {
            let grant = ModelGrant {
                claim: granted.claim,
                session,
                challenge,
                bytes,
                lease_ends: granted.lease_ends,
                state: GrantState::Live,
            };
            self.model.granted(card, key, target, grant, now)?;
        }
        self.compare_card(card)
    }

    fn report(&mut self, card: CardId, claim: ClaimId, kiosk: KioskId, report: Report) -> Checked {
        match report {
            Report::Completed => {
                let answer = self.send_card(card, Complete { claim, kiosk }, &What::Complete)?;
                if let Ok((settled, false)) = answer {
                    self.saw(format!("proof: {settled:?}"));
                    self.model.completed(claim, settled == Settled::Completed)?;
                }
            }
            Report::Failed => {
                let reason = FailureReason::CardRefused;
                if let Ok((_, false)) = self.send_card(card, Fail { claim, kiosk, reason }, &What::Other)? {
                    let now = self.cards[&card].high_water;
                    self.model.failed(claim, now)?;
                }
            }
            Report::Unknown => {
                self.send_card(card, LeaveUnknown { claim, kiosk }, &What::Other)?.ok();
            }
        }
        self.compare_card(card)
    }

    fn cancel(&mut self, card: CardId, by: Canceller) -> Checked {
        let staff = match &by {
            Canceller::Holder { .. } => None,
            Canceller::Desk { staff, .. } => Some(staff.clone()),
        };
        if let Ok((status, false)) = self.send_card(card, Cancel { by }, &What::Cancel)? {
            if let Some(second) = staff {
                let now = self.cards[&card].high_water;
                self.model.done_by_two(Approved::Cancel(status.booking), &second, now)?;
            }
            check(matches!(status.state, Status::Ended(_)), "I2", || "cancelled, but it lives".into())?;
            self.model.cancelled(status.booking)?;
        }
        self.compare_card(card)
    }

    fn lift(&mut self, card: CardId, number: ReservationNumber, staff: &StaffId) -> Next {
        let command = Lift { number, staff: staff.clone() };
        let next = match self.send_card(card, command, &What::Lift)? {
            Ok((lifted, repeated)) => {
                if !repeated {
                    let now = self.cards[&card].high_water;
                    self.model.done_by_two(Approved::Lift(card), staff, now)?;
                    self.model.lifted(card)?;
                }
                Some(Flow::CopyLift { app: lifted.installation, lifted_at: lifted.lifted_at })
            }
            Err(Refusal::SamePerson) => {
                self.saw("one person alone");
                None
            }
            Err(_) => None,
        };
        self.compare_card(card)?;
        Ok(next)
    }

    fn copy_lift(&mut self, app: InstallationId, lifted_at: Timestamp) -> Next {
        if let Ok(((), false)) = self.send_app(app, CopyLift { lifted_at })? {
            let model = self.model.apps.get_mut(&app).unwrap();
            model.locked_until = None;
            model.failures = 0;
        }
        self.compare_app(app).map(|()| None)
    }

    /// The key a card really has for its known PIN of this target.
    pub fn true_key(card: CardId, target: PinKind) -> reservation::KeyHash {
        key(card.as_bytes()[0] * 2 + u8::from(target == PinKind::User) + 100)
    }

    pub fn request_key(&mut self) -> RequestKey {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&self.rng.next().to_be_bytes());
        RequestKey::from_bytes(bytes)
    }

    pub fn request_hash(&mut self) -> RequestHash {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&self.rng.next().to_be_bytes());
        RequestHash::from_bytes(bytes)
    }
}
