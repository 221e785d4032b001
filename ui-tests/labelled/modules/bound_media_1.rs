//! Safe wrappers of media, GUI, audio, USB, compiler and language-runtime libraries.
use std::ffi::{c_char, c_int, c_uint, c_void, CStr, CString};
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

// expect: leaked_alloc -- the device list is not freed when a descriptor cannot be read
pub mod usb_list {
    use super::*;
    pub enum Device {}
    #[repr(C)]
    #[derive(Default)]
    pub struct Descriptor {
        pub head: [u8; 8],
        pub vendor: u16,
        pub product: u16,
        pub tail: [u8; 6],
    }
    extern "C" {
        fn libusb_get_device_list(ctx: *mut c_void, out: *mut *const *mut Device) -> isize;
        fn libusb_free_device_list(list: *const *mut Device, unref: c_int);
        fn libusb_get_device_descriptor(d: *mut Device, out: *mut Descriptor) -> c_int;
    }
    pub fn ids() -> Result<Vec<(u16, u16)>, c_int> {
        let mut list = ptr::null();
        let n = unsafe { libusb_get_device_list(ptr::null_mut(), &mut list) };
        if n < 0 {
            return Err(n as c_int);
        }
        let mut out = Vec::with_capacity(n as usize);
        for i in 0..n as usize {
            let mut d = Descriptor::default();
            match unsafe { libusb_get_device_descriptor(*list.add(i), &mut d) } {
                0 => out.push((d.vendor, d.product)),
                e => return Err(e),
            }
        }
        unsafe { libusb_free_device_list(list, 1) };
        Ok(out)
    }
}

// expect: clean -- devices are referenced one by one, the list is freed with unref in Drop
pub mod usb_list_owned {
    use super::*;
    pub enum Device {}
    extern "C" {
        fn libusb_get_device_list(ctx: *mut c_void, out: *mut *const *mut Device) -> isize;
        fn libusb_free_device_list(list: *const *mut Device, unref: c_int);
        fn libusb_ref_device(d: *mut Device) -> *mut Device;
        fn libusb_unref_device(d: *mut Device);
    }
    pub struct UsbDevice {
        raw: NonNull<Device>,
    }
    impl UsbDevice {
        unsafe fn from_libusb(raw: *mut Device) -> Self {
            libusb_ref_device(raw);
            UsbDevice {
                raw: NonNull::new_unchecked(raw),
            }
        }
    }
    impl Clone for UsbDevice {
        fn clone(&self) -> Self {
            unsafe { Self::from_libusb(self.raw.as_ptr()) }
        }
    }
    impl Drop for UsbDevice {
        fn drop(&mut self) {
            unsafe { libusb_unref_device(self.raw.as_ptr()) }
        }
    }
    pub struct List {
        list: *const *mut Device,
        len: usize,
    }
    impl List {
        pub fn new() -> Result<List, isize> {
            let mut list = std::mem::MaybeUninit::uninit();
            let n = unsafe { libusb_get_device_list(ptr::null_mut(), list.as_mut_ptr()) };
            if n < 0 {
                Err(n)
            } else {
                Ok(List {
                    list: unsafe { list.assume_init() },
                    len: n as usize,
                })
            }
        }
        pub fn iter(&self) -> impl Iterator<Item = UsbDevice> + '_ {
            let all = unsafe { std::slice::from_raw_parts(self.list, self.len) };
            all.iter().map(|&d| unsafe { UsbDevice::from_libusb(d) })
        }
    }
    impl Drop for List {
        fn drop(&mut self) {
            unsafe { libusb_free_device_list(self.list, 1) }
        }
    }
}

// expect: leaked_alloc -- the loop walks the head away, null goes to the release
pub mod hid_walk {
    use super::*;
    #[repr(C)]
    pub struct HidInfo {
        path: *mut c_char,
        vendor: u16,
        product: u16,
        next: *mut HidInfo,
    }
    extern "C" {
        fn hid_enumerate(v: u16, p: u16) -> *mut HidInfo;
        fn hid_free_enumeration(d: *mut HidInfo);
    }
    pub fn paths(vendor: u16) -> Vec<CString> {
        let mut out = vec![];
        unsafe {
            let mut cur = hid_enumerate(vendor, 0);
            while !cur.is_null() {
                out.push(CStr::from_ptr((*cur).path).to_owned());
                cur = (*cur).next;
            }
            hid_free_enumeration(cur);
        }
        out
    }
}

