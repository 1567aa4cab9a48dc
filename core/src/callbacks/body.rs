//! Reading the posted fields: a form or a JSON object, whatever the content type says.

use std::borrow::Cow;

use percent_encoding::percent_decode;

use crate::error::{Error, ErrorKind};
use crate::json::{JsonError, Kind, Scanner, quoted, unescaped};

/// Bodies of more bytes than this are refused.
pub const MAX_BYTES: usize = 4 << 20;

/// Bodies of more fields than this are refused.
pub const MAX_FIELDS: usize = 256;

/// One posted field.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Posted {
    pub(super) name: String,
    /// The value as a text.
    pub(super) text: String,
    /// The bytes that are signed, where they are no UTF-8 and so not those of the text.
    pub(super) bytes: Option<Vec<u8>>,
    pub(super) written: Written,
}

/// How a value stands in the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// As a text.
    Text,
    /// In a JSON body, without quotes: the text is JSON.
    Bare,
    /// As `null`, `true` or `false` in a JSON body. PHP signs what it casts them to.
    Literal(&'static str),
}

impl Posted {
    /// The value as it is signed.
    pub(super) fn signed(&self) -> &[u8] {
        self.bytes.as_deref().unwrap_or(self.text.as_bytes())
    }
}

/// How a body was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Form,
    Json,
}

/// Reads the fields of a body. The body itself tells a form from JSON: one
/// document prints a JSON post whose content type is broken.
pub(super) fn read(body: &[u8], content_type: &str) -> Result<(Encoding, Vec<Posted>), Error> {
    if body.len() > MAX_BYTES {
        return Err(malformed(format!("the callback has {} bytes, at most {MAX_BYTES} are read", body.len()))
            .with_hint("the service posts less; refuse larger bodies before you read them"));
    }
    if let Some(reason) = not_raw(body) {
        return Err(malformed(reason));
    }
    if media_type(content_type).starts_with("multipart/") {
        return Err(malformed(format!("the service posts forms and JSON, not {}", media_type(content_type))));
    }
    let is_json = first(body) == Some(b'{');
    let (encoding, fields) = if is_json {
        (Encoding::Json, json(body).map_err(|error| malformed(format!("the body is no JSON object: {error}")))?)
    } else {
        (Encoding::Form, form(body)?)
    };
    if fields.len() > MAX_FIELDS {
        return Err(malformed(format!("the body has more than {MAX_FIELDS} fields")));
    }
    for (index, field) in fields.iter().enumerate() {
        if field.name.contains(['&', '=']) {
            return Err(malformed("the name of a field holds & or =, which could forge other fields"));
        }
        if fields.iter().take(index).any(|other| other.name == field.name) {
            let name: String = field.name.chars().take(64).collect();
            return Err(malformed(format!("the field {} is posted twice", quoted(&name))));
        }
    }
    Ok((encoding, fields))
}

/// The media type in lower case, without its parameters.
pub(super) fn media_type(content_type: &str) -> String {
    let end = content_type.find(';').unwrap_or(content_type.len());
    content_type.get(..end).unwrap_or_default().trim().chars().take(64).collect::<String>().to_ascii_lowercase()
}

pub(super) fn malformed(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::CallbackMalformed, "").with_message(message)
}

/// Why a body is not what came over the wire.
fn not_raw(body: &[u8]) -> Option<&'static str> {
    let begin = body.trim_ascii_start();
    let begins = |with: &str| begin.starts_with(with.as_bytes());
    if begin.is_empty() {
        return Some("the body is empty: something may have read it before");
    }
    if begins("[object ") {
        return Some("the body is a JavaScript object turned into text, not what was posted");
    }
    if begins("{'") || begins("ImmutableMultiDict(") || begins("<QueryDict") || begins("b'") {
        return Some("the body is a Python object turned into text, not what was posted");
    }
    if begins("map[") || begins("Array\n(") || begin == b"Array" {
        return Some("the body is a map turned into text, not what was posted");
    }
    if begin.starts_with(b"{") && !begin.trim_ascii_end().ends_with(b"}") {
        return Some("the body is cut off");
    }
    let inner = begin.get(1..).unwrap_or_default().trim_ascii_start();
    if begin.starts_with(b"{") && inner.first().is_some_and(|byte| byte.is_ascii_alphabetic()) {
        return Some("the body is a map turned into text, not what was posted");
    }
    None
}

/// The first byte behind a byte order mark and white space.
fn first(body: &[u8]) -> Option<u8> {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start().first().copied()
}

/// The pairs of a form, percent-decoded to bytes: what is signed are bytes, and
/// a text that PHP has cut may end inside a letter.
fn form(body: &[u8]) -> Result<Vec<Posted>, Error> {
    let pairs = body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).take(MAX_FIELDS + 1);
    pairs
        .map(|pair| {
            let mut halves = pair.splitn(2, |byte| *byte == b'=').map(decoded);
            let (name, value) = (halves.next().unwrap_or_default(), halves.next().unwrap_or_default());
            let name = String::from_utf8(name).map_err(|_| malformed("the name of a field is not UTF-8"))?;
            let (text, bytes) = match String::from_utf8(value) {
                Ok(text) => (text, None),
                Err(error) => (String::from_utf8_lossy(error.as_bytes()).into_owned(), Some(error.into_bytes())),
            };
            Ok(Posted { name, text, bytes, written: Written::Text })
        })
        .collect()
}

/// A name or a value of a form.
fn decoded(encoded: &[u8]) -> Vec<u8> {
    let spaced: Vec<u8> = encoded.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    percent_decode(&spaced).collect()
}

fn json(body: &[u8]) -> Result<Vec<Posted>, JsonError> {
    let mut scanner = Scanner::new(body)?;
    let mut fields = Vec::new();
    scanner.expect(b'{')?;
    if !scanner.eat(b'}') {
        loop {
            scanner.skip_space();
            let name = text(scanner.string()?);
            scanner.expect(b':')?;
            let bare = scanner.kind()? != Kind::Text;
            let start = scanner.pos();
            let (text, written) = if bare {
                scanner.skip(1)?;
                cast(scanner.span(start, scanner.pos()))
            } else {
                (text(scanner.string()?), Written::Text)
            };
            fields.push(Posted { name, text, bytes: None, written });
            if fields.len() > MAX_FIELDS {
                return Ok(fields);
            }
            if !scanner.eat(b',') {
                scanner.expect(b'}')?;
                break;
            }
        }
    }
    scanner.end()?;
    Ok(fields)
}

/// What PHP casts a value to before it signs it. Of arrays and objects nobody knows: they are taken as written.
fn cast(json: &str) -> (String, Written) {
    match json {
        "null" => (String::new(), Written::Literal("null")),
        "true" => ("1".to_owned(), Written::Literal("true")),
        "false" => (String::new(), Written::Literal("false")),
        _ => (json.to_owned(), Written::Bare),
    }
}

/// What stands between the quotes of a JSON string, read. A text with half a
/// surrogate pair stays as it is written: it can be no text, and its signature will not fit.
fn text(inner: &[u8]) -> String {
    let inner = String::from_utf8_lossy(inner);
    unescaped(&inner).unwrap_or_else(|| Cow::Borrowed(&inner)).into_owned()
}
