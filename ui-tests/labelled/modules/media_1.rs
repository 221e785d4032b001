//! Bindings of media and window libraries: FFmpeg, SDL2, FreeType, ALSA, X11, libpng-like decoders.
#![allow(non_camel_case_types, non_snake_case, non_upper_case_globals)]

pub mod ff {
    use libc::{c_char, c_int, c_uint, c_ulong, c_void, size_t};
    #[repr(C)]
    pub struct AVFrame {
        pub data: [*mut u8; 8],
        pub linesize: [c_int; 8],
        pub width: c_int,
        pub height: c_int,
    }
    #[repr(C)]
    pub struct AVPacket {
        pub data: *mut u8,
        pub size: c_int,
        pub stream_index: c_int,
    }
    pub enum AVFormatContext {}
    pub enum AVCodecContext {}
    pub enum AVCodec {}
    pub enum AVDictionary {}
    pub enum AVIOContext {}
    extern "C" {
        pub fn av_frame_alloc() -> *mut AVFrame;
        pub fn av_frame_free(f: *mut *mut AVFrame);
        pub fn av_packet_alloc() -> *mut AVPacket;
        pub fn av_packet_free(p: *mut *mut AVPacket);
        pub fn av_packet_unref(p: *mut AVPacket);
        pub fn av_read_frame(c: *mut AVFormatContext, p: *mut AVPacket) -> c_int;
        pub fn avformat_open_input(c: *mut *mut AVFormatContext, u: *const c_char, f: *mut c_void, o: *mut *mut AVDictionary) -> c_int;
        pub fn avformat_close_input(c: *mut *mut AVFormatContext);
        pub fn avformat_find_stream_info(c: *mut AVFormatContext, o: *mut *mut AVDictionary) -> c_int;
        pub fn avcodec_alloc_context3(c: *const AVCodec) -> *mut AVCodecContext;
        pub fn avcodec_free_context(c: *mut *mut AVCodecContext);
        pub fn avcodec_open2(c: *mut AVCodecContext, k: *const AVCodec, o: *mut *mut AVDictionary) -> c_int;
        pub fn avcodec_send_packet(c: *mut AVCodecContext, p: *const AVPacket) -> c_int;
        pub fn avcodec_receive_frame(c: *mut AVCodecContext, f: *mut AVFrame) -> c_int;
        pub fn av_malloc(n: size_t) -> *mut c_void;
        pub fn av_free(p: *mut c_void);
        pub fn av_freep(p: *mut c_void);
        pub fn av_dict_set(d: *mut *mut AVDictionary, k: *const c_char, v: *const c_char, f: c_int) -> c_int;
        pub fn av_dict_free(d: *mut *mut AVDictionary);
        pub fn avio_alloc_context(b: *mut u8, n: c_int, w: c_int, o: *mut c_void, r: Option<unsafe extern "C" fn(*mut c_void, *mut u8, c_int) -> c_int>, wr: *mut c_void, s: *mut c_void) -> *mut AVIOContext;
        pub fn avio_context_free(c: *mut *mut AVIOContext);
    }
    pub enum SDL_Surface {}
    pub enum SDL_Texture {}
    pub enum SDL_Renderer {}
    pub enum SDL_RWops {}
    extern "C" {
        pub fn SDL_RWFromConstMem(p: *const c_void, n: c_int) -> *mut SDL_RWops;
        pub fn SDL_LoadBMP_RW(r: *mut SDL_RWops, freesrc: c_int) -> *mut SDL_Surface;
        pub fn SDL_FreeSurface(s: *mut SDL_Surface);
        pub fn SDL_CreateTextureFromSurface(r: *mut SDL_Renderer, s: *mut SDL_Surface) -> *mut SDL_Texture;
        pub fn SDL_DestroyTexture(t: *mut SDL_Texture);
        pub fn SDL_GetClipboardText() -> *mut c_char;
        pub fn SDL_GetBasePath() -> *mut c_char;
        pub fn SDL_free(p: *mut c_void);
        pub fn SDL_GetError() -> *const c_char;
        pub fn SDL_LoadWAV_RW(r: *mut SDL_RWops, f: c_int, spec: *mut c_void, buf: *mut *mut u8, len: *mut u32) -> *mut c_void;
        pub fn SDL_FreeWAV(b: *mut u8);
    }
    pub enum FT_LibraryRec {}
    pub enum FT_FaceRec {}
    pub type FT_Library = *mut FT_LibraryRec;
    pub type FT_Face = *mut FT_FaceRec;
    extern "C" {
        pub fn FT_Init_FreeType(l: *mut FT_Library) -> c_int;
        pub fn FT_Done_FreeType(l: FT_Library) -> c_int;
        pub fn FT_New_Face(l: FT_Library, p: *const c_char, i: libc::c_long, f: *mut FT_Face) -> c_int;
        pub fn FT_New_Memory_Face(l: FT_Library, p: *const u8, n: libc::c_long, i: libc::c_long, f: *mut FT_Face) -> c_int;
        pub fn FT_Done_Face(f: FT_Face) -> c_int;
        pub fn FT_Set_Pixel_Sizes(f: FT_Face, w: c_uint, h: c_uint) -> c_int;
        pub fn FT_Reference_Face(f: FT_Face) -> c_int;
    }
    pub enum snd_pcm_t {}
    pub enum snd_pcm_hw_params_t {}
    extern "C" {
        pub fn snd_pcm_open(p: *mut *mut snd_pcm_t, n: *const c_char, s: c_int, m: c_int) -> c_int;
        pub fn snd_pcm_close(p: *mut snd_pcm_t) -> c_int;
        pub fn snd_pcm_hw_params_malloc(p: *mut *mut snd_pcm_hw_params_t) -> c_int;
        pub fn snd_pcm_hw_params_free(p: *mut snd_pcm_hw_params_t);
        pub fn snd_pcm_hw_params_any(p: *mut snd_pcm_t, h: *mut snd_pcm_hw_params_t) -> c_int;
        pub fn snd_pcm_hw_params(p: *mut snd_pcm_t, h: *mut snd_pcm_hw_params_t) -> c_int;
        pub fn snd_card_get_name(c: c_int, n: *mut *mut c_char) -> c_int;
        pub fn snd_device_name_hint(c: c_int, i: *const c_char, h: *mut *mut *mut c_void) -> c_int;
        pub fn snd_device_name_get_hint(h: *const c_void, id: *const c_char) -> *mut c_char;
        pub fn snd_device_name_free_hint(h: *mut *mut c_void) -> c_int;
    }
    pub enum Display {}
    pub type Window = c_ulong;
    pub type Atom = c_ulong;
    #[repr(C)]
    pub struct XSizeHints {
        pub flags: libc::c_long,
        pub width: c_int,
        pub height: c_int,
    }
    #[repr(C)]
    pub struct XImage {
        pub width: c_int,
        pub height: c_int,
        pub data: *mut c_char,
    }
    extern "C" {
        pub fn XOpenDisplay(n: *const c_char) -> *mut Display;
        pub fn XCloseDisplay(d: *mut Display) -> c_int;
        pub fn XFree(p: *mut c_void) -> c_int;
        pub fn XGetAtomName(d: *mut Display, a: Atom) -> *mut c_char;
        pub fn XAllocSizeHints() -> *mut XSizeHints;
        pub fn XSetWMNormalHints(d: *mut Display, w: Window, h: *mut XSizeHints);
        pub fn XGetWindowProperty(d: *mut Display, w: Window, p: Atom, o: libc::c_long, l: libc::c_long, del: c_int, t: Atom, at: *mut Atom, af: *mut c_int, n: *mut c_ulong, b: *mut c_ulong, out: *mut *mut u8) -> c_int;
        pub fn XQueryTree(d: *mut Display, w: Window, r: *mut Window, p: *mut Window, c: *mut *mut Window, n: *mut c_uint) -> c_int;
        pub fn XFetchName(d: *mut Display, w: Window, n: *mut *mut c_char) -> c_int;
        pub fn XCreateImage(d: *mut Display, v: *mut c_void, depth: c_uint, f: c_int, o: c_int, data: *mut c_char, w: c_uint, h: c_uint, pad: c_int, b: c_int) -> *mut XImage;
        pub fn XDestroyImage(i: *mut XImage) -> c_int;
        pub fn XPutImage(d: *mut Display, w: Window, gc: *mut c_void, i: *mut XImage, a: c_int, b: c_int, c: c_int, e: c_int, x: c_uint, y: c_uint) -> c_int;
    }
}

