//! `std::num`: integers, as far as sizes are made of them.
//!
//! A checked operation yields a number that is no product or sum any more: it cannot have wrapped.

use crate::rt;

#[memlint_stub::copy]
pub struct NonZero<T> {
    v: T,
}
impl<T> NonZero<T> {
    pub const fn new(v: T) -> Option<NonZero<T>> { if v == 0 { None } else { Some(NonZero { v }) } }
    pub const unsafe fn new_unchecked(v: T) -> NonZero<T> { NonZero { v } }
    pub const fn get(self) -> T { self.v }
}
impl<T> Clone for NonZero<T> {
    fn clone(&self) -> NonZero<T> { NonZero { v: self.v } }
}
#[memlint_stub::copy]
pub struct Wrapping<T>(pub T);
#[memlint_stub::copy]
pub struct Saturating<T>(pub T);
pub struct ParseIntError;
pub struct ParseFloatError;
pub struct TryFromIntError;

pub type NonZeroUsize = NonZero<usize>;
pub type NonZeroIsize = NonZero<isize>;
pub type NonZeroU64 = NonZero<u64>;
pub type NonZeroI64 = NonZero<i64>;
pub type NonZeroU32 = NonZero<u32>;
pub type NonZeroI32 = NonZero<i32>;
pub type NonZeroU16 = NonZero<u16>;
pub type NonZeroI16 = NonZero<i16>;
pub type NonZeroU8 = NonZero<u8>;
pub type NonZeroI8 = NonZero<i8>;
pub type NonZeroU128 = NonZero<u128>;
pub type NonZeroI128 = NonZero<i128>;

impl usize {
    pub const fn checked_add(self, r: usize) -> Option<usize> { if rt::choice() { Some(rt::symbol("checked_add", self, r)) } else { None } }
    pub const fn checked_sub(self, r: usize) -> Option<usize> { if self >= r { Some(self - r) } else { None } }
    pub const fn checked_mul(self, r: usize) -> Option<usize> { if rt::choice() { Some(rt::symbol("checked_mul", self, r)) } else { None } }
    pub const fn checked_div(self, r: usize) -> Option<usize> { if r == 0 { None } else { Some(self / r) } }
    pub const fn checked_next_power_of_two(self) -> Option<usize> { if rt::choice() { Some(rt::symbol("power_of_two", self)) } else { None } }
    pub const fn overflowing_mul(self, r: usize) -> (usize, bool) { (rt::symbol("checked_mul", self, r), rt::symbol("mul_overflows", self, r)) }
    pub const fn overflowing_add(self, r: usize) -> (usize, bool) { (rt::symbol("checked_add", self, r), rt::symbol("add_overflows", self, r)) }
    pub const fn saturating_add(self, r: usize) -> usize { rt::symbol("saturating_add", self, r) }
    pub const fn saturating_mul(self, r: usize) -> usize { rt::symbol("saturating_mul", self, r) }
    pub const fn saturating_sub(self, r: usize) -> usize { if self > r { self - r } else { 0 } }
    pub const fn wrapping_add(self, r: usize) -> usize { self + r }
    pub const fn wrapping_sub(self, r: usize) -> usize { self - r }
    pub const fn wrapping_mul(self, r: usize) -> usize { self * r }
    pub const fn next_power_of_two(self) -> usize { rt::symbol("power_of_two", self) }
    pub const fn next_multiple_of(self, r: usize) -> usize { rt::symbol("next_multiple_of", self, r) }
    pub const fn div_ceil(self, r: usize) -> usize { rt::symbol("div_ceil", self, r) }
    pub const fn max(self, r: usize) -> usize { if self < r { r } else { self } }
    pub const fn min(self, r: usize) -> usize { if self < r { self } else { r } }
    pub const fn clamp(self, lo: usize, hi: usize) -> usize { if self < lo { lo } else if self > hi { hi } else { self } }
    pub const fn to_owned(&self) -> usize { *self }
    pub const fn try_into<U>(self) -> Result<U, TryFromIntError> { if rt::choice() { Ok(self as U) } else { Err(TryFromIntError) } }
}

