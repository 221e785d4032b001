//! Safe wrappers of database, XML, JSON and geometry libraries.
use std::ffi::{c_char, c_int, c_uint, c_void, CStr, CString};
use std::ptr;

// expect: mismatched_dealloc -- the message of sqlite3_exec belongs to sqlite3_free
pub mod sqlite_exec_free {
    use super::*;
    pub enum sqlite3 {}
    type Callback = Option<
        unsafe extern "C" fn(*mut c_void, c_int, *mut *mut c_char, *mut *mut c_char) -> c_int,
    >;
    extern "C" {
        fn sqlite3_exec(
            db: *mut sqlite3,
            sql: *const c_char,
            cb: Callback,
            data: *mut c_void,
            err: *mut *mut c_char,
        ) -> c_int;
        fn free(p: *mut c_void);
    }
    pub struct Connection {
        db: *mut sqlite3,
    }
    impl Connection {
        pub unsafe fn from_handle(db: *mut sqlite3) -> Self {
            Connection { db }
        }
        pub fn execute_batch(&self, sql: &CStr) -> Result<(), String> {
            let mut err = ptr::null_mut();
            let rc =
                unsafe { sqlite3_exec(self.db, sql.as_ptr(), None, ptr::null_mut(), &mut err) };
            if rc == 0 {
                return Ok(());
            }
            if err.is_null() {
                return Err(format!("sqlite error {rc}"));
            }
            unsafe {
                let text = CStr::from_ptr(err).to_string_lossy().into_owned();
                free(err as *mut c_void);
                Err(text)
            }
        }
    }
}

// expect: clean -- sqlite3_free takes the message, null included
pub mod sqlite_exec_ok {
    use super::*;
    pub enum sqlite3 {}
    extern "C" {
        fn sqlite3_exec(
            db: *mut sqlite3,
            sql: *const c_char,
            cb: *const c_void,
            data: *mut c_void,
            err: *mut *mut c_char,
        ) -> c_int;
        fn sqlite3_free(p: *mut c_void);
        fn sqlite3_errstr(rc: c_int) -> *const c_char;
    }
    pub unsafe fn execute(db: *mut sqlite3, sql: &CStr) -> Result<(), CString> {
        let mut err: *mut c_char = ptr::null_mut();
        let rc = sqlite3_exec(db, sql.as_ptr(), ptr::null(), ptr::null_mut(), &mut err);
        let outcome = match (rc, err.is_null()) {
            (0, _) => Ok(()),
            (_, false) => Err(CStr::from_ptr(err).to_owned()),
            (rc, true) => Err(CStr::from_ptr(sqlite3_errstr(rc)).to_owned()),
        };
        sqlite3_free(err.cast());
        outcome
    }
}

// expect: mismatched_dealloc -- sqlite3_expanded_sql is sqlite's memory
pub mod sqlite_expanded {
    use super::*;
    pub enum sqlite3_stmt {}
    extern "C" {
        fn sqlite3_expanded_sql(s: *mut sqlite3_stmt) -> *mut c_char;
        fn sqlite3_finalize(s: *mut sqlite3_stmt) -> c_int;
    }
    pub struct Statement(ptr::NonNull<sqlite3_stmt>);
    impl Statement {
        pub fn expanded_sql(&self) -> Option<String> {
            unsafe {
                let p = sqlite3_expanded_sql(self.0.as_ptr());
                ptr::NonNull::new(p)
                    .map(|p| CString::from_raw(p.as_ptr()).to_string_lossy().into_owned())
            }
        }
    }
    impl Drop for Statement {
        fn drop(&mut self) {
            unsafe { sqlite3_finalize(self.0.as_ptr()) };
        }
    }
}

