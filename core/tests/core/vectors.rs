//! The shared vectors in `tests/vectors`, which an independent reference made.

use baijiayun_core::coerce::Options;
use baijiayun_core::operation::Method;
use baijiayun_core::{
    Account, Body, File, Params, PartContent, PartnerKey, Request, Value, answer, form, operation, request, sign,
};
use serde_json::Value as Json;

pub(crate) fn vectors(name: &str) -> Vec<Json> {
    let path = format!("{}/../tests/vectors/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let vectors: Vec<Json> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    assert!(vectors.len() > 10, "{name} has vectors");
    vectors
}

pub(crate) fn text<'a>(json: &'a Json, name: &str) -> &'a str {
    json[name].as_str().unwrap_or_else(|| panic!("{name} in {json}"))
}

#[test]
fn signatures_are_those_of_the_reference() {
    for vector in vectors("signing") {
        let params = vector["params"].as_object().unwrap();
        let pairs: Vec<(&str, &str)> =
            params.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
        let key = PartnerKey::new(text(&vector, "key"));
        assert_eq!(sign::canonical(pairs.iter().copied()), text(&vector, "canonical"), "{}", vector["name"]);
        assert_eq!(key.signature(&sign::canonical(pairs.iter().copied())), text(&vector, "sign"), "{}", vector["name"]);
        assert!(key.verify(pairs.iter().copied(), text(&vector, "sign")));
        assert!(!key.verify(pairs, "0123456789abcdef0123456789abcdef"));
    }
}

/// The parameters of a vector, in which a file is `{"file": {"name", "size"}}`.
fn params(operation: &operation::Operation, vector: &Json) -> Params {
    let mut plain = vector["params"].as_object().unwrap().clone();
    let mut files = Vec::new();
    plain.retain(|name, value| match value.get("file") {
        Some(file) => {
            let size = file["size"].as_u64().unwrap() as usize;
            files.push((name.clone(), File::bytes(text(file, "name"), vec![b'x'; size])));
            false
        }
        None => true,
    });
    let mut params = Params::from_json(operation, &Json::Object(plain).to_string()).unwrap();
    for (name, file) in files {
        params.set(name, file);
    }
    params
}

fn account(vector: &Json) -> Account {
    let account = &vector["account"];
    Account::new(text(account, "domain"), text(account, "partner_id"), text(account, "partner_key")).unwrap()
}

type Pairs = Vec<(String, String)>;

/// All pairs that a request sends, sorted, and its files.
fn sent(request: &Request) -> (Pairs, Vec<(String, String, u64)>, &'static str) {
    let decode = |form: &str| -> Pairs {
        form::decode(form.as_bytes())
            .unwrap()
            .into_iter()
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect()
    };
    let (mut pairs, files, encoding) = match &request.body {
        Body::Empty => (decode(request.url.split_once('?').unwrap().1), Vec::new(), "query"),
        Body::Form(form) => (decode(form), Vec::new(), "form"),
        Body::Multipart(parts) => {
            let (mut pairs, mut files) = (Vec::new(), Vec::new());
            for part in parts {
                match &part.content {
                    PartContent::Text(text) => pairs.push((part.name.to_string(), text.clone())),
                    PartContent::File(file) => {
                        files.push((part.name.to_string(), file.name.clone(), file.size.unwrap()))
                    }
                }
            }
            (pairs, files, "multipart")
        }
        Body::Chunk(file) => panic!("no vector sends a chunk: {file:?}"),
    };
    pairs.sort();
    (pairs, files, encoding)
}

