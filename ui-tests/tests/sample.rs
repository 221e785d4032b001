//! The sample crate gives what README.md promises.

use std::fs;
use std::path::Path;
use ui_tests::tool;

#[test]
fn texts_of_the_sample_are_as_expected() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let args = ["memlint", "--manifest-path", "imagekit/Cargo.toml"];
    let run = tool::run(env!("CARGO_BIN_EXE_memlint-under-test"), &samples, &args);
    assert_eq!(run.status, Some(1), "{}", run.stderr);
    let golden = samples.join("imagekit.stderr");
    if ui_tests::blessing() {
        fs::write(&golden, &run.stderr).unwrap();
    }
    let expected = fs::read_to_string(&golden).unwrap_or_default();
    assert!(
        run.stderr == expected,
        "expected\n{expected}\nfound\n{}",
        run.stderr
    );
}

#[test]
fn the_readme_shows_a_finding_of_the_sample() {
    let repository = ui_tests::repository();
    let readme = fs::read_to_string(repository.join("README.md")).unwrap();
    let golden = repository.join("ui-tests/samples/imagekit.stderr");
    let shown = readme
        .split("```text\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    let shown = shown.unwrap_or_default().trim();
    let golden = fs::read_to_string(golden).unwrap_or_default();
    assert!(
        !shown.is_empty() && golden.contains(shown),
        "README.md shows\n{shown}"
    );
}
