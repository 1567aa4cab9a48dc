//! The texts that values are signed and sent as.

use std::borrow::Cow;

use crate::civil;
use crate::decimal::Decimal;
use crate::error::FaultKind;
use crate::json;
use crate::operation::{JsonKind, Param, ParamKind};
use crate::value::Value;

/// What is wrong with a value.
pub(super) type Refusal = (FaultKind, String);

fn wrong(message: impl Into<String>) -> Refusal {
    (FaultKind::WrongType, message.into())
}

fn expected(what: &str, value: &Value) -> Refusal {
    wrong(format!("must be {what}, not {}", value.kind()))
}

/// The text that a described value is signed and sent as.
pub(super) fn encode<'v>(param: &Param, value: &'v Value) -> Result<Cow<'v, str>, Refusal> {
    use ParamKind::{Date, DateOrZero, DateTime, Flag, Float, Int, Json, List, Text, Timestamp};
    match (param.kind, value) {
        (Int | Flag | Text | Timestamp | Date | DateOrZero | DateTime, Value::Text(text)) => encode_text(param, text),
        (Int | Flag | Text | Timestamp | Date | DateOrZero | DateTime, Value::Int(number)) => {
            encode_text(param, &number.to_string()).map(|text| Cow::Owned(text.into_owned()))
        }
        (Timestamp | Date | DateOrZero | DateTime, Value::Decimal(number)) => time(param.kind, number),
        (Flag, Value::Bool(flag)) => Ok(Cow::Borrowed(digit(*flag))),
        (Int | Flag, _) => Err(expected("a whole number", value)),
        (Text, _) => Err(expected("a text", value)),
        (Timestamp | Date | DateOrZero | DateTime, _) => Err(wrong(A_TIME)),
        (Float(decimals), _) => float(param, value, decimals).map(Cow::Owned),
        (List { ints, separator }, _) => list(param, value, ints, separator),
        (Json(kind), _) => json_text(param, value, kind),
        (ParamKind::File, _) => Err(expected("a file", value)),
    }
}

/// What a time may be given as, whatever the service wants.
const A_TIME: &str = "must be a time: unix seconds, YYYY-MM-DD or YYYY-MM-DD HH:MM:SS in Beijing (UTC+8), or ISO 8601 with \
     an offset";

/// As [`encode`], of a text, for the kinds of which most are sent as they are given.
pub(super) fn encode_text<'v>(param: &Param, text: &'v str) -> Result<Cow<'v, str>, Refusal> {
    use ParamKind::{Date, DateOrZero, DateTime, Flag, Int, Timestamp};
    match param.kind {
        Int | Flag => drop(whole(param, text)?),
        Timestamp | Date | DateOrZero | DateTime => return time(param.kind, text),
        _ => within_length(param, text)?,
    }
    Ok(Cow::Borrowed(text))
}

/// A text that is a number keeps its own digits: leading zeros may matter.
fn whole(param: &Param, text: &str) -> Result<i64, Refusal> {
    let number = match text.parse::<i64>() {
        Ok(number) if !text.starts_with('+') => number,
        _ => return Err(wrong("must be a whole number of at most 64 bits")),
    };
    if number < param.min || number > param.max {
        return Err((FaultKind::OutOfRange, range(param)));
    }
    Ok(number)
}

fn digit(flag: bool) -> &'static str {
    if flag { "1" } else { "0" }
}

fn range(param: &Param) -> String {
    match (param.min, param.max) {
        (i64::MIN, max) => format!("must be at most {max}"),
        (min, i64::MAX) => format!("must be at least {min}"),
        (min, max) => format!("must be from {min} to {max}"),
    }
}

/// Unix milliseconds of any day after 1973 are larger than this; seconds reach it in 5138.
const FIRST_MILLISECOND: i64 = 100_000_000_000;

/// Where a day or a moment is wanted, a number below this is none: it would be one before March 1973.
const FIRST_SECOND: i64 = 100_000_000;

/// A time as the service wants it of this parameter, from any form that it may be given in.
fn time<'v>(kind: ParamKind, text: &'v str) -> Result<Cow<'v, str>, Refusal> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let is_number =
        !decimals.is_empty() && decimals.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('+');
    let (unix, is_text) = match (civil::read(text), whole.parse::<i64>()) {
        (Some(unix), _) => (unix, true),
        (None, Ok(unix)) if is_number => (unix, false),
        _ => return Err(wrong(A_TIME)),
    };
    match unix {
        _ if kind == ParamKind::DateOrZero && text == "0" => return Ok(Cow::Borrowed(text)),
        ..0 => return Err((FaultKind::OutOfRange, "must be a time after 1970".to_owned())),
        FIRST_MILLISECOND.. if !is_text => {
            return Err((FaultKind::OutOfRange, "must be unix seconds, not milliseconds".to_owned()));
        }
        _ if whole.len() == 8 && civil::read(&dashed(whole)).is_some() => {
            return Err(wrong("looks like a day: write it with dashes, YYYY-MM-DD"));
        }
        // A 1 in place of a day is no second of 1970.
        ..FIRST_SECOND if !is_text && kind != ParamKind::Timestamp => return Err(wrong(A_TIME)),
        _ => {}
    }
    let written = match kind {
        ParamKind::Timestamp if is_text || whole.len() < text.len() => unix.to_string(),
        ParamKind::DateTime => civil::moment(unix),
        ParamKind::Date | ParamKind::DateOrZero => civil::day(unix),
        _ => return Ok(Cow::Borrowed(text)),
    };
    // What was written as it is wanted is not written again.
    Ok(if written == text { Cow::Borrowed(text) } else { Cow::Owned(written) })
}

