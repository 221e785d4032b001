//! `std::collections`: what goes into one is out of view.

use crate::rt;

pub struct TryReserveError;

pub struct HashMap<K, V> {
    items: *mut (K, V),
    len: usize,
}
impl<K, V> HashMap<K, V> {
    pub const fn new() -> HashMap<K, V> { rt::unknown() }
    pub fn with_capacity(n: usize) -> HashMap<K, V> { rt::unknown() }
    pub fn len(&self) -> usize { rt::unknown() }
    pub fn is_empty(&self) -> bool { rt::unknown() }
    pub fn capacity(&self) -> usize { rt::unknown() }
    pub fn clear(&mut self) {}
    pub fn reserve(&mut self, n: usize) {}
    pub fn shrink_to_fit(&mut self) {}
    pub fn retain<F>(&mut self, f: F) { rt::escape(f) }
    pub fn insert(&mut self, k: K, v: V) -> Option<V> { rt::escape(k); rt::escape(v); rt::unknown() }
    pub fn get<Q: ?Sized>(&self, k: &Q) -> Option<&V> { rt::unknown() }
    pub fn get_mut<Q: ?Sized>(&mut self, k: &Q) -> Option<&mut V> { rt::unknown() }
    pub fn get_key_value<Q: ?Sized>(&self, k: &Q) -> Option<(&K, &V)> { rt::unknown() }
    pub fn contains_key<Q: ?Sized>(&self, k: &Q) -> bool { rt::unknown() }
    pub fn remove<Q: ?Sized>(&mut self, k: &Q) -> Option<V> { rt::unknown() }
    pub fn remove_entry<Q: ?Sized>(&mut self, k: &Q) -> Option<(K, V)> { rt::unknown() }
    pub fn entry(&mut self, k: K) -> Entry<K, V> { rt::escape(k); rt::unknown() }
    pub fn keys(&self) -> crate::iter::Unknown<&K> { rt::unknown() }
    pub fn values(&self) -> crate::iter::Unknown<&V> { rt::unknown() }
    pub fn values_mut(&mut self) -> crate::iter::Unknown<&mut V> { rt::unknown() }
    pub fn into_keys(self) -> crate::iter::Unknown<K> { rt::unknown() }
    pub fn into_values(self) -> crate::iter::Unknown<V> { rt::unknown() }
    pub fn iter(&self) -> crate::iter::Unknown<(&K, &V)> { rt::unknown() }
    pub fn iter_mut(&mut self) -> crate::iter::Unknown<(&K, &mut V)> { rt::unknown() }
    pub fn drain(&mut self) -> crate::iter::Unknown<(K, V)> { rt::unknown() }
    pub fn pop_first(&mut self) -> Option<(K, V)> { rt::unknown() }
    pub fn pop_last(&mut self) -> Option<(K, V)> { rt::unknown() }
    pub fn first_key_value(&self) -> Option<(&K, &V)> { rt::unknown() }
    pub fn last_key_value(&self) -> Option<(&K, &V)> { rt::unknown() }
    pub fn range<R>(&self, r: R) -> crate::iter::Unknown<(&K, &V)> { rt::unknown() }
}
impl<K, V> Default for HashMap<K, V> {
    fn default() -> HashMap<K, V> { rt::unknown() }
}
impl<K, V> FromIterator<(K, V)> for HashMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(iter: I) -> HashMap<K, V> {
        rt::escape(iter);
        rt::unknown()
    }
}
impl<K, V> Extend<(K, V)> for HashMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, iter: I) {
        rt::escape(iter);
    }
}
impl<K, V> IntoIterator for HashMap<K, V> {
    type Item = (K, V);
    type IntoIter = crate::iter::Unknown<(K, V)>;
    fn into_iter(self) -> crate::iter::Unknown<(K, V)> { rt::unknown() }
}

pub struct HashSet<T> {
    items: *mut T,
    len: usize,
}
impl<T> HashSet<T> {
    pub const fn new() -> HashSet<T> { rt::unknown() }
    pub fn with_capacity(n: usize) -> HashSet<T> { rt::unknown() }
    pub fn len(&self) -> usize { rt::unknown() }
    pub fn is_empty(&self) -> bool { rt::unknown() }
    pub fn capacity(&self) -> usize { rt::unknown() }
    pub fn clear(&mut self) {}
    pub fn reserve(&mut self, n: usize) {}
    pub fn shrink_to_fit(&mut self) {}
    pub fn retain<F>(&mut self, f: F) { rt::escape(f) }
    pub fn insert(&mut self, x: T) -> bool { rt::escape(x); rt::unknown() }
    pub fn get<Q: ?Sized>(&self, x: &Q) -> Option<&T> { rt::unknown() }
    pub fn contains<Q: ?Sized>(&self, x: &Q) -> bool { rt::unknown() }
    pub fn remove<Q: ?Sized>(&mut self, x: &Q) -> bool { rt::unknown() }
    pub fn take<Q: ?Sized>(&mut self, x: &Q) -> Option<T> { rt::unknown() }
    pub fn iter(&self) -> crate::iter::Unknown<&T> { rt::unknown() }
    pub fn drain(&mut self) -> crate::iter::Unknown<T> { rt::unknown() }
    pub fn pop_first(&mut self) -> Option<T> { rt::unknown() }
}
impl<T> Default for HashSet<T> {
    fn default() -> HashSet<T> { rt::unknown() }
}
impl<T> FromIterator<T> for HashSet<T> {
    fn from_iter<I: IntoIterator<Item = T>>(iter: I) -> HashSet<T> {
        rt::escape(iter);
        rt::unknown()
    }
}
impl<T> Extend<T> for HashSet<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, iter: I) {
        rt::escape(iter);
    }
}
impl<T> IntoIterator for HashSet<T> {
    type Item = T;
    type IntoIter = crate::iter::Unknown<T>;
    fn into_iter(self) -> crate::iter::Unknown<T> { rt::unknown() }
}

