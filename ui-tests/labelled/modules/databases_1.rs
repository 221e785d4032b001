//! Bindings of databases and data formats: SQLite, PostgreSQL, HDF5, GDAL, LMDB, LevelDB.
#![allow(non_camel_case_types, non_snake_case)]

pub mod sys {
    use libc::{c_char, c_double, c_int, c_uint, c_void, size_t};
    pub enum sqlite3 {}
    pub enum sqlite3_stmt {}
    pub enum sqlite3_context {}
    pub enum sqlite3_value {}
    pub enum PGconn {}
    pub enum PGresult {}
    pub enum leveldb_t {}
    pub enum leveldb_options_t {}
    pub enum leveldb_readoptions_t {}
    pub enum leveldb_iterator_t {}
    pub type OGRGeometryH = *mut c_void;
    pub type GDALDatasetH = *mut c_void;
    pub type hid_t = i64;
    #[repr(C)]
    pub struct MDB_val {
        pub mv_size: size_t,
        pub mv_data: *mut c_void,
    }
    extern "C" {
        pub fn sqlite3_open(name: *const c_char, out: *mut *mut sqlite3) -> c_int;
        pub fn sqlite3_close(db: *mut sqlite3) -> c_int;
        pub fn sqlite3_exec(db: *mut sqlite3, sql: *const c_char, cb: Option<unsafe extern "C" fn(*mut c_void, c_int, *mut *mut c_char, *mut *mut c_char) -> c_int>, arg: *mut c_void, err: *mut *mut c_char) -> c_int;
        pub fn sqlite3_free(p: *mut c_void);
        pub fn sqlite3_malloc(n: c_int) -> *mut c_void;
        pub fn sqlite3_mprintf(fmt: *const c_char, ...) -> *mut c_char;
        pub fn sqlite3_errmsg(db: *mut sqlite3) -> *const c_char;
        pub fn sqlite3_prepare_v2(db: *mut sqlite3, sql: *const c_char, n: c_int, out: *mut *mut sqlite3_stmt, tail: *mut *const c_char) -> c_int;
        pub fn sqlite3_finalize(s: *mut sqlite3_stmt) -> c_int;
        pub fn sqlite3_step(s: *mut sqlite3_stmt) -> c_int;
        pub fn sqlite3_column_int64(s: *mut sqlite3_stmt, i: c_int) -> i64;
        pub fn sqlite3_column_text(s: *mut sqlite3_stmt, i: c_int) -> *const u8;
        pub fn sqlite3_expanded_sql(s: *mut sqlite3_stmt) -> *mut c_char;
        pub fn sqlite3_bind_text(s: *mut sqlite3_stmt, i: c_int, t: *const c_char, n: c_int, d: Option<unsafe extern "C" fn(*mut c_void)>) -> c_int;
        pub fn sqlite3_result_text(c: *mut sqlite3_context, t: *const c_char, n: c_int, d: Option<unsafe extern "C" fn(*mut c_void)>);
        pub fn sqlite3_create_function_v2(db: *mut sqlite3, name: *const c_char, n: c_int, enc: c_int, app: *mut c_void,
            f: Option<unsafe extern "C" fn(*mut sqlite3_context, c_int, *mut *mut sqlite3_value)>, s: *mut c_void, fin: *mut c_void, d: Option<unsafe extern "C" fn(*mut c_void)>) -> c_int;
        pub fn sqlite3_user_data(c: *mut sqlite3_context) -> *mut c_void;
        pub fn PQconnectdb(s: *const c_char) -> *mut PGconn;
        pub fn PQfinish(c: *mut PGconn);
        pub fn PQstatus(c: *const PGconn) -> c_int;
        pub fn PQexec(c: *mut PGconn, q: *const c_char) -> *mut PGresult;
        pub fn PQclear(r: *mut PGresult);
        pub fn PQresultStatus(r: *const PGresult) -> c_int;
        pub fn PQntuples(r: *const PGresult) -> c_int;
        pub fn PQgetvalue(r: *const PGresult, row: c_int, col: c_int) -> *mut c_char;
        pub fn PQescapeLiteral(c: *mut PGconn, s: *const c_char, n: size_t) -> *mut c_char;
        pub fn PQfreemem(p: *mut c_void);
        pub fn OGR_G_CreateGeometry(t: c_int) -> OGRGeometryH;
        pub fn OGR_G_DestroyGeometry(g: OGRGeometryH);
        pub fn OGR_G_AddGeometryDirectly(g: OGRGeometryH, part: OGRGeometryH) -> c_int;
        pub fn OGR_G_AddPoint_2D(g: OGRGeometryH, x: c_double, y: c_double);
        pub fn OGR_G_ExportToWkt(g: OGRGeometryH, out: *mut *mut c_char) -> c_int;
        pub fn OGR_G_ExportToJson(g: OGRGeometryH) -> *mut c_char;
        pub fn CPLFree(p: *mut c_void);
        pub fn VSIFree(p: *mut c_void);
        pub fn GDALOpen(n: *const c_char, a: c_uint) -> GDALDatasetH;
        pub fn GDALClose(d: GDALDatasetH);
        pub fn GDALGetRasterCount(d: GDALDatasetH) -> c_int;
        pub fn H5free_memory(p: *mut c_void) -> c_int;
        pub fn H5Tget_member_name(t: hid_t, i: c_uint) -> *mut c_char;
        pub fn leveldb_open(o: *const leveldb_options_t, n: *const c_char, err: *mut *mut c_char) -> *mut leveldb_t;
        pub fn leveldb_close(d: *mut leveldb_t);
        pub fn leveldb_free(p: *mut c_void);
        pub fn leveldb_get(d: *mut leveldb_t, o: *const leveldb_readoptions_t, k: *const c_char, n: size_t, vlen: *mut size_t, err: *mut *mut c_char) -> *mut c_char;
        pub fn leveldb_options_create() -> *mut leveldb_options_t;
        pub fn leveldb_options_destroy(o: *mut leveldb_options_t);
        pub fn leveldb_options_set_create_if_missing(o: *mut leveldb_options_t, v: u8);
        pub fn leveldb_readoptions_create() -> *mut leveldb_readoptions_t;
        pub fn leveldb_readoptions_destroy(o: *mut leveldb_readoptions_t);
        pub fn mdb_get(txn: *mut c_void, dbi: c_uint, k: *mut MDB_val, d: *mut MDB_val) -> c_int;
    }
}

