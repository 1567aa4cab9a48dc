//! What the mock needs of the description: a fifth of it, so that the mock fits into a web page.

use baijiayun_api::{Callback, Description, Operation, Shape};
use serde_json::{Map, Value, json};

use crate::generate::Output;

pub fn outputs(description: &Description) -> serde_json::Result<Vec<Output>> {
    let operations = description
        .operations()
        .map(|entry| Ok((entry.full_name(), operation(entry.operation)?)))
        .collect::<serde_json::Result<Map<String, Value>>>()?;
    let callbacks = description
        .callbacks
        .iter()
        .map(|(name, described)| Ok((name.clone(), callback(described)?)))
        .collect::<serde_json::Result<Map<String, Value>>>()?;
    let table = json!({ "operations": operations, "callbacks": callbacks });
    Ok(vec![Output::new("mock/src/generated/description.json", serde_json::to_string(&table)? + "\n")])
}

/// The defaults of parameters, the shape of the answer, and the data of the first example. The core's table has the rest.
fn operation(operation: &Operation) -> serde_json::Result<Value> {
    let mut kept = json!({ "response": shape(&operation.response) });
    let mut defaults = Map::new();
    for (name, param) in &operation.params {
        if let Some(default) = &param.default {
            defaults.insert(name.clone(), serde_json::to_value(default)?);
        }
    }
    if !defaults.is_empty() {
        kept["defaults"] = defaults.into();
    }
    if let Some(example) = operation.examples.first() {
        kept["example"] = serde_json::from_str::<Value>(&example.body)?["data"].take();
    }
    Ok(kept)
}

fn callback(callback: &Callback) -> serde_json::Result<Value> {
    let example = callback.payload_example.as_deref().map(serde_json::from_str::<Value>).transpose()?;
    Ok(json!({ "example": example, "waits": callback.waits() }))
}

/// Its types, and of the listed values the first one.
fn shape(shape: &Shape) -> Shape {
    let enum_values = shape.enum_values.iter().take(1).cloned();
    Shape {
        kind: shape.kind,
        format: None,
        wire: shape.wire,
        table_type: None,
        required: false,
        optional: shape.optional,
        nullable: false,
        secret: false,
        not_in_table: false,
        not_in_example: false,
        from_example: false,
        desc: None,
        enum_values: enum_values.map(|value| baijiayun_api::EnumValue { meaning: String::new(), ..value }).collect(),
        items: shape.items.as_deref().map(|items| Box::new(self::shape(items))),
        values: shape.values.as_deref().map(|values| Box::new(self::shape(values))),
        fields: shape.fields.iter().map(|(name, field)| (name.clone(), self::shape(field))).collect(),
    }
}
