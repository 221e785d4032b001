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

// expect: leaked_alloc -- the clipboard's text is a copy to be freed
pub mod clipboard_text_lost {
    use super::ff;
    use std::ffi::CStr;

    pub struct Clipboard;

    impl Clipboard {
        pub fn text(&self) -> Result<String, String> {
            unsafe {
                let buf = ff::SDL_GetClipboardText();
                if buf.is_null() {
                    Err(CStr::from_ptr(ff::SDL_GetError()).to_string_lossy().into_owned())
                } else {
                    Ok(CStr::from_ptr(buf).to_string_lossy().into_owned())
                }
            }
        }
    }
}

// expect: mismatched_dealloc -- SDL's heap against the C heap
pub mod base_path_by_libc_free {
    use super::ff;
    use std::ffi::CStr;

    pub fn base_path() -> Option<String> {
        let result = unsafe {
            let buf = ff::SDL_GetBasePath();
            if buf.is_null() {
                return None;
            }
            let s = CStr::from_ptr(buf).to_str().map(str::to_owned);
            libc::free(buf as *mut libc::c_void);
            s
        };
        result.ok()
    }
}

// expect: mismatched_dealloc -- WAV samples rebuilt as a Vec
pub mod wav_into_vec {
    use super::ff;

    #[repr(C)]
    pub struct Spec {
        freq: i32,
        rest: [u8; 28],
    }

    pub fn load(bytes: &[u8]) -> Option<(i32, Vec<u8>)> {
        let mut spec = Spec { freq: 0, rest: [0; 28] };
        let mut buf = std::ptr::null_mut();
        let mut len = 0u32;
        unsafe {
            let rw = ff::SDL_RWFromConstMem(bytes.as_ptr().cast(), bytes.len() as i32);
            if rw.is_null() {
                return None;
            }
            let ok = ff::SDL_LoadWAV_RW(rw, 1, (&mut spec as *mut Spec).cast(), &mut buf, &mut len);
            if ok.is_null() {
                return None;
            }
            Some((spec.freq, Vec::from_raw_parts(buf, len as usize, len as usize)))
        }
    }
}

// expect: leaked_alloc -- the face is lost when the size is refused
pub mod face_size_refused {
    use super::ff;
    use std::ptr;

    pub struct Face {
        raw: ff::FT_Face,
        _bytes: Vec<u8>,
    }

    impl Face {
        pub fn from_memory(lib: ff::FT_Library, bytes: Vec<u8>, px: u32) -> Result<Face, i32> {
            let mut raw = ptr::null_mut();
            let err = unsafe { ff::FT_New_Memory_Face(lib, bytes.as_ptr(), bytes.len() as _, 0, &mut raw) };
            if err != 0 {
                return Err(err);
            }
            let err = unsafe { ff::FT_Set_Pixel_Sizes(raw, 0, px) };
            if err != 0 {
                return Err(err);
            }
            Ok(Face { raw, _bytes: bytes })
        }
    }

    impl Drop for Face {
        fn drop(&mut self) {
            unsafe { ff::FT_Done_Face(self.raw) };
        }
    }
}

// expect: clean -- Clone counts the face up
pub mod face_reference_counted {
    use super::ff;
    use std::ffi::CString;
    use std::ptr;

    pub struct Face(ff::FT_Face);

    impl Face {
        pub fn open(lib: ff::FT_Library, path: &str) -> Result<Face, i32> {
            let path = CString::new(path).map_err(|_| 1)?;
            let mut raw = ptr::null_mut();
            match unsafe { ff::FT_New_Face(lib, path.as_ptr(), 0, &mut raw) } {
                0 => Ok(Face(raw)),
                e => Err(e),
            }
        }
    }

    impl Clone for Face {
        fn clone(&self) -> Face {
            unsafe { ff::FT_Reference_Face(self.0) };
            Face(self.0)
        }
    }

    impl Drop for Face {
        fn drop(&mut self) {
            unsafe { ff::FT_Done_Face(self.0) };
        }
    }
}

// expect: double_free -- a hand-written Clone copies the face
pub mod face_clone_copies {
    use super::ff;

    #[derive(Debug)]
    pub struct Face {
        raw: ff::FT_Face,
        index: i64,
    }

    impl Face {
        pub unsafe fn from_raw(raw: ff::FT_Face, index: i64) -> Face {
            Face { raw, index }
        }
    }

    impl Clone for Face {
        fn clone(&self) -> Self {
            Face { raw: self.raw, index: self.index }
        }
    }

    impl Drop for Face {
        fn drop(&mut self) {
            if !self.raw.is_null() {
                let err = unsafe { ff::FT_Done_Face(self.raw) };
                debug_assert_eq!(err, 0);
            }
        }
    }
}

// expect: leaked_alloc -- hardware parameters stay behind on the first error
pub mod hw_params_lost {
    use super::ff;
    use std::ptr;

    pub unsafe fn configure(pcm: *mut ff::snd_pcm_t) -> Result<(), i32> {
        let mut params = ptr::null_mut();
        let rc = ff::snd_pcm_hw_params_malloc(&mut params);
        if rc < 0 {
            return Err(rc);
        }
        if ff::snd_pcm_hw_params_any(pcm, params) < 0 {
            eprintln!("no configuration available");
            return Err(-1);
        }
        let rc = ff::snd_pcm_hw_params(pcm, params);
        ff::snd_pcm_hw_params_free(params);
        if rc < 0 {
            Err(rc)
        } else {
            Ok(())
        }
    }
}