// expect: mismatched_dealloc -- the error text comes from sqlite3_malloc
pub mod exec_error_freed_by_libc {
    use super::sys;
    use std::ffi::{CStr, CString};
    use std::ptr;

    pub struct Connection {
        db: *mut sys::sqlite3,
    }

    impl Connection {
        pub fn exec(&self, sql: &str) -> Result<(), String> {
            let sql = CString::new(sql).map_err(|e| e.to_string())?;
            let mut err = ptr::null_mut();
            let rc = unsafe { sys::sqlite3_exec(self.db, sql.as_ptr(), None, ptr::null_mut(), &mut err) };
            if rc == 0 {
                return Ok(());
            }
            let text = if err.is_null() {
                format!("code {rc}")
            } else {
                let owned = unsafe { CStr::from_ptr(err) }.to_string_lossy().into_owned();
                unsafe { libc::free(err.cast()) };
                owned
            };
            Err(text)
        }
    }

    impl Drop for Connection {
        fn drop(&mut self) {
            unsafe { sys::sqlite3_close(self.db) };
        }
    }
}

// expect: leaked_alloc -- the error text is copied and never freed
pub mod exec_error_lost {
    use super::sys;
    use std::ffi::{CStr, CString};
    use std::ptr;

    pub unsafe fn exec(db: *mut sys::sqlite3, sql: &str) -> Result<(), String> {
        let sql = CString::new(sql).map_err(|e| e.to_string())?;
        let mut err = ptr::null_mut();
        let rc = sys::sqlite3_exec(db, sql.as_ptr(), None, ptr::null_mut(), &mut err);
        if rc != 0 {
            if !err.is_null() {
                return Err(CStr::from_ptr(err).to_string_lossy().into_owned());
            }
            return Err(format!("code {rc}"));
        }
        Ok(())
    }
}

// expect: clean -- the right twin
pub mod exec_error_freed {
    use super::sys;
    use std::ffi::{CStr, CString};
    use std::ptr;

    pub unsafe fn exec(db: *mut sys::sqlite3, sql: &str) -> Result<(), String> {
        let sql = CString::new(sql).map_err(|e| e.to_string())?;
        let mut err = ptr::null_mut();
        let rc = sys::sqlite3_exec(db, sql.as_ptr(), None, ptr::null_mut(), &mut err);
        if rc != 0 {
            if !err.is_null() {
                let text = CStr::from_ptr(err).to_string_lossy().into_owned();
                sys::sqlite3_free(err.cast());
                return Err(text);
            }
            return Err(format!("code {rc}"));
        }
        Ok(())
    }
}

// expect: leaked_alloc -- sqlite3_open returns a handle even when it fails
pub mod open_failure_keeps_handle {
    use super::sys;
    use std::ffi::CString;
    use std::ptr;

    pub struct Db(*mut sys::sqlite3);

