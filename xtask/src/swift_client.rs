//! The typed facade of the Swift package: a file per resource, the callbacks, and for its tests what calls each operation by name.

mod types;

use std::error::Error;

use baijiayun_api::{Description, Resource};
use serde::Serialize;
use serde_json::json;

use crate::callbacks::{event_name, payload_names, posted_objects};
use crate::doc_comments::{callback_docs, operation_docs, param_lines};
use crate::generate::Output;
use crate::model::{self, Type};
use crate::names::{Names, once, pascal};
use crate::render::render;
use crate::swift::{swift_name, type_name};
use types::{Input, Listed, Member, Object, Scope};

pub const FOLDER: &str = "bindings-uniffi/swift/Sources/BaiJiaYun/Generated";
pub const TESTS: &str = "bindings-uniffi/swift/Tests/BaiJiaYunTests/Generated";

/// Its parameters are those of an upload too.
const UPLOAD: &str = "video.get_upload_url";
/// Which the upload gives itself.
const OF_THE_FILE: &str = "file_name";

/// A resource as the template `swift/resource.swift.jinja` takes it.
#[derive(Serialize)]
struct Module {
    source: String,
    class: String,
    property: String,
    title: String,
    calls: Vec<Call>,
    /// The parameters of an upload, if this is what uploads.
    upload: Option<Vec<Member>>,
    objects: Vec<Object>,
    inputs: Vec<Input>,
}

#[derive(Serialize)]
struct Call {
    name: String,
    method: String,
    docs: Vec<String>,
    /// What is required first.
    params: Vec<Member>,
    /// The type of its data; none if there are none.
    result: Option<String>,
    /// There may be no data.
    nullable: bool,
    rows: Option<Rows>,
}

#[derive(Serialize)]
struct Rows {
    item: String,
    /// Where the data are `$0`.
    place: String,
}

pub fn outputs(description: &Description) -> Result<Vec<Output>, Box<dyn Error>> {
    let mut names = Names::default();
    let mut outputs = Vec::new();
    let mut modules = Vec::new();
    let posted = posted_objects(description);
    let listed = model::all_listed(description, &posted)?;
    let listed = listed.values().map(|listed| Ok(Listed::new(type_name(&names.claim_as_it_is(&listed.name)?), listed)));
    let listed = listed.collect::<Result<Vec<_>, String>>()?;
    let text = render("swift/values.swift.jinja", json!({ "listed_values": listed }))?;
    outputs.push(Output::new(format!("{FOLDER}/ListedValues.swift"), text));
    for resource in &description.resources {
        let module = module(description, resource, &mut names)?;
        let context = json!({ "source": module.source, "module": module });
        let class = type_name(&pascal(&resource.resource));
        outputs.push(Output::new(format!("{FOLDER}/{class}.swift"), render("swift/resource.swift.jinja", &context)?));
        outputs.push(Output::new(format!("{TESTS}/{class}Calls.swift"), render("swift/calls.swift.jinja", &context)?));
        modules.push(module);
    }
    let callbacks = callbacks(description, &mut names)?;
    outputs.push(Output::new(format!("{FOLDER}/KnownCallbacks.swift"), callbacks));
    let all = render("swift/all_calls.swift.jinja", json!({ "modules": modules }))?;
    outputs.push(Output::new(format!("{TESTS}/AllCalls.swift"), all));
    Ok(outputs)
}

fn module(description: &Description, resource: &Resource, names: &mut Names) -> Result<Module, Box<dyn Error>> {
    let prefix = pascal(&resource.resource);
    let model = model::module(description, resource)?;
    let class = names.claim(format!("{}API", type_name(&prefix)));
    let scope = Scope::new(model.object_names(&prefix, names));
    let calls = model.calls.iter().map(|model| call(&scope, format!("{}.{}", resource.resource, model.method), model));
    let calls: Vec<Call> = calls.collect::<Result<_, _>>()?;
    let upload = calls.iter().find(|call| call.name == UPLOAD);
    let upload = upload.map(|call| call.params.iter().filter(|param| param.wire != OF_THE_FILE).cloned().collect());
    let (inputs, objects): (Vec<_>, Vec<_>) = model.structs.iter().partition(|object| object.input);
    Ok(Module {
        source: resource.resource.clone(),
        property: swift_name(&resource.resource),
        title: format!("{} {}", resource.title, resource.summary),
        calls,
        upload,
        objects: objects.into_iter().map(|object| scope.object(object)).collect::<Result<_, _>>()?,
        inputs: inputs.into_iter().map(|object| scope.input(object)).collect::<Result<_, _>>()?,
        class,
    })
}

fn call(scope: &Scope, name: String, call: &model::Call) -> Result<Call, Box<dyn Error>> {
    let (required, optional): (Vec<_>, Vec<_>) = call.arguments.iter().partition(|argument| argument.param.required);
    let member = |argument: &&model::Argument| scope.param(argument, param_lines(argument.param));
    let params: Vec<Member> = required.iter().chain(&optional).map(member).collect();
    once(&name, params.iter().map(|param| param.name.as_str()))?;
    let mut docs = operation_docs(call.operation);
    docs.extend([String::new(), "- Parameters:".to_owned()]);
    for Member { name, docs: lines, .. } in &params {
        let name = name.trim_matches('`');
        docs.extend(lines.iter().enumerate().map(|(line, text)| match line {
            0 => format!("  - {name}: {text}"),
            _ => format!("    {text}"),
        }));
    }
    docs.push("  - options: Settings of this call.".to_owned());
    Ok(Call {
        method: swift_name(call.method),
        docs,
        params,
        result: (call.result != Type::Nothing).then(|| scope.received(&call.result)),
        nullable: call.result == Type::Any,
        rows: call.rows.as_ref().map(|rows| Rows {
            item: scope.received(&rows.item),
            place: rows.field.map_or("$0".to_owned(), |field| format!("$0.{}", swift_name(field))),
        }),
        name,
    })
}

fn callbacks(description: &Description, names: &mut Names) -> Result<String, Box<dyn Error>> {
    let posted = posted_objects(description);
    let (structs, _) = model::objects(description, "callback", &posted)?;
    let scope = Scope::new(payload_names(&structs, &posted, names));
    let mut objects = structs.iter().map(|object| scope.object(object)).collect::<Result<Vec<_>, _>>()?;
    let mut events = Vec::new();
    for (wire, callback) in &description.callbacks {
        let data = scope.received(&Type::Struct(pascal(wire)));
        // The event has the whole of the docs.
        if let Some(object) = objects.iter_mut().find(|object| object.name == data) {
            object.docs = vec![format!("What `{wire}` posts.")];
        }
        let case = event_name(wire, &mut Names::default());
        events.push(json!({
            "wire": wire,
            "case": swift_name(case.trim_end_matches("Callback")),
            "data": data,
            "docs": callback_docs(callback),
        }));
    }
    render("swift/callbacks.swift.jinja", json!({ "events": events, "objects": objects }))
}
