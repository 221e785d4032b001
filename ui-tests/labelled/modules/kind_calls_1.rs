//! Helpers in view: what they return, take over, release under a condition, or merely look at.
use std::alloc::{alloc, dealloc, Layout};
use std::ffi::{c_char, c_int, c_void, CStr, CString};
use std::ptr::{self, NonNull};

extern "C" {
    fn malloc(size: usize) -> *mut c_void;
    fn calloc(count: usize, size: usize) -> *mut c_void;
    fn realloc(block: *mut c_void, size: usize) -> *mut c_void;
    fn free(block: *mut c_void);
    fn strdup(text: *const c_char) -> *mut c_char;
    fn strlen(text: *const c_char) -> usize;
}

#[derive(Debug, PartialEq)]
pub enum Fault {
    Memory,
    Input,
}

pub struct Sample {
    pub id: u32,
    pub level: f32,
}

// expect: clean -- an allocation wrapper that turns null into an error
unsafe fn try_block(size: usize) -> Result<NonNull<u8>, Fault> {
    NonNull::new(malloc(size) as *mut u8).ok_or(Fault::Memory)
}

// expect: clean -- a wrapper that returns its length along with the block
unsafe fn block_and_len(len: usize) -> (*mut u8, usize) {
    let block = calloc(len, 1) as *mut u8;
    if block.is_null() {
        return (block, 0);
    }
    (block, len)
}

// expect: clean -- a status code and an out-parameter
unsafe fn duplicate(text: &CStr, out: *mut *mut c_char) -> c_int {
    let copy = strdup(text.as_ptr());
    if copy.is_null() {
        return -12;
    }
    *out = copy;
    0
}

// expect: clean -- release and clear
unsafe fn release(slot: &mut *mut u8) {
    free((*slot).cast());
    *slot = ptr::null_mut();
}

// expect: clean -- takes any number of blocks
unsafe fn release_all<I: IntoIterator<Item = *mut u8>>(blocks: I) {
    for block in blocks {
        free(block.cast());
    }
}

// expect: clean -- takes the ownership into a Box and hands it on
unsafe fn adopt(sample: *mut Sample) -> Option<Box<Sample>> {
    if sample.is_null() {
        None
    } else {
        Some(Box::from_raw(sample))
    }
}

// expect: clean -- a raw sample for somebody else
fn emit(id: u32) -> *mut Sample {
    Box::into_raw(Box::new(Sample { id, level: 0.0 }))
}

// expect: clean -- borrows through the raw pointer and puts the box back
unsafe fn bump(sample: *mut Sample) -> f32 {
    let mut boxed = Box::from_raw(sample);
    boxed.level += 1.0;
    let level = boxed.level;
    let _ = Box::into_raw(boxed);
    level
}

// expect: clean -- looks at the string only
unsafe fn vowels(text: *const c_char) -> usize {
    CStr::from_ptr(text)
        .to_bytes()
        .iter()
        .filter(|b| b"aeiou".contains(b))
        .count()
}

// expect: clean -- releases when the content is bad, and says so
unsafe fn validate(text: *mut c_char) -> Result<usize, Fault> {
    let len = strlen(text);
    if len == 0 {
        free(text.cast());
        return Err(Fault::Input);
    }
    Ok(len)
}

// expect: clean -- shrinks in place where it can
unsafe fn shrink(block: *mut u8, to: usize) -> *mut u8 {
    if to == 0 {
        return block;
    }
    let smaller = realloc(block.cast(), to) as *mut u8;
    if smaller.is_null() {
        block
    } else {
        smaller
    }
}

// expect: leaked_alloc -- the second `?` leaves with the first block
pub unsafe fn two_blocks(n: usize) -> Result<u8, Fault> {
    let head = try_block(16)?;
    let body = try_block(n)?;
    head.as_ptr().write(1);
    body.as_ptr().write(2);
    let sum = *head.as_ptr() + *body.as_ptr();
    free(body.as_ptr().cast());
    free(head.as_ptr().cast());
    Ok(sum)
}

// expect: clean -- the second failure releases the first block before it leaves
pub unsafe fn two_blocks_unwound(n: usize) -> Result<u8, Fault> {
    let head = try_block(16)?;
    let body = try_block(n).map_err(|e| {
        unsafe { free(head.as_ptr().cast()) };
        e
    })?;
    head.as_ptr().write(1);
    body.as_ptr().write(2);
    let sum = *head.as_ptr() + *body.as_ptr();
    free(body.as_ptr().cast());
    free(head.as_ptr().cast());
    Ok(sum)
}

// expect: leaked_alloc -- the block of the pair is dropped with the pair
pub unsafe fn measured(len: usize) -> usize {
    let (_block, got) = block_and_len(len);
    got
}

