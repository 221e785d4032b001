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

// expect: leaked_raw -- napi_wrap refused the object, the box is lost
pub mod napi_wrap_error {
    use super::sys::*;
    use libc::c_void;
    use std::ptr;

    pub struct Session {
        pub id: u64,
        pub peers: Vec<String>,
    }

    unsafe extern "C" fn finalize(_env: napi_env, data: *mut c_void, _hint: *mut c_void) {
        drop(Box::from_raw(data as *mut Session));
    }

    pub unsafe fn wrap(env: napi_env, this: napi_value, session: Session) -> Result<(), i32> {
        if this.is_null() {
            return Err(1);
        }
        let raw = Box::into_raw(Box::new(session));
        if (*raw).peers.is_empty() {
            return Err(9);
        }
        let status = napi_wrap(env, this, raw.cast(), Some(finalize), ptr::null_mut(), ptr::null_mut());
        if status != 0 {
            drop(Box::from_raw(raw));
            return Err(status);
        }
        Ok(())
    }
}

// expect: clean -- an external array buffer with the capacity as hint
pub mod napi_external_buffer {
    use super::sys::*;
    use libc::c_void;
    use std::mem::ManuallyDrop;
    use std::ptr;

    struct Hint {
        len: usize,
        cap: usize,
    }

    unsafe extern "C" fn finalize(_env: napi_env, data: *mut c_void, hint: *mut c_void) {
        let hint = Box::from_raw(hint as *mut Hint);
        drop(Vec::from_raw_parts(data as *mut u8, hint.len, hint.cap));
    }

    pub unsafe fn to_buffer(env: napi_env, bytes: Vec<u8>) -> Result<napi_value, i32> {
        let mut bytes = ManuallyDrop::new(bytes);
        let hint = Box::into_raw(Box::new(Hint { len: bytes.len(), cap: bytes.capacity() }));
        let mut value = ptr::null_mut();
        let status = napi_create_external_arraybuffer(env, bytes.as_mut_ptr().cast(), bytes.len(), Some(finalize), hint.cast(), &mut value);
        if status != 0 {
            drop(Box::from_raw(hint));
            ManuallyDrop::drop(&mut bytes);
            return Err(status);
        }
        Ok(value)
    }
}

// expect: mismatched_layout -- the length is used as capacity
pub mod napi_external_buffer_len_as_cap {
    use super::sys::*;
    use libc::c_void;
    use std::ptr;

    pub unsafe fn to_buffer(env: napi_env, text: &str) -> Result<napi_value, i32> {
        let mut bytes = Vec::with_capacity(text.len() * 2 + 16);
        bytes.extend(text.bytes().filter(|b| *b != b'\r'));
        let len = bytes.len();
        let data = bytes.as_mut_ptr();
        std::mem::forget(bytes);
        let mut value = ptr::null_mut();
        let status = napi_create_external(env, data.cast::<c_void>(), None, ptr::null_mut(), &mut value);
        if status != 0 {
            drop(Vec::from_raw_parts(data, len, len));
            return Err(status);
        }
        Ok(value)
    }
}

// expect: clean -- a JNI handle: the long made here comes back to destroy
pub mod jni_handle {
    use super::sys::JNIEnv;
    use libc::c_void;

    pub struct Index {
        words: Vec<String>,
    }

    #[no_mangle]
    pub extern "system" fn Java_org_example_Index_create(_env: JNIEnv, _class: *mut c_void) -> i64 {
        Box::into_raw(Box::new(Index { words: Vec::new() })) as i64
    }

    #[no_mangle]
    pub extern "system" fn Java_org_example_Index_size(_env: JNIEnv, _class: *mut c_void, handle: i64) -> i32 {
        let index = unsafe { &*(handle as *const Index) };
        index.words.len() as i32
    }

    #[no_mangle]
    pub extern "system" fn Java_org_example_Index_destroy(_env: JNIEnv, _class: *mut c_void, handle: i64) {
        if handle != 0 {
            drop(unsafe { Box::from_raw(handle as *mut Index) });
        }
    }
}

// expect: unpaired_export -- the tokenizer is handed to Java and nothing takes it back
pub mod jni_handle_unpaired {
    use super::sys::JNIEnv;
    use libc::c_void;

    pub struct Tokenizer {
        vocabulary: Vec<String>,
        lower: bool,
    }

    #[no_mangle]
    pub extern "C" fn Java_org_example_Tokenizer_create(_env: JNIEnv, _class: *mut c_void, lower: u8) -> *mut Tokenizer {
        Box::into_raw(Box::new(Tokenizer { vocabulary: Vec::new(), lower: lower != 0 }))
    }

    #[no_mangle]
    pub unsafe extern "C" fn Java_org_example_Tokenizer_size(_env: JNIEnv, _class: *mut c_void, handle: *const Tokenizer) -> i32 {
        let t = &*handle;
        if t.lower { t.vocabulary.len() as i32 } else { -1 }
    }
}

// expect: leaked_alloc -- the vector of strings is never given to g_strfreev
pub mod strsplit_lost {
    use super::sys::*;
    use std::ffi::CStr;