impl isize {
    pub const fn checked_add(self, r: isize) -> Option<isize> { if rt::choice() { Some(rt::symbol("checked_add", self, r)) } else { None } }
    pub const fn checked_sub(self, r: isize) -> Option<isize> { if self >= r { Some(self - r) } else { None } }
    pub const fn checked_mul(self, r: isize) -> Option<isize> { if rt::choice() { Some(rt::symbol("checked_mul", self, r)) } else { None } }
    pub const fn checked_div(self, r: isize) -> Option<isize> { if r == 0 { None } else { Some(self / r) } }
    pub const fn checked_next_power_of_two(self) -> Option<isize> { if rt::choice() { Some(rt::symbol("power_of_two", self)) } else { None } }
    pub const fn overflowing_mul(self, r: isize) -> (isize, bool) { (rt::symbol("checked_mul", self, r), rt::symbol("mul_overflows", self, r)) }
    pub const fn overflowing_add(self, r: isize) -> (isize, bool) { (rt::symbol("checked_add", self, r), rt::symbol("add_overflows", self, r)) }
    pub const fn saturating_add(self, r: isize) -> isize { rt::symbol("saturating_add", self, r) }
    pub const fn saturating_mul(self, r: isize) -> isize { rt::symbol("saturating_mul", self, r) }
    pub const fn saturating_sub(self, r: isize) -> isize { if self > r { self - r } else { 0 } }
    pub const fn wrapping_add(self, r: isize) -> isize { self + r }
    pub const fn wrapping_sub(self, r: isize) -> isize { self - r }
    pub const fn wrapping_mul(self, r: isize) -> isize { self * r }
    pub const fn next_power_of_two(self) -> isize { rt::symbol("power_of_two", self) }
    pub const fn next_multiple_of(self, r: isize) -> isize { rt::symbol("next_multiple_of", self, r) }
    pub const fn div_ceil(self, r: isize) -> isize { rt::symbol("div_ceil", self, r) }
    pub const fn max(self, r: isize) -> isize { if self < r { r } else { self } }
    pub const fn min(self, r: isize) -> isize { if self < r { self } else { r } }
    pub const fn clamp(self, lo: isize, hi: isize) -> isize { if self < lo { lo } else if self > hi { hi } else { self } }
    pub const fn to_owned(&self) -> isize { *self }
    pub const fn try_into<U>(self) -> Result<U, TryFromIntError> { if rt::choice() { Ok(self as U) } else { Err(TryFromIntError) } }
}

impl u64 {
    pub const fn checked_add(self, r: u64) -> Option<u64> { if rt::choice() { Some(rt::symbol("checked_add", self, r)) } else { None } }
    pub const fn checked_sub(self, r: u64) -> Option<u64> { if self >= r { Some(self - r) } else { None } }
    pub const fn checked_mul(self, r: u64) -> Option<u64> { if rt::choice() { Some(rt::symbol("checked_mul", self, r)) } else { None } }
    pub const fn checked_div(self, r: u64) -> Option<u64> { if r == 0 { None } else { Some(self / r) } }
    pub const fn checked_next_power_of_two(self) -> Option<u64> { if rt::choice() { Some(rt::symbol("power_of_two", self)) } else { None } }
    pub const fn overflowing_mul(self, r: u64) -> (u64, bool) { (rt::symbol("checked_mul", self, r), rt::symbol("mul_overflows", self, r)) }
    pub const fn overflowing_add(self, r: u64) -> (u64, bool) { (rt::symbol("checked_add", self, r), rt::symbol("add_overflows", self, r)) }
    pub const fn saturating_add(self, r: u64) -> u64 { rt::symbol("saturating_add", self, r) }
    pub const fn saturating_mul(self, r: u64) -> u64 { rt::symbol("saturating_mul", self, r) }
    pub const fn saturating_sub(self, r: u64) -> u64 { if self > r { self - r } else { 0 } }
    pub const fn wrapping_add(self, r: u64) -> u64 { self + r }
    pub const fn wrapping_sub(self, r: u64) -> u64 { self - r }
    pub const fn wrapping_mul(self, r: u64) -> u64 { self * r }
    pub const fn next_power_of_two(self) -> u64 { rt::symbol("power_of_two", self) }
    pub const fn next_multiple_of(self, r: u64) -> u64 { rt::symbol("next_multiple_of", self, r) }
    pub const fn div_ceil(self, r: u64) -> u64 { rt::symbol("div_ceil", self, r) }
    pub const fn max(self, r: u64) -> u64 { if self < r { r } else { self } }
    pub const fn min(self, r: u64) -> u64 { if self < r { self } else { r } }
    pub const fn clamp(self, lo: u64, hi: u64) -> u64 { if self < lo { lo } else if self > hi { hi } else { self } }
    pub const fn to_owned(&self) -> u64 { *self }
    pub const fn try_into<U>(self) -> Result<U, TryFromIntError> { if rt::choice() { Ok(self as U) } else { Err(TryFromIntError) } }
}

