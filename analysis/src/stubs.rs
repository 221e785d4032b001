//! The stubs of std, unpacked.

use crate::ir::{Body, Later, Reader, Words};
use crate::name::Name;
use crate::packed::PackedFile;
use crate::resolve::{CrateIr, PlacedFile};
use crate::span::Pos;
use std::sync::Arc;

static STUBS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/stubs"));

/// The stubs as a crate.
pub(crate) fn stubs() -> CrateIr {
    let files: Vec<PackedFile<'static>> =
        postcard::from_bytes(STUBS).expect("the build script packed this type");
    CrateIr {
        name: Name::new("std"),
        files: files.into_iter().map(placed).collect(),
    }
}

fn placed(file: PackedFile<'static>) -> PlacedFile {
    let PackedFile {
        module,
        mut ir,
        bodies,
    } = file;
    ir.reader = Some(Arc::new(Bodies(bodies)));
    let module = match module {
        "" => Vec::new(),
        name => vec![Name::new(name)],
    };
    PlacedFile { module, ir }
}

/// The bodies of one file of stubs, packed.
#[derive(Debug)]
struct Bodies(Vec<&'static [u8]>);

impl Reader for Bodies {
    fn read(&self, slot: u32, _: &Later) -> Box<[Body]> {
        postcard::from_bytes(self.0[slot as usize]).expect("the build script packed this type")
    }

    fn shorthands(&self) -> Vec<(u32, &Words)> {
        Vec::new()
    }

    fn failures(&self) -> Vec<(Pos, String)> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::stubs;
    use crate::lower::{self, MacroTable};
    use crate::span::FileId;
    use crate::supplied::STUBS;
    use std::sync::Arc;

    #[test]
    fn what_was_packed_is_what_the_text_says() {
        let unpacked = stubs();
        assert_eq!(unpacked.files.len(), STUBS.len());
        for (file, (module, text)) in unpacked.files.iter().zip(STUBS) {
            let macros = Arc::new(MacroTable::default());
            let fresh = lower::skim_file(FileId::STUBS, &Arc::from(*text), &macros)
                .unwrap_or_else(|failure| panic!("{module}: {failure:?}"));
            let items = |ir: &crate::ir::FileIr| format!("{:?}{:?}", ir.modules, ir.items);
            assert_eq!(items(&file.ir), items(&fresh), "{module}");
            assert_eq!(file.ir.later.len(), fresh.later.len(), "{module}");
            for slot in 0..fresh.later.len() as u32 {
                let bodies = |ir: &crate::ir::FileIr| format!("{:?}", ir.late_bodies(slot));
                assert_eq!(bodies(&file.ir), bodies(&fresh), "{module}");
            }
        }
    }
}
