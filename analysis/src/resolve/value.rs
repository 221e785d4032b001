//! Values of constants, as far as array lengths and sizes need them.

use super::tree::{Def, Ns, Search};
use super::{ConstId, Program};
use crate::ir::{Base, BinOp, Body, Literal, LocalId, Operand, Rvalue, StmtKind};

impl Program {
    /// The number that a constant stands for, if its value is plain arithmetic.
    pub(crate) fn const_value(&self, id: ConstId, depth: u32) -> Option<u64> {
        let body = self.body(self.constant(id).body?);
        let value = self.local_value(id, body, LocalId::RETURN, depth)?;
        u64::try_from(value).ok()
    }

    fn local_value(&self, id: ConstId, body: &Body, local: LocalId, depth: u32) -> Option<i128> {
        if depth > 24 || body.blocks.len() > 4 {
            return None;
        }
        let mut value = None;
        for stmt in body.blocks.iter().flat_map(|block| &block.stmts) {
            if let StmtKind::Assign(place, rvalue) = &stmt.kind
                && place.as_local() == Some(local)
            {
                if value.is_some() {
                    return None;
                }
                value = Some(rvalue);
            }
        }
        let operand = |x: &Operand| self.operand_value(id, body, x, depth + 1);
        match value? {
            Rvalue::Use(x) | Rvalue::Cast(x, _) => operand(x),
            Rvalue::Binary(op, a, b) => {
                let (a, b) = (operand(a)?, operand(b)?);
                match op {
                    BinOp::Add => a.checked_add(b),
                    BinOp::Sub => a.checked_sub(b),
                    BinOp::Mul => a.checked_mul(b),
                    BinOp::Div => a.checked_div(b),
                    BinOp::Rem => a.checked_rem(b),
                    BinOp::Shl => u32::try_from(b).ok().and_then(|b| a.checked_shl(b)),
                    BinOp::Shr => u32::try_from(b).ok().and_then(|b| a.checked_shr(b)),
                    BinOp::And => Some(a & b),
                    BinOp::Or => Some(a | b),
                    BinOp::Xor => Some(a ^ b),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn operand_value(&self, id: ConstId, body: &Body, x: &Operand, depth: u32) -> Option<i128> {
        match x {
            Operand::Literal(Literal::Int(n, _)) => Some(*n),
            Operand::Place(place) if place.proj.is_empty() => match &place.base {
                Base::Local(local) => self.local_value(id, body, *local, depth),
                Base::Item(path) => {
                    let from = self.module_of(self.constant(id).scope);
                    match Search::new(self).walk(from, path, Ns::Value)? {
                        (Def::Const(other), _) if depth <= 24 => {
                            self.const_value(other, depth + 1).map(i128::from)
                        }
                        _ => None,
                    }
                }
            },
            _ => None,
        }
    }
}
