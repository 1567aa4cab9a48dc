//! What no file of the description may say, and where it stands. The generator refuses it.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Description, Entry, Operation, PathSource, Scalar, Shape, ShapeType};

/// The straightener keeps so many members apart.
const MOST_MEMBERS: usize = 128;

impl Description {
    /// All that is wrong and that can be seen without a run, each with its place.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for entry in self.operations() {
            let name = entry.full_name();
            faults.extend(of_operation(&entry).into_iter().map(|fault| format!("{name}: {fault}")));
        }
        for (name, callback) in &self.callbacks {
            for (member, param) in &callback.params {
                let mut told = Vec::new();
                is_identifier("the member", member, &mut told);
                if let Some(shape) = &param.value {
                    received(member, shape, &mut told);
                }
                faults.extend(told.into_iter().map(|fault| format!("callback {name}: {fault}")));
            }
        }
        faults.extend(self.catalog_ids_that_stand_twice());
        faults
    }

    fn catalog_ids_that_stand_twice(&self) -> Vec<String> {
        let mut uses: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for entry in self.operations() {
            for id in entry.operation.catalog_ids() {
                uses.entry(id).or_default().push(entry.full_name());
            }
        }
        for (name, callback) in &self.callbacks {
            for id in callback.catalog_ids() {
                uses.entry(id).or_default().push(format!("callback {name}"));
            }
        }
        let twice = uses.into_iter().filter(|(_, names)| names.len() > 1);
        twice.map(|(id, names)| format!("{}: the catalog id {id} stands more than once", names.join(", "))).collect()
    }
}

fn of_operation(entry: &Entry<'_>) -> Vec<String> {
    let operation = entry.operation;
    let mut faults = Vec::new();
    is_identifier("the method", entry.method, &mut faults);
    for (name, param) in &operation.params {
        is_identifier("the parameter", name, &mut faults);
        if let Some(shape) = &param.value {
            members(name, shape, &mut faults);
        }
    }
    for name in operation.any_of.iter().flatten() {
        match operation.params.get(name) {
            None => faults.push(format!("any_of names {name}, which does not exist")),
            Some(param) if param.required => faults.push(format!("any_of names {name}, which is required anyway")),
            Some(_) => {}
        }
    }
    path(operation, &mut faults);
    paging(operation, &mut faults);
    received("response", &operation.response, &mut faults);
    faults
}

fn path(operation: &Operation, faults: &mut Vec<String>) {
    for path in operation.path.iter().chain(&operation.candidates) {
        if !path.starts_with('/') {
            faults.push(format!("the path {path:?} does not begin with /"));
        }
    }
    let candidates = &operation.candidates;
    if candidates.iter().collect::<BTreeSet<_>>().len() != candidates.len() {
        faults.push("a candidate stands twice".to_owned());
    }
    if !candidates.is_empty() && candidates.first() != operation.path.as_ref() {
        faults.push("the first candidate is not the path".to_owned());
    }
    if operation.path_source == PathSource::Inferred && !(3..=8).contains(&candidates.len()) {
        faults.push(format!("the path is inferred: 3 to 8 candidates are wanted, not {}", candidates.len()));
    }
}

fn paging(operation: &Operation, faults: &mut Vec<String>) {
    let Some(paging) = &operation.paging else { return };
    for name in ["page", paging.style.size_param()] {
        if !operation.params.contains_key(name) {
            faults.push(format!("paging needs the parameter {name}"));
        }
    }
    let response = &operation.response;
    let list = if paging.list.is_empty() { Some(response) } else { response.fields.get(&paging.list) };
    match list {
        Some(list) if list.kind != ShapeType::Array => {
            faults.push(format!("paging.list {:?} is not an array", paging.list));
        }
        None => faults.push(format!("paging.list names {:?}, which the response does not have", paging.list)),
        // A page without its list would look like the last one.
        Some(list) if list.optional => faults.push(format!("paging.list {:?} may be missing", paging.list)),
        Some(_) => {}
    }
    if let Some(total) = &paging.total
        && response.fields.get(total).is_none_or(|field| field.kind != ShapeType::Int)
    {
        faults.push(format!("paging.total {total:?} is not an int of the response"));
    }
}

/// Names become parts of names in all languages.
fn is_identifier(what: &str, name: &str, faults: &mut Vec<String>) {
    let plain = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == '-';
    if !name.starts_with(|char: char| char.is_ascii_alphabetic()) || !name.chars().all(plain) {
        faults.push(format!("{what} {name:?} is no identifier (letters, digits, _ and -, a letter first)"));
    }
}

fn members(place: &str, shape: &Shape, faults: &mut Vec<String>) {
    if shape.fields.len() > MOST_MEMBERS {
        faults.push(format!("{place} has {} members, at most {MOST_MEMBERS} are kept apart", shape.fields.len()));
    }
    for inner in shape.items.iter().chain(&shape.values) {
        members(&format!("{place}[]"), inner, faults);
    }
    for (name, field) in &shape.fields {
        if name.is_empty() || name.contains(|char: char| char.is_whitespace() || "?!#\"\\".contains(char)) {
            faults.push(format!("{place} has a member {name:?}, which no language can name"));
        }
        members(&format!("{place}.{name}"), field, faults);
    }
}

/// What stands for a member that is missing must be none of its listed values.
fn received(place: &str, shape: &Shape, faults: &mut Vec<String>) {
    fn visit(place: &str, shape: &Shape, faults: &mut Vec<String>) {
        let lists = |value: &Scalar| shape.enum_values.iter().any(|listed| listed.value == *value);
        if lists(&Scalar::Int(0)) && lists(&Scalar::Int(-1)) && shape.kind == ShapeType::Int {
            faults.push(format!("{place} lists 0 and -1: no value is left that says that it is missing"));
        }
        if lists(&Scalar::Text(String::new())) {
            faults.push(format!("{place} lists the empty text, which says that it is missing"));
        }
        for inner in shape.items.iter().chain(&shape.values) {
            visit(&format!("{place}[]"), inner, faults);
        }
        for (name, field) in &shape.fields {
            visit(&format!("{place}.{name}"), field, faults);
        }
    }
    members(place, shape, faults);
    visit(place, shape, faults);
}
