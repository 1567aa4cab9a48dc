//! Which members may be missing, by what is printed.
//!
//! A member is required unless a document says that it may be missing or null (`optional` in the files), or a printed
//! example shows it so. What no example shows stands in a table: there is no reason to doubt it.

use serde_json::Value as Json;

use crate::{Callback, DataPlace, Description, Operation, Shape, ShapeType};

/// Marks what the examples lack as optional.
pub(crate) fn mark(description: &mut Description) {
    let operations = description.resources.iter_mut().flat_map(|resource| resource.operations.values_mut());
    operations.for_each(mark_answer);
    description.callbacks.values_mut().for_each(mark_callback);
}

fn mark_answer(operation: &mut Operation) {
    for example in &operation.examples {
        let Ok(body) = serde_json::from_str::<Json>(&example.body) else { continue };
        match operation.envelope.data {
            DataPlace::Top => compare(&mut operation.response, &body),
            DataPlace::Data => compare(&mut operation.response, body.get("data").unwrap_or(&Json::Null)),
        }
    }
}

fn mark_callback(callback: &mut Callback) {
    let example = callback.payload_example.as_deref().and_then(|text| serde_json::from_str::<Json>(text).ok());
    for (name, param) in &mut callback.params {
        let posted = example.as_ref().map(|example| example.get(name).unwrap_or(&Json::Null));
        param.optional |= !param.required || posted.is_some_and(Json::is_null);
        let Some(shape) = &mut param.value else { continue };
        match posted {
            // JSON within the form; one document prints it percent-encoded, of a single member.
            Some(Json::String(text)) => {
                let _ = serde_json::from_str(text).map(|inner| compare(shape, &inner));
            }
            Some(inner) => compare(shape, inner),
            None => {}
        }
    }
}

/// Walks over a printed value and its shape. PHP writes an empty object as a list, and a list with gaps as an object.
fn compare(shape: &mut Shape, printed: &Json) {
    let items = |shape: &mut Option<Box<Shape>>, printed: &Json| {
        let Some(shape) = shape else { return };
        match printed {
            Json::Array(items) => items.iter().for_each(|item| compare(shape, item)),
            Json::Object(members) => members.values().for_each(|member| compare(shape, member)),
            _ => {}
        }
    };
    match shape.kind {
        ShapeType::Object if printed.is_object() || printed.is_array() => {
            for (name, field) in &mut shape.fields {
                let member = printed.get(name).unwrap_or(&Json::Null);
                // Null is as good as any other value where nothing is known of it.
                field.optional |= member.is_null() && (field.kind != ShapeType::Any || printed.get(name).is_none());
                compare(field, member);
            }
        }
        ShapeType::Array => {
            // What a callback calls a list is printed as its only item as well.
            match printed {
                Json::Object(members) if !members.keys().all(|key| key.bytes().all(|byte| byte.is_ascii_digit())) => {
                    if let Some(item) = &mut shape.items {
                        compare(item, printed);
                    }
                }
                _ => items(&mut shape.items, printed),
            }
        }
        ShapeType::Map => items(&mut shape.values, printed),
        _ => {}
    }
}
