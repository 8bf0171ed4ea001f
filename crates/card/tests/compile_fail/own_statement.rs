//! Nobody else can add a kind of statement that cards sign.
use card::CardStatement;
use reservation::PinKind;

struct Contract;

impl CardStatement for Contract {
    fn signed_with(&self) -> PinKind {
        PinKind::Signature
    }

    fn to_bytes(&self) -> Vec<u8> {
        b"I owe you".to_vec()
    }
}

fn main() {}
