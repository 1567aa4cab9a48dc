//! `bjy operations`: the operations as tables.

use std::collections::BTreeMap;
use std::fmt::Write;

use baijiayun_api::{Entry, Method, Operation, PathSource};

use crate::output::table::{self, Width};

/// One table, the best first.
pub(super) fn found(entries: &[Entry<'_>]) -> String {
    let rows = entries.iter().map(|entry| {
        let operation = entry.operation;
        [entry.full_name(), operation.title.clone(), operation.summary.clone(), address(operation)]
    });
    let table = table::text(&["Operation", "Title 名称", "Summary", "Path"], rows, Width::Prose);
    format!("{table}\n{}", count(entries))
}

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
        let rows = entries.iter().map(|entry| {
            let operation = entry.operation;
            [entry.full_name(), operation.title.clone(), methods(&operation.methods), address(operation)]
        });
        let table = table::text(&["Operation", "Title 名称", "Methods", "Path"], rows, Width::Terminal);
        let _ = writeln!(text, "{table}\n");
    }
    text + &count(entries)
}

fn count(entries: &[Entry<'_>]) -> String {
    let guesses = entries.iter().filter(|entry| entry.operation.path_source == PathSource::Inferred).count();
    match guesses {
        0 => format!("{} operations", entries.len()),
        _ => format!("{} operations; {guesses} paths marked ? are guesses: the documents cut them off", entries.len()),
    }
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
