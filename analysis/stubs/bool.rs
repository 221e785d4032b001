//! `bool`: values made only if it is true.

impl bool {
    pub const fn then_some<T>(self, v: T) -> Option<T> { if self { Some(v) } else { None } }
    pub fn then<T, F: FnOnce() -> T>(self, f: F) -> Option<T> { if self { Some(f()) } else { None } }
}
