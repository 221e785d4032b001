//! Lowers the stubs of std and reads the family tables, and packs both into the program, so that
//! no run has to. The front end is the analyzer's own, compiled into this script by its paths.

#![allow(dead_code, unreachable_pub, unused_imports)]

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

mod families {
    #[path = "../src/families/schema.rs"]
    mod schema;
    pub use schema::Tables;
}

use families::Tables;
use ir::FileIr;
use packed::PackedFile;
use serde::Serialize;
use span::FileId;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use supplied::{STUBS, TABLES};

fn main() -> Result<(), Box<dyn Error>> {
    // The texts are part of this script: cargo builds and runs it again when one changes.
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    pack_stubs(&out)?;
    pack_tables(&out)
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
    let mut tables = Vec::<Tables>::new();
    for (file, text) in TABLES {
        tables.push(toml::from_str(text).map_err(|error| format!("{file}: {error}"))?);
    }
    write(&out.join("tables"), &tables)
}

fn write(path: &Path, packed: &impl Serialize) -> Result<(), Box<dyn Error>> {
    Ok(std::fs::write(path, postcard::to_allocvec(packed)?)?)
}
