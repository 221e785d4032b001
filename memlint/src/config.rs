//! What the environment asks for, read once and without allocating where the system allows it.

use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicU8, Ordering};

/// What follows a report.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mode {
    /// The process ends. A debugger, or a core file, shows the place.
    Abort,
    /// The thread panics, where a panic may unwind; elsewhere the process ends.
    Panic,
    /// The program goes on, without the faulty release where that is possible.
    Log,
    /// Nothing is checked.
    Off,
}

/// What happens to objects that are live at the end of the program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Leaks {
    Ignore,
    List,
    Fail,
}

/// The settings of the process.
pub(crate) struct Config {
    pub(crate) mode: Mode,
    pub(crate) leaks: Leaks,
    /// Whether each paired allocation keeps a backtrace.
    pub(crate) backtraces: bool,
    /// How many bytes of released memory are held back.
    pub(crate) quarantine: usize,
    /// Whether a release of an unknown pointer is reported.
    pub(crate) unknown: bool,
    /// Whether valgrind's memcheck runs the program.
    pub(crate) under_memcheck: bool,
    /// Where the JSON lines go: a path, or empty.
    path: [u8; PATH],
    path_len: usize,
}

const PATH: usize = 512;
const QUARANTINE: usize = 1 << 20;

const DEFAULT: Config = Config {
    mode: Mode::Abort,
    leaks: Leaks::Ignore,
    backtraces: false,
    quarantine: QUARANTINE,
    unknown: false,
    under_memcheck: false,
    path: [0; PATH],
    path_len: 0,
};

struct Shared(UnsafeCell<Config>);

// SAFETY: written once, by the thread that wins `STATE`, before anybody reads it.
unsafe impl Sync for Shared {}

static SHARED: Shared = Shared(UnsafeCell::new(DEFAULT));
static WHILE_READING: Config = DEFAULT;
static STATE: AtomicU8 = AtomicU8::new(UNREAD);
const UNREAD: u8 = 0;
const READING: u8 = 1;
const READY: u8 = 2;

/// The settings. While they are being read, which can allocate on some systems, the defaults.
#[inline]
pub(crate) fn config() -> &'static Config {
    if STATE.load(Ordering::Acquire) == READY {
        // SAFETY: nobody writes any more.
        return unsafe { &*SHARED.0.get() };
    }
    first()
}

/// Whether the settings are known, and not only assumed.
pub(crate) fn is_read() -> bool {
    STATE.load(Ordering::Acquire) == READY
}

#[cold]
fn first() -> &'static Config {
    if STATE
        .compare_exchange(UNREAD, READING, Ordering::AcqRel, Ordering::Acquire)
        .is_err()
    {
        return &WHILE_READING;
    }
    // SAFETY: only one thread ever gets here, and readers wait for `READY`.
    let config = unsafe { &mut *SHARED.0.get() };
    config.read();
    STATE.store(READY, Ordering::Release);
    config
}

impl Config {
    /// The file for the JSON lines.
    pub(crate) fn report(&self) -> Option<&[u8]> {
        (self.path_len > 0).then(|| &self.path[..self.path_len])
    }

    fn read(&mut self) {
        variable("MEMLINT_RUNTIME", |value| {
            self.mode = match value {
                b"panic" => Mode::Panic,
                b"log" => Mode::Log,
                b"off" => Mode::Off,
                b"abort" | b"" => Mode::Abort,
                _ => return false,
            };
            true
        });
        variable("MEMLINT_LEAKS", |value| {
            self.leaks = match value {
                b"exit" => Leaks::List,
                b"fail" => Leaks::Fail,
                b"off" | b"" => Leaks::Ignore,
                _ => return false,
            };
            true
        });
        variable("MEMLINT_SITES", |value| {
            self.backtraces = value == b"backtrace";
            matches!(value, b"backtrace" | b"caller" | b"")
        });
        variable("MEMLINT_UNKNOWN", |value| {
            self.unknown = value == b"report";
            matches!(value, b"report" | b"ignore" | b"")
        });
        variable("MEMLINT_QUARANTINE", |value| {
            let bytes = core::str::from_utf8(value).ok().map(str::parse);
            self.quarantine = match bytes {
                Some(Ok(bytes)) => bytes,
                _ => return value.is_empty(),
            };
            true
        });
        variable("MEMLINT_REPORT", |value| self.set_path(value));
        // A block held back is not freed for the tool around us, which would miss uses of it.
        if cfg!(memlint_asan) {
            self.quarantine = 0;
        }
        variable("LD_PRELOAD", |value| {
            if value.windows(18).any(|word| word == b"vgpreload_memcheck") {
                self.quarantine = 0;
                self.under_memcheck = true;
            }
            true
        });
    }

    fn set_path(&mut self, value: &[u8]) -> bool {
        let Some(path) = self.path.get_mut(..value.len()) else {
            return false;
        };
        path.copy_from_slice(value);
        self.path_len = value.len();
        true
    }
}

/// Shows `read` the variable's value if it is set, and tells if the value is not understood.
fn variable(name: &'static str, read: impl FnOnce(&[u8]) -> bool) {
    with_value(name, |value| {
        if !read(value) {
            crate::report::warn(format_args!(
                "the value of `{name}` is not understood and has no effect"
            ));
        }
    });
}

/// `getenv` and not `std::env`, whose lock a thread may hold that allocates.
#[cfg(unix)]
fn with_value(name: &'static str, see: impl FnOnce(&[u8])) {
    use core::ffi::{CStr, c_char};
    unsafe extern "C" {
        fn getenv(name: *const c_char) -> *const c_char;
    }
    let mut text = [0u8; 32];
    text[..name.len()].copy_from_slice(name.as_bytes());
    // SAFETY: a text that ends with a nul byte.
    let value = unsafe { getenv(text.as_ptr().cast()) };
    if !value.is_null() {
        // SAFETY: a variable's value ends with a nul byte, and is copied before this returns.
        see(unsafe { CStr::from_ptr(value) }.to_bytes());
    }
}

#[cfg(not(unix))]
fn with_value(name: &'static str, see: impl FnOnce(&[u8])) {
    if let Some(value) = std::env::var_os(name) {
        see(value.as_encoded_bytes());
    }
}
