//! Bindings of language runtimes: Lua, CPython, Ruby, Node-API, JNI, GLib.
#![allow(non_camel_case_types, non_snake_case)]

pub mod sys {
    use libc::{c_char, c_int, c_long, c_uint, c_void, size_t};
    pub enum lua_State {}
    pub type lua_CFunction = unsafe extern "C" fn(*mut lua_State) -> c_int;
    #[repr(C)]
    pub struct PyObject {
        pub ob_refcnt: isize,
    }
    pub type VALUE = usize;
    pub type napi_env = *mut c_void;
    pub type napi_value = *mut c_void;
    pub type napi_ref = *mut c_void;
    pub type napi_finalize = unsafe extern "C" fn(napi_env, *mut c_void, *mut c_void);
    pub type JNIEnv = *mut c_void;
    pub enum GError {}
    pub enum GObject {}
    pub enum GList {}
    pub type GDestroyNotify = Option<unsafe extern "C" fn(*mut c_void)>;
    extern "C" {
        pub fn luaL_newstate() -> *mut lua_State;
        pub fn lua_close(l: *mut lua_State);
        pub fn luaL_loadstring(l: *mut lua_State, s: *const c_char) -> c_int;
        pub fn lua_pcallk(l: *mut lua_State, a: c_int, r: c_int, e: c_int, c: isize, k: *mut c_void) -> c_int;
        pub fn lua_newuserdatauv(l: *mut lua_State, n: size_t, uv: c_int) -> *mut c_void;
        pub fn lua_touserdata(l: *mut lua_State, i: c_int) -> *mut c_void;
        pub fn lua_tolstring(l: *mut lua_State, i: c_int, n: *mut size_t) -> *const c_char;
        pub fn lua_pushlightuserdata(l: *mut lua_State, p: *mut c_void);
        pub fn lua_newstate(f: unsafe extern "C" fn(*mut c_void, *mut c_void, size_t, size_t) -> *mut c_void, ud: *mut c_void) -> *mut lua_State;
        pub fn PyUnicode_FromStringAndSize(s: *const c_char, n: isize) -> *mut PyObject;
        pub fn PyList_New(n: isize) -> *mut PyObject;
        pub fn PyList_SetItem(l: *mut PyObject, i: isize, o: *mut PyObject) -> c_int;
        pub fn PyList_Append(l: *mut PyObject, o: *mut PyObject) -> c_int;
        pub fn PyList_GetItem(l: *mut PyObject, i: isize) -> *mut PyObject;
        pub fn PyDict_New() -> *mut PyObject;
        pub fn PyDict_SetItemString(d: *mut PyObject, k: *const c_char, v: *mut PyObject) -> c_int;
        pub fn PyLong_FromLong(v: c_long) -> *mut PyObject;
        pub fn PyObject_Str(o: *mut PyObject) -> *mut PyObject;
        pub fn Py_DecRef(o: *mut PyObject);
        pub fn Py_IncRef(o: *mut PyObject);
        pub fn PyMem_Malloc(n: size_t) -> *mut c_void;
        pub fn PyMem_Free(p: *mut c_void);
        pub fn PyObject_Malloc(n: size_t) -> *mut c_void;
        pub fn PyObject_Free(p: *mut c_void);
        pub fn PyCapsule_New(p: *mut c_void, n: *const c_char, d: Option<unsafe extern "C" fn(*mut PyObject)>) -> *mut PyObject;
        pub fn PyCapsule_GetPointer(c: *mut PyObject, n: *const c_char) -> *mut c_void;
        pub fn rb_data_object_wrap(k: VALUE, d: *mut c_void, m: Option<unsafe extern "C" fn(*mut c_void)>, f: Option<unsafe extern "C" fn(*mut c_void)>) -> VALUE;
        pub fn ruby_xmalloc(n: size_t) -> *mut c_void;
        pub fn ruby_xfree(p: *mut c_void);
        pub fn napi_wrap(e: napi_env, o: napi_value, n: *mut c_void, f: Option<napi_finalize>, h: *mut c_void, r: *mut napi_ref) -> c_int;
        pub fn napi_create_external(e: napi_env, d: *mut c_void, f: Option<napi_finalize>, h: *mut c_void, r: *mut napi_value) -> c_int;
        pub fn napi_create_external_arraybuffer(e: napi_env, d: *mut c_void, n: size_t, f: Option<napi_finalize>, h: *mut c_void, r: *mut napi_value) -> c_int;
        pub fn napi_remove_wrap(e: napi_env, o: napi_value, r: *mut *mut c_void) -> c_int;
        pub fn g_malloc(n: size_t) -> *mut c_void;
        pub fn g_free(p: *mut c_void);
        pub fn g_strdup(s: *const c_char) -> *mut c_char;
        pub fn g_strsplit(s: *const c_char, d: *const c_char, n: c_int) -> *mut *mut c_char;
        pub fn g_strfreev(v: *mut *mut c_char);
        pub fn g_filename_to_utf8(s: *const c_char, n: isize, r: *mut size_t, w: *mut size_t, e: *mut *mut GError) -> *mut c_char;
        pub fn g_error_free(e: *mut GError);
        pub fn g_object_ref(o: *mut c_void) -> *mut c_void;
        pub fn g_object_unref(o: *mut c_void);
        pub fn g_idle_add_full(p: c_int, f: unsafe extern "C" fn(*mut c_void) -> c_int, d: *mut c_void, n: GDestroyNotify) -> c_uint;
        pub fn g_idle_add(f: unsafe extern "C" fn(*mut c_void) -> c_int, d: *mut c_void) -> c_uint;
        pub fn g_object_set_data_full(o: *mut GObject, k: *const c_char, d: *mut c_void, n: GDestroyNotify);
        pub fn g_list_append(l: *mut GList, d: *mut c_void) -> *mut GList;
        pub fn g_list_free(l: *mut GList);
        pub fn g_get_user_name() -> *const c_char;
        pub fn g_build_filename(a: *const c_char, ...) -> *mut c_char;
    }
}

