//! The callbacks: the core's table and the Rust client's events.

use std::collections::BTreeMap;
use std::error::Error;

use baijiayun_api::{Callback, ContentType, Description, Param, ParamType, Shape, ShapeType};
use serde_json::json;

use crate::core_table;
use crate::doc_comments::{callback_docs, callback_title};
use crate::doc_links::DocLinks;
use crate::generate::Output;
use crate::kotlin::constant;
use crate::model::{Enum, Repr, Struct};
use crate::names::{Names, pascal, variant_names};
use crate::render::render;
use crate::rust_client::callback_types;

pub fn outputs(description: &Description) -> Result<Vec<Output>, Box<dyn Error>> {
    let callbacks = &description.callbacks;
    let shapes = posted_objects(description);
    let table = callbacks.values().zip(&shapes).fold(core_table::HEAD.to_owned(), |text, (callback, (name, shape))| {
        text + "\n" + &paragraph(name, callback, shape)
    });
    let events: Vec<_> =
        callbacks.iter().map(|(name, callback)| json!({ "name": name, "docs": [callback_title(callback)] })).collect();
    let (structs, values) = callback_types(description, &shapes)?;
    let context = json!({ "callbacks": events, "structs": structs, "values": values });
    Ok(vec![
        Output::new("core/src/generated/callbacks.txt", table),
        Output::new(
            "client/src/generated/callbacks.rs",
            DocLinks::of(description).linked(&render("client/callbacks.rs.jinja", context)?),
        ),
    ])
}

/// What `core/src/callbacks/table.rs` reads.
fn paragraph(name: &str, callback: &Callback, shape: &Shape) -> String {
    let mut text = format!("# {name}\n");
    if callback.content_type == Some(ContentType::Json) {
        text += "  json\n";
    }
    for (name, field) in &shape.fields {
        text += &format!("  field {}\n", core_table::field(name, field, 2));
    }
    for marks in &callback.told_by {
        text += &format!("  told_by {}\n", marks.join(","));
    }
    text
}

/// What each callback posts, by name.
pub fn posted_objects(description: &Description) -> Vec<(&str, Shape)> {
    description.callbacks.iter().map(|(name, callback)| (name.as_str(), posted(callback))).collect()
}

/// The names of posted objects in a package whose types share one space.
pub fn payload_names<'a>(
    structs: &'a [Struct],
    posted: &[(&str, Shape)],
    names: &mut Names,
) -> BTreeMap<&'a str, String> {
    let mut name = |object: &str| {
        let whole = posted.iter().find(|(wire, _)| pascal(wire) == object);
        names.claim(whole.map_or(object.to_owned(), |(wire, _)| format!("{}Payload", event_base(wire))))
    };
    structs.iter().map(|object| (object.name.as_str(), name(&object.name))).collect()
}

/// Lists of values as constants: for languages whose types only list them.
pub fn constants<'m, 'a: 'm>(
    enums: impl Iterator<Item = &'m Enum<'a>>,
    names: &mut Names,
) -> Result<Vec<serde_json::Value>, String> {
    let mut object = |listed: &Enum| {
        let values = listed.values.iter().zip(variant_names(listed.values)).map(|(value, name)| {
            let literal = match listed.repr {
                Repr::Int => value.value.to_string(),
                Repr::Text => json!(value.value.to_string()).to_string(),
            };
            json!({ "name": constant(&name), "value": literal, "docs": [value.meaning] })
        });
        Ok(json!({
            "name": names.claim_as_it_is(&listed.name)?,
            "docs": [listed.desc, "", "The service may know others."],
            "values": values.collect::<Vec<_>>(),
        }))
    };
    enums.map(&mut object).collect()
}

/// The name of a callback's event there.
pub fn event_name(wire: &str, names: &mut Names) -> String {
    names.claim(format!("{}Callback", event_base(wire)))
}

fn event_base(wire: &str) -> String {
    pascal(wire.strip_suffix("_callback").unwrap_or(wire))
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
            Some(value) => return Shape { optional: param.optional, ..value.clone() },
            None => ShapeType::Any,
        },
        ParamType::Int => ShapeType::Int,
        ParamType::Float => ShapeType::Float,
        ParamType::Date => ShapeType::Date,
        ParamType::Datetime => ShapeType::Datetime,
        ParamType::Timestamp => ShapeType::Timestamp,
        ParamType::String | ParamType::List | ParamType::File => ShapeType::String,
    };
    let (format, optional, enum_values) = (param.format, param.optional, param.enum_values.clone());
    Shape { format, optional, enum_values, ..shape(kind, &param.desc) }
}

fn shape(kind: ShapeType, desc: &str) -> Shape {
    Shape {
        kind,
        format: None,
        wire: None,
        table_type: None,
        required: false,
        optional: false,
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
