//! The callbacks: the core's table and the Rust client's events.

use std::error::Error;

use baijiayun_api::{Callback, Description, EnumValue, Param, ParamType, Shape, ShapeType};
use serde::Serialize;
use serde_json::json;

use crate::core_table::{ShapeRow, shape_row};
use crate::docs::{callback_docs, callback_title};
use crate::generate::Output;
use crate::render::render;
use crate::rust_client::types;

#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    fields: Vec<(String, ShapeRow)>,
    required: Vec<&'a String>,
    /// The listed values, as they are posted.
    known: Vec<(&'a String, Vec<String>)>,
}

pub fn outputs(description: &Description) -> Result<Vec<Output>, Box<dyn Error>> {
    let callbacks = &description.callbacks;
    let shapes = posted_objects(description);
    let rows: Vec<Row> =
        callbacks.iter().zip(&shapes).map(|((name, callback), (_, shape))| row(name, callback, shape)).collect();
    let events: Vec<_> =
        callbacks.iter().map(|(name, callback)| json!({ "name": name, "docs": [callback_title(callback)] })).collect();
    let (structs, enums) = types("callback", &["Event"], &shapes);
    let context = json!({ "callbacks": events, "structs": structs, "enums": enums });
    Ok(vec![
        Output::new(
            "core/src/generated/callbacks.rs",
            render("core/callbacks.rs.jinja", json!({ "callbacks": rows }))?,
        ),
        Output::new("client/src/generated/callbacks.rs", render("client/callbacks.rs.jinja", context)?),
    ])
}

fn row<'a>(name: &'a str, callback: &'a Callback, shape: &Shape) -> Row<'a> {
    let params = &callback.params;
    let values = |values: &[EnumValue]| values.iter().map(|value| value.value.to_string()).collect();
    Row {
        name,
        fields: shape.fields.iter().map(|(name, field)| (name.clone(), shape_row(field))).collect(),
        required: params.iter().filter(|(_, param)| param.required).map(|(name, _)| name).collect(),
        known: params
            .iter()
            .filter(|(_, param)| !param.enum_values.is_empty())
            .map(|(name, param)| (name, values(&param.enum_values)))
            .collect(),
    }
}

/// What each callback posts, by name.
pub fn posted_objects(description: &Description) -> Vec<(&str, Shape)> {
    description.callbacks.iter().map(|(name, callback)| (name.as_str(), posted(callback))).collect()
}

/// All that a callback posts but its signature, as one object.
fn posted(callback: &Callback) -> Shape {
    let mut object = shape(ShapeType::Object, &callback_docs(callback).join("\n"));
    object.fields = callback.params.iter().map(|(name, param)| (name.clone(), field(param))).collect();
    object.fields.entry("qid".to_owned()).or_insert_with(|| shape(ShapeType::String, "Unique id of this callback."));
    object.fields.insert("timestamp".to_owned(), shape(ShapeType::Timestamp, "When it was signed."));
    object
}

fn field(param: &Param) -> Shape {
    let kind = match param.kind {
        ParamType::Json => match &param.value {
            Some(value) => return value.clone(),
            None => ShapeType::Any,
        },
        ParamType::Int => ShapeType::Int,
        ParamType::Float => ShapeType::Float,
        ParamType::Date => ShapeType::Date,
        ParamType::Datetime => ShapeType::Datetime,
        ParamType::Timestamp => ShapeType::Timestamp,
        ParamType::String | ParamType::List | ParamType::File => ShapeType::String,
    };
    Shape { format: param.format, enum_values: param.enum_values.clone(), ..shape(kind, &param.desc) }
}

fn shape(kind: ShapeType, desc: &str) -> Shape {
    Shape {
        kind,
        format: None,
        wire: None,
        table_type: None,
        required: false,
        nullable: false,
        secret: false,
        not_in_table: false,
        not_in_example: false,
        from_example: false,
        desc: Some(desc.to_owned()),
        enum_values: Vec::new(),
        items: None,
        values: None,
        fields: Default::default(),
    }
}
