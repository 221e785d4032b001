//! Bindings of TLS, SSH and version control libraries (OpenSSL, libgit2, libssh2, libsodium).
#![allow(non_camel_case_types, non_snake_case)]

pub mod ffi {
    use libc::{c_char, c_int, c_long, c_uchar, c_void, size_t};
    pub enum X509 {}
    pub enum X509_NAME {}
    pub enum EVP_PKEY {}
    pub enum EVP_MD_CTX {}
    pub enum EVP_MD {}
    pub enum BIO {}
    pub enum SSL {}
    pub enum SSL_CTX {}
    pub enum BIGNUM {}
    pub enum ASN1_STRING {}
    pub enum git_repository {}
    pub enum git_reference {}
    pub enum git_config {}
    #[repr(C)]
    pub struct git_buf {
        pub ptr: *mut c_char,
        pub reserved: size_t,
        pub size: size_t,
    }
    #[repr(C)]
    pub struct git_error {
        pub message: *mut c_char,
        pub klass: c_int,
    }
    pub enum LIBSSH2_SESSION {}
    pub enum LIBSSH2_CHANNEL {}
    extern "C" {
        pub fn X509_new() -> *mut X509;
        pub fn X509_free(x: *mut X509);
        pub fn X509_get_subject_name(x: *const X509) -> *mut X509_NAME;
        pub fn X509_NAME_oneline(n: *const X509_NAME, buf: *mut c_char, len: c_int) -> *mut c_char;
        pub fn X509_get_pubkey(x: *mut X509) -> *mut EVP_PKEY;
        pub fn X509_get0_pubkey(x: *const X509) -> *mut EVP_PKEY;
        pub fn EVP_PKEY_free(k: *mut EVP_PKEY);
        pub fn EVP_PKEY_bits(k: *const EVP_PKEY) -> c_int;
        pub fn EVP_MD_CTX_new() -> *mut EVP_MD_CTX;
        pub fn EVP_MD_CTX_free(c: *mut EVP_MD_CTX);
        pub fn EVP_DigestInit_ex(c: *mut EVP_MD_CTX, t: *const EVP_MD, e: *mut c_void) -> c_int;
        pub fn EVP_DigestUpdate(c: *mut EVP_MD_CTX, d: *const c_void, n: size_t) -> c_int;
        pub fn EVP_DigestFinal_ex(c: *mut EVP_MD_CTX, out: *mut c_uchar, n: *mut libc::c_uint) -> c_int;
        pub fn EVP_sha256() -> *const EVP_MD;
        pub fn BIO_new_mem_buf(buf: *const c_void, len: c_int) -> *mut BIO;
        pub fn BIO_free(b: *mut BIO) -> c_int;
        pub fn PEM_read_bio_X509(b: *mut BIO, out: *mut *mut X509, cb: *mut c_void, u: *mut c_void) -> *mut X509;
        pub fn d2i_X509(out: *mut *mut X509, inp: *mut *const c_uchar, len: c_long) -> *mut X509;
        pub fn i2d_X509(x: *mut X509, out: *mut *mut c_uchar) -> c_int;
        pub fn ASN1_STRING_to_UTF8(out: *mut *mut c_uchar, s: *const ASN1_STRING) -> c_int;
        pub fn CRYPTO_free(p: *mut c_void, file: *const c_char, line: c_int);
        pub fn SSL_new(ctx: *mut SSL_CTX) -> *mut SSL;
        pub fn SSL_free(s: *mut SSL);
        pub fn SSL_set_bio(s: *mut SSL, r: *mut BIO, w: *mut BIO);
        pub fn SSL_connect(s: *mut SSL) -> c_int;
        pub fn BN_new() -> *mut BIGNUM;
        pub fn BN_free(b: *mut BIGNUM);
        pub fn BN_bn2hex(b: *const BIGNUM) -> *mut c_char;
        pub fn BN_set_word(b: *mut BIGNUM, w: u64) -> c_int;
        pub fn git_repository_open(out: *mut *mut git_repository, path: *const c_char) -> c_int;
        pub fn git_repository_free(r: *mut git_repository);
        pub fn git_repository_head(out: *mut *mut git_reference, r: *mut git_repository) -> c_int;
        pub fn git_reference_free(r: *mut git_reference);
        pub fn git_reference_name(r: *const git_reference) -> *const c_char;
        pub fn git_buf_dispose(b: *mut git_buf);
        pub fn git_repository_discover(out: *mut git_buf, start: *const c_char, across: c_int, ceil: *const c_char) -> c_int;
        pub fn git_error_last() -> *const git_error;
        pub fn git_config_open_default(out: *mut *mut git_config) -> c_int;
        pub fn git_config_free(c: *mut git_config);
        pub fn git_config_get_bool(out: *mut c_int, c: *const git_config, name: *const c_char) -> c_int;
        pub fn libssh2_session_init_ex(a: *mut c_void, f: *mut c_void, r: *mut c_void, abs: *mut c_void) -> *mut LIBSSH2_SESSION;
        pub fn libssh2_session_free(s: *mut LIBSSH2_SESSION) -> c_int;
        pub fn libssh2_session_handshake(s: *mut LIBSSH2_SESSION, sock: c_int) -> c_int;
        pub fn sodium_malloc(n: size_t) -> *mut c_void;
        pub fn sodium_free(p: *mut c_void);
        pub fn sodium_mlock(p: *mut c_void, n: size_t) -> c_int;
        pub fn crypto_secretbox_keygen(k: *mut c_uchar);
    }
}

