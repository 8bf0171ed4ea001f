//! The security code alone is no 照合番号B: sent to the card it would cost a try.
fn verify(_: secret::VerificationCodeB) {}

fn main() {
    let code = secret::SecurityCode::from_entry("2285".to_owned()).unwrap();
    verify(code);
}
