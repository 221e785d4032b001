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

// expect: clean -- the handle is shared through an Arc, so one drop frees it
pub mod repository_shared {
    use super::ffi;
    use std::ffi::CString;
    use std::ptr;
    use std::sync::Arc;

    struct Inner {
        raw: *mut ffi::git_repository,
    }

    #[derive(Clone)]
    pub struct Repository {
        inner: Arc<Inner>,
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
            Ok(Repository { inner: Arc::new(Inner { raw }), path: path.to_owned() })
        }

        pub fn raw(&self) -> *mut ffi::git_repository {
            self.inner.raw
        }
    }

    impl Drop for Inner {
        fn drop(&mut self) {
            unsafe { ffi::git_repository_free(self.raw) }
        }
    }
}

// expect: use_after_free -- the name belongs to the reference, which is freed first
pub mod head_name_after_free {
    use super::ffi;
    use std::ffi::CStr;
    use std::ptr;

    pub unsafe fn head_name(repo: *mut ffi::git_repository) -> Result<String, i32> {
        let mut head = ptr::null_mut();
        let rc = ffi::git_repository_head(&mut head, repo);
        if rc < 0 {
            return Err(rc);
        }
        ffi::git_reference_free(head);
        let name = ffi::git_reference_name(head);
        Ok(CStr::from_ptr(name).to_string_lossy().into_owned())
    }
}

// expect: clean -- read first, freed after
pub mod head_name_before_free {
    use super::ffi;
    use std::ffi::CStr;
    use std::ptr;

    pub unsafe fn head_name(repo: *mut ffi::git_repository) -> Result<String, i32> {
        let mut head = ptr::null_mut();
        let rc = ffi::git_repository_head(&mut head, repo);
        if rc < 0 {
            return Err(rc);
        }
        let name = CStr::from_ptr(ffi::git_reference_name(head)).to_string_lossy().into_owned();
        ffi::git_reference_free(head);
        Ok(name)
    }
}

// expect: mismatched_dealloc -- a git_buf's text is made a String
pub mod discover_into_string {
    use super::ffi;
    use std::ffi::CString;
    use std::ptr;

    pub fn discover(start: &str) -> Option<String> {
        let start = CString::new(start).ok()?;
        let mut buf = ffi::git_buf { ptr: ptr::null_mut(), reserved: 0, size: 0 };
        let rc = unsafe { ffi::git_repository_discover(&mut buf, start.as_ptr(), 0, ptr::null()) };
        if rc != 0 {
            return None;
        }
        let text = unsafe { String::from_raw_parts(buf.ptr as *mut u8, buf.size, buf.size) };
        Some(text)
    }
}

// expect: clean -- a guard disposes the buffer
pub mod discover_with_guard {
    use super::ffi;
    use std::ffi::CString;
    use std::ptr;

    struct Buf(ffi::git_buf);

    impl Buf {
        fn new() -> Buf {
            Buf(ffi::git_buf { ptr: ptr::null_mut(), reserved: 0, size: 0 })
        }
    }

    impl Drop for Buf {
        fn drop(&mut self) {
            unsafe { ffi::git_buf_dispose(&mut self.0) }
        }
    }

    pub fn discover(start: &str) -> Option<String> {
        let start = CString::new(start).ok()?;
        let mut buf = Buf::new();
        let rc = unsafe { ffi::git_repository_discover(&mut buf.0, start.as_ptr(), 0, ptr::null()) };
        if rc != 0 {
            return None;
        }
        let bytes = unsafe { std::slice::from_raw_parts(buf.0.ptr as *const u8, buf.0.size) };
        String::from_utf8(bytes.to_vec()).ok()
    }
}

// expect: mismatched_dealloc -- the last error's message is the library's
pub mod last_error_message_freed {
    use super::ffi;
    use std::ffi::CString;

    pub fn last_error() -> Option<String> {
        unsafe {
            let err = ffi::git_error_last();
            if err.is_null() {
                return None;
            }
            let message = CString::from_raw((*err).message);
            message.into_string().ok()
        }
    }
}

// expect: leaked_alloc -- the `?` on a bad key name skips git_config_free
pub mod config_question_mark {
    use super::ffi;
    use std::error::Error;
    use std::ffi::CString;
    use std::ptr;

    pub fn bool_setting(name: &str) -> Result<bool, Box<dyn Error>> {
        let mut cfg = ptr::null_mut();
        let rc = unsafe { ffi::git_config_open_default(&mut cfg) };
        if rc < 0 {
            return Err(format!("git_config_open_default: {rc}").into());
        }
        let c_name = CString::new(name)?;
        let mut value = 0;
        let rc = unsafe { ffi::git_config_get_bool(&mut value, cfg, c_name.as_ptr()) };
        unsafe { ffi::git_config_free(cfg) };
        if rc < 0 {
            return Err(format!("git_config_get_bool: {rc}").into());
        }
        Ok(value != 0)
    }
}

// expect: clean -- the fallible part stands before the acquisition
pub mod config_name_first {
    use super::ffi;
    use std::error::Error;
    use std::ffi::CString;
    use std::ptr;

    pub fn bool_setting(name: &str) -> Result<bool, Box<dyn Error>> {
        let c_name = CString::new(name)?;
        let mut cfg = ptr::null_mut();
        let rc = unsafe { ffi::git_config_open_default(&mut cfg) };
        if rc < 0 {
            return Err(format!("git_config_open_default: {rc}").into());
        }
        let mut value = 0;
        let rc = unsafe { ffi::git_config_get_bool(&mut value, cfg, c_name.as_ptr()) };
        unsafe { ffi::git_config_free(cfg) };
        if rc < 0 {
            return Err(format!("git_config_get_bool: {rc}").into());
        }
        Ok(value != 0)
    }
}

