//! cppcheck's tests of struct members and of copies in Rust.

use std::cell::Cell;
use std::ffi::{CStr, c_char, c_void};
use std::marker::PhantomData;
use std::mem;
use std::ptr::{self, NonNull};

unsafe extern "C" {
    fn malloc(n: usize) -> *mut c_void;
    fn calloc(n: usize, size: usize) -> *mut c_void;
    fn free(p: *mut c_void);
    fn strdup(s: *const c_char) -> *mut c_char;
    fn memcpy(d: *mut c_void, s: *const c_void, n: usize) -> *mut c_void;
}

#[repr(C)]
pub struct Entry {
    key: *mut c_char,
    value: *mut c_char,
    next: *mut Entry,
}

unsafe fn entry_new(key: &CStr, value: &CStr) -> *mut Entry {
    let e = malloc(mem::size_of::<Entry>()) as *mut Entry;
    if e.is_null() {
        return e;
    }
    (*e).key = strdup(key.as_ptr());
    (*e).value = strdup(value.as_ptr());
    (*e).next = ptr::null_mut();
    e
}

unsafe fn entry_free(e: *mut Entry) {
    if e.is_null() {
        return;
    }
    free((*e).key.cast());
    free((*e).value.cast());
    free(e.cast());
}

// expect: leaked_alloc -- key of a released entry stays (struct err)
pub unsafe fn entry_key_left_bad(key: &CStr) -> c_char {
    let e = calloc(1, mem::size_of::<Entry>()) as *mut Entry;
    if e.is_null() {
        return 0;
    }
    (*e).key = strdup(key.as_ptr());
    let first = if (*e).key.is_null() { 0 } else { *(*e).key };
    free(e.cast());
    first
}

// expect: clean -- key goes with the entry (struct err)
pub unsafe fn entry_key_goes_good(key: &CStr) -> c_char {
    let e = calloc(1, mem::size_of::<Entry>()) as *mut Entry;
    if e.is_null() {
        return 0;
    }
    (*e).key = strdup(key.as_ptr());
    let first = if (*e).key.is_null() { 0 } else { *(*e).key };
    free((*e).key.cast());
    free(e.cast());
    first
}

// expect: use_after_free -- entry first, key afterwards through the entry (struct deadpointer)
pub unsafe fn entry_wrong_order_bad(key: &CStr) {
    let e = calloc(1, mem::size_of::<Entry>()) as *mut Entry;
    if e.is_null() {
        return;
    }
    (*e).key = strdup(key.as_ptr());
    free(e.cast());
    free((*e).key.cast());
}

// expect: clean -- key remembered before the entry goes (struct deadpointer)
pub unsafe fn entry_remembered_good(key: &CStr) {
    let e = calloc(1, mem::size_of::<Entry>()) as *mut Entry;
    if e.is_null() {
        return;
    }
    (*e).key = strdup(key.as_ptr());
    let key = (*e).key;
    free(e.cast());
    free(key.cast());
}

// expect: clean -- constructor and destructor helpers over a chain (struct linkedlist)
pub unsafe fn entry_chain_good(names: &[&CStr]) {
    let mut head: *mut Entry = ptr::null_mut();
    for n in names {
        let e = entry_new(n, n);
        if e.is_null() {
            break;
        }
        (*e).next = head;
        head = e;
    }
    while !head.is_null() {
        let next = (*head).next;
        entry_free(head);
        head = next;
    }
}

// expect: double_free -- member released by hand and by the destructor helper (struct doublefree)
pub unsafe fn entry_member_twice_bad(key: &CStr) {
    let e = entry_new(key, c"1");
    if e.is_null() {
        return;
    }
    free((*e).value.cast());
    entry_free(e);
}

// expect: clean -- member replaced after the release (struct assign)
pub unsafe fn entry_member_replaced_good(key: &CStr) {
    let e = entry_new(key, c"1");
    if e.is_null() {
        return;
    }
    free((*e).value.cast());
    (*e).value = strdup(c"2".as_ptr());
    entry_free(e);
}

// expect: leaked_alloc -- constructor helper's result only examined (struct function)
pub unsafe fn entry_examined_bad(key: &CStr) -> bool {
    let e = entry_new(key, c"1");
    if e.is_null() {
        return false;
    }
    (*e).next.is_null()
}

