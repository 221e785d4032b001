//! Safe wrappers of database, XML, JSON and geometry libraries.
use std::ffi::{c_char, c_int, c_uint, c_void, CStr, CString};
use std::ptr;

// expect: mismatched_dealloc -- GEOS text ends in CString::from_raw
pub mod geos_wkt {
    use super::*;
    pub enum Ctx {}
    pub enum Geom {}
    pub enum Writer {}
    extern "C" {
        fn GEOSWKTWriter_create_r(c: *mut Ctx) -> *mut Writer;
        fn GEOSWKTWriter_destroy_r(c: *mut Ctx, w: *mut Writer);
        fn GEOSWKTWriter_write_r(c: *mut Ctx, w: *mut Writer, g: *const Geom) -> *mut c_char;
    }
    pub struct WktWriter<'c> {
        ctx: &'c mut Ctx,
        raw: *mut Writer,
    }
    impl<'c> WktWriter<'c> {
        pub fn new(ctx: &'c mut Ctx) -> Option<Self> {
            let raw = unsafe { GEOSWKTWriter_create_r(ctx) };
            if raw.is_null() {
                return None;
            }
            Some(WktWriter { ctx, raw })
        }
        pub fn write(&mut self, g: &Geom) -> Result<String, &'static str> {
            let c = unsafe { GEOSWKTWriter_write_r(self.ctx, self.raw, g) };
            match c.is_null() {
                true => Err("WKT"),
                false => Ok(unsafe { CString::from_raw(c) }
                    .to_str()
                    .map_err(|_| "utf8")?
                    .to_string()),
            }
        }
    }
    impl Drop for WktWriter<'_> {
        fn drop(&mut self) {
            unsafe { GEOSWKTWriter_destroy_r(self.ctx, self.raw) }
        }
    }
}

// expect: clean -- the ring takes the sequence over, so the wrapper forgets it
pub mod geos_ring {
    use super::*;
    pub enum Ctx {}
    pub enum Geom {}
    pub enum Seq {}
    extern "C" {
        fn GEOSCoordSeq_create_r(c: *mut Ctx, n: c_uint, dims: c_uint) -> *mut Seq;
        fn GEOSCoordSeq_setXY_r(c: *mut Ctx, s: *mut Seq, i: c_uint, x: f64, y: f64) -> c_int;
        fn GEOSCoordSeq_destroy_r(c: *mut Ctx, s: *mut Seq);
        fn GEOSGeom_createLinearRing_r(c: *mut Ctx, s: *mut Seq) -> *mut Geom;
    }
    pub struct CoordSeq {
        ctx: *mut Ctx,
        raw: *mut Seq,
    }
    impl CoordSeq {
        pub unsafe fn new(ctx: *mut Ctx, points: &[(f64, f64)]) -> Option<CoordSeq> {
            let raw = GEOSCoordSeq_create_r(ctx, points.len() as c_uint, 2);
            if raw.is_null() {
                return None;
            }
            let seq = CoordSeq { ctx, raw };
            for (i, &(x, y)) in points.iter().enumerate() {
                if GEOSCoordSeq_setXY_r(ctx, raw, i as c_uint, x, y) == 0 {
                    return None;
                }
            }
            Some(seq)
        }
        pub fn into_ring(self) -> *mut Geom {
            unsafe {
                let ring = GEOSGeom_createLinearRing_r(self.ctx, self.raw);
                std::mem::forget(self);
                ring
            }
        }
    }
    impl Drop for CoordSeq {
        fn drop(&mut self) {
            unsafe { GEOSCoordSeq_destroy_r(self.ctx, self.raw) }
        }
    }
}

// expect: leaked_alloc -- the transformation is not destroyed when the result is infinite
pub mod proj_transform {
    use super::*;
    pub enum PJ {}
    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct PJ_COORD {
        pub v: [f64; 4],
    }
    extern "C" {
        fn proj_create_crs_to_crs(
            c: *mut c_void,
            from: *const c_char,
            to: *const c_char,
            area: *mut c_void,
        ) -> *mut PJ;
        fn proj_trans(p: *mut PJ, dir: c_int, c: PJ_COORD) -> PJ_COORD;
        fn proj_destroy(p: *mut PJ) -> *mut PJ;
    }
    pub fn to_mercator(lon: f64, lat: f64) -> Option<(f64, f64)> {
        let pj = unsafe {
            proj_create_crs_to_crs(
                ptr::null_mut(),
                c"EPSG:4326".as_ptr(),
                c"EPSG:3857".as_ptr(),
                ptr::null_mut(),
            )
        };
        if pj.is_null() {
            return None;
        }
        let out = unsafe {
            proj_trans(
                pj,
                1,
                PJ_COORD {
                    v: [lat, lon, 0.0, 0.0],
                },
            )
        };
        if !out.v[0].is_finite() {
            return None;
        }
        unsafe { proj_destroy(pj) };
        Some((out.v[0], out.v[1]))
    }
}