// expect: leaked_alloc -- the frame is lost when the decoder reports an error
pub mod decoder_frame_lost {
    use super::ff;

    pub struct Decoder {
        ctx: *mut ff::AVCodecContext,
    }

    pub struct Picture {
        pub width: usize,
        pub height: usize,
        pub luma: Vec<u8>,
    }

    impl Decoder {
        pub unsafe fn decode(&mut self, packet: &ff::AVPacket) -> Result<Option<Picture>, i32> {
            let rc = ff::avcodec_send_packet(self.ctx, packet);
            if rc < 0 {
                return Err(rc);
            }
            let mut frame = ff::av_frame_alloc();
            if frame.is_null() {
                return Err(-12);
            }
            let rc = ff::avcodec_receive_frame(self.ctx, frame);
            if rc == -11 {
                ff::av_frame_free(&mut frame);
                return Ok(None);
            } else if rc < 0 {
                return Err(rc);
            }
            let (w, h) = ((*frame).width as usize, (*frame).height as usize);
            let luma = std::slice::from_raw_parts((*frame).data[0], w * h).to_vec();
            ff::av_frame_free(&mut frame);
            Ok(Some(Picture { width: w, height: h, luma }))
        }
    }

    impl Drop for Decoder {
        fn drop(&mut self) {
            unsafe { ff::avcodec_free_context(&mut self.ctx) }
        }
    }
}

