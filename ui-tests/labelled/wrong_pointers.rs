//! Flow variants of Juliet's CWE-590, CWE-761 and CWE-416 in Rust.

use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr;

unsafe extern "C" {
    fn malloc(n: usize) -> *mut c_void;
    fn calloc(n: usize, size: usize) -> *mut c_void;
    fn free(p: *mut c_void);
    fn strdup(s: *const c_char) -> *mut c_char;
    fn strlen(s: *const c_char) -> usize;
    fn rand() -> i32;
}

#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct Point {
    x: i32,
    y: i32,
}

fn coin() -> bool {
    unsafe { rand() % 2 == 1 }
}

// expect: free_nonheap -- a local array in one arm, malloc in the other (590 free_char_alloca 12)
pub unsafe fn v590_either_bad() {
    let mut local = [b'A'; 100];
    let data: *mut u8 = if coin() {
        local.as_mut_ptr()
    } else {
        malloc(100) as *mut u8
    };
    if data.is_null() {
        return;
    }
    *data.add(99) = 0;
    free(data.cast());
}

// expect: clean -- small-buffer idiom: only the heap block is released (590 free_char_alloca 12)
pub unsafe fn v590_small_buffer_flag_good(n: usize) -> u8 {
    let mut local = [0u8; 64];
    let on_heap = n > local.len();
    let data: *mut u8 = if on_heap {
        malloc(n) as *mut u8
    } else {
        local.as_mut_ptr()
    };
    if data.is_null() {
        return 0;
    }
    *data = 1;
    let v = *data;
    if on_heap {
        free(data.cast());
    }
    v
}

// expect: clean -- small-buffer idiom told apart by the address (590 free_char_alloca 12)
pub unsafe fn v590_small_buffer_address_good(n: usize) -> u8 {
    let mut local = [0u8; 64];
    let inline = local.as_mut_ptr();
    let data: *mut u8 = if n > 64 { malloc(n) as *mut u8 } else { inline };
    if data.is_null() {
        return 0;
    }
    *data = 1;
    let v = *data;
    if data != inline {
        free(data.cast());
    }
    v
}

// expect: free_nonheap -- a static array (590 free_int_static 01)
pub unsafe fn v590_static_bad() {
    static mut TABLE: [i32; 100] = [0; 100];
    let data = ptr::addr_of_mut!(TABLE) as *mut i32;
    *data = 5;
    free(data.cast());
}

// expect: free_nonheap -- a struct's address through a helper that boxes it back (590 delete_struct 41)
pub mod v590_delete_local_bad {
    use super::*;
    unsafe fn sink(p: *mut Point) {
        println!("{}", (*p).y);
        drop(Box::from_raw(p));
    }
    pub unsafe fn run() {
        let mut here = Point::default();
        here.y = 3;
        sink(&mut here);
    }
}

// expect: free_nonheap -- a string literal goes to free through a const pointer (590 free_char literal)
pub unsafe fn v590_literal_bad() {
    let mut name: *const c_char = c"anonymous".as_ptr();
    if coin() {
        name = strdup(name);
    }
    println!("{}", strlen(name));
    free(name as *mut c_void);
}

// expect: clean -- the literal is told from the copy (590 free_char literal)
pub unsafe fn v590_literal_good() {
    let mut name: *const c_char = c"anonymous".as_ptr();
    let mut owned: *mut c_char = ptr::null_mut();
    if coin() {
        owned = strdup(name);
        name = owned;
    }
    if !name.is_null() {
        println!("{}", strlen(name));
    }
    free(owned.cast());
}

// expect: free_offset -- walks to the character and frees there (761 char_fixed_string 01)
pub unsafe fn v761_search_bad(s: &CStr) {
    let mut data = strdup(s.as_ptr());
    if data.is_null() {
        return;
    }
    while *data != 0 {
        if *data == b'S' as c_char {
            println!("found");
            break;
        }
        data = data.add(1);
    }
    free(data.cast());
}

// expect: clean -- walks by index (761 char_fixed_string 01)
pub unsafe fn v761_search_index_good(s: &CStr) {
    let data = strdup(s.as_ptr());
    if data.is_null() {
        return;
    }
    let mut i = 0;
    while *data.add(i) != 0 {
        if *data.add(i) == b'S' as c_char {
            println!("found");
            break;
        }
        i += 1;
    }
    free(data.cast());
}

