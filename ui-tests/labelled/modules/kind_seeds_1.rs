//! The examples of the neighbouring rules and weaknesses (MEM00, MEM04, MEM30, MEM34, MEM35, MEM51-CPP; CWE-401,
//! 415, 416, 590, 761) as Rust, and the little programs that show each misuse of a std conversion.
use std::alloc::Layout;
use std::ffi::{c_char, c_int, c_long, c_void, CStr, CString, OsStr, OsString};
use std::mem::{ManuallyDrop, MaybeUninit};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::ptr::{self, NonNull};
use std::rc::{self, Rc};
use std::sync::{Arc, Mutex};

mod libc {
    use std::ffi::{c_char, c_int, c_void};
    extern "C" {
        pub fn malloc(size: usize) -> *mut c_void;
        pub fn calloc(n: usize, size: usize) -> *mut c_void;
        pub fn realloc(p: *mut c_void, size: usize) -> *mut c_void;
        pub fn free(p: *mut c_void);
        pub fn strdup(s: *const c_char) -> *mut c_char;
        pub fn strlen(s: *const c_char) -> usize;
        pub fn strcpy(to: *mut c_char, from: *const c_char) -> *mut c_char;
        pub fn puts(s: *const c_char) -> c_int;
        pub fn read(fd: c_int, buf: *mut c_void, n: usize) -> isize;
    }
}

// ---------------------------------------------------------------- MEM30-C, CWE-416

pub struct Item {
    next: *mut Item,
    value: i32,
}

// expect: use_after_free -- the list is walked through released boxes (MEM30-C first example)
pub unsafe fn mem30_list_bad(head: *mut Item) {
    let mut p = head;
    while !p.is_null() {
        drop(Box::from_raw(p));
        p = (*p).next;
    }
}

// expect: clean -- the next pointer is saved first (MEM30-C first example)
pub unsafe fn mem30_list_good(head: *mut Item) -> i32 {
    let mut p = head;
    let mut sum = 0;
    while let Some(item) = NonNull::new(p) {
        let item = Box::from_raw(item.as_ptr());
        sum += item.value;
        p = item.next;
    }
    sum
}

// expect: use_after_free -- the argument is copied into a block that an earlier branch released (MEM30-C second example)
pub unsafe fn mem30_argument_bad(argument: &CStr) -> *mut c_char {
    let copy = libc::malloc(argument.to_bytes_with_nul().len()) as *mut c_char;
    if copy.is_null() {
        return copy;
    }
    if argument.to_bytes().len() > 80 {
        libc::free(copy.cast());
    }
    libc::strcpy(copy, argument.as_ptr());
    copy
}

// expect: use_after_free -- the error report prints what the error path released (CWE-416)
pub unsafe fn cwe416_logged_after_abort(text: &CStr, abort: bool) {
    let ptr = libc::strdup(text.as_ptr());
    if ptr.is_null() {
        return;
    }
    if abort {
        libc::free(ptr.cast());
        libc::puts(c"operation aborted before commit".as_ptr());
        libc::puts(ptr);
        return;
    }
    libc::free(ptr.cast());
}

// expect: clean -- reported, then released (CWE-416)
pub unsafe fn cwe416_logged_before_abort(text: &CStr, abort: bool) {
    let ptr = libc::strdup(text.as_ptr());
    if ptr.is_null() {
        return;
    }
    if abort {
        libc::puts(ptr);
    }
    libc::free(ptr.cast());
}

// expect: use_after_free -- the temporary string is gone at the end of its statement
pub unsafe fn temporary_string_pointer(name: &str) -> usize {
    let p = CString::new(name).unwrap().as_ptr();
    libc::strlen(p)
}

// expect: clean -- the temporary lives to the end of the call
pub unsafe fn temporary_string_inline(name: &str) -> usize {
    libc::strlen(CString::new(name).unwrap().as_ptr())
}

// expect: clean -- the string has a name of its own
pub unsafe fn named_string_pointer(name: Option<&str>) -> usize {
    let owned = name.map(|n| CString::new(n).unwrap());
    let p = owned.as_ref().map_or(ptr::null(), |s| s.as_ptr());
    if p.is_null() {
        0
    } else {
        libc::strlen(p)
    }
}

