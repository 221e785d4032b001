//! Bindings of device and network libraries: libusb, udev, libpcap, curl, the resolver, libc's own.
#![allow(non_camel_case_types, non_snake_case)]

pub mod c {
    use libc::{c_char, c_int, c_long, c_void, size_t, ssize_t};
    pub enum libusb_context {}
    pub enum libusb_device {}
    pub enum libusb_device_handle {}
    pub enum udev {}
    pub enum udev_device {}
    pub enum udev_enumerate {}
    pub enum udev_list_entry {}
    pub enum pcap_t {}
    #[repr(C)]
    pub struct pcap_if_t {
        pub next: *mut pcap_if_t,
        pub name: *mut c_char,
    }
    #[repr(C)]
    pub struct bpf_program {
        pub bf_len: u32,
        pub bf_insns: *mut c_void,
    }
    pub enum CURL {}
    #[repr(C)]
    pub struct curl_slist {
        pub data: *mut c_char,
        pub next: *mut curl_slist,
    }
    #[repr(C)]
    pub struct libusb_transfer {
        pub handle: *mut libusb_device_handle,
        pub status: c_int,
        pub actual_length: c_int,
        pub user_data: *mut c_void,
        pub buffer: *mut u8,
    }
    extern "C" {
        pub fn libusb_init(c: *mut *mut libusb_context) -> c_int;
        pub fn libusb_exit(c: *mut libusb_context);
        pub fn libusb_get_device_list(c: *mut libusb_context, l: *mut *mut *mut libusb_device) -> ssize_t;
        pub fn libusb_free_device_list(l: *mut *mut libusb_device, unref: c_int);
        pub fn libusb_open(d: *mut libusb_device, h: *mut *mut libusb_device_handle) -> c_int;
        pub fn libusb_close(h: *mut libusb_device_handle);
        pub fn libusb_claim_interface(h: *mut libusb_device_handle, n: c_int) -> c_int;
        pub fn libusb_ref_device(d: *mut libusb_device) -> *mut libusb_device;
        pub fn libusb_unref_device(d: *mut libusb_device);
        pub fn libusb_alloc_transfer(iso: c_int) -> *mut libusb_transfer;
        pub fn libusb_free_transfer(t: *mut libusb_transfer);
        pub fn libusb_submit_transfer(t: *mut libusb_transfer) -> c_int;
        pub fn udev_new() -> *mut udev;
        pub fn udev_unref(u: *mut udev) -> *mut udev;
        pub fn udev_enumerate_new(u: *mut udev) -> *mut udev_enumerate;
        pub fn udev_enumerate_unref(e: *mut udev_enumerate) -> *mut udev_enumerate;
        pub fn udev_enumerate_scan_devices(e: *mut udev_enumerate) -> c_int;
        pub fn udev_enumerate_get_list_entry(e: *mut udev_enumerate) -> *mut udev_list_entry;
        pub fn udev_list_entry_get_next(l: *mut udev_list_entry) -> *mut udev_list_entry;
        pub fn udev_list_entry_get_name(l: *mut udev_list_entry) -> *const c_char;
        pub fn udev_device_new_from_syspath(u: *mut udev, p: *const c_char) -> *mut udev_device;
        pub fn udev_device_unref(d: *mut udev_device) -> *mut udev_device;
        pub fn udev_device_get_devnode(d: *mut udev_device) -> *const c_char;
        pub fn pcap_open_live(d: *const c_char, n: c_int, p: c_int, t: c_int, e: *mut c_char) -> *mut pcap_t;
        pub fn pcap_close(p: *mut pcap_t);
        pub fn pcap_compile(p: *mut pcap_t, f: *mut bpf_program, s: *const c_char, o: c_int, m: u32) -> c_int;
        pub fn pcap_setfilter(p: *mut pcap_t, f: *mut bpf_program) -> c_int;
        pub fn pcap_freecode(f: *mut bpf_program);
        pub fn pcap_findalldevs(l: *mut *mut pcap_if_t, e: *mut c_char) -> c_int;
        pub fn pcap_freealldevs(l: *mut pcap_if_t);
        pub fn pcap_geterr(p: *mut pcap_t) -> *mut c_char;
        pub fn curl_easy_init() -> *mut CURL;
        pub fn curl_easy_cleanup(c: *mut CURL);
        pub fn curl_easy_setopt(c: *mut CURL, o: c_int, ...) -> c_int;
        pub fn curl_easy_perform(c: *mut CURL) -> c_int;
        pub fn curl_easy_escape(c: *mut CURL, s: *const c_char, n: c_int) -> *mut c_char;
        pub fn curl_free(p: *mut c_void);
        pub fn curl_slist_append(l: *mut curl_slist, s: *const c_char) -> *mut curl_slist;
        pub fn curl_slist_free_all(l: *mut curl_slist);
        pub fn getline(l: *mut *mut c_char, n: *mut size_t, f: *mut libc::FILE) -> ssize_t;
        pub fn vendor_poll(ms: c_long) -> c_int;
    }
}

