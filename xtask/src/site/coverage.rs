//! Every number of the vendor's documents, and what this project has for it.

use std::collections::BTreeMap;
use std::error::Error;

use baijiayun_api::Description;
use serde_json::{Value, json};

use super::Page;
use super::locale::{Locale, Words};
use super::markdown::cell;
use super::reference::badge;
use crate::render::render;

/// The name of a document, and a number in it, by which the numbers are in order.
fn split(id: &str) -> (&str, u32, &str) {
    let (document, rest) = id.rsplit_once('.').unwrap_or((id, ""));
    match rest.parse() {
        Ok(number) => (document, number, ""),
        // Public material has names in the place of numbers.
        Err(_) => (id.split('.').next().unwrap_or(id), 0, id),
    }
}

pub fn page(description: &Description, locale: Locale, words: &Words) -> Result<Page, Box<dyn Error>> {
    let folder = locale.folder();
    let mut documents: BTreeMap<&str, BTreeMap<(u32, &str), Value>> = BTreeMap::new();
    let mut callbacks = 0;
    for entry in description.operations() {
        for id in entry.operation.catalog_ids() {
            let (document, number, name) = split(id);
            let row = json!({
                "id": id,
                "name": entry.full_name(),
                "link": format!("/{folder}reference/{}/{}", entry.resource.resource, entry.method),
                "title": cell(locale.pick(&entry.operation.title, &entry.operation.summary)),
                "path": entry.operation.path.as_deref().unwrap_or("—"),
                "badge": badge(entry.operation.path_source, words)?,
            });
            documents.entry(document).or_default().insert((number, name), row);
        }
    }
    for (name, callback) in &description.callbacks {
        for id in callback.catalog_ids() {
            callbacks += 1;
            let (document, number, rest) = split(id);
            let row = json!({
                "id": id,
                "name": name,
                "link": format!("/{folder}reference/callbacks/{name}"),
                "title": cell(locale.pick(&callback.title, &callback.summary)),
                "path": words.get("to_your_address")?,
                "badge": "",
            });
            documents.entry(document).or_default().insert((number, rest), row);
        }
    }
    let total: usize = documents.values().map(BTreeMap::len).sum();
    let groups: Vec<Value> = documents
        .into_iter()
        .map(|(document, rows)| json!({ "document": document, "rows": rows.into_values().collect::<Vec<_>>() }))
        .collect();
    let intro = words.fill(
        "coverage_intro",
        &[
            &(total - callbacks).to_string(),
            &description.operations().count().to_string(),
            &callbacks.to_string(),
            &description.callbacks.len().to_string(),
        ],
    )?;
    let context = json!({ "groups": groups, "intro": intro, "w": words.words });
    Ok(Page::new(format!("{folder}coverage.md"), render("site/coverage.md.jinja", context)?))
}
