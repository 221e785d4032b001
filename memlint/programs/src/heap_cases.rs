//! What is done with memory of the wrong allocator, or in the wrong way, and how it is done right.

use std::alloc::{Layout, alloc, dealloc};
use std::ffi::{CStr, CString, c_char, c_void};
use std::hint::black_box;
use std::rc::Rc;

#[link(name = "side", kind = "static")]
unsafe extern "C" {
    fn side_alloc(size: usize) -> *mut c_void;
    fn side_text() -> *mut c_char;
    fn side_release(block: *mut c_void);
    fn side_resize(block: *mut c_void, size: usize) -> *mut c_void;
    fn side_plugin_text(path: *const c_char) -> *mut c_char;
    fn side_plugin_release(path: *const c_char, text: *mut c_char);
}

/// Runs the case that the arguments name.
pub(crate) fn run() {
    let args: Vec<String> = std::env::args().collect();
    let name = args.get(1).map_or("", String::as_str);
    let right = args.iter().any(|arg| arg == "ok");
    let case = CASES.iter().find(|(known, _)| *known == name);
    match case {
        Some((_, case)) => unsafe { case(right) },
        None => std::process::exit(64),
    }
    println!("done");
}

type Case = unsafe fn(right: bool);

const CASES: &[(&str, Case)] = &[
    ("box_to_free", box_to_free),
    ("cstring_to_free", cstring_to_free),
    ("vec_to_realloc", vec_to_realloc),
    ("plugin_text_to_free", plugin_text_to_free),
    ("malloc_to_box", malloc_to_box),
    (
        "malloc_to_box_on_a_short_stack",
        malloc_to_box_on_a_short_stack,
    ),
    ("malloc_to_vec", malloc_to_vec),
    ("strdup_to_cstring", strdup_to_cstring),
    ("malloc_to_growing_vec", malloc_to_growing_vec),
    ("other_size", other_size),
    ("other_align", other_align),
    ("other_capacity", other_capacity),
    ("slice_as_one", slice_as_one),
    ("other_layout", other_layout),
    ("twice", twice),
    ("second_owner", second_owner),
    ("old_vec", old_vec),
    ("offset", offset),
    ("rc_as_box", rc_as_box),
    ("stack", stack),
    ("literal", literal),
    ("dangling", dangling),
    ("no_bytes", no_bytes),
];

unsafe fn box_to_free(right: bool) {
    let block = Box::into_raw(Box::new([black_box(1u64); 8]));
    unsafe {
        match right {
            true => drop(Box::from_raw(block)),
            false => side_release(block.cast()),
        }
    }
}

unsafe fn cstring_to_free(right: bool) {
    let text = CString::new("hello").unwrap_or_default().into_raw();
    unsafe {
        match right {
            true => drop(CString::from_raw(text)),
            false => side_release(text.cast()),
        }
    }
}

unsafe fn vec_to_realloc(right: bool) {
    let mut bytes = vec![black_box(1u8); 40];
    unsafe {
        match right {
            true => bytes.resize(80, 0),
            false => {
                let grown = side_resize(bytes.as_mut_ptr().cast(), 80);
                std::mem::forget(bytes);
                side_release(grown);
            }
        }
    }
}

unsafe fn plugin_text_to_free(right: bool) {
    let path = std::env::args().nth(2).unwrap_or_default();
    let path = CString::new(path).unwrap_or_default();
    unsafe {
        let text = side_plugin_text(path.as_ptr());
        assert!(!text.is_null(), "the plugin is loaded");
        match right {
            true => side_plugin_release(path.as_ptr(), text),
            false => side_release(text.cast()),
        }
    }
}

unsafe fn malloc_to_box(right: bool) {
    unsafe {
        let block = side_alloc(8).cast::<u64>();
        block.write(3);
        match right {
            true => {
                drop(Box::new(*block));
                side_release(block.cast());
            }
            false => drop(Box::from_raw(block)),
        }
    }
}

/// Where looking through a backtrace would end the program before it is told.
unsafe fn malloc_to_box_on_a_short_stack(right: bool) {
    let thread = std::thread::Builder::new().stack_size(16 << 10);
    let thread = thread.spawn(move || unsafe { malloc_to_box(right) });
    let _ = thread.map(std::thread::JoinHandle::join);
}

unsafe fn malloc_to_vec(right: bool) {
    unsafe {
        let block = side_alloc(64).cast::<u8>();
        block.write_bytes(1, 64);
        match right {
            true => {
                drop(std::slice::from_raw_parts(block, 64).to_vec());
                side_release(block.cast());
            }
            false => drop(Vec::from_raw_parts(block, 64, 64)),
        }
    }
}

