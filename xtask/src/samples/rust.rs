//! Rust.

use super::values::{Object, Sample};
use super::{Asked, Last, bracketed};
use crate::model::Type;
use crate::names::rust_field;

pub fn call(asked: &Asked) -> String {
    let value = |(argument, sample): &(&crate::model::Argument, Sample)| {
        let spelled = spelled(sample, asked.resource);
        // What is sent as JSON is lent.
        let lent = matches!(sample, Sample::Json(_) | Sample::Object(_))
            || matches!(&argument.ty, Type::Array(item) if matches!(**item, Type::Struct(_)));
        if lent { format!("&{spelled}") } else { spelled }
    };
    let required: Vec<String> = asked.required().map(value).collect();
    let method = rust_field(asked.call.method);
    let mut call =
        bracketed(&format!("client.{}().{method}(", rust_field(asked.resource)), &required, ")", Last::Comma);
    for given in asked.optional() {
        call += &format!(".{}({})", rust_field(given.0.wire), value(given));
    }
    match (asked.is_list(), asked.has_data()) {
        (true, _) => format!(
            "let mut rows = {call}.items();\nwhile let Some(row) = rows.next().await {{\n    println!(\"{{:?}}\", row?);\n}}"
        ),
        (_, true) => format!("let result = {call}.await?;\nprintln!(\"{{:?}}\", *result);"),
        _ => format!("{call}.await?;"),
    }
}

fn spelled(sample: &Sample, resource: &str) -> String {
    let all = |items: &[Sample]| items.iter().map(|item| spelled(item, resource)).collect::<Vec<_>>();
    match sample {
        Sample::Flag(flag) => flag.to_string(),
        Sample::Number(number) if number.parse::<i64>().is_ok_and(|number| i32::try_from(number).is_err()) => {
            format!("{number}_i64")
        }
        Sample::Number(number) => number.clone(),
        Sample::Text(text) => format!("{text:?}"),
        Sample::File(path) => format!("{path:?}"),
        Sample::List(items) => bracketed("[", &all(items), "]", Last::Comma),
        Sample::Object(Object { name, members, has_more }) => {
            let members: Vec<String> = members
                .iter()
                .map(|(wire, sample)| {
                    let text = spelled(sample, resource);
                    // Members of structs are texts of their own.
                    let text = if matches!(sample, Sample::Text(_)) { format!("{text}.to_owned()") } else { text };
                    format!("{}: {text}", rust_field(wire))
                })
                .chain(has_more.then(|| "..Default::default()".to_owned()))
                .collect();
            // Nothing may follow the rest.
            let open = format!("{}::{name} {{", rust_field(resource));
            bracketed(&open, &members, "}", Last::Comma).replace("..Default::default(),", "..Default::default()")
        }
        Sample::Json(value) => {
            format!("json!({})", serde_json::to_string_pretty(value).unwrap_or_default())
        }
    }
}
