//! Safe wrappers of media, GUI, audio, USB, compiler and language-runtime libraries.
use std::ffi::{c_char, c_int, c_uint, c_void, CStr, CString};
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

// expect: leaked_alloc -- hw params are not freed when one of the settings is refused
pub mod alsa_params {
    use super::*;
    pub enum snd_pcm_t {}
    pub enum HwParams {}
    extern "C" {
        fn snd_pcm_hw_params_malloc(out: *mut *mut HwParams) -> c_int;
        fn snd_pcm_hw_params_free(p: *mut HwParams);
        fn snd_pcm_hw_params_any(pcm: *mut snd_pcm_t, p: *mut HwParams) -> c_int;
        fn snd_pcm_hw_params_set_rate(
            pcm: *mut snd_pcm_t,
            p: *mut HwParams,
            r: c_uint,
            dir: c_int,
        ) -> c_int;
        fn snd_pcm_hw_params(pcm: *mut snd_pcm_t, p: *mut HwParams) -> c_int;
    }
    macro_rules! acheck {
        ($e:expr) => {{
            let r = $e;
            if r < 0 {
                Err((stringify!($e), r))
            } else {
                Ok(r)
            }
        }};
    }
    pub unsafe fn set_rate(pcm: *mut snd_pcm_t, rate: u32) -> Result<(), (&'static str, c_int)> {
        let mut p = ptr::null_mut();
        acheck!(snd_pcm_hw_params_malloc(&mut p))?;
        acheck!(snd_pcm_hw_params_any(pcm, p))?;
        acheck!(snd_pcm_hw_params_set_rate(pcm, p, rate, 0))?;
        let r = acheck!(snd_pcm_hw_params(pcm, p)).map(|_| ());
        snd_pcm_hw_params_free(p);
        r
    }
}

// expect: clean -- jack_free takes the port array, the names inside are not ours
pub mod jack_ports {
    use super::*;
    extern "C" {
        fn jack_get_ports(
            c: *mut c_void,
            pat: *const c_char,
            ty: *const c_char,
            flags: u64,
        ) -> *mut *const c_char;
        fn jack_free(p: *mut c_void);
    }
    pub unsafe fn ports(client: *mut c_void) -> Vec<String> {
        let list = jack_get_ports(client, ptr::null(), ptr::null(), 0);
        if list.is_null() {
            return Vec::new();
        }
        let names = (0..)
            .map(|i| *list.add(i))
            .take_while(|p| !p.is_null())
            .map(|p| CStr::from_ptr(p).to_string_lossy().into_owned())
            .collect::<Vec<_>>();
        jack_free(list.cast());
        names
    }
}

// expect: mismatched_dealloc -- LLVM's message needs LLVMDisposeMessage
pub mod llvm_print {
    use super::*;
    pub enum LLVMModule {}
    extern "C" {
        fn LLVMPrintModuleToString(m: *const LLVMModule) -> *mut c_char;
    }
    pub trait Print {
        fn print(&self) -> String;
    }
    impl Print for *const LLVMModule {
        fn print(&self) -> String {
            let ir = unsafe { CString::from_raw(LLVMPrintModuleToString(*self)) };
            ir.to_string_lossy().into_owned()
        }
    }
}