// expect: leaked_alloc -- a script that does not load leaves its interpreter behind
pub mod lua_state_lost {
    use super::sys;
    use std::ffi::{CStr, CString};
    use std::ptr;

    pub struct Lua(*mut sys::lua_State);

    impl Lua {
        pub fn with_script(code: &str) -> Result<Lua, String> {
            let code = CString::new(code).map_err(|e| e.to_string())?;
            unsafe {
                let state = sys::luaL_newstate();
                if state.is_null() {
                    return Err("not enough memory".into());
                }
                if sys::luaL_loadstring(state, code.as_ptr()) != 0 {
                    let msg = sys::lua_tolstring(state, -1, ptr::null_mut());
                    return Err(CStr::from_ptr(msg).to_string_lossy().into_owned());
                }
                if sys::lua_pcallk(state, 0, 0, 0, 0, ptr::null_mut()) != 0 {
                    sys::lua_close(state);
                    return Err("runtime error".into());
                }
                Ok(Lua(state))
            }
        }
    }

    impl Drop for Lua {
        fn drop(&mut self) {
            unsafe { sys::lua_close(self.0) }
        }
    }
}

// expect: use_after_free -- the message lies on the stack of the closed state
pub mod lua_message_after_close {
    use super::sys;
    use std::ffi::CStr;
    use std::ptr;

    pub unsafe fn run(code: &CStr) -> Result<(), String> {
        let state = sys::luaL_newstate();
        if state.is_null() {
            return Err("not enough memory".into());
        }
        let rc = sys::luaL_loadstring(state, code.as_ptr());
        sys::lua_close(state);
        if rc != 0 {
            let msg = sys::lua_tolstring(state, -1, ptr::null_mut());
            return Err(CStr::from_ptr(msg).to_string_lossy().into_owned());
        }
        Ok(())
    }
}

// expect: clean -- Rust values written into Lua's userdata and dropped in place by __gc
pub mod lua_userdata_in_place {
    use super::sys;
    use std::mem::size_of;
    use std::ptr;

    pub struct Counter {
        name: String,
        value: u64,
    }

    pub unsafe fn push(l: *mut sys::lua_State, name: String) {
        let slot = sys::lua_newuserdatauv(l, size_of::<Counter>(), 0) as *mut Counter;
        ptr::write(slot, Counter { name, value: 0 });
    }

