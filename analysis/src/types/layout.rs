//! Sizes and alignments on x86-64, as rustc lays types out there.

use super::niche::has_niche;
use crate::ir::Repr;
use crate::name::Name;
use crate::resolve::{AdtDef, AdtId, AdtKind, IntTy, Len, Program, Ty, VariantDef};

const DEPTH: u32 = 16;

/// Size and alignment in bytes, as far as they are known.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SizeAlign {
    /// Size; `None` also for types without a fixed size.
    pub size: Option<u64>,
    /// Alignment.
    pub align: Option<u64>,
}

/// Whether two types have the same layout.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Same {
    /// Certainly.
    Equal,
    /// Certainly not.
    Different,
    /// Not known.
    Unknown,
}

impl SizeAlign {
    const UNKNOWN: SizeAlign = SizeAlign {
        size: None,
        align: None,
    };

    fn known(size: u64, align: u64) -> SizeAlign {
        SizeAlign {
            size: Some(size),
            align: Some(align),
        }
    }
}

/// Size and alignment of a type.
pub fn size_align(program: &Program, ty: &Ty) -> SizeAlign {
    layout(program, ty, DEPTH)
}

/// Compares the layouts of two types; slices by their elements.
pub fn same_layout(program: &Program, a: &Ty, b: &Ty) -> Same {
    if a == b && !a.has_holes() {
        return Same::Equal;
    }
    match (a, b) {
        (Ty::Slice(a), Ty::Slice(b)) => return same_layout(program, a, b),
        (Ty::Slice(inner), Ty::Str) | (Ty::Str, Ty::Slice(inner)) => {
            return same_layout(program, inner, &Ty::Int(IntTy::U8));
        }
        _ => {}
    }
    let (a, b) = (size_align(program, a), size_align(program, b));
    let differ = |a: Option<u64>, b: Option<u64>| a.zip(b).map(|(a, b)| a != b);
    match (differ(a.size, b.size), differ(a.align, b.align)) {
        (Some(true), _) | (_, Some(true)) => Same::Different,
        (Some(false), Some(false)) => Same::Equal,
        _ => Same::Unknown,
    }
}

pub(super) fn layout(p: &Program, ty: &Ty, depth: u32) -> SizeAlign {
    if depth == 0 {
        return SizeAlign::UNKNOWN;
    }
    let depth = depth - 1;
    match ty {
        Ty::Never => SizeAlign::known(0, 1),
        Ty::Bool => SizeAlign::known(1, 1),
        Ty::Char => SizeAlign::known(4, 4),
        Ty::Int(int) => match int.bytes() {
            Some(n) => SizeAlign::known(n, n),
            None => SizeAlign::UNKNOWN,
        },
        Ty::Float(bits) => {
            let n = u64::from(*bits) / 8;
            SizeAlign::known(n, n)
        }
        Ty::Ref(_, inner) | Ty::Ptr(_, inner) => match is_fat(p, inner, depth) {
            Some(true) => SizeAlign::known(16, 8),
            Some(false) => SizeAlign::known(8, 8),
            None => SizeAlign {
                size: None,
                align: Some(8),
            },
        },
        Ty::FnPtr { .. } => SizeAlign::known(8, 8),
        Ty::FnDef(..) | Ty::Ctor(..) => SizeAlign::known(0, 1),
        Ty::Array(inner, len) => {
            let element = layout(p, inner, depth);
            let size = match (element.size, len) {
                (_, Len::Known(0)) => Some(0),
                (Some(n), Len::Known(len)) => n.checked_mul(*len),
                _ => None,
            };
            SizeAlign {
                size,
                align: element.align,
            }
        }
        Ty::Slice(inner) => SizeAlign {
            size: None,
            align: layout(p, inner, depth).align,
        },
        Ty::Str => SizeAlign {
            size: None,
            align: Some(1),
        },
        Ty::Tuple(items) => {
            let parts: Vec<SizeAlign> = items.iter().map(|ty| layout(p, ty, depth)).collect();
            sorted(&parts)
        }
        Ty::Adt(id, args) => adt(p, *id, args, depth),
        Ty::Unknown
        | Ty::External(_)
        | Ty::Param(_)
        | Ty::Closure(_)
        | Ty::Dyn(_)
        | Ty::Const(_) => SizeAlign::UNKNOWN,
    }
}

