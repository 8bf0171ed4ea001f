//! A PIN's bytes are reached by `expose` alone.
fn main() {
    let pin = secret::UserPin::from_entry("1234".to_owned()).unwrap();
    let _ = pin.0;
}
