//! The schemas of the document: what the types of all packages are on the wire.

use std::collections::{BTreeMap, BTreeSet};

use baijiayun_api::{EnumValue, Format, ItemType, Param, ParamType, Scalar, Shape};
use serde_json::{Map, Value as Json, json};

use super::printed::{Kind, Printed};
use super::texts::{text, with_list};
use crate::doc_comments::{param_docs, shape_docs};
use crate::model::{Argument, Enum, Repr, Struct, Type};
use crate::names::{Names, variant_names};

const DATE: &str = r"^\d{4}-\d{2}-\d{2}$";
const DATETIME: &str = r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$";

/// The schemas so far, in the order in which they came.
#[derive(Default)]
pub struct Schemas {
    names: Names,
    schemas: Map<String, Json>,
}

/// What a module's objects are called in the document.
pub type ObjectNames<'a> = BTreeMap<&'a str, String>;

/// What the schemas of an operation follow.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    pub names: &'a ObjectNames<'a>,
    pub printed: &'a Printed,
}

/// The codes of the envelope.
pub const CODE: &str = "Code";

/// The members of an answer, the data as given.
pub fn envelope(data: Json) -> Json {
    json!({
        "code": reference(CODE),
        "msg": { "type": ["string", "null"], "description": "Why it failed, mostly in Chinese." },
        "data": data,
        "ts": { "type": "integer", "format": "int64", "description": "When it was answered, unix seconds." },
    })
}

pub fn reference(name: &str) -> Json {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

impl Schemas {
    pub fn new<'a>(lists: impl Iterator<Item = Enum<'a>>) -> Result<Schemas, String> {
        let mut schemas = Schemas::default();
        for listed in lists {
            schemas.add(&listed.name, list(&listed))?;
        }
        Ok(schemas)
    }

    /// A schema whose name nothing else may have.
    pub fn add(&mut self, name: &str, schema: Json) -> Result<(), String> {
        let name = self.names.claim_as_it_is(name)?;
        self.schemas.insert(name, schema);
        Ok(())
    }

    /// For [`model::Module::object_names`](crate::model::Module::object_names) and its like.
    pub fn names(&mut self) -> &mut Names {
        &mut self.names
    }

    /// A schema whose name was claimed before.
    pub fn insert(&mut self, name: &str, schema: Json) {
        self.schemas.insert(name.to_owned(), schema);
    }

    /// A schema by the wanted name or a longer one; tells which.
    pub fn add_by(&mut self, wanted: String, schema: Json) -> String {
        let name = self.names.claim(wanted);
        self.schemas.insert(name.clone(), schema);
        name
    }

    pub fn objects<'s, 'a: 's>(&mut self, structs: impl IntoIterator<Item = &'s Struct<'a>>, scope: Scope<'_>) {
        for object in structs {
            let name = scope.names.get(object.name.as_str()).cloned().unwrap_or_default();
            self.schemas.insert(name, self::object(object, scope));
        }
    }

    /// The members of an object that was added.
    pub fn properties(&self, name: &str) -> Map<String, Json> {
        let properties = self.schemas.get(name).and_then(|schema| schema["properties"].as_object());
        properties.cloned().unwrap_or_default()
    }

    /// All that is used: some lists are those of members that come as text.
    pub fn into_json(mut self, others: &[&Json]) -> Json {
        self.schemas.sort_keys();
        let text = others.iter().map(ToString::to_string).collect::<String>() + &json!(self.schemas).to_string();
        self.schemas.retain(|name, _| text.contains(&format!("\"#/components/schemas/{name}\"")));
        Json::Object(self.schemas)
    }
}

/// A list of values: open, since the documents are clipped.
fn list(listed: &Enum<'_>) -> Json {
    let lines: Vec<String> =
        listed.values.iter().map(|value| format!("- `{}`: {}", value.value, value.meaning)).collect();
    let sentence = format!("{} The service may know other values.", listed.desc);
    let mut schema = json!({ "type": json_type(listed.repr), "description": with_list(&sentence, &lines) });
    known_values(&mut schema, listed.values, listed.repr);
    schema
}

/// The values that are known, with names and meanings as generators of code read them.
fn known_values(schema: &mut Json, values: &[EnumValue], repr: Repr) {
    let known = |value: &EnumValue| match (repr, &value.value) {
        (Repr::Text, value) => json!(value.to_string()),
        (Repr::Int, Scalar::Int(number)) => json!(number),
        (Repr::Int, Scalar::Text(text)) => text.parse::<i64>().map_or_else(|_| json!(text), |number| json!(number)),
    };
    schema["x-extensible-enum"] = values.iter().map(known).collect();
    schema["x-enum-varnames"] = json!(variant_names(values));
    schema["x-enum-descriptions"] = values.iter().map(|value| json!(value.meaning)).collect();
}

