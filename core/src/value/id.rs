//! Ids, which the service types as numbers and as texts.

use std::fmt;

use super::{Value, unsigned};

/// An id as the caller has it: a number, or the text that another operation
/// answered with. (The service types room ids both ways.)
#[derive(Debug, Clone, PartialEq)]
pub struct Id(pub(super) Value);

macro_rules! id_from {
    ($($from:ty => |$value:ident| $make:expr),+ $(,)?) => {$(
        impl From<$from> for Id {
            fn from($value: $from) -> Id {
                Id($make)
            }
        }
    )+};
}

id_from! {
    i64 => |value| Value::Int(value),
    i32 => |value| Value::Int(value.into()),
    u32 => |value| Value::Int(value.into()),
    u64 => |value| unsigned(value),
    usize => |value| unsigned(value),
    &i64 => |value| Value::Int(*value),
    &str => |value| Value::Text(value.to_owned()),
    String => |value| Value::Text(value),
    &String => |value| Value::Text(value.clone()),
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Value::Int(id) => id.fmt(f),
            Value::Text(id) => id.fmt(f),
            other => f.write_str(other.kind()),
        }
    }
}
