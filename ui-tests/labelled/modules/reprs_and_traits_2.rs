//! Trait objects thin and fat, generics, unions, repr(C) structs with pointer and length.

// expect: mismatched_dealloc -- the text arm is a CString, the release takes a Box<str>-like slice
pub mod value_enum_wrong_release {
    use std::ffi::CString;
    use std::os::raw::c_char;

    pub enum Value {
        Null,
        Text { ptr: *mut c_char, len: usize },
    }

    impl Value {
        pub fn text(s: &str) -> Value {
            match CString::new(s) {
                Ok(c) => {
                    let len = c.as_bytes().len();
                    Value::Text { ptr: c.into_raw(), len }
                }
                Err(_) => Value::Null,
            }
        }
    }

    impl Drop for Value {
        fn drop(&mut self) {
            if let Value::Text { ptr, len } = *self {
                unsafe { drop(Vec::from_raw_parts(ptr as *mut u8, len, len + 1)) }
            }
        }
    }
}

// expect: mismatched_layout -- the repr(C) buffer keeps len only and Drop guesses the capacity
pub mod repr_c_buffer_guess {
    use std::mem::ManuallyDrop;

    #[repr(C)]
    pub struct ByteBuffer {
        len: i64,
        data: *mut u8,
    }

    impl ByteBuffer {
        pub fn with_reserve(bytes: &[u8]) -> ByteBuffer {
            let mut v = Vec::with_capacity(bytes.len() + 32);
            v.extend_from_slice(bytes);
            let mut v = ManuallyDrop::new(v);
            ByteBuffer { len: v.len() as i64, data: v.as_mut_ptr() }
        }

        pub fn destroy(self) {
            let len = self.len as usize;
            drop(unsafe { Vec::from_raw_parts(self.data, len, len) });
        }
    }

    pub fn length(bytes: &[u8]) -> i64 {
        let b = ByteBuffer::with_reserve(bytes);
        let n = b.len;
        b.destroy();
        n
    }
}

// expect: clean -- ptr, len, cap all kept
pub mod repr_c_buffer_full {
    use std::mem::ManuallyDrop;

    #[repr(C)]
    pub struct ByteBuffer {
        data: *mut u8,
        len: usize,
        cap: usize,
    }

    impl ByteBuffer {
        pub fn from_vec(v: Vec<u8>) -> ByteBuffer {
            let mut v = ManuallyDrop::new(v);
            ByteBuffer { data: v.as_mut_ptr(), len: v.len(), cap: v.capacity() }
        }

        pub fn into_vec(self) -> Vec<u8> {
            if self.data.is_null() {
                return Vec::new();
            }
            unsafe { Vec::from_raw_parts(self.data, self.len, self.cap) }
        }

        pub fn destroy(self) {
            drop(self.into_vec());
        }
    }

    pub fn length(bytes: &[u8]) -> usize {
        let b = ByteBuffer::from_vec(bytes.to_vec());
        let n = b.len;
        b.destroy();
        n
    }
}

// expect: leaked_raw -- the outer struct is freed, the strings inside are only pointers
pub mod nested_strings {
    use std::ffi::CString;
    use std::os::raw::c_char;

    #[repr(C)]
    pub struct Person {
        pub name: *mut c_char,
        pub age: u32,
    }

    pub fn roundtrip(name: &str, age: u32) -> Option<u32> {
        let name = CString::new(name).ok()?;
        let p = Box::into_raw(Box::new(Person { name: name.into_raw(), age }));
        let age = unsafe { (*p).age };
        drop(unsafe { Box::from_raw(p) });
        Some(age)
    }
}

// expect: clean -- inner strings first
pub mod nested_strings_freed {
    use std::ffi::CString;
    use std::os::raw::c_char;

    #[repr(C)]
    pub struct Person {
        pub name: *mut c_char,
        pub email: *mut c_char,
    }

    unsafe fn free_person(p: *mut Person) {
        if p.is_null() {
            return;
        }
        let person = Box::from_raw(p);
        for s in [person.name, person.email] {
            if !s.is_null() {
                drop(CString::from_raw(s));
            }
        }
    }

