//! The types of a typed client, before any language spells them: what each
//! operation takes and answers, with names for the objects and listed values.

use std::collections::BTreeMap;

use baijiayun_api::{EnumValue, Format, ItemType, Operation, Param, ParamType, Resource, Scalar, Shape, ShapeType};

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
pub fn module(resource: &Resource) -> Module<'_> {
    let reserved = resource.operations.keys().map(|method| pascal(method)).collect();
    let mut builder = Builder::new(&resource.resource, reserved);
    for operation in resource.operations.values() {
        for (name, param) in &operation.params {
            builder.count_use(name, &param.enum_values);
        }
        builder.count_uses("data", &operation.response);
    }
    let calls = resource.operations.iter().map(|(method, operation)| builder.call(method, operation)).collect();
    Module { calls, structs: builder.structs, enums: builder.enums.into_values().collect() }
}

/// The types of named objects that are received, and of the values in them.
/// None of them gets one of the `reserved` names.
pub fn objects<'a>(scope: &str, reserved: &[&str], objects: &'a [(&str, Shape)]) -> (Vec<Struct<'a>>, Vec<Enum<'a>>) {
    let reserved = reserved.iter().copied().map(str::to_owned).chain(objects.iter().map(|(name, _)| pascal(name)));
    let mut builder = Builder::new(scope, reserved.collect());
    for (name, shape) in objects {
        builder.count_uses(name, shape);
    }
    for (name, shape) in objects {
        builder.output_struct(&pascal(name), &pascal(name), name, shape);
    }
    (builder.structs, builder.enums.into_values().collect())
}

/// Gathers the types of one module.
struct Builder<'a> {
    /// What the module is about; the first half of names that are common.
    scope: String,
    /// Names that no enum of the module may have.
    reserved: Vec<String>,
    structs: Vec<Struct<'a>>,
    enums: BTreeMap<String, Enum<'a>>,
    /// How many different lists of values each wire name has in the module.
    enum_uses: BTreeMap<String, Vec<Vec<&'a Scalar>>>,
}

impl<'a> Builder<'a> {
    fn new(scope: &str, reserved: Vec<String>) -> Builder<'a> {
        let (structs, enums, enum_uses) = Default::default();
        Builder { scope: scope.to_owned(), reserved, structs, enums, enum_uses }
    }

    fn count_use(&mut self, name: &str, values: &'a [EnumValue]) {
        if values.is_empty() {
            return;
        }
        let lists = self.enum_uses.entry(name.to_owned()).or_default();
        if !lists.contains(&keys(values)) {
            lists.push(keys(values));
        }
    }

    fn count_uses(&mut self, name: &str, shape: &'a Shape) {
        self.count_use(name, &shape.enum_values);
        for (wire, field) in &shape.fields {
            self.count_uses(wire, field);
        }
        for inner in shape.items.iter().chain(&shape.values) {
            self.count_uses(name, inner);
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
                self.enum_type(method, name, &param.enum_values, &param.desc, repr)
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
            return self.enum_type(method, name, &shape.enum_values, shape.desc.as_deref().unwrap_or_default(), repr);
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

    /// The type of a listed value, shared within the module where the lists are the same.
    fn enum_type(&mut self, method: &str, wire: &str, values: &'a [EnumValue], desc: &'a str, repr: Repr) -> Type {
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
                || this.enums.get(name).is_some_and(|known| keys(known.values) != keys(values) || known.repr != repr)
        };
        let mut name = if single && !taken(&shared, self) { shared } else { own };
        while taken(&name, self) {
            name.push_str("Value");
        }
        self.enums.entry(name.clone()).or_insert_with(|| Enum { name: name.clone(), desc, repr, values });
        Type::Enum(name, repr)
    }
}

fn keys(values: &[EnumValue]) -> Vec<&Scalar> {
    values.iter().map(|value| &value.value).collect()
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
