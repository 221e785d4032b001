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

// expect: clean -- the head is kept beside the cursor
pub mod pcap_devices_head {
    use super::c;
    use std::ffi::CStr;
    use std::ptr;

    pub unsafe fn device_names() -> Result<Vec<String>, String> {
        let mut head: *mut c::pcap_if_t = ptr::null_mut();
        let mut errbuf = [0; 256];
        if c::pcap_findalldevs(&mut head, errbuf.as_mut_ptr()) != 0 {
            return Err(CStr::from_ptr(errbuf.as_ptr()).to_string_lossy().into_owned());
        }
        let mut out = vec![];
        let mut cur = head;
        while let Some(dev) = cur.as_ref() {
            out.push(CStr::from_ptr(dev.name).to_string_lossy().into_owned());
            cur = dev.next;
        }
        c::pcap_freealldevs(head);
        Ok(out)
    }
}

// expect: leaked_alloc -- the header list outlives the transfer
pub mod curl_headers_lost {
    use super::c;
    use std::ffi::CString;
    use std::ptr;

    const HTTPHEADER: i32 = 10023;
    const URL: i32 = 10002;

    pub fn get(url: &str, headers: &[(&str, &str)]) -> Result<(), i32> {
        let url = CString::new(url).map_err(|_| 3)?;
        unsafe {
            let easy = c::curl_easy_init();
            if easy.is_null() {
                return Err(2);
            }
            let mut list: *mut c::curl_slist = ptr::null_mut();
            for (k, v) in headers {
                if let Ok(line) = CString::new(format!("{k}: {v}")) {
                    let next = c::curl_slist_append(list, line.as_ptr());
                    if next.is_null() {
                        c::curl_slist_free_all(list);
                        c::curl_easy_cleanup(easy);
                        return Err(27);
                    }
                    list = next;
                }
            }
            c::curl_easy_setopt(easy, URL, url.as_ptr());
            c::curl_easy_setopt(easy, HTTPHEADER, list);
            let rc = c::curl_easy_perform(easy);
            c::curl_easy_cleanup(easy);
            if rc == 0 { Ok(()) } else { Err(rc) }
        }
    }
}

// expect: clean -- freed after the transfer
pub mod curl_headers_freed {
    use super::c;
    use std::ffi::CString;
    use std::ptr;

    const HTTPHEADER: i32 = 10023;
    const URL: i32 = 10002;

    pub fn get(url: &str, agent: &str) -> Result<(), i32> {
        let url = CString::new(url).map_err(|_| 3)?;
        let agent = CString::new(agent).map_err(|_| 3)?;
        unsafe {
            let easy = c::curl_easy_init();
            if easy.is_null() {
                return Err(2);
            }
            let list = c::curl_slist_append(ptr::null_mut(), agent.as_ptr());
            if list.is_null() {
                c::curl_easy_cleanup(easy);
                return Err(27);
            }
            c::curl_easy_setopt(easy, URL, url.as_ptr());
            c::curl_easy_setopt(easy, HTTPHEADER, list);
            let rc = c::curl_easy_perform(easy);
            c::curl_slist_free_all(list);
            c::curl_easy_cleanup(easy);
            if rc == 0 { Ok(()) } else { Err(rc) }
        }
    }
}

// expect: mismatched_dealloc -- curl's string belongs to curl_free
pub mod curl_escape_cstring {
    use super::c;
    use std::ffi::CString;

    pub fn escape(easy: *mut c::CURL, part: &str) -> Option<String> {
        let raw = unsafe { c::curl_easy_escape(easy, part.as_ptr().cast(), part.len() as i32) };
        let text = if raw.is_null() { None } else { Some(unsafe { CString::from_raw(raw) }) };
        text.and_then(|t| t.into_string().ok())
    }
}

// expect: leaked_raw -- setopt copies its strings
pub mod curl_setopt_into_raw {
    use super::c;
    use std::ffi::CString;

    pub struct Easy {
        raw: *mut c::CURL,
    }

    impl Easy {
        pub fn url(&mut self, url: &str) -> Result<(), String> {
            let url = CString::new(url).map_err(|e| e.to_string())?;
            match unsafe { c::curl_easy_setopt(self.raw, 10002, url.into_raw()) } {
                0 => Ok(()),
                rc => Err(format!("curl error {rc}")),
            }
        }
    }

    impl Drop for Easy {
        fn drop(&mut self) {
            unsafe { c::curl_easy_cleanup(self.raw) }
        }
    }
}

// expect: leaked_alloc -- an address family that is not known leaves without freeaddrinfo
pub mod addrinfo_family {
    use std::ffi::CStr;
    use std::net::Ipv4Addr;
    use std::ptr;

    pub unsafe fn first_v4(host: &CStr) -> Result<Ipv4Addr, i32> {
        let mut res: *mut libc::addrinfo = ptr::null_mut();
        let rc = libc::getaddrinfo(host.as_ptr(), ptr::null(), ptr::null(), &mut res);
        if rc != 0 {
            return Err(rc);
        }
        if (*res).ai_family != libc::AF_INET {
            return Err(libc::EAI_FAMILY);
        }
        let sin = *((*res).ai_addr as *const libc::sockaddr_in);
        libc::freeaddrinfo(res);
        Ok(Ipv4Addr::from(u32::from_be(sin.sin_addr.s_addr)))
    }
}

// expect: mismatched_dealloc -- getifaddrs goes with freeifaddrs
pub mod ifaddrs_free {
    use std::collections::BTreeSet;
    use std::ffi::CStr;
    use std::{io, ptr};

