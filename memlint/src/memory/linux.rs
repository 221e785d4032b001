//! Linux: the table of mappings, read with a buffer on the stack.

use super::{Kind, image};
use core::ffi::{c_int, c_uchar, c_void};
use core::ops::Range;
use std::fs::File;
use std::io::Read as _;

unsafe extern "C" {
    fn getpagesize() -> c_int;
    fn mincore(address: *mut c_void, length: usize, pages: *mut c_uchar) -> c_int;
}

/// Whether memory is mapped at an address.
#[cold]
pub(super) fn is_mapped(address: usize) -> bool {
    // SAFETY: it only asks for a number.
    let size = unsafe { getpagesize() }.unsigned_abs() as usize;
    let page = core::ptr::without_provenance_mut(address & !(size - 1));
    let mut resident = [0; 32];
    // SAFETY: the kernel writes one byte for each page of the range, which is one page.
    unsafe { mincore(page, 1, resident.as_mut_ptr()) == 0 }
}

pub(super) fn kind(address: usize, here: usize) -> Kind {
    let mut found = Kind::Nothing;
    let mut stack = 0..0;
    each_mapping(|range, path| {
        if range.contains(&here) {
            stack = range.clone();
        }
        if range.contains(&address) {
            found = match path {
                [b'/', ..] if !path.starts_with(b"/dev/") => Kind::Image,
                b"[vdso]" => Kind::Image,
                _ => Kind::Other,
            };
        }
    });
    match found {
        Kind::Other if stack.contains(&address) && address >= here => Kind::Stack,
        // A static that begins as zeros has no file behind it.
        Kind::Other if image::contains(address) => Kind::Image,
        found => found,
    }
}

/// How much of the stack is left below an address on it. The main thread's grows when it is used.
pub(super) fn stack_left(here: usize) -> usize {
    let mut left = usize::MAX;
    each_mapping(|range, path| {
        if range.contains(&here) && path != b"[stack]" {
            left = here - range.start;
        }
    });
    left
}

/// Shows every line of `/proc/self/maps`: the range of addresses, and what is mapped there.
fn each_mapping(mut see: impl FnMut(Range<usize>, &[u8])) {
    let Ok(mut file) = File::open("/proc/self/maps") else {
        return;
    };
    let mut buffer = [0u8; 2048];
    let mut kept = 0;
    while let Ok(count @ 1..) = file.read(&mut buffer[kept..]) {
        let end = kept + count;
        let mut start = 0;
        while let Some(length) = buffer[start..end].iter().position(|byte| *byte == b'\n') {
            if let Some((range, path)) = parse(&buffer[start..start + length]) {
                see(range, path);
            }
            start += length + 1;
        }
        buffer.copy_within(start..end, 0);
        // A line longer than the buffer is not one of ours; it is given up.
        kept = if start == 0 && end == buffer.len() {
            0
        } else {
            end - start
        };
    }
}

/// `7f00-7f01 rw-p 00000000 00:00 0   [stack]`
fn parse(line: &[u8]) -> Option<(Range<usize>, &[u8])> {
    let text = core::str::from_utf8(line).ok()?;
    let mut words = text.split_ascii_whitespace();
    let (from, to) = words.next()?.split_once('-')?;
    let number = |text| usize::from_str_radix(text, 16).ok();
    let path = words.nth(4).unwrap_or("").as_bytes();
    Some((number(from)?..number(to)?, path))
}