// expect: clean -- walks a second pointer (761 char_fixed_string 01)
pub unsafe fn v761_search_copy_good(s: &CStr) {
    let data = strdup(s.as_ptr());
    if data.is_null() {
        return;
    }
    let mut cursor = data;
    while *cursor != 0 && *cursor != b'S' as c_char {
        cursor = cursor.add(1);
    }
    println!("{}", cursor.offset_from(data));
    free(data.cast());
}

// expect: free_offset -- prefix skipped before the string is reclaimed (761 wchar 31)
pub unsafe fn v761_skip_prefix_bad() -> CString {
    let raw = CString::new("x=value").unwrap().into_raw();
    let value = raw.offset(2);
    CString::from_raw(value)
}

// expect: clean -- moved forward and back by the same amount (761 wchar 31)
pub unsafe fn v761_there_and_back_good() -> CString {
    let mut raw = CString::new("x=value").unwrap().into_raw();
    raw = raw.add(2);
    *raw = b'V' as c_char;
    raw = raw.sub(2);
    CString::from_raw(raw)
}

// expect: free_offset -- post-increment through a mutable reference in a helper (761 63)
pub mod v761_helper_bad {
    use super::*;
    unsafe fn take_byte(cursor: &mut *mut u8) -> u8 {
        let b = **cursor;
        *cursor = (*cursor).add(1);
        b
    }
    pub unsafe fn run() -> u8 {
        let mut block = calloc(4, 1) as *mut u8;
        if block.is_null() {
            return 0;
        }
        let first = take_byte(&mut block);
        free(block.cast());
        first
    }
}

// expect: clean -- the helper moves a copy (761 63)
pub mod v761_helper_good {
    use super::*;
    unsafe fn take_byte(cursor: &mut *mut u8) -> u8 {
        let b = **cursor;
        *cursor = (*cursor).add(1);
        b
    }
    pub unsafe fn run() -> u8 {
        let block = calloc(4, 1) as *mut u8;
        if block.is_null() {
            return 0;
        }
        let mut cursor = block;
        let first = take_byte(&mut cursor) ^ take_byte(&mut cursor);
        free(block.cast());
        first
    }
}

// expect: use_after_free -- returns the buffer it has just released (416 return_freed_ptr 01)
pub unsafe fn v416_reverse_bad(s: *const c_char) -> *mut c_char {
    let n = strlen(s);
    let out = malloc(n + 1) as *mut c_char;
    if out.is_null() {
        return out;
    }
    for i in 0..n {
        *out.add(i) = *s.add(n - 1 - i);
    }
    *out.add(n) = 0;
    free(out.cast());
    out
}

// expect: use_after_free -- list walk reads next of a released node (416 list)
pub mod v416_list_bad {
    use super::*;
    pub struct Node {
        pub value: i32,
        pub next: *mut Node,
    }
    pub unsafe fn clear(mut head: *mut Node) {
        while !head.is_null() {
            drop(Box::from_raw(head));
            head = (*head).next;
        }
    }
}

// expect: clean -- list walk keeps next first (416 list)
pub mod v416_list_good {
    use super::*;
    pub struct Node {
        pub value: i32,
        pub next: *mut Node,
    }
    pub unsafe fn clear(mut head: *mut Node) -> i32 {
        let mut sum = 0;
        while !head.is_null() {
            let node = Box::from_raw(head);
            head = node.next;
            sum += node.value;
        }
        sum
    }
    pub unsafe fn push(head: &mut *mut Node, value: i32) {
        *head = Box::into_raw(Box::new(Node { value, next: *head }));
    }
}

// expect: use_after_free -- a slice over the block outlives it (416 struct 02)
pub unsafe fn v416_slice_bad(n: usize) -> u32 {
    let block = calloc(n, 4) as *mut u32;
    if block.is_null() {
        return 0;
    }
    let words = std::slice::from_raw_parts(block, n);
    free(block.cast());
    words.iter().sum()
}

// expect: clean -- the slice is summed before the release (416 struct 02)
pub unsafe fn v416_slice_good(n: usize) -> u32 {
    let block = calloc(n, 4) as *mut u32;
    if block.is_null() {
        return 0;
    }
    let words = std::slice::from_raw_parts(block, n);
    let sum = words.iter().sum();
    free(block.cast());
    sum
}