pub struct VecDeque<T> {
    items: *mut T,
    len: usize,
}
impl<T> VecDeque<T> {
    pub const fn new() -> VecDeque<T> { rt::unknown() }
    pub fn with_capacity(n: usize) -> VecDeque<T> { rt::unknown() }
    pub fn len(&self) -> usize { rt::unknown() }
    pub fn is_empty(&self) -> bool { rt::unknown() }
    pub fn capacity(&self) -> usize { rt::unknown() }
    pub fn clear(&mut self) {}
    pub fn reserve(&mut self, n: usize) {}
    pub fn shrink_to_fit(&mut self) {}
    pub fn retain<F>(&mut self, f: F) { rt::escape(f) }
    pub fn push(&mut self, x: T) { rt::escape(x) }
    pub fn push_back(&mut self, x: T) { rt::escape(x) }
    pub fn push_front(&mut self, x: T) { rt::escape(x) }
    pub fn pop(&mut self) -> Option<T> { rt::unknown() }
    pub fn pop_back(&mut self) -> Option<T> { rt::unknown() }
    pub fn pop_front(&mut self) -> Option<T> { rt::unknown() }
    pub fn insert(&mut self, i: usize, x: T) { rt::escape(x) }
    pub fn remove(&mut self, i: usize) -> Option<T> { rt::unknown() }
    pub fn append(&mut self, other: &mut Self) {}
    pub fn peek(&self) -> Option<&T> { rt::unknown() }
    pub fn front(&self) -> Option<&T> { rt::unknown() }
    pub fn back(&self) -> Option<&T> { rt::unknown() }
    pub fn front_mut(&mut self) -> Option<&mut T> { rt::unknown() }
    pub fn back_mut(&mut self) -> Option<&mut T> { rt::unknown() }
    pub fn get(&self, i: usize) -> Option<&T> { rt::unknown() }
    pub fn get_mut(&mut self, i: usize) -> Option<&mut T> { rt::unknown() }
    pub fn contains(&self, x: &T) -> bool { rt::unknown() }
    pub fn truncate(&mut self, n: usize) {}
    pub fn iter(&self) -> crate::iter::Unknown<&T> { rt::unknown() }
    pub fn iter_mut(&mut self) -> crate::iter::Unknown<&mut T> { rt::unknown() }
    pub fn drain<R>(&mut self, r: R) -> crate::iter::Unknown<T> { rt::unknown() }
    pub fn into_vec(self) -> Vec<T> { Vec::fresh() }
}
impl<T> Default for VecDeque<T> {
    fn default() -> VecDeque<T> { rt::unknown() }
}
impl<T> FromIterator<T> for VecDeque<T> {
    fn from_iter<I: IntoIterator<Item = T>>(iter: I) -> VecDeque<T> {
        rt::escape(iter);
        rt::unknown()
    }
}
impl<T> Extend<T> for VecDeque<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, iter: I) {
        rt::escape(iter);
    }
}
impl<T> IntoIterator for VecDeque<T> {
    type Item = T;
    type IntoIter = crate::iter::Unknown<T>;
    fn into_iter(self) -> crate::iter::Unknown<T> { rt::unknown() }
}

pub type BTreeMap<K, V> = HashMap<K, V>;
pub type BTreeSet<T> = HashSet<T>;
pub type BinaryHeap<T> = VecDeque<T>;
pub type LinkedList<T> = VecDeque<T>;

pub struct Entry<K, V> {
    key: *mut K,
    value: *mut V,
}
impl<K, V> Entry<K, V> {
    pub fn or_insert(self, v: V) -> &'static mut V { rt::escape(v); rt::unknown() }
    pub fn or_insert_with<F: FnOnce() -> V>(self, f: F) -> &'static mut V { let v = f(); rt::escape(v); rt::unknown() }
    pub fn or_default(self) -> &'static mut V { rt::unknown() }
    pub fn and_modify<F: FnOnce(&mut V)>(self, f: F) -> Entry<K, V> { rt::escape(f); self }
    pub fn key(&self) -> &K { rt::unknown() }
}
pub mod hash_map {
    pub use crate::collections::{Entry, HashMap};
}
pub mod btree_map {
    pub use crate::collections::{BTreeMap, Entry};
}