// expect: clean -- the block of the pair is released
pub unsafe fn measured_and_released(len: usize) -> usize {
    let pair = block_and_len(len);
    free(pair.0.cast());
    pair.1
}

// expect: mismatched_dealloc -- the pair becomes a Vec
pub unsafe fn pair_to_vec(len: usize) -> Vec<u8> {
    match block_and_len(len) {
        (p, _) if p.is_null() => Vec::new(),
        (p, n) => Vec::from_raw_parts(p, n, n),
    }
}

// expect: leaked_alloc -- success path forgets what the out-parameter got
pub unsafe fn name_starts_with(text: &CStr, letter: u8) -> Result<bool, c_int> {
    let mut copy = ptr::null_mut();
    match duplicate(text, &mut copy) {
        0 => Ok(*copy as u8 == letter),
        code => Err(code),
    }
}

// expect: clean -- success path releases what the out-parameter got
pub unsafe fn name_ends_with(text: &CStr, letter: u8) -> Result<bool, c_int> {
    let mut copy = ptr::null_mut();
    let code = duplicate(text, &mut copy);
    if code != 0 {
        return Err(code);
    }
    let len = strlen(copy);
    let hit = len > 0 && *copy.add(len - 1) as u8 == letter;
    free(copy.cast());
    Ok(hit)
}

// expect: mismatched_dealloc -- what the out-parameter got is C's
pub unsafe fn name_owned(text: &CStr) -> Option<CString> {
    let mut copy = ptr::null_mut();
    (duplicate(text, &mut copy) == 0).then(|| unsafe { CString::from_raw(copy) })
}

// expect: clean -- releasing twice through the clearing helper is harmless
pub unsafe fn released_and_cleared(n: usize) {
    let mut block = malloc(n) as *mut u8;
    release(&mut block);
    release(&mut block);
}

// expect: double_free -- the helper clears one variable, the copy still points there
pub unsafe fn cleared_the_wrong_copy(n: usize) {
    let mut block = malloc(n) as *mut u8;
    let alias = block;
    if block.is_null() {
        return;
    }
    release(&mut block);
    free(alias.cast());
}

// expect: clean -- an array of blocks goes through the generic helper
pub unsafe fn three_at_once() {
    let blocks = [
        malloc(1) as *mut u8,
        malloc(2) as *mut u8,
        malloc(3) as *mut u8,
    ];
    release_all(blocks);
}

// expect: mismatched_dealloc -- Rust's blocks go through the generic helper
pub unsafe fn rust_blocks_at_once() {
    let mut blocks: Vec<*mut u8> = Vec::new();
    for _ in 0..3 {
        let block = alloc(Layout::new::<[u8; 12]>());
        if !block.is_null() {
            blocks.push(block);
        }
    }
    release_all(blocks);
}

// expect: clean -- emitted and adopted
pub unsafe fn emit_and_adopt(id: u32) -> u32 {
    let raw = emit(id);
    adopt(raw).map(|s| s.id).unwrap_or(0)
}

// expect: double_free -- adopted twice, both boxes dropped
pub unsafe fn adopted_twice(id: u32) -> u32 {
    let raw = emit(id);
    let first = adopt(raw).map_or(0, |s| s.id);
    let second = adopt(raw).map_or(0, |s| s.id);
    first + second
}

// expect: aliased_owner -- adopted a second time while the first box lives
pub unsafe fn adopted_while_alive(id: u32) -> bool {
    let raw = emit(id);
    let first = adopt(raw);
    let second = adopt(raw);
    first.is_some() && second.is_some()
}

// expect: clean -- bump gives the box back
pub unsafe fn bumped_and_adopted() -> f32 {
    let raw = emit(1);
    let level = bump(raw) + bump(raw);
    drop(adopt(raw));
    level
}

// expect: leaked_raw -- bump gives the box back, and nobody takes it
pub unsafe fn bumped_only() -> f32 {
    let raw = emit(1);
    bump(raw);
    bump(raw)
}

// expect: use_after_free -- read through the pointer after the adopter's box is gone
pub unsafe fn read_after_adoption() -> u32 {
    let raw = emit(9);
    let level = adopt(raw).map(|s| s.level);
    if level.is_none() {
        return 0;
    }
    (*raw).id
}

// expect: leaked_raw -- the string is looked at by a helper that does not keep it
pub unsafe fn vowels_of(text: &str) -> usize {
    let raw = CString::new(text).unwrap_or_default().into_raw();
    vowels(raw)
}

// expect: clean -- the string is looked at and taken back
pub unsafe fn vowels_of_taken_back(text: &str) -> usize {
    let raw = CString::new(text).unwrap_or_default().into_raw();
    let n = vowels(raw);
    let _owner = CString::from_raw(raw);
    n
}