// expect: clean -- the walk uses a second name for the cursor
pub mod hid_walk_ok {
    use super::*;
    #[repr(C)]
    pub struct HidInfo {
        path: *mut c_char,
        serial: *mut c_int,
        next: *mut HidInfo,
    }
    extern "C" {
        fn hid_enumerate(v: u16, p: u16) -> *mut HidInfo;
        fn hid_free_enumeration(d: *mut HidInfo);
    }
    pub struct Devices {
        head: *mut HidInfo,
    }
    pub struct Iter<'a> {
        at: *mut HidInfo,
        _d: PhantomData<&'a Devices>,
    }
    impl Devices {
        pub fn all() -> Devices {
            Devices {
                head: unsafe { hid_enumerate(0, 0) },
            }
        }
        pub fn iter(&self) -> Iter<'_> {
            Iter {
                at: self.head,
                _d: PhantomData,
            }
        }
    }
    impl<'a> Iterator for Iter<'a> {
        type Item = &'a CStr;
        fn next(&mut self) -> Option<&'a CStr> {
            let node = unsafe { self.at.as_ref() }?;
            self.at = node.next;
            Some(unsafe { CStr::from_ptr(node.path) })
        }
    }
    impl Drop for Devices {
        fn drop(&mut self) {
            unsafe { hid_free_enumeration(self.head) }
        }
    }
}

// expect: mismatched_dealloc -- av_malloc's block goes to the C library's free
pub mod av_buffer {
    use super::*;
    extern "C" {
        fn av_malloc(n: usize) -> *mut c_void;
        fn free(p: *mut c_void);
        fn memcpy(d: *mut c_void, s: *const c_void, n: usize) -> *mut c_void;
    }
    pub struct Padded {
        data: *mut u8,
        len: usize,
    }
    impl Padded {
        pub fn copy_of(bytes: &[u8]) -> Option<Padded> {
            unsafe {
                let data = av_malloc(bytes.len() + 64) as *mut u8;
                if data.is_null() {
                    return None;
                }
                memcpy(data.cast(), bytes.as_ptr().cast(), bytes.len());
                ptr::write_bytes(data.add(bytes.len()), 0, 64);
                Some(Padded {
                    data,
                    len: bytes.len(),
                })
            }
        }
        pub fn bytes(&self) -> &[u8] {
            unsafe { std::slice::from_raw_parts(self.data, self.len) }
        }
    }
    impl Drop for Padded {
        fn drop(&mut self) {
            unsafe { free(self.data.cast()) }
        }
    }
}

// expect: clean -- av_free for av_malloc, av_frame_free through a pointer to the pointer
pub mod av_frame {
    use super::*;
    pub enum AVFrame {}
    extern "C" {
        fn av_frame_alloc() -> *mut AVFrame;
        fn av_frame_free(f: *mut *mut AVFrame);
        fn av_frame_ref(dst: *mut AVFrame, src: *const AVFrame) -> c_int;
        fn av_malloc(n: usize) -> *mut c_void;
        fn av_free(p: *mut c_void);
    }
    pub struct Frame {
        raw: *mut AVFrame,
        side: *mut u8,
    }
    impl Frame {
        pub fn new(side: usize) -> Option<Frame> {
            unsafe {
                let mut raw = av_frame_alloc();
                if raw.is_null() {
                    return None;
                }
                let side = av_malloc(side) as *mut u8;
                if side.is_null() {
                    av_frame_free(&mut raw);
                    return None;
                }
                Some(Frame { raw, side })
            }
        }
        pub fn share(&self) -> Result<Frame, c_int> {
            let copy = Frame::new(16).ok_or(-12)?;
            match unsafe { av_frame_ref(copy.raw, self.raw) } {
                e if e < 0 => Err(e),
                _ => Ok(copy),
            }
        }
    }
    impl Drop for Frame {
        fn drop(&mut self) {
            unsafe {
                av_frame_free(&mut self.raw);
                av_free(self.side as *mut c_void);
            }
        }
    }
}