// expect: clean -- LLVM messages: created by LLVM, disposed by LLVM, the error path included
pub mod llvm_verify {
    use super::*;
    pub enum LLVMModule {}
    extern "C" {
        fn LLVMVerifyModule(m: *mut LLVMModule, action: c_int, out: *mut *mut c_char) -> c_int;
        fn LLVMDisposeMessage(m: *mut c_char);
        fn LLVMCreateMessage(m: *const c_char) -> *mut c_char;
    }
    #[derive(Eq)]
    pub struct LLVMString {
        ptr: *const c_char,
    }
    impl LLVMString {
        pub fn to_cstr(&self) -> &CStr {
            unsafe { CStr::from_ptr(self.ptr) }
        }
        pub fn create(s: &CStr) -> LLVMString {
            LLVMString {
                ptr: unsafe { LLVMCreateMessage(s.as_ptr()) },
            }
        }
    }
    impl PartialEq for LLVMString {
        fn eq(&self, o: &LLVMString) -> bool {
            self.to_cstr() == o.to_cstr()
        }
    }
    impl Drop for LLVMString {
        fn drop(&mut self) {
            unsafe { LLVMDisposeMessage(self.ptr as *mut _) }
        }
    }
    pub unsafe fn verify(m: *mut LLVMModule) -> Result<(), LLVMString> {
        let mut err_str = std::mem::MaybeUninit::uninit();
        let code = LLVMVerifyModule(m, 2, err_str.as_mut_ptr());
        let err_str = err_str.assume_init();
        if code == 1 {
            return Err(LLVMString { ptr: err_str });
        }
        LLVMDisposeMessage(err_str);
        Ok(())
    }
}

// expect: use_after_free -- the translation unit is asked for its diagnostics after its disposal
pub mod clang_string {
    use super::*;
    pub enum CXTU {}
    extern "C" {
        fn clang_createIndex(a: c_int, b: c_int) -> *mut c_void;
        fn clang_parseTranslationUnit(
            i: *mut c_void,
            f: *const c_char,
            a: *const *const c_char,
            n: c_int,
            u: *mut c_void,
            un: c_uint,
            o: c_uint,
        ) -> *mut CXTU;
        fn clang_disposeTranslationUnit(t: *mut CXTU);
        fn clang_getNumDiagnostics(t: *mut CXTU) -> c_uint;
        fn clang_disposeIndex(i: *mut c_void);
    }
    pub fn diagnostics(file: &CStr) -> Option<u32> {
        unsafe {
            let index = clang_createIndex(0, 0);
            let tu = clang_parseTranslationUnit(
                index,
                file.as_ptr(),
                ptr::null(),
                0,
                ptr::null_mut(),
                0,
                0,
            );
            let found = !tu.is_null();
            if found {
                clang_disposeTranslationUnit(tu);
            }
            let n = found.then(|| clang_getNumDiagnostics(tu));
            clang_disposeIndex(index);
            n
        }
    }
}

// expect: clean -- text first, dispose after
pub mod clang_string_ok {
    use super::*;
    #[repr(C)]
    pub struct CXString {
        data: *const c_void,
        flags: c_uint,
    }
    extern "C" {
        fn clang_getClangVersion() -> CXString;
        fn clang_getCString(s: CXString) -> *const c_char;
        fn clang_disposeString(s: CXString);
    }
    fn copy(s: &CXString) -> CXString {
        CXString {
            data: s.data,
            flags: s.flags,
        }
    }
    pub fn version() -> String {
        unsafe {
            let raw = clang_getClangVersion();
            let text = CStr::from_ptr(clang_getCString(copy(&raw)))
                .to_string_lossy()
                .into_owned();
            clang_disposeString(raw);
            text
        }
    }
}

// expect: leaked_alloc -- the opened capture is lost when the link type is another one
pub mod pcap_open {
    use super::*;
    pub enum pcap_t {}
    extern "C" {
        fn pcap_open_offline(f: *const c_char, err: *mut c_char) -> *mut pcap_t;
        fn pcap_close(p: *mut pcap_t);
        fn pcap_datalink(p: *mut pcap_t) -> c_int;
    }
    pub struct Capture {
        handle: NonNull<pcap_t>,
    }
    #[derive(Debug)]
    pub enum Error {
        Open(String),
        LinkType(c_int),
    }
    impl Capture {
        pub fn ethernet(path: &CStr) -> Result<Capture, Error> {
            let mut err = [0 as c_char; 256];
            let p = unsafe { pcap_open_offline(path.as_ptr(), err.as_mut_ptr()) };
            let handle = NonNull::new(p).ok_or_else(|| {
                Error::Open(
                    unsafe { CStr::from_ptr(err.as_ptr()) }
                        .to_string_lossy()
                        .into(),
                )
            })?;
            let link = unsafe { pcap_datalink(handle.as_ptr()) };
            if link != 1 {
                return Err(Error::LinkType(link));
            }
            Ok(Capture { handle })
        }
    }
    impl Drop for Capture {
        fn drop(&mut self) {
            unsafe { pcap_close(self.handle.as_ptr()) }
        }
    }
}

