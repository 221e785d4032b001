//! Windows: what the system says of the pages around an address.

use super::Kind;
use core::ffi::c_void;
use core::ptr;

/// `MEMORY_BASIC_INFORMATION`.
#[repr(C)]
struct Information {
    base: *mut c_void,
    allocation: *mut c_void,
    allocation_protection: u32,
    size: usize,
    state: u32,
    protection: u32,
    kind: u32,
}

const COMMITTED: u32 = 0x1000;
const IMAGE: u32 = 0x0100_0000;
/// `PAGE_NOACCESS` and `PAGE_GUARD`.
const UNREADABLE: u32 = 0x101;

#[link(name = "kernel32")]
unsafe extern "system" {
    fn VirtualQuery(address: *const c_void, found: *mut Information, size: usize) -> usize;
}

fn ask(address: usize) -> Option<Information> {
    let mut found = Information {
        base: ptr::null_mut(),
        allocation: ptr::null_mut(),
        allocation_protection: 0,
        size: 0,
        state: 0,
        protection: 0,
        kind: 0,
    };
    // SAFETY: the address is only looked up, and the answer has room.
    let size = unsafe {
        VirtualQuery(
            ptr::without_provenance(address),
            &mut found,
            size_of::<Information>(),
        )
    };
    (size != 0 && found.state == COMMITTED && found.protection & UNREADABLE == 0).then_some(found)
}

/// Whether memory is mapped at an address.
#[cold]
pub(super) fn is_mapped(address: usize) -> bool {
    ask(address).is_some()
}

pub(super) fn kind(address: usize, here: usize) -> Kind {
    let Some(found) = ask(address) else {
        return Kind::Nothing;
    };
    let stack = ask(here).map(|stack| stack.allocation);
    match found.kind {
        _ if stack == Some(found.allocation) && address >= here => Kind::Stack,
        IMAGE => Kind::Image,
        _ => Kind::Other,
    }
}

/// How much of the stack is left below an address on it.
pub(super) fn stack_left(here: usize) -> usize {
    ask(here).map_or(usize::MAX, |stack| here - stack.allocation.addr())
}
