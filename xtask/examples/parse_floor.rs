//! The floor that the tool is measured against: `parse_floor read|parse|list LIST`.
//!
//! `read` reads every file of the list and looks for trigger words, `parse` also parses the files
//! that have one, `list` prints those that have none.

use cargo_memlint::triggers::words;
use memlint_analysis::lower::prefilter::Prefilter;
use std::error::Error;
use std::fs;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match &args[..] {
        [what, list] => run(what, list),
        _ => Err("usage: parse_floor read|parse|list LIST".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(what: &str, list: &str) -> Result<(), Box<dyn Error>> {
    let prefilter = Prefilter::new(&words());
    let (mut with, mut parsed) = (0usize, 0usize);
    for path in fs::read_to_string(list)?.lines() {
        let Ok(text) = fs::read_to_string(path) else {
            continue;
        };
        let triggers = prefilter.matches(text.as_bytes());
        with += usize::from(triggers);
        match what {
            "read" => {}
            "list" if triggers => {}
            "list" => println!("{path}"),
            _ if triggers => parsed += usize::from(syn::parse_file(&text).is_ok()),
            _ => {}
        }
    }
    eprintln!("{with} files with a trigger word, {parsed} parsed");
    Ok(())
}