    impl Db {
        pub fn open(path: &str) -> Result<Db, i32> {
            let path = CString::new(path).map_err(|_| 21)?;
            let mut db = ptr::null_mut();
            let rc = unsafe { sys::sqlite3_open(path.as_ptr(), &mut db) };
            if rc != 0 {
                return Err(rc);
            }
            Ok(Db(db))
        }
    }

    impl Drop for Db {
        fn drop(&mut self) {
            unsafe { sys::sqlite3_close(self.0) };
        }
    }
}

// expect: clean -- closed in the failing branch too
pub mod open_failure_closed {
    use super::sys;
    use std::ffi::{CStr, CString};
    use std::ptr;

    pub struct Db(*mut sys::sqlite3);

    impl Db {
        pub fn open(path: &str) -> Result<Db, String> {
            let path = CString::new(path).map_err(|_| "nul in path".to_string())?;
            let mut db = ptr::null_mut();
            let rc = unsafe { sys::sqlite3_open(path.as_ptr(), &mut db) };
            if rc != 0 {
                let text = unsafe { CStr::from_ptr(sys::sqlite3_errmsg(db)) }.to_string_lossy().into_owned();
                unsafe { sys::sqlite3_close(db) };
                return Err(text);
            }
            Ok(Db(db))
        }
    }

    impl Drop for Db {
        fn drop(&mut self) {
            unsafe { sys::sqlite3_close(self.0) };
        }
    }
}

// expect: leaked_alloc -- a row that is no text leaves the loop without finalize
pub mod statement_loop_return {
    use super::sys;
    use std::ffi::CStr;
    use std::ptr;

    const ROW: i32 = 100;
    const DONE: i32 = 101;

    pub unsafe fn names(db: *mut sys::sqlite3) -> Result<Vec<String>, i32> {
        let mut stmt = ptr::null_mut();
        let rc = sys::sqlite3_prepare_v2(db, c"SELECT name FROM sqlite_master".as_ptr(), -1, &mut stmt, ptr::null_mut());
        if rc != 0 {
            return Err(rc);
        }
        let mut out = Vec::new();
        loop {
            match sys::sqlite3_step(stmt) {
                ROW => {
                    let text = sys::sqlite3_column_text(stmt, 0);
                    if text.is_null() {
                        return Err(20);
                    }
                    out.push(CStr::from_ptr(text.cast()).to_string_lossy().into_owned());
                }
                DONE => break,
                other => {
                    sys::sqlite3_finalize(stmt);
                    return Err(other);
                }
            }
        }
        sys::sqlite3_finalize(stmt);
        Ok(out)
    }
}

// expect: clean -- a labelled break carries the result past the one finalize
pub mod statement_labelled_break {
    use super::sys;
    use std::ffi::CStr;
    use std::ptr;

    const ROW: i32 = 100;
    const DONE: i32 = 101;

    pub unsafe fn names(db: *mut sys::sqlite3) -> Result<Vec<String>, i32> {
        let mut stmt = ptr::null_mut();
        let rc = sys::sqlite3_prepare_v2(db, c"SELECT name FROM sqlite_master".as_ptr(), -1, &mut stmt, ptr::null_mut());
        if rc != 0 {
            return Err(rc);
        }
        let mut out = Vec::new();
        let status = 'rows: loop {
            match sys::sqlite3_step(stmt) {
                ROW => {
                    let text = sys::sqlite3_column_text(stmt, 0);
                    if text.is_null() {
                        break 'rows Err(20);
                    }
                    out.push(CStr::from_ptr(text.cast()).to_string_lossy().into_owned());
                }
                DONE => break 'rows Ok(()),
                other => break 'rows Err(other),
            }
        };
        sys::sqlite3_finalize(stmt);
        status.map(|()| out)
    }
}

// expect: use_after_free -- column text after finalize
pub mod column_after_finalize {
    use super::sys;

    pub struct Stmt {
        raw: *mut sys::sqlite3_stmt,
    }

    impl Stmt {
        pub fn scalar(self) -> Option<i64> {
            unsafe {
                let rc = sys::sqlite3_step(self.raw);
                sys::sqlite3_finalize(self.raw);
                if rc == 100 {
                    Some(sys::sqlite3_column_int64(self.raw, 0))
                } else {
                    None
                }
            }
        }
    }
}

// expect: double_free -- the consuming method finalizes and lets Drop run as well
pub mod finalize_then_drop {
    use super::sys;

    pub struct Stmt {
        raw: *mut sys::sqlite3_stmt,
    }

    impl Stmt {
        pub fn finalize(self) -> Result<(), i32> {
            match unsafe { sys::sqlite3_finalize(self.raw) } {
                0 => Ok(()),
                rc => Err(rc),
            }
        }
    }

