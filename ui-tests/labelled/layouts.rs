//! Arithmetic on `Layout`, alignment, `realloc`, zero sizes, headers.

use std::alloc::{Layout, alloc, alloc_zeroed, dealloc, handle_alloc_error, realloc};
use std::mem::{align_of, size_of};
use std::ptr::{self, NonNull};

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Vec3 {
    x: f32,
    y: f32,
    z: f32,
}

#[repr(C, align(16))]
#[derive(Clone, Copy)]
pub struct Vec4 {
    v: [f32; 4],
}

// expect: mismatched_layout -- array layout released as one element
pub unsafe fn array_dealloc_as_element(n: usize) {
    assert!(n > 1);
    let l = Layout::array::<Vec3>(n).unwrap();
    let p = alloc(l) as *mut Vec3;
    if p.is_null() {
        handle_alloc_error(l);
    }
    p.write(Vec3 {
        x: 0.0,
        y: 0.0,
        z: 0.0,
    });
    dealloc(p.cast(), Layout::new::<Vec3>());
}

// expect: clean -- array layout rebuilt from the same count
pub unsafe fn array_dealloc_same_count(n: usize) {
    assert!(n > 0);
    let p = match Layout::array::<Vec3>(n) {
        Ok(l) => alloc(l) as *mut Vec3,
        Err(_) => return,
    };
    if p.is_null() {
        return;
    }
    p.write(Vec3 {
        x: 0.0,
        y: 0.0,
        z: 0.0,
    });
    dealloc(p.cast(), Layout::array::<Vec3>(n).unwrap());
}

// expect: clean -- bytes computed by hand, same size and alignment
pub unsafe fn array_dealloc_by_hand(n: usize) {
    assert!(n > 0);
    let p = alloc(Layout::array::<Vec3>(n).unwrap());
    if p.is_null() {
        return;
    }
    dealloc(
        p,
        Layout::from_size_align_unchecked(n * size_of::<Vec3>(), align_of::<Vec3>()),
    );
}

// expect: mismatched_layout -- element count taken for a byte count
pub unsafe fn count_for_bytes(n: usize) {
    assert!(n > 0);
    let p = alloc(Layout::array::<u64>(n).unwrap());
    if p.is_null() {
        return;
    }
    dealloc(p, Layout::from_size_align(n, 8).unwrap());
}

// expect: mismatched_layout -- aligned(16) vector's bytes allocated with align 1 and boxed
pub unsafe fn under_aligned_box() -> Option<Box<Vec4>> {
    let p = alloc_zeroed(Layout::array::<u8>(size_of::<Vec4>()).unwrap());
    if p.is_null() {
        return None;
    }
    Some(Box::from_raw(p as *mut Vec4))
}

// expect: clean -- allocated as the type and boxed
pub unsafe fn well_aligned_box() -> Option<Box<Vec4>> {
    let p = alloc_zeroed(Layout::new::<Vec4>());
    if p.is_null() {
        return None;
    }
    Some(Box::from_raw(p as *mut Vec4))
}

// expect: mismatched_layout -- page-aligned scratch becomes a Vec<u8>
pub unsafe fn page_aligned_vec(n: usize) -> Vec<u8> {
    let n = n.max(4096);
    let l = Layout::from_size_align(n, 4096).unwrap();
    let p = alloc_zeroed(l);
    if p.is_null() {
        handle_alloc_error(l);
    }
    Vec::from_raw_parts(p, n, n)
}

// expect: clean -- page-aligned scratch with its own owner
pub mod page_aligned_owner {
    use super::*;
    pub struct Pages {
        p: NonNull<u8>,
        l: Layout,
    }
    impl Pages {
        pub fn new(n: usize) -> Pages {
            let l = Layout::from_size_align(n.max(1), 4096)
                .unwrap()
                .pad_to_align();
            let Some(p) = NonNull::new(unsafe { alloc_zeroed(l) }) else {
                handle_alloc_error(l)
            };
            Pages { p, l }
        }
        pub fn as_slice(&self) -> &[u8] {
            unsafe { std::slice::from_raw_parts(self.p.as_ptr(), self.l.size()) }
        }
    }
    impl Drop for Pages {
        fn drop(&mut self) {
            unsafe { dealloc(self.p.as_ptr(), self.l) };
        }
    }
}

