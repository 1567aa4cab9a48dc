//! Python.

use super::values::{Object, Sample};
use super::{Asked, Last, bracketed};
use crate::names::python_name;
use crate::python_client::parameter_name;

pub fn call(asked: &Asked) -> String {
    let given: Vec<String> = asked
        .required()
        .chain(asked.optional())
        .map(|(argument, sample)| format!("{}={}", parameter_name(argument.wire), spelled(sample)))
        .collect();
    let call = bracketed(
        &format!("client.{}.{}(", python_name(asked.resource), python_name(asked.call.method)),
        &given,
        ")",
        Last::Comma,
    );
    match (asked.is_list(), asked.has_data()) {
        (true, _) => format!("for row in {call}:\n    print(row)"),
        (_, true) => format!("result = {call}\nprint(result)"),
        _ => call,
    }
}

fn spelled(sample: &Sample) -> String {
    match sample {
        Sample::Flag(true) => "True".to_owned(),
        Sample::Flag(false) => "False".to_owned(),
        Sample::Number(number) => number.clone(),
        Sample::Text(text) => format!("{text:?}"),
        Sample::File(path) => format!("Path({path:?})"),
        Sample::List(items) => bracketed("[", &items.iter().map(spelled).collect::<Vec<_>>(), "]", Last::Comma),
        Sample::Object(Object { members, .. }) => {
            let members: Vec<String> =
                members.iter().map(|(wire, sample)| format!("{wire:?}: {}", spelled(sample))).collect();
            bracketed("{", &members, "}", Last::Comma)
        }
        Sample::Json(value) => json(value),
    }
}

fn json(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => "None".to_owned(),
        serde_json::Value::Bool(flag) => spelled(&Sample::Flag(*flag)),
        serde_json::Value::Array(items) => {
            bracketed("[", &items.iter().map(json).collect::<Vec<_>>(), "]", Last::Comma)
        }
        serde_json::Value::Object(members) => {
            let members: Vec<String> =
                members.iter().map(|(name, value)| format!("{name:?}: {}", json(value))).collect();
            bracketed("{", &members, "}", Last::Comma)
        }
        scalar => scalar.to_string(),
    }
}
