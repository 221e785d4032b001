//! Results of well-known C functions, whose declarations in `libc` are not in view.

use crate::name::Name;
use crate::resolve::{IntTy, Lang, Program, Ty};

/// What a function of `libc` returns, if it matters here.
pub(super) fn external_ret(p: &Program, path: Name) -> Option<Ty> {
    let name = path.as_str().strip_prefix("libc::")?;
    let pointer = |ty: Ty| Some(Ty::pointer(true, ty));
    match name {
        "malloc" | "calloc" | "realloc" | "reallocarray" | "memalign" | "aligned_alloc"
        | "valloc" | "pvalloc" | "mmap" | "mmap64" | "mremap" | "memcpy" | "memmove" | "memset"
        | "memchr" | "dlopen" | "dlsym" | "shmat" | "tsearch" => {
            pointer(Ty::adt(p.lang(Lang::CVoid)?, Vec::new()))
        }
        "strdup" | "strndup" | "getenv" | "realpath" | "getcwd" | "strcpy" | "strncpy"
        | "strcat" | "strchr" | "strrchr" | "strstr" | "strerror" | "dlerror" | "fgets"
        | "ttyname" | "getlogin" | "basename" | "dirname" | "setlocale" | "ctermid" | "ptsname" => {
            pointer(Ty::Int(IntTy::I8))
        }
        "fopen" | "fopen64" | "fdopen" | "freopen" | "popen" | "tmpfile" | "open_memstream"
        | "fmemopen" => pointer(Ty::External(Name::new("libc::FILE"))),
        "opendir" | "fdopendir" => pointer(Ty::External(Name::new("libc::DIR"))),
        "readdir" => pointer(Ty::External(Name::new("libc::dirent"))),
        "strlen" | "strnlen" | "malloc_usable_size" | "fread" | "fwrite" | "strftime" => {
            Some(Ty::Int(IntTy::Usize))
        }
        "read" | "write" | "getline" | "getdelim" | "recv" | "send" => Some(Ty::Int(IntTy::Isize)),
        "posix_memalign" | "fclose" | "closedir" | "munmap" | "strcmp" | "strncmp" | "memcmp"
        | "getaddrinfo" | "getifaddrs" | "asprintf" | "open" | "close" | "printf" | "puts"
        | "regcomp" | "glob" | "scandir" => Some(Ty::Int(IntTy::I32)),
        _ => None,
    }
}
