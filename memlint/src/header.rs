//! The sixteen bytes in front of each block: what it is, and a seal that only we can have written.
//!
//! Since the program never sees the address that the inner allocator gave out, no other allocator
//! can take a block of ours for one of its own. The last byte of the seal keeps bit 3 set and bits
//! 0 to 2 clear: there glibc keeps the size of a chunk, and this is none, so that its `free` ends the
//! program and does not corrupt the heap.

use core::alloc::Layout;

/// The size of the header. It is also the least alignment of a block.
pub(crate) const SIZE: usize = 16;

/// Mixed into every seal.
const KEY: u64 = 0x6D65_6D6C_696E_7421;
const LIVE: u64 = 0b0001_1000;
const RELEASED: u64 = 0b0010_1000;
const STATE: u64 = 0xFF;

/// Where the alignment stands in the first word, above every possible size.
const ALIGN_SHIFT: u32 = 58;

/// Size and alignment in one word.
#[inline(always)]
fn described(layout: Layout) -> u64 {
    layout.size() as u64 | u64::from(layout.align().trailing_zeros()) << ALIGN_SHIFT
}

#[inline(always)]
fn seal(block: usize, described: u64) -> u64 {
    ((block as u64 ^ described ^ KEY).wrapping_mul(0x9E37_79B9_7F4A_7C15)) & !STATE
}

/// What stands in front of a block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Header {
    Live(Layout),
    Released(Layout),
    /// Not written by us.
    Foreign,
}

/// How far behind the start of the inner allocator's block ours begins.
#[inline(always)]
pub(crate) fn padding(align: usize) -> usize {
    if align > SIZE { align } else { SIZE }
}

/// The layout to ask the inner allocator for. Nothing if there is no such layout.
#[inline(always)]
pub(crate) fn outer(layout: Layout) -> Option<Layout> {
    let size = layout.size().checked_add(padding(layout.align()))?;
    Layout::from_size_align(size, padding(layout.align())).ok()
}

#[inline(always)]
fn words(block: *mut u8) -> *mut [u64; 2] {
    block.wrapping_sub(SIZE).cast()
}

/// Seals a live block.
///
/// # Safety
/// The sixteen bytes in front of the block are ours, and the block is aligned to sixteen.
#[inline(always)]
pub(crate) unsafe fn write(block: *mut u8, layout: Layout) {
    let first = described(layout);
    // SAFETY: the caller's promise.
    unsafe { words(block).write([first, seal(block.addr(), first) | LIVE]) };
}

/// Whether this is a live block of exactly this layout.
///
/// # Safety
/// The sixteen bytes in front of the pointer may be read.
#[inline(always)]
pub(crate) unsafe fn is_live(block: *mut u8, layout: Layout) -> bool {
    let first = described(layout);
    // SAFETY: the caller's promise.
    let found = unsafe { words(block).read_unaligned() };
    found == [first, seal(block.addr(), first) | LIVE]
}

/// Marks a live block as released.
///
/// # Safety
/// The header has been found to be [`Header::Live`].
#[inline(always)]
pub(crate) unsafe fn end(block: *mut u8, layout: Layout) {
    let first = described(layout);
    // SAFETY: the caller's promise.
    unsafe { (*words(block))[1] = seal(block.addr(), first) | RELEASED };
}

/// Reads what stands in front of a pointer, whatever it is.
///
/// # Safety
/// The sixteen bytes in front of the pointer may be read.
pub(crate) unsafe fn read(block: *mut u8) -> Header {
    // SAFETY: the caller's promise.
    let [first, second] = unsafe { words(block).read_unaligned() };
    if second & !STATE != seal(block.addr(), first) {
        return Header::Foreign;
    }
    let size = usize::try_from(first & ((1 << ALIGN_SHIFT) - 1));
    let align = 1usize.checked_shl((first >> ALIGN_SHIFT) as u32);
    let layout = match (size, align) {
        (Ok(size), Some(align)) => Layout::from_size_align(size, align).ok(),
        _ => None,
    };
    match (layout, second & STATE) {
        (Some(layout), LIVE) => Header::Live(layout),
        (Some(layout), RELEASED) => Header::Released(layout),
        _ => Header::Foreign,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[repr(align(16))]
    struct Space([u8; 64]);

    #[test]
    fn what_is_written_is_read() {
        let mut space = Space([0; 64]);
        let block = space.0.as_mut_ptr().wrapping_add(SIZE);
        for (size, align) in [(1, 1), (48, 8), (1 << 40, 4096)] {
            let layout = Layout::from_size_align(size, align).unwrap();
            let other = Layout::from_size_align(size + 1, align).unwrap();
            // SAFETY: the header stands inside of the space.
            unsafe {
                write(block, layout);
                assert!(is_live(block, layout) && !is_live(block, other));
                assert_eq!(read(block), Header::Live(layout));
                assert_eq!(read(block.wrapping_add(16)), Header::Foreign);
                end(block, layout);
                assert_eq!(read(block), Header::Released(layout));
            }
            assert_eq!(
                space.0[8] & 0b1111,
                0b1000,
                "glibc must not take it for a size"
            );
        }
    }
}
