//! The paths of the document.

use std::error::Error;

use baijiayun_api::{DataPlace, Description, LimitScope, Method, Operation, PathSource, Resource};
use serde_json::{Map, Value as Json, json};

use super::printed::Printed;
use super::schemas::{Schemas, Scope, envelope, parameter, reference, scalar, value};
use super::texts::text;
use crate::doc_comments::operation_docs;
use crate::model::{self, Argument, Call, Type};
use crate::names::pascal;

const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";

pub fn paths(description: &Description, schemas: &mut Schemas) -> Result<Json, Box<dyn Error>> {
    let mut paths = Map::new();
    for resource in &description.resources {
        let class = pascal(&resource.resource);
        let module = model::module(description, resource)?;
        let names = module.object_names(&class, schemas.names());
        let printed = Printed::by_all(resource.operations.values());
        let scope = Scope { names: &names, printed: &printed };
        schemas.objects(&module.structs, scope);
        for call in &module.calls {
            let (path, item) = path_item(resource, call, scope, schemas);
            if paths.insert(path.clone(), item).is_some() {
                return Err(format!("{}.{}: the path {path} stands twice", resource.resource, call.method).into());
            }
        }
    }
    Ok(Json::Object(paths))
}

fn path_item(resource: &Resource, call: &Call<'_>, scope: Scope<'_>, schemas: &mut Schemas) -> (String, Json) {
    let operation = call.operation;
    let named = format!("{}{}", pascal(&resource.resource), pascal(call.method));
    let answer = answer(call, scope, schemas);
    let answer = schemas.add_by(format!("{named}Answer"), answer);
    let mut item = Map::new();
    let has_both = operation.methods.len() > 1;
    for method in [Method::Post, Method::Get] {
        if !operation.methods.contains(&method) {
            continue;
        }
        let mut described = common(resource, call);
        let is_other = has_both && method == Method::Get;
        if is_other {
            described.insert("operationId".to_owned(), json!(format!("{}.{}.by_get", resource.resource, call.method)));
        }
        match method {
            Method::Get => {
                described.insert("parameters".to_owned(), query(&call.arguments, scope));
            }
            Method::Post => {
                described.insert("requestBody".to_owned(), body(call, &named, scope, schemas));
            }
        }
        described.insert("responses".to_owned(), responses(operation, &answer, !is_other));
        let word = if method == Method::Get { "get" } else { "post" };
        item.insert(word.to_owned(), Json::Object(described));
    }
    if let Some(host) = &operation.host {
        item.insert(
            "servers".to_owned(),
            json!([{ "url": format!("https://{host}"), "description": "One host for all accounts." }]),
        );
    }
    if let Some(address) = &operation.address {
        let variable = json!({ "default": "https://upload.example", "description": "The whole address that another operation answered." });
        item.insert(
            "servers".to_owned(),
            json!([{ "url": format!("{{{address}}}"), "variables": { address: variable } }]),
        );
    }
    (operation.path.clone().unwrap_or_else(|| "/".to_owned()), Json::Object(item))
}

