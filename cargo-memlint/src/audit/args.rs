//! What `audit` is asked for.

use crate::cli::{Build, Cli, Color, Lock, Targets};
use crate::notice::Trouble;
use std::path::PathBuf;

/// What `audit` is asked for.
#[derive(clap::Args, Debug)]
pub struct Asked {
    /// Files and folders to audit, with or without a manifest (default: the package or workspace here)
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
    /// Configuration file (default: `memlint.toml` at the workspace root)
    #[arg(long, value_name = "FILE", help_heading = "Manifest")]
    pub config: Option<PathBuf>,
    /// What is printed on stdout: a summary, or every place as JSON
    #[arg(
        long,
        value_name = "FORMAT",
        value_enum,
        default_value = "human",
        help_heading = "Output"
    )]
    pub message_format: Form,
    /// Write a page with the source and the story of each place
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub html: Option<PathBuf>,
    /// Colours: auto, always or never
    #[arg(long, value_name = "WHEN", value_enum, help_heading = "Output")]
    pub color: Option<Color>,
    /// No notes about files that were left out
    #[arg(short, long, help_heading = "Output")]
    pub quiet: bool,
}

/// How an audit is printed.
#[derive(clap::ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A summary for people.
    Human,
    /// One JSON document.
    Json,
}

impl Asked {
    /// The check that looks at the same code.
    ///
    /// # Errors
    /// Never: a check without arguments is always understood.
    pub fn as_check(&self) -> Result<Cli, Trouble> {
        let plain = Cli::read(vec!["cargo-memlint".into()]);
        let mut cli = plain.map_err(|error| Trouble::new(error.to_string()))?;
        cli.paths.clone_from(&self.paths);
        cli.packages.clone_from(&self.packages);
        cli.targets.clone_from(&self.targets);
        cli.features.clone_from(&self.features);
        cli.build.clone_from(&self.build);
        cli.manifest.clone_from(&self.manifest);
        cli.lock.clone_from(&self.lock);
        cli.levels.config.clone_from(&self.config);
        cli.output.color = self.color;
        cli.output.quiet = self.quiet;
        cli.audits = true;
        Ok(cli)
    }
}
