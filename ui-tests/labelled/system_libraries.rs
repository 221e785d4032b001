//! Contracts of C libraries: libusb, POSIX, xcb, Core Foundation, Windows.

use std::ffi::{CStr, CString, c_char, c_int, c_uint, c_void};
use std::ptr;

#[repr(C)]
pub struct libusb_device {
    _p: [u8; 0],
}

#[repr(C)]
pub struct addrinfo {
    pub ai_flags: c_int,
    pub ai_next: *mut addrinfo,
}

#[repr(C)]
pub struct DIR {
    _p: [u8; 0],
}

#[repr(C)]
pub struct FILE {
    _p: [u8; 0],
}

#[repr(C)]
pub struct xcb_connection_t {
    _p: [u8; 0],
}

#[repr(C)]
pub struct xcb_geometry_reply_t {
    pub width: u16,
    pub height: u16,
}

pub type CFTypeRef = *const c_void;

pub type CFStringRef = *const c_void;

pub type CFDictionaryRef = *const c_void;

unsafe extern "C" {
    fn free(p: *mut c_void);
    fn libusb_get_device_list(ctx: *mut c_void, list: *mut *mut *mut libusb_device) -> isize;
    fn libusb_free_device_list(list: *mut *mut libusb_device, unref: c_int);
    fn getaddrinfo(
        n: *const c_char,
        s: *const c_char,
        h: *const addrinfo,
        out: *mut *mut addrinfo,
    ) -> c_int;
    fn freeaddrinfo(a: *mut addrinfo);
    fn opendir(p: *const c_char) -> *mut DIR;
    fn closedir(d: *mut DIR) -> c_int;
    fn popen(c: *const c_char, m: *const c_char) -> *mut FILE;
    fn pclose(f: *mut FILE) -> c_int;
    fn fclose(f: *mut FILE) -> c_int;
    fn fgetc(f: *mut FILE) -> c_int;
    fn realpath(p: *const c_char, out: *mut c_char) -> *mut c_char;
    fn getline(line: *mut *mut c_char, cap: *mut usize, f: *mut FILE) -> isize;
    fn getenv(k: *const c_char) -> *mut c_char;
    fn xcb_get_geometry_reply(
        c: *mut xcb_connection_t,
        cookie: c_uint,
        e: *mut *mut c_void,
    ) -> *mut xcb_geometry_reply_t;
    fn CFStringCreateWithCString(a: CFTypeRef, s: *const c_char, enc: u32) -> CFStringRef;
    fn CFDictionaryGetValue(d: CFDictionaryRef, k: *const c_void) -> *const c_void;
    fn CFStringGetLength(s: CFStringRef) -> isize;
    fn CFRelease(o: CFTypeRef);
}

unsafe extern "system" {
    fn LocalAlloc(flags: u32, n: usize) -> *mut c_void;
    fn LocalFree(p: *mut c_void) -> *mut c_void;
    fn CoTaskMemAlloc(n: usize) -> *mut c_void;
    fn CoTaskMemFree(p: *mut c_void);
    fn SysAllocString(s: *const u16) -> *mut u16;
    fn SysFreeString(s: *mut u16);
    fn GetProcessHeap() -> *mut c_void;
    fn HeapAlloc(h: *mut c_void, flags: u32, n: usize) -> *mut c_void;
    fn HeapFree(h: *mut c_void, flags: u32, p: *mut c_void) -> i32;
    fn SHGetKnownFolderPath(
        id: *const c_void,
        flags: u32,
        token: *mut c_void,
        out: *mut *mut u16,
    ) -> i32;
}

// expect: clean -- device list walked as a slice and given back
pub unsafe fn usb_count(ctx: *mut c_void) -> usize {
    let mut list: *mut *mut libusb_device = ptr::null_mut();
    let n = libusb_get_device_list(ctx, &mut list);
    if n < 0 {
        return 0;
    }
    let devices = std::slice::from_raw_parts(list, n as usize);
    let count = devices.iter().filter(|d| !d.is_null()).count();
    libusb_free_device_list(list, 1);
    count
}

// expect: mismatched_dealloc -- device list rebuilt as a Vec
pub unsafe fn usb_as_vec(ctx: *mut c_void) -> Vec<*mut libusb_device> {
    let mut list: *mut *mut libusb_device = ptr::null_mut();
    let n = libusb_get_device_list(ctx, &mut list);
    if n < 0 {
        return Vec::new();
    }
    Vec::from_raw_parts(list, n as usize, n as usize)
}

