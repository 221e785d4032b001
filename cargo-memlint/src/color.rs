//! When colours are used: `--color`, then `CARGO_TERM_COLOR`, then what the environment and the
//! terminal say (`NO_COLOR`, `CLICOLOR_FORCE`, `CLICOLOR`, `TERM`).

use crate::cli::Color;
use anstream::ColorChoice;
use std::ffi::OsString;
use std::io;

/// Whether what goes to stderr is coloured.
pub fn wanted(asked: Option<Color>) -> bool {
    choice(
        asked,
        &std::env::var("CARGO_TERM_COLOR").unwrap_or_default(),
    ) != ColorChoice::Never
}

fn choice(asked: Option<Color>, cargo: &str) -> ColorChoice {
    match (asked, cargo) {
        (Some(Color::Always), _) | (None, "always") => ColorChoice::Always,
        (Some(Color::Never), _) | (None, "never") => ColorChoice::Never,
        _ => anstream::AutoStream::choice(&io::stderr()),
    }
}

/// For what is said before the arguments are understood: about them, and the help.
pub fn of_arguments(args: &[OsString]) -> clap::ColorChoice {
    let cargo = std::env::var("CARGO_TERM_COLOR").unwrap_or_default();
    match asked(args).as_deref().unwrap_or(&cargo) {
        "always" => clap::ColorChoice::Always,
        "never" => clap::ColorChoice::Never,
        _ => clap::ColorChoice::Auto,
    }
}

/// The value of the last `--color`.
fn asked(args: &[OsString]) -> Option<String> {
    let words: Vec<_> = args.iter().map(|arg| arg.to_string_lossy()).collect();
    let words = words.split(|word| *word == "--").next()?;
    let mut found = None;
    for (n, word) in words.iter().enumerate() {
        match word.strip_prefix("--color") {
            Some("") => found = words.get(n + 1).map(|value| value.to_string()),
            Some(value) => found = value.strip_prefix('=').map(str::to_owned).or(found),
            None => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_argument_is_stronger_than_cargos_setting() {
        assert_eq!(choice(Some(Color::Never), "always"), ColorChoice::Never);
        assert_eq!(choice(Some(Color::Always), "never"), ColorChoice::Always);
        assert_eq!(choice(None, "always"), ColorChoice::Always);
        assert_eq!(choice(None, "never"), ColorChoice::Never);
    }

    #[test]
    fn the_argument_is_found_however_it_is_written() {
        let asked = |words: &str| {
            let args: Vec<_> = words.split_whitespace().map(OsString::from).collect();
            asked(&args)
        };
        assert_eq!(asked("x --color always").as_deref(), Some("always"));
        assert_eq!(
            asked("x --color=never --nonsense").as_deref(),
            Some("never")
        );
        assert_eq!(
            asked("x --color=never --color auto").as_deref(),
            Some("auto")
        );
        assert_eq!(asked("x -- --color=never"), None);
        assert_eq!(asked("x --colors"), None);
    }
}
