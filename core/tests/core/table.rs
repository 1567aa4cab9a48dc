//! The tables, which are read from generated texts, beside the description they are made from.

use baijiayun_api as api;
use baijiayun_core::callbacks;
use baijiayun_core::operation::{
    self, DataPlace, Field, Host, JsonKind, LimitScope, Method, Operation, Param, ParamKind, PathSource, Shape,
};

#[test]
fn every_operation_is_in_the_table_and_nothing_else() {
    let mut described: Vec<String> = api::Description::embedded().operations().map(|entry| entry.full_name()).collect();
    described.sort();
    let names: Vec<&str> = operation::all().iter().map(|operation| operation.name.as_ref()).collect();
    assert_eq!(names, described);
    for name in names {
        assert_eq!(operation::find(name).unwrap().name, name);
    }
}

/// What a form carries as it is: the names are never encoded.
#[test]
fn names_of_parameters_need_no_encoding() {
    for param in operation::all().iter().flat_map(|operation| operation.params) {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._*".contains(&byte);
        assert!(param.name.bytes().all(is_plain), "{}", param.name);
    }
}

#[test]
fn every_operation_is_as_described() {
    for entry in api::Description::embedded().operations() {
        let name = entry.full_name();
        let Operation {
            name: _,
            method,
            path,
            path_source,
            host,
            signed,
            read_only,
            params,
            any_of,
            open,
            success,
            data,
            shape,
            paging,
            limits,
        } = operation::find(&name).unwrap();
        let described = entry.operation;
        let post = described.methods.contains(&api::Method::Post);
        assert_eq!(*method, if post { Method::Post } else { Method::Get }, "{name}");
        assert_eq!(path, described.path.as_deref().unwrap_or(""), "{name}");
        let source = match described.path_source {
            api::PathSource::Seed => PathSource::Seed,
            api::PathSource::Public => PathSource::Public,
            api::PathSource::Inferred => PathSource::Inferred,
            api::PathSource::None => PathSource::None,
        };
        assert_eq!(*path_source, source, "{name}");
        let (fixed, given) = match host {
            Host::Account => (None, None),
            Host::Fixed(host) => (Some(*host), None),
            Host::Given(param) => (None, Some(*param)),
        };
        assert_eq!((fixed, given), (described.host.as_deref(), described.address.as_deref()), "{name}");
        assert_eq!((*signed, *read_only, *open), (described.signed, described.read_only, false), "{name}");
        assert_eq!(params.len(), described.params.len(), "{name}");
        for (param, (described_name, described)) in params.iter().zip(&described.params) {
            assert_eq!(param.name, described_name, "{name}");
            assert_param(param, described, &format!("{name} {}", param.name));
        }
        assert_eq!(*any_of, described.any_of, "{name}");
        assert_eq!(*success, described.envelope.success, "{name}");
        let place = match described.envelope.data {
            api::DataPlace::Data => DataPlace::Envelope,
            api::DataPlace::Top => DataPlace::TopLevel,
        };
        assert_eq!(*data, place, "{name}");
        assert_shape(shape, &described.response, &name);
        let paging = paging.map(|paging| {
            let style = match paging.size_param {
                "page_size" => api::PageStyle::PageSize,
                "limit" => api::PageStyle::PageLimit,
                other => panic!("{name} is paged by {other}"),
            };
            let total = Some(paging.total.to_owned()).filter(|total| !total.is_empty());
            // Only the Rust client's types read the rows' id.
            let id = described.paging.as_ref().and_then(|paging| paging.id.clone());
            api::Paging { style, list: paging.list.to_owned(), total, id }
        });
        assert_eq!(paging, described.paging, "{name}");
        let limits: Vec<api::Limit> = limits
            .iter()
            .map(|limit| api::Limit {
                count: limit.count,
                seconds: limit.seconds,
                per: match limit.per {
                    LimitScope::Account => api::LimitScope::Account,
                    LimitScope::Room => api::LimitScope::Room,
                },
            })
            .collect();
        assert_eq!(limits, described.limits, "{name}");
    }
}

