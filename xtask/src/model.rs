//! The types of a typed client, before any language spells them: what each
//! operation takes and answers, with names for the objects and listed values.

use std::collections::BTreeMap;

use baijiayun_api::{
    Description, EnumValue, Format, ItemType, Operation, Param, ParamType, Resource, Scalar, Shape, ShapeType,
};

use crate::core_table::is_flag;
use crate::names::{Names, pascal};

/// The type of a value.
#[derive(Clone, PartialEq)]
pub enum Type {
    Bool,
    Int,
    Float,
    Text,
    Date,
    Datetime,
    /// Unix seconds.
    Timestamp,
    /// An identifier, which is not reckoned with.
    Id(Repr),
    /// One of the listed values of that name, or another one.
    Enum(String, Repr),
    Array(Box<Type>),
    Map(Box<Type>),
    /// The object of that name.
    Struct(String),
    Nullable(Box<Type>),
    File,
    /// Any JSON.
    Any,
    /// An answer without data.
    Nothing,
}

/// What a value is on the wire.
#[derive(Clone, Copy, PartialEq)]
pub enum Repr {
    Int,
    Text,
}

/// The types of one resource. Names are unique in it.
pub struct Module<'a> {
    pub calls: Vec<Call<'a>>,
    /// Inner ones before those that hold them.
    pub structs: Vec<Struct<'a>>,
    pub enums: Vec<Enum<'a>>,
}

impl Module<'_> {
    /// The names that its objects have in a package whose types share one space: those of results tell of what.
    pub fn object_names(&self, class: &str, names: &mut Names) -> BTreeMap<&str, String> {
        let result_of =
            |object: &str| self.calls.iter().find(|call| matches!(&call.result, Type::Struct(name) if name == object));
        let mut name = |object: &str| {
            names.claim(match result_of(object) {
                Some(call) => format!("{class}{}Result", pascal(call.method)),
                None => format!("{class}{object}"),
            })
        };
        self.structs.iter().map(|object| (object.name.as_str(), name(&object.name))).collect()
    }
}

/// An operation.
pub struct Call<'a> {
    pub method: &'a str,
    pub operation: &'a Operation,
    /// In the order of the description.
    pub arguments: Vec<Argument<'a>>,
    pub result: Type,
    pub rows: Option<Rows<'a>>,
}

/// A parameter of an operation. A list is an array; JSON that is not described is `Any`.
pub struct Argument<'a> {
    pub wire: &'a str,
    pub param: &'a Param,
    pub ty: Type,
}

/// The rows of a paged answer.
pub struct Rows<'a> {
    pub item: Type,
    /// The member that holds them; `None` where the data are the rows.
    pub field: Option<&'a str>,
}

/// An object.
pub struct Struct<'a> {
    pub name: String,
    pub shape: &'a Shape,
    pub fields: Vec<Field<'a>>,
    /// It is sent, not received.
    pub input: bool,
}

/// A member of an object.
pub struct Field<'a> {
    pub wire: &'a str,
    pub shape: &'a Shape,
    pub ty: Type,
    /// It may be left out where it is sent, or missing where it is received. Lists and maps are always received.
    pub optional: bool,
}

/// Listed values.
pub struct Enum<'a> {
    pub name: String,
    pub desc: &'a str,
    pub repr: Repr,
    pub values: &'a [EnumValue],
}

/// The types of a resource.
///
/// # Errors
/// What `api/listed_values.yaml` lacks.
pub fn module<'a>(description: &'a Description, resource: &'a Resource) -> Result<Module<'a>, String> {
    let reserved = resource.operations.keys().map(|method| pascal(method)).collect();
    let mut builder = Builder::new(description, &resource.resource, reserved);
    let calls = resource.operations.iter().map(|(method, operation)| builder.call(method, operation)).collect();
    let (structs, enums) = builder.finish()?;
    Ok(Module { calls, structs, enums })
}

/// The types of named objects that are received, and of the values in them.
///
/// # Errors
/// As [`module`].
pub fn objects<'a>(
    description: &'a Description,
    scope: &str,
    objects: &'a [(&str, Shape)],
) -> Result<(Vec<Struct<'a>>, Vec<Enum<'a>>), String> {
    let mut builder = Builder::new(description, scope, Vec::new());
    for (name, shape) in objects {
        builder.output_struct(&pascal(name), &pascal(name), name, shape);
    }
    builder.finish()
}

/// All lists of values that results, parameters and callbacks use, by name.
///
/// # Errors
/// As [`module`]; all that is missing, of all modules.
pub fn all_listed<'a>(
    description: &'a Description,
    posted: &'a [(&str, Shape)],
) -> Result<BTreeMap<String, Enum<'a>>, String> {
    let mut all = BTreeMap::new();
    let mut faults = Vec::new();
    let modules = description.resources.iter().map(|resource| module(description, resource).map(|module| module.enums));
    for enums in modules.chain([objects(description, "callback", posted).map(|(_, enums)| enums)]) {
        match enums {
            Ok(enums) => all.extend(enums.into_iter().map(|listed| (listed.name.clone(), listed))),
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() { Ok(all) } else { Err(format!("nothing was written:\n  {}", faults.join("\n  "))) }
}

/// Gathers the types of one module.
struct Builder<'a> {
    description: &'a Description,
    /// The resource, or `callback`.
    scope: String,
    /// Names that no enum of the module may have.
    reserved: Vec<String>,
    structs: Vec<Struct<'a>>,
    enums: BTreeMap<String, Enum<'a>>,
    faults: Vec<String>,
}