impl i64 {
    pub const fn checked_add(self, r: i64) -> Option<i64> { if rt::choice() { Some(rt::symbol("checked_add", self, r)) } else { None } }
    pub const fn checked_sub(self, r: i64) -> Option<i64> { if self >= r { Some(self - r) } else { None } }
    pub const fn checked_mul(self, r: i64) -> Option<i64> { if rt::choice() { Some(rt::symbol("checked_mul", self, r)) } else { None } }
    pub const fn checked_div(self, r: i64) -> Option<i64> { if r == 0 { None } else { Some(self / r) } }
    pub const fn checked_next_power_of_two(self) -> Option<i64> { if rt::choice() { Some(rt::symbol("power_of_two", self)) } else { None } }
    pub const fn overflowing_mul(self, r: i64) -> (i64, bool) { (rt::symbol("checked_mul", self, r), rt::symbol("mul_overflows", self, r)) }
    pub const fn overflowing_add(self, r: i64) -> (i64, bool) { (rt::symbol("checked_add", self, r), rt::symbol("add_overflows", self, r)) }
    pub const fn saturating_add(self, r: i64) -> i64 { rt::symbol("saturating_add", self, r) }
    pub const fn saturating_mul(self, r: i64) -> i64 { rt::symbol("saturating_mul", self, r) }
    pub const fn saturating_sub(self, r: i64) -> i64 { if self > r { self - r } else { 0 } }
    pub const fn wrapping_add(self, r: i64) -> i64 { self + r }
    pub const fn wrapping_sub(self, r: i64) -> i64 { self - r }
    pub const fn wrapping_mul(self, r: i64) -> i64 { self * r }
    pub const fn next_power_of_two(self) -> i64 { rt::symbol("power_of_two", self) }
    pub const fn next_multiple_of(self, r: i64) -> i64 { rt::symbol("next_multiple_of", self, r) }
    pub const fn div_ceil(self, r: i64) -> i64 { rt::symbol("div_ceil", self, r) }
    pub const fn max(self, r: i64) -> i64 { if self < r { r } else { self } }
    pub const fn min(self, r: i64) -> i64 { if self < r { self } else { r } }
    pub const fn clamp(self, lo: i64, hi: i64) -> i64 { if self < lo { lo } else if self > hi { hi } else { self } }
    pub const fn to_owned(&self) -> i64 { *self }
    pub const fn try_into<U>(self) -> Result<U, TryFromIntError> { if rt::choice() { Ok(self as U) } else { Err(TryFromIntError) } }
}

impl u32 {
    pub const fn checked_add(self, r: u32) -> Option<u32> { if rt::choice() { Some(rt::symbol("checked_add", self, r)) } else { None } }
    pub const fn checked_sub(self, r: u32) -> Option<u32> { if self >= r { Some(self - r) } else { None } }
    pub const fn checked_mul(self, r: u32) -> Option<u32> { if rt::choice() { Some(rt::symbol("checked_mul", self, r)) } else { None } }
    pub const fn checked_div(self, r: u32) -> Option<u32> { if r == 0 { None } else { Some(self / r) } }
    pub const fn checked_next_power_of_two(self) -> Option<u32> { if rt::choice() { Some(rt::symbol("power_of_two", self)) } else { None } }
    pub const fn overflowing_mul(self, r: u32) -> (u32, bool) { (rt::symbol("checked_mul", self, r), rt::symbol("mul_overflows", self, r)) }
    pub const fn overflowing_add(self, r: u32) -> (u32, bool) { (rt::symbol("checked_add", self, r), rt::symbol("add_overflows", self, r)) }
    pub const fn saturating_add(self, r: u32) -> u32 { rt::symbol("saturating_add", self, r) }
    pub const fn saturating_mul(self, r: u32) -> u32 { rt::symbol("saturating_mul", self, r) }
    pub const fn saturating_sub(self, r: u32) -> u32 { if self > r { self - r } else { 0 } }
    pub const fn wrapping_add(self, r: u32) -> u32 { self + r }
    pub const fn wrapping_sub(self, r: u32) -> u32 { self - r }
    pub const fn wrapping_mul(self, r: u32) -> u32 { self * r }
    pub const fn next_power_of_two(self) -> u32 { rt::symbol("power_of_two", self) }
    pub const fn next_multiple_of(self, r: u32) -> u32 { rt::symbol("next_multiple_of", self, r) }
    pub const fn div_ceil(self, r: u32) -> u32 { rt::symbol("div_ceil", self, r) }
    pub const fn max(self, r: u32) -> u32 { if self < r { r } else { self } }
    pub const fn min(self, r: u32) -> u32 { if self < r { self } else { r } }
    pub const fn clamp(self, lo: u32, hi: u32) -> u32 { if self < lo { lo } else if self > hi { hi } else { self } }
    pub const fn to_owned(&self) -> u32 { *self }
    pub const fn try_into<U>(self) -> Result<U, TryFromIntError> { if rt::choice() { Ok(self as U) } else { Err(TryFromIntError) } }
}

