//! Safe wrappers of crypto and compression libraries.
use std::ffi::{c_char, c_int, c_long, c_uint, c_void, CStr, CString};
use std::ptr;

// expect: mismatched_dealloc -- BN_bn2hex memory is OpenSSL's, CString::drop uses Rust's allocator
pub mod bignum_hex {
    use super::*;
    #[repr(C)]
    pub struct BIGNUM {
        _p: [u8; 0],
    }
    extern "C" {
        fn BN_new() -> *mut BIGNUM;
        fn BN_free(a: *mut BIGNUM);
        fn BN_set_word(a: *mut BIGNUM, w: u64) -> c_int;
        fn BN_bn2hex(a: *const BIGNUM) -> *mut c_char;
    }
    pub struct BigNum(*mut BIGNUM);
    impl BigNum {
        pub fn from_u64(w: u64) -> Option<BigNum> {
            unsafe {
                let raw = BN_new();
                if raw.is_null() {
                    return None;
                }
                let bn = BigNum(raw);
                if BN_set_word(bn.0, w) != 1 {
                    return None;
                }
                Some(bn)
            }
        }
        pub fn to_hex(&self) -> Option<String> {
            let text = unsafe { BN_bn2hex(self.0) };
            if text.is_null() {
                None
            } else {
                unsafe { CString::from_raw(text) }.into_string().ok()
            }
        }
    }
    impl Drop for BigNum {
        fn drop(&mut self) {
            unsafe { BN_free(self.0) }
        }
    }
}

// expect: clean -- the string goes back through CRYPTO_free, also when it is no UTF-8
pub mod bignum_dec {
    use super::*;
    pub enum BIGNUM {}
    extern "C" {
        fn BN_new() -> *mut BIGNUM;
        fn BN_clear_free(a: *mut BIGNUM);
        fn BN_dec2bn(a: *mut *mut BIGNUM, text: *const c_char) -> c_int;
        fn BN_bn2dec(a: *const BIGNUM) -> *mut c_char;
        fn CRYPTO_free(p: *mut c_void, file: *const c_char, line: c_int);
    }
    struct OpensslString(ptr::NonNull<c_char>);
    impl std::ops::Deref for OpensslString {
        type Target = CStr;
        fn deref(&self) -> &CStr {
            unsafe { CStr::from_ptr(self.0.as_ptr()) }
        }
    }
    impl Drop for OpensslString {
        fn drop(&mut self) {
            unsafe {
                CRYPTO_free(
                    self.0.as_ptr().cast(),
                    concat!(file!(), "\0").as_ptr().cast(),
                    line!() as c_int,
                )
            }
        }
    }
    pub struct Secret {
        bn: *mut BIGNUM,
    }
    impl Secret {
        pub fn parse(text: &str) -> Result<Self, std::ffi::NulError> {
            let text = CString::new(text)?;
            let mut bn = unsafe { BN_new() };
            unsafe { BN_dec2bn(&mut bn, text.as_ptr()) };
            Ok(Secret { bn })
        }
        pub fn to_dec(&self) -> Option<String> {
            let text = ptr::NonNull::new(unsafe { BN_bn2dec(self.bn) }).map(OpensslString)?;
            text.to_str().ok().map(str::to_owned)
        }
    }
    impl Drop for Secret {
        fn drop(&mut self) {
            unsafe { BN_clear_free(self.bn) };
        }
    }
}