// ---------------------------------------------------------------- MEM34-C, CWE-590

// expect: free_nonheap -- usage text or copied argument, released either way (MEM34-C first example)
pub unsafe fn mem34_usage_bad(argument: Option<&CStr>) -> c_int {
    let c_str: *mut c_char;
    if let Some(arg) = argument {
        c_str = libc::malloc(arg.to_bytes_with_nul().len()) as *mut c_char;
        if c_str.is_null() {
            return 1;
        }
        libc::strcpy(c_str, arg.as_ptr());
    } else {
        c_str = c"usage: $>a.exe [string]".as_ptr().cast_mut();
        libc::puts(c_str);
    }
    libc::free(c_str.cast());
    0
}

// expect: clean -- the usage branch returns by itself (MEM34-C first example)
pub unsafe fn mem34_usage_good(argument: Option<&CStr>) -> c_int {
    let Some(arg) = argument else {
        libc::puts(c"usage: $>a.exe [string]".as_ptr());
        return 1;
    };
    let c_str = libc::malloc(arg.to_bytes_with_nul().len()) as *mut c_char;
    if c_str.is_null() {
        return 1;
    }
    libc::strcpy(c_str, arg.as_ptr());
    libc::free(c_str.cast());
    0
}

// expect: free_nonheap -- realloc of an array on the stack (MEM34-C second example)
pub unsafe fn mem34_realloc_of_array() -> bool {
    let mut buf = [0 as c_char; 256];
    let p = libc::realloc(buf.as_mut_ptr().cast(), 512) as *mut c_char;
    if p.is_null() {
        return false;
    }
    libc::free(p.cast());
    true
}

// expect: free_nonheap -- a static array is not the heap's (CWE-590)
pub unsafe fn cwe590_static_array() {
    static mut BAR: [c_long; 32] = [0; 32];
    let p = ptr::addr_of_mut!(BAR) as *mut c_long;
    *p = 1;
    libc::free(p.cast());
}

// expect: free_nonheap -- a Box over a local (CWE-590)
pub fn cwe590_box_over_local() -> u64 {
    let mut local = 17u64;
    let boxed = unsafe { Box::from_raw(&mut local as *mut u64) };
    *boxed
}

// expect: free_nonheap -- a CString over a borrowed one
pub fn cwe590_borrowed_cstr(name: &CStr) -> usize {
    let owned = unsafe { CString::from_raw(name.as_ptr() as *mut c_char) };
    owned.as_bytes().len()
}

// expect: clean -- wrapped so that nothing drops the borrow
pub fn borrowed_as_owner(name: &mut [u8; 16]) -> usize {
    let view = ManuallyDrop::new(unsafe { Box::from_raw(name as *mut [u8; 16]) });
    view.iter().filter(|b| **b != 0).count()
}

// expect: free_nonheap -- a slot on the stack given to Box (MEM51-CPP placement)
pub fn mem51_placement_bad() {
    let mut slot = MaybeUninit::<Mutex<i32>>::uninit();
    let placed = slot.write(Mutex::new(1)) as *mut Mutex<i32>;
    unsafe { drop(Box::from_raw(placed)) };
}

// expect: clean -- destroyed where it was placed (MEM51-CPP placement)
pub fn mem51_placement_good() {
    let mut slot = MaybeUninit::<Mutex<i32>>::uninit();
    let placed = slot.write(Mutex::new(1)) as *mut Mutex<i32>;
    unsafe { ptr::drop_in_place(placed) };
}

// expect: leaked_alloc -- destroyed in place, the block under it stays (MEM51-CPP)
pub fn mem51_destroyed_not_released() {
    let layout = Layout::new::<Mutex<Vec<u8>>>();
    unsafe {
        let place = std::alloc::alloc(layout) as *mut Mutex<Vec<u8>>;
        if place.is_null() {
            std::alloc::handle_alloc_error(layout);
        }
        place.write(Mutex::new(vec![1, 2]));
        ptr::drop_in_place(place);
    }
}

// ---------------------------------------------------------------- CWE-761

