//! What the description tells the mock, generated from `api/` by `cargo xtask generate`.

use std::sync::LazyLock;

use baijiayun_api::{EnumValue, Scalar, Shape, ShapeType, Wire};
use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::named::Named;

pub(crate) struct Description {
    operations: Named<Operation>,
    callbacks: Named<Callback>,
}

pub(crate) struct Operation {
    /// Of the parameters that have one, as numbers and texts.
    pub defaults: Map<String, Value>,
    pub response: Shape,
    /// The data of the printed answer, if there is one.
    pub example: Option<Value>,
}

pub(crate) struct Callback {
    /// The members of the printed example.
    pub example: Map<String, Value>,
    /// How many seconds after each failure it is posted again.
    pub waits: Vec<u32>,
}

impl Description {
    pub fn embedded() -> &'static Description {
        static EMBEDDED: LazyLock<Description> = LazyLock::new(|| {
            // A test looks whether all of it was read.
            let mut table: Value = serde_json::from_str(include_str!("generated/description.json")).unwrap_or_default();
            Description {
                operations: named(table["operations"].take(), operation),
                callbacks: named(table["callbacks"].take(), callback),
            }
        });
        &EMBEDDED
    }

    pub fn operation(&self, name: &str) -> Option<&Operation> {
        self.operations.get(name)
    }

    pub fn callback(&self, name: &str) -> Option<&Callback> {
        self.callbacks.get(name)
    }
}

// By hand and not by serde's derive, which takes six times as much code: it is part of the WebAssembly.

fn named<T>(members: Value, read: impl Fn(Value) -> T) -> Named<T> {
    let mut all = Named::default();
    if let Value::Object(members) = members {
        for (name, member) in members {
            all.put(name, read(member));
        }
    }
    all
}

fn operation(mut operation: Value) -> Operation {
    let example = operation.as_object_mut().and_then(|members| members.remove("example"));
    let defaults = match operation["defaults"].take() {
        Value::Object(defaults) => defaults,
        _ => Map::new(),
    };
    Operation { defaults, response: shape(operation["response"].take()), example }
}

fn callback(mut callback: Value) -> Callback {
    let Value::Object(example) = callback["example"].take() else {
        return Callback { example: Map::new(), waits: waits(&callback) };
    };
    Callback { example, waits: waits(&callback) }
}

fn waits(callback: &Value) -> Vec<u32> {
    let waits = callback["waits"].as_array().map(Vec::as_slice).unwrap_or_default();
    waits.iter().filter_map(|wait| wait.as_u64()?.try_into().ok()).collect()
}

fn scalar(value: &Value) -> Option<Scalar> {
    match value {
        Value::Number(number) => number.as_i64().map(Scalar::Int),
        Value::String(text) => Some(Scalar::Text(text.clone())),
        _ => None,
    }
}

fn shape(mut shape: Value) -> Shape {
    let kind = match shape["type"].as_str().unwrap_or_default() {
        "int" => ShapeType::Int,
        "string" => ShapeType::String,
        "float" => ShapeType::Float,
        "bool" => ShapeType::Bool,
        "date" => ShapeType::Date,
        "datetime" => ShapeType::Datetime,
        "timestamp" => ShapeType::Timestamp,
        "object" => ShapeType::Object,
        "array" => ShapeType::Array,
        "map" => ShapeType::Map,
        "null" => ShapeType::Null,
        _ => ShapeType::Any,
    };
    let wire = match shape["wire"].as_str() {
        Some("int") => Some(Wire::Int),
        Some("string") => Some(Wire::String),
        _ => None,
    };
    let first = scalar(&shape["enum"][0]["value"]);
    let mut inner = |name: &str| match shape[name].take() {
        Value::Null => None,
        inner => Some(Box::new(self::shape(inner))),
    };
    let (items, values) = (inner("items"), inner("values"));
    let mut fields = IndexMap::new();
    if let Value::Object(members) = shape["fields"].take() {
        for (name, member) in members {
            fields.insert(name, self::shape(member));
        }
    }
    Shape {
        kind,
        wire,
        optional: shape["optional"] == true,
        enum_values: first.into_iter().map(|value| EnumValue { value, meaning: String::new() }).collect(),
        items,
        values,
        fields,
        format: None,
        table_type: None,
        required: false,
        nullable: false,
        secret: false,
        not_in_table: false,
        not_in_example: false,
        from_example: false,
        desc: None,
    }
}

#[cfg(test)]
mod tests {
    use super::Description;

    /// Written again, it is what the generator wrote.
    #[test]
    fn all_of_it_is_read() {
        let table: serde_json::Value = serde_json::from_str(include_str!("generated/description.json")).unwrap();
        let read = Description::embedded();
        let operations = table["operations"].as_object().unwrap();
        assert_eq!(operations.len(), baijiayun_api::Description::embedded().operations().count());
        for (name, written) in operations {
            let operation = read.operation(name).unwrap();
            assert_eq!(serde_json::to_value(&operation.response).unwrap(), written["response"], "{name}");
            assert_eq!(operation.example.as_ref(), written.get("example"), "{name}");
            assert_eq!(
                Some(&operation.defaults).filter(|defaults| !defaults.is_empty()),
                written["defaults"].as_object(),
                "{name}"
            );
        }
        for (name, written) in table["callbacks"].as_object().unwrap() {
            let callback = read.callback(name).unwrap();
            assert_eq!(serde_json::to_value(&callback.waits).unwrap(), written["waits"], "{name}");
            assert_eq!(serde_json::to_value(&callback.example).unwrap(), written["example"], "{name}");
        }
    }
}