// expect: leaked_alloc -- the opened input is lost when the stream information is missing
pub mod av_open {
    use super::*;
    pub enum AVFormatContext {}
    extern "C" {
        fn avformat_open_input(
            out: *mut *mut AVFormatContext,
            url: *const c_char,
            f: *const c_void,
            o: *mut *mut c_void,
        ) -> c_int;
        fn avformat_find_stream_info(c: *mut AVFormatContext, o: *mut *mut c_void) -> c_int;
        fn avformat_close_input(c: *mut *mut AVFormatContext);
    }
    pub struct Input {
        ctx: *mut AVFormatContext,
    }
    impl Drop for Input {
        fn drop(&mut self) {
            unsafe { avformat_close_input(&mut self.ctx) }
        }
    }
    pub fn open<P: AsRef<CStr>>(path: P) -> Result<Input, c_int> {
        let mut ctx = ptr::null_mut();
        unsafe {
            match avformat_open_input(
                &mut ctx,
                path.as_ref().as_ptr(),
                ptr::null(),
                ptr::null_mut(),
            ) {
                0 => match avformat_find_stream_info(ctx, ptr::null_mut()) {
                    r if r >= 0 => Ok(Input { ctx }),
                    e => Err(e),
                },
                e => Err(e),
            }
        }
    }
}

// expect: clean -- the same with the close in the inner error arm
pub mod av_open_ok {
    use super::*;
    pub enum AVFormatContext {}
    extern "C" {
        fn avformat_open_input(
            out: *mut *mut AVFormatContext,
            url: *const c_char,
            f: *const c_void,
            o: *mut *mut c_void,
        ) -> c_int;
        fn avformat_find_stream_info(c: *mut AVFormatContext, o: *mut *mut c_void) -> c_int;
        fn avformat_close_input(c: *mut *mut AVFormatContext);
    }
    pub struct Demuxer(*mut AVFormatContext);
    impl Drop for Demuxer {
        fn drop(&mut self) {
            unsafe { avformat_close_input(&mut self.0) }
        }
    }
    pub fn open(path: &str) -> Result<Demuxer, c_int> {
        let path = CString::new(path).map_err(|_| -22)?;
        unsafe {
            let mut ps = ptr::null_mut();
            match avformat_open_input(&mut ps, path.as_ptr(), ptr::null(), ptr::null_mut()) {
                0 => match avformat_find_stream_info(ps, ptr::null_mut()) {
                    r if r >= 0 => Ok(Demuxer(ps)),
                    e => {
                        avformat_close_input(&mut ps);
                        Err(e)
                    }
                },
                e => Err(e),
            }
        }
    }
}

// expect: mismatched_dealloc -- WebP's output buffer becomes a boxed slice of Rust's
pub mod webp_encode {
    use super::*;
    extern "C" {
        fn WebPEncodeRGBA(
            rgba: *const u8,
            w: c_int,
            h: c_int,
            stride: c_int,
            q: f32,
            out: *mut *mut u8,
        ) -> usize;
    }
    pub struct Image<'a> {
        pub pixels: &'a [u8],
        pub width: u32,
        pub height: u32,
    }
    impl Image<'_> {
        pub fn encode(&self, quality: f32) -> Option<Box<[u8]>> {
            let mut out = ptr::null_mut();
            let size = unsafe {
                WebPEncodeRGBA(
                    self.pixels.as_ptr(),
                    self.width as c_int,
                    self.height as c_int,
                    self.width as c_int * 4,
                    quality,
                    &mut out,
                )
            };
            if size == 0 {
                return None;
            }
            Some(unsafe { Box::from_raw(ptr::slice_from_raw_parts_mut(out, size)) })
        }
    }
}

// expect: clean -- a deref type over WebP's memory that WebPFree releases
pub mod webp_memory {
    use super::*;
    extern "C" {
        fn WebPEncodeLosslessRGB(
            rgb: *const u8,
            w: c_int,
            h: c_int,
            stride: c_int,
            out: *mut *mut u8,
        ) -> usize;
        fn WebPFree(p: *mut c_void);
    }
    pub struct WebPMemory(*mut u8, usize);
    impl std::ops::Deref for WebPMemory {
        type Target = [u8];
        fn deref(&self) -> &[u8] {
            unsafe { std::slice::from_raw_parts(self.0, self.1) }
        }
    }
    impl Drop for WebPMemory {
        fn drop(&mut self) {
            unsafe { WebPFree(self.0 as _) }
        }
    }
    pub fn lossless(rgb: &[u8], w: u32, h: u32) -> Option<WebPMemory> {
        assert!(rgb.len() >= (w * h * 3) as usize);
        unsafe {
            let mut out: *mut u8 = ptr::null_mut();
            match WebPEncodeLosslessRGB(
                rgb.as_ptr(),
                w as _,
                h as _,
                (w * 3) as _,
                &mut out as *mut _,
            ) {
                0 => None,
                n => Some(WebPMemory(out, n)),
            }
        }
    }
}