// expect: leaked_alloc -- open fails for one device and the list is forgotten
pub mod usb_list_lost {
    use super::c;
    use std::ptr;

    pub struct Handle(*mut c::libusb_device_handle);

    pub unsafe fn open_first(ctx: *mut c::libusb_context) -> Result<Handle, i32> {
        let mut list = ptr::null_mut();
        let n = c::libusb_get_device_list(ctx, &mut list);
        if n < 0 {
            return Err(n as i32);
        }
        for i in 0..n {
            let mut handle = ptr::null_mut();
            let rc = c::libusb_open(*list.offset(i), &mut handle);
            if rc == 0 {
                return Ok(Handle(handle));
            }
        }
        c::libusb_free_device_list(list, 1);
        Err(-4)
    }

    impl Drop for Handle {
        fn drop(&mut self) {
            unsafe { c::libusb_close(self.0) }
        }
    }
}

// expect: clean -- the found handle is carried out of the loop
pub mod usb_list_freed {
    use super::c;
    use std::ptr;

    pub struct Handle(*mut c::libusb_device_handle);

    pub unsafe fn open_first(ctx: *mut c::libusb_context) -> Result<Handle, i32> {
        let mut list = ptr::null_mut();
        let n = c::libusb_get_device_list(ctx, &mut list);
        if n < 0 {
            return Err(n as i32);
        }
        let mut found = None;
        for i in 0..n {
            let mut handle = ptr::null_mut();
            if c::libusb_open(*list.offset(i), &mut handle) == 0 {
                found = Some(Handle(handle));
                break;
            }
        }
        c::libusb_free_device_list(list, 1);
        found.ok_or(-4)
    }

    impl Drop for Handle {
        fn drop(&mut self) {
            unsafe { c::libusb_close(self.0) }
        }
    }
}

// expect: leaked_alloc -- claiming fails, the handle stays open
pub mod usb_claim_fails {
    use super::c;
    use std::ptr;

    pub struct Interface {
        handle: *mut c::libusb_device_handle,
        number: i32,
    }

    impl Interface {
        pub unsafe fn claim(dev: *mut c::libusb_device, number: i32) -> Result<Self, i32> {
            let mut handle = ptr::null_mut();
            check(c::libusb_open(dev, &mut handle))?;
            check(c::libusb_claim_interface(handle, number))?;
            Ok(Self { handle, number })
        }
    }

    fn check(rc: i32) -> Result<(), i32> {
        if rc == 0 {
            Ok(())
        } else {
            Err(rc)
        }
    }

    impl Drop for Interface {
        fn drop(&mut self) {
            unsafe { c::libusb_close(self.handle) }
        }
    }
}

// expect: clean -- Clone refs, Drop unrefs
pub mod usb_device_counted {
    use super::c;

    pub struct Device {
        raw: *mut c::libusb_device,
    }

    impl Device {
        pub unsafe fn from_list_entry(raw: *mut c::libusb_device) -> Device {
            Device { raw: c::libusb_ref_device(raw) }
        }
    }

    impl Clone for Device {
        fn clone(&self) -> Device {
            unsafe { Device { raw: c::libusb_ref_device(self.raw) } }
        }
    }

    impl Drop for Device {
        fn drop(&mut self) {
            unsafe { c::libusb_unref_device(self.raw) }
        }
    }
}

// expect: leaked_raw -- the transfer's state is lost when submission fails
pub mod usb_transfer_state {
    use super::c;
    use std::sync::mpsc::Sender;

    pub struct Pending {
        tx: Sender<Vec<u8>>,
        buf: Vec<u8>,
    }

