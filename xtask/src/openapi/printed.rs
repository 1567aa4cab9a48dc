//! What the printed answers and JSON parameters show at each place of a shape: it may differ from the documents' tables.

use std::collections::{BTreeSet, HashMap};
use std::ptr;

use baijiayun_api::{DataPlace, Description, Operation, Shape, Wire};
use serde_json::Value as Json;

/// The JSON type of a printed value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Number,
    Text,
    /// A text without letters, where a time is missing.
    EmptyText,
    /// What PHP makes of an object or map without members.
    EmptyList,
}

/// The kinds that were printed, by the shape they belong to.
#[derive(Default)]
pub struct Printed(HashMap<*const Shape, BTreeSet<Kind>>);

impl Printed {
    pub fn by_all<'a>(operations: impl Iterator<Item = &'a Operation>) -> Printed {
        let mut printed = Printed::default();
        for operation in operations {
            for example in &operation.examples {
                let Ok(body) = serde_json::from_str::<Json>(&example.body) else { continue };
                match operation.envelope.data {
                    DataPlace::Top => printed.walk(&operation.response, &body),
                    DataPlace::Data => printed.walk(&operation.response, &body["data"]),
                }
            }
            let texts = operation.request_examples.values().filter_map(|text| serde_json::from_str::<Json>(text).ok());
            let shapes = || operation.params.values().filter_map(|param| param.value.as_ref());
            texts.for_each(|text| shapes().for_each(|shape| printed.walk(shape, &text)));
        }
        printed
    }

    /// What a printed callback shows in the JSON texts of its form.
    pub fn by_callbacks(description: &Description, posted: &[(&str, Shape)]) -> Printed {
        let mut printed = Printed::default();
        for (name, shape) in posted {
            let example = description.callbacks.get(*name).and_then(|callback| callback.payload_example.as_deref());
            let Some(Json::Object(members)) = example.and_then(|text| serde_json::from_str(text).ok()) else {
                continue;
            };
            for (member, field) in &shape.fields {
                let text = members.get(member).and_then(Json::as_str);
                if let Some(inner) =
                    text.and_then(|text| serde_json::from_str::<Json>(text).ok()).filter(|inner| !inner.is_number())
                {
                    printed.walk(field, &inner);
                }
            }
        }
        printed
    }

    pub fn kinds(&self, shape: &Shape) -> BTreeSet<Kind> {
        let told = match shape.wire {
            Some(Wire::Int) => Some(Kind::Number),
            Some(Wire::String) => Some(Kind::Text),
            None => None,
        };
        self.0.get(&ptr::from_ref(shape)).cloned().unwrap_or_else(|| told.into_iter().collect())
    }

    /// Takes a value that is printed for a shape.
    pub fn walk(&mut self, shape: &Shape, value: &Json) {
        let kind = match value {
            Json::Number(_) => Some(Kind::Number),
            Json::String(text) if text.is_empty() => Some(Kind::EmptyText),
            Json::String(_) => Some(Kind::Text),
            Json::Array(items) if items.is_empty() => Some(Kind::EmptyList),
            _ => None,
        };
        self.0.entry(ptr::from_ref(shape)).or_default().extend(kind);
        let inner = shape.items.as_deref().or(shape.values.as_deref());
        match value {
            Json::Array(items) => {
                items.iter().for_each(|item| inner.into_iter().for_each(|inner| self.walk(inner, item)));
            }
            Json::Object(members) => members.iter().for_each(|(name, member)| {
                shape.fields.get(name).or(inner).into_iter().for_each(|inner| self.walk(inner, member));
            }),
            _ => {}
        }
    }
}