// expect: clean -- the device list is walked and freed as a whole
pub mod pcap_devices {
    use super::*;
    #[repr(C)]
    pub struct pcap_if_t {
        next: *mut pcap_if_t,
        name: *mut c_char,
        description: *mut c_char,
        addresses: *mut c_void,
        flags: c_uint,
    }
    extern "C" {
        fn pcap_findalldevs(out: *mut *mut pcap_if_t, err: *mut c_char) -> c_int;
        fn pcap_freealldevs(l: *mut pcap_if_t);
    }
    unsafe fn text(p: *const c_char) -> Option<String> {
        (!p.is_null()).then(|| CStr::from_ptr(p).to_string_lossy().into_owned())
    }
    pub fn list() -> Result<Vec<(String, Option<String>)>, String> {
        unsafe {
            let mut err = [0 as c_char; 256];
            let mut all: *mut pcap_if_t = ptr::null_mut();
            if pcap_findalldevs(&mut all, err.as_mut_ptr()) != 0 {
                return Err(text(err.as_ptr()).unwrap_or_default());
            }
            let devs = (|| {
                let mut devs = vec![];
                let mut cur = all;
                while let Some(d) = cur.as_ref() {
                    devs.push((text(d.name).ok_or("unnamed device")?, text(d.description)));
                    cur = d.next;
                }
                Ok::<_, &str>(devs)
            })();
            pcap_freealldevs(all);
            devs.map_err(str::to_owned)
        }
    }
}

// expect: clean -- Lua owns the userdata block, __gc only runs the destructor in place
pub mod lua_userdata {
    use super::*;
    pub enum lua_State {}
    extern "C" {
        fn lua_newuserdatauv(l: *mut lua_State, n: usize, uv: c_int) -> *mut c_void;
        fn lua_touserdata(l: *mut lua_State, i: c_int) -> *mut c_void;
        fn lua_pushcclosure(
            l: *mut lua_State,
            f: Option<unsafe extern "C" fn(*mut lua_State) -> c_int>,
            n: c_int,
        );
        fn lua_setfield(l: *mut lua_State, i: c_int, k: *const c_char);
        fn lua_createtable(l: *mut lua_State, a: c_int, r: c_int);
        fn lua_setmetatable(l: *mut lua_State, i: c_int) -> c_int;
    }
    unsafe extern "C" fn gc<T>(l: *mut lua_State) -> c_int {
        ptr::drop_in_place(lua_touserdata(l, 1) as *mut T);
        0
    }
    pub unsafe fn push<T>(l: *mut lua_State, value: T) {
        let slot = lua_newuserdatauv(l, std::mem::size_of::<T>(), 0) as *mut T;
        slot.write(value);
        lua_createtable(l, 0, 1);
        lua_pushcclosure(l, Some(gc::<T>), 0);
        lua_setfield(l, -2, c"__gc".as_ptr());
        lua_setmetatable(l, -2);
    }
}

// expect: mismatched_dealloc -- PyMem_RawMalloc is released by PyMem_RawFree, not by PyMem_Free
pub mod python_mem {
    use super::*;
    extern "C" {
        fn PyMem_RawMalloc(n: usize) -> *mut c_void;
        fn PyMem_Free(p: *mut c_void);
    }
    pub fn with_scratch<R>(n: usize, f: impl FnOnce(&mut [u8]) -> R) -> Option<R> {
        unsafe {
            let p = PyMem_RawMalloc(n.max(1)) as *mut u8;
            if p.is_null() {
                return None;
            }
            ptr::write_bytes(p, 0, n);
            let r = f(std::slice::from_raw_parts_mut(p, n));
            PyMem_Free(p.cast());
            Some(r)
        }
    }
}

