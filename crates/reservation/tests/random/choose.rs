//! What a phone, a kiosk, the desk or a stranger does next: mostly what fits, often enough what does not.

use reservation::card::{Basis, Canceller, ClaimRequest, Debit, Finding, Live, Reserve, Standing};
use reservation::installation::{
    self, AcceptCard, FaceStage, IssueChallenge, Progress, Rejection, StartBooking,
};
use reservation::{
    AttemptId, BookingId, CardId, ClaimId, FrameMark, InstallationId, Kinds, KioskId, PinKind,
    ReservationNumber, SessionId,
};

use crate::common::{key, kiosk, nonce, poses, staff, surface};
use crate::flow::{Flow, Frames, Report};
use crate::world::World;

impl World {
    /// A request that is sent for the first time.
    pub fn choose(&mut self) -> Flow {
        match self.rng.below(100) {
            0..55 => self.phone(),
            55..88 => self.kiosk(),
            88..95 => self.desk(),
            _ => self.stranger(),
        }
    }

    fn phone(&mut self) -> Flow {
        let app = self.any_app();
        let Some(installation) = self.apps.get(&app) else { return Flow::Register { app } };
        let locked = matches!(installation.standing, installation::Standing::Locked { .. });
        let Some(booking) = installation.booking.clone() else { return self.start_booking(app) };
        if locked && self.rng.chance(85) {
            return self.kiosk();
        }
        let over = booking.deadline <= self.now && !matches!(booking.progress, Progress::Finished { .. });
        if over && self.rng.chance(80) || self.rng.chance(3) {
            return self.start_booking(app);
        }
        match &booking.progress {
            Progress::AwaitingCard { target } => self.read_card(app, booking.id, *target),
            Progress::Face(step) => match &step.stage {
                _ if self.rng.chance(5) => self.read_card(app, booking.id, PinKind::Signature),
                FaceStage::Challenged(challenge) if self.rng.chance(75) => {
                    let attempt = challenge.attempt;
                    let surface = if self.rng.chance(95) { step.surface } else { surface(99) };
                    self.show_face(app, booking.id, attempt, surface)
                }
                FaceStage::Attempting(open) if self.rng.chance(20) => {
                    let attempt = open.attempt;
                    self.show_face(app, booking.id, attempt, step.surface)
                }
                FaceStage::Waiting | FaceStage::Challenged(_) | FaceStage::Attempting(_) => {
                    let issue = IssueChallenge {
                        booking: booking.id,
                        request: self.request_key(),
                        attempt: AttemptId::from_u128(self.fresh()),
                        nonce: nonce(3),
                        poses: poses(),
                    };
                    Flow::Challenge { app, issue }
                }
            },
            Progress::UserReady { .. } | Progress::SignatureReady { .. } => {
                Flow::Reserve { app, booking: booking.id }
            }
            Progress::Finished { card, .. } => match self.rng.below(10) {
                0 => {
                    let installation = if self.rng.chance(80) { app } else { self.any_app() };
                    let by = Canceller::Holder { booking: booking.id, installation };
                    Flow::Cancel { card: card.id, by }
                }
                1 => Flow::Reserve { app, booking: booking.id },
                2..5 => self.start_booking(app),
                _ => self.kiosk(),
            },
        }
    }

    fn start_booking(&mut self, app: InstallationId) -> Flow {
        let start = StartBooking {
            request: self.request_key(),
            body: self.request_hash(),
            target: if self.rng.chance(60) { PinKind::Signature } else { PinKind::User },
            booking: BookingId::from_u128(0),
            nonce: nonce(1),
        };
        Flow::Start { app, start }
    }

    fn read_card(&mut self, app: InstallationId, booking: BookingId, target: PinKind) -> Flow {
        let card = self.any_card();
        let surface = (target == PinKind::Signature).then(|| surface(card.as_bytes()[0]));
        let accept = AcceptCard {
            booking,
            card,
            known_key: Self::true_key(card, target),
            number: ReservationNumber::from_random(0),
            surface,
        };
        Flow::Prove { app, accept }
    }

    fn show_face(
        &mut self,
        app: InstallationId,
        booking: BookingId,
        attempt: AttemptId,
        surface: reservation::SurfaceHash,
    ) -> Flow {
        let finding = if self.rng.chance(self.days.matching) {
            Finding::Match
        } else if self.rng.chance(20) {
            Finding::OurFault
        } else {
            Finding::NoMatch(Rejection::AnotherFace)
        };
        let request = self.request_hash();
        let marks = self.marks();
        Flow::Face { app, frames: Frames { booking, attempt, request, surface, marks, finding } }
    }

    /// New frames, or now and then some that were shown before.
    fn marks(&mut self) -> Vec<FrameMark> {
        let card = self.any_card();
        let shown = self.model.cards.get(&card).and_then(|card| card.frames.last().copied());
        let old = shown.filter(|_| self.rng.chance(10));
        let new = FrameMark::from_bits(self.rng.next());
        old.into_iter().chain([new]).collect()
    }

