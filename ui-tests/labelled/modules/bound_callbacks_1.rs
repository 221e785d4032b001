//! Callbacks with boxed closures, destructor arguments, trampolines and thread starts.
use std::ffi::{c_char, c_int, c_long, c_uint, c_void, CStr, CString};
use std::ptr;

// expect: clean -- pthread_create gives the box to the new thread, on failure it is taken back
pub mod pthread_spawn {
    use super::*;
    extern "C" {
        fn pthread_create(
            t: *mut usize,
            attr: *const c_void,
            start: extern "C" fn(*mut c_void) -> *mut c_void,
            arg: *mut c_void,
        ) -> c_int;
        fn pthread_join(t: usize, out: *mut *mut c_void) -> c_int;
        fn pthread_detach(t: usize) -> c_int;
    }
    pub struct Thread(usize);
    extern "C" fn thread_start(main: *mut c_void) -> *mut c_void {
        unsafe { Box::from_raw(main as *mut Box<dyn FnOnce()>)() };
        ptr::null_mut()
    }
    impl Thread {
        pub fn new(p: Box<dyn FnOnce()>) -> std::io::Result<Thread> {
            let p = Box::into_raw(Box::new(p));
            let mut native = 0;
            let ret =
                unsafe { pthread_create(&mut native, ptr::null(), thread_start, p as *mut _) };
            if ret != 0 {
                drop(unsafe { Box::from_raw(p) });
                Err(std::io::Error::from_raw_os_error(ret))
            } else {
                Ok(Thread(native))
            }
        }
        pub fn join(self) {
            unsafe { pthread_join(self.0, ptr::null_mut()) };
            std::mem::forget(self);
        }
    }
    impl Drop for Thread {
        fn drop(&mut self) {
            unsafe { pthread_detach(self.0) };
        }
    }
}

// expect: leaked_raw -- the closure is lost when the thread does not start
pub mod pthread_lost {
    use super::*;
    extern "C" {
        fn pthread_create(
            t: *mut usize,
            attr: *const c_void,
            start: extern "C" fn(*mut c_void) -> *mut c_void,
            arg: *mut c_void,
        ) -> c_int;
    }
    extern "C" fn run<F: FnOnce()>(arg: *mut c_void) -> *mut c_void {
        let f = unsafe { Box::from_raw(arg.cast::<F>()) };
        f();
        ptr::null_mut()
    }
    pub fn spawn<F: FnOnce() + Send + 'static>(f: F) -> Result<usize, c_int> {
        let arg = Box::into_raw(Box::new(f));
        let mut id = 0;
        match unsafe { pthread_create(&mut id, ptr::null(), run::<F>, arg.cast()) } {
            0 => Ok(id),
            e => Err(e),
        }
    }
}

// expect: mismatched_layout -- a Box<Box<dyn FnOnce>> comes back as a Box<c_void>
pub mod pthread_erased {
    use super::*;
    type Job = Box<dyn FnOnce() + Send>;
    extern "C" {
        fn pthread_create(
            t: *mut usize,
            attr: *const c_void,
            start: extern "C" fn(*mut c_void) -> *mut c_void,
            arg: *mut c_void,
        ) -> c_int;
    }
    extern "C" fn run(arg: *mut c_void) -> *mut c_void {
        unsafe { (*(arg as *mut Option<Job>)).take().map(|f| f()) };
        ptr::null_mut()
    }
    pub fn spawn(job: Job) -> bool {
        let arg = Box::into_raw(Box::new(Some(job))) as *mut c_void;
        let mut id = 0usize;
        let rc = unsafe { pthread_create(&mut id, ptr::null(), run, arg) };
        if rc != 0 {
            unsafe { drop(Box::from_raw(arg)) };
        }
        rc == 0
    }
}