// expect: clean -- frame with an owner that frees through a pointer to the pointer
pub mod decoder_frame_owner {
    use super::ff;

    pub struct Frame(*mut ff::AVFrame);

    impl Frame {
        pub fn new() -> Option<Frame> {
            let raw = unsafe { ff::av_frame_alloc() };
            (!raw.is_null()).then(|| Frame(raw))
        }
    }

    impl Drop for Frame {
        fn drop(&mut self) {
            unsafe { ff::av_frame_free(&mut self.0) }
        }
    }

    pub unsafe fn decode(ctx: *mut ff::AVCodecContext, packet: *const ff::AVPacket) -> Result<Option<Frame>, i32> {
        match ff::avcodec_send_packet(ctx, packet) {
            0 => {}
            rc => return Err(rc),
        }
        let frame = Frame::new().ok_or(-12)?;
        match ff::avcodec_receive_frame(ctx, frame.0) {
            0 => Ok(Some(frame)),
            -11 => Ok(None),
            rc => Err(rc),
        }
    }
}

// expect: mismatched_dealloc -- a frame is no av_malloc block
pub mod frame_by_av_free {
    use super::ff;

    pub struct Frame {
        ptr: *mut ff::AVFrame,
    }

    impl Frame {
        pub fn empty() -> Frame {
            let ptr = unsafe { ff::av_frame_alloc() };
            if ptr.is_null() {
                panic!("av_frame_alloc");
            }
            Frame { ptr }
        }

        pub fn width(&self) -> i32 {
            unsafe { (*self.ptr).width }
        }
    }

