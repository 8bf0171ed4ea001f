//! The surface file is read in a session that was opened with the code, and the code is sent once.
use card::Surface;
use secret::VerificationCodeB;

fn read(session: &mut Surface) {
    let _ = session.read();
}

fn verify(session: Surface, code: VerificationCodeB) {
    if let Err(failed) = session.verify(code) {
        let _ = failed.session.verify(code);
    }
}

fn main() {}
