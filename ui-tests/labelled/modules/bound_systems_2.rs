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

// expect: clean -- two kinds of handles, one guard type that is generic over the way to close
pub mod generic_guard {
    use super::*;
    extern "system" {
        fn OpenSCManagerW(m: PCWSTR, db: PCWSTR, access: u32) -> HANDLE;
        fn OpenServiceW(scm: HANDLE, name: PCWSTR, access: u32) -> HANDLE;
        fn CloseServiceHandle(h: HANDLE) -> BOOL;
        fn CreateEventW(sa: *const c_void, manual: BOOL, init: BOOL, name: PCWSTR) -> HANDLE;
        fn CloseHandle(h: HANDLE) -> BOOL;
    }
    pub trait Close {
        unsafe fn close(h: HANDLE);
    }
    pub enum Kernel {}
    pub enum Service {}
    impl Close for Kernel {
        unsafe fn close(h: HANDLE) {
            CloseHandle(h);
        }
    }
    impl Close for Service {
        unsafe fn close(h: HANDLE) {
            CloseServiceHandle(h);
        }
    }
    pub struct Owned<K: Close>(HANDLE, std::marker::PhantomData<K>);
    impl<K: Close> Owned<K> {
        unsafe fn new(h: HANDLE) -> Option<Self> {
            (!h.is_null())
                .then_some(())
                .map(|_| Owned(h, std::marker::PhantomData))
        }
    }
    impl<K: Close> Drop for Owned<K> {
        fn drop(&mut self) {
            unsafe { K::close(self.0) }
        }
    }
    pub fn open(name: &[u16]) -> Option<(Owned<Service>, Owned<Kernel>)> {
        unsafe {
            let scm = Owned::<Service>::new(OpenSCManagerW(ptr::null(), ptr::null(), 1))?;
            let svc = Owned::<Service>::new(OpenServiceW(scm.0, name.as_ptr(), 4))?;
            let ev = Owned::<Kernel>::new(CreateEventW(ptr::null(), 1, 0, ptr::null()))?;
            Some((svc, ev))
        }
    }
}

// expect: clean -- the window's state is boxed, kept in the window and dropped with it
pub mod window_state {
    use super::*;
    extern "system" {
        fn SetWindowLongPtrW(w: HANDLE, i: c_int, v: isize) -> isize;
        fn GetWindowLongPtrW(w: HANDLE, i: c_int) -> isize;
        fn DefWindowProcW(w: HANDLE, m: u32, wp: usize, lp: isize) -> isize;
        fn CreateWindowExW(
            ex: u32,
            class: PCWSTR,
            name: PCWSTR,
            style: u32,
            x: c_int,
            y: c_int,
            cx: c_int,
            cy: c_int,
            parent: HANDLE,
            menu: HANDLE,
            inst: HANDLE,
            param: *mut c_void,
        ) -> HANDLE;
    }
    pub struct State {
        pub clicks: u32,
        pub title: String,
    }
    pub unsafe extern "system" fn wndproc(w: HANDLE, m: u32, wp: usize, lp: isize) -> isize {
        match m {
            0x81 => {
                let create = lp as *const *mut c_void;
                SetWindowLongPtrW(w, -21, *create as isize);
            }
            0x201 => {
                let st = GetWindowLongPtrW(w, -21) as *mut State;
                if let Some(st) = st.as_mut() {
                    st.clicks += 1;
                }
            }
            0x82 => {
                let st = SetWindowLongPtrW(w, -21, 0) as *mut State;
                if !st.is_null() {
                    drop(Box::from_raw(st));
                }
            }
            _ => {}
        }
        DefWindowProcW(w, m, wp, lp)
    }
    pub unsafe fn create(class: PCWSTR, title: &str) -> Option<HANDLE> {
        let name: Vec<u16> = title.encode_utf16().chain([0]).collect();
        let st = Box::new(State {
            clicks: 0,
            title: title.to_owned(),
        });
        let w = CreateWindowExW(
            0,
            class,
            name.as_ptr(),
            0,
            0,
            0,
            300,
            200,
            ptr::null_mut(),
            ptr::null_mut(),
            ptr::null_mut(),
            Box::into_raw(st).cast(),
        );
        if w.is_null() {
            None
        } else {
            Some(w)
        }
    }
}