    pub fn roundtrip(name: &str) -> Option<()> {
        let name = CString::new(name).ok()?;
        let p = Box::into_raw(Box::new(Person { name: name.into_raw(), email: std::ptr::null_mut() }));
        unsafe { free_person(p) };
        Some(())
    }
}

// expect: mismatched_layout -- an opaque zero-sized type stands for the real one
pub mod opaque_handle_release {
    #[repr(C)]
    pub struct engine_t {
        _private: [u8; 0],
    }

    struct Engine {
        rules: Vec<String>,
        counter: u64,
    }

    pub fn engine_new() -> *mut engine_t {
        Box::into_raw(Box::new(Engine { rules: vec![], counter: 0 })) as *mut engine_t
    }

    pub unsafe fn engine_count(e: *mut engine_t) -> u64 {
        let e = &mut *(e as *mut Engine);
        e.counter += 1;
        e.counter + e.rules.len() as u64
    }

    pub unsafe fn engine_free(e: *mut engine_t) {
        if !e.is_null() {
            drop(Box::from_raw(e));
        }
    }

    pub fn demo() -> u64 {
        let e = engine_new();
        unsafe {
            let n = engine_count(e);
            engine_free(e);
            n
        }
    }
}

// expect: clean -- into_raw of a slice box, length kept, restored as a slice
pub mod boxed_slice_parts {
    #[repr(C)]
    pub struct FloatArray {
        data: *mut f32,
        len: usize,
    }

    impl FloatArray {
        pub fn new(v: Vec<f32>) -> FloatArray {
            let b = v.into_boxed_slice();
            let len = b.len();
            FloatArray { data: Box::into_raw(b).cast(), len }
        }
    }

    impl Drop for FloatArray {
        fn drop(&mut self) {
            let slice = std::ptr::slice_from_raw_parts_mut(self.data, self.len);
            unsafe { drop(Box::from_raw(slice)) }
        }
    }
}

// expect: mismatched_layout -- Drop restores one element of the boxed slice
pub mod boxed_slice_first {
    #[repr(C)]
    pub struct FloatArray {
        data: *mut f32,
        len: usize,
    }

    impl FloatArray {
        pub fn new(v: Vec<f32>) -> FloatArray {
            let b = v.into_boxed_slice();
            let len = b.len();
            FloatArray { data: Box::into_raw(b).cast(), len }
        }

        pub fn as_slice(&self) -> &[f32] {
            unsafe { std::slice::from_raw_parts(self.data, self.len) }
        }
    }

    impl Drop for FloatArray {
        fn drop(&mut self) {
            unsafe { drop(Box::from_raw(self.data)) }
        }
    }
}

// expect: clean -- MaybeUninit box initialised in two phases
pub mod two_phase_box {
    use std::mem::MaybeUninit;

    pub struct Big {
        pub table: [u32; 1024],
    }

    pub fn make(seed: u32) -> Box<Big> {
        let raw = Box::into_raw(Box::new(MaybeUninit::<Big>::uninit()));
        unsafe {
            let table = std::ptr::addr_of_mut!((*raw.cast::<Big>()).table).cast::<u32>();
            for i in 0..1024u32 {
                table.add(i as usize).write(seed.wrapping_mul(i));
            }
            Box::from_raw(raw.cast::<Big>())
        }
    }
}

// expect: mismatched_dealloc -- a generic container instantiated with Rc gives its pointer to Arc
pub mod rc_to_arc {
    use std::rc::Rc;
    use std::sync::Arc;

    pub struct Shared {
        pub data: Vec<u8>,
    }

    pub fn to_arc(rc: Rc<Shared>) -> Result<Arc<Shared>, Rc<Shared>> {
        if Rc::strong_count(&rc) != 1 {
            return Err(rc);
        }
        let raw = Rc::into_raw(rc);
        Ok(unsafe { Arc::from_raw(raw) })
    }
}
