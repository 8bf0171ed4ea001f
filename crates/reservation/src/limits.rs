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
/// How often a challenge has the head change its pose, unless the settings say otherwise (face facts §6).
pub const DEFAULT_FACE_TURNS: u8 = 3;
/// Most changes of pose in a challenge: with more, people would tire before a replay's odds get worth telling.
pub const FACE_TURNS_MOST: u8 = 8;
/// From a challenge to the arrival of its last frame, unless the settings say otherwise: four poses of a few seconds each,
/// and a slow line.
pub const DEFAULT_FACE_CHALLENGE_LIFE: Duration = Duration::from_secs(30);
/// From the arrival of the frames to the verdict; after it the card counts the attempt as failed. Waiting for the face
/// engine, looking at the frames and comparing them take about a second, twenty at most.
pub const FACE_ATTEMPT_LIFE: Duration = Duration::from_secs(30);
/// How much longer the installation waits than the card, so that the card's answer can still be copied.
pub const FACE_COPY_GRACE: Duration = Duration::from_secs(30);
/// Frames of earlier attempts that a card remembers, by their marks: those of sixteen attempts with as many frames as
/// are taken.
pub const FRAMES_REMEMBERED: usize = 512;
/// Verdicts a card remembers, so that a repeat gets the same answer.
pub const VERDICTS_KEPT: usize = 16;
/// Bookings in which a card was proved that its record remembers; each counts for [`BOOKING_LIFE`].
pub const PROOFS_KEPT: usize = 16;
/// Ended reservations a card remembers, so that a late proof finds its claim.
pub const ENDED_RESERVATIONS_KEPT: usize = 8;
/// Lines of history a card remembers for the support desk.
pub const HISTORY_KEPT: usize = 32;
/// A first staff member's approval waits this long for a second.
pub const STAFF_APPROVAL_LIFE: Duration = Duration::from_secs(3600);
/// Records, ended reservations and history are kept this long after the last change (security facts §2.2, R9).
pub const RETENTION: Duration = Duration::from_secs(90 * 24 * 3600);
/// The reply to a claim, kept to be repeated byte for byte.
pub const GRANT_MAX_BYTES: usize = 4096;
/// A SubjectPublicKeyInfo: 294 bytes for RSA-2048.
pub const PUBLIC_KEY_MAX_BYTES: usize = 1024;
/// Certificates and signatures are no larger than this; RSA-2048 profiles stay below 2.5 KiB (card facts §5).
pub const CERTIFICATE_MAX_BYTES: usize = 4096;
/// The card challenge that an authorisation is bound to, in bytes (docs/card-reset.md).
pub const CARD_CHALLENGE_BYTES: usize = 16;
