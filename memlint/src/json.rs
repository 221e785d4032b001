//! The little of JSON that a report needs.

use crate::caller::Caller;
use crate::entry::Doer;
use crate::text::Text;
use crate::thread::Shown;
use core::fmt::{self, Write as _};

/// A quoted string.
pub(crate) fn string(to: &mut Text, text: fmt::Arguments<'_>) -> fmt::Result {
    to.write_char('"')?;
    Escaped(to).write_fmt(text)?;
    to.write_char('"')
}

/// `{"routine":"..","file":"..","line":1,"column":1,"thread":".."}`
pub(crate) fn doer(to: &mut Text, doer: &Doer, caller: Option<&Caller>) -> fmt::Result {
    let name = match doer.routine {
        Some(routine) => routine.name,
        None => "the Rust global allocator",
    };
    write!(to, "{{\"routine\":")?;
    string(to, format_args!("{name}"))?;
    let place = caller.and_then(|caller| caller.place.as_ref());
    let place = match (doer.site, place) {
        (Some(site), _) => Some((site.file(), site.line(), site.column())),
        (None, Some(place)) => Some((&*place.file, place.line, place.column)),
        (None, None) => None,
    };
    if let Some((file, line, column)) = place {
        write!(to, ",\"file\":")?;
        string(to, format_args!("{file}"))?;
        write!(to, ",\"line\":{line},\"column\":{column}")?;
    }
    write!(to, ",\"thread\":")?;
    string(to, format_args!("{}", Shown(doer.thread)))?;
    to.write_char('}')
}

struct Escaped<'a>(&'a mut Text);

impl fmt::Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            match c {
                '"' | '\\' => write!(self.0, "\\{c}")?,
                c if c < ' ' => write!(self.0, "\\u{:04x}", c as u32)?,
                c => self.0.write_char(c)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_controls_are_escaped() {
        let mut text = Text::new();
        string(&mut text, format_args!("a\"b\\c\n{}", 'é')).unwrap();
        assert_eq!(text.as_bytes(), "\"a\\\"b\\\\c\\u000aé\"".as_bytes());
    }
}
