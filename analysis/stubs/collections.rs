//! `std::collections`: what goes into one is out of view, unless it is the only thing put in.

use crate::mem::ManuallyDrop;
use crate::rt;

pub struct TryReserveError;

// What a collection holds: it is known while one element was put into a collection made in view, since
// then there is no other to take it for. `none` is dangling while nothing was put in, `one` while it is
// that element; neither is where the collection is unknown. What is put in escapes: nobody loses it.
struct Lone<T> {
    none: *mut T,
    one: *mut T,
    value: ManuallyDrop<T>,
}
impl<T> Lone<T> {
    const fn new() -> Lone<T> {
        Lone { none: rt::dangling::<T>(), one: rt::unknown(), value: ManuallyDrop { value: rt::unknown() } }
    }
    fn put(&mut self, x: T) {
        rt::escape(&raw const x);
        if rt::is_dangling(self.none) {
            self.none = rt::unknown();
            self.one = rt::dangling::<T>();
            rt::write(&raw mut self.value.value, x);
        } else {
            self.forget();
            rt::escape(x);
        }
    }
    /// More may be in it, or less.
    fn forget(&mut self) {
        if rt::is_dangling(self.none) { self.none = rt::unknown(); }
        if rt::is_dangling(self.one) { self.one = rt::unknown(); }
    }
    /// The element goes out: `sure` if any will do, and not only one that was asked for.
    fn take(&mut self, sure: bool) -> Option<T> {
        if rt::is_dangling(self.one) {
            self.one = rt::unknown();
            if sure || rt::choice() { Some(rt::read(&raw const self.value.value)) } else { None }
        } else {
            rt::unknown()
        }
    }
    fn look(&self) -> Option<&T> {
        if rt::is_dangling(self.one) {
            if rt::choice() { Some(&self.value.value) } else { None }
        } else {
            rt::unknown()
        }
    }
}
pub struct Items<T> {
    held: Lone<T>,
}
impl<T> Iterator for Items<T> {
    type Item = T;
    fn next(&mut self) -> Option<T> { self.held.take(true) }
    fn some_item(&mut self) -> T { match self.next() { Some(x) => x, None => rt::unknown() } }
}
pub struct Pairs<K, V> {
    held: Lone<V>,
    key: *mut K,
}
impl<K, V> Iterator for Pairs<K, V> {
    type Item = (K, V);
    fn next(&mut self) -> Option<(K, V)> { match self.held.take(true) { Some(v) => Some((rt::unknown(), v)), None => None } }
    fn some_item(&mut self) -> (K, V) { match self.next() { Some(x) => x, None => rt::unknown() } }
}

