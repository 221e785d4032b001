//! Bindings of operating systems: Windows' heaps and COM memory, CoreFoundation, Objective-C.
#![allow(non_camel_case_types, non_snake_case, non_upper_case_globals)]

pub mod win {
    use libc::c_void;
    pub type HANDLE = isize;
    pub type HLOCAL = *mut c_void;
    pub type BSTR = *mut u16;
    pub type PWSTR = *mut u16;
    pub type PCWSTR = *const u16;
    #[repr(C)]
    pub struct SAFEARRAY {
        pub cDims: u16,
        pub fFeatures: u16,
        pub cbElements: u32,
        pub cLocks: u32,
        pub pvData: *mut c_void,
    }
    #[repr(C)]
    pub struct WIN32_FIND_DATAW {
        pub attributes: u32,
        pub name: [u16; 260],
    }
    #[repr(C)]
    pub struct CREDENTIALW {
        pub flags: u32,
        pub size: u32,
        pub blob: *mut u8,
    }
    pub const INVALID_HANDLE_VALUE: HANDLE = -1;
    extern "system" {
        pub fn LocalAlloc(f: u32, n: usize) -> HLOCAL;
        pub fn LocalFree(p: HLOCAL) -> HLOCAL;
        pub fn GlobalAlloc(f: u32, n: usize) -> *mut c_void;
        pub fn GlobalFree(p: *mut c_void) -> *mut c_void;
        pub fn GlobalLock(p: *mut c_void) -> *mut c_void;
        pub fn GlobalUnlock(p: *mut c_void) -> i32;
        pub fn SetClipboardData(f: u32, p: *mut c_void) -> *mut c_void;
        pub fn OpenClipboard(w: HANDLE) -> i32;
        pub fn EmptyClipboard() -> i32;
        pub fn CloseClipboard() -> i32;
        pub fn GetProcessHeap() -> HANDLE;
        pub fn HeapAlloc(h: HANDLE, f: u32, n: usize) -> *mut c_void;
        pub fn HeapReAlloc(h: HANDLE, f: u32, p: *mut c_void, n: usize) -> *mut c_void;
        pub fn HeapFree(h: HANDLE, f: u32, p: *mut c_void) -> i32;
        pub fn VirtualAlloc(p: *mut c_void, n: usize, t: u32, pr: u32) -> *mut c_void;
        pub fn VirtualFree(p: *mut c_void, n: usize, t: u32) -> i32;
        pub fn CoTaskMemAlloc(n: usize) -> *mut c_void;
        pub fn CoTaskMemFree(p: *mut c_void);
        pub fn SysAllocString(s: PCWSTR) -> BSTR;
        pub fn SysAllocStringLen(s: PCWSTR, n: u32) -> BSTR;
        pub fn SysFreeString(s: BSTR);
        pub fn SysStringLen(s: BSTR) -> u32;
        pub fn SafeArrayCreateVector(vt: u16, lo: i32, n: u32) -> *mut SAFEARRAY;
        pub fn SafeArrayDestroy(a: *mut SAFEARRAY) -> i32;
        pub fn SafeArrayAccessData(a: *mut SAFEARRAY, p: *mut *mut c_void) -> i32;
        pub fn SafeArrayUnaccessData(a: *mut SAFEARRAY) -> i32;
        pub fn SHGetKnownFolderPath(id: *const c_void, f: u32, t: HANDLE, out: *mut PWSTR) -> i32;
        pub fn FormatMessageW(f: u32, s: *const c_void, id: u32, lang: u32, buf: PWSTR, n: u32, a: *mut c_void) -> u32;
        pub fn FindFirstFileW(n: PCWSTR, d: *mut WIN32_FIND_DATAW) -> HANDLE;
        pub fn FindNextFileW(h: HANDLE, d: *mut WIN32_FIND_DATAW) -> i32;
        pub fn FindClose(h: HANDLE) -> i32;
        pub fn CloseHandle(h: HANDLE) -> i32;
        pub fn CredReadW(n: PCWSTR, t: u32, f: u32, out: *mut *mut CREDENTIALW) -> i32;
        pub fn CredFree(p: *mut c_void);
        pub fn CommandLineToArgvW(s: PCWSTR, n: *mut i32) -> *mut PWSTR;
        pub fn GetCommandLineW() -> PWSTR;
        pub fn GetEnvironmentStringsW() -> PWSTR;
        pub fn FreeEnvironmentStringsW(p: PWSTR) -> i32;
        pub fn ConvertSidToStringSidW(s: *mut c_void, out: *mut PWSTR) -> i32;
        pub fn SetWindowLongPtrW(w: HANDLE, i: i32, v: isize) -> isize;
        pub fn GetWindowLongPtrW(w: HANDLE, i: i32) -> isize;
        pub fn DefWindowProcW(w: HANDLE, m: u32, a: usize, b: isize) -> isize;
        pub fn CreateThread(a: *mut c_void, n: usize, f: unsafe extern "system" fn(*mut c_void) -> u32, p: *mut c_void, fl: u32, id: *mut u32) -> HANDLE;
        pub fn GetLastError() -> u32;
    }
}

