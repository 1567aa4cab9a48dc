//! Swift.

use super::values::{Object, Sample};
use super::{Asked, Last, ObjectNames, bracketed};
use crate::model::Type;
use crate::swift::{literal, swift_name, type_name};

pub fn call(asked: &Asked) -> String {
    let given: Vec<String> = asked
        .required()
        .chain(asked.optional())
        .map(|(argument, sample)| format!("{}: {}", swift_name(argument.wire), spelled(sample, asked.names)))
        .collect();
    let call = bracketed(
        &format!("client.{}.{}(", swift_name(asked.resource), swift_name(asked.call.method)),
        &given,
        ")",
        Last::Bare,
    );
    match (asked.is_list(), asked.has_data()) {
        (true, _) => format!("for try await row in {call} {{ print(row) }}"),
        // There may be none.
        (_, true) if asked.call.result == Type::Any => format!("if let result = try await {call} {{ print(result) }}"),
        (_, true) => format!("let result = try await {call}\nprint(result)"),
        _ => format!("try await {call}"),
    }
}

fn spelled(sample: &Sample, names: &ObjectNames) -> String {
    let all = |items: &[Sample]| items.iter().map(|item| spelled(item, names)).collect::<Vec<_>>();
    match sample {
        Sample::Flag(flag) => flag.to_string(),
        Sample::Number(number) => number.clone(),
        Sample::Text(text) => literal(text),
        Sample::File(path) => format!("UploadFile(URL(fileURLWithPath: {}))", literal(path)),
        Sample::List(items) => bracketed("[", &all(items), "]", Last::Bare),
        Sample::Object(Object { name, members, .. }) => {
            let members: Vec<String> = members
                .iter()
                .map(|(wire, sample)| format!("{}: {}", swift_name(wire), spelled(sample, names)))
                .collect();
            bracketed(&format!("{}(", type_name(&names.shared(name))), &members, ")", Last::Bare)
        }
        Sample::Json(value) => json(value),
    }
}

fn json(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => "nil".to_owned(),
        serde_json::Value::String(text) => literal(text),
        serde_json::Value::Array(items) => bracketed("[", &items.iter().map(json).collect::<Vec<_>>(), "]", Last::Bare),
        serde_json::Value::Object(members) => {
            let members: Vec<String> =
                members.iter().map(|(name, value)| format!("{}: {}", literal(name), json(value))).collect();
            bracketed("[", &members, "]", Last::Bare)
        }
        scalar => scalar.to_string(),
    }
}