// expect: leaked_alloc -- the context is lost when the update fails
pub mod digest_leaks_on_update_error {
    use super::ffi;
    use std::ptr;

    #[derive(Debug)]
    pub struct DigestError(pub i32);

    pub fn sha256(chunks: &[&[u8]]) -> Result<[u8; 32], DigestError> {
        let mut out = [0u8; 32];
        unsafe {
            let ctx = ffi::EVP_MD_CTX_new();
            if ctx.is_null() {
                return Err(DigestError(-1));
            }
            if ffi::EVP_DigestInit_ex(ctx, ffi::EVP_sha256(), ptr::null_mut()) != 1 {
                ffi::EVP_MD_CTX_free(ctx);
                return Err(DigestError(0));
            }
            for chunk in chunks {
                let rc = ffi::EVP_DigestUpdate(ctx, chunk.as_ptr().cast(), chunk.len());
                if rc != 1 {
                    return Err(DigestError(rc));
                }
            }
            let mut n = 0;
            ffi::EVP_DigestFinal_ex(ctx, out.as_mut_ptr(), &mut n);
            ffi::EVP_MD_CTX_free(ctx);
        }
        Ok(out)
    }
}

// expect: clean -- every error leaves through one place, which frees the context
pub mod digest_frees_on_every_path {
    use super::ffi;
    use std::ptr;

    #[derive(Debug)]
    pub struct DigestError(pub i32);

    unsafe fn run(ctx: *mut ffi::EVP_MD_CTX, chunks: &[&[u8]], out: &mut [u8; 32]) -> Result<(), DigestError> {
        if ffi::EVP_DigestInit_ex(ctx, ffi::EVP_sha256(), ptr::null_mut()) != 1 {
            return Err(DigestError(0));
        }
        for chunk in chunks {
            let rc = ffi::EVP_DigestUpdate(ctx, chunk.as_ptr().cast(), chunk.len());
            if rc != 1 {
                return Err(DigestError(rc));
            }
        }
        let mut n = 0;
        match ffi::EVP_DigestFinal_ex(ctx, out.as_mut_ptr(), &mut n) {
            1 => Ok(()),
            rc => Err(DigestError(rc)),
        }
    }

    pub fn sha256(chunks: &[&[u8]]) -> Result<[u8; 32], DigestError> {
        let mut out = [0u8; 32];
        unsafe {
            let ctx = ffi::EVP_MD_CTX_new();
            if ctx.is_null() {
                return Err(DigestError(-1));
            }
            let result = run(ctx, chunks, &mut out);
            ffi::EVP_MD_CTX_free(ctx);
            result?;
        }
        Ok(out)
    }
}

// expect: mismatched_dealloc -- OpenSSL's buffer becomes a Vec
pub mod der_into_vec {
    use super::ffi;
    use std::ptr;

