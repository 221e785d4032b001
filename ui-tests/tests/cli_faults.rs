//! What is broken around the code: manifests, programs that are missing, folders, pipes, disks.

use std::path::Path;
use std::process::{Command, Stdio};
use ui_tests::scratch::Scratch;
use ui_tests::tool::{self, Run};

const MANIFEST: &str =
    "[package]\nname = \"user\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n";
const FAULTY: &str =
    "pub fn f(text: std::ffi::CString) {\n    unsafe { libc::free(text.into_raw().cast()) }\n}\n";

const PROGRAM: &str = env!("CARGO_BIN_EXE_memlint-under-test");

fn scratch(name: &str) -> Scratch {
    Scratch::new(env!("CARGO_TARGET_TMPDIR"), name)
}

fn memlint_as(folder: &Path, args: &str, change: impl FnOnce(&mut Command)) -> Run {
    let mut all = vec!["memlint"];
    all.extend(args.split_whitespace());
    tool::run_as(PROGRAM, folder, &all, change)
}

/// A run that ends with this status and says all of this.
#[track_caller]
fn says(folder: &Path, args: &str, status: i32, parts: &[&str]) -> Run {
    let run = memlint_as(folder, args, |_| ());
    let run = run.ended(status);
    for part in parts {
        assert!(
            run.stderr.contains(part),
            "{args}: {part} is not in\n{}",
            run.stderr
        );
    }
    run
}

#[test]
fn a_manifest_that_does_not_parse() {
    let broken = "[package]\nname = \"x\"\nversion = 3 4\n";
    let scratch = scratch("fault_toml")
        .file("Cargo.toml", broken)
        .file("src/lib.rs", FAULTY);
    let parts = ["no valid TOML", "Cargo.toml:3:11", "version = 3 4"];
    for args in ["", "--manifest-path Cargo.toml", "--workspace -D warnings"] {
        says(scratch.path(), args, 2, &parts);
    }
    // Files need no manifest.
    says(scratch.path(), "src", 1, &["memlint::mismatched_dealloc"]);
}

#[test]
fn a_manifest_or_configuration_that_is_no_text() {
    let scratch = scratch("fault_bytes")
        .file("Cargo.toml", [b'#', 0xff, 0xfe, b'\n'])
        .file("memlint.toml", [b'#', 0xff, 0xfe, b'\n'])
        .file("src/lib.rs", FAULTY);
    says(
        scratch.path(),
        "",
        2,
        &["the manifest cannot be read", "Cargo.toml", "UTF-8"],
    );
    says(
        scratch.path(),
        "src",
        2,
        &["the configuration cannot be read", "memlint.toml"],
    );
    says(
        scratch.path(),
        "--config nowhere.toml src",
        2,
        &["the configuration cannot be read"],
    );
}

#[test]
fn a_member_whose_manifest_does_not_parse() {
    let scratch = scratch("fault_member")
        .file("Cargo.toml", "[workspace]\nmembers = [\"a\"]\n")
        .file("a/Cargo.toml", "[package]\nname = \"x\n");
    says(
        scratch.path(),
        "",
        2,
        &["a/Cargo.toml", "name = \"x", "repair the manifest"],
    );
}

#[test]
fn a_workspace_with_a_missing_member() {
    let scratch = scratch("fault_missing")
        .file(
            "Cargo.toml",
            "[workspace]\nmembers = [\"here\", \"gone\"]\n",
        )
        .file("here/Cargo.toml", MANIFEST.replace("\n[workspace]\n", ""))
        .file("here/src/lib.rs", FAULTY);
    for args in ["", "--workspace", "--manifest-path Cargo.toml"] {
        says(
            scratch.path(),
            args,
            2,
            &["gone", "repair the manifest", "cargo memlint src/"],
        );
    }
    says(
        scratch.path(),
        "here/src",
        1,
        &["memlint::mismatched_dealloc"],
    );
}

#[test]
fn a_workspace_without_members() {
    let scratch = scratch("fault_empty").file("Cargo.toml", "[workspace]\nmembers = []\n");
    says(
        scratch.path(),
        "",
        2,
        &["the workspace has no members", "`members`"],
    );
    says(
        scratch.path(),
        "--workspace",
        2,
        &["the workspace has no members"],
    );
}

