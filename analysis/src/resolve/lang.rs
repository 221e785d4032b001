//! What is known of std by name: types that the engine asks for, how they dereference, and the
//! C types of other crates.

use super::{AdtId, IntTy, Program, Ty};
use crate::name::Name;
use rustc_hash::FxHashMap;

macro_rules! lang {
    ($($name:ident = $path:literal,)*) => {
        /// Types of std that the engine knows by name.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        #[allow(missing_docs)]
        pub enum Lang {
            $($name,)*
        }

        const PATHS: &[(Lang, &str)] = &[$((Lang::$name, $path),)*];
    };
}

lang! {
    Box = "std::boxed::Box",
    Vec = "std::vec::Vec",
    String = "std::string::String",
    Option = "std::option::Option",
    Result = "std::result::Result",
    Rc = "std::rc::Rc",
    Arc = "std::sync::Arc",
    RcWeak = "std::rc::Weak",
    ArcWeak = "std::sync::Weak",
    CString = "std::ffi::CString",
    CStr = "std::ffi::CStr",
    ManuallyDrop = "std::mem::ManuallyDrop",
    MaybeUninit = "std::mem::MaybeUninit",
    NonNull = "std::ptr::NonNull",
    Pin = "std::pin::Pin",
    Cell = "std::cell::Cell",
    RefCell = "std::cell::RefCell",
    UnsafeCell = "std::cell::UnsafeCell",
    Layout = "std::alloc::Layout",
    ControlFlow = "std::ops::ControlFlow",
    Ordering = "std::cmp::Ordering",
    CVoid = "std::ffi::c_void",
    PhantomData = "std::marker::PhantomData",
    AtomicPtr = "std::sync::atomic::AtomicPtr",
    Cow = "std::borrow::Cow",
    OsString = "std::ffi::OsString",
    PathBuf = "std::path::PathBuf",
    Range = "std::ops::Range",
    RangeFrom = "std::ops::RangeFrom",
    RangeTo = "std::ops::RangeTo",
    RangeFull = "std::ops::RangeFull",
}

/// Types that moved: other modules in which the stubs may keep them.
const ELSEWHERE: &[(Lang, &str)] = &[
    (Lang::CVoid, "std::os::raw::c_void"),
    (Lang::CString, "std::ffi::c_str::CString"),
    (Lang::CStr, "std::ffi::c_str::CStr"),
    (Lang::ManuallyDrop, "std::mem::manually_drop::ManuallyDrop"),
    (Lang::MaybeUninit, "std::mem::maybe_uninit::MaybeUninit"),
    (Lang::OsString, "std::ffi::os_str::OsString"),
];

pub(super) fn find(p: &Program) -> FxHashMap<Lang, AdtId> {
    let adts = p.adts().map(|id| (p.adt(id), id));
    let stubs = adts.take_while(|(def, _)| def.stub);
    let stubs: FxHashMap<&str, AdtId> = stubs.map(|(def, id)| (&*def.canonical, id)).collect();
    let mut found = FxHashMap::default();
    for &(item, path) in PATHS.iter().chain(ELSEWHERE) {
        if let Some(id) = stubs.get(path) {
            found.entry(item).or_insert(*id);
        }
    }
    found
}

impl Program {
    /// The type at a path that leaves the crates in view: C types have a meaning of their own.
    pub(crate) fn foreign_type(&self, path: Name) -> Ty {
        let text = path.as_str();
        let Some((krate, _)) = text.split_once("::") else {
            return Ty::External(path);
        };
        if !matches!(
            krate,
            "libc" | "std" | "cty" | "winapi" | "ctypes" | "rustix" | "chlorine"
        ) {
            return Ty::External(path);
        }
        let last = text.rsplit("::").next().unwrap_or_default();
        match c_type(last) {
            Some(ty) => ty,
            None if last == "c_void" => match self.lang(Lang::CVoid) {
                Some(id) => Ty::adt(id, Vec::new()),
                None => Ty::External(path),
            },
            None => Ty::External(path),
        }
    }
}

/// The C types as they are on x86-64 Linux.
fn c_type(name: &str) -> Option<Ty> {
    Some(Ty::Int(match name {
        "c_char" | "c_schar" | "int8_t" => IntTy::I8,
        "c_uchar" | "uint8_t" => IntTy::U8,
        "c_short" | "int16_t" => IntTy::I16,
        "c_ushort" | "uint16_t" => IntTy::U16,
        "c_int" | "int32_t" | "wchar_t" | "pid_t" => IntTy::I32,
        "c_uint" | "uint32_t" | "uid_t" | "gid_t" | "mode_t" => IntTy::U32,
        "c_long" | "c_longlong" | "int64_t" | "off_t" | "off64_t" | "time_t" => IntTy::I64,
        "c_ulong" | "c_ulonglong" | "uint64_t" => IntTy::U64,
        "size_t" | "uintptr_t" => IntTy::Usize,
        "ssize_t" | "intptr_t" | "ptrdiff_t" => IntTy::Isize,
        "c_float" => return Some(Ty::Float(32)),
        "c_double" => return Some(Ty::Float(64)),
        _ => return None,
    }))
}