// expect: clean -- a small owner of sqlite strings, made only from sqlite strings
pub mod sqlite_string {
    use super::*;
    pub enum sqlite3_stmt {}
    extern "C" {
        fn sqlite3_expanded_sql(s: *mut sqlite3_stmt) -> *mut c_char;
        fn sqlite3_mprintf(fmt: *const c_char, ...) -> *mut c_char;
        fn sqlite3_free(p: *mut c_void);
    }
    pub struct SqliteString(*mut c_char);
    impl SqliteString {
        pub unsafe fn from_raw(p: *mut c_char) -> Option<Self> {
            if p.is_null() {
                None
            } else {
                Some(SqliteString(p))
            }
        }
        pub fn quoted(text: &CStr) -> Option<Self> {
            unsafe { Self::from_raw(sqlite3_mprintf(c"%Q".as_ptr(), text.as_ptr())) }
        }
        pub unsafe fn expanded(stmt: *mut sqlite3_stmt) -> Option<Self> {
            Self::from_raw(sqlite3_expanded_sql(stmt))
        }
        pub fn into_raw(self) -> *mut c_char {
            let p = self.0;
            std::mem::forget(self);
            p
        }
    }
    impl AsRef<CStr> for SqliteString {
        fn as_ref(&self) -> &CStr {
            unsafe { CStr::from_ptr(self.0) }
        }
    }
    impl Drop for SqliteString {
        fn drop(&mut self) {
            unsafe { sqlite3_free(self.0.cast()) }
        }
    }
}

// expect: leaked_alloc -- the prepared statement is not finalized when a bind fails
pub mod sqlite_prepare_bind {
    use super::*;
    pub enum sqlite3 {}
    pub enum sqlite3_stmt {}
    extern "C" {
        fn sqlite3_prepare_v2(
            db: *mut sqlite3,
            sql: *const c_char,
            n: c_int,
            out: *mut *mut sqlite3_stmt,
            tail: *mut *const c_char,
        ) -> c_int;
        fn sqlite3_bind_int64(s: *mut sqlite3_stmt, i: c_int, v: i64) -> c_int;
        fn sqlite3_step(s: *mut sqlite3_stmt) -> c_int;
        fn sqlite3_column_int64(s: *mut sqlite3_stmt, i: c_int) -> i64;
        fn sqlite3_finalize(s: *mut sqlite3_stmt) -> c_int;
    }
    fn ok(rc: c_int) -> Result<(), c_int> {
        if rc == 0 {
            Ok(())
        } else {
            Err(rc)
        }
    }
    pub unsafe fn scalar(db: *mut sqlite3, sql: &CStr, args: &[i64]) -> Result<Option<i64>, c_int> {
        let mut stmt = ptr::null_mut();
        ok(sqlite3_prepare_v2(
            db,
            sql.as_ptr(),
            -1,
            &mut stmt,
            ptr::null_mut(),
        ))?;
        for (i, arg) in args.iter().enumerate() {
            ok(sqlite3_bind_int64(stmt, i as c_int + 1, *arg))?;
        }
        let row = (sqlite3_step(stmt) == 100).then(|| sqlite3_column_int64(stmt, 0));
        sqlite3_finalize(stmt);
        Ok(row)
    }
}

