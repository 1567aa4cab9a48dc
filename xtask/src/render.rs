//! The template engine, set up once for all outputs.

use std::error::Error;
use std::path::Path;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;

use crate::{kotlin, names, python};

/// Renders `templates/{name}` with a context.
pub fn render(name: &str, context: impl Serialize) -> Result<String, Box<dyn Error>> {
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?;
    let mut environment = Environment::new();
    environment.set_syntax(syntax);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_loader(minijinja::path_loader(Path::new(env!("CARGO_MANIFEST_DIR")).join("templates")));
    environment.add_filter("tojson", |value: minijinja::Value| {
        serde_json::to_string(&value)
            .map_err(|error| minijinja::Error::new(minijinja::ErrorKind::BadSerialization, error.to_string()))
    });
    environment.add_filter("pascal", |text: String| names::pascal(&text));
    environment.add_filter("rust_string", |text: String| format!("{text:?}"));
    environment.add_filter("docs", |lines: Vec<String>, indent: usize| docs(&lines, indent));
    environment.add_filter("tsdoc", |lines: Vec<String>, indent: usize| {
        block_comment(&lines.join("\n").replace("*/", "*\\/"), indent)
    });
    environment.add_filter("kdoc", |lines: Vec<String>, indent: usize| block_comment(&kotlin::kdoc(&lines), indent));
    environment.add_filter("docstring", |lines: Vec<String>, indent: usize| python::docstring(&lines, indent));
    environment.add_function("bracketed", |open: &str, items: Vec<String>, close: &str, indent: usize| {
        python::bracketed(open, &items, close, indent)
    });
    Ok(environment.get_template(name)?.render(Serde(context))?)
}

/// Lines as Rust doc comments.
fn docs(lines: &[String], indent: usize) -> String {
    let margin = " ".repeat(indent);
    let comment = |line: &str| if line.is_empty() { format!("{margin}///") } else { format!("{margin}/// {line}") };
    lines
        .iter()
        .flat_map(|line| if line.is_empty() { vec![""] } else { line.lines().collect() })
        .map(comment)
        .collect::<Vec<_>>()
        .join("\n")
}

/// Text as a comment of TSDoc or KDoc. It holds no end of a comment.
fn block_comment(text: &str, indent: usize) -> String {
    let margin = " ".repeat(indent);
    if !text.contains('\n') {
        return format!("{margin}/** {text} */");
    }
    let comment = |line: &str| format!("{margin} * {line}").trim_end().to_owned();
    let body: Vec<String> = text.lines().map(comment).collect();
    format!("{margin}/**\n{}\n{margin} */", body.join("\n"))
}
