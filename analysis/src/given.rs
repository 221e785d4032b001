//! The names that the stubs and the tables hold, under the numbers that the build script gave them.

use crate::word;

include!(concat!(env!("OUT_DIR"), "/names.rs"));

/// A name that is given, with its number.
pub(crate) fn find(text: &str) -> Option<(&'static str, u32)> {
    let mut slot = word::hash(text.as_bytes()) as usize;
    loop {
        // A number one higher; 0 where nothing is.
        let id = usize::from(SLOTS[slot % SLOTS.len()]).checked_sub(1)?;
        if NAMES[id] == text {
            return Some((NAMES[id], id as u32));
        }
        slot += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::{NAMES, find};
    use crate::name::KNOWN;

    #[test]
    fn every_given_name_is_found_under_its_number() {
        assert_eq!(&NAMES[..KNOWN.len()], KNOWN);
        for (id, name) in (0..).zip(NAMES) {
            assert_eq!(find(name), Some((*name, id)));
        }
        assert_eq!(find("no name of the stubs"), None);
    }
}