// expect: double_free -- Clone copies the context pointer that Drop frees
pub mod digest_derive_clone {
    use super::*;
    #[allow(non_camel_case_types)]
    pub type EVP_MD_CTX = c_void;
    pub type EVP_MD = c_void;
    extern "C" {
        fn EVP_MD_CTX_new() -> *mut EVP_MD_CTX;
        fn EVP_MD_CTX_free(ctx: *mut EVP_MD_CTX);
        fn EVP_sha256() -> *const EVP_MD;
        fn EVP_DigestInit_ex(
            ctx: *mut EVP_MD_CTX,
            kind: *const EVP_MD,
            engine: *mut c_void,
        ) -> c_int;
        fn EVP_DigestUpdate(ctx: *mut EVP_MD_CTX, d: *const c_void, n: usize) -> c_int;
        fn EVP_DigestFinal_ex(ctx: *mut EVP_MD_CTX, md: *mut u8, s: *mut c_uint) -> c_int;
    }
    #[derive(Clone)]
    enum State {
        Fresh,
        Updated,
    }
    #[derive(Clone)]
    pub struct Hasher {
        ctx: *mut EVP_MD_CTX,
        state: State,
    }
    impl Hasher {
        pub fn new() -> Self {
            unsafe {
                let ctx = EVP_MD_CTX_new();
                assert!(!ctx.is_null());
                EVP_DigestInit_ex(ctx, EVP_sha256(), ptr::null_mut());
                Hasher {
                    ctx,
                    state: State::Fresh,
                }
            }
        }
        pub fn update(&mut self, data: &[u8]) -> bool {
            self.state = State::Updated;
            unsafe { EVP_DigestUpdate(self.ctx, data.as_ptr().cast(), data.len()) == 1 }
        }
        pub fn finish(self) -> [u8; 32] {
            let mut out = [0u8; 32];
            let mut n = 0;
            unsafe { EVP_DigestFinal_ex(self.ctx, out.as_mut_ptr(), &mut n) };
            out
        }
    }
    impl Drop for Hasher {
        fn drop(&mut self) {
            unsafe { EVP_MD_CTX_free(self.ctx) }
        }
    }
}

// expect: clean -- Clone makes a context of its own and copies the state
pub mod digest_deep_clone {
    use super::*;
    pub enum EVP_MD_CTX {}
    extern "C" {
        fn EVP_MD_CTX_new() -> *mut EVP_MD_CTX;
        fn EVP_MD_CTX_free(ctx: *mut EVP_MD_CTX);
        fn EVP_MD_CTX_copy_ex(out: *mut EVP_MD_CTX, from: *const EVP_MD_CTX) -> c_int;
    }
    pub struct Digest {
        ctx: *mut EVP_MD_CTX,
        len: usize,
    }
    impl Digest {
        pub fn new(len: usize) -> Option<Digest> {
            let ctx = unsafe { EVP_MD_CTX_new() };
            (!ctx.is_null()).then(|| Digest { ctx, len })
        }
    }
    impl Clone for Digest {
        fn clone(&self) -> Self {
            let ctx = unsafe { EVP_MD_CTX_new() };
            if ctx.is_null() || unsafe { EVP_MD_CTX_copy_ex(ctx, self.ctx) } != 1 {
                panic!("out of memory while cloning a digest of {} bytes", self.len);
            }
            Digest { ctx, ..*self }
        }
    }
    impl Drop for Digest {
        fn drop(&mut self) {
            unsafe { EVP_MD_CTX_free(self.ctx) }
        }
    }
}

// expect: clean -- Clone counts up, Drop counts down
pub mod x509_up_ref {
    use super::*;
    #[repr(C)]
    pub struct X509 {
        _private: [u8; 0],
    }
    extern "C" {
        fn d2i_X509(out: *mut *mut X509, inp: *mut *const u8, len: c_long) -> *mut X509;
        fn X509_up_ref(x: *mut X509) -> c_int;
        fn X509_free(x: *mut X509);
        fn i2d_X509(x: *const X509, out: *mut *mut u8) -> c_int;
        fn CRYPTO_free(p: *mut c_void, file: *const c_char, line: c_int);
    }
    pub struct Certificate(ptr::NonNull<X509>);
    impl Certificate {
        pub fn from_der(der: &[u8]) -> Option<Self> {
            let mut cursor = der.as_ptr();
            let raw = unsafe { d2i_X509(ptr::null_mut(), &mut cursor, der.len() as c_long) };
            ptr::NonNull::new(raw).map(Certificate)
        }
        pub fn to_der(&self) -> Vec<u8> {
            unsafe {
                let mut buf = ptr::null_mut();
                let n = i2d_X509(self.0.as_ptr(), &mut buf);
                if n <= 0 {
                    return Vec::new();
                }
                let der = std::slice::from_raw_parts(buf, n as usize).to_vec();
                CRYPTO_free(buf.cast(), ptr::null(), 0);
                der
            }
        }
        pub unsafe fn from_borrowed(raw: *mut X509) -> Self {
            X509_up_ref(raw);
            Certificate(ptr::NonNull::new_unchecked(raw))
        }
    }
    impl Clone for Certificate {
        fn clone(&self) -> Self {
            unsafe { X509_up_ref(self.0.as_ptr()) };
            Self(self.0)
        }
    }
    impl Drop for Certificate {
        fn drop(&mut self) {
            unsafe { X509_free(self.0.as_ptr()) }
        }
    }
}

