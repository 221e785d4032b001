//! Which code is looked at: the same words for a check and for an audit.

use std::path::PathBuf;

/// Packages, targets, features and machine, or files and folders.
#[derive(clap::Args, Debug, Default, Clone)]
pub struct Choice {
    /// Files and folders, with or without a manifest (default: the package or workspace here)
    #[arg(conflicts_with_all = OF_PACKAGES)]
    pub paths: Vec<PathBuf>,

    /// Which packages.
    #[command(flatten, next_help_heading = "Package selection")]
    pub packages: clap_cargo::Workspace,
    /// Which targets of a package.
    #[command(flatten)]
    pub targets: Targets,
    /// Under which features.
    #[command(flatten, next_help_heading = "Feature selection")]
    pub features: clap_cargo::Features,
    /// For which machine.
    #[command(flatten)]
    pub build: Build,
    /// The manifest.
    #[command(flatten, next_help_heading = "Manifest")]
    pub manifest: clap_cargo::Manifest,
    /// How cargo is asked about it.
    #[command(flatten)]
    pub lock: Lock,
}

/// What a manifest is needed for.
const OF_PACKAGES: [&str; 15] = [
    "package",
    "workspace",
    "all",
    "exclude",
    "lib",
    "bins",
    "bin",
    "examples",
    "example",
    "test",
    "bench",
    "features",
    "all_features",
    "no_default_features",
    "PATH",
];

/// Which targets of a package are checked.
#[derive(clap::Args, Debug, Default, Clone)]
#[command(next_help_heading = "Target selection")]
pub struct Targets {
    /// Check tests, examples, benches and `#[cfg(test)]` code as well
    #[arg(long)]
    pub all_targets: bool,
    /// Check only the library
    #[arg(long)]
    pub lib: bool,
    /// Check only the binaries
    #[arg(long)]
    pub bins: bool,
    /// Check only this binary (repeatable)
    #[arg(long, value_name = "NAME")]
    pub bin: Vec<String>,
    /// Check only the examples
    #[arg(long)]
    pub examples: bool,
    /// Check only this example (repeatable)
    #[arg(long, value_name = "NAME")]
    pub example: Vec<String>,
    /// Check only the tests (and `#[cfg(test)]` code)
    #[arg(long)]
    pub tests: bool,
    /// Check only this test (repeatable)
    #[arg(long, value_name = "NAME")]
    pub test: Vec<String>,
    /// Check only the benches
    #[arg(long)]
    pub benches: bool,
    /// Check only this bench (repeatable)
    #[arg(long, value_name = "NAME")]
    pub bench: Vec<String>,
}

impl Targets {
    /// Whether test code is looked at.
    pub fn with_tests(&self) -> bool {
        let whole = self.all_targets || self.tests || self.benches;
        whole || !self.test.is_empty() || !self.bench.is_empty()
    }
}

/// For which machine.
#[derive(clap::Args, Debug, Default, Clone)]
pub struct Build {
    /// Check for this target triple: code for other machines is left out (asks `rustc`)
    #[arg(long, value_name = "TRIPLE", help_heading = "Feature selection")]
    pub target: Option<String>,
}

/// What cargo may do when it is asked about packages.
#[derive(clap::Args, Debug, Default, Clone)]
#[command(next_help_heading = "Manifest")]
pub struct Lock {
    /// Require that `Cargo.lock` is up to date (passed on to cargo)
    #[arg(long)]
    pub locked: bool,
    /// Do not touch the network (passed on to cargo)
    #[arg(long)]
    pub offline: bool,
    /// The same as --locked --offline
    #[arg(long)]
    pub frozen: bool,
}

impl Lock {
    /// As cargo spells them.
    pub fn flags(&self) -> Vec<String> {
        let flags = [
            (self.locked, "--locked"),
            (self.offline, "--offline"),
            (self.frozen, "--frozen"),
        ];
        let given = flags.iter().filter(|(given, _)| *given);
        given.map(|(_, flag)| (*flag).to_owned()).collect()
    }
}
