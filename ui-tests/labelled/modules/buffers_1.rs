//! Vectors, ring buffers and strings made by hand; parts of vectors taken apart and put together.

// expect: clean -- the vector of the book: grow by realloc, layouts from one function
pub mod raw_vec {
    use std::alloc::{alloc, dealloc, handle_alloc_error, realloc, Layout};
    use std::ptr::{self, NonNull};

    pub struct RawVec<T> {
        ptr: NonNull<T>,
        cap: usize,
        len: usize,
    }

    impl<T> RawVec<T> {
        pub fn new() -> Self {
            assert!(std::mem::size_of::<T>() != 0);
            RawVec { ptr: NonNull::dangling(), cap: 0, len: 0 }
        }

        fn grow(&mut self) {
            let new_cap = if self.cap == 0 { 4 } else { self.cap * 2 };
            let new_layout = Layout::array::<T>(new_cap).expect("too large");
            let p = unsafe {
                if self.cap == 0 {
                    alloc(new_layout)
                } else {
                    let old = Layout::array::<T>(self.cap).expect("too large");
                    realloc(self.ptr.as_ptr().cast(), old, new_layout.size())
                }
            };
            self.ptr = match NonNull::new(p.cast()) {
                Some(p) => p,
                None => handle_alloc_error(new_layout),
            };
            self.cap = new_cap;
        }

        pub fn push(&mut self, v: T) {
            if self.len == self.cap {
                self.grow();
            }
            unsafe { ptr::write(self.ptr.as_ptr().add(self.len), v) };
            self.len += 1;
        }
    }

    impl<T> Drop for RawVec<T> {
        fn drop(&mut self) {
            if self.cap == 0 {
                return;
            }
            unsafe {
                ptr::drop_in_place(ptr::slice_from_raw_parts_mut(self.ptr.as_ptr(), self.len));
                dealloc(self.ptr.as_ptr().cast(), Layout::array::<T>(self.cap).expect("too large"));
            }
        }
    }
}

// expect: mismatched_layout -- Drop frees by length what was allocated by capacity
pub mod ring_freed_by_len {
    use std::alloc::{alloc, dealloc, handle_alloc_error, Layout};

    pub struct Ring {
        buf: *mut u32,
        cap: usize,
    }

    impl Ring {
        pub fn with_capacity(cap: usize) -> Ring {
            assert!(cap > 0);
            let layout = Layout::array::<u32>(cap).unwrap();
            let buf = unsafe { alloc(layout) as *mut u32 };
            if buf.is_null() {
                handle_alloc_error(layout);
            }
            Ring { buf, cap }
        }
    }

    impl Drop for Ring {
        fn drop(&mut self) {
            unsafe { dealloc(self.buf.cast(), Layout::array::<u8>(self.cap).unwrap()) }
        }
    }
}

// expect: clean -- a ring buffer over a boxed slice taken apart and put together
pub mod ring_boxed_slice {
    use std::mem::MaybeUninit;
    use std::ptr;

    pub struct Ring<T> {
        buf: *mut MaybeUninit<T>,
        cap: usize,
        read: usize,
        write: usize,
    }

    impl<T> Ring<T> {
        pub fn new(cap: usize) -> Ring<T> {
            let slots: Box<[MaybeUninit<T>]> = (0..cap).map(|_| MaybeUninit::uninit()).collect();
            Ring { buf: Box::into_raw(slots).cast(), cap, read: 0, write: 0 }
        }

        pub fn push(&mut self, v: T) -> Result<(), T> {
            if self.write - self.read == self.cap {
                return Err(v);
            }
            unsafe { (*self.buf.add(self.write % self.cap)).write(v) };
            self.write += 1;
            Ok(())
        }

        pub fn pop(&mut self) -> Option<T> {
            if self.read == self.write {
                return None;
            }
            let v = unsafe { (*self.buf.add(self.read % self.cap)).assume_init_read() };
            self.read += 1;
            Some(v)
        }
    }

    impl<T> Drop for Ring<T> {
        fn drop(&mut self) {
            while self.pop().is_some() {}
            unsafe { drop(Box::from_raw(ptr::slice_from_raw_parts_mut(self.buf, self.cap))) };
        }
    }
}

// expect: mismatched_layout -- bytes become words, with the bytes' alignment
pub mod vec_bytes_to_words {
    use std::mem;

    pub fn read_words(file: &[u8]) -> Vec<u32> {
        let mut bytes: Vec<u8> = Vec::with_capacity(file.len() & !3);
        bytes.extend_from_slice(&file[..file.len() & !3]);
        let ptr = bytes.as_mut_ptr() as *mut u32;
        let len = bytes.len() / 4;
        let cap = bytes.capacity() / 4;
        mem::forget(bytes);
        unsafe { Vec::from_raw_parts(ptr, len, cap) }
    }
}

// expect: mismatched_layout -- transmuting a vector of pixels into a vector of bytes
pub mod vec_transmuted {
    use std::mem;

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct Rgba {
        pub r: u8,
        pub g: u8,
        pub b: u8,
        pub a: u8,
    }

    pub fn flatten(width: usize, height: usize, fill: Rgba) -> Vec<u8> {
        let pixels = vec![fill; width * height];
        let mut bytes: Vec<u8> = unsafe { mem::transmute::<Vec<Rgba>, Vec<u8>>(pixels) };
        unsafe { bytes.set_len(width * height) };
        bytes
    }
}

