//! A crate's own allocator shims, out-parameters, status codes.

use std::ffi::{c_int, c_void};
use std::mem;
use std::ptr::{self, NonNull};

unsafe extern "C" {
    fn malloc(n: usize) -> *mut c_void;
    fn free(p: *mut c_void);
    fn memcpy(d: *mut c_void, s: *const c_void, n: usize) -> *mut c_void;
    fn driver_submit(req: Request) -> c_int;
    fn driver_probe(req: *const Request) -> c_int;
}

#[repr(C)]
pub struct Request {
    pub payload: *mut u8,
    pub len: usize,
}

#[derive(Debug)]
pub enum Error {
    NoMemory,
    BadInput,
    Io(c_int),
}

unsafe fn xmalloc(n: usize) -> *mut u8 {
    let p = malloc(n.max(1));
    if p.is_null() {
        panic!("out of memory: {n} bytes");
    }
    p.cast()
}

unsafe fn xfree<T>(p: *mut T) {
    free(p as *mut c_void)
}

unsafe fn try_malloc<T>() -> Result<NonNull<T>, Error> {
    NonNull::new(malloc(mem::size_of::<T>()).cast()).ok_or(Error::NoMemory)
}

unsafe fn alloc_status(out: *mut *mut u8, n: usize) -> c_int {
    if out.is_null() {
        return -22;
    }
    let p = malloc(n) as *mut u8;
    if p.is_null() {
        return -12;
    }
    *out = p;
    0
}

fn boxed_request(len: usize) -> *mut Request {
    Box::into_raw(Box::new(Request {
        payload: ptr::null_mut(),
        len,
    }))
}

unsafe fn request_release(req: *mut Request) {
    let req = Box::from_raw(req);
    if !req.payload.is_null() {
        xfree(req.payload);
    }
}

// expect: leaked_alloc -- xmalloc's block only filled
pub unsafe fn xmalloc_lost(text: &[u8]) -> u8 {
    let p = xmalloc(text.len());
    ptr::copy_nonoverlapping(text.as_ptr(), p, text.len());
    *p
}

// expect: clean -- xmalloc with xfree
pub unsafe fn xmalloc_paired(text: &[u8]) -> u8 {
    let p = xmalloc(text.len());
    ptr::copy_nonoverlapping(text.as_ptr(), p, text.len());
    let first = *p;
    xfree(p);
    first
}

// expect: mismatched_dealloc -- xmalloc's bytes become a String
pub unsafe fn xmalloc_to_string(text: &str) -> String {
    let p = xmalloc(text.len());
    memcpy(p.cast(), text.as_ptr().cast(), text.len());
    String::from_raw_parts(p, text.len(), text.len())
}

// expect: clean -- xmalloc's bytes are copied into a String
pub unsafe fn xmalloc_copied_to_string(text: &str) -> String {
    let p = xmalloc(text.len());
    memcpy(p.cast(), text.as_ptr().cast(), text.len());
    let bytes = std::slice::from_raw_parts(p, text.len());
    let s = String::from_utf8_lossy(bytes).into_owned();
    xfree(p);
    s
}

// expect: leaked_alloc -- the second `?` loses the first block
pub unsafe fn two_tries_bad() -> Result<u32, Error> {
    let a = try_malloc::<u32>()?;
    let b = try_malloc::<u32>()?;
    a.as_ptr().write(1);
    b.as_ptr().write(2);
    let sum = *a.as_ptr() + *b.as_ptr();
    xfree(a.as_ptr());
    xfree(b.as_ptr());
    Ok(sum)
}

// expect: clean -- the second failure releases the first block
pub unsafe fn two_tries_good() -> Result<u32, Error> {
    let a = try_malloc::<u32>()?;
    let b = match try_malloc::<u32>() {
        Ok(b) => b,
        Err(e) => {
            xfree(a.as_ptr());
            return Err(e);
        }
    };
    a.as_ptr().write(1);
    b.as_ptr().write(2);
    let sum = *a.as_ptr() + *b.as_ptr();
    xfree(a.as_ptr());
    xfree(b.as_ptr());
    Ok(sum)
}