    pub unsafe fn fields(text: &CStr) -> Vec<String> {
        let v = g_strsplit(text.as_ptr(), c",".as_ptr(), -1);
        let mut out = Vec::new();
        let mut i = 0;
        while !(*v.add(i)).is_null() {
            out.push(CStr::from_ptr(*v.add(i)).to_string_lossy().into_owned());
            i += 1;
        }
        out
    }
}

// expect: clean -- g_strfreev frees the strings and their array
pub mod strsplit_freed {
    use super::sys::*;
    use std::ffi::CStr;

    pub unsafe fn fields(text: &CStr) -> Vec<String> {
        let v = g_strsplit(text.as_ptr(), c",".as_ptr(), -1);
        let mut out = Vec::new();
        let mut cur = v;
        while !(*cur).is_null() {
            out.push(CStr::from_ptr(*cur).to_string_lossy().into_owned());
            cur = cur.add(1);
        }
        g_strfreev(v);
        out
    }
}

// expect: mismatched_dealloc -- GLib's string to CString::from_raw
pub mod filename_cstring {
    use super::sys::*;
    use std::ffi::{CStr, CString};
    use std::ptr;

    pub fn display_name(path: &CStr) -> Option<String> {
        let mut error = ptr::null_mut();
        unsafe {
            let utf8 = g_filename_to_utf8(path.as_ptr(), -1, ptr::null_mut(), ptr::null_mut(), &mut error);
            if utf8.is_null() {
                if !error.is_null() {
                    g_error_free(error);
                }
                return None;
            }
            CString::from_raw(utf8).into_string().ok()
        }
    }
}

// expect: leaked_alloc -- the GError is never freed
pub mod filename_error_lost {
    use super::sys::*;
    use std::ffi::CStr;
    use std::ptr;

    pub fn display_name(path: &CStr) -> Option<String> {
        let mut error = ptr::null_mut();
        unsafe {
            let utf8 = g_filename_to_utf8(path.as_ptr(), -1, ptr::null_mut(), ptr::null_mut(), &mut error);
            if !error.is_null() {
                return None;
            }
            let out = CStr::from_ptr(utf8).to_string_lossy().into_owned();
            g_free(utf8.cast());
            Some(out)
        }
    }
}

// expect: clean -- closure with a destroy notify
pub mod idle_with_notify {
    use super::sys::*;
    use libc::c_void;

    unsafe extern "C" fn trampoline<F: FnMut() -> bool>(data: *mut c_void) -> i32 {
        let f = &mut *(data as *mut F);
        f() as i32
    }

    unsafe extern "C" fn destroy<F>(data: *mut c_void) {
        drop(Box::from_raw(data as *mut F));
    }

    pub fn idle_add<F: FnMut() -> bool + Send + 'static>(f: F) -> u32 {
        unsafe { g_idle_add_full(200, trampoline::<F>, Box::into_raw(Box::new(f)).cast(), Some(destroy::<F>)) }
    }
}

// expect: clean -- a one-shot closure reclaims itself in the callback
pub mod idle_once {
    use super::sys::*;
    use libc::c_void;

    type Job = Box<dyn FnOnce() + Send>;

    unsafe extern "C" fn run(data: *mut c_void) -> i32 {
        let job = Box::from_raw(data as *mut Job);
        (*job)();
        0
    }

    pub fn idle_once(job: Job) -> u32 {
        unsafe { g_idle_add(run, Box::into_raw(Box::new(job)).cast()) }
    }
}

// expect: double_free -- the destroy notify frees what the callback has already reclaimed
pub mod set_data_then_drop {
    use super::sys::*;
    use libc::c_void;
    use std::ffi::CStr;

    unsafe extern "C" fn destroy(data: *mut c_void) {
        drop(Box::from_raw(data as *mut String));
    }

    pub unsafe fn label(key: &CStr, name: String) -> usize {
        let raw = Box::into_raw(Box::new(name));
        let len = (&*raw).len();
        if len == 0 {
            destroy(raw.cast());
        }
        let _ = key;
        destroy(raw.cast());
        len
    }
}

// expect: free_nonheap -- g_get_user_name's text is GLib's own
pub mod user_name_freed {
    use super::sys::*;
    use std::ffi::CStr;

    pub fn user() -> String {
        unsafe {
            let name = g_get_user_name();
            let text = CStr::from_ptr(name).to_string_lossy().into_owned();
            g_free(name as *mut _);
            text
        }
    }
}

// expect: clean -- an owner with ref and unref, one null state
pub mod gobject_owner {
    use super::sys::*;
    use std::ptr;

    pub struct Object {
        raw: *mut libc::c_void,
    }

    impl Object {
        pub unsafe fn from_none(raw: *mut libc::c_void) -> Object {
            Object { raw: g_object_ref(raw) }
        }

        pub unsafe fn from_full(raw: *mut libc::c_void) -> Object {
            Object { raw }
        }

        pub fn into_full(mut self) -> *mut libc::c_void {
            std::mem::replace(&mut self.raw, ptr::null_mut())
        }
    }

    impl Clone for Object {
        fn clone(&self) -> Self {
            unsafe { Object::from_none(self.raw) }
        }
    }

    impl Drop for Object {
        fn drop(&mut self) {
            if !self.raw.is_null() {
                unsafe { g_object_unref(self.raw) }
            }
        }
    }
}
