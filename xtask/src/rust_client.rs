//! The typed facade of the Rust client: a module per resource.

use std::error::Error;

use baijiayun_api::{Description, EnumValue, ParamType, Resource, Shape};
use serde::Serialize;
use serde_json::json;

use crate::callbacks::posted_objects;
use crate::doc_comments::{operation_docs, param_docs, shape_docs};
use crate::doc_links::DocLinks;
use crate::generate::Output;
use crate::model::{self, Repr, Type};
use crate::names::{pascal, rust_field, variant_names};
use crate::render::render;

#[derive(Serialize)]
struct Module {
    resource: String,
    title: String,
    summary: String,
    calls: Vec<CallType>,
    structs: Vec<Struct>,
    /// The names of its lists of values.
    values: Vec<String>,
}

/// A builder and the facade method that makes it.
#[derive(Serialize)]
struct CallType {
    name: String,
    resource: String,
    method: String,
    type_name: String,
    docs: Vec<String>,
    result: String,
    required: Vec<Argument>,
    optional: Vec<Argument>,
    paged: Option<Paged>,
}

/// The rows of a paged answer.
#[derive(Serialize)]
struct Paged {
    item: String,
    rows: String,
    /// What tells a row from all others; of none, where there is nothing that does.
    id: String,
}

#[derive(Serialize)]
struct Argument {
    wire: String,
    field: String,
    input: String,
    value: String,
    docs: Vec<String>,
}

/// A struct as the template `client/types.rs.jinja` takes it.
#[derive(Serialize)]
pub struct Struct {
    name: String,
    docs: Vec<String>,
    fields: Vec<StructField>,
    /// It is sent, not received.
    input: bool,
}

#[derive(Serialize)]
struct StructField {
    wire: String,
    field: String,
    ty: String,
    docs: Vec<String>,
    optional: bool,
    secret: bool,
    /// There is a method of the same name that reads it as a time.
    time: bool,
}

/// An enum as the template `client/values.rs.jinja` takes it.
#[derive(Serialize)]
struct EnumType {
    name: String,
    docs: Vec<String>,
    /// `i64` or `String`.
    repr: &'static str,
    variants: Vec<Variant>,
}

#[derive(Serialize)]
struct Variant {
    name: String,
    value: String,
    docs: Vec<String>,
}

pub fn outputs(description: &Description) -> Result<Vec<Output>, Box<dyn Error>> {
    let mut outputs = Vec::new();
    let links = DocLinks::of(description);
    let models = description.resources.iter().map(|resource| model::module(description, resource));
    let models = models.collect::<Result<Vec<_>, _>>()?;
    let modules: Vec<Module> = description.resources.iter().zip(&models).map(module).collect();
    let posted = posted_objects(description);
    let enums: Vec<EnumType> = model::all_listed(description, &posted)?.values().map(enum_type).collect();
    outputs.push(Output::new(
        "client/src/generated/values.rs",
        render("client/values.rs.jinja", json!({ "enums": enums }))?,
    ));
    for module in &modules {
        let text = links.linked(&render("client/resource.rs.jinja", module)?);
        outputs.push(Output::new(format!("client/src/generated/{}.rs", module.resource), text));
    }
    let calls: Vec<&CallType> = modules.iter().flat_map(|module| &module.calls).collect();
    let text = render("client/typed.rs.jinja", json!({ "calls": calls }))?;
    outputs.push(Output::new("client/tests/client/generated/typed.rs", text));
    let resources: Vec<_> = description
        .resources
        .iter()
        .map(|resource| json!({ "name": resource.resource, "title": resource.title, "summary": resource.summary }))
        .collect();
    let text = render("client/mod.rs.jinja", json!({ "resources": resources }))?;
    outputs.push(Output::new("client/src/generated/mod.rs", text));
    Ok(outputs)
}

/// The types of what callbacks post, and the names of the lists of values in them.
pub fn callback_types(
    description: &Description,
    posted: &[(&str, Shape)],
) -> Result<(Vec<Struct>, Vec<String>), Box<dyn Error>> {
    let (structs, enums) = model::objects(description, "callback", posted)?;
    Ok((structs.iter().map(object).collect(), enums.into_iter().map(|listed| listed.name).collect()))
}

fn module((resource, module): (&Resource, &model::Module)) -> Module {
    Module {
        resource: resource.resource.clone(),
        title: resource.title.clone(),
        summary: resource.summary.clone(),
        calls: module.calls.iter().map(|call| call_type(&resource.resource, call)).collect(),
        structs: module.structs.iter().map(object).collect(),
        values: module.enums.iter().map(|listed| listed.name.clone()).collect(),
    }
}

