//! What comes with the program: the tables and the stubs of the standard library, as text.

use super::Families;
use std::sync::OnceLock;

/// The stubs: the module in crate `std` (empty for its root) and the text.
pub const STUBS: &[(&str, &str)] = &[
    ("alloc", include_str!("../../stubs/alloc.rs")),
    ("any", include_str!("../../stubs/any.rs")),
    ("array", include_str!("../../stubs/array.rs")),
    ("borrow", include_str!("../../stubs/borrow.rs")),
    ("boxed", include_str!("../../stubs/boxed.rs")),
    ("cell", include_str!("../../stubs/cell.rs")),
    ("clone", include_str!("../../stubs/clone.rs")),
    ("cmp", include_str!("../../stubs/cmp.rs")),
    ("collections", include_str!("../../stubs/collections.rs")),
    ("convert", include_str!("../../stubs/convert.rs")),
    ("default", include_str!("../../stubs/default.rs")),
    ("env", include_str!("../../stubs/env.rs")),
    ("error", include_str!("../../stubs/error.rs")),
    ("ffi", include_str!("../../stubs/ffi.rs")),
    ("fmt", include_str!("../../stubs/fmt.rs")),
    ("fs", include_str!("../../stubs/fs.rs")),
    ("hash", include_str!("../../stubs/hash.rs")),
    ("hint", include_str!("../../stubs/hint.rs")),
    ("io", include_str!("../../stubs/io.rs")),
    ("iter", include_str!("../../stubs/iter.rs")),
    ("", include_str!("../../stubs/lib.rs")),
    ("marker", include_str!("../../stubs/marker.rs")),
    ("mem", include_str!("../../stubs/mem.rs")),
    ("num", include_str!("../../stubs/num.rs")),
    ("ops", include_str!("../../stubs/ops.rs")),
    ("option", include_str!("../../stubs/option.rs")),
    ("os", include_str!("../../stubs/os.rs")),
    ("panic", include_str!("../../stubs/panic.rs")),
    ("path", include_str!("../../stubs/path.rs")),
    ("pin", include_str!("../../stubs/pin.rs")),
    ("process", include_str!("../../stubs/process.rs")),
    ("ptr", include_str!("../../stubs/ptr.rs")),
    ("rc", include_str!("../../stubs/rc.rs")),
    ("result", include_str!("../../stubs/result.rs")),
    ("rt", include_str!("../../stubs/rt.rs")),
    ("slice", include_str!("../../stubs/slice.rs")),
    ("str", include_str!("../../stubs/str.rs")),
    ("string", include_str!("../../stubs/string.rs")),
    ("sync", include_str!("../../stubs/sync.rs")),
    ("thread", include_str!("../../stubs/thread.rs")),
    ("time", include_str!("../../stubs/time.rs")),
    ("vec", include_str!("../../stubs/vec.rs")),
];

pub(super) const TABLES: &[(&str, &str)] = &[
    ("rust.toml", include_str!("../../families/rust.toml")),
    ("c_heap.toml", include_str!("../../families/c_heap.toml")),
    ("stdio.toml", include_str!("../../families/stdio.toml")),
    ("posix.toml", include_str!("../../families/posix.toml")),
    ("windows.toml", include_str!("../../families/windows.toml")),
    (
        "allocators.toml",
        include_str!("../../families/allocators.toml"),
    ),
    ("apple.toml", include_str!("../../families/apple.toml")),
    ("audio.toml", include_str!("../../families/audio.toml")),
    ("cairo.toml", include_str!("../../families/cairo.toml")),
    (
        "compression.toml",
        include_str!("../../families/compression.toml"),
    ),
    ("curl.toml", include_str!("../../families/curl.toml")),
    ("cxx.toml", include_str!("../../families/cxx.toml")),
    (
        "databases.toml",
        include_str!("../../families/databases.toml"),
    ),
    ("dbus.toml", include_str!("../../families/dbus.toml")),
    ("gdal.toml", include_str!("../../families/gdal.toml")),
    ("ffmpeg.toml", include_str!("../../families/ffmpeg.toml")),
    ("glib.toml", include_str!("../../families/glib.toml")),
    (
        "graphics.toml",
        include_str!("../../families/graphics.toml"),
    ),
    (
        "libclang.toml",
        include_str!("../../families/libclang.toml"),
    ),
    ("libgit2.toml", include_str!("../../families/libgit2.toml")),
    ("libpcap.toml", include_str!("../../families/libpcap.toml")),
    ("libpq.toml", include_str!("../../families/libpq.toml")),
    ("libusb.toml", include_str!("../../families/libusb.toml")),
    ("libxml2.toml", include_str!("../../families/libxml2.toml")),
    ("llvm.toml", include_str!("../../families/llvm.toml")),
    ("lua.toml", include_str!("../../families/lua.toml")),
    ("network.toml", include_str!("../../families/network.toml")),
    ("openssl.toml", include_str!("../../families/openssl.toml")),
    ("sdl2.toml", include_str!("../../families/sdl2.toml")),
    ("sqlite.toml", include_str!("../../families/sqlite.toml")),
    ("ssh.toml", include_str!("../../families/ssh.toml")),
    ("systemd.toml", include_str!("../../families/systemd.toml")),
    ("text.toml", include_str!("../../families/text.toml")),
    ("x11.toml", include_str!("../../families/x11.toml")),
    ("lookers.toml", include_str!("../../families/lookers.toml")),
];

pub(super) fn families() -> &'static Families {
    static FAMILIES: OnceLock<Families> = OnceLock::new();
    FAMILIES.get_or_init(|| {
        let mut families = Families::default();
        for (file, text) in TABLES {
            // A test holds every table to this; a broken one would only be left out.
            let read = families.read(file, text);
            debug_assert!(read.is_ok(), "{read:?}");
        }
        families
    })
}
