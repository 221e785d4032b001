//! What a panic in the middle does; `ptr::read`, `drop_in_place`, `MaybeUninit`; patterns of advisories.

// expect: aliased_owner -- a panic of `f` drops the value that was read out and the slot
pub mod map_in_place_panic {
    use std::ptr;

    pub fn replace_with<F: FnOnce(String) -> String>(slot: &mut String, f: F) {
        unsafe {
            let old = ptr::read(slot);
            let new = f(old);
            ptr::write(slot, new);
        }
    }
}

// expect: clean -- an abort guard stands between the read and the write
pub mod map_in_place_abort {
    use std::mem;
    use std::process;
    use std::ptr;

    struct AbortOnPanic;

    impl Drop for AbortOnPanic {
        fn drop(&mut self) {
            process::abort();
        }
    }

    pub fn replace_with<F: FnOnce(String) -> String>(slot: &mut String, f: F) {
        unsafe {
            let old = ptr::read(slot);
            let guard = AbortOnPanic;
            let new = f(old);
            mem::forget(guard);
            ptr::write(slot, new);
        }
    }
}

// expect: clean -- catch_unwind makes the panic an abort
pub mod map_in_place_catch {
    use std::panic::{catch_unwind, AssertUnwindSafe};
    use std::{process, ptr};

    pub fn take_mut<T, F: FnOnce(T) -> T>(slot: &mut T, f: F) {
        unsafe {
            let old = ptr::read(slot);
            let new = catch_unwind(AssertUnwindSafe(|| f(old))).unwrap_or_else(|_| process::abort());
            ptr::write(slot, new);
        }
    }
}

// expect: double_free -- the element that was read out is dropped twice
pub mod read_without_forget {
    use std::ptr;

    pub fn longest(names: Vec<String>) -> usize {
        let mut best = 0;
        for i in 0..names.len() {
            let name = unsafe { ptr::read(&names[i]) };
            best = best.max(name.len());
        }
        best
    }
}

// expect: clean -- set_len(0) before the elements are read out
pub mod read_with_set_len {
    use std::ptr;

    pub fn for_each_owned(mut names: Vec<String>, mut f: impl FnMut(String)) {
        let len = names.len();
        let p = names.as_ptr();
        unsafe {
            names.set_len(0);
            for i in 0..len {
                f(ptr::read(p.add(i)));
            }
        }
    }
}

// expect: aliased_owner -- swap by two reads with a comparison that may not return
pub mod swap_by_read {
    use std::ptr;

    pub struct Pair {
        pub a: Vec<u32>,
        pub b: Vec<u32>,
    }

    impl Pair {
        pub fn merged(&self) -> Vec<u32> {
            let mut a = unsafe { ptr::read(&self.a) };
            a.extend_from_slice(&self.b);
            a.sort_unstable();
            a
        }
    }
}

// expect: clean -- the copies never drop: ManuallyDrop
pub mod compare_by_manually_drop {
    use std::mem::ManuallyDrop;
    use std::ptr;

    pub fn insertion_sort(v: &mut [String]) {
        for i in 1..v.len() {
            unsafe {
                let tmp = ManuallyDrop::new(ptr::read(&v[i]));
                let mut j = i;
                while j > 0 && *tmp < v[j - 1] {
                    ptr::copy_nonoverlapping(&v[j - 1], &mut v[j], 1);
                    j -= 1;
                }
                ptr::copy_nonoverlapping(&*tmp, &mut v[j], 1);
            }
        }
    }
}

// expect: double_free -- drop_in_place, then the vector drops it again
pub mod drop_in_place_then_vec {
    use std::ptr;

    pub fn clear_first(mut v: Vec<String>) -> usize {
        if let Some(first) = v.first_mut() {
            unsafe { ptr::drop_in_place(first) };
        }
        v.len()
    }
}

// expect: clean -- truncate as std does it: length first, then drop_in_place
pub mod truncate {
    use std::ptr;

    pub fn truncate<T>(v: &mut Vec<T>, len: usize) {
        if len >= v.len() {
            return;
        }
        unsafe {
            let tail = ptr::slice_from_raw_parts_mut(v.as_mut_ptr().add(len), v.len() - len);
            v.set_len(len);
            ptr::drop_in_place(tail);
        }
    }
}

