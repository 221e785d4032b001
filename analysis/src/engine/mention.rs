//! What a body names: the calls in it, the functions and statics it uses as values, its closures.

use crate::ir::{
    AggregateKind, Base, BlockId, Body, BodyId, Call, Callee, Operand, Path, Place, Rvalue,
    StmtKind, Terminator,
};

/// Something that a body names.
pub(crate) enum Named<'b> {
    /// The callee of this statement; what its arguments name comes by itself.
    Call(&'b Call, (BlockId, u32)),
    /// An item that is not called, or a struct.
    Path(&'b Path),
    /// A closure that it makes.
    Closure(BodyId),
}

/// Shows all that a body names, without what its closures name.
pub(crate) fn named<'b>(body: &'b Body, see: &mut impl FnMut(Named<'b>)) {
    for (n, block) in body.blocks.iter().enumerate() {
        for (at, stmt) in block.stmts.iter().enumerate() {
            match &stmt.kind {
                StmtKind::Call(call) => {
                    see(Named::Call(call, (BlockId(n as u32), at as u32)));
                    if let Callee::Value(value) = &call.callee {
                        operand(value, see);
                    }
                    call.args.iter().for_each(|arg| operand(arg, see));
                }
                StmtKind::Assign(_, value) => assigned(value, see),
                _ => {}
            }
        }
        if let Terminator::Branch { cond, .. } = &block.end {
            operand(cond, see);
        }
    }
}

fn assigned<'b>(value: &'b Rvalue, see: &mut impl FnMut(Named<'b>)) {
    match value {
        Rvalue::Closure { body, .. } => see(Named::Closure(*body)),
        Rvalue::Use(x) | Rvalue::Cast(x, _) => operand(x, see),
        Rvalue::Aggregate { kind, fields, .. } => {
            if let AggregateKind::Struct(path) = kind {
                see(Named::Path(path));
            }
            fields.iter().for_each(|field| operand(&field.1, see));
        }
        Rvalue::Bind { place: at, .. } | Rvalue::Ref { place: at, .. } => place(at, see),
        _ => {}
    }
}

fn operand<'b>(operand: &'b Operand, see: &mut impl FnMut(Named<'b>)) {
    if let Operand::Place(at) = operand {
        place(at, see);
    }
}

fn place<'b>(place: &'b Place, see: &mut impl FnMut(Named<'b>)) {
    if let Base::Item(path) = &place.base {
        see(Named::Path(path));
    }
}
