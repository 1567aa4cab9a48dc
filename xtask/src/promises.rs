//! What every package promises: the table in `tests/promises/`, the tests that claim its rows, and the pages that show both.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::Path;

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::json;

use crate::generate::Output;
use crate::render::render;

const TABLE: &str = "tests/promises/promises.yaml";
const VECTORS: &str = "tests/vectors/promises.json";

/// Before the id of a promise in a test, and before the name of the vectors that a test runs.
const MARKS: [&str; 2] = ["promise: ", "promise-vectors: promises.json"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    packages: IndexMap<String, Package>,
    pending: BTreeSet<String>,
    sections: Vec<Section>,
    defaults: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Package {
    name: String,
    /// The folders of its tests, and how their names end.
    tests: Vec<String>,
    endings: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    en: String,
    zh: String,
    rows: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    en: String,
    zh: String,
    kind: Option<String>,
    message: Option<String>,
    value: Option<String>,
    setting: Option<String>,
    #[serde(default)]
    vectors: bool,
    only: Option<Vec<String>>,
    #[serde(default)]
    excused: BTreeMap<String, Reason>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reason {
    en: String,
    zh: String,
}

/// For whom a row is that does not say.
const USUAL: [&str; 5] = ["rust", "javascript", "python", "kotlin", "swift"];

/// What a package's tests claim.
struct Claims {
    ids: BTreeSet<String>,
    runs_vectors: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Tested,
    Excused,
    NotYet,
    None,
}

pub fn outputs(root: &Path) -> Result<Vec<Output>, Box<dyn Error>> {
    let table: Table = serde_saphyr::from_str(&fs::read_to_string(root.join(TABLE))?)?;
    let vectors = ids_of_vectors(root)?;
    let mut claims = BTreeMap::new();
    for (key, package) in &table.packages {
        claims.insert(key.as_str(), claims_of(root, package)?);
    }
    check(&table, &claims, &vectors)?;
    ["en", "zh"].into_iter().map(|language| page(&table, &claims, &vectors, language)).collect()
}

impl Table {
    fn rows(&self) -> impl Iterator<Item = &Row> {
        self.sections.iter().flat_map(|section| &section.rows).chain(&self.defaults)
    }
}

impl Row {
    fn is_for(&self, package: &str) -> bool {
        match &self.only {
            Some(only) => only.iter().any(|name| name == package),
            None => USUAL.contains(&package),
        }
    }

    fn state(&self, package: &str, claims: &Claims, vectors: &BTreeSet<String>) -> State {
        let by_vectors = self.vectors && claims.runs_vectors && vectors.contains(&self.id);
        match () {
            () if !self.is_for(package) => State::None,
            () if by_vectors || claims.ids.contains(&self.id) => State::Tested,
            () if self.excused.contains_key(package) => State::Excused,
            () => State::NotYet,
        }
    }
}

fn check(table: &Table, claims: &BTreeMap<&str, Claims>, vectors: &BTreeSet<String>) -> Result<(), Box<dyn Error>> {
    let mut faults = Vec::new();
    let mut known = BTreeSet::new();
    for row in table.rows() {
        if !known.insert(row.id.as_str()) {
            faults.push(format!("{} is there twice", row.id));
        }
        let named = row.excused.keys().chain(row.only.iter().flatten());
        faults.extend(
            named
                .filter(|name| !table.packages.contains_key(*name))
                .map(|name| format!("{} names {name}, which is no package", row.id)),
        );
        for (package, claims) in claims {
            let state = row.state(package, claims, vectors);
            if state == State::NotYet && !table.pending.contains(*package) {
                faults.push(format!("{package} neither tests {} nor is excused from it", row.id));
            }
        }
    }
    let told = claims.iter().flat_map(|(package, claims)| claims.ids.iter().map(move |id| (*package, id)));
    let told = told.chain(vectors.iter().map(|id| (VECTORS, id)));
    let strange = told.filter(|(_, id)| !known.contains(id.as_str()));
    faults.extend(strange.map(|(place, id)| format!("{place} claims {id}, which the table does not know")));
    for name in &table.pending {
        let is_open = |claims: &Claims| table.rows().any(|row| row.state(name, claims, vectors) == State::NotYet);
        match claims.get(name.as_str()) {
            None => faults.push(format!("{name} is pending, but no package")),
            Some(claims) if !is_open(claims) => faults.push(format!("{name} tests all of it: take it out of pending")),
            Some(_) => {}
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(format!("{TABLE}:\n  {}", faults.join("\n  ")).into()) }
}

fn ids_of_vectors(root: &Path) -> Result<BTreeSet<String>, Box<dyn Error>> {
    #[derive(Deserialize)]
    struct Case {
        promise: String,
    }
    let Ok(text) = fs::read_to_string(root.join(VECTORS)) else { return Ok(BTreeSet::new()) };
    let cases: Vec<Case> = serde_json::from_str(&text)?;
    Ok(cases.into_iter().map(|case| case.promise).collect())
}

fn claims_of(root: &Path, package: &Package) -> Result<Claims, Box<dyn Error>> {
    let mut claims = Claims { ids: BTreeSet::new(), runs_vectors: false };
    for folder in &package.tests {
        gather(&root.join(folder), &package.endings, &mut claims)?;
    }
    Ok(claims)
}

fn gather(folder: &Path, endings: &[String], claims: &mut Claims) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            if path.file_name().is_none_or(|name| name != "node_modules") {
                gather(&path, endings, claims)?;
            }
        } else if path.extension().is_some_and(|ending| endings.iter().any(|known| ending == known.as_str())) {
            let text = fs::read_to_string(&path)?;
            let [one, all] = MARKS;
            claims.runs_vectors |= text.contains(all);
            claims.ids.extend(text.split(one).skip(1).flat_map(ids));
        }
    }
    Ok(())
}

