//! The surface key signs in a session that was opened with the code.
use card::Surface;
use reservation::statement::PresenceStatement;

fn sign(session: &mut Surface, statement: &PresenceStatement) {
    session.sign(statement);
}

fn main() {}
