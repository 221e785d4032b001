//! Second owners, borrowed memory released, missing tests and missing Drops.
#![allow(non_camel_case_types)]

pub mod raw {
    use libc::{c_char, c_int, c_void, size_t};
    pub enum model_t {}
    pub enum tensor_t {}
    extern "C" {
        pub fn model_load(path: *const c_char) -> *mut model_t;
        pub fn model_free(m: *mut model_t);
        pub fn model_name(m: *const model_t) -> *const c_char;
        pub fn model_run(m: *mut model_t, x: *const f32, n: size_t) -> c_int;
        pub fn tensor_new(n: size_t) -> *mut tensor_t;
        pub fn tensor_free(t: *mut tensor_t);
        pub fn tensor_data(t: *mut tensor_t) -> *mut f32;
        pub fn read_message(out: *mut c_void, n: size_t) -> c_int;
    }
}

// expect: aliased_owner -- as_mut_ptr of a String and a second String over it
pub mod string_alias {
    pub fn shout(text: &str) -> usize {
        let mut owned = text.to_uppercase();
        let p = owned.as_mut_ptr();
        let view = unsafe { String::from_raw_parts(p, owned.len(), owned.capacity()) };
        let n = view.matches('A').count();
        n + owned.len()
    }
}

// expect: clean -- the same view is forgotten before it can drop
pub mod string_alias_forgotten {
    pub fn shout(text: &str) -> usize {
        let mut owned = text.to_uppercase();
        let p = owned.as_mut_ptr();
        let view = unsafe { String::from_raw_parts(p, owned.len(), owned.capacity()) };
        let n = view.bytes().filter(|b| *b == b'A').count();
        std::mem::forget(view);
        n + owned.len()
    }
}

// expect: aliased_owner -- a method makes an Arc of its own &self
pub mod arc_from_self {
    use std::sync::Arc;

    pub struct Node {
        pub id: u32,
        pub tags: Vec<String>,
    }

    pub fn spawn_reader(node: &Arc<Node>) -> usize {
        let raw: *const Node = Arc::as_ptr(node);
        let again = unsafe { Arc::from_raw(raw) };
        let n = again.tags.len();
        drop(again);
        n
    }
}

// expect: clean -- counted up before
pub mod arc_from_self_counted {
    use std::sync::Arc;

    pub struct Node {
        pub id: u32,
        pub tags: Vec<String>,
    }

    pub fn spawn_reader(node: &Arc<Node>) -> usize {
        let raw: *const Node = Arc::as_ptr(node);
        let again = unsafe {
            Arc::increment_strong_count(raw);
            Arc::from_raw(raw)
        };
        let n = again.tags.len();
        drop(again);
        n
    }
}

// expect: aliased_owner -- a field is read out of a struct that is dropped afterwards
pub mod field_read_out {
    use std::ptr;

    pub struct Request {
        pub url: String,
        pub body: Vec<u8>,
    }

    pub fn into_body(req: Request) -> Vec<u8> {
        let body = unsafe { ptr::read(&req.body) };
        println!("{}", req.url);
        body
    }
}

// expect: clean -- the struct is in ManuallyDrop, and each field is read out once
pub mod fields_read_out {
    use std::mem::ManuallyDrop;
    use std::ptr;

    pub struct Request {
        pub url: String,
        pub body: Vec<u8>,
    }

    impl Drop for Request {
        fn drop(&mut self) {
            println!("dropped {}", self.url);
        }
    }

    pub fn into_parts(req: Request) -> (String, Vec<u8>) {
        let req = ManuallyDrop::new(req);
        unsafe { (ptr::read(&req.url), ptr::read(&req.body)) }
    }
}

// expect: aliased_owner -- Box::from_raw of a pointer into a Vec of boxes
pub mod box_out_of_vec {
    pub struct Sprite {
        pub frames: Vec<u8>,
    }

    pub fn first(sprites: Vec<Box<Sprite>>) -> usize {
        let p = &*sprites[0] as *const Sprite as *mut Sprite;
        let own = unsafe { Box::from_raw(p) };
        own.frames.len()
    }
}

