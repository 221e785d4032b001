//! Members of structs and of classes: who releases them, when, and with what.
use std::ffi::{c_char, c_int, c_void, CStr, CString};
use std::mem;
use std::ptr::{self, NonNull};

extern "C" {
    fn malloc(n: usize) -> *mut c_void;
    fn calloc(n: usize, size: usize) -> *mut c_void;
    fn realloc(p: *mut c_void, n: usize) -> *mut c_void;
    fn free(p: *mut c_void);
    fn strdup(s: *const c_char) -> *mut c_char;
    fn strlen(s: *const c_char) -> usize;
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Rec {
    pub name: *mut c_char,
    pub data: *mut c_void,
    pub len: usize,
}

#[repr(C)]
pub struct Tree {
    pub left: *mut Tree,
    pub right: *mut Tree,
    pub key: *mut c_char,
}

// expect: leaked_alloc -- the leaf's key outlives leaf and root
pub unsafe fn tree_key_left(key: &CStr) {
    let root = calloc(1, mem::size_of::<Tree>()) as *mut Tree;
    if root.is_null() {
        return;
    }
    (*root).left = calloc(1, mem::size_of::<Tree>()).cast();
    if !(*root).left.is_null() {
        (*(*root).left).key = strdup(key.as_ptr());
        free((*root).left.cast());
    }
    free(root.cast());
}

unsafe fn tree_free(tree: *mut Tree) {
    if tree.is_null() {
        return;
    }
    tree_free((*tree).left);
    tree_free((*tree).right);
    free((*tree).key.cast());
    free(tree.cast());
}

// expect: clean -- the recursive helper goes all the way down
pub unsafe fn tree_released(key: &CStr) {
    let root = calloc(1, mem::size_of::<Tree>()) as *mut Tree;
    if root.is_null() {
        return;
    }
    (*root).left = calloc(1, mem::size_of::<Tree>()).cast();
    if !(*root).left.is_null() {
        (*(*root).left).key = strdup(key.as_ptr());
    }
    tree_free(root);
}

// expect: leaked_alloc -- the box goes, the C string in its field stays
pub unsafe fn boxed_record_dropped(name: &CStr) -> usize {
    let rec = Box::new(Rec {
        name: strdup(name.as_ptr()),
        data: ptr::null_mut(),
        len: 0,
    });
    if rec.name.is_null() {
        return 0;
    }
    strlen(rec.name)
}

// expect: clean -- the C string goes before the box
pub unsafe fn boxed_record_emptied(name: &CStr) -> usize {
    let mut rec = Box::new(Rec {
        name: strdup(name.as_ptr()),
        data: ptr::null_mut(),
        len: 0,
    });
    if rec.name.is_null() {
        return 0;
    }
    rec.len = strlen(rec.name);
    free(rec.name.cast());
    rec.len
}

// expect: leaked_alloc -- of two members one is released
pub unsafe fn one_of_two(name: &CStr) -> usize {
    let mut rec: Rec = mem::zeroed();
    rec.name = strdup(name.as_ptr());
    rec.data = malloc(32);
    rec.len = 32;
    free(rec.name.cast());
    rec.len
}

// expect: clean -- released through a copy of the struct
pub unsafe fn released_through_copy(name: &CStr) {
    let first = Rec {
        name: strdup(name.as_ptr()),
        data: ptr::null_mut(),
        len: 1,
    };
    let second = Rec { len: 2, ..first };
    free(second.name.cast());
}

// expect: double_free -- both copies of the struct name one block
pub unsafe fn released_through_both(name: &CStr) {
    let first = Rec {
        name: strdup(name.as_ptr()),
        data: ptr::null_mut(),
        len: 1,
    };
    let second = first;
    free(first.name.cast());
    free(second.name.cast());
}

// expect: leaked_alloc -- the error label forgets the member
pub unsafe fn labelled_error_bad(name: &CStr, limit: usize) -> *mut Rec {
    let rec = calloc(1, mem::size_of::<Rec>()) as *mut Rec;
    if rec.is_null() {
        return rec;
    }
    'fail: {
        (*rec).name = strdup(name.as_ptr());
        if (*rec).name.is_null() {
            break 'fail;
        }
        (*rec).len = strlen((*rec).name);
        if (*rec).len > limit {
            break 'fail;
        }
        return rec;
    }
    free(rec.cast());
    ptr::null_mut()
}

