//! What the service posts, as webhooks.

use std::error::Error;

use baijiayun_api::{Callback, ContentType, Description, ParamType, Shape};
use serde_json::{Map, Value as Json, json};

use super::printed::Printed;
use super::schemas::{Schemas, Scope, number_as_text, reference, value};
use super::texts::text;
use crate::callbacks::payload_names;
use crate::doc_comments::callback_docs;
use crate::model::{self, Field, Repr, Struct, Type};
use crate::names::pascal;

pub const TAG: &str = "callbacks";
const REPLY: &str = "CallbackReply";

pub fn webhooks(
    description: &Description,
    posted: &[(&str, Shape)],
    schemas: &mut Schemas,
) -> Result<Json, Box<dyn Error>> {
    let (structs, _) = model::objects(description, "callback", posted)?;
    let names = payload_names(&structs, posted, schemas.names());
    let is_whole = |object: &Struct<'_>| posted.iter().any(|(wire, _)| pascal(wire) == object.name);
    let (wholes, parts): (Vec<_>, Vec<_>) = structs.iter().partition(|object| is_whole(object));
    let scope = Scope { names: &names, printed: &Printed::by_callbacks(description, posted) };
    schemas.objects(parts, scope);
    schemas.add(REPLY, reply())?;
    let mut webhooks = Map::new();
    for (name, callback) in &description.callbacks {
        let Some(whole) = wholes.iter().find(|object| object.name == pascal(name)) else { continue };
        let schema = names.get(whole.name.as_str()).cloned().unwrap_or_default();
        schemas.insert(&schema, payload(callback, whole, scope));
        webhooks.insert(name.clone(), webhook(name, callback, whole, &schema));
    }
    Ok(Json::Object(webhooks))
}

/// All that is posted. What a form holds besides texts and numbers is JSON as a text.
fn payload(callback: &Callback, whole: &Struct<'_>, scope: Scope<'_>) -> Json {
    let mut properties = Map::new();
    let mut required = Vec::new();
    let printed = printed(callback);
    // What a form holds is text anyway.
    let is_text = |name: &str| callback.content_type == Some(ContentType::Json) && printed[name].is_string();
    for field in &whole.fields {
        let is_json = callback.params.get(field.wire).is_some_and(|param| param.kind == ParamType::Json);
        let is_number = matches!(field.ty, Type::Int | Type::Timestamp | Type::Float | Type::Id(Repr::Int));
        let mut schema = match field.wire {
            wire if is_json => json_text(field, printed[wire].as_str(), scope),
            wire if is_number && is_text(wire) => number_as_text(&field.ty),
            _ => value(&field.ty, Some(field.shape), scope, false),
        };
        if let Some(desc) = &field.shape.desc {
            schema["description"] = json!(desc);
        }
        properties.insert(field.wire.to_owned(), schema);
        let is_required = callback.params.get(field.wire).is_some_and(|param| param.required);
        if (is_required && !field.shape.optional) || field.wire == "timestamp" {
            required.push(field.wire);
        }
    }
    properties.insert(
        "sign".to_owned(),
        json!({ "type": "string", "pattern": "^[0-9a-f]{32}$", "description": "The signature over all other members: see the security scheme `sign`." }),
    );
    required.push("sign");
    json!({ "type": "object", "required": required, "properties": properties })
}

/// One document prints such a text with percent signs in it, encoded once more than the form.
fn json_text(field: &Field<'_>, printed: Option<&str>, scope: Scope<'_>) -> Json {
    let mut schema = json!({ "type": "string", "contentMediaType": "application/json" });
    if printed.is_some_and(|text| text.starts_with('%')) {
        schema["x-percent-encoded"] = json!(true);
    }
    schema["contentSchema"] = value(&field.ty, Some(field.shape), scope, false);
    schema
}

/// The members of the example; null if there is none.
fn printed(callback: &Callback) -> Json {
    callback.payload_example.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

/// The example of a form: its values as the schema has them, not the texts that stand in the form.
fn typed(example: &mut Json, whole: &Struct<'_>) {
    for field in &whole.fields {
        let is_number = matches!(
            field.ty,
            Type::Int | Type::Timestamp | Type::Float | Type::Id(Repr::Int) | Type::Enum(_, Repr::Int)
        );
        let number =
            example[field.wire].as_str().filter(|_| is_number).and_then(|text| serde_json::from_str(text).ok());
        if let Some(number) = number {
            example[field.wire] = number;
        }
    }
}

fn webhook(name: &str, callback: &Callback, whole: &Struct<'_>, schema: &str) -> Json {
    let content_type = match callback.content_type {
        Some(ContentType::Json) => "application/json",
        Some(ContentType::Form) | None => "application/x-www-form-urlencoded",
    };
    let mut media = json!({ "schema": reference(schema) });
    let mut example = printed(callback);
    if example.is_object() {
        let summary = callback.payload_note.as_deref().unwrap_or("As the document prints it");
        if callback.content_type != Some(ContentType::Json) {
            typed(&mut example, whole);
        }
        media["examples"] = json!({ "printed": { "summary": summary, "value": example } });
    }
    let docs = callback_docs(callback);
    let mut post = json!({
        "operationId": format!("callback.{name}"),
        "tags": [TAG],
        "summary": callback.title,
        "description": text(docs.get(1..).unwrap_or_default()),
        "security": [],
        "x-documents": callback.documents,
        "x-told-by": callback.told_by,
        "requestBody": { "required": true, "content": { content_type: media } },
    });
    if let Some(source) = &callback.url_source {
        post["x-address"] = json!(source);
    }
    if callback.content_type.is_none() {
        post["x-content-type-assumed"] = json!(true);
    }
    post["responses"] = replies(callback);
    json!({ "post": post })
}

fn reply() -> Json {
    json!({
        "type": "object",
        "description": "What you answer to a callback.",
        "required": ["code"],
        "properties": {
            "code": { "type": "integer", "description": "0: taken; anything else: send it again." },
            "msg": { "type": "string" },
        },
    })
}

fn replies(callback: &Callback) -> Json {
    let mut media = json!({ "schema": reference(REPLY) });
    if let Some(reply) = &callback.reply {
        let example = |text: &str| json!({ "value": serde_json::from_str::<Json>(text).unwrap_or_default() });
        media["examples"] = json!({ "taken": example(&reply.success), "again": example(&reply.failure) });
    }
    json!({ "200": { "description": "Your answer.", "content": { "application/json": media } } })
}
