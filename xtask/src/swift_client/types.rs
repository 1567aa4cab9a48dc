//! Types as Swift spells them.

use std::collections::BTreeMap;
use std::error::Error;

use serde::Serialize;

use crate::doc_comments::{compact, shape_docs};
use crate::model::{Argument, Enum, Field, Repr, Struct, Type, listed_values};
use crate::names::{once, variant_names};
use crate::swift::{literal, swift_name, type_name};

/// A struct that is received, as the template `swift/types.jinja` takes it.
#[derive(Serialize)]
pub struct Object {
    pub name: String,
    pub docs: Vec<String>,
    pub members: Vec<Member>,
}

/// A struct that is sent.
#[derive(Serialize)]
pub struct Input {
    name: String,
    docs: Vec<String>,
    /// What is required first.
    members: Vec<Member>,
}

#[derive(Clone, Serialize)]
pub struct Member {
    pub wire: String,
    pub name: String,
    /// With a question mark if it may be absent.
    pub ty: String,
    pub docs: Vec<String>,
    optional: bool,
    /// What it is in an empty struct.
    empty: String,
    secret: bool,
    /// It is a time, or a text that is one.
    time: bool,
}

/// Listed values.
#[derive(Serialize)]
pub struct Listed {
    name: String,
    docs: Vec<String>,
    protocol: &'static str,
    raw: &'static str,
    values: Vec<Value>,
}

#[derive(Serialize)]
struct Value {
    name: String,
    value: String,
    docs: Vec<String>,
}

impl Listed {
    pub fn new(name: String, listed: &Enum) -> Listed {
        let values = listed.values.iter().zip(variant_names(listed.values)).map(|(value, name)| Value {
            name: swift_name(&name),
            value: match listed.repr {
                Repr::Int => value.value.to_string(),
                Repr::Text => literal(&value.value.to_string()),
            },
            docs: vec![value.meaning.clone()],
        });
        let (protocol, raw) = match listed.repr {
            Repr::Int => ("ListedNumber", "Int64"),
            Repr::Text => ("ListedText", "String"),
        };
        let docs = vec![listed.desc.to_owned(), String::new(), "The service may know others.".to_owned()];
        Listed { name, docs, protocol, raw, values: values.collect() }
    }
}

/// The objects that one module refers to, with their names in the package.
pub struct Scope(BTreeMap<String, String>);

impl Scope {
    pub fn new(objects: BTreeMap<&str, String>) -> Scope {
        Scope(objects.into_iter().map(|(name, own)| (name.to_owned(), type_name(&own))).collect())
    }

    /// The struct of an object that is received.
    pub fn object(&self, object: &Struct) -> Result<Object, Box<dyn Error>> {
        let name = self.0[object.name.as_str()].clone();
        let members: Vec<Member> = object.fields.iter().map(|field| self.member(field)).collect();
        once(&name, members.iter().map(|member| member.name.as_str()))?;
        Ok(Object { name, docs: compact(shape_docs(object.shape), &[]), members })
    }

    /// The struct of an object that is sent.
    pub fn input(&self, object: &Struct) -> Result<Input, Box<dyn Error>> {
        let name = self.0[object.name.as_str()].clone();
        let (required, optional): (Vec<_>, Vec<_>) = object.fields.iter().partition(|field| !field.optional);
        let members = required.into_iter().chain(optional).map(|field| {
            let ty = self.sent(&field.ty);
            self.made(
                field.wire,
                &field.ty,
                ty,
                field.optional,
                compact(shape_docs(field.shape), listed_values(field.shape)),
            )
        });
        let members: Vec<Member> = members.collect();
        once(&name, members.iter().map(|member| member.name.as_str()))?;
        let docs = compact(shape_docs(object.shape), &[]);
        let docs = if docs.is_empty() { vec!["An element of the list.".to_owned()] } else { docs };
        Ok(Input { name, docs, members })
    }

    /// A parameter of an operation.
    pub fn param(&self, argument: &Argument, docs: Vec<String>) -> Member {
        let ty = self.sent(&argument.ty);
        self.made(argument.wire, &argument.ty, ty, !argument.param.required, docs)
    }

    /// A member of an object that is received.
    fn member(&self, field: &Field) -> Member {
        let listed = matches!(field.ty, Type::Enum(..));
        let docs = compact(shape_docs(field.shape), if listed { &[] } else { listed_values(field.shape) });
        let is_list = matches!(field.ty, Type::Array(_) | Type::Map(_));
        let member = self.made(field.wire, &field.ty, self.received(&field.ty), field.optional && !is_list, docs);
        Member { secret: field.shape.secret, ..member }
    }

    fn made(&self, wire: &str, ty: &Type, spelled: String, optional: bool, docs: Vec<String>) -> Member {
        let optional = optional || matches!(ty, Type::Nullable(_));
        let spelled = spelled.trim_end_matches('?');
        let ty_text = match (optional, spelled.starts_with("any ")) {
            (true, true) => format!("({spelled})?"),
            (true, false) => format!("{spelled}?"),
            (false, _) => spelled.to_owned(),
        };
        Member {
            wire: wire.to_owned(),
            name: swift_name(wire),
            empty: if optional { "nil".to_owned() } else { self.empty(ty) },
            ty: ty_text,
            docs,
            optional,
            secret: false,
            time: matches!(ty, Type::Timestamp | Type::Date | Type::Datetime),
        }
    }

    fn empty(&self, ty: &Type) -> String {
        match ty {
            Type::Bool => "false".to_owned(),
            Type::Int | Type::Float | Type::Timestamp | Type::Id(Repr::Int) | Type::Enum(_, Repr::Int) => {
                "0".to_owned()
            }
            Type::Text | Type::Date | Type::Datetime | Type::Id(Repr::Text) | Type::Enum(_, Repr::Text) => {
                "\"\"".to_owned()
            }
            Type::Array(_) => "[]".to_owned(),
            Type::Map(_) => "[:]".to_owned(),
            Type::Struct(name) => format!("{}()", self.0[name.as_str()]),
            Type::Nullable(_) => "nil".to_owned(),
            Type::Any | Type::File | Type::Nothing => ".null".to_owned(),
        }
    }

    /// A type as it is received.
    pub fn received(&self, ty: &Type) -> String {
        match ty {
            Type::Timestamp => "Int64".to_owned(),
            Type::Date | Type::Datetime => "String".to_owned(),
            Type::Array(item) => format!("[{}]", self.received(item)),
            Type::Map(value) => format!("[String: {}]", self.received(value)),
            Type::Nullable(inner) => format!("{}?", self.received(inner)),
            other => self.sent(other),
        }
    }

    /// A type as it is sent.
    fn sent(&self, ty: &Type) -> String {
        match ty {
            Type::Bool => "Bool".to_owned(),
            Type::Int | Type::Id(Repr::Int) => "Int64".to_owned(),
            Type::Float => "Double".to_owned(),
            Type::Text | Type::Id(Repr::Text) => "String".to_owned(),
            Type::Timestamp | Type::Date | Type::Datetime => "any ServiceTime".to_owned(),
            Type::Enum(name, _) => type_name(name),
            Type::Array(item) => format!("[{}]", self.sent(item)),
            Type::Map(value) => format!("[String: {}]", self.sent(value)),
            Type::Struct(name) => self.0[name.as_str()].clone(),
            Type::Nullable(inner) => format!("{}?", self.sent(inner)),
            Type::File => "UploadFile".to_owned(),
            Type::Any => "JSON".to_owned(),
            Type::Nothing => "Void".to_owned(),
        }
    }
}
