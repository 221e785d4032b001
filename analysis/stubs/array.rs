//! `std::array`: arrays by value.

use crate::rt;

pub struct IntoIter<T, const N: usize> {
    value: [T; N],
    len: usize,
    started: bool,
}
impl<T, const N: usize> Iterator for IntoIter<T, N> {
    type Item = T;
    fn next(&mut self) -> Option<T> {
        if self.started { return rt::take_element(&raw mut self.value as *mut T); }
        if self.len == 0 { return None; }
        self.started = true;
        match rt::take_element(&raw mut self.value as *mut T) { Some(x) => Some(x), None => rt::diverge() }
    }
    fn some_item(&mut self) -> T { match self.next() { Some(x) => x, None => rt::unknown() } }
}
pub struct TryFromSliceError;
pub fn from_fn<T, const N: usize, F: FnMut(usize) -> T>(f: F) -> [T; N] {
    let x = f(rt::unknown());
    rt::escape(x);
    rt::unknown()
}
pub const fn from_ref<T>(r: &T) -> &[T; 1] { &*(r as *const T as *const [T; 1]) }
pub const fn from_mut<T>(r: &mut T) -> &mut [T; 1] { &mut *(r as *mut T as *mut [T; 1]) }