    pub struct Certificate(*mut ffi::X509);

    impl Certificate {
        pub fn to_der(&self) -> Option<Vec<u8>> {
            let mut out: *mut u8 = ptr::null_mut();
            let len = unsafe { ffi::i2d_X509(self.0, &mut out) };
            if len <= 0 || out.is_null() {
                return None;
            }
            Some(unsafe { Vec::from_raw_parts(out, len as usize, len as usize) })
        }
    }

    impl Drop for Certificate {
        fn drop(&mut self) {
            unsafe { ffi::X509_free(self.0) }
        }
    }
}

// expect: clean -- copied, then given back to OpenSSL
pub mod der_copied {
    use super::ffi;
    use std::ptr;

    pub struct Certificate(*mut ffi::X509);

    impl Certificate {
        pub fn from_der(bytes: &[u8]) -> Option<Certificate> {
            let mut cursor = bytes.as_ptr();
            let raw = unsafe { ffi::d2i_X509(ptr::null_mut(), &mut cursor, bytes.len() as _) };
            if raw.is_null() {
                None
            } else {
                Some(Certificate(raw))
            }
        }

        pub fn to_der(&self) -> Option<Vec<u8>> {
            let mut out: *mut u8 = ptr::null_mut();
            unsafe {
                let len = ffi::i2d_X509(self.0, &mut out);
                if len <= 0 || out.is_null() {
                    return None;
                }
                let copy = std::slice::from_raw_parts(out, len as usize).to_vec();
                ffi::CRYPTO_free(out.cast(), ptr::null(), 0);
                Some(copy)
            }
        }
    }

    impl Drop for Certificate {
        fn drop(&mut self) {
            unsafe { ffi::X509_free(self.0) }
        }
    }
}

// expect: mismatched_dealloc -- the text of a bignum comes from OpenSSL's heap
pub mod bignum_hex_cstring {
    use super::ffi;
    use std::ffi::CString;

    pub struct BigNum {
        raw: *mut ffi::BIGNUM,
    }

    impl BigNum {
        pub fn from_u64(w: u64) -> Option<BigNum> {
            unsafe {
                let raw = ffi::BN_new();
                if raw.is_null() {
                    return None;
                }
                let n = BigNum { raw };
                if ffi::BN_set_word(n.raw, w) == 0 {
                    return None;
                }
                Some(n)
            }
        }

        pub fn to_hex(&self) -> String {
            unsafe {
                let text = ffi::BN_bn2hex(self.raw);
                assert!(!text.is_null(), "out of memory");
                CString::from_raw(text).into_string().unwrap_or_default()
            }
        }
    }

    impl Drop for BigNum {
        fn drop(&mut self) {
            unsafe { ffi::BN_free(self.raw) }
        }
    }
}

// expect: leaked_alloc -- the parsed certificate is dropped when its key is too small
pub mod pem_weak_key {
    use super::ffi;
    use std::ptr;

    pub enum LoadError {
        Bio,
        Parse,
        WeakKey(i32),
    }

    pub fn load(pem: &[u8]) -> Result<*mut ffi::X509, LoadError> {
        unsafe {
            let bio = ffi::BIO_new_mem_buf(pem.as_ptr().cast(), pem.len() as i32);
            if bio.is_null() {
                return Err(LoadError::Bio);
            }
            let cert = ffi::PEM_read_bio_X509(bio, ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
            ffi::BIO_free(bio);
            if cert.is_null() {
                return Err(LoadError::Parse);
            }
            let key = ffi::X509_get0_pubkey(cert);
            let bits = if key.is_null() { 0 } else { ffi::EVP_PKEY_bits(key) };
            if bits < 2048 {
                return Err(LoadError::WeakKey(bits));
            }
            Ok(cert)
        }
    }
}

// expect: clean -- get0 lends the key, the caller owns the certificate
pub mod pem_weak_key_fixed {
    use super::ffi;
    use std::ptr;

    pub enum LoadError {
        Bio,
        Parse,
        WeakKey(i32),
    }

