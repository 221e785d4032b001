//! Safe wrappers of crypto and compression libraries.
use std::ffi::{c_char, c_int, c_long, c_uint, c_void, CStr, CString};
use std::ptr;

// expect: owner_without_drop -- nobody calls ZSTD_freeCCtx
pub mod zstd_no_drop {
    use super::*;
    pub enum ZSTD_CCtx {}
    extern "C" {
        fn ZSTD_createCCtx() -> *mut ZSTD_CCtx;
        fn ZSTD_freeCCtx(c: *mut ZSTD_CCtx) -> usize;
        fn ZSTD_compressCCtx(
            c: *mut ZSTD_CCtx,
            dst: *mut c_void,
            dcap: usize,
            src: *const c_void,
            n: usize,
            level: c_int,
        ) -> usize;
        fn ZSTD_compressBound(n: usize) -> usize;
        fn ZSTD_isError(code: usize) -> c_uint;
    }
    pub struct Compressor {
        ctx: *mut ZSTD_CCtx,
        level: c_int,
    }
    impl Compressor {
        pub fn with_level(level: c_int) -> Option<Self> {
            let ctx = unsafe { ZSTD_createCCtx() };
            if ctx.is_null() {
                return None;
            }
            Some(Self { ctx, level })
        }
        pub fn compress(&mut self, src: &[u8]) -> Option<Vec<u8>> {
            unsafe {
                let mut dst = Vec::with_capacity(ZSTD_compressBound(src.len()));
                let n = ZSTD_compressCCtx(
                    self.ctx,
                    dst.as_mut_ptr() as *mut c_void,
                    dst.capacity(),
                    src.as_ptr().cast(),
                    src.len(),
                    self.level,
                );
                if ZSTD_isError(n) != 0 {
                    return None;
                }
                dst.set_len(n);
                Some(dst)
            }
        }
    }
}

// expect: clean -- no Drop, but the consuming method is where the context is released
pub mod zstd_explicit_close {
    use super::*;
    pub enum ZSTD_DCtx {}
    extern "C" {
        fn ZSTD_createDCtx() -> *mut ZSTD_DCtx;
        fn ZSTD_freeDCtx(c: *mut ZSTD_DCtx) -> usize;
        fn ZSTD_decompressDCtx(
            c: *mut ZSTD_DCtx,
            dst: *mut c_void,
            dcap: usize,
            src: *const c_void,
            n: usize,
        ) -> usize;
    }
    #[must_use = "call close()"]
    pub struct Decompressor {
        ctx: *mut ZSTD_DCtx,
        produced: usize,
    }
    impl Decompressor {
        pub fn open() -> std::io::Result<Self> {
            match unsafe { ZSTD_createDCtx() } {
                p if p.is_null() => Err(std::io::ErrorKind::OutOfMemory.into()),
                ctx => Ok(Self { ctx, produced: 0 }),
            }
        }
        pub fn decompress(&mut self, src: &[u8], dst: &mut [u8]) -> usize {
            let n = unsafe {
                ZSTD_decompressDCtx(
                    self.ctx,
                    dst.as_mut_ptr().cast(),
                    dst.len(),
                    src.as_ptr().cast(),
                    src.len(),
                )
            };
            self.produced += n;
            n
        }
        pub fn close(self) -> usize {
            unsafe { ZSTD_freeDCtx(self.ctx) };
            self.produced
        }
    }
}

// expect: double_free -- finish() destroys the encoder and then Drop destroys it again
pub mod brotli_finish {
    use super::*;
    pub enum BrotliEncoderState {}
    extern "C" {
        fn BrotliEncoderCreateInstance(
            a: *const c_void,
            f: *const c_void,
            o: *mut c_void,
        ) -> *mut BrotliEncoderState;
        fn BrotliEncoderDestroyInstance(s: *mut BrotliEncoderState);
        fn BrotliEncoderIsFinished(s: *mut BrotliEncoderState) -> c_int;
    }
    pub struct Encoder {
        state: *mut BrotliEncoderState,
        out: Vec<u8>,
    }
    impl Encoder {
        pub fn new() -> Encoder {
            let state =
                unsafe { BrotliEncoderCreateInstance(ptr::null(), ptr::null(), ptr::null_mut()) };
            if state.is_null() {
                std::alloc::handle_alloc_error(std::alloc::Layout::new::<[u8; 64]>());
            }
            Encoder {
                state,
                out: Vec::new(),
            }
        }
        pub fn finish(mut self) -> Option<Vec<u8>> {
            unsafe {
                let done = BrotliEncoderIsFinished(self.state) != 0;
                BrotliEncoderDestroyInstance(self.state);
                if !done {
                    return None;
                }
            }
            Some(std::mem::take(&mut self.out))
        }
    }
    impl Drop for Encoder {
        fn drop(&mut self) {
            unsafe { BrotliEncoderDestroyInstance(self.state) }
        }
    }
}

