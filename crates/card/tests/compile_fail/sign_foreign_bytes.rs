//! Bytes from elsewhere are not signed.
use card::PinVerified;

fn sign(session: &mut PinVerified, from_the_server: Vec<u8>) {
    session.sign(&from_the_server);
}

fn main() {}
