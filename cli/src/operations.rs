//! The operations, as the description knows them.

mod detail;
mod list;
mod search;

use baijiayun::core::operation;
use baijiayun_api::{Description, Entry, Limit, Method, Note, Paging, Param, PathSource, Shape};
use clap_complete::ArgValueCompleter;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::completions;
use crate::failure::Failure;
use crate::output::Output;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Operation such as room.create, how names begin, such as room, or words to look for: in names, titles, summaries,
    /// parameters, paths and numbers of documents 接口名称、前缀或关键词（中英文均可）
    #[arg(value_name = "NAME|WORDS", add = ArgValueCompleter::new(completions::operations))]
    words: Vec<String>,
}

pub(crate) fn run(args: &Args, output: Output) -> Result<(), Failure> {
    let description = Description::embedded();
    let query = args.words.join(" ");
    if query.trim().is_empty() {
        return show(description.operations().collect(), output);
    }
    if let Some(entry) = description.find(&query) {
        return if output.json { output.print_json(&Shown::from(entry)) } else { output.print(&detail::text(entry)) };
    }
    let named = begun_by(description, &query);
    if !named.is_empty() {
        return show(named, output);
    }
    let found = search::find(description, &query);
    if found.is_empty() {
        operation::find(&query)?;
    }
    if output.json { output.print_json(&shown(found)) } else { output.print(&list::found(&found)) }
}

/// What a query finds: operations whose names begin so, else those in which its words stand, the best first.
pub(crate) fn found(query: &str) -> Vec<Entry<'static>> {
    let description = Description::embedded();
    let named = begun_by(description, query);
    if named.is_empty() { search::find(description, query) } else { named }
}

fn begun_by<'d>(description: &'d Description, name: &str) -> Vec<Entry<'d>> {
    description.operations().filter(|entry| entry.full_name().starts_with(name)).collect()
}

fn show(entries: Vec<Entry<'_>>, output: Output) -> Result<(), Failure> {
    if output.json { output.print_json(&shown(entries)) } else { output.print(&list::text(&entries)) }
}

fn shown(entries: Vec<Entry<'_>>) -> Vec<Shown<'_>> {
    entries.into_iter().map(Shown::from).collect()
}

/// An operation as it is shown to programs.
#[derive(Serialize)]
pub(crate) struct Shown<'a> {
    name: String,
    documents: Vec<&'a str>,
    title: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    other_titles: &'a [String],
    summary: &'a str,
    methods: &'a [Method],
    host: Option<&'a str>,
    path: Option<&'a str>,
    path_source: PathSource,
    path_evidence: &'a str,
    candidates: &'a [String],
    read_only: bool,
    signed: bool,
    multipart: bool,
    limits: &'a [Limit],
    paging: Option<&'a Paging>,
    any_of: &'a [Vec<String>],
    params: Vec<Value>,
    response: &'a Shape,
    notes: &'a [Note],
    evidence: &'a [Note],
}

impl<'a> From<Entry<'a>> for Shown<'a> {
    fn from(entry: Entry<'a>) -> Shown<'a> {
        let operation = entry.operation;
        Shown {
            name: entry.full_name(),
            documents: operation.catalog_ids().collect(),
            title: &operation.title,
            other_titles: &operation.other_titles,
            summary: &operation.summary,
            methods: &operation.methods,
            host: operation.host.as_deref(),
            path: operation.path.as_deref(),
            path_source: operation.path_source,
            path_evidence: &operation.path_evidence,
            candidates: &operation.candidates,
            read_only: operation.read_only,
            signed: operation.signed,
            multipart: operation.multipart,
            limits: &operation.limits,
            paging: operation.paging.as_ref(),
            any_of: &operation.any_of,
            params: operation.params.iter().map(|(name, param)| parameter(name, param)).collect(),
            response: &operation.response,
            notes: &operation.notes,
            evidence: &operation.evidence,
        }
    }
}

/// A parameter with its name; the description leaves `required` out where it is not.
fn parameter(name: &str, param: &Param) -> Value {
    let mut members = Map::from_iter([("name".to_owned(), json!(name)), ("type".to_owned(), json!(param.kind))]);
    members.insert("required".to_owned(), json!(param.required));
    if let Value::Object(described) = json!(param) {
        members.extend(described);
    }
    Value::Object(members)
}
