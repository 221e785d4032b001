//! Correct code that looks wrong: ownership that moves on by contract, flags, counts, pools, statics.
#![allow(non_camel_case_types)]

pub mod raw {
    use libc::{c_char, c_int, c_void};
    pub enum json_t {}
    pub enum archive_t {}
    pub enum xml_doc {}
    pub enum xml_node {}
    pub enum heap_t {}
    pub enum server_t {}
    extern "C" {
        pub fn json_object() -> *mut json_t;
        pub fn json_string(s: *const c_char) -> *mut json_t;
        /// Steals the reference to the value, on failure as well.
        pub fn json_object_set_new(o: *mut json_t, k: *const c_char, v: *mut json_t) -> c_int;
        pub fn json_incref(o: *mut json_t) -> *mut json_t;
        pub fn json_decref(o: *mut json_t);
        pub fn xml_new_node(name: *const c_char) -> *mut xml_node;
        pub fn xml_free_node(n: *mut xml_node);
        pub fn xml_new_doc() -> *mut xml_doc;
        pub fn xml_free_doc(d: *mut xml_doc);
        /// The document owns the root from here on.
        pub fn xml_doc_set_root(d: *mut xml_doc, n: *mut xml_node);
        pub fn server_new(port: c_int) -> *mut server_t;
        pub fn server_start(s: *mut server_t) -> c_int;
        pub fn server_free(s: *mut server_t);
        pub fn register_plugin(name: *const c_char, data: *mut c_void, drop: unsafe extern "C" fn(*mut c_void));
        pub fn set_global_handler(f: unsafe extern "C" fn(*mut c_void), data: *mut c_void);
    }
}

// expect: clean -- from_raw, then into_raw of the same box, for a borrow
pub mod borrow_by_box {
    pub struct State {
        pub counter: u32,
    }

    pub unsafe fn tick(p: *mut State) -> u32 {
        let mut state = Box::from_raw(p);
        state.counter += 1;
        let n = state.counter;
        let p2 = Box::into_raw(state);
        debug_assert_eq!(p, p2);
        n
    }

    pub fn run() -> u32 {
        let p = Box::into_raw(Box::new(State { counter: 0 }));
        unsafe {
            tick(p);
            let n = tick(p);
            drop(Box::from_raw(p));
            n
        }
    }
}

// expect: clean -- the pointer moves forward for parsing, the base is released
pub mod moving_cursor {
    pub unsafe fn words(text: &[u8]) -> usize {
        let base = libc::malloc(text.len() + 1) as *mut u8;
        if base.is_null() {
            return 0;
        }
        std::ptr::copy_nonoverlapping(text.as_ptr(), base, text.len());
        *base.add(text.len()) = 0;
        let mut cur = base;
        let mut n = 0;
        while cur < base.add(text.len()) {
            if *cur == b' ' {
                n += 1;
            }
            cur = cur.add(1);
        }
        cur = cur.sub(text.len());
        libc::free(cur.cast());
        n
    }
}

// expect: clean -- the address is compared after the release, not used
pub mod compare_after_free {
    pub unsafe fn reused() -> bool {
        let a = libc::malloc(32);
        if a.is_null() {
            return false;
        }
        let old = a as usize;
        libc::free(a);
        let b = libc::malloc(32);
        let same = b as usize == old;
        libc::free(b);
        same
    }
}

// expect: clean -- free(NULL) on the path where nothing was allocated
pub mod goto_style_cleanup {
    use std::ffi::CStr;

    pub unsafe fn join(a: &CStr, b: &CStr) -> Option<String> {
        let mut left = std::ptr::null_mut();
        let mut right = std::ptr::null_mut();
        let result = 'done: {
            left = libc::strdup(a.as_ptr());
            if left.is_null() {
                break 'done None;
            }
            right = libc::strdup(b.as_ptr());
            if right.is_null() {
                break 'done None;
            }
            let l = CStr::from_ptr(left).to_string_lossy();
            let r = CStr::from_ptr(right).to_string_lossy();
            Some(format!("{l}{r}"))
        };
        libc::free(right.cast());
        libc::free(left.cast());
        result
    }
}