pub struct HashMap<K, V> {
    held: Lone<V>,
    key: *mut K,
}
impl<K, V> HashMap<K, V> {
    pub const fn new() -> HashMap<K, V> { HashMap { held: Lone::new(), key: rt::unknown() } }
    pub fn with_capacity(n: usize) -> HashMap<K, V> { HashMap::new() }
    pub fn len(&self) -> usize { rt::unknown() }
    pub fn is_empty(&self) -> bool { rt::unknown() }
    pub fn capacity(&self) -> usize { rt::unknown() }
    pub fn clear(&mut self) { self.held.forget() }
    pub fn reserve(&mut self, n: usize) {}
    pub fn shrink_to_fit(&mut self) {}
    pub fn retain<F>(&mut self, f: F) { self.held.forget(); rt::escape(f) }
    pub fn insert(&mut self, k: K, v: V) -> Option<V> { rt::escape(k); self.held.put(v); rt::unknown() }
    pub fn get<Q: ?Sized>(&self, k: &Q) -> Option<&V> { self.held.look() }
    pub fn get_mut<Q: ?Sized>(&mut self, k: &Q) -> Option<&mut V> { self.held.forget(); rt::unknown() }
    pub fn get_key_value<Q: ?Sized>(&self, k: &Q) -> Option<(&K, &V)> { rt::unknown() }
    pub fn contains_key<Q: ?Sized>(&self, k: &Q) -> bool { rt::unknown() }
    pub fn remove<Q: ?Sized>(&mut self, k: &Q) -> Option<V> { self.held.take(false) }
    pub fn remove_entry<Q: ?Sized>(&mut self, k: &Q) -> Option<(K, V)> { self.held.forget(); rt::unknown() }
    pub fn entry(&mut self, k: K) -> Entry<K, V> { rt::escape(k); self.held.forget(); rt::unknown() }
    pub fn keys(&self) -> crate::iter::Unknown<&K> { rt::unknown() }
    pub fn values(&self) -> crate::iter::Unknown<&V> { rt::unknown() }
    pub fn values_mut(&mut self) -> crate::iter::Unknown<&mut V> { self.held.forget(); rt::unknown() }
    pub fn into_keys(self) -> crate::iter::Unknown<K> { rt::unknown() }
    pub fn into_values(self) -> Items<V> { Items { held: self.held } }
    pub fn iter(&self) -> crate::iter::Unknown<(&K, &V)> { rt::unknown() }
    pub fn iter_mut(&mut self) -> crate::iter::Unknown<(&K, &mut V)> { self.held.forget(); rt::unknown() }
    pub fn drain(&mut self) -> Pairs<K, V> {
        let held = rt::read(&raw const self.held);
        rt::write(&raw mut self.held, Lone::new());
        Pairs { held, key: self.key }
    }
    pub fn pop_first(&mut self) -> Option<(K, V)> { self.held.forget(); rt::unknown() }
    pub fn pop_last(&mut self) -> Option<(K, V)> { self.held.forget(); rt::unknown() }
    pub fn first_key_value(&self) -> Option<(&K, &V)> { rt::unknown() }
    pub fn last_key_value(&self) -> Option<(&K, &V)> { rt::unknown() }
    pub fn range<R>(&self, r: R) -> crate::iter::Unknown<(&K, &V)> { rt::unknown() }
}
impl<K, V> Default for HashMap<K, V> {
    fn default() -> HashMap<K, V> { HashMap::new() }
}
impl<K, V> FromIterator<(K, V)> for HashMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(iter: I) -> HashMap<K, V> {
        rt::escape(iter);
        rt::unknown()
    }
}
impl<K, V> Extend<(K, V)> for HashMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, iter: I) {
        self.held.forget();
        rt::escape(iter);
    }
}
impl<K, V> IntoIterator for HashMap<K, V> {
    type Item = (K, V);
    type IntoIter = Pairs<K, V>;
    fn into_iter(self) -> Pairs<K, V> { Pairs { held: self.held, key: self.key } }
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
    held: Lone<T>,
}
impl<T> VecDeque<T> {
    pub const fn new() -> VecDeque<T> { VecDeque { held: Lone::new() } }
    pub fn with_capacity(n: usize) -> VecDeque<T> { VecDeque::new() }
    pub fn len(&self) -> usize { rt::unknown() }
    pub fn is_empty(&self) -> bool { rt::unknown() }
    pub fn capacity(&self) -> usize { rt::unknown() }
    pub fn clear(&mut self) { self.held.forget() }
    pub fn reserve(&mut self, n: usize) {}
    pub fn shrink_to_fit(&mut self) {}
    pub fn retain<F>(&mut self, f: F) { self.held.forget(); rt::escape(f) }
    pub fn push(&mut self, x: T) { self.held.put(x) }
    pub fn push_back(&mut self, x: T) { self.held.put(x) }
    pub fn push_front(&mut self, x: T) { self.held.put(x) }
    pub fn pop(&mut self) -> Option<T> { self.held.take(true) }
    pub fn pop_back(&mut self) -> Option<T> { self.held.take(true) }
    pub fn pop_front(&mut self) -> Option<T> { self.held.take(true) }
    pub fn insert(&mut self, i: usize, x: T) { self.held.put(x) }
    pub fn remove(&mut self, i: usize) -> Option<T> { self.held.take(false) }
    pub fn append(&mut self, other: &mut Self) { self.held.forget(); other.held.forget() }
    pub fn peek(&self) -> Option<&T> { self.held.look() }
    pub fn front(&self) -> Option<&T> { self.held.look() }
    pub fn back(&self) -> Option<&T> { self.held.look() }
    pub fn front_mut(&mut self) -> Option<&mut T> { self.held.forget(); rt::unknown() }
    pub fn back_mut(&mut self) -> Option<&mut T> { self.held.forget(); rt::unknown() }
    pub fn get(&self, i: usize) -> Option<&T> { self.held.look() }
    pub fn get_mut(&mut self, i: usize) -> Option<&mut T> { self.held.forget(); rt::unknown() }
    pub fn contains(&self, x: &T) -> bool { rt::unknown() }
    pub fn truncate(&mut self, n: usize) { self.held.forget() }
    pub fn iter(&self) -> crate::iter::Unknown<&T> { rt::unknown() }
    pub fn iter_mut(&mut self) -> crate::iter::Unknown<&mut T> { self.held.forget(); rt::unknown() }
    pub fn drain<R>(&mut self, r: R) -> Items<T> {
        let held = rt::read(&raw const self.held);
        rt::write(&raw mut self.held, Lone::new());
        Items { held }
    }
    pub fn into_vec(self) -> Vec<T> { Vec::fresh() }
}
impl<T> Default for VecDeque<T> {
    fn default() -> VecDeque<T> { VecDeque::new() }
}
impl<T> FromIterator<T> for VecDeque<T> {
    fn from_iter<I: IntoIterator<Item = T>>(iter: I) -> VecDeque<T> {
        rt::escape(iter);
        rt::unknown()
    }
}
impl<T> Extend<T> for VecDeque<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, iter: I) {
        self.held.forget();
        rt::escape(iter);
    }
}
impl<T> IntoIterator for VecDeque<T> {
    type Item = T;
    type IntoIter = Items<T>;
    fn into_iter(self) -> Items<T> { Items { held: self.held } }
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
