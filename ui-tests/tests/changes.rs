//! `--staged` and `--since`: what is looked at, and which findings a change answers for.

use std::path::Path;
use ui_tests::scratch::Scratch;
use ui_tests::tool::{self, Run};

const PROGRAM: &str = env!("CARGO_BIN_EXE_memlint-under-test");

const MANIFEST: &str =
    "[package]\nname = \"user\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n";
const FAULT: &str =
    "pub fn fault(value: Box<u64>) {\n    unsafe { libc::free(Box::into_raw(value).cast()) }\n}\n";
const RIGHT: &str = "pub fn right(value: Box<u64>) -> u64 {\n    *value\n}\n";
/// Releases what it makes; each line is one that an edit may take away.
const BALANCED: &str = "\
pub fn balanced() {
    let raw = unsafe { libc::malloc(8) };
    if raw.is_null() {
        return;
    }
    let _ = raw;
    unsafe { libc::free(raw) };
}

pub fn other() {
    let _ = 1;
}
";

/// A repository with one package.
fn package(name: &str, lib: &str) -> Scratch {
    let scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), &format!("changes_{name}"));
    let scratch = scratch.file("Cargo.toml", MANIFEST).file("src/lib.rs", lib);
    scratch.repository()
}

#[track_caller]
fn memlint_in(folder: &Path, args: &str, status: i32) -> Run {
    let args: Vec<&str> = ["memlint", "--message-format=short"]
        .into_iter()
        .chain(args.split_whitespace())
        .collect();
    let run = tool::run(PROGRAM, folder, &args);
    run.ended(status)
}

#[track_caller]
fn memlint(scratch: &Scratch, args: &str, status: i32) -> String {
    memlint_in(scratch.path(), args, status).stderr
}

#[test]
fn the_index_counts_and_not_the_work_tree() {
    let scratch = package("index", RIGHT);
    scratch.write("src/lib.rs", FAULT);
    memlint(&scratch, "--staged", 0);
    scratch.git("add -A");
    scratch.write("src/lib.rs", RIGHT);
    memlint(&scratch, "", 0);
    let said = memlint(&scratch, "--staged", 1);
    assert!(
        said.starts_with("src/lib.rs:2:14: error[memlint::mismatched_dealloc]"),
        "{said}"
    );
    // The text that is shown is that of the index, under the names of the work tree.
    let run = tool::run(PROGRAM, scratch.path(), &["memlint", "--staged"]);
    assert!(
        run.stderr.contains("libc::free(Box::into_raw(value)"),
        "{}",
        run.stderr
    );
    let run = tool::run(
        PROGRAM,
        scratch.path(),
        &["memlint", "--staged", "--message-format=json"],
    );
    let real = scratch.path().canonicalize().unwrap();
    assert!(
        run.stdout
            .contains(&*real.join("Cargo.toml").to_string_lossy()),
        "{}",
        run.stdout
    );
    assert!(!run.stdout.contains("memlint-"), "{}", run.stdout);
}

#[test]
fn the_manifest_of_the_index_counts_too() {
    let scratch = package("manifest", RIGHT);
    scratch.write("src/other/root.rs", FAULT);
    scratch.write(
        "Cargo.toml",
        format!("{MANIFEST}[[bin]]\nname = \"other\"\npath = \"src/other/root.rs\"\n"),
    );
    scratch.git("add -A");
    scratch.write("Cargo.toml", "this is no manifest");
    let said = memlint(&scratch, "--staged", 1);
    assert!(said.contains("src/other/root.rs:2:14"), "{said}");
}

#[test]
fn the_whole_package_is_in_view() {
    let scratch = package("view", "mod c;\npub mod user;\n");
    scratch.write(
        "src/c.rs",
        "pub fn close(p: *mut u8) {\n    unsafe { libc::free(p.cast()) }\n}\n",
    );
    scratch.write("src/user.rs", "pub fn user() {}\n");
    scratch.git("add -A");
    scratch.git("commit -q -m more");
    scratch.write(
        "src/user.rs",
        "pub fn user(b: Box<u8>) {\n    crate::c::close(Box::into_raw(b));\n}\n",
    );
    scratch.git("add -A");
    let said = memlint(&scratch, "--staged", 1);
    assert!(said.contains("mismatched_dealloc"), "{said}");
}

#[test]
fn old_findings_are_left_alone_and_counted() {
    let scratch = package("old", FAULT);
    scratch.write("src/lib.rs", format!("use std::mem;\n{FAULT}\n{RIGHT}"));
    scratch.git("add -A");
    for args in ["--staged", "--since HEAD"] {
        let said = memlint(&scratch, args, 0);
        assert!(said.contains("1 outside of what"), "{said}");
    }
}

