//! A page for each operation, one for each resource, and one of all.

use std::error::Error;

use baijiayun_api::{
    Description, Entry, EnumValue, Format, ItemType, LimitScope, Note, Operation, PageStyle, Param, ParamType,
    PathSource, Resource, Shape, ShapeType, synonyms,
};
use serde_json::{Value, json};

use super::Page;
use super::locale::{Locale, Words};
use super::markdown::{cell, fenced, prose};
use crate::names::pascal;
use crate::render::render;
use crate::samples::Samples;

pub fn pages(
    description: &Description,
    samples: &[Samples],
    locale: Locale,
    words: &Words,
    has_explorer: bool,
) -> Result<Vec<Page>, Box<dyn Error>> {
    let folder = format!("{}reference", locale.folder());
    let mut pages = Vec::new();
    let mut resources = Vec::new();
    for resource in &description.resources {
        let rows = resource.operations.iter().map(|(method, operation)| row(resource, method, operation, words));
        let rows = rows.collect::<Result<Vec<_>, String>>()?;
        let context = json!({
            "name": resource.resource,
            "title": locale.pick(&resource.title, &resource.summary),
            "summary": words.text(&resource.summary),
            "description": words.fill("described_resource", &[&resource.resource, words.text(&resource.summary)])?,
            "operations": rows,
            "keywords": [resource.resource, resource.title, resource.summary],
            "w": words.words,
        });
        pages.push(Page::new(
            format!("{folder}/{}/index.md", resource.resource),
            render("site/resource.md.jinja", &context)?,
        ));
        resources.push(context);
    }
    let callbacks: Vec<Value> = description
        .callbacks
        .iter()
        .map(|(name, callback)| json!({ "name": name, "title": locale.pick(&callback.title, &callback.summary) }))
        .collect();
    let count = description.operations().count();
    let guesses = description.operations().filter(|entry| entry.operation.path_source == PathSource::Inferred).count();
    let intro = words.fill("reference_intro", &[&count.to_string(), &guesses.to_string()])?;
    let context = json!({ "resources": resources, "callbacks": callbacks, "intro": intro, "w": words.words });
    pages.push(Page::new(format!("{folder}/index.md"), render("site/reference.md.jinja", context)?));
    for (entry, samples) in description.operations().zip(samples) {
        pages.push(Page::new(
            format!("{folder}/{}/{}.md", entry.resource.resource, entry.method),
            operation_page(entry, samples, words, has_explorer)?,
        ));
    }
    Ok(pages)
}

fn row(resource: &Resource, method: &str, operation: &Operation, words: &Words) -> Result<Value, String> {
    Ok(json!({
        "name": format!("{}.{method}", resource.resource),
        "method": method,
        "title": cell(words.locale.pick(&operation.title, &operation.summary)),
        "path": operation.path.as_deref().unwrap_or("—"),
        "badge": badge(operation.path_source, words)?,
    }))
}

/// How a path is known, as a mark.
pub fn badge(source: PathSource, words: &Words) -> Result<String, String> {
    let (kind, name) = match source {
        PathSource::Seed => ("tip", "path_seed"),
        PathSource::Public => ("info", "path_public"),
        PathSource::Inferred => ("warning", "path_inferred"),
        PathSource::None => ("info", "path_none"),
    };
    Ok(format!("<Badge type=\"{kind}\">{}</Badge>", words.get(name)?))
}

