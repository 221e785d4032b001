//! One or two C allocations in one function: files, lines, copies, growing buffers, small-buffer tricks.
use std::ffi::{c_char, c_int, c_void, CStr, CString};
use std::ptr::{self, NonNull};

#[repr(C)]
pub struct FILE {
    _private: [u8; 0],
}

extern "C" {
    fn malloc(size: usize) -> *mut c_void;
    fn calloc(count: usize, size: usize) -> *mut c_void;
    fn realloc(block: *mut c_void, size: usize) -> *mut c_void;
    fn aligned_alloc(align: usize, size: usize) -> *mut c_void;
    fn free(block: *mut c_void);
    fn strdup(text: *const c_char) -> *mut c_char;
    fn strndup(text: *const c_char, max: usize) -> *mut c_char;
    fn strlen(text: *const c_char) -> usize;
    fn strcmp(left: *const c_char, right: *const c_char) -> c_int;
    fn memcpy(to: *mut c_void, from: *const c_void, len: usize) -> *mut c_void;
    fn puts(text: *const c_char) -> c_int;
    fn asprintf(out: *mut *mut c_char, format: *const c_char, ...) -> c_int;
    fn realpath(path: *const c_char, resolved: *mut c_char) -> *mut c_char;
    fn fopen(path: *const c_char, mode: *const c_char) -> *mut FILE;
    fn fclose(file: *mut FILE) -> c_int;
    fn fgetc(file: *mut FILE) -> c_int;
    fn getline(line: *mut *mut c_char, cap: *mut usize, file: *mut FILE) -> isize;
    fn abort() -> !;
}

// expect: leaked_alloc -- getline grew a buffer that is never released
pub unsafe fn count_lines(file: *mut FILE) -> usize {
    let mut line: *mut c_char = ptr::null_mut();
    let mut cap = 0usize;
    let mut count = 0;
    while getline(&mut line, &mut cap, file) != -1 {
        count += 1;
    }
    count
}

// expect: clean -- released once after the loop, also when getline failed at once
pub unsafe fn longest_line(file: *mut FILE) -> isize {
    let mut line: *mut c_char = ptr::null_mut();
    let mut cap = 0usize;
    let mut longest = 0;
    loop {
        let got = getline(&mut line, &mut cap, file);
        if got < 0 {
            break;
        }
        longest = longest.max(got);
    }
    free(line.cast());
    longest
}

// expect: mismatched_dealloc -- a stream is closed, not freed
pub unsafe fn peek_first_byte(path: &CStr) -> Option<u8> {
    let file = fopen(path.as_ptr(), c"rb".as_ptr());
    if file.is_null() {
        return None;
    }
    let byte = fgetc(file);
    free(file as *mut c_void);
    u8::try_from(byte).ok()
}

// expect: clean -- closed on the one path on which it is open
pub unsafe fn peek_last_byte(path: &CStr) -> Option<u8> {
    let file = fopen(path.as_ptr(), c"rb".as_ptr());
    if file.is_null() {
        return None;
    }
    let mut last = None;
    loop {
        match fgetc(file) {
            -1 => break,
            byte => last = Some(byte as u8),
        }
    }
    fclose(file);
    last
}

// expect: leaked_alloc -- the stream stays open when the magic does not match
pub unsafe fn has_magic(path: &CStr, magic: u8) -> Result<c_int, c_int> {
    let file = fopen(path.as_ptr(), c"rb".as_ptr());
    if file.is_null() {
        return Err(-1);
    }
    if fgetc(file) != magic as c_int {
        return Err(-2);
    }
    let version = fgetc(file);
    fclose(file);
    Ok(version)
}

// expect: free_nonheap -- a literal is in the binary
pub unsafe fn clear_default_name(use_default: bool, name: *mut c_char) {
    if use_default {
        free(c"default".as_ptr() as *mut c_void);
    } else {
        free(name.cast());
    }
}

// expect: free_nonheap -- short inputs stay in the stack buffer, and that one is released too
pub unsafe fn checksum_small_buffer(data: &[u8]) -> u32 {
    let mut local = [0u8; 64];
    let work: *mut u8 = if data.len() <= local.len() {
        local.as_mut_ptr()
    } else {
        malloc(data.len()).cast()
    };
    if work.is_null() {
        return 0;
    }
    memcpy(work.cast(), data.as_ptr().cast(), data.len());
    let mut sum = 0u32;
    for i in 0..data.len() {
        sum = sum.wrapping_mul(31).wrapping_add(*work.add(i) as u32);
    }
    free(work.cast());
    sum
}

