//! What kind of memory an address lies in, as far as the system tells.

/// The kind of memory at an address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// The stack of the thread that asks.
    Stack,
    /// A part of the program or of a library: statics, literals, functions.
    Image,
    /// Nothing is mapped there.
    Nothing,
    /// A heap, or anything else.
    Other,
}

#[cfg(target_os = "linux")]
pub(crate) use linux::{kind, reads_below, surely_reads_below};

#[cfg(not(target_os = "linux"))]
pub(crate) fn kind(_: usize) -> Kind {
    Kind::Other
}

/// Whether the bytes in front of an address may be read. Elsewhere a pointer is taken at its word.
#[cfg(not(target_os = "linux"))]
pub(crate) fn reads_below(_: usize) -> bool {
    true
}

/// The same, without asking anybody.
#[cfg(not(target_os = "linux"))]
#[inline(always)]
pub(crate) fn surely_reads_below(_: usize) -> bool {
    true
}

#[cfg(target_os = "linux")]
mod linux {
    //! Linux: the table of mappings, read with a buffer on the stack.

    use super::Kind;
    use crate::header::SIZE;
    use core::ffi::{c_int, c_uchar, c_void};
    use std::fs::File;
    use std::io::Read as _;

    /// The smallest page of all supported systems.
    const PAGE: usize = 4096;

    unsafe extern "C" {
        fn mincore(address: *mut c_void, length: usize, pages: *mut c_uchar) -> c_int;
    }

    /// Whether the bytes in front of an address may be read, since the address itself may, and they
    /// stand on its page. That is so but for one block in 256.
    #[inline(always)]
    pub(crate) fn surely_reads_below(address: usize) -> bool {
        address & (PAGE - SIZE) != 0
    }

    /// Whether the bytes in front of an address may be read. Where it is not sure, the kernel is
    /// asked.
    pub(crate) fn reads_below(address: usize) -> bool {
        address > PAGE && (surely_reads_below(address) || is_mapped(address - SIZE))
    }

    #[cold]
    fn is_mapped(address: usize) -> bool {
        let page = core::ptr::without_provenance_mut(address & !(PAGE - 1));
        let mut resident = [0; 32];
        // SAFETY: the kernel writes one byte for each page of the range, which is one page.
        unsafe { mincore(page, 1, resident.as_mut_ptr()) == 0 }
    }

    pub(crate) fn kind(address: usize) -> Kind {
        if let Some(kind) = crate::asan::kind(address) {
            return kind;
        }
        let here = 0u8;
        let stack = core::ptr::from_ref(&here).addr();
        let mut found = Kind::Nothing;
        let mut stack_range = 0..0;
        each_mapping(|range, path| {
            if range.contains(&stack) {
                stack_range = range.clone();
            }
            if range.contains(&address) {
                found = match path {
                    [b'/', ..] if !path.starts_with(b"/dev/") => Kind::Image,
                    b"[vdso]" => Kind::Image,
                    _ => Kind::Other,
                };
            }
        });
        if stack_range.contains(&address) && address >= stack {
            return Kind::Stack;
        }
        found
    }

    /// Shows every line of `/proc/self/maps`: the range of addresses, and what is mapped there.
    fn each_mapping(mut see: impl FnMut(core::ops::Range<usize>, &[u8])) {
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
    fn parse(line: &[u8]) -> Option<(core::ops::Range<usize>, &[u8])> {
        let text = core::str::from_utf8(line).ok()?;
        let mut words = text.split_ascii_whitespace();
        let (from, to) = words.next()?.split_once('-')?;
        let number = |text| usize::from_str_radix(text, 16).ok();
        let path = words.nth(4).unwrap_or("").as_bytes();
        Some((number(from)?..number(to)?, path))
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use std::boxed::Box;

        static WORD: u64 = 7;

        #[test]
        fn kinds_of_memory() {
            let local = 3u8;
            assert_eq!(kind(core::ptr::from_ref(&local).addr()), Kind::Stack);
            assert_eq!(kind(core::ptr::from_ref(&WORD).addr()), Kind::Image);
            let boxed = Box::new(1u8);
            assert_eq!(kind(core::ptr::from_ref(&*boxed).addr()), Kind::Other);
            assert_eq!(kind(8), Kind::Nothing);
        }

        #[test]
        fn what_is_in_front() {
            let local = [0u8; 64];
            assert!(reads_below(core::ptr::from_ref(&local[32]).addr()));
            assert!(!reads_below(PAGE * 2));
        }
    }
}