    fn any_kiosk(&mut self) -> KioskId {
        kiosk(["k1", "k2", "k3"][self.rng.below(3) as usize])
    }

    fn kiosk(&mut self) -> Flow {
        let mut card = self.any_card();
        for _ in 0..3 {
            if self.cards.get(&card).is_none_or(|card| card.live.is_none()) {
                card = self.any_card();
            }
        }
        let running = self.cards.get(&card).and_then(|card| match &card.live.as_ref()?.state {
            Live::Claimed(running) => Some((running.facts.id, running.facts.kiosk.clone())),
            Live::Reserved { .. } => None,
        });
        match running {
            Some((claim, kiosk)) if self.rng.chance(60) => self.report_on(card, claim, kiosk),
            _ if self.rng.chance(25) => self.late_report(card),
            _ => self.claim_card(card),
        }
    }

    fn report_on(&mut self, card: CardId, claim: ClaimId, kiosk: KioskId) -> Flow {
        let kiosk = if self.rng.chance(95) { kiosk } else { self.any_kiosk() };
        let report = match self.rng.below(10) {
            0..3 => Report::Completed,
            3..8 => Report::Failed,
            _ => Report::Unknown,
        };
        Flow::Report { card, claim, kiosk, report }
    }

    /// A kiosk that comes back with its journal, perhaps long after.
    fn late_report(&mut self, card: CardId) -> Flow {
        let known: Vec<(ClaimId, KioskId)> = self
            .cards
            .get(&card)
            .into_iter()
            .flat_map(|card| {
                let live = card.live.iter().flat_map(|live| &live.claims);
                live.chain(card.ended.iter().flat_map(|ended| &ended.claims))
            })
            .map(|claim| (claim.facts.id, claim.facts.kiosk.clone()))
            .collect();
        if known.is_empty() {
            return self.claim_card(card);
        }
        let (claim, kiosk) = self.rng.pick(&known);
        let report = if self.rng.chance(80) { Report::Completed } else { Report::Failed };
        Flow::Report { card, claim, kiosk, report }
    }

    fn claim_card(&mut self, card: CardId) -> Flow {
        let reserved = self.cards.get(&card).and_then(|card| card.live.as_ref()).map(|live| live.target);
        let target = match reserved {
            Some(target) if self.rng.chance(93) => target,
            _ => self.rng.pick(&PinKind::ALL),
        };
        let known_key = if self.rng.chance(95) { Self::true_key(card, target) } else { key(99) };
        let mut card_challenge = [0; 16];
        card_challenge[..8].copy_from_slice(&self.rng.next().to_be_bytes());
        if self.rng.chance(3) {
            card_challenge = [1; 16];
        }
        let request = ClaimRequest {
            session: SessionId::from_u128(self.fresh()),
            request: self.request_hash(),
            kiosk: self.any_kiosk(),
            kinds: if self.rng.chance(95) { Kinds::ALL } else { Kinds::NONE.with(PinKind::Signature) },
            target,
            known_key,
            card_challenge,
        };
        Flow::Claim { card, request, opened_at: self.now }
    }

    fn desk(&mut self) -> Flow {
        let card = self.any_card();
        let number = match self.cards.get(&card) {
            Some(record) if self.rng.chance(95) => record.number,
            Some(_) | None => ReservationNumber::from_random(self.rng.next()),
        };
        let who = staff(["a", "b", "c"][self.rng.below(3) as usize]);
        let locked =
            self.cards.get(&card).is_some_and(|card| !matches!(card.standing, Standing::Open { .. }));
        match (locked && self.days.lifting, self.rng.below(2)) {
            (true, 0) => Flow::ApproveLift { card, number, staff: who },
            (true, _) => Flow::Lift { card, number, staff: who },
            (false, 0) => Flow::ApproveCancel { card, number, staff: who },
            (false, _) => Flow::Cancel { card, by: Canceller::Desk { number, staff: who } },
        }
    }

    /// Somebody who never held the card.
    fn stranger(&mut self) -> Flow {
        let card = self.any_card();
        let booking = BookingId::from_u128(self.fresh());
        let app = self.any_app();
        let deadline = self.now.after(core::time::Duration::from_secs(20));
        if self.rng.chance(50) {
            let attempt = AttemptId::from_u128(self.fresh());
            let frames = Vec::new();
            let debit = Debit { attempt, booking, installation: app, deadline, frames };
            Flow::StrayDebit { card, debit }
        } else {
            let known_key = Self::true_key(card, PinKind::User);
            let reserve = Reserve { booking, installation: app, known_key, basis: Basis::User, deadline };
            Flow::StrayReserve { card, reserve }
        }
    }
}
