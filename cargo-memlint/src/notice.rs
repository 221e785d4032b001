//! What the user must know besides findings: files left out, fallbacks, and errors with a remedy.

use std::fmt;
use std::path::Path;

/// Something that went wrong without stopping the run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Notice {
    /// The file, as shown, with line and column where they are known (`src/a.rs:3:1`).
    pub place: String,
    /// What happened.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The line that it is about.
    pub excerpt: Option<Excerpt>,
}

/// A line of source with the place in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Excerpt {
    /// Its number, from 1.
    pub line: usize,
    /// Bytes before the place.
    pub column: usize,
    /// The line without its end.
    pub text: String,
}

impl Notice {
    /// A notice about a file or folder.
    pub fn at(place: impl Into<String>, message: impl Into<String>) -> Notice {
        Notice {
            place: place.into(),
            message: message.into(),
            help: None,
            excerpt: None,
        }
    }

    /// Adds the line; the column is counted in characters from 0.
    pub fn excerpt(mut self, text: &str, line: u32, column: u32) -> Notice {
        let line = line as usize;
        if let Some(words) = text.lines().nth(line.saturating_sub(1)) {
            let column = words
                .char_indices()
                .nth(column as usize)
                .map_or(words.len(), |(at, _)| at);
            self.excerpt = Some(Excerpt {
                line,
                column,
                text: words.to_owned(),
            });
        }
        self
    }

    /// Adds the remedy.
    pub fn help(mut self, help: impl Into<String>) -> Notice {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if !self.place.is_empty() {
            write!(f, "\n --> {}", self.place)?;
        }
        match &self.help {
            Some(help) => write!(f, "\n  = help: {help}"),
            None => Ok(()),
        }
    }
}

/// Why the run cannot begin: usage, configuration or manifest. The exit status is 2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble(pub Notice);

impl Trouble {
    /// Without a place.
    pub fn new(message: impl Into<String>) -> Trouble {
        Trouble(Notice::at("", message))
    }

    /// About a file or folder.
    pub fn at(place: &Path, message: impl Into<String>) -> Trouble {
        Trouble(Notice::at(place.display().to_string(), message))
    }

    /// Adds the remedy.
    pub fn help(self, help: impl Into<String>) -> Trouble {
        Trouble(self.0.help(help))
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
