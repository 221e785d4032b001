//! C APIs exported from Rust: every string and byte buffer of this file has a release of its own.
use std::ffi::{c_char, c_int, c_void, CStr, CString};
use std::ptr;

// expect: mismatched_dealloc -- the cache is made by Arc::into_raw and destroyed as a Box
pub mod shared_cache {
    use std::collections::HashMap;
    use std::sync::{Arc, RwLock};
    pub struct Cache {
        map: RwLock<HashMap<u64, u64>>,
    }
    fn release(c: *mut Cache) {
        unsafe { drop(Box::from_raw(c)) }
    }
    pub fn build(entries: &[(u64, u64)]) -> usize {
        let cache = Arc::new(Cache {
            map: RwLock::new(entries.iter().copied().collect()),
        });
        let raw = Arc::into_raw(cache) as *mut Cache;
        let n = unsafe { (*raw).map.read().unwrap().len() };
        release(raw);
        n
    }
}

// expect: clean -- the buffer is the caller's, the export only fills it
pub mod fill_array {
    use super::*;
    pub struct Histogram {
        bins: Vec<u32>,
    }
    #[no_mangle]
    pub unsafe extern "C" fn histogram_bins(
        h: *const Histogram,
        out: *mut u32,
        cap: usize,
    ) -> usize {
        let Some(h) = h.as_ref() else { return 0 };
        let n = h.bins.len().min(cap);
        if !out.is_null() {
            ptr::copy_nonoverlapping(h.bins.as_ptr(), out, n);
        }
        h.bins.len()
    }
    #[no_mangle]
    pub unsafe extern "C" fn histogram_label(
        h: *const Histogram,
        out: *mut c_char,
        cap: usize,
    ) -> c_int {
        let text = format!("{} bins", (*h).bins.len());
        let Ok(text) = CString::new(text) else {
            return -1;
        };
        let bytes = text.as_bytes_with_nul();
        if bytes.len() > cap {
            return bytes.len() as c_int;
        }
        ptr::copy_nonoverlapping(bytes.as_ptr().cast(), out, bytes.len());
        0
    }
}

// expect: clean -- a list of strings: an outer boxed slice and inner CStrings, all taken back
pub mod string_list {
    use super::*;
    #[repr(C)]
    pub struct StringList {
        items: *mut *mut c_char,
        len: usize,
    }
    #[no_mangle]
    pub unsafe extern "C" fn strings_split(text: *const c_char, sep: c_char) -> StringList {
        let items: Box<[*mut c_char]> = CStr::from_ptr(text)
            .to_bytes()
            .split(|&b| b == sep as u8)
            .map(|part| CString::new(part).unwrap().into_raw())
            .collect();
        let len = items.len();
        StringList {
            items: Box::into_raw(items) as *mut *mut c_char,
            len,
        }
    }
    #[no_mangle]
    pub unsafe extern "C" fn strings_free(list: StringList) {
        if list.items.is_null() {
            return;
        }
        let items = Box::from_raw(std::slice::from_raw_parts_mut(list.items, list.len));
        for p in items.iter() {
            drop(CString::from_raw(*p));
        }
    }
}

// expect: clean -- the host brings its allocator, the export never owns anything
pub mod host_allocator {
    use super::*;
    type HostAlloc = unsafe extern "C" fn(usize, *mut c_void) -> *mut c_void;
    #[no_mangle]
    pub unsafe extern "C" fn upper_with(
        text: *const c_char,
        alloc: HostAlloc,
        user: *mut c_void,
    ) -> *mut c_char {
        let upper = CStr::from_ptr(text)
            .to_bytes_with_nul()
            .to_ascii_uppercase();
        let p = alloc(upper.len(), user) as *mut u8;
        if p.is_null() {
            return ptr::null_mut();
        }
        p.copy_from_nonoverlapping(upper.as_ptr(), upper.len());
        p.cast()
    }
}

// expect: double_free -- reset() drops the old state, then replaces it, which drops it again
pub mod reset_state {
    use super::*;
    pub struct Machine {
        state: Box<State>,
    }
    pub struct State {
        pub stack: Vec<i32>,
    }
    #[no_mangle]
    pub unsafe extern "C" fn machine_reset(m: *mut Machine) -> c_int {
        let Some(m) = m.as_mut() else { return -1 };
        ptr::drop_in_place(&mut m.state);
        m.state = Box::new(State { stack: Vec::new() });
        0
    }
}

// expect: clean -- drop_in_place, then write without dropping again
pub mod reset_state_write {
    use super::*;
    pub struct Vm {
        state: Box<Vec<i32>>,
    }
    #[no_mangle]
    pub unsafe extern "C" fn vm_reset(m: *mut Vm) -> c_int {
        let Some(m) = m.as_mut() else { return -1 };
        let fresh = Box::new(Vec::new());
        ptr::drop_in_place(&mut m.state);
        ptr::write(&mut m.state, fresh);
        0
    }
}

// expect: aliased_owner -- a second box over the caller's box, both are dropped
pub mod merge_handles {
    pub struct Table {
        rows: Vec<u64>,
    }
    pub unsafe fn compact(t: &mut Table) -> Box<Table> {
        let mut owned = Box::from_raw(t as *mut Table);
        owned.rows.dedup();
        owned
    }
    pub fn distinct(rows: Vec<u64>) -> usize {
        let mut table = Box::new(Table { rows });
        let compacted = unsafe { compact(&mut table) };
        compacted.rows.len()
    }
}

// expect: clean -- the handle is borrowed as a box for the time of the call and given back
pub mod borrow_as_box {
    use super::*;
    pub struct Ledger {
        sum: i64,
    }
    #[no_mangle]
    pub extern "C" fn ledger_new() -> *mut Ledger {
        Box::into_raw(Box::new(Ledger { sum: 0 }))
    }
    #[no_mangle]
    pub unsafe extern "C" fn ledger_add(l: *mut Ledger, v: i64) -> c_int {
        let mut ledger = Box::from_raw(l);
        let code = match ledger.sum.checked_add(v) {
            Some(s) => {
                ledger.sum = s;
                0
            }
            None => -1,
        };
        let _ = Box::into_raw(ledger);
        code
    }
    #[no_mangle]
    pub unsafe extern "C" fn ledger_free(l: *mut Ledger) {
        drop((!l.is_null()).then(|| Box::from_raw(l)));
    }
}
