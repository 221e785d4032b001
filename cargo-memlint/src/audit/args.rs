//! What `audit` is asked for.

use crate::cli::{Choice, Cli, Color};
use crate::notice::Trouble;
use std::path::PathBuf;

/// What `audit` is asked for.
#[derive(clap::Args, Debug)]
pub struct Asked {
    /// Which code is looked at.
    #[command(flatten)]
    pub choice: Choice,
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
        cli.choice.clone_from(&self.choice);
        cli.levels.config.clone_from(&self.config);
        cli.output.color = self.color;
        cli.output.quiet = self.quiet;
        cli.audits = true;
        Ok(cli)
    }
}
