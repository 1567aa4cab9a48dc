//! `bjy operations NAME`: all about one operation.

use std::fmt::{Debug, Write};

use baijiayun_api::{Entry, EnumValue, LimitScope, Note, Operation, Param, PathSource, Shape};

use super::list::{address, methods};
use crate::output::table::{self, Width};

/// Everything about one operation that its caller may want to know.
pub(super) fn text(entry: Entry<'_>) -> String {
    let operation = entry.operation;
    let mut text = format!("{}  {}\n{}\n\n", entry.full_name(), operation.title, operation.summary);
    let _ = writeln!(text, "{} {}", methods(&operation.methods), address(operation));
    path(&mut text, operation);
    let documents: Vec<&str> = operation.catalog_ids().collect();
    let _ = writeln!(text, "Documents: {}", documents.join(", "));
    if operation.read_only {
        text.push_str("It only reads: safe to repeat.\n");
    }
    for limit in &operation.limits {
        let per = match limit.per {
            LimitScope::Account => "account",
            LimitScope::Room => "room",
        };
        let _ = writeln!(text, "Limit: {} calls in {} s per {per}", limit.count, limit.seconds);
    }
    params(&mut text, operation);
    text.push_str("\nData 返回数据\n");
    shape(&mut text, "data", &operation.response, 1);
    notes(&mut text, "Notes 说明", &operation.notes);
    notes(&mut text, "Evidence 出处", &operation.evidence);
    text
}

fn path(text: &mut String, operation: &Operation) {
    let source = match operation.path_source {
        PathSource::Seed => "printed in a document of the vendor",
        PathSource::Public => "named by public material",
        PathSource::Inferred => "a guess: the documents cut the address off",
        PathSource::None => "given with each call",
    };
    let _ = writeln!(text, "Path: {source} ({})", operation.path_evidence);
    if !operation.candidates.is_empty() {
        let _ = writeln!(text, "Candidates:");
    }
    for candidate in &operation.candidates {
        let _ = writeln!(text, "  {candidate}");
    }
}

fn params(text: &mut String, operation: &Operation) {
    if operation.params.is_empty() {
        text.push_str("\nNo parameters 无参数\n");
        return;
    }
    let rows = operation.params.iter().map(|(name, param)| {
        let required = match (param.required, param.required_by.as_slice()) {
            (true, _) => "yes".to_owned(),
            (false, []) => String::new(),
            (false, documents) => format!("by {}", documents.join(", ")),
        };
        let default = param.default.as_ref().map(ToString::to_string).unwrap_or_default();
        [name.clone(), word(param.kind), required, default, meaning(param)]
    });
    let header = ["Parameter 参数", "Type", "Required", "Default", "Meaning"];
    let table = table::text(&header, rows, Width::Prose);
    let _ = writeln!(text, "\n{table}");
    for (name, param) in &operation.params {
        if let Some(content) = param.value.as_ref().filter(|content| has_members(content)) {
            let _ = writeln!(text, "\nJSON in {name}");
            shape(text, name, content, 1);
        }
    }
    for group in &operation.any_of {
        let _ = writeln!(text, "At least one of {} must be given.", group.join(", "));
    }
}

fn meaning(param: &Param) -> String {
    let mut text = param.desc.clone();
    for EnumValue { value, meaning } in &param.enum_values {
        let _ = write!(text, "\n{value} = {meaning}");
    }
    text
}

fn has_members(content: &Shape) -> bool {
    !content.fields.is_empty() || content.items.is_some()
}

/// A shape as a tree, a line for each member and below it one for each of its
/// values. What is too long goes on further in, so that the tree stays visible.
fn shape(text: &mut String, name: &str, shape: &Shape, depth: usize) {
    let kind = match (&shape.items, &shape.values) {
        (Some(items), _) => format!("array of {}", word(items.kind)),
        (_, Some(values)) => format!("map of {}", word(values.kind)),
        _ => word(shape.kind),
    };
    let desc = shape.desc.as_ref().map(|desc| format!("  {desc}")).unwrap_or_default();
    line(text, &format!("{name}: {kind}{desc}"), depth, 2);
    for EnumValue { value, meaning } in &shape.enum_values {
        line(text, &format!("{value} = {meaning}"), depth + 2, 1);
    }
    let element = shape.items.as_deref().or(shape.values.as_deref());
    for (name, field) in shape.fields.iter().chain(element.iter().flat_map(|element| &element.fields)) {
        self::shape(text, name, field, depth + 1);
    }
    if let Some(deeper) = element.filter(|element| element.items.is_some() || element.values.is_some()) {
        self::shape(text, "each", deeper, depth + 1);
    }
}

fn line(text: &mut String, content: &str, depth: usize, hang: usize) {
    let (first, further) = ("  ".repeat(depth), "  ".repeat(depth + hang));
    let options = textwrap::Options::new(table::prose_width()).initial_indent(&first).subsequent_indent(&further);
    for line in textwrap::wrap(content, options.break_words(false)) {
        text.push_str(&line);
        text.push('\n');
    }
}

fn notes(text: &mut String, title: &str, notes: &[Note]) {
    if !notes.is_empty() {
        let _ = writeln!(text, "\n{title}");
    }
    for Note { documents, note } in notes {
        let scope = if documents.is_empty() { String::new() } else { format!("[{}] ", documents.join(", ")) };
        let _ = writeln!(text, "- {scope}{note}");
    }
}

/// A type's name in lower case, as the description writes it.
fn word(kind: impl Debug) -> String {
    format!("{kind:?}").to_lowercase()
}