// expect: leaked_alloc -- a failed handshake returns without the session
pub mod ssh_handshake_error {
    use super::ffi;
    use std::net::TcpStream;
    use std::os::fd::AsRawFd;
    use std::ptr::null_mut;

    pub struct Ssh {
        session: *mut ffi::LIBSSH2_SESSION,
        stream: TcpStream,
    }

    impl Ssh {
        pub fn connect(addr: &str) -> std::io::Result<Ssh> {
            let stream = TcpStream::connect(addr)?;
            let session = unsafe { ffi::libssh2_session_init_ex(null_mut(), null_mut(), null_mut(), null_mut()) };
            if session.is_null() {
                return Err(std::io::ErrorKind::OutOfMemory.into());
            }
            let rc = unsafe { ffi::libssh2_session_handshake(session, stream.as_raw_fd()) };
            if rc != 0 {
                return Err(std::io::Error::from_raw_os_error(-rc));
            }
            Ok(Ssh { session, stream })
        }

        pub fn peer(&self) -> std::io::Result<std::net::SocketAddr> {
            self.stream.peer_addr()
        }
    }

    impl Drop for Ssh {
        fn drop(&mut self) {
            unsafe { ffi::libssh2_session_free(self.session) };
        }
    }
}

// expect: clean -- the owner is made before the handshake, so its drop frees on error
pub mod ssh_owner_first {
    use super::ffi;
    use std::net::TcpStream;
    use std::os::fd::AsRawFd;
    use std::ptr::null_mut;

    pub struct Ssh {
        session: *mut ffi::LIBSSH2_SESSION,
        stream: TcpStream,
    }

    impl Ssh {
        pub fn connect(addr: &str) -> std::io::Result<Ssh> {
            let stream = TcpStream::connect(addr)?;
            let session = unsafe { ffi::libssh2_session_init_ex(null_mut(), null_mut(), null_mut(), null_mut()) };
            if session.is_null() {
                return Err(std::io::ErrorKind::OutOfMemory.into());
            }
            let ssh = Ssh { session, stream };
            let rc = unsafe { ffi::libssh2_session_handshake(ssh.session, ssh.stream.as_raw_fd()) };
            if rc != 0 {
                return Err(std::io::Error::from_raw_os_error(-rc));
            }
            Ok(ssh)
        }
    }

    impl Drop for Ssh {
        fn drop(&mut self) {
            unsafe { ffi::libssh2_session_free(self.session) };
        }
    }
}

// expect: mismatched_dealloc -- guarded memory goes to free
pub mod secret_freed_by_libc {
    use super::ffi;

    pub struct SecretKey {
        bytes: *mut u8,
    }

    impl SecretKey {
        pub fn generate() -> SecretKey {
            unsafe {
                let bytes = ffi::sodium_malloc(32) as *mut u8;
                if bytes.is_null() {
                    panic!("sodium_malloc failed");
                }
                ffi::crypto_secretbox_keygen(bytes);
                SecretKey { bytes }
            }
        }

        pub fn expose(&self) -> &[u8] {
            unsafe { std::slice::from_raw_parts(self.bytes, 32) }
        }
    }

    impl Drop for SecretKey {
        fn drop(&mut self) {
            unsafe { libc::free(self.bytes.cast()) }
        }
    }
}

// expect: unchecked_alloc -- sodium_malloc returns null when the limit of locked memory is reached
pub mod secret_unchecked {
    use super::ffi;

    pub struct SecretBox {
        bytes: *mut u8,
        len: usize,
    }

    impl SecretBox {
        pub fn copy_of(secret: &[u8]) -> SecretBox {
            let bytes = unsafe { ffi::sodium_malloc(secret.len()) } as *mut u8;
            let view = unsafe { std::slice::from_raw_parts_mut(bytes, secret.len()) };
            view.copy_from_slice(secret);
            SecretBox { bytes, len: secret.len() }
        }

        pub fn len(&self) -> usize {
            self.len
        }
    }

    impl Drop for SecretBox {
        fn drop(&mut self) {
            unsafe { ffi::sodium_free(self.bytes.cast()) }
        }
    }
}

// expect: leaked_alloc -- X509_NAME_oneline allocates when it is given no buffer
pub mod subject_line_lost {
    use super::ffi;
    use std::ffi::CStr;
    use std::ptr;

    pub struct Cert(*mut ffi::X509);

    impl Cert {
        pub fn subject(&self) -> Option<String> {
            unsafe {
                let name = ffi::X509_get_subject_name(self.0);
                if name.is_null() {
                    return None;
                }
                let line = ffi::X509_NAME_oneline(name, ptr::null_mut(), 0);
                if line.is_null() {
                    return None;
                }
                Some(CStr::from_ptr(line).to_string_lossy().into_owned())
            }
        }
    }

    impl Drop for Cert {
        fn drop(&mut self) {
            unsafe { ffi::X509_free(self.0) }
        }
    }
}

// expect: clean -- X509_NAME_oneline fills the caller's buffer
pub mod subject_line_on_stack {
    use super::ffi;
    use std::ffi::CStr;

    pub struct Cert(*mut ffi::X509);

    impl Cert {
        pub fn subject(&self) -> Option<String> {
            let mut buf = [0 as libc::c_char; 256];
            unsafe {
                let name = ffi::X509_get_subject_name(self.0);
                if name.is_null() {
                    return None;
                }
                let line = ffi::X509_NAME_oneline(name, buf.as_mut_ptr(), buf.len() as i32);
                if line.is_null() {
                    return None;
                }
                Some(CStr::from_ptr(line).to_string_lossy().into_owned())
            }
        }
    }

    impl Drop for Cert {
        fn drop(&mut self) {
            unsafe { ffi::X509_free(self.0) }
        }
    }
}
