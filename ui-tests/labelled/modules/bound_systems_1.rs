//! Windows and Apple APIs.
#![allow(non_snake_case, non_camel_case_types)]
use std::ffi::{c_char, c_int, c_long, c_void, CStr, CString, OsString};
use std::ptr::{self, NonNull};

type HANDLE = *mut c_void;
type BOOL = i32;
type HRESULT = i32;
type PWSTR = *mut u16;
type PCWSTR = *const u16;

unsafe fn wide_len(p: PCWSTR) -> usize {
    (0..).take_while(|&i| *p.add(i) != 0).count()
}

// expect: mismatched_dealloc -- a find handle is no kernel handle, it wants FindClose
pub mod find_close_handle {
    use super::*;
    extern "system" {
        fn FindFirstFileW(name: PCWSTR, data: *mut [u32; 148]) -> HANDLE;
        fn FindNextFileW(h: HANDLE, data: *mut [u32; 148]) -> BOOL;
        fn CloseHandle(h: HANDLE) -> BOOL;
    }
    pub fn count(pattern: &[u16]) -> Option<usize> {
        let mut data = [0u32; 148];
        unsafe {
            let h = FindFirstFileW(pattern.as_ptr(), &mut data);
            if h as isize == -1 {
                return None;
            }
            let mut n = 1;
            while FindNextFileW(h, &mut data) != 0 {
                n += 1;
            }
            CloseHandle(h);
            Some(n)
        }
    }
}

// expect: clean -- the iterator closes its find handle in Drop
pub mod find_iter {
    use super::*;
    extern "system" {
        fn FindFirstFileW(name: PCWSTR, data: *mut [u32; 148]) -> HANDLE;
        fn FindNextFileW(h: HANDLE, data: *mut [u32; 148]) -> BOOL;
        fn FindClose(h: HANDLE) -> BOOL;
    }
    const INVALID_HANDLE_VALUE: HANDLE = -1isize as HANDLE;
    pub struct ReadDir {
        handle: HANDLE,
        first: Option<[u32; 148]>,
    }
    impl ReadDir {
        pub fn open(pattern: &[u16]) -> std::io::Result<ReadDir> {
            let mut data = [0u32; 148];
            let handle = unsafe { FindFirstFileW(pattern.as_ptr(), &mut data) };
            if handle != INVALID_HANDLE_VALUE {
                Ok(ReadDir {
                    handle,
                    first: Some(data),
                })
            } else {
                Err(std::io::Error::last_os_error())
            }
        }
    }
    impl Iterator for ReadDir {
        type Item = u32;
        fn next(&mut self) -> Option<u32> {
            if let Some(d) = self.first.take() {
                return Some(d[0]);
            }
            let mut data = [0u32; 148];
            (unsafe { FindNextFileW(self.handle, &mut data) } != 0).then(|| data[0])
        }
    }
    impl Drop for ReadDir {
        fn drop(&mut self) {
            let r = unsafe { FindClose(self.handle) };
            debug_assert!(r != 0);
        }
    }
}

// expect: mismatched_dealloc -- FORMAT_MESSAGE_ALLOCATE_BUFFER allocates with LocalAlloc
pub mod format_message_heap {
    use super::*;
    extern "system" {
        fn FormatMessageW(
            flags: u32,
            src: *const c_void,
            id: u32,
            lang: u32,
            buf: PWSTR,
            n: u32,
            args: *const c_void,
        ) -> u32;
        fn HeapFree(heap: HANDLE, flags: u32, p: *mut c_void) -> BOOL;
        fn GetProcessHeap() -> HANDLE;
    }
    pub fn message(code: u32) -> Option<String> {
        let mut buf: PWSTR = ptr::null_mut();
        unsafe {
            let n = FormatMessageW(
                0x100 | 0x1000 | 0x200,
                ptr::null(),
                code,
                0,
                &mut buf as *mut PWSTR as PWSTR,
                0,
                ptr::null(),
            );
            if n == 0 || buf.is_null() {
                return None;
            }
            let text = String::from_utf16_lossy(std::slice::from_raw_parts(buf, n as usize));
            HeapFree(GetProcessHeap(), 0, buf.cast());
            Some(text)
        }
    }
}

// expect: clean -- LocalFree in a scope guard
pub mod format_message_local {
    use super::*;
    extern "system" {
        fn FormatMessageW(
            flags: u32,
            src: *const c_void,
            id: u32,
            lang: u32,
            buf: PWSTR,
            n: u32,
            args: *const c_void,
        ) -> u32;
        fn LocalFree(p: *mut c_void) -> *mut c_void;
    }
    struct LocalText(PWSTR, usize);
    impl Drop for LocalText {
        fn drop(&mut self) {
            if !self.0.is_null() {
                unsafe { LocalFree(self.0 as *mut _) };
            }
        }
    }
    pub fn message(code: u32) -> Result<String, std::string::FromUtf16Error> {
        let mut text = LocalText(ptr::null_mut(), 0);
        text.1 = unsafe {
            FormatMessageW(
                0x1300,
                ptr::null(),
                code,
                0,
                (&raw mut text.0).cast(),
                0,
                ptr::null(),
            )
        } as usize;
        if text.1 == 0 {
            return Ok(format!("error {code:#x}"));
        }
        let s = String::from_utf16(unsafe { std::slice::from_raw_parts(text.0, text.1) })?;
        Ok(s.trim_end().to_string())
    }
}