// expect: clean -- the statement is wrapped before anything can go wrong
pub mod sqlite_prepare_owned {
    use super::*;
    pub enum sqlite3 {}
    pub enum sqlite3_stmt {}
    extern "C" {
        fn sqlite3_prepare_v2(
            db: *mut sqlite3,
            sql: *const c_char,
            n: c_int,
            out: *mut *mut sqlite3_stmt,
            tail: *mut *const c_char,
        ) -> c_int;
        fn sqlite3_bind_int64(s: *mut sqlite3_stmt, i: c_int, v: i64) -> c_int;
        fn sqlite3_step(s: *mut sqlite3_stmt) -> c_int;
        fn sqlite3_column_text(s: *mut sqlite3_stmt, i: c_int) -> *const u8;
        fn sqlite3_column_bytes(s: *mut sqlite3_stmt, i: c_int) -> c_int;
        fn sqlite3_finalize(s: *mut sqlite3_stmt) -> c_int;
    }
    pub struct Query {
        stmt: *mut sqlite3_stmt,
    }
    impl Query {
        pub unsafe fn prepare(db: *mut sqlite3, sql: &str) -> Result<Query, c_int> {
            let mut stmt = ptr::null_mut();
            match sqlite3_prepare_v2(
                db,
                sql.as_ptr().cast(),
                sql.len() as c_int,
                &mut stmt,
                ptr::null_mut(),
            ) {
                0 => Ok(Query { stmt }),
                rc => Err(rc),
            }
        }
        pub fn text(self, key: i64) -> Result<Option<String>, c_int> {
            unsafe {
                let rc = sqlite3_bind_int64(self.stmt, 1, key);
                if rc != 0 {
                    return Err(rc);
                }
                if sqlite3_step(self.stmt) != 100 {
                    return Ok(None);
                }
                let p = sqlite3_column_text(self.stmt, 0);
                if p.is_null() {
                    return Ok(None);
                }
                let bytes =
                    std::slice::from_raw_parts(p, sqlite3_column_bytes(self.stmt, 0) as usize);
                Ok(Some(String::from_utf8_lossy(bytes).into_owned()))
            }
        }
    }
    impl Drop for Query {
        fn drop(&mut self) {
            unsafe { sqlite3_finalize(self.stmt) };
        }
    }
}

// expect: clean -- sqlite gets the destructor of the text together with the text
pub mod sqlite_bind_destructor {
    use super::*;
    pub enum sqlite3_stmt {}
    extern "C" {
        fn sqlite3_bind_text(
            s: *mut sqlite3_stmt,
            i: c_int,
            t: *const c_char,
            n: c_int,
            d: Option<unsafe extern "C" fn(*mut c_void)>,
        ) -> c_int;
    }
    unsafe extern "C" fn release_text(p: *mut c_void) {
        drop(CString::from_raw(p.cast()));
    }
    pub unsafe fn bind(stmt: *mut sqlite3_stmt, at: c_int, text: &str) -> Result<(), c_int> {
        let text = CString::new(text).map_err(|_| 21)?;
        let len = text.as_bytes().len() as c_int;
        match sqlite3_bind_text(stmt, at, text.into_raw(), len, Some(release_text)) {
            0 => Ok(()),
            rc => Err(rc),
        }
    }
}

// expect: leaked_raw -- SQLITE_TRANSIENT makes sqlite copy, the CString is never taken back
pub mod sqlite_bind_transient {
    use super::*;
    pub enum sqlite3_stmt {}
    extern "C" {
        fn sqlite3_bind_text(
            s: *mut sqlite3_stmt,
            i: c_int,
            t: *const c_char,
            n: c_int,
            d: isize,
        ) -> c_int;
    }
    pub struct Binder<'a> {
        stmt: &'a mut sqlite3_stmt,
        next: c_int,
    }
    impl<'a> Binder<'a> {
        pub fn push(&mut self, text: &str) -> Result<&mut Self, Box<dyn std::error::Error>> {
            let value = CString::new(text)?.into_raw();
            let rc = unsafe { sqlite3_bind_text(self.stmt, self.next, value, -1, -1) };
            if rc != 0 {
                return Err(format!("bind {}: {}", self.next, rc).into());
            }
            self.next += 1;
            Ok(self)
        }
    }
}

