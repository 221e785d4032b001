//! Contracts of C libraries: SQLite, libgit2, curl, OpenSSL, GLib, FFmpeg.

use std::ffi::{CStr, CString, c_char, c_int, c_uint, c_void};
use std::ptr;

#[repr(C)]
pub struct sqlite3 {
    _p: [u8; 0],
}

#[repr(C)]
pub struct sqlite3_stmt {
    _p: [u8; 0],
}

#[repr(C)]
pub struct git_repository {
    _p: [u8; 0],
}

#[repr(C)]
pub struct CURL {
    _p: [u8; 0],
}

#[repr(C)]
pub struct curl_slist {
    pub data: *mut c_char,
    pub next: *mut curl_slist,
}

#[repr(C)]
pub struct BIGNUM {
    _p: [u8; 0],
}

#[repr(C)]
pub struct EVP_PKEY {
    _p: [u8; 0],
}

#[repr(C)]
pub struct BIO {
    _p: [u8; 0],
}

#[repr(C)]
pub struct AVFrame {
    pub data: [*mut u8; 8],
    pub width: c_int,
}

unsafe extern "C" {
    fn malloc(n: usize) -> *mut c_void;
    fn free(p: *mut c_void);
    fn sqlite3_open(path: *const c_char, db: *mut *mut sqlite3) -> c_int;
    fn sqlite3_close(db: *mut sqlite3) -> c_int;
    fn sqlite3_exec(
        db: *mut sqlite3,
        sql: *const c_char,
        cb: Option<unsafe extern "C" fn()>,
        user: *mut c_void,
        err: *mut *mut c_char,
    ) -> c_int;
    fn sqlite3_free(p: *mut c_void);
    fn sqlite3_malloc(n: c_int) -> *mut c_void;
    fn sqlite3_expanded_sql(s: *mut sqlite3_stmt) -> *mut c_char;
    fn sqlite3_column_text(s: *mut sqlite3_stmt, i: c_int) -> *const u8;
    fn sqlite3_prepare_v2(
        db: *mut sqlite3,
        sql: *const c_char,
        n: c_int,
        s: *mut *mut sqlite3_stmt,
        tail: *mut *const c_char,
    ) -> c_int;
    fn sqlite3_step(s: *mut sqlite3_stmt) -> c_int;
    fn sqlite3_finalize(s: *mut sqlite3_stmt) -> c_int;
    fn git_repository_open(out: *mut *mut git_repository, path: *const c_char) -> c_int;
    fn git_repository_free(r: *mut git_repository);
    fn git_repository_is_bare(r: *mut git_repository) -> c_int;
    fn curl_easy_init() -> *mut CURL;
    fn curl_easy_cleanup(c: *mut CURL);
    fn curl_easy_perform(c: *mut CURL) -> c_int;
    fn curl_easy_escape(c: *mut CURL, s: *const c_char, n: c_int) -> *mut c_char;
    fn curl_free(p: *mut c_void);
    fn curl_slist_append(l: *mut curl_slist, s: *const c_char) -> *mut curl_slist;
    fn curl_slist_free_all(l: *mut curl_slist);
    fn BN_new() -> *mut BIGNUM;
    fn BN_free(b: *mut BIGNUM);
    fn BN_bn2dec(b: *const BIGNUM) -> *mut c_char;
    fn CRYPTO_free(p: *mut c_void, file: *const c_char, line: c_int);
    fn EVP_PKEY_new() -> *mut EVP_PKEY;
    fn EVP_PKEY_free(k: *mut EVP_PKEY);
    fn BIO_new_mem_buf(p: *const c_void, n: c_int) -> *mut BIO;
    fn BIO_free(b: *mut BIO) -> c_int;
    fn g_malloc(n: usize) -> *mut c_void;
    fn g_free(p: *mut c_void);
    fn g_strdup(s: *const c_char) -> *mut c_char;
    fn g_object_ref(o: *mut c_void) -> *mut c_void;
    fn g_object_unref(o: *mut c_void);
    fn av_malloc(n: usize) -> *mut c_void;
    fn av_free(p: *mut c_void);
    fn av_frame_alloc() -> *mut AVFrame;
    fn av_frame_free(f: *mut *mut AVFrame);
}

// expect: mismatched_dealloc -- sqlite's error text as a CString
pub unsafe fn sqlite_error_as_cstring(db: *mut sqlite3, sql: &CStr) -> Result<(), CString> {
    let mut err: *mut c_char = ptr::null_mut();
    if sqlite3_exec(db, sql.as_ptr(), None, ptr::null_mut(), &mut err) != 0 {
        if err.is_null() {
            return Err(CString::default());
        }
        return Err(CString::from_raw(err));
    }
    Ok(())
}