/// Whether pointers to the type carry a length or table.
fn is_fat(p: &Program, ty: &Ty, depth: u32) -> Option<bool> {
    match ty {
        Ty::Slice(_) | Ty::Str | Ty::Dyn(_) => Some(true),
        Ty::Unknown => None,
        Ty::Adt(id, args) if depth > 0 => {
            let def = p.adt(*id);
            if def.stub && matches!(def.name.as_str(), "CStr" | "OsStr" | "Path" | "ByteStr") {
                return Some(true);
            }
            match &def.variants[..] {
                [only] if def.kind == AdtKind::Struct => match only.fields.last() {
                    Some((_, last)) => {
                        let last = p.instantiate(last, &bound(def, args), false);
                        // A field of a pointer's kind ends the question.
                        is_fat(p, &last, depth - 1)
                    }
                    None => Some(false),
                },
                _ => Some(false),
            }
        }
        Ty::Adt(..) => None,
        _ => Some(false),
    }
}

fn bound(def: &AdtDef, args: &[Ty]) -> Vec<(Name, Ty)> {
    def.generics
        .iter()
        .copied()
        .zip(args.iter().cloned())
        .collect()
}

fn adt(p: &Program, id: AdtId, args: &[Ty], depth: u32) -> SizeAlign {
    let def = p.adt(id);
    if def.stub
        && let Some(known) = of_std(def)
    {
        return known;
    }
    let found = match def.kind {
        AdtKind::Enum => enumeration(p, def, args, depth),
        AdtKind::Struct | AdtKind::Union => match def.variants.first() {
            Some(variant) => {
                let parts = fields(p, def, variant, args, depth);
                let packed = def.repr.packed;
                match (def.kind, def.repr.c || packed.is_some()) {
                    (AdtKind::Union, _) => overlaid(&parts, packed),
                    (_, true) => in_order(&parts, packed),
                    (_, false) => sorted(&parts),
                }
            }
            None => SizeAlign::UNKNOWN,
        },
    };
    aligned(found, &def.repr)
}

/// Types of std whose stub does not have their true fields.
fn of_std(def: &AdtDef) -> Option<SizeAlign> {
    let name = def.name.as_str();
    let exact = [
        "Box",
        "Vec",
        "String",
        "CString",
        "Rc",
        "Arc",
        "Weak",
        "NonNull",
        "ManuallyDrop",
        "MaybeUninit",
        "Cell",
        "UnsafeCell",
        "Option",
        "Result",
        "Pin",
        "Wrapping",
        "Range",
        "NonZero",
        "ControlFlow",
        "Poll",
        "Reverse",
        "SyncUnsafeCell",
        "Saturating",
    ];
    if exact.contains(&name) {
        return None;
    }
    Some(match name {
        "PhantomData" | "PhantomPinned" | "RangeFull" | "Global" | "System" => {
            SizeAlign::known(0, 1)
        }
        "c_void" => SizeAlign::known(1, 1),
        "Layout" => SizeAlign::known(16, 8),
        "Ordering" if def.canonical.contains("cmp") => SizeAlign::known(1, 1),
        "AtomicPtr" => SizeAlign::known(8, 8),
        "PathBuf" | "OsString" => SizeAlign::known(24, 8),
        _ => match name.strip_prefix("Atomic").or(name.strip_prefix("NonZero")) {
            Some("Bool") => SizeAlign::known(1, 1),
            Some(int) => match IntTy::from_name(&int.to_ascii_lowercase()).and_then(IntTy::bytes) {
                Some(n) => SizeAlign::known(n, n),
                None => SizeAlign::UNKNOWN,
            },
            None => SizeAlign::UNKNOWN,
        },
    })
}

fn fields(
    p: &Program,
    def: &AdtDef,
    variant: &VariantDef,
    args: &[Ty],
    depth: u32,
) -> Vec<SizeAlign> {
    let substs = bound(def, args);
    let one = |(_, ty): &(Name, Ty)| layout(p, &p.instantiate(ty, &substs, false), depth);
    variant.fields.iter().map(one).collect()
}

fn round_up(size: u64, align: u64) -> Option<u64> {
    size.checked_next_multiple_of(align.max(1))
}

/// Fields in the best order: no gaps between them, since sizes are multiples of alignments.
fn sorted(parts: &[SizeAlign]) -> SizeAlign {
    let align = parts
        .iter()
        .try_fold(1, |max: u64, part| Some(max.max(part.align?)));
    let sum = parts
        .iter()
        .try_fold(0, |sum: u64, part| sum.checked_add(part.size?));
    SizeAlign {
        size: sum.zip(align).and_then(|(sum, align)| round_up(sum, align)),
        align,
    }
}