// expect: clean -- device hints, each name freed by libc, the list by ALSA
pub mod device_hints {
    use super::ff;
    use libc::c_void;
    use std::ffi::CStr;
    use std::ptr;

    pub fn names() -> Result<Vec<String>, i32> {
        let mut hints: *mut *mut c_void = ptr::null_mut();
        let mut out = Vec::new();
        unsafe {
            let rc = ff::snd_device_name_hint(-1, c"pcm".as_ptr(), &mut hints);
            if rc < 0 {
                return Err(rc);
            }
            let mut cur = hints;
            while !(*cur).is_null() {
                let name = ff::snd_device_name_get_hint(*cur, c"NAME".as_ptr());
                if !name.is_null() {
                    out.push(CStr::from_ptr(name).to_string_lossy().into_owned());
                    libc::free(name.cast());
                }
                cur = cur.add(1);
            }
            ff::snd_device_name_free_hint(hints);
        }
        Ok(out)
    }
}

// expect: leaked_alloc -- a name of an input device is skipped without free
pub mod device_hints_continue {
    use super::ff;
    use libc::c_void;
    use std::ffi::CStr;
    use std::ptr;

    pub unsafe fn outputs() -> Vec<String> {
        let mut hints: *mut *mut c_void = ptr::null_mut();
        let mut out = Vec::new();
        if ff::snd_device_name_hint(-1, c"pcm".as_ptr(), &mut hints) < 0 {
            return out;
        }
        let mut cur = hints;
        while !(*cur).is_null() {
            let name = ff::snd_device_name_get_hint(*cur, c"NAME".as_ptr());
            cur = cur.add(1);
            if name.is_null() {
                continue;
            }
            let text = CStr::from_ptr(name).to_string_lossy().into_owned();
            if text.starts_with("dsnoop") {
                continue;
            }
            out.push(text);
            libc::free(name.cast());
        }
        ff::snd_device_name_free_hint(hints);
        out
    }
}

// expect: mismatched_dealloc -- snd_card_get_name hands out malloc memory
pub mod card_name_cstring {
    use super::ff;
    use std::ffi::CString;
    use std::ptr;

    pub fn card_name(index: i32) -> Result<String, i32> {
        let mut name = ptr::null_mut();
        let rc = unsafe { ff::snd_card_get_name(index, &mut name) };
        if rc != 0 {
            return Err(rc);
        }
        let name = unsafe { CString::from_raw(name) };
        name.into_string().map_err(|_| -84)
    }
}

// expect: mismatched_dealloc -- an X atom's name goes to free instead of XFree
pub mod atom_name_free {
    use super::ff;
    use std::ffi::CStr;

    pub struct Connection {
        display: *mut ff::Display,
    }

    impl Connection {
        pub fn open() -> Option<Connection> {
            let display = unsafe { ff::XOpenDisplay(std::ptr::null()) };
            if display.is_null() {
                return None;
            }
            Some(Connection { display })
        }

        pub fn atom_name(&self, atom: ff::Atom) -> Option<String> {
            unsafe {
                let name = ff::XGetAtomName(self.display, atom);
                if name.is_null() {
                    return None;
                }
                let text = CStr::from_ptr(name).to_string_lossy().into_owned();
                libc::free(name.cast());
                Some(text)
            }
        }
    }

    impl Drop for Connection {
        fn drop(&mut self) {
            unsafe { ff::XCloseDisplay(self.display) };
        }
    }
}

// expect: leaked_alloc -- a property of an unexpected format is returned from without XFree
pub mod window_property_format {
    use super::ff;
    use std::ptr;

    pub unsafe fn property_u32(d: *mut ff::Display, w: ff::Window, prop: ff::Atom) -> Option<Vec<u32>> {
        let (mut ty, mut format, mut n, mut after) = (0, 0, 0, 0);
        let mut data = ptr::null_mut();
        let status = ff::XGetWindowProperty(d, w, prop, 0, 1024, 0, 0, &mut ty, &mut format, &mut n, &mut after, &mut data);
        if status != 0 || data.is_null() {
            return None;
        }
        if format != 32 {
            return None;
        }
        let items = std::slice::from_raw_parts(data as *const libc::c_ulong, n as usize);
        let out = items.iter().map(|&v| v as u32).collect();
        ff::XFree(data.cast());
        Some(out)
    }
}

// expect: mismatched_dealloc -- the children list of XQueryTree becomes a Vec
pub mod query_tree_vec {
    use super::ff;
    use std::ptr;

    pub unsafe fn children(d: *mut ff::Display, w: ff::Window) -> Vec<ff::Window> {
        let (mut root, mut parent) = (0, 0);
        let mut list = ptr::null_mut();
        let mut n = 0;
        if ff::XQueryTree(d, w, &mut root, &mut parent, &mut list, &mut n) == 0 || list.is_null() {
            return Vec::new();
        }
        Vec::from_raw_parts(list, n as usize, n as usize)
    }
}
