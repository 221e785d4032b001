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

// expect: clean -- handle_alloc_error on null, no unchecked_alloc
pub mod alloc_boxed_checked {
    use std::alloc::{alloc_zeroed, handle_alloc_error, Layout};

    pub struct Table {
        pub cells: [u64; 512],
    }

    pub fn boxed() -> Box<Table> {
        let layout = Layout::new::<Table>();
        unsafe {
            let p = alloc_zeroed(layout) as *mut Table;
            if p.is_null() {
                handle_alloc_error(layout);
            }
            (*p).cells[0] = 1;
            Box::from_raw(p)
        }
    }
}

// expect: unchecked_alloc -- one of two is tested
pub mod two_one_tested {
    pub unsafe fn transpose(m: &[f32], n: usize) -> f32 {
        let a = libc::malloc(n * n * 4) as *mut f32;
        let b = libc::malloc(n * n * 4) as *mut f32;
        if a.is_null() {
            libc::free(b.cast());
            return 0.0;
        }
        std::ptr::copy_nonoverlapping(m.as_ptr(), a, n * n);
        for i in 0..n {
            for j in 0..n {
                *b.add(j * n + i) = *a.add(i * n + j);
            }
        }
        let corner = *b.add(n * n - 1);
        libc::free(a.cast());
        libc::free(b.cast());
        corner
    }
}

// expect: owner_without_drop -- the model is loaded, run and never freed
pub mod model_owner {
    use super::raw;
    use std::ffi::CString;

    pub struct Model {
        raw: *mut raw::model_t,
    }

    impl Model {
        pub fn load(path: &str) -> Option<Model> {
            let path = CString::new(path).ok()?;
            let raw = unsafe { raw::model_load(path.as_ptr()) };
            if raw.is_null() {
                return None;
            }
            Some(Model { raw })
        }

        pub fn run(&mut self, x: &[f32]) -> i32 {
            unsafe { raw::model_run(self.raw, x.as_ptr(), x.len()) }
        }
    }
}

// expect: clean -- no Drop, but a method that releases: the user calls close
pub mod model_closed_by_hand {
    use super::raw;
    use std::ffi::CString;

    pub struct Model {
        raw: *mut raw::model_t,
    }

    impl Model {
        pub fn load(path: &str) -> Option<Model> {
            let path = CString::new(path).ok()?;
            let raw = unsafe { raw::model_load(path.as_ptr()) };
            if raw.is_null() { None } else { Some(Model { raw }) }
        }

        pub fn close(self) {
            unsafe { raw::model_free(self.raw) }
        }
    }
}

// expect: owner_without_drop -- Drop frees the model, its label stays
pub mod model_label {
    use super::raw;
    use std::ffi::CString;
    use std::os::raw::c_char;

    pub struct Model {
        raw: *mut raw::model_t,
        label: *mut c_char,
    }

    impl Model {
        pub fn load(path: &str, label: &str) -> Option<Model> {
            let path = CString::new(path).ok()?;
            let label = CString::new(label).ok()?;
            let raw = unsafe { raw::model_load(path.as_ptr()) };
            if raw.is_null() {
                return None;
            }
            Some(Model { raw, label: label.into_raw() })
        }

        pub fn label(&self) -> *const c_char {
            self.label
        }
    }

    impl Drop for Model {
        fn drop(&mut self) {
            unsafe { raw::model_free(self.raw) }
        }
    }
}

// expect: owner_without_drop -- malloc'ed scratch space of a codec
pub mod codec_scratch {
    pub struct Codec {
        scratch: *mut u8,
        level: u8,
    }

    impl Codec {
        pub fn new(level: u8) -> Result<Codec, &'static str> {
            let scratch = unsafe { libc::malloc(1 << 16) } as *mut u8;
            if scratch.is_null() {
                return Err("memory");
            }
            Ok(Codec { scratch, level })
        }

        pub fn encode(&mut self, input: &[u8]) -> usize {
            let n = input.len().min(1 << 16);
            unsafe { std::ptr::copy_nonoverlapping(input.as_ptr(), self.scratch, n) };
            n / (self.level as usize + 1)
        }
    }
}

// expect: clean -- the name is the model's and is not owned by the view
pub mod borrowed_view {
    use super::raw;
    use std::ffi::CStr;
    use std::marker::PhantomData;
    use std::os::raw::c_char;

    pub struct Name<'a> {
        p: *const c_char,
        _m: PhantomData<&'a raw::model_t>,
    }

    impl<'a> Name<'a> {
        pub unsafe fn of(m: &'a raw::model_t) -> Name<'a> {
            Name { p: raw::model_name(m), _m: PhantomData }
        }

        pub fn text(&self) -> String {
            unsafe { CStr::from_ptr(self.p) }.to_string_lossy().into_owned()
        }
    }
}

// expect: owner_without_drop -- NonNull of a leaked box in a handle type
pub mod nonnull_handle {
    use std::ptr::NonNull;

    struct Inner {
        queue: Vec<u64>,
        closed: bool,
    }

    pub struct Queue {
        inner: NonNull<Inner>,
    }

