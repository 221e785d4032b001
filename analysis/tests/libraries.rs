//! The contracts of libraries: what is said of blocks that C routines hand out and take back.

use memlint_analysis::event::{EventKind, Fault};
use memlint_analysis::lower::{MacroTable, lower_file};
use memlint_analysis::name::Name;
use memlint_analysis::span::FileId;
use memlint_analysis::{CrateIr, Options, PlacedFile, analyze};

const HEAD: &str = "
use std::ffi::{c_char, c_int, c_void};
unsafe extern \"C\" {
    fn X509_new() -> *mut c_void;
    fn X509_free(x: *mut c_void);
    fn X509_up_ref(x: *mut c_void) -> c_int;
    fn look_at(x: *mut c_void);
    fn BN_new() -> *mut c_void;
    fn av_frame_alloc() -> *mut c_void;
    fn av_frame_free(frame: *mut *mut c_void);
    fn sqlite3_prepare_v2(db: *mut c_void, sql: *const c_char, n: c_int, stmt: *mut *mut c_void, tail: *mut *const c_char) -> c_int;
    fn sqlite3_finalize(stmt: *mut c_void) -> c_int;
    fn pcap_findalldevs(list: *mut *mut c_void, message: *mut c_char) -> c_int;
    fn pcap_freealldevs(list: *mut c_void);
    fn PyMem_Malloc(size: usize) -> *mut c_void;
    fn PyMem_Free(block: *mut c_void);
    fn PyObject_Free(block: *mut c_void);
    fn clCreatePipe(context: *mut c_void) -> *mut c_void;
    fn clRetainMemObject(object: *mut c_void) -> c_int;
    fn clReleaseMemObject(object: *mut c_void) -> c_int;
    fn mysql_use_result(connection: *mut c_void) -> *mut c_void;
    fn mysql_num_fields(result: *mut c_void) -> c_int;
    fn mysql_free_result(result: *mut c_void);
    fn uv_cpu_info(list: *mut *mut c_void, count: *mut c_int) -> c_int;
    fn uv_free_cpu_info(list: *mut c_void, count: c_int);
}
";

/// What is said of a body, in a word each.
fn said(body: &str) -> Vec<&'static str> {
    let text =
        format!("{HEAD}pub unsafe fn subject(db: *mut c_void, sql: *const c_char) {{ {body} }}");
    let ir = lower_file(FileId(0), &text, &MacroTable::default()).expect("the source is right");
    let files = vec![PlacedFile {
        module: Vec::new(),
        ir,
    }];
    let name = Name::new("demo");
    let analysis = analyze(vec![CrateIr { name, files }], &Options::default());
    let word = |kind: &EventKind| match kind {
        EventKind::Reclaim {
            fault: Fault::Ended { .. },
            ..
        } => "again",
        EventKind::Reclaim { .. } => "other",
        EventKind::UseAfter { .. } => "after",
        EventKind::Lose { .. } => "lost",
        _ => "more",
    };
    analysis.events.iter().map(|e| word(&e.kind)).collect()
}

#[test]
fn the_last_count_ends_a_block() {
    assert_eq!(said("let x = X509_new(); X509_free(x);"), [""; 0]);
    assert_eq!(
        said("let x = X509_new(); X509_free(x); X509_free(x);"),
        ["again"]
    );
    assert_eq!(
        said("let x = X509_new(); X509_free(x); look_at(x);"),
        ["after"]
    );
    assert_eq!(said("let x = BN_new(); X509_free(x);"), ["other"]);
    assert_eq!(said("let x = X509_new();"), ["lost"]);
}

#[test]
fn a_count_that_somebody_else_may_hold_says_nothing() {
    let counted = "let x = X509_new(); X509_up_ref(x); X509_free(x); X509_free(x);";
    assert_eq!(said(counted), [""; 0]);
    let shown = "let x = X509_new(); look_at(x); X509_free(x); look_at(x); X509_free(x);";
    assert_eq!(said(shown), [""; 0]);
}

#[test]
fn a_release_through_the_address_leaves_null() {
    let twice = "let mut f = av_frame_alloc(); av_frame_free(&mut f); av_frame_free(&mut f);";
    assert_eq!(said(twice), [""; 0]);
    let copy = "let f = av_frame_alloc(); let mut g = f; av_frame_free(&mut g); look_at(f);";
    assert_eq!(said(copy), ["after"]);
}

#[test]
fn a_status_that_is_judged_out_of_view_is_not_judged_here() {
    let prepare = "let mut s = std::ptr::null_mut();
        let rc = sqlite3_prepare_v2(db, sql, -1, &mut s, std::ptr::null_mut());";
    let finalize = "sqlite3_finalize(s);";
    let body = |test: &str| format!("{prepare} {test} {{ return; }} {finalize}");
    // A constant whose value is known, one of which only the name is, and a function.
    assert_eq!(said(&body("if rc != libsqlite3_sys::SQLITE_OK")), [""; 0]);
    assert_eq!(said(&body("if rc != crate::constants::FINE")), [""; 0]);
    assert_eq!(said(&body("if other_crate::failed(rc)")), [""; 0]);
    assert_eq!(said(&body("if rc != 0 || sql.is_null()")), ["lost"]);
}

#[test]
fn an_out_parameter_that_is_null_gets_nothing() {
    assert_eq!(
        said("pcap_findalldevs(std::ptr::null_mut(), std::ptr::null_mut());"),
        [""; 0]
    );
}

#[test]
fn what_a_known_routine_writes_is_unknown_after_it() {
    let body = "let mut tail = std::ptr::null(); let mut s = std::ptr::null_mut();
        if sqlite3_prepare_v2(db, sql, -1, &mut s, &mut tail) == 0 {
            if tail.is_null() { sqlite3_finalize(s); }
        }";
    assert_eq!(said(body), ["lost"]);
}

#[test]
fn each_heap_of_python_takes_back_its_own() {
    assert_eq!(said("let p = PyMem_Malloc(8); PyMem_Free(p);"), [""; 0]);
    assert_eq!(
        said("let p = PyMem_Malloc(8); PyObject_Free(p);"),
        ["other"]
    );
    assert_eq!(said("PyMem_Malloc(8);"), ["lost"]);
}

#[test]
fn objects_of_opencl_are_counted() {
    let twice = "clReleaseMemObject(x); clReleaseMemObject(x);";
    let make = "let x = clCreatePipe(db);";
    assert_eq!(said(&format!("{make} {twice}")), ["again"]);
    let counted = format!("{make} clRetainMemObject(x); {twice}");
    assert_eq!(said(&counted), [""; 0]);
}

#[test]
fn a_handle_in_use_is_still_to_be_ended() {
    let make = "let x = mysql_use_result(db); mysql_num_fields(x);";
    assert_eq!(said(make), ["lost"]);
    assert_eq!(said(&format!("{make} mysql_free_result(x);")), [""; 0]);
    // A stranger may keep it.
    assert_eq!(said(&format!("{make} look_at(x);")), [""; 0]);
}

#[test]
fn arrays_of_libuv_come_through_a_slot() {
    let make = "let mut list = std::ptr::null_mut(); let mut n = 0; if uv_cpu_info(&mut list, &mut n) != 0 { return; }";
    assert_eq!(said(make), ["lost"]);
    assert_eq!(said(&format!("{make} uv_free_cpu_info(list, n);")), [""; 0]);
}
