//! Requests as people have them at hand: a body, a query, an address, JSON, a curl line, or what a proxy shows of HTTP.

use std::fmt;

use baijiayun_core::form;
use serde_json::Value;

use crate::shell;

/// What was read, and of what.
#[derive(PartialEq)]
pub struct Pasted {
    /// What it was, in words: `a curl line`.
    pub kind: &'static str,
    /// Decoded, in the order in which they stand. Files are not among them: they are not signed.
    pub pairs: Vec<(String, String)>,
}

/// `None`: it is nothing of that kind, and so perhaps one `key=value`.
///
/// # Errors
/// What is wrong with it, if it begins like one of them.
pub fn read(text: &str) -> Result<Option<Pasted>, Malformed> {
    let text = text.trim();
    let pasted = |kind, pairs| Ok(Some(Pasted { kind, pairs }));
    // As a terminal shows it, with its prompt.
    let line = text.strip_prefix("$ ").unwrap_or(text);
    if line.starts_with("curl ") || line.starts_with("curl.exe ") {
        pasted("a curl line", curl(line)?)
    } else if is_request_line(text.lines().next().unwrap_or_default()) {
        pasted("an HTTP request", dump(text)?)
    } else if ["http://", "https://"].iter().any(|scheme| text.starts_with(scheme)) || is_path(text) {
        pasted("an address", query(text)?)
    } else if text.starts_with('{') {
        pasted("JSON", json(text)?)
    } else if let Some(body) = is_body(text) {
        pasted("a body", decoded(body)?)
    } else {
        Ok(None)
    }
}

/// It is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed(String);

impl Malformed {
    /// What can be read.
    pub const HINT: &str =
        "a body (a=1&b=2), a query, an address, a JSON object, a curl line or an HTTP request is read";
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Malformed {}

/// The values may hold passwords.
impl fmt::Debug for Pasted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.pairs.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Pasted").field("kind", &self.kind).field("names", &names).finish()
    }
}

fn malformed(what: &str) -> Malformed {
    Malformed(what.to_owned())
}

/// Two pairs at least, with names as parameters have them: one value may well hold an `&`.
fn is_body(text: &str) -> Option<&str> {
    let text = text.strip_prefix('?').unwrap_or(text);
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.[]%".contains(&byte);
    let is_pair =
        |part: &str| part.split_once('=').is_some_and(|(name, _)| !name.is_empty() && name.bytes().all(is_letter));
    (text.contains('&') && !text.contains(char::is_whitespace) && text.split('&').all(is_pair)).then_some(text)
}

fn decoded(body: &str) -> Result<Vec<(String, String)>, Malformed> {
    let pairs = form::decode(body.as_bytes()).ok_or_else(|| malformed("there are too many parameters"))?;
    Ok(pairs.into_iter().map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
}

fn query(address: &str) -> Result<Vec<(String, String)>, Malformed> {
    let address = address.split('#').next().unwrap_or_default();
    address.split_once('?').map_or(Ok(Vec::new()), |(_, query)| decoded(query))
}

fn json(text: &str) -> Result<Vec<(String, String)>, Malformed> {
    let members: serde_json::Map<String, Value> =
        serde_json::from_str(text).map_err(|error| malformed(&format!("it is no JSON object: {error}")))?;
    let plain = |value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    Ok(members.into_iter().map(|(name, value)| (name, plain(value))).collect())
}

fn is_request_line(line: &str) -> bool {
    let mut words = line.split(' ');
    matches!(words.next(), Some("GET" | "POST" | "PUT"))
        && words.next().is_some_and(|target| target.starts_with(['/', 'h']))
        && words.next().is_none_or(|version| version.starts_with("HTTP/"))
}

/// `/openapi/room/info?room_id=1&...`, as servers log it.
fn is_path(text: &str) -> bool {
    text.starts_with('/') && text.contains('?') && !text.contains(char::is_whitespace)
}

fn dump(text: &str) -> Result<Vec<(String, String)>, Malformed> {
    let text = text.replace("\r\n", "\n");
    let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
    let mut pairs = query(head.lines().next().and_then(|line| line.split(' ').nth(1)).unwrap_or_default())?;
    let content_type = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-type").then(|| value.trim().to_owned())
    });
    pairs.extend(content(body.trim(), &content_type.unwrap_or_default())?);
    Ok(pairs)
}

