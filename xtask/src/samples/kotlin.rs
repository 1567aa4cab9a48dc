//! Kotlin.

use super::values::{Object, Sample};
use super::{Asked, Last, ObjectNames, bracketed};
use crate::kotlin::{kotlin_name, literal};
use crate::names::camel;

pub fn call(asked: &Asked) -> String {
    let named = |(argument, sample): &(&crate::model::Argument, Sample)| {
        format!("{} = {}", kotlin_name(argument.wire), spelled(sample, asked.names))
    };
    let required: Vec<String> = asked.required().map(named).collect();
    let optional: Vec<String> = asked.optional().map(named).collect();
    let mut call = bracketed(
        &format!("client.{}.{}(", camel(asked.resource), kotlin_name(asked.call.method)),
        &required,
        ")",
        Last::Comma,
    );
    if !optional.is_empty() {
        call = format!("{} {{ {} }}", call.trim_end_matches("()"), optional.join("; "));
    }
    match (asked.is_list(), asked.has_data()) {
        (true, _) => format!("{call}.items().collect {{ println(it) }}"),
        (_, true) => format!("val result = {call}\nprintln(result)"),
        _ => call,
    }
}

fn spelled(sample: &Sample, names: &ObjectNames) -> String {
    let all = |items: &[Sample]| items.iter().map(|item| spelled(item, names)).collect::<Vec<_>>();
    match sample {
        Sample::Flag(flag) => flag.to_string(),
        Sample::Number(number) => number.clone(),
        Sample::Text(text) => literal(text),
        Sample::File(path) => format!("UploadFile(File({path:?}))"),
        Sample::List(items) => bracketed("listOf(", &all(items), ")", Last::Comma),
        Sample::Object(Object { name, members, .. }) => {
            let members: Vec<String> = members
                .iter()
                .map(|(wire, sample)| format!("{} = {}", kotlin_name(wire), spelled(sample, names)))
                .collect();
            bracketed(&format!("{}(", names.shared(name)), &members, ")", Last::Comma)
        }
        Sample::Json(value) => {
            let text = serde_json::to_string_pretty(value).unwrap_or_default().replace('$', "${'$'}");
            format!("Json.parseToJsonElement(\n    \"\"\"\n    {}\n    \"\"\",\n)", text.replace('\n', "\n    "))
        }
    }
}
