//! Trait objects thin and fat, generics, unions, repr(C) structs with pointer and length.

// expect: mismatched_layout -- the fat box is taken back by its thin pointer
pub mod dyn_through_void {
    use libc::c_void;

    pub trait Sink {
        fn write(&mut self, bytes: &[u8]) -> usize;
    }

    pub struct File {
        pub buf: Vec<u8>,
        pub path: String,
    }

    impl Sink for File {
        fn write(&mut self, bytes: &[u8]) -> usize {
            self.buf.extend_from_slice(bytes);
            bytes.len()
        }
    }

    pub fn open(path: &str) -> *mut c_void {
        let file = Box::new(File { buf: Vec::new(), path: path.to_owned() });
        Box::into_raw(file) as *mut c_void
    }

    pub unsafe fn close(p: *mut c_void) {
        drop(Box::from_raw(p as *mut Box<dyn Sink>));
    }

    pub unsafe fn touch(path: &str) {
        close(open(path));
    }
}

// expect: clean -- the fat box is boxed once more, and both come back
pub mod dyn_double_boxed {
    use libc::c_void;

    pub trait Sink {
        fn write(&mut self, bytes: &[u8]) -> usize;
    }

    pub fn into_opaque(sink: Box<dyn Sink>) -> *mut c_void {
        Box::into_raw(Box::new(sink)) as *mut c_void
    }

    pub unsafe fn write(p: *mut c_void, bytes: &[u8]) -> usize {
        (*(p as *mut Box<dyn Sink>)).write(bytes)
    }

    pub unsafe fn close(p: *mut c_void) {
        drop(Box::from_raw(p as *mut Box<dyn Sink>));
    }

    pub unsafe fn once(sink: Box<dyn Sink>, bytes: &[u8]) -> usize {
        let p = into_opaque(sink);
        let n = write(p, bytes);
        close(p);
        n
    }
}

// expect: clean -- one cast to dyn keeps the box
pub mod dyn_upcast {
    pub trait Shape {
        fn area(&self) -> f64;
    }

    struct Disc(f64);

    impl Shape for Disc {
        fn area(&self) -> f64 {
            3.14 * self.0 * self.0
        }
    }

    pub fn area(r: f64) -> f64 {
        let raw: *mut Disc = Box::into_raw(Box::new(Disc(r)));
        let shape: *mut dyn Shape = raw;
        let a = unsafe { (*shape).area() };
        drop(unsafe { Box::from_raw(shape) });
        a
    }
}

// expect: mismatched_layout -- a generic drop instantiated for another type
pub mod generic_drop_other_type {
    use libc::c_void;

    pub struct Opaque {
        data: *mut c_void,
        drop: unsafe fn(*mut c_void),
    }

    unsafe fn drop_as<T>(p: *mut c_void) {
        drop(Box::from_raw(p as *mut T));
    }

    pub fn demo(key: u8, payload: [u64; 8]) -> u64 {
        let boxed = Box::into_raw(Box::new(payload));
        let first = unsafe { (*boxed)[0] };
        let _ = key;
        unsafe { drop_as::<u8>(boxed.cast()) };
        first
    }

    impl Drop for Opaque {
        fn drop(&mut self) {
            unsafe { (self.drop)(self.data) }
        }
    }
}

// expect: clean -- type erasure with the right function stored beside the pointer
pub mod generic_drop_stored {
    use libc::c_void;

    pub struct Opaque {
        data: *mut c_void,
        drop: unsafe fn(*mut c_void),
    }

    unsafe fn drop_as<T>(p: *mut c_void) {
        drop(Box::from_raw(p as *mut T));
    }

    impl Opaque {
        pub fn new<T: 'static>(v: T) -> Opaque {
            Opaque { data: Box::into_raw(Box::new(v)).cast(), drop: drop_as::<T> }
        }
    }

    impl Drop for Opaque {
        fn drop(&mut self) {
            unsafe { (self.drop)(self.data) }
        }
    }
}

// expect: mismatched_layout -- a Box<T> released as Box<c_void> by a generic handle
pub mod handle_erased_release {
    use std::ffi::c_void;
    use std::marker::PhantomData;

    pub struct Handle<T> {
        raw: *mut c_void,
        _t: PhantomData<T>,
    }