/// What is said of an operation, whatever its method.
fn common(resource: &Resource, call: &Call<'_>) -> Map<String, Json> {
    let operation = call.operation;
    let mut docs = operation_docs(operation);
    if let Some(first) = docs.first_mut() {
        first.clone_from(&operation.summary);
    }
    let source = match operation.path_source {
        PathSource::Seed => "seed",
        PathSource::Public => "public",
        PathSource::Inferred => "inferred",
        PathSource::None => "none",
    };
    let mut said = Map::new();
    let mut say = |name: &str, value: Json| said.insert(name.to_owned(), value);
    say("operationId", json!(format!("{}.{}", resource.resource, call.method)));
    say("tags", json!([resource.resource]));
    say("summary", json!(operation.title));
    say("description", json!(text(&docs)));
    say("x-documents", json!(operation.catalog_ids().collect::<Vec<_>>()));
    say("x-path-source", json!(source));
    say("x-path-evidence", json!(operation.path_evidence));
    if !operation.candidates.is_empty() {
        say("x-path-candidates", json!(operation.candidates));
    }
    say("x-read-only", json!(operation.read_only));
    let limits = operation.limits.iter().map(|limit| {
        let per = match limit.per {
            LimitScope::Account => "account",
            LimitScope::Room => "room",
        };
        json!({ "count": limit.count, "seconds": limit.seconds, "per": per })
    });
    let limits: Vec<Json> = limits.collect();
    if !limits.is_empty() {
        say("x-limits", json!(limits));
    }
    if let Some(paging) = &operation.paging {
        say("x-paging", json!(paging));
    }
    if operation.method_assumed {
        say("x-method-assumed", json!(true));
    }
    if !operation.other_titles.is_empty() {
        say("x-other-titles", json!(operation.other_titles));
    }
    if operation.title_restored {
        say("x-title-restored", json!(true));
    }
    if !operation.signed {
        say("security", json!([]));
    }
    said
}

fn query(arguments: &[Argument<'_>], scope: Scope<'_>) -> Json {
    let described = |argument: &Argument<'_>| {
        let mut schema = parameter(argument, scope);
        let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
        let mut described = json!({ "name": argument.wire, "in": "query", "description": description });
        if argument.param.required {
            described["required"] = json!(true);
        }
        if matches!(argument.ty, Type::Array(_)) && schema["type"] == "array" {
            described["style"] = json!("form");
            described["explode"] = json!(false);
        }
        described["schema"] = schema;
        described
    };
    // A query has no file.
    arguments.iter().filter(|argument| argument.ty != Type::File).map(described).collect()
}

/// A form; with a file it is multipart.
fn body(call: &Call<'_>, named: &str, scope: Scope<'_>, schemas: &mut Schemas) -> Json {
    let operation = call.operation;
    let sent: Vec<&Argument<'_>> =
        call.arguments.iter().filter(|argument| Some(argument.wire) != operation.address.as_deref()).collect();
    let is_file = |argument: &&&Argument<'_>| argument.ty == Type::File;
    let texts: Vec<&Argument<'_>> = sent.iter().filter(|argument| !is_file(argument)).copied().collect();
    let needs_file = sent.iter().filter(is_file).any(|argument| argument.param.required)
        || operation
            .any_of
            .iter()
            .flatten()
            .any(|name| sent.iter().filter(is_file).any(|argument| argument.wire == name));
    let mut content = Map::new();
    if !needs_file {
        let schema = schemas.add_by(format!("{named}Form"), form(operation, &texts, scope));
        content.insert(FORM.to_owned(), media_type(&schema, &texts));
    }
    if texts.len() < sent.len() {
        let schema = schemas.add_by(format!("{named}Multipart"), form(operation, &sent, scope));
        content.insert(MULTIPART.to_owned(), media_type(&schema, &sent));
    }
    // What the signature needs stands in it at least.
    let required = operation.signed || sent.iter().any(|argument| argument.param.required);
    json!({ "required": required, "content": content })
}