// expect: free_offset -- released where the character was found (CWE-761)
pub unsafe fn cwe761_search_bad(wanted: u8) -> bool {
    let mut text = libc::strdup(c"Search Me!".as_ptr());
    if text.is_null() {
        return false;
    }
    text = text.add(1);
    while *text != 0 {
        if *text as u8 == wanted {
            libc::free(text.cast());
            return true;
        }
        text = text.add(1);
    }
    libc::free(text.cast());
    false
}

// expect: clean -- an index walks (CWE-761)
pub unsafe fn cwe761_search_good(wanted: u8) -> bool {
    let text = libc::strdup(c"Search Me!".as_ptr());
    if text.is_null() {
        return false;
    }
    let mut i = 0;
    let mut found = false;
    while *text.add(i) != 0 && !found {
        found = *text.add(i) as u8 == wanted;
        i += 1;
    }
    libc::free(text.cast());
    found
}

// expect: free_offset -- a Vec rebuilt from its tail
pub fn vec_rebuilt_from_tail() -> Vec<u8> {
    let mut all = ManuallyDrop::new(vec![1u8, 2, 3, 4]);
    unsafe {
        let tail = all.as_mut_ptr().add(1);
        Vec::from_raw_parts(tail, 3, 3)
    }
}

// ---------------------------------------------------------------- CWE-401, MEM00-C

// expect: leaked_alloc -- a short read gives up the block (CWE-401)
pub unsafe fn cwe401_get_block_bad(fd: c_int) -> *mut u8 {
    let buf = libc::malloc(4096) as *mut u8;
    if buf.is_null() {
        return ptr::null_mut();
    }
    if libc::read(fd, buf.cast(), 4096) != 4096 {
        return ptr::null_mut();
    }
    buf
}

// expect: clean -- a short read releases the block (CWE-401)
pub unsafe fn cwe401_get_block_good(fd: c_int) -> *mut u8 {
    let buf = libc::malloc(4096) as *mut u8;
    if !buf.is_null() && libc::read(fd, buf.cast(), 4096) != 4096 {
        libc::free(buf.cast());
        return ptr::null_mut();
    }
    buf
}

// expect: double_free -- the verifier has released the list on its error path (MEM00-C)
pub mod mem00_bad {
    use super::*;
    const MIN_SIZE: usize = 32;
    unsafe fn verify_size(list: *mut c_char, size: usize) -> c_int {
        if size < MIN_SIZE {
            libc::free(list.cast());
            return -1;
        }
        0
    }
    pub unsafe fn process(n: usize) {
        let list = libc::malloc(n) as *mut c_char;
        if list.is_null() {
            return;
        }
        if verify_size(list, n) == -1 {
            libc::free(list.cast());
            return;
        }
        *list = 1;
        libc::free(list.cast());
    }
}

// expect: clean -- only one of the two knows how to release (MEM00-C)
pub mod mem00_good {
    use super::*;
    const MIN_SIZE: usize = 32;
    fn verify_size(size: usize) -> c_int {
        if size < MIN_SIZE {
            -1
        } else {
            0
        }
    }
    pub unsafe fn process(n: usize) {
        let list = libc::malloc(n) as *mut c_char;
        if list.is_null() {
            return;
        }
        if verify_size(n) == -1 {
            libc::free(list.cast());
            return;
        }
        *list = 1;
        libc::free(list.cast());
    }
}

// ---------------------------------------------------------------- MEM04-C, MEM35-C

// expect: zero_sized_alloc -- nothing keeps zero away from the global allocator (MEM04-C)
pub unsafe fn mem04_list(count: usize) -> *mut u32 {
    let Ok(layout) = Layout::array::<u32>(count) else {
        return ptr::null_mut();
    };
    std::alloc::alloc_zeroed(layout).cast()
}

// expect: clean -- zero gets a dangling pointer instead, no zero_sized_alloc (MEM04-C)
pub unsafe fn mem04_list_guarded(count: usize) -> *mut u32 {
    let Ok(layout) = Layout::array::<u32>(count) else {
        return ptr::null_mut();
    };
    if layout.size() == 0 {
        return NonNull::<u32>::dangling().as_ptr();
    }
    std::alloc::alloc_zeroed(layout).cast()
}

