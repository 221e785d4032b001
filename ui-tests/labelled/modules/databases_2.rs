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

// expect: mismatched_layout -- the destructor reclaims the inner closure type, not the box of the trait object
pub mod function_destructor_wrong_type {
    use super::sys;
    use libc::{c_int, c_void};
    use std::ptr;

    type Scalar = Box<dyn Fn(usize) -> i64>;

    #[repr(C)]
    pub struct Registered {
        name: [u8; 32],
        func: Scalar,
    }

    unsafe extern "C" fn call(ctx: *mut sys::sqlite3_context, argc: c_int, _argv: *mut *mut sys::sqlite3_value) {
        let f = sys::sqlite3_user_data(ctx) as *mut Registered;
        ((*f).func)(argc as usize);
    }

    unsafe extern "C" fn free_boxed<T>(p: *mut c_void) {
        drop(Box::from_raw(p as *mut T));
    }

    pub unsafe fn create(db: *mut sys::sqlite3, func: Scalar) -> c_int {
        let reg = Box::new(Registered { name: *b"scalar__________________________", func });
        let raw = Box::into_raw(reg);
        sys::sqlite3_create_function_v2(db, (*raw).name.as_ptr().cast(), -1, 1, raw.cast(), Some(call), ptr::null_mut(), ptr::null_mut(), Some(free_boxed::<Scalar>))
    }
}

// expect: leaked_alloc -- a failed query drops the result without PQclear
pub mod pg_result_error {
    use super::sys;
    use std::ffi::{CStr, CString};

    pub struct Conn(*mut sys::PGconn);

    impl Conn {
        pub fn open(dsn: &str) -> Option<Conn> {
            let dsn = CString::new(dsn).ok()?;
            let raw = unsafe { sys::PQconnectdb(dsn.as_ptr()) };
            if raw.is_null() {
                return None;
            }
            let conn = Conn(raw);
            if unsafe { sys::PQstatus(conn.0) } != 0 {
                return None;
            }
            Some(conn)
        }

        pub fn column(&self, sql: &CStr) -> Result<Vec<String>, i32> {
            unsafe {
                let res = sys::PQexec(self.0, sql.as_ptr());
                let status = sys::PQresultStatus(res);
                if status != 2 {
                    return Err(status);
                }
                let rows = (0..sys::PQntuples(res))
                    .map(|i| CStr::from_ptr(sys::PQgetvalue(res, i, 0)).to_string_lossy().into_owned())
                    .collect();
                sys::PQclear(res);
                Ok(rows)
            }
        }
    }

    impl Drop for Conn {
        fn drop(&mut self) {
            unsafe { sys::PQfinish(self.0) }
        }
    }
}

// expect: clean -- the result has an owner of its own
pub mod pg_result_owner {
    use super::sys;
    use std::ffi::CStr;

    struct PgResult(*mut sys::PGresult);

    impl Drop for PgResult {
        fn drop(&mut self) {
            unsafe { sys::PQclear(self.0) }
        }
    }

    pub unsafe fn column(conn: *mut sys::PGconn, sql: &CStr) -> Result<Vec<String>, i32> {
        let res = PgResult(sys::PQexec(conn, sql.as_ptr()));
        let status = sys::PQresultStatus(res.0);
        if status != 2 {
            return Err(status);
        }
        let mut rows = Vec::new();
        for i in 0..sys::PQntuples(res.0) {
            let value = CStr::from_ptr(sys::PQgetvalue(res.0, i, 0));
            rows.push(value.to_str().map_err(|_| -1)?.to_owned());
        }
        Ok(rows)
    }
}

// expect: mismatched_dealloc -- an escaped literal goes to PQfreemem, not to free
pub mod pg_escape_free {
    use super::sys;
    use std::ffi::CStr;

    pub unsafe fn quote(conn: *mut sys::PGconn, text: &str) -> Option<String> {
        let escaped = sys::PQescapeLiteral(conn, text.as_ptr().cast(), text.len());
        if escaped.is_null() {
            return None;
        }
        let owned = CStr::from_ptr(escaped).to_string_lossy().into_owned();
        libc::free(escaped as *mut libc::c_void);
        Some(owned)
    }
}

// expect: leaked_alloc -- WKT text is GDAL's and stays allocated
pub mod wkt_lost {
    use super::sys;
    use std::ffi::CStr;
    use std::ptr;

