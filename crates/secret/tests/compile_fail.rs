//! What a caller cannot write: each file must fail to compile, for the reason recorded beside it.

#[test]
fn secrets_cannot_be_printed_cloned_compared_serialised_or_mistaken() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