fn operation_page(
    entry: Entry<'_>,
    samples: &Samples,
    words: &Words,
    has_explorer: bool,
) -> Result<String, Box<dyn Error>> {
    let Entry { operation, resource, method } = entry;
    let name = entry.full_name();
    let params = operation.params.iter().map(|(name, param)| param_row(name, param, words));
    let params = params.collect::<Result<Vec<_>, String>>()?;
    let mut members = Vec::new();
    shape_rows(&operation.response, "", words, &mut members)?;
    let calls: Vec<String> = samples
        .snippets
        .iter()
        .map(|snippet| fenced(&format!("{} [{}]", snippet.highlight, snippet.label), &snippet.code))
        .collect();
    let title = words.locale.pick(&operation.title, &name);
    let subtitle = words.locale.pick(&name, &operation.title);
    let methods: Vec<String> = operation.methods.iter().map(|method| format!("{method:?}").to_uppercase()).collect();
    let context = json!({
        "name": name,
        "title": title,
        "heading": format!("{} `{subtitle}`", prose(title)).replace("``", "`"),
        "english": words.locale == Locale::English,
        "chinese_title": operation.title,
        "other_titles": operation.other_titles,
        // The Chinese title says it in Chinese.
        "summary": if words.knows(&operation.summary) { prose(words.text(&operation.summary)) } else { String::new() },
        "description": words.fill("described", &[&name, said(operation, words)])?,
        "keywords": keywords(entry),
        "badge": badge(operation.path_source, words)?,
        "methods": methods.join(" / "),
        "path": operation.path.as_deref().unwrap_or(words.get("address_given")?),
        "is_guess": operation.path_source == PathSource::Inferred,
        "guess": words.fill("guess", &[&name])?,
        "candidates": operation.candidates,
        "facts": facts(operation, words)?,
        "params": params,
        "any_of": operation.any_of,
        "members": members,
        "result": result(operation, words)?,
        "calls": calls,
        "examples": operation.examples.iter().map(|example| json!({
            "documents": example.documents.join(", "),
            "body": pretty(&example.body),
            "repaired": example.repaired.as_deref().map(|text| prose(words.text(text))),
        })).collect::<Vec<_>>(),
        "failures": operation.failure_examples.iter().map(|body| pretty(body)).collect::<Vec<_>>(),
        "requests": operation.request_examples.iter().map(|(document, body)| json!({ "documents": document, "body": pretty(body) })).collect::<Vec<_>>(),
        "notes": notes(&operation.notes, words),
        "evidence": notes(&operation.evidence, words),
        "path_evidence": prose(words.text(&operation.path_evidence)),
        "guides": format!("/{}guide", words.locale.folder()),
        "has_explorer": has_explorer,
        "explorer": format!("/{}explorer?operation={name}", words.locale.folder()),
        "resource": resource.resource,
        "method": method,
        "w": words.words,
    });
    render("site/operation.md.jinja", context)
}

/// What it does, in short.
fn said<'t>(operation: &'t Operation, words: &'t Words) -> &'t str {
    words.locale.pick(&operation.title, &operation.summary)
}

/// What people look for when they want this operation: its names in every language, titles, paths, numbers, and other words for the same.
fn keywords(entry: Entry<'_>) -> Vec<String> {
    let Entry { operation, resource, method } = entry;
    let mut keywords = vec![
        entry.full_name(),
        format!("{}{}", pascal(&resource.resource), pascal(method)),
        resource.title.clone(),
        operation.title.clone(),
        operation.summary.clone(),
    ];
    keywords.extend(operation.other_titles.iter().cloned());
    keywords.extend(operation.path.iter().chain(&operation.candidates).cloned());
    keywords.extend(operation.catalog_ids().map(str::to_owned));
    let said = [&operation.title, &operation.summary].map(|text| text.to_lowercase()).join(" ");
    for row in synonyms::SAME.iter().filter(|row| row.iter().any(|word| said.contains(word))) {
        keywords.extend(row.iter().map(|word| (*word).to_owned()));
    }
    keywords
}

