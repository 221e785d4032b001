//! A crate that exports results of many kinds and few or no releases for them.

use std::ffi::{CStr, CString};
use std::os::raw::{c_char, c_int};

// expect: unpaired_export -- a CString is handed out, no export takes strings back
pub mod version_string {
    use super::*;

    #[no_mangle]
    pub extern "C" fn geo_format(lat: f64, lon: f64) -> *mut c_char {
        let text = format!("{lat:.5},{lon:.5}");
        match CString::new(text) {
            Ok(s) => s.into_raw(),
            Err(_) => std::ptr::null_mut(),
        }
    }
}

// expect: clean -- the text lies in a static array of literals
pub mod static_names {
    use super::*;

    const NAMES: [&CStr; 3] = [c"point", c"line", c"polygon"];

    #[no_mangle]
    pub extern "C" fn geo_kind_name(kind: c_int) -> *const c_char {
        usize::try_from(kind).ok().and_then(|k| NAMES.get(k)).map_or(std::ptr::null(), |s| s.as_ptr())
    }
}

// expect: unpaired_export -- a boxed slice leaves as pointer and length through two out-parameters
pub mod points_out {
    use super::*;

    #[repr(C)]
    pub struct Point {
        pub x: f64,
        pub y: f64,
    }

    #[no_mangle]
    pub unsafe extern "C" fn geo_circle(r: f64, n: u32, out: *mut *mut Point, out_len: *mut usize) -> c_int {
        if out.is_null() || out_len.is_null() {
            return -1;
        }
        let points: Box<[Point]> = (0..n)
            .map(|i| {
                let a = i as f64 / n as f64 * std::f64::consts::TAU;
                Point { x: r * a.cos(), y: r * a.sin() }
            })
            .collect();
        *out_len = points.len();
        *out = Box::into_raw(points) as *mut Point;
        0
    }
}

// expect: clean -- the caller brings the buffer
pub mod caller_buffer {
    use super::*;

    #[no_mangle]
    pub unsafe extern "C" fn geo_describe(kind: c_int, buf: *mut c_char, cap: usize) -> c_int {
        let text = format!("kind {kind}");
        if buf.is_null() || cap <= text.len() {
            return text.len() as c_int + 1;
        }
        std::ptr::copy_nonoverlapping(text.as_ptr().cast(), buf, text.len());
        *buf.add(text.len()) = 0;
        0
    }
}

// expect: unpaired_export -- the vector's buffer is handed out with forget
pub mod raster_buffer {
    #[repr(C)]
    pub struct Raster {
        pub data: *mut u16,
        pub len: usize,
        pub cap: usize,
    }

    #[no_mangle]
    pub extern "C" fn geo_raster(width: u32, height: u32) -> Raster {
        let mut v = vec![0u16; width as usize * height as usize];
        let r = Raster { data: v.as_mut_ptr(), len: v.len(), cap: v.capacity() };
        std::mem::forget(v);
        r
    }
}

// expect: unpaired_export -- the iterator is boxed for C, next and peek do not end it
pub mod iterator_handle {
    pub struct Tiles {
        z: u8,
        at: u64,
        names: Vec<String>,
    }

    #[no_mangle]
    pub extern "C" fn geo_tiles_begin(z: u8) -> *mut Tiles {
        Box::into_raw(Box::new(Tiles { z, at: 0, names: Vec::new() }))
    }

    #[no_mangle]
    pub unsafe extern "C" fn geo_tiles_next(t: *mut Tiles) -> u64 {
        let t = &mut *t;
        t.at += 1;
        t.at.min(1 << (2 * t.z)) + t.names.len() as u64
    }
}

// expect: clean -- the borrowed pointer belongs to the map, which has a release
pub mod map_with_borrow {
    use super::*;

    pub struct Map {
        title: CString,
        layers: Vec<u32>,
    }

    #[no_mangle]
    pub unsafe extern "C" fn geo_map_open(title: *const c_char) -> *mut Map {
        let title = CStr::from_ptr(title).to_owned();
        Box::into_raw(Box::new(Map { title, layers: vec![] }))
    }

