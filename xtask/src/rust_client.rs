//! The typed facade of the Rust client: a module per resource.

use std::collections::BTreeMap;
use std::error::Error;

use baijiayun_api::{
    Description, EnumValue, Format, ItemType, Operation, Param, ParamType, PathSource, Resource, Scalar, Shape,
    ShapeType,
};
use serde::Serialize;
use serde_json::json;

use crate::core_table::is_flag;
use crate::generate::Output;
use crate::names::{pascal, rust_field, variant};
use crate::render::render;

#[derive(Serialize)]
struct Module {
    resource: String,
    title: String,
    summary: String,
    calls: Vec<CallType>,
    structs: Vec<Struct>,
    enums: Vec<EnumType>,
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
}

/// An enum as the template `client/types.rs.jinja` takes it.
#[derive(Serialize)]
pub struct EnumType {
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
    let modules: Vec<Module> =
        description.resources.iter().map(|resource| Builder::of(resource).module(resource)).collect();
    for module in &modules {
        let text = render("client/resource.rs.jinja", module)?;
        outputs.push(Output::new(format!("client/src/generated/{}.rs", module.resource), text));
    }
    let calls: Vec<&CallType> = modules.iter().flat_map(|module| &module.calls).collect();
    let text = render("client/typed.rs.jinja", json!({ "calls": calls }))?;
    outputs.push(Output::new("client/tests/generated/typed.rs", text));
    let resources: Vec<_> = description
        .resources
        .iter()
        .map(|resource| json!({ "name": resource.resource, "title": resource.title, "summary": resource.summary }))
        .collect();
    let text = render("client/mod.rs.jinja", json!({ "resources": resources }))?;
    outputs.push(Output::new("client/src/generated/mod.rs", text));
    Ok(outputs)
}

/// The types of named objects that are received, and of the values in them.
/// None of them gets one of the `reserved` names.
pub fn types(scope: &str, reserved: &[&str], objects: &[(&str, Shape)]) -> (Vec<Struct>, Vec<EnumType>) {
    let reserved = reserved.iter().copied().map(str::to_owned).chain(objects.iter().map(|(name, _)| pascal(name)));
    let mut builder = Builder::new(scope, reserved.collect());
    for (name, shape) in objects {
        count_uses(&mut builder.enum_uses, name, shape);
    }
    for (name, shape) in objects {
        builder.output_struct(&pascal(name), &pascal(name), name, shape);
    }
    (builder.structs, builder.enums.into_values().map(|(_, enum_type)| enum_type).collect())
}

/// Gathers the types of one module.
struct Builder {
    /// What the module is about; the first half of names that are common.
    scope: String,
    /// Names that no other type of the module may have.
    reserved: Vec<String>,
    structs: Vec<Struct>,
    enums: BTreeMap<String, (Vec<Scalar>, EnumType)>,
    /// How many different lists of values each wire name has in the resource.
    enum_uses: BTreeMap<String, Vec<Vec<Scalar>>>,
}

impl Builder {
    fn new(scope: &str, reserved: Vec<String>) -> Builder {
        let (structs, enums, enum_uses) = Default::default();
        Builder { scope: scope.to_owned(), reserved, structs, enums, enum_uses }
    }

    fn of(resource: &Resource) -> Builder {
        let reserved = resource.operations.keys().map(|method| pascal(method)).collect();
        let mut builder = Builder::new(&resource.resource, reserved);
        let enum_uses = &mut builder.enum_uses;
        for operation in resource.operations.values() {
            for (name, param) in &operation.params {
                count_use(enum_uses, name, &param.enum_values);
            }
            count_uses(enum_uses, "data", &operation.response);
        }
        builder
    }

    fn module(mut self, resource: &Resource) -> Module {
        let calls = resource.operations.iter().map(|(method, operation)| self.call(method, operation)).collect();
        Module {
            resource: resource.resource.clone(),
            title: resource.title.clone(),
            summary: resource.summary.clone(),
            calls,
            structs: self.structs,
            enums: self.enums.into_values().map(|(_, enum_type)| enum_type).collect(),
        }
    }

