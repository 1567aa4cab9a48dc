//! The texts that values are signed and sent as.

use std::borrow::Cow;

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
        (Int | Flag | Timestamp | Text | Date | DateOrZero | DateTime, Value::Text(text)) => {
            encode_text(param, text).map(Cow::Borrowed)
        }
        (Int | Flag | Timestamp | Text, Value::Int(number)) => {
            let text = number.to_string();
            encode_text(param, &text)?;
            Ok(Cow::Owned(text))
        }
        (DateOrZero, Value::Int(0)) => Ok(Cow::Borrowed("0")),
        (Flag, Value::Bool(flag)) => Ok(Cow::Borrowed(digit(*flag))),
        (Int | Flag | Timestamp, _) => Err(expected("a whole number", value)),
        (Text, _) => Err(expected("a text", value)),
        (Date, _) => Err(expected(DATE, value)),
        (DateOrZero, _) => Err(expected(DATE_OR_ZERO, value)),
        (DateTime, _) => Err(expected(DATE_TIME, value)),
        (Float(decimals), _) => float(param, value, decimals).map(Cow::Owned),
        (List { ints, separator }, _) => list(param, value, ints, separator),
        (Json(kind), _) => json_text(param, value, kind),
        (ParamKind::File, _) => Err(expected("a file", value)),
    }
}

const DATE: &str = "a day as YYYY-MM-DD";
const DATE_OR_ZERO: &str = "a day as YYYY-MM-DD, or 0";
const DATE_TIME: &str = "a moment as YYYY-MM-DD HH:MM:SS";

/// As [`encode`], of a text, for the kinds that are sent as they are given.
pub(super) fn encode_text<'v>(param: &Param, text: &'v str) -> Result<&'v str, Refusal> {
    match param.kind {
        ParamKind::Int | ParamKind::Flag => drop(whole(param, text)?),
        ParamKind::Timestamp => timestamp(param, text)?,
        ParamKind::Date => dated(text, DATE, b"0000-00-00")?,
        ParamKind::DateOrZero if text == "0" => {}
        ParamKind::DateOrZero => dated(text, DATE_OR_ZERO, b"0000-00-00")?,
        ParamKind::DateTime => dated(text, DATE_TIME, b"0000-00-00 00:00:00")?,
        _ => within_length(param, text)?,
    }
    Ok(text)
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

fn timestamp(param: &Param, text: &str) -> Result<(), Refusal> {
    match whole(param, text)? {
        FIRST_MILLISECOND.. => Err((FaultKind::OutOfRange, "must be unix seconds, not milliseconds".to_owned())),
        ..0 => Err((FaultKind::OutOfRange, "must be unix seconds, not negative".to_owned())),
        _ => Ok(()),
    }
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

/// Checks a text against a pattern in which 0 stands for any digit.
fn dated(text: &str, what: &str, pattern: &[u8]) -> Result<(), Refusal> {
    let fits = text.len() == pattern.len()
        && text
            .bytes()
            .zip(pattern)
            .all(|(byte, sample)| if *sample == b'0' { byte.is_ascii_digit() } else { byte == *sample });
    let number = |from: usize, to: usize| text.get(from..to).and_then(|digits| digits.parse::<u32>().ok()).unwrap_or(0);
    let in_calendar = fits
        && (1..=days(number(0, 4), number(5, 7))).contains(&number(8, 10))
        && number(11, 13) < 24
        && number(14, 16) < 60
        && number(17, 19) < 60;
    if in_calendar { Ok(()) } else { Err(wrong(format!("must be {what}"))) }
}

/// How many days a month has; none if there is no such month.
fn days(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
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