// expect: mismatched_layout -- Drop rebuilds the layout without the padding's alignment
pub mod page_aligned_owner_bad {
    use super::*;
    pub struct Pages {
        p: NonNull<u8>,
        n: usize,
    }
    impl Pages {
        pub fn new(n: usize) -> Pages {
            assert!(n > 0);
            let l = Layout::from_size_align(n, 4096).unwrap();
            let Some(p) = NonNull::new(unsafe { alloc_zeroed(l) }) else {
                handle_alloc_error(l)
            };
            Pages { p, n }
        }
    }
    impl Drop for Pages {
        fn drop(&mut self) {
            unsafe { dealloc(self.p.as_ptr(), Layout::array::<u8>(self.n).unwrap()) };
        }
    }
}

// expect: zero_sized_alloc -- empty input reaches alloc
pub unsafe fn copy_maybe_empty(src: &[u8]) -> *mut u8 {
    let l = Layout::from_size_align(src.len(), 1).unwrap();
    let p = alloc(l);
    if p.is_null() {
        handle_alloc_error(l);
    }
    ptr::copy_nonoverlapping(src.as_ptr(), p, src.len());
    p
}

// expect: clean -- empty input answered with a dangling pointer, no zero_sized_alloc
pub unsafe fn copy_never_empty(src: &[u8]) -> NonNull<u8> {
    if src.is_empty() {
        return NonNull::dangling();
    }
    let l = Layout::from_size_align(src.len(), 1).unwrap();
    let Some(p) = NonNull::new(alloc(l)) else {
        handle_alloc_error(l)
    };
    ptr::copy_nonoverlapping(src.as_ptr(), p.as_ptr(), src.len());
    p
}

// expect: zero_sized_alloc -- a unit struct's layout
pub unsafe fn unit_alloc() {
    struct Marker;
    let l = Layout::new::<Marker>();
    let p = alloc(l);
    if p.is_null() {
        return;
    }
    dealloc(p, l);
}

// expect: clean -- Box of a unit struct round trip: nothing is allocated and nothing wrong
pub unsafe fn unit_box() {
    struct Marker;
    let p = Box::into_raw(Box::new(Marker));
    drop(Box::from_raw(p));
}

// expect: free_nonheap -- dangling pointer into dealloc
pub unsafe fn dangling_dealloc() {
    let p = NonNull::<u64>::dangling();
    dealloc(p.as_ptr().cast(), Layout::new::<u64>());
}

// expect: clean -- dangling kept apart by the capacity
pub mod dangling_guarded {
    use super::*;
    pub struct Raw {
        p: NonNull<u64>,
        cap: usize,
    }
    impl Raw {
        pub const fn new() -> Raw {
            Raw {
                p: NonNull::dangling(),
                cap: 0,
            }
        }
        pub fn grow(&mut self) {
            let new_cap = if self.cap == 0 { 4 } else { self.cap * 2 };
            let new = Layout::array::<u64>(new_cap).expect("capacity overflow");
            let p = if self.cap == 0 {
                unsafe { alloc(new) }
            } else {
                let old = Layout::array::<u64>(self.cap).unwrap();
                unsafe { realloc(self.p.as_ptr().cast(), old, new.size()) }
            };
            self.p = match NonNull::new(p as *mut u64) {
                Some(p) => p,
                None => handle_alloc_error(new),
            };
            self.cap = new_cap;
        }
    }
    impl Drop for Raw {
        fn drop(&mut self) {
            if self.cap != 0 {
                unsafe {
                    dealloc(
                        self.p.as_ptr().cast(),
                        Layout::array::<u64>(self.cap).unwrap(),
                    )
                };
            }
        }
    }
}

// expect: mismatched_layout -- after realloc the old layout is used for dealloc
pub unsafe fn realloc_then_old_layout() {
    let old = Layout::array::<u32>(4).unwrap();
    let p = alloc(old);
    if p.is_null() {
        return;
    }
    let q = realloc(p, old, 64);
    if q.is_null() {
        dealloc(p, old);
        return;
    }
    dealloc(q, old);
}

