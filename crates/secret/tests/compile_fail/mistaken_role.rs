//! A PIN that was typed to be verified is no PIN to be set: it has not been checked by the rules.
fn set(_: secret::NewUserPin) {}

fn main() {
    let pin = secret::UserPin::from_entry("1234".to_owned()).unwrap();
    set(pin);
}