// expect: leaked_alloc -- CommandLineToArgvW's array wants LocalFree, a bad argument skips it
pub mod argv_windows {
    use super::*;
    extern "system" {
        fn GetCommandLineW() -> PCWSTR;
        fn CommandLineToArgvW(cmd: PCWSTR, n: *mut c_int) -> *mut PWSTR;
        fn LocalFree(p: *mut c_void) -> *mut c_void;
    }
    pub fn args() -> Result<Vec<String>, std::string::FromUtf16Error> {
        let mut n = 0;
        unsafe {
            let argv = CommandLineToArgvW(GetCommandLineW(), &mut n);
            if argv.is_null() {
                return Ok(vec![]);
            }
            let mut out = Vec::with_capacity(n as usize);
            for &arg in std::slice::from_raw_parts(argv, n as usize) {
                out.push(String::from_utf16(std::slice::from_raw_parts(
                    arg,
                    wide_len(arg),
                ))?);
            }
            LocalFree(argv.cast());
            Ok(out)
        }
    }
}

// expect: clean -- collected into a Result first, freed, then returned
pub mod argv_windows_ok {
    use super::*;
    extern "system" {
        fn GetCommandLineW() -> PCWSTR;
        fn CommandLineToArgvW(cmd: PCWSTR, n: *mut c_int) -> *mut PWSTR;
        fn LocalFree(p: *mut c_void) -> *mut c_void;
    }
    pub fn args() -> Result<Vec<String>, std::string::FromUtf16Error> {
        let mut n = 0;
        let argv = unsafe { CommandLineToArgvW(GetCommandLineW(), &mut n) };
        if argv.is_null() {
            return Ok(Vec::new());
        }
        let all = unsafe { std::slice::from_raw_parts(argv, n as usize) };
        let result: Result<Vec<_>, _> = all
            .iter()
            .map(|&a| String::from_utf16(unsafe { std::slice::from_raw_parts(a, wide_len(a)) }))
            .collect();
        unsafe { LocalFree(argv as *mut c_void) };
        result
    }
}

// expect: mismatched_dealloc -- a known folder path is COM task memory
pub mod known_folder_free {
    use super::*;
    extern "system" {
        fn SHGetKnownFolderPath(
            id: *const [u8; 16],
            flags: u32,
            token: HANDLE,
            out: *mut PWSTR,
        ) -> HRESULT;
    }
    extern "C" {
        fn free(p: *mut c_void);
    }
    pub fn folder(id: &[u8; 16]) -> Option<Vec<u16>> {
        let mut path = ptr::null_mut();
        unsafe {
            match SHGetKnownFolderPath(id, 0, ptr::null_mut(), &mut path) {
                0 => {
                    let v = std::slice::from_raw_parts(path, wide_len(path)).to_vec();
                    free(path.cast());
                    Some(v)
                }
                _ => None,
            }
        }
    }
}

// expect: clean -- CoTaskMemFree on success and on failure
pub mod known_folder_ok {
    use super::*;
    extern "system" {
        fn SHGetKnownFolderPath(
            id: *const [u8; 16],
            flags: u32,
            token: HANDLE,
            out: *mut PWSTR,
        ) -> HRESULT;
        fn CoTaskMemFree(p: *const c_void);
    }
    pub fn folder(id: &[u8; 16]) -> Option<String> {
        unsafe {
            let mut path: PWSTR = ptr::null_mut();
            let hr = SHGetKnownFolderPath(id, 0, ptr::null_mut(), &mut path);
            let found = if hr == 0 {
                String::from_utf16(std::slice::from_raw_parts(path, wide_len(path))).ok()
            } else {
                None
            };
            CoTaskMemFree(path as *const c_void);
            found
        }
    }
}

// expect: mismatched_dealloc -- a BSTR starts four bytes before its text, CoTaskMemFree is not for it
pub mod bstr_task_mem {
    use super::*;
    extern "system" {
        fn SysAllocStringLen(s: PCWSTR, n: u32) -> PWSTR;
        fn SysStringLen(b: PCWSTR) -> u32;
        fn CoTaskMemFree(p: *mut c_void);
    }
    pub struct Bstr {
        raw: PWSTR,
    }
    impl Bstr {
        pub fn new(s: &str) -> Bstr {
            let wide: Vec<u16> = s.encode_utf16().collect();
            Bstr {
                raw: unsafe { SysAllocStringLen(wide.as_ptr(), wide.len() as u32) },
            }
        }
        pub fn len(&self) -> usize {
            unsafe { SysStringLen(self.raw) as usize }
        }
    }
    impl Drop for Bstr {
        fn drop(&mut self) {
            unsafe { CoTaskMemFree(self.raw.cast()) }
        }
    }
}