fn media_type(schema: &str, arguments: &[&Argument<'_>]) -> Json {
    let joined = arguments.iter().filter(|argument| argument.param.kind == baijiayun_api::ParamType::List);
    let encoding: Map<String, Json> =
        joined.map(|argument| (argument.wire.to_owned(), json!({ "style": "form", "explode": false }))).collect();
    let mut described = json!({ "schema": reference(schema) });
    if !encoding.is_empty() {
        described["encoding"] = Json::Object(encoding);
    }
    described
}

fn form(operation: &Operation, arguments: &[&Argument<'_>], scope: Scope<'_>) -> Json {
    let mut properties = Map::new();
    for argument in arguments {
        let mut schema = parameter(argument, scope);
        printed(operation, argument, &mut schema);
        properties.insert(argument.wire.to_owned(), schema);
    }
    let required = arguments.iter().filter(|argument| argument.param.required);
    let mut required: Vec<&str> = required.map(|argument| argument.wire).collect();
    // With a signature it is one of the members that this adds.
    if !operation.signed && operation.address.is_none() {
        required.push("partner_id");
        properties.insert("partner_id".to_owned(), super::partner_id());
    }
    let mut schema = json!({ "type": "object" });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    let groups = operation.any_of.iter();
    let groups: Vec<Json> = groups
        .map(|group| json!({ "anyOf": group.iter().map(|name| json!({ "required": [name] })).collect::<Vec<_>>() }))
        .collect();
    if !groups.is_empty() {
        schema["allOf"] = json!(groups);
    }
    schema["properties"] = Json::Object(properties);
    schema
}

/// What a document prints for a parameter.
fn printed(operation: &Operation, argument: &Argument<'_>, schema: &mut Json) {
    let forms = operation.form_examples.values().filter_map(|form| form.get(argument.wire)).cloned();
    let is_json = argument.param.kind == baijiayun_api::ParamType::Json;
    let texts = operation.request_examples.values().filter(|_| is_json).cloned();
    let mut examples: Vec<Json> = schema["examples"].as_array().cloned().unwrap_or_default();
    for example in forms.chain(texts) {
        let example = scalar(&baijiayun_api::Scalar::Text(example), argument.param);
        if !examples.contains(&example) {
            examples.push(example);
        }
    }
    if !examples.is_empty() {
        schema["examples"] = json!(examples);
    } else if let Some(schema) = schema.as_object_mut() {
        schema.remove("examples");
    }
}

/// The envelope around the data. A failure has the same members, mostly without data.
fn answer(call: &Call<'_>, scope: Scope<'_>, schemas: &Schemas) -> Json {
    let operation = call.operation;
    let data = |null: bool| value(&call.result, Some(&operation.response), scope, null);
    let success = json!({ "properties": { "code": { "const": operation.envelope.success } } });
    let mut schema = json!({ "type": "object", "required": ["code"], "properties": envelope(data(true)) });
    if operation.envelope.data == DataPlace::Top {
        // Its members stand beside the code, where generators of code see them.
        if let Some(properties) = schema["properties"].as_object_mut() {
            properties.shift_remove("data");
            if let Type::Struct(object) = &call.result {
                properties.extend(schemas.properties(&scope.names[object.as_str()]));
            }
        }
        schema["if"] = success;
        schema["then"] = data(false);
    } else if !matches!(call.result, Type::Nothing | Type::Any) {
        schema["if"] = success;
        schema["then"] = json!({ "required": ["data"], "properties": { "data": data(operation.response.nullable) } });
    }
    schema
}

fn responses(operation: &Operation, answer: &str, with_examples: bool) -> Json {
    let mut examples = Map::new();
    for example in operation.examples.iter().filter(|_| with_examples) {
        let documents = example.documents.join(", ");
        let mut described = json!({ "summary": format!("Printed in {documents}") });
        if let Some(repaired) = &example.repaired {
            described["description"] = json!(repaired);
        }
        described["value"] = serde_json::from_str(&example.body).unwrap_or_default();
        examples.insert(unused(&examples, &documents.replace(", ", " ")), described);
    }
    for failure in operation.failure_examples.iter().filter(|_| with_examples) {
        let value: Json = serde_json::from_str(failure).unwrap_or_default();
        examples
            .insert(unused(&examples, "failure"), json!({ "summary": "A failure that is printed", "value": value }));
    }
    let mut content = json!({ "schema": reference(answer) });
    if !examples.is_empty() {
        content["examples"] = Json::Object(examples);
    }
    json!({
        "200": { "description": "成功，或带 code 的失败。Success, or a failure with its code.", "content": { "application/json": content } },
        "4XX": { "$ref": "#/components/responses/Refused" },
    })
}

fn unused(examples: &Map<String, Json>, wanted: &str) -> String {
    let mut name = wanted.to_owned();
    let mut number = 2;
    while examples.contains_key(&name) {
        name = format!("{wanted} ({number})");
        number += 1;
    }
    name
}
