//! `std::marker`: types and traits without content.

pub trait Copy {}
pub trait Send {}
pub trait Sync {}
pub trait Sized {}
pub trait Unpin {}
#[memlint_stub::copy]
pub struct PhantomData<T: ?Sized>;
#[memlint_stub::copy]
pub struct PhantomPinned;
