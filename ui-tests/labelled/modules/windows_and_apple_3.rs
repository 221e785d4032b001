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

// expect: clean -- freed by free, as the runtime's documentation says
pub mod method_list_freed {
    use super::cf::*;

    pub unsafe fn methods(class: *const libc::c_void) -> Vec<*mut libc::c_void> {
        let mut n = 0;
        let list = class_copyMethodList(class, &mut n);
        if list.is_null() {
            return Vec::new();
        }
        let out = std::slice::from_raw_parts(list, n as usize).to_vec();
        libc::free(list.cast());
        out
    }
}

// expect: double_free -- the wrapper is Clone without a retain
pub mod retained_clone {
    use super::cf::*;

    pub struct Retained {
        obj: id,
    }

    impl Retained {
        pub unsafe fn retain(obj: id) -> Retained {
            Retained { obj: objc_retain(obj) }
        }
    }

    impl Clone for Retained {
        fn clone(&self) -> Self {
            Self { ..*self }
        }
    }

    impl Drop for Retained {
        fn drop(&mut self) {
            unsafe { objc_release(self.obj) }
        }
    }
}

// expect: clean -- create rule and get rule in one generic owner
pub mod cf_owner {
    use super::cf::*;
    use std::marker::PhantomData;
    use std::mem;

    pub struct Owned<T> {
        raw: CFTypeRef,
        kind: PhantomData<T>,
    }

    impl<T> Owned<T> {
        pub unsafe fn under_create_rule(raw: CFTypeRef) -> Self {
            Owned { raw, kind: PhantomData }
        }

        pub unsafe fn under_get_rule(raw: CFTypeRef) -> Self {
            Owned { raw: CFRetain(raw), kind: PhantomData }
        }

        pub fn downcast<U>(self) -> Owned<U> {
            let raw = self.raw;
            mem::forget(self);
            Owned { raw, kind: PhantomData }
        }
    }

    impl<T> Clone for Owned<T> {
        fn clone(&self) -> Self {
            unsafe { Owned::under_get_rule(self.raw) }
        }
    }

    impl<T> Drop for Owned<T> {
        fn drop(&mut self) {
            unsafe { CFRelease(self.raw) }
        }
    }
}
