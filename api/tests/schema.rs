//! The YAML files against `schema.json`, and `schema.json` against faults that it must find.
#![cfg(feature = "yaml")]

use std::fs;
use std::path::Path;

use jsonschema::Validator;
use serde_json::{Value, json};

const DIR: &str = env!("CARGO_MANIFEST_DIR");

fn schema() -> Value {
    let text = fs::read_to_string(Path::new(DIR).join("schema.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The validator for a file, by its name without extension.
fn validator(stem: &str) -> Validator {
    let schema = match stem {
        "callbacks" | "error_codes" | "listed_values" => json!({
            "$schema": schema()["$schema"],
            "$defs": schema()["$defs"],
            "$ref": format!("#/$defs/{stem}_file"),
        }),
        _ => schema(),
    };
    jsonschema::draft202012::new(&schema).unwrap()
}

fn faults(stem: &str, file: &Value) -> Vec<String> {
    validator(stem).iter_errors(file).map(|error| format!("{stem}.yaml {}: {error}", error.instance_path())).collect()
}

fn load(stem: &str) -> Value {
    let text = fs::read_to_string(Path::new(DIR).join(stem).with_extension("yaml")).unwrap();
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{stem}.yaml: {error}"))
}

#[test]
fn every_file_is_valid() {
    let mut files = 0;
    let mut all = Vec::new();
    for entry in fs::read_dir(DIR).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            let stem = path.file_stem().unwrap().to_str().unwrap();
            all.extend(faults(stem, &load(stem)));
            files += 1;
        }
    }
    assert!(files > 2, "no resource files in {DIR}");
    assert!(all.is_empty(), "{}", all.join("\n"));
}

/// Each change of a valid file must be found.
#[test]
fn faults_are_found() {
    let changes: &[(&str, &str, Value)] = &[
        ("chat", "/resource", json!("Chat")),
        ("chat", "/operations/listReviews", json!({})),
        ("chat", "/operations/list_reviews/colour", json!("red")),
        ("chat", "/operations/list_reviews/path", json!("/api/chat/x")),
        ("chat", "/operations/list_reviews/methods", json!(["PUT"])),
        ("chat", "/operations/list_reviews/methods", json!([])),
        ("chat", "/operations/list_reviews/documents", json!([])),
        ("chat", "/operations/list_reviews/public", json!("public_only.chat.x")),
        ("chat", "/operations/list_reviews/path_source", json!("inferred")),
        ("chat", "/operations/list_reviews/path_source", json!("none")),
        ("chat", "/operations/list_reviews/address", json!("room_id")),
        ("chat", "/operations/list_reviews/limits/0/seconds", json!(0)),
        ("chat", "/operations/list_reviews/paging/style", json!("cursor")),
        ("chat", "/operations/list_reviews/params/sign", json!({"type": "string", "desc": "Sign."})),
        ("chat", "/operations/list_reviews/params/page/type", json!("number")),
        ("chat", "/operations/list_reviews/params/page/decimals", json!(2)),
        ("chat", "/operations/list_reviews/params/page/items", json!("int")),
        ("chat", "/operations/list_reviews/response/type", json!("array")),
        ("chat", "/operations/list_reviews/response/fields/total/wire", json!("bool")),
        ("chat", "/operations/revoke_message/candidates", json!(["/openapi/a/b", "/openapi/a/c"])),
        ("chat", "/operations/revoke_message/evidence/0", json!({"documents": [], "note": "x"})),
        ("doc", "/operations/upload/notes/0", json!({"documents": [], "note": "x"})),
        ("callbacks", "/callbacks/class_event/reply/later", json!("x")),
        ("callbacks", "/callbacks/class_event/content_type", json!("text/plain")),
        ("error_codes", "/error_codes/0/code", json!("0")),
    ];
    for (stem, pointer, value) in changes {
        let mut file = load(stem);
        assert!(faults(stem, &file).is_empty());
        put(&mut file, pointer, value.clone());
        assert!(!faults(stem, &file).is_empty(), "{stem}.yaml {pointer} = {value} passes");
    }
}

fn put(file: &mut Value, pointer: &str, value: Value) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match file.pointer_mut(parent).unwrap_or_else(|| panic!("no {parent}")) {
        Value::Object(members) => {
            members.insert(key.to_owned(), value);
        }
        Value::Array(items) => items[key.parse::<usize>().unwrap()] = value,
        other => panic!("{parent} is {other}"),
    }
}

/// Editors show the descriptions; a key without one, or an object that takes
/// any key, is a hole in the schema.
#[test]
fn every_key_is_described() {
    let schema = schema();
    let mut objects = vec![("root", &schema)];
    objects.extend(schema["$defs"].as_object().unwrap().iter().map(|(name, def)| (&**name, def)));
    let mut keys = 0;
    while let Some((name, object)) = objects.pop() {
        let described = object["description"].as_str().is_some_and(|text| text.ends_with('.'));
        assert!(described, "{name} has no description");
        if let Some(properties) = object["properties"].as_object() {
            assert_eq!(object["additionalProperties"], json!(false), "{name}");
            keys += properties.len();
            objects.extend(properties.iter().map(|(key, property)| (&**key, property)));
        }
    }
    assert!(keys > 50, "only {keys} keys found");
}