// expect: clean -- Py_DecodeLocale's result goes to PyMem_RawFree
pub mod python_locale {
    use super::*;
    extern "C" {
        fn Py_DecodeLocale(s: *const c_char, n: *mut usize) -> *mut c_int;
        fn PyMem_RawFree(p: *mut c_void);
        fn Py_SetProgramName(s: *const c_int);
        fn Py_Main(argc: c_int, argv: *mut *mut c_int) -> c_int;
    }
    pub fn run(args: &[CString]) -> c_int {
        unsafe {
            let mut argv: Vec<*mut c_int> = args
                .iter()
                .map(|a| Py_DecodeLocale(a.as_ptr(), ptr::null_mut()))
                .collect();
            let rc = if argv.iter().any(|p| p.is_null()) {
                1
            } else {
                Py_Main(argv.len() as c_int, argv.as_mut_ptr())
            };
            for p in argv {
                PyMem_RawFree(p as *mut c_void);
            }
            rc
        }
    }
}

// expect: clean -- hwloc_bitmap_asprintf's text is plain malloc memory
pub mod hwloc_text {
    use super::*;
    pub enum Bitmap {}
    extern "C" {
        fn hwloc_bitmap_alloc() -> *mut Bitmap;
        fn hwloc_bitmap_free(b: *mut Bitmap);
        fn hwloc_bitmap_dup(b: *const Bitmap) -> *mut Bitmap;
        fn hwloc_bitmap_list_asprintf(out: *mut *mut c_char, b: *const Bitmap) -> c_int;
        fn free(p: *mut c_void);
    }
    pub struct CpuSet(*mut Bitmap);
    impl CpuSet {
        pub fn new() -> CpuSet {
            CpuSet(unsafe { hwloc_bitmap_alloc() })
        }
    }
    impl Clone for CpuSet {
        fn clone(&self) -> CpuSet {
            CpuSet(unsafe { hwloc_bitmap_dup(self.0) })
        }
    }
    impl Drop for CpuSet {
        fn drop(&mut self) {
            unsafe { hwloc_bitmap_free(self.0) }
        }
    }
    impl std::fmt::Display for CpuSet {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            let mut text: *mut c_char = ptr::null_mut();
            unsafe {
                if hwloc_bitmap_list_asprintf(&mut text, self.0) < 0 {
                    return Err(std::fmt::Error);
                }
                let r = write!(f, "{}", CStr::from_ptr(text).to_str().unwrap());
                free(text as *mut c_void);
                r
            }
        }
    }
}

// expect: mismatched_dealloc -- asprintf memory of hwloc handed to CString
pub mod hwloc_text_cstring {
    use super::*;
    pub enum Bitmap {}
    extern "C" {
        fn hwloc_bitmap_asprintf(out: *mut *mut c_char, b: *const Bitmap) -> c_int;
    }
    pub fn describe(set: &Bitmap) -> String {
        let mut result: *mut c_char = ptr::null_mut();
        unsafe {
            hwloc_bitmap_asprintf(&mut result, set);
            CString::from_raw(result).into_string().unwrap_or_default()
        }
    }
}

// expect: leaked_alloc -- every virDomainGetXMLDesc is a string that the caller frees
pub mod virt_xml {
    use super::*;
    pub enum virDomain {}
    extern "C" {
        fn virDomainGetXMLDesc(d: *mut virDomain, flags: c_uint) -> *mut c_char;
        fn virDomainFree(d: *mut virDomain) -> c_int;
    }
    pub struct Domain {
        ptr: Option<*mut virDomain>,
    }
    impl Domain {
        pub fn xml(&self, flags: u32) -> Result<String, ()> {
            unsafe {
                let xml = virDomainGetXMLDesc(self.ptr.unwrap(), flags);
                if xml.is_null() {
                    return Err(());
                }
                Ok(CStr::from_ptr(xml).to_string_lossy().to_string())
            }
        }
    }
    impl Drop for Domain {
        fn drop(&mut self) {
            if let Some(p) = self.ptr.take() {
                unsafe { virDomainFree(p) };
            }
        }
    }
}