// expect: clean -- the error label releases member and struct
pub unsafe fn labelled_error_good(name: &CStr, limit: usize) -> *mut Rec {
    let rec = calloc(1, mem::size_of::<Rec>()) as *mut Rec;
    if rec.is_null() {
        return rec;
    }
    'fail: {
        (*rec).name = strdup(name.as_ptr());
        if (*rec).name.is_null() {
            break 'fail;
        }
        (*rec).len = strlen((*rec).name);
        if (*rec).len > limit {
            break 'fail;
        }
        return rec;
    }
    free((*rec).name.cast());
    free(rec.cast());
    ptr::null_mut()
}

// expect: leaked_alloc -- a second block over the member
pub unsafe fn member_overwritten() -> Option<NonNull<Rec>> {
    let rec = NonNull::new(calloc(1, mem::size_of::<Rec>()) as *mut Rec)?;
    let r = rec.as_ptr();
    (*r).data = malloc(16);
    (*r).len = 16;
    if !(*r).data.is_null() {
        (*r).data = malloc(64);
        (*r).len = 64;
    }
    Some(rec)
}

// expect: leaked_realloc -- the member is overwritten by the result
pub unsafe fn member_grown(rec: &mut Rec, len: usize) -> bool {
    if len <= rec.len {
        return true;
    }
    rec.data = realloc(rec.data, len);
    if rec.data.is_null() {
        rec.len = 0;
        return false;
    }
    rec.len = len;
    true
}

// expect: clean -- the member is overwritten after the check
pub unsafe fn member_grown_checked(rec: &mut Rec, len: usize) -> bool {
    if len <= rec.len {
        return true;
    }
    let data = realloc(rec.data, len);
    if data.is_null() {
        return false;
    }
    rec.data = data;
    rec.len = len;
    true
}

// expect: use_after_free -- member read from a released struct
pub unsafe fn struct_before_member(rec: *mut Rec) {
    free(rec.cast());
    free((*rec).name.cast());
}

// expect: clean -- member first
pub unsafe fn member_before_struct(rec: *mut Rec) {
    if rec.is_null() {
        return;
    }
    free((*rec).name.cast());
    free((*rec).data);
    free(rec.cast());
}

// expect: clean -- the member exists on the same condition on which it is released
pub unsafe fn member_under_flag(verbose: bool, name: &CStr) -> usize {
    let mut rec: Rec = mem::zeroed();
    if verbose {
        rec.name = strdup(name.as_ptr());
    }
    rec.len = name.to_bytes().len();
    if verbose {
        free(rec.name.cast());
    }
    rec.len
}

// expect: clean -- every record of the local table is emptied
pub unsafe fn table_emptied(names: &[&CStr]) -> usize {
    let mut table: Vec<Rec> = Vec::with_capacity(names.len());
    for name in names {
        table.push(Rec {
            name: strdup(name.as_ptr()),
            data: ptr::null_mut(),
            len: 0,
        });
    }
    let filled = table.iter().filter(|r| !r.name.is_null()).count();
    for rec in &table {
        free(rec.name.cast());
    }
    filled
}

// expect: leaked_alloc -- the local table is dropped with its strings
pub unsafe fn table_dropped(names: &[&CStr]) -> usize {
    let mut table: Vec<Rec> = Vec::new();
    for name in names {
        table.push(Rec {
            name: strdup(name.as_ptr()),
            data: ptr::null_mut(),
            len: 0,
        });
    }
    table.iter().filter(|r| !r.name.is_null()).count()
}

pub struct Link {
    pub next: *mut Link,
    pub value: i32,
}

// expect: leaked_raw -- the local head dies with the only pointer to its tail
pub unsafe fn tail_lost(value: i32) -> i32 {
    let head = Link {
        next: Box::into_raw(Box::new(Link {
            next: ptr::null_mut(),
            value,
        })),
        value: 0,
    };
    head.value + (*head.next).value
}