// expect: clean -- finish() takes the fields out of a ManuallyDrop, so Drop never runs
pub mod brotli_decoder_finish {
    use super::*;
    pub enum BrotliDecoderState {}
    extern "C" {
        fn BrotliDecoderCreateInstance(
            a: *const c_void,
            f: *const c_void,
            o: *mut c_void,
        ) -> *mut BrotliDecoderState;
        fn BrotliDecoderDestroyInstance(s: *mut BrotliDecoderState);
        fn BrotliDecoderHasMoreOutput(s: *const BrotliDecoderState) -> c_int;
    }
    pub struct Decoder<W> {
        state: *mut BrotliDecoderState,
        inner: W,
    }
    impl<W> Decoder<W> {
        pub fn new(inner: W) -> Result<Self, W> {
            let state =
                unsafe { BrotliDecoderCreateInstance(ptr::null(), ptr::null(), ptr::null_mut()) };
            if state.is_null() {
                return Err(inner);
            }
            Ok(Decoder { state, inner })
        }
        pub fn into_inner(self) -> (W, bool) {
            let this = std::mem::ManuallyDrop::new(self);
            unsafe {
                let more = BrotliDecoderHasMoreOutput(this.state) != 0;
                BrotliDecoderDestroyInstance(this.state);
                (ptr::read(&this.inner), more)
            }
        }
    }
    impl<W> Drop for Decoder<W> {
        fn drop(&mut self) {
            unsafe { BrotliDecoderDestroyInstance(self.state) }
        }
    }
}

// expect: leaked_alloc -- the LZ4F context stays behind when the header does not fit
pub mod lz4f_begin {
    use super::*;
    pub enum LZ4F_cctx {}
    extern "C" {
        fn LZ4F_createCompressionContext(out: *mut *mut LZ4F_cctx, version: c_uint) -> usize;
        fn LZ4F_freeCompressionContext(c: *mut LZ4F_cctx) -> usize;
        fn LZ4F_compressBegin(
            c: *mut LZ4F_cctx,
            dst: *mut u8,
            cap: usize,
            prefs: *const c_void,
        ) -> usize;
        fn LZ4F_isError(code: usize) -> c_uint;
        fn LZ4F_getErrorName(code: usize) -> *const c_char;
    }
    fn check(code: usize) -> Result<usize, String> {
        if unsafe { LZ4F_isError(code) } != 0 {
            let name = unsafe { CStr::from_ptr(LZ4F_getErrorName(code)) };
            Err(name.to_string_lossy().to_string())
        } else {
            Ok(code)
        }
    }
    pub fn frame_header(dst: &mut [u8]) -> Result<usize, String> {
        let mut ctx = ptr::null_mut();
        check(unsafe { LZ4F_createCompressionContext(&mut ctx, 100) })?;
        let n =
            check(unsafe { LZ4F_compressBegin(ctx, dst.as_mut_ptr(), dst.len(), ptr::null()) })?;
        unsafe { LZ4F_freeCompressionContext(ctx) };
        Ok(n)
    }
}

// expect: clean -- the result is kept, the context freed, and only then the error looked at
pub mod lz4f_begin_ok {
    use super::*;
    pub enum LZ4F_cctx {}
    extern "C" {
        fn LZ4F_createCompressionContext(out: *mut *mut LZ4F_cctx, version: c_uint) -> usize;
        fn LZ4F_freeCompressionContext(c: *mut LZ4F_cctx) -> usize;
        fn LZ4F_compressBegin(
            c: *mut LZ4F_cctx,
            dst: *mut u8,
            cap: usize,
            prefs: *const c_void,
        ) -> usize;
        fn LZ4F_isError(code: usize) -> c_uint;
    }
    pub fn frame_header(dst: &mut [u8]) -> Result<usize, usize> {
        let mut ctx = ptr::null_mut();
        let rc = unsafe { LZ4F_createCompressionContext(&mut ctx, 100) };
        if unsafe { LZ4F_isError(rc) } != 0 {
            return Err(rc);
        }
        let n = unsafe { LZ4F_compressBegin(ctx, dst.as_mut_ptr(), dst.len(), ptr::null()) };
        unsafe { LZ4F_freeCompressionContext(ctx) };
        match unsafe { LZ4F_isError(n) } {
            0 => Ok(n),
            _ => Err(n),
        }
    }
}

