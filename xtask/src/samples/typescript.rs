//! JavaScript and TypeScript.

use super::values::{Object, Sample};
use super::{Asked, Last, bracketed, fits};
use crate::names::camel;
use crate::ts_client::key;

pub fn call(asked: &Asked) -> String {
    let members: Vec<String> =
        asked.given.iter().map(|(argument, sample)| format!("{}: {}", key(argument.wire), spelled(sample))).collect();
    let method = format!("client.{}.{}", camel(asked.resource), camel(asked.call.method));
    let line = format!("{method}({{ {} }})", members.join(", "));
    let call = match members.as_slice() {
        [] => format!("{method}()"),
        _ if fits(&format!("const result = await {line}")) => line,
        members => format!("{method}({{\n    {},\n}})", members.join(",\n").replace('\n', "\n    ")),
    };
    match (asked.is_list(), asked.has_data()) {
        (true, _) => format!("for await (const row of {call}) console.log(row);"),
        (_, true) => format!("const result = await {call};\nconsole.log(result);"),
        _ => format!("await {call};"),
    }
}

fn braced(members: &[String]) -> String {
    // Braces have spaces, where they stand in one line.
    match bracketed("{", members, "}", Last::Comma) {
        line if !line.contains('\n') => format!("{{ {} }}", members.join(", ")),
        lines => lines,
    }
}

fn spelled(sample: &Sample) -> String {
    match sample {
        Sample::Flag(flag) => flag.to_string(),
        Sample::Number(number) => number.clone(),
        Sample::Text(text) => format!("{text:?}"),
        Sample::File(path) => format!("fromPath({path:?})"),
        Sample::List(items) => bracketed("[", &items.iter().map(spelled).collect::<Vec<_>>(), "]", Last::Comma),
        Sample::Object(Object { members, .. }) => braced(
            &members.iter().map(|(wire, sample)| format!("{}: {}", key(wire), spelled(sample))).collect::<Vec<_>>(),
        ),
        Sample::Json(value) => json(value),
    }
}

fn json(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Array(items) => {
            bracketed("[", &items.iter().map(json).collect::<Vec<_>>(), "]", Last::Comma)
        }
        serde_json::Value::Object(members) => {
            braced(&members.iter().map(|(name, value)| format!("{}: {}", key(name), json(value))).collect::<Vec<_>>())
        }
        scalar => scalar.to_string(),
    }
}