pub mod cf {
    use libc::c_void;
    pub type CFTypeRef = *const c_void;
    pub type CFStringRef = *const c_void;
    pub type CFArrayRef = *const c_void;
    pub type CFMutableArrayRef = *mut c_void;
    pub type CFDictionaryRef = *const c_void;
    pub type CFDataRef = *const c_void;
    pub type CFIndex = isize;
    pub type id = *mut c_void;
    pub type SEL = *const c_void;
    extern "C" {
        pub fn CFRelease(o: CFTypeRef);
        pub fn CFRetain(o: CFTypeRef) -> CFTypeRef;
        pub fn CFStringCreateWithBytes(a: *const c_void, b: *const u8, n: CFIndex, e: u32, x: u8) -> CFStringRef;
        pub fn CFStringCreateWithBytesNoCopy(a: *const c_void, b: *const u8, n: CFIndex, e: u32, x: u8, dealloc: CFTypeRef) -> CFStringRef;
        pub fn CFArrayGetCount(a: CFArrayRef) -> CFIndex;
        pub fn CFArrayGetValueAtIndex(a: CFArrayRef, i: CFIndex) -> *const c_void;
        pub fn CFArrayCreateMutable(a: *const c_void, n: CFIndex, cb: *const c_void) -> CFMutableArrayRef;
        pub fn CFArrayAppendValue(a: CFMutableArrayRef, v: *const c_void);
        pub fn CFDataCreate(a: *const c_void, b: *const u8, n: CFIndex) -> CFDataRef;
        pub fn CFDataGetLength(d: CFDataRef) -> CFIndex;
        pub fn CFDataGetBytePtr(d: CFDataRef) -> *const u8;
        pub fn CGWindowListCopyWindowInfo(o: u32, w: u32) -> CFArrayRef;
        pub fn CFDictionaryGetValue(d: CFDictionaryRef, k: *const c_void) -> *const c_void;
        pub fn IORegistryEntryCreateCFProperty(e: u32, k: CFStringRef, a: *const c_void, o: u32) -> CFTypeRef;
        pub fn objc_retain(o: id) -> id;
        pub fn objc_release(o: id);
        pub fn class_copyMethodList(c: *const c_void, n: *mut u32) -> *mut *mut c_void;
        pub fn protocol_copyMethodDescriptionList(p: *const c_void, r: u8, i: u8, n: *mut u32) -> *mut c_void;
        pub fn _Block_copy(b: *const c_void) -> *mut c_void;
        pub fn _Block_release(b: *const c_void);
        pub static kCFAllocatorNull: CFTypeRef;
        pub static kCFTypeArrayCallBacks: u8;
    }
}

// expect: mismatched_dealloc -- COM memory to LocalFree
pub mod known_folder_local_free {
    use super::win::*;
    use std::ptr;

    unsafe fn wide(p: *const u16) -> String {
        let mut n = 0;
        while *p.add(n) != 0 {
            n += 1;
        }
        String::from_utf16_lossy(std::slice::from_raw_parts(p, n))
    }

    pub fn known_folder(id: &[u8; 16]) -> Option<String> {
        let mut path: PWSTR = ptr::null_mut();
        unsafe {
            let hr = SHGetKnownFolderPath(id.as_ptr().cast(), 0, 0, &mut path);
            if hr < 0 {
                CoTaskMemFree(path.cast());
                return None;
            }
            let text = wide(path);
            LocalFree(path.cast());
            Some(text)
        }
    }
}

// expect: clean -- CoTaskMemFree on both paths
pub mod known_folder_freed {
    use super::win::*;
    use std::ptr;

    struct CoString(PWSTR);

    impl CoString {
        fn to_string(&self) -> Option<String> {
            if self.0.is_null() {
                return None;
            }
            let mut n = 0;
            unsafe {
                while *self.0.add(n) != 0 {
                    n += 1;
                }
                String::from_utf16(std::slice::from_raw_parts(self.0, n)).ok()
            }
        }
    }

