//! `std::iter`: iterators, as far as they move owned things about.
//!
//! `some_item` stands for any one item and does not branch: whoever consumes a whole iterator
//! looks at one item in place of all.

use crate::option::Option;
use crate::rt;

pub trait Iterator {
    type Item;
    fn next(&mut self) -> Option<Self::Item>;
    fn some_item(&mut self) -> Self::Item {
        match self.next() { Some(x) => x, None => rt::unknown() }
    }
    fn size_hint(&self) -> (usize, Option<usize>) { rt::unknown() }
    fn by_ref(&mut self) -> &mut Self { self }
    fn map<B, F: FnMut(Self::Item) -> B>(self, f: F) -> Map<Self, F> { Map { iter: self, f } }
    fn filter<P: FnMut(&Self::Item) -> bool>(self, p: P) -> Filter<Self, P> { Filter { iter: self, p } }
    fn filter_map<B, F: FnMut(Self::Item) -> Option<B>>(self, f: F) -> FilterMap<Self, F> { FilterMap { iter: self, f } }
    fn flat_map<U: IntoIterator, F: FnMut(Self::Item) -> U>(self, f: F) -> FlatMap<Self, F> { FlatMap { iter: self, f } }
    fn map_while<B, F: FnMut(Self::Item) -> Option<B>>(self, f: F) -> FilterMap<Self, F> { FilterMap { iter: self, f } }
    fn inspect<F: FnMut(&Self::Item)>(self, f: F) -> Inspect<Self, F> { Inspect { iter: self, f } }
    fn take_while<P: FnMut(&Self::Item) -> bool>(self, p: P) -> Filter<Self, P> { Filter { iter: self, p } }
    fn skip_while<P: FnMut(&Self::Item) -> bool>(self, p: P) -> Filter<Self, P> { Filter { iter: self, p } }
    fn enumerate(self) -> Enumerate<Self> { Enumerate { iter: self } }
    fn zip<U: IntoIterator>(self, other: U) -> Zip<Self, U::IntoIter> { Zip { a: self, b: other.into_iter() } }
    fn chain<U: IntoIterator>(self, other: U) -> Chain<Self, U::IntoIter> { Chain { a: self, b: other.into_iter() } }
    fn rev(self) -> Self { self }
    fn skip(self, n: usize) -> Skip<Self> { Skip { iter: self } }
    fn take(self, n: usize) -> Self { self }
    fn step_by(self, n: usize) -> Self { self }
    fn fuse(self) -> Self { self }
    fn cycle(self) -> Self { self }
    fn peekable(self) -> Peekable<Self> { Peekable { iter: self, peeked: None } }
    fn flatten(self) -> Flatten<Self> { Flatten { iter: self } }
    fn cloned(self) -> Cloned<Self> { Cloned { iter: self } }
    fn copied(self) -> Copied<Self> { Copied { iter: self } }
    fn scan<S, B, F>(self, init: S, f: F) -> Unknown<B> { rt::escape(self); rt::escape(init); rt::escape(f); rt::unknown() }

