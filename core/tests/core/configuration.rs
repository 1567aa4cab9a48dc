//! The account from the environment and from files: the vectors that all languages run.

use std::path::{Path, PathBuf};

use baijiayun_core::configuration::Place;
use baijiayun_core::host::configuration;
use serde_json::{Value as Json, json};

use crate::vectors::{text, vectors};

/// The files of a case.
struct Files<'c>(&'c Json);

impl Place for Files<'_> {
    fn variable(&self, name: &str) -> Option<String> {
        match name {
            "XDG_CONFIG_HOME" | "APPDATA" => Some(root("user").display().to_string()),
            name => self.0["environment"][name].as_str().map(str::to_owned),
        }
    }

    fn read(&self, file: &Path) -> Result<Option<String>, String> {
        let files = self.0["files"].as_object().unwrap();
        Ok(files.iter().find(|(name, _)| root(name) == file).map(|(_, text)| text.as_str().unwrap().to_owned()))
    }
}

/// Users' folders have whole paths, and the folder in which a program works is known to all.
fn root(name: &str) -> PathBuf {
    match name.strip_prefix("user") {
        Some(rest) => {
            PathBuf::from(if cfg!(windows) { "C:\\user" } else { "/user" }).join(rest.trim_start_matches('/'))
        }
        None => PathBuf::from(name),
    }
}

#[test]
fn the_account_is_found_where_people_keep_it() {
    for case in vectors("configuration") {
        let name = text(&case, "name");
        let asked = json!({"given": case.get("given").unwrap_or(&json!({})), "needs_key": case.get("needs_key").unwrap_or(&json!(true))});
        let told: Json = serde_json::from_slice(&configuration(&asked.to_string(), &Files(&case))).unwrap();
        if let Some(expected) = case.get("error") {
            let error = &told["error"];
            assert_eq!(error["kind"], expected["kind"], "{name}: {told}");
            assert!(text(error, "message").contains(text(expected, "message")), "{name}: {error}");
            assert!(!told.to_string().contains(text(expected, "hidden")), "{name}: {told}");
            for part in expected["hint"].as_array().into_iter().flatten() {
                assert!(text(error, "hint").contains(part.as_str().unwrap()), "{name}: {error}");
            }
            continue;
        }
        for (member, value) in case["found"].as_object().unwrap() {
            assert_eq!(&told[member], value, "{name}: {member}");
        }
        assert_eq!(told.get("partner_key").is_some(), case["found"].get("partner_key").is_some(), "{name}");
        let notes = told["notes"].to_string();
        assert!(notes.contains(case["note"].as_str().unwrap_or("[]")), "{name}: {notes}");
    }
    let read = |file: &str| configuration(&json!({"given": {"file": file}}).to_string(), &Files(&json!({"files": {}})));
    assert!(String::from_utf8_lossy(&read("other.toml")).contains("other.toml: no such file"));
}