    impl Drop for CoString {
        fn drop(&mut self) {
            unsafe { CoTaskMemFree(self.0.cast()) }
        }
    }

    pub fn known_folder(id: &[u8; 16]) -> Option<String> {
        let mut path: PWSTR = ptr::null_mut();
        let hr = unsafe { SHGetKnownFolderPath(id.as_ptr().cast(), 0, 0, &mut path) };
        let path = CoString(path);
        if hr < 0 {
            return None;
        }
        path.to_string()
    }
}

// expect: leaked_alloc -- FORMAT_MESSAGE_ALLOCATE_BUFFER allocates by LocalAlloc
pub mod format_message_lost {
    use super::win::*;
    use std::ptr;

    const ALLOCATE_BUFFER: u32 = 0x100;
    const FROM_SYSTEM: u32 = 0x1000;

    pub fn describe(code: u32) -> String {
        let mut buf: PWSTR = ptr::null_mut();
        unsafe {
            let n = FormatMessageW(ALLOCATE_BUFFER | FROM_SYSTEM, ptr::null(), code, 0, &mut buf as *mut PWSTR as PWSTR, 0, ptr::null_mut());
            if n == 0 || buf.is_null() {
                return format!("error {code}");
            }
            String::from_utf16_lossy(std::slice::from_raw_parts(buf, n as usize)).trim_end().to_string()
        }
    }
}

// expect: clean -- SetClipboardData takes the block over when it succeeds
pub mod clipboard_takes_block {
    use super::win::*;

    pub fn set_text(text: &str) -> Result<(), u32> {
        let wide: Vec<u16> = text.encode_utf16().chain(Some(0)).collect();
        unsafe {
            if OpenClipboard(0) == 0 {
                return Err(GetLastError());
            }
            EmptyClipboard();
            let block = GlobalAlloc(2, wide.len() * 2);
            if block.is_null() {
                CloseClipboard();
                return Err(GetLastError());
            }
            let view = GlobalLock(block) as *mut u16;
            if view.is_null() {
                GlobalFree(block);
                CloseClipboard();
                return Err(GetLastError());
            }
            std::ptr::copy_nonoverlapping(wide.as_ptr(), view, wide.len());
            GlobalUnlock(block);
            let result = if SetClipboardData(13, block).is_null() {
                let code = GetLastError();
                GlobalFree(block);
                Err(code)
            } else {
                Ok(())
            };
            CloseClipboard();
            result
        }
    }
}

// expect: leaked_alloc -- the block is lost when it cannot be locked
pub mod clipboard_lock_fails {
    use super::win::*;

    pub unsafe fn global_text(text: &str) -> Option<*mut libc::c_void> {
        let wide: Vec<u16> = text.encode_utf16().chain(Some(0)).collect();
        let block = GlobalAlloc(2, wide.len() * 2);
        if block.is_null() {
            return None;
        }
        let view = GlobalLock(block) as *mut u16;
        if view.is_null() {
            return None;
        }
        std::ptr::copy_nonoverlapping(wide.as_ptr(), view, wide.len());
        GlobalUnlock(block);
        Some(block)
    }
}

// expect: mismatched_dealloc -- a BSTR goes to CoTaskMemFree
pub mod bstr_cotaskmem {
    use super::win::*;

    pub struct BStr(BSTR);

    impl BStr {
        pub fn new(text: &str) -> Option<BStr> {
            let wide: Vec<u16> = text.encode_utf16().collect();
            let p = unsafe { SysAllocStringLen(wide.as_ptr(), wide.len() as u32) };
            if p.is_null() { None } else { Some(BStr(p)) }
        }

        pub fn len(&self) -> usize {
            unsafe { SysStringLen(self.0) as usize }
        }
    }

    impl Drop for BStr {
        fn drop(&mut self) {
            unsafe { CoTaskMemFree(self.0 as *mut _) }
        }
    }
}

// expect: clean -- BSTR with a null state and into_raw by forget
pub mod bstr_owner {
    use super::win::*;
    use std::mem;

    pub struct BStr(BSTR);

    impl BStr {
        pub fn new(text: &str) -> Option<BStr> {
            let wide: Vec<u16> = text.encode_utf16().collect();
            let p = unsafe { SysAllocStringLen(wide.as_ptr(), wide.len() as u32) };
            if p.is_null() { None } else { Some(BStr(p)) }
        }

        pub fn into_raw(self) -> BSTR {
            let p = self.0;
            mem::forget(self);
            p
        }

        pub unsafe fn from_raw(p: BSTR) -> BStr {
            BStr(p)
        }
    }