    impl Drop for Frame {
        fn drop(&mut self) {
            unsafe { ff::av_free(self.ptr.cast()) }
        }
    }
}

// expect: use_after_free -- the packet is freed inside the loop and read again
pub mod packet_freed_in_loop {
    use super::ff;

    pub unsafe fn count_packets(fmt: *mut ff::AVFormatContext, stream: i32) -> usize {
        let packet = ff::av_packet_alloc();
        if packet.is_null() {
            return 0;
        }
        let mut n = 0;
        while ff::av_read_frame(fmt, packet) >= 0 {
            if (*packet).stream_index == stream {
                n += 1;
            }
            let mut p = packet;
            ff::av_packet_free(&mut p);
        }
        n
    }
}

// expect: clean -- unref in the loop, free at the end
pub mod packet_unref_in_loop {
    use super::ff;

    pub unsafe fn count_packets(fmt: *mut ff::AVFormatContext, stream: i32) -> usize {
        let mut packet = ff::av_packet_alloc();
        if packet.is_null() {
            return 0;
        }
        let mut n = 0;
        while ff::av_read_frame(fmt, packet) >= 0 {
            if (*packet).stream_index == stream {
                n += 1;
            }
            ff::av_packet_unref(packet);
        }
        ff::av_packet_free(&mut packet);
        n
    }
}

// expect: leaked_alloc -- open_input succeeded, the stream info did not
pub mod input_without_streams {
    use super::ff;
    use std::ffi::CString;
    use std::ptr;

    pub struct Input(*mut ff::AVFormatContext);

    pub fn open(url: &str) -> Result<Input, i32> {
        let url = CString::new(url).map_err(|_| -22)?;
        let mut ctx = ptr::null_mut();
        unsafe {
            match ff::avformat_open_input(&mut ctx, url.as_ptr(), ptr::null_mut(), ptr::null_mut()) {
                0 => match ff::avformat_find_stream_info(ctx, ptr::null_mut()) {
                    r if r >= 0 => Ok(Input(ctx)),
                    e => Err(e),
                },
                e => Err(e),
            }
        }
    }

    impl Drop for Input {
        fn drop(&mut self) {
            unsafe { ff::avformat_close_input(&mut self.0) }
        }
    }
}

// expect: clean -- the twin closes the input in the inner arm; the dictionary is freed on each path
pub mod input_closed_on_error {
    use super::ff;
    use std::ffi::CStr;
    use std::ptr;

    pub struct Input(*mut ff::AVFormatContext);

    pub fn open(url: &CStr, timeout: &CStr) -> Result<Input, i32> {
        let mut ctx = ptr::null_mut();
        let mut opts = ptr::null_mut();
        unsafe {
            ff::av_dict_set(&mut opts, c"timeout".as_ptr(), timeout.as_ptr(), 0);
            let res = ff::avformat_open_input(&mut ctx, url.as_ptr(), ptr::null_mut(), &mut opts);
            ff::av_dict_free(&mut opts);
            match res {
                0 => match ff::avformat_find_stream_info(ctx, ptr::null_mut()) {
                    r if r >= 0 => Ok(Input(ctx)),
                    e => {
                        ff::avformat_close_input(&mut ctx);
                        Err(e)
                    }
                },
                e => Err(e),
            }
        }
    }

    impl Drop for Input {
        fn drop(&mut self) {
            unsafe { ff::avformat_close_input(&mut self.0) }
        }
    }
}

// expect: unchecked_alloc -- av_malloc may return null
pub mod io_buffer_unchecked {
    use super::ff;

    pub unsafe fn padded_copy(data: &[u8]) -> *mut u8 {
        const PADDING: usize = 64;
        let out = ff::av_malloc(data.len() + PADDING) as *mut u8;
        std::slice::from_raw_parts_mut(out, data.len() + PADDING)[..data.len()].copy_from_slice(data);
        for i in 0..PADDING {
            *out.add(data.len() + i) = 0;
        }
        out
    }
}