// expect: clean -- into_raw on the element that was removed
pub mod box_removed_from_vec {
    pub struct Sprite {
        pub frames: Vec<u8>,
    }

    pub fn first(mut sprites: Vec<Box<Sprite>>) -> usize {
        if sprites.is_empty() {
            return 0;
        }
        let p = Box::into_raw(sprites.swap_remove(0));
        let own = unsafe { Box::from_raw(p) };
        own.frames.len()
    }
}

// expect: aliased_owner -- two CStrings of one into_raw
pub mod cstring_twice {
    use std::ffi::CString;

    pub fn pair(text: &str) -> Option<(CString, usize)> {
        let p = CString::new(text).ok()?.into_raw();
        let a = unsafe { CString::from_raw(p) };
        let b = unsafe { CString::from_raw(p) };
        Some((a, b.as_bytes().len()))
    }
}

// expect: free_nonheap -- a slice's pointer to free
pub mod slice_freed {
    pub fn send(bytes: &mut [u8]) -> i32 {
        unsafe {
            let p = bytes.as_mut_ptr();
            let rc = super::raw::read_message(p.cast(), bytes.len());
            if rc < 0 {
                libc::free(p.cast());
            }
            rc
        }
    }
}

// expect: free_nonheap -- a str literal's pointer becomes a CString
pub mod literal_cstring {
    use std::ffi::CString;
    use std::os::raw::c_char;

    pub fn default_locale(custom: Option<&str>) -> CString {
        let p: *mut c_char = match custom {
            Some(s) => CString::new(s).unwrap_or_default().into_raw(),
            None => c"C.UTF-8".as_ptr() as *mut c_char,
        };
        unsafe { CString::from_raw(p) }
    }
}

// expect: clean -- both arms own
pub mod owned_cstring {
    use std::ffi::CString;
    use std::os::raw::c_char;

    pub fn default_locale(custom: Option<&str>) -> CString {
        let p: *mut c_char = match custom {
            Some(s) => CString::new(s).unwrap_or_default().into_raw(),
            None => c"C.UTF-8".to_owned().into_raw(),
        };
        unsafe { CString::from_raw(p) }
    }
}

// expect: free_nonheap -- a stack array for small sizes is freed with the heap ones
pub mod small_stack_freed {
    pub fn sum(values: &[u32]) -> u32 {
        let mut small = [0u32; 8];
        unsafe {
            let buf = if values.len() <= 8 {
                small.as_mut_ptr()
            } else {
                let p = libc::malloc(values.len() * 4) as *mut u32;
                if p.is_null() {
                    return 0;
                }
                p
            };
            std::ptr::copy_nonoverlapping(values.as_ptr(), buf, values.len());
            let total = (0..values.len()).map(|i| *buf.add(i)).sum();
            libc::free(buf.cast());
            total
        }
    }
}

// expect: clean -- free only on the branch that allocated
pub mod small_stack_kept {
    pub fn sum(values: &[u32]) -> u32 {
        let mut small = [0u32; 8];
        let on_heap = values.len() > 8;
        unsafe {
            let buf = if !on_heap {
                small.as_mut_ptr()
            } else {
                let p = libc::malloc(values.len() * 4) as *mut u32;
                if p.is_null() {
                    return 0;
                }
                p
            };
            std::ptr::copy_nonoverlapping(values.as_ptr(), buf, values.len());
            let total = (0..values.len()).map(|i| *buf.add(i)).sum();
            if on_heap {
                libc::free(buf.cast());
            }
            total
        }
    }
}

// expect: free_nonheap -- NonNull::dangling stands for the empty buffer and is freed
pub mod dangling_freed {
    use std::ptr::NonNull;

    pub struct Bytes {
        ptr: NonNull<u8>,
        len: usize,
    }

    pub fn drop_empty() -> usize {
        let b = Bytes { ptr: NonNull::dangling(), len: 0 };
        unsafe { libc::free(b.ptr.as_ptr().cast()) };
        b.len
    }
}

