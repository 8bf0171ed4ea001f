//! A PIN cannot be cloned.
fn main() {
    let pin = secret::SignaturePin::from_entry("ABC123".to_owned()).unwrap();
    let copy = pin.clone();
}
