//! Programs made for measuring: one monstrous function, and files of any length.

use std::fmt::Write;

/// One function with `branches` tests in a row, each with an allocation and its release.
pub(crate) fn monster(branches: usize) -> String {
    let mut text = String::from("pub fn monster(bits: &[bool]) {\n    let mut count = 0usize;\n");
    for index in 0..branches {
        let _ = writeln!(
            text,
            "    if bits[{index}] {{\n        \
                 let block = unsafe {{ libc::malloc({size}) }};\n        \
                 count += 1;\n        \
                 unsafe {{ libc::free(block) }};\n    }}",
            size = index + 1
        );
    }
    text + "    let _ = count;\n}\n"
}

/// A file of `functions` small functions that allocate, call each other and release.
pub(crate) fn many(functions: usize) -> String {
    let mut text = String::new();
    for index in 0..functions {
        let _ = writeln!(
            text,
            "pub fn step_{index}(input: &str, deep: bool) -> Result<usize, std::num::ParseIntError> {{\n    \
                 let raw = Box::into_raw(Box::new({index}usize));\n    \
                 let value = match input.parse::<usize>() {{\n        \
                     Ok(value) if deep => value + step_{next}(input, false)?,\n        \
                     Ok(value) => value,\n        \
                     Err(error) => {{\n            \
                         drop(unsafe {{ Box::from_raw(raw) }});\n            \
                         return Err(error);\n        }}\n    }};\n    \
                 Ok(value + *unsafe {{ Box::from_raw(raw) }})\n}}",
            next = (index + 1) % functions
        );
    }
    text
}