// expect: clean -- sqlite's error text copied and released
pub unsafe fn sqlite_error_copied(db: *mut sqlite3, sql: &CStr) -> Result<(), String> {
    let mut err: *mut c_char = ptr::null_mut();
    if sqlite3_exec(db, sql.as_ptr(), None, ptr::null_mut(), &mut err) != 0 {
        if err.is_null() {
            return Err(String::new());
        }
        let text = CStr::from_ptr(err).to_string_lossy().into_owned();
        sqlite3_free(err.cast());
        return Err(text);
    }
    Ok(())
}

// expect: leaked_alloc -- expanded SQL is never given back
pub unsafe fn sqlite_expanded_lost(s: *mut sqlite3_stmt) -> String {
    let p = sqlite3_expanded_sql(s);
    if p.is_null() {
        return String::new();
    }
    CStr::from_ptr(p).to_string_lossy().into_owned()
}

// expect: clean -- column text belongs to the statement
pub unsafe fn sqlite_column_borrowed(s: *mut sqlite3_stmt) -> Option<String> {
    let p = sqlite3_column_text(s, 0);
    if p.is_null() {
        return None;
    }
    Some(CStr::from_ptr(p.cast()).to_string_lossy().into_owned())
}

// expect: mismatched_dealloc -- sqlite3_malloc to free
pub unsafe fn sqlite_malloc_to_free(n: c_int) {
    let p = sqlite3_malloc(n);
    free(p);
}

// expect: leaked_alloc -- the statement stays open when step fails
pub unsafe fn sqlite_statement_lost(db: *mut sqlite3, sql: &CStr) -> Result<c_int, c_int> {
    let mut s = ptr::null_mut();
    let rc = sqlite3_prepare_v2(db, sql.as_ptr(), -1, &mut s, ptr::null_mut());
    if rc != 0 {
        return Err(rc);
    }
    let rc = sqlite3_step(s);
    if rc != 100 && rc != 101 {
        return Err(rc);
    }
    sqlite3_finalize(s);
    Ok(rc)
}

// expect: clean -- connection owner: opened, closed on both paths
pub mod sqlite_owner_good {
    use super::*;
    pub struct Db(*mut sqlite3);
    impl Db {
        pub fn open(path: &CStr) -> Result<Db, c_int> {
            let mut db = ptr::null_mut();
            let rc = unsafe { sqlite3_open(path.as_ptr(), &mut db) };
            if rc != 0 {
                unsafe { sqlite3_close(db) };
                return Err(rc);
            }
            Ok(Db(db))
        }
        pub fn statement(&self, sql: &CStr) -> Result<Stmt<'_>, c_int> {
            let mut s = ptr::null_mut();
            match unsafe { sqlite3_prepare_v2(self.0, sql.as_ptr(), -1, &mut s, ptr::null_mut()) } {
                0 => Ok(Stmt(s, self)),
                rc => Err(rc),
            }
        }
    }
    impl Drop for Db {
        fn drop(&mut self) {
            unsafe { sqlite3_close(self.0) };
        }
    }
    pub struct Stmt<'a>(*mut sqlite3_stmt, &'a Db);
    impl Stmt<'_> {
        pub fn step(&mut self) -> bool {
            let _db = self.1;
            unsafe { sqlite3_step(self.0) == 100 }
        }
    }
    impl Drop for Stmt<'_> {
        fn drop(&mut self) {
            unsafe { sqlite3_finalize(self.0) };
        }
    }
}

// expect: leaked_alloc -- repository not freed on the bare path
pub unsafe fn git_bare_lost(path: &CStr) -> Result<(), c_int> {
    let mut repo = ptr::null_mut();
    let rc = git_repository_open(&mut repo, path.as_ptr());
    if rc < 0 {
        return Err(rc);
    }
    if git_repository_is_bare(repo) == 1 {
        return Err(-1);
    }
    git_repository_free(repo);
    Ok(())
}

// expect: clean -- repository freed, status kept
pub unsafe fn git_bare(path: &CStr) -> Result<bool, c_int> {
    let mut repo = ptr::null_mut();
    let rc = git_repository_open(&mut repo, path.as_ptr());
    if rc < 0 {
        return Err(rc);
    }
    let bare = git_repository_is_bare(repo) == 1;
    git_repository_free(repo);
    Ok(bare)
}

// expect: mismatched_dealloc -- curl's escaped text to libc free
pub unsafe fn curl_escape_to_free(c: *mut CURL, s: &CStr) -> Option<String> {
    let p = curl_easy_escape(c, s.as_ptr(), 0);
    if p.is_null() {
        return None;
    }
    let out = CStr::from_ptr(p).to_str().ok().map(String::from);
    free(p.cast());
    out
}

// expect: clean -- curl's escaped text to curl_free
pub unsafe fn curl_escape_freed(c: *mut CURL, s: &CStr) -> Option<String> {
    let p = curl_easy_escape(c, s.as_ptr(), 0);
    if p.is_null() {
        return None;
    }
    let out = CStr::from_ptr(p).to_str().ok().map(String::from);
    curl_free(p.cast());
    out
}