// expect: mismatched_dealloc -- i2d_X509 allocated the buffer, a Vec cannot take it
pub mod x509_der_vec {
    use super::*;
    pub enum X509 {}
    extern "C" {
        fn i2d_X509(x: *const X509, out: *mut *mut u8) -> c_int;
    }
    pub struct CertRef<'a> {
        raw: *const X509,
        _life: std::marker::PhantomData<&'a X509>,
    }
    impl<'a> CertRef<'a> {
        pub unsafe fn new(raw: *const X509) -> Self {
            CertRef {
                raw,
                _life: std::marker::PhantomData,
            }
        }
        pub fn to_der(&self) -> Result<Vec<u8>, c_int> {
            let mut buf: *mut u8 = ptr::null_mut();
            match unsafe { i2d_X509(self.raw, &mut buf) } {
                n if n < 0 => Err(n),
                n => Ok(unsafe { Vec::from_raw_parts(buf, n as usize, n as usize) }),
            }
        }
    }
}

// expect: leaked_alloc -- the key is lost when the context cannot be made
pub mod pkey_ctx_error {
    use super::*;
    pub enum EVP_PKEY {}
    pub enum EVP_PKEY_CTX {}
    extern "C" {
        fn EVP_PKEY_new_raw_private_key(
            kind: c_int,
            e: *mut c_void,
            key: *const u8,
            len: usize,
        ) -> *mut EVP_PKEY;
        fn EVP_PKEY_free(k: *mut EVP_PKEY);
        fn EVP_PKEY_get_size(k: *const EVP_PKEY) -> c_int;
    }
    #[derive(Debug)]
    pub enum Error {
        BadKey,
        Size(c_int),
    }
    pub fn key_size(seed: &[u8; 32]) -> Result<usize, Error> {
        let key = unsafe {
            EVP_PKEY_new_raw_private_key(1087, ptr::null_mut(), seed.as_ptr(), seed.len())
        };
        if key.is_null() {
            return Err(Error::BadKey);
        }
        let size = unsafe { EVP_PKEY_get_size(key) };
        let size = usize::try_from(size).map_err(|_| Error::Size(size))?;
        unsafe { EVP_PKEY_free(key) };
        Ok(size)
    }
}

// expect: clean -- a guard closure frees the key on every way out
pub mod pkey_guard {
    use super::*;
    pub enum EVP_PKEY {}
    extern "C" {
        fn EVP_PKEY_new_raw_private_key(
            kind: c_int,
            e: *mut c_void,
            key: *const u8,
            len: usize,
        ) -> *mut EVP_PKEY;
        fn EVP_PKEY_free(k: *mut EVP_PKEY);
        fn EVP_PKEY_get_raw_public_key(k: *const EVP_PKEY, out: *mut u8, len: *mut usize) -> c_int;
    }
    struct Guard<T>(*mut T, unsafe extern "C" fn(*mut T));
    impl<T> Drop for Guard<T> {
        fn drop(&mut self) {
            unsafe { (self.1)(self.0) }
        }
    }
    pub fn public_key(seed: &[u8; 32]) -> Result<[u8; 32], &'static str> {
        let key = unsafe { EVP_PKEY_new_raw_private_key(1087, ptr::null_mut(), seed.as_ptr(), 32) };
        if key.is_null() {
            return Err("seed");
        }
        let key = Guard(key, EVP_PKEY_free);
        let mut out = [0u8; 32];
        let mut len = out.len();
        if unsafe { EVP_PKEY_get_raw_public_key(key.0, out.as_mut_ptr(), &mut len) } != 1 {
            return Err("public key");
        }
        if len != 32 {
            return Err("length");
        }
        Ok(out)
    }
}