// expect: clean -- the closure is released by sqlite's xDestroy
pub mod sqlite_function {
    use super::*;
    pub enum sqlite3 {}
    pub enum sqlite3_context {}
    pub enum sqlite3_value {}
    type XFunc = unsafe extern "C" fn(*mut sqlite3_context, c_int, *mut *mut sqlite3_value);
    extern "C" {
        fn sqlite3_create_function_v2(
            db: *mut sqlite3,
            name: *const c_char,
            n: c_int,
            rep: c_int,
            app: *mut c_void,
            f: Option<XFunc>,
            step: Option<XFunc>,
            fin: *const c_void,
            destroy: Option<unsafe extern "C" fn(*mut c_void)>,
        ) -> c_int;
        fn sqlite3_user_data(c: *mut sqlite3_context) -> *mut c_void;
        fn sqlite3_value_double(v: *mut sqlite3_value) -> f64;
        fn sqlite3_result_double(c: *mut sqlite3_context, v: f64);
    }
    unsafe extern "C" fn call<F: Fn(f64) -> f64>(
        c: *mut sqlite3_context,
        _n: c_int,
        args: *mut *mut sqlite3_value,
    ) {
        let f = sqlite3_user_data(c) as *const F;
        sqlite3_result_double(c, (*f)(sqlite3_value_double(*args)));
    }
    unsafe extern "C" fn destroy<F>(p: *mut c_void) {
        drop(Box::from_raw(p as *mut F));
    }
    pub unsafe fn register<F: Fn(f64) -> f64 + Send + 'static>(
        db: *mut sqlite3,
        name: &CStr,
        f: F,
    ) -> c_int {
        let app = Box::into_raw(Box::new(f));
        sqlite3_create_function_v2(
            db,
            name.as_ptr(),
            1,
            1,
            app.cast(),
            Some(call::<F>),
            None,
            ptr::null(),
            Some(destroy::<F>),
        )
    }
}

// expect: double_free -- sqlite calls xDestroy on failure as well, then the closure is dropped again
pub mod sqlite_function_twice {
    use super::*;
    pub enum sqlite3 {}
    extern "C" {
        fn sqlite3_create_function_v2(
            db: *mut sqlite3,
            name: *const c_char,
            n: c_int,
            rep: c_int,
            app: *mut c_void,
            f: *const c_void,
            step: *const c_void,
            fin: *const c_void,
            destroy: Option<unsafe extern "C" fn(*mut c_void)>,
        ) -> c_int;
    }
    pub struct Counter {
        pub hits: u64,
    }
    unsafe extern "C" fn drop_counter(p: *mut c_void) {
        drop(Box::from_raw(p as *mut Counter));
    }
    pub unsafe fn register(db: *mut sqlite3, name: &CStr, run: *const c_void) -> Result<(), c_int> {
        let app = Box::into_raw(Box::new(Counter { hits: 0 }));
        let rc = sqlite3_create_function_v2(
            db,
            name.as_ptr(),
            0,
            1,
            app.cast(),
            run,
            ptr::null(),
            ptr::null(),
            Some(drop_counter),
        );
        if rc != 0 {
            drop(Box::from_raw(app));
            return Err(rc);
        }
        Ok(())
    }
}

// expect: leaked_alloc -- PQclear is missing where the status is wrong
pub mod pq_exec {
    use super::*;
    pub enum PGconn {}
    pub enum PGresult {}
    extern "C" {
        fn PQexec(c: *mut PGconn, q: *const c_char) -> *mut PGresult;
        fn PQresultStatus(r: *const PGresult) -> c_int;
        fn PQerrorMessage(c: *const PGconn) -> *mut c_char;
        fn PQntuples(r: *const PGresult) -> c_int;
        fn PQclear(r: *mut PGresult);
        fn PQfinish(c: *mut PGconn);
    }
    pub struct Client {
        conn: *mut PGconn,
    }
    impl Client {
        pub fn count(&mut self, sql: &CStr) -> Result<usize, String> {
            let res = unsafe { PQexec(self.conn, sql.as_ptr()) };
            let status = unsafe { PQresultStatus(res) };
            if status != 2 {
                let text = unsafe { CStr::from_ptr(PQerrorMessage(self.conn)) };
                return Err(text.to_string_lossy().trim_end().to_string());
            }
            let n = unsafe { PQntuples(res) };
            unsafe { PQclear(res) };
            Ok(n as usize)
        }
    }
    impl Drop for Client {
        fn drop(&mut self) {
            unsafe { PQfinish(self.conn) }
        }
    }
}
