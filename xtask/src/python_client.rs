//! The typed facade of the Python package: a module per resource with its
//! plain and its awaited class, the callbacks, and what finds them by name.

mod types;

use std::error::Error;

use baijiayun_api::{Description, Resource};
use serde::Serialize;
use serde_json::json;

use crate::callbacks::{constants, event_name, payload_names, posted_objects};
use crate::doc_comments::{callback_docs, operation_docs, param_lines};
use crate::generate::Output;
use crate::model::{self, Type};
use crate::names::{Names, mentioned, pascal, python_name};
use crate::python::code_of;
use crate::render::render;
use types::{Object, Scope};

const FOLDER: &str = "bindings-uniffi/python/src/baijiayun/generated";

/// What the clients have besides the resources.
const CLIENT_MEMBERS: [&str; 8] =
    ["call", "call_path", "callbacks", "close", "links", "pages", "request", "with_options"];

/// What modules import, as far as they mention it, in groups.
const IMPORTS: [&[(&str, &[&str])]; 3] = [
    &[
        ("collections.abc", &["Iterable", "Mapping", "Sequence"]),
        ("typing", &["Any", "Dict", "Final", "List", "Literal", "Optional", "Tuple", "TypedDict", "Union"]),
    ],
    &[("", &["msgspec"])],
    &[
        (".._async.resource", &["AsyncResource"]),
        (".._boundary", &["NOTHING"]),
        (".._callback", &["Callback"]),
        (".._inputs", &["Flag", "IdInput", "TimeInput"]),
        (".._sync.resource", &["Resource"]),
        (".._times", &["DateText", "TimeText", "UnixTime"]),
        ("..details", &["Value"]),
        ("..files", &["FileInput", "as_file"]),
        ("..options", &["CallOptions"]),
        ("..pages", &["AsyncPages", "Pages"]),
    ],
];

/// A resource as the templates in `python/` take it.
#[derive(Serialize)]
struct Module<'a> {
    resource: &'a str,
    class: String,
    title: String,
    calls: Vec<Call>,
    objects: Vec<Object>,
}

#[derive(Serialize)]
struct Call {
    name: String,
    method: String,
    docs: Vec<String>,
    /// As the method declares them, `self` and options among them.
    parameters: Vec<String>,
    /// The same as it passes them on: names and values.
    given: Vec<String>,
    /// The type of its data, as an annotation.
    result: String,
    /// The same as a value; `NOTHING` if there are none.
    kind: String,
    row: Option<String>,
}

pub fn outputs(description: &Description) -> Result<Vec<Output>, Box<dyn Error>> {
    let mut names = Names::default();
    for resource in &description.resources {
        names.claim(pascal(&resource.resource));
        names.claim(format!("Async{}", pascal(&resource.resource)));
        if CLIENT_MEMBERS.contains(&resource.resource.as_str()) {
            return Err(
                format!("{}: the Python clients have a member of that name themselves", resource.resource).into()
            );
        }
    }
    let posted = posted_objects(description);
    let listed = model::all_listed(description, &posted)?;
    let constants = constants(listed.values(), &mut names)?;
    let modules = description.resources.iter().map(|resource| module(description, resource, &mut names));
    let modules = modules.collect::<Result<Vec<_>, _>>()?;
    let mut outputs = Vec::new();
    let mut add = |file: &str, text| outputs.push(Output::new(format!("{FOLDER}/{file}.py"), text));
    for module in &modules {
        let body = render("python/resource.py.jinja", module)?;
        add(module.resource, file(module.resource, &module.title, &body)?);
    }
    add("callbacks", callbacks(description, &mut names)?);
    let body = render("python/values.py.jinja", json!({ "constants": constants }))?;
    add("values", file("listed_values", "The lists of values that the service knows, each under one name.", &body)?);
    let context = json!({ "resources": modules });
    for name in ["__init__", "operations", "resources", "types"] {
        add(name, render(&format!("python/{name}.py.jinja"), &context)?);
    }
    Ok(outputs)
}

/// A module with its imports.
fn file(source: &str, title: &str, body: &str) -> Result<String, Box<dyn Error>> {
    let code = code_of(body);
    let statement = |(from, names): &(&str, &[&str])| {
        let names = mentioned(names.iter().copied(), [code.as_str()]);
        match (*from, names.as_slice()) {
            (_, []) => None,
            ("", [module, ..]) => Some(format!("import {module}")),
            _ => Some(format!("from {from} import {}", names.join(", "))),
        }
    };
    let imports = IMPORTS.iter().map(|group| group.iter().filter_map(statement).collect::<Vec<_>>());
    let imports: Vec<_> = imports.filter(|group| !group.is_empty()).collect();
    render(
        "python/module.py.jinja",
        json!({ "source": source, "title": title, "imports": imports, "body": body.trim_end() }),
    )
}

