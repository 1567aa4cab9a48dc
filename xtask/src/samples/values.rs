//! What the samples give for parameters.

use baijiayun_api::{EnumValue, Operation, Param, ParamType, Scalar};

use super::object_of;
use crate::model::{Argument, Field, Repr, Struct, Type, listed_values};

/// A value, before any language spells it.
pub enum Sample {
    Flag(bool),
    /// As it is written.
    Number(String),
    Text(String),
    /// A path.
    File(&'static str),
    List(Vec<Sample>),
    Object(Object),
    /// What no type describes.
    Json(serde_json::Value),
}

/// An object: what is required of it.
pub struct Object {
    /// As the model calls it.
    pub name: String,
    pub members: Vec<(String, Sample)>,
    /// It has others.
    pub has_more: bool,
}

pub struct Values<'a>(&'a [Struct<'a>]);

const ROOM_ID: &str = "26010110000001";
const START: i64 = 1_893_456_000;
const END: i64 = 1_893_459_600;

/// Texts, by the name of the parameter. What is not here has an example in the description, or its sample is missing, which is an error.
const TEXTS: &[(&str, &str)] = &[
    ("address", "北京市海淀区"),
    ("assist_teacher_mobile", "13800000000"),
    ("assist_teacher_name", "李老师"),
    ("class_name", "高一（3）班"),
    ("avatar", "https://www.example.com/avatar.png"),
    ("code", "a1b2c3"),
    ("company", "示例学校"),
    ("contacts", "张老师"),
    ("content", "同学们好"),
    ("email", "teacher@example.com"),
    ("file_name", "lesson.mp4"),
    ("goods_name", "练习册"),
    ("group_name", "第一组"),
    ("message_type", "message_send"),
    ("mobile", "13800000000"),
    ("name", "高一数学"),
    ("nickname", "王小明"),
    ("origin", "school"),
    ("password", "a-new-password"),
    ("phone_number", "13800000000"),
    ("platform_name", "示例平台"),
    ("play_time", "2030-01-01 08:00:00"),
    ("role", "teacher"),
    ("secret_key", "the-secret-key"),
    ("student_mobile", "13800000000"),
    ("student_name", "王小明"),
    ("student_sn", "20260001"),
    ("teacher_mobile", "13800000000"),
    ("teacher_name", "张老师"),
    ("title", "高一数学 第一课"),
    ("to", "-1"),
    ("user_name", "王小明"),
    ("words", "敏感词"),
];

impl<'a> Values<'a> {
    pub fn new(structs: &'a [Struct<'a>]) -> Values<'a> {
        Values(structs)
    }

    /// The sample of a parameter.
    ///
    /// # Errors
    /// There is none.
    pub fn of(&self, operation: &Operation, argument: &Argument) -> Result<Sample, String> {
        let Argument { wire, param, ty } = argument;
        if *ty == Type::Any {
            return printed(operation);
        }
        if let (Type::Int | Type::Id(Repr::Int) | Type::Text, Some(Scalar::Int(example))) = (ty, &param.example) {
            return Ok(number_or_text(ty, &example.to_string()));
        }
        if let (Type::Array(item), ParamType::List) = (ty, param.kind) {
            let items = match (&**item, listed(&param.enum_values)) {
                (_, Some(value)) => vec![self.scalar(wire, item, Some(value), None)?],
                (Type::Id(_), None) if wire.contains("room") => {
                    vec![number_or_text(item, ROOM_ID), number_or_text(item, "26010110000002")]
                }
                (Type::Id(_) | Type::Int, None) => vec![number_or_text(item, "1001"), number_or_text(item, "1002")],
                _ => vec![self.scalar(wire, item, None, None)?],
            };
            return Ok(Sample::List(items));
        }
        self.value(wire, ty, listed(&param.enum_values).or(default(param)), Some(param))
    }

    /// A value of a type.
    fn value(&self, wire: &str, ty: &Type, listed: Option<String>, param: Option<&Param>) -> Result<Sample, String> {
        match ty {
            Type::Array(item) => Ok(Sample::List(vec![self.value(wire, item, listed, None)?])),
            Type::Struct(name) => {
                let object = object_of(self.0, name).ok_or_else(|| format!("there is no object {name}"))?;
                let required = object.fields.iter().filter(|field| !field.optional);
                let members = required.map(|field| Ok((field.wire.to_owned(), self.member(field)?)));
                let members = members.collect::<Result<_, String>>()?;
                let has_more = object.fields.iter().any(|field| field.optional);
                Ok(Sample::Object(Object { name: name.clone(), members, has_more }))
            }
            _ => self.scalar(wire, ty, listed, param),
        }
    }

