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

// expect: clean -- an owner type of the keychain's memory and item
pub mod keychain_ok {
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
        fn SecKeychainItemFreeContent(attrs: *const c_void, data: *mut c_void) -> i32;
    }
    pub struct Password {
        data: *const u8,
        len: usize,
    }
    impl AsRef<[u8]> for Password {
        fn as_ref(&self) -> &[u8] {
            unsafe { std::slice::from_raw_parts(self.data, self.len) }
        }
    }
    impl Drop for Password {
        fn drop(&mut self) {
            unsafe { SecKeychainItemFreeContent(ptr::null(), self.data as *mut _) };
        }
    }
    pub fn find(service: &str) -> Option<Password> {
        let (mut n, mut p) = (0, ptr::null_mut());
        match unsafe {
            SecKeychainFindGenericPassword(
                ptr::null(),
                service.len() as _,
                service.as_ptr() as _,
                0,
                ptr::null(),
                &mut n,
                &mut p,
                ptr::null_mut(),
            )
        } {
            0 => Some(Password {
                data: p.cast(),
                len: n as usize,
            }),
            _ => None,
        }
    }
}

// expect: leaked_alloc -- class_copyMethodList's array has to be freed
pub mod objc_methods {
    use super::*;
    extern "C" {
        fn class_copyMethodList(c: *const c_void, n: *mut u32) -> *mut *mut c_void;
        fn method_getName(m: *const c_void) -> *const c_void;
        fn sel_getName(s: *const c_void) -> *const c_char;
    }
    pub unsafe fn names(class: *const c_void) -> Vec<String> {
        let mut n = 0;
        let list = class_copyMethodList(class, &mut n);
        (0..n as usize)
            .map(|i| {
                CStr::from_ptr(sel_getName(method_getName(*list.add(i))))
                    .to_string_lossy()
                    .into_owned()
            })
            .collect()
    }
}

// expect: clean -- the array of ivars is a malloc'ed slice that frees itself
pub mod objc_ivars {
    use super::*;
    extern "C" {
        fn class_copyIvarList(c: *const c_void, n: *mut u32) -> *mut *const c_void;
        fn ivar_getName(i: *const c_void) -> *const c_char;
        fn free(p: *mut c_void);
    }
    struct MallocSlice<T> {
        ptr: *mut T,
        len: usize,
    }
    impl<T> std::ops::Deref for MallocSlice<T> {
        type Target = [T];
        fn deref(&self) -> &[T] {
            if self.ptr.is_null() {
                return &[];
            }
            unsafe { std::slice::from_raw_parts(self.ptr, self.len) }
        }
    }
    impl<T> Drop for MallocSlice<T> {
        fn drop(&mut self) {
            unsafe { free(self.ptr.cast()) }
        }
    }
    pub unsafe fn first_ivar(class: *const c_void) -> Option<CString> {
        let mut n = 0u32;
        let ptr = class_copyIvarList(class, &mut n);
        let list = MallocSlice {
            ptr,
            len: n as usize,
        };
        let first = list.first()?;
        Some(CStr::from_ptr(ivar_getName(*first)).into())
    }
}

// expect: clean -- libdispatch runs the function exactly once with the boxed closure
pub mod dispatch {
    use super::*;
    extern "C" {
        fn dispatch_async_f(q: *mut c_void, ctx: *mut c_void, f: extern "C" fn(*mut c_void));
        fn dispatch_sync_f(q: *mut c_void, ctx: *mut c_void, f: extern "C" fn(*mut c_void));
        fn dispatch_queue_create(label: *const c_char, attr: *const c_void) -> *mut c_void;
        fn dispatch_release(o: *mut c_void);
        fn dispatch_retain(o: *mut c_void);
    }
    extern "C" fn boxed<F: FnOnce()>(ctx: *mut c_void) {
        let f = unsafe { Box::from_raw(ctx as *mut F) };
        f();
    }
    extern "C" fn borrowed<F: FnOnce()>(ctx: *mut c_void) {
        let slot = unsafe { &mut *(ctx as *mut Option<F>) };
        if let Some(f) = slot.take() {
            f()
        }
    }
    pub struct Queue(*mut c_void);
    impl Queue {
        pub fn create(label: &CStr) -> Queue {
            Queue(unsafe { dispatch_queue_create(label.as_ptr(), ptr::null()) })
        }
        pub fn spawn<F: FnOnce() + Send + 'static>(&self, f: F) {
            let ctx = Box::new(f);
            unsafe { dispatch_async_f(self.0, Box::into_raw(ctx) as *mut c_void, boxed::<F>) }
        }
        pub fn sync<F: FnOnce()>(&self, f: F) {
            let mut slot = Some(f);
            unsafe {
                dispatch_sync_f(
                    self.0,
                    &mut slot as *mut Option<F> as *mut c_void,
                    borrowed::<F>,
                )
            }
        }
    }
    impl Clone for Queue {
        fn clone(&self) -> Self {
            unsafe { dispatch_retain(self.0) };
            Queue(self.0)
        }
    }
    impl Drop for Queue {
        fn drop(&mut self) {
            unsafe { dispatch_release(self.0) }
        }
    }
}