// expect: clean -- a COM pointer: AddRef in Clone, Release in Drop, ownership handed out by into_raw
pub mod com_ptr {
    use super::*;
    #[repr(C)]
    pub struct IUnknownVtbl {
        query:
            unsafe extern "system" fn(*mut IUnknown, *const [u8; 16], *mut *mut c_void) -> HRESULT,
        add_ref: unsafe extern "system" fn(*mut IUnknown) -> u32,
        release: unsafe extern "system" fn(*mut IUnknown) -> u32,
    }
    #[repr(C)]
    pub struct IUnknown {
        vtbl: *const IUnknownVtbl,
    }
    pub struct ComPtr(NonNull<IUnknown>);
    impl ComPtr {
        pub unsafe fn from_raw(p: *mut IUnknown) -> ComPtr {
            ComPtr(NonNull::new(p).expect("ptr should not be null"))
        }
        pub fn into_raw(self) -> *mut IUnknown {
            let p = self.0.as_ptr();
            std::mem::forget(self);
            p
        }
        pub fn cast(&self, iid: &[u8; 16]) -> Result<ComPtr, HRESULT> {
            let mut obj = ptr::null_mut();
            let hr = unsafe { ((*self.0.as_ref().vtbl).query)(self.0.as_ptr(), iid, &mut obj) };
            if hr < 0 {
                return Err(hr);
            }
            Ok(unsafe { ComPtr::from_raw(obj.cast()) })
        }
    }
    impl Clone for ComPtr {
        fn clone(&self) -> Self {
            unsafe {
                ((*self.0.as_ref().vtbl).add_ref)(self.0.as_ptr());
                ComPtr::from_raw(self.0.as_ptr())
            }
        }
    }
    impl Drop for ComPtr {
        fn drop(&mut self) {
            unsafe { ((*self.0.as_ref().vtbl).release)(self.0.as_ptr()) };
        }
    }
}

// expect: mismatched_dealloc -- network API buffers are not LocalAlloc memory
pub mod net_api {
    use super::*;
    extern "system" {
        fn NetGetJoinInformation(server: PCWSTR, name: *mut PWSTR, status: *mut u32) -> u32;
        fn LocalFree(p: *mut c_void) -> *mut c_void;
    }
    pub fn domain() -> Result<OsString, u32> {
        let (mut name, mut status) = (ptr::null_mut(), 0);
        let rc = unsafe { NetGetJoinInformation(ptr::null(), &mut name, &mut status) };
        if rc != 0 {
            return Err(rc);
        }
        let text =
            unsafe { String::from_utf16_lossy(std::slice::from_raw_parts(name, wide_len(name))) };
        unsafe { LocalFree(name as *mut c_void) };
        Ok(text.into())
    }
}

// expect: clean -- NetApiBufferFree, WTSFreeMemory and CredFree, each with its own kind
pub mod three_families {
    use super::*;
    extern "system" {
        fn NetGetJoinInformation(server: PCWSTR, name: *mut PWSTR, status: *mut u32) -> u32;
        fn NetApiBufferFree(p: *const c_void) -> u32;
        fn WTSQuerySessionInformationW(
            s: HANDLE,
            id: u32,
            class: c_int,
            out: *mut PWSTR,
            n: *mut u32,
        ) -> BOOL;
        fn WTSFreeMemory(p: *mut c_void);
    }
    unsafe fn grab(p: PWSTR, free: impl FnOnce(PWSTR)) -> String {
        let s = String::from_utf16_lossy(std::slice::from_raw_parts(p, wide_len(p)));
        free(p);
        s
    }
    pub fn who() -> (Option<String>, Option<String>) {
        unsafe {
            let mut p = ptr::null_mut();
            let mut n = 0;
            let domain = (NetGetJoinInformation(ptr::null(), &mut p, &mut n) == 0).then(|| {
                grab(p, |p| {
                    NetApiBufferFree(p.cast());
                })
            });
            let mut q = ptr::null_mut();
            let user =
                match WTSQuerySessionInformationW(ptr::null_mut(), u32::MAX, 5, &mut q, &mut n) {
                    0 => None,
                    _ => Some(grab(q, |p| WTSFreeMemory(p.cast()))),
                };
            (domain, user)
        }
    }
}

// expect: leaked_alloc -- the environment block is never given to FreeEnvironmentStringsW
pub mod environment_block {
    use super::*;
    extern "system" {
        fn GetEnvironmentStringsW() -> PWSTR;
    }
    pub fn vars() -> Vec<String> {
        let mut out = Vec::new();
        unsafe {
            let block = GetEnvironmentStringsW();
            if block.is_null() {
                return out;
            }
            let mut cur: PCWSTR = block;
            while *cur != 0 {
                let n = wide_len(cur);
                out.push(String::from_utf16_lossy(std::slice::from_raw_parts(cur, n)));
                cur = cur.add(n + 1);
            }
        }
        out
    }
}

// expect: clean -- the iterator keeps base and cursor apart and frees the base
pub mod environment_iter {
    use super::*;
    extern "system" {
        fn GetEnvironmentStringsW() -> PWSTR;
        fn FreeEnvironmentStringsW(p: PWSTR) -> BOOL;
    }
    pub struct Env {
        base: PWSTR,
        cur: PCWSTR,
    }
    pub fn env() -> Env {
        let base = unsafe { GetEnvironmentStringsW() };
        assert!(!base.is_null());
        Env { base, cur: base }
    }
    impl Iterator for Env {
        type Item = Vec<u16>;
        fn next(&mut self) -> Option<Vec<u16>> {
            unsafe {
                if *self.cur == 0 {
                    return None;
                }
                let n = wide_len(self.cur);
                let v = std::slice::from_raw_parts(self.cur, n).to_vec();
                self.cur = self.cur.add(n + 1);
                Some(v)
            }
        }
    }
    impl Drop for Env {
        fn drop(&mut self) {
            unsafe { FreeEnvironmentStringsW(self.base) };
        }
    }
}

