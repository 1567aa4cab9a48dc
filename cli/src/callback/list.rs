//! `bjy callback list`: which callbacks there are, and what each posts.

use std::fmt::Write;

use baijiayun_api::{Callback, ContentType, Description};
use clap_complete::ArgValueCompleter;
use serde_json::json;

use super::names;
use crate::failure::Failure;
use crate::output::Output;
use crate::output::table::{self, Width};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Callback such as class_event 回调名称
    #[arg(add = ArgValueCompleter::new(names))]
    name: Option<String>,
}

pub(super) fn run(args: &Args, output: Output) -> Result<(), Failure> {
    let callbacks = &Description::embedded().callbacks;
    let Some(name) = &args.name else {
        if output.json {
            let shown: Vec<_> =
                callbacks.iter().map(|(name, callback)| json!({"name": name, "callback": callback})).collect();
            return output.print_json(&shown);
        }
        let rows = callbacks.iter().map(|(name, callback)| {
            let documents = callback.catalog_ids().collect::<Vec<_>>().join(", ");
            [name.clone(), callback.title.clone(), encoding(callback).to_owned(), documents]
        });
        let table = table::text(&["Callback 回调", "Title 名称", "Body", "Documents"], rows, Width::Terminal);
        return output.print(&format!("{table}\n{} callbacks", callbacks.len()));
    };
    let callback = callbacks.get(name).ok_or_else(|| unknown(name))?;
    if output.json {
        output.print_json(&json!({"name": name, "callback": callback}))
    } else {
        output.print(&detail(name, callback))
    }
}

pub(super) fn unknown(name: &str) -> Failure {
    let known: Vec<&str> = Description::embedded().callbacks.keys().map(String::as_str).collect();
    Failure::new("invalid_parameters", format!("there is no callback named {name}"))
        .with_hint(format!("there are {}", known.join(", ")))
}

fn encoding(callback: &Callback) -> &'static str {
    match callback.content_type {
        Some(ContentType::Json) => "JSON",
        Some(ContentType::Form) => "form",
        None => "",
    }
}

fn detail(name: &str, callback: &Callback) -> String {
    let mut text = format!("{name}  {}\n{}\n\n", callback.title, callback.summary);
    let documents: Vec<&str> = callback.catalog_ids().collect();
    let _ = writeln!(text, "Documents: {}", documents.join(", "));
    for (what, said) in [("Address", &callback.url_source), ("Repetitions", &callback.retry)] {
        if let Some(said) = said {
            let _ = writeln!(text, "{what}: {said}");
        }
    }
    let rows = callback.params.iter().map(|(name, param)| {
        let kind = format!("{:?}", param.kind).to_lowercase();
        let values = param.enum_values.iter().map(|listed| format!("\n{} = {}", listed.value, listed.meaning));
        [name.clone(), kind, format!("{}{}", param.desc, values.collect::<String>())]
    });
    let _ = writeln!(text, "\n{}", table::text(&["Field 字段", "Type", "Meaning"], rows, Width::Prose));
    if let Some(reply) = &callback.reply {
        let _ =
            writeln!(text, "\nAnswer {} if it was taken, {} to have it posted again.", reply.success, reply.failure);
    }
    text
}
