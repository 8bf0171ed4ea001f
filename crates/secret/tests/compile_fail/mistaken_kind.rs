//! A user PIN is no signature PIN.
fn sign_with(_: &secret::SignaturePin) {}

fn main() {
    let pin = secret::UserPin::from_entry("1234".to_owned()).unwrap();
    sign_with(&pin);
}