// expect: clean -- the trampoline only borrows the closure, which lives on the caller's stack
pub mod walk_borrowed {
    use super::*;
    extern "C" {
        fn cfg_walk(
            cfg: *mut c_void,
            f: unsafe extern "C" fn(*const c_char, *mut c_void) -> c_int,
            data: *mut c_void,
        ) -> c_int;
    }
    unsafe extern "C" fn tramp<F: FnMut(&CStr) -> bool>(
        key: *const c_char,
        data: *mut c_void,
    ) -> c_int {
        let f = &mut *(data as *mut F);
        !f(CStr::from_ptr(key)) as c_int
    }
    pub unsafe fn walk<F: FnMut(&CStr) -> bool>(cfg: *mut c_void, mut f: F) -> bool {
        cfg_walk(cfg, tramp::<F>, &mut f as *mut F as *mut c_void) == 0
    }
}

// expect: clean -- the one-shot callback consumes its box
pub mod idle_once {
    use super::*;
    extern "C" {
        fn g_idle_add(f: unsafe extern "C" fn(*mut c_void) -> c_int, data: *mut c_void) -> c_uint;
    }
    unsafe extern "C" fn once<F: FnOnce()>(data: *mut c_void) -> c_int {
        let f: Box<F> = Box::from_raw(data as *mut F);
        (*f)();
        0
    }
    pub fn idle_once<F: FnOnce() + 'static>(f: F) -> u32 {
        let data = Box::into_raw(Box::new(f));
        unsafe { g_idle_add(once::<F>, data as *mut c_void) }
    }
}

// expect: double_free -- the source calls the destroy notify, Drop frees the closure too
pub mod timeout_twice {
    use super::*;
    extern "C" {
        fn g_timeout_add_full(
            prio: c_int,
            ms: c_uint,
            f: unsafe extern "C" fn(*mut c_void) -> c_int,
            data: *mut c_void,
            notify: Option<unsafe extern "C" fn(*mut c_void)>,
        ) -> c_uint;
        fn g_source_remove(id: c_uint) -> c_int;
    }
    type Tick = Box<dyn FnMut() -> bool>;
    unsafe extern "C" fn tick(data: *mut c_void) -> c_int {
        (*(data as *mut Tick))() as c_int
    }
    unsafe extern "C" fn notify(data: *mut c_void) {
        drop(Box::from_raw(data as *mut Tick));
    }
    pub struct Timeout {
        id: c_uint,
        data: *mut Tick,
    }
    impl Timeout {
        pub fn every(ms: u32, f: impl FnMut() -> bool + 'static) -> Timeout {
            let data: *mut Tick = Box::into_raw(Box::new(Box::new(f)));
            let id = unsafe { g_timeout_add_full(0, ms, tick, data.cast(), Some(notify)) };
            Timeout { id, data }
        }
    }
    impl Drop for Timeout {
        fn drop(&mut self) {
            unsafe {
                g_source_remove(self.id);
                drop(Box::from_raw(self.data));
            }
        }
    }
}

// expect: clean -- without a destroy notify, Drop removes the source and frees the closure
pub mod timeout_owned {
    use super::*;
    extern "C" {
        fn evtimer_start(
            base: *mut c_void,
            ms: c_long,
            f: unsafe extern "C" fn(*mut c_void),
            data: *mut c_void,
        ) -> *mut c_void;
        fn evtimer_stop(t: *mut c_void);
    }
    unsafe extern "C" fn fire<F: FnMut()>(data: *mut c_void) {
        let f = data as *mut F;
        (*f)();
    }
    pub struct Timer<F: FnMut()> {
        handle: *mut c_void,
        closure: *mut F,
    }
    impl<F: FnMut()> Timer<F> {
        pub unsafe fn start(base: *mut c_void, ms: i32, f: F) -> Option<Timer<F>> {
            let closure = Box::into_raw(Box::new(f));
            let handle = evtimer_start(base, ms as c_long, fire::<F>, closure.cast());
            if handle.is_null() {
                let _ = Box::from_raw(closure);
                return None;
            }
            Some(Timer { handle, closure })
        }
    }
    impl<F: FnMut()> Drop for Timer<F> {
        fn drop(&mut self) {
            unsafe {
                evtimer_stop(self.handle);
                drop(Box::from_raw(self.closure));
            }
        }
    }
}

