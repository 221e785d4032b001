//! Levels: which lints are silent, which warn, which make the run fail.

use crate::lint::{Level, Lint};
use crate::select::{Selection, UnknownName};

/// The level of every lint, after the options given so far.
#[derive(Clone, Debug, Default)]
pub struct Levels {
    /// What was asked for, in order; later wins.
    set: Vec<(Selection, Level)>,
    /// What `warnings` was set to last.
    warnings: Option<Level>,
}

impl Levels {
    /// The default levels.
    pub fn new() -> Levels {
        Levels::default()
    }

    /// Sets the level of a lint, a group, `all` or `warnings`; options are given left to right.
    ///
    /// `warnings` is not a set of lints: it says what becomes of everything that would be a
    /// warning in the end, wherever among the options it stands.
    pub fn set(&mut self, name: &str, level: Level) -> Result<(), UnknownName> {
        match Selection::parse(name)? {
            Selection::Warnings if self.warnings == Some(Level::Forbid) => {}
            Selection::Warnings => self.warnings = Some(level),
            selection => self.set.push((selection, level)),
        }
        Ok(())
    }

    /// The level of this lint.
    pub fn level_of(&self, lint: &Lint) -> Level {
        let mut level = lint.level;
        for (selection, asked) in &self.set {
            // What is forbidden stays forbidden: a later, broader option must not lower it.
            if level != Level::Forbid && selection.covers(lint, level) {
                level = *asked;
            }
        }
        match self.warnings {
            Some(asked) if level == Level::Warn => asked,
            _ => level,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(options: &[(&str, Level)], lint: &str) -> Level {
        let mut levels = Levels::new();
        for (name, level) in options {
            levels.set(name, *level).unwrap();
        }
        levels.level_of(crate::find(lint).unwrap())
    }

    #[test]
    fn the_groups_give_the_defaults() {
        assert_eq!(level(&[], "double_free"), Level::Deny);
        assert_eq!(level(&[], "leaked_raw"), Level::Warn);
        assert_eq!(level(&[], "unchecked_alloc_size"), Level::Allow);
        assert_eq!(level(&[], "allow_without_reason"), Level::Allow);
    }

    #[test]
    fn later_options_win() {
        let options = [("all", Level::Deny), ("leak", Level::Allow)];
        assert_eq!(level(&options, "leaked_raw"), Level::Allow);
        assert_eq!(level(&options, "unchecked_alloc_size"), Level::Deny);
        let options = [("leaked-raw", Level::Allow), ("leak", Level::Deny)];
        assert_eq!(level(&options, "leaked_raw"), Level::Deny);
    }

    #[test]
    fn what_is_forbidden_stays_forbidden() {
        let options = [("double_free", Level::Forbid), ("all", Level::Allow)];
        assert_eq!(level(&options, "double_free"), Level::Forbid);
        assert_eq!(level(&options, "use_after_free"), Level::Allow);
    }

    #[test]
    fn warnings_are_what_would_warn_in_the_end() {
        let options = [("warnings", Level::Deny), ("pedantic", Level::Warn)];
        assert_eq!(level(&options, "leaked_raw"), Level::Deny);
        assert_eq!(level(&options, "unchecked_alloc_size"), Level::Deny);
        assert_eq!(level(&options, "allow_without_reason"), Level::Allow);
        let options = [("warnings", Level::Allow)];
        assert_eq!(level(&options, "leaked_raw"), Level::Allow);
        assert_eq!(level(&options, "double_free"), Level::Deny);
    }

    #[test]
    fn an_unknown_name_is_an_error() {
        assert!(Levels::new().set("no_such_lint", Level::Deny).is_err());
    }
}