#[test]
fn a_baseline_holds_for_the_index_too() {
    let scratch = package("baseline", FAULT);
    memlint(&scratch, "--write-baseline accepted.jsonl", 0);
    scratch.write("src/lib.rs", FAULT.replace("unsafe", "/* y */ unsafe"));
    scratch.git("add -A");
    memlint(&scratch, "--staged", 1);
    let said = memlint(&scratch, "--staged --baseline accepted.jsonl", 0);
    assert!(said.contains("1 accepted by the baseline"), "{said}");
    let args = "--staged --baseline ../accepted.jsonl";
    let run = memlint_in(&scratch.path().join("src"), args, 0);
    assert!(
        run.stderr.contains("1 accepted by the baseline"),
        "{}",
        run.stderr
    );
}

#[test]
fn who_removes_a_release_answers_for_the_leak() {
    let scratch = package("release", BALANCED);
    memlint(&scratch, "-D warnings", 0);
    scratch.write(
        "src/lib.rs",
        BALANCED.replace("    unsafe { libc::free(raw) };\n", ""),
    );
    scratch.git("add -A");
    for args in ["--staged", "--since HEAD"] {
        let said = memlint(&scratch, &format!("{args} -D warnings"), 1);
        assert!(
            said.contains("src/lib.rs:2:24: error[memlint::leaked_alloc]"),
            "{said}"
        );
    }
    // Not so who edits another function.
    scratch.git("commit -q -m leak");
    let text = scratch.read("src/lib.rs");
    scratch.write("src/lib.rs", text.replace("let _ = 1;", "let _ = 2;"));
    scratch.git("add -A");
    memlint(&scratch, "--staged -D warnings", 0);
}

#[test]
fn who_removes_a_drop_answers_for_the_type() {
    let drop = "impl Drop for Owner {\n    fn drop(&mut self) {\n        unsafe { libc::free(self.raw.cast()) }\n    }\n}\n";
    let lib = format!(
        "pub struct Owner {{\n    raw: *mut u8,\n}}\n\nimpl Owner {{\n    pub fn new() -> Owner {{\n        \
         Owner {{ raw: unsafe {{ libc::malloc(8) }}.cast() }}\n    }}\n}}\n\n{drop}"
    );
    let scratch = package("drop", &lib);
    memlint(&scratch, "-D warnings", 0);
    scratch.write("src/lib.rs", lib.replace(drop, ""));
    scratch.git("add -A");
    let said = memlint(&scratch, "--staged -D warnings", 1);
    assert!(said.contains("owner_without_drop"), "{said}");
}

#[test]
fn renamed_deleted_and_untracked_files() {
    let scratch = package("kinds", "pub mod a;\npub mod b;\n");
    scratch.write("src/a.rs", format!("{FAULT}\n{BALANCED}"));
    scratch.write("src/b.rs", RIGHT);
    scratch.git("add -A");
    scratch.git("commit -q -m files");
    // Renamed without an edit: nothing in it has changed.
    scratch.git("mv src/a.rs src/c.rs");
    scratch.git("rm -q src/b.rs");
    scratch.write("src/lib.rs", "pub mod c;\npub mod new;\n");
    scratch.write("src/new.rs", FAULT);
    scratch.git("add src/lib.rs");
    let said = memlint(&scratch, "--staged", 0);
    assert!(said.contains("1 outside of what is staged"), "{said}");
    assert!(
        said.contains("`new` does not exist"),
        "not in the index: {said}"
    );
    // The work tree has the untracked file, and it is new as a whole.
    let said = memlint(&scratch, "--since HEAD", 1);
    assert!(said.contains("src/new.rs:2:14"), "{said}");
    assert!(!said.contains("src/c.rs"), "{said}");
    // An edit of the renamed file counts for its function.
    let text = scratch.read("src/c.rs");
    scratch.write(
        "src/c.rs",
        text.replace("unsafe { libc::free(Box", "/* x */ unsafe { libc::free(Box"),
    );
    scratch.git("add src/c.rs");
    let said = memlint(&scratch, "--staged", 1);
    assert!(said.contains("src/c.rs:2:"), "{said}");
}

#[test]
fn since_looks_at_commits_of_this_branch_only() {
    let scratch = package("since", RIGHT);
    scratch.git("checkout -q -b topic");
    scratch.write("src/lib.rs", format!("{RIGHT}\n{FAULT}"));
    scratch.git("commit -q -a -m topic");
    // The other branch goes on: that is no change of ours.
    scratch.git("checkout -q main");
    scratch.write("README.md", "text");
    scratch.git("add -A");
    scratch.git("commit -q -m main");
    scratch.git("checkout -q topic");
    let said = memlint(&scratch, "--since main", 1);
    assert!(said.contains("src/lib.rs:6:14"), "{said}");
    memlint(&scratch, "--since topic", 0);
}

