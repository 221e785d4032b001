//! User data of callbacks.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

pub type Callback = unsafe extern "C" fn(user: *mut c_void, code: c_int) -> c_int;

pub type Destroy = unsafe extern "C" fn(user: *mut c_void);

#[repr(C)]
pub struct timer_t {
    _p: [u8; 0],
}

unsafe extern "C" {
    fn timer_start(ms: c_int, cb: Callback, user: *mut c_void) -> *mut timer_t;
    fn timer_stop(t: *mut timer_t);
    fn loop_add(cb: Callback, user: *mut c_void) -> c_int;
    fn loop_add_full(cb: Callback, user: *mut c_void, destroy: Option<Destroy>) -> c_int;
    fn walk(root: *const c_char, cb: Callback, user: *mut c_void) -> c_int;
}

pub struct State {
    hits: u32,
    on_hit: Box<dyn FnMut(c_int)>,
}

unsafe extern "C" fn on_event(user: *mut c_void, code: c_int) -> c_int {
    let state = &mut *(user as *mut State);
    state.hits += 1;
    (state.on_hit)(code);
    0
}

unsafe extern "C" fn on_event_once(user: *mut c_void, code: c_int) -> c_int {
    let mut state = Box::from_raw(user as *mut State);
    (state.on_hit)(code);
    1
}

unsafe extern "C" fn on_event_borrowed(user: *mut c_void, code: c_int) -> c_int {
    let mut state = Box::from_raw(user.cast::<State>());
    state.hits += 1;
    (state.on_hit)(code);
    std::mem::forget(state);
    0
}

unsafe extern "C" fn drop_box<T>(user: *mut c_void) {
    drop(Box::from_raw(user as *mut T));
}

// expect: clean -- user data for later, reclaimed in the callback
pub fn once(f: impl FnMut(c_int) + 'static) -> c_int {
    let state = Box::new(State {
        hits: 0,
        on_hit: Box::new(f),
    });
    unsafe { loop_add(on_event_once, Box::into_raw(state).cast()) }
}

// expect: leaked_raw -- registration fails and the state is lost
pub fn register_or_lose(f: impl FnMut(c_int) + 'static) -> Result<*mut c_void, c_int> {
    let user = Box::into_raw(Box::new(State {
        hits: 0,
        on_hit: Box::new(f),
    }));
    if unsafe { (*user).hits } != 0 {
        return Err(-1);
    }
    let rc = unsafe { loop_add(on_event, user.cast()) };
    if rc != 0 {
        return Err(rc);
    }
    Ok(user.cast())
}

// expect: clean -- registration fails and the state is reclaimed
pub fn register_or_reclaim(f: impl FnMut(c_int) + 'static) -> Result<*mut c_void, c_int> {
    let user = Box::into_raw(Box::new(State {
        hits: 0,
        on_hit: Box::new(f),
    }));
    let rc = unsafe { loop_add(on_event, user.cast()) };
    if rc != 0 {
        drop(unsafe { Box::from_raw(user) });
        return Err(rc);
    }
    Ok(user.cast())
}

// expect: clean -- destroy notify goes along, generic
pub fn full(f: impl FnMut(c_int) + 'static) -> c_int {
    let state = Box::new(State {
        hits: 0,
        on_hit: Box::new(f),
    });
    unsafe {
        loop_add_full(
            on_event_borrowed,
            Box::into_raw(state).cast(),
            Some(drop_box::<State>),
        )
    }
}

// expect: double_free -- destroy notify goes along, and the caller reclaims too
pub fn full_and_reclaimed(f: impl FnMut(c_int) + 'static) -> u32 {
    let user = Box::into_raw(Box::new(State {
        hits: 0,
        on_hit: Box::new(f),
    }));
    unsafe {
        drop_box::<State>(user.cast());
        let state = Box::from_raw(user);
        state.hits
    }
}

// expect: mismatched_layout -- boxed as State, destroyed as c_void
pub fn destroyed_as_void(f: impl FnMut(c_int) + 'static) {
    let user = Box::into_raw(Box::new(State {
        hits: 0,
        on_hit: Box::new(f),
    })) as *mut c_void;
    unsafe { drop_box::<c_void>(user) };
}

// expect: clean -- stack state lent for a synchronous walk
pub fn walk_with(root: &CStr, f: impl FnMut(c_int) + 'static) -> u32 {
    let mut state = State {
        hits: 0,
        on_hit: Box::new(f),
    };
    unsafe {
        walk(
            root.as_ptr(),
            on_event,
            &mut state as *mut State as *mut c_void,
        )
    };
    state.hits
}

// expect: free_nonheap -- stack state reclaimed as a box after the walk
pub fn walk_then_box(root: &CStr, f: impl FnMut(c_int) + 'static) -> u32 {
    let mut state = State {
        hits: 0,
        on_hit: Box::new(f),
    };
    let user = &mut state as *mut State as *mut c_void;
    unsafe {
        walk(root.as_ptr(), on_event, user);
        let state = Box::from_raw(user as *mut State);
        state.hits
    }
}

