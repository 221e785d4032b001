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

// expect: clean -- copied and given to XFree
pub mod query_tree_copied {
    use super::ff;
    use std::ptr;

    pub unsafe fn children(d: *mut ff::Display, w: ff::Window) -> Vec<ff::Window> {
        let (mut root, mut parent) = (0, 0);
        let mut list = ptr::null_mut();
        let mut n = 0;
        if ff::XQueryTree(d, w, &mut root, &mut parent, &mut list, &mut n) == 0 {
            return Vec::new();
        }
        if list.is_null() {
            return Vec::new();
        }
        let out = std::slice::from_raw_parts(list, n as usize).to_vec();
        ff::XFree(list.cast());
        out
    }
}

// expect: mismatched_dealloc -- XDestroyImage frees the image's data by free, and the data is a Vec's
pub mod ximage_rust_pixels {
    use super::ff;
    use std::ptr;

    pub unsafe fn blit(d: *mut ff::Display, w: ff::Window, gc: *mut libc::c_void, mut pixels: Vec<u32>, width: u32, height: u32) {
        let image = ff::XCreateImage(d, ptr::null_mut(), 24, 2, 0, pixels.as_mut_ptr().cast(), width, height, 32, 0);
        std::mem::forget(pixels);
        if image.is_null() {
            return;
        }
        ff::XPutImage(d, w, gc, image, 0, 0, 0, 0, width, height);
        ff::XDestroyImage(image);
    }
}

// expect: clean -- the data field is cleared, so that XDestroyImage frees only the image
pub mod ximage_data_cleared {
    use super::ff;
    use std::ptr;

    pub unsafe fn blit(d: *mut ff::Display, w: ff::Window, gc: *mut libc::c_void, pixels: &mut [u32], width: u32, height: u32) {
        let image = ff::XCreateImage(d, ptr::null_mut(), 24, 2, 0, pixels.as_mut_ptr().cast(), width, height, 32, 0);
        if image.is_null() {
            return;
        }
        ff::XPutImage(d, w, gc, image, 0, 0, 0, 0, width, height);
        (*image).data = ptr::null_mut();
        ff::XDestroyImage(image);
    }
}

// expect: leaked_alloc -- size hints are copied by the window manager call and stay
pub mod size_hints_lost {
    use super::ff;

    pub struct Window {
        display: *mut ff::Display,
        id: ff::Window,
    }

    impl Window {
        pub fn set_size(&self, width: i32, height: i32) {
            unsafe {
                let hints = ff::XAllocSizeHints();
                if hints.is_null() {
                    return;
                }
                (*hints).flags = 8;
                (*hints).width = width;
                (*hints).height = height;
                ff::XSetWMNormalHints(self.display, self.id, hints);
            }
        }
    }
}
