//! Safe wrappers of media, GUI, audio, USB, compiler and language-runtime libraries.
use std::ffi::{c_char, c_int, c_uint, c_void, CStr, CString};
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

// expect: leaked_alloc -- tjAlloc'ed or grown by the library, the picture is copied and forgotten
pub mod turbojpeg_copy {
    use super::*;
    extern "C" {
        fn tjInitCompress() -> *mut c_void;
        fn tjDestroy(h: *mut c_void) -> c_int;
        fn tjCompress2(
            h: *mut c_void,
            src: *const u8,
            w: c_int,
            pitch: c_int,
            hgt: c_int,
            fmt: c_int,
            out: *mut *mut u8,
            n: *mut u64,
            sub: c_int,
            q: c_int,
            flags: c_int,
        ) -> c_int;
        fn tjFree(p: *mut u8);
    }
    pub struct Compressor {
        handle: NonNull<c_void>,
    }
    impl Compressor {
        pub fn new() -> Option<Self> {
            NonNull::new(unsafe { tjInitCompress() }).map(|handle| Self { handle })
        }
        pub fn compress(&mut self, gray: &[u8], w: usize) -> Result<Vec<u8>, ()> {
            let mut out = ptr::null_mut();
            let mut n = 0u64;
            let rc = unsafe {
                tjCompress2(
                    self.handle.as_ptr(),
                    gray.as_ptr(),
                    w as c_int,
                    0,
                    (gray.len() / w) as c_int,
                    6,
                    &mut out,
                    &mut n,
                    3,
                    90,
                    0,
                )
            };
            if rc != 0 {
                unsafe { tjFree(out) };
                return Err(());
            }
            let jpeg = unsafe { std::slice::from_raw_parts(out, n as usize) };
            Ok(jpeg.to_vec())
        }
    }
    impl Drop for Compressor {
        fn drop(&mut self) {
            unsafe { tjDestroy(self.handle.as_ptr()) };
        }
    }
}

// expect: mismatched_dealloc -- SDL_GetPrefPath is released with SDL_free
pub mod sdl_pref_path {
    use super::*;
    extern "C" {
        fn SDL_GetPrefPath(org: *const c_char, app: *const c_char) -> *mut c_char;
        fn SDL_GetError() -> *const c_char;
    }
    pub fn pref_path(org: &str, app: &str) -> Result<String, String> {
        let (org, app) = match (CString::new(org), CString::new(app)) {
            (Ok(o), Ok(a)) => (o, a),
            _ => return Err("NUL in the name".to_owned()),
        };
        unsafe {
            let buf = SDL_GetPrefPath(org.as_ptr(), app.as_ptr());
            if buf.is_null() {
                Err(CStr::from_ptr(SDL_GetError())
                    .to_str()
                    .unwrap_or("?")
                    .to_owned())
            } else {
                let owned = CString::from_raw(buf);
                Ok(owned.to_string_lossy().into_owned())
            }
        }
    }
}

// expect: clean -- SDL's strings: the base path is freed, the error text is SDL's own
pub mod sdl_base_path {
    use super::*;
    extern "C" {
        fn SDL_GetBasePath() -> *mut c_char;
        fn SDL_free(p: *mut c_void);
        fn SDL_GetError() -> *const c_char;
    }
    pub fn base_path() -> Result<std::path::PathBuf, String> {
        use std::os::unix::ffi::OsStrExt;
        unsafe {
            let buf = SDL_GetBasePath();
            let Some(p) = NonNull::new(buf) else {
                return Err(CStr::from_ptr(SDL_GetError())
                    .to_string_lossy()
                    .into_owned());
            };
            let path =
                std::ffi::OsStr::from_bytes(CStr::from_ptr(p.as_ptr()).to_bytes()).to_owned();
            SDL_free(buf as *mut c_void);
            Ok(path.into())
        }
    }
}

