//! Types as TypeScript spells them.

use std::collections::BTreeMap;

use baijiayun_api::{EnumValue, Param, ParamType, ShapeType};
use serde::Serialize;

use crate::doc_comments::{compact, param_lines, shape_docs};
use crate::model::{Argument, Enum, Field, Repr, Struct, Type, listed_values};

/// An interface as the template `ts/types.jinja` takes it.
#[derive(Serialize)]
pub struct Interface {
    pub name: String,
    pub docs: Vec<String>,
    pub members: Vec<Member>,
}

#[derive(Serialize)]
pub struct Member {
    key: String,
    optional: bool,
    ty: String,
    docs: Vec<String>,
}

impl Interface {
    /// The types of its members.
    pub fn types(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|member| member.ty.as_str())
    }
}

/// The types that one module of the model refers to by name.
pub struct Scope<'a> {
    objects: BTreeMap<&'a str, String>,
    enums: BTreeMap<&'a str, &'a [EnumValue]>,
}

impl<'a> Scope<'a> {
    /// `objects` has the name of each object in the package.
    pub fn new(objects: BTreeMap<&'a str, String>, enums: &'a [Enum]) -> Scope<'a> {
        Scope { objects, enums: enums.iter().map(|listed| (listed.name.as_str(), listed.values)).collect() }
    }

    /// The interface of an object.
    pub fn interface(&self, object: &Struct) -> Interface {
        let members = object.fields.iter().map(|field| self.member(field, object.input)).collect();
        Interface { name: self.objects[object.name.as_str()].clone(), docs: shape_docs(object.shape), members }
    }

    fn member(&self, field: &Field, input: bool) -> Member {
        let ty = match &field.ty {
            // Inside JSON the service's own examples write numbers as texts.
            ty @ (Type::Int | Type::Timestamp) if input => {
                format!("{} | string", self.sent(ty, listed_values(field.shape)))
            }
            ty if input => self.sent(ty, listed_values(field.shape)),
            ty => self.received(ty),
        };
        let optional = field.optional;
        let docs = compact(shape_docs(field.shape), listed_values(field.shape));
        Member { key: key(field.wire), optional, ty: if input { or_undefined(ty, optional) } else { ty }, docs }
    }

    /// The interface of the parameters of an operation.
    pub fn params(&self, name: String, docs: String, arguments: &[Argument]) -> Interface {
        let members = arguments.iter().map(|Argument { wire, param, ty }| {
            let docs = param_lines(param);
            let ty = or_undefined(self.param(ty, param), !param.required);
            Member { key: key(wire), optional: !param.required, ty, docs }
        });
        Interface { name, docs: vec![docs], members: members.collect() }
    }

    /// A type as it is received.
    pub fn received(&self, ty: &Type) -> String {
        match ty {
            Type::Bool => "boolean".to_owned(),
            Type::Int | Type::Timestamp | Type::Float => "number".to_owned(),
            Type::Text | Type::Date | Type::Datetime => "string".to_owned(),
            Type::Id(_) => "Id".to_owned(),
            Type::Enum(name, repr) => union(self.enums[name.as_str()], *repr),
            Type::Array(item) => array(&self.received(item)),
            Type::Map(value) => format!("Record<string, {}>", self.received(value)),
            Type::Struct(name) => self.objects[name.as_str()].clone(),
            Type::Nullable(inner) => format!("{} | null", self.received(inner)),
            Type::Any | Type::File => "unknown".to_owned(),
            Type::Nothing => "null".to_owned(),
        }
    }

    /// A parameter's type. What is a text on the wire may be given as that text.
    fn param(&self, ty: &Type, param: &Param) -> String {
        match (param.kind, ty) {
            (_, Type::Id(_)) => "IdInput".to_owned(),
            (_, Type::Bool) => "boolean | 0 | 1".to_owned(),
            (ParamType::Timestamp | ParamType::Date | ParamType::Datetime, _) => "TimeInput".to_owned(),
            (ParamType::Float, _) => "number | string".to_owned(),
            (ParamType::File, _) => "FileInput".to_owned(),
            (ParamType::List, Type::Array(item)) if matches!(**item, Type::Id(_)) => {
                "IdInput | readonly IdInput[]".to_owned()
            }
            (ParamType::List | ParamType::Json, Type::Array(_) | Type::Struct(_)) => {
                format!("{} | string", self.sent(ty, &param.enum_values))
            }
            (ParamType::Json, _) => match param.value.as_ref().map(|value| value.kind) {
                Some(ShapeType::Array) => "readonly unknown[] | string".to_owned(),
                Some(ShapeType::Object | ShapeType::Map) => "object | string".to_owned(),
                _ => "unknown".to_owned(),
            },
            _ => self.sent(ty, &param.enum_values),
        }
    }

    /// A type as it is sent; `values` are those that are listed for it.
    fn sent(&self, ty: &Type, values: &[EnumValue]) -> String {
        match ty {
            Type::Id(_) => "IdInput".to_owned(),
            Type::Int | Type::Enum(_, Repr::Int) if !values.is_empty() => union(values, Repr::Int),
            Type::Text | Type::Enum(_, Repr::Text) if !values.is_empty() => union(values, Repr::Text),
            Type::Array(item) => format!("readonly {}", array(&self.sent(item, values))),
            other => self.received(other),
        }
    }
}

/// A union that shows the listed values and takes any other.
fn union(values: &[EnumValue], repr: Repr) -> String {
    let literal = |value: &EnumValue| match repr {
        Repr::Int => value.value.to_string(),
        Repr::Text => format!("{:?}", value.value.to_string()),
    };
    let base = match repr {
        Repr::Int => "number",
        Repr::Text => "string",
    };
    let mut members: Vec<String> = values.iter().map(literal).collect();
    members.push(format!("({base} & {{}})"));
    members.join(" | ")
}

fn array(item: &str) -> String {
    if item.contains(' ') && !item.starts_with("Record<") { format!("({item})[]") } else { format!("{item}[]") }
}

/// For `exactOptionalPropertyTypes`: what is sent may be given as undefined.
fn or_undefined(ty: String, optional: bool) -> String {
    if optional && ty != "unknown" { format!("{ty} | undefined") } else { ty }
}

/// A wire name as the key of a member.
pub fn key(wire: &str) -> String {
    let plain = wire.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        && !wire.starts_with(|first: char| first.is_ascii_digit());
    if plain { wire.to_owned() } else { format!("{wire:?}") }
}