#[test]
fn requests_are_those_of_the_reference() {
    for vector in vectors("requests") {
        let name = &vector["name"];
        let operation = operation::find(text(&vector, "operation")).unwrap();
        let params = params(operation, &vector);
        let timestamp = vector["timestamp"].as_i64().unwrap();
        let request = request::build(&account(&vector), operation, &params, timestamp)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let expected = &vector["expect"];
        let (pairs, mut files, encoding) = sent(&request);
        files.sort();
        assert_eq!(request.method.as_str(), text(expected, "method"), "{name}");
        let url = if request.method == Method::Get { request.url.split('?').next().unwrap() } else { &request.url };
        assert_eq!(url, text(expected, "url"), "{name}");
        assert_eq!(encoding, text(expected, "encoding"), "{name}");
        let expected_pairs: Pairs = serde_json::from_value(expected["pairs"].clone()).unwrap();
        assert_eq!(pairs, expected_pairs, "{name}");
        let mut expected_files: Vec<(String, String, u64)> = expected["files"]
            .as_array()
            .unwrap()
            .iter()
            .map(|file| (text(file, "name").to_owned(), text(file, "file").to_owned(), file["size"].as_u64().unwrap()))
            .collect();
        expected_files.sort();
        assert_eq!(files, expected_files, "{name}");
    }
}

/// What is built can be read back, and built again to the same bytes.
#[test]
fn every_request_round_trips() {
    for vector in vectors("requests") {
        let operation = operation::find(text(&vector, "operation")).unwrap();
        if !operation.signed {
            continue;
        }
        let params = params(operation, &vector);
        let timestamp = vector["timestamp"].as_i64().unwrap();
        let first = request::build(&account(&vector), operation, &params, timestamp).unwrap();
        let (pairs, _, _) = sent(&first);
        let received = request::receive(operation, pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
            .unwrap_or_else(|error| panic!("{}: {error}", vector["name"]));
        assert_eq!(received.timestamp.as_deref(), Some(timestamp.to_string().as_str()));
        assert_eq!(received.partner_id.as_deref(), Some("12345678"));
        assert!(received.sign.is_some());
        assert_eq!(received.params.extra().count(), 0);
        let mut again = received.params;
        for (name, value) in params.iter() {
            if let Value::File(file) = value {
                again.set(name.to_owned(), file.clone());
            }
        }
        let second = request::build(&account(&vector), operation, &again, timestamp).unwrap();
        assert_eq!(sent(&second), sent(&first), "{}", vector["name"]);
    }
}

/// Equal as JSON, with numbers compared by value.
fn same(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => left == right || left.as_f64() == right.as_f64(),
        (Json::Array(left), Json::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Json::Object(left), Json::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, value)| right.get(name).is_some_and(|other| same(value, other)))
        }
        _ => left == right,
    }
}

