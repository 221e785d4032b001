//! Names of lints and groups as users write them, and what they stand for.

use crate::lint::{Group, Level, Lint};
use std::fmt;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// One lint.
    Lint(&'static Lint),
    /// The lints of a group.
    Group(Group),
    /// Every lint, the pedantic ones included.
    All,
    /// Whatever would be a warning.
    Warnings,
}

/// A name that nothing has, and the one that may be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName {
    /// The name as written.
    pub name: String,
    /// A lint or group whose name is close.
    pub closest: Option<&'static str>,
}

impl Selection {
    /// Reads a name: `memlint::` in front and `-` for `_` are accepted.
    pub fn parse(written: &str) -> Result<Selection, UnknownName> {
        let name = canonical(written);
        match name.as_str() {
            "all" => return Ok(Selection::All),
            "warnings" => return Ok(Selection::Warnings),
            _ => {}
        }
        if let Some(group) = Group::find(&name) {
            return Ok(Selection::Group(group));
        }
        match crate::find(&name) {
            Some(lint) => Ok(Selection::Lint(lint)),
            None => Err(UnknownName {
                name: written.trim().to_owned(),
                closest: crate::closest(&name),
            }),
        }
    }

    /// Whether it stands for this lint, which has this level now.
    pub fn covers(self, lint: &Lint, level: Level) -> bool {
        match self {
            Selection::Lint(one) => one == lint,
            Selection::Group(group) => lint.group == group,
            Selection::All => true,
            Selection::Warnings => level == Level::Warn,
        }
    }
}

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no lint or group is called `{}`", self.name)?;
        match self.closest {
            Some(name) => write!(f, "; did you mean `{name}`?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for UnknownName {}

/// The form in which names are compared.
pub(crate) fn canonical(written: &str) -> String {
    let name = written.trim();
    let name = name.strip_prefix("memlint::").unwrap_or(name);
    name.replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_lints_groups_and_words() {
        let lint = crate::find("double_free").unwrap();
        for name in ["double_free", "memlint::double_free", "double-free"] {
            assert_eq!(Selection::parse(name), Ok(Selection::Lint(lint)));
        }
        let leak = Ok(Selection::Group(Group::Leak));
        assert_eq!(Selection::parse("memlint::leak"), leak);
        assert_eq!(Selection::parse("all"), Ok(Selection::All));
        assert_eq!(Selection::parse("warnings"), Ok(Selection::Warnings));
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_closest() {
        let error = Selection::parse("dubble_free").unwrap_err();
        let text = "no lint or group is called `dubble_free`; did you mean `double_free`?";
        assert_eq!(error.to_string(), text);
        let error = Selection::parse("xyzzy").unwrap_err();
        assert_eq!(error.to_string(), "no lint or group is called `xyzzy`");
    }
}
