//! Hand-over between threads through raw pointers, atomics and shared counts.

// expect: clean -- swap takes the pointer out, whoever gets it drops it
pub mod atomic_slot {
    use std::ptr;
    use std::sync::atomic::{AtomicPtr, Ordering};

    pub struct Slot<T> {
        p: AtomicPtr<T>,
    }

    impl<T> Slot<T> {
        pub const fn empty() -> Self {
            Slot { p: AtomicPtr::new(ptr::null_mut()) }
        }

        pub fn put(&self, v: T) -> Option<T> {
            let old = self.p.swap(Box::into_raw(Box::new(v)), Ordering::AcqRel);
            if old.is_null() { None } else { Some(*unsafe { Box::from_raw(old) }) }
        }

        pub fn take(&self) -> Option<T> {
            let old = self.p.swap(ptr::null_mut(), Ordering::AcqRel);
            if old.is_null() { None } else { Some(*unsafe { Box::from_raw(old) }) }
        }
    }

    impl<T> Drop for Slot<T> {
        fn drop(&mut self) {
            drop(self.take());
        }
    }
}

// expect: leaked_raw -- a lost compare_exchange leaves the new box behind
pub mod cas_loser_leaks {
    use std::ptr;
    use std::sync::atomic::{AtomicPtr, Ordering};

    pub struct Config {
        pub name: String,
    }

    static CONFIG: AtomicPtr<Config> = AtomicPtr::new(ptr::null_mut());

    pub fn config(name: &str) -> &'static Config {
        let cur = CONFIG.load(Ordering::Acquire);
        if !cur.is_null() {
            return unsafe { &*cur };
        }
        let new = Box::into_raw(Box::new(Config { name: name.to_owned() }));
        match CONFIG.compare_exchange(ptr::null_mut(), new, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => unsafe { &*new },
            Err(winner) => unsafe { &*winner },
        }
    }
}

// expect: clean -- the loser drops its box
pub mod cas_loser_drops {
    use std::ptr;
    use std::sync::atomic::{AtomicPtr, Ordering};

    pub struct Config {
        pub name: String,
    }

    static CONFIG: AtomicPtr<Config> = AtomicPtr::new(ptr::null_mut());

    pub fn config(name: &str) -> &'static Config {
        let cur = CONFIG.load(Ordering::Acquire);
        if !cur.is_null() {
            return unsafe { &*cur };
        }
        let new = Box::into_raw(Box::new(Config { name: name.to_owned() }));
        match CONFIG.compare_exchange(ptr::null_mut(), new, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => unsafe { &*new },
            Err(winner) => unsafe {
                drop(Box::from_raw(new));
                &*winner
            },
        }
    }
}

// expect: double_free -- both sides of the hand-over drop the job
pub mod job_dropped_by_both {
    use std::thread;

    struct Job {
        input: Vec<u8>,
        output: u64,
    }

    unsafe fn run(p: *mut Job) -> u64 {
        let mut job = Box::from_raw(p);
        job.output = job.input.iter().map(|&b| b as u64).sum();
        job.output
    }

    pub fn sum(input: Vec<u8>) -> u64 {
        let job = Box::into_raw(Box::new(Job { input, output: 0 }));
        thread::yield_now();
        let out = unsafe { run(job) };
        unsafe { drop(Box::from_raw(job)) };
        out
    }
}

// expect: clean -- pthread_create with the argument taken back on failure
pub mod pthread_arg {
    use libc::c_void;
    use std::{io, mem, ptr};

    type Main = Box<dyn FnOnce() + Send + 'static>;

    extern "C" fn thread_start(arg: *mut c_void) -> *mut c_void {
        let main = unsafe { Box::from_raw(arg as *mut Main) };
        main();
        ptr::null_mut()
    }

    pub fn spawn(main: Main) -> io::Result<libc::pthread_t> {
        let p = Box::into_raw(Box::new(main));
        unsafe {
            let mut id: libc::pthread_t = mem::zeroed();
            let rc = libc::pthread_create(&mut id, ptr::null(), thread_start, p.cast());
            if rc != 0 {
                drop(Box::from_raw(p));
                return Err(io::Error::from_raw_os_error(rc));
            }
            Ok(id)
        }
    }
}