// expect: clean -- only the spilled buffer is released
pub unsafe fn checksum_spilled_buffer(data: &[u8]) -> u32 {
    let mut local = [0u8; 64];
    let mut spilled: *mut u8 = ptr::null_mut();
    let work: *mut u8 = if data.len() <= local.len() {
        local.as_mut_ptr()
    } else {
        spilled = malloc(data.len()).cast();
        if spilled.is_null() {
            return 0;
        }
        spilled
    };
    memcpy(work.cast(), data.as_ptr().cast(), data.len());
    let mut sum = 0u32;
    for i in 0..data.len() {
        sum = sum.wrapping_mul(31).wrapping_add(*work.add(i) as u32);
    }
    free(spilled.cast());
    sum
}

// expect: clean -- the stack buffer is told apart by its address
pub unsafe fn checksum_compared_buffer(data: &[u8]) -> u32 {
    let mut local = [0u8; 64];
    let home = local.as_mut_ptr();
    let mut work = home;
    if data.len() > 64 {
        work = malloc(data.len()).cast();
        if work.is_null() {
            return 0;
        }
    }
    memcpy(work.cast(), data.as_ptr().cast(), data.len());
    let sum = (0..data.len()).map(|i| *work.add(i) as u32).sum();
    if work != home {
        free(work.cast());
    }
    sum
}

// expect: free_offset -- the name itself walks past the blanks
pub unsafe fn trimmed_len(text: *const c_char) -> usize {
    let mut copy = strdup(text);
    if copy.is_null() {
        return 0;
    }
    while *copy == b' ' as c_char {
        copy = copy.add(1);
    }
    let len = strlen(copy);
    free(copy.cast());
    len
}

// expect: clean -- a cursor walks, the start is released
pub unsafe fn trimmed_len_by_cursor(text: *const c_char) -> usize {
    let copy = strdup(text);
    if copy.is_null() {
        return 0;
    }
    let mut at = copy;
    while *at == b' ' as c_char {
        at = at.offset(1);
    }
    let len = strlen(at);
    free(copy.cast());
    len
}

// expect: clean -- moved past the header and moved back by the same amount
pub unsafe fn header_round_trip(len: usize) -> bool {
    let raw = malloc(len.saturating_add(16)) as *mut u8;
    if raw.is_null() {
        return false;
    }
    (raw as *mut u64).write(len as u64);
    let body = raw.add(16);
    ptr::write_bytes(body, 0, len);
    free(body.sub(16).cast());
    true
}

// expect: leaked_realloc -- the loop overwrites the only pointer before it looks
pub unsafe fn read_all(file: *mut FILE) -> *mut u8 {
    let mut cap = 64usize;
    let mut used = 0usize;
    let mut buf = malloc(cap) as *mut u8;
    if buf.is_null() {
        return buf;
    }
    loop {
        let byte = fgetc(file);
        if byte < 0 {
            return buf;
        }
        if used == cap {
            cap *= 2;
            buf = realloc(buf.cast(), cap).cast();
            if buf.is_null() {
                return ptr::null_mut();
            }
        }
        *buf.add(used) = byte as u8;
        used += 1;
    }
}

// expect: clean -- the new pointer is looked at first, the old one released on failure
pub unsafe fn read_all_checked(file: *mut FILE) -> *mut u8 {
    let mut cap = 64usize;
    let mut used = 0usize;
    let mut buf = malloc(cap) as *mut u8;
    if buf.is_null() {
        return buf;
    }
    loop {
        let byte = fgetc(file);
        if byte < 0 {
            return buf;
        }
        if used == cap {
            cap *= 2;
            let grown = realloc(buf.cast(), cap) as *mut u8;
            if grown.is_null() {
                free(buf.cast());
                return ptr::null_mut();
            }
            buf = grown;
        }
        *buf.add(used) = byte as u8;
        used += 1;
    }
}

// expect: leaked_alloc -- the failed enlargement leaves the old block to nobody
pub unsafe fn two_step_buffer() -> *mut u8 {
    let small = calloc(1, 128) as *mut u8;
    if small.is_null() {
        return ptr::null_mut();
    }
    let large = realloc(small.cast(), 4096) as *mut u8;
    if large.is_null() {
        return ptr::null_mut();
    }
    ptr::write_bytes(large.add(128), 0xff, 4096 - 128);
    large
}

// expect: double_free -- the successful realloc has ended the first pointer already
pub unsafe fn shrink_then_release_both() {
    let wide = malloc(4096);
    if wide.is_null() {
        return;
    }
    let narrow = realloc(wide, 16);
    if !narrow.is_null() {
        free(narrow);
    }
    free(wide);
}

// expect: clean -- one of the two is the live one
pub unsafe fn shrink_then_release_live_one() {
    let wide = malloc(4096);
    if wide.is_null() {
        return;
    }
    let narrow = realloc(wide, 16);
    if narrow.is_null() {
        free(wide);
    } else {
        free(narrow);
    }
}