// expect: clean -- list grows through append, null means failure, freed once
pub unsafe fn curl_headers(names: &[&CStr]) -> bool {
    let mut list: *mut curl_slist = ptr::null_mut();
    for n in names {
        let next = curl_slist_append(list, n.as_ptr());
        if next.is_null() {
            curl_slist_free_all(list);
            return false;
        }
        list = next;
    }
    curl_slist_free_all(list);
    true
}

// expect: leaked_alloc -- easy handle not cleaned up when perform fails
pub unsafe fn curl_perform_lost() -> Result<(), c_int> {
    let c = curl_easy_init();
    if c.is_null() {
        return Err(-1);
    }
    match curl_easy_perform(c) {
        0 => {}
        e => return Err(e),
    }
    curl_easy_cleanup(c);
    Ok(())
}

// expect: mismatched_dealloc -- decimal text of a bignum as a CString
pub unsafe fn bn_text_as_cstring(b: *const BIGNUM) -> CString {
    let p = BN_bn2dec(b);
    assert!(!p.is_null());
    CString::from_raw(p)
}

// expect: clean -- decimal text of a bignum through OPENSSL_free's function
pub unsafe fn bn_text(b: *const BIGNUM) -> String {
    let p = BN_bn2dec(b);
    assert!(!p.is_null());
    let s = CStr::from_ptr(p).to_string_lossy().into_owned();
    CRYPTO_free(p.cast(), c"bn.rs".as_ptr(), 1);
    s
}

// expect: mismatched_dealloc -- a key released as a bignum
pub unsafe fn key_as_bignum() {
    let k = EVP_PKEY_new();
    if !k.is_null() {
        BN_free(k.cast());
    }
}

// expect: clean -- key and bignum each by its own, null allowed
pub unsafe fn key_and_bignum() -> bool {
    let k = EVP_PKEY_new();
    let b = BN_new();
    let both = !k.is_null() && !b.is_null();
    EVP_PKEY_free(k);
    BN_free(b);
    both
}

// expect: double_free -- the BIO is freed twice, the status of the second returned
pub unsafe fn bio_twice(data: &[u8]) -> c_int {
    let b = BIO_new_mem_buf(data.as_ptr().cast(), data.len() as c_int);
    if b.is_null() {
        return -1;
    }
    BIO_free(b);
    BIO_free(b)
}

// expect: mismatched_dealloc -- g_strdup to free
pub unsafe fn glib_to_free(s: &CStr) {
    let p = g_strdup(s.as_ptr());
    free(p.cast());
}

// expect: mismatched_dealloc -- g_malloc into a Box
pub unsafe fn glib_to_box() -> Box<u64> {
    let p = g_malloc(8) as *mut u64;
    *p = 1;
    Box::from_raw(p)
}

// expect: clean -- g_strdup to g_free
pub unsafe fn glib_paired(s: &CStr) -> usize {
    let p = g_strdup(s.as_ptr());
    let n = CStr::from_ptr(p).to_bytes().len();
    g_free(p.cast());
    n
}

// expect: clean -- refcounted object handle: Clone refs, Drop unrefs
pub mod gobject_good {
    use super::*;
    pub struct Object(*mut c_void);
    impl Object {
        pub unsafe fn from_glib_full(p: *mut c_void) -> Object {
            Object(p)
        }
        pub unsafe fn from_glib_none(p: *mut c_void) -> Object {
            Object(g_object_ref(p))
        }
    }
    impl Clone for Object {
        fn clone(&self) -> Object {
            unsafe { Object::from_glib_none(self.0) }
        }
    }
    impl Drop for Object {
        fn drop(&mut self) {
            unsafe { g_object_unref(self.0) };
        }
    }
}

// expect: clean -- av_frame_free takes the slot and nulls it
pub unsafe fn av_frame_good() -> c_int {
    let mut f = av_frame_alloc();
    if f.is_null() {
        return -12;
    }
    (*f).width = 16;
    let w = (*f).width;
    av_frame_free(&mut f);
    w
}

// expect: mismatched_dealloc -- av_malloc to free
pub unsafe fn av_malloc_to_free() {
    let p = av_malloc(64);
    if !p.is_null() {
        free(p);
    }
}

// expect: leaked_alloc -- frame lost on the error
pub unsafe fn av_frame_lost(n: c_int) -> Result<c_int, c_int> {
    let mut f = av_frame_alloc();
    if f.is_null() {
        return Err(-12);
    }
    if n <= 0 {
        return Err(-22);
    }
    (*f).width = n;
    let w = (*f).width;
    av_frame_free(&mut f);
    Ok(w)
}

// expect: mismatched_dealloc -- av_free on malloc memory
pub unsafe fn malloc_to_av_free() {
    let p = malloc(16);
    av_free(p);
}
