//! What a caller cannot write: each file must fail to compile, for the reason recorded beside it.

#[test]
fn sessions_cannot_be_misused() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