    pub struct Scene {
        pub nodes: Vec<u32>,
        pub camera: [f32; 16],
    }

    impl Handle<Scene> {
        pub fn new(scene: Scene) -> Self {
            Handle { raw: Box::into_raw(Box::new(scene)) as *mut c_void, _t: PhantomData }
        }

        pub fn get(&self) -> &Scene {
            unsafe { &*(self.raw as *const Scene) }
        }
    }

    impl<T> Drop for Handle<T> {
        fn drop(&mut self) {
            unsafe { drop(Box::from_raw(self.raw)) }
        }
    }
}

// expect: clean -- the handle casts back to T in Drop
pub mod handle_typed_release {
    use std::ffi::c_void;
    use std::marker::PhantomData;

    pub struct Handle<T> {
        raw: *mut c_void,
        _t: PhantomData<T>,
    }

    impl<T> Handle<T> {
        pub fn new(v: T) -> Self {
            Handle { raw: Box::into_raw(Box::new(v)) as *mut c_void, _t: PhantomData }
        }

        pub fn get(&self) -> &T {
            unsafe { &*(self.raw as *const T) }
        }

        pub fn into_inner(self) -> T {
            let this = std::mem::ManuallyDrop::new(self);
            *unsafe { Box::from_raw(this.raw as *mut T) }
        }
    }

    impl<T> Drop for Handle<T> {
        fn drop(&mut self) {
            unsafe { drop(Box::from_raw(self.raw as *mut T)) }
        }
    }
}

// expect: clean -- a union of inline and heap storage with a tag
pub mod small_string {
    use std::mem::ManuallyDrop;

    union Repr {
        inline: [u8; 24],
        heap: ManuallyDrop<String>,
    }

    pub struct SmallString {
        len: u8,
        repr: Repr,
    }

    const HEAP: u8 = 0xff;

    impl SmallString {
        pub fn new(s: &str) -> SmallString {
            if s.len() <= 24 {
                let mut inline = [0; 24];
                inline[..s.len()].copy_from_slice(s.as_bytes());
                SmallString { len: s.len() as u8, repr: Repr { inline } }
            } else {
                SmallString { len: HEAP, repr: Repr { heap: ManuallyDrop::new(s.to_owned()) } }
            }
        }

        pub fn as_str(&self) -> &str {
            unsafe {
                if self.len == HEAP {
                    &self.repr.heap
                } else {
                    std::str::from_utf8_unchecked(&self.repr.inline[..self.len as usize])
                }
            }
        }
    }

    impl Drop for SmallString {
        fn drop(&mut self) {
            if self.len == HEAP {
                unsafe { ManuallyDrop::drop(&mut self.repr.heap) }
            }
        }
    }
}

// expect: owner_without_drop -- the union's heap arm is never dropped
pub mod value_union {
    use std::ffi::CString;
    use std::os::raw::c_char;

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub union Payload {
        pub number: i64,
        pub text: *mut c_char,
    }

    pub struct Value {
        tag: u32,
        payload: Payload,
    }

    impl Value {
        pub fn text(s: &str) -> Option<Value> {
            let c = CString::new(s).ok()?;
            Some(Value { tag: 2, payload: Payload { text: c.into_raw() } })
        }

        pub fn number(n: i64) -> Value {
            Value { tag: 1, payload: Payload { number: n } }
        }

        pub fn tag(&self) -> u32 {
            self.tag
        }
    }
}

// expect: clean -- the variant owns its text and Drop looks at the tag
pub mod value_union_dropped {
    use std::ffi::CString;
    use std::os::raw::c_char;

    #[repr(C)]
    pub union Payload {
        pub number: i64,
        pub text: *mut c_char,
    }

    #[repr(C)]
    pub struct Value {
        tag: u32,
        payload: Payload,
    }

    impl Value {
        pub fn text(s: &str) -> Option<Value> {
            let c = CString::new(s).ok()?;
            Some(Value { tag: 2, payload: Payload { text: c.into_raw() } })
        }

        pub fn number(n: i64) -> Value {
            Value { tag: 1, payload: Payload { number: n } }
        }
    }

    impl Drop for Value {
        fn drop(&mut self) {
            match self.tag {
                2 => unsafe { drop(CString::from_raw(self.payload.text)) },
                _ => {}
            }
        }
    }
}
