//! Prints the events that an analysis of one file finds.
use memlint_analysis::lower::{MacroTable, lower_file};
use memlint_analysis::name::Name;
use memlint_analysis::span::FileId;
use memlint_analysis::{CrateIr, Options, PlacedFile, analyze};

fn main() {
    for path in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        if let Ok(ir) = lower_file(FileId(0), &text, &MacroTable::default()) {
            let file = PlacedFile {
                module: Vec::new(),
                ir,
            };
            let krate = CrateIr {
                name: Name::new("krate"),
                files: vec![file],
            };
            println!("{:#?}", analyze(vec![krate], &Options::default()));
        }
    }
}
