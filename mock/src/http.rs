//! Requests and answers, without the connections that they come by.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

/// What a request says before its body.
#[derive(Clone, Copy)]
pub struct Head<'a> {
    /// The method, in capitals.
    pub method: &'a str,
    /// The path, and the query if there is one.
    pub target: &'a str,
    /// Names, in any case, and values.
    pub headers: &'a [(&'a str, &'a str)],
    /// Where it was sent to, for example `http://127.0.0.1:8765`: addresses in answers begin with it.
    pub base: &'a str,
}

impl Head<'_> {
    pub(crate) fn path(&self) -> &str {
        self.target.split_once('?').map_or(self.target, |(path, _)| path)
    }

    pub(crate) fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }
}

impl fmt::Debug for Head<'_> {
    /// Without the query, which may hold passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path())
    }
}

/// What is answered.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The headers besides those of the connection, names in small letters.
    pub headers: Vec<(&'static str, &'static str)>,
    /// The body.
    pub body: String,
    /// The connection breaks off in place of an answer.
    pub cut: bool,
    /// The clock is to go forward by so much before this is sent, and what there is to post is to be posted, also if that is
    /// nothing: see [`Mock::advance`](crate::Mock::advance).
    pub advance: Option<Duration>,
}

impl Reply {
    fn new(status: u16, content_type: &'static str, body: String) -> Reply {
        let headers = vec![("content-type", content_type)];
        Reply { status, headers, body, cut: false, advance: None }
    }

    pub(crate) fn empty(status: u16) -> Reply {
        Reply { headers: Vec::new(), ..Reply::text(status, String::new()) }
    }

    pub(crate) fn text(status: u16, body: String) -> Reply {
        Reply::new(status, "text/plain; charset=utf-8", body)
    }

    pub(crate) fn html(body: String) -> Reply {
        Reply::new(200, "text/html; charset=utf-8", body)
    }

    pub(crate) fn json(status: u16, answer: &Value) -> Reply {
        Reply::json_text(status, answer.to_string())
    }

    pub(crate) fn json_text(status: u16, body: String) -> Reply {
        Reply::new(status, "application/json; charset=utf-8", body)
    }

    /// An answer that breaks off.
    pub(crate) fn cut() -> Reply {
        Reply { cut: true, ..Reply::empty(200) }
    }
}

impl fmt::Debug for Reply {
    /// Without the body, which may hold a key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reply({}, {} bytes)", self.status, self.body.len())
    }
}