    pub unsafe fn submit(handle: *mut c::libusb_device_handle, tx: Sender<Vec<u8>>, len: usize) -> Result<(), i32> {
        let transfer = c::libusb_alloc_transfer(0);
        if transfer.is_null() {
            return Err(-11);
        }
        let state = Box::into_raw(Box::new(Pending { tx, buf: vec![0; len] }));
        (*transfer).handle = handle;
        (*transfer).buffer = (*state).buf.as_mut_ptr();
        (*transfer).user_data = state.cast();
        let rc = c::libusb_submit_transfer(transfer);
        if rc != 0 {
            c::libusb_free_transfer(transfer);
            return Err(rc);
        }
        Ok(())
    }

    pub unsafe extern "C" fn completed(transfer: *mut c::libusb_transfer) {
        let state = Box::from_raw((*transfer).user_data as *mut Pending);
        let Pending { tx, mut buf } = *state;
        buf.truncate((*transfer).actual_length as usize);
        let _ = tx.send(buf);
        c::libusb_free_transfer(transfer);
    }
}

// expect: clean -- the twin reclaims the state when submission fails
pub mod usb_transfer_state_reclaimed {
    use super::c;
    use std::sync::mpsc::Sender;

    pub struct Pending {
        tx: Sender<Vec<u8>>,
        buf: Vec<u8>,
    }

    pub unsafe fn submit(handle: *mut c::libusb_device_handle, tx: Sender<Vec<u8>>, len: usize) -> Result<(), i32> {
        let transfer = c::libusb_alloc_transfer(0);
        if transfer.is_null() {
            return Err(-11);
        }
        let state = Box::into_raw(Box::new(Pending { tx, buf: vec![0; len] }));
        (*transfer).handle = handle;
        (*transfer).buffer = (*state).buf.as_mut_ptr();
        (*transfer).user_data = state.cast();
        let rc = c::libusb_submit_transfer(transfer);
        if rc != 0 {
            drop(Box::from_raw(state));
            c::libusb_free_transfer(transfer);
            return Err(rc);
        }
        Ok(())
    }

    pub unsafe extern "C" fn completed(transfer: *mut c::libusb_transfer) {
        let state = Box::from_raw((*transfer).user_data as *mut Pending);
        let Pending { tx, mut buf } = *state;
        buf.truncate((*transfer).actual_length as usize);
        let _ = tx.send(buf);
        c::libusb_free_transfer(transfer);
    }
}

// expect: leaked_alloc -- a device without a node is skipped without unref
pub mod udev_continue {
    use super::c;
    use std::ffi::CStr;

    pub unsafe fn nodes(udev: *mut c::udev, en: *mut c::udev_enumerate) -> Vec<String> {
        let mut out = vec![];
        c::udev_enumerate_scan_devices(en);
        let mut entry = c::udev_enumerate_get_list_entry(en);
        while !entry.is_null() {
            let path = c::udev_list_entry_get_name(entry);
            entry = c::udev_list_entry_get_next(entry);
            let dev = c::udev_device_new_from_syspath(udev, path);
            if dev.is_null() {
                continue;
            }
            let node = c::udev_device_get_devnode(dev);
            if node.is_null() {
                continue;
            }
            out.push(CStr::from_ptr(node).to_string_lossy().into_owned());
            c::udev_device_unref(dev);
        }
        out
    }
}

// expect: clean -- let-else inside the loop, each device let go
pub mod udev_let_else {
    use super::c;
    use std::ffi::CStr;
    use std::ptr::NonNull;

    unsafe fn node(dev: NonNull<c::udev_device>) -> Option<String> {
        let node = c::udev_device_get_devnode(dev.as_ptr());
        if node.is_null() {
            return None;
        }
        Some(CStr::from_ptr(node).to_string_lossy().into_owned())
    }

    pub unsafe fn nodes() -> Vec<String> {
        let Some(udev) = NonNull::new(c::udev_new()) else { return Vec::new() };
        let Some(en) = NonNull::new(c::udev_enumerate_new(udev.as_ptr())) else {
            c::udev_unref(udev.as_ptr());
            return Vec::new();
        };
        let mut out = vec![];
        c::udev_enumerate_scan_devices(en.as_ptr());
        let mut entry = c::udev_enumerate_get_list_entry(en.as_ptr());
        while !entry.is_null() {
            let path = c::udev_list_entry_get_name(entry);
            entry = c::udev_list_entry_get_next(entry);
            let Some(dev) = NonNull::new(c::udev_device_new_from_syspath(udev.as_ptr(), path)) else { continue };
            out.extend(node(dev));
            c::udev_device_unref(dev.as_ptr());
        }
        c::udev_enumerate_unref(en.as_ptr());
        c::udev_unref(udev.as_ptr());
        out
    }
}