    impl Queue {
        pub fn new() -> Queue {
            let inner = Box::new(Inner { queue: Vec::new(), closed: false });
            Queue { inner: unsafe { NonNull::new_unchecked(Box::into_raw(inner)) } }
        }

        pub fn push(&mut self, v: u64) -> bool {
            let inner = unsafe { self.inner.as_mut() };
            if inner.closed {
                return false;
            }
            inner.queue.push(v);
            true
        }

        pub fn close(&mut self) {
            unsafe { self.inner.as_mut().closed = true };
        }
    }
}

// expect: clean -- Drop of the outer type is a field's Drop
pub mod inner_owner {
    use super::raw;

    struct TensorPtr(*mut raw::tensor_t);

    impl Drop for TensorPtr {
        fn drop(&mut self) {
            unsafe { raw::tensor_free(self.0) }
        }
    }

    pub struct Tensor {
        ptr: TensorPtr,
        len: usize,
    }

    impl Tensor {
        pub fn zeroed(len: usize) -> Option<Tensor> {
            let p = unsafe { raw::tensor_new(len) };
            if p.is_null() {
                return None;
            }
            let t = Tensor { ptr: TensorPtr(p), len };
            unsafe { std::ptr::write_bytes(raw::tensor_data(t.ptr.0), 0, t.len) };
            Some(t)
        }
    }
}

// expect: leaked_on_unwind -- an index may be out of range while the tensor is bare
pub mod tensor_index {
    use super::raw;

    pub unsafe fn pick(values: &[f32], order: &[usize]) -> f32 {
        let t = raw::tensor_new(order.len());
        if t.is_null() {
            return 0.0;
        }
        let data = raw::tensor_data(t);
        for (i, &k) in order.iter().enumerate() {
            *data.add(i) = check(values, k);
        }
        let first = *data;
        raw::tensor_free(t);
        first
    }

    fn check(values: &[f32], k: usize) -> f32 {
        values.get(k).copied().expect("index")
    }
}

// expect: leaked_on_unwind -- ManuallyDrop of a vector while Clone runs
pub mod clone_while_apart {
    use std::mem::ManuallyDrop;

    pub fn duplicate<T: Clone>(v: Vec<T>, extra: &mut Vec<T>) -> Vec<T> {
        let mut v = ManuallyDrop::new(v);
        let (p, len, cap) = (v.as_mut_ptr(), v.len(), v.capacity());
        for i in 0..len {
            extra.push(unsafe { (*p.add(i)).clone() });
        }
        unsafe { Vec::from_raw_parts(p, len, cap) }
    }
}

// expect: clean -- clone first, take apart after, no leaked_on_unwind
pub mod clone_before_apart {
    use std::mem::ManuallyDrop;

    pub fn reinterpret(v: Vec<u32>, extra: &mut Vec<u32>) -> Vec<i32> {
        extra.extend(v.iter().cloned());
        let mut v = ManuallyDrop::new(v);
        let (p, len, cap) = (v.as_mut_ptr(), v.len(), v.capacity());
        unsafe { Vec::from_raw_parts(p as *mut i32, len, cap) }
    }
}

// expect: mismatched_layout -- signed to unsigned of another width
pub mod widened_vec {
    use std::mem::ManuallyDrop;

    pub fn reinterpret(v: Vec<u32>) -> Vec<u64> {
        let mut v = ManuallyDrop::new(v);
        let (p, len, cap) = (v.as_mut_ptr(), v.len(), v.capacity());
        unsafe { Vec::from_raw_parts(p as *mut u64, len / 2, cap / 2) }
    }
}

// expect: mismatched_layout -- the box of a header is reclaimed as the box of the whole
pub mod header_as_whole {
    #[repr(C)]
    pub struct Header {
        pub kind: u32,
    }

    #[repr(C)]
    pub struct Packet {
        pub header: Header,
        pub body: [u8; 60],
    }

    pub fn parse(bytes: &[u8]) -> Option<Box<Packet>> {
        let kind = u32::from_le_bytes(bytes.get(..4)?.try_into().ok()?);
        let header = Box::into_raw(Box::new(Header { kind }));
        Some(unsafe { Box::from_raw(header as *mut Packet) })
    }
}

// expect: clean -- a Packet behind a pointer to its first member, cast back by its tag
pub mod base_pointer {
    #[repr(C)]
    pub struct Header {
        pub kind: u32,
    }

    #[repr(C)]
    pub struct Ping {
        header: Header,
        at: u64,
    }

    #[repr(C)]
    pub struct Data {
        header: Header,
        bytes: Vec<u8>,
    }

    pub fn ping(at: u64) -> *mut Header {
        Box::into_raw(Box::new(Ping { header: Header { kind: 1 }, at })).cast()
    }

    pub fn data(bytes: Vec<u8>) -> *mut Header {
        Box::into_raw(Box::new(Data { header: Header { kind: 2 }, bytes })).cast()
    }

    pub unsafe fn release(p: *mut Header) -> usize {
        match (*p).kind {
            1 => Box::from_raw(p.cast::<Ping>()).at as usize,
            _ => Box::from_raw(p.cast::<Data>()).bytes.len(),
        }
    }

    pub unsafe fn demo() -> usize {
        release(ping(7)) + release(data(vec![1, 2]))
    }
}