unsafe fn malloc_to_growing_vec(right: bool) {
    unsafe {
        let block = side_alloc(64).cast::<u8>();
        block.write_bytes(1, 64);
        let mut bytes = match right {
            true => std::slice::from_raw_parts(block, 64).to_vec(),
            false => Vec::from_raw_parts(block, 64, 64),
        };
        bytes.push(black_box(2));
        if right {
            side_release(block.cast());
        }
    }
}

unsafe fn strdup_to_cstring(right: bool) {
    unsafe {
        let text = side_text();
        match right {
            true => {
                drop(CStr::from_ptr(text).to_owned());
                side_release(text.cast());
            }
            false => drop(CString::from_raw(text)),
        }
    }
}

unsafe fn other_size(right: bool) {
    let block = Box::into_raw(Box::new([black_box(1u32); 4]));
    unsafe {
        match right {
            true => drop(Box::from_raw(block)),
            false => drop(Box::from_raw(block.cast::<[u32; 2]>())),
        }
    }
}

unsafe fn other_align(right: bool) {
    let block = Box::into_raw(Box::new(black_box(1u64)));
    unsafe {
        match right {
            true => drop(Box::from_raw(block)),
            false => drop(Box::from_raw(block.cast::<[u8; 8]>())),
        }
    }
}

unsafe fn other_capacity(right: bool) {
    let mut bytes = std::mem::ManuallyDrop::new(Vec::with_capacity(black_box(32)));
    bytes.push(1u8);
    let capacity = if right { bytes.capacity() } else { bytes.len() };
    drop(unsafe { Vec::from_raw_parts(bytes.as_mut_ptr(), bytes.len(), capacity) });
}

unsafe fn slice_as_one(right: bool) {
    let slice = Box::into_raw(vec![black_box(1u16); 5].into_boxed_slice());
    unsafe {
        match right {
            true => drop(Box::from_raw(slice)),
            false => drop(Box::from_raw(slice.cast::<u16>())),
        }
    }
}

unsafe fn other_layout(right: bool) {
    let layout = Layout::new::<[u64; 4]>();
    let other = Layout::new::<[u64; 3]>();
    unsafe {
        let block = alloc(layout);
        dealloc(black_box(block), if right { layout } else { other });
    }
}

unsafe fn twice(right: bool) {
    let block = Box::into_raw(Box::new([black_box(1u8); 24]));
    unsafe {
        drop(Box::from_raw(block));
        if !right {
            drop(Box::from_raw(block));
        }
    }
}

unsafe fn second_owner(right: bool) {
    let mut first = Box::new([black_box(1u64); 4]);
    let second = match right {
        true => first.clone(),
        false => unsafe { Box::from_raw(&raw mut *first) },
    };
    drop(second);
    drop(first);
}

unsafe fn old_vec(right: bool) {
    let mut numbers = vec![black_box(1u32); 8];
    let second = match right {
        true => numbers.clone(),
        false => unsafe { Vec::from_raw_parts(numbers.as_mut_ptr(), 8, numbers.capacity()) },
    };
    drop(second);
}

unsafe fn offset(right: bool) {
    let block = Box::into_raw(Box::new([black_box(1u64); 8])).cast::<u64>();
    let moved = if right { block } else { block.wrapping_add(2) };
    drop(unsafe { Box::from_raw(moved.cast::<[u64; 8]>()) });
}

unsafe fn rc_as_box(right: bool) {
    let shared = Rc::into_raw(Rc::new(black_box(5u64)));
    unsafe {
        match right {
            true => drop(Rc::from_raw(shared)),
            false => drop(Box::from_raw(shared.cast_mut())),
        }
    }
}

unsafe fn stack(right: bool) {
    let mut local = [black_box(1u64); 8];
    let boxed = match right {
        true => Box::new(local),
        false => unsafe { Box::from_raw(&raw mut local) },
    };
    drop(boxed);
}

unsafe fn literal(right: bool) {
    let text = c"a literal of the program";
    let owned = match right {
        true => text.to_owned(),
        false => unsafe { CString::from_raw(text.as_ptr().cast_mut()) },
    };
    // The owner writes a nul byte before it releases, which ends the program earlier.
    drop(owned.into_bytes());
}

unsafe fn dangling(right: bool) {
    let layout = Layout::new::<u64>();
    let block = std::ptr::dangling_mut::<u64>().cast::<u8>();
    if !right {
        unsafe { dealloc(black_box(block), layout) };
    }
}

unsafe fn no_bytes(right: bool) {
    let size = black_box(if right { 8 } else { 0 });
    if let Ok(layout) = Layout::from_size_align(size, 8) {
        unsafe { dealloc(alloc(layout), layout) };
    }
}
