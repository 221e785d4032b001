//! Callbacks with boxed closures, destructor arguments, trampolines and thread starts.
use std::ffi::{c_char, c_int, c_long, c_uint, c_void, CStr, CString};
use std::ptr;

// expect: clean -- curl's write callback appends to a borrowed Vec
pub mod curl_write {
    use super::*;
    extern "C" {
        fn curl_easy_init() -> *mut c_void;
        fn curl_easy_setopt(c: *mut c_void, o: c_int, ...) -> c_int;
        fn curl_easy_perform(c: *mut c_void) -> c_int;
        fn curl_easy_cleanup(c: *mut c_void);
    }
    extern "C" fn write(p: *const u8, size: usize, n: usize, data: *mut c_void) -> usize {
        let out = unsafe { &mut *(data as *mut Vec<u8>) };
        out.extend_from_slice(unsafe { std::slice::from_raw_parts(p, size * n) });
        size * n
    }
    pub fn get(url: &str) -> Result<Vec<u8>, c_int> {
        let url = CString::new(url).map_err(|_| 3)?;
        let mut body = Vec::new();
        unsafe {
            let curl = curl_easy_init();
            if curl.is_null() {
                return Err(2);
            }
            curl_easy_setopt(curl, 10002, url.as_ptr());
            curl_easy_setopt(
                curl,
                20011,
                write as extern "C" fn(*const u8, usize, usize, *mut c_void) -> usize,
            );
            curl_easy_setopt(curl, 10001, &mut body as *mut Vec<u8>);
            let rc = curl_easy_perform(curl);
            curl_easy_cleanup(curl);
            if rc == 0 {
                Ok(body)
            } else {
                Err(rc)
            }
        }
    }
}

// expect: leaked_raw -- the URL is copied by curl_easy_setopt, into_raw gives it away for good
pub mod curl_url {
    use super::*;
    extern "C" {
        fn curl_easy_setopt(c: *mut c_void, o: c_int, ...) -> c_int;
    }
    pub struct Easy {
        handle: *mut c_void,
    }
    impl Easy {
        pub fn url(&mut self, url: &str) -> Result<(), c_int> {
            let Ok(url) = CString::new(url) else {
                return Err(3);
            };
            match unsafe { curl_easy_setopt(self.handle, 10002, url.into_raw()) } {
                0 => Ok(()),
                e => Err(e),
            }
        }
        pub fn verbose(&mut self, on: bool) -> c_int {
            unsafe { curl_easy_setopt(self.handle, 41, on as c_long) }
        }
    }
}

// expect: clean -- a result carried out of the callback through a box on the stack frame of the caller
pub mod panic_capture {
    use super::*;
    use std::any::Any;
    use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
    extern "C" {
        fn qsort_r(
            base: *mut c_void,
            n: usize,
            size: usize,
            cmp: unsafe extern "C" fn(*const c_void, *const c_void, *mut c_void) -> c_int,
            arg: *mut c_void,
        );
    }
    struct State<F> {
        cmp: F,
        panic: Option<Box<dyn Any + Send>>,
    }
    unsafe extern "C" fn compare<T, F: FnMut(&T, &T) -> c_int>(
        a: *const c_void,
        b: *const c_void,
        arg: *mut c_void,
    ) -> c_int {
        let st = &mut *(arg as *mut State<F>);
        if st.panic.is_some() {
            return 0;
        }
        let (a, b) = (&*a.cast::<T>(), &*b.cast::<T>());
        match catch_unwind(AssertUnwindSafe(|| (st.cmp)(a, b))) {
            Ok(o) => o,
            Err(p) => {
                st.panic = Some(p);
                0
            }
        }
    }
    pub fn sort_by<T, F: FnMut(&T, &T) -> c_int>(items: &mut [T], cmp: F) {
        let mut st = State { cmp, panic: None };
        unsafe {
            qsort_r(
                items.as_mut_ptr().cast(),
                items.len(),
                std::mem::size_of::<T>(),
                compare::<T, F>,
                (&raw mut st).cast(),
            )
        };
        if let Some(p) = st.panic.take() {
            resume_unwind(p);
        }
    }
}

// expect: free_nonheap -- the callback takes a box over what is a stack slot of the caller
pub mod stack_as_box {
    use super::*;
    type Visitor<'a> = &'a mut dyn FnMut(u32);
    pub fn visit_all(n: u32, mut f: impl FnMut(u32)) {
        let mut visitor: Visitor = &mut f;
        let data = &mut visitor as *mut Visitor;
        for i in 0..n {
            unsafe { (*data)(i) };
        }
        unsafe { drop(Box::from_raw(data)) };
    }
}

// expect: mismatched_layout -- the fat closure pointer is cut to a thin one, then boxed as one byte
pub mod thin_closure {
    use super::*;
    pub fn call_and_drop(f: Box<dyn Fn() -> i32>) -> i32 {
        let n = f();
        let thin = Box::into_raw(f) as *mut u8;
        unsafe { drop(Box::from_raw(thin)) };
        n
    }
}