impl i32 {
    pub const fn checked_add(self, r: i32) -> Option<i32> { if rt::choice() { Some(rt::symbol("checked_add", self, r)) } else { None } }
    pub const fn checked_sub(self, r: i32) -> Option<i32> { if self >= r { Some(self - r) } else { None } }
    pub const fn checked_mul(self, r: i32) -> Option<i32> { if rt::choice() { Some(rt::symbol("checked_mul", self, r)) } else { None } }
    pub const fn checked_div(self, r: i32) -> Option<i32> { if r == 0 { None } else { Some(self / r) } }
    pub const fn checked_next_power_of_two(self) -> Option<i32> { if rt::choice() { Some(rt::symbol("power_of_two", self)) } else { None } }
    pub const fn overflowing_mul(self, r: i32) -> (i32, bool) { (rt::symbol("checked_mul", self, r), rt::symbol("mul_overflows", self, r)) }
    pub const fn overflowing_add(self, r: i32) -> (i32, bool) { (rt::symbol("checked_add", self, r), rt::symbol("add_overflows", self, r)) }
    pub const fn saturating_add(self, r: i32) -> i32 { rt::symbol("saturating_add", self, r) }
    pub const fn saturating_mul(self, r: i32) -> i32 { rt::symbol("saturating_mul", self, r) }
    pub const fn saturating_sub(self, r: i32) -> i32 { if self > r { self - r } else { 0 } }
    pub const fn wrapping_add(self, r: i32) -> i32 { self + r }
    pub const fn wrapping_sub(self, r: i32) -> i32 { self - r }
    pub const fn wrapping_mul(self, r: i32) -> i32 { self * r }
    pub const fn next_power_of_two(self) -> i32 { rt::symbol("power_of_two", self) }
    pub const fn next_multiple_of(self, r: i32) -> i32 { rt::symbol("next_multiple_of", self, r) }
    pub const fn div_ceil(self, r: i32) -> i32 { rt::symbol("div_ceil", self, r) }
    pub const fn max(self, r: i32) -> i32 { if self < r { r } else { self } }
    pub const fn min(self, r: i32) -> i32 { if self < r { self } else { r } }
    pub const fn clamp(self, lo: i32, hi: i32) -> i32 { if self < lo { lo } else if self > hi { hi } else { self } }
    pub const fn to_owned(&self) -> i32 { *self }
    pub const fn try_into<U>(self) -> Result<U, TryFromIntError> { if rt::choice() { Ok(self as U) } else { Err(TryFromIntError) } }
}

