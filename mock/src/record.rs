//! What came and what was answered, as lines of JSON: written, and served again.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::clock;
use crate::http::Reply;
use crate::received::Received;

/// Parameters that differ each time.
const NOT_COMPARED: [&str; 2] = ["timestamp", "partner_id"];

/// The parameters without secrets, nor the key where somebody sends it by another name.
fn params(received: &Received, key: &str) -> BTreeMap<String, String> {
    let shown = received.without_secrets().into_iter();
    shown.map(|(name, value)| (name.to_owned(), hidden(value, key))).collect()
}

fn hidden(text: &str, key: &str) -> String {
    if key.is_empty() { text.to_owned() } else { text.replace(key, "***") }
}

/// An answer without the key. Of JSON only what its texts say is changed: a short key may be part of a name or a number.
fn without_key(body: &str, key: &str) -> String {
    let escaped = Value::from(key).to_string();
    if key.is_empty() || !(body.contains(key) || body.contains(escaped.trim_matches('"'))) {
        return body.to_owned();
    }
    match serde_json::from_str(body) {
        Ok(mut answer) => {
            hide(&mut answer, key);
            answer.to_string()
        }
        Err(_) => body.replace(key, "***"),
    }
}

fn hide(value: &mut Value, key: &str) {
    match value {
        Value::String(text) => *text = hidden(text, key),
        Value::Array(items) => items.iter_mut().for_each(|item| hide(item, key)),
        Value::Object(members) => members.values_mut().for_each(|member| hide(member, key)),
        _ => {}
    }
}

/// A line for a call. Keys and passwords are cut from it, and there is no signature in it.
pub(crate) fn line(at: i64, received: &Received, reply: &Reply, key: &str) -> String {
    let body = without_key(&reply.body, key);
    let mut line = json!({
        "time": clock::datetime(clock::seconds(at)), "operation": received.operation, "path": received.path,
        "params": params(received, key), "status": reply.status, "body": body,
    });
    if reply.cut {
        line["cut"] = true.into();
    }
    line.to_string()
}

/// Answers that were recorded.
#[derive(Debug, Clone, Default)]
pub(crate) struct Replay(Vec<Recorded>);

#[derive(Debug, Clone)]
struct Recorded {
    /// None for a path that is none of the API.
    operation: Option<String>,
    params: BTreeMap<String, String>,
    status: u16,
    body: String,
    cut: bool,
    given: bool,
}

impl Replay {
    pub fn read(text: &str) -> Result<Replay, String> {
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let read = lines.map(|(nth, line)| recorded(line).map_err(|why| format!("line {}: {why}", nth + 1)));
        read.collect::<Result<_, _>>().map(Replay)
    }

    /// The answer to a call: of those that were recorded for these parameters the next one, or else of those for the operation; when
    /// all were given, the last one again. None if it was not recorded.
    pub fn next(&mut self, received: &Received) -> Option<Reply> {
        let params = compared(received.without_secrets().into_iter());
        let same = |recorded: &Recorded| recorded.operation == received.operation && recorded.params == params;
        let there = |recorded: &Recorded| recorded.operation == received.operation;
        let all = &self.0;
        let found = all
            .iter()
            .position(|recorded| !recorded.given && same(recorded))
            .or_else(|| all.iter().position(|recorded| !recorded.given && there(recorded)))
            .or_else(|| all.iter().rposition(same))
            .or_else(|| all.iter().rposition(there))?;
        let recorded = self.0.get_mut(found)?;
        recorded.given = true;
        if recorded.cut {
            return Some(Reply::cut());
        }
        let is_json = recorded.body.starts_with(['{', '[']);
        let body = recorded.body.clone();
        Some(if is_json { Reply::json_text(recorded.status, body) } else { Reply::text(recorded.status, body) })
    }
}

fn compared<'p>(params: impl Iterator<Item = (&'p str, &'p str)>) -> BTreeMap<String, String> {
    let kept = params.filter(|(name, _)| !NOT_COMPARED.contains(name));
    kept.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn recorded(line: &str) -> Result<Recorded, String> {
    let line: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let text = |name: &str| line[name].as_str().ok_or(format!("{name} is missing, or no text"));
    let params = line["params"].as_object().ok_or("params are missing, or no object")?;
    let params = compared(params.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap_or_default())));
    let status = line["status"].as_u64().and_then(|status| u16::try_from(status).ok());
    Ok(Recorded {
        operation: line["operation"].as_str().map(str::to_owned),
        params,
        status: status.filter(|status| (200..600).contains(status)).ok_or("status must be 200 to 599")?,
        body: text("body")?.to_owned(),
        cut: line["cut"] == true,
        given: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_cut_from_texts_and_from_nothing_else() {
        for (body, key, expected) in [
            (r#"{"code":0,"data":{"partner_key":"geheim"}}"#, "geheim", r#"{"code":0,"data":{"partner_key":"***"}}"#),
            (r#"{"code":1,"msg":"no 1"}"#, "1", r#"{"code":1,"msg":"no ***"}"#),
            (r#"{"partner_key":"key","n":[12,"a key"]}"#, "key", r#"{"partner_key":"***","n":[12,"a ***"]}"#),
            (r#"{"msg":"a\"b"}"#, "a\"b", r#"{"msg":"***"}"#),
            ("<html>geheim", "geheim", "<html>***"),
            (r#"{"big":123456789012345678901234567890}"#, "geheim", r#"{"big":123456789012345678901234567890}"#),
            (r#"{"code":0}"#, "", r#"{"code":0}"#),
        ] {
            assert_eq!(without_key(body, key), expected, "{body} {key}");
        }
    }
}
