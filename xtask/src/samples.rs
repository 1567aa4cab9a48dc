//! A call of every operation in every language, as the reference pages of the site show it. The same texts are programs that each
//! language's own tests compile or check, so that no page shows what does not exist.

mod callbacks;
mod java;
mod kotlin;
mod python;
mod rust;
mod shell;
mod swift;
mod typescript;
mod values;

use std::collections::BTreeMap;
use std::error::Error;

use baijiayun_api::Description;
use serde_json::json;

use crate::generate::Output;
use crate::model::{self, Argument, Call, Struct, Type};
use crate::names::{Names, pascal, rust_field};
use crate::render::render;
use values::{Sample, Values};

/// A folder of its own in the npm package.
pub const NPM: &str = "bindings-wasm/npm/samples";
pub const KOTLIN: &str = "bindings-uniffi/kotlin/guide/samples";
pub const PYTHON: &str = "bindings-uniffi/python/tests/samples";
pub const SHELL: &str = "cli/tests/bjy/generated";

/// A call in one language.
pub struct Snippet {
    /// As the site's highlighter knows it.
    pub highlight: &'static str,
    pub label: &'static str,
    pub code: String,
}

/// An operation's call in each language.
pub struct Samples {
    pub name: String,
    /// What the call gives, as JSON.
    pub given: serde_json::Map<String, serde_json::Value>,
    pub snippets: Vec<Snippet>,
}

/// How a callback is received in each language.
pub struct Received {
    pub name: String,
    pub snippets: Vec<Snippet>,
}

/// What a language needs to know of an operation to write its call.
struct Asked<'a> {
    resource: &'a str,
    call: &'a Call<'a>,
    /// What the call gives: all that is required, and one of each group of which one must be given.
    given: Vec<(&'a Argument<'a>, Sample)>,
    names: &'a ObjectNames,
}

/// The names of a resource's objects, by those that the model has for them: in the packages whose types share one space, and in
/// Rust, where each resource has a space.
struct ObjectNames(BTreeMap<String, String>);

impl ObjectNames {
    fn shared(&self, name: &str) -> String {
        self.0.get(name).cloned().unwrap_or_else(|| name.to_owned())
    }
}

impl<'a> Asked<'a> {
    fn required(&self) -> impl Iterator<Item = &(&'a Argument<'a>, Sample)> {
        self.given.iter().filter(|(argument, _)| argument.param.required)
    }

    fn optional(&self) -> impl Iterator<Item = &(&'a Argument<'a>, Sample)> {
        self.given.iter().filter(|(argument, _)| !argument.param.required)
    }

    fn is_list(&self) -> bool {
        self.call.rows.is_some()
    }

    /// It answers with data.
    fn has_data(&self) -> bool {
        self.call.result != Type::Nothing
    }
}

/// All calls, in the order of the description.
///
/// # Errors
/// A parameter for which there is no sample.
pub fn all(description: &Description) -> Result<Vec<Samples>, Box<dyn Error>> {
    // The names that the packages give their objects, in the order in which they give them.
    let mut names = Names::default();
    let mut samples = Vec::new();
    for resource in &description.resources {
        let module = model::module(description, resource)?;
        let prefix = pascal(&resource.resource);
        let objects = module.object_names(&prefix, &mut names);
        let objects = ObjectNames(objects.into_iter().map(|(name, own)| (name.to_owned(), own)).collect());
        let values = Values::new(&module.structs);
        for call in &module.calls {
            let name = format!("{}.{}", resource.resource, call.method);
            let mut given = Vec::new();
            for argument in asked_for(call) {
                let sample =
                    values.of(call.operation, argument).map_err(|why| format!("{name}: {}: {why}", argument.wire))?;
                given.push((argument, sample));
            }
            let asked = Asked { resource: &resource.resource, call, given, names: &objects };
            let snippet = |highlight, label, code| Snippet { highlight, label, code };
            let given = asked.given.iter().map(|(argument, sample)| (argument.wire.to_owned(), shell::json(sample)));
            let given = given.collect();
            samples.push(Samples {
                given,
                snippets: vec![
                    snippet("ts", "JavaScript", typescript::call(&asked)),
                    snippet("python", "Python", python::call(&asked)),
                    snippet("kotlin", "Kotlin", kotlin::call(&asked)),
                    snippet("java", "Java", java::call(&asked)),
                    snippet("swift", "Swift", swift::call(&asked)),
                    snippet("rust", "Rust", rust::call(&asked)),
                    snippet("sh", "Shell", shell::call(&asked)),
                ],
                name,
            });
        }
    }
    Ok(samples)
}