// expect: clean -- cairo counts references, from_raw_none takes one, from_raw_full adopts one
pub mod cairo_surface {
    use super::*;
    pub enum cairo_surface_t {}
    extern "C" {
        fn cairo_image_surface_create(f: c_int, w: c_int, h: c_int) -> *mut cairo_surface_t;
        fn cairo_surface_reference(s: *mut cairo_surface_t) -> *mut cairo_surface_t;
        fn cairo_surface_destroy(s: *mut cairo_surface_t);
        fn cairo_surface_status(s: *mut cairo_surface_t) -> c_int;
        fn cairo_get_target(c: *mut c_void) -> *mut cairo_surface_t;
    }
    pub struct Surface(NonNull<cairo_surface_t>);
    impl Surface {
        pub unsafe fn from_raw_none(p: *mut cairo_surface_t) -> Surface {
            assert!(!p.is_null());
            cairo_surface_reference(p);
            Surface(NonNull::new_unchecked(p))
        }
        pub unsafe fn from_raw_full(p: *mut cairo_surface_t) -> Result<Surface, c_int> {
            let status = cairo_surface_status(p);
            if status != 0 {
                cairo_surface_destroy(p);
                return Err(status);
            }
            Ok(Surface(NonNull::new_unchecked(p)))
        }
        pub fn image(w: i32, h: i32) -> Result<Surface, c_int> {
            unsafe { Self::from_raw_full(cairo_image_surface_create(0, w, h)) }
        }
        pub unsafe fn target(cr: *mut c_void) -> Surface {
            Self::from_raw_none(cairo_get_target(cr))
        }
    }
    impl Clone for Surface {
        fn clone(&self) -> Self {
            unsafe { Self::from_raw_none(self.0.as_ptr()) }
        }
    }
    impl Drop for Surface {
        fn drop(&mut self) {
            unsafe { cairo_surface_destroy(self.0.as_ptr()) }
        }
    }
}

// expect: double_free -- Clone copies the reference without counting it
pub mod gobject_clone {
    use super::*;
    pub type gpointer = *mut c_void;
    extern "C" {
        fn g_object_unref(o: gpointer);
        fn g_file_new_for_path(p: *const c_char) -> gpointer;
        fn g_file_query_exists(f: gpointer, c: gpointer) -> c_int;
    }
    pub struct File {
        obj: gpointer,
    }
    impl File {
        pub fn for_path(p: &CStr) -> File {
            File {
                obj: unsafe { g_file_new_for_path(p.as_ptr()) },
            }
        }
        pub fn exists(&self) -> bool {
            unsafe { g_file_query_exists(self.obj, ptr::null_mut()) != 0 }
        }
        fn release(&mut self) {
            if !self.obj.is_null() {
                unsafe { g_object_unref(self.obj) }
            }
        }
    }
    impl Clone for File {
        fn clone(&self) -> File {
            File { obj: self.obj }
        }
    }
    impl Drop for File {
        fn drop(&mut self) {
            self.release();
        }
    }
}

// expect: mismatched_dealloc -- a GError is not plain g_malloc memory
pub mod gerror_gfree {
    use super::*;
    #[repr(C)]
    pub struct GError {
        domain: u32,
        code: c_int,
        message: *mut c_char,
    }
    extern "C" {
        fn g_file_get_contents(
            f: *const c_char,
            out: *mut *mut c_char,
            n: *mut usize,
            e: *mut *mut GError,
        ) -> c_int;
        fn g_free(p: *mut c_void);
        fn g_error_new_literal(d: u32, c: c_int, m: *const c_char) -> *mut GError;
    }
    pub fn sample_error_code() -> c_int {
        unsafe {
            let e = g_error_new_literal(7, 42, c"sample".as_ptr());
            let code = (*e).code;
            g_free(e as *mut c_void);
            code
        }
    }
}

