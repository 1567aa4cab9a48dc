//! A page for each callback, with a post that verifies: it is one of the vectors that every language's tests verify.

use std::error::Error;
use std::fs;
use std::path::Path;

use baijiayun_api::{Callback, Description};
use serde::Deserialize;
use serde_json::json;

use super::Page;
use super::locale::{Locale, Words};
use super::markdown::{fenced, prose};
use super::reference::{notes, param_row, pretty};
use crate::names::pascal;
use crate::render::render;
use crate::samples;

const VECTORS: &str = "tests/vectors/callbacks.json";

/// What is needed of a vector.
#[derive(Deserialize)]
struct Vector {
    name: String,
    callback: Option<String>,
    content_type: String,
    body: serde_json::Value,
    key: serde_json::Value,
    valid: bool,
}

pub fn pages(
    root: &Path,
    description: &Description,
    locale: Locale,
    words: &Words,
) -> Result<Vec<Page>, Box<dyn Error>> {
    let vectors: Vec<Vector> = serde_json::from_str(&fs::read_to_string(root.join(VECTORS))?)?;
    let received = samples::of_callbacks(description);
    let folder = format!("{}reference/callbacks", locale.folder());
    let mut pages = Vec::new();
    let mut rows = Vec::new();
    for (name, callback) in &description.callbacks {
        let sample = vectors.iter().find(|vector| {
            vector.valid && vector.name == "the example" && vector.callback.as_deref() == Some(name.as_str())
        });
        let calls = received.iter().filter(|samples| samples.name == *name).flat_map(|samples| &samples.snippets);
        let calls: Vec<String> =
            calls.map(|snippet| fenced(&format!("{} [{}]", snippet.highlight, snippet.label), &snippet.code)).collect();
        let sample = sample.ok_or_else(|| format!("{VECTORS} has no valid example of {name}"))?;
        pages.push(Page::new(format!("{folder}/{name}.md"), page(name, callback, sample, &calls, words)?));
        rows.push(json!({ "name": name, "title": locale.pick(&callback.title, &callback.summary) }));
    }
    let context = json!({ "callbacks": rows, "guides": format!("/{}guide", locale.folder()), "w": words.words });
    pages.push(Page::new(format!("{folder}/index.md"), render("site/callbacks.md.jinja", context)?));
    Ok(pages)
}

fn page(
    name: &str,
    callback: &Callback,
    sample: &Vector,
    calls: &[String],
    words: &Words,
) -> Result<String, Box<dyn Error>> {
    let params = callback.params.iter().map(|(name, param)| param_row(name, param, words));
    let params = params.collect::<Result<Vec<_>, String>>()?;
    let is_english = words.locale == Locale::English;
    let title = if is_english { name } else { &callback.title };
    let subtitle = if is_english { &callback.title } else { name };
    let body = sample.body.as_str().ok_or("the body of an example is no text")?;
    let documents: Vec<&str> = callback.catalog_ids().collect();
    let context = json!({
        "name": name,
        "title": title,
        "heading": format!("{} `{subtitle}`", prose(title)),
        "summary": prose(words.text(&callback.summary)),
        "keywords": [name, &pascal(name), &callback.title, &callback.summary, &documents.join(" ")],
        "documents": documents,
        "params": params,
        "told_by": callback.told_by.iter().map(|marks| marks.iter().map(|mark| format!("`{mark}`")).collect::<Vec<_>>().join(words.get("and").unwrap_or(" + "))).collect::<Vec<_>>(),
        "url_source": callback.url_source.as_deref().map(|text| words.linked(&prose(words.text(text)))),
        "retry": callback.retry.as_deref().map(|text| prose(words.text(text))),
        "content_type": sample.content_type,
        "body": if sample.content_type.ends_with("json") { pretty(body) } else { body.to_owned() },
        "body_language": if sample.content_type.ends_with("json") { "json" } else { "txt" },
        "key": sample.key.as_str().ok_or("the key of an example is no text")?,
        "payload": callback.payload_example.as_deref().map(pretty),
        "payload_note": callback.payload_note.as_deref().map(|text| prose(words.text(text))),
        "notes": notes(&callback.notes, words),
        "evidence": notes(&callback.evidence, words),
        "calls": calls,
        "guides": format!("/{}guide", words.locale.folder()),
        "w": words.words,
    });
    render("site/callback.md.jinja", context)
}
