//! What kind of memory an address lies in, as far as the system tells.

use crate::header::SIZE;

#[cfg(unix)]
mod image;
#[cfg_attr(target_os = "linux", path = "memory/linux.rs")]
#[cfg_attr(windows, path = "memory/windows.rs")]
#[cfg_attr(not(any(target_os = "linux", windows)), path = "memory/elsewhere.rs")]
mod system;

/// The smallest page of all supported systems.
const PAGE: usize = 4096;

/// The kind of memory at an address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(not(any(unix, windows)), allow(dead_code))]
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

/// What lies at an address.
pub(crate) fn kind(address: usize) -> Kind {
    let known = crate::asan::kind(address);
    known.unwrap_or_else(|| system::kind(address, here()))
}

/// Whether the bytes in front of an address may be read, since the address itself may, and they
/// stand on its page. That is so but for one block in 256.
#[inline(always)]
pub(crate) fn surely_reads_below(address: usize) -> bool {
    address & (PAGE - SIZE) != 0
}

/// Whether the bytes in front of an address may be read. Where it is not sure, the system is asked.
pub(crate) fn reads_below(address: usize) -> bool {
    address > PAGE && (surely_reads_below(address) || system::is_mapped(address - SIZE))
}

/// Whether so much of the stack is left.
pub(crate) fn stack_has(size: usize) -> bool {
    system::stack_left(here()) >= size
}

/// An address in the innermost frame of the stack.
#[inline(always)]
fn here() -> usize {
    let local = 0u8;
    core::ptr::from_ref(core::hint::black_box(&local)).addr()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::boxed::Box;

    static WORD: u64 = 7;
    static ZEROS: [core::sync::atomic::AtomicU8; 1 << 16] =
        [const { core::sync::atomic::AtomicU8::new(0) }; 1 << 16];

    #[test]
    fn kinds_of_memory() {
        let local = 3u8;
        assert_eq!(kind(core::ptr::from_ref(&local).addr()), Kind::Stack);
        assert_eq!(kind(core::ptr::from_ref(&WORD).addr()), Kind::Image);
        assert_eq!(
            kind(core::ptr::from_ref(&ZEROS[1 << 15]).addr()),
            Kind::Image
        );
        let boxed = Box::new(1u8);
        assert_eq!(kind(core::ptr::from_ref(&*boxed).addr()), Kind::Other);
        assert_eq!(kind(8), Kind::Nothing);
    }

    #[test]
    fn what_is_in_front() {
        let local = [0u8; 64];
        assert!(reads_below(core::ptr::from_ref(&local[32]).addr()));
        assert!(!reads_below(PAGE) && !reads_below(8));
    }

    #[test]
    #[cfg(any(target_os = "linux", windows))]
    fn what_is_left_of_the_stack() {
        let thread = std::thread::spawn(|| stack_has(4096) && !stack_has(1 << 30));
        assert!(thread.join().unwrap());
    }

    #[test]
    #[cfg(any(target_os = "linux", windows))]
    fn where_nothing_is_mapped() {
        assert!(!reads_below(PAGE * 2));
    }
}
