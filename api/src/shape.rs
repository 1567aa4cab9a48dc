//! The shapes of answers and of JSON parameters.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::skip::is_false;
use crate::value::enum_values;
use crate::{EnumValue, Format};

/// What a JSON value looks like: the `data` of an answer or a part of it, or
/// the content of a JSON parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    /// The type (`type` in the files).
    #[serde(rename = "type")]
    pub kind: ShapeType,
    /// What the value stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// The JSON type that the printed example shows, where it is not that of `kind`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wire: Option<Wire>,
    /// The type that the document's table states, where `kind` corrects it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table_type: Option<ShapeType>,
    /// In the content of a JSON parameter: the member must be given.
    #[serde(default, skip_serializing_if = "is_false")]
    pub required: bool,
    /// In an answer or a callback: it may be missing or null. Set where a document says so; reading the files sets it
    /// where a printed example shows it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub optional: bool,
    /// The value may be null in an example.
    #[serde(default, skip_serializing_if = "is_false")]
    pub nullable: bool,
    /// It is a key: it must not appear in logs or errors.
    #[serde(default, skip_serializing_if = "is_false")]
    pub secret: bool,
    /// The example has it, the document's table does not.
    #[serde(default, skip_serializing_if = "is_false")]
    pub not_in_table: bool,
    /// The document's table has it, the example does not.
    #[serde(default, skip_serializing_if = "is_false")]
    pub not_in_example: bool,
    /// The name or type is known from an example only and the table disagrees.
    #[serde(default, skip_serializing_if = "is_false")]
    pub from_example: bool,
    /// The meaning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desc: Option<String>,
    /// The values that a document lists (`enum` in the files).
    #[serde(rename = "enum", default, deserialize_with = "enum_values", skip_serializing_if = "Vec::is_empty")]
    pub enum_values: Vec<EnumValue>,
    /// The elements of an array.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<Box<Shape>>,
    /// The values of a map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Box<Shape>>,
    /// The members of an object, in the order of the document.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub fields: IndexMap<String, Shape>,
}

/// The type of a JSON value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShapeType {
    /// A whole number.
    Int,
    /// A text.
    String,
    /// A number with decimals.
    Float,
    /// True or false.
    Bool,
    /// A day, `YYYY-MM-DD`.
    Date,
    /// A day and time, `YYYY-MM-DD HH:MM:SS`.
    Datetime,
    /// Unix seconds.
    Timestamp,
    /// An object with named members.
    Object,
    /// A list.
    Array,
    /// An object whose keys are data, such as dates or ids.
    Map,
    /// Nothing: the answer has no data.
    Null,
    /// Not described: passed through as it comes.
    Any,
}

/// The JSON type that an example shows for a value of another described type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wire {
    /// A number.
    Int,
    /// A text.
    String,
}