// expect: leaked_alloc -- address list lost when it is empty of what we look for
pub unsafe fn resolve_lost(host: &CStr) -> Option<c_int> {
    let mut res: *mut addrinfo = ptr::null_mut();
    if getaddrinfo(host.as_ptr(), ptr::null(), ptr::null(), &mut res) != 0 {
        return None;
    }
    let mut cur = res;
    while !cur.is_null() {
        if (*cur).ai_flags == 4 {
            freeaddrinfo(res);
            return Some(4);
        }
        cur = (*cur).ai_next;
    }
    None
}

// expect: free_offset -- the moved cursor goes to freeaddrinfo
pub unsafe fn resolve_cursor(host: &CStr) -> c_int {
    let mut res: *mut addrinfo = ptr::null_mut();
    if getaddrinfo(host.as_ptr(), ptr::null(), ptr::null(), &mut res) != 0 {
        return -1;
    }
    let tail = res.add(1);
    let flags = (*res).ai_flags;
    freeaddrinfo(tail);
    flags
}

// expect: clean -- iterator type over the list with Drop
pub mod resolve_owner {
    use super::*;
    pub struct Lookup {
        head: *mut addrinfo,
        cur: *mut addrinfo,
    }
    impl Iterator for Lookup {
        type Item = c_int;
        fn next(&mut self) -> Option<c_int> {
            unsafe {
                let cur = self.cur.as_ref()?;
                self.cur = cur.ai_next;
                Some(cur.ai_flags)
            }
        }
    }
    impl Drop for Lookup {
        fn drop(&mut self) {
            unsafe { freeaddrinfo(self.head) };
        }
    }
    pub fn lookup(host: &CStr) -> Option<Lookup> {
        let mut res = ptr::null_mut();
        unsafe {
            if getaddrinfo(host.as_ptr(), ptr::null(), ptr::null(), &mut res) != 0 {
                return None;
            }
        }
        Some(Lookup {
            head: res,
            cur: res,
        })
    }
}

// expect: mismatched_dealloc -- popen closed by fclose
pub unsafe fn popen_fclose(cmd: &CStr) -> c_int {
    let f = popen(cmd.as_ptr(), c"r".as_ptr());
    if f.is_null() {
        return -1;
    }
    let c = fgetc(f);
    fclose(f);
    c
}

// expect: clean -- popen closed by pclose
pub unsafe fn popen_pclose(cmd: &CStr) -> c_int {
    let f = popen(cmd.as_ptr(), c"r".as_ptr());
    if f.is_null() {
        return -1;
    }
    while fgetc(f) >= 0 {}
    pclose(f)
}

// expect: mismatched_dealloc -- DIR given to free
pub unsafe fn dir_to_free(p: &CStr) -> bool {
    let d = opendir(p.as_ptr());
    if d.is_null() {
        return false;
    }
    free(d.cast());
    true
}

// expect: clean -- dir opened for a look
pub unsafe fn dir_exists(p: &CStr) -> bool {
    let d = opendir(p.as_ptr());
    !d.is_null() && closedir(d) == 0
}

// expect: leaked_alloc -- realpath with a null buffer allocates
pub unsafe fn realpath_lost(p: &CStr) -> Option<String> {
    let r = realpath(p.as_ptr(), ptr::null_mut());
    if r.is_null() {
        return None;
    }
    CStr::from_ptr(r).to_str().ok().map(|s| s.to_owned())
}

// expect: clean -- realpath into the caller's own buffer allocates nothing
pub unsafe fn realpath_own_buffer(p: &CStr) -> Option<String> {
    let mut buf = [0 as c_char; 4096];
    let r = realpath(p.as_ptr(), buf.as_mut_ptr());
    if r.is_null() {
        return None;
    }
    CStr::from_ptr(r).to_str().ok().map(|s| s.to_owned())
}

// expect: clean -- getline grows one buffer over the loop, freed at the end
pub unsafe fn getline_good(f: *mut FILE) -> usize {
    let mut line: *mut c_char = ptr::null_mut();
    let mut cap = 0usize;
    let mut total = 0;
    loop {
        let n = getline(&mut line, &mut cap, f);
        if n < 0 {
            break;
        }
        total += n as usize;
    }
    free(line.cast());
    total
}

