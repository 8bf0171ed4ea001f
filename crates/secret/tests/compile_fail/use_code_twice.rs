//! A security code that was put into 照合番号B is gone: a second try needs it typed again.
use reservation::calendar::BirthSix;
use secret::{SecurityCode, VerificationCodeB};

fn put_together(birth: [BirthSix; 2], code: SecurityCode) {
    let [first, second] = birth;
    let _ = VerificationCodeB::from_printed(first, 2035, code);
    let _ = VerificationCodeB::from_printed(second, 2035, code);
}

fn main() {}
