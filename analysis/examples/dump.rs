//! Prints the bodies of a file as they are lowered.
use memlint_analysis::lower::{MacroTable, lower_file};
use memlint_analysis::span::FileId;

fn main() {
    for path in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        match lower_file(FileId(0), &text, &MacroTable::default()) {
            Ok(ir) => ir.bodies.iter().for_each(|body| println!("{}", **body)),
            Err(error) => println!("{path}: {error:?}"),
        }
    }
}
