//! `std::os`: the C type names once more, and traits of the platforms.

pub mod raw {
    pub use crate::ffi::{c_char, c_double, c_float, c_int, c_long, c_longlong, c_schar, c_short};
    pub use crate::ffi::{c_uchar, c_uint, c_ulong, c_ulonglong, c_ushort, c_void};
}
pub mod fd {
    pub type RawFd = i32;
    pub trait AsRawFd {
        fn as_raw_fd(&self) -> RawFd;
    }
    pub trait IntoRawFd {
        fn into_raw_fd(self) -> RawFd;
    }
    pub trait FromRawFd {
        unsafe fn from_raw_fd(fd: RawFd) -> Self;
    }
}
pub mod unix {
    pub mod ffi {
        pub trait OsStrExt {}
        pub trait OsStringExt {}
    }
    pub mod io {
        pub use crate::os::fd::{AsRawFd, FromRawFd, IntoRawFd, RawFd};
    }
}
pub mod windows {
    pub mod ffi {
        pub trait OsStrExt {}
        pub trait OsStringExt {}
    }
}