    fn nth(&mut self, n: usize) -> Option<Self::Item> { self.next() }
    fn last(self) -> Option<Self::Item> { self.next() }
    fn count(self) -> usize { let x = self.some_item(); rt::unknown() }
    fn for_each<F: FnMut(Self::Item)>(self, f: F) {
        loop {
            match self.next() { Some(x) => { f(x); }, None => { return; } }
        }
    }
    fn try_for_each<R, F: FnMut(Self::Item) -> R>(&mut self, f: F) -> R { f(self.some_item()) }
    fn fold<B, F: FnMut(B, Self::Item) -> B>(self, init: B, f: F) -> B {
        let mut acc = init;
        loop {
            match self.next() { Some(x) => { acc = f(acc, x); }, None => { return acc; } }
        }
    }
    fn try_fold<B, R, F: FnMut(B, Self::Item) -> R>(&mut self, init: B, f: F) -> R { f(init, self.some_item()) }
    fn reduce<F: FnMut(Self::Item, Self::Item) -> Self::Item>(self, f: F) -> Option<Self::Item> { self.next() }
    fn all<F: FnMut(Self::Item) -> bool>(&mut self, f: F) -> bool { f(self.some_item()); rt::unknown() }
    fn any<F: FnMut(Self::Item) -> bool>(&mut self, f: F) -> bool { f(self.some_item()); rt::unknown() }
    fn find<P: FnMut(&Self::Item) -> bool>(&mut self, p: P) -> Option<Self::Item> {
        loop {
            match self.next() { Some(x) => { if p(&x) { return Some(x); } }, None => { return None; } }
        }
    }
    fn find_map<B, F: FnMut(Self::Item) -> Option<B>>(&mut self, f: F) -> Option<B> { f(self.some_item()) }
    fn position<P: FnMut(Self::Item) -> bool>(&mut self, p: P) -> Option<usize> { p(self.some_item()); rt::unknown() }
    fn rposition<P: FnMut(Self::Item) -> bool>(&mut self, p: P) -> Option<usize> { p(self.some_item()); rt::unknown() }
    fn max(self) -> Option<Self::Item> { self.next() }
    fn min(self) -> Option<Self::Item> { self.next() }
    fn max_by_key<B, F: FnMut(&Self::Item) -> B>(self, f: F) -> Option<Self::Item> { self.next() }
    fn min_by_key<B, F: FnMut(&Self::Item) -> B>(self, f: F) -> Option<Self::Item> { self.next() }
    fn max_by<F>(self, f: F) -> Option<Self::Item> { self.next() }
    fn min_by<F>(self, f: F) -> Option<Self::Item> { self.next() }
    fn sum<S>(self) -> S { let x = self.some_item(); rt::unknown() }
    fn product<S>(self) -> S { let x = self.some_item(); rt::unknown() }
    fn collect<B: FromIterator<Self::Item>>(self) -> B { <B as FromIterator<Self::Item>>::from_iter(self) }
    fn partition<B, F: FnMut(&Self::Item) -> bool>(self, f: F) -> (B, B) { let x = self.some_item(); f(&x); rt::escape(x); rt::unknown() }
    fn unzip<A, B>(self) -> (A, B) { rt::escape(self.some_item()); rt::unknown() }
    fn eq<I>(self, other: I) -> bool { rt::unknown() }
    fn is_sorted(self) -> bool { rt::unknown() }
}
pub trait DoubleEndedIterator {
    fn next_back(&mut self) -> Option<Self::Item> { self.next() }
    fn nth_back(&mut self, n: usize) -> Option<Self::Item> { self.next() }
    fn rfind<P: FnMut(&Self::Item) -> bool>(&mut self, p: P) -> Option<Self::Item> { self.find(p) }
    fn rfold<B, F: FnMut(B, Self::Item) -> B>(self, init: B, f: F) -> B { self.fold(init, f) }
}
impl<I: Iterator> DoubleEndedIterator for I {}
pub trait ExactSizeIterator {
    fn len(&self) -> usize { rt::unknown() }
}
impl<I: Iterator> ExactSizeIterator for I {}
pub trait FusedIterator {}
pub trait IntoIterator {
    type Item;
    type IntoIter;
    fn into_iter(self) -> Self::IntoIter;
}
impl<I: Iterator> IntoIterator for I {
    type Item = I::Item;
    type IntoIter = I;
    fn into_iter(self) -> I { self }
}
impl<I: Iterator> Iterator for &mut I {
    type Item = I::Item;
    fn next(&mut self) -> Option<I::Item> { (**self).next() }
    fn some_item(&mut self) -> I::Item { (**self).some_item() }
}
pub trait FromIterator<A> {
    fn from_iter<I: IntoIterator<Item = A>>(iter: I) -> Self;
}
pub trait Extend<A> {
    fn extend<I: IntoIterator<Item = A>>(&mut self, iter: I);
}
pub trait Sum<A> {
    fn sum<I: Iterator<Item = A>>(iter: I) -> Self;
}
pub trait Product<A> {
    fn product<I: Iterator<Item = A>>(iter: I) -> Self;
}
impl<A, V: FromIterator<A>> FromIterator<Option<A>> for Option<V> {
    fn from_iter<I: IntoIterator<Item = Option<A>>>(iter: I) -> Option<V> {
        match iter.some_item() { Some(x) => Some(V::from_iter(once(x))), None => None }
    }
}
impl<A, E, V: FromIterator<A>> FromIterator<Result<A, E>> for Result<V, E> {
    fn from_iter<I: IntoIterator<Item = Result<A, E>>>(iter: I) -> Result<V, E> {
        match iter.some_item() { Ok(x) => Ok(V::from_iter(once(x))), Err(e) => Err(e) }
    }
}