fn module<'a>(
    description: &Description,
    resource: &'a Resource,
    names: &mut Names,
) -> Result<Module<'a>, Box<dyn Error>> {
    let class = pascal(&resource.resource);
    let model = model::module(description, resource)?;
    let scope = Scope::new(model.object_names(&class, names));
    let calls = model.calls.iter().map(|model| call(&scope, format!("{}.{}", resource.resource, model.method), model));
    let objects = model.structs.iter().map(|object| scope.object(object)).collect::<Result<_, _>>()?;
    Ok(Module {
        resource: &resource.resource,
        title: format!("{} {}", resource.title, resource.summary),
        calls: calls.collect(),
        objects,
        class,
    })
}

fn call(scope: &Scope, name: String, call: &model::Call) -> Call {
    let (required, optional): (Vec<_>, Vec<_>) = call.arguments.iter().partition(|argument| argument.param.required);
    let mut docs = operation_docs(call.operation);
    let mut parameters = vec!["self".to_owned(), "*".to_owned()];
    let mut given = Vec::new();
    if !call.arguments.is_empty() {
        docs.extend([String::new(), "Args:".to_owned()]);
    }
    for model::Argument { wire, param, ty } in required.into_iter().chain(optional) {
        let name = parameter_name(wire);
        let annotation = scope.param(ty, param);
        parameters.push(match annotation.as_str() {
            _ if param.required => format!("{name}: {annotation}"),
            "Any" => format!("{name}: Any = None"),
            _ => format!("{name}: Optional[{annotation}] = None"),
        });
        let value = if *ty == Type::File { format!("as_file({name})") } else { name.clone() };
        given.push(format!("\"{wire}\": {value}"));
        let lines = param_lines(param);
        docs.extend(lines.iter().enumerate().map(|(line, text)| match line {
            0 => format!("    {name}: {text}"),
            _ => format!("        {text}"),
        }));
    }
    parameters.push("options: Optional[CallOptions] = None".to_owned());
    let result = scope.received(&call.result);
    Call {
        name,
        method: python_name(call.method),
        docs,
        parameters,
        given,
        kind: match call.result {
            Type::Nothing => "NOTHING".to_owned(),
            Type::Any => "object".to_owned(),
            _ => result.clone(),
        },
        result,
        row: call.rows.as_ref().map(|rows| scope.received(&rows.item)),
    }
}

/// A wire name as the name of a parameter.
pub fn parameter_name(wire: &str) -> String {
    let name = python_name(wire);
    if ["self", "options"].contains(&name.as_str()) { name + "_" } else { name }
}

fn callbacks(description: &Description, names: &mut Names) -> Result<String, Box<dyn Error>> {
    let posted = posted_objects(description);
    let (structs, enums) = model::objects(description, "callback", &posted)?;
    let scope = Scope::new(payload_names(&structs, &posted, names));
    let mut objects = structs.iter().map(|object| scope.object(object)).collect::<Result<Vec<_>, _>>()?;
    let mut events = Vec::new();
    let mut public = vec!["CallbackName".to_owned(), "KnownCallback".to_owned()];
    public.extend(objects.iter().map(|object| object.name.clone()));
    for (wire, callback) in &description.callbacks {
        let data = scope.received(&Type::Struct(pascal(wire)));
        // The event has the whole of the docs.
        if let Some(object) = objects.iter_mut().find(|object| object.name == data) {
            object.docs = vec![format!("What `{wire}` posts.")];
        }
        let name = event_name(wire, names);
        public.push(name.clone());
        events.push(json!({ "wire": wire, "name": name, "data": data, "docs": callback_docs(callback) }));
    }
    let values: Vec<&str> = enums.iter().map(|listed| listed.name.as_str()).collect();
    public.extend(values.iter().map(|name| (*name).to_owned()));
    public.sort();
    let context = json!({ "names": public, "events": events, "objects": objects, "values": values });
    let body = render("python/callbacks.py.jinja", context)?;
    file("callbacks", "What the service posts.", &body)
}