/// The ids that a text begins with: one, or several with commas between.
fn ids(text: &str) -> impl Iterator<Item = String> {
    let is_part = |letter: &char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || *letter == '_';
    let line = text.lines().next().unwrap_or_default();
    let ids = line.split(", ").map_while(move |item| {
        let id: String = item.chars().take_while(is_part).collect();
        let is_last = id.len() < item.len();
        (!id.is_empty()).then_some((id, is_last))
    });
    let mut over = false;
    ids.take_while(move |(_, is_last)| !std::mem::replace(&mut over, *is_last)).map(|(id, _)| id)
}

fn page(
    table: &Table,
    claims: &BTreeMap<&str, Claims>,
    vectors: &BTreeSet<String>,
    language: &str,
) -> Result<Output, Box<dyn Error>> {
    let say = |en: &str, zh: &str| if language == "en" { en.to_owned() } else { zh.to_owned() };
    let mut notes: Vec<String> = Vec::new();
    let mut row = |row: &Row| {
        let mut cells = Vec::new();
        for (key, package) in &table.packages {
            let Some(claims) = claims.get(key.as_str()) else { continue };
            cells.push(match row.state(key, claims, vectors) {
                State::Tested => "✓".to_owned(),
                State::NotYet => say("not yet", "尚未"),
                State::None => String::new(),
                State::Excused => {
                    let reason = row.excused.get(key).map(|reason| say(&reason.en, &reason.zh)).unwrap_or_default();
                    let note = format!("{} `{}`: {reason}", package.name, row.id);
                    notes.push(note);
                    format!("({})", notes.len())
                }
            });
        }
        let mut said = vec![say(&row.en, &row.zh).replace('|', "\\|")];
        said.extend(row.setting.iter().map(|setting| format!("`{setting}`")));
        said.extend(row.kind.iter().map(|kind| format!("`{kind}`")));
        said.extend(row.message.iter().map(|message| format!("\"{message}\"")));
        json!({ "id": row.id, "said": said, "value": row.value, "cells": cells })
    };
    let sections: Vec<_> = table
        .sections
        .iter()
        .map(|section| {
            let rows: Vec<_> = section.rows.iter().map(&mut row).collect();
            json!({ "title": say(&section.en, &section.zh), "rows": rows })
        })
        .collect();
    let defaults: Vec<_> = table.defaults.iter().map(&mut row).collect();
    let packages: Vec<_> = table.packages.values().map(|package| &package.name).collect();
    let context = json!({ "sections": sections, "defaults": defaults, "packages": packages, "notes": notes });
    let (path, template) = match language {
        "en" => ("docs/promises.md", "docs/promises.md.jinja"),
        _ => ("docs/promises.zh-CN.md", "docs/promises.zh-CN.md.jinja"),
    };
    Ok(Output::new(path, render(template, context)?))
}