fn content(body: &str, content_type: &str) -> Result<Vec<(String, String)>, Malformed> {
    match content_type.split_once("boundary=") {
        _ if body.is_empty() => Ok(Vec::new()),
        Some((_, boundary)) => Ok(parts(body, boundary.trim_matches('"'))),
        None if body.starts_with('{') => json(body),
        None => decoded(body),
    }
}

/// The texts of a multipart body.
fn parts(body: &str, boundary: &str) -> Vec<(String, String)> {
    let part = |part: &str| {
        let (head, value) = part.trim_start_matches('\n').split_once("\n\n")?;
        let (_, name) = head.split_once("name=\"")?;
        let (name, _) = name.split_once('"')?;
        let value = value.strip_suffix('\n').unwrap_or(value);
        (!head.contains("filename=")).then(|| (name.to_owned(), value.to_owned()))
    };
    body.split(&format!("--{boundary}")).filter_map(part).collect()
}

/// Options of curl that are followed by a value and say nothing here. Those of one letter: [`VALUED`].
const WITH_VALUE: &[&str] = &[
    "--request",
    "--header",
    "--user",
    "--output",
    "--user-agent",
    "--referer",
    "--cookie",
    "--cookie-jar",
    "--max-time",
    "--connect-timeout",
    "--proxy",
    "--resolve",
    "--write-out",
    "--config",
    "--cacert",
    "--cert",
    "--key",
    "--retry",
];

/// The letters of curl's options that are followed by a value: `-sd a=1` is `-s -d a=1`.
const VALUED: &str = "AbcCdDeEFHKmoPQrtTuUwxXyYz";

fn curl(line: &str) -> Result<Vec<(String, String)>, Malformed> {
    let words = shell::words(line).ok_or_else(|| malformed("the quotes of the curl line do not close"))?;
    let (mut pairs, mut bodies) = (Vec::new(), Vec::new());
    let mut words = words.into_iter().skip(1);
    while let Some(word) = words.next() {
        let (option, attached) = option(&word);
        let mut value = || attached.clone().or_else(|| words.next()).unwrap_or_default();
        match option.as_str() {
            "-d" | "--data" | "--data-raw" | "--data-binary" | "--data-ascii" | "--json" => {
                let value = value();
                if value.starts_with('@') {
                    return Err(malformed("the curl line reads its body from a file: give the body itself"));
                }
                bodies.push(value);
            }
            "--data-urlencode" => {
                let value = value();
                let (name, value) = value.split_once('=').unwrap_or(("", value.as_str()));
                pairs.push((name.to_owned(), value.to_owned()));
            }
            "-F" | "--form" | "--form-string" => {
                let value = value();
                let (name, mut value) = value.split_once('=').unwrap_or((value.as_str(), ""));
                if option != "--form-string" {
                    value = value.split(";type=").next().unwrap_or_default();
                }
                if option == "--form-string" || !value.starts_with(['@', '<']) {
                    pairs.push((name.to_owned(), value.to_owned()));
                }
            }
            "--url" => pairs.extend(query(&value())?),
            option if WITH_VALUE.contains(&option) || !option.starts_with("--") && option.starts_with('-') => {
                drop(value())
            }
            option if option.starts_with("--") => {}
            address => pairs.extend(query(address)?),
        }
    }
    pairs.extend(content(&bodies.join("&"), "")?);
    Ok(pairs)
}