// expect: maybe leaked_raw -- after an escape to a foreign function, the closure is lost on one of the ways out
pub mod replace_handler {
    use super::*;
    type Handler = dyn FnMut(i32) + Send;
    extern "C" {
        fn dev_set_handler(
            d: *mut c_void,
            f: Option<unsafe extern "C" fn(c_int, *mut c_void)>,
            data: *mut c_void,
        ) -> c_int;
    }
    unsafe extern "C" fn on_event(code: c_int, data: *mut c_void) {
        let h = &mut *(data as *mut Box<Handler>);
        h(code);
    }
    pub unsafe fn with_handler(
        dev: *mut c_void,
        h: Box<Handler>,
        run: impl Fn() -> bool,
    ) -> Result<(), c_int> {
        let data = Box::into_raw(Box::new(h));
        let rc = dev_set_handler(dev, Some(on_event), data.cast());
        if rc < 0 {
            return Err(rc);
        }
        let ran = run();
        dev_set_handler(dev, None, ptr::null_mut());
        if !ran {
            return Err(0);
        }
        drop(Box::from_raw(data));
        Ok(())
    }
}

// expect: clean -- the closure is boxed twice, registered, deregistered and freed whatever run says
pub mod scoped_handler {
    use super::*;
    extern "C" {
        fn dev_set_handler(
            d: *mut c_void,
            f: Option<unsafe extern "C" fn(c_int, *mut c_void)>,
            data: *mut c_void,
        ) -> c_int;
    }
    unsafe extern "C" fn on_event<H: FnMut(i32)>(code: c_int, data: *mut c_void) {
        (*(data as *mut H))(code)
    }
    struct Registration<H> {
        dev: *mut c_void,
        data: *mut H,
    }
    impl<H> Drop for Registration<H> {
        fn drop(&mut self) {
            unsafe {
                dev_set_handler(self.dev, None, ptr::null_mut());
                drop(Box::from_raw(self.data));
            }
        }
    }
    pub unsafe fn with_handler<H: FnMut(i32)>(
        dev: *mut c_void,
        h: H,
        run: impl FnOnce() -> bool,
    ) -> Result<(), c_int> {
        let reg = Registration {
            dev,
            data: Box::into_raw(Box::new(h)),
        };
        match dev_set_handler(dev, Some(on_event::<H>), reg.data as *mut c_void) {
            0 => {}
            rc => return Err(rc),
        }
        if run() {
            Ok(())
        } else {
            Err(-1)
        }
    }
}

// expect: use_after_free -- the closure is dropped before the library is told, by name, to stop using it
pub mod unregister_late {
    use super::*;
    extern "C" {
        fn mosq_callback_set(m: *mut c_void, data: *mut c_void) -> c_int;
        fn mosq_callback_clear(m: *mut c_void, data: *mut c_void) -> c_int;
    }
    pub struct OnMessage {
        pub topics: Vec<String>,
    }
    pub unsafe fn run_once(m: *mut c_void, topics: Vec<String>) -> c_int {
        let data = Box::into_raw(Box::new(OnMessage { topics }));
        let rc = mosq_callback_set(m, data.cast());
        let n = (*data).topics.len() as c_int;
        drop(Box::from_raw(data));
        mosq_callback_clear(m, data.cast());
        rc + n
    }
}