// expect: clean -- boxed state lent for a synchronous walk and reclaimed
pub fn walk_boxed(root: &CStr, f: impl FnMut(c_int) + 'static) -> u32 {
    let user = Box::into_raw(Box::new(State {
        hits: 0,
        on_hit: Box::new(f),
    }));
    let state = unsafe {
        walk(root.as_ptr(), on_event, user.cast());
        Box::from_raw(user)
    };
    state.hits
}

// expect: clean -- timer type: handle and state in fields, both released in Drop
pub mod timer_good {
    use super::*;
    pub struct Timer {
        raw: *mut timer_t,
        state: *mut State,
    }
    impl Timer {
        pub fn start(ms: c_int, f: impl FnMut(c_int) + 'static) -> Option<Timer> {
            let state = Box::into_raw(Box::new(State {
                hits: 0,
                on_hit: Box::new(f),
            }));
            let raw = unsafe { timer_start(ms, on_event, state.cast()) };
            if raw.is_null() {
                unsafe { drop(Box::from_raw(state)) };
                return None;
            }
            Some(Timer { raw, state })
        }
        pub fn hits(&self) -> u32 {
            unsafe { (*self.state).hits }
        }
    }
    impl Drop for Timer {
        fn drop(&mut self) {
            unsafe {
                timer_stop(self.raw);
                drop(Box::from_raw(self.state));
            }
        }
    }
}

// expect: maybe owner_without_drop -- Drop stops the timer and forgets the state (it was user data as well)
pub mod timer_bad {
    use super::*;
    pub struct Timer {
        raw: *mut timer_t,
        state: *mut State,
    }
    impl Timer {
        pub fn start(ms: c_int, f: impl FnMut(c_int) + 'static) -> Timer {
            let state = Box::into_raw(Box::new(State {
                hits: 0,
                on_hit: Box::new(f),
            }));
            let raw = unsafe { timer_start(ms, on_event, state.cast()) };
            Timer { raw, state }
        }
        pub fn hits(&self) -> u32 {
            unsafe { (*self.state).hits }
        }
    }
    impl Drop for Timer {
        fn drop(&mut self) {
            unsafe { timer_stop(self.raw) };
        }
    }
}

// expect: mismatched_layout -- closure boxed thin, reclaimed as the fat trait box
pub mod fat_thin_bad {
    use super::*;
    type Fun = Box<dyn FnMut(c_int)>;
    fn pack<F: FnMut(c_int) + 'static>(_f: F) -> *mut c_void {
        let arr = Box::new([0u8; 3]);
        Box::into_raw(arr) as *mut c_void
    }
    pub fn run() {
        let user = pack(|_| {});
        let f = unsafe { Box::from_raw(user as *mut Fun) };
        drop(f);
    }
}

// expect: clean -- closure boxed twice, reclaimed as Box<dyn FnMut> in its box
pub mod fat_thin_good {
    use super::*;
    type Fun = Box<dyn FnMut(c_int)>;
    fn pack<F: FnMut(c_int) + 'static>(f: F) -> *mut c_void {
        let f: Fun = Box::new(f);
        Box::into_raw(Box::new(f)) as *mut c_void
    }
    unsafe extern "C" fn call(user: *mut c_void, code: c_int) -> c_int {
        let f = &mut *(user as *mut Fun);
        match catch_unwind(AssertUnwindSafe(|| f(code))) {
            Ok(()) => 0,
            Err(_) => -1,
        }
    }
    pub fn run(root: &CStr) -> c_int {
        let user = pack(|c| println!("{c}"));
        unsafe {
            let rc = walk(root.as_ptr(), call, user);
            drop(Box::from_raw(user as *mut Fun));
            rc
        }
    }
}

// expect: clean -- an Arc count for the callback, taken back when the registration fails
pub fn arc_registered(shared: &Arc<State>) -> Result<(), c_int> {
    let user = Arc::into_raw(Arc::clone(shared)) as *mut c_void;
    match unsafe { loop_add(on_event, user) } {
        0 => Ok(()),
        e => {
            unsafe { Arc::decrement_strong_count(user as *const State) };
            Err(e)
        }
    }
}

// expect: mismatched_dealloc -- Arc'ed for the callback, unboxed when the registration fails
pub fn arc_unboxed(shared: &Arc<State>) -> Result<(), c_int> {
    let user = Arc::into_raw(Arc::clone(shared)) as *mut c_void;
    match unsafe { loop_add(on_event, user) } {
        0 => Ok(()),
        e => {
            unsafe { drop_box::<State>(user) };
            Err(e)
        }
    }
}

// expect: clean -- `static` callback table keeps the boxes for the program's life
pub mod table_good {
    use super::*;
    use std::sync::Mutex;
    struct Ptr(*mut State);
    unsafe impl Send for Ptr {}
    static TABLE: Mutex<Vec<Ptr>> = Mutex::new(Vec::new());
    pub fn install(f: impl FnMut(c_int) + 'static) {
        let p = Box::into_raw(Box::new(State {
            hits: 0,
            on_hit: Box::new(f),
        }));
        TABLE.lock().unwrap().push(Ptr(p));
    }
}