pub struct Map<I, F> {
    iter: I,
    f: F,
}
impl<B, I: Iterator, F: FnMut(I::Item) -> B> Iterator for Map<I, F> {
    type Item = B;
    fn next(&mut self) -> Option<B> { match self.iter.next() { Some(x) => Some((self.f)(x)), None => None } }
    fn some_item(&mut self) -> B { (self.f)(self.iter.some_item()) }
}
// What the predicate rejects ends the iteration here: an approximation that keeps loops short.
pub struct Filter<I, P> {
    iter: I,
    p: P,
}
impl<I: Iterator, P: FnMut(&I::Item) -> bool> Iterator for Filter<I, P> {
    type Item = I::Item;
    fn next(&mut self) -> Option<I::Item> {
        match self.iter.next() { Some(x) => { if (self.p)(&x) { Some(x) } else { None } }, None => None }
    }
    fn some_item(&mut self) -> I::Item {
        let x = self.iter.some_item();
        (self.p)(&x);
        x
    }
}
pub struct FilterMap<I, F> {
    iter: I,
    f: F,
}
impl<B, I: Iterator, F: FnMut(I::Item) -> Option<B>> Iterator for FilterMap<I, F> {
    type Item = B;
    fn next(&mut self) -> Option<B> { match self.iter.next() { Some(x) => (self.f)(x), None => None } }
    fn some_item(&mut self) -> B {
        match (self.f)(self.iter.some_item()) { Some(y) => y, None => rt::unknown() }
    }
}
pub struct FlatMap<I, F> {
    iter: I,
    f: F,
}
impl<U: IntoIterator, I: Iterator, F: FnMut(I::Item) -> U> Iterator for FlatMap<I, F> {
    type Item = U::Item;
    fn next(&mut self) -> Option<U::Item> {
        match self.iter.next() {
            Some(x) => { rt::escape((self.f)(x)); rt::unknown() }
            None => None,
        }
    }
    fn some_item(&mut self) -> U::Item { rt::escape((self.f)(self.iter.some_item())); rt::unknown() }
}
pub struct Flatten<I> {
    iter: I,
}
impl<I: Iterator> Iterator for Flatten<I> {
    type Item = I::Item::Item;
    fn next(&mut self) -> Option<I::Item::Item> {
        match self.iter.next() { Some(x) => { rt::escape(x); rt::unknown() }, None => None }
    }
    fn some_item(&mut self) -> I::Item::Item { rt::escape(self.iter.some_item()); rt::unknown() }
}
pub struct Inspect<I, F> {
    iter: I,
    f: F,
}
impl<I: Iterator, F: FnMut(&I::Item)> Iterator for Inspect<I, F> {
    type Item = I::Item;
    fn next(&mut self) -> Option<I::Item> {
        match self.iter.next() { Some(x) => { (self.f)(&x); Some(x) }, None => None }
    }
    fn some_item(&mut self) -> I::Item {
        let x = self.iter.some_item();
        (self.f)(&x);
        x
    }
}
// Others than the one that stands for all: they are not followed.
pub struct Skip<I> {
    iter: I,
}
impl<I: Iterator> Iterator for Skip<I> {
    type Item = I::Item;
    fn next(&mut self) -> Option<I::Item> {
        if rt::choice() { return None; }
        match self.iter.next() { Some(x) => { rt::escape(x); rt::unknown() }, None => None }
    }
    fn some_item(&mut self) -> I::Item { rt::escape(self.iter.some_item()); rt::unknown() }
}
pub struct Enumerate<I> {
    iter: I,
}
impl<I: Iterator> Iterator for Enumerate<I> {
    type Item = (usize, I::Item);
    fn next(&mut self) -> Option<(usize, I::Item)> { match self.iter.next() { Some(x) => Some((rt::unknown(), x)), None => None } }
    fn some_item(&mut self) -> (usize, I::Item) { (rt::unknown(), self.iter.some_item()) }
}
pub struct Zip<A, B> {
    a: A,
    b: B,
}
impl<A: Iterator, B: Iterator> Iterator for Zip<A, B> {
    type Item = (A::Item, B::Item);
    fn next(&mut self) -> Option<(A::Item, B::Item)> {
        match self.a.next() {
            Some(x) => match self.b.next() { Some(y) => Some((x, y)), None => None },
            None => None,
        }
    }
    fn some_item(&mut self) -> (A::Item, B::Item) { (self.a.some_item(), self.b.some_item()) }
}
pub struct Chain<A, B> {
    a: A,
    b: B,
}
impl<A: Iterator, B: Iterator> Iterator for Chain<A, B> {
    type Item = A::Item;
    fn next(&mut self) -> Option<A::Item> { match self.a.next() { Some(x) => Some(x), None => self.b.next() } }
    fn some_item(&mut self) -> A::Item { self.a.some_item() }
}
pub struct Peekable<I> {
    iter: I,
    peeked: Option<I::Item>,
}
impl<I: Iterator> Iterator for Peekable<I> {
    type Item = I::Item;
    fn next(&mut self) -> Option<I::Item> { match self.peeked.take() { Some(x) => Some(x), None => self.iter.next() } }
    fn some_item(&mut self) -> I::Item { self.iter.some_item() }
}
impl<I: Iterator> Peekable<I> {
    pub fn peek(&mut self) -> Option<&I::Item> {
        match self.peeked { Some(_) => {}, None => { self.peeked = self.iter.next(); } }
        self.peeked.as_ref()
    }
    pub fn next_if<F: FnOnce(&I::Item) -> bool>(&mut self, f: F) -> Option<I::Item> { self.next() }
}
pub struct Cloned<I> {
    iter: I,
}
impl<T: Clone, I: Iterator<Item = &T>> Iterator for Cloned<I> {
    type Item = T;
    fn next(&mut self) -> Option<T> { match self.iter.next() { Some(x) => Some(x.clone()), None => None } }
    fn some_item(&mut self) -> T { self.iter.some_item().clone() }
}
pub struct Copied<I> {
    iter: I,
}
impl<T, I: Iterator<Item = &T>> Iterator for Copied<I> {
    type Item = T;
    fn next(&mut self) -> Option<T> { match self.iter.next() { Some(x) => Some(*x), None => None } }
    fn some_item(&mut self) -> T { *self.iter.some_item() }
}