/// Outside of the build's folder, which lies in a workspace.
fn outside(name: &str) -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("memlint-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn no_manifest_at_all() {
    let folder = outside("no-manifest");
    let parts = [
        "no `Cargo.toml` here or in any parent",
        "--manifest-path",
        "src/",
    ];
    says(&folder, "", 2, &parts);
    says(&folder, "--manifest-path .", 2, &["does not exist"]);
    std::fs::write(folder.join("a.rs"), FAULTY).unwrap();
    says(&folder, ".", 1, &["memlint::mismatched_dealloc"]);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn cargo_is_missing() {
    let scratch = scratch("fault_cargo")
        .file("Cargo.toml", MANIFEST)
        .file("src/lib.rs", FAULTY);
    let without = |args: &str| {
        memlint_as(scratch.path(), args, |command| {
            command.env("CARGO", "no-such-cargo");
        })
    };
    for args in ["", "--manifest-path Cargo.toml", "init"] {
        let run = without(args);
        assert_eq!(run.status, Some(2), "{args}: {}", run.stderr);
        assert!(run.stderr.contains("argo"), "{}", run.stderr);
    }
    let said = without("").stderr;
    assert!(
        said.contains("cargo cannot be run") && said.contains("set `CARGO`"),
        "{said}"
    );
    let said = without("--with check");
    assert_eq!(said.status, Some(2));
    assert!(
        said.stderr.contains("`no-such-cargo` cannot be run"),
        "{}",
        said.stderr
    );
    assert_eq!(without("src").status, Some(1));
}

#[test]
#[cfg(unix)]
fn links_that_lead_nowhere() {
    use std::os::unix::fs::symlink;
    let scratch = scratch("fault_links")
        .file("src/lib.rs", FAULTY)
        .file("src/deep/a.rs", "");
    symlink("self", scratch.path().join("src/self")).unwrap();
    symlink("nothing.rs", scratch.path().join("src/gone.rs")).unwrap();
    symlink("..", scratch.path().join("src/deep/up")).unwrap();
    let parts = ["src/self", "src/gone.rs", "memlint::mismatched_dealloc"];
    says(scratch.path(), "src", 1, &parts);
}

/// Of folders and files that another user may not read the run says so, and goes on.
#[test]
#[cfg(unix)]
fn what_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    let folder = outside("unreadable");
    let allow = |path: &Path, mode: u32| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let program = folder.join("program");
    std::fs::copy(PROGRAM, &program).unwrap();
    for inside in ["src/closed", "src/open"] {
        std::fs::create_dir_all(folder.join(inside)).unwrap();
        std::fs::write(folder.join(inside).join("a.rs"), FAULTY).unwrap();
    }
    std::fs::write(folder.join("src/shut.rs"), FAULTY).unwrap();
    std::fs::write(folder.join("memlint.toml"), "").unwrap();
    allow(&folder, 0o755);
    allow(&program, 0o755);
    allow(&folder.join("src/closed"), 0o000);
    allow(&folder.join("src/shut.rs"), 0o000);
    let run = |args: &[&str]| {
        tool::run_as(program.to_str().unwrap(), &folder, args, |command| {
            // Permissions do not stop root, so root becomes nobody.
            if std::fs::read(folder.join("src/shut.rs")).is_ok() {
                command.uid(65534).gid(65534);
            }
        })
    };
    let checked = run(&["src"]);
    allow(&folder.join("memlint.toml"), 0o000);
    let unconfigured = run(&["src"]);
    allow(&folder.join("src/closed"), 0o755);
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(checked.status, Some(1), "{}", checked.stderr);
    for part in [
        "src/closed",
        "src/shut.rs",
        "cannot be read",
        "src/open/a.rs:2:",
    ] {
        assert!(
            checked.stderr.contains(part),
            "{part} is not in\n{}",
            checked.stderr
        );
    }
    assert_eq!(unconfigured.status, Some(2), "{}", unconfigured.stderr);
    assert!(
        unconfigured.stderr.contains("memlint.toml"),
        "{}",
        unconfigured.stderr
    );
}

#[test]
fn two_runs_at_once_say_the_same() {
    let mut scratch = scratch("fault_twice").file("Cargo.toml", MANIFEST);
    let mut modules = String::new();
    for n in 0..40 {
        modules.push_str(&format!("mod m{n};\n"));
        scratch = scratch.file(&format!("src/m{n}.rs"), FAULTY);
    }
    let scratch = scratch.file("src/lib.rs", modules);
    let alone = says(scratch.path(), "", 1, &["40 errors"]);
    let runs: Vec<Run> = std::thread::scope(|scope| {
        let start = || scope.spawn(|| memlint_as(scratch.path(), "", |_| ()));
        let running: Vec<_> = (0..4).map(|_| start()).collect();
        running.into_iter().map(|run| run.join().unwrap()).collect()
    });
    for run in runs {
        assert_eq!((run.status, &run.stderr), (Some(1), &alone.stderr));
    }
}

#[test]
#[cfg(unix)]
fn a_reader_that_goes_away() {
    let mut scratch = scratch("fault_pipe");
    for n in 0..200 {
        scratch = scratch.file(&format!("m{n}.rs"), FAULTY);
    }
    for (args, status) in [
        ("--list", 0),
        ("--help", 0),
        ("man", 0),
        ("completions zsh", 0),
        ("--message-format=json .", 1),
        ("--message-format=short . 2>&1", 1),
        (". 2>&1", 1),
    ] {
        let line =
            format!("'{PROGRAM}' memlint {args} | head -n 1 >/dev/null; echo ${{PIPESTATUS[0]}}");
        let output = Command::new("bash")
            .args(["-c", &line])
            .current_dir(scratch.path())
            .output();
        let output = output.unwrap();
        assert_eq!(
            String::from_utf8_lossy(&output.stdout).trim(),
            status.to_string(),
            "{args}"
        );
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            !said.contains("panic") && !said.contains("internal error"),
            "{args}: {said}"
        );
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_disk_that_is_full() {
    let scratch = scratch("fault_full").file("a.rs", FAULTY);
    for args in ["--list", "man", "--message-format=json a.rs"] {
        let full = std::fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let mut all = vec!["memlint"];
        all.extend(args.split_whitespace());
        let child = Command::new(PROGRAM)
            .args(&all)
            .current_dir(scratch.path())
            .stdout(Stdio::from(full))
            .stderr(Stdio::piped())
            .spawn();
        let output = child.unwrap().wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            said.contains("the output cannot be written"),
            "{args}: {said}"
        );
    }
}