/// `20170801` as `2017-08-01`.
fn dashed(digits: &str) -> String {
    let part = |from, to| digits.get(from..to).unwrap_or_default();
    [part(0, 4), "-", part(4, 6), "-", part(6, 8)].concat()
}

fn float(param: &Param, value: &Value, decimals: Option<u8>) -> Result<String, Refusal> {
    let text = match value {
        Value::Int(number) => &number.to_string(),
        Value::Decimal(text) | Value::Text(text) => text,
        _ => return Err(expected("a decimal number", value)),
    };
    let number = Decimal::read(text).ok_or_else(|| wrong("must be a decimal number"))?;
    if number.compare(param.min).is_lt() || number.compare(param.max).is_gt() {
        return Err((FaultKind::OutOfRange, range(param)));
    }
    match decimals {
        None => Ok(number.text()),
        Some(decimals) => number
            .with_decimals(usize::from(decimals))
            .ok_or_else(|| (FaultKind::OutOfRange, format!("must have at most {decimals} decimals"))),
    }
}

fn within_length(param: &Param, text: &str) -> Result<(), Refusal> {
    let most = param.most as usize;
    if most > 0 && text.len() > most {
        let length = text.chars().count();
        if length > most {
            return Err((FaultKind::OutOfRange, format!("has {length} characters, at most {most} are allowed")));
        }
    }
    Ok(())
}

fn list<'v>(param: &Param, value: &'v Value, ints: bool, separator: char) -> Result<Cow<'v, str>, Refusal> {
    let text = match value {
        // Joined already: most documents type such a parameter string, so it is taken as it is.
        Value::Text(text) => Cow::Borrowed(text.as_str()),
        Value::Int(number) => Cow::Owned(number.to_string()),
        Value::List(items) => {
            let mut joined = String::new();
            for (index, item) in items.iter().enumerate() {
                let text = match item {
                    Value::Int(number) => number.to_string(),
                    Value::Text(text) if text.contains(separator) => {
                        return Err(wrong(format!("has an element that holds the separator \"{separator}\"")));
                    }
                    Value::Text(text) => text.clone(),
                    _ => return Err(expected("a list of texts or numbers", item)),
                };
                if ints && text.parse::<i64>().is_err() {
                    return Err(wrong("must be a list of whole numbers"));
                }
                if index > 0 {
                    joined.push(separator);
                }
                joined.push_str(&text);
            }
            Cow::Owned(joined)
        }
        _ => {
            return Err(match null_in(value) {
                Some(nth) => wrong(format!("[{nth}] is null")),
                None => expected("a list", value),
            });
        }
    };
    at_most(param, if text.is_empty() { 0 } else { text.split(separator).count() })?;
    Ok(text)
}

/// Which element of a flat list is null, if one is. (A list that holds more than scalars is one of JSON.)
pub(super) fn null_in(value: &Value) -> Option<usize> {
    let Value::Json(text) = value else { return None };
    let items = json::items(text).ok().filter(|_| text.starts_with('['))?;
    let is_flat = !items.iter().any(|item| item.starts_with(['[', '{']));
    items.iter().position(|item| *item == "null").filter(|_| is_flat)
}

fn at_most(param: &Param, count: usize) -> Result<(), Refusal> {
    let most = param.most as usize;
    if most > 0 && count > most {
        return Err((FaultKind::OutOfRange, format!("has {count} elements, at most {most} are allowed")));
    }
    Ok(())
}

fn json_text<'v>(param: &Param, value: &'v Value, kind: JsonKind) -> Result<Cow<'v, str>, Refusal> {
    let text = match value {
        Value::Json(text) | Value::Text(text) => Cow::Borrowed(text.as_str()),
        Value::List(_) => Cow::Owned(plain_json(value).ok_or_else(|| expected("JSON", value))?),
        _ => return Err(expected("JSON", value)),
    };
    // The document of one operation says to send an empty string for "none".
    if text.is_empty() {
        return Ok(text);
    }
    let outline = json::outline(text.as_bytes()).map_err(|error| wrong(format!("is not JSON: {error}")))?;
    match (kind, outline) {
        (JsonKind::Any, _) | (JsonKind::Object, json::Outline::Object) => {}
        (JsonKind::Array, json::Outline::Array(count)) => at_most(param, count)?,
        (JsonKind::Array, _) => return Err(wrong("must be a JSON array")),
        (JsonKind::Object, _) => return Err(wrong("must be a JSON object")),
    }
    Ok(text)
}

fn plain_json(value: &Value) -> Option<String> {
    match value {
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Int(number) => Some(number.to_string()),
        Value::Decimal(number) => Decimal::read(number).map(Decimal::text),
        Value::Text(text) => Some(json::quoted(text)),
        Value::Json(text) => Some(text.clone()),
        Value::List(items) => {
            let items: Option<Vec<String>> = items.iter().map(plain_json).collect();
            items.map(|items| format!("[{}]", items.join(",")))
        }
        Value::File(_) => None,
    }
}

pub(super) fn plain_text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Bool(flag) => Some(Cow::Borrowed(digit(*flag))),
        Value::Int(number) => Some(Cow::Owned(number.to_string())),
        Value::Decimal(number) => Decimal::read(number).map(|number| Cow::Owned(number.text())),
        Value::Text(text) | Value::Json(text) => Some(Cow::Borrowed(text)),
        Value::List(items) => {
            let items: Option<Vec<Cow<'_, str>>> = items.iter().map(plain_text).collect();
            items.map(|items| Cow::Owned(items.join(",")))
        }
        Value::File(_) => None,
    }
}