pub struct Once<T> {
    item: Option<T>,
}
pub fn once<T>(x: T) -> Once<T> { Once { item: Some(x) } }
pub fn empty<T>() -> Once<T> { Once { item: None } }
impl<T> Iterator for Once<T> {
    type Item = T;
    fn next(&mut self) -> Option<T> { self.item.take() }
    fn some_item(&mut self) -> T { match self.next() { Some(x) => x, None => rt::unknown() } }
}
// Items that nothing is known of.
pub struct Unknown<T> {
    item: *const T,
}
impl<T> Iterator for Unknown<T> {
    type Item = T;
    fn next(&mut self) -> Option<T> { rt::unknown() }
    fn some_item(&mut self) -> T { rt::unknown() }
}
impl<T> Unknown<T> {
    pub fn as_str(&self) -> &str { rt::unknown() }
    pub fn len(&self) -> usize { rt::unknown() }
}
pub fn repeat<T: Clone>(x: T) -> Repeat<T> { Repeat { x } }
pub fn repeat_n<T: Clone>(x: T, n: usize) -> Repeat<T> { Repeat { x } }
pub struct Repeat<T> {
    x: T,
}
impl<T: Clone> Iterator for Repeat<T> {
    type Item = T;
    fn next(&mut self) -> Option<T> { if rt::choice() { Some(self.x.clone()) } else { None } }
    fn some_item(&mut self) -> T { self.x.clone() }
}
pub struct FromFn<F> {
    f: F,
}
pub fn from_fn<T, F: FnMut() -> Option<T>>(f: F) -> FromFn<F> { FromFn { f } }
pub fn repeat_with<T, F: FnMut() -> T>(f: F) -> RepeatWith<F> { RepeatWith { f } }
impl<T, F: FnMut() -> Option<T>> Iterator for FromFn<F> {
    type Item = T;
    fn next(&mut self) -> Option<T> { (self.f)() }
    fn some_item(&mut self) -> T { match self.next() { Some(x) => x, None => rt::unknown() } }
}
pub struct RepeatWith<F> {
    f: F,
}
impl<T, F: FnMut() -> T> Iterator for RepeatWith<F> {
    type Item = T;
    fn next(&mut self) -> Option<T> { if rt::choice() { Some((self.f)()) } else { None } }
    fn some_item(&mut self) -> T { (self.f)() }
}
pub fn successors<T, F>(first: Option<T>, f: F) -> Unknown<T> { rt::escape(first); rt::escape(f); rt::unknown() }
pub fn zip<A: IntoIterator, B: IntoIterator>(a: A, b: B) -> Zip<A::IntoIter, B::IntoIter> { Zip { a: a.into_iter(), b: b.into_iter() } }