fn call_type(resource: &str, call: &model::Call) -> CallType {
    let arguments = |required: bool| {
        let arguments = call.arguments.iter().filter(|argument| argument.param.required == required);
        arguments.map(argument).collect()
    };
    CallType {
        name: format!("{resource}.{}", call.method),
        resource: resource.to_owned(),
        method: rust_field(call.method),
        type_name: pascal(call.method),
        docs: operation_docs(call.operation),
        result: spelled(&call.result),
        required: arguments(true),
        optional: arguments(false),
        paged: call.rows.as_ref().map(|rows| Paged {
            item: spelled(&rows.item),
            id: match call.operation.paging.as_ref().and_then(|paging| paging.id.as_deref()) {
                Some(id) => format!("|row| crate::pages::RowId::id(&row.{})", rust_field(id)),
                None => "|_| None".to_owned(),
            },
            rows: rows.field.map_or("|data| data".to_owned(), |field| format!("|data| data.{}", rust_field(field))),
        }),
    }
}

fn argument(argument: &model::Argument) -> Argument {
    let field = rust_field(argument.wire);
    let converted = |target: &str| (format!("impl Into<{target}>"), format!("Into::<{target}>::into({field})"));
    let (input, value) = match &argument.ty {
        Type::Id(_) => converted("Id"),
        Type::Timestamp | Type::Date | Type::Datetime => converted("Time"),
        Type::Enum(..) | Type::Text => converted(&spelled(&argument.ty)),
        Type::File => converted("File"),
        Type::Array(item) if argument.param.kind == ParamType::List => {
            let item = if matches!(**item, Type::Id(_) | Type::Int) { "Id" } else { "String" };
            (
                format!("impl IntoIterator<Item = impl Into<{item}>>"),
                format!("{field}.into_iter().map(Into::into).collect::<Vec<{item}>>()"),
            )
        }
        Type::Array(item) => (format!("&[{}]", spelled(item)), field.clone()),
        Type::Struct(name) => (format!("&{name}"), field.clone()),
        Type::Any => ("&impl Serialize".to_owned(), field.clone()),
        scalar => (spelled(scalar), field.clone()),
    };
    let setter = if argument.param.kind == ParamType::Json { "set_json" } else { "set" };
    let value = format!("{setter}({:?}, {value})", argument.wire);
    Argument { wire: argument.wire.to_owned(), field, input, value, docs: param_docs(argument.param) }
}

fn object(object: &model::Struct) -> Struct {
    let fields = object.fields.iter().map(|field| {
        let ty = spelled(&field.ty);
        StructField {
            wire: field.wire.to_owned(),
            field: rust_field(field.wire),
            ty: if field.optional { format!("Option<{ty}>") } else { ty },
            docs: shape_docs(field.shape),
            time: is_time(&field.ty),
            optional: field.optional,
            secret: field.shape.secret,
        }
    });
    let fields = fields.collect();
    Struct { name: object.name.clone(), docs: shape_docs(object.shape), fields, input: object.input }
}

fn is_time(ty: &Type) -> bool {
    match ty {
        Type::Timestamp | Type::Date | Type::Datetime => true,
        Type::Nullable(inner) => is_time(inner),
        _ => false,
    }
}

fn enum_type(listed: &model::Enum) -> EnumType {
    EnumType {
        name: listed.name.clone(),
        docs: vec![listed.desc.to_owned()],
        repr: match listed.repr {
            Repr::Int => "i64",
            Repr::Text => "String",
        },
        variants: variants(listed.values, listed.repr),
    }
}

/// A type as Rust spells it.
fn spelled(ty: &Type) -> String {
    match ty {
        Type::Bool => "bool".to_owned(),
        Type::Int | Type::Timestamp | Type::Id(Repr::Int) => "i64".to_owned(),
        Type::Float => "f64".to_owned(),
        Type::Text | Type::Date | Type::Datetime | Type::Id(Repr::Text) => "String".to_owned(),
        Type::Enum(name, _) | Type::Struct(name) => name.clone(),
        Type::Array(item) => format!("Vec<{}>", spelled(item)),
        Type::Map(value) => format!("BTreeMap<String, {}>", spelled(value)),
        Type::Nullable(inner) => format!("Option<{}>", spelled(inner)),
        Type::File => "File".to_owned(),
        Type::Any => "serde_json::Value".to_owned(),
        Type::Nothing => "Nothing".to_owned(),
    }
}

fn variants(values: &[EnumValue], repr: Repr) -> Vec<Variant> {
    let variant = |(listed, name): (&EnumValue, String)| {
        let EnumValue { value, meaning } = listed;
        let literal = if repr == Repr::Int { value.to_string() } else { format!("{:?}", value.to_string()) };
        Variant { name, value: literal, docs: vec![format!("{value}: {meaning}")] }
    };
    values.iter().zip(variant_names(values)).map(variant).collect()
}
