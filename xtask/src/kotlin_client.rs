//! The typed facade of the Kotlin package: a file per resource, the callbacks, and the resources of a client.

mod types;

use std::error::Error;

use baijiayun_api::{Description, Resource};
use serde::Serialize;
use serde_json::json;

use crate::callbacks::{event_name, payload_names, posted_objects};
use crate::doc_comments::{callback_docs, operation_docs, param_lines};
use crate::generate::Output;
use crate::kotlin::{constant, kdoc, kotlin_name};
use crate::model::{self, Type};
use crate::names::{Names, camel, mentioned, pascal};
use crate::render::render;
use types::{Constants, Input, Member, Object, Scope};

pub const FOLDER: &str = "bindings-uniffi/kotlin/src/main/kotlin/baijiayun/generated";

/// What files import, as far as they mention it.
const IMPORTS: [(&str, &[&str]); 3] = [
    ("java.time", &["Instant", "LocalDate"]),
    ("java.util.function", &["Consumer"]),
    ("kotlinx.serialization.json", &["JsonElement"]),
];

/// A resource as the template `kotlin/resource.kt.jinja` takes it.
#[derive(Serialize)]
struct Module {
    class: String,
    property: String,
    title: String,
    /// What reads its objects.
    types: String,
    calls: Vec<Call>,
    objects: Vec<Object>,
    inputs: Vec<Input>,
}

#[derive(Serialize)]
struct Call {
    name: String,
    title: String,
    method: String,
    docs: Vec<String>,
    required: Vec<Member>,
    /// Some of these are times.
    timed: bool,
    /// The class of what need not be given, if there is any.
    params: Option<Input>,
    /// The type of its data, without a question mark; `Unit` if there are none.
    result: String,
    /// There may be no data.
    nullable: bool,
    /// What reads it.
    kind: String,
    rows: Option<Rows>,
}

#[derive(Serialize)]
struct Rows {
    item: String,
    /// Where the data are `it`.
    place: String,
}

pub fn outputs(description: &Description) -> Result<Vec<Output>, Box<dyn Error>> {
    let mut names = Names::default();
    let posted = posted_objects(description);
    let listed = model::all_listed(description, &posted)?;
    let constants = listed.values().map(|listed| Ok(Constants::new(names.claim_as_it_is(&listed.name)?, listed)));
    let constants = constants.collect::<Result<Vec<_>, String>>()?;
    let mut outputs = Vec::new();
    let mut add = |file: String, text| outputs.push(Output::new(format!("{FOLDER}/{file}.kt"), text));
    let mut modules = Vec::new();
    for resource in &description.resources {
        let module = module(description, resource, &mut names)?;
        let body = render("kotlin/resource.kt.jinja", &module)?;
        add(pascal(&resource.resource), file(&resource.resource, &body)?);
        modules.push(module);
    }
    let body = render("kotlin/values.kt.jinja", json!({ "constants": constants }))?;
    add("ListedValues".to_owned(), file("listed_values", &body)?);
    add("KnownCallbacks".to_owned(), file("callbacks", &callbacks(description, &mut names)?)?);
    add("Resources".to_owned(), file("*", &render("kotlin/resources.kt.jinja", json!({ "resources": modules }))?)?);
    Ok(outputs)
}

/// A file with its imports.
fn file(source: &str, body: &str) -> Result<String, Box<dyn Error>> {
    // Comments mention none of these.
    let imports: Vec<String> = IMPORTS
        .iter()
        .flat_map(|(package, names)| {
            mentioned(names.iter().copied(), [body]).into_iter().map(move |name| format!("{package}.{name}"))
        })
        .collect();
    render("kotlin/file.kt.jinja", json!({ "source": source, "imports": imports, "body": body.trim() }))
}

fn module(description: &Description, resource: &Resource, names: &mut Names) -> Result<Module, Box<dyn Error>> {
    let prefix = pascal(&resource.resource);
    let model = model::module(description, resource)?;
    let class = names.claim(format!("{prefix}Api"));
    let types = names.claim(format!("{prefix}Types"));
    let scope = Scope::new(model.object_names(&prefix, names), types.clone());
    let calls = model.calls.iter().map(|model| {
        let name = format!("{}.{}", resource.resource, model.method);
        call(&scope, name, names.claim(format!("{prefix}{}Params", pascal(model.method))), model)
    });
    let calls = calls.collect::<Result<_, _>>()?;
    let (inputs, objects): (Vec<_>, Vec<_>) = model.structs.iter().partition(|object| object.input);
    Ok(Module {
        property: camel(&resource.resource),
        title: format!("{} {}", resource.title, resource.summary),
        types,
        calls,
        objects: objects.into_iter().map(|object| scope.object(object)).collect::<Result<_, _>>()?,
        inputs: inputs.into_iter().map(|object| scope.input(object)).collect::<Result<_, _>>()?,
        class,
    })
}

fn call(scope: &Scope, name: String, params: String, call: &model::Call) -> Result<Call, Box<dyn Error>> {
    let (required, optional): (Vec<_>, Vec<_>) = call.arguments.iter().partition(|argument| argument.param.required);
    let member = |argument: &&model::Argument| scope.param(argument, param_lines(argument.param));
    let required: Vec<Member> = required.iter().map(member).collect();
    let optional: Vec<Member> = optional.iter().map(member).collect();
    let mut docs = operation_docs(call.operation);
    if !required.is_empty() {
        docs.push(String::new());
    }
    for Member { name, docs: lines, .. } in &required {
        let name = name.trim_matches('`');
        docs.extend(lines.iter().enumerate().map(|(line, text)| match line {
            0 => format!("@param {name} {text}"),
            _ => format!("  {text}"),
        }));
    }
    let params = (!optional.is_empty()).then(|| {
        Input::new(params, vec![format!("What `{name}` takes besides what it requires.")], Vec::new(), optional)
    });
    Ok(Call {
        title: kdoc(std::slice::from_ref(&call.operation.title)),
        method: kotlin_name(call.method),
        docs,
        timed: required.iter().any(Member::is_time),
        required,
        params: params.transpose()?,
        result: scope.received(&call.result),
        nullable: matches!(call.result, Type::Any),
        kind: scope.kind(&call.result),
        rows: call.rows.as_ref().map(|rows| Rows {
            item: scope.received(&rows.item),
            place: rows.field.map_or("it".to_owned(), |field| format!("it.{}", kotlin_name(field))),
        }),
        name,
    })
}

fn callbacks(description: &Description, names: &mut Names) -> Result<String, Box<dyn Error>> {
    let posted = posted_objects(description);
    let (structs, _) = model::objects(description, "callback", &posted)?;
    let types = names.claim("CallbackTypes".to_owned());
    let scope = Scope::new(payload_names(&structs, &posted, names), types);
    let mut objects = structs.iter().map(|object| scope.object(object)).collect::<Result<Vec<_>, _>>()?;
    let mut events = Vec::new();
    for (wire, callback) in &description.callbacks {
        let data = scope.received(&Type::Struct(pascal(wire)));
        // The event has the whole of the docs.
        if let Some(object) = objects.iter_mut().find(|object| object.name == data) {
            object.docs = vec![format!("What `{wire}` posts.")];
        }
        events.push(json!({
            "wire": wire,
            "constant": constant(&pascal(wire)),
            "name": event_name(wire, names),
            "data": data,
            "docs": callback_docs(callback),
        }));
    }
    render("kotlin/callbacks.kt.jinja", json!({ "events": events, "objects": objects }))
}