    pub unsafe extern "C" fn bump(l: *mut sys::lua_State) -> libc::c_int {
        let c = sys::lua_touserdata(l, 1) as *mut Counter;
        (*c).value += (&(*c).name).len() as u64;
        0
    }

    pub unsafe extern "C" fn gc(l: *mut sys::lua_State) -> libc::c_int {
        let slot = sys::lua_touserdata(l, 1) as *mut Counter;
        ptr::drop_in_place(slot);
        0
    }
}

// expect: mismatched_dealloc -- the userdata block belongs to Lua's collector
pub mod lua_userdata_boxed {
    use super::sys;
    use std::mem::size_of;
    use std::ptr;

    pub struct Counter {
        name: String,
        value: u64,
    }

    pub unsafe fn push_and_count(l: *mut sys::lua_State, name: String) -> u64 {
        let slot = sys::lua_newuserdatauv(l, size_of::<Counter>(), 0) as *mut Counter;
        ptr::write(slot, Counter { name, value: 0 });
        let counter = Box::from_raw(slot);
        counter.value + counter.name.len() as u64
    }
}

// expect: mismatched_dealloc -- one branch of Lua's allocator frees by Rust what the other took from realloc
pub mod lua_allocator_mixed {
    use super::sys;
    use libc::{c_void, size_t};
    use std::alloc::{dealloc, Layout};

    unsafe extern "C" fn allocator(_ud: *mut c_void, ptr: *mut c_void, osize: size_t, nsize: size_t) -> *mut c_void {
        if nsize == 0 {
            if !ptr.is_null() {
                dealloc(ptr.cast(), Layout::from_size_align_unchecked(osize, 16));
            }
            return std::ptr::null_mut();
        }
        libc::realloc(ptr, nsize)
    }

    pub fn new_state() -> *mut sys::lua_State {
        unsafe {
            let probe = libc::malloc(16);
            if probe.is_null() {
                return std::ptr::null_mut();
            }
            allocator(std::ptr::null_mut(), probe, 16, 0);
            sys::lua_newstate(allocator, std::ptr::null_mut())
        }
    }
}

// expect: leaked_alloc -- PyList_Append counts up, the new reference is not let go
pub mod py_append_new_reference {
    use super::sys::*;

    pub unsafe fn to_list(items: &[&str]) -> Result<*mut PyObject, ()> {
        let list = PyList_New(0);
        if list.is_null() {
            return Err(());
        }
        for item in items {
            let s = PyUnicode_FromStringAndSize(item.as_ptr().cast(), item.len() as isize);
            if s.is_null() {
                Py_DecRef(list);
                return Err(());
            }
            if PyList_Append(list, s) != 0 {
                Py_DecRef(s);
                Py_DecRef(list);
                return Err(());
            }
        }
        Ok(list)
    }
}

// expect: clean -- PyList_SetItem steals the reference
pub mod py_set_item_steals {
    use super::sys::*;

    pub unsafe fn to_list(items: &[&str]) -> Result<*mut PyObject, ()> {
        let list = PyList_New(items.len() as isize);
        if list.is_null() {
            return Err(());
        }
        for (i, item) in items.iter().enumerate() {
            let s = PyUnicode_FromStringAndSize(item.as_ptr().cast(), item.len() as isize);
            if s.is_null() {
                Py_DecRef(list);
                return Err(());
            }
            if PyList_SetItem(list, i as isize, s) != 0 {
                Py_DecRef(list);
                return Err(());
            }
        }
        Ok(list)
    }
}

// expect: leaked_alloc -- the dictionary is lost when a value cannot be made
pub mod py_dict_error {
    use super::sys::*;
    use std::ffi::CStr;

    pub unsafe fn counts(pairs: &[(&CStr, i64)]) -> Option<*mut PyObject> {
        let dict = PyDict_New();
        if dict.is_null() {
            return None;
        }
        for (k, v) in pairs {
            let value = PyLong_FromLong(*v as _);
            if value.is_null() {
                return None;
            }
            let rc = PyDict_SetItemString(dict, k.as_ptr(), value);
            Py_DecRef(value);
            if rc != 0 {
                Py_DecRef(dict);
                return None;
            }
        }
        Some(dict)
    }
}

