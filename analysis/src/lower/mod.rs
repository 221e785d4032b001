//! From a file's text to its intermediate representation; the only place that knows syn.

mod attr;
mod body;
mod cx;
mod directive;
mod function;
mod guard;
mod item;
mod late;
mod macros;
mod mention;
pub mod prefilter;
pub mod scan;
pub mod shape;
mod skim;
mod span;
#[cfg(test)]
mod tests;
mod text;
mod ty;

use crate::ir::FileIr;
use crate::span::{FileId, Pos};
use cx::FileCx;
use span::Origin;
use std::sync::Arc;

pub use late::is_guarded;
pub use macros::{MacroTable, collect_macros};

/// Why a file could not be lowered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseFailure {
    /// Where.
    pub pos: Pos,
    /// What is wrong, lower case and without a full stop.
    pub message: String,
}

/// Parses and lowers all of a file. `macros` are the `macro_rules!` of its crate.
pub fn lower_file(file: FileId, text: &str, macros: &MacroTable) -> Result<FileIr, ParseFailure> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    guard::check(text)?;
    whole(file, text, macros)
}

/// Parses and lowers the items of a file; the bodies of most functions only when they are asked
/// for, so that what is wrong in one of them comes out then.
pub fn skim_file(
    file: FileId,
    text: &Arc<str>,
    macros: &Arc<MacroTable>,
) -> Result<FileIr, ParseFailure> {
    let code = text.strip_prefix('\u{feff}').unwrap_or(text);
    if file != FileId::STUBS && code.contains("memlint") {
        // A suppression covers any piece of a body.
        return lower_file(file, code, macros);
    }
    let Some(mut skim) = skim::skim(code, macros, &[])? else {
        return whole(file, code, macros);
    };
    let mut cx = FileCx::new(file, macros);
    cx.lacks(std::mem::take(&mut skim.skipped));
    for (begin, piece) in skim.pieces() {
        let _forget = ForgetSpans;
        let Ok(tree) = syn::parse_file(piece) else {
            return whole(file, code, macros);
        };
        cx.begin_piece(begin);
        cx.file_items(&tree);
    }
    if !cx.out.later.is_empty() {
        let text = match code.len() == text.len() {
            true => Arc::clone(text),
            false => Arc::from(code),
        };
        cx.out.reader = Some(Arc::new(late::Late::new(file, text, Arc::clone(macros))));
    }
    Ok(cx.finish())
}

fn whole(file: FileId, text: &str, macros: &MacroTable) -> Result<FileIr, ParseFailure> {
    let _forget = ForgetSpans;
    let tree = syn::parse_file(text).map_err(|error| failure(file.into(), &error))?;
    let mut cx = FileCx::new(file, macros);
    cx.file_items(&tree);
    cx.out.directives = directive::collect(file, text, &tree);
    Ok(cx.finish())
}

fn failure(origin: Origin, error: &syn::Error) -> ParseFailure {
    ParseFailure {
        pos: origin.position(error.span().start()),
        message: error.to_string(),
    }
}

/// Empties the thread's table of source texts when a file is done, also when lowering it panics.
struct ForgetSpans;

impl Drop for ForgetSpans {
    fn drop(&mut self) {
        span::forget_definitions();
        proc_macro2::extra::invalidate_current_thread_spans();
    }
}
