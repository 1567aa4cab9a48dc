//! Why a command failed, and how that is shown: without keys, passwords and signed addresses.

use std::fmt;

use baijiayun::{Error, ErrorKind, Fault};
use serde::Serialize;

use crate::secrets;

/// Why a command failed, as it is shown on stderr.
#[derive(Debug, Serialize)]
pub(crate) struct Failure {
    kind: &'static str,
    code: Option<i64>,
    msg: Box<str>,
    hint: Option<Box<str>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    faults: Box<[ShownFault]>,
    operation: Option<String>,
    #[serde(flatten)]
    sent: Option<Box<Sent>>,
}

/// How a request went that was sent.
#[derive(Debug, Serialize)]
struct Sent {
    /// The HTTP status of the last answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// How that answer begins; none if it may hold a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    /// How often the request was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    attempts: Option<u32>,
}

/// So many characters of an answer are shown.
const SHOWN_BODY: usize = 500;

#[derive(Debug, Serialize)]
struct ShownFault {
    parameter: String,
    kind: &'static str,
    msg: String,
}

impl Failure {
    /// A failure of the tool itself.
    pub(crate) fn new(kind: &'static str, msg: impl Into<Box<str>>) -> Failure {
        Failure { kind, code: None, msg: msg.into(), hint: None, faults: Box::default(), operation: None, sent: None }
    }

    /// Says what to do.
    pub(crate) fn with_hint(mut self, hint: impl Into<Box<str>>) -> Failure {
        self.hint = Some(hint.into());
        self
    }

    /// The exit code: 2 for a command line that is not understood, as clap has it.
    pub(crate) fn exit_code(&self) -> u8 {
        if self.kind == "usage" { 2 } else { 1 }
    }

    /// A file or stream that cannot be read or written.
    pub(crate) fn io(what: impl fmt::Display, error: &std::io::Error) -> Failure {
        Failure::new("io", format!("{what}: {error}"))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        let shown = |fault: &Fault| ShownFault {
            parameter: fault.parameter.clone(),
            kind: fault.kind.as_str(),
            msg: fault.message.clone(),
        };
        let attempts = error.trace().map(|trace| trace.attempts).filter(|attempts| *attempts > 0);
        let sent = Sent { status: error.status(), body: body(&error), attempts };
        let was_sent = sent.status.is_some() || sent.body.is_some() || sent.attempts.is_some();
        Failure {
            kind: error.kind().as_str(),
            code: error.code(),
            msg: error.message().into(),
            hint: hint(&error),
            faults: error.faults().iter().map(shown).collect(),
            operation: Some(error.operation().to_owned()).filter(|name| !name.is_empty()),
            sent: was_sent.then(|| Box::new(sent)),
        }
    }
}

/// What to do, with the command of this tool that helps: the SDK names none, since most who use it have no `bjy`.
fn hint(error: &Error) -> Option<Box<str>> {
    let command = match error.kind() {
        ErrorKind::UnknownOperation if error.hint().is_some_and(|hint| hint.starts_with("did you mean")) => {
            return error.hint().map(Box::from);
        }
        ErrorKind::UnknownOperation => "`bjy operations WORD` searches all operations",
        ErrorKind::InvalidParameters if !error.operation().is_empty() => {
            "`bjy operations NAME` lists the parameters of an operation"
        }
        ErrorKind::SignatureRejected | ErrorKind::CallbackSignature => "`bjy sign --expect` explains a signature",
        _ => return error.hint().map(Box::from),
    };
    Some(error.hint().map_or_else(|| command.into(), |hint| format!("{hint}; {command}").into()))
}

/// How the answer begins. An answer of the service itself that says no more than code and msg is not shown again, and one
/// that may hold a key, a password or a signed address is not shown at all.
fn body(error: &Error) -> Option<String> {
    let text = String::from_utf8_lossy(error.body());
    let text = text.trim();
    // Most failures have none, and are not to wait for the description.
    if text.is_empty() {
        return None;
    }
    let gives_secrets = baijiayun_api::Description::embedded()
        .find(error.operation())
        .is_some_and(|entry| secrets::holds_secret(&entry.operation.response));
    if gives_secrets || secrets::looks_secret(text) {
        return None;
    }
    let mut body: String = text.chars().take(SHOWN_BODY).collect();
    if body.len() < text.len() {
        body.push('…');
    }
    Some(body)
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("error: ")?;
        if let Some(operation) = &self.operation {
            write!(f, "{operation}: ")?;
        }
        f.write_str(&self.kind.replace('_', " "))?;
        if let Some(code) = self.code {
            write!(f, " ({code})")?;
        }
        if self.faults.is_empty() {
            if !self.msg.is_empty() {
                write!(f, ": {}", self.msg)?;
            }
        } else {
            for fault in self.faults.iter() {
                write!(f, "\n  {} {}", fault.parameter, fault.msg)?;
            }
        }
        let is_ours = self.code.is_some();
        if let Some(sent) = &self.sent {
            if let Some(status) = sent.status.filter(|status| *status != 200 || !is_ours) {
                write!(f, "\nHTTP status: {status}")?;
            }
            if let Some(attempts) = sent.attempts.filter(|attempts| *attempts > 1) {
                write!(f, "\nattempts: {attempts}")?;
            }
            if let Some(body) = sent.body.as_ref().filter(|_| !is_ours) {
                write!(f, "\nanswer: {body}")?;
            }
        }
        match &self.hint {
            Some(hint) => write!(f, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Failure;
    use baijiayun::core::{answer, operation};

    #[test]
    fn people_read_words() {
        let info = operation::find("room.info").unwrap_or_else(|error| panic!("{error}"));
        let body = r#"{"code":3001,"data":null,"msg":"房间号不存在","ts":1}"#.as_bytes();
        let failure = Failure::from(answer::parse(info, 200, body).map(drop).unwrap_err());
        assert_eq!(
            failure.to_string(),
            "error: room.info: room not found (3001): 房间号不存在\n\
             hint: check the room id, and that the room belongs to this account"
        );
        let plain = Failure::new("io", "no such file");
        assert_eq!(plain.to_string(), "error: io: no such file");
    }
}