// expect: clean -- sodium's guarded heap, allocated and released by its own pair
pub mod sodium_locked {
    use super::*;
    extern "C" {
        fn sodium_malloc(n: usize) -> *mut c_void;
        fn sodium_free(p: *mut c_void);
        fn sodium_mprotect_readonly(p: *mut c_void) -> c_int;
        fn randombytes_buf(p: *mut c_void, n: usize);
    }
    pub struct Locked<const N: usize> {
        key: ptr::NonNull<[u8; N]>,
    }
    impl<const N: usize> Locked<N> {
        pub fn random() -> Option<Self> {
            let key = ptr::NonNull::new(unsafe { sodium_malloc(N) })?.cast::<[u8; N]>();
            unsafe {
                randombytes_buf(key.as_ptr().cast(), N);
                if sodium_mprotect_readonly(key.as_ptr().cast()) != 0 {
                    sodium_free(key.as_ptr().cast());
                    return None;
                }
            }
            Some(Locked { key })
        }
    }
    impl<const N: usize> AsRef<[u8; N]> for Locked<N> {
        fn as_ref(&self) -> &[u8; N] {
            unsafe { self.key.as_ref() }
        }
    }
    impl<const N: usize> Drop for Locked<N> {
        fn drop(&mut self) {
            unsafe { sodium_free(self.key.as_ptr().cast()) }
        }
    }
}

// expect: mismatched_dealloc -- guarded pages of sodium_malloc end in a Box
pub mod sodium_box {
    use super::*;
    extern "C" {
        fn sodium_malloc(n: usize) -> *mut c_void;
        fn randombytes_buf(p: *mut c_void, n: usize);
    }
    pub struct Keypair {
        pub public: [u8; 32],
        pub secret: [u8; 64],
    }
    pub fn generate() -> Option<Box<Keypair>> {
        unsafe {
            let p = sodium_malloc(std::mem::size_of::<Keypair>()) as *mut Keypair;
            if p.is_null() {
                return None;
            }
            randombytes_buf(p.cast(), std::mem::size_of::<Keypair>());
            Some(Box::from_raw(p))
        }
    }
}

// expect: clean -- the library's memory BIO is only looked into, then copied
pub mod mem_bio {
    use super::*;
    pub enum BIO {}
    pub enum BIO_METHOD {}
    extern "C" {
        fn BIO_new(m: *const BIO_METHOD) -> *mut BIO;
        fn BIO_s_mem() -> *const BIO_METHOD;
        fn BIO_ctrl(b: *mut BIO, cmd: c_int, l: c_long, p: *mut c_void) -> c_long;
        fn BIO_free_all(b: *mut BIO);
        fn PEM_write_bio_PUBKEY(b: *mut BIO, key: *mut c_void) -> c_int;
    }
    struct MemBio(*mut BIO);
    impl MemBio {
        fn new() -> Option<MemBio> {
            let b = unsafe { BIO_new(BIO_s_mem()) };
            if b.is_null() {
                None
            } else {
                Some(MemBio(b))
            }
        }
        fn contents(&self) -> &[u8] {
            let mut p: *const u8 = ptr::null();
            let n = unsafe { BIO_ctrl(self.0, 3, 0, (&raw mut p).cast()) };
            if p.is_null() {
                &[]
            } else {
                unsafe { std::slice::from_raw_parts(p, n as usize) }
            }
        }
    }
    impl Drop for MemBio {
        fn drop(&mut self) {
            unsafe { BIO_free_all(self.0) }
        }
    }
    pub unsafe fn public_pem(key: *mut c_void) -> Option<Vec<u8>> {
        let bio = MemBio::new()?;
        if PEM_write_bio_PUBKEY(bio.0, key) == 0 {
            return None;
        }
        Some(bio.contents().to_vec())
    }
}

// expect: mismatched_dealloc -- BIO_get_mem_data lends memory of the BIO
pub mod mem_bio_taken {
    use super::*;
    pub enum BIO {}
    extern "C" {
        fn BIO_ctrl(b: *mut BIO, cmd: c_int, l: c_long, p: *mut c_void) -> c_long;
    }
    pub unsafe fn drain(bio: *mut BIO) -> String {
        let mut data: *mut u8 = ptr::null_mut();
        let len = BIO_ctrl(bio, 3, 0, &mut data as *mut *mut u8 as *mut c_void);
        if len <= 0 || data.is_null() {
            return String::new();
        }
        String::from_raw_parts(data, len as usize, len as usize)
    }
}