// expect: clean -- the local head's tail is taken back
pub unsafe fn tail_taken_back(value: i32) -> i32 {
    let head = Link {
        next: Box::into_raw(Box::new(Link {
            next: ptr::null_mut(),
            value,
        })),
        value: 0,
    };
    let tail = Box::from_raw(head.next);
    head.value + tail.value
}

// expect: double_free -- derived Clone beside a releasing Drop
pub mod derived_clone {
    use super::*;
    #[derive(Clone, Debug)]
    pub struct Label {
        text: *mut c_char,
        pub width: u16,
    }
    impl Label {
        pub fn new(text: &CStr, width: u16) -> Self {
            Self {
                text: unsafe { strdup(text.as_ptr()) },
                width,
            }
        }
    }
    impl Drop for Label {
        fn drop(&mut self) {
            unsafe { free(self.text as *mut c_void) }
        }
    }
}

// expect: clean -- Clone makes its own copy
pub mod deep_clone {
    use super::*;
    #[derive(Debug)]
    pub struct Label {
        text: *mut c_char,
        pub width: u16,
    }
    impl Label {
        pub fn new(text: &CStr, width: u16) -> Self {
            Self {
                text: unsafe { strdup(text.as_ptr()) },
                width,
            }
        }
    }
    impl Clone for Label {
        fn clone(&self) -> Self {
            if self.text.is_null() {
                return Self {
                    text: ptr::null_mut(),
                    width: self.width,
                };
            }
            Self {
                text: unsafe { strdup(self.text) },
                ..Label::new(c"", self.width)
            }
        }
    }
    impl Drop for Label {
        fn drop(&mut self) {
            unsafe { free(self.text as *mut c_void) }
        }
    }
}

// expect: double_free -- a hand-written Clone that copies the pointer
pub mod shallow_clone {
    pub struct Grid {
        cells: *mut [f32],
        cols: usize,
    }
    impl Grid {
        pub fn new(rows: usize, cols: usize) -> Grid {
            let cells = vec![0f32; rows * cols].into_boxed_slice();
            Grid {
                cells: Box::into_raw(cells),
                cols,
            }
        }
        pub fn cols(&self) -> usize {
            self.cols
        }
    }
    impl Clone for Grid {
        fn clone(&self) -> Grid {
            let Grid { cells, cols } = *self;
            Grid { cells, cols }
        }
    }
    impl Drop for Grid {
        fn drop(&mut self) {
            drop(unsafe { Box::from_raw(self.cells) });
        }
    }
}

// expect: clean -- Clone counts, Drop releases at zero
pub mod counted_clone {
    use std::cell::Cell;
    struct Shared {
        count: Cell<usize>,
        bytes: Vec<u8>,
    }
    pub struct Blob {
        shared: *mut Shared,
    }
    impl Blob {
        pub fn new(bytes: Vec<u8>) -> Blob {
            Blob {
                shared: Box::into_raw(Box::new(Shared {
                    count: Cell::new(1),
                    bytes,
                })),
            }
        }
        pub fn len(&self) -> usize {
            unsafe { (*self.shared).bytes.len() }
        }
    }
    impl Clone for Blob {
        fn clone(&self) -> Blob {
            let count = unsafe { &(*self.shared).count };
            count.set(count.get() + 1);
            Blob {
                shared: self.shared,
            }
        }
    }
    impl Drop for Blob {
        fn drop(&mut self) {
            unsafe {
                let left = (*self.shared).count.get() - 1;
                (*self.shared).count.set(left);
                if left == 0 {
                    drop(Box::from_raw(self.shared));
                }
            }
        }
    }
}

// expect: leaked_alloc -- the constructor gives up half way
pub mod half_built_bad {
    use super::*;
    pub struct Ring {
        slots: *mut u32,
        marks: *mut u8,
    }
    impl Ring {
        pub fn new(n: usize) -> Result<Ring, &'static str> {
            unsafe {
                let slots = calloc(n, 4) as *mut u32;
                if slots.is_null() {
                    return Err("slots");
                }
                let marks = calloc(n, 1) as *mut u8;
                if marks.is_null() {
                    return Err("marks");
                }
                Ok(Ring { slots, marks })
            }
        }
    }
    impl Drop for Ring {
        fn drop(&mut self) {
            unsafe {
                free(self.slots.cast());
                free(self.marks.cast());
            }
        }
    }
}
