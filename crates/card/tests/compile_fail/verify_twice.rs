//! A PIN that was sent is gone: a second try needs the holder to type it again.
use card::Jpki;
use secret::Pin;

fn verify(session: Jpki, pin: Pin) {
    if let Err(failed) = session.verify(pin) {
        let _ = failed.session.verify(pin);
    }
}

fn main() {}
