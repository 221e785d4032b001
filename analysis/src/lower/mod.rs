//! From a file's text to its intermediate representation; the only place that knows syn.

mod attr;
mod body;
mod cx;
mod directive;
mod function;
mod guard;
mod item;
mod macros;
pub mod prefilter;
pub mod scan;
mod span;
#[cfg(test)]
mod tests;
mod text;
mod ty;

use crate::ir::FileIr;
use crate::span::{FileId, Pos};
use cx::FileCx;

pub use macros::{MacroTable, collect_macros};

/// Why a file could not be lowered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseFailure {
    /// Where.
    pub pos: Pos,
    /// What is wrong, lower case and without a full stop.
    pub message: String,
}

/// Parses and lowers one file. `macros` are the `macro_rules!` of its crate.
pub fn lower_file(file: FileId, text: &str, macros: &MacroTable) -> Result<FileIr, ParseFailure> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    guard::check(text)?;
    let _forget = ForgetSpans;
    let tree = syn::parse_file(text).map_err(|error| ParseFailure {
        pos: span::position(error.span().start()),
        message: error.to_string(),
    })?;
    let mut cx = FileCx::new(file, macros);
    cx.file_items(&tree);
    cx.out.directives = directive::collect(file, text, &tree);
    Ok(cx.out)
}

/// Empties the thread's table of source texts when a file is done, also when lowering it panics.
struct ForgetSpans;

impl Drop for ForgetSpans {
    fn drop(&mut self) {
        proc_macro2::extra::invalidate_current_thread_spans();
    }
}
