//! Threads as the reports name them, and what each thread counts for itself.

use core::cell::Cell;
use core::fmt::{self, Write as _};
use core::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::thread_local;

// Constants without destructors: they may be used while a thread ends, and inside of an allocator.
thread_local! {
    static NUMBER: Cell<u32> = const { Cell::new(0) };
    static SCOPE: Cell<u32> = const { Cell::new(0) };
    static ORDER: Cell<u32> = const { Cell::new(0) };
    static RELEASING: [Cell<usize>; DEEPEST] = const { [const { Cell::new(0) }; DEEPEST] };
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// So many releases inside of each other are told apart.
const DEEPEST: usize = 16;

static NEXT: AtomicU32 = AtomicU32::new(1);

/// The names of the first threads, as the system keeps them: up to 16 bytes each.
static NAMES: [[AtomicU64; 2]; 512] = [const { [const { AtomicU64::new(0) }; 2] }; 512];

/// The number of this thread, from 1.
#[inline]
pub(crate) fn number() -> u32 {
    match NUMBER.get() {
        0 => first(),
        known => known,
    }
}

#[cold]
fn first() -> u32 {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    NUMBER.set(number);
    if let (Some(slot), Some(name)) = (NAMES.get(number as usize), system::name()) {
        let (low, high) = name.split_at(8);
        for (slot, half) in slot.iter().zip([low, high]) {
            let bytes = half.try_into().unwrap_or([0; 8]);
            slot.store(u64::from_ne_bytes(bytes), Ordering::Relaxed);
        }
    }
    number
}

/// The innermost scope that this thread has opened; zero is none.
#[inline]
pub(crate) fn scope() -> u32 {
    SCOPE.get()
}

/// Makes a scope the innermost one and returns the one before.
pub(crate) fn set_scope(scope: u32) -> u32 {
    SCOPE.replace(scope)
}

/// Counts the allocations of this thread.
#[inline]
pub(crate) fn next_order() -> u32 {
    let order = ORDER.get().wrapping_add(1);
    ORDER.set(order);
    order
}

/// Notes that this thread runs a routine that releases an address, until [`end_release`].
pub(crate) fn begin_release(address: usize) {
    let depth = DEPTH.get();
    RELEASING.with(|releasing| {
        if let Some(slot) = releasing.get(depth) {
            slot.set(address);
        }
    });
    DEPTH.set(depth + 1);
}

/// The innermost routine that releases has returned.
pub(crate) fn end_release() {
    DEPTH.set(DEPTH.get().saturating_sub(1));
}

/// Whether a routine that releases the address runs, so that a release inside of it is its own.
pub(crate) fn is_releasing(address: usize) -> bool {
    let depth = DEPTH.get().min(DEEPEST);
    depth > 0
        && RELEASING.with(|releasing| releasing[..depth].iter().any(|slot| slot.get() == address))
}

/// A thread in a report: its name where the system knows one, else its number.
pub(crate) struct Shown(pub(crate) u32);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut name = [0u8; 16];
        if let Some(slot) = NAMES.get(self.0 as usize) {
            for (half, slot) in name.chunks_exact_mut(8).zip(slot) {
                half.copy_from_slice(&slot.load(Ordering::Relaxed).to_ne_bytes());
            }
        }
        let len = name
            .iter()
            .position(|byte| *byte == 0)
            .unwrap_or(name.len());
        match core::str::from_utf8(&name[..len]) {
            Ok("") | Err(_) => write!(f, "{}", self.0),
            Ok(name) => name.chars().try_for_each(|c| f.write_char(c)),
        }
    }
}

#[cfg(target_os = "linux")]
mod system {
    //! Linux: a thread's name by `prctl`, the main thread by its number.

    use core::ffi::{c_int, c_long};
    use std::fs::File;
    use std::io::Read as _;

    const PR_GET_NAME: c_int = 16;

    unsafe extern "C" {
        fn prctl(option: c_int, ...) -> c_int;
        fn getpid() -> c_int;
        fn syscall(number: c_long, ...) -> c_long;
    }

    #[cfg(target_arch = "x86_64")]
    const GETTID: Option<c_long> = Some(186);
    #[cfg(any(target_arch = "aarch64", target_arch = "riscv64"))]
    const GETTID: Option<c_long> = Some(178);
    #[cfg(not(any(
        target_arch = "x86_64",
        target_arch = "aarch64",
        target_arch = "riscv64"
    )))]
    const GETTID: Option<c_long> = None;

    pub(super) fn name() -> Option<[u8; 16]> {
        let mut name = [0u8; 16];
        if is_main() {
            name[..4].copy_from_slice(b"main");
            return Some(name);
        }
        // SAFETY: the kernel writes at most 16 bytes, the nul included.
        let status = unsafe { prctl(PR_GET_NAME, name.as_mut_ptr()) };
        (status == 0 && Some(name) != of_process()).then_some(name)
    }

    /// What the process is called, and every thread that was given no name of its own.
    fn of_process() -> Option<[u8; 16]> {
        let mut name = [0u8; 16];
        let length = File::open("/proc/self/comm")
            .and_then(|mut file| file.read(&mut name))
            .ok()?;
        // A name has at most fifteen bytes, and ends with a line break here.
        name[length.checked_sub(1)?] = 0;
        Some(name)
    }

    fn is_main() -> bool {
        // SAFETY: both calls only ask for a number.
        GETTID.is_some_and(|number| unsafe { syscall(number) == c_long::from(getpid()) })
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    //! Elsewhere a thread is shown by its number: std's names need memory, and a living thread.

    pub(super) fn name() -> Option<[u8; 16]> {
        None
    }
}