fn assert_param(param: &Param, described: &api::Param, place: &str) {
    let listed: Vec<String> = described.enum_values.iter().map(|value| value.value.to_string()).collect();
    let kind = match described.kind {
        api::ParamType::Int if listed == ["0", "1"] || listed == ["1", "0"] => ParamKind::Flag,
        api::ParamType::Int => ParamKind::Int,
        api::ParamType::Timestamp => ParamKind::Timestamp,
        api::ParamType::Float => ParamKind::Float(described.decimals.map(|decimals| decimals.try_into().unwrap())),
        api::ParamType::String => ParamKind::Text,
        api::ParamType::Date if described.default == Some(api::Scalar::Int(0)) => ParamKind::DateOrZero,
        api::ParamType::Date => ParamKind::Date,
        api::ParamType::Datetime => ParamKind::DateTime,
        api::ParamType::List => ParamKind::List { ints: described.items == Some(api::ItemType::Int), separator: ',' },
        api::ParamType::Json => ParamKind::Json(match described.value.as_ref().map(|value| value.kind) {
            Some(api::ShapeType::Array) => JsonKind::Array,
            Some(api::ShapeType::Object | api::ShapeType::Map) => JsonKind::Object,
            _ => JsonKind::Any,
        }),
        api::ParamType::File => ParamKind::File,
    };
    assert_eq!(param.kind, kind, "{place}");
    assert_eq!((param.required, param.secret), (described.required, described.secret), "{place}");
    assert_eq!(param.min, described.min.unwrap_or(i64::MIN), "{place}");
    assert_eq!(param.max, described.max.unwrap_or(i64::MAX), "{place}");
    assert_eq!(param.most, described.max_length.or(described.max_items).unwrap_or(0), "{place}");
}

fn assert_shape(shape: &Shape, described: &api::Shape, place: &str) {
    use api::ShapeType;
    let id = described.format == Some(api::Format::Id);
    match (shape, described.kind) {
        (Shape::Any, ShapeType::Any)
        | (Shape::Null, ShapeType::Null)
        | (Shape::Float, ShapeType::Float)
        | (Shape::Bool, ShapeType::Bool)
        | (Shape::Int, ShapeType::Timestamp)
        | (Shape::Text, ShapeType::String | ShapeType::Date | ShapeType::Datetime) => {}
        (Shape::Int, ShapeType::Int) if !id => {}
        (Shape::Id, ShapeType::Int) if id => {}
        (Shape::Array(inner), ShapeType::Array) => assert_inner(inner, described.items.as_deref(), place),
        (Shape::Map(inner), ShapeType::Map) => assert_inner(inner, described.values.as_deref(), place),
        (Shape::Object(fields), ShapeType::Object) => assert_fields(fields, described.fields.iter(), place),
        (shape, kind) => panic!("{place} is {shape:?}, but described as {kind:?}"),
    }
}

fn assert_inner(inner: &Shape, described: Option<&api::Shape>, place: &str) {
    match described {
        Some(described) => assert_shape(inner, described, &format!("{place} []")),
        None => assert!(matches!(inner, Shape::Any), "{place}"),
    }
}

fn assert_fields<'d>(
    fields: &[Field],
    described: impl ExactSizeIterator<Item = (&'d String, &'d api::Shape)>,
    place: &str,
) {
    assert_eq!(fields.len(), described.len(), "{place}");
    for (field, (name, described)) in fields.iter().zip(described) {
        assert_eq!(field.name, name, "{place}");
        assert_shape(&field.shape, described, &format!("{place} {name}"));
    }
}

#[test]
fn every_callback_is_as_described() {
    let described = &api::Description::embedded().callbacks;
    let names: Vec<&str> = callbacks::all().iter().map(|callback| callback.name).collect();
    assert_eq!(names, described.keys().collect::<Vec<_>>());
    for (callback, (name, described)) in callbacks::all().iter().zip(described) {
        assert_eq!(callback.json, described.content_type == Some(api::ContentType::Json), "{name}");
        let told_by: Vec<Vec<&str>> = callback.told_by.iter().map(|marks| marks.to_vec()).collect();
        assert_eq!(told_by, described.told_by, "{name}");
        // What every callback has in common need not be described.
        let mut fields: Vec<&str> = described.params.keys().map(String::as_str).collect();
        for common in ["qid", "timestamp"] {
            if !fields.contains(&common) {
                fields.push(common);
            }
        }
        assert_eq!(callback.fields.iter().map(|field| field.name).collect::<Vec<_>>(), fields, "{name}");
        for field in callback.fields {
            let place = format!("{name} {}", field.name);
            match described.params.get(field.name) {
                Some(api::Param { kind: api::ParamType::Json, value: Some(value), .. }) => {
                    assert_shape(&field.shape, value, &place);
                }
                Some(param) => {
                    let id = param.format == Some(api::Format::Id);
                    let fits = match param.kind {
                        api::ParamType::Int if id => matches!(field.shape, Shape::Id),
                        api::ParamType::Int | api::ParamType::Timestamp => matches!(field.shape, Shape::Int),
                        api::ParamType::Float => matches!(field.shape, Shape::Float),
                        api::ParamType::Json => matches!(field.shape, Shape::Any),
                        _ => matches!(field.shape, Shape::Text),
                    };
                    assert!(fits, "{place} is {:?}, but described as {:?}", field.shape, param.kind);
                }
                None => assert!(matches!(field.shape, Shape::Text | Shape::Int), "{place}"),
            }
        }
    }
}