    fn call(&mut self, method: &str, operation: &Operation) -> CallType {
        let type_name = pascal(method);
        let (mut required, mut optional) = (Vec::new(), Vec::new());
        for (name, param) in &operation.params {
            let argument = self.argument(method, name, param);
            if param.required { required.push(argument) } else { optional.push(argument) }
        }
        let result = self.result_type(&type_name, method, &operation.response);
        let paged = operation.paging.as_ref().and_then(|paging| self.paged(&result, &paging.list));
        CallType {
            name: format!("{}.{method}", self.scope),
            resource: self.scope.clone(),
            method: rust_field(method),
            type_name,
            docs: operation_docs(operation),
            result,
            required,
            optional,
            paged,
        }
    }

    /// Where the rows of a page stand in its type.
    fn paged(&self, result: &str, list: &str) -> Option<Paged> {
        let item_of = |ty: &str| Some(ty.strip_prefix("Vec<")?.strip_suffix('>')?.to_owned());
        if list.is_empty() {
            return Some(Paged { item: item_of(result)?, rows: "|data| data".to_owned() });
        }
        let data = self.structs.iter().find(|known| known.name == result)?;
        let field = data.fields.iter().find(|field| field.wire == list)?;
        Some(Paged { item: item_of(&field.ty)?, rows: format!("|data| data.{}", field.field) })
    }

    fn argument(&mut self, method: &str, name: &str, param: &Param) -> Argument {
        let field = rust_field(name);
        let is_id = param.format == Some(Format::Id);
        let (input, value) = match param.kind {
            ParamType::Int | ParamType::String if is_id => ("impl Into<Id>".to_owned(), format!("{field}.into()")),
            ParamType::Int if is_flag(param) && reads_as_bool(name, param) => ("bool".to_owned(), field.clone()),
            ParamType::Int | ParamType::String if !param.enum_values.is_empty() => {
                let repr = if param.kind == ParamType::Int { "i64" } else { "String" };
                let ty = self.enum_type(method, name, &param.enum_values, &param.desc, repr);
                (format!("impl Into<{ty}>"), format!("{field}.into()"))
            }
            ParamType::Int | ParamType::Timestamp => ("i64".to_owned(), field.clone()),
            ParamType::Float => ("f64".to_owned(), field.clone()),
            ParamType::String | ParamType::Date | ParamType::Datetime => {
                ("impl Into<String>".to_owned(), format!("{field}.into()"))
            }
            ParamType::List => {
                let item = if param.items == Some(ItemType::Int) || is_id { "Id" } else { "String" };
                (
                    format!("impl IntoIterator<Item = impl Into<{item}>>"),
                    format!("{field}.into_iter().map(Into::into).collect::<Vec<{item}>>()"),
                )
            }
            ParamType::Json => match param.value.as_ref().and_then(|shape| self.input_type(method, name, shape)) {
                Some(ty) => (ty, field.clone()),
                None => ("&impl Serialize".to_owned(), field.clone()),
            },
            ParamType::File => ("impl Into<File>".to_owned(), format!("{field}.into()")),
        };
        let setter = if param.kind == ParamType::Json { "set_json" } else { "set" };
        let value = match value.as_str() {
            converted if converted.ends_with(".into()") => {
                let target = input.trim_start_matches("impl Into<").trim_end_matches('>');
                format!("{setter}({name:?}, Into::<{target}>::into({field}))")
            }
            plain => format!("{setter}({name:?}, {plain})"),
        };
        Argument { wire: name.to_owned(), field, input, value, docs: param_docs(param) }
    }

