//! Keys cannot be compared.
fn same(a: secret::SecretKey32, b: secret::SecretKey32) -> bool {
    a == b
}

fn main() {}
