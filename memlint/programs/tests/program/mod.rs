//! Runs a program alone or under valgrind, and keeps what it said.
#![allow(dead_code)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Once;

/// What runs the program.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    /// The system.
    Alone,
    /// Valgrind's memcheck; anything that it finds is an error.
    Valgrind,
}

/// How a run ended.
pub(crate) struct Run {
    /// With status zero.
    pub(crate) success: bool,
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
}

impl Engine {
    /// Whether it is installed.
    pub(crate) fn is_there(self) -> bool {
        let asked = Command::new("valgrind").arg("--version").output();
        self == Engine::Alone || asked.is_ok_and(|output| output.status.success())
    }

    /// Runs a case. The plugin's path comes after the case's name, for those that load it.
    pub(crate) fn run(self, program: &str, args: &[&str]) -> Run {
        self.run_with(program, args, &[])
    }

    /// The same with variables set.
    pub(crate) fn run_with(self, program: &str, args: &[&str], variables: &[(&str, &str)]) -> Run {
        let mut command = match self {
            Engine::Alone => Command::new(program),
            Engine::Valgrind => {
                let mut command = Command::new("valgrind");
                // Pointers behind the header are inside of their blocks, which may be lost or not.
                let of_leaks = "--errors-for-leak-kinds=definite";
                command.args(["--quiet", "--error-exitcode=99", "--leak-check=full"]);
                command.args(["--show-leak-kinds=definite", of_leaks, program]);
                command
            }
        };
        let (case, rest) = args.split_first().expect("a case");
        command.arg(case);
        if case.starts_with("plugin") {
            command.arg(plugin(program));
        }
        command.args(rest);
        for name in ["RUNTIME", "SITES", "QUARANTINE", "UNKNOWN", "REPORT"] {
            command.env_remove(format!("MEMLINT_{name}"));
        }
        command.env("RUST_BACKTRACE", "0");
        command.env("MEMLINT_LEAKS", "fail");
        command.envs(variables.iter().copied());
        let output = command.output().expect("the program starts");
        Run {
            success: output.status.success(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// The shared library beside the program. Nothing links it, so that it is built when it is asked for.
fn plugin(program: &str) -> PathBuf {
    static BUILT: Once = Once::new();
    let folder = Path::new(program)
        .parent()
        .expect("programs are in a folder");
    BUILT.call_once(|| {
        let mut command = Command::new(env!("CARGO"));
        command.args(["build", "--quiet", "--lib", "--offline"]);
        if folder.ends_with("release") {
            command.arg("--release");
        }
        let built = command
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env(
                "CARGO_TARGET_DIR",
                folder.parent().expect("a folder of targets"),
            )
            .status();
        assert!(built.is_ok_and(|status| status.success()), "it is built");
    });
    folder.join(format!(
        "{}programs_plugin{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    ))
}

/// The folder of the programs built with AddressSanitizer; none where the compiler has none.
pub(crate) fn sanitized() -> Option<PathBuf> {
    if !cfg!(all(target_os = "linux", target_env = "gnu")) {
        return None;
    }
    let nightly = |tool: &str| {
        let mut command = Command::new("rustup");
        command.args(["run", "nightly", tool]);
        for name in ["CARGO", "RUSTC", "RUSTUP_TOOLCHAIN", "RUSTC_WRAPPER"] {
            command.env_remove(name);
        }
        command
    };
    let version = nightly("rustc").arg("-vV").output().ok()?;
    let version = String::from_utf8(version.stdout).ok()?;
    let host = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))?;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sanitized");
    let built = nightly("cargo")
        .args(["build", "--quiet", "--bins", "--offline", "--target", host])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("CARGO_TARGET_DIR", &folder)
        .env("RUSTFLAGS", "-Zsanitizer=address --cfg memlint_asan")
        .status();
    assert!(built.is_ok_and(|status| status.success()), "they are built");
    Some(folder.join(host).join("debug"))
}