    impl Drop for BStr {
        fn drop(&mut self) {
            unsafe { SysFreeString(self.0) }
        }
    }
}

// expect: mismatched_dealloc -- a BSTR's characters as a Vec
pub mod bstr_into_vec {
    use super::win::*;

    pub unsafe fn upper(text: PCWSTR) -> String {
        let copy = SysAllocString(text);
        if copy.is_null() {
            return String::new();
        }
        let len = SysStringLen(copy) as usize;
        let mut units = Vec::from_raw_parts(copy, len, len);
        for u in units.iter_mut() {
            if (*u as u8).is_ascii_lowercase() {
                *u -= 32;
            }
        }
        String::from_utf16_lossy(&units)
    }
}

// expect: leaked_alloc -- the array is lost when its data cannot be accessed
pub mod safearray_access {
    use super::win::*;
    use std::ptr;

    pub unsafe fn from_bytes(data: &[u8]) -> Result<*mut SAFEARRAY, i32> {
        let array = SafeArrayCreateVector(17, 0, data.len() as u32);
        if array.is_null() {
            return Err(-1);
        }
        let mut dst = ptr::null_mut();
        let hr = SafeArrayAccessData(array, &mut dst);
        if hr != 0 {
            return Err(hr);
        }
        ptr::copy_nonoverlapping(data.as_ptr(), dst as *mut u8, data.len());
        SafeArrayUnaccessData(array);
        Ok(array)
    }
}

// expect: clean -- the array is destroyed in the failing arm
pub mod safearray_access_fixed {
    use super::win::*;
    use std::ptr;

    pub struct Array(*mut SAFEARRAY);

    pub unsafe fn from_bytes(data: &[u8]) -> Result<Array, i32> {
        let array = SafeArrayCreateVector(17, 0, data.len() as u32);
        if array.is_null() {
            return Err(-1);
        }
        let mut dst = ptr::null_mut();
        match SafeArrayAccessData(array, &mut dst) {
            0 => {
                ptr::copy_nonoverlapping(data.as_ptr(), dst as *mut u8, data.len());
                SafeArrayUnaccessData(array);
                Ok(Array(array))
            }
            hr => {
                SafeArrayDestroy(array);
                Err(hr)
            }
        }
    }

    impl Drop for Array {
        fn drop(&mut self) {
            unsafe { SafeArrayDestroy(self.0) };
        }
    }
}

// expect: mismatched_dealloc -- a search handle is no kernel object
pub mod find_close_handle {
    use super::win::*;
    use std::mem;

    pub struct Search {
        handle: HANDLE,
        data: WIN32_FIND_DATAW,
    }

    impl Search {
        pub fn new(pattern: &[u16]) -> Option<Search> {
            let mut data: WIN32_FIND_DATAW = unsafe { mem::zeroed() };
            let handle = unsafe { FindFirstFileW(pattern.as_ptr(), &mut data) };
            if handle == INVALID_HANDLE_VALUE {
                return None;
            }
            Some(Search { handle, data })
        }

        pub fn next(&mut self) -> bool {
            unsafe { FindNextFileW(self.handle, &mut self.data) != 0 }
        }
    }

    impl Drop for Search {
        fn drop(&mut self) {
            unsafe { CloseHandle(self.handle) };
        }
    }
}

// expect: leaked_alloc -- the search goes on to the end and is never closed when a match is found
pub mod find_match_returned {
    use super::win::*;
    use std::mem;

    pub unsafe fn first_directory(pattern: PCWSTR) -> Option<[u16; 260]> {
        let mut data: WIN32_FIND_DATAW = mem::zeroed();
        let handle = FindFirstFileW(pattern, &mut data);
        if handle == INVALID_HANDLE_VALUE {
            return None;
        }
        loop {
            if data.attributes & 0x10 != 0 && data.name[0] != b'.' as u16 {
                return Some(data.name);
            }
            if FindNextFileW(handle, &mut data) == 0 {
                break;
            }
        }
        FindClose(handle);
        None
    }
}

// expect: mismatched_dealloc -- HeapAlloc memory released by LocalFree
pub mod heap_local {
    use super::win::*;

    pub unsafe fn scratch(len: usize, fill: impl Fn(&mut [u8]) -> bool) -> bool {
        let block = HeapAlloc(GetProcessHeap(), 8, len) as *mut u8;
        if block.is_null() {
            return false;
        }
        let ok = fill(std::slice::from_raw_parts_mut(block, len));
        LocalFree(block.cast());
        ok
    }
}