impl<'a> Builder<'a> {
    fn new(description: &'a Description, scope: &str, reserved: Vec<String>) -> Builder<'a> {
        let (structs, enums, faults) = Default::default();
        Builder { description, scope: scope.to_owned(), reserved, structs, enums, faults }
    }

    fn finish(mut self) -> Result<(Vec<Struct<'a>>, Vec<Enum<'a>>), String> {
        let taken = self.reserved.iter().chain(self.structs.iter().map(|object| &object.name));
        let taken = taken.filter(|name| self.enums.contains_key(*name));
        self.faults.extend(
            taken.map(|name| {
                format!("{}: another type is called {name}: name the list of values otherwise", self.scope)
            }),
        );
        if self.faults.is_empty() {
            Ok((self.structs, self.enums.into_values().collect()))
        } else {
            Err(self.faults.join("\n  "))
        }
    }

    fn call(&mut self, method: &'a str, operation: &'a Operation) -> Call<'a> {
        let params = operation.params.iter();
        let arguments =
            params.map(|(wire, param)| Argument { wire, param, ty: self.param_type(method, wire, param) }).collect();
        let result = self.result_type(&pascal(method), method, &operation.response);
        let rows = operation.paging.as_ref().and_then(|paging| self.rows(&result, &paging.list));
        Call { method, operation, arguments, result, rows }
    }

    /// Where the rows of a page stand in its type.
    fn rows(&self, result: &Type, list: &'a str) -> Option<Rows<'a>> {
        let (ty, field) = match result {
            result if list.is_empty() => (result, None),
            Type::Struct(name) => {
                let data = self.structs.iter().find(|known| known.name == *name)?;
                (&data.fields.iter().find(|field| field.wire == list)?.ty, Some(list))
            }
            _ => return None,
        };
        match ty {
            Type::Array(item) => Some(Rows { item: item.as_ref().clone(), field }),
            _ => None,
        }
    }

    fn param_type(&mut self, method: &str, name: &str, param: &'a Param) -> Type {
        let repr = if param.kind == ParamType::Int { Repr::Int } else { Repr::Text };
        let is_id = param.format == Some(Format::Id);
        match param.kind {
            ParamType::Int | ParamType::String if is_id => Type::Id(repr),
            ParamType::Int if is_flag(param) && reads_as_bool(name, param) => Type::Bool,
            ParamType::Int | ParamType::String if !param.enum_values.is_empty() => {
                self.enum_type(method, name, &param.enum_values, repr)
            }
            ParamType::Int => Type::Int,
            ParamType::Timestamp => Type::Timestamp,
            ParamType::Float => Type::Float,
            ParamType::String => Type::Text,
            ParamType::Date => Type::Date,
            ParamType::Datetime => Type::Datetime,
            ParamType::List => Type::Array(Box::new(match param.items {
                Some(ItemType::Int) if is_id => Type::Id(Repr::Int),
                Some(ItemType::Int) => Type::Int,
                _ if is_id => Type::Id(Repr::Text),
                _ => Type::Text,
            })),
            ParamType::Json => {
                param.value.as_ref().and_then(|shape| self.json_type(method, name, shape)).unwrap_or(Type::Any)
            }
            ParamType::File => Type::File,
        }
    }

    /// The type of a JSON parameter whose inner fields are described.
    fn json_type(&mut self, method: &str, name: &str, shape: &'a Shape) -> Option<Type> {
        match shape.kind {
            ShapeType::Array => {
                let items = shape.items.as_ref().filter(|items| items.kind == ShapeType::Object)?;
                let item = pascal(name.trim_end_matches('s').trim_end_matches("_list"));
                Some(Type::Array(Box::new(self.input_struct(&format!("{}{item}", pascal(method)), items))))
            }
            ShapeType::Object => Some(self.input_struct(&format!("{}{}", pascal(method), pascal(name)), shape)),
            _ => None,
        }
    }

    fn input_struct(&mut self, name: &str, shape: &'a Shape) -> Type {
        let fields = shape.fields.iter();
        let fields = fields.map(|(wire, field)| Field {
            wire,
            shape: field,
            ty: self.input_type(&format!("{name}{}", pascal(wire)), field),
            optional: !field.required,
        });
        let fields = fields.collect();
        self.structs.push(Struct { name: name.to_owned(), shape, fields, input: true });
        Type::Struct(name.to_owned())
    }

    fn input_type(&mut self, own: &str, shape: &'a Shape) -> Type {
        match shape.kind {
            ShapeType::Object => self.input_struct(own, shape),
            ShapeType::Array => {
                let item = shape.items.as_ref().map_or(Type::Any, |items| self.input_type(own, items));
                Type::Array(Box::new(item))
            }
            ShapeType::Map => Type::Any,
            _ => scalar(shape),
        }
    }

    /// The type of an operation's data.
    fn result_type(&mut self, prefix: &str, method: &str, shape: &'a Shape) -> Type {
        match shape.kind {
            ShapeType::Object if !shape.fields.is_empty() => {
                self.output_struct(&format!("{prefix}Data"), prefix, method, shape)
            }
            ShapeType::Null => Type::Nothing,
            _ => self.output_type(&format!("{prefix}Item"), prefix, method, "data", shape),
        }
    }

    /// The type of a value in an answer. `own` is the name for a struct if it needs one.
    fn output_type(&mut self, own: &str, prefix: &str, method: &str, name: &str, shape: &'a Shape) -> Type {
        if !shape.enum_values.is_empty() && matches!(shape.kind, ShapeType::Int | ShapeType::String) {
            let repr = if shape.kind == ShapeType::Int { Repr::Int } else { Repr::Text };
            return self.enum_type(method, name, &shape.enum_values, repr);
        }
        let inner = |this: &mut Self, inner: &'a Option<Box<Shape>>| {
            Box::new(match inner {
                Some(shape) => {
                    let ty = this.output_type(own, prefix, method, name, shape);
                    if shape.nullable { Type::Nullable(Box::new(ty)) } else { ty }
                }
                None => Type::Any,
            })
        };
        match shape.kind {
            ShapeType::Array => Type::Array(inner(self, &shape.items)),
            ShapeType::Map => Type::Map(inner(self, &shape.values)),
            ShapeType::Object if !shape.fields.is_empty() => self.output_struct(own, prefix, method, shape),
            _ => scalar(shape),
        }
    }

