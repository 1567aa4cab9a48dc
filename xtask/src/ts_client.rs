//! The typed facade of the TypeScript package: a module per resource, the
//! callbacks, and the operations by name.

mod types;

use std::error::Error;

use baijiayun_api::{Description, Operation, Resource};
use serde::Serialize;
use serde_json::json;

use crate::callbacks::posted_objects;
use crate::docs::{callback_docs, operation_docs};
use crate::generate::Output;
use crate::model::{self, Type};
use crate::names::{camel, pascal};
use crate::render::render;
use types::{Interface, Names, Scope, mentioned};

const FOLDER: &str = "bindings-wasm/npm/src/generated";

/// What the base class of the resources has itself.
const BASE_METHODS: [&str; 3] = ["call", "pages", "constructor"];

/// The types of values that the hand-written half defines.
const SCALARS: [&str; 4] = ["FileInput", "Id", "IdInput", "TimeInput"];

/// A resource as the templates `ts/*.ts.jinja` take it.
#[derive(Serialize)]
struct Module<'a> {
    resource: &'a str,
    /// What the client calls it.
    property: String,
    class: String,
    title: String,
    calls: Vec<Call>,
    objects: Vec<Interface>,
    /// Types of the hand-written half that its methods return.
    promises: Vec<&'static str>,
    scalars: Vec<&'static str>,
}

#[derive(Serialize)]
struct Call {
    name: String,
    method: String,
    docs: Vec<String>,
    params: Option<Interface>,
    /// At least one parameter must be given.
    needs_params: bool,
    result: String,
    row: Option<String>,
}

impl Call {
    /// The types that its method mentions.
    fn types(&self) -> impl Iterator<Item = &str> {
        let params = self.params.as_ref().map(|params| params.name.as_str());
        params.into_iter().chain([self.result.as_str()]).chain(self.row.as_deref())
    }
}

impl Module<'_> {
    fn interfaces(&self) -> impl Iterator<Item = &Interface> {
        self.calls.iter().filter_map(|call| call.params.as_ref()).chain(&self.objects)
    }
}

pub fn outputs(description: &Description) -> Result<Vec<Output>, Box<dyn Error>> {
    let mut names = Names::default();
    for class in description.resources.iter().map(|resource| pascal(&resource.resource)) {
        names.claim(class);
    }
    let modules: Vec<Module> = description.resources.iter().map(|resource| module(resource, &mut names)).collect();
    let mut outputs = Vec::new();
    let mut add = |file: &str, text| outputs.push(Output::new(format!("{FOLDER}/{file}.ts"), text));
    for module in &modules {
        if let Some(call) = module.calls.iter().find(|call| BASE_METHODS.contains(&call.method.as_str())) {
            return Err(format!("{}: the TypeScript class has a method of that name itself", call.name).into());
        }
        add(module.resource, render("ts/resource.ts.jinja", module)?);
    }
    add("callbacks", callbacks(description, &mut names)?);
    add("operations", operations(&modules)?);
    add("index", render("ts/index.ts.jinja", json!({ "resources": modules }))?);
    Ok(outputs)
}

