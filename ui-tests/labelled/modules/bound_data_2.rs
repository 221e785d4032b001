//! Safe wrappers of database, XML, JSON and geometry libraries.
use std::ffi::{c_char, c_int, c_uint, c_void, CStr, CString};
use std::ptr;

// expect: clean -- both arms clear the result, the values are borrowed while it lives
pub mod pq_values {
    use super::*;
    pub enum PGconn {}
    pub enum PGresult {}
    extern "C" {
        fn PQexec(c: *mut PGconn, q: *const c_char) -> *mut PGresult;
        fn PQresultStatus(r: *const PGresult) -> c_int;
        fn PQntuples(r: *const PGresult) -> c_int;
        fn PQgetisnull(r: *const PGresult, row: c_int, col: c_int) -> c_int;
        fn PQgetvalue(r: *const PGresult, row: c_int, col: c_int) -> *mut c_char;
        fn PQclear(r: *mut PGresult);
    }
    pub unsafe fn first_column(conn: *mut PGconn, sql: &CStr) -> Option<Vec<Option<CString>>> {
        let res = PQexec(conn, sql.as_ptr());
        if PQresultStatus(res) == 2 {
            let rows = (0..PQntuples(res))
                .map(|i| {
                    if PQgetisnull(res, i, 0) != 0 {
                        None
                    } else {
                        Some(CStr::from_ptr(PQgetvalue(res, i, 0)).to_owned())
                    }
                })
                .collect();
            PQclear(res);
            Some(rows)
        } else {
            PQclear(res);
            None
        }
    }
}

// expect: mismatched_dealloc -- PQescapeLiteral goes back through PQfreemem, never to Rust
pub mod pq_escape {
    use super::*;
    pub enum PGconn {}
    extern "C" {
        fn PQescapeLiteral(c: *mut PGconn, s: *const c_char, n: usize) -> *mut c_char;
    }
    pub fn quote(conn: &mut PGconn, s: &str) -> Result<String, String> {
        let quoted;
        unsafe {
            let p = PQescapeLiteral(conn, s.as_ptr() as *const c_char, s.len());
            if p.is_null() {
                return Err("not escapable".into());
            }
            quoted = CString::from_raw(p);
        }
        quoted.into_string().map_err(|e| e.to_string())
    }
}

// expect: leaked_alloc -- mdb_env_open failed, but the environment has to be closed all the same
pub mod lmdb_env {
    use super::*;
    pub enum MDB_env {}
    extern "C" {
        fn mdb_env_create(out: *mut *mut MDB_env) -> c_int;
        fn mdb_env_set_mapsize(e: *mut MDB_env, n: usize) -> c_int;
        fn mdb_env_open(e: *mut MDB_env, path: *const c_char, flags: c_uint, mode: u32) -> c_int;
        fn mdb_env_close(e: *mut MDB_env);
    }
    pub struct Environment(*mut MDB_env);
    unsafe impl Send for Environment {}
    impl Environment {
        pub fn open(path: &CStr, map: usize) -> Result<Environment, c_int> {
            let mut env = ptr::null_mut();
            unsafe {
                let rc = mdb_env_create(&mut env);
                if rc != 0 {
                    return Err(rc);
                }
                let rc = match mdb_env_set_mapsize(env, map) {
                    0 => mdb_env_open(env, path.as_ptr(), 0, 0o600),
                    rc => rc,
                };
                if rc != 0 {
                    Err(rc)
                } else {
                    Ok(Environment(env))
                }
            }
        }
    }
    impl Drop for Environment {
        fn drop(&mut self) {
            unsafe { mdb_env_close(self.0) }
        }
    }
}

// expect: clean -- a macro closes the environment on each error
pub mod lmdb_env_try {
    use super::*;
    pub enum MDB_env {}
    extern "C" {
        fn mdb_env_create(out: *mut *mut MDB_env) -> c_int;
        fn mdb_env_set_maxdbs(e: *mut MDB_env, n: c_uint) -> c_int;
        fn mdb_env_open(e: *mut MDB_env, path: *const c_char, flags: c_uint, mode: u32) -> c_int;
        fn mdb_env_close(e: *mut MDB_env);
    }
    macro_rules! lmdb_try_with_cleanup {
        ($expr:expr, $cleanup:expr) => {{
            match $expr {
                0 => (),
                err_code => {
                    let _ = $cleanup;
                    return Err(err_code);
                }
            }
        }};
    }
    pub struct Env {
        raw: *mut MDB_env,
    }
    pub fn open(path: &CStr, dbs: c_uint) -> Result<Env, c_int> {
        let mut raw: *mut MDB_env = ptr::null_mut();
        unsafe {
            lmdb_try_with_cleanup!(mdb_env_create(&mut raw), ());
            lmdb_try_with_cleanup!(mdb_env_set_maxdbs(raw, dbs), mdb_env_close(raw));
            lmdb_try_with_cleanup!(
                mdb_env_open(raw, path.as_ptr(), 0, 0o644),
                mdb_env_close(raw)
            );
        }
        Ok(Env { raw })
    }
    impl Drop for Env {
        fn drop(&mut self) {
            unsafe { mdb_env_close(self.raw) }
        }
    }
}

