//! Defaults, examples and listed values.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

/// A default, an example or a listed value. A number and the same digits as
/// text are two different values, because the service tells them apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// A number.
    Int(i64),
    /// A text.
    Text(String),
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scalar::Int(number) => number.fmt(f),
            Scalar::Text(text) => text.fmt(f),
        }
    }
}

/// One value that a document lists, and what it means.
///
/// Lists of values are open: a default or an example may lie outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnumValue {
    /// The value on the wire.
    pub value: Scalar,
    /// Its meaning.
    pub meaning: String,
}

/// What a value stands for beyond its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// An identifier, up to 64 bits: it must stay exact and is not reckoned with.
    Id,
}

/// Reads `enum` from a YAML mapping of values to meanings, or from the list
/// that it is in JSON, where keys could not be numbers.
pub(crate) fn enum_values<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<EnumValue>, D::Error> {
    struct Values;

    impl<'de> Visitor<'de> for Values {
        type Value = Vec<EnumValue>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a mapping of values to meanings")
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            let meanings = indexmap::IndexMap::<Scalar, String>::deserialize(MapAccessDeserializer::new(map))?;
            Ok(meanings.into_iter().map(|(value, meaning)| EnumValue { value, meaning }).collect())
        }

        fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
            Vec::deserialize(SeqAccessDeserializer::new(seq))
        }
    }

    deserializer.deserialize_any(Values)
}
