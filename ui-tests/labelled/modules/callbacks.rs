//! Closures and state as user data of C callbacks; asynchronous handles.

pub mod lib {
    use libc::{c_char, c_int, c_void};
    pub enum loop_t {}
    pub enum watcher_t {}
    pub type cb_t = unsafe extern "C" fn(*mut c_void, c_int);
    extern "C" {
        pub fn loop_new() -> *mut loop_t;
        pub fn loop_free(l: *mut loop_t);
        pub fn loop_watch(l: *mut loop_t, fd: c_int, cb: cb_t, data: *mut c_void) -> c_int;
        pub fn loop_unwatch(l: *mut loop_t, fd: c_int) -> *mut c_void;
        pub fn loop_run_once(l: *mut loop_t, cb: cb_t, data: *mut c_void) -> c_int;
        pub fn loop_set_log(l: *mut loop_t, cb: Option<unsafe extern "C" fn(*mut c_void, *const c_char)>, data: *mut c_void);
        pub fn watcher_new(cb: cb_t, data: *mut c_void, free: Option<unsafe extern "C" fn(*mut c_void)>) -> *mut watcher_t;
        pub fn watcher_free(w: *mut watcher_t);
        pub fn visit_sorted(items: *mut c_int, n: usize, cmp: unsafe extern "C" fn(*const c_int, *const c_int, *mut c_void) -> c_int, data: *mut c_void);
    }
}

// expect: clean -- a borrowed closure for the time of the call
pub mod borrowed_for_call {
    use super::lib::*;
    use libc::{c_int, c_void};

    unsafe extern "C" fn compare<F: FnMut(i32, i32) -> i32>(a: *const c_int, b: *const c_int, data: *mut c_void) -> c_int {
        let f = &mut *(data as *mut F);
        f(*a, *b)
    }

    pub fn sort_by<F: FnMut(i32, i32) -> i32>(items: &mut [i32], mut f: F) {
        unsafe { visit_sorted(items.as_mut_ptr(), items.len(), compare::<F>, &mut f as *mut F as *mut c_void) }
    }
}

// expect: free_nonheap -- the callback boxes the borrowed closure
pub mod borrowed_then_boxed {
    use libc::c_void;

    unsafe extern "C" fn trampoline(data: *mut c_void, status: i32) {
        let f = Box::from_raw(data as *mut [i32; 4]);
        println!("{} {}", f[0], status);
    }

    pub fn notify(status: i32) {
        let mut state = [status; 4];
        unsafe { trampoline(state.as_mut_ptr().cast(), status) };
    }
}

// expect: clean -- one box for the whole run of the loop, reclaimed after it
pub mod boxed_for_run {
    use super::lib::*;
    use libc::c_void;

    struct Stats {
        events: Vec<i32>,
    }

    unsafe extern "C" fn on_event(data: *mut c_void, fd: i32) {
        (*(data as *mut Stats)).events.push(fd);
    }

    pub unsafe fn collect(l: *mut loop_t) -> Result<Vec<i32>, i32> {
        let stats = Box::into_raw(Box::new(Stats { events: Vec::new() }));
        let rc = loop_run_once(l, on_event, stats.cast());
        let stats = Box::from_raw(stats);
        if rc < 0 {
            return Err(rc);
        }
        Ok(stats.events)
    }
}

// expect: leaked_raw -- the error return comes before the reclaim
pub mod boxed_for_run_error {
    use super::lib::*;
    use libc::c_void;

    struct Stats {
        events: Vec<i32>,
    }

    unsafe extern "C" fn on_event(data: *mut c_void, fd: i32) {
        (*(data as *mut Stats)).events.push(fd);
    }

    pub unsafe fn collect(l: *mut loop_t) -> Result<Vec<i32>, i32> {
        let stats = Box::into_raw(Box::new(Stats { events: Vec::new() }));
        let rc = loop_run_once(l, on_event, stats.cast());
        if rc < 0 {
            return Err(rc);
        }
        let stats = Box::from_raw(stats);
        Ok(stats.events)
    }
}

// expect: double_free, leaked_raw -- a callback that is run many times reclaims each time; without codes nobody does
pub mod callback_reclaims_each_time {
    use libc::c_void;

    pub struct Ctx {
        name: String,
    }

    unsafe extern "C" fn on_event(data: *mut c_void, code: i32) {
        let ctx = Box::from_raw(data as *mut Ctx);
        println!("{}: {}", ctx.name, code);
    }

    pub fn replay(name: &str, codes: &[i32]) {
        let data = Box::into_raw(Box::new(Ctx { name: name.into() }));
        for &code in codes {
            unsafe { on_event(data.cast(), code) };
        }
    }
}

// expect: clean -- the callback lends itself the box and lets it go with into_raw
pub mod callback_lends {
    use libc::c_void;

    pub struct Ctx {
        name: String,
        seen: usize,
    }