// expect: clean -- data and vtable are carried as two words and joined again
pub mod fat_closure {
    pub struct Raw([*mut (); 2]);
    pub fn split(f: Box<dyn FnMut(u8)>) -> Raw {
        let fat: *mut dyn FnMut(u8) = Box::into_raw(f);
        Raw(unsafe { std::mem::transmute::<*mut dyn FnMut(u8), [*mut (); 2]>(fat) })
    }
    pub fn call(r: Raw, arg: u8) {
        let fat: *mut dyn FnMut(u8) = unsafe { std::mem::transmute(r.0) };
        let mut f = unsafe { Box::from_raw(fat) };
        f(arg);
    }
}

// expect: clean -- a RawWaker over an Arc, every function of the vtable keeps the count right
pub mod waker {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::Arc;
    use std::task::{RawWaker, RawWakerVTable, Waker};
    pub struct Flag(pub AtomicUsize);
    static VTABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, drop_flag);
    unsafe fn clone(p: *const ()) -> RawWaker {
        Arc::increment_strong_count(p as *const Flag);
        RawWaker::new(p, &VTABLE)
    }
    unsafe fn wake(p: *const ()) {
        let flag = Arc::from_raw(p as *const Flag);
        flag.0.fetch_add(1, Ordering::SeqCst);
    }
    unsafe fn wake_by_ref(p: *const ()) {
        (*(p as *const Flag)).0.fetch_add(1, Ordering::SeqCst);
    }
    unsafe fn drop_flag(p: *const ()) {
        Arc::decrement_strong_count(p as *const Flag);
    }
    pub fn waker(flag: &Arc<Flag>) -> Waker {
        let raw = RawWaker::new(Arc::into_raw(flag.clone()).cast(), &VTABLE);
        unsafe { Waker::from_raw(raw) }
    }
}

// expect: use_after_free -- the job is run and dropped, its result is read from the dropped box
pub mod job_result {
    pub struct Job {
        work: Option<Box<dyn FnOnce() -> u64>>,
        result: u64,
    }
    unsafe fn finish(job: *mut Job) {
        let mut j = Box::from_raw(job);
        if let Some(w) = j.work.take() {
            j.result = w();
        }
    }
    pub fn run(work: impl FnOnce() -> u64 + 'static) -> u64 {
        let job = Box::into_raw(Box::new(Job {
            work: Some(Box::new(work)),
            result: 0,
        }));
        unsafe {
            finish(job);
            (*job).result
        }
    }
}

// expect: clean -- the helper keeps the box alive with Box::leak at its end
pub mod job_result_kept {
    pub struct Job {
        work: Option<Box<dyn FnOnce() -> u64>>,
        result: u64,
    }
    unsafe fn finish(job: *mut Job) -> &'static mut Job {
        let mut j = Box::from_raw(job);
        if let Some(w) = j.work.take() {
            j.result = w();
        }
        Box::leak(j)
    }
    pub fn run(work: impl FnOnce() -> u64 + 'static) -> u64 {
        let job = Box::into_raw(Box::new(Job {
            work: Some(Box::new(work)),
            result: 0,
        }));
        unsafe {
            let n = finish(job).result;
            drop(Box::from_raw(job));
            n
        }
    }
}

// expect: maybe leaked_raw -- a refusal of the unknown foreign function loses the context, if it did not keep it
pub mod ioctl_context {
    use super::*;
    extern "C" {
        fn inotify_register(
            fd: c_int,
            mask: c_uint,
            cb: unsafe extern "C" fn(*mut c_void),
            data: *mut c_void,
        ) -> c_int;
    }
    pub struct Watch {
        tx: std::sync::mpsc::Sender<u32>,
    }
    unsafe extern "C" fn fire(data: *mut c_void) {
        let w = &*(data as *const Watch);
        let _ = w.tx.send(1);
    }
    fn cvt(rc: c_int) -> std::io::Result<c_int> {
        if rc < 0 {
            Err(std::io::Error::last_os_error())
        } else {
            Ok(rc)
        }
    }
    pub fn watch(fd: c_int) -> std::io::Result<std::sync::mpsc::Receiver<u32>> {
        let (tx, rx) = std::sync::mpsc::channel();
        let data = Box::into_raw(Box::new(Watch { tx }));
        cvt(unsafe { inotify_register(fd, 1, fire, data.cast()) })?;
        Ok(rx)
    }
}

// expect: clean -- inspect_err takes the context back before the error travels on
pub mod ioctl_context_ok {
    use super::*;
    extern "C" {
        fn inotify_register(
            fd: c_int,
            mask: c_uint,
            cb: unsafe extern "C" fn(*mut c_void),
            data: *mut c_void,
        ) -> c_int;
    }
    unsafe extern "C" fn fire(data: *mut c_void) {
        let _ = (*(data as *const std::sync::mpsc::Sender<u32>)).send(1);
    }
    pub fn watch(fd: c_int) -> Result<std::sync::mpsc::Receiver<u32>, c_int> {
        let (tx, rx) = std::sync::mpsc::channel::<u32>();
        let data = Box::into_raw(Box::new(tx));
        let rc = unsafe { inotify_register(fd, 1, fire, data.cast()) };
        (rc >= 0)
            .then_some(rx)
            .ok_or(rc)
            .inspect_err(|_| drop(unsafe { Box::from_raw(data) }))
    }
}
