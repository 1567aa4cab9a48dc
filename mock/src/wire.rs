//! From natural values to the JSON types that the documents show.

use baijiayun_api::{Shape, ShapeType, Wire};
use serde_json::{Map, Value};

use crate::clock;
use crate::input::{as_int, plain};

/// Gives a value the types of its shape and leaves out members that the
/// shape does not have: operations show different parts of the same thing,
/// and type them differently.
pub(crate) fn dress(value: Value, shape: &Shape) -> Value {
    dress_within(value, shape, None)
}

/// `rows` is the name of the list that the value is a row of. A row's own
/// member of that name holds rows of the same kind: a tree, of which the
/// documents describe only the first levels.
fn dress_within(value: Value, shape: &Shape, rows: Option<&str>) -> Value {
    match (shape.kind, value) {
        (_, Value::Null) => Value::Null,
        (ShapeType::Object, Value::Object(mut members)) => {
            let mut dressed = Map::new();
            for (name, field) in &shape.fields {
                if let Some(member) = members.remove(name) {
                    dressed.insert(name.clone(), dress_within(member, field, Some(name)));
                }
            }
            if let Some((name, Value::Array(items))) = rows.and_then(|name| members.remove_entry(name)) {
                let items = items.into_iter().map(|item| dress_within(item, shape, Some(&name))).collect();
                dressed.insert(name, Value::Array(items));
            }
            Value::Object(dressed)
        }
        (ShapeType::Array, Value::Array(items)) => match &shape.items {
            Some(shape) => items.into_iter().map(|item| dress_within(item, shape, rows)).collect(),
            None => Value::Array(items),
        },
        (ShapeType::Map, Value::Object(members)) => match &shape.values {
            Some(shape) => members.into_iter().map(|(key, value)| (key, dress(value, shape))).collect(),
            None => Value::Object(members),
        },
        (kind, value) => scalar(value, kind, shape.wire),
    }
}

fn scalar(value: Value, kind: ShapeType, wire: Option<Wire>) -> Value {
    let number = |value: Value| match as_int(&value) {
        Some(number) => Value::from(number),
        None => value,
    };
    match (kind, wire, &value) {
        (_, _, Value::Object(_) | Value::Array(_)) => value,
        (ShapeType::Datetime, None, Value::Number(_)) => as_int(&value).map(clock::datetime).into(),
        (ShapeType::Any | ShapeType::Bool | ShapeType::Null, None, _) => value,
        (_, Some(Wire::Int), _) => number(value),
        (_, Some(Wire::String), _) => Value::from(plain(&value)),
        (ShapeType::Int | ShapeType::Timestamp, None, _) => number(value),
        (ShapeType::Float, None, _) => value,
        _ => Value::from(plain(&value)),
    }
}

/// Makes described values as loose as PHP may: whole numbers as texts and the
/// other way round, 0 and 1 for booleans, `[]` for an empty object, null for
/// an empty text that may be missing. All of it can be straightened again.
pub(crate) fn loosen(value: Value, shape: &Shape) -> Value {
    match (shape.kind, value) {
        (ShapeType::Any, value) => value,
        (ShapeType::Object | ShapeType::Map, Value::Object(members)) if members.is_empty() => Value::Array(Vec::new()),
        (ShapeType::Object, Value::Object(members)) => members
            .into_iter()
            .map(|(name, member)| match shape.fields.get(&name) {
                Some(field) if field.optional && member == "" => (name, Value::Null),
                Some(field) => (name, loosen(member, field)),
                None => (name, member),
            })
            .collect(),
        (ShapeType::Map, Value::Object(members)) => match &shape.values {
            Some(shape) => members.into_iter().map(|(key, value)| (key, loosen(value, shape))).collect(),
            None => Value::Object(members),
        },
        (ShapeType::Array, Value::Array(items)) => match &shape.items {
            Some(shape) => items.into_iter().map(|item| loosen(item, shape)).collect(),
            None => Value::Array(items),
        },
        (_, Value::Bool(flag)) => Value::from(i64::from(flag)),
        (_, Value::Number(number)) => Value::from(number.to_string()),
        (_, Value::String(text)) => match text.parse::<i64>() {
            Ok(number) if number.to_string() == text => Value::from(number),
            _ => Value::from(text),
        },
        (_, value) => value,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::described::Description;

    fn shape(operation: &str) -> &'static Shape {
        &Description::embedded().operation(operation).unwrap().response
    }

    #[test]
    fn one_room_is_dressed_as_each_operation_shows_it() {
        let room = json!({"room_id": 7, "start_time": 1_505_361_000, "type": 2, "title": "课", "docs": 1});
        let info = json!({"room_id": 7, "title": "课", "start_time": "2017-09-14 11:50:00", "type": "2"});
        assert_eq!(dress(room.clone(), shape("room.info")), info);
        let list = json!({"list": [{"room_id": "7", "title": "课", "start_time": 1_505_361_000, "type": "2"}]});
        assert_eq!(dress(json!({"list": [room]}), shape("room.list")), list);
    }

    #[test]
    fn a_tree_is_dressed_on_all_levels() {
        let leaf = json!({"id": "3", "secret": 1});
        let tree = json!({"list": [{"id": 1, "children": [{"id": 2, "children": [leaf]}]}]});
        let expected = json!({"list": [{"id": 1, "children": [{"id": 2, "children": [{"id": 3}]}]}]});
        assert_eq!(dress(tree, shape("video.list_categories")), expected);
    }

    #[test]
    fn loose_answers_are_straightened_by_the_core() {
        for entry in baijiayun_api::Description::embedded().operations() {
            let operation = baijiayun_core::operation::find(&entry.full_name()).unwrap();
            if operation.data != baijiayun_core::operation::DataPlace::Envelope {
                continue;
            }
            for example in &entry.operation.examples {
                let strict: Value = serde_json::from_str(&example.body).unwrap();
                let mut loose = strict.clone();
                loose["data"] = loosen(strict["data"].clone(), &entry.operation.response);
                let read = |answer: &Value| {
                    let body = serde_json::to_vec(answer).unwrap();
                    let answer = baijiayun_core::answer::parse(operation, 200, &body).unwrap();
                    let data: Value = serde_json::from_slice(&answer.data).unwrap();
                    without_empty(data)
                };
                assert_eq!(read(&strict), read(&loose), "{}", operation.name);
            }
        }
    }

    /// An empty text comes back as nothing, which means the same.
    fn without_empty(value: Value) -> Value {
        match value {
            Value::Object(members) => members
                .into_iter()
                .filter(|(_, member)| !matches!(member, Value::Null) && *member != "")
                .map(|(name, member)| (name, without_empty(member)))
                .collect(),
            Value::Array(items) => {
                items.into_iter().filter(|item| *item != "" && !item.is_null()).map(without_empty).collect()
            }
            other => other,
        }
    }
}