/// Fields in the order of declaration, as C lays them out.
fn in_order(parts: &[SizeAlign], packed: Option<u32>) -> SizeAlign {
    let limit = packed.map_or(u64::MAX, |n| u64::from(n.max(1)));
    let mut align = 1;
    let mut at = 0_u64;
    for part in parts {
        let Some(own) = part.align.or((limit == 1).then_some(1)) else {
            return SizeAlign::UNKNOWN;
        };
        let own = own.min(limit);
        align = align.max(own);
        let after = round_up(at, own)
            .zip(part.size)
            .and_then(|(at, n)| at.checked_add(n));
        let Some(after) = after else {
            return SizeAlign::UNKNOWN;
        };
        at = after;
    }
    SizeAlign {
        size: round_up(at, align),
        align: Some(align),
    }
}

fn overlaid(parts: &[SizeAlign], packed: Option<u32>) -> SizeAlign {
    let limit = packed.map_or(u64::MAX, |n| u64::from(n.max(1)));
    let align = parts
        .iter()
        .try_fold(1, |max: u64, part| Some(max.max(part.align?.min(limit))));
    let size = parts
        .iter()
        .try_fold(0, |max: u64, part| Some(max.max(part.size?)));
    SizeAlign {
        size: size
            .zip(align)
            .and_then(|(size, align)| round_up(size, align)),
        align,
    }
}

fn aligned(found: SizeAlign, repr: &Repr) -> SizeAlign {
    let Some(least) = repr.align.map(u64::from) else {
        return found;
    };
    let align = found.align.map(|align| align.max(least));
    SizeAlign {
        size: found
            .size
            .zip(align)
            .and_then(|(size, align)| round_up(size, align)),
        align,
    }
}

fn enumeration(p: &Program, def: &AdtDef, args: &[Ty], depth: u32) -> SizeAlign {
    let tag = match (def.repr.int, def.repr.c) {
        (Some(int), _) => IntTy::from_name(int.as_str()).and_then(IntTy::bytes),
        (None, true) => Some(4),
        (None, false) => None,
    };
    if def.variants.iter().all(|v| v.fields.is_empty()) {
        return match (tag, def.variants.len()) {
            (Some(n), _) => SizeAlign::known(n, n),
            (None, 0 | 1) => SizeAlign::known(0, 1),
            (None, 2..=256) => SizeAlign::known(1, 1),
            _ => SizeAlign::known(2, 2),
        };
    }
    if let Some(tag) = tag {
        return tagged(p, def, args, tag, depth);
    }
    let full: Vec<&VariantDef> = def
        .variants
        .iter()
        .filter(|v| !v.fields.is_empty())
        .collect();
    let [only] = full[..] else {
        return SizeAlign::UNKNOWN;
    };
    let payload = sorted(&fields(p, def, only, args, depth));
    match def.variants.len() {
        1 => payload,
        2 => match payload_niche(p, def, only, args, depth) {
            Some(true) => payload,
            Some(false) => {
                let align = payload.align.unwrap_or(1).max(1);
                let size = payload
                    .size
                    .and_then(|n| round_up(n.checked_add(1)?, align));
                SizeAlign {
                    size,
                    align: payload.align,
                }
            }
            None => SizeAlign {
                size: None,
                align: payload.align,
            },
        },
        _ => SizeAlign {
            size: None,
            align: payload.align,
        },
    }
}

fn payload_niche(
    p: &Program,
    def: &AdtDef,
    only: &VariantDef,
    args: &[Ty],
    depth: u32,
) -> Option<bool> {
    let substs = bound(def, args);
    let mut none = true;
    for (_, ty) in &only.fields {
        match has_niche(p, &p.instantiate(ty, &substs, false), depth) {
            Some(true) => return Some(true),
            Some(false) => {}
            None => none = false,
        }
    }
    none.then_some(false)
}

/// `#[repr(u8)]`, `#[repr(C)]` with data.
fn tagged(p: &Program, def: &AdtDef, args: &[Ty], tag: u64, depth: u32) -> SizeAlign {
    let head = SizeAlign::known(tag, tag);
    let mut variants = Vec::with_capacity(def.variants.len());
    for variant in &def.variants {
        let mut parts = fields(p, def, variant, args, depth);
        if def.repr.c {
            variants.push(in_order(&parts, None));
        } else {
            parts.insert(0, head);
            variants.push(in_order(&parts, None));
        }
    }
    let body = overlaid(&variants, None);
    if def.repr.c {
        in_order(&[head, body], None)
    } else {
        body
    }
}
