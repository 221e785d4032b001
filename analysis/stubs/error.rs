//! `std::error`: the trait of errors.

pub trait Error {}
