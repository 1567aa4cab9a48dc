//! The shell: bjy.

use super::Asked;
use super::values::{Object, Sample};

pub fn call(asked: &Asked) -> String {
    let mut words = vec!["bjy".to_owned(), "call".to_owned(), format!("{}.{}", asked.resource, asked.call.method)];
    words.extend(asked.required().chain(asked.optional()).map(|(argument, sample)| {
        let value = match sample {
            Sample::File(path) => format!("@{path}"),
            Sample::List(items) if items.iter().all(is_scalar) => items.iter().map(text).collect::<Vec<_>>().join(","),
            sample => text(sample),
        };
        quoted(&format!("{}={value}", argument.wire))
    }));
    if asked.is_list() {
        words.push("--all".to_owned());
    }
    words.join(" ")
}

fn is_scalar(sample: &Sample) -> bool {
    matches!(sample, Sample::Number(_) | Sample::Text(_))
}

fn text(sample: &Sample) -> String {
    match sample {
        Sample::Flag(flag) => i32::from(*flag).to_string(),
        Sample::Number(text) | Sample::Text(text) => text.clone(),
        sample => json(sample).to_string(),
    }
}

/// As JSON.
pub fn json(sample: &Sample) -> serde_json::Value {
    match sample {
        Sample::Flag(flag) => (*flag).into(),
        Sample::Number(number) => serde_json::from_str(number).unwrap_or_else(|_| number.clone().into()),
        Sample::Text(text) => text.clone().into(),
        Sample::File(path) => (*path).into(),
        Sample::List(items) => items.iter().map(json).collect(),
        Sample::Object(Object { members, .. }) => {
            members.iter().map(|(wire, sample)| (wire.clone(), json(sample))).collect()
        }
        Sample::Json(value) => value.clone(),
    }
}

/// A word as the shell has to read it.
fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "._-=,:/@+".contains(letter);
    if word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}
