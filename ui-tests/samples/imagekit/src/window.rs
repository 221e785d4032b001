//! Showing an image in a window of the C library.

use crate::ffi;
use std::ffi::{CString, NulError};

/// A window that closes itself.
pub struct Viewer {
    window: *mut ffi::Window,
}

impl Viewer {
    /// Opens a window; `None` if the library has none to give.
    pub fn open(width: i32, height: i32) -> Option<Viewer> {
        let window = unsafe { ffi::window_open(width, height) };
        (!window.is_null()).then_some(Viewer { window })
    }

    /// Sets the title. The library copies the text.
    pub fn set_title(&mut self, title: &str) -> Result<(), NulError> {
        let title = CString::new(title)?;
        unsafe { ffi::window_set_title(self.window, title.into_raw()) };
        Ok(())
    }

    /// The same without a leak: the text stays ours.
    pub fn set_title_lent(&mut self, title: &str) -> Result<(), NulError> {
        let title = CString::new(title)?;
        unsafe { ffi::window_set_title(self.window, title.as_ptr().cast_mut()) };
        Ok(())
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        unsafe { ffi::window_close(self.window) };
    }
}
