use std::collections::BTreeMap;
use std::fmt::Write;

use baijiayun_api::{Entry, Method, Operation, PathSource};

use crate::output::table;

/// A table for each resource.
pub(super) fn text(entries: &[Entry<'_>]) -> String {
    let mut text = String::new();
    let mut resources: BTreeMap<&str, Vec<&Entry<'_>>> = BTreeMap::new();
    for entry in entries {
        resources.entry(&entry.resource.resource).or_default().push(entry);
    }
    for (name, entries) in &resources {
        if let Some(entry) = entries.first() {
            let _ = writeln!(text, "{name}  {}  {}", entry.resource.title, entry.resource.summary);
        }
        let mut table = table::new(&["Operation", "Title 名称", "Methods", "Path"]);
        for entry in entries {
            let operation = entry.operation;
            table.add_row([
                entry.full_name(),
                operation.title.clone(),
                methods(&operation.methods),
                address(operation),
            ]);
        }
        let _ = writeln!(text, "{table}\n");
    }
    let guesses = entries.iter().filter(|entry| entry.operation.path_source == PathSource::Inferred).count();
    let _ = write!(text, "{} operations", entries.len());
    if guesses > 0 {
        let _ = write!(text, "; {guesses} paths marked ? are guesses: the documents cut them off");
    }
    text
}

pub(super) fn methods(methods: &[Method]) -> String {
    let names = methods.iter().map(|method| match method {
        Method::Get => "GET",
        Method::Post => "POST",
    });
    names.collect::<Vec<_>>().join(" ")
}

/// Where an operation is served, with a mark if that is a guess.
pub(super) fn address(operation: &Operation) -> String {
    let host = operation.host.as_deref().unwrap_or_default();
    match (&operation.path, &operation.address) {
        (Some(path), _) if operation.path_source == PathSource::Inferred => format!("{host}{path} ?"),
        (Some(path), _) => format!("{host}{path}"),
        (None, Some(param)) => format!("(the address in {param})"),
        (None, None) => String::new(),
    }
}
