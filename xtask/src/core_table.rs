//! The operation table of the core.

use std::error::Error;

use baijiayun_api::{
    DataPlace, Description, Entry, Format, ItemType, LimitScope, Method, PageStyle, Param, ParamType, PathSource,
    Scalar, Shape, ShapeType,
};
use serde::Serialize;
use serde_json::json;

use crate::generate::Output;
use crate::render::render;

#[derive(Serialize)]
struct Row {
    name: String,
    method: &'static str,
    path: String,
    path_source: &'static str,
    host: String,
    signed: bool,
    read_only: bool,
    params: Vec<ParamRow>,
    any_of: Vec<Vec<String>>,
    success: i64,
    data: &'static str,
    shape: ShapeRow,
    paging: Option<PagingRow>,
    limits: Vec<LimitRow>,
}

#[derive(Serialize)]
struct ParamRow {
    name: String,
    required: bool,
    kind: String,
    min: String,
    max: String,
    most: u32,
    secret: bool,
}

/// A shape as the template `core/shape.jinja` takes it.
#[derive(Serialize)]
pub struct ShapeRow {
    kind: &'static str,
    inner: Option<Box<ShapeRow>>,
    fields: Vec<(String, ShapeRow)>,
}

#[derive(Serialize)]
struct PagingRow {
    size_param: &'static str,
    list: String,
    total: String,
}

#[derive(Serialize)]
struct LimitRow {
    count: u32,
    seconds: u32,
    per: &'static str,
}

pub fn outputs(description: &Description) -> Result<Vec<Output>, Box<dyn Error>> {
    let mut rows: Vec<Row> = description.operations().map(row).collect();
    rows.sort_by(|left, right| left.name.cmp(&right.name));
    let table = render("core/operations.rs.jinja", json!({ "operations": rows }))?;
    Ok(vec![
        Output::new("core/src/generated/operations.rs", table),
        Output::new("core/src/generated/mod.rs", render("core/mod.rs.jinja", ())?),
    ])
}

fn row(entry: Entry<'_>) -> Row {
    let operation = entry.operation;
    Row {
        name: entry.full_name(),
        method: if operation.methods.contains(&Method::Post) { "Post" } else { "Get" },
        path: operation.path.clone().unwrap_or_default(),
        path_source: match operation.path_source {
            PathSource::Seed => "Seed",
            PathSource::Public => "Public",
            PathSource::Inferred => "Inferred",
            PathSource::None => "None",
        },
        host: match (&operation.host, &operation.address) {
            (Some(host), _) => format!("Fixed({host:?})"),
            (None, Some(param)) => format!("Given({param:?})"),
            (None, None) => "Account".to_owned(),
        },
        signed: operation.signed,
        read_only: operation.read_only,
        params: operation.params.iter().map(|(name, param)| param_row(name, param)).collect(),
        any_of: operation.any_of.clone(),
        success: operation.envelope.success,
        data: match operation.envelope.data {
            DataPlace::Data => "Envelope",
            DataPlace::Top => "TopLevel",
        },
        shape: shape_row(&operation.response),
        paging: operation.paging.as_ref().map(|paging| PagingRow {
            size_param: match paging.style {
                PageStyle::PageSize => "page_size",
                PageStyle::PageLimit => "limit",
            },
            list: paging.list.clone(),
            total: paging.total.clone().unwrap_or_default(),
        }),
        limits: operation
            .limits
            .iter()
            .map(|limit| LimitRow {
                count: limit.count,
                seconds: limit.seconds,
                per: match limit.per {
                    LimitScope::Account => "Account",
                    LimitScope::Room => "Room",
                },
            })
            .collect(),
    }
}

fn param_row(name: &str, param: &Param) -> ParamRow {
    ParamRow {
        name: name.to_owned(),
        required: param.required,
        kind: param_kind(param),
        min: param.min.map_or("i64::MIN".to_owned(), |min| min.to_string()),
        max: param.max.map_or("i64::MAX".to_owned(), |max| max.to_string()),
        most: param.max_length.or(param.max_items).unwrap_or(0),
        secret: param.secret,
    }
}

fn param_kind(param: &Param) -> String {
    match param.kind {
        ParamType::Int if is_flag(param) => "Flag".to_owned(),
        ParamType::Int => "Int".to_owned(),
        ParamType::Timestamp => "Timestamp".to_owned(),
        ParamType::Float => format!("Float({:?})", param.decimals),
        ParamType::String => "Text".to_owned(),
        ParamType::Date => "Date".to_owned(),
        ParamType::Datetime => "DateTime".to_owned(),
        ParamType::List => {
            format!("List {{ ints: {}, separator: \",\" }}", param.items == Some(ItemType::Int))
        }
        ParamType::Json => match param.value.as_ref().map(|value| value.kind) {
            Some(ShapeType::Array) => "Json(JsonKind::Array)".to_owned(),
            Some(ShapeType::Object | ShapeType::Map) => "Json(JsonKind::Object)".to_owned(),
            _ => "Json(JsonKind::Any)".to_owned(),
        },
        ParamType::File => "File".to_owned(),
    }
}

/// Whether a parameter's values are 0 and 1, so that false and true are clear.
pub fn is_flag(param: &Param) -> bool {
    let values: Vec<&Scalar> = param.enum_values.iter().map(|value| &value.value).collect();
    values == [&Scalar::Int(0), &Scalar::Int(1)] || values == [&Scalar::Int(1), &Scalar::Int(0)]
}

pub fn shape_row(shape: &Shape) -> ShapeRow {
    let inner = |inner: &Option<Box<Shape>>| match inner {
        Some(shape) => Some(Box::new(shape_row(shape))),
        None => Some(Box::new(ShapeRow { kind: "Any", inner: None, fields: Vec::new() })),
    };
    let (kind, inner) = match shape.kind {
        ShapeType::Any => ("Any", None),
        ShapeType::Null => ("Null", None),
        ShapeType::Int if shape.format == Some(Format::Id) => ("Id", None),
        ShapeType::Int | ShapeType::Timestamp => ("Int", None),
        ShapeType::Float => ("Float", None),
        ShapeType::Bool => ("Bool", None),
        ShapeType::String | ShapeType::Date | ShapeType::Datetime => ("Text", None),
        ShapeType::Array => ("Array", inner(&shape.items)),
        ShapeType::Map => ("Map", inner(&shape.values)),
        ShapeType::Object => ("Object", None),
    };
    let fields = shape.fields.iter().map(|(name, field)| (name.clone(), shape_row(field))).collect();
    ShapeRow { kind, inner, fields }
}