// expect: mismatched_dealloc -- getenv's text belongs to the environment
pub unsafe fn getenv_as_cstring() -> Option<CString> {
    let p = getenv(c"HOME".as_ptr());
    if p.is_null() {
        return None;
    }
    Some(CString::from_raw(p))
}

// expect: mismatched_dealloc -- an xcb reply as a Box
pub unsafe fn xcb_reply_as_box(c: *mut xcb_connection_t, cookie: c_uint) -> Option<(u16, u16)> {
    let r = xcb_get_geometry_reply(c, cookie, ptr::null_mut());
    if r.is_null() {
        return None;
    }
    let r = Box::from_raw(r);
    Some((r.width, r.height))
}

// expect: clean -- an xcb reply freed by libc
pub unsafe fn xcb_reply_freed(c: *mut xcb_connection_t, cookie: c_uint) -> Option<(u16, u16)> {
    let r = xcb_get_geometry_reply(c, cookie, ptr::null_mut());
    if r.is_null() {
        return None;
    }
    let size = ((*r).width, (*r).height);
    free(r.cast());
    Some(size)
}

// expect: maybe leaked_alloc -- Create rule, no release; last handed to a foreign reader by const pointer
pub unsafe fn cf_length_lost(s: &CStr) -> isize {
    let cf = CFStringCreateWithCString(ptr::null(), s.as_ptr(), 0x0800_0100);
    if cf.is_null() {
        return 0;
    }
    CFStringGetLength(cf)
}

// expect: clean -- Get rule: nothing is owned
pub unsafe fn cf_get(d: CFDictionaryRef, k: CFStringRef) -> isize {
    let v = CFDictionaryGetValue(d, k);
    if v.is_null() {
        return 0;
    }
    CFStringGetLength(v)
}

// expect: clean -- Create rule with the release
pub unsafe fn cf_length(s: &CStr) -> isize {
    let cf = CFStringCreateWithCString(ptr::null(), s.as_ptr(), 0x0800_0100);
    if cf.is_null() {
        return 0;
    }
    let n = CFStringGetLength(cf);
    CFRelease(cf);
    n
}

// expect: mismatched_dealloc -- LocalAlloc to CoTaskMemFree
pub unsafe fn local_to_cotask() {
    let p = LocalAlloc(0x40, 16);
    CoTaskMemFree(p);
}

// expect: mismatched_dealloc -- BSTR to CoTaskMemFree
pub unsafe fn bstr_to_cotask(s: &[u16]) {
    let b = SysAllocString(s.as_ptr());
    if b.is_null() {
        return;
    }
    CoTaskMemFree(b.cast());
}

// expect: clean -- three Windows heaps, each its own
pub unsafe fn windows_heaps(s: &[u16]) -> bool {
    let h = GetProcessHeap();
    let a = HeapAlloc(h, 8, 32);
    let b = LocalAlloc(0, 32);
    let c = CoTaskMemAlloc(32);
    let d = SysAllocString(s.as_ptr());
    let all = [a, b, c, d.cast()].iter().all(|p| !p.is_null());
    if !a.is_null() {
        HeapFree(h, 0, a);
    }
    LocalFree(b);
    CoTaskMemFree(c);
    SysFreeString(d);
    all
}

// expect: mismatched_dealloc -- known folder path as Vec<u16>
pub unsafe fn known_folder_as_vec(id: *const c_void) -> Vec<u16> {
    let mut p: *mut u16 = ptr::null_mut();
    if SHGetKnownFolderPath(id, 0, ptr::null_mut(), &mut p) != 0 {
        return Vec::new();
    }
    let mut n = 0;
    while *p.add(n) != 0 {
        n += 1;
    }
    Vec::from_raw_parts(p, n, n)
}

// expect: clean -- known folder path copied, then CoTaskMemFree on every path
pub unsafe fn known_folder(id: *const c_void) -> Option<Vec<u16>> {
    let mut p: *mut u16 = ptr::null_mut();
    let hr = SHGetKnownFolderPath(id, 0, ptr::null_mut(), &mut p);
    if hr != 0 {
        CoTaskMemFree(p.cast());
        return None;
    }
    let mut n = 0;
    while *p.add(n) != 0 {
        n += 1;
    }
    let v = std::slice::from_raw_parts(p, n).to_vec();
    CoTaskMemFree(p.cast());
    Some(v)
}
