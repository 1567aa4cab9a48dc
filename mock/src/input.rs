//! What a handler sees of a call: the parameters, checked and typed.

use baijiayun_core::{Operation, Params, Value as Given};
use serde_json::Value;

use crate::body::ReceivedFile;
use crate::described;
use crate::store::Row;

pub(crate) struct Input<'a> {
    pub operation: &'static Operation,
    pub described: &'static described::Operation,
    pub params: Params,
    pub files: Vec<ReceivedFile>,
    pub now: i64,
    /// The mock's own address.
    pub base: &'a str,
}

impl Input<'_> {
    /// A parameter as a JSON value, whether described or not.
    pub fn get(&self, name: &str) -> Option<Value> {
        let extra = || self.params.extra().find(|(known, _)| *known == name).map(|(_, value)| value);
        self.params.get(name).or_else(extra).map(json)
    }

    /// A parameter in text form; empty if it was not given.
    pub fn text(&self, name: &str) -> String {
        self.get(name).map(|value| plain(&value)).unwrap_or_default()
    }

    /// A parameter as a number. Ids that an operation types as text are numbers too.
    pub fn int(&self, name: &str) -> Option<i64> {
        self.get(name).as_ref().and_then(as_int)
    }

    pub fn int_or(&self, name: &str, default: i64) -> i64 {
        self.int(name).unwrap_or(default)
    }

    /// The id of a thing; 0, which no thing has, if it was not given.
    pub fn id(&self, name: &str) -> i64 {
        self.int_or(name, 0)
    }

    /// The elements of a list parameter, in text form.
    pub fn texts(&self, name: &str) -> Vec<String> {
        match self.get(name) {
            Some(Value::Array(items)) => items.iter().map(plain).collect(),
            Some(other) => vec![plain(&other)],
            None => Vec::new(),
        }
    }

    /// The elements of a list parameter that are numbers.
    pub fn ints(&self, name: &str) -> Vec<i64> {
        self.texts(name).iter().filter_map(|text| text.parse().ok()).collect()
    }

    /// The given ones of these parameters.
    pub fn row(&self, names: &[&str]) -> Row {
        names.iter().filter_map(|name| Some(((*name).to_owned(), self.get(name)?))).collect()
    }

    /// The described parameters that were given, except files and those named.
    pub fn row_without(&self, names: &[&str]) -> Row {
        let given = self.params.iter().filter(|(name, _)| !names.contains(name));
        given.map(|(name, value)| (name.to_owned(), json(value))).collect()
    }

    pub fn file(&self, name: &str) -> Option<&ReceivedFile> {
        self.files.iter().find(|file| file.field == name)
    }
}

pub(crate) fn as_int(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn json(value: &Given) -> Value {
    match value {
        Given::Bool(flag) => Value::Bool(*flag),
        Given::Int(number) => Value::from(*number),
        Given::Decimal(number) => serde_json::from_str(number).unwrap_or_default(),
        Given::Text(text) => Value::from(text.as_str()),
        Given::List(items) => Value::Array(items.iter().map(json).collect()),
        Given::Json(text) => serde_json::from_str(text).unwrap_or_else(|_| Value::from(text.as_str())),
        Given::File(file) => Value::from(file.name.as_str()),
    }
}