// expect: clean -- g_free for the contents, g_error_free for the error
pub mod gfile_contents {
    use super::*;
    #[repr(C)]
    pub struct GError {
        domain: u32,
        code: c_int,
        message: *mut c_char,
    }
    extern "C" {
        fn g_file_get_contents(
            f: *const c_char,
            out: *mut *mut c_char,
            n: *mut usize,
            e: *mut *mut GError,
        ) -> c_int;
        fn g_free(p: *mut c_void);
        fn g_error_free(e: *mut GError);
    }
    pub struct Error(NonNull<GError>);
    impl std::fmt::Debug for Error {
        fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
            let e = unsafe { self.0.as_ref() };
            write!(f, "{}: {:?}", e.code, unsafe { CStr::from_ptr(e.message) })
        }
    }
    impl Drop for Error {
        fn drop(&mut self) {
            unsafe { g_error_free(self.0.as_ptr()) }
        }
    }
    pub fn contents(path: &CStr) -> Result<Vec<u8>, Error> {
        unsafe {
            let mut buf = ptr::null_mut();
            let mut len = 0;
            let mut err = ptr::null_mut();
            if g_file_get_contents(path.as_ptr(), &mut buf, &mut len, &mut err) == 0 {
                return Err(Error(NonNull::new(err).expect("error must be set")));
            }
            let v = std::slice::from_raw_parts(buf as *const u8, len).to_vec();
            g_free(buf.cast());
            Ok(v)
        }
    }
}

// expect: clean -- the closure goes along with its GDestroyNotify
pub mod gtk_signal {
    use super::*;
    extern "C" {
        fn g_signal_connect_data(
            o: *mut c_void,
            sig: *const c_char,
            cb: Option<unsafe extern "C" fn()>,
            data: *mut c_void,
            destroy: Option<unsafe extern "C" fn(*mut c_void, *mut c_void)>,
            flags: c_uint,
        ) -> u64;
    }
    unsafe extern "C" fn trampoline<F: Fn(*mut c_void)>(widget: *mut c_void, f: *mut c_void) {
        let f: &F = &*(f as *const F);
        f(widget)
    }
    unsafe extern "C" fn destroy_closure<F>(ptr: *mut c_void, _closure: *mut c_void) {
        let _: Box<F> = Box::from_raw(ptr as *mut F);
    }
    pub fn connect_clicked<F: Fn(*mut c_void) + 'static>(button: *mut c_void, f: F) -> u64 {
        unsafe {
            let f: Box<F> = Box::new(f);
            g_signal_connect_data(
                button,
                b"clicked\0".as_ptr() as *const c_char,
                Some(std::mem::transmute::<
                    unsafe extern "C" fn(*mut c_void, *mut c_void),
                    unsafe extern "C" fn(),
                >(trampoline::<F>)),
                Box::into_raw(f) as *mut c_void,
                Some(destroy_closure::<F>),
                0,
            )
        }
    }
}

// expect: leaked_raw -- gtk_label_set_text copies the text
pub mod gtk_label {
    use super::*;
    pub enum GtkLabel {}
    extern "C" {
        fn gtk_label_set_text(l: *mut GtkLabel, t: *const c_char);
        fn gtk_label_get_text(l: *mut GtkLabel) -> *const c_char;
    }
    pub struct Label {
        raw: *mut GtkLabel,
    }
    impl Label {
        pub fn set_text(&self, text: impl Into<Vec<u8>>) {
            unsafe { gtk_label_set_text(self.raw, CString::new(text).expect("text").into_raw()) }
        }
        pub fn text(&self) -> String {
            unsafe {
                CStr::from_ptr(gtk_label_get_text(self.raw))
                    .to_string_lossy()
                    .into_owned()
            }
        }
    }
}

