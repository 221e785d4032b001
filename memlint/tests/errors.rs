//! What cannot be followed is told where it is written, and nothing else is wrong beside it.

#[test]
fn errors() {
    if memlint::ENABLED {
        trybuild::TestCases::new().compile_fail("tests/errors/*.rs");
    }
}
