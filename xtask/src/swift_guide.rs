//! The Swift in the guides, as functions that a test runs: so it is compiled, and does what it says.

use std::error::Error;
use std::fs;
use std::path::Path;

use serde_json::json;

use crate::generate::Output;
use crate::render::render;
use crate::swift_client::TESTS;

/// What has Swift to show, and the same in Chinese, whose code is the same.
const DOCUMENTS: [(&str, Option<&str>); 3] = [
    ("docs/swift.md", Some("docs/swift.zh-CN.md")),
    ("bindings-uniffi/swift/README.md", None),
    ("README.md", Some("README.zh-CN.md")),
];

pub fn outputs(root: &Path) -> Result<Vec<Output>, Box<dyn Error>> {
    let read = |path: &str| fs::read_to_string(root.join(path)).map_err(|error| format!("{path}: {error}"));
    let mut programs = Vec::new();
    for (document, chinese) in DOCUMENTS {
        let shown = blocks(&read(document)?);
        if let Some(chinese) = chinese {
            let translation = blocks(&read(chinese)?);
            if let Some((name, _)) = shown.iter().find(|block| !translation.contains(block)) {
                return Err(format!("{chinese}: the block {name} is not that of {document}").into());
            }
            if translation.len() != shown.len() {
                return Err(format!("{chinese}: it has blocks of code that {document} has not").into());
            }
        }
        programs.extend(shown.iter().map(|(name, code)| program(name, code)));
    }
    let text = render("swift/guide.swift.jinja", json!({ "programs": programs }))?;
    Ok(vec![Output::new(format!("{TESTS}/Guide.swift"), text)])
}

/// The blocks of Swift that have a name, with it. Those without are not compiled, and say so.
fn blocks(text: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix("```swift ") {
            let code: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            blocks.push((name.to_owned(), code.join("\n")));
        }
    }
    blocks
}

/// A program as a function. What it imports is imported for all of them.
fn program(name: &str, code: &str) -> serde_json::Value {
    let code: Vec<String> = code
        .lines()
        .filter(|line| !line.starts_with("import "))
        .skip_while(|line| line.is_empty())
        .map(|line| format!("    {line}").trim_end().to_owned())
        .collect();
    json!({ "name": name, "function": crate::swift::swift_name(name), "code": code.join("\n") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_with_a_name_are_code() {
        let found = blocks("a\n```swift one\nimport X\n\nlet a = 1\n```\n```swift\nno\n```\n");
        assert_eq!(found, [("one".to_owned(), "import X\n\nlet a = 1".to_owned())]);
        assert_eq!(program("first-call", &found[0].1)["code"], "    let a = 1");
        assert_eq!(program("first-call", "")["function"], "firstCall");
    }
}