// expect: clean -- the pixels travel as a leaked Vec with the release callback that rebuilds it
pub mod data_provider {
    use super::*;
    extern "C" {
        fn CGDataProviderCreateWithData(
            info: *mut c_void,
            data: *const c_void,
            n: usize,
            release: Option<unsafe extern "C" fn(*mut c_void, *const c_void, usize)>,
        ) -> *mut c_void;
        fn CGDataProviderRelease(p: *mut c_void);
    }
    unsafe extern "C" fn release(info: *mut c_void, _data: *const c_void, _n: usize) {
        drop(Box::from_raw(info as *mut Vec<u8>));
    }
    pub struct Provider(NonNull<c_void>);
    impl Provider {
        pub fn from_buffer(pixels: Vec<u8>) -> Option<Provider> {
            let boxed = Box::new(pixels);
            let (data, n) = (boxed.as_ptr() as *const c_void, boxed.len());
            let info = Box::into_raw(boxed) as *mut c_void;
            NonNull::new(unsafe { CGDataProviderCreateWithData(info, data, n, Some(release)) })
                .map(Provider)
        }
    }
    impl Drop for Provider {
        fn drop(&mut self) {
            unsafe { CGDataProviderRelease(self.0.as_ptr()) }
        }
    }
}

// expect: mismatched_dealloc -- CFStringGetCStringPtr lends the object's bytes
pub mod utf8_string {
    use super::*;
    extern "C" {
        fn CFStringGetCStringPtr(s: *const c_void, enc: u32) -> *const c_char;
    }
    pub unsafe fn to_string(s: *const c_void) -> Option<String> {
        let p = CFStringGetCStringPtr(s, 0x0800_0100);
        if p.is_null() {
            return None;
        }
        CString::from_raw(p as *mut c_char).into_string().ok()
    }
}

// expect: mismatched_dealloc -- VirtualAlloc's pages go to HeapFree
pub mod virtual_pages {
    use super::*;
    extern "system" {
        fn VirtualAlloc(at: *const c_void, n: usize, kind: u32, prot: u32) -> *mut c_void;
        fn VirtualProtect(p: *const c_void, n: usize, prot: u32, old: *mut u32) -> BOOL;
        fn GetProcessHeap() -> HANDLE;
        fn HeapFree(h: HANDLE, flags: u32, p: *const c_void) -> BOOL;
    }
    pub struct Code {
        base: NonNull<u8>,
        len: usize,
    }
    impl Code {
        pub fn emit(code: &[u8]) -> Option<Code> {
            let base = NonNull::new(
                unsafe { VirtualAlloc(ptr::null(), code.len(), 0x3000, 4) } as *mut u8
            )?;
            let mut old = 0;
            unsafe {
                base.as_ptr()
                    .copy_from_nonoverlapping(code.as_ptr(), code.len());
                VirtualProtect(base.as_ptr().cast(), code.len(), 0x20, &mut old);
            }
            Some(Code {
                base,
                len: code.len(),
            })
        }
        pub fn len(&self) -> usize {
            self.len
        }
    }
    impl Drop for Code {
        fn drop(&mut self) {
            unsafe { HeapFree(GetProcessHeap(), 0, self.base.as_ptr().cast()) };
        }
    }
}

// expect: clean -- reserve, commit, and VirtualFree with MEM_RELEASE on each way out
pub mod virtual_pages_ok {
    use super::*;
    extern "system" {
        fn VirtualAlloc(at: *const c_void, n: usize, kind: u32, prot: u32) -> *mut c_void;
        fn VirtualFree(p: *mut c_void, n: usize, kind: u32) -> BOOL;
    }
    pub struct Stack {
        base: *mut c_void,
        size: usize,
    }
    impl Stack {
        pub fn reserve(size: usize) -> Result<Stack, std::io::Error> {
            unsafe {
                let base = VirtualAlloc(ptr::null(), size, 0x2000, 1);
                if base.is_null() {
                    return Err(std::io::Error::last_os_error());
                }
                let top = VirtualAlloc(base.cast::<u8>().add(size - 4096).cast(), 4096, 0x1000, 4);
                if top.is_null() {
                    let e = std::io::Error::last_os_error();
                    VirtualFree(base, 0, 0x8000);
                    return Err(e);
                }
                Ok(Stack { base, size })
            }
        }
    }
    impl Drop for Stack {
        fn drop(&mut self) {
            unsafe { VirtualFree(self.base, 0, 0x8000) };
            self.size = 0;
        }
    }
}