    #[no_mangle]
    pub unsafe extern "C" fn geo_map_title(m: *const Map) -> *const c_char {
        (&(*m).title).as_ptr()
    }

    #[no_mangle]
    pub unsafe extern "C" fn geo_map_layers(m: *const Map, len: *mut usize) -> *const u32 {
        let m = &*m;
        *len = m.layers.len();
        m.layers.as_ptr()
    }

    #[no_mangle]
    pub unsafe extern "C" fn geo_map_close(m: *mut Map) {
        if !m.is_null() {
            let _ = Box::from_raw(m);
        }
    }
}

// expect: maybe unpaired_export -- malloc memory without an exported release: C has free of its own
pub mod malloc_out {
    use super::*;

    #[no_mangle]
    pub unsafe extern "C" fn geo_simplify(xs: *const f64, n: usize, out: *mut *mut f64) -> c_int {
        let p = libc::malloc(n.max(1) * std::mem::size_of::<f64>()) as *mut f64;
        if p.is_null() {
            return -12;
        }
        let mut k = 0;
        for i in 0..n {
            let x = *xs.add(i);
            if i == 0 || (x - *p.add(k - 1)).abs() > 1e-9 {
                *p.add(k) = x;
                k += 1;
            }
        }
        *out = p;
        k as c_int
    }
}

// expect: unpaired_export -- a boxed trait object in a box
pub mod plugin_object {
    pub trait Projection {
        fn forward(&self, lon: f64, lat: f64) -> (f64, f64);
    }

    struct Mercator {
        k: f64,
    }

    impl Projection for Mercator {
        fn forward(&self, lon: f64, lat: f64) -> (f64, f64) {
            (lon * self.k, lat.tan() * self.k)
        }
    }

    #[no_mangle]
    pub extern "C" fn geo_mercator(k: f64) -> *mut Box<dyn Projection> {
        let p: Box<dyn Projection> = Box::new(Mercator { k });
        Box::into_raw(Box::new(p))
    }

    #[no_mangle]
    pub unsafe extern "C" fn geo_project_x(p: *const Box<dyn Projection>, lon: f64, lat: f64) -> f64 {
        (*p).forward(lon, lat).0
    }
}

// expect: clean -- the last error is kept in a thread-local, replaced by the next
pub mod last_error {
    use super::*;
    use std::cell::RefCell;

    thread_local! {
        static LAST: RefCell<Option<CString>> = const { RefCell::new(None) };
    }

    pub fn set(text: &str) {
        LAST.with(|l| *l.borrow_mut() = CString::new(text).ok());
    }

    #[no_mangle]
    pub extern "C" fn geo_last_error() -> *const c_char {
        LAST.with(|l| l.borrow().as_ref().map_or(std::ptr::null(), |s| s.as_ptr()))
    }
}

// expect: unpaired_export -- the release takes the handle by reference and frees nothing
pub mod release_does_nothing {
    use super::*;

    pub struct Index {
        cells: Vec<u64>,
    }

    #[no_mangle]
    pub extern "C" fn geo_index_new() -> *mut Index {
        Box::into_raw(Box::new(Index { cells: Vec::new() }))
    }

    #[no_mangle]
    pub unsafe extern "C" fn geo_index_free(ix: *mut Index) -> c_int {
        if ix.is_null() {
            return -1;
        }
        let ix = &mut *ix;
        ix.cells.clear();
        0
    }
}

// expect: clean -- an internal cell of a handle that is released as a whole
pub mod handle_in_handle {
    pub struct Cursor {
        row: *mut [f64; 8],
    }

    #[no_mangle]
    pub extern "C" fn geo_cursor_new() -> *mut Cursor {
        let row = Box::into_raw(Box::new([0.0; 8]));
        Box::into_raw(Box::new(Cursor { row }))
    }

    #[no_mangle]
    pub unsafe extern "C" fn geo_cursor_row(c: *mut Cursor) -> *const f64 {
        (*c).row as *const f64
    }

    #[no_mangle]
    pub unsafe extern "C" fn geo_cursor_free(c: *mut Cursor) {
        if c.is_null() {
            return;
        }
        let c = Box::from_raw(c);
        drop(Box::from_raw(c.row));
    }
}
