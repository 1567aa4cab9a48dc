//! What the description says about its parts, as lines of text for doc comments.

use baijiayun_api::{
    Callback, EnumValue, Limit, LimitScope, Operation, Param, ParamType, PathSource, Shape, ShapeType,
};

const TIMESTAMP: &str = "Unix seconds.";
const DATE: &str = "`YYYY-MM-DD`.";
const DATETIME: &str = "`YYYY-MM-DD HH:MM:SS`, UTC+8.";

/// Title, documents, path, limits, notes and what must be given; paragraphs with empty lines between.
pub fn operation_docs(operation: &Operation) -> Vec<String> {
    let mut docs = vec![format!("{} {}", operation.title, operation.summary), String::new()];
    let ids: Vec<&str> = operation.catalog_ids().collect();
    let path = operation.path.as_deref().unwrap_or("the address given");
    docs.push(match operation.path_source {
        PathSource::Seed => format!("Documents: {}. Path `{path}`, printed in a document.", ids.join(", ")),
        PathSource::Public => format!("Documents: {}. Path `{path}`, known from public material.", ids.join(", ")),
        PathSource::Inferred => format!(
            "Documents: {}. **The path `{path}` is a guess**: the documents cut it off. Other candidates: {}.",
            ids.join(", "),
            operation.candidates.iter().skip(1).map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ")
        ),
        PathSource::None => {
            format!("Documents: {}. It goes to an address that another operation returned.", ids.join(", "))
        }
    });
    for limit in &operation.limits {
        docs.extend([String::new(), limit_docs(limit)]);
    }
    for note in &operation.notes {
        docs.push(String::new());
        docs.push(if note.documents.is_empty() {
            note.note.clone()
        } else {
            format!("({}) {}", note.documents.join(", "), note.note)
        });
    }
    for group in &operation.any_of {
        let names: Vec<String> = group.iter().map(|name| format!("`{name}`")).collect();
        docs.extend([String::new(), format!("Give at least one of {}.", names.join(", "))]);
    }
    docs
}

fn limit_docs(limit: &Limit) -> String {
    let scope = match limit.per {
        LimitScope::Account => "",
        LimitScope::Room => " for one room",
    };
    format!("At most {} calls in {} s{scope}.", limit.count, limit.seconds)
}

/// Meaning, facts and listed values; paragraphs with empty lines between.
pub fn param_docs(param: &Param) -> Vec<String> {
    let mut docs = vec![param.desc.clone()];
    let facts = param_facts(param);
    if !facts.is_empty() {
        docs.push(String::new());
        docs.push(facts.join(" "));
    }
    if !param.enum_values.is_empty() {
        docs.push(String::new());
        docs.extend(value_docs(&param.enum_values));
    }
    docs
}

/// Meaning and facts in one line, and the listed values below it.
pub fn param_lines(param: &Param) -> Vec<String> {
    compact([vec![param.desc.clone()], param_facts(param)].concat(), &param.enum_values)
}

/// Default, range, unit and which documents know a parameter; a sentence each.
fn param_facts(param: &Param) -> Vec<String> {
    let mut facts = Vec::new();
    if let Some(default) = &param.default {
        facts.push(format!("Default: `{default}`."));
    }
    match (param.min, param.max) {
        (Some(min), Some(max)) => facts.push(format!("From {min} to {max}.")),
        (Some(min), None) => facts.push(format!("At least {min}.")),
        (None, Some(max)) => facts.push(format!("At most {max}.")),
        (None, None) => {}
    }
    if let Some(most) = param.max_length {
        facts.push(format!("At most {most} characters."));
    }
    if let Some(most) = param.max_items {
        facts.push(format!("At most {most} elements."));
    }
    match param.kind {
        ParamType::Timestamp => facts.push(TIMESTAMP.to_owned()),
        ParamType::Date => facts.push(DATE.to_owned()),
        ParamType::Datetime => facts.push(DATETIME.to_owned()),
        _ => {}
    }
    if !param.only.is_empty() {
        facts.push(format!("Only in {}.", param.only.join(", ")));
    }
    if !param.required_by.is_empty() {
        facts.push(format!("Required in {}.", param.required_by.join(", ")));
    }
    facts
}

/// Sentences in one line, without those that an earlier one says already, and
/// the listed values below it.
pub fn compact(sentences: Vec<String>, values: &[EnumValue]) -> Vec<String> {
    let mut line = String::new();
    for sentence in sentences {
        let said = line.to_lowercase().contains(&sentence.trim_end_matches('.').to_lowercase());
        if !said {
            line.push_str(if line.is_empty() { "" } else { " " });
            line.push_str(&sentence);
        }
    }
    let line = (!line.is_empty()).then_some(line);
    line.into_iter().chain(value_docs(values)).collect()
}

/// The listed values and their meanings; an item each.
fn value_docs(values: &[EnumValue]) -> impl Iterator<Item = String> {
    values.iter().map(|value| format!("- `{}`: {}", value.value, value.meaning))
}

/// Meaning and unit; may be empty.
pub fn shape_docs(shape: &Shape) -> Vec<String> {
    let mut docs: Vec<String> = shape.desc.iter().cloned().collect();
    match shape.kind {
        ShapeType::Timestamp => docs.push(TIMESTAMP.to_owned()),
        ShapeType::Date => docs.push(DATE.to_owned()),
        ShapeType::Datetime => docs.push(DATETIME.to_owned()),
        _ => {}
    }
    docs
}

/// The title of a callback and what it tells.
pub fn callback_title(callback: &Callback) -> String {
    format!("{} {}", callback.title, callback.summary)
}

/// Title, documents, repetition and notes; paragraphs with empty lines between.
pub fn callback_docs(callback: &Callback) -> Vec<String> {
    let ids: Vec<&str> = callback.catalog_ids().collect();
    let mut docs = vec![callback_title(callback), String::new()];
    docs.push(format!("Documents: {}.", ids.join(", ")));
    if let Some(retry) = &callback.retry {
        docs.extend([String::new(), retry.clone()]);
    }
    for note in callback.notes.iter().filter(|note| note.documents.is_empty()) {
        docs.extend([String::new(), note.note.clone()]);
    }
    docs
}