// expect: clean -- the helper has released it when it says Err
pub unsafe fn validated(text: &CStr) -> Result<usize, Fault> {
    let copy = strdup(text.as_ptr());
    if copy.is_null() {
        return Err(Fault::Memory);
    }
    let len = validate(copy)?;
    free(copy.cast());
    Ok(len)
}

// expect: double_free -- released by the helper when it says Err, and here as well
pub unsafe fn validated_twice(text: &CStr) -> usize {
    let copy = strdup(text.as_ptr());
    if copy.is_null() {
        return 0;
    }
    let len = match validate(copy) {
        Ok(len) => len,
        Err(_) => 0,
    };
    free(copy.cast());
    len
}

// expect: leaked_alloc -- not released when the helper says Ok
pub unsafe fn validated_and_kept(text: &CStr) -> bool {
    let copy = strdup(text.as_ptr());
    if copy.is_null() {
        return false;
    }
    validate(copy).is_ok()
}

// expect: clean -- the helper answers with the live pointer
pub unsafe fn shrunk(n: usize) -> *mut u8 {
    let block = malloc(n) as *mut u8;
    if block.is_null() {
        return block;
    }
    let block = shrink(block, n / 2);
    block.write(0);
    block
}

// expect: double_free -- the old pointer is released after a helper that may have moved it
pub unsafe fn shrunk_old_released(n: usize) {
    let block = malloc(n) as *mut u8;
    if block.is_null() {
        return;
    }
    let small = shrink(block, 8);
    free(small.cast());
    free(block.cast());
}

// expect: mismatched_layout -- the releasing helper makes up another length
pub mod layout_helper_bad {
    use super::*;
    fn layout(words: usize) -> Layout {
        Layout::from_size_align(words * 8, 8).unwrap()
    }
    unsafe fn give(p: *mut u64, words: usize) {
        dealloc(p.cast(), layout(words));
    }
    pub unsafe fn run() {
        let p = alloc(layout(8)) as *mut u64;
        if p.is_null() {
            return;
        }
        give(p, 7);
    }
}

// expect: clean -- the layout comes from one function
pub mod layout_helper_good {
    use super::*;
    fn layout(words: usize) -> Layout {
        Layout::from_size_align(words * 8, 8).unwrap()
    }
    unsafe fn give(p: *mut u64, words: usize) {
        dealloc(p.cast(), layout(words));
    }
    pub unsafe fn run(words: usize) {
        if words == 0 {
            return;
        }
        let p = alloc(layout(words)) as *mut u64;
        if p.is_null() {
            return;
        }
        p.write(words as u64);
        give(p, words);
    }
}

// expect: clean -- recursion releases the whole chain
pub mod recursive_good {
    use super::*;
    struct Cons {
        next: *mut Cons,
        value: i32,
    }
    fn build(n: i32) -> *mut Cons {
        if n == 0 {
            return ptr::null_mut();
        }
        Box::into_raw(Box::new(Cons {
            next: build(n - 1),
            value: n,
        }))
    }
    unsafe fn consume(list: *mut Cons) -> i32 {
        if list.is_null() {
            return 0;
        }
        let cons = Box::from_raw(list);
        cons.value + consume(cons.next)
    }
    pub fn run(n: i32) -> i32 {
        unsafe { consume(build(n)) }
    }
}

// expect: mismatched_dealloc -- a method hands the box to a free function that frees
pub mod method_bad {
    use super::*;
    pub struct Meter {
        total: u64,
    }
    impl Meter {
        fn into_handle(self: Box<Self>) -> *mut c_void {
            Box::into_raw(self) as *mut c_void
        }
    }
    unsafe fn finish(handle: *mut c_void) {
        free(handle);
    }
    pub unsafe fn run() {
        let meter = Box::new(Meter { total: 3 });
        println!("{}", meter.total);
        let handle = meter.into_handle();
        finish(handle);
    }
}

// expect: clean -- a method hands the box out and another takes it in
pub mod method_good {
    use super::*;
    pub struct Meter {
        total: u64,
    }
    impl Meter {
        fn into_handle(self: Box<Self>) -> *mut c_void {
            Box::into_raw(self) as *mut c_void
        }
        unsafe fn from_handle<'a>(handle: *mut c_void) -> &'a mut Meter {
            &mut *(handle as *mut Meter)
        }
        unsafe fn finish(handle: *mut c_void) -> u64 {
            Box::from_raw(handle as *mut Meter).total
        }
    }
    pub unsafe fn run() -> u64 {
        let handle = Box::new(Meter { total: 3 }).into_handle();
        Meter::from_handle(handle).total += 1;
        Meter::finish(handle)
    }
}