// expect: leaked_raw -- the closure is lost when the thread cannot be made
pub mod pthread_arg_lost {
    use libc::c_void;
    use std::{io, mem, ptr};

    type Main = Box<dyn FnOnce() + Send + 'static>;

    extern "C" fn thread_start(arg: *mut c_void) -> *mut c_void {
        let main = unsafe { Box::from_raw(arg as *mut Main) };
        main();
        ptr::null_mut()
    }

    pub fn spawn(main: Main) -> io::Result<libc::pthread_t> {
        let p = Box::into_raw(Box::new(main));
        unsafe {
            let mut id: libc::pthread_t = mem::zeroed();
            match libc::pthread_create(&mut id, ptr::null(), thread_start, p.cast()) {
                0 => Ok(id),
                rc => Err(io::Error::from_raw_os_error(rc)),
            }
        }
    }
}

// expect: clean -- a hand-made Arc: the last one frees
pub mod shared_count {
    use std::ops::Deref;
    use std::ptr::NonNull;
    use std::sync::atomic::{fence, AtomicUsize, Ordering};

    struct Inner<T> {
        refs: AtomicUsize,
        value: T,
    }

    pub struct Shared<T> {
        p: NonNull<Inner<T>>,
    }

    unsafe impl<T: Send + Sync> Send for Shared<T> {}

    impl<T> Shared<T> {
        pub fn new(value: T) -> Self {
            let inner = Box::new(Inner { refs: AtomicUsize::new(1), value });
            Shared { p: NonNull::from(Box::leak(inner)) }
        }
    }

    impl<T> Deref for Shared<T> {
        type Target = T;

        fn deref(&self) -> &T {
            unsafe { &self.p.as_ref().value }
        }
    }

    impl<T> Clone for Shared<T> {
        fn clone(&self) -> Self {
            unsafe { self.p.as_ref() }.refs.fetch_add(1, Ordering::Relaxed);
            Shared { p: self.p }
        }
    }

    impl<T> Drop for Shared<T> {
        fn drop(&mut self) {
            if unsafe { self.p.as_ref() }.refs.fetch_sub(1, Ordering::Release) == 1 {
                fence(Ordering::Acquire);
                unsafe { drop(Box::from_raw(self.p.as_ptr())) };
            }
        }
    }
}

// expect: double_free -- Clone forgets to count up, Drop frees at once
pub mod shared_uncounted {
    use std::ptr::NonNull;

    pub struct Handle {
        p: NonNull<Vec<u8>>,
    }

    impl Handle {
        pub fn new(bytes: Vec<u8>) -> Handle {
            Handle { p: NonNull::from(Box::leak(Box::new(bytes))) }
        }

        pub fn bytes(&self) -> &[u8] {
            unsafe { self.p.as_ref() }
        }
    }

    impl Clone for Handle {
        fn clone(&self) -> Handle {
            Handle { p: self.p }
        }
    }

    impl Drop for Handle {
        fn drop(&mut self) {
            drop(unsafe { Box::from_raw(self.p.as_ptr()) });
        }
    }
}

// expect: aliased_owner -- the Arc for the thread is made twice out of one into_raw
pub mod arc_from_raw_twice {
    use std::sync::{Arc, Mutex};
    use std::thread;

    pub fn count(n: usize) -> usize {
        let total = Arc::new(Mutex::new(0usize));
        let raw = Arc::into_raw(total);
        let a = unsafe { Arc::from_raw(raw) };
        let b = unsafe { Arc::from_raw(raw) };
        let t = thread::spawn(move || *b.lock().unwrap() += n);
        t.join().unwrap();
        let out = *a.lock().unwrap();
        out
    }
}

// expect: clean -- one count more for the second Arc
pub mod arc_from_raw_counted {
    use std::sync::{Arc, Mutex};
    use std::thread;