// expect: double_free -- derive(Clone) over a freeing Drop, NonNull field (class copyconstructor)
pub mod derived_clone_bad {
    use super::*;
    #[derive(Clone, Debug)]
    pub struct Blob {
        data: NonNull<u8>,
        len: usize,
    }
    impl Blob {
        pub fn new(len: usize) -> Option<Blob> {
            let data = NonNull::new(unsafe { calloc(len, 1) } as *mut u8)?;
            Some(Blob { data, len })
        }
        pub fn len(&self) -> usize {
            self.len
        }
    }
    impl Drop for Blob {
        fn drop(&mut self) {
            unsafe { free(self.data.as_ptr().cast()) }
        }
    }
}

// expect: clean -- Clone makes its own block (class copyconstructor)
pub mod deep_clone_good {
    use super::*;
    pub struct Blob {
        data: NonNull<u8>,
        len: usize,
    }
    impl Blob {
        pub fn new(len: usize) -> Option<Blob> {
            let data = NonNull::new(unsafe { calloc(len.max(1), 1) } as *mut u8)?;
            Some(Blob { data, len })
        }
    }
    impl Clone for Blob {
        fn clone(&self) -> Blob {
            let copy = Blob::new(self.len).expect("out of memory");
            unsafe {
                memcpy(
                    copy.data.as_ptr().cast(),
                    self.data.as_ptr().cast(),
                    self.len,
                )
            };
            copy
        }
    }
    impl Drop for Blob {
        fn drop(&mut self) {
            unsafe { free(self.data.as_ptr().cast()) }
        }
    }
}

// expect: clean -- counted clone, the last one releases (class copyconstructor)
pub mod counted_clone_good {
    use super::*;
    struct Inner {
        refs: Cell<usize>,
        text: String,
    }
    pub struct Shared {
        inner: NonNull<Inner>,
        _own: PhantomData<Inner>,
    }
    impl Shared {
        pub fn new(text: &str) -> Shared {
            let inner = Box::new(Inner {
                refs: Cell::new(1),
                text: text.to_owned(),
            });
            Shared {
                inner: NonNull::from(Box::leak(inner)),
                _own: PhantomData,
            }
        }
        pub fn text(&self) -> &str {
            unsafe { &self.inner.as_ref().text }
        }
    }
    impl Clone for Shared {
        fn clone(&self) -> Shared {
            let refs = unsafe { &self.inner.as_ref().refs };
            refs.set(refs.get() + 1);
            Shared {
                inner: self.inner,
                _own: PhantomData,
            }
        }
    }
    impl Drop for Shared {
        fn drop(&mut self) {
            unsafe {
                let left = self.inner.as_ref().refs.get() - 1;
                if left == 0 {
                    drop(Box::from_raw(self.inner.as_ptr()));
                } else {
                    self.inner.as_ref().refs.set(left);
                }
            }
        }
    }
}

// expect: double_free -- hand-written Clone copies the handle (class copyconstructor)
pub mod shallow_clone_bad {
    use super::*;
    pub struct Text(*mut c_char);
    impl Text {
        pub fn new(s: &CStr) -> Text {
            Text(unsafe { strdup(s.as_ptr()) })
        }
    }
    impl Clone for Text {
        fn clone(&self) -> Self {
            Self(self.0)
        }
    }
    impl Drop for Text {
        fn drop(&mut self) {
            unsafe { free(self.0 as *mut c_void) };
        }
    }
}

// expect: clean -- Clone duplicates the string (class copyconstructor)
pub mod dup_clone_good {
    use super::*;
    pub struct Text(*mut c_char);
    impl Text {
        pub fn new(s: &CStr) -> Text {
            Text(unsafe { strdup(s.as_ptr()) })
        }
    }
    impl Clone for Text {
        fn clone(&self) -> Self {
            Self(if self.0.is_null() {
                self.0
            } else {
                unsafe { strdup(self.0) }
            })
        }
    }
    impl Drop for Text {
        fn drop(&mut self) {
            unsafe { free(self.0 as *mut c_void) };
        }
    }
}
