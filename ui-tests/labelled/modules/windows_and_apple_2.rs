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

// expect: leaked_realloc -- the old block is overwritten by the null of a failed HeapReAlloc
pub mod heap_realloc_overwrites {
    use super::win::*;

    pub unsafe fn grow_until(limit: usize) -> usize {
        let heap = GetProcessHeap();
        let mut size = 64;
        let mut block = HeapAlloc(heap, 0, size);
        if block.is_null() {
            return 0;
        }
        while size < limit {
            size *= 2;
            block = HeapReAlloc(heap, 0, block, size);
            if block.is_null() {
                return 0;
            }
        }
        HeapFree(heap, 0, block);
        size
    }
}

// expect: clean -- the new block is taken over only when there is one
pub mod heap_realloc_kept {
    use super::win::*;

    pub unsafe fn grow_until(limit: usize) -> usize {
        let heap = GetProcessHeap();
        let mut size = 64;
        let mut block = HeapAlloc(heap, 0, size);
        if block.is_null() {
            return 0;
        }
        while size < limit {
            let bigger = HeapReAlloc(heap, 0, block, size * 2);
            if bigger.is_null() {
                break;
            }
            block = bigger;
            size *= 2;
        }
        HeapFree(heap, 0, block);
        size
    }
}

// expect: mismatched_dealloc -- pages of VirtualAlloc go to HeapFree
pub mod virtual_heap_free {
    use super::win::*;
    use std::ptr;

    pub struct Jit {
        pages: *mut u8,
        len: usize,
    }

    impl Jit {
        pub fn new(len: usize) -> Option<Jit> {
            let pages = unsafe { VirtualAlloc(ptr::null_mut(), len, 0x3000, 0x40) } as *mut u8;
            if pages.is_null() {
                return None;
            }
            Some(Jit { pages, len })
        }

        pub fn emit(&mut self, at: usize, code: &[u8]) {
            assert!(at + code.len() <= self.len);
            unsafe { ptr::copy_nonoverlapping(code.as_ptr(), self.pages.add(at), code.len()) }
        }
    }

    impl Drop for Jit {
        fn drop(&mut self) {
            unsafe { HeapFree(GetProcessHeap(), 0, self.pages.cast()) };
        }
    }
}

// expect: leaked_alloc -- a blob of odd size leaves without CredFree
pub mod credential_bad_size {
    use super::win::*;
    use std::ptr;

    pub fn password(target: &[u16]) -> Result<String, u32> {
        let mut cred: *mut CREDENTIALW = ptr::null_mut();
        if unsafe { CredReadW(target.as_ptr(), 1, 0, &mut cred) } == 0 {
            return Err(unsafe { GetLastError() });
        }
        let (blob, size) = unsafe { ((*cred).blob, (*cred).size as usize) };
        if size % 2 != 0 {
            return Err(13);
        }
        let units: Vec<u16> = unsafe { std::slice::from_raw_parts(blob, size) }
            .chunks_exact(2)
            .map(|c| u16::from_le_bytes([c[0], c[1]]))
            .collect();
        unsafe { CredFree(cred.cast()) };
        Ok(String::from_utf16_lossy(&units))
    }
}

// expect: use_after_free -- the blob is read after CredFree
pub mod credential_blob_after_free {
    use super::win::*;
    use std::ptr;

    pub fn secret(target: &[u16]) -> Option<Vec<u8>> {
        let mut cred: *mut CREDENTIALW = ptr::null_mut();
        unsafe {
            if CredReadW(target.as_ptr(), 1, 0, &mut cred) == 0 {
                return None;
            }
            let bytes = std::slice::from_raw_parts((*cred).blob, (*cred).size as usize);
            CredFree(cred.cast());
            Some((0..(*cred).size as usize).map(|i| bytes[i]).collect())
        }
    }
}

// expect: clean -- the argument vector is one LocalAlloc block
pub mod argv_local_free {
    use super::win::*;

    pub fn args() -> Vec<String> {
        let mut out = vec![];
        unsafe {
            let mut n = 0;
            let argv = CommandLineToArgvW(GetCommandLineW(), &mut n);
            if argv.is_null() {
                return out;
            }
            for i in 0..n as usize {
                let arg = *argv.add(i);
                let len = (0..).take_while(|&k| *arg.add(k) != 0).count();
                out.push(String::from_utf16_lossy(std::slice::from_raw_parts(arg, len)));
            }
            LocalFree(argv.cast());
        }
        out
    }
}

// expect: free_offset -- the environment's cursor is freed
pub mod environment_cursor {
    use super::win::*;

    pub unsafe fn variables() -> usize {
        let mut block = GetEnvironmentStringsW();
        if block.is_null() {
            return 0;
        }
        let mut n = 0;
        while *block != 0 {
            while *block != 0 {
                block = block.add(1);
            }
            block = block.add(1);
            n += 1;
        }
        block = block.add(1);
        FreeEnvironmentStringsW(block);
        n
    }
}

// expect: clean -- window data stored at creation and reclaimed at the last message
pub mod window_data {
    use super::win::*;

    const USERDATA: i32 = -21;

    struct State {
        title: String,
        clicks: u32,
    }

    pub unsafe fn attach(hwnd: HANDLE, title: &str) {
        let state = Box::new(State { title: title.to_owned(), clicks: 0 });
        SetWindowLongPtrW(hwnd, USERDATA, Box::into_raw(state) as isize);
    }