/// A table of what is to be known first.
fn facts(operation: &Operation, words: &Words) -> Result<Vec<[String; 2]>, String> {
    let mut facts = Vec::new();
    let mut add = |name: &str, text: String| -> Result<(), String> {
        facts.push([words.get(name)?.to_owned(), text]);
        Ok(())
    };
    let ids: Vec<&str> = operation.catalog_ids().collect();
    add("documents", ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(" "))?;
    let mut limits = Vec::new();
    for limit in &operation.limits {
        let period = match limit.seconds {
            86_400 => words.get("period_day")?.to_owned(),
            60 => words.get("period_minute")?.to_owned(),
            seconds => words.fill("period_seconds", &[&seconds.to_string()])?,
        };
        let name = if limit.per == LimitScope::Room { "limit_room" } else { "limit_account" };
        limits.push(words.fill(name, &[&limit.count.to_string(), &period])?);
    }
    limits.push(words.get("limit_common")?.to_owned());
    add("limits", limits.join("<br>"))?;
    add("again", words.get(if operation.read_only { "again_read" } else { "again_write" })?.to_owned())?;
    if let Some(paging) = &operation.paging {
        let size = match paging.style {
            PageStyle::PageSize => "page_size",
            PageStyle::PageLimit => "limit",
        };
        add("paging", words.fill("paging_by", &[size])?)?;
    }
    if operation.multipart {
        let needs_file = operation.params.values().any(|param| param.kind == ParamType::File && param.required);
        add("body", words.get(if needs_file { "multipart" } else { "form_or_multipart" })?.to_owned())?;
    }
    if !operation.signed {
        add(
            "signature",
            words.get(if operation.address.is_some() { "unsigned_address" } else { "unsigned" })?.to_owned(),
        )?;
    }
    if let Some(host) = &operation.host {
        add("host", format!("`{host}`"))?;
    }
    Ok(facts)
}

/// A parameter, or a member of a callback.
pub fn param_row(name: &str, param: &Param, words: &Words) -> Result<Value, String> {
    let required = if param.required {
        words.get("required")?.to_owned()
    } else if param.required_by.is_empty() {
        String::new()
    } else {
        words.fill("required_by", &[&param.required_by.join(words.get("comma")?)])?
    };
    let mut text = vec![cell(words.text(&param.desc))];
    let mut fact = |name: &str, value: Option<String>| -> Result<(), String> {
        if let Some(value) = value {
            text.push(words.fill(name, &[&value])?);
        }
        Ok(())
    };
    fact("default", param.default.as_ref().map(|value| format!("`{value}`")))?;
    fact("example_value", param.example.as_ref().map(|value| format!("`{value}`")))?;
    fact("at_least", param.min.map(|value| value.to_string()))?;
    fact("at_most", param.max.map(|value| value.to_string()))?;
    fact("most_characters", param.max_length.map(|value| value.to_string()))?;
    fact("most_elements", param.max_items.map(|value| value.to_string()))?;
    fact("only_in", (!param.only.is_empty()).then(|| param.only.join(", ")))?;
    let mut text = text.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(words.get("between")?);
    text += &values(&param.enum_values, words);
    let kind = match (param.kind, param.format) {
        (ParamType::Int | ParamType::String, Some(Format::Id)) => words.get("type_id")?,
        (ParamType::Int, _) => words.get("type_int")?,
        (ParamType::String, _) => words.get("type_string")?,
        (ParamType::Float, _) => words.get("type_float")?,
        (ParamType::Date, _) => words.get("type_date")?,
        (ParamType::Datetime, _) => words.get("type_datetime")?,
        (ParamType::Timestamp, _) => words.get("type_timestamp")?,
        (ParamType::List, Some(Format::Id)) => words.get("type_ids")?,
        (ParamType::List, _) if param.items == Some(ItemType::Int) => words.get("type_ints")?,
        (ParamType::List, _) => words.get("type_strings")?,
        (ParamType::Json, _) => "JSON",
        (ParamType::File, _) => words.get("type_file")?,
    };
    let mut members = Vec::new();
    if let Some(shape) = &param.value {
        shape_rows(shape, name, words, &mut members)?;
    }
    Ok(
        json!({ "name": name, "type": kind, "required": required, "text": text, "optional": param.optional, "members": members }),
    )
}