fn json_type(repr: Repr) -> &'static str {
    match repr {
        Repr::Int => "integer",
        Repr::Text => "string",
    }
}

fn object(object: &Struct<'_>, scope: Scope<'_>) -> Json {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for field in &object.fields {
        // Lists and maps are always there once straightened, but not on the wire.
        let optional = if object.input { field.optional } else { field.shape.optional };
        let null = optional && !object.input;
        properties
            .insert(field.wire.to_owned(), described(value(&field.ty, Some(field.shape), scope, null), field.shape));
        if !optional {
            required.push(field.wire);
        }
    }
    let mut schema = json!({ "type": "object" });
    if let Some(desc) = &object.shape.desc {
        schema["description"] = json!(desc);
    }
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema["properties"] = Json::Object(properties);
    schema
}

/// The schema of a member with what is said of it.
fn described(mut schema: Json, shape: &Shape) -> Json {
    let mut docs = shape_docs(shape);
    docs.extend(shape.enum_values.iter().map(|value| format!("- `{}`: {}", value.value, value.meaning)));
    if !docs.is_empty() {
        schema["description"] = json!(text(&docs));
    }
    for (mark, truth) in [
        ("x-secret", shape.secret),
        ("x-not-in-table", shape.not_in_table),
        ("x-not-in-example", shape.not_in_example),
        ("x-from-example", shape.from_example),
    ] {
        if truth {
            schema[mark] = json!(true);
        }
    }
    schema
}

/// What a value is on the wire: as the table has it, or as printed answers show it.
pub fn value(ty: &Type, shape: Option<&Shape>, scope: Scope<'_>, null: bool) -> Json {
    let inner =
        |ty| value(ty, shape.and_then(|shape| shape.items.as_deref().or(shape.values.as_deref())), scope, false);
    let table = match ty {
        Type::Bool => json!({ "type": "boolean" }),
        Type::Int => json!({ "type": "integer" }),
        Type::Timestamp | Type::Id(Repr::Int) => json!({ "type": "integer", "format": "int64" }),
        Type::Float => json!({ "type": "number" }),
        Type::Text | Type::Id(Repr::Text) => json!({ "type": "string" }),
        Type::Date => json!({ "type": "string", "format": "date" }),
        Type::Datetime => json!({ "type": "string", "pattern": DATETIME }),
        Type::Enum(name, _) => reference(name),
        Type::Struct(name) => reference(scope.names.get(name.as_str()).unwrap_or(name)),
        Type::Nullable(ty) => return value(ty, shape, scope, true),
        Type::Array(ty) => json!({ "type": "array", "items": inner(ty) }),
        Type::Map(ty) => json!({ "type": "object", "additionalProperties": inner(ty) }),
        Type::File => json!({ "type": "string", "format": "binary" }),
        // No type: generators of Go, PHP and C# write one that their languages do not have for `"type": "null"`.
        Type::Nothing => json!({ "const": null }),
        Type::Any => json!({}),
    };
    let printed = shape.map(|shape| scope.printed.kinds(shape)).unwrap_or_default();
    let schema = as_printed(ty, table, &printed);
    if null { or_null(schema) } else { schema }
}

/// Generated code reads one type only, so there is a choice only where the printed answers differ among themselves.
fn as_printed(ty: &Type, table: Json, printed: &BTreeSet<Kind>) -> Json {
    let has = |kind| printed.contains(&kind);
    let (shown, other) = match ty {
        Type::Int | Type::Timestamp | Type::Float | Type::Id(Repr::Int) | Type::Enum(_, Repr::Int) => {
            (has(Kind::Number), has(Kind::Text).then(|| number_as_text(ty)))
        }
        Type::Text | Type::Id(Repr::Text) | Type::Enum(_, Repr::Text) => {
            (has(Kind::Text), has(Kind::Number).then(|| json!({ "type": "integer", "x-table-type": "string" })))
        }
        Type::Struct(_) | Type::Map(_) => {
            (true, has(Kind::EmptyList).then(|| json!({ "type": "array", "maxItems": 0 })))
        }
        Type::Date | Type::Datetime if has(Kind::EmptyText) => {
            let pattern = if *ty == Type::Date { DATE } else { DATETIME };
            return json!({ "type": "string", "pattern": format!("{pattern}|^$") });
        }
        _ => return table,
    };
    match other {
        None => table,
        Some(other) if shown => json!({ "anyOf": [table, other] }),
        Some(other) => other,
    }
}

/// A number that comes as text.
pub fn number_as_text(ty: &Type) -> Json {
    let (table, pattern) = match ty {
        Type::Float => ("number", r"^-?\d+(\.\d+)?$"),
        _ => ("integer", r"^-?\d+$"),
    };
    json!({ "type": "string", "pattern": pattern, "x-table-type": table })
}