// expect: use_after_free -- a pointer taken before the buffer moved
pub unsafe fn patch_length_prefix(payload: &[u8]) -> *mut u8 {
    let buf = malloc(4) as *mut u8;
    if buf.is_null() {
        return buf;
    }
    let prefix = buf;
    let grown = realloc(buf.cast(), 4 + payload.len()) as *mut u8;
    if grown.is_null() {
        free(buf.cast());
        return ptr::null_mut();
    }
    ptr::copy_nonoverlapping(payload.as_ptr(), grown.add(4), payload.len());
    *prefix = payload.len() as u8;
    grown
}

// expect: clean -- the prefix is found again in the moved buffer
pub unsafe fn patch_length_prefix_again(payload: &[u8]) -> *mut u8 {
    let mut buf = malloc(4) as *mut u8;
    if buf.is_null() {
        return buf;
    }
    match NonNull::new(realloc(buf.cast(), 4 + payload.len()) as *mut u8) {
        Some(grown) => buf = grown.as_ptr(),
        None => {
            free(buf.cast());
            return ptr::null_mut();
        }
    }
    ptr::copy_nonoverlapping(payload.as_ptr(), buf.add(4), payload.len());
    *buf = payload.len() as u8;
    buf
}

// expect: zero_sized_alloc -- size zero as a way to release
pub unsafe fn release_by_realloc(block: *mut c_void) {
    let _ = realloc(block, 0);
}

// expect: leaked_alloc -- the formatted text is only printed
pub unsafe fn announce(count: c_int) -> bool {
    let mut text: *mut c_char = ptr::null_mut();
    if asprintf(&mut text, c"%d items".as_ptr(), count) < 0 {
        return false;
    }
    puts(text);
    true
}

// expect: clean -- nothing to release after a negative status
pub unsafe fn announce_politely(count: c_int) -> bool {
    let mut text: *mut c_char = ptr::null_mut();
    let written = asprintf(&mut text, c"%d items".as_ptr(), count);
    if written < 0 {
        return false;
    }
    let shown = puts(text) >= 0;
    free(text.cast());
    shown
}

// expect: leaked_alloc -- every round takes a block, only the last one is given back
pub unsafe fn last_of_many(rounds: usize) {
    let mut cell: *mut u32 = ptr::null_mut();
    for i in 0..rounds {
        cell = malloc(4).cast();
        if cell.is_null() {
            return;
        }
        cell.write(i as u32);
    }
    free(cell.cast());
}

// expect: leaked_alloc -- `continue` steps around the release
pub unsafe fn count_matching(names: &[&CStr], wanted: &CStr) -> usize {
    let mut hits = 0;
    for name in names {
        let copy = strdup(name.as_ptr());
        if copy.is_null() {
            break;
        }
        if strcmp(copy, wanted.as_ptr()) != 0 {
            continue;
        }
        hits += strlen(copy);
        free(copy.cast());
    }
    hits
}

// expect: clean -- both ways round the loop release
pub unsafe fn count_matching_released(names: &[&CStr], wanted: &CStr) -> usize {
    let mut hits = 0;
    for name in names {
        let copy = strdup(name.as_ptr());
        if copy.is_null() {
            continue;
        }
        if strcmp(copy, wanted.as_ptr()) != 0 {
            free(copy.cast());
            continue;
        }
        hits += strlen(copy);
        free(copy.cast());
    }
    hits
}

// expect: clean -- the process ends with the block in hand
pub unsafe fn demand(config: *const c_char) -> c_int {
    let copy = strdup(config);
    if copy.is_null() {
        abort();
    }
    if *copy == 0 {
        eprintln!("empty configuration");
        std::process::exit(2);
    }
    let first = *copy as c_int;
    free(copy.cast());
    first
}

// expect: unchecked_alloc -- calloc may fail like any other
pub unsafe fn histogram(bytes: &[u8]) -> *mut u32 {
    let bins = calloc(256, 4) as *mut u32;
    for b in bytes {
        *bins.add(*b as usize) += 1;
    }
    bins
}

// expect: clean -- NonNull::new is the check, no unchecked_alloc
pub unsafe fn histogram_checked(bytes: &[u8]) -> Option<NonNull<u32>> {
    let bins = NonNull::new(calloc(256, 4) as *mut u32)?;
    for b in bytes {
        *bins.as_ptr().add(*b as usize) += 1;
    }
    Some(bins)
}

// expect: use_after_free -- hands out what it has just given back
pub unsafe fn normalized(path: *const c_char) -> *mut c_char {
    let full = realpath(path, ptr::null_mut());
    if full.is_null() {
        return ptr::null_mut();
    }
    puts(full);
    free(full.cast());
    full
}

// expect: mismatched_dealloc -- realpath's memory is malloc's
pub unsafe fn normalized_string(path: &CStr) -> Option<CString> {
    let full = realpath(path.as_ptr(), ptr::null_mut());
    if full.is_null() {
        None
    } else {
        Some(CString::from_raw(full))
    }
}
