//! Answers of operations that the mock keeps no state for.

use baijiayun_api::{Scalar, Shape, ShapeType};
use serde_json::{Map, Value, json};

use crate::input::Input;
use crate::paging;
use crate::wire;

/// The printed example, adapted to the request; without an example, what the
/// described shape allows.
pub(crate) fn answer(input: &Input) -> Value {
    let shape = &input.described.response;
    let mut data = input.described.example.clone().unwrap_or_else(|| sample(shape));
    echo(&mut data, shape, input, true);
    paging::page_of_example(input, &mut data);
    data
}

/// Puts what the request says in place of what the example says: all members
/// that are named like a parameter, and in the rows of lists the ids.
fn echo(data: &mut Value, shape: &Shape, input: &Input, whole: bool) {
    match data {
        Value::Object(members) => {
            for (name, member) in members {
                let Some(field) = shape.fields.get(name) else { continue };
                match (member.is_object() || member.is_array(), echoed(name, input, whole)) {
                    (false, Some(given)) => *member = wire::dress(given, field),
                    (true, _) => echo(member, field, input, whole && member.is_object()),
                    _ => {}
                }
            }
        }
        Value::Array(rows) => {
            if let Some(shape) = &shape.items {
                rows.iter_mut().for_each(|row| echo(row, shape, input, false));
            }
        }
        _ => {}
    }
}

fn echoed(name: &str, input: &Input, whole: bool) -> Option<Value> {
    let param = input.operation.params.iter().find(|param| param.name == name)?;
    let is_id = name.ends_with("_id") || name == "user_number";
    if param.secret || !(whole || is_id) {
        return None;
    }
    input.get(name).filter(|value| !value.is_object() && !value.is_array())
}

/// A value of a shape: the first listed one, or the least there is.
fn sample(shape: &Shape) -> Value {
    if let Some(listed) = shape.enum_values.first() {
        let value = match &listed.value {
            Scalar::Int(number) => Value::from(*number),
            Scalar::Text(text) => Value::from(text.as_str()),
        };
        return wire::dress(value, shape);
    }
    let value = match shape.kind {
        ShapeType::Object => {
            Value::Object(shape.fields.iter().map(|(name, field)| (name.clone(), sample(field))).collect())
        }
        ShapeType::Array => shape.items.iter().map(|items| sample(items)).collect(),
        ShapeType::Map => Value::Object(Map::new()),
        ShapeType::Int => json!(1),
        ShapeType::Float => json!(1.5),
        ShapeType::Bool => json!(true),
        ShapeType::String => json!("示例"),
        ShapeType::Date => json!("2024-01-01"),
        ShapeType::Datetime => json!("2024-01-01 08:00:00"),
        ShapeType::Timestamp => json!(1_704_067_200),
        ShapeType::Null | ShapeType::Any => Value::Null,
    };
    wire::dress(value, shape)
}