// expect: clean -- an empty buffer is not freed
pub mod dangling_kept {
    use std::ptr::NonNull;

    pub struct Bytes {
        ptr: NonNull<u8>,
        len: usize,
    }

    impl Bytes {
        pub fn copy_of(data: &[u8]) -> Option<Bytes> {
            if data.is_empty() {
                return Some(Bytes { ptr: NonNull::dangling(), len: 0 });
            }
            let ptr = NonNull::new(unsafe { libc::malloc(data.len()) } as *mut u8)?;
            unsafe { std::ptr::copy_nonoverlapping(data.as_ptr(), ptr.as_ptr(), data.len()) };
            Some(Bytes { ptr, len: data.len() })
        }
    }

    impl Drop for Bytes {
        fn drop(&mut self) {
            if self.len != 0 {
                unsafe { libc::free(self.ptr.as_ptr().cast()) };
            }
        }
    }
}

// expect: free_nonheap -- getenv's text is the environment's
pub mod getenv_freed {
    use std::ffi::CStr;

    pub fn home() -> Option<String> {
        unsafe {
            let p = libc::getenv(c"HOME".as_ptr());
            if p.is_null() {
                return None;
            }
            let s = CStr::from_ptr(p).to_string_lossy().into_owned();
            libc::free(p.cast());
            Some(s)
        }
    }
}

// expect: free_nonheap -- the address of a field of self is boxed
pub mod field_boxed {
    pub struct Player {
        name: String,
        pos: [f32; 3],
    }

    impl Player {
        pub fn take_pos(&mut self) -> [f32; 3] {
            let p: *mut [f32; 3] = &mut self.pos;
            let b = unsafe { Box::from_raw(p) };
            println!("{}", self.name);
            *b
        }
    }
}

// expect: unchecked_alloc -- the line buffer of malloc is written before anybody looks
pub mod fopen_unchecked {
    use std::ffi::CStr;

    pub unsafe fn first_line(path: &CStr) -> String {
        let file = libc::fopen(path.as_ptr(), c"r".as_ptr());
        let buf = libc::malloc(256) as *mut libc::c_char;
        *buf = 0;
        if !file.is_null() {
            libc::fgets(buf, 256, file);
            libc::fclose(file);
        }
        let s = CStr::from_ptr(buf).to_string_lossy().into_owned();
        libc::free(buf.cast());
        s
    }
}

// expect: unchecked_alloc -- strdup's result is written through before the test
pub mod strdup_indexed {
    use std::ffi::CStr;

    pub unsafe fn capitalised(text: &CStr) -> Option<String> {
        let copy = libc::strdup(text.as_ptr());
        *copy = (*copy as u8).to_ascii_uppercase() as libc::c_char;
        if copy.is_null() {
            return None;
        }
        let s = CStr::from_ptr(copy).to_string_lossy().into_owned();
        libc::free(copy.cast());
        Some(s)
    }
}

// expect: clean -- tested before, no unchecked_alloc
pub mod strdup_tested {
    use std::ffi::CStr;

    pub unsafe fn capitalised(text: &CStr) -> Option<String> {
        let copy = libc::strdup(text.as_ptr());
        let first = copy.as_mut()?;
        *first = (*first as u8).to_ascii_uppercase() as libc::c_char;
        let s = CStr::from_ptr(copy).to_string_lossy().into_owned();
        libc::free(copy.cast());
        Some(s)
    }
}

// expect: unchecked_alloc -- Box::from_raw on alloc's result without a test
pub mod alloc_boxed_unchecked {
    use std::alloc::{alloc, Layout};

    pub struct Table {
        pub cells: [u64; 512],
    }

    pub fn boxed() -> Box<Table> {
        unsafe {
            let p = alloc(Layout::new::<Table>()) as *mut Table;
            for i in 0..512 {
                std::ptr::addr_of_mut!((*p).cells[i]).write(i as u64);
            }
            Box::from_raw(p)
        }
    }
}