// expect: leaked_raw -- the boxed z_stream is lost when deflateInit2_ fails
pub mod deflate_init_error {
    use super::*;
    #[repr(C)]
    pub struct z_stream {
        pub next_in: *const u8,
        pub avail_in: c_uint,
        pub total_in: u64,
        pub next_out: *mut u8,
        pub avail_out: c_uint,
        pub total_out: u64,
        pub msg: *const c_char,
        pub state: *mut c_void,
        pub zalloc: Option<unsafe extern "C" fn(*mut c_void, c_uint, c_uint) -> *mut c_void>,
        pub zfree: Option<unsafe extern "C" fn(*mut c_void, *mut c_void)>,
        pub opaque: *mut c_void,
        pub data_type: c_int,
        pub adler: u64,
        pub reserved: u64,
    }
    extern "C" {
        fn deflateInit2_(
            s: *mut z_stream,
            level: c_int,
            method: c_int,
            bits: c_int,
            mem: c_int,
            strategy: c_int,
            version: *const c_char,
            size: c_int,
        ) -> c_int;
        fn deflateEnd(s: *mut z_stream) -> c_int;
        fn deflate(s: *mut z_stream, flush: c_int) -> c_int;
    }
    pub struct Deflater {
        stream: *mut z_stream,
    }
    impl Deflater {
        pub fn new(level: c_int) -> Result<Deflater, c_int> {
            unsafe {
                let stream = Box::into_raw(Box::new(std::mem::zeroed::<z_stream>()));
                let rc = deflateInit2_(
                    stream,
                    level,
                    8,
                    15 + 16,
                    8,
                    0,
                    b"1.2.11\0".as_ptr().cast(),
                    std::mem::size_of::<z_stream>() as c_int,
                );
                if rc != 0 {
                    return Err(rc);
                }
                Ok(Deflater { stream })
            }
        }
        pub fn run(&mut self, input: &[u8], out: &mut [u8]) -> usize {
            unsafe {
                (*self.stream).next_in = input.as_ptr();
                (*self.stream).avail_in = input.len() as c_uint;
                (*self.stream).next_out = out.as_mut_ptr();
                (*self.stream).avail_out = out.len() as c_uint;
                deflate(self.stream, 4);
                out.len() - (*self.stream).avail_out as usize
            }
        }
    }
    impl Drop for Deflater {
        fn drop(&mut self) {
            unsafe {
                deflateEnd(self.stream);
                drop(Box::from_raw(self.stream));
            }
        }
    }
}

// expect: clean -- the same with the box kept as a box until the init has succeeded
pub mod inflate_init_ok {
    use super::*;
    #[repr(C)]
    pub struct z_stream {
        pub next_in: *const u8,
        pub avail_in: c_uint,
        pub msg: *const c_char,
        pub state: *mut c_void,
        pub rest: [u64; 9],
    }
    extern "C" {
        fn inflateInit2_(
            s: *mut z_stream,
            bits: c_int,
            version: *const c_char,
            size: c_int,
        ) -> c_int;
        fn inflateEnd(s: *mut z_stream) -> c_int;
    }
    pub struct Inflater(*mut z_stream);
    impl Inflater {
        pub fn new() -> Result<Inflater, String> {
            let mut stream = Box::new(unsafe { std::mem::zeroed::<z_stream>() });
            let rc = unsafe {
                inflateInit2_(
                    &mut *stream,
                    47,
                    c"1.3".as_ptr(),
                    std::mem::size_of::<z_stream>() as c_int,
                )
            };
            match rc {
                0 => Ok(Inflater(Box::into_raw(stream))),
                _ if stream.msg.is_null() => Err(format!("zlib {rc}")),
                _ => Err(unsafe { CStr::from_ptr(stream.msg) }
                    .to_string_lossy()
                    .into_owned()),
            }
        }
    }
    impl Drop for Inflater {
        fn drop(&mut self) {
            let mut stream = unsafe { Box::from_raw(self.0) };
            unsafe { inflateEnd(stream.as_mut()) };
        }
    }
}