    fn member(&self, field: &Field) -> Result<Sample, String> {
        self.value(field.wire, &field.ty, listed(listed_values(field.shape)), None)
    }

    fn scalar(&self, wire: &str, ty: &Type, listed: Option<String>, param: Option<&Param>) -> Result<Sample, String> {
        let is_end = wire.starts_with("end") || wire.starts_with("expire");
        Ok(match ty {
            Type::Bool => Sample::Flag(true),
            Type::Int | Type::Id(Repr::Int) | Type::Enum(_, Repr::Int) => Sample::Number(match listed {
                Some(value) => value,
                None => number(wire, ty, param).to_owned(),
            }),
            Type::Timestamp => Sample::Number(if is_end { END } else { START }.to_string()),
            Type::Float => Sample::Number("99.5".to_owned()),
            Type::Date => Sample::Text(if is_end { "2026-09-07" } else { "2026-09-01" }.to_owned()),
            Type::Datetime => {
                Sample::Text(if is_end { "2026-09-01 09:00:00" } else { "2026-09-01 08:00:00" }.to_owned())
            }
            Type::Id(Repr::Text) => Sample::Text(number(wire, ty, param).to_owned()),
            Type::Text | Type::Enum(_, Repr::Text) => Sample::Text(match listed {
                Some(value) => value,
                None => text(wire, param)?,
            }),
            Type::File => Sample::File(file(wire)),
            Type::Nullable(inner) => self.scalar(wire, inner, listed, param)?,
            Type::Any => Sample::Json(serde_json::Value::Null),
            Type::Array(_) | Type::Map(_) | Type::Struct(_) | Type::Nothing => {
                return Err("there is no sample of its type".to_owned());
            }
        })
    }
}

fn number_or_text(ty: &Type, value: &str) -> Sample {
    match ty {
        Type::Text | Type::Id(Repr::Text) => Sample::Text(value.to_owned()),
        _ => Sample::Number(value.to_owned()),
    }
}

/// The first listed value.
fn listed(values: &[EnumValue]) -> Option<String> {
    values.first().map(|listed| listed.value.to_string())
}

fn default(param: &Param) -> Option<String> {
    param.default.as_ref().map(ToString::to_string).filter(|_| param.kind == ParamType::Int)
}

fn number(wire: &str, ty: &Type, param: Option<&Param>) -> &'static str {
    match wire {
        "room_id" | "class_id" | "target_room_id" | "source_room_id" | "broadcast_room_id" => ROOM_ID,
        "page" | "version" | "merge_playback" | "is_auto_play" => "1",
        "page_size" | "limit" => "20",
        "expires_in" | "audition_length" => "3600",
        "time" => "1893456000",
        _ if *ty != Type::Int => "1001",
        _ if param.is_some() => "2",
        _ => "0",
    }
}

fn text(wire: &str, param: Option<&Param>) -> Result<String, String> {
    if let Some(Scalar::Text(example)) = param.and_then(|param| param.example.as_ref()) {
        return Ok(example.clone());
    }
    if let Some((_, text)) = TEXTS.iter().find(|(name, _)| *name == wire) {
        return Ok((*text).to_owned());
    }
    match wire {
        _ if wire.ends_with("url") || wire == "link" => {
            Ok(format!("https://www.example.com/{}", wire.replace('_', "-")))
        }
        // Members of JSON: numbers that are written as texts, and what has no name that says more.
        _ if param.is_none() => Ok("1".to_owned()),
        _ => Err("write a sample of it into xtask/src/samples/values.rs".to_owned()),
    }
}

fn file(wire: &str) -> &'static str {
    match wire {
        "data" => "lesson.mp4",
        "subtitle" => "lesson.srt",
        "attachment" => "lesson.pdf",
        _ => "picture.png",
    }
}

/// JSON that no type describes: what a document prints, and of a list its first element.
fn printed(operation: &Operation) -> Result<Sample, String> {
    let example = operation.request_examples.values().next().ok_or("no document prints an example of it")?;
    let value = serde_json::from_str(example).map_err(|error| format!("its example: {error}"))?;
    Ok(Sample::Json(match value {
        serde_json::Value::Array(items) => serde_json::Value::Array(items.into_iter().take(1).collect()),
        value => value,
    }))
}