impl u16 {
    pub const fn checked_add(self, r: u16) -> Option<u16> { if rt::choice() { Some(rt::symbol("checked_add", self, r)) } else { None } }
    pub const fn checked_sub(self, r: u16) -> Option<u16> { if self >= r { Some(self - r) } else { None } }
    pub const fn checked_mul(self, r: u16) -> Option<u16> { if rt::choice() { Some(rt::symbol("checked_mul", self, r)) } else { None } }
    pub const fn checked_div(self, r: u16) -> Option<u16> { if r == 0 { None } else { Some(self / r) } }
    pub const fn checked_next_power_of_two(self) -> Option<u16> { if rt::choice() { Some(rt::symbol("power_of_two", self)) } else { None } }
    pub const fn overflowing_mul(self, r: u16) -> (u16, bool) { (rt::symbol("checked_mul", self, r), rt::symbol("mul_overflows", self, r)) }
    pub const fn overflowing_add(self, r: u16) -> (u16, bool) { (rt::symbol("checked_add", self, r), rt::symbol("add_overflows", self, r)) }
    pub const fn saturating_add(self, r: u16) -> u16 { rt::symbol("saturating_add", self, r) }
    pub const fn saturating_mul(self, r: u16) -> u16 { rt::symbol("saturating_mul", self, r) }
    pub const fn saturating_sub(self, r: u16) -> u16 { if self > r { self - r } else { 0 } }
    pub const fn wrapping_add(self, r: u16) -> u16 { self + r }
    pub const fn wrapping_sub(self, r: u16) -> u16 { self - r }
    pub const fn wrapping_mul(self, r: u16) -> u16 { self * r }
    pub const fn next_power_of_two(self) -> u16 { rt::symbol("power_of_two", self) }
    pub const fn next_multiple_of(self, r: u16) -> u16 { rt::symbol("next_multiple_of", self, r) }
    pub const fn div_ceil(self, r: u16) -> u16 { rt::symbol("div_ceil", self, r) }
    pub const fn max(self, r: u16) -> u16 { if self < r { r } else { self } }
    pub const fn min(self, r: u16) -> u16 { if self < r { self } else { r } }
    pub const fn clamp(self, lo: u16, hi: u16) -> u16 { if self < lo { lo } else if self > hi { hi } else { self } }
    pub const fn to_owned(&self) -> u16 { *self }
    pub const fn try_into<U>(self) -> Result<U, TryFromIntError> { if rt::choice() { Ok(self as U) } else { Err(TryFromIntError) } }
}

impl i16 {
    pub const fn checked_add(self, r: i16) -> Option<i16> { if rt::choice() { Some(rt::symbol("checked_add", self, r)) } else { None } }
    pub const fn checked_sub(self, r: i16) -> Option<i16> { if self >= r { Some(self - r) } else { None } }
    pub const fn checked_mul(self, r: i16) -> Option<i16> { if rt::choice() { Some(rt::symbol("checked_mul", self, r)) } else { None } }
    pub const fn checked_div(self, r: i16) -> Option<i16> { if r == 0 { None } else { Some(self / r) } }
    pub const fn checked_next_power_of_two(self) -> Option<i16> { if rt::choice() { Some(rt::symbol("power_of_two", self)) } else { None } }
    pub const fn overflowing_mul(self, r: i16) -> (i16, bool) { (rt::symbol("checked_mul", self, r), rt::symbol("mul_overflows", self, r)) }
    pub const fn overflowing_add(self, r: i16) -> (i16, bool) { (rt::symbol("checked_add", self, r), rt::symbol("add_overflows", self, r)) }
    pub const fn saturating_add(self, r: i16) -> i16 { rt::symbol("saturating_add", self, r) }
    pub const fn saturating_mul(self, r: i16) -> i16 { rt::symbol("saturating_mul", self, r) }
    pub const fn saturating_sub(self, r: i16) -> i16 { if self > r { self - r } else { 0 } }
    pub const fn wrapping_add(self, r: i16) -> i16 { self + r }
    pub const fn wrapping_sub(self, r: i16) -> i16 { self - r }
    pub const fn wrapping_mul(self, r: i16) -> i16 { self * r }
    pub const fn next_power_of_two(self) -> i16 { rt::symbol("power_of_two", self) }
    pub const fn next_multiple_of(self, r: i16) -> i16 { rt::symbol("next_multiple_of", self, r) }
    pub const fn div_ceil(self, r: i16) -> i16 { rt::symbol("div_ceil", self, r) }
    pub const fn max(self, r: i16) -> i16 { if self < r { r } else { self } }
    pub const fn min(self, r: i16) -> i16 { if self < r { self } else { r } }
    pub const fn clamp(self, lo: i16, hi: i16) -> i16 { if self < lo { lo } else if self > hi { hi } else { self } }
    pub const fn to_owned(&self) -> i16 { *self }
    pub const fn try_into<U>(self) -> Result<U, TryFromIntError> { if rt::choice() { Ok(self as U) } else { Err(TryFromIntError) } }
}