/// The option, and the value that stands in the same word: `-dX`, `-sSdX`, `--data=X`. Letters without a value
/// have an empty one.
fn option(word: &str) -> (String, Option<String>) {
    let owned = |(option, value): (&str, &str)| (option.to_owned(), Some(value.to_owned()));
    match word.strip_prefix('-') {
        Some(long) if long.starts_with('-') => word.split_once('=').map_or_else(|| (word.to_owned(), None), owned),
        Some(letters) => {
            match letters.find(|letter| VALUED.contains(letter)).and_then(|at| letters.split_at_checked(at)) {
                Some((_, rest)) => {
                    let (letter, value) = rest.split_at(1);
                    (format!("-{letter}"), (!value.is_empty()).then(|| value.to_owned()))
                }
                None => (word.to_owned(), Some(String::new())),
            }
        }
        None => (word.to_owned(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn all_ways_give_the_same() {
        let wanted = [("title", "测试 a&b"), ("timestamp", "5"), ("sign", "x")];
        let body = "title=%E6%B5%8B%E8%AF%95+a%26b&timestamp=5&sign=x";
        let multipart = "POST /a HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=B\r\n\r\n--B\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\n测试 a&b\r\n--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x.pdf\"\r\n\r\nbytes\r\n--B\r\nContent-Disposition: form-data; name=\"timestamp\"\r\n\r\n5\r\n--B\r\nContent-Disposition: form-data; name=\"sign\"\r\n\r\nx\r\n--B--\r\n";
        for (kind, text) in [
            ("a body", body.to_owned()),
            ("a body", format!("?{body}")),
            ("an address", format!("https://demo.at.baijiayun.com/openapi/room/create?{body}#top")),
            ("JSON", r#"{"title":"测试 a&b","timestamp":5,"sign":"x"}"#.to_owned()),
            ("an HTTP request", format!("POST /openapi/room/create HTTP/1.1\r\nHost: demo\r\n\r\n{body}")),
            ("an HTTP request", format!("GET /openapi/room/create?{body} HTTP/1.1\nHost: demo\n")),
            ("an HTTP request", multipart.to_owned()),
            ("a curl line", format!("curl -sS https://demo/openapi/room/create \\\n -d '{body}'")),
            ("a curl line", format!("curl -X POST --data-raw={body} -H 'Accept: */*' https://demo/")),
            ("a curl line", format!("curl 'https://demo/openapi/room/create?{body}'")),
            ("a curl line", format!("$ curl -sSLd '{body}' https://demo/")),
            ("a curl line", format!("curl.exe https://demo/ `\n -sd '{body}'")),
            ("a curl line", r#"curl --json '{"title":"测试 a&b","timestamp":5,"sign":"x"}' https://demo/"#.to_owned()),
            // As Chromium copies it for cmd, and for bash where a value has such letters.
            ("a curl line", format!("curl ^\"https://demo/^\" ^\r\n  -H ^\"accept: */*^\" ^\r\n  --data-raw ^\"{}^\"", body.replace('%', "^%").replace('&', "^&"))),
            ("a curl line", format!("curl \"https://demo/\" ^\r\n  -d \"{body}\"")),
            ("a curl line", r"curl 'https://demo/' --data-raw $'title=%E6%B5%8B%E8%AF%95\u0020a%26b&timestamp=5\u0026sign=\x78' -H 'a: $'".to_owned()),
            ("an address", format!("/openapi/room/create?{body}")),
            ("a curl line", "curl https://demo/ -F 'title=测试 a&b;type=text/plain' -F timestamp=5 -F sign=x".to_owned()),
            ("a curl line", "curl https://demo/ -F 'title=测试 a&b' -F timestamp=5 -F f=@x.pdf -Fsign=x".to_owned()),
            ("a curl line", "curl -G https://demo/ --data-urlencode 'title=测试 a&b' --data-urlencode timestamp=5 --data-urlencode sign=x".to_owned()),
        ] {
            let pasted = read(&text).unwrap().unwrap_or_else(|| panic!("not read: {text}"));
            let pairs: Vec<(&str, &str)> =
                pasted.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let sorted = |mut pairs: Vec<(&'static str, &'static str)>| {
                pairs.sort_unstable();
                pairs
            };
            let mut found = pairs.clone();
            found.sort_unstable();
            assert_eq!((pasted.kind, found), (kind, sorted(wanted.to_vec())), "{text}");
        }
    }

    #[test]
    fn one_pair_is_one_pair() {
        for text in ["title=a", "title=a & b=c", "title", "", "title=a&b"] {
            assert_eq!(read(text), Ok(None), "{text}");
        }
        assert!(read("{\"a\"").is_err());
        assert!(read("curl 'https://demo").is_err());
        assert!(read("curl https://demo -d @file").is_err());
    }
}
