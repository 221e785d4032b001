//! Lowers a function's body when it is asked for.

use super::cx::FileCx;
use super::macros::MacroTable;
use super::span::Origin;
use super::{ForgetSpans, ParseFailure, failure};
use crate::ir::{
    Block, Body, BodyKind, Later, Local, LocalId, Packed, Place, Reader, Rvalue, Stmt, StmtKind,
    Terminator, Words,
};
use crate::name::Name;
use crate::span::{FileId, Pos, Span};
use std::cell::Cell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic on this thread is caught and told in other words, so that the panic hook need
/// not speak.
pub fn is_guarded() -> bool {
    GUARDED.get()
}

/// A file of which bodies are lowered later.
pub(super) struct Late {
    file: FileId,
    text: Arc<str>,
    macros: Arc<MacroTable>,
    failures: Mutex<Vec<(Pos, String)>>,
}

impl fmt::Debug for Late {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Late").field(&self.file).finish()
    }
}

impl Late {
    /// The file with this text.
    pub(super) fn new(file: FileId, text: Arc<str>, macros: Arc<MacroTable>) -> Late {
        Late {
            file,
            text,
            macros,
            failures: Mutex::default(),
        }
    }

    fn lower(&self, slot: u32, later: &Later) -> Result<Box<[Body]>, ParseFailure> {
        let _forget = ForgetSpans;
        let origin = Origin::part(self.file, later.begin);
        let text = self.text.get(later.bytes.clone()).unwrap_or("");
        let tree: syn::ImplItemFn =
            syn::parse_str(text).map_err(|error| failure(origin, &error))?;
        let mut cx = FileCx::late(origin, &self.macros, slot);
        super::body::lower_fn(&mut cx, later.module, &tree.sig, &tree.block);
        Ok(cx.out.bodies.into_iter().map(Packed::into_inner).collect())
    }
}

impl Reader for Late {
    fn read(&self, slot: u32, later: &Later) -> Box<[Body]> {
        let outside = GUARDED.replace(true);
        let lowered = catch_unwind(AssertUnwindSafe(|| self.lower(slot, later)));
        GUARDED.set(outside);
        let (pos, message) = match lowered {
            Ok(Ok(bodies)) => return bodies,
            Ok(Err(failure)) => (failure.pos, failure.message),
            Err(_) => (later.begin, "the analyzer failed on it".to_owned()),
        };
        if let Ok(mut failures) = self.failures.lock() {
            failures.push((pos, message));
        }
        Box::new([unknown(self.file, later)])
    }

    fn failures(&self) -> Vec<(Pos, String)> {
        let mut failures = match self.failures.lock() {
            Ok(failures) => failures.clone(),
            Err(_) => Vec::new(),
        };
        failures.sort();
        failures
    }

    fn shorthands(&self) -> Vec<(u32, &Words)> {
        self.macros.mentions().collect()
    }
}

/// A body of which nothing is known: all that it gets may go anywhere.
fn unknown(file: FileId, later: &Later) -> Body {
    let span = Span {
        file,
        lo: later.begin,
        hi: later.begin,
    };
    let local = |_| Local {
        name: Name::EMPTY,
        ty: None,
        span,
    };
    let params: Vec<LocalId> = (1..=later.params).map(LocalId).collect();
    let given = params.iter().map(|&param| Place::local(param)).collect();
    let escape = StmtKind::Opaque(given);
    let result = StmtKind::Assign(Place::local(LocalId::RETURN), Rvalue::Unknown(Vec::new()));
    Body {
        module: later.module,
        kind: BodyKind::Fn,
        locals: (0..=later.params).map(local).collect(),
        params,
        captures: Vec::new(),
        blocks: vec![Block {
            stmts: [escape, result].map(|kind| Stmt { kind, span }).into(),
            end: Terminator::Return,
        }],
        cleanups: Vec::new(),
        expansions: Box::default(),
        span,
    }
}