// expect: clean -- the failure arm repairs through inspect/map_err closure
pub unsafe fn two_tries_map_err_good() -> Result<u32, Error> {
    let a = try_malloc::<u32>()?;
    let b = try_malloc::<u32>().map_err(|e| {
        xfree(a.as_ptr());
        e
    })?;
    a.as_ptr().write(1);
    b.as_ptr().write(2);
    let sum = *a.as_ptr() + *b.as_ptr();
    xfree(a.as_ptr());
    xfree(b.as_ptr());
    Ok(sum)
}

// expect: clean -- status wrapper honoured
pub unsafe fn status_honoured(n: usize) -> Result<u8, Error> {
    let mut p = ptr::null_mut();
    let rc = alloc_status(&mut p, n);
    if rc != 0 {
        return Err(Error::Io(rc));
    }
    *p = 3;
    let v = *p;
    free(p.cast());
    Ok(v)
}

// expect: leaked_alloc -- status wrapper, success path forgets on bad input
pub unsafe fn status_then_bad_input(n: usize, input: &[u8]) -> Result<u8, Error> {
    let mut p = ptr::null_mut();
    let rc = alloc_status(&mut p, n);
    if rc < 0 {
        return Err(Error::Io(rc));
    }
    if input.len() > n {
        return Err(Error::BadInput);
    }
    ptr::copy_nonoverlapping(input.as_ptr(), p, input.len());
    let v = *p;
    free(p.cast());
    Ok(v)
}

// expect: mismatched_dealloc -- boxed request freed as C memory
pub unsafe fn request_to_xfree() {
    let r = boxed_request(0);
    (*r).len = 3;
    xfree(r);
}

// expect: clean -- boxed request through its own release, payload with it
pub unsafe fn request_paired() {
    let r = boxed_request(8);
    (*r).payload = xmalloc(8);
    request_release(r);
}

// expect: double_free -- payload freed, then the request's release frees it again
pub unsafe fn request_payload_twice() {
    let r = boxed_request(8);
    (*r).payload = xmalloc(8);
    xfree((*r).payload);
    request_release(r);
}

// expect: clean -- payload freed and cleared first
pub unsafe fn request_payload_cleared() {
    let r = boxed_request(8);
    (*r).payload = xmalloc(8);
    xfree(mem::replace(&mut (*r).payload, ptr::null_mut()));
    request_release(r);
}

// expect: leaked_alloc -- the box is taken back plainly, the payload it held is lost
pub unsafe fn request_payload_lost() -> usize {
    let r = boxed_request(8);
    (*r).payload = xmalloc(8);
    let r = Box::from_raw(r);
    r.len
}

// expect: clean -- by value to C, which may keep the payload
pub unsafe fn submitted_by_value(data: &[u8]) -> c_int {
    let payload = xmalloc(data.len());
    ptr::copy_nonoverlapping(data.as_ptr(), payload, data.len());
    driver_submit(Request {
        payload,
        len: data.len(),
    })
}

// expect: clean -- probe looks, the payload is released after
pub unsafe fn probed_and_released(n: usize) -> c_int {
    let req = Request {
        payload: xmalloc(n),
        len: n,
    };
    let rc = driver_probe(&req);
    xfree(req.payload);
    rc
}

// expect: mismatched_dealloc -- a vec's buffer goes out as a Request and back through xfree
pub mod request_from_vec_bad {
    use super::*;
    fn pack(mut data: Vec<u8>) -> Request {
        data.shrink_to_fit();
        let req = Request {
            payload: data.as_mut_ptr(),
            len: data.len(),
        };
        mem::forget(data);
        req
    }
    unsafe fn unpack(req: Request) {
        xfree(req.payload);
    }
    pub unsafe fn run(data: Vec<u8>) {
        unpack(pack(data));
    }
}

// expect: clean -- a boxed slice goes out as a Request and back
pub mod request_from_slice_good {
    use super::*;
    fn pack(data: Vec<u8>) -> Request {
        let data = data.into_boxed_slice();
        let len = data.len();
        Request {
            payload: Box::into_raw(data) as *mut u8,
            len,
        }
    }
    unsafe fn unpack(req: Request) -> Box<[u8]> {
        Box::from_raw(ptr::slice_from_raw_parts_mut(req.payload, req.len))
    }
    pub unsafe fn run(data: Vec<u8>) -> usize {
        unpack(pack(data)).len()
    }
}