// expect: clean -- expat's user data is boxed by the wrapper and dropped after the parser
pub mod expat_parser {
    use super::*;
    pub enum XML_ParserStruct {}
    type Start = unsafe extern "C" fn(*mut c_void, *const c_char, *mut *const c_char);
    extern "C" {
        fn XML_ParserCreate(enc: *const c_char) -> *mut XML_ParserStruct;
        fn XML_SetUserData(p: *mut XML_ParserStruct, d: *mut c_void);
        fn XML_SetStartElementHandler(p: *mut XML_ParserStruct, f: Option<Start>);
        fn XML_Parse(p: *mut XML_ParserStruct, s: *const c_char, n: c_int, last: c_int) -> c_int;
        fn XML_ParserFree(p: *mut XML_ParserStruct);
    }
    #[derive(Default)]
    struct Handlers {
        names: Vec<String>,
    }
    pub struct Parser {
        raw: *mut XML_ParserStruct,
        handlers: *mut Handlers,
    }
    unsafe extern "C" fn on_start(
        data: *mut c_void,
        name: *const c_char,
        _atts: *mut *const c_char,
    ) {
        let h = &mut *(data as *mut Handlers);
        h.names
            .push(CStr::from_ptr(name).to_string_lossy().into_owned());
    }
    impl Parser {
        pub fn new() -> Option<Parser> {
            unsafe {
                let raw = XML_ParserCreate(ptr::null());
                if raw.is_null() {
                    return None;
                }
                let handlers = Box::into_raw(Box::<Handlers>::default());
                XML_SetUserData(raw, handlers.cast());
                XML_SetStartElementHandler(raw, Some(on_start));
                Some(Parser { raw, handlers })
            }
        }
        pub fn feed(&mut self, chunk: &[u8], last: bool) -> bool {
            unsafe {
                XML_Parse(
                    self.raw,
                    chunk.as_ptr().cast(),
                    chunk.len() as c_int,
                    last as c_int,
                ) == 1
            }
        }
    }
    impl Drop for Parser {
        fn drop(&mut self) {
            unsafe {
                XML_ParserFree(self.raw);
                let _ = Box::from_raw(self.handlers);
            }
        }
    }
}

// expect: owner_without_drop -- Drop frees the parser and forgets about the boxed state
pub mod expat_state_lost {
    use super::*;
    pub enum XML_ParserStruct {}
    extern "C" {
        fn XML_ParserCreateNS(enc: *const c_char, sep: c_char) -> *mut XML_ParserStruct;
        fn XML_SetUserData(p: *mut XML_ParserStruct, d: *mut c_void);
        fn XML_ParserFree(p: *mut XML_ParserStruct);
    }
    pub struct State {
        pub depth: usize,
        pub text: String,
    }
    pub struct NsParser {
        raw: *mut XML_ParserStruct,
        state: *mut State,
    }
    impl NsParser {
        pub fn new(sep: u8) -> NsParser {
            let raw = unsafe { XML_ParserCreateNS(ptr::null(), sep as c_char) };
            assert!(!raw.is_null(), "XML_ParserCreateNS");
            let state = Box::into_raw(Box::new(State {
                depth: 0,
                text: String::new(),
            }));
            unsafe { XML_SetUserData(raw, state as *mut c_void) };
            NsParser { raw, state }
        }
        pub fn depth(&self) -> usize {
            unsafe { (*self.state).depth }
        }
        pub fn text(&self) -> &str {
            unsafe { (*self.state).text.as_str() }
        }
    }
    impl Drop for NsParser {
        fn drop(&mut self) {
            unsafe { XML_ParserFree(self.raw) }
        }
    }
}

// expect: clean -- yaml_parser_t lives in the box, the library only cleans up what is inside
pub mod yaml_parser {
    use super::*;
    #[repr(C)]
    pub struct yaml_parser_t {
        opaque: [u64; 60],
    }
    extern "C" {
        fn yaml_parser_initialize(p: *mut yaml_parser_t) -> c_int;
        fn yaml_parser_delete(p: *mut yaml_parser_t);
        fn yaml_parser_set_input_string(p: *mut yaml_parser_t, s: *const u8, n: usize);
    }
    pub struct YamlParser<'a> {
        sys: Box<std::mem::MaybeUninit<yaml_parser_t>>,
        _input: std::marker::PhantomData<&'a [u8]>,
    }
    impl<'a> YamlParser<'a> {
        pub fn new(input: &'a [u8]) -> Self {
            let mut sys = Box::new(std::mem::MaybeUninit::uninit());
            unsafe {
                if yaml_parser_initialize(sys.as_mut_ptr()) != 1 {
                    panic!("malloc error");
                }
                yaml_parser_set_input_string(sys.as_mut_ptr(), input.as_ptr(), input.len());
            }
            YamlParser {
                sys,
                _input: std::marker::PhantomData,
            }
        }
    }
    impl Drop for YamlParser<'_> {
        fn drop(&mut self) {
            unsafe { yaml_parser_delete(self.sys.as_mut_ptr()) }
        }
    }
}