// expect: clean -- cleared first, dropped afterwards
pub mod unregister_first {
    use super::*;
    extern "C" {
        fn mosq_callback_set(m: *mut c_void, data: *mut c_void) -> c_int;
        fn mosq_callback_clear(m: *mut c_void, data: *mut c_void) -> c_int;
    }
    #[derive(Default)]
    pub struct Inbox {
        messages: std::sync::Mutex<Vec<Vec<u8>>>,
    }
    pub unsafe fn collect(m: *mut c_void, pump: fn(*mut c_void)) -> Vec<Vec<u8>> {
        let data = Box::into_raw(Box::<Inbox>::default());
        mosq_callback_set(m, data.cast());
        pump(m);
        mosq_callback_clear(m, data.cast());
        let inbox = *Box::from_raw(data);
        inbox.messages.into_inner().unwrap_or_default()
    }
}

// expect: clean -- an Arc as user data: cloned without consuming the count the library holds
pub mod arc_user_data {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::Arc;
    extern "C" {
        fn stream_open(
            cb: unsafe extern "C" fn(*const f32, c_uint, *mut c_void),
            data: *mut c_void,
        ) -> *mut c_void;
        fn stream_close(s: *mut c_void);
    }
    pub struct Shared {
        frames: AtomicU64,
    }
    unsafe extern "C" fn audio(_buf: *const f32, n: c_uint, data: *mut c_void) {
        let shared = Arc::from_raw(data as *const Shared);
        shared.frames.fetch_add(n as u64, Ordering::Relaxed);
        std::mem::forget(shared);
    }
    pub struct Stream {
        raw: *mut c_void,
        shared: Arc<Shared>,
        user: *const Shared,
    }
    impl Stream {
        pub fn open() -> Option<Stream> {
            let shared = Arc::new(Shared {
                frames: AtomicU64::new(0),
            });
            let user = Arc::into_raw(shared.clone());
            let raw = unsafe { stream_open(audio, user as *mut c_void) };
            if raw.is_null() {
                unsafe { Arc::decrement_strong_count(user) };
                return None;
            }
            Some(Stream { raw, shared, user })
        }
        pub fn frames(&self) -> u64 {
            self.shared.frames.load(Ordering::Relaxed)
        }
    }
    impl Drop for Stream {
        fn drop(&mut self) {
            unsafe {
                stream_close(self.raw);
                drop(Arc::from_raw(self.user));
            }
        }
    }
}

// expect: mismatched_dealloc -- Arc::into_raw data is given back as a Box on the error path
pub mod arc_as_box {
    use super::*;
    use std::sync::{Arc, Mutex};
    extern "C" {
        fn snd_async_add(
            pcm: *mut c_void,
            cb: extern "C" fn(*mut c_void),
            data: *mut c_void,
        ) -> c_int;
    }
    pub struct Meter {
        pub peak: Mutex<f32>,
    }
    extern "C" fn on_period(data: *mut c_void) {
        let m = unsafe { &*(data as *const Meter) };
        *m.peak.lock().unwrap() *= 0.5;
    }
    pub unsafe fn attach(pcm: *mut c_void, meter: Arc<Meter>) -> Result<(), c_int> {
        let data = Arc::into_raw(meter) as *mut c_void;
        let rc = snd_async_add(pcm, on_period, data);
        if rc < 0 {
            drop(Box::from_raw(data as *mut Meter));
            return Err(rc);
        }
        Ok(())
    }
}

// expect: aliased_owner -- Arc::as_ptr lends, from_raw takes a count that nobody gave
pub mod arc_as_ptr {
    use std::sync::Arc;
    pub struct Peer {
        pub name: String,
    }
    pub fn second(peer: &Arc<Peer>) -> usize {
        let other = unsafe { Arc::from_raw(Arc::as_ptr(peer)) };
        other.name.len()
    }
}

// expect: clean -- the count is taken before the second Arc is made
pub mod arc_counted {
    use std::sync::Arc;
    pub struct Peer {
        pub name: String,
    }
    pub fn second(peer: &Arc<Peer>) -> Arc<Peer> {
        let p = Arc::as_ptr(peer);
        unsafe {
            Arc::increment_strong_count(p);
            Arc::from_raw(p)
        }
    }
}
