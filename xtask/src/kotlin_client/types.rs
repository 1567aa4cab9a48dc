//! Types as Kotlin spells them.

use std::collections::BTreeMap;
use std::error::Error;

use serde::Serialize;

use crate::doc_comments::{compact, shape_docs};
use crate::kotlin::{constant, kotlin_name, literal};
use crate::model::{Argument, Enum, Field, Repr, Struct, Type, listed_values};
use crate::names::{once, variant_names};

/// A class that is received, as the template `kotlin/types.jinja` takes it.
#[derive(Serialize)]
pub struct Object {
    pub name: String,
    pub docs: Vec<String>,
    pub members: Vec<Member>,
}

/// A class that is sent.
#[derive(Serialize)]
pub struct Input {
    name: String,
    docs: Vec<String>,
    required: Vec<Member>,
    optional: Vec<Member>,
}

#[derive(Serialize)]
pub struct Member {
    pub wire: String,
    pub name: String,
    /// Without a question mark.
    pub ty: String,
    pub docs: Vec<String>,
    /// What it is read as, in the words of `Types.kt`.
    kind: String,
    /// It may be missing.
    optional: bool,
    secret: bool,
    /// If it is a time: what java.time has for it.
    time: Option<Time>,
}

/// A time.
#[derive(Serialize)]
pub struct Time {
    ty: &'static str,
    /// What makes of that what is sent.
    written: &'static str,
}

impl Time {
    fn of(ty: &Type) -> Option<Time> {
        let (ty, written) = match ty {
            Type::Timestamp => ("Instant", ".epochSecond"),
            Type::Datetime => ("Instant", ".written()"),
            Type::Date => ("LocalDate", ".toString()"),
            _ => return None,
        };
        Some(Time { ty, written })
    }
}

/// Listed values.
#[derive(Serialize)]
pub struct Constants {
    name: String,
    docs: Vec<String>,
    ty: &'static str,
    values: Vec<Constant>,
}

#[derive(Serialize)]
struct Constant {
    name: String,
    value: String,
    docs: Vec<String>,
}

impl Member {
    pub fn is_time(&self) -> bool {
        self.time.is_some()
    }
}

impl Input {
    pub fn new(
        name: String,
        docs: Vec<String>,
        required: Vec<Member>,
        optional: Vec<Member>,
    ) -> Result<Input, Box<dyn Error>> {
        once(&name, required.iter().chain(&optional).map(|member| member.name.as_str()))?;
        Ok(Input { name, docs, required, optional })
    }
}

impl Constants {
    pub fn new(name: String, listed: &Enum) -> Constants {
        let values = listed.values.iter().zip(variant_names(listed.values)).map(|(value, name)| Constant {
            name: constant(&name),
            value: match listed.repr {
                Repr::Int => value.value.to_string(),
                Repr::Text => literal(&value.value.to_string()),
            },
            docs: vec![value.meaning.clone()],
        });
        let ty = if listed.repr == Repr::Int { "Long" } else { "String" };
        let docs = vec![listed.desc.to_owned(), String::new(), "The service may know others.".to_owned()];
        Constants { name, docs, ty, values: values.collect() }
    }
}

/// The objects that one module refers to, with their names in the package, and what reads them.
pub struct Scope<'a> {
    objects: BTreeMap<&'a str, String>,
    types: String,
}