// expect: leaked_raw -- the reader's state is lost when avio_alloc_context fails
pub mod io_context_state_lost {
    use super::ff;
    use libc::{c_int, c_void};
    use std::io::Read;
    use std::ptr;

    type Source = Box<dyn Read>;

    unsafe extern "C" fn read(opaque: *mut c_void, buf: *mut u8, len: c_int) -> c_int {
        let source = &mut *(opaque as *mut Source);
        match source.read(std::slice::from_raw_parts_mut(buf, len as usize)) {
            Ok(n) => n as c_int,
            Err(_) => -5,
        }
    }

    pub struct Io {
        ctx: *mut ff::AVIOContext,
        state: *mut Source,
    }

    impl Io {
        pub fn new(source: Source) -> Option<Io> {
            unsafe {
                let buf = ff::av_malloc(4096) as *mut u8;
                if buf.is_null() {
                    return None;
                }
                let state = Box::into_raw(Box::new(source));
                let ctx = ff::avio_alloc_context(buf, 4096, 0, state.cast(), Some(read), ptr::null_mut(), ptr::null_mut());
                if ctx.is_null() {
                    ff::av_free(buf.cast());
                    return None;
                }
                Some(Io { ctx, state })
            }
        }
    }

    impl Drop for Io {
        fn drop(&mut self) {
            unsafe {
                ff::avio_context_free(&mut self.ctx);
                drop(Box::from_raw(self.state));
            }
        }
    }
}

// expect: leaked_alloc -- the surface stays when no texture can be made
pub mod texture_error_leaks_surface {
    use super::ff;
    use std::ffi::CStr;

    pub struct Texture(*mut ff::SDL_Texture);

    unsafe fn error() -> String {
        CStr::from_ptr(ff::SDL_GetError()).to_string_lossy().into_owned()
    }

    pub unsafe fn load(renderer: *mut ff::SDL_Renderer, bmp: &[u8]) -> Result<Texture, String> {
        let rw = ff::SDL_RWFromConstMem(bmp.as_ptr().cast(), bmp.len() as i32);
        if rw.is_null() {
            return Err(error());
        }
        let surface = ff::SDL_LoadBMP_RW(rw, 1);
        if surface.is_null() {
            return Err(error());
        }
        let texture = ff::SDL_CreateTextureFromSurface(renderer, surface);
        if texture.is_null() {
            return Err(error());
        }
        ff::SDL_FreeSurface(surface);
        Ok(Texture(texture))
    }

    impl Drop for Texture {
        fn drop(&mut self) {
            unsafe { ff::SDL_DestroyTexture(self.0) }
        }
    }
}

// expect: clean -- freed before the test, since the texture has copied it; SDL_LoadBMP_RW closes the stream
pub mod texture_surface_freed {
    use super::ff;
    use std::ffi::CStr;

    pub struct Texture(*mut ff::SDL_Texture);

    unsafe fn error() -> String {
        CStr::from_ptr(ff::SDL_GetError()).to_string_lossy().into_owned()
    }

    pub unsafe fn load(renderer: *mut ff::SDL_Renderer, bmp: &[u8]) -> Result<Texture, String> {
        let rw = ff::SDL_RWFromConstMem(bmp.as_ptr().cast(), bmp.len() as i32);
        if rw.is_null() {
            return Err(error());
        }
        let surface = ff::SDL_LoadBMP_RW(rw, 1);
        if surface.is_null() {
            return Err(error());
        }
        let texture = ff::SDL_CreateTextureFromSurface(renderer, surface);
        ff::SDL_FreeSurface(surface);
        if texture.is_null() {
            Err(error())
        } else {
            Ok(Texture(texture))
        }
    }

    impl Drop for Texture {
        fn drop(&mut self) {
            unsafe { ff::SDL_DestroyTexture(self.0) }
        }
    }
}
