//! The typed facade of the TypeScript package: a module per resource, the
//! callbacks, and the operations by name.

mod types;

use std::error::Error;

use baijiayun_api::{Description, Resource};
use serde::Serialize;
use serde_json::json;

use crate::callbacks::{constants, event_name, payload_names, posted_objects};
use crate::doc_comments::{callback_docs, operation_docs};
use crate::generate::Output;
use crate::model::{self, Type};
use crate::names::{Names, camel, mentioned, pascal};
use crate::render::render;
pub use types::key;
use types::{Interface, Scope};

const FOLDER: &str = "bindings-wasm/npm/src/generated";

/// What the base class of the resources has itself.
const BASE_METHODS: [&str; 3] = ["call", "pages", "constructor"];

/// The types of values that the hand-written half defines.
const SCALARS: [&str; 4] = ["FileInput", "Id", "IdInput", "TimeInput"];

/// What its methods return.
const PROMISES: [&str; 2] = ["CallPromise", "PagePromise"];

/// The names of types that stand in the templates.
const FIXED: [&str; 6] =
    ["KnownCallback", "OperationName", "Operations", "PagedOperationName", "Resources", "UnknownCallback"];

/// A resource as the templates in `ts/` take it.
#[derive(Serialize)]
struct Module<'a> {
    resource: &'a str,
    /// What the client calls it.
    property: String,
    class: String,
    title: String,
    calls: Vec<Call>,
    objects: Vec<Interface>,
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
    promise: String,
}

pub fn outputs(description: &Description) -> Result<Vec<Output>, Box<dyn Error>> {
    let mut names = Names::default();
    let classes = description.resources.iter().map(|resource| pascal(&resource.resource));
    for name in FIXED.into_iter().map(str::to_owned).chain(classes) {
        names.claim(name);
    }
    let posted = posted_objects(description);
    let listed = model::all_listed(description, &posted)?;
    let constants = constants(listed.values(), &mut names)?;
    let modules = description.resources.iter().map(|resource| module(description, resource, &mut names));
    let modules = modules.collect::<Result<Vec<_>, _>>()?;
    let mut outputs = Vec::new();
    let mut add = |file: &str, text| outputs.push(Output::new(format!("{FOLDER}/{file}.ts"), text));
    for module in &modules {
        if let Some(call) = module.calls.iter().find(|call| BASE_METHODS.contains(&call.method.as_str())) {
            return Err(format!("{}: the TypeScript class has a method of that name itself", call.name).into());
        }
        add(module.resource, render("ts/resource.ts.jinja", module)?);
    }
    add("callbacks", callbacks(description, &mut names)?);
    add("values", render("ts/values.ts.jinja", json!({ "constants": constants }))?);
    add("operations", operations(&modules)?);
    add("index", render("ts/index.ts.jinja", json!({ "resources": modules }))?);
    Ok(outputs)
}

impl Module<'_> {
    fn interfaces(&self) -> impl Iterator<Item = &Interface> {
        self.calls.iter().filter_map(|call| call.params.as_ref()).chain(&self.objects)
    }

    /// The types that its methods mention.
    fn method_types(&self) -> Vec<&str> {
        let params = self.calls.iter().filter_map(|call| call.params.as_ref()).map(|params| params.name.as_str());
        params.chain(self.calls.iter().map(|call| call.promise.as_str())).collect()
    }
}

fn module<'a>(description: &Description, resource: &'a Resource, names: &mut Names) -> Result<Module<'a>, String> {
    let class = pascal(&resource.resource);
    let model = model::module(description, resource)?;
    let scope = Scope::new(model.object_names(&class, names), &model.enums);
    let calls = model.calls.iter().map(|model| {
        let params = names.claim(format!("{class}{}Params", pascal(model.method)));
        call(&scope, format!("{}.{}", resource.resource, model.method), params, model)
    });
    let mut module = Module {
        resource: &resource.resource,
        property: camel(&resource.resource),
        title: format!("{} {}", resource.title, resource.summary),
        calls: calls.collect(),
        objects: model.structs.iter().map(|object| scope.interface(object)).collect(),
        promises: Vec::new(),
        scalars: Vec::new(),
        class,
    };
    let methods = module.method_types();
    let promises = mentioned(PROMISES, methods.iter().copied());
    let scalars = mentioned(SCALARS, module.interfaces().flat_map(Interface::types).chain(methods));
    (module.promises, module.scalars) = (promises, scalars);
    Ok(module)
}

fn call(scope: &Scope, name: String, params: String, call: &model::Call) -> Call {
    let operation = call.operation;
    let title = format!("Parameters of `{name}`: {}.", operation.title);
    let result = scope.received(&call.result);
    let row = call.rows.as_ref().map(|rows| scope.received(&rows.item));
    let promise = match &row {
        Some(row) => format!("PagePromise<{result}, {row}>"),
        None => format!("CallPromise<{result}>"),
    };
    Call {
        name,
        method: camel(call.method),
        docs: operation_docs(operation),
        params: (!call.arguments.is_empty()).then(|| scope.params(params, title, &call.arguments)),
        needs_params: !operation.any_of.is_empty() || call.arguments.iter().any(|argument| argument.param.required),
        result,
        row,
        promise,
    }
}

fn operations(modules: &[Module]) -> Result<String, Box<dyn Error>> {
    let imports = modules.iter().map(|module| {
        let names = mentioned(module.interfaces().map(|interface| interface.name.as_str()), module.method_types());
        json!({ "resource": module.resource, "names": names })
    });
    let imports: Vec<_> = imports.collect();
    let calls: Vec<&Call> = modules.iter().flat_map(|module| &module.calls).collect();
    let scalars = mentioned(SCALARS, modules.iter().flat_map(Module::method_types));
    render("ts/operations.ts.jinja", json!({ "imports": imports, "calls": calls, "scalars": scalars }))
}

fn callbacks(description: &Description, names: &mut Names) -> Result<String, Box<dyn Error>> {
    let posted = posted_objects(description);
    let (structs, enums) = model::objects(description, "callback", &posted)?;
    let scope = Scope::new(payload_names(&structs, &posted, names), &enums);
    let mut objects: Vec<Interface> = structs.iter().map(|object| scope.interface(object)).collect();
    let mut events = Vec::new();
    for (wire, callback) in &description.callbacks {
        let data = scope.received(&Type::Struct(pascal(wire)));
        // The event has the whole of the docs.
        if let Some(object) = objects.iter_mut().find(|object| object.name == data) {
            object.docs = vec![format!("What `{wire}` posts.")];
        }
        let name = event_name(wire, names);
        events.push(json!({ "wire": wire, "name": name, "data": data, "docs": callback_docs(callback) }));
    }
    let scalars = mentioned(SCALARS, objects.iter().flat_map(Interface::types));
    let context = json!({ "events": events, "objects": objects, "scalars": scalars });
    render("ts/callbacks.ts.jinja", context)
}
