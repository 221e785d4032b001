//! Flow variants of Juliet's CWE-401 and CWE-415 in Rust: branches and loops.

use std::ffi::c_void;
use std::ptr;

unsafe extern "C" {
    fn malloc(n: usize) -> *mut c_void;
    fn calloc(n: usize, size: usize) -> *mut c_void;
    fn free(p: *mut c_void);
    fn memset(p: *mut c_void, c: i32, n: usize) -> *mut c_void;
    fn rand() -> i32;
}

#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct Point {
    x: i32,
    y: i32,
}

static STATIC_TRUE: bool = true;

static STATIC_FIVE: i32 = 5;

const CONST_FIVE: i32 = 5;

fn returns_false() -> bool {
    false
}

fn coin() -> bool {
    unsafe { rand() % 2 == 1 }
}

// expect: double_free -- immutable static flag guards both releases (415 malloc_free_char 05)
pub unsafe fn v05_static_flag_bad() {
    let data = malloc(100);
    if data.is_null() {
        std::process::exit(-1);
    }
    if STATIC_TRUE {
        free(data);
    }
    if STATIC_TRUE {
        free(data);
    }
}

// expect: clean -- the flag picks exactly one release (415 malloc_free_char 05)
pub unsafe fn v05_static_flag_good() {
    let data = malloc(100);
    if data.is_null() {
        std::process::exit(-1);
    }
    if !STATIC_TRUE {
        free(data);
    }
    if STATIC_TRUE {
        free(data);
    }
}

// expect: double_free -- constant five (415 malloc_free_int 06)
pub unsafe fn v06_const_five_bad() {
    let data = Box::into_raw(Box::new([0i32; 16]));
    if CONST_FIVE == 5 {
        drop(Box::from_raw(data));
    }
    if STATIC_FIVE == 5 {
        drop(Box::from_raw(data));
    }
}

// expect: clean -- constant five, second sink dead (415 malloc_free_int 06)
pub unsafe fn v06_const_five_good() {
    let data = Box::into_raw(Box::new([0i32; 16]));
    if CONST_FIVE != 5 {
        println!("benign, fixed string");
    } else {
        drop(Box::from_raw(data));
    }
    if STATIC_FIVE != 5 {
        drop(Box::from_raw(data));
    }
}

// expect: clean -- release under a function that always says no is dead (415 malloc_free_long 08)
pub unsafe fn v08_returns_false_good() {
    let data = malloc(64);
    if returns_false() {
        free(data);
    }
    free(data);
}

// expect: double_free -- one arm releases and falls through (415 malloc_free_struct 12)
pub unsafe fn v12_coin_bad() {
    let data = Box::into_raw(Box::new(Point { x: 1, y: 2 }));
    if coin() {
        drop(Box::from_raw(data));
    } else {
        println!("{}", (*data).x);
    }
    drop(Box::from_raw(data));
}

// expect: clean -- one arm releases and leaves (415 malloc_free_struct 12)
pub unsafe fn v12_coin_good() {
    let data = Box::into_raw(Box::new(Point { x: 1, y: 2 }));
    if coin() {
        drop(Box::from_raw(data));
        return;
    }
    println!("{}", (*data).x);
    drop(Box::from_raw(data));
}

// expect: double_free -- while-true with break, release behind it (415 malloc_free_int64 16)
pub unsafe fn v16_while_bad() {
    let data = malloc(8 * 100);
    #[allow(while_true)]
    while true {
        free(data);
        break;
    }
    free(data);
}

// expect: double_free -- a counted loop releases each time round (415 malloc_free_char 17)
pub unsafe fn v17_for_bad() {
    let data = malloc(100);
    for _ in 0..2 {
        free(data);
    }
}

// expect: clean -- a loop that runs exactly once (415 malloc_free_char 17)
pub unsafe fn v17_for_good() {
    let mut data: *mut c_void = ptr::null_mut();
    for _ in 0..1 {
        data = malloc(100);
        memset(data, b'A' as i32, 100);
    }
    for _j in 0..1 {
        free(data);
    }
}

// expect: clean -- each round allocates and releases its own (401 malloc_realloc 17)
pub unsafe fn v17_rounds_good(rounds: usize) -> usize {
    let mut seen = 0;
    for i in 0..rounds {
        let data = calloc(1, 32) as *mut u8;
        if data.is_null() {
            continue;
        }
        *data = i as u8;
        seen += usize::from(*data != 0);
        free(data.cast());
    }
    seen
}

// expect: leaked_alloc -- continue before the release (401 char_malloc 17)
pub unsafe fn v17_rounds_bad(rounds: usize) -> usize {
    let mut seen = 0;
    for i in 0..rounds {
        let data = calloc(1, 32) as *mut u8;
        if data.is_null() {
            continue;
        }
        *data = i as u8;
        if *data == 7 {
            continue;
        }
        seen += 1;
        free(data.cast());
    }
    seen
}

// expect: leaked_alloc -- one match arm forgets the release (401 int_malloc 15)
pub unsafe fn v15_match_arm_bad(kind: u8) -> i32 {
    let data = malloc(400) as *mut i32;
    if data.is_null() {
        return -1;
    }
    *data = 5;
    match kind {
        0 => {
            free(data.cast());
            0
        }
        1 | 2 => *data,
        _ => {
            free(data.cast());
            1
        }
    }
}

// expect: clean -- every arm releases, one by return (401 int_malloc 15)
pub unsafe fn v15_match_arm_good(kind: u8) -> i32 {
    let data = malloc(400) as *mut i32;
    if data.is_null() {
        return -1;
    }
    *data = 5;
    let answer = match kind {
        0 => {
            free(data.cast());
            return 0;
        }
        n @ 1..=2 => *data + n as i32,
        _ => 1,
    };
    free(data.cast());
    answer
}

// expect: clean -- loop leaves with the block by labelled break, then releases (401 struct 18)
pub unsafe fn v18_labelled_loop_good() -> i32 {
    let data = 'outer: loop {
        for attempt in 0..3 {
            let p = malloc(64 << attempt) as *mut i32;
            if !p.is_null() {
                break 'outer p;
            }
        }
        return -1;
    };
    *data = 9;
    let v = *data;
    free(data.cast());
    v
}

// expect: leaked_alloc -- the labelled break jumps over the release (401 struct 18)
pub unsafe fn v18_labelled_loop_bad(limit: i32) -> i32 {
    let mut total = 0;
    'rows: for row in 0..limit {
        let scratch = malloc(128) as *mut i32;
        if scratch.is_null() {
            break;
        }
        for col in 0..limit {
            *scratch = row * col;
            if *scratch > 1000 {
                break 'rows;
            }
            total += *scratch;
        }
        free(scratch.cast());
    }
    total
}
