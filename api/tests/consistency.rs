//! What a schema cannot say about the description.
#![cfg(feature = "yaml")]

use std::collections::{BTreeMap, BTreeSet};

use baijiayun_api::{DataPlace, Description, Entry, Note, Param, ParamType, Scalar, Shape, ShapeType, Wire};
use serde_json::Value;

fn description() -> Description {
    Description::load_dir(env!("CARGO_MANIFEST_DIR")).unwrap_or_else(|error| panic!("{error}"))
}

/// Fails with all faults at once, each with the name of its operation.
fn each_operation(check: impl Fn(&Entry, &mut Vec<String>)) {
    let description = description();
    let mut all = Vec::new();
    for entry in description.operations() {
        let mut faults = Vec::new();
        check(&entry, &mut faults);
        all.extend(faults.iter().map(|fault| format!("{}: {fault}", entry.full_name())));
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn embedded_is_up_to_date() {
    assert!(*Description::embedded() == description(), "the YAML files have changed: run `cargo xtask generate`");
}

#[test]
fn json_round_trip_is_exact() {
    let description = description();
    let json = serde_json::to_string(&description).unwrap();
    let back: Description = serde_json::from_str(&json).unwrap();
    assert!(back == description);
}

#[test]
fn enum_keys_keep_their_type() {
    let description = description();
    let room = description.find("room.create").unwrap().operation;
    let values = |param: &str| -> Vec<_> {
        let values = &room.params[param].enum_values;
        values.iter().map(|v| v.value.clone()).collect()
    };
    assert_eq!(values("enable_share"), [0, 1, 2].map(Scalar::Int));
    assert_eq!(values("enable_live_sell"), [0, 1, 2].map(Scalar::Int));
    let rows = &description.find("room_data.export_qa_stat").unwrap().operation.response.fields["list"];
    let row = rows.items.as_ref().and_then(|rows| rows.items.as_ref()).unwrap();
    let answers: Vec<_> = row.fields["is_answer"].enum_values.iter().map(|v| v.value.clone()).collect();
    assert_eq!(answers, ["0", "1"].map(|v| Scalar::Text(v.into())));
}

#[test]
fn names_are_found_and_unique() {
    let description = description();
    let mut names = BTreeSet::new();
    for entry in description.operations() {
        let name = entry.full_name();
        let found = description.find(&name).unwrap_or_else(|| panic!("{name} is not found"));
        assert!(std::ptr::eq(found.operation, entry.operation), "{name} finds another operation");
        assert!(names.insert(name.clone()), "{name} stands twice");
    }
    for name in ["room", "room.", ".create", "room.nothing", "nothing.create"] {
        assert!(description.find(name).is_none(), "{name} is found");
    }
}

#[test]
fn a_method_name_stands_once_in_its_resource() {
    let dir = tempdir("load_dir");
    let operation = "{title: t, summary: s., documents: [vod.1], methods: [POST], path: /openapi/a/b, \
        path_source: seed, path_evidence: e, read_only: true, params: {}, response: {type: any}}";
    let file = |names: [&str; 2]| {
        let [one, two] = names.map(|name| format!("  {name}: {operation}\n"));
        format!("resource: a\ntitle: t\nsummary: s.\noperations:\n{one}{two}")
    };
    std::fs::write(dir.join("a.yaml"), file(["one", "two"])).unwrap();
    assert_eq!(Description::load_dir(&dir).unwrap().operations().count(), 2);
    std::fs::write(dir.join("a.yaml"), file(["one", "one"])).unwrap();
    let error = Description::load_dir(&dir).unwrap_err().to_string();
    assert!(error.contains("a.yaml") && error.contains("duplicate"), "{error}");
    let typo = file(["one", "two"]).replace("read_only", "readonly");
    std::fs::write(dir.join("a.yaml"), typo).unwrap();
    let error = Description::load_dir(&dir).unwrap_err().to_string();
    assert!(error.contains("readonly"), "{error}");
}

fn tempdir(name: &str) -> std::path::PathBuf {
    let dir = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

#[test]
fn files_are_named_after_their_resource() {
    let description = description();
    for resource in &description.resources {
        let file = format!("{}/{}.yaml", env!("CARGO_MANIFEST_DIR"), resource.resource);
        assert!(std::path::Path::new(&file).exists(), "{} is not in {file}", resource.resource);
    }
}

/// The catalog has 300 operations in documents, 64 in public material only, and 14 callbacks. All are here.
#[test]
fn no_catalog_id_is_lost() {
    let description = description();
    let operations = || description.operations().map(|entry| entry.operation);
    let documents: usize = operations().map(|operation| operation.documents.len()).sum();
    let public = operations().filter(|operation| operation.public.is_some()).count();
    let callbacks: usize = description.callbacks.values().map(|callback| callback.catalog_ids().count()).sum();
    assert_eq!(
        (documents, public, callbacks),
        (300, 64, 14),
        "(documents, public, callbacks): an operation that was added from a new source changes one of these: \
         then write the new figure here, in api/README.md and in the comment above. Otherwise an id was lost."
    );
}

#[test]
fn nothing_is_wrong() {
    assert_eq!(description().faults(), Vec::<String>::new());
}

/// Each fault is told with its place. What `cargo xtask generate` refuses is what stands here.
#[test]
fn faults_are_told_with_their_places() {
    let entry = "{title: t, summary: s., documents: [vod.1], methods: [POST], path: /openapi/a/b, path_source: public, \
        path_evidence: e, read_only: true, params: {page: {type: int, desc: d.}, page_size: {type: int, desc: d.}}, \
        paging: {style: page_size, list: rows}, \
        response: {type: object, fields: {rows: {type: array, items: {type: int}}, n: {type: int, enum: {1: a}}}}}";
    let dir = tempdir("faults");
    let faults = |entries: &str| {
        std::fs::write(dir.join("a.yaml"), format!("resource: a\ntitle: t\nsummary: s.\noperations:\n{entries}"))
            .unwrap();
        Description::load_dir(&dir).unwrap().faults().join("; ")
    };
    assert_eq!(faults(&format!("  one: {entry}\n")), "");
    for (right, wrong, told) in [
        ("list: rows", "list: row", "a.one: paging.list names \"row\", which the response does not have"),
        ("list: rows", "list: n", "a.one: paging.list \"n\" is not an array"),
        ("list: rows", "list: rows, total: rows", "a.one: paging.total \"rows\" is not an int of the response"),
        ("{type: array,", "{type: array, optional: true,", "a.one: paging.list \"rows\" may be missing"),
        ("page_size: {", "size: {", "a.one: paging needs the parameter page_size"),
        (
            "page: {",
            "page no: {",
            "a.one: the parameter \"page no\" is no identifier (letters, digits, _ and -, a letter first)",
        ),
        (
            "path_source: public",
            "path_source: inferred",
            "a.one: the path is inferred: 3 to 8 candidates are wanted, not 0",
        ),
        ("/openapi/a/b", "openapi/a/b", "a.one: the path \"openapi/a/b\" does not begin with /"),
        ("{1: a}", "{0: a, -1: b}", "a.one: response.n lists 0 and -1: no value is left that says that it is missing"),
        ("params: {", "any_of: [[x]], params: {", "a.one: any_of names x, which does not exist"),
    ] {
        let all = faults(&format!("  one: {}\n", entry.replacen(right, wrong, 1)));
        assert!(all.split("; ").any(|fault| fault == told), "{all}");
    }
    let twice = faults(&format!("  one: {entry}\n  two: {entry}\n"));
    assert_eq!(twice, "a.one, a.two: the catalog id vod.1 stands more than once");
}

/// A list without a name, or with a value that the named one lacks, is refused: names are never made up.
#[test]
fn lists_of_values_have_names() {
    let description = description();
    let value = |number: i64| baijiayun_api::EnumValue { value: Scalar::Int(number), meaning: "new".into() };
    let name = |scope: &str, method: &str, wire: &str, number: i64| {
        description.listed_values(scope, method, wire, &[value(number)]).map(|(name, _)| name.to_owned())
    };
    assert_eq!(name("live", "anything", "user_role", 1).as_deref(), Ok("Role"));
    assert_eq!(name("room", "anything", "type", 2).as_deref(), Ok("RoomType"), "the most exact place counts");
    assert_eq!(name("room", "list_codes", "type", 1).as_deref(), Ok("CodeKind"));
    let error = name("live", "anything", "user_role", 9).unwrap_err();
    assert!(error.contains("live.anything.user_role lists 9 (new), which Role"), "{error}");
    let error = name("live", "anything", "mood", 1).unwrap_err();
    assert!(error.contains("live.anything.mood") && error.contains("api/listed_values.yaml"), "{error}");
    let mut places = BTreeSet::new();
    for (name, listed) in &description.listed_values {
        for of in &listed.of {
            assert!(places.insert(of), "{of} stands in {name} and in another list");
        }
    }
}

#[test]
fn the_room_comes_first() {
    each_operation(|entry, faults| {
        let position = entry.operation.params.iter().position(|(name, param)| name == "room_id" && param.required);
        if position.is_some_and(|position| position > 0) {
            faults.push("room_id is not the first parameter".into());
        }
    });
}

#[test]
fn ids_inside_an_entry_are_its_own() {
    each_operation(|entry, faults| {
        let operation = entry.operation;
        let own: Vec<&str> = operation.catalog_ids().collect();
        let mut check = |place: &str, id: &str| {
            if !own.contains(&id) {
                faults.push(format!("{place} names {id}, which is not among {own:?}"));
            }
        };
        for (name, param) in &operation.params {
            for id in param.only.iter().chain(&param.required_by) {
                check(name, id);
            }
        }
        for id in operation.notes.iter().flat_map(|note: &Note| &note.documents) {
            check("a note", id);
        }
        for id in operation.examples.iter().flat_map(|example| &example.documents) {
            check("an example", id);
        }
        for id in operation.title_ocr.keys().chain(operation.title_uncertain.keys()) {
            check("a title", id);
        }
        for id in operation.request_examples.keys().chain(operation.form_examples.keys()) {
            check("a request example", id);
        }
    });
}

#[test]
fn ids_inside_a_callback_are_its_own() {
    for (name, callback) in &description().callbacks {
        let own: Vec<&str> = callback.catalog_ids().collect();
        let params = callback.params.values();
        let in_params = params.flat_map(|param| param.only.iter().chain(&param.required_by));
        let in_notes = callback.notes.iter().flat_map(|note| &note.documents);
        for id in in_params.chain(in_notes) {
            assert!(own.contains(&id.as_str()), "{name} names {id}, which is not among {own:?}");
        }
    }
}

#[test]
fn printed_json_is_strict() {
    each_operation(|entry, faults| {
        let operation = entry.operation;
        let success = operation.envelope.success;
        let mut code_of = |place: &str, text: &str| match serde_json::from_str::<Value>(text) {
            Ok(body) => body["code"].as_i64(),
            Err(error) => {
                faults.push(format!("{place} is not JSON: {error}"));
                None
            }
        };
        let good = operation.examples.iter().map(|e| code_of("an example", &e.body));
        let good: Vec<_> = good.collect();
        let bad = operation.failure_examples.iter().map(|e| code_of("a failure example", e));
        let bad: Vec<_> = bad.collect();
        for text in operation.request_examples.values() {
            code_of("a request example", text);
        }
        if good.iter().any(|code| *code != Some(success)) {
            faults.push(format!("an example has not code {success}: {good:?}"));
        }
        if bad.iter().any(|code| code.is_none_or(|code| code == success)) {
            faults.push(format!("a failure example has no code of a failure: {bad:?}"));
        }
    });
    for (name, callback) in &description().callbacks {
        let reply = callback.reply.iter().flat_map(|reply| [&reply.success, &reply.failure]);
        for text in reply.chain(&callback.payload_example) {
            let json = serde_json::from_str::<Value>(text);
            assert!(json.is_ok_and(|json| json.is_object()), "{name}: {text} is no JSON object");
        }
    }
}

/// The other direction does not hold: a printed example lacks a required member.
#[test]
fn a_payload_has_described_members_only() {
    for (name, callback) in &description().callbacks {
        let Some(example) = &callback.payload_example else {
            continue;
        };
        let payload: Value = serde_json::from_str(example).unwrap();
        for common in ["timestamp", "sign"] {
            assert!(payload.get(common).is_some(), "{name}: the payload lacks {common}");
        }
        for member in payload.as_object().unwrap().keys() {
            let known = callback.params.contains_key(member) || ["timestamp", "sign"].contains(&&**member);
            assert!(known, "{name}: {member} is not described");
        }
    }
}

/// A mark is what cannot be missing, or a value that a document lists; no two callbacks share their marks.
#[test]
fn callbacks_are_told_by_what_they_have() {
    let description = description();
    let mut all = BTreeMap::new();
    for (name, callback) in &description.callbacks {
        for marks in &callback.told_by {
            for mark in marks {
                let (member, value) = mark.split_once('=').unzip();
                let param = &callback.params[member.unwrap_or(mark)];
                let is_listed = |value: &str| param.enum_values.iter().any(|listed| listed.value.to_string() == value);
                assert!(value.is_none_or(is_listed), "{name}: no document lists {mark}");
            }
            assert_eq!(all.insert(marks.clone(), name), None, "{name}: {marks:?}");
        }
    }
    assert_eq!(all.len(), 16);
}

/// What is not reckoned with is an id, so that every language keeps it exact and takes it for the same everywhere.
#[test]
fn ids_are_described_as_ids() {
    fn visit(place: &str, name: &str, shape: &Shape, faults: &mut Vec<String>) {
        let is_scalar = matches!(shape.kind, ShapeType::Int | ShapeType::String);
        let is_named_so = ["id", "ids", "number", "fid"].contains(&name)
            || ["_id", "_ids", "user_number"].iter().any(|end| name.ends_with(end));
        if is_scalar && is_named_so && shape.format.is_none() {
            faults.push(format!("{place} is no id"));
        }
        for inner in shape.items.iter().chain(&shape.values) {
            visit(&format!("{place}[]"), name, inner, faults);
        }
        for (name, field) in &shape.fields {
            visit(&format!("{place}.{name}"), name, field, faults);
        }
    }
    each_operation(|entry, faults| {
        visit("response", "", &entry.operation.response, faults);
        let contents = entry.operation.params.iter().filter_map(|(name, param)| Some((name, param.value.as_ref()?)));
        contents.for_each(|(name, content)| visit(name, "", content, faults));
    });
    let mut faults = Vec::new();
    for (callback, described) in &description().callbacks {
        for (name, param) in &described.params {
            if let Some(content) = &param.value {
                visit(&format!("{callback} {name}"), "", content, &mut faults);
            }
        }
    }
    assert!(faults.is_empty(), "{faults:?}");
}

/// A client of another language must be able to decode the mock's answers: they have the JSON types of the
/// printed ones.
#[test]
fn printed_values_have_the_type_that_is_described() {
    each_operation(|entry, faults| {
        let operation = entry.operation;
        for example in &operation.examples {
            let body: Value = serde_json::from_str(&example.body).unwrap();
            let data = match operation.envelope.data {
                DataPlace::Data => &body["data"],
                DataPlace::Top => &body,
            };
            compare("data", &operation.response, data, faults);
        }
        faults.sort();
        faults.dedup();
        // The documents of this one print both.
        faults.retain(|_| entry.full_name() != "user.remove_teacher");
    });
}

fn compare(place: &str, shape: &Shape, value: &Value, faults: &mut Vec<String>) {
    let is_text = match (shape.kind, shape.wire) {
        (_, Some(wire)) => Some(wire == Wire::String),
        (ShapeType::Int | ShapeType::Timestamp, None) => Some(false),
        (ShapeType::String | ShapeType::Date | ShapeType::Datetime, None) => Some(true),
        _ => None,
    };
    match value {
        Value::String(_) | Value::Number(_) if is_text.is_some_and(|text| text != value.is_string()) => {
            faults.push(format!("{place} is printed as {}", if value.is_string() { "a text" } else { "a number" }));
        }
        Value::Array(items) => {
            for (item, shape) in items.iter().flat_map(|item| shape.items.iter().map(move |shape| (item, shape))) {
                compare(&format!("{place}[]"), shape, item, faults);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                if let Some(shape) = shape.fields.get(name).or(shape.values.as_deref()) {
                    compare(&format!("{place}.{name}"), shape, member, faults);
                }
            }
        }
        _ => {}
    }
}

#[test]
fn an_address_is_a_required_parameter() {
    each_operation(|entry, faults| {
        if let Some(name) = &entry.operation.address {
            let param = entry.operation.params.get(name);
            if !param.is_some_and(|param| param.required && param.kind == ParamType::String) {
                faults.push(format!("the address {name} is not a required string parameter"));
            }
        }
    });
}

#[test]
fn an_endpoint_has_one_entry() {
    let description = description();
    let mut paths: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for entry in description.operations() {
        if let Some(path) = &entry.operation.path {
            let endpoint = (entry.operation.host.clone(), path.clone());
            paths.entry(endpoint).or_default().push(entry.full_name());
        }
    }
    paths.retain(|_, names| names.len() > 1);
    assert!(paths.is_empty(), "{paths:#?}");
}

#[test]
fn limits_can_be_kept() {
    each_operation(|entry, faults| {
        for limit in &entry.operation.limits {
            if limit.count == 0 || !(1..=86_400).contains(&limit.seconds) {
                faults.push(format!("{} calls in {} s", limit.count, limit.seconds));
            }
            let per_room = limit.per == baijiayun_api::LimitScope::Room;
            if per_room && !entry.operation.params.contains_key("room_id") {
                faults.push("a limit per room without a room_id".into());
            }
        }
    });
}

#[test]
fn files_need_multipart() {
    each_operation(|entry, faults| {
        let is_file = |param: &Param| param.kind == ParamType::File;
        let has_file = entry.operation.params.values().any(is_file);
        if has_file != entry.operation.multipart {
            faults.push(format!("multipart {} and a file {has_file}", entry.operation.multipart));
        }
    });
}

#[test]
fn values_fit_their_type() {
    each_operation(|entry, faults| {
        for (name, param) in &entry.operation.params {
            if param.min.zip(param.max).is_some_and(|(min, max)| min > max) {
                faults.push(format!("{name}: min is over max"));
            }
            let is_number = param.kind == ParamType::Int;
            for value in param.default.iter().chain(&param.example) {
                if is_number && matches!(value, Scalar::Text(_)) {
                    faults.push(format!("{name}: {value:?} is not an int"));
                }
            }
            let takes_text = matches!(param.kind, ParamType::String | ParamType::List);
            for listed in &param.enum_values {
                if is_number != matches!(listed.value, Scalar::Int(_)) && !takes_text {
                    faults.push(format!("{name}: {:?} is not of its type", listed.value));
                }
            }
            if let Some(shape) = &param.value {
                check_shape(name, shape, faults);
            }
        }
        check_shape("response", &entry.operation.response, faults);
    });
}

/// A remark on a difference must name one.
fn check_shape(place: &str, shape: &Shape, faults: &mut Vec<String>) {
    if shape.table_type == Some(shape.kind) {
        faults.push(format!("{place}: table_type is the type itself"));
    }
    let same = match shape.wire {
        Some(Wire::Int) => matches!(shape.kind, ShapeType::Int | ShapeType::Timestamp),
        Some(Wire::String) => shape.kind == ShapeType::String,
        None => false,
    };
    if same {
        faults.push(format!("{place}: wire is the type itself"));
    }
    for child in shape.items.iter().chain(&shape.values) {
        check_shape(&format!("{place}[]"), child, faults);
    }
    for (name, field) in &shape.fields {
        check_shape(&format!("{place}.{name}"), field, faults);
    }
}

#[test]
fn the_documents_say_when_a_callback_is_posted_again() {
    let callbacks = &description().callbacks;
    for (name, callback) in callbacks.iter().filter(|(_, callback)| callback.retry.is_some()) {
        assert_eq!(callback.waits().len(), 2, "{name}: {:?}", callback.retry);
    }
    assert_eq!(callbacks["class_event"].waits(), [1, 3]);
    assert_eq!(callbacks["transcode_callback"].waits(), [5, 30]);
    assert!(callbacks["playback_generated"].waits().is_empty());
}