    /// The type of a JSON parameter whose inner fields are described.
    fn input_type(&mut self, method: &str, name: &str, shape: &Shape) -> Option<String> {
        match shape.kind {
            ShapeType::Array => {
                let items = shape.items.as_ref()?;
                let item =
                    format!("{}{}", pascal(method), pascal(name.trim_end_matches('s').trim_end_matches("_list")));
                (items.kind == ShapeType::Object).then(|| format!("&[{}]", self.input_struct(&item, items)))
            }
            ShapeType::Object => {
                Some(format!("&{}", self.input_struct(&format!("{}{}", pascal(method), pascal(name)), shape)))
            }
            _ => None,
        }
    }

    fn input_struct(&mut self, name: &str, shape: &Shape) -> String {
        let fields = shape
            .fields
            .iter()
            .map(|(wire, field)| {
                let ty = match field.kind {
                    ShapeType::Int | ShapeType::Timestamp => "i64".to_owned(),
                    ShapeType::Float => "f64".to_owned(),
                    ShapeType::Bool => "bool".to_owned(),
                    ShapeType::Object => self.input_struct(&format!("{name}{}", pascal(wire)), field),
                    ShapeType::Array => "Vec<String>".to_owned(),
                    ShapeType::String | ShapeType::Date | ShapeType::Datetime => "String".to_owned(),
                    ShapeType::Map | ShapeType::Null | ShapeType::Any => "serde_json::Value".to_owned(),
                };
                StructField {
                    wire: wire.clone(),
                    field: rust_field(wire),
                    ty: if field.required { ty } else { format!("Option<{ty}>") },
                    docs: shape_docs(field),
                    optional: !field.required,
                    secret: field.secret,
                }
            })
            .collect();
        self.structs.push(Struct { name: name.to_owned(), docs: shape_docs(shape), fields, input: true });
        name.to_owned()
    }

    /// The type of an operation's data.
    fn result_type(&mut self, prefix: &str, method: &str, shape: &Shape) -> String {
        match shape.kind {
            ShapeType::Object if shape.fields.is_empty() => "serde_json::Value".to_owned(),
            ShapeType::Object => {
                self.output_struct(&format!("{prefix}Data"), prefix, method, shape);
                format!("{prefix}Data")
            }
            ShapeType::Null => "Nothing".to_owned(),
            _ => self.output_type(&format!("{prefix}Item"), prefix, method, "data", shape),
        }
    }

    /// The type of a value in an answer. `own` is the name for a struct if it needs one.
    fn output_type(&mut self, own: &str, prefix: &str, method: &str, name: &str, shape: &Shape) -> String {
        if !shape.enum_values.is_empty() && matches!(shape.kind, ShapeType::Int | ShapeType::String) {
            let repr = if shape.kind == ShapeType::Int { "i64" } else { "String" };
            return self.enum_type(method, name, &shape.enum_values, shape.desc.as_deref().unwrap_or_default(), repr);
        }
        let inner = |this: &mut Self, inner: &Option<Box<Shape>>| match inner {
            Some(shape) => {
                let ty = this.output_type(own, prefix, method, name, shape);
                if shape.nullable { format!("Option<{ty}>") } else { ty }
            }
            None => "serde_json::Value".to_owned(),
        };
        match shape.kind {
            ShapeType::Int | ShapeType::Timestamp => "i64".to_owned(),
            ShapeType::Float => "f64".to_owned(),
            ShapeType::Bool => "bool".to_owned(),
            ShapeType::String | ShapeType::Date | ShapeType::Datetime => "String".to_owned(),
            ShapeType::Array => format!("Vec<{}>", inner(self, &shape.items)),
            ShapeType::Map => format!("BTreeMap<String, {}>", inner(self, &shape.values)),
            ShapeType::Object if !shape.fields.is_empty() => {
                self.output_struct(own, prefix, method, shape);
                own.to_owned()
            }
            ShapeType::Object | ShapeType::Any | ShapeType::Null => "serde_json::Value".to_owned(),
        }
    }