// expect: clean -- hb_blob_create gets the box of the bytes and the function that drops it
pub mod hb_blob {
    use super::*;
    pub enum hb_blob_t {}
    extern "C" {
        fn hb_blob_create(
            d: *const c_char,
            n: c_uint,
            mode: c_int,
            user: *mut c_void,
            destroy: Option<extern "C" fn(*mut c_void)>,
        ) -> *mut hb_blob_t;
        fn hb_blob_destroy(b: *mut hb_blob_t);
        fn hb_blob_reference(b: *mut hb_blob_t) -> *mut hb_blob_t;
    }
    extern "C" fn drop_owner<T>(p: *mut c_void) {
        unsafe { drop(Box::from_raw(p as *mut T)) }
    }
    pub struct Blob<'a> {
        raw: *mut hb_blob_t,
        _data: PhantomData<&'a [u8]>,
    }
    impl Blob<'static> {
        pub fn with_owner<T: AsRef<[u8]> + 'static>(bytes: T) -> Self {
            let owner = Box::new(bytes);
            let slice = (*owner).as_ref();
            let (p, n) = (slice.as_ptr(), slice.len());
            let raw = unsafe {
                hb_blob_create(
                    p.cast(),
                    n as c_uint,
                    1,
                    Box::into_raw(owner) as *mut c_void,
                    Some(drop_owner::<T>),
                )
            };
            Blob {
                raw,
                _data: PhantomData,
            }
        }
    }
    impl Clone for Blob<'_> {
        fn clone(&self) -> Self {
            Blob {
                raw: unsafe { hb_blob_reference(self.raw) },
                _data: PhantomData,
            }
        }
    }
    impl Drop for Blob<'_> {
        fn drop(&mut self) {
            unsafe { hb_blob_destroy(self.raw) }
        }
    }
}

// expect: clean -- ALSA's hint strings really come from malloc
pub mod alsa_hints {
    use super::*;
    extern "C" {
        fn snd_device_name_hint(
            card: c_int,
            iface: *const c_char,
            out: *mut *mut *mut c_void,
        ) -> c_int;
        fn snd_device_name_get_hint(h: *const c_void, id: *const c_char) -> *mut c_char;
        fn snd_device_name_free_hint(h: *mut *mut c_void) -> c_int;
        fn free(p: *mut c_void);
    }
    unsafe fn take(p: *mut c_char) -> Option<String> {
        if p.is_null() {
            return None;
        }
        let s = CStr::from_ptr(p).to_str().ok().map(String::from);
        free(p.cast());
        s
    }
    pub fn pcm_names() -> Result<Vec<String>, c_int> {
        let mut hints = ptr::null_mut();
        let r = unsafe { snd_device_name_hint(-1, c"pcm".as_ptr(), &mut hints) };
        if r < 0 {
            return Err(r);
        }
        let mut out = Vec::new();
        let mut cur = hints;
        unsafe {
            while !(*cur).is_null() {
                out.extend(take(snd_device_name_get_hint(*cur, c"NAME".as_ptr())));
                cur = cur.offset(1);
            }
            snd_device_name_free_hint(hints);
        }
        Ok(out)
    }
}

// expect: free_offset -- the hint list is released at the cursor, not at its start
pub mod alsa_hints_cursor {
    use super::*;
    extern "C" {
        fn snd_device_name_hint(
            card: c_int,
            iface: *const c_char,
            out: *mut *mut *mut c_void,
        ) -> c_int;
        fn snd_device_name_free_hint(h: *mut *mut c_void) -> c_int;
    }
    pub fn count(iface: &CStr) -> usize {
        let mut hints: *mut *mut c_void = ptr::null_mut();
        if unsafe { snd_device_name_hint(-1, iface.as_ptr(), &mut hints) } < 0 {
            return 0;
        }
        let mut n = 0;
        unsafe {
            loop {
                let hint = *hints;
                hints = hints.add(1);
                if hint.is_null() {
                    break;
                }
                n += 1;
            }
            snd_device_name_free_hint(hints);
        }
        n
    }
}
