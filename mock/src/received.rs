//! The record of what was received.

use std::collections::BTreeMap;
use std::fmt;

use baijiayun_core::operation;
use serde_json::{Value, json};

/// A request that the mock received.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Received {
    /// The path it was sent to.
    pub path: String,
    /// The operation of that path, if there is one, for example `room.create`.
    pub operation: Option<String>,
    /// Its parameters as they were sent, decoded, those of files by the name of the file; without `sign`. Empty if they
    /// could not be read or the mock misbehaved before it read them.
    pub params: BTreeMap<String, String>,
    /// What came of it.
    pub verdict: Verdict,
}

impl Received {
    /// How many bytes of what was sent are in it.
    pub(crate) fn size(&self) -> usize {
        self.path.len() + self.params.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>()
    }

    /// The parameters, with `***` for keys and passwords.
    pub(crate) fn without_secrets(&self) -> BTreeMap<&str, &str> {
        let operation = self.operation.as_deref().and_then(|name| operation::find(name).ok());
        let is_secret = |name: &str| {
            name.contains("key")
                || name.contains("password")
                || operation
                    .is_some_and(|operation| operation.params.iter().any(|param| param.secret && param.name == name))
        };
        let mut shown = BTreeMap::new();
        for (name, value) in &self.params {
            shown.insert(name.as_str(), if is_secret(name) { "***" } else { value.as_str() });
        }
        shown
    }

    pub(crate) fn to_json(&self) -> Value {
        let (verdict, code, msg) = match &self.verdict {
            Verdict::Accepted => ("accepted", None, None),
            Verdict::Refused { code, msg } => ("refused", Some(code), Some(msg)),
            Verdict::Misbehaved => ("misbehaved", None, None),
        };
        json!({
            "path": self.path, "operation": self.operation, "params": self.params,
            "verdict": verdict, "code": code, "msg": msg,
        })
    }
}

impl fmt::Debug for Received {
    /// With the names of the parameters only: their values may be passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received")
            .field("path", &self.path)
            .field("operation", &self.operation)
            .field("params", &self.params.keys())
            .field("verdict", &self.verdict)
            .finish()
    }
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// It was carried out.
    Accepted,
    /// It was refused with this code and message.
    Refused {
        /// The code of the envelope.
        code: i64,
        /// Its message.
        msg: String,
    },
    /// The mock misbehaved, as it was told to.
    Misbehaved,
}
