//! Parameters: their types, and what the documents say that they may be.

use serde::{Deserialize, Serialize};

use crate::skip::is_false;
use crate::value::enum_values;
use crate::{EnumValue, Format, Scalar, Shape};

/// A parameter of an operation, or a member of what a callback posts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Param {
    /// The type (`type` in the files).
    #[serde(rename = "type")]
    pub kind: ParamType,
    /// The type of the elements of a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<ItemType>,
    /// What the value, or each element of a list, stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// The document states no type; this one was chosen from name and meaning.
    #[serde(default, skip_serializing_if = "is_false")]
    pub type_assumed: bool,
    /// Every document of the entry demands it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub required: bool,
    /// In a callback: it may be missing. Set where a document says so; reading the files sets it where it is not
    /// `required`, and where a printed example lacks it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub optional: bool,
    /// The documents that demand it, where the others do not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required_by: Vec<String>,
    /// The documents that know it, where the others do not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// What the service takes when it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Scalar>,
    /// An example that a document prints.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<Scalar>,
    /// The least value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    /// The greatest value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
    /// The greatest number of characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
    /// The greatest number of elements of a list or a JSON array.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_items: Option<u32>,
    /// How many decimals a float has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimals: Option<u32>,
    /// It must not appear in logs or errors.
    #[serde(default, skip_serializing_if = "is_false")]
    pub secret: bool,
    /// The meaning.
    pub desc: String,
    /// The values that a document lists (`enum` in the files).
    #[serde(rename = "enum", default, deserialize_with = "enum_values", skip_serializing_if = "Vec::is_empty")]
    pub enum_values: Vec<EnumValue>,
    /// What a `json` parameter's text holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Shape>,
}

/// The type of a parameter. On the wire all but files are text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParamType {
    /// A whole number.
    Int,
    /// A text.
    String,
    /// A number with decimals.
    Float,
    /// A day, `YYYY-MM-DD`.
    Date,
    /// A day and time, `YYYY-MM-DD HH:MM:SS`.
    Datetime,
    /// Unix seconds.
    Timestamp,
    /// Several values, joined by commas.
    List,
    /// A JSON text.
    Json,
    /// A file part of a multipart body.
    File,
}

/// The type of the elements of a list parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemType {
    /// Whole numbers.
    Int,
    /// Texts without a comma.
    String,
}