// expect: clean -- a user type with its own from_raw and into_raw over an index
pub mod index_arena {
    #[derive(Clone, Copy, PartialEq)]
    pub struct NodeId(u32);

    impl NodeId {
        pub fn into_raw(self) -> u32 {
            self.0
        }

        pub fn from_raw(raw: u32) -> NodeId {
            NodeId(raw)
        }
    }

    pub struct Graph {
        names: Vec<String>,
        free: Vec<u32>,
    }

    impl Graph {
        pub fn alloc(&mut self, name: &str) -> NodeId {
            match self.free.pop() {
                Some(i) => {
                    self.names[i as usize] = name.to_owned();
                    NodeId::from_raw(i)
                }
                None => {
                    self.names.push(name.to_owned());
                    NodeId::from_raw(self.names.len() as u32 - 1)
                }
            }
        }

        pub fn free(&mut self, id: NodeId) {
            self.names[id.into_raw() as usize].clear();
            self.free.push(id.into_raw());
        }
    }

    pub fn demo(g: &mut Graph) {
        let a = g.alloc("a");
        g.free(a);
        let b = g.alloc("b");
        g.free(b);
    }
}

// expect: clean -- a pool returns its objects by Drop of the guard
pub mod pooled_guard {
    use std::cell::RefCell;
    use std::rc::Rc;

    pub struct Pool {
        idle: RefCell<Vec<*mut Vec<u8>>>,
    }

    pub struct Pooled {
        buf: *mut Vec<u8>,
        pool: Rc<Pool>,
    }

    impl Pool {
        pub fn new() -> Rc<Pool> {
            Rc::new(Pool { idle: RefCell::default() })
        }

        pub fn get(self: &Rc<Self>) -> Pooled {
            let buf = self.idle.borrow_mut().pop().unwrap_or_else(|| Box::into_raw(Box::default()));
            Pooled { buf, pool: self.clone() }
        }
    }

    impl Drop for Pooled {
        fn drop(&mut self) {
            unsafe { (*self.buf).clear() };
            self.pool.idle.borrow_mut().push(self.buf);
        }
    }

    impl Drop for Pool {
        fn drop(&mut self) {
            for p in self.idle.get_mut().drain(..) {
                unsafe { drop(Box::from_raw(p)) };
            }
        }
    }
}

// expect: clean -- CString handed to execvp, the process image is replaced or exits
pub mod exec_args {
    use std::ffi::CString;

    pub fn exec(args: &[&str]) -> ! {
        let mut argv: Vec<*const libc::c_char> = args.iter().map(|a| CString::new(*a).unwrap().into_raw() as *const _).collect();
        argv.push(std::ptr::null());
        unsafe {
            libc::execvp(argv[0], argv.as_ptr());
            libc::_exit(127)
        }
    }
}

// expect: clean -- strings handed to a C array and all reclaimed afterwards
pub mod argv_reclaimed {
    use std::ffi::CString;
    use std::os::raw::{c_char, c_int};

    extern "C" {
        fn tool_main(argc: c_int, argv: *mut *mut c_char) -> c_int;
    }

    pub fn run(args: &[&str]) -> c_int {
        let mut argv: Vec<*mut c_char> = args.iter().filter_map(|a| CString::new(*a).ok()).map(CString::into_raw).collect();
        let rc = unsafe { tool_main(argv.len() as c_int, argv.as_mut_ptr()) };
        for p in argv {
            drop(unsafe { CString::from_raw(p) });
        }
        rc
    }
}

// expect: clean -- take and replace inside a Cell
pub mod cell_take {
    use std::cell::Cell;
    use std::ptr;

    pub struct Lazy {
        p: Cell<*mut String>,
    }

    impl Lazy {
        pub const fn new() -> Lazy {
            Lazy { p: Cell::new(ptr::null_mut()) }
        }