// expect: leaked_alloc -- a created CFString is only lent to the dictionary lookup
pub mod cf_lookup {
    use super::*;
    extern "C" {
        fn CFStringCreateWithCString(a: *const c_void, s: *const c_char, enc: u32)
            -> *const c_void;
        fn CFDictionaryGetValue(d: *const c_void, k: *const c_void) -> *const c_void;
        fn CFBooleanGetValue(b: *const c_void) -> u8;
    }
    pub unsafe fn flag(dict: *const c_void, key: &CStr) -> Option<bool> {
        let key = CFStringCreateWithCString(ptr::null(), key.as_ptr(), 0x0800_0100);
        let value = CFDictionaryGetValue(dict, key);
        if value.is_null() {
            None
        } else {
            Some(CFBooleanGetValue(value) != 0)
        }
    }
}

// expect: clean -- created is released, the value from Get is not
pub mod cf_lookup_ok {
    use super::*;
    extern "C" {
        fn CFStringCreateWithBytes(
            a: *const c_void,
            s: *const u8,
            n: c_long,
            enc: u32,
            ext: u8,
        ) -> *const c_void;
        fn CFDictionaryGetValue(d: *const c_void, k: *const c_void) -> *const c_void;
        fn CFRetain(p: *const c_void) -> *const c_void;
        fn CFRelease(p: *const c_void);
    }
    pub struct CfType(NonNull<c_void>);
    impl CfType {
        pub unsafe fn wrap_under_create_rule(p: *const c_void) -> Option<CfType> {
            NonNull::new(p as *mut c_void).map(CfType)
        }
        pub unsafe fn wrap_under_get_rule(p: *const c_void) -> Option<CfType> {
            if p.is_null() {
                return None;
            }
            Self::wrap_under_create_rule(CFRetain(p))
        }
        pub fn as_ptr(&self) -> *const c_void {
            self.0.as_ptr()
        }
    }
    impl Drop for CfType {
        fn drop(&mut self) {
            unsafe { CFRelease(self.0.as_ptr()) }
        }
    }
    pub fn get(dict: &CfType, key: &str) -> Option<CfType> {
        unsafe {
            let key = CfType::wrap_under_create_rule(CFStringCreateWithBytes(
                ptr::null(),
                key.as_ptr(),
                key.len() as c_long,
                0x0800_0100,
                0,
            ))?;
            CfType::wrap_under_get_rule(CFDictionaryGetValue(dict.as_ptr(), key.as_ptr()))
        }
    }
}

// expect: double_free -- the created array is released on the error path and once more at the end
pub mod cf_array_twice {
    use super::*;
    extern "C" {
        fn CFArrayCreateMutable(a: *const c_void, cap: c_long, cb: *const c_void) -> *mut c_void;
        fn CFArrayAppendValue(a: *mut c_void, v: *const c_void);
        fn CFArrayGetCount(a: *const c_void) -> c_long;
        fn CFRelease(p: *const c_void);
    }
    pub fn count(values: &[usize]) -> Result<usize, usize> {
        unsafe {
            let array = CFArrayCreateMutable(ptr::null(), 0, ptr::null());
            if array.is_null() {
                return Err(0);
            }
            let mut failed = None;
            for (i, v) in values.iter().enumerate() {
                if *v == 0 {
                    CFRelease(array);
                    failed = Some(i);
                    break;
                }
                CFArrayAppendValue(array, *v as *const c_void);
            }
            let n = if failed.is_none() {
                CFArrayGetCount(array)
            } else {
                0
            };
            CFRelease(array);
            failed.map_or(Ok(n as usize), Err)
        }
    }
}

// expect: mismatched_dealloc -- keychain content goes back through SecKeychainItemFreeContent
pub mod keychain_vec {
    use super::*;
    extern "C" {
        fn SecKeychainFindGenericPassword(
            kc: *const c_void,
            sn: u32,
            s: *const c_char,
            an: u32,
            a: *const c_char,
            pn: *mut u32,
            p: *mut *mut c_void,
            item: *mut *mut c_void,
        ) -> i32;
    }
    pub fn password(service: &str, account: &str) -> Result<Vec<u8>, i32> {
        let mut len = 0u32;
        let mut data = ptr::null_mut();
        let st = unsafe {
            SecKeychainFindGenericPassword(
                ptr::null(),
                service.len() as u32,
                service.as_ptr().cast(),
                account.len() as u32,
                account.as_ptr().cast(),
                &mut len,
                &mut data,
                ptr::null_mut(),
            )
        };
        if st != 0 {
            return Err(st);
        }
        Ok(unsafe { Vec::from_raw_parts(data as *mut u8, len as usize, len as usize) })
    }
}