    pub fn interface_names() -> io::Result<BTreeSet<String>> {
        let mut names = BTreeSet::new();
        let mut addrs: *mut libc::ifaddrs = ptr::null_mut();
        unsafe {
            if libc::getifaddrs(&mut addrs) != 0 {
                return Err(io::Error::last_os_error());
            }
            let mut cur = addrs;
            while !cur.is_null() {
                names.insert(CStr::from_ptr((*cur).ifa_name).to_string_lossy().into_owned());
                cur = (*cur).ifa_next;
            }
            libc::free(addrs.cast());
        }
        Ok(names)
    }
}

// expect: clean -- an iterator that owns the list
pub mod ifaddrs_iterator {
    use std::ffi::CStr;
    use std::{io, ptr};

    pub struct Interfaces {
        base: *mut libc::ifaddrs,
        next: *mut libc::ifaddrs,
    }

    impl Interfaces {
        pub fn new() -> io::Result<Interfaces> {
            let mut base = ptr::null_mut();
            if unsafe { libc::getifaddrs(&mut base) } != 0 {
                return Err(io::Error::last_os_error());
            }
            Ok(Interfaces { base, next: base })
        }
    }

    impl Iterator for Interfaces {
        type Item = String;

        fn next(&mut self) -> Option<String> {
            let cur = unsafe { self.next.as_ref() }?;
            self.next = cur.ifa_next;
            Some(unsafe { CStr::from_ptr(cur.ifa_name) }.to_string_lossy().into_owned())
        }
    }

    impl Drop for Interfaces {
        fn drop(&mut self) {
            unsafe { libc::freeifaddrs(self.base) }
        }
    }
}

// expect: leaked_alloc -- the line buffer of getline must be freed even at the end of the file
pub mod getline_buffer {
    use super::c;
    use std::ffi::CStr;
    use std::ptr;

    pub unsafe fn mount_points(path: &CStr) -> Vec<String> {
        let mut out = vec![];
        let file = libc::fopen(path.as_ptr(), c"r".as_ptr());
        if file.is_null() {
            return out;
        }
        let mut line: *mut libc::c_char = ptr::null_mut();
        let mut cap = 0;
        while c::getline(&mut line, &mut cap, file) > 0 {
            if let Some(p) = CStr::from_ptr(line).to_string_lossy().split(' ').nth(1) {
                out.push(p.to_string());
            }
        }
        libc::fclose(file);
        out
    }
}

// expect: leaked_alloc -- `?` leaves the directory open
pub mod opendir_question_mark {
    use std::ffi::CStr;
    use std::io;

    fn to_utf8(name: &CStr) -> io::Result<String> {
        name.to_str().map(str::to_owned).map_err(|e| io::Error::new(io::ErrorKind::InvalidData, e))
    }

    pub fn entries(path: &CStr) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        unsafe {
            let dir = libc::opendir(path.as_ptr());
            if dir.is_null() {
                return Err(io::Error::last_os_error());
            }
            loop {
                let ent = libc::readdir(dir);
                if ent.is_null() {
                    break;
                }
                names.push(to_utf8(CStr::from_ptr((*ent).d_name.as_ptr()))?);
            }
            libc::closedir(dir);
        }
        Ok(names)
    }
}

// expect: clean -- realpath's text is freed once; readdir's entry is the stream's
pub mod realpath_and_readdir {
    use std::ffi::{CStr, CString};
    use std::{io, ptr};

    pub fn canonical(path: &str) -> io::Result<String> {
        let path = CString::new(path)?;
        unsafe {
            let real = libc::realpath(path.as_ptr(), ptr::null_mut());
            if real.is_null() {
                return Err(io::Error::last_os_error());
            }
            let text = CStr::from_ptr(real).to_string_lossy().into_owned();
            libc::free(real.cast());
            Ok(text)
        }
    }

    pub fn count(path: &str) -> io::Result<usize> {
        let path = CString::new(path)?;
        unsafe {
            let dir = libc::opendir(path.as_ptr());
            if dir.is_null() {
                return Err(io::Error::last_os_error());
            }
            let mut n = 0;
            while !libc::readdir(dir).is_null() {
                n += 1;
            }
            libc::closedir(dir);
            Ok(n)
        }
    }
}

// expect: mismatched_dealloc -- a stream of popen goes to pclose
pub mod popen_fclose {
    use std::ffi::CString;
    use std::io;

    pub fn run(cmd: &str) -> io::Result<Vec<u8>> {
        let cmd = CString::new(cmd)?;
        let mut out = Vec::new();
        unsafe {
            let pipe = libc::popen(cmd.as_ptr(), c"r".as_ptr());
            if pipe.is_null() {
                return Err(io::Error::last_os_error());
            }
            let mut buf = [0u8; 512];
            loop {
                let n = libc::fread(buf.as_mut_ptr().cast(), 1, buf.len(), pipe);
                if n == 0 {
                    break;
                }
                out.extend_from_slice(&buf[..n]);
            }
            libc::fclose(pipe);
        }
        Ok(out)
    }
}

// expect: use_after_free -- the entry is read after the stream was closed
pub mod readdir_after_close {
    use std::ffi::CStr;

    pub unsafe fn first_entry(path: &CStr) -> Option<String> {
        let dir = libc::opendir(path.as_ptr());
        if dir.is_null() {
            return None;
        }
        let mut n = 0;
        while n < 3 && !libc::readdir(dir).is_null() {
            n += 1;
        }
        libc::closedir(dir);
        let ent = libc::readdir(dir);
        if ent.is_null() {
            return None;
        }
        Some(CStr::from_ptr((*ent).d_name.as_ptr()).to_string_lossy().into_owned())
    }
}