// expect: clean -- SysFreeString in Drop, into_raw for callees that take the string over
pub mod bstr_ok {
    use super::*;
    extern "system" {
        fn SysAllocString(s: PCWSTR) -> PWSTR;
        fn SysFreeString(b: PWSTR);
        fn SysStringLen(b: PCWSTR) -> u32;
    }
    #[repr(transparent)]
    pub struct Bstr(PWSTR);
    impl Bstr {
        pub fn from_wide(s: &[u16]) -> Bstr {
            assert_eq!(s.last(), Some(&0));
            Bstr(unsafe { SysAllocString(s.as_ptr()) })
        }
        pub unsafe fn from_raw(p: PWSTR) -> Bstr {
            Bstr(p)
        }
        pub fn into_raw(self) -> PWSTR {
            std::mem::ManuallyDrop::new(self).0
        }
        pub fn put(&mut self) -> *mut PWSTR {
            unsafe { SysFreeString(self.0) };
            self.0 = ptr::null_mut();
            &mut self.0
        }
    }
    impl Clone for Bstr {
        fn clone(&self) -> Self {
            let mut copy: Vec<u16> =
                unsafe { std::slice::from_raw_parts(self.0, SysStringLen(self.0) as usize) }
                    .to_vec();
            copy.push(0);
            Self::from_wide(&copy)
        }
    }
    impl Drop for Bstr {
        fn drop(&mut self) {
            unsafe { SysFreeString(self.0) }
        }
    }
}

// expect: clean -- the clipboard owns the block once SetClipboardData has succeeded
pub mod clipboard {
    use super::*;
    extern "system" {
        fn GlobalAlloc(flags: u32, n: usize) -> HANDLE;
        fn GlobalLock(h: HANDLE) -> *mut c_void;
        fn GlobalUnlock(h: HANDLE) -> BOOL;
        fn GlobalFree(h: HANDLE) -> HANDLE;
        fn SetClipboardData(format: u32, h: HANDLE) -> HANDLE;
    }
    pub fn set_text(text: &str) -> std::io::Result<()> {
        let wide: Vec<u16> = text.encode_utf16().chain(Some(0)).collect();
        unsafe {
            let block = GlobalAlloc(2, wide.len() * 2);
            if block.is_null() {
                return Err(std::io::Error::last_os_error());
            }
            let p = GlobalLock(block) as *mut u16;
            if p.is_null() {
                GlobalFree(block);
                return Err(std::io::Error::last_os_error());
            }
            p.copy_from_nonoverlapping(wide.as_ptr(), wide.len());
            GlobalUnlock(block);
            if SetClipboardData(13, block).is_null() {
                let e = std::io::Error::last_os_error();
                GlobalFree(block);
                return Err(e);
            }
        }
        Ok(())
    }
}

// expect: leaked_alloc -- the global block is lost when it cannot be locked
pub mod clipboard_lock {
    use super::*;
    extern "system" {
        fn GlobalAlloc(flags: u32, n: usize) -> HANDLE;
        fn GlobalLock(h: HANDLE) -> *mut c_void;
        fn GlobalUnlock(h: HANDLE) -> BOOL;
        fn GlobalFree(h: HANDLE) -> HANDLE;
    }
    pub fn checksum(bytes: &[u8]) -> Option<u32> {
        let block = unsafe { GlobalAlloc(0x42, bytes.len()) };
        if block.is_null() {
            return None;
        }
        let p = NonNull::new(unsafe { GlobalLock(block) } as *mut u8)?;
        unsafe {
            p.as_ptr().copy_from(bytes.as_ptr(), bytes.len());
            let sum =
                (0..bytes.len()).fold(0u32, |a, i| a.rotate_left(3) ^ *p.as_ptr().add(i) as u32);
            GlobalUnlock(block);
            GlobalFree(block);
            Some(sum)
        }
    }
}

// expect: mismatched_dealloc -- service handles go to CloseServiceHandle
pub mod service_handle {
    use super::*;
    extern "system" {
        fn OpenSCManagerW(m: PCWSTR, db: PCWSTR, access: u32) -> HANDLE;
        fn CloseHandle(h: HANDLE) -> BOOL;
        fn LockServiceDatabase(h: HANDLE) -> HANDLE;
    }
    pub struct Manager(HANDLE);
    impl Manager {
        pub fn connect() -> Result<Manager, std::io::Error> {
            let h = unsafe { OpenSCManagerW(ptr::null(), ptr::null(), 1) };
            if h.is_null() {
                Err(std::io::Error::last_os_error())
            } else {
                Ok(Manager(h))
            }
        }
        pub fn is_locked(&self) -> bool {
            unsafe { LockServiceDatabase(self.0).is_null() }
        }
    }
    impl Drop for Manager {
        fn drop(&mut self) {
            unsafe { CloseHandle(self.0) };
        }
    }
}