        pub fn get(&self, init: impl FnOnce() -> String) -> &str {
            if self.p.get().is_null() {
                let v = Box::into_raw(Box::new(init()));
                self.p.set(v);
            }
            unsafe { &*self.p.get() }
        }
    }

    impl Drop for Lazy {
        fn drop(&mut self) {
            let p = self.p.replace(ptr::null_mut());
            if !p.is_null() {
                unsafe { drop(Box::from_raw(p)) };
            }
        }
    }
}

// expect: clean -- ManuallyDrop fields dropped in a chosen order
pub mod drop_order {
    use std::mem::ManuallyDrop;

    pub struct Library(pub String);
    pub struct Symbol(pub Vec<u8>);

    pub struct Plugin {
        symbol: ManuallyDrop<Symbol>,
        library: ManuallyDrop<Library>,
    }

    impl Plugin {
        pub fn new(symbol: Symbol, library: Library) -> Plugin {
            Plugin { symbol: ManuallyDrop::new(symbol), library: ManuallyDrop::new(library) }
        }
    }

    impl Drop for Plugin {
        fn drop(&mut self) {
            unsafe {
                ManuallyDrop::drop(&mut self.symbol);
                ManuallyDrop::drop(&mut self.library);
            }
        }
    }
}

// expect: clean -- the tagged low bit is taken off before the release
pub mod tagged_pointer {
    pub struct Tagged(usize);

    impl Tagged {
        pub fn new(v: u64, mark: bool) -> Tagged {
            Tagged(Box::into_raw(Box::new(v)) as usize | mark as usize)
        }

        fn ptr(&self) -> *mut u64 {
            (self.0 & !1) as *mut u64
        }

        pub fn get(&self) -> (u64, bool) {
            (unsafe { *self.ptr() }, self.0 & 1 == 1)
        }
    }

    impl Drop for Tagged {
        fn drop(&mut self) {
            unsafe { drop(Box::from_raw(self.ptr())) }
        }
    }
}

// expect: clean -- getcwd allocates when given null; errors leave nothing behind
pub mod getcwd_alloc {
    use std::ffi::CStr;

    pub fn cwd() -> Result<String, std::io::Error> {
        let p = unsafe { libc::getcwd(std::ptr::null_mut(), 0) };
        if p.is_null() {
            return Err(std::io::Error::last_os_error());
        }
        let text = unsafe { CStr::from_ptr(p) }.to_string_lossy().into_owned();
        unsafe { libc::free(p.cast()) };
        Ok(text)
    }
}

// expect: clean -- a drained vector is taken apart, every pointer is released in the second loop
pub mod batch_release {
    pub unsafe fn process(inputs: &[&[u8]]) -> usize {
        let mut blocks: Vec<*mut u8> = Vec::new();
        for input in inputs {
            let p = libc::malloc(input.len() + 1) as *mut u8;
            if p.is_null() {
                break;
            }
            std::ptr::copy_nonoverlapping(input.as_ptr(), p, input.len());
            blocks.push(p);
        }
        let n = blocks.len();
        while let Some(p) = blocks.pop() {
            libc::free(p.cast());
        }
        n
    }
}

// expect: clean -- the same pointer freed in both arms of a match, each once
pub mod freed_in_each_arm {
    pub enum Outcome {
        Empty,
        Text(String),
    }

    pub unsafe fn take(p: *mut libc::c_char) -> Outcome {
        match libc::strlen(p) {
            0 => {
                libc::free(p.cast());
                Outcome::Empty
            }
            n => {
                let s = String::from_utf8_lossy(std::slice::from_raw_parts(p.cast(), n)).into_owned();
                libc::free(p.cast());
                Outcome::Text(s)
            }
        }
    }
}

// expect: clean -- reading through the old name after the box came back to life
pub mod revived_box {
    pub fn bump(mut v: Box<[u64; 4]>) -> u64 {
        let p = Box::into_raw(v);
        unsafe {
            (*p)[0] += 1;
            v = Box::from_raw(p);
        }
        v[0] + v[3]
    }
}
