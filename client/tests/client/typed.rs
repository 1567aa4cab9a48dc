//! Every printed answer of the documents, and its variants as PHP writes
//! them, goes into the typed model of its operation.

use baijiayun::Error;
use baijiayun::core::coerce::{Options, straighten};
use baijiayun::core::operation::Shape;
use baijiayun::core::{Answer, Operation, answer, operation};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

#[rustfmt::skip]
#[path = "generated/typed.rs"]
mod generated;

fn reencode<T: DeserializeOwned + Serialize + Default>(operation: &Operation, answer: &Answer) -> Result<Json, Error> {
    Ok(serde_json::to_value(answer.decode::<T>(operation)?).expect("typed data have a JSON form"))
}

/// Everything of `straight` that its shape describes must be in `typed`, with the same value.
fn missing(shape: &Shape, straight: &Json, typed: &Json, path: &str) -> Option<String> {
    match (shape, straight, typed) {
        // What an operation without data answers all the same is not in its type.
        (Shape::Null, ..) | (Shape::Any, Json::Null, _) => None,
        (Shape::Object(fields), Json::Object(members), Json::Object(typed)) if !fields.is_empty() => {
            fields.iter().find_map(|field| {
                let value = members.get(field.name)?;
                let path = format!("{path}.{}", field.name);
                match typed.get(field.name) {
                    Some(typed) => missing(&field.shape, value, typed, &path),
                    None => Some(path),
                }
            })
        }
        (Shape::Array(item), Json::Array(items), Json::Array(typed)) if items.len() == typed.len() => {
            items.iter().zip(typed).find_map(|(value, typed)| missing(item, value, typed, &format!("{path}[]")))
        }
        (Shape::Map(item), Json::Object(members), Json::Object(typed)) => members.iter().find_map(|(name, value)| {
            let path = format!("{path}.{name}");
            typed.get(name).map_or(Some(path.clone()), |typed| missing(item, value, typed, &path))
        }),
        (Shape::Float, Json::Number(left), Json::Number(right)) if left.as_f64() == right.as_f64() => None,
        (_, left, right) if left == right => None,
        (_, left, right) => Some(format!("{path}: {left} became {right}")),
    }
}

#[test]
fn every_answer_fits_its_type_and_loses_nothing() {
    let path = format!("{}/../tests/vectors/answers.json", env!("CARGO_MANIFEST_DIR"));
    let vectors: Vec<Json> = serde_json::from_slice(&std::fs::read(path).expect("vectors")).expect("JSON");
    let mut seen = std::collections::BTreeSet::new();
    let mut decoded = 0;
    for vector in vectors.iter().filter(|vector| vector.get("data").is_some()) {
        let name = vector["name"].as_str().expect("name");
        let operation = operation::find(vector["operation"].as_str().expect("operation")).expect("known");
        let body = vector["body"].as_str().expect("body").as_bytes();
        let answer = answer::parse_with(operation, 200, body, Options { set_aside: true, ..Options::default() })
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let typed = generated::decode(operation, &answer).unwrap_or_else(|error| panic!("{name}: {error}"));
        let straight: Json = serde_json::from_slice(&answer.data).expect("canonical JSON");
        if straight != Json::Null {
            assert_eq!(missing(&operation.shape, &straight, &typed, "data"), None, "{name}");
        }
        // What the type writes is straight.
        let again = typed.to_string();
        let (_, departures) = straighten(&operation.shape, again.as_bytes(), Options::default()).expect("JSON");
        assert_eq!(departures, [], "{name}");
        seen.insert(operation.name.clone());
        decoded += 1;
    }
    assert_eq!(seen.len(), operation::all().len(), "every operation has an answer");
    assert!(decoded > 1000);
}
