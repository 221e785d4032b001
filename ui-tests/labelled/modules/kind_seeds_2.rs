//! The examples of the neighbouring rules and weaknesses (MEM00, MEM04, MEM30, MEM34, MEM35, MEM51-CPP; CWE-401,
//! 415, 416, 590, 761) as Rust, and the little programs that show each misuse of a std conversion.
use std::alloc::Layout;
use std::ffi::{c_char, c_int, c_long, c_void, CStr, CString, OsStr, OsString};
use std::mem::{ManuallyDrop, MaybeUninit};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::ptr::{self, NonNull};
use std::rc::{self, Rc};
use std::sync::{Arc, Mutex};

mod libc {
    use std::ffi::{c_char, c_int, c_void};
    extern "C" {
        pub fn malloc(size: usize) -> *mut c_void;
        pub fn calloc(n: usize, size: usize) -> *mut c_void;
        pub fn realloc(p: *mut c_void, size: usize) -> *mut c_void;
        pub fn free(p: *mut c_void);
        pub fn strdup(s: *const c_char) -> *mut c_char;
        pub fn strlen(s: *const c_char) -> usize;
        pub fn strcpy(to: *mut c_char, from: *const c_char) -> *mut c_char;
        pub fn puts(s: *const c_char) -> c_int;
        pub fn read(fd: c_int, buf: *mut c_void, n: usize) -> isize;
    }
}

// ---------------------------------------------------------------- MEM30-C, CWE-416

pub struct Item {
    next: *mut Item,
    value: i32,
}

// expect: clean -- the weak count comes back
pub fn weak_back(shared: &Rc<String>) -> Option<Rc<String>> {
    let raw = rc::Weak::into_raw(Rc::downgrade(shared));
    unsafe { rc::Weak::from_raw(raw) }.upgrade()
}

// expect: mismatched_dealloc -- an Arc's value reclaimed as a Box
pub fn arc_as_box(value: [u8; 24]) -> Box<[u8; 24]> {
    let raw = Arc::into_raw(Arc::new(value));
    unsafe { Box::from_raw(raw as *mut [u8; 24]) }
}

// expect: clean -- operating-system strings there and back
pub fn os_str_round_trip(path: PathBuf) -> PathBuf {
    let raw: *mut OsStr = Box::into_raw(path.into_os_string().into_boxed_os_str());
    unsafe { Box::from_raw(raw) }.into_os_string().into()
}

// expect: leaked_raw -- the boxed path is only measured
pub fn boxed_path_lost(path: PathBuf) -> usize {
    let raw: *mut Path = Box::into_raw(path.into_boxed_path());
    unsafe { (*raw).as_os_str().len() }
}

// expect: clean -- a pinned box is unpinned, released and rebuilt
pub fn pinned_round_trip(value: Pin<Box<OsString>>) -> Pin<Box<OsString>> {
    let raw = Box::into_raw(unsafe { Pin::into_inner_unchecked(value) });
    unsafe { Pin::new_unchecked(Box::from_raw(raw)) }
}

// expect: aliased_owner -- the vector's own buffer in a second vector
pub fn vec_view_as_owner(samples: &mut Vec<i16>) -> i32 {
    let view =
        unsafe { Vec::from_raw_parts(samples.as_mut_ptr(), samples.len(), samples.capacity()) };
    view.iter().map(|s| *s as i32).sum()
}

// expect: clean -- the second vector is forgotten after the look
pub fn vec_view_forgotten(samples: &mut Vec<i16>) -> i32 {
    let view =
        unsafe { Vec::from_raw_parts(samples.as_mut_ptr(), samples.len(), samples.capacity()) };
    let sum = view.iter().map(|s| *s as i32).sum();
    std::mem::forget(view);
    sum
}

// ---------------------------------------------------------------- exports

// expect: unpaired_export -- C gets a report and nothing takes it back
pub mod report_exports {
    pub struct Report {
        pub pages: u32,
    }
    #[no_mangle]
    pub extern "C" fn seed_report_new(pages: u32) -> *mut Report {
        Box::into_raw(Box::new(Report { pages }))
    }
    #[no_mangle]
    pub unsafe extern "C" fn seed_report_pages(report: *const Report) -> u32 {
        report.as_ref().map_or(0, |r| r.pages)
    }
}

// expect: clean -- C gets a chart and gives it back
pub mod chart_exports {
    pub struct Chart {
        pub points: Vec<(f32, f32)>,
    }
    #[no_mangle]
    pub extern "C" fn seed_chart_new() -> *mut Chart {
        Box::into_raw(Box::new(Chart { points: Vec::new() }))
    }
    #[no_mangle]
    pub unsafe extern "C" fn seed_chart_add(chart: *mut Chart, x: f32, y: f32) {
        if let Some(chart) = chart.as_mut() {
            chart.points.push((x, y));
        }
    }
    #[no_mangle]
    pub unsafe extern "C" fn seed_chart_free(chart: *mut Chart) {
        if !chart.is_null() {
            drop(Box::from_raw(chart));
        }
    }
}