    fn output_struct(&mut self, name: &str, prefix: &str, method: &str, shape: &Shape) {
        let mut fields = Vec::new();
        for (wire, field) in &shape.fields {
            // `list` is what nearly every list is called: its rows are the operation's items.
            let own = if wire == "list" { format!("{prefix}Item") } else { format!("{prefix}{}", pascal(wire)) };
            let own = if self.structs.iter().any(|known| known.name == own) {
                format!("{name}{}", pascal(wire))
            } else {
                own
            };
            let ty = self.output_type(&own, prefix, method, wire, field);
            let container = matches!(field.kind, ShapeType::Array | ShapeType::Map);
            fields.push(StructField {
                wire: wire.clone(),
                field: rust_field(wire),
                ty: if container { ty } else { format!("Option<{ty}>") },
                docs: shape_docs(field),
                optional: !container,
                secret: field.secret,
            });
        }
        self.structs.push(Struct { name: name.to_owned(), docs: shape_docs(shape), fields, input: false });
    }

    /// The type of a listed value, shared within the resource where the lists are the same.
    fn enum_type(&mut self, method: &str, wire: &str, values: &[EnumValue], desc: &str, repr: &'static str) -> String {
        let keys: Vec<Scalar> = values.iter().map(|value| value.value.clone()).collect();
        let shared = if ["type", "status", "state", "format", "op", "role", "data", "result", "list"].contains(&wire) {
            format!("{}{}", pascal(&self.scope), pascal(wire))
        } else {
            pascal(wire)
        };
        let single = self.enum_uses.get(wire).is_some_and(|lists| lists.len() == 1);
        let own = format!("{}{}", pascal(method), pascal(wire));
        let taken = |name: &str, this: &Self| {
            this.reserved.iter().any(|known| known == name)
                || this.structs.iter().any(|known| known.name == name)
                || this.enums.get(name).is_some_and(|(known, ty)| *known != keys || ty.repr != repr)
        };
        let mut name = if single && !taken(&shared, self) { shared } else { own };
        while taken(&name, self) {
            name.push_str("Value");
        }
        self.enums.entry(name.clone()).or_insert_with(|| {
            let enum_type =
                EnumType { name: name.clone(), docs: vec![desc.to_owned()], repr, variants: variants(values, repr) };
            (keys, enum_type)
        });
        name
    }
}

fn count_use(uses: &mut BTreeMap<String, Vec<Vec<Scalar>>>, name: &str, values: &[EnumValue]) {
    if values.is_empty() {
        return;
    }
    let keys: Vec<Scalar> = values.iter().map(|value| value.value.clone()).collect();
    let lists = uses.entry(name.to_owned()).or_default();
    if !lists.contains(&keys) {
        lists.push(keys);
    }
}

fn count_uses(uses: &mut BTreeMap<String, Vec<Vec<Scalar>>>, name: &str, shape: &Shape) {
    count_use(uses, name, &shape.enum_values);
    for (wire, field) in &shape.fields {
        count_uses(uses, wire, field);
    }
    for inner in shape.items.iter().chain(&shape.values) {
        count_uses(uses, name, inner);
    }
}

fn variants(values: &[EnumValue], repr: &str) -> Vec<Variant> {
    let mut variants: Vec<Variant> = Vec::new();
    for EnumValue { value, meaning } in values {
        let from_value = match value {
            Scalar::Text(text) => Some(pascal(text)).filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic())),
            Scalar::Int(_) => None,
        };
        let fallback = format!("Value{}", value.to_string().replace('-', "Minus"));
        let mut name = from_value.or_else(|| variant(meaning)).unwrap_or_else(|| fallback.clone());
        if name == "Other" || name == "Self" || variants.iter().any(|known| known.name == name) {
            name = format!("{name}{}", pascal(&fallback));
        }
        let literal = if repr == "i64" { value.to_string() } else { format!("{:?}", value.to_string()) };
        variants.push(Variant { name, value: literal, docs: vec![format!("{value}: {meaning}")] });
    }
    variants
}