impl<'a> Scope<'a> {
    pub fn new(objects: BTreeMap<&'a str, String>, types: String) -> Scope<'a> {
        Scope { objects, types }
    }

    /// The class of an object that is received.
    pub fn object(&self, object: &Struct) -> Result<Object, Box<dyn Error>> {
        let name = self.objects[object.name.as_str()].clone();
        let members: Vec<Member> = object.fields.iter().map(|field| self.member(field)).collect();
        once(&name, members.iter().map(|member| member.name.as_str()))?;
        Ok(Object { name, docs: compact(shape_docs(object.shape), &[]), members })
    }

    /// The class of an object that is sent.
    pub fn input(&self, object: &Struct) -> Result<Input, Box<dyn Error>> {
        let (required, optional): (Vec<_>, Vec<_>) = object.fields.iter().partition(|field| !field.optional);
        let members = |fields: Vec<&Field>| fields.into_iter().map(|field| self.member(field)).collect();
        let docs = compact(shape_docs(object.shape), &[]);
        let docs = if docs.is_empty() { vec!["An element of the list.".to_owned()] } else { docs };
        Input::new(self.objects[object.name.as_str()].clone(), docs, members(required), members(optional))
    }

    /// A parameter of an operation.
    pub fn param(&self, argument: &Argument, docs: Vec<String>) -> Member {
        Member {
            wire: argument.wire.to_owned(),
            name: kotlin_name(argument.wire),
            ty: self.spelled(&argument.ty, "Any"),
            docs,
            kind: self.word(&argument.ty),
            optional: true,
            secret: false,
            time: Time::of(&argument.ty),
        }
    }

    /// A member of an object.
    fn member(&self, field: &Field) -> Member {
        Member {
            wire: field.wire.to_owned(),
            name: kotlin_name(field.wire),
            ty: self.received(&field.ty),
            docs: compact(shape_docs(field.shape), listed_values(field.shape)),
            kind: self.word(&field.ty),
            optional: field.optional,
            secret: field.shape.secret,
            time: Time::of(&field.ty),
        }
    }

    /// A type as it is received.
    pub fn received(&self, ty: &Type) -> String {
        self.spelled(ty, "JsonElement")
    }

    /// A type; `any` stands for any JSON.
    fn spelled(&self, ty: &Type, any: &str) -> String {
        match ty {
            Type::Bool => "Boolean".to_owned(),
            Type::Int | Type::Timestamp | Type::Id(Repr::Int) | Type::Enum(_, Repr::Int) => "Long".to_owned(),
            Type::Float => "Double".to_owned(),
            Type::Text | Type::Date | Type::Datetime | Type::Id(Repr::Text) | Type::Enum(_, Repr::Text) => {
                "String".to_owned()
            }
            Type::Array(item) => format!("List<{}>", self.spelled(item, any)),
            Type::Map(value) => format!("Map<String, {}>", self.spelled(value, any)),
            Type::Struct(name) => self.objects[name.as_str()].clone(),
            Type::Nullable(inner) => format!("{}?", self.spelled(inner, any)),
            Type::File => "UploadFile".to_owned(),
            Type::Any => any.to_owned(),
            Type::Nothing => "Unit".to_owned(),
        }
    }

    /// What reads a type.
    pub fn kind(&self, ty: &Type) -> String {
        match ty {
            Type::Bool => "Kind.Truth".to_owned(),
            Type::Int | Type::Timestamp | Type::Id(Repr::Int) | Type::Enum(_, Repr::Int) => "Kind.Whole".to_owned(),
            Type::Float => "Kind.Decimal".to_owned(),
            Type::Text | Type::Date | Type::Datetime | Type::Id(Repr::Text) | Type::Enum(_, Repr::Text) => {
                "Kind.Text".to_owned()
            }
            Type::Array(item) => format!("Kind.Many({})", self.kind(item)),
            Type::Map(value) => format!("Kind.ByName({})", self.kind(value)),
            Type::Struct(name) => format!("{}.of(\"{}\")", self.types, self.objects[name.as_str()]),
            Type::Nullable(inner) => format!("Kind.OrNull({})", self.kind(inner)),
            Type::Any | Type::File => "Kind.Element".to_owned(),
            Type::Nothing => "Kind.Remaining".to_owned(),
        }
    }

    /// The same as a word of the table of types.
    fn word(&self, ty: &Type) -> String {
        match ty {
            Type::Bool => "b".to_owned(),
            Type::Int | Type::Timestamp | Type::Id(Repr::Int) | Type::Enum(_, Repr::Int) => "l".to_owned(),
            Type::Float => "d".to_owned(),
            Type::Text | Type::Date | Type::Datetime | Type::Id(Repr::Text) | Type::Enum(_, Repr::Text) => {
                "s".to_owned()
            }
            Type::Array(item) => format!("[{}", self.word(item)),
            Type::Map(value) => format!("{{{}", self.word(value)),
            Type::Struct(name) => self.objects[name.as_str()].clone(),
            Type::Nullable(inner) => format!("~{}", self.word(inner)),
            Type::Any | Type::File | Type::Nothing => "a".to_owned(),
        }
    }
}
