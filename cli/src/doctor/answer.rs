//! What the service answered to a request without parameters, and what that says about the path.

use baijiayun::{Error, ErrorKind};
use serde::{Deserialize, Serialize};

/// The facts of an answer. It never holds the service's message, which may repeat anything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Answer {
    /// The HTTP status; none if nothing was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<u16>,
    /// The code of the envelope; none if the answer was not the service's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) code: Option<i64>,
    /// The operation's required parameters that the message names. Each one
    /// makes it likelier that this is the operation and not another one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) names: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    Missing,
    Exists,
    NoPermission,
    Unclear,
}

impl Answer {
    /// The request was taken.
    pub(super) fn accepted() -> Answer {
        Answer { status: Some(200), code: Some(0), names: Vec::new() }
    }

    pub(super) fn refused<'a>(error: &Error, required: impl Iterator<Item = &'a str>) -> Answer {
        // A failed HTTP status beside the code of success is no success.
        let code = if error.kind() == ErrorKind::HttpStatus { None } else { error.code() };
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let words: Vec<&str> = error.message().split(|c| !is_word(c)).collect();
        let names = required.filter(|name| words.contains(name)).map(str::to_owned).collect();
        Answer { status: error.status(), code, names }
    }

    /// `by_reading`: the request was a whole one of an operation that only
    /// reads, so that any answer of the service but 404 comes from behind the path.
    pub(super) fn meaning(&self, by_reading: bool) -> Meaning {
        match (self.status, self.code) {
            (Some(404), _) | (_, Some(404)) => Meaning::Missing,
            (_, Some(2002 | 2003)) => Meaning::NoPermission,
            // Whoever misses a parameter, a room, a video or nothing at all has found the operation.
            (_, Some(0 | 1001 | 3001 | 3002 | 3008 | 3009 | 5002)) => Meaning::Exists,
            (_, Some(_)) if by_reading => Meaning::Exists,
            _ => Meaning::Unclear,
        }
    }

    /// The answer in a few words.
    pub(super) fn evidence(&self) -> String {
        let told = match (self.code, self.status) {
            (Some(code), _) => code.to_string(),
            (None, Some(status)) => format!("HTTP {status}"),
            (None, None) => "no answer".to_owned(),
        };
        match self.names.as_slice() {
            [] => told,
            names => format!("{told}, names {}", names.join(", ")),
        }
    }
}

/// What a failed call tells the doctor.
pub(super) enum Told {
    /// The service answered.
    Answer(Answer),
    /// Nothing came back.
    Silence(Error),
    /// All further calls would fail like this one.
    Stop(Error),
}

impl Told {
    pub(super) fn by<'a>(error: Error, required: impl Iterator<Item = &'a str>) -> Told {
        match error.kind() {
            ErrorKind::SignatureRejected | ErrorKind::AccountNotFound | ErrorKind::Throttled => Told::Stop(error),
            ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Transport => Told::Silence(error),
            _ if error.status().is_some() => Told::Answer(Answer::refused(&error, required)),
            _ => Told::Stop(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use baijiayun::core::{answer, operation};

    use super::{Answer, Meaning};

    fn answered(status: u16, body: &str) -> Answer {
        let create = operation::find("room.create").unwrap_or_else(|error| panic!("{error}"));
        match answer::parse(create, status, body.as_bytes()) {
            Ok(_) => Answer::accepted(),
            Err(error) => Answer::refused(&error, ["title", "time"].into_iter()),
        }
    }

    #[test]
    fn answers_are_told_apart() {
        let envelope = |code: i64| format!(r#"{{"code":{code},"data":null,"msg":"","ts":1}}"#);
        for (status, body, required, whole) in [
            (200, envelope(404), Meaning::Missing, Meaning::Missing),
            (404, envelope(1), Meaning::Missing, Meaning::Missing),
            (404, "<html>".to_owned(), Meaning::Missing, Meaning::Missing),
            (200, envelope(1001), Meaning::Exists, Meaning::Exists),
            (400, envelope(1001), Meaning::Exists, Meaning::Exists),
            (200, envelope(3001), Meaning::Exists, Meaning::Exists),
            (200, envelope(0), Meaning::Exists, Meaning::Exists),
            (200, envelope(2002), Meaning::NoPermission, Meaning::NoPermission),
            (200, envelope(2003), Meaning::NoPermission, Meaning::NoPermission),
            (200, envelope(1), Meaning::Unclear, Meaning::Exists),
            (500, envelope(0), Meaning::Unclear, Meaning::Unclear),
            (503, "unavailable".to_owned(), Meaning::Unclear, Meaning::Unclear),
            (200, "<html>".to_owned(), Meaning::Unclear, Meaning::Unclear),
        ] {
            let answer = answered(status, &body);
            assert_eq!((answer.meaning(false), answer.meaning(true)), (required, whole), "{status} {body}");
        }
        assert_eq!(Answer::default().meaning(true), Meaning::Unclear);
    }

    #[test]
    fn only_whole_names_are_found_in_a_message() {
        let answer = answered(200, r#"{"code":1001,"data":null,"msg":"参数title,start_time不能为空","ts":1}"#);
        assert_eq!(answer.evidence(), "1001, names title");
    }
}