impl u8 {
    pub const fn checked_add(self, r: u8) -> Option<u8> { if rt::choice() { Some(rt::symbol("checked_add", self, r)) } else { None } }
    pub const fn checked_sub(self, r: u8) -> Option<u8> { if self >= r { Some(self - r) } else { None } }
    pub const fn checked_mul(self, r: u8) -> Option<u8> { if rt::choice() { Some(rt::symbol("checked_mul", self, r)) } else { None } }
    pub const fn checked_div(self, r: u8) -> Option<u8> { if r == 0 { None } else { Some(self / r) } }
    pub const fn checked_next_power_of_two(self) -> Option<u8> { if rt::choice() { Some(rt::symbol("power_of_two", self)) } else { None } }
    pub const fn overflowing_mul(self, r: u8) -> (u8, bool) { (rt::symbol("checked_mul", self, r), rt::symbol("mul_overflows", self, r)) }
    pub const fn overflowing_add(self, r: u8) -> (u8, bool) { (rt::symbol("checked_add", self, r), rt::symbol("add_overflows", self, r)) }
    pub const fn saturating_add(self, r: u8) -> u8 { rt::symbol("saturating_add", self, r) }
    pub const fn saturating_mul(self, r: u8) -> u8 { rt::symbol("saturating_mul", self, r) }
    pub const fn saturating_sub(self, r: u8) -> u8 { if self > r { self - r } else { 0 } }
    pub const fn wrapping_add(self, r: u8) -> u8 { self + r }
    pub const fn wrapping_sub(self, r: u8) -> u8 { self - r }
    pub const fn wrapping_mul(self, r: u8) -> u8 { self * r }
    pub const fn next_power_of_two(self) -> u8 { rt::symbol("power_of_two", self) }
    pub const fn next_multiple_of(self, r: u8) -> u8 { rt::symbol("next_multiple_of", self, r) }
    pub const fn div_ceil(self, r: u8) -> u8 { rt::symbol("div_ceil", self, r) }
    pub const fn max(self, r: u8) -> u8 { if self < r { r } else { self } }
    pub const fn min(self, r: u8) -> u8 { if self < r { self } else { r } }
    pub const fn clamp(self, lo: u8, hi: u8) -> u8 { if self < lo { lo } else if self > hi { hi } else { self } }
    pub const fn to_owned(&self) -> u8 { *self }
    pub const fn try_into<U>(self) -> Result<U, TryFromIntError> { if rt::choice() { Ok(self as U) } else { Err(TryFromIntError) } }
}

impl i8 {
    pub const fn checked_add(self, r: i8) -> Option<i8> { if rt::choice() { Some(rt::symbol("checked_add", self, r)) } else { None } }
    pub const fn checked_sub(self, r: i8) -> Option<i8> { if self >= r { Some(self - r) } else { None } }
    pub const fn checked_mul(self, r: i8) -> Option<i8> { if rt::choice() { Some(rt::symbol("checked_mul", self, r)) } else { None } }
    pub const fn checked_div(self, r: i8) -> Option<i8> { if r == 0 { None } else { Some(self / r) } }
    pub const fn checked_next_power_of_two(self) -> Option<i8> { if rt::choice() { Some(rt::symbol("power_of_two", self)) } else { None } }
    pub const fn overflowing_mul(self, r: i8) -> (i8, bool) { (rt::symbol("checked_mul", self, r), rt::symbol("mul_overflows", self, r)) }
    pub const fn overflowing_add(self, r: i8) -> (i8, bool) { (rt::symbol("checked_add", self, r), rt::symbol("add_overflows", self, r)) }
    pub const fn saturating_add(self, r: i8) -> i8 { rt::symbol("saturating_add", self, r) }
    pub const fn saturating_mul(self, r: i8) -> i8 { rt::symbol("saturating_mul", self, r) }
    pub const fn saturating_sub(self, r: i8) -> i8 { if self > r { self - r } else { 0 } }
    pub const fn wrapping_add(self, r: i8) -> i8 { self + r }
    pub const fn wrapping_sub(self, r: i8) -> i8 { self - r }
    pub const fn wrapping_mul(self, r: i8) -> i8 { self * r }
    pub const fn next_power_of_two(self) -> i8 { rt::symbol("power_of_two", self) }
    pub const fn next_multiple_of(self, r: i8) -> i8 { rt::symbol("next_multiple_of", self, r) }
    pub const fn div_ceil(self, r: i8) -> i8 { rt::symbol("div_ceil", self, r) }
    pub const fn max(self, r: i8) -> i8 { if self < r { r } else { self } }
    pub const fn min(self, r: i8) -> i8 { if self < r { self } else { r } }
    pub const fn clamp(self, lo: i8, hi: i8) -> i8 { if self < lo { lo } else if self > hi { hi } else { self } }
    pub const fn to_owned(&self) -> i8 { *self }
    pub const fn try_into<U>(self) -> Result<U, TryFromIntError> { if rt::choice() { Ok(self as U) } else { Err(TryFromIntError) } }
}