// expect: leaked_raw -- drop_in_place ends the value, its memory stays
pub mod drop_in_place_only {
    use std::ptr;

    pub struct Connection {
        pub peer: String,
        pub buffer: [u8; 4096],
    }

    pub fn session(peer: &str) -> usize {
        let conn = Box::into_raw(Box::new(Connection { peer: peer.to_string(), buffer: [0; 4096] }));
        unsafe {
            let n = (&(*conn).peer).len() + (*conn).buffer.len();
            ptr::drop_in_place(conn);
            n
        }
    }
}

// expect: clean -- drop_in_place and dealloc of the same layout
pub mod drop_in_place_and_dealloc {
    use std::alloc::{dealloc, Layout};
    use std::ptr;

    pub struct Connection {
        pub peer: String,
        pub buffer: [u8; 4096],
    }

    pub fn session(peer: &str) -> usize {
        let conn = Box::into_raw(Box::new(Connection { peer: peer.to_string(), buffer: [0; 4096] }));
        unsafe {
            let n = (&(*conn).peer).len() + (*conn).buffer.len();
            ptr::drop_in_place(conn);
            dealloc(conn.cast(), Layout::new::<Connection>());
            n
        }
    }
}

// expect: use_after_free -- the field is read after drop_in_place and dealloc
pub mod read_after_dealloc {
    use std::alloc::{dealloc, Layout};
    use std::ptr;

    struct Header {
        count: usize,
        name: String,
    }

    pub fn close(name: String) -> usize {
        let h = Box::into_raw(Box::new(Header { count: name.len(), name }));
        unsafe {
            ptr::drop_in_place(&mut (*h).name);
            dealloc(h.cast(), Layout::new::<Header>());
            (*h).count
        }
    }
}

// expect: leaked_on_unwind -- the closure may panic while the vector is taken apart
pub mod forget_then_call {
    use std::mem;

    pub fn map_bytes(v: Vec<u8>, f: impl Fn(u8) -> u8) -> Vec<u8> {
        let mut v = mem::ManuallyDrop::new(v);
        let (p, len, cap) = (v.as_mut_ptr(), v.len(), v.capacity());
        for i in 0..len {
            unsafe { *p.add(i) = f(*p.add(i)) };
        }
        unsafe { Vec::from_raw_parts(p, len, cap) }
    }
}

// expect: clean -- a guard owns the parts while the closure runs, no leaked_on_unwind
pub mod guard_then_call {
    struct Parts {
        p: *mut u8,
        len: usize,
        cap: usize,
    }

    impl Drop for Parts {
        fn drop(&mut self) {
            unsafe { drop(Vec::from_raw_parts(self.p, self.len, self.cap)) }
        }
    }

    pub fn map_bytes(v: Vec<u8>, f: impl Fn(u8) -> u8) -> Vec<u8> {
        let mut v = std::mem::ManuallyDrop::new(v);
        let parts = Parts { p: v.as_mut_ptr(), len: v.len(), cap: v.capacity() };
        for i in 0..parts.len {
            unsafe { *parts.p.add(i) = f(*parts.p.add(i)) };
        }
        let parts = std::mem::ManuallyDrop::new(parts);
        unsafe { Vec::from_raw_parts(parts.p, parts.len, parts.cap) }
    }
}

// expect: leaked_on_unwind -- the lock may be poisoned between into_raw and the return to the owner
pub mod into_raw_then_unwrap {
    use std::sync::Mutex;

    pub struct Registry {
        names: Mutex<Vec<String>>,
    }

    impl Registry {
        pub fn add(&self, name: String, visit: &dyn Fn(&str)) {
            let raw = Box::into_raw(Box::new(name));
            visit(unsafe { &*raw });
            let mut names = self.names.lock().unwrap();
            names.push(*unsafe { Box::from_raw(raw) });
        }
    }
}

// expect: leaked_on_unwind -- user code runs while the box is raw
pub mod raw_during_serialize {
    use std::fmt::Write;

    pub struct Doc {
        pub fields: Vec<(String, i64)>,
    }

    pub fn render(doc: Doc, format: impl Fn(&str, i64) -> String) -> String {
        let raw = Box::into_raw(Box::new(doc));
        let mut out = String::new();
        for (k, v) in unsafe { (&(*raw).fields).iter() } {
            writeln!(out, "{}", format(k, *v)).unwrap();
        }
        drop(unsafe { Box::from_raw(raw) });
        out
    }
}

