//! Lowers the stubs of std and reads the family tables, and packs both into the program, so that
//! no run has to. The front end is the analyzer's own, compiled into this script by its paths.

#![allow(dead_code, unreachable_pub, unused_imports)]

#[path = "src/families/mod.rs"]
mod families;
#[path = "src/ir/mod.rs"]
mod ir;
#[path = "src/lower/mod.rs"]
mod lower;
#[path = "src/name.rs"]
mod name;
#[path = "src/packed.rs"]
mod packed;
#[path = "src/span.rs"]
mod span;
#[path = "src/supplied.rs"]
mod supplied;
#[path = "src/word.rs"]
mod word;

/// What is given to the names here: nothing but those that the analyzer itself speaks of.
mod given {
    pub const NAMES: &[&str] = crate::name::KNOWN;

    pub fn find(text: &str) -> Option<(&'static str, u32)> {
        let known = NAMES.iter().zip(0..).find(|(known, _)| **known == text);
        known.map(|(known, id)| (*known, id))
    }
}

use families::Families;
use ir::FileIr;
use name::Name;
use packed::PackedFile;
use serde::Serialize;
use span::FileId;
use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use supplied::{STUBS, TABLES};

fn main() -> Result<(), Box<dyn Error>> {
    // The texts are part of this script: cargo builds and runs it again when one changes.
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    pack_stubs(&out)?;
    pack_tables(&out)?;
    // What was packed holds the numbers of names: the last of them is known by now.
    give_names(&out)
}

fn pack_stubs(out: &Path) -> Result<(), Box<dyn Error>> {
    let mut files = Vec::new();
    let mut bodies = Vec::new();
    for (module, text) in STUBS {
        let refused = |line: u32, message: &str| format!("stub `{module}`, line {line}: {message}");
        let ir = lower::skim_file(FileId::STUBS, &Arc::from(*text), &Arc::default())
            .map_err(|failure| refused(failure.pos.line, &failure.message))?;
        bodies.push(pack_bodies(&ir)?);
        let failures = ir.reader.iter().flat_map(|reader| reader.failures());
        if let Some((pos, message)) = failures.into_iter().next() {
            return Err(refused(pos.line, &message).into());
        }
        files.push((*module, ir));
    }
    let packed = files.into_iter().zip(&bodies);
    let packed = packed.map(|((module, ir), bodies)| PackedFile {
        module,
        ir,
        bodies: bodies.iter().map(Vec::as_slice).collect(),
    });
    write(&out.join("stubs"), &packed.collect::<Vec<_>>())
}

fn pack_bodies(ir: &FileIr) -> postcard::Result<Vec<Vec<u8>>> {
    (0..)
        .zip(&ir.later)
        .map(|(slot, _)| postcard::to_allocvec(ir.late_bodies(slot)))
        .collect()
}

fn pack_tables(out: &Path) -> Result<(), Box<dyn Error>> {
    let mut families = Families::default();
    for (file, text) in TABLES {
        families.read(file, text)?;
    }
    write(&out.join("tables"), &families)
}

/// Writes down all names, each at its number, and a table in which they are found by their hash.
fn give_names(out: &Path) -> Result<(), Box<dyn Error>> {
    let names = Name::all();
    let mut slots = vec![0u16; (2 * names.len()).next_power_of_two()];
    for (name, number) in names.iter().zip(1..) {
        let mut slot = word::hash(name.as_bytes()) as usize % slots.len();
        while slots[slot] != 0 {
            slot = (slot + 1) % slots.len();
        }
        slots[slot] = u16::try_from(number)?;
    }
    let mut text = String::new();
    writeln!(text, "pub(crate) static NAMES: &[&str] = &{names:#?};")?;
    writeln!(text, "static SLOTS: [u16; {}] = {slots:?};", slots.len())?;
    Ok(std::fs::write(out.join("names.rs"), text)?)
}

fn write(path: &Path, packed: &impl Serialize) -> Result<(), Box<dyn Error>> {
    Ok(std::fs::write(path, postcard::to_allocvec(packed)?)?)
}