// expect: mismatched_dealloc -- the value of rocksdb_get becomes a Vec
pub mod rocksdb_get_vec {
    use super::*;
    pub enum rocksdb_t {}
    pub enum rocksdb_readoptions_t {}
    extern "C" {
        fn rocksdb_get(
            db: *mut rocksdb_t,
            o: *const rocksdb_readoptions_t,
            k: *const c_char,
            kn: usize,
            vn: *mut usize,
            err: *mut *mut c_char,
        ) -> *mut c_char;
        fn rocksdb_free(p: *mut c_void);
        fn rocksdb_close(db: *mut rocksdb_t);
    }
    fn error_message(p: *mut c_char) -> String {
        unsafe {
            let s = CStr::from_ptr(p).to_string_lossy().into_owned();
            rocksdb_free(p.cast());
            s
        }
    }
    pub struct Db {
        inner: *mut rocksdb_t,
    }
    impl Db {
        pub fn get(
            &self,
            o: &rocksdb_readoptions_t,
            key: impl AsRef<[u8]>,
        ) -> Result<Option<Vec<u8>>, String> {
            let key = key.as_ref();
            let mut len = 0usize;
            let mut err = ptr::null_mut();
            let val = unsafe {
                rocksdb_get(
                    self.inner,
                    o,
                    key.as_ptr().cast(),
                    key.len(),
                    &mut len,
                    &mut err,
                )
            };
            if !err.is_null() {
                return Err(error_message(err));
            }
            if val.is_null() {
                return Ok(None);
            }
            Ok(Some(unsafe {
                Vec::from_raw_parts(val as *mut u8, len, len)
            }))
        }
    }
    impl Drop for Db {
        fn drop(&mut self) {
            unsafe { rocksdb_close(self.inner) }
        }
    }
}

// expect: clean -- ffi_try with the library's own free, and a value type that frees itself
pub mod leveldb_get_ok {
    use super::*;
    pub enum leveldb_t {}
    pub enum leveldb_readoptions_t {}
    extern "C" {
        fn leveldb_get(
            db: *mut leveldb_t,
            o: *const leveldb_readoptions_t,
            k: *const c_char,
            kn: usize,
            vn: *mut usize,
            err: *mut *mut c_char,
        ) -> *mut c_char;
        fn leveldb_free(p: *mut c_void);
        fn leveldb_readoptions_create() -> *mut leveldb_readoptions_t;
        fn leveldb_readoptions_destroy(o: *mut leveldb_readoptions_t);
    }
    macro_rules! ffi_try {
        ($name:ident ( $($arg:expr),* )) => {{
            let mut err: *mut c_char = ptr::null_mut();
            let result = $name($($arg),*, &mut err);
            if !err.is_null() {
                let text = CStr::from_ptr(err).to_string_lossy().into_owned();
                leveldb_free(err as *mut c_void);
                return Err(text);
            }
            result
        }};
    }
    pub struct ReadOptions(*mut leveldb_readoptions_t);
    impl ReadOptions {
        pub fn new() -> Self {
            ReadOptions(unsafe { leveldb_readoptions_create() })
        }
    }
    impl Drop for ReadOptions {
        fn drop(&mut self) {
            unsafe { leveldb_readoptions_destroy(self.0) }
        }
    }
    pub struct Value {
        data: *mut c_char,
        len: usize,
    }
    impl std::ops::Deref for Value {
        type Target = [u8];
        fn deref(&self) -> &[u8] {
            unsafe { std::slice::from_raw_parts(self.data as *const u8, self.len) }
        }
    }
    impl Drop for Value {
        fn drop(&mut self) {
            unsafe { leveldb_free(self.data.cast()) }
        }
    }
    pub unsafe fn get(db: *mut leveldb_t, key: &[u8]) -> Result<Option<Value>, String> {
        let opts = ReadOptions::new();
        let mut len = 0;
        let data = ffi_try!(leveldb_get(
            db,
            opts.0,
            key.as_ptr() as *const c_char,
            key.len(),
            &mut len
        ));
        Ok(if data.is_null() {
            None
        } else {
            Some(Value { data, len })
        })
    }
}

// expect: leaked_alloc -- the attribute's text is xmlChar memory that nobody hands back
pub mod xml_get_prop {
    use super::*;
    #[repr(C)]
    pub struct xmlNode {
        _private: *mut c_void,
        kind: c_int,
    }
    extern "C" {
        fn xmlGetProp(n: *const xmlNode, name: *const u8) -> *mut u8;
    }
    pub unsafe fn attribute(node: *const xmlNode, name: &CStr) -> Option<String> {
        let value = xmlGetProp(node, name.as_ptr().cast());
        if value.is_null() {
            return None;
        }
        Some(
            CStr::from_ptr(value as *const c_char)
                .to_string_lossy()
                .into_owned(),
        )
    }
}