    pub fn load(pem: &[u8]) -> Result<*mut ffi::X509, LoadError> {
        unsafe {
            let bio = ffi::BIO_new_mem_buf(pem.as_ptr().cast(), pem.len() as i32);
            if bio.is_null() {
                return Err(LoadError::Bio);
            }
            let cert = ffi::PEM_read_bio_X509(bio, ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
            ffi::BIO_free(bio);
            if cert.is_null() {
                return Err(LoadError::Parse);
            }
            let key = ffi::X509_get0_pubkey(cert);
            let bits = if key.is_null() { 0 } else { ffi::EVP_PKEY_bits(key) };
            if bits < 2048 {
                ffi::X509_free(cert);
                return Err(LoadError::WeakKey(bits));
            }
            Ok(cert)
        }
    }
}

// expect: clean -- SSL_set_bio takes over the BIO, SSL_free frees both
pub mod session_with_bio {
    use super::ffi;

    pub struct Session {
        ssl: *mut ffi::SSL,
    }

    impl Session {
        pub unsafe fn over_memory(ctx: *mut ffi::SSL_CTX, data: &'static [u8]) -> Option<Session> {
            let ssl = ffi::SSL_new(ctx);
            if ssl.is_null() {
                return None;
            }
            let bio = ffi::BIO_new_mem_buf(data.as_ptr().cast(), data.len() as i32);
            if bio.is_null() {
                ffi::SSL_free(ssl);
                return None;
            }
            ffi::SSL_set_bio(ssl, bio, bio);
            Some(Session { ssl })
        }

        pub fn connect(&mut self) -> Result<(), i32> {
            match unsafe { ffi::SSL_connect(self.ssl) } {
                1 => Ok(()),
                rc => Err(rc),
            }
        }
    }

    impl Drop for Session {
        fn drop(&mut self) {
            unsafe { ffi::SSL_free(self.ssl) }
        }
    }
}

// expect: leaked_alloc -- the SSL object is lost when the BIO cannot be made
pub mod session_bio_missing {
    use super::ffi;

    pub struct Session {
        ssl: *mut ffi::SSL,
    }

    impl Session {
        pub unsafe fn over_memory(ctx: *mut ffi::SSL_CTX, data: &'static [u8]) -> Option<Session> {
            let ssl = ffi::SSL_new(ctx);
            if ssl.is_null() {
                return None;
            }
            let bio = ffi::BIO_new_mem_buf(data.as_ptr().cast(), data.len() as i32);
            if bio.is_null() {
                return None;
            }
            ffi::SSL_set_bio(ssl, bio, bio);
            Some(Session { ssl })
        }
    }

    impl Drop for Session {
        fn drop(&mut self) {
            unsafe { ffi::SSL_free(self.ssl) }
        }
    }
}

// expect: leaked_alloc -- X509_get_pubkey counts up, nobody counts down
pub mod pubkey_counted {
    use super::ffi;

    pub struct Cert(*mut ffi::X509);

    impl Cert {
        pub fn key_bits(&self) -> Option<u32> {
            let key = unsafe { ffi::X509_get_pubkey(self.0) };
            if key.is_null() {
                return None;
            }
            let bits = unsafe { ffi::EVP_PKEY_bits(key) };
            u32::try_from(bits).ok()
        }
    }

    impl Drop for Cert {
        fn drop(&mut self) {
            unsafe { ffi::X509_free(self.0) }
        }
    }
}

// expect: double_free -- the handle is Clone and frees in Drop
pub mod repository_clone {
    use super::ffi;
    use std::ffi::CString;
    use std::ptr;

    #[derive(Clone, Debug)]
    pub struct Repository {
        raw: *mut ffi::git_repository,
        path: String,
    }

    impl Repository {
        pub fn open(path: &str) -> Result<Repository, i32> {
            let c_path = CString::new(path).map_err(|_| -1)?;
            let mut raw = ptr::null_mut();
            let rc = unsafe { ffi::git_repository_open(&mut raw, c_path.as_ptr()) };
            if rc < 0 {
                return Err(rc);
            }
            Ok(Repository { raw, path: path.to_owned() })
        }

        pub fn path(&self) -> &str {
            &self.path
        }
    }

    impl Drop for Repository {
        fn drop(&mut self) {
            unsafe { ffi::git_repository_free(self.raw) }
        }
    }
}
