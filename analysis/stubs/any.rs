//! `std::any`: types at run time.

use crate::rt;

pub trait Any {
    fn type_id(&self) -> TypeId { rt::unknown() }
}
#[memlint_stub::copy]
pub struct TypeId {
    id: u64,
}
impl TypeId {
    pub const fn of<T: ?Sized>() -> TypeId { rt::unknown() }
}
pub const fn type_name<T: ?Sized>() -> &'static str { rt::unknown() }
pub const fn type_name_of_val<T: ?Sized>(v: &T) -> &'static str { rt::unknown() }
