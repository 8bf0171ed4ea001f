//! A PIN cannot be printed.
fn main() {
    let pin = secret::UserPin::from_entry("1234".to_owned()).unwrap();
    println!("{pin}");
}