fn or_null(mut schema: Json) -> Json {
    let types = match schema.get("type") {
        _ if schema.get("const").is_some() => return schema,
        Some(Json::Array(types)) => types.iter().cloned().chain([json!("null")]).collect(),
        Some(one) => json!([one, "null"]),
        None if schema.get("$ref").is_some() => return json!({ "anyOf": [schema, { "type": "null" }] }),
        None => {
            if let Some(Json::Array(any)) = schema.get_mut("anyOf") {
                any.push(json!({ "type": "null" }));
            }
            return schema;
        }
    };
    schema["type"] = types;
    schema
}

/// A parameter as a member of a form or of a query.
pub fn parameter(argument: &Argument<'_>, scope: Scope<'_>) -> Json {
    let param = argument.param;
    let mut schema = match param.kind {
        ParamType::Json => json_text(&argument.ty, scope),
        ParamType::List => list_parameter(param),
        ParamType::Int => match &argument.ty {
            Type::Enum(name, _) => reference(name),
            _ if param.format == Some(Format::Id) => json!({ "type": "integer", "format": "int64" }),
            _ => json!({ "type": "integer" }),
        },
        ParamType::String => match &argument.ty {
            Type::Enum(name, _) => reference(name),
            _ => json!({ "type": "string" }),
        },
        ParamType::Timestamp => json!({ "type": "integer", "format": "int64" }),
        ParamType::Float => json!({ "type": "number" }),
        ParamType::Date if param.default == Some(Scalar::Int(0)) => {
            json!({ "type": "string", "pattern": format!("{DATE}|^0$") })
        }
        ParamType::Date => json!({ "type": "string", "format": "date" }),
        ParamType::Datetime => json!({ "type": "string", "pattern": DATETIME }),
        ParamType::File => json!({ "type": "string", "format": "binary" }),
    };
    schema["description"] = json!(text(&param_docs(param)));
    if argument.ty == Type::Bool {
        known_values(&mut schema, &param.enum_values, Repr::Int);
    }
    bounds(&mut schema, param);
    said(&mut schema, param);
    schema
}

/// JSON as a text, with what it holds.
fn json_text(ty: &Type, scope: Scope<'_>) -> Json {
    let mut schema = json!({ "type": "string", "contentMediaType": "application/json" });
    let content = value(ty, None, scope, false);
    if content != json!({}) {
        schema["contentSchema"] = content;
    }
    schema
}

fn list_parameter(param: &Param) -> Json {
    let mut items = json!({ "type": if param.items == Some(ItemType::Int) { "integer" } else { "string" } });
    if param.format == Some(Format::Id) && param.items == Some(ItemType::Int) {
        items["format"] = json!("int64");
    }
    json!({ "type": "array", "items": items })
}

fn bounds(schema: &mut Json, param: &Param) {
    for (name, bound) in [("minimum", param.min), ("maximum", param.max)] {
        if let Some(bound) = bound {
            schema[name] = json!(bound);
        }
    }
    if let Some(most) = param.max_length {
        schema["maxLength"] = json!(most);
    }
    // Of a JSON parameter it bounds what stands in the text.
    if let Some(most) = param.max_items {
        let place = if param.kind == ParamType::Json { &mut schema["contentSchema"] } else { &mut *schema };
        place["maxItems"] = json!(most);
    }
    if let Some(decimals) = param.decimals {
        schema["x-decimals"] = json!(decimals);
    }
}

fn said(schema: &mut Json, param: &Param) {
    if let Some(default) = &param.default {
        schema["x-default"] = scalar(default, param);
    }
    if let Some(example) = &param.example {
        schema["examples"] = json!([scalar(example, param)]);
    }
    if param.secret {
        schema["x-secret"] = json!(true);
    }
    if param.type_assumed {
        schema["x-type-assumed"] = json!(true);
    }
    for (mark, documents) in [("x-required-by", &param.required_by), ("x-only", &param.only)] {
        if !documents.is_empty() {
            schema[mark] = json!(documents);
        }
    }
}

/// A default or an example as the parameter's type has it.
pub fn scalar(scalar: &Scalar, param: &Param) -> Json {
    let text = scalar.to_string();
    match param.kind {
        ParamType::Int | ParamType::Timestamp | ParamType::Float => match scalar {
            Scalar::Int(number) => json!(number),
            Scalar::Text(text) => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
        },
        ParamType::List => {
            let item = |item: &str| match param.items {
                Some(ItemType::Int) => item.parse::<i64>().map_or_else(|_| json!(item), |number| json!(number)),
                _ => json!(item),
            };
            text.split(',').map(item).collect()
        }
        _ => json!(text),
    }
}