// expect: mismatched_dealloc -- Python's two allocators are apart
pub mod py_mem_mixed {
    use super::sys::*;

    pub struct Scratch {
        data: *mut u8,
    }

    impl Scratch {
        pub fn new(len: usize) -> Option<Scratch> {
            let data = unsafe { PyObject_Malloc(len) } as *mut u8;
            if data.is_null() {
                None
            } else {
                Some(Scratch { data })
            }
        }

        pub fn first(&self) -> u8 {
            unsafe { self.data.read() }
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            unsafe { PyMem_Free(self.data.cast()) }
        }
    }
}

// expect: clean -- the capsule's destructor reclaims the box
pub mod py_capsule {
    use super::sys::*;
    use std::ffi::CStr;

    const NAME: &CStr = c"engine.state";

    pub struct State {
        pub cache: Vec<u64>,
    }

    unsafe extern "C" fn destroy(capsule: *mut PyObject) {
        let p = PyCapsule_GetPointer(capsule, NAME.as_ptr());
        if !p.is_null() {
            drop(Box::from_raw(p as *mut State));
        }
    }

    pub unsafe fn wrap(state: State) -> *mut PyObject {
        let raw = Box::into_raw(Box::new(state));
        let capsule = PyCapsule_New(raw.cast(), NAME.as_ptr(), Some(destroy));
        if capsule.is_null() {
            drop(Box::from_raw(raw));
        }
        capsule
    }
}

// expect: mismatched_layout -- the capsule holds a State, the destructor takes a Vec
pub mod py_capsule_wrong_type {
    use super::sys::*;
    use std::ffi::CStr;

    const NAME: &CStr = c"engine.state";

    pub struct State {
        pub cache: Vec<u64>,
        pub generation: u64,
        pub dirty: bool,
    }

    unsafe fn release(p: *mut libc::c_void) {
        if !p.is_null() {
            drop(Box::from_raw(p as *mut Vec<u64>));
        }
    }

    pub unsafe fn wrap(state: State) -> Result<*mut PyObject, ()> {
        let raw = Box::into_raw(Box::new(state));
        let capsule = PyCapsule_New(raw.cast(), NAME.as_ptr(), None);
        if capsule.is_null() {
            release(raw.cast());
            return Err(());
        }
        Ok(capsule)
    }
}

// expect: use_after_free -- the list owned the last reference to the item
pub mod py_item_after_list {
    use super::sys::*;

    pub unsafe fn first_as_text(n: i64) -> *mut PyObject {
        let list = PyList_New(1);
        if list.is_null() {
            return list;
        }
        PyList_SetItem(list, 0, PyLong_FromLong(n as _));
        Py_DecRef(list);
        let item = PyList_GetItem(list, 0);
        PyObject_Str(item)
    }
}

// expect: clean -- GC mark and free functions given along
pub mod ruby_wrap {
    use super::sys::*;
    use libc::c_void;

    pub struct Matrix {
        cells: Vec<f64>,
        width: usize,
    }

    unsafe extern "C" fn free_matrix(p: *mut c_void) {
        drop(Box::from_raw(p as *mut Matrix));
    }

    pub unsafe extern "C" fn allocate(klass: VALUE) -> VALUE {
        let m = Box::new(Matrix { cells: Vec::new(), width: 0 });
        rb_data_object_wrap(klass, Box::into_raw(m).cast(), None, Some(free_matrix))
    }

    pub unsafe fn rows(p: *mut c_void) -> usize {
        let m = &*(p as *const Matrix);
        if m.width == 0 { 0 } else { m.cells.len() / m.width }
    }
}

// expect: mismatched_dealloc -- ruby_xfree is told to free a Box
pub mod ruby_wrap_xfree {
    use super::sys::*;

    pub struct Matrix {
        pub cells: [f64; 16],
    }

    pub unsafe extern "C" fn allocate(klass: VALUE) -> VALUE {
        let m = Box::into_raw(Box::new(Matrix { cells: [0.0; 16] }));
        rb_data_object_wrap(klass, m.cast(), None, Some(ruby_xfree))
    }
}
