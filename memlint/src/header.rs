//! The sixteen bytes in front of each block: what it is, and a seal that only we can have written.
//!
//! Since the program never sees the address that the inner allocator gave out, no other allocator
//! can take a block of ours for one of its own. The last byte of the seal keeps bit 3 set and bits
//! 0 to 2 clear: there glibc keeps the size of a chunk, and this is none, so that its `free` ends the
//! program and does not corrupt the heap.

use core::alloc::Layout;

/// The size of the header. It is also the least alignment of a block.
pub(crate) const SIZE: usize = 16;

/// The seal of a live block at address zero. Its last byte is the state.
const LIVE: u64 = 0x6D65_6D6C_696E_7418;
/// The bits in which the seal of a released block differs.
const TURNED: u64 = 0x30;

/// Where the alignment stands in the first word, above every possible size.
const ALIGN_SHIFT: u32 = 58;

/// Size and alignment in one word.
#[inline(always)]
fn described(layout: Layout) -> u64 {
    layout.size() as u64 | u64::from(layout.align().trailing_zeros()) << ALIGN_SHIFT
}

/// The seal of a live block. It depends on the address, so that a copy of it means nothing.
#[inline(always)]
fn seal(block: usize) -> u64 {
    (block as u64) << 8 ^ LIVE
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

/// The layout to ask the inner allocator for. Nothing if there is none, or the size is zero.
#[inline(always)]
pub(crate) fn outer(layout: Layout) -> Option<Layout> {
    let padding = padding(layout.align());
    // A size of zero is left to the slow path, too.
    if layout.size().wrapping_sub(1) > isize::MAX as usize - 2 * padding - 1 {
        return None;
    }
    // SAFETY: the padding is a power of two, and the size does not overflow when it is rounded up.
    Some(unsafe { Layout::from_size_align_unchecked(layout.size() + padding, padding) })
}

/// The same of a layout that [`outer`] was asked for before.
///
/// # Safety
/// A block of the layout was allocated.
#[inline(always)]
pub(crate) unsafe fn known_outer(layout: Layout) -> Layout {
    let padding = padding(layout.align());
    // SAFETY: `outer` has said yes to it.
    unsafe { Layout::from_size_align_unchecked(layout.size() + padding, padding) }
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
    // SAFETY: the caller's promise.
    unsafe { words(block).write([described(layout), seal(block.addr())]) };
}

/// Whether this is a live block of exactly this layout.
///
/// # Safety
/// The sixteen bytes in front of the pointer may be read.
#[inline(always)]
pub(crate) unsafe fn is_live(block: *mut u8, layout: Layout) -> bool {
    // SAFETY: the caller's promise.
    let found = unsafe { words(block).read_unaligned() };
    found == [described(layout), seal(block.addr())]
}

/// Marks a live block as released, or one that was just released as live.
///
/// # Safety
/// The header has been found to be [`Header::Live`], or was marked by this.
#[inline(always)]
pub(crate) unsafe fn turn(block: *mut u8) {
    // SAFETY: the caller's promise.
    unsafe { (*words(block))[1] ^= TURNED };
}

/// A layout as good as the block's own, if it has only the common padding in front.
///
/// # Safety
/// The block was ours, and the inner allocator has not got it back.
#[inline(always)]
pub(crate) unsafe fn plain(block: *mut u8) -> Option<Layout> {
    // SAFETY: the caller's promise.
    let [first, _] = unsafe { words(block).read() };
    let plain = first >> ALIGN_SHIFT <= u64::from(SIZE.trailing_zeros());
    let size = first & ((1 << ALIGN_SHIFT) - 1);
    // SAFETY: the block was allocated with this size, and an alignment of at most this.
    plain.then(|| unsafe { Layout::from_size_align_unchecked(size as usize, SIZE) })
}

/// Reads what stands in front of a pointer, whatever it is.
///
/// # Safety
/// The sixteen bytes in front of the pointer may be read.
pub(crate) unsafe fn read(block: *mut u8) -> Header {
    // SAFETY: the caller's promise.
    let [first, second] = unsafe { words(block).read_unaligned() };
    let size = usize::try_from(first & ((1 << ALIGN_SHIFT) - 1));
    let align = 1usize.checked_shl((first >> ALIGN_SHIFT) as u32);
    let layout = match (size, align) {
        (Ok(size), Some(align)) => Layout::from_size_align(size, align).ok(),
        _ => None,
    };
    match (layout, second ^ seal(block.addr())) {
        (Some(layout), 0) => Header::Live(layout),
        (Some(layout), TURNED) => Header::Released(layout),
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
                turn(block);
                assert_eq!(read(block), Header::Released(layout));
                assert_eq!(plain(block).is_some(), align <= SIZE);
            }
            assert_eq!(
                space.0[8] & 0b1111,
                0b1000,
                "glibc must not take it for a size"
            );
        }
    }
}