#[test]
fn answers_are_straightened_like_the_reference_does() {
    let mut failures = Vec::new();
    for vector in vectors("answers") {
        let name = &vector["name"];
        let operation = operation::find(text(&vector, "operation")).unwrap();
        let status = vector["status"].as_u64().unwrap() as u16;
        let result = answer::parse(operation, status, text(&vector, "body").as_bytes());
        match (result, vector.get("data"), vector.get("error")) {
            (Ok(answer), Some(expected), _) => {
                let data: Json = serde_json::from_slice(&answer.data).unwrap_or_else(|error| panic!("{name}: {error}"));
                if !same(&data, expected) {
                    failures.push(format!("{name}:\n got {data}\n not {expected}"));
                }
                let typed = Options { set_aside: true, ..Options::default() };
                let fitting = answer::parse_with(operation, status, text(&vector, "body").as_bytes(), typed).unwrap();
                let data: Json =
                    serde_json::from_slice(&fitting.data).unwrap_or_else(|error| panic!("{name}: {error}"));
                let expected = vector.get("typed").unwrap_or(expected);
                if !same(&data, expected) {
                    failures.push(format!("{name}, typed:\n got {data}\n not {expected}"));
                }
                let expected: Vec<&str> =
                    vector["departures"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
                for departures in [&answer.departures, &fitting.departures] {
                    let mut paths: Vec<&str> = departures.iter().map(|departure| departure.path.as_str()).collect();
                    paths.sort_unstable();
                    if paths != expected {
                        failures.push(format!("{name}: departures {paths:?}, not {expected:?}"));
                    }
                }
            }
            (Err(error), _, Some(expected)) => {
                assert_eq!(error.kind().as_str(), text(expected, "kind"), "{name}: {error}");
                assert_eq!(error.code(), expected.get("code").and_then(Json::as_i64), "{name}");
                if let Some(msg) = expected.get("msg").and_then(Json::as_str) {
                    assert_eq!(error.message(), msg, "{name}");
                }
                assert_eq!(error.body(), text(&vector, "body").as_bytes());
            }
            (result, ..) => failures.push(format!("{name}: {result:?}")),
        }
    }
    assert!(
        failures.is_empty(),
        "{} failures, first:\n{}",
        failures.len(),
        failures.iter().take(5).cloned().collect::<Vec<_>>().join("\n")
    );
}

/// What is not quite JSON, or no decoder takes, arrives, and is told. The data are those of a typed decoder.
#[test]
fn unruly_answers_arrive_and_are_told() {
    for vector in vectors("unruly") {
        let name = &vector["name"];
        let body = match vector["body_hex"].as_str() {
            Some(hex) => hex
                .as_bytes()
                .chunks(2)
                .map(|digits| u8::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap())
                .collect(),
            None => text(&vector, "body").as_bytes().to_vec(),
        };
        let operation = operation::find(text(&vector, "operation")).unwrap();
        let typed = Options { set_aside: true, ..Options::default() };
        let answer = answer::parse_with(operation, 200, &body, typed).unwrap_or_else(|error| panic!("{name}: {error}"));
        let data: Json = serde_json::from_slice(&answer.data).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(same(&data, &vector["data"]), "{name}: {data}");
        let mut paths: Vec<&str> = answer.departures.iter().map(|departure| departure.path.as_str()).collect();
        paths.sort_unstable();
        let expected: Vec<&str> = vector["departures"].as_array().unwrap().iter().filter_map(Json::as_str).collect();
        assert_eq!(paths, expected, "{name}");
        // As plain JSON it can be read as well.
        let answer = answer::parse(operation, 200, &body).unwrap();
        serde_json::from_slice::<Json>(&answer.data).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

/// What is required is in every printed example, however PHP writes it.
#[test]
fn no_printed_example_lacks_a_required_member() {
    let lacking = ["null for", "last member", "containers empty", "failure", "made up"];
    let mut examples = 0;
    for vector in vectors("answers").iter().filter(|vector| vector.get("data").is_some()) {
        let (_, what) = text(vector, "name").split_once(": ").unwrap();
        if !what.starts_with("example") || lacking.iter().any(|word| what.contains(word)) {
            continue;
        }
        let operation = operation::find(text(vector, "operation")).unwrap();
        let answer = answer::parse(operation, 200, text(vector, "body").as_bytes()).unwrap();
        assert_eq!(answer.departures, [], "{}", vector["name"]);
        examples += 1;
    }
    assert!(examples > 900, "{examples}");
}

/// Straightening what is straight changes nothing, with ids as text too.
#[test]
fn straightening_is_idempotent() {
    for vector in vectors("answers").iter().filter(|vector| vector.get("data").is_some()) {
        let operation = operation::find(text(vector, "operation")).unwrap();
        let first = answer::parse(operation, 200, text(vector, "body").as_bytes()).unwrap();
        let (second, departures) =
            baijiayun_core::coerce::straighten(&operation.shape, &first.data, Options::default()).unwrap();
        assert_eq!(String::from_utf8(second), String::from_utf8(first.data.clone()), "{}", vector["name"]);
        // What stood around an answer is no part of its data, nor is a list that is missing.
        let of_data = first
            .departures
            .iter()
            .filter(|departure| departure.expected != "nothing but the answer" && !departure.path.is_empty());
        // A null that was told was left out: it is missing then.
        let paths = departures.iter().map(|departure| &departure.path).filter(|path| !path.is_empty());
        let (mut paths, mut of_data): (Vec<_>, Vec<_>) =
            (paths.collect(), of_data.map(|departure| &departure.path).collect());
        paths.sort_unstable();
        of_data.sort_unstable();
        assert_eq!(paths, of_data, "{}", vector["name"]);
        let with_ids = Options { ids_as_text: true, ..Options::default() };
        let (texts, _) = baijiayun_core::coerce::straighten(&operation.shape, &first.data, with_ids).unwrap();
        let (back, _) = baijiayun_core::coerce::straighten(&operation.shape, &texts, Options::default()).unwrap();
        assert_eq!(String::from_utf8(back), String::from_utf8(first.data), "{}", vector["name"]);
    }
}
