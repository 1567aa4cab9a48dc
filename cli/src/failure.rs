use std::fmt;

use baijiayun::{Error, Fault};
use serde::Serialize;

/// Why a command failed, as it is shown on stderr.
#[derive(Debug, Serialize)]
pub(crate) struct Failure {
    kind: &'static str,
    code: Option<i64>,
    msg: String,
    hint: Option<String>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    faults: Box<[ShownFault]>,
    operation: Option<String>,
}

#[derive(Debug, Serialize)]
struct ShownFault {
    parameter: String,
    kind: &'static str,
    msg: String,
}

impl Failure {
    /// A failure of the tool itself.
    pub(crate) fn new(kind: &'static str, msg: impl Into<String>) -> Failure {
        Failure { kind, code: None, msg: msg.into(), hint: None, faults: Box::default(), operation: None }
    }

    /// Says what to do.
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Failure {
        self.hint = Some(hint.into());
        self
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
        Failure {
            kind: error.kind().as_str(),
            code: error.code(),
            msg: error.message().to_owned(),
            hint: error.hint().map(str::to_owned),
            faults: error.faults().iter().map(shown).collect(),
            operation: Some(error.operation().to_owned()).filter(|name| !name.is_empty()),
        }
    }
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