// expect: clean -- xmlFree is a variable that holds the function
pub mod xml_content_free {
    use super::*;
    #[repr(C)]
    pub struct xmlNode {
        _private: *mut c_void,
        kind: c_int,
    }
    extern "C" {
        fn xmlNodeGetContent(n: *const xmlNode) -> *mut u8;
        static xmlFree: Option<unsafe extern "C" fn(*mut c_void)>;
    }
    pub unsafe fn content(node: *const xmlNode) -> String {
        let p = xmlNodeGetContent(node);
        if p.is_null() {
            return String::new();
        }
        let text = CStr::from_ptr(p.cast()).to_string_lossy().into_owned();
        if let Some(f) = xmlFree {
            f(p.cast());
        }
        text
    }
}

// expect: mismatched_dealloc -- xmlDocDumpMemory fills the out-parameter with libxml's memory
pub mod xml_dump {
    use super::*;
    pub enum xmlDoc {}
    extern "C" {
        fn xmlDocDumpMemory(d: *mut xmlDoc, mem: *mut *mut u8, size: *mut c_int);
        fn xmlFreeDoc(d: *mut xmlDoc);
    }
    pub struct Document {
        doc: *mut xmlDoc,
    }
    impl std::fmt::Display for Document {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            let (mut mem, mut size) = (ptr::null_mut::<u8>(), 0);
            let text = unsafe {
                xmlDocDumpMemory(self.doc, &mut mem, &mut size);
                if mem.is_null() {
                    return Err(std::fmt::Error);
                }
                String::from_raw_parts(mem, size as usize, size as usize)
            };
            f.write_str(&text)
        }
    }
    impl Drop for Document {
        fn drop(&mut self) {
            unsafe { xmlFreeDoc(self.doc) }
        }
    }
}

// expect: double_free -- the item belongs to the object that was just deleted
pub mod cjson_add {
    use super::*;
    pub enum cJSON {}
    extern "C" {
        fn cJSON_CreateObject() -> *mut cJSON;
        fn cJSON_CreateNumber(n: f64) -> *mut cJSON;
        fn cJSON_AddItemToObject(o: *mut cJSON, key: *const c_char, item: *mut cJSON) -> c_int;
        fn cJSON_PrintUnformatted(o: *const cJSON) -> *mut c_char;
        fn cJSON_Delete(o: *mut cJSON);
        fn cJSON_free(p: *mut c_void);
    }
    pub fn point(x: f64) -> Option<String> {
        unsafe {
            let obj = cJSON_CreateObject();
            if obj.is_null() {
                return None;
            }
            let num = cJSON_CreateNumber(x);
            if num.is_null() || cJSON_AddItemToObject(obj, c"x".as_ptr(), num) == 0 {
                cJSON_Delete(num);
                cJSON_Delete(obj);
                return None;
            }
            let text = cJSON_PrintUnformatted(obj);
            let out = if text.is_null() {
                None
            } else {
                Some(CStr::from_ptr(text).to_string_lossy().into_owned())
            };
            cJSON_free(text.cast());
            cJSON_Delete(obj);
            cJSON_Delete(num);
            out
        }
    }
}

// expect: clean -- the item is deleted only where the object did not take it
pub mod cjson_add_ok {
    use super::*;
    pub enum cJSON {}
    extern "C" {
        fn cJSON_CreateArray() -> *mut cJSON;
        fn cJSON_CreateString(s: *const c_char) -> *mut cJSON;
        fn cJSON_AddItemToArray(a: *mut cJSON, item: *mut cJSON) -> c_int;
        fn cJSON_Delete(o: *mut cJSON);
    }
    pub struct Json(*mut cJSON);
    impl Drop for Json {
        fn drop(&mut self) {
            unsafe { cJSON_Delete(self.0) }
        }
    }
    impl Json {
        pub fn strings<'a>(items: impl IntoIterator<Item = &'a CStr>) -> Option<Json> {
            let list = Json(unsafe { cJSON_CreateArray() });
            if list.0.is_null() {
                return None;
            }
            for s in items {
                let item = unsafe { cJSON_CreateString(s.as_ptr()) };
                if item.is_null() {
                    return None;
                }
                if unsafe { cJSON_AddItemToArray(list.0, item) } == 0 {
                    unsafe { cJSON_Delete(item) };
                    return None;
                }
            }
            Some(list)
        }
    }
}

// expect: clean -- json_dumps gives malloc memory, free takes it
pub mod jansson_dumps {
    use super::*;
    pub enum json_t {}
    extern "C" {
        fn json_dumps(j: *const json_t, flags: usize) -> *mut c_char;
        fn free(p: *mut c_void);
    }
    pub struct JsonRef<'a>(pub &'a json_t);
    impl From<JsonRef<'_>> for Option<String> {
        fn from(j: JsonRef<'_>) -> Self {
            unsafe {
                let p = json_dumps(j.0, 0x20);
                if p.is_null() {
                    return None;
                }
                let bytes = CStr::from_ptr(p).to_bytes().to_vec();
                free(p.cast());
                String::from_utf8(bytes).ok()
            }
        }
    }
}