/// The members of a shape, each in a row, with the way to it.
pub fn shape_rows(shape: &Shape, way: &str, words: &Words, rows: &mut Vec<Value>) -> Result<(), String> {
    match shape.kind {
        ShapeType::Object => {
            for (name, field) in &shape.fields {
                let way = if way.is_empty() { name.clone() } else { format!("{way}.{name}") };
                let mut text = cell(words.text(field.desc.as_deref().unwrap_or_default()));
                if field.optional {
                    text = [words.get("may_be_missing")?, &text].join(words.get("between")?);
                }
                text += &values(crate::model::listed_values(field), words);
                rows.push(json!({ "way": way, "type": shape_type(field, words)?, "text": text }));
                shape_rows(field, &way, words, rows)?;
            }
        }
        ShapeType::Array => {
            if let Some(items) = &shape.items {
                shape_rows(items, &format!("{way}[]"), words, rows)?;
            }
        }
        ShapeType::Map => {
            if let Some(values) = &shape.values {
                shape_rows(values, &format!("{way}.*"), words, rows)?;
            }
        }
        _ => {}
    }
    Ok(())
}

fn shape_type(shape: &Shape, words: &Words) -> Result<String, String> {
    Ok(match (shape.kind, shape.format) {
        (ShapeType::Int | ShapeType::String, Some(Format::Id)) => words.get("type_id")?.to_owned(),
        (ShapeType::Int, _) => words.get("type_int")?.to_owned(),
        (ShapeType::String, _) => words.get("type_string")?.to_owned(),
        (ShapeType::Float, _) => words.get("type_float")?.to_owned(),
        (ShapeType::Bool, _) => words.get("type_bool")?.to_owned(),
        (ShapeType::Date, _) => words.get("type_date")?.to_owned(),
        (ShapeType::Datetime, _) => words.get("type_datetime")?.to_owned(),
        (ShapeType::Timestamp, _) => words.get("type_timestamp")?.to_owned(),
        (ShapeType::Object, _) => words.get("type_object")?.to_owned(),
        (ShapeType::Array, _) => match &shape.items {
            Some(items) => words.fill("type_array", &[&shape_type(items, words)?])?,
            None => words.fill("type_array", &[words.get("type_any")?])?,
        },
        (ShapeType::Map, _) => match &shape.values {
            Some(values) => words.fill("type_map", &[&shape_type(values, words)?])?,
            None => words.fill("type_map", &[words.get("type_any")?])?,
        },
        (ShapeType::Null, _) => words.get("type_null")?.to_owned(),
        (ShapeType::Any, _) => words.get("type_any")?.to_owned(),
    })
}

/// What the data are, in a sentence.
fn result(operation: &Operation, words: &Words) -> Result<String, String> {
    match operation.response.kind {
        ShapeType::Null => Ok(words.get("result_nothing")?.to_owned()),
        ShapeType::Any => Ok(words.get("result_unknown")?.to_owned()),
        _ => {
            let kind = shape_type(&operation.response, words)?;
            let desc = operation.response.desc.as_deref().map(|desc| prose(words.text(desc))).unwrap_or_default();
            words.fill("result_is", &[&kind, &desc])
        }
    }
}

fn values(values: &[EnumValue], words: &Words) -> String {
    let items = values.iter().map(|value| format!("`{}` {}", value.value, cell(words.text(&value.meaning))));
    let items: Vec<String> = items.collect();
    if items.is_empty() { String::new() } else { format!("<br>{}", items.join("<br>")) }
}

pub fn notes(notes: &[Note], words: &Words) -> Vec<String> {
    let text = |note: &Note| {
        let text = words.linked(&prose(words.text(&note.note)));
        let documents = note.documents.join(", ");
        match words.locale {
            _ if documents.is_empty() => text,
            Locale::Chinese => format!("（`{documents}`）{text}"),
            Locale::English => format!("(`{documents}`) {text}"),
        }
    };
    notes.iter().map(text).collect()
}

/// JSON as people read it; as it is, where numbers would lose digits or it is none.
pub fn pretty(text: &str) -> String {
    let trimmed = text.trim();
    if trimmed.contains('\n') || trimmed.len() < 80 {
        return trimmed.to_owned();
    }
    match serde_json::from_str::<Value>(trimmed) {
        Ok(value) => serde_json::to_string_pretty(&value).unwrap_or_else(|_| trimmed.to_owned()),
        Err(_) => trimmed.to_owned(),
    }
}
