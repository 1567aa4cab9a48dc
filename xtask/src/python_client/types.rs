//! Types as Python spells them.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

use baijiayun_api::{EnumValue, Param, ParamType, ShapeType};
use serde::Serialize;

use crate::doc_comments::{compact, shape_docs};
use crate::model::{Field, Repr, Struct, Type, listed_values};
use crate::names::python_name;

/// What a value has itself, so that no member can be called so.
const VALUE_MEMBERS: [&str; 2] = ["times", "to_dict"];

/// A class of values as the template `python/types.jinja` takes it.
#[derive(Serialize)]
pub struct Object {
    pub name: String,
    pub docs: Vec<String>,
    /// It is sent, as a dict: these are its halves. Else it is received.
    pub input: Option<Halves>,
    pub members: Vec<Member>,
}

/// The members of a dict to send.
#[derive(Serialize)]
pub struct Halves {
    required: Vec<Member>,
    /// Required ones whose names no class can have.
    keywords: Vec<Member>,
    optional: Vec<Member>,
}

#[derive(Serialize)]
pub struct Member {
    wire: String,
    name: String,
    ty: String,
    default: &'static str,
    secret: bool,
    docs: Vec<String>,
}

/// The objects that one module refers to, with their names in the package.
pub struct Scope<'a>(BTreeMap<&'a str, String>);

impl<'a> Scope<'a> {
    pub fn new(objects: BTreeMap<&'a str, String>) -> Scope<'a> {
        Scope(objects)
    }

    /// The class of an object.
    pub fn object(&self, object: &Struct) -> Result<Object, Box<dyn Error>> {
        let name = self.0[object.name.as_str()].clone();
        let docs = compact(shape_docs(object.shape), &[]);
        if object.input {
            return Ok(Object { input: Some(self.halves(&name, object)?), name, docs, members: Vec::new() });
        }
        let members: Vec<Member> = object.fields.iter().map(|field| self.member(field)).collect();
        let mut names: BTreeSet<&str> = VALUE_MEMBERS.into();
        match members.iter().find(|member| !names.insert(&member.name)) {
            Some(twice) => Err(format!("{name}: it has two members {}", twice.name).into()),
            None => Ok(Object { name, docs, input: None, members }),
        }
    }

    /// A member of an object that is received.
    fn member(&self, field: &Field) -> Member {
        let ty = self.received(&field.ty);
        let (ty, default) = match field.ty {
            _ if !field.optional => (ty, ""),
            Type::Any => (ty, "None"),
            _ => (format!("Optional[{ty}]"), "None"),
        };
        Member { default, secret: field.shape.secret, ..described(field, ty) }
    }

    fn halves(&self, name: &str, object: &Struct) -> Result<Halves, Box<dyn Error>> {
        let mut halves = Halves { required: Vec::new(), keywords: Vec::new(), optional: Vec::new() };
        for field in &object.fields {
            let member = described(field, self.sent(&field.ty));
            match (!field.optional, member.name == member.wire) {
                (true, true) => halves.required.push(member),
                (true, false) => halves.keywords.push(member),
                (false, true) => halves.optional.push(member),
                (false, false) => return Err(format!("{name}: no class can have the member {}", field.wire).into()),
            }
        }
        Ok(halves)
    }

    /// A type as it is received.
    pub fn received(&self, ty: &Type) -> String {
        match ty {
            Type::Bool => "bool".to_owned(),
            Type::Int | Type::Id(Repr::Int) | Type::Enum(_, Repr::Int) => "int".to_owned(),
            Type::Float => "float".to_owned(),
            Type::Text | Type::Id(Repr::Text) | Type::Enum(_, Repr::Text) => "str".to_owned(),
            Type::Timestamp => "UnixTime".to_owned(),
            Type::Datetime => "TimeText".to_owned(),
            Type::Date => "DateText".to_owned(),
            Type::Array(item) => format!("List[{}]", self.received(item)),
            Type::Map(value) => format!("Dict[str, {}]", self.received(value)),
            Type::Struct(name) => self.0[name.as_str()].clone(),
            Type::Nullable(inner) if **inner == Type::Any => "Any".to_owned(),
            Type::Nullable(inner) => format!("Optional[{}]", self.received(inner)),
            Type::Any | Type::File => "Any".to_owned(),
            Type::Nothing => "None".to_owned(),
        }
    }

    /// A parameter's type. What is a text on the wire may be given as that text.
    pub fn param(&self, ty: &Type, param: &Param) -> String {
        match (param.kind, ty) {
            (_, Type::Id(_)) => "IdInput".to_owned(),
            (_, Type::Bool) => "Flag".to_owned(),
            (ParamType::Timestamp | ParamType::Date | ParamType::Datetime, _) => "TimeInput".to_owned(),
            (ParamType::Float, _) => "Union[float, str]".to_owned(),
            (ParamType::File, _) => "FileInput".to_owned(),
            (ParamType::String, _) if !param.enum_values.is_empty() => open_literal(&param.enum_values),
            (ParamType::List, Type::Array(item)) => match **item {
                Type::Id(_) => "Union[IdInput, Iterable[IdInput]]".to_owned(),
                Type::Int => "Union[int, str, Iterable[int]]".to_owned(),
                _ => "Union[str, Iterable[str]]".to_owned(),
            },
            (ParamType::Json, Type::Array(_) | Type::Struct(_)) => format!("Union[{}, str]", self.sent(ty)),
            (ParamType::Json, _) => match param.value.as_ref().map(|value| value.kind) {
                Some(ShapeType::Array) => "Union[Iterable[Any], str]".to_owned(),
                Some(ShapeType::Object | ShapeType::Map) => "Union[Mapping[str, Any], str]".to_owned(),
                _ => "Any".to_owned(),
            },
            _ => self.received(ty),
        }
    }

    /// A type inside JSON that is sent. The service's own examples write
    /// numbers there as texts.
    fn sent(&self, ty: &Type) -> String {
        match ty {
            Type::Id(_) => "IdInput".to_owned(),
            Type::Int | Type::Timestamp => "Union[int, str]".to_owned(),
            Type::Array(item) => format!("Iterable[{}]", self.sent(item)),
            other => self.received(other),
        }
    }
}

fn described(field: &Field, ty: String) -> Member {
    Member {
        wire: field.wire.to_owned(),
        name: python_name(field.wire),
        ty,
        default: "",
        secret: false,
        docs: compact(shape_docs(field.shape), listed_values(field.shape)),
    }
}

/// The listed texts and any other.
fn open_literal(values: &[EnumValue]) -> String {
    let literals: Vec<String> = values.iter().map(|value| format!("{:?}", value.value.to_string())).collect();
    format!("Union[Literal[{}], str]", literals.join(", "))
}