// expect: leaked_alloc -- no enumerator, and the context is lost
pub mod udev_context_lost {
    use super::c;
    use std::ptr::NonNull;

    pub struct Monitor {
        udev: NonNull<c::udev>,
        en: NonNull<c::udev_enumerate>,
    }

    impl Monitor {
        pub fn new() -> Option<Monitor> {
            unsafe {
                let udev = NonNull::new(c::udev_new())?;
                let en = NonNull::new(c::udev_enumerate_new(udev.as_ptr()))?;
                Some(Monitor { udev, en })
            }
        }
    }

    impl Drop for Monitor {
        fn drop(&mut self) {
            unsafe {
                c::udev_enumerate_unref(self.en.as_ptr());
                c::udev_unref(self.udev.as_ptr());
            }
        }
    }
}

// expect: use_after_free -- the error text lives in the handle that was closed
pub mod pcap_error_after_close {
    use super::c;
    use std::ffi::{CStr, CString};

    pub fn open_filtered(device: &str, filter: &str) -> Result<*mut c::pcap_t, String> {
        let device = CString::new(device).map_err(|e| e.to_string())?;
        let filter = CString::new(filter).map_err(|e| e.to_string())?;
        let mut errbuf = [0; 256];
        unsafe {
            let handle = c::pcap_open_live(device.as_ptr(), 65535, 1, 1000, errbuf.as_mut_ptr());
            if handle.is_null() {
                return Err(CStr::from_ptr(errbuf.as_ptr()).to_string_lossy().into_owned());
            }
            let mut prog = c::bpf_program { bf_len: 0, bf_insns: std::ptr::null_mut() };
            if c::pcap_compile(handle, &mut prog, filter.as_ptr(), 1, 0) != 0 {
                c::pcap_close(handle);
                let text = CStr::from_ptr(c::pcap_geterr(handle)).to_string_lossy().into_owned();
                return Err(text);
            }
            c::pcap_setfilter(handle, &mut prog);
            c::pcap_freecode(&mut prog);
            Ok(handle)
        }
    }
}

// expect: clean -- text first, then close
pub mod pcap_error_before_close {
    use super::c;
    use std::ffi::{CStr, CString};

    pub struct Capture(*mut c::pcap_t);

    impl Capture {
        pub fn open(device: &str, filter: &str) -> Result<Capture, String> {
            let device = CString::new(device).map_err(|e| e.to_string())?;
            let filter = CString::new(filter).map_err(|e| e.to_string())?;
            let mut errbuf = [0; 256];
            unsafe {
                let handle = c::pcap_open_live(device.as_ptr(), 65535, 1, 1000, errbuf.as_mut_ptr());
                if handle.is_null() {
                    return Err(CStr::from_ptr(errbuf.as_ptr()).to_string_lossy().into_owned());
                }
                let cap = Capture(handle);
                let mut prog = c::bpf_program { bf_len: 0, bf_insns: std::ptr::null_mut() };
                if c::pcap_compile(handle, &mut prog, filter.as_ptr(), 1, 0) != 0 {
                    return Err(cap.error());
                }
                let rc = c::pcap_setfilter(handle, &mut prog);
                c::pcap_freecode(&mut prog);
                if rc != 0 {
                    return Err(cap.error());
                }
                Ok(cap)
            }
        }

        fn error(&self) -> String {
            unsafe { CStr::from_ptr(c::pcap_geterr(self.0)).to_string_lossy().into_owned() }
        }
    }

    impl Drop for Capture {
        fn drop(&mut self) {
            unsafe { c::pcap_close(self.0) }
        }
    }
}

// expect: free_offset -- the cursor, which has moved, is given back
pub mod pcap_devices_cursor {
    use super::c;
    use std::ffi::CStr;
    use std::ptr;

    pub unsafe fn device_names() -> Vec<String> {
        let mut dev: *mut c::pcap_if_t = ptr::null_mut();
        let mut errbuf = [0; 256];
        let mut out = vec![];
        if c::pcap_findalldevs(&mut dev, errbuf.as_mut_ptr()) != 0 || dev.is_null() {
            return out;
        }
        out.push(CStr::from_ptr((*dev).name).to_string_lossy().into_owned());
        let rest = dev.add(1);
        c::pcap_freealldevs(rest);
        out
    }
}