    impl Drop for Stmt {
        fn drop(&mut self) {
            unsafe { sys::sqlite3_finalize(self.raw) };
        }
    }
}

// expect: clean -- the pointer is taken out, Drop sees null
pub mod finalize_takes_pointer {
    use super::sys;
    use std::mem;
    use std::ptr;

    pub struct Stmt {
        raw: *mut sys::sqlite3_stmt,
    }

    impl Stmt {
        fn finalize_inner(&mut self) -> i32 {
            let raw = mem::replace(&mut self.raw, ptr::null_mut());
            if raw.is_null() {
                return 0;
            }
            unsafe { sys::sqlite3_finalize(raw) }
        }

        pub fn finalize(mut self) -> Result<(), i32> {
            match self.finalize_inner() {
                0 => Ok(()),
                rc => Err(rc),
            }
        }
    }

    impl Drop for Stmt {
        fn drop(&mut self) {
            self.finalize_inner();
        }
    }
}

// expect: leaked_alloc -- expanded SQL must go to sqlite3_free
pub mod expanded_sql_lost {
    use super::sys;
    use std::ffi::CStr;

    pub struct Stmt {
        raw: *mut sys::sqlite3_stmt,
    }

    impl Stmt {
        pub fn expanded_sql(&self) -> Option<String> {
            unsafe {
                let text = sys::sqlite3_expanded_sql(self.raw);
                if text.is_null() {
                    return None;
                }
                Some(CStr::from_ptr(text).to_str().ok()?.to_string())
            }
        }
    }

    impl Drop for Stmt {
        fn drop(&mut self) {
            unsafe { sys::sqlite3_finalize(self.raw) };
        }
    }
}

// expect: leaked_raw -- SQLITE_TRANSIENT copies the text, the CString stays
pub mod bind_text_into_raw {
    use super::sys;
    use std::ffi::CString;

    pub const TRANSIENT: isize = -1;

    pub unsafe fn bind(stmt: *mut sys::sqlite3_stmt, index: i32, value: &str) -> Result<(), std::ffi::NulError> {
        let destructor: Option<unsafe extern "C" fn(*mut libc::c_void)> = std::mem::transmute(TRANSIENT);
        let text = CString::new(value)?;
        sys::sqlite3_bind_text(stmt, index, text.into_raw(), -1, destructor);
        Ok(())
    }
}

// expect: clean -- SQLite calls the destructor that reclaims the CString
pub mod result_text_with_destructor {
    use super::sys;
    use libc::{c_char, c_void};
    use std::ffi::CString;

    unsafe extern "C" fn drop_cstring(p: *mut c_void) {
        drop(CString::from_raw(p as *mut c_char));
    }

    pub unsafe fn set_result(ctx: *mut sys::sqlite3_context, value: &str) {
        let text = match CString::new(value) {
            Ok(t) => t,
            Err(_) => return,
        };
        sys::sqlite3_result_text(ctx, text.into_raw(), -1, Some(drop_cstring));
    }
}

// expect: mismatched_dealloc -- the destructor that SQLite calls frees a Rust string by sqlite3_free
pub mod result_text_wrong_destructor {
    use super::sys;
    use std::ffi::CString;

    pub unsafe fn set_result(ctx: *mut sys::sqlite3_context, value: String) {
        if let Ok(text) = CString::new(value) {
            let p = text.into_raw();
            sys::sqlite3_result_text(ctx, p, -1, Some(sys::sqlite3_free));
        }
    }
}

// expect: clean -- a boxed closure with its destructor handed to create_function_v2
pub mod function_with_destructor {
    use super::sys;
    use libc::{c_int, c_void};
    use std::ffi::CString;
    use std::ptr;

    type Scalar = Box<dyn Fn(usize) -> i64>;

    unsafe extern "C" fn call(ctx: *mut sys::sqlite3_context, argc: c_int, _argv: *mut *mut sys::sqlite3_value) {
        let f = sys::sqlite3_user_data(ctx) as *mut Scalar;
        (*f)(argc as usize);
    }

    unsafe extern "C" fn free_boxed<T>(p: *mut c_void) {
        drop(Box::from_raw(p as *mut T));
    }

    pub unsafe fn create<F>(db: *mut sys::sqlite3, name: &str, f: F) -> c_int
    where
        F: Fn(usize) -> i64 + 'static,
    {
        let Ok(name) = CString::new(name) else { return 21 };
        let boxed: *mut Scalar = Box::into_raw(Box::new(Box::new(f)));
        sys::sqlite3_create_function_v2(db, name.as_ptr(), -1, 1, boxed.cast(), Some(call), ptr::null_mut(), ptr::null_mut(), Some(free_boxed::<Scalar>))
    }
}
