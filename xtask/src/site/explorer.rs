//! What the explorer knows of the operations: enough for forms, and for the call in every language.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::Path;

use baijiayun_api::{Description, Method, Param, ParamType, PathSource, Shape};
use serde_json::{Map, Value as Json, json};

use super::locale::{Locale, Words};
use crate::kotlin::kotlin_name;
use crate::model::{self, Argument, Repr, Type};
use crate::names::{Names, camel, pascal, python_name, rust_field};
use crate::python_client::parameter_name;
use crate::samples::Samples;
use crate::swift::{swift_name, type_name};

/// One file for each language of the site, which the page fetches.
pub fn file(locale: Locale) -> String {
    format!("explorer.{}.json", locale.pick("zh", "en"))
}

/// Operations, the names of their members in every language, and callbacks.
///
/// # Errors
/// What `api/listed_values.yaml` lacks.
pub fn data(description: &Description, words: &Words) -> Result<Json, Box<dyn Error>> {
    let mut taken = Names::default();
    let mut wires = BTreeSet::new();
    let mut operations = Vec::new();
    let mut objects = Map::new();
    for resource in &description.resources {
        let module = model::module(description, resource)?;
        let class = pascal(&resource.resource);
        let names = module.object_names(&class, &mut taken);
        for object in module.structs.iter().filter(|object| object.input) {
            let shared = names.get(object.name.as_str()).cloned().unwrap_or_default();
            let fields: Vec<Json> = object
                .fields
                .iter()
                .map(|field| {
                    wires.insert(field.wire);
                    json!({ "name": field.wire, "kind": kind(&field.ty, &names), "required": !field.optional })
                })
                .collect();
            let rust = format!("{}::{}", rust_field(&resource.resource), object.name);
            objects.insert(shared.clone(), json!({ "swift": type_name(&shared), "rust": rust, "fields": fields }));
        }
        for call in &module.calls {
            let operation = call.operation;
            wires.extend(call.arguments.iter().map(|argument| argument.wire));
            let (class, method) = (&resource.resource, call.method);
            let mut said = json!({
                "name": format!("{class}.{method}"),
                "title": operation.title,
                "summary": words.text(&operation.summary),
                "method": if operation.methods.contains(&Method::Post) { "POST" } else { "GET" },
                "path": operation.path,
                "guess": operation.path_source == PathSource::Inferred,
                "readOnly": operation.read_only,
                "params": call.arguments.iter().map(|argument| param(argument, &names, words)).collect::<Vec<_>>(),
                "calls": {
                    "javascript": format!("{}.{}", camel(class), camel(method)),
                    "python": format!("{}.{}", python_name(class), python_name(method)),
                    "kotlin": format!("{}.{}", camel(class), kotlin_name(method)),
                    "java": format!("get{}().{}", pascal(&camel(class)), kotlin_name(method)),
                    "swift": format!("{}.{}", swift_name(class), swift_name(method)),
                    "rust": format!("{}().{}", rust_field(class), rust_field(method)),
                },
            });
            for (name, truth) in [
                ("rows", call.rows.is_some()),
                ("nothing", call.result == Type::Nothing),
                ("maybe", call.result == Type::Any),
            ] {
                if truth {
                    said[name] = json!(true);
                }
            }
            if !operation.any_of.is_empty() {
                said["anyOf"] = json!(operation.any_of);
            }
            operations.push(said);
        }
    }
    let names: BTreeMap<&str, Json> = wires.into_iter().map(|wire| (wire, names_of(wire))).collect();
    let callbacks = description.callbacks.iter().map(|(name, callback)| {
        json!({
            "name": name,
            "title": callback.title,
            "summary": words.text(&callback.summary),
            "members": printed(callback.payload_example.as_deref()),
        })
    });
    Ok(json!({
        "operations": operations,
        "objects": objects,
        "names": names,
        "callbacks": callbacks.collect::<Vec<_>>(),
    }))
}

