//! The part of the `libc` crate that the fixtures use, so that the compiler can check them.

#![no_std]

pub use core::ffi::{c_char, c_double, c_int, c_long, c_uchar, c_uint, c_ulong, c_void};

pub type size_t = usize;
pub type ssize_t = isize;
pub type off_t = i64;
pub type pthread_t = c_ulong;
pub enum FILE {}
pub enum DIR {}
pub enum pthread_attr_t {}

pub const PROT_READ: c_int = 1;
pub const PROT_WRITE: c_int = 2;
pub const MAP_SHARED: c_int = 1;
pub const MAP_PRIVATE: c_int = 2;
pub const MAP_ANONYMOUS: c_int = 32;
pub const MAP_FAILED: *mut c_void = !0 as *mut c_void;
pub const AF_INET: c_int = 2;
pub const EAI_FAMILY: c_int = -6;

#[repr(C)]
pub struct dirent {
    pub d_name: [c_char; 256],
}

#[repr(C)]
pub struct stat {
    pub st_size: off_t,
}

#[repr(C)]
pub struct sockaddr {
    pub sa_family: u16,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct in_addr {
    pub s_addr: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct sockaddr_in {
    pub sin_family: u16,
    pub sin_port: u16,
    pub sin_addr: in_addr,
}

#[repr(C)]
pub struct ifaddrs {
    pub ifa_next: *mut ifaddrs,
    pub ifa_name: *mut c_char,
    pub ifa_flags: c_uint,
    pub ifa_addr: *mut sockaddr,
}

#[repr(C)]
pub struct addrinfo {
    pub ai_family: c_int,
    pub ai_addr: *mut sockaddr,
    pub ai_next: *mut addrinfo,
}

unsafe extern "C" {
    pub fn malloc(size: size_t) -> *mut c_void;
    pub fn calloc(count: size_t, size: size_t) -> *mut c_void;
    pub fn realloc(block: *mut c_void, size: size_t) -> *mut c_void;
    pub fn free(block: *mut c_void);
    pub fn strdup(text: *const c_char) -> *mut c_char;
    pub fn getenv(name: *const c_char) -> *mut c_char;
    pub fn strerror(code: c_int) -> *mut c_char;
    pub fn strlen(text: *const c_char) -> size_t;
    pub fn puts(text: *const c_char) -> c_int;
    pub fn fopen(path: *const c_char, mode: *const c_char) -> *mut FILE;
    pub fn fclose(file: *mut FILE) -> c_int;
    pub fn posix_memalign(out: *mut *mut c_void, align: size_t, size: size_t) -> c_int;
    pub fn fgetc(file: *mut FILE) -> c_int;
    pub fn fgets(text: *mut c_char, size: c_int, file: *mut FILE) -> *mut c_char;
    pub fn fread(to: *mut c_void, size: size_t, count: size_t, file: *mut FILE) -> size_t;
    pub fn popen(command: *const c_char, mode: *const c_char) -> *mut FILE;
    pub fn pclose(file: *mut FILE) -> c_int;
    pub fn strnlen(text: *const c_char, most: size_t) -> size_t;
    pub fn realpath(path: *const c_char, out: *mut c_char) -> *mut c_char;
    pub fn getcwd(to: *mut c_char, size: size_t) -> *mut c_char;
    pub fn opendir(path: *const c_char) -> *mut DIR;
    pub fn readdir(dir: *mut DIR) -> *mut dirent;
    pub fn closedir(dir: *mut DIR) -> c_int;
    pub fn mmap(
        at: *mut c_void,
        size: size_t,
        protection: c_int,
        flags: c_int,
        file: c_int,
        offset: off_t,
    ) -> *mut c_void;
    pub fn munmap(at: *mut c_void, size: size_t) -> c_int;
    pub fn mlock(at: *const c_void, size: size_t) -> c_int;
    pub fn munlock(at: *const c_void, size: size_t) -> c_int;
    pub fn fstat(file: c_int, out: *mut stat) -> c_int;
    pub fn getifaddrs(out: *mut *mut ifaddrs) -> c_int;
    pub fn freeifaddrs(list: *mut ifaddrs);
    pub fn getaddrinfo(
        node: *const c_char,
        service: *const c_char,
        hints: *const addrinfo,
        out: *mut *mut addrinfo,
    ) -> c_int;
    pub fn freeaddrinfo(list: *mut addrinfo);
    pub fn execvp(file: *const c_char, arguments: *const *const c_char) -> c_int;
    pub fn _exit(status: c_int) -> !;
    pub fn pthread_create(
        thread: *mut pthread_t,
        attributes: *const pthread_attr_t,
        start: extern "C" fn(*mut c_void) -> *mut c_void,
        data: *mut c_void,
    ) -> c_int;
    pub fn pthread_join(thread: pthread_t, out: *mut *mut c_void) -> c_int;
    pub fn pthread_detach(thread: pthread_t) -> c_int;
}