    unsafe extern "C" fn on_event(data: *mut c_void, code: i32) {
        let mut ctx = Box::from_raw(data as *mut Ctx);
        ctx.seen += 1;
        println!("{}: {}", ctx.name, code);
        let _ = Box::into_raw(ctx);
    }

    pub fn replay(name: &str, codes: &[i32]) -> usize {
        let data = Box::into_raw(Box::new(Ctx { name: name.into(), seen: 0 }));
        for &code in codes {
            unsafe { on_event(data.cast(), code) };
        }
        let ctx = unsafe { Box::from_raw(data) };
        ctx.seen
    }
}

// expect: owner_without_drop -- Drop destroys the C loop, the logger's box stays
pub mod loop_logger_box {
    use super::lib::*;
    use libc::{c_char, c_void};
    use std::ffi::CStr;

    type Logger = Box<dyn FnMut(&str)>;

    unsafe extern "C" fn log(data: *mut c_void, text: *const c_char) {
        let f = &mut *(data as *mut Logger);
        f(&CStr::from_ptr(text).to_string_lossy());
    }

    pub struct Loop {
        raw: *mut loop_t,
        logger: *mut Logger,
    }

    impl Loop {
        pub fn with_logger(logger: Logger) -> Option<Loop> {
            let raw = unsafe { loop_new() };
            if raw.is_null() {
                return None;
            }
            let logger = Box::into_raw(Box::new(logger));
            unsafe { loop_set_log(raw, Some(log), logger.cast()) };
            Some(Loop { raw, logger })
        }

        pub fn logger(&mut self) -> &mut Logger {
            unsafe { &mut *self.logger }
        }
    }

    impl Drop for Loop {
        fn drop(&mut self) {
            unsafe { loop_free(self.raw) }
        }
    }
}

// expect: clean -- the twin reclaims the logger after the loop is gone
pub mod loop_logger_box_fixed {
    use super::lib::*;
    use libc::{c_char, c_void};
    use std::ffi::CStr;

    type Logger = Box<dyn FnMut(&str)>;

    unsafe extern "C" fn log(data: *mut c_void, text: *const c_char) {
        let f = &mut *(data as *mut Logger);
        f(&CStr::from_ptr(text).to_string_lossy());
    }

    pub struct Loop {
        raw: *mut loop_t,
        logger: Option<*mut Logger>,
    }

    impl Loop {
        pub fn new() -> Option<Loop> {
            let raw = unsafe { loop_new() };
            (!raw.is_null()).then_some(Loop { raw, logger: None })
        }

        pub fn set_logger(&mut self, logger: Logger) {
            let new = Box::into_raw(Box::new(logger));
            unsafe { loop_set_log(self.raw, Some(log), new.cast()) };
            if let Some(old) = self.logger.replace(new) {
                drop(unsafe { Box::from_raw(old) });
            }
        }
    }

    impl Drop for Loop {
        fn drop(&mut self) {
            unsafe {
                loop_free(self.raw);
                if let Some(logger) = self.logger.take() {
                    drop(Box::from_raw(logger));
                }
            }
        }
    }
}

// expect: use_after_free -- the logger is set free while the loop still calls it
pub mod logger_freed_first {
    use super::lib::*;
    use libc::{c_char, c_void};

    struct Log {
        lines: Vec<String>,
    }

    unsafe extern "C" fn log(data: *mut c_void, _text: *const c_char) {
        (*(data as *mut Log)).lines.push(String::new());
    }

    pub unsafe fn lines(l: *mut loop_t) -> usize {
        let state = Box::into_raw(Box::new(Log { lines: vec![] }));
        loop_set_log(l, Some(log), state.cast());
        let owned = Box::from_raw(state);
        drop(owned);
        loop_set_log(l, None, std::ptr::null_mut());
        let state = &*state;
        state.lines.len()
    }
}

// expect: clean -- the watcher's free function takes the closure
pub mod watcher_with_free {
    use super::lib::*;
    use libc::c_void;

    unsafe extern "C" fn call<F: FnMut(i32)>(data: *mut c_void, status: i32) {
        (*data.cast::<F>())(status)
    }

    unsafe extern "C" fn free<F>(data: *mut c_void) {
        let _ = unsafe { Box::from_raw(data.cast::<F>()) };
    }

    pub struct Watcher(*mut watcher_t);

    impl Watcher {
        pub fn new<F: FnMut(i32) + 'static>(f: F) -> Watcher {
            let data = Box::into_raw(Box::new(f));
            Watcher(unsafe { watcher_new(call::<F>, data.cast(), Some(free::<F>)) })
        }
    }

    impl Drop for Watcher {
        fn drop(&mut self) {
            unsafe { watcher_free(self.0) }
        }
    }
}

// expect: mismatched_dealloc -- libc's free as the free function of a Rust box
pub mod watcher_with_libc_free {
    use super::lib::*;
    use libc::c_void;

    pub struct Counter {
        hits: u64,
        name: String,
    }