    fn output_struct(&mut self, name: &str, prefix: &str, method: &str, shape: &'a Shape) -> Type {
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
            let optional = field.optional && !matches!(ty, Type::Array(_) | Type::Map(_));
            fields.push(Field { wire, shape: field, ty, optional });
        }
        self.structs.push(Struct { name: name.to_owned(), shape, fields, input: false });
        Type::Struct(name.to_owned())
    }

    /// The type of a listed value, by the name that `api/listed_values.yaml` has for it.
    fn enum_type(&mut self, method: &str, wire: &str, values: &'a [EnumValue], repr: Repr) -> Type {
        let (name, listed) = match self.description.listed_values(&self.scope, method, wire, values) {
            Ok(found) => found,
            Err(fault) => {
                self.faults.push(fault);
                return Type::Any;
            }
        };
        // Some operations print numbers as texts.
        let are_numbers = listed.values.iter().all(|listed| listed.value.to_string().parse::<i64>().is_ok());
        let is_spelled = repr == Repr::Text
            && are_numbers
            && listed.values.iter().any(|listed| matches!(listed.value, Scalar::Int(_)));
        let name = if is_spelled { format!("{name}Text") } else { name.to_owned() };
        let (desc, values) = (listed.desc.as_str(), listed.values.as_slice());
        self.enums.entry(name.clone()).or_insert_with(|| Enum { name: name.clone(), desc, repr, values });
        Type::Enum(name, repr)
    }
}

fn scalar(shape: &Shape) -> Type {
    let is_id = shape.format == Some(Format::Id);
    match shape.kind {
        ShapeType::Int if is_id => Type::Id(Repr::Int),
        ShapeType::String if is_id => Type::Id(Repr::Text),
        ShapeType::Int => Type::Int,
        ShapeType::Timestamp => Type::Timestamp,
        ShapeType::Float => Type::Float,
        ShapeType::Bool => Type::Bool,
        ShapeType::String => Type::Text,
        ShapeType::Date => Type::Date,
        ShapeType::Datetime => Type::Datetime,
        ShapeType::Object | ShapeType::Array | ShapeType::Map | ShapeType::Null | ShapeType::Any => Type::Any,
    }
}

/// Whether true and false are the natural words for a parameter's 1 and 0.
fn reads_as_bool(name: &str, param: &Param) -> bool {
    let prefix =
        ["is_", "enable_", "has_", "need_", "can_", "allow_", "auto_", "disable_", "m_is_", "regenerate", "with_"];
    let meanings = ["yes", "no", "on", "off"];
    prefix.iter().any(|prefix| name.starts_with(prefix))
        || param.enum_values.iter().all(|value| meanings.contains(&value.meaning.as_str()))
}

/// The values that are listed for a value or for what it holds.
pub fn listed_values(shape: &Shape) -> &[EnumValue] {
    match shape.items.as_ref().or(shape.values.as_ref()) {
        Some(inner) if shape.enum_values.is_empty() => listed_values(inner),
        _ => &shape.enum_values,
    }
}