    pub fn count(n: usize) -> usize {
        let total = Arc::new(Mutex::new(0usize));
        let raw = Arc::into_raw(total);
        let a = unsafe { Arc::from_raw(raw) };
        let b = unsafe {
            Arc::increment_strong_count(raw);
            Arc::from_raw(raw)
        };
        let t = thread::spawn(move || *b.lock().unwrap() += n);
        t.join().unwrap();
        let out = *a.lock().unwrap();
        out
    }
}

// expect: mismatched_dealloc -- the Arc of the worker is taken back as a Box
pub mod arc_as_box {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::Arc;

    pub struct Worker {
        stop: AtomicBool,
        name: String,
    }

    pub struct Handle(*const Worker);

    impl Handle {
        pub fn start(name: &str) -> Handle {
            let w = Arc::new(Worker { stop: AtomicBool::new(false), name: name.into() });
            Handle(Arc::into_raw(w))
        }

        pub fn stop(&self) {
            unsafe { (*self.0).stop.store(true, Ordering::SeqCst) };
        }

        pub fn name(&self) -> String {
            unsafe { (&(*self.0).name).clone() }
        }
    }

    impl Drop for Handle {
        fn drop(&mut self) {
            self.stop();
            unsafe { drop(Box::from_raw(self.0 as *mut Worker)) };
        }
    }
}

// expect: leaked_raw -- a channel that is closed gives the pointer back, and nobody takes it
pub mod sender_closed {
    use std::sync::mpsc::SyncSender;

    pub struct Message(*mut [u8; 64]);

    unsafe impl Send for Message {}

    pub fn post(tx: &SyncSender<Message>, bytes: [u8; 64], urgent: bool) -> bool {
        let raw = Box::into_raw(Box::new(bytes));
        if urgent && unsafe { (*raw)[0] } == 0 {
            return false;
        }
        match tx.try_send(Message(raw)) {
            Ok(()) => true,
            Err(_) => false,
        }
    }
}

// expect: clean -- a thread-local scratch buffer lives as long as the thread
pub mod thread_local_scratch {
    use std::cell::Cell;
    use std::ptr;

    thread_local! {
        static SCRATCH: Cell<*mut Vec<u8>> = const { Cell::new(ptr::null_mut()) };
    }

    pub fn with_scratch<R>(f: impl FnOnce(&mut Vec<u8>) -> R) -> R {
        SCRATCH.with(|s| {
            if s.get().is_null() {
                s.set(Box::into_raw(Box::default()));
            }
            let v = unsafe { &mut *s.get() };
            v.clear();
            f(v)
        })
    }
}

// expect: use_after_free -- the queue node is read after the consumer freed it
pub mod consumer_reads_freed {
    pub struct Item {
        seq: u64,
        payload: Vec<u8>,
    }

    fn consume(p: *mut Item) -> usize {
        let item = unsafe { Box::from_raw(p) };
        item.payload.len()
    }

    pub fn process(batches: Vec<Vec<u8>>) -> (usize, u64) {
        let mut bytes = 0;
        let mut last = 0;
        for (i, payload) in batches.into_iter().enumerate() {
            let p = Box::into_raw(Box::new(Item { seq: i as u64, payload }));
            bytes += consume(p);
            last = unsafe { (*p).seq };
        }
        (bytes, last)
    }
}

// expect: clean -- scoped hand-over through usize
pub mod through_usize {
    use std::thread;

    pub fn double_all(mut v: Vec<u32>) -> Vec<u32> {
        let (addr, len, cap) = (v.as_mut_ptr() as usize, v.len(), v.capacity());
        std::mem::forget(v);
        let t = thread::spawn(move || {
            let v = unsafe { std::slice::from_raw_parts_mut(addr as *mut u32, len) };
            v.iter_mut().for_each(|x| *x *= 2);
        });
        t.join().unwrap();
        unsafe { Vec::from_raw_parts(addr as *mut u32, len, cap) }
    }
}