/// What is required, and the first of each group of which at least one must be given.
fn asked_for<'c>(call: &'c Call<'c>) -> impl Iterator<Item = &'c Argument<'c>> {
    let one_of: Vec<&str> =
        call.operation.any_of.iter().filter_map(|group| group.first()).map(String::as_str).collect();
    call.arguments.iter().filter(move |argument| argument.param.required || one_of.contains(&argument.wire))
}

/// All callbacks, likewise.
pub fn of_callbacks(description: &Description) -> Vec<Received> {
    callbacks::all(description)
}

/// The programs.
pub fn outputs(description: &Description) -> Result<Vec<Output>, Box<dyn Error>> {
    let samples = all(description)?;
    let program = |label: &str, template: &str| {
        let mut groups: Vec<serde_json::Value> = Vec::new();
        for resource in &description.resources {
            let prefix = format!("{}.", resource.resource);
            let calls = samples.iter().filter_map(|sample| {
                let method = sample.name.strip_prefix(&prefix)?;
                let snippet = sample.snippets.iter().find(|snippet| snippet.label == label)?;
                let function = rust_field(&format!("{}_{method}", resource.resource));
                Some(json!({ "name": sample.name, "function": function, "code": snippet.code }))
            });
            groups.push(json!({ "resource": resource.resource, "calls": calls.collect::<Vec<_>>() }));
        }
        let callbacks = of_callbacks(description).into_iter().filter_map(|sample| {
            let snippet = sample.snippets.into_iter().find(|snippet| snippet.label == label)?;
            Some(json!({ "name": sample.name, "code": snippet.code }))
        });
        let callbacks: Vec<serde_json::Value> = callbacks.collect();
        render(&format!("samples/{template}.jinja"), json!({ "groups": groups, "callbacks": callbacks }))
    };
    let mut outputs = Vec::new();
    for (label, template, path) in [
        ("JavaScript", "calls.ts", format!("{NPM}/calls.ts")),
        ("Python", "calls.py", format!("{PYTHON}/calls.py")),
        ("Kotlin", "Samples.kt", format!("{KOTLIN}/Samples.kt")),
        ("Java", "Samples.java", format!("{KOTLIN}/JavaSamples.java")),
        ("Swift", "samples.swift", format!("{}/Samples.swift", crate::swift_client::TESTS)),
        ("Rust", "samples.rs", "tests/e2e/generated/samples.rs".to_owned()),
        ("Shell", "samples.sh", format!("{SHELL}/samples.sh")),
    ] {
        outputs.push(Output::new(path, program(label, template)?));
    }
    Ok(outputs)
}

/// The struct of that name.
fn object_of<'s>(structs: &'s [Struct<'s>], name: &str) -> Option<&'s Struct<'s>> {
    structs.iter().find(|known| known.name == name)
}

/// Whether a text stands in one line that a page shows without scrolling. Chinese letters are two wide.
fn fits(text: &str) -> bool {
    let width: usize = text.chars().map(|letter| if letter.is_ascii() { 1 } else { 2 }).sum();
    width <= 76 && !text.contains('\n')
}

/// Whether a comma may follow the last of what stands between brackets in lines of its own.
#[derive(Clone, Copy, PartialEq)]
enum Last {
    Comma,
    Bare,
}

/// What stands between brackets: in one line, or where that is too long, each in its own.
fn bracketed(open: &str, items: &[String], close: &str, last: Last) -> String {
    let line = format!("{open}{}{close}", items.join(", "));
    if fits(&line) {
        return line;
    }
    let items: Vec<String> = items.iter().map(|item| format!("    {}", item.replace('\n', "\n    "))).collect();
    format!("{open}\n{}{}\n{close}", items.join(",\n"), if last == Last::Comma { "," } else { "" })
}