// expect: clean -- nothing between into_raw and from_raw can panic, no leaked_on_unwind
pub mod raw_without_panic {
    pub fn address_of_box(v: Box<u64>) -> (usize, Box<u64>) {
        let raw = Box::into_raw(v);
        let addr = raw as usize;
        (addr, unsafe { Box::from_raw(raw) })
    }
}

// expect: leaked_on_unwind -- malloc'ed scratch while the caller's comparison runs
pub mod scratch_during_compare {
    pub fn count_less(v: &[u32], pivot: u32, less: &dyn Fn(u32, u32) -> bool) -> usize {
        unsafe {
            let scratch = libc::malloc(v.len() * 4 + 4) as *mut u32;
            if scratch.is_null() {
                return 0;
            }
            let mut n = 0;
            for &x in v {
                if less(x, pivot) {
                    *scratch.add(n) = x;
                    n += 1;
                }
            }
            libc::free(scratch.cast());
            n
        }
    }
}

// expect: clean -- the same scratch as a Vec
pub mod scratch_vec {
    pub fn count_less(v: &[u32], pivot: u32, less: &dyn Fn(u32, u32) -> bool) -> usize {
        let mut scratch = Vec::with_capacity(v.len());
        for &x in v {
            if less(x, pivot) {
                scratch.push(x);
            }
        }
        scratch.len()
    }
}

// expect: aliased_owner -- Box::from_raw of a reference to a box's content
pub mod box_from_ref {
    pub struct Shape {
        pub points: Vec<(f32, f32)>,
    }

    fn consume(shape: Box<Shape>) -> usize {
        shape.points.len()
    }

    pub fn measure(mut shape: Box<Shape>) -> usize {
        let alias = unsafe { Box::from_raw(&mut *shape as *mut Shape) };
        let n = consume(alias);
        n + shape.points.capacity()
    }
}

// expect: clean -- array of MaybeUninit moved out as an array of T
pub mod array_map {
    use std::mem::{self, MaybeUninit};
    use std::ptr;

    struct Filled<'a, T> {
        slots: &'a mut [MaybeUninit<T>],
        n: usize,
    }

    impl<T> Drop for Filled<'_, T> {
        fn drop(&mut self) {
            for slot in &mut self.slots[..self.n] {
                unsafe { slot.assume_init_drop() };
            }
        }
    }

    pub fn from_fn<T, const N: usize>(mut f: impl FnMut(usize) -> T) -> [T; N] {
        let mut out: [MaybeUninit<T>; N] = unsafe { MaybeUninit::uninit().assume_init() };
        let mut filled = Filled { slots: &mut out, n: 0 };
        for i in 0..N {
            filled.slots[i].write(f(i));
            filled.n += 1;
        }
        mem::forget(filled);
        unsafe { ptr::read(out.as_ptr() as *const [T; N]) }
    }
}

// expect: double_free -- the matching elements are dropped in place, and clear drops them again
pub mod retain_double_drop {
    use std::ptr;

    pub fn drop_matching(v: &mut Vec<String>, pattern: &str) {
        let len = v.len();
        for i in 0..len {
            if v[i] == pattern {
                unsafe { ptr::drop_in_place(&mut v[i]) };
            }
        }
        v.clear();
    }
}

// expect: clean -- transmute_copy with forget moves the bytes once
pub mod transmute_copy_moves {
    use std::mem;

    pub fn concat(a: [String; 2], b: [String; 1]) -> [String; 3] {
        #[repr(C)]
        struct Both([String; 2], [String; 1]);
        let both = Both(a, b);
        let out = unsafe { mem::transmute_copy::<Both, [String; 3]>(&both) };
        mem::forget(both);
        out
    }
}

// expect: double_free -- transmute_copy without forget
pub mod transmute_copy_twice {
    use std::mem;

    pub struct Wrapper {
        inner: Box<[u8]>,
    }

    impl Wrapper {
        pub fn new(n: usize) -> Self {
            Wrapper { inner: vec![0; n].into_boxed_slice() }
        }
    }

    pub fn unwrap_all(w: Wrapper) -> Box<[u8]> {
        let inner: Box<[u8]> = unsafe { mem::transmute_copy(&w.inner) };
        inner
    }
}