    pub struct Geometry {
        c_geometry: sys::OGRGeometryH,
    }

    impl Geometry {
        pub fn wkt(&self) -> Result<String, i32> {
            let mut c_wkt = ptr::null_mut();
            let err = unsafe { sys::OGR_G_ExportToWkt(self.c_geometry, &mut c_wkt) };
            if err != 0 {
                return Err(err);
            }
            let wkt = unsafe { CStr::from_ptr(c_wkt) }.to_string_lossy().into_owned();
            Ok(wkt)
        }
    }

    impl Drop for Geometry {
        fn drop(&mut self) {
            unsafe { sys::OGR_G_DestroyGeometry(self.c_geometry) }
        }
    }
}

// expect: clean -- JSON text freed by GDAL's own release
pub mod geojson_freed {
    use super::sys;
    use std::ffi::CStr;

    pub struct Geometry {
        c_geometry: sys::OGRGeometryH,
        owned: bool,
    }

    impl Geometry {
        pub fn json(&self) -> Option<String> {
            let c_json = unsafe { sys::OGR_G_ExportToJson(self.c_geometry) };
            if c_json.is_null() {
                return None;
            }
            let json = unsafe { CStr::from_ptr(c_json) }.to_string_lossy().into_owned();
            unsafe { sys::VSIFree(c_json.cast()) };
            Some(json)
        }

        /// Gives the part to the collection: `AddGeometryDirectly` takes it over.
        pub fn add(&mut self, mut part: Geometry) -> Result<(), i32> {
            assert!(part.owned);
            let rc = unsafe { sys::OGR_G_AddGeometryDirectly(self.c_geometry, part.c_geometry) };
            part.owned = rc != 0;
            match rc {
                0 => Ok(()),
                e => Err(e),
            }
        }

        pub fn point(x: f64, y: f64) -> Option<Geometry> {
            let c_geometry = unsafe { sys::OGR_G_CreateGeometry(1) };
            if c_geometry.is_null() {
                return None;
            }
            unsafe { sys::OGR_G_AddPoint_2D(c_geometry, x, y) };
            Some(Geometry { c_geometry, owned: true })
        }
    }

    impl Drop for Geometry {
        fn drop(&mut self) {
            if self.owned {
                unsafe { sys::OGR_G_DestroyGeometry(self.c_geometry) }
            }
        }
    }
}

// expect: double_free -- the part was given away and is destroyed all the same
pub mod geometry_given_then_destroyed {
    use super::sys;

    pub unsafe fn multipoint(points: &[(f64, f64)]) -> Option<sys::OGRGeometryH> {
        let multi = sys::OGR_G_CreateGeometry(4);
        if multi.is_null() {
            return None;
        }
        for &(x, y) in points {
            let part = sys::OGR_G_CreateGeometry(1);
            if part.is_null() {
                sys::OGR_G_DestroyGeometry(multi);
                return None;
            }
            sys::OGR_G_AddPoint_2D(part, x, y);
            sys::OGR_G_AddGeometryDirectly(multi, part);
            sys::OGR_G_DestroyGeometry(part);
        }
        Some(multi)
    }
}

// expect: owner_without_drop -- the dataset is opened and nothing ever closes it
pub mod dataset_without_drop {
    use super::sys;
    use std::ffi::CString;

    pub struct Dataset {
        handle: sys::GDALDatasetH,
        path: String,
    }

    impl Dataset {
        pub fn open(path: &str) -> Option<Dataset> {
            let c_path = CString::new(path).ok()?;
            let handle = unsafe { sys::GDALOpen(c_path.as_ptr(), 0) };
            if handle.is_null() {
                return None;
            }
            Some(Dataset { handle, path: path.into() })
        }

        pub fn bands(&self) -> usize {
            unsafe { sys::GDALGetRasterCount(self.handle) as usize }
        }

        pub fn path(&self) -> &str {
            &self.path
        }
    }
}

// expect: mismatched_dealloc -- HDF5's name becomes a CString
pub mod member_name_into_cstring {
    use super::sys;
    use std::ffi::CString;