#[test]
fn a_first_commit_and_a_folder_below_the_top() {
    let scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), "changes_first");
    let scratch = scratch
        .file("rust/Cargo.toml", MANIFEST)
        .file("rust/src/lib.rs", FAULT);
    scratch.git("init -q -b main");
    scratch.git("add -A");
    let folder = scratch.path().join("rust/src");
    let run = memlint_in(&folder, "--staged", 1);
    assert!(run.stderr.starts_with("src/lib.rs:2:14"), "{}", run.stderr);
    let run = memlint_in(
        scratch.path(),
        "--staged --manifest-path rust/Cargo.toml",
        1,
    );
    assert!(run.stderr.starts_with("src/lib.rs:2:14"), "{}", run.stderr);
    let run = memlint_in(scratch.path(), "--staged", 2);
    assert!(
        run.stderr.contains("the index holds no `Cargo.toml`"),
        "{}",
        run.stderr
    );
    let run = tool::run(
        PROGRAM,
        &folder,
        &["memlint", "--staged", "--message-format=github"],
    );
    assert!(
        run.stdout.starts_with("::error file=rust/src/lib.rs,"),
        "{}",
        run.stdout
    );
}

#[test]
fn submodules_are_taken_as_they_lie_there() {
    let part = Scratch::new(env!("CARGO_TARGET_TMPDIR"), "changes_part");
    let part = part.file("Cargo.toml", MANIFEST.replace("[workspace]\n", ""));
    let part = part.file("src/lib.rs", FAULT).repository();
    let scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), "changes_whole");
    let scratch = scratch
        .file("Cargo.toml", "[workspace]\nmembers = [\"part\"]\n")
        .repository();
    let url = part.path().display().to_string();
    scratch.git(&format!(
        "-c protocol.file.allow=always submodule --quiet add {url} part"
    ));
    let said = memlint(&scratch, "--staged --workspace", 0);
    assert!(said.contains("1 outside of what is staged"), "{said}");
}

#[test]
fn odd_names_and_line_ends() {
    let scratch = package("odd", "#[path = \"odd é name.rs\"]\npub mod odd;\n");
    scratch.write("src/odd é name.rs", FAULT.replace('\n', "\r\n"));
    scratch.git("add -A");
    let said = memlint(&scratch, "--staged", 1);
    assert!(said.contains("src/odd é name.rs:2:14"), "{said}");
    let said = memlint(&scratch, "--since HEAD", 1);
    assert!(said.contains("src/odd é name.rs:2:14"), "{said}");
}

#[test]
fn what_git_cannot_say_is_an_error_with_a_remedy() {
    let scratch = package("errors", RIGHT);
    let said = memlint(&scratch, "--since nowhere", 2);
    assert!(said.contains("git knows no commit `nowhere`"), "{said}");
    let said = memlint(&scratch, "--since=--output=x", 2);
    assert!(said.contains("git knows no commit `--output=x`"), "{said}");
    let said = memlint(&scratch, "--staged --since HEAD", 2);
    assert!(said.contains("cannot be used with"), "{said}");
    // A history of its own has nothing in common.
    scratch.git("checkout -q --orphan alone");
    scratch.git("commit -q -m alone");
    let said = memlint(&scratch, "--since main", 2);
    assert!(said.contains("have none in common"), "{said}");
    // Unresolved merges.
    for branch in ["x", "y"] {
        scratch.git(&format!("checkout -q -b {branch} main"));
        scratch.write("src/lib.rs", format!("{RIGHT}// {branch}\n"));
        scratch.git("commit -q -a -m edit");
    }
    let merge = tool::run("git", scratch.path(), &["merge", "x"]);
    assert_ne!(merge.status, Some(0));
    let said = memlint(&scratch, "--staged", 2);
    assert!(said.contains("a merge that is not resolved"), "{said}");
}

#[test]
fn a_shallow_clone_is_told_what_it_lacks() {
    let scratch = package("deep", RIGHT);
    scratch.write("src/lib.rs", format!("{RIGHT}// more\n"));
    scratch.git("commit -q -a -m second");
    let first = scratch.git("rev-parse HEAD~1");
    let url = format!("file://{}", scratch.path().display());
    scratch.git(&format!("clone -q --depth 1 {url} clone"));
    let run = memlint_in(
        &scratch.path().join("clone"),
        &format!("--since {first}"),
        2,
    );
    assert!(
        run.stderr.contains("the clone is shallow"),
        "{}",
        run.stderr
    );
}

#[test]
fn outside_of_a_repository() {
    // The build's folder may lie in a repository, the system's temporary one does not.
    let folder = std::env::temp_dir().join(format!("memlint-no-repository-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("Cargo.toml"), MANIFEST).unwrap();
    let runs = ["--staged", "--since HEAD"].map(|args| memlint_in(&folder, args, 2));
    std::fs::remove_dir_all(&folder).unwrap();
    for run in runs {
        assert!(
            run.stderr.contains("needs a git repository"),
            "{}",
            run.stderr
        );
    }
}