// expect: unchecked_alloc_size -- count times size may wrap (MEM35-C)
pub unsafe fn mem35_longs(len: usize) -> *mut c_long {
    libc::malloc(len * std::mem::size_of::<c_long>()).cast()
}

// expect: leaked_raw -- the raw pointer is discarded on the spot
pub fn into_raw_discarded(name: String) {
    let _ = Box::into_raw(name.into_boxed_str());
}

// expect: clean -- in and out again
pub fn into_raw_and_back(name: String) -> String {
    let raw = Box::into_raw(name.into_boxed_str());
    unsafe { Box::from_raw(raw) }.into_string()
}

// expect: leaked_raw -- forgotten and never looked for again
pub fn forgotten_buffer(len: usize) -> usize {
    let bytes = vec![7u8; len];
    let total = bytes.iter().map(|b| *b as usize).sum();
    std::mem::forget(bytes);
    total
}

// expect: clean -- leaked for good, as the program's own constant
pub fn interned(name: &str) -> &'static str {
    Box::leak(name.to_owned().into_boxed_str())
}

// expect: leaked_raw -- wrapped against dropping, and no one drops it on the short way
pub fn wrapped_short_way(words: Vec<String>, short: bool) -> usize {
    let mut words = ManuallyDrop::new(words);
    let n = words.len();
    if short {
        return n;
    }
    unsafe { ManuallyDrop::drop(&mut words) };
    n
}

// expect: double_free -- dropped by hand twice
pub fn wrapped_dropped_twice(text: String) {
    let mut text = ManuallyDrop::new(text);
    unsafe {
        ManuallyDrop::drop(&mut text);
        ManuallyDrop::drop(&mut text);
    }
}

// expect: clean -- taken out of the wrapper once
pub fn wrapped_taken(text: String) -> String {
    let mut text = ManuallyDrop::new(text);
    unsafe { ManuallyDrop::take(&mut text) }
}

// expect: aliased_owner -- read out bit by bit, and both are dropped
pub fn read_duplicate(list: Vec<u64>) -> u64 {
    let twin = unsafe { ptr::read(&list) };
    twin.len() as u64 + list.capacity() as u64
}

// expect: clean -- read out bit by bit, and the original is forgotten
pub fn read_moved(list: Vec<u64>) -> Vec<u64> {
    let twin = unsafe { ptr::read(&list) };
    std::mem::forget(list);
    twin
}

// expect: clean -- replaced in place through read and write
pub fn bump_in_place(slot: &mut Box<i32>) {
    unsafe {
        let raw = Box::into_raw(ptr::read(slot));
        *raw = (*raw).wrapping_add(1);
        ptr::write(slot, Box::from_raw(raw));
    }
}

// expect: aliased_owner -- a second Rc without a second count
pub fn rc_uncounted(shared: &Rc<Vec<i32>>) -> Rc<Vec<i32>> {
    unsafe { Rc::from_raw(Rc::as_ptr(shared)) }
}

// expect: clean -- a second Rc with its count
pub fn rc_counted(shared: &Rc<Vec<i32>>) -> Rc<Vec<i32>> {
    let raw = Rc::as_ptr(shared);
    unsafe {
        Rc::increment_strong_count(raw);
        Rc::from_raw(raw)
    }
}

// expect: clean -- the borrowed Arc is wrapped and cloned
pub unsafe fn arc_borrowed(raw: *const Mutex<u8>) -> Arc<Mutex<u8>> {
    let borrowed = ManuallyDrop::new(Arc::from_raw(raw));
    Arc::clone(&borrowed)
}

// expect: double_free -- one count given up twice
pub fn arc_decremented_twice(value: u32) {
    let raw = Arc::into_raw(Arc::new(value));
    unsafe {
        Arc::decrement_strong_count(raw);
        Arc::decrement_strong_count(raw);
    }
}

// expect: leaked_raw -- a weak count is a count
pub fn weak_lost(shared: &Rc<String>) -> bool {
    let raw = Rc::downgrade(shared).into_raw();
    raw.is_null()
}
