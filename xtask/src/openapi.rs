//! `docs/openapi.json`: the description as OpenAPI 3.1, for languages and tools that the packages do not serve.

mod operations;
mod printed;
mod schemas;
mod texts;
mod webhooks;

use std::error::Error;

use baijiayun_api::Description;
use serde_json::{Value as Json, json};

use crate::callbacks::posted_objects;
use crate::generate::Output;
use crate::model;
use schemas::Schemas;

/// Where the document stands.
const FILE: &str = "docs/openapi.json";

/// What the service answers when it refuses.
const FAILURE: &str = "Failure";

pub fn outputs(description: &Description) -> Result<Vec<Output>, Box<dyn Error>> {
    let document = document(description)?;
    Ok(vec![Output::new(FILE, serde_json::to_string_pretty(&document)? + "\n")])
}

fn document(description: &Description) -> Result<Json, Box<dyn Error>> {
    let posted = posted_objects(description);
    let mut schemas = Schemas::new(model::all_listed(description, &posted)?.into_values())?;
    schemas.add(schemas::CODE, code(description))?;
    schemas.add(FAILURE, failure())?;
    let paths = operations::paths(description, &mut schemas)?;
    let webhooks = webhooks::webhooks(description, &posted, &mut schemas)?;
    let responses = json!({ "Refused": {
        "description": "拒绝。Refused by the service or by something in front of it. The service answers most failures with HTTP 200 and a `code`; which other statuses \
            it uses is not known. The body may be a page of a proxy.",
        "content": { "application/json": { "schema": schemas::reference(FAILURE) } },
    } });
    let schemas = schemas.into_json(&[&paths, &webhooks, &responses]);
    Ok(json!({
        "openapi": "3.1.0",
        "info": {
            "title": "百家云 BaijiaYun server API",
            "summary": "直播教室、点播、文档与统计的服务端接口。Live classrooms, video on demand, documents and statistics.",
            "description": texts::ABOUT,
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "externalDocs": { "description": "The vendor's site (百家云官网)", "url": "https://www.baijiayun.com" },
        "servers": servers(),
        "security": [{ "sign": [] }],
        "tags": tags(description),
        "paths": paths,
        "webhooks": webhooks,
        "components": {
            "securitySchemes": { "sign": {
                "type": "apiKey",
                "in": "query",
                "name": "sign",
                "description": texts::SIGNING,
                "x-members": signature(),
            } },
            "responses": responses,
            "schemas": schemas,
        },
    }))
}

fn servers() -> Json {
    json!([
        {
            "url": "https://{domain}.at.baijiayun.com",
            "description": "账号自己的域名。The account's own host.",
            "variables": { "domain": { "default": "your-domain", "description": "账号的专属域名前缀。The account's domain prefix, from the back office." } },
        },
        {
            "url": "{origin}",
            "description": "白标域名、代理或 bjy mock。Another host: a white label, a proxy, or `bjy mock`.",
            "variables": { "origin": { "default": "http://127.0.0.1:8080", "description": "Scheme, host and port." } },
        },
    ])
}

fn tags(description: &Description) -> Vec<Json> {
    let tag = |(name, title, summary): (&str, &str, &str)| json!({ "name": name, "x-displayName": title, "description": summary });
    let resources = description.resources.iter();
    let resources = resources.map(|resource| tag((&resource.resource, &resource.title, &resource.summary)));
    resources.chain([tag((webhooks::TAG, "回调", "What the service posts to your address."))]).collect()
}

/// What every signed request carries besides its parameters.
fn signature() -> Json {
    json!({
        "type": "object",
        "required": ["partner_id", "timestamp", "sign"],
        "properties": {
            "partner_id": partner_id(),
            "timestamp": { "type": "integer", "format": "int64", "description": "When it was signed, unix seconds." },
            "sign": { "type": "string", "pattern": "^[0-9a-f]{32}$" },
        },
    })
}

fn partner_id() -> Json {
    json!({ "type": "string", "pattern": "^[0-9]+$", "description": "The account's number." })
}

/// The codes of the envelope.
fn code(description: &Description) -> Json {
    let codes = &description.error_codes;
    let lines: Vec<String> =
        codes.iter().map(|known| format!("- `{}`: {} {}", known.code, known.title, known.meaning)).collect();
    json!({
        "type": "integer",
        "description": texts::with_list("The outcome of the call. The service may use other codes.", &lines),
        "x-extensible-enum": codes.iter().map(|known| known.code).collect::<Vec<_>>(),
    })
}

fn failure() -> Json {
    json!({
        "type": "object",
        "description": "The answer to a failed call, mostly with HTTP 200.",
        "required": ["code"],
        "properties": schemas::envelope(json!({ "description": "Mostly null or absent." })),
    })
}
