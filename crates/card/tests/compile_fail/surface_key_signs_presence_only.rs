//! The surface key signs that the card is there, and no booking; and no PIN's key signs a presence.
use card::{PinVerified, SurfaceOpen};
use reservation::statement::{BookingStatement, PresenceStatement};

fn sign_booking(session: &mut SurfaceOpen, statement: &BookingStatement) {
    session.sign(statement);
}

fn sign_presence(session: &mut PinVerified, statement: &PresenceStatement) {
    session.sign(statement);
}

fn main() {}