// expect: clean -- same size and alignment: the wrapper is transparent
pub mod vec_transparent {
    use std::mem::ManuallyDrop;

    #[repr(transparent)]
    pub struct Meters(pub f64);

    pub fn unwrap_all(v: Vec<Meters>) -> Vec<f64> {
        let mut v = ManuallyDrop::new(v);
        let (p, len, cap) = (v.as_mut_ptr(), v.len(), v.capacity());
        unsafe { Vec::from_raw_parts(p as *mut f64, len, cap) }
    }
}

// expect: mismatched_layout -- the capacity is forgotten: length stands for it
pub mod vec_len_for_cap {
    use std::mem;

    #[repr(C)]
    pub struct Buffer {
        pub data: *mut u8,
        pub len: usize,
    }

    pub fn encode(values: &[u16]) -> usize {
        let mut out = Vec::with_capacity(values.len() * 4 + 8);
        for v in values {
            out.extend_from_slice(&v.to_le_bytes());
        }
        let buf = Buffer { data: out.as_mut_ptr(), len: out.len() };
        mem::forget(out);
        let n = buf.len;
        release(buf);
        n
    }

    pub fn release(buf: Buffer) {
        unsafe { drop(Vec::from_raw_parts(buf.data, buf.len, buf.len)) };
    }
}

// expect: clean -- into_boxed_slice makes length and capacity one
pub mod vec_boxed_first {
    #[repr(C)]
    pub struct Buffer {
        pub data: *mut u8,
        pub len: usize,
    }

    pub fn encode(values: &[u16]) -> Buffer {
        let mut out = Vec::with_capacity(values.len() * 4 + 8);
        for v in values {
            out.extend_from_slice(&v.to_le_bytes());
        }
        let slice = out.into_boxed_slice();
        let len = slice.len();
        Buffer { data: Box::into_raw(slice) as *mut u8, len }
    }

    pub fn release(buf: Buffer) {
        unsafe { drop(Vec::from_raw_parts(buf.data, buf.len, buf.len)) };
    }

    pub fn roundtrip(values: &[u16]) {
        release(encode(values));
    }
}

// expect: maybe aliased_owner -- the original vector is still dropped; its element type is another too, so mismatched_layout is as true
pub mod vec_view_owned {
    pub fn checksum(samples: &[i16]) -> u32 {
        let mut copy = samples.to_vec();
        copy.sort_unstable();
        let bytes = unsafe { Vec::from_raw_parts(copy.as_mut_ptr() as *mut u8, copy.len() * 2, copy.capacity() * 2) };
        bytes.iter().map(|&b| b as u32).sum()
    }
}

// expect: clean -- a view by slice::from_raw_parts
pub mod vec_view_borrowed {
    pub fn checksum(samples: &[i16]) -> u32 {
        let mut copy = samples.to_vec();
        copy.sort_unstable();
        let bytes = unsafe { std::slice::from_raw_parts(copy.as_ptr() as *const u8, copy.len() * 2) };
        bytes.iter().map(|&b| b as u32).sum()
    }
}

// expect: aliased_owner -- split in halves that both own the one allocation
pub mod vec_split_in_two {
    use std::mem;

    pub fn split(mut v: Vec<u64>) -> u64 {
        let mid = v.len() / 2;
        let cap = v.capacity();
        let p = v.as_mut_ptr();
        mem::forget(v);
        let left = unsafe { Vec::from_raw_parts(p, mid, cap) };
        let right = unsafe { Vec::from_raw_parts(p, mid, cap) };
        left.iter().sum::<u64>() ^ right.iter().sum::<u64>()
    }
}

// expect: free_offset -- the tail's pointer is inside the allocation
pub mod vec_tail_owner {
    use std::mem::ManuallyDrop;

    pub fn strip_header(packet: Vec<u8>) -> Vec<u8> {
        const HEADER: usize = 12;
        assert!(packet.len() > HEADER);
        let mut packet = ManuallyDrop::new(packet);
        let (p, len, cap) = (packet.as_mut_ptr(), packet.len(), packet.capacity());
        unsafe { Vec::from_raw_parts(p.add(HEADER), len - HEADER, cap - HEADER) }
    }
}

// expect: use_after_free -- the vector is dropped at the end of the inner block
pub mod vec_dropped_pointer {
    pub fn parse(input: &str) -> u8 {
        let first;
        {
            let owned = input.as_bytes().to_vec();
            first = owned.as_ptr();
        }
        unsafe { *first }
    }
}

// expect: clean -- String from the parts it was taken apart into
pub mod string_parts {
    use std::mem::ManuallyDrop;

    #[repr(C)]
    pub struct RustString {
        ptr: *mut u8,
        len: usize,
        cap: usize,
    }

    impl From<String> for RustString {
        fn from(s: String) -> Self {
            let mut s = ManuallyDrop::new(s);
            RustString { ptr: s.as_mut_ptr(), len: s.len(), cap: s.capacity() }
        }
    }

    impl RustString {
        pub fn into_string(self) -> String {
            let this = ManuallyDrop::new(self);
            unsafe { String::from_raw_parts(this.ptr, this.len, this.cap) }
        }
    }

    impl Drop for RustString {
        fn drop(&mut self) {
            unsafe { drop(String::from_raw_parts(self.ptr, self.len, self.cap)) }
        }
    }
}
