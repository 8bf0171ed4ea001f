//! Every figure of the service in one table, each with its source.

use core::time::Duration;

/// A booking lives at most this long (design §2).
pub const BOOKING_LIFE: Duration = Duration::from_secs(15 * 60);
/// A reservation lives this long from the booking's completion, to the second (design §8).
pub const RESERVATION_LIFE: Duration = Duration::from_secs(24 * 3600);
/// A kiosk's hold on a reservation (design §2).
pub const CLAIM_LEASE: Duration = Duration::from_secs(5 * 60);
/// Claims per reservation (design §2, invariant I1).
pub const CLAIMS_PER_RESERVATION: usize = 3;
/// A kiosk session's token (design §5).
pub const KIOSK_SESSION_LIFE: Duration = Duration::from_secs(3 * 60);
/// Consecutive face failures that lock (design §7).
pub const FACE_FAILURES_TO_LOCK: u8 = 5;
/// Face failures in all that lock a card until two staff members lift it (design §7).
pub const FACE_FAILURES_FOR_GOOD: u16 = 50;
/// The timed lock's default length (design §7; a setting).
pub const DEFAULT_LOCK: Duration = Duration::from_secs(24 * 3600);
/// Debits voided for a fault of ours, per booking (design §7).
pub const VOIDS_PER_BOOKING: u8 = 3;
/// Face challenges per booking (design §7).
pub const CHALLENGES_PER_BOOKING: u8 = 10;
/// Certificates and signatures are no larger than this; RSA-2048 profiles stay below 2.5 KiB (card facts §5).
pub const CERTIFICATE_MAX_BYTES: usize = 4096;
/// The card challenge that an authorisation is bound to, in bytes (docs/card-reset.md).
pub const CARD_CHALLENGE_BYTES: usize = 16;