/// Whether true and false are the natural words for a parameter's 1 and 0.
fn reads_as_bool(name: &str, param: &Param) -> bool {
    let prefix =
        ["is_", "enable_", "has_", "need_", "can_", "allow_", "auto_", "disable_", "m_is_", "regenerate", "with_"];
    let meanings = ["yes", "no", "on", "off"];
    prefix.iter().any(|prefix| name.starts_with(prefix))
        || param.enum_values.iter().all(|value| meanings.contains(&value.meaning.as_str()))
}

fn operation_docs(operation: &Operation) -> Vec<String> {
    let mut docs = vec![format!("{} {}", operation.title, operation.summary), String::new()];
    let ids: Vec<&str> = operation.catalog_ids().collect();
    let path = operation.path.as_deref().unwrap_or("the address given");
    docs.push(match operation.path_source {
        PathSource::Seed => format!("Documents: {}. Path `{path}`, printed in a document.", ids.join(", ")),
        PathSource::Public => format!("Documents: {}. Path `{path}`, known from public material.", ids.join(", ")),
        PathSource::Inferred => format!(
            "Documents: {}. **The path `{path}` is a guess**: the documents cut it off. Other candidates: {}.",
            ids.join(", "),
            operation.candidates.iter().skip(1).map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ")
        ),
        PathSource::None => {
            format!("Documents: {}. It goes to an address that another operation returned.", ids.join(", "))
        }
    });
    for limit in &operation.limits {
        docs.push(String::new());
        docs.push(format!("At most {} calls in {} s.", limit.count, limit.seconds));
    }
    for note in &operation.notes {
        docs.push(String::new());
        docs.push(if note.documents.is_empty() {
            note.note.clone()
        } else {
            format!("({}) {}", note.documents.join(", "), note.note)
        });
    }
    docs
}

fn param_docs(param: &Param) -> Vec<String> {
    let mut docs = vec![param.desc.clone()];
    let mut facts = Vec::new();
    if let Some(default) = &param.default {
        facts.push(format!("Default: `{default}`."));
    }
    match (param.min, param.max) {
        (Some(min), Some(max)) => facts.push(format!("From {min} to {max}.")),
        (Some(min), None) => facts.push(format!("At least {min}.")),
        (None, Some(max)) => facts.push(format!("At most {max}.")),
        (None, None) => {}
    }
    if let Some(most) = param.max_length {
        facts.push(format!("At most {most} characters."));
    }
    if let Some(most) = param.max_items {
        facts.push(format!("At most {most} elements."));
    }
    match param.kind {
        ParamType::Timestamp => facts.push("Unix seconds.".to_owned()),
        ParamType::Date => facts.push("`YYYY-MM-DD`.".to_owned()),
        ParamType::Datetime => facts.push("`YYYY-MM-DD HH:MM:SS`, UTC+8.".to_owned()),
        _ => {}
    }
    if !param.only.is_empty() {
        facts.push(format!("Only in {}.", param.only.join(", ")));
    }
    if !param.required_by.is_empty() {
        facts.push(format!("Required in {}.", param.required_by.join(", ")));
    }
    if !facts.is_empty() {
        docs.push(String::new());
        docs.push(facts.join(" "));
    }
    if !param.enum_values.is_empty() {
        docs.push(String::new());
        docs.extend(param.enum_values.iter().map(|value| format!("- `{}`: {}", value.value, value.meaning)));
    }
    docs
}

fn shape_docs(shape: &Shape) -> Vec<String> {
    let mut docs: Vec<String> = shape.desc.iter().cloned().collect();
    match shape.kind {
        ShapeType::Timestamp => docs.push("Unix seconds.".to_owned()),
        ShapeType::Date => docs.push("`YYYY-MM-DD`.".to_owned()),
        ShapeType::Datetime => docs.push("`YYYY-MM-DD HH:MM:SS`, UTC+8.".to_owned()),
        _ => {}
    }
    docs
}
