//! Arguments as a tool's schema wants them: what is wrong is said with the name of the argument, in words of JSON.

use rmcp::model::JsonObject;
use serde_json::Value;

/// What is wrong with the arguments of a tool. As much of JSON's schemas is known as the tools use.
pub(super) fn check(schema: &JsonObject, arguments: &JsonObject) -> Result<(), String> {
    let known = schema.get("properties").and_then(Value::as_object);
    let names = || known.into_iter().flat_map(JsonObject::keys).cloned().collect::<Vec<_>>().join(", ");
    let mut required = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    for (name, value) in arguments {
        let wanted = known.and_then(|known| known.get(name)?.as_object());
        let wanted = wanted.ok_or_else(|| format!("{name} is no argument; there are {}", names()))?;
        // Null is what some clients send for an argument that is left out.
        if !value.is_null() {
            fits(wanted, value).map_err(|why| format!("{name} {why}"))?;
        }
    }
    match required.find(|name| arguments.get(*name).is_none_or(Value::is_null)) {
        Some(name) => Err(format!("{name} is missing")),
        None => Ok(()),
    }
}

fn fits(wanted: &JsonObject, value: &Value) -> Result<(), String> {
    let number = |name: &str| wanted.get(name).and_then(Value::as_i64);
    match (wanted.get("type").and_then(Value::as_str), value) {
        (Some("string"), Value::String(text)) => {
            match number("maxLength").and_then(|most| usize::try_from(most).ok()) {
                Some(most) if text.chars().count() > most => Err(format!("must have at most {most} characters")),
                _ => Ok(()),
            }
        }
        (Some("object"), Value::Object(_)) => Ok(()),
        (Some("integer"), Value::Number(given)) => {
            let (least, most) = (number("minimum").unwrap_or(i64::MIN), number("maximum").unwrap_or(i64::MAX));
            match given.as_i64() {
                Some(given) if (least..=most).contains(&given) => Ok(()),
                _ if most == i64::MAX => Err(format!("must be a whole number from {least} on, not {given}")),
                _ => Err(format!("must be a whole number from {least} to {most}, not {given}")),
            }
        }
        (kind, value) => Err(format!("must be {}, not {}", of(kind.unwrap_or_default()), what(value))),
    }
}

fn of(kind: &str) -> &'static str {
    match kind {
        "string" => "a text",
        "integer" => "a whole number",
        _ => "an object",
    }
}

fn what(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::check;

    #[test]
    fn what_is_wrong_is_named() {
        let schema = json!({
            "required": ["query"],
            "properties": {
                "query": {"type": "string", "maxLength": 3},
                "limit": {"type": "integer", "minimum": 1},
                "status": {"type": "integer", "minimum": 100, "maximum": 599},
                "params": {"type": "object"},
            },
        });
        let checked = |arguments: Value| match (&schema, arguments) {
            (Value::Object(schema), Value::Object(arguments)) => check(schema, &arguments),
            _ => panic!("no objects"),
        };
        assert_eq!(checked(json!({"query": "考勤表", "limit": 1, "status": 599, "params": {"a": []}})), Ok(()));
        assert_eq!(checked(json!({"query": "a", "limit": null})), Ok(()));
        for (arguments, why) in [
            (json!({}), "query is missing"),
            (json!({"query": null}), "query is missing"),
            (json!({"quer": "a"}), "quer is no argument; there are query, limit, status, params"),
            (json!({"query": 1}), "query must be a text, not a number"),
            (json!({"query": "abcd"}), "query must have at most 3 characters"),
            (json!({"query": "a", "limit": 0}), "limit must be a whole number from 1 on, not 0"),
            (json!({"query": "a", "limit": 1.5}), "limit must be a whole number from 1 on, not 1.5"),
            (json!({"query": "a", "limit": "1"}), "limit must be a whole number, not a text"),
            (json!({"query": "a", "status": 600}), "status must be a whole number from 100 to 599, not 600"),
            (json!({"query": "a", "params": [1]}), "params must be an object, not a list"),
            (json!({"query": "a", "words": ""}), "words is no argument; there are query, limit, status, params"),
        ] {
            assert_eq!(checked(arguments), Err(why.to_owned()));
        }
    }
}