    pub unsafe extern "system" fn wndproc(hwnd: HANDLE, msg: u32, w: usize, l: isize) -> isize {
        let state = GetWindowLongPtrW(hwnd, USERDATA) as *mut State;
        if state.is_null() {
            return DefWindowProcW(hwnd, msg, w, l);
        }
        match msg {
            0x201 => {
                (*state).clicks += 1;
                0
            }
            0x82 => {
                SetWindowLongPtrW(hwnd, USERDATA, 0);
                let state = Box::from_raw(state);
                println!("{}: {}", state.title, state.clicks);
                0
            }
            _ => DefWindowProcW(hwnd, msg, w, l),
        }
    }
}

// expect: leaked_raw -- CreateThread failed and the closure is lost
pub mod thread_closure_lost {
    use super::win::*;
    use std::ptr;

    type Main = Box<dyn FnOnce() + Send>;

    unsafe extern "system" fn start(p: *mut libc::c_void) -> u32 {
        let main = Box::from_raw(p as *mut Main);
        main();
        0
    }

    pub fn spawn(main: Main) -> Result<HANDLE, u32> {
        let arg = Box::into_raw(Box::new(main));
        let handle = unsafe { CreateThread(ptr::null_mut(), 0, start, arg.cast(), 0, ptr::null_mut()) };
        if handle == 0 {
            return Err(unsafe { GetLastError() });
        }
        Ok(handle)
    }
}

// expect: clean -- the twin takes the closure back
pub mod thread_closure_reclaimed {
    use super::win::*;
    use std::ptr;

    type Main = Box<dyn FnOnce() + Send>;

    unsafe extern "system" fn start(p: *mut libc::c_void) -> u32 {
        let main = Box::from_raw(p as *mut Main);
        main();
        0
    }

    pub fn spawn(main: Main) -> Result<HANDLE, u32> {
        let arg = Box::into_raw(Box::new(main));
        let handle = unsafe { CreateThread(ptr::null_mut(), 0, start, arg.cast(), 0, ptr::null_mut()) };
        if handle == 0 {
            let code = unsafe { GetLastError() };
            drop(unsafe { Box::from_raw(arg) });
            return Err(code);
        }
        Ok(handle)
    }
}

// expect: mismatched_dealloc -- a SID's text comes by LocalAlloc
pub mod sid_string {
    use super::win::*;

    pub unsafe fn sid_to_string(sid: *mut libc::c_void) -> Option<String> {
        let mut text: PWSTR = std::ptr::null_mut();
        if ConvertSidToStringSidW(sid, &mut text) == 0 {
            return None;
        }
        let len = (0..).take_while(|&i| *text.add(i) != 0).count();
        let out = String::from_utf16_lossy(std::slice::from_raw_parts(text, len));
        GlobalFree(text as _);
        Some(out)
    }
}

// expect: leaked_alloc -- a Copy routine's array is never released
pub mod window_list_copy {
    use super::cf::*;

    pub unsafe fn window_names(key: CFStringRef) -> Vec<CFStringRef> {
        let list = CGWindowListCopyWindowInfo(1, 0);
        if list.is_null() {
            return Vec::new();
        }
        let mut n = 0;
        for i in 0..CFArrayGetCount(list) {
            let dict = CFArrayGetValueAtIndex(list, i);
            if !CFDictionaryGetValue(dict, key).is_null() {
                n += 1;
            }
        }
        Vec::with_capacity(n)
    }
}

// expect: clean -- created, appended (which retains), released
pub mod array_of_strings {
    use super::cf::*;
    use std::ptr;

    pub unsafe fn strings(items: &[&str]) -> Option<CFMutableArrayRef> {
        let array = CFArrayCreateMutable(ptr::null(), 0, ptr::addr_of!(kCFTypeArrayCallBacks).cast());
        if array.is_null() {
            return None;
        }
        for item in items {
            let s = CFStringCreateWithBytes(ptr::null(), item.as_ptr(), item.len() as CFIndex, 0x0800_0100, 0);
            if s.is_null() {
                CFRelease(array);
                return None;
            }
            CFArrayAppendValue(array, s);
            CFRelease(s);
        }
        Some(array)
    }
}

// expect: leaked_alloc -- the key string is lost on the missing property
pub mod property_key_lost {
    use super::cf::*;
    use std::ptr;

    pub unsafe fn property_bytes(entry: u32, name: &str) -> Option<Vec<u8>> {
        let key = CFStringCreateWithBytes(ptr::null(), name.as_ptr(), name.len() as CFIndex, 0x0800_0100, 0);
        if key.is_null() {
            return None;
        }
        let data = IORegistryEntryCreateCFProperty(entry, key, ptr::null(), 0);
        if data.is_null() {
            return None;
        }
        CFRelease(key);
        let bytes = std::slice::from_raw_parts(CFDataGetBytePtr(data), CFDataGetLength(data) as usize).to_vec();
        CFRelease(data);
        Some(bytes)
    }
}

// expect: use_after_free -- bytes are read out of the released CFData
pub mod data_after_release {
    use super::cf::*;
    use std::ptr;

    pub unsafe fn roundtrip(bytes: &[u8]) -> usize {
        let data = CFDataCreate(ptr::null(), bytes.as_ptr(), bytes.len() as CFIndex);
        if data.is_null() {
            return 0;
        }
        let first = *CFDataGetBytePtr(data);
        CFRelease(data);
        first as usize + CFDataGetLength(data) as usize
    }
}

// expect: mismatched_dealloc -- class_copyMethodList gives malloc memory, not a CF object
pub mod method_list_released {
    use super::cf::*;

    pub unsafe fn method_count(class: *const libc::c_void) -> u32 {
        let mut n = 0;
        let list = class_copyMethodList(class, &mut n);
        if list.is_null() {
            return 0;
        }
        CFRelease(list as CFTypeRef);
        n
    }
}