    unsafe extern "C" fn call(data: *mut c_void, _status: i32) {
        (*data.cast::<Counter>()).hits += 1;
    }

    pub struct Watcher(*mut watcher_t);

    impl Watcher {
        pub fn counting(name: &str) -> Watcher {
            let data = Box::into_raw(Box::new(Counter { hits: 0, name: name.to_string() }));
            Watcher(unsafe { watcher_new(call, data.cast(), Some(libc::free)) })
        }
    }

    impl Drop for Watcher {
        fn drop(&mut self) {
            unsafe { watcher_free(self.0) }
        }
    }
}

// expect: clean -- a counted waker: each vtable function keeps the balance
pub mod waker_vtable {
    use std::mem::ManuallyDrop;
    use std::sync::Arc;
    use std::task::{RawWaker, RawWakerVTable, Waker};

    pub struct Unparker(std::thread::Thread);

    static VTABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, drop_waker);

    unsafe fn clone(p: *const ()) -> RawWaker {
        Arc::increment_strong_count(p as *const Unparker);
        RawWaker::new(p, &VTABLE)
    }

    unsafe fn wake(p: *const ()) {
        let u = Arc::from_raw(p as *const Unparker);
        u.0.unpark();
    }

    unsafe fn wake_by_ref(p: *const ()) {
        let u = ManuallyDrop::new(Arc::from_raw(p as *const Unparker));
        u.0.unpark();
    }

    unsafe fn drop_waker(p: *const ()) {
        drop(Arc::from_raw(p as *const Unparker));
    }

    pub fn waker(u: Arc<Unparker>) -> Waker {
        unsafe { Waker::from_raw(RawWaker::new(Arc::into_raw(u).cast(), &VTABLE)) }
    }
}

// expect: use_after_free -- wake_by_ref drops the count that it only borrowed, and the caller wakes again
pub mod waker_by_ref_drops {
    use std::sync::Arc;

    pub struct Unparker {
        thread: std::thread::Thread,
    }

    unsafe fn wake_by_ref(p: *const ()) {
        let u = Arc::from_raw(p as *const Unparker);
        u.thread.unpark();
    }

    pub fn wake_twice() {
        let p = Arc::into_raw(Arc::new(Unparker { thread: std::thread::current() }));
        unsafe {
            wake_by_ref(p.cast());
            (*p).thread.unpark();
        }
    }
}

// expect: clean -- unwatch gives the pointer back
pub mod unwatch_returns_data {
    use super::lib::*;
    use libc::c_void;

    type Handler = Box<dyn FnMut(i32)>;

    unsafe extern "C" fn dispatch(data: *mut c_void, fd: i32) {
        (*(data as *mut Handler))(fd)
    }

    pub unsafe fn watch(l: *mut loop_t, fd: i32, h: Handler) -> Result<(), i32> {
        let data = Box::into_raw(Box::new(h));
        match loop_watch(l, fd, dispatch, data as *mut c_void) {
            0 => Ok(()),
            rc => {
                drop(Box::from_raw(data));
                Err(rc)
            }
        }
    }

    pub unsafe fn unwatch(l: *mut loop_t, fd: i32) -> bool {
        let data = loop_unwatch(l, fd) as *mut Handler;
        if data.is_null() {
            return false;
        }
        drop(Box::from_raw(data));
        true
    }
}

// expect: leaked_raw -- one of many registrations fails, and its handler is lost by `?`
pub mod watch_many_question_mark {
    use super::lib::*;
    use libc::c_void;

    type Handler = Box<dyn FnMut(i32)>;

    unsafe extern "C" fn dispatch(data: *mut c_void, fd: i32) {
        (*(data as *mut Handler))(fd)
    }

    fn check(rc: i32) -> Result<(), i32> {
        if rc < 0 { Err(rc) } else { Ok(()) }
    }

    pub unsafe fn watch_all(l: *mut loop_t, handlers: Vec<(i32, Handler)>) -> Result<(), i32> {
        for (fd, h) in handlers {
            let data = Box::into_raw(Box::new(h));
            check(fd)?;
            check(loop_watch(l, fd, dispatch, data.cast()))?;
        }
        Ok(())
    }
}

// expect: clean -- a oneshot: the sender is leaked into the C side and taken back exactly once
pub mod oneshot_bridge {
    use super::lib::*;
    use libc::c_void;
    use std::sync::mpsc::{channel, Receiver, Sender};

    unsafe extern "C" fn finished(data: *mut c_void, status: i32) {
        let tx: Box<Sender<i32>> = Box::from_raw(data.cast());
        let _ = tx.send(status);
    }

    pub unsafe fn start(l: *mut loop_t, fd: i32) -> Result<Receiver<i32>, i32> {
        let (tx, rx) = channel();
        let tx = Box::into_raw(Box::new(tx));
        let rc = loop_watch(l, fd, finished, tx.cast());
        if rc != 0 {
            let _ = Box::from_raw(tx);
            return Err(rc);
        }
        Ok(rx)
    }
}