/// What the explorer's code must be: the samples, which each language compiles, with what they give.
///
/// # Errors
/// If it cannot be written.
pub fn write_samples(target: &Path, samples: &[Samples]) -> Result<(), Box<dyn Error>> {
    let samples: Vec<Json> = samples
        .iter()
        .map(|sample| {
            let code: Map<String, Json> =
                sample.snippets.iter().map(|snippet| (snippet.label.to_lowercase(), json!(snippet.code))).collect();
            json!({ "name": sample.name, "given": sample.given, "code": code })
        })
        .collect();
    Ok(fs::write(target.join("samples.json"), serde_json::to_string(&samples)?)?)
}

/// The members of a printed callback that its sender fills in; `qid`, `timestamp` and `sign` are made anew.
fn printed(example: Option<&str>) -> Json {
    let members = example.and_then(|text| serde_json::from_str::<Map<String, Json>>(text).ok()).unwrap_or_default();
    let is_own = |name: &str| !["qid", "timestamp", "sign"].contains(&name);
    Json::Object(members.into_iter().filter(|(name, _)| is_own(name)).collect())
}

/// Where it is spelled otherwise than on the wire.
fn names_of(wire: &str) -> Json {
    let languages = [
        ("python", parameter_name(wire)),
        ("kotlin", kotlin_name(wire)),
        ("java", pascal(wire)),
        ("swift", swift_name(wire)),
        ("rust", rust_field(wire)),
    ];
    json!(languages.into_iter().filter(|(_, name)| name != wire).collect::<BTreeMap<_, _>>())
}

fn param(argument: &Argument<'_>, names: &BTreeMap<&str, String>, words: &Words) -> Json {
    let Argument { wire, param, ty } = argument;
    let mut said = json!({ "name": wire, "kind": kind_of_param(param, ty, names), "desc": words.text(&param.desc) });
    let mut say = |name: &str, value: Json| said[name] = value;
    for (name, truth) in [("required", param.required), ("secret", param.secret)] {
        if truth {
            say(name, json!(true));
        }
    }
    if !param.required_by.is_empty() {
        say("requiredBy", json!(param.required_by));
    }
    if let Some(default) = &param.default {
        say("default", json!(default.to_string()));
    }
    if let Some(example) = &param.example {
        say("example", json!(example.to_string()));
    }
    for (name, bound) in
        [("min", param.min), ("max", param.max), ("most", param.max_length.or(param.max_items).map(i64::from))]
    {
        if let Some(bound) = bound {
            say(name, json!(bound));
        }
    }
    if !param.enum_values.is_empty() {
        let values = param.enum_values.iter().map(|value| json!([value.value.to_string(), words.text(&value.meaning)]));
        say("values", values.collect());
    }
    if let Some(shape) = &param.value {
        say("json", json!(outline(shape)));
    }
    said
}

/// What JSON holds, in short.
fn outline(shape: &Shape) -> String {
    match (&shape.items, shape.fields.is_empty()) {
        (Some(items), _) => format!("[{}]", outline(items)),
        (None, false) => format!("{{{}}}", shape.fields.keys().cloned().collect::<Vec<_>>().join(", ")),
        _ => format!("{:?}", shape.kind).to_lowercase(),
    }
}

fn kind_of_param(param: &Param, ty: &Type, names: &BTreeMap<&str, String>) -> String {
    match param.kind {
        ParamType::List => format!("{}s", kind(ty, names)),
        _ => kind(ty, names),
    }
}

/// How a value is written down: `int`, `text`, or the name of an object in capitals.
fn kind(ty: &Type, names: &BTreeMap<&str, String>) -> String {
    match ty {
        Type::Bool => "flag",
        Type::Int | Type::Id(Repr::Int) | Type::Enum(_, Repr::Int) => "int",
        Type::Timestamp => "timestamp",
        Type::Float => "float",
        Type::Text | Type::Id(Repr::Text) | Type::Enum(_, Repr::Text) => "text",
        Type::Date => "date",
        Type::Datetime => "datetime",
        Type::File => "file",
        Type::Any | Type::Map(_) | Type::Nothing => "json",
        Type::Struct(name) => return names.get(name.as_str()).cloned().unwrap_or_default(),
        Type::Array(inner) | Type::Nullable(inner) => return kind(inner, names),
    }
    .to_owned()
}