// expect: clean -- after realloc the new layout
pub unsafe fn realloc_then_new_layout() {
    let old = Layout::array::<u32>(4).unwrap();
    let p = alloc(old);
    if p.is_null() {
        return;
    }
    let q = realloc(p, old, 64);
    if q.is_null() {
        dealloc(p, old);
        return;
    }
    dealloc(q, Layout::from_size_align(64, align_of::<u32>()).unwrap());
}

// expect: mismatched_layout -- realloc is told a layout that is not the block's
pub unsafe fn realloc_wrong_old() {
    let p = alloc(Layout::new::<[u64; 2]>());
    if p.is_null() {
        return;
    }
    let q = realloc(p, Layout::new::<u64>(), 64);
    if q.is_null() {
        dealloc(p, Layout::new::<[u64; 2]>());
        return;
    }
    dealloc(q, Layout::from_size_align(64, 8).unwrap());
}

// expect: double_free -- old pointer deallocated after a successful realloc
pub unsafe fn realloc_old_released() {
    let l = Layout::new::<[u64; 2]>();
    let p = alloc(l);
    if p.is_null() {
        return;
    }
    let q = realloc(p, l, 64);
    if q.is_null() {
        handle_alloc_error(l);
    }
    dealloc(p, l);
    dealloc(q, Layout::from_size_align(64, 8).unwrap());
}

// expect: clean -- header before the payload: moved forward for the user, back for the release
pub mod header_good {
    use super::*;
    const HEADER: usize = 16;
    fn layout(n: usize) -> Layout {
        Layout::from_size_align(n + HEADER, 16).unwrap()
    }
    pub unsafe fn sized_alloc(n: usize) -> *mut u8 {
        let base = alloc(layout(n));
        if base.is_null() {
            return base;
        }
        (base as *mut usize).write(n);
        base.add(HEADER)
    }
    pub unsafe fn sized_free(p: *mut u8) {
        if p.is_null() {
            return;
        }
        let base = p.sub(HEADER);
        let n = (base as *const usize).read();
        dealloc(base, layout(n));
    }
    pub unsafe fn run() {
        let p = sized_alloc(40);
        if p.is_null() {
            return;
        }
        *p = 1;
        sized_free(p);
    }
}

// expect: free_offset -- header forgotten at the release
pub mod header_bad {
    use super::*;
    const HEADER: usize = 16;
    fn layout(n: usize) -> Layout {
        Layout::from_size_align(n + HEADER, 16).unwrap()
    }
    unsafe fn sized_alloc(n: usize) -> *mut u8 {
        let base = alloc(layout(n));
        if base.is_null() {
            return base;
        }
        (base as *mut usize).write(n);
        base.add(HEADER)
    }
    pub unsafe fn run() {
        let p = sized_alloc(40);
        if p.is_null() {
            return;
        }
        *p = 1;
        dealloc(p, layout(40));
    }
}

// expect: mismatched_layout -- Layout::extend result allocated, first part's layout released
pub unsafe fn extended_layout_bad() {
    let (l, offset) = Layout::new::<u64>()
        .extend(Layout::new::<[u8; 100]>())
        .unwrap();
    let p = alloc(l);
    if p.is_null() {
        return;
    }
    *p.add(offset) = 1;
    dealloc(p, Layout::new::<u64>());
}

// expect: clean -- Layout::extend result both ways
pub unsafe fn extended_layout_good() {
    let (l, offset) = Layout::new::<u64>()
        .extend(Layout::new::<[u8; 100]>())
        .unwrap();
    let p = alloc(l);
    if p.is_null() {
        return;
    }
    *p.add(offset) = 1;
    dealloc(p, l);
}

// expect: clean -- layout of a value, size_of_val on a boxed slice
pub unsafe fn for_value_good(words: Vec<u32>) {
    if words.is_empty() {
        return;
    }
    let b = words.into_boxed_slice();
    let l = Layout::for_value(&*b);
    let p = Box::into_raw(b) as *mut u8;
    dealloc(p, l);
}
