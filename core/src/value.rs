//! What the caller gives: the values of parameters, and the parameters of a call.

mod file;
mod id;
mod params;
mod time;

use std::fmt;
use std::time::SystemTime;

use serde::Serialize;

use crate::decimal;
use crate::error::{Error, ErrorKind};
use crate::json::{self, JsonError};
use crate::operation::ParamKind;

pub use file::{Chunk, File, FileSource, Progress};
pub use id::Id;
pub use params::Params;
pub(crate) use params::{members, read};
pub use time::Time;
use time::unix_seconds;

/// The value of a parameter, before it is checked and encoded.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// true or false, for parameters that take 1 and 0.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A decimal number in digits, such as `9.9`.
    Decimal(String),
    /// Text; also the text form of a value of any other kind.
    Text(String),
    /// Several values, joined with commas when they are sent.
    List(Vec<Value>),
    /// A JSON text. It is signed and sent byte for byte as it stands here.
    Json(String),
    /// A file.
    File(File),
}

impl Value {
    /// A JSON parameter, serialized once: the same bytes are signed and sent.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameters`] if the value has no JSON form.
    pub fn json(value: &impl Serialize) -> Result<Value, Error> {
        serde_json::to_string(value).map(Value::Json).map_err(|error| {
            Error::new(ErrorKind::InvalidParameters, "").with_message(format!("a value has no JSON form: {error}"))
        })
    }

    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Value::Bool(_) => "a boolean",
            Value::Int(_) => "a whole number",
            Value::Decimal(_) => "a decimal number",
            Value::Text(_) => "a text",
            Value::List(_) => "a list",
            Value::Json(_) => "a JSON value",
            Value::File(_) => "a file",
        }
    }

    /// Reads a JSON value as the value of a parameter of this kind; null is no value.
    fn from_json(raw: &str, kind: Option<ParamKind>) -> Result<Option<Value>, JsonError> {
        if raw == "null" {
            return Ok(None);
        }
        if let Some(ParamKind::Json(_)) = kind
            && !raw.starts_with('"')
        {
            return Ok(Some(Value::Json(raw.to_owned())));
        }
        if kind == Some(ParamKind::File)
            && let Ok(file) = json::Object::read(raw).and_then(File::from_json)
        {
            return Ok(Some(Value::File(file)));
        }
        let may_be_time = matches!(
            kind,
            None | Some(ParamKind::Timestamp | ParamKind::Date | ParamKind::DateOrZero | ParamKind::DateTime)
        );
        if may_be_time
            && raw.starts_with('{')
            && let Ok(unix) = unix_seconds(raw)
        {
            return Ok(Some(Value::Int(unix)));
        }
        Ok(Some(match raw.as_bytes().first() {
            Some(b'"') => Value::Text(json::text(raw)?.into_owned()),
            Some(b't') => Value::Bool(true),
            Some(b'f') => Value::Bool(false),
            Some(b'[') => match list(raw)? {
                Some(list) => Value::List(list),
                None => Value::Json(raw.to_owned()),
            },
            Some(b'{') => Value::Json(raw.to_owned()),
            _ => number(raw),
        }))
    }
}

/// A JSON array of scalars as a list; `None` if it holds anything else.
fn list(raw: &str) -> Result<Option<Vec<Value>>, JsonError> {
    json::items(raw)?
        .into_iter()
        .map(|item| match item.as_bytes().first() {
            Some(b'{' | b'[' | b'n') => Ok(None),
            _ => Value::from_json(item, None),
        })
        .collect()
}

/// A JSON number, exact: what does not fit a type keeps its text.
fn number(raw: &str) -> Value {
    if let Ok(int) = raw.parse() {
        return Value::Int(int);
    }
    let whole = !raw.contains(['.', 'e', 'E']);
    match decimal::plain(raw) {
        Some(number) if !whole => Value::Decimal(number),
        _ => Value::Text(raw.to_owned()),
    }
}

impl fmt::Debug for Value {
    /// Texts by their length only: they may be passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Bool(value) => value.fmt(f),
            Value::Int(value) => value.fmt(f),
            Value::Decimal(value) => f.write_str(value),
            Value::Text(value) => write!(f, "Text({} bytes)", value.len()),
            Value::Json(value) => write!(f, "Json({} bytes)", value.len()),
            Value::List(values) => f.debug_list().entries(values).finish(),
            Value::File(file) => file.fmt(f),
        }
    }
}

macro_rules! value_from {
    ($($from:ty => |$value:ident| $make:expr),+ $(,)?) => {$(
        impl From<$from> for Value {
            fn from($value: $from) -> Value {
                $make
            }
        }
    )+};
}

value_from! {
    bool => |value| Value::Bool(value),
    i64 => |value| Value::Int(value),
    i32 => |value| Value::Int(value.into()),
    i16 => |value| Value::Int(value.into()),
    i8 => |value| Value::Int(value.into()),
    u32 => |value| Value::Int(value.into()),
    u16 => |value| Value::Int(value.into()),
    u8 => |value| Value::Int(value.into()),
    u64 => |value| unsigned(value),
    usize => |value| unsigned(value),
    &i64 => |value| Value::Int(*value),
    f32 => |value| Value::Decimal(value.to_string()),
    f64 => |value| Value::Decimal(value.to_string()),
    &str => |value| Value::Text(value.to_owned()),
    String => |value| Value::Text(value),
    &String => |value| Value::Text(value.clone()),
    File => |value| Value::File(value),
    Id => |value| value.0,
    Time => |value| value.0,
    SystemTime => |value| Time::from(value).0,
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(values: Vec<T>) -> Value {
        Value::List(values.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Value> + Clone> From<&[T]> for Value {
    fn from(values: &[T]) -> Value {
        values.to_vec().into()
    }
}

impl<T: Into<Value>, const N: usize> From<[T; N]> for Value {
    fn from(values: [T; N]) -> Value {
        Value::List(values.into_iter().map(Into::into).collect())
    }
}

/// One that is too large for the type is told as text.
fn unsigned<N: ToString + Copy>(number: N) -> Value
where
    i64: TryFrom<N>,
{
    i64::try_from(number).map_or_else(|_| Value::Text(number.to_string()), Value::Int)
}