    pub fn member_names(ty: sys::hid_t, count: u32) -> Vec<String> {
        let mut names = Vec::with_capacity(count as usize);
        for i in 0..count {
            let name = unsafe {
                let raw = sys::H5Tget_member_name(ty, i);
                if raw.is_null() {
                    continue;
                }
                CString::from_raw(raw)
            };
            names.push(name.to_string_lossy().into_owned());
        }
        names
    }
}

// expect: clean -- released by H5free_memory in every round
pub mod member_name_freed {
    use super::sys;
    use std::ffi::CStr;

    pub fn member_names(ty: sys::hid_t, count: u32) -> Vec<String> {
        let mut names = Vec::with_capacity(count as usize);
        for i in 0..count {
            let raw = unsafe { sys::H5Tget_member_name(ty, i) };
            if raw.is_null() {
                continue;
            }
            names.push(unsafe { CStr::from_ptr(raw) }.to_string_lossy().into_owned());
            unsafe { sys::H5free_memory(raw.cast()) };
        }
        names
    }
}

// expect: leaked_alloc -- the options are destroyed only on success
pub mod leveldb_options_lost {
    use super::sys;
    use std::ffi::{CStr, CString};
    use std::ptr;

    pub struct Database {
        db: *mut sys::leveldb_t,
    }

    impl Database {
        pub fn open(path: &str) -> Result<Database, String> {
            let path = CString::new(path).map_err(|e| e.to_string())?;
            unsafe {
                let opts = sys::leveldb_options_create();
                sys::leveldb_options_set_create_if_missing(opts, 1);
                let mut err = ptr::null_mut();
                let db = sys::leveldb_open(opts, path.as_ptr(), &mut err);
                if !err.is_null() {
                    let text = CStr::from_ptr(err).to_string_lossy().into_owned();
                    sys::leveldb_free(err.cast());
                    return Err(text);
                }
                sys::leveldb_options_destroy(opts);
                Ok(Database { db })
            }
        }
    }

    impl Drop for Database {
        fn drop(&mut self) {
            unsafe { sys::leveldb_close(self.db) }
        }
    }
}

// expect: mismatched_dealloc -- a value of leveldb_get turned into a Vec
pub mod leveldb_value_vec {
    use super::sys;
    use std::ptr;

    pub unsafe fn get(db: *mut sys::leveldb_t, key: &[u8]) -> Option<Vec<u8>> {
        let opts = sys::leveldb_readoptions_create();
        let mut len = 0;
        let mut err = ptr::null_mut();
        let value = sys::leveldb_get(db, opts, key.as_ptr().cast(), key.len(), &mut len, &mut err);
        sys::leveldb_readoptions_destroy(opts);
        if !err.is_null() {
            sys::leveldb_free(err.cast());
            return None;
        }
        if value.is_null() {
            return None;
        }
        Some(Vec::from_raw_parts(value as *mut u8, len, len))
    }
}

// expect: mismatched_dealloc -- LMDB's mapped value is made an owner
pub mod lmdb_value_vec {
    use super::sys;
    use std::ptr;

    pub unsafe fn get(txn: *mut libc::c_void, dbi: u32, key: &[u8]) -> Result<Vec<u8>, i32> {
        let mut k = sys::MDB_val { mv_size: key.len(), mv_data: key.as_ptr() as *mut _ };
        let mut v = sys::MDB_val { mv_size: 0, mv_data: ptr::null_mut() };
        match sys::mdb_get(txn, dbi, &mut k, &mut v) {
            0 => Ok(Vec::from_raw_parts(v.mv_data as *mut u8, v.mv_size, v.mv_size)),
            rc => Err(rc),
        }
    }
}

// expect: clean -- LMDB's mapped value is borrowed and copied
pub mod lmdb_value_copied {
    use super::sys;
    use std::ptr;

    pub unsafe fn get(txn: *mut libc::c_void, dbi: u32, key: &[u8]) -> Result<Vec<u8>, i32> {
        let mut k = sys::MDB_val { mv_size: key.len(), mv_data: key.as_ptr() as *mut _ };
        let mut v = sys::MDB_val { mv_size: 0, mv_data: ptr::null_mut() };
        match sys::mdb_get(txn, dbi, &mut k, &mut v) {
            0 => Ok(std::slice::from_raw_parts(v.mv_data as *const u8, v.mv_size).to_vec()),
            rc => Err(rc),
        }
    }
}
