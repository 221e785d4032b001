//! Parts of the representation that stay packed until somebody asks for them.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::ops::Deref;
use std::sync::OnceLock;

/// A value that is kept in a few bytes and unpacked at the first look at it. Declarations come in
/// tens of thousands, of which a run looks at a few.
pub struct Packed<T> {
    bytes: Box<[u8]>,
    value: OnceLock<Box<T>>,
}

impl<T> Packed<T> {
    /// A value that will be asked for.
    pub fn open(value: T) -> Packed<T> {
        Packed {
            bytes: Box::default(),
            value: OnceLock::from(Box::new(value)),
        }
    }

    /// The value, if it was asked for or was never packed.
    pub fn if_open(&self) -> Option<&T> {
        self.value.get().map(Box::as_ref)
    }
}

impl<T: Serialize> Packed<T> {
    /// A value that will hardly be asked for.
    pub fn new(value: T) -> Packed<T> {
        match postcard::to_allocvec(&value) {
            Ok(bytes) => Packed {
                bytes: bytes.into(),
                value: OnceLock::new(),
            },
            Err(_) => Packed::open(value),
        }
    }
}

impl<T: DeserializeOwned> Packed<T> {
    /// The value, taken out.
    pub fn into_inner(self) -> T {
        let _ = &*self;
        let value = self.value.into_inner();
        *value.expect("it was just looked at")
    }
}

impl<T: DeserializeOwned> Deref for Packed<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value.get_or_init(|| {
            let value = postcard::from_bytes(&self.bytes);
            Box::new(value.expect("the bytes were packed from this type"))
        })
    }
}

impl<T: DeserializeOwned + fmt::Debug> fmt::Debug for Packed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl<T: Serialize + DeserializeOwned> Serialize for Packed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let packed = postcard::to_allocvec(&**self).map_err(serde::ser::Error::custom)?;
        serializer.serialize_bytes(&packed)
    }
}

impl<'de, T> Deserialize<'de> for Packed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Packed<T>, D::Error> {
        Ok(Packed {
            bytes: <&[u8]>::deserialize(deserializer)?.into(),
            value: OnceLock::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Packed;
    use crate::ir::TyExpr;

    #[test]
    fn what_is_packed_comes_out_again() {
        let ty = TyExpr::Slice(Box::new(TyExpr::Never));
        let packed = Packed::new(ty.clone());
        assert!(packed.if_open().is_none());
        assert_eq!(*packed, ty);
        assert_eq!(packed.if_open(), Some(&ty));
        assert_eq!(Packed::open(ty.clone()).if_open(), Some(&ty));
        let bytes = postcard::to_allocvec(&packed).expect("it is plain data");
        let again: Packed<TyExpr> = postcard::from_bytes(&bytes).expect("it was packed");
        assert_eq!(*again, ty);
    }
}
