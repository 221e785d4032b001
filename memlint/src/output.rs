//! Where reports go: standard error, and a file if one is asked for.

use std::fs::OpenOptions;
use std::io::Write as _;

/// Standard error as the system knows it, past the capture of the test harness: the process may be
/// about to end.
#[cfg(unix)]
pub(crate) fn to_stderr(bytes: &[u8]) {
    use core::mem::ManuallyDrop;
    use std::fs::File;
    use std::os::fd::FromRawFd as _;
    // SAFETY: the descriptor is only borrowed, since the file is never dropped.
    let mut file = ManuallyDrop::new(unsafe { File::from_raw_fd(2) });
    // A report that cannot be written is lost; there is nowhere to say so.
    let _ = file.write_all(bytes);
}

#[cfg(not(unix))]
pub(crate) fn to_stderr(bytes: &[u8]) {
    let _ = std::io::stderr().write_all(bytes);
}

/// Appends a line to the file of the given name.
pub(crate) fn append(path: &[u8], line: &[u8]) {
    let Some(path) = path_of(path) else {
        return;
    };
    let file = OpenOptions::new().append(true).create(true).open(path);
    if file.and_then(|mut file| file.write_all(line)).is_err() {
        to_stderr(b"memlint: the file of `MEMLINT_REPORT` cannot be written\n");
    }
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> Option<&std::path::Path> {
    use std::os::unix::ffi::OsStrExt as _;
    Some(std::path::Path::new(std::ffi::OsStr::from_bytes(bytes)))
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> Option<&std::path::Path> {
    core::str::from_utf8(bytes).ok().map(std::path::Path::new)
}
