//! Java.

use super::values::{Object, Sample};
use super::{Asked, Last, ObjectNames, bracketed};
use crate::kotlin::kotlin_name;
use crate::names::{camel, pascal};

pub fn call(asked: &Asked) -> String {
    let mut given: Vec<String> = asked.required().map(|(_, sample)| spelled(sample, asked.names)).collect();
    let setters: Vec<String> = asked
        .optional()
        .map(|(argument, sample)| format!("params.set{}({})", pascal(argument.wire), spelled(sample, asked.names)))
        .collect();
    match setters.as_slice() {
        [] => {}
        [setter] => given.push(format!("params -> {setter}")),
        setters => given.push(format!("params -> {{ {}; }}", setters.join("; "))),
    }
    let method = kotlin_name(asked.call.method);
    let call = bracketed(&format!("client.get{}().{method}(", pascal(&camel(asked.resource))), &given, ")", Last::Bare);
    match (asked.is_list(), asked.has_data()) {
        (true, _) => format!("for (var row : {call}) System.out.println(row);"),
        (_, true) => format!("var result = {call};\nSystem.out.println(result);"),
        _ => format!("{call};"),
    }
}

fn spelled(sample: &Sample, names: &ObjectNames) -> String {
    let all = |items: &[Sample]| items.iter().map(|item| spelled(item, names)).collect::<Vec<_>>();
    match sample {
        Sample::Flag(flag) => flag.to_string(),
        Sample::Number(number) if number.contains('.') => number.clone(),
        Sample::Number(number) => format!("{number}L"),
        Sample::Text(text) => format!("{text:?}"),
        Sample::File(path) => format!("new UploadFile(new File({path:?}))"),
        Sample::List(items) => bracketed("List.of(", &all(items), ")", Last::Bare),
        Sample::Object(Object { name, members, .. }) => {
            let members: Vec<String> = members.iter().map(|(_, sample)| spelled(sample, names)).collect();
            bracketed(&format!("new {}(", names.shared(name)), &members, ")", Last::Bare)
        }
        Sample::Json(value) => format!("Json.Default.parseToJsonElement({:?})", value.to_string()),
    }
}