fn module<'a>(resource: &'a Resource, names: &mut Names) -> Module<'a> {
    let class = pascal(&resource.resource);
    let model::Module { calls, structs, enums } = model::module(resource);
    let results: Vec<(&Type, &str)> = calls.iter().map(|call| (&call.result, call.method)).collect();
    let scope = Scope::new(&structs, &enums, |object| {
        let result = results.iter().find(|(result, _)| matches!(result, Type::Struct(name) if name == object));
        names.claim(match result {
            Some((_, method)) => format!("{class}{}Result", pascal(method)),
            None => format!("{class}{object}"),
        })
    });
    let calls: Vec<Call> = calls
        .iter()
        .map(|call| {
            let name = format!("{}.{}", resource.resource, call.method);
            let params = (!call.arguments.is_empty()).then(|| {
                let own = names.claim(format!("{class}{}Params", pascal(call.method)));
                scope.params(own, format!("Parameters of `{name}`: {}.", call.operation.title), &call.arguments)
            });
            Call {
                name,
                method: camel(call.method),
                docs: method_docs(call.operation),
                params,
                needs_params: call.arguments.iter().any(|argument| argument.param.required)
                    || !call.operation.any_of.is_empty(),
                result: scope.received(&call.result),
                row: call.rows.as_ref().map(|rows| scope.received(&rows.item)),
            }
        })
        .collect();
    let objects = structs.iter().map(|object| scope.interface(object)).collect();
    let promises = calls.iter().map(|call| if call.row.is_some() { "PagePromise" } else { "CallPromise" });
    let mut module = Module {
        resource: &resource.resource,
        property: camel(&resource.resource),
        class,
        title: format!("{} {}", resource.title, resource.summary),
        promises: ["CallPromise", "PagePromise"]
            .into_iter()
            .filter(|name| promises.clone().any(|promise| promise == *name))
            .collect(),
        calls,
        objects,
        scalars: Vec::new(),
    };
    let members = module.interfaces().flat_map(|interface| &interface.members).map(|member| member.ty.as_str());
    let types: Vec<&str> = members.chain(module.calls.iter().flat_map(Call::types)).collect();
    module.scalars = mentioned(SCALARS, &types);
    module
}

fn method_docs(operation: &Operation) -> Vec<String> {
    let mut docs = operation_docs(operation);
    for group in &operation.any_of {
        let names: Vec<String> = group.iter().map(|name| format!("`{name}`")).collect();
        docs.extend([String::new(), format!("Give at least one of {}.", names.join(", "))]);
    }
    docs
}

fn operations(modules: &[Module]) -> Result<String, Box<dyn Error>> {
    let imports = modules.iter().map(|module| {
        let types: Vec<&str> = module.calls.iter().flat_map(Call::types).collect();
        let names = mentioned(module.interfaces().map(|interface| interface.name.as_str()), &types);
        json!({ "names": names, "file": format!("./{}.js", module.resource) })
    });
    let imports: Vec<_> = imports.filter(|import| import["names"] != json!([])).collect();
    let calls: Vec<&Call> = modules.iter().flat_map(|module| &module.calls).collect();
    let types: Vec<&str> = calls.iter().flat_map(|call| call.types()).collect();
    let scalars = mentioned(SCALARS, &types);
    render("ts/operations.ts.jinja", json!({ "imports": imports, "calls": calls, "scalars": scalars }))
}

fn callbacks(description: &Description, names: &mut Names) -> Result<String, Box<dyn Error>> {
    let posted = posted_objects(description);
    let (structs, enums) = model::objects("callback", &["Event"], &posted);
    let base = |wire: &str| pascal(wire.strip_suffix("_callback").unwrap_or(wire));
    let scope = Scope::new(&structs, &enums, |object| {
        let whole = posted.iter().find(|(wire, _)| pascal(wire) == object);
        names.claim(whole.map_or(object.to_owned(), |(wire, _)| format!("{}Payload", base(wire))))
    });
    let mut objects: Vec<Interface> = structs.iter().map(|object| scope.interface(object)).collect();
    let mut events = Vec::new();
    for (wire, callback) in &description.callbacks {
        let data = scope.received(&Type::Struct(pascal(wire)));
        // The event has the whole of the docs.
        if let Some(object) = objects.iter_mut().find(|object| object.name == data) {
            object.docs = vec![format!("What `{wire}` posts.")];
        }
        let name = names.claim(format!("{}Callback", base(wire)));
        events.push(json!({ "wire": wire, "name": name, "data": data, "docs": callback_docs(callback) }));
    }
    let types: Vec<&str> = objects.iter().flat_map(|object| &object.members).map(|member| member.ty.as_str()).collect();
    let scalars = mentioned(SCALARS, &types);
    render("ts/callbacks.ts.jinja", json!({ "events": events, "objects": objects, "scalars": scalars }))
}
