//! Answers that are given to the mock: what an operation answers in place of what the mock would.

use std::collections::VecDeque;

use baijiayun_core::operation;
use serde_json::{Map, Value};

use crate::named::Named;

/// What an operation answers once.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Canned {
    /// The mock's own answer.
    Own,
    /// These data, in the envelope of success. Parameters and signature are checked as ever.
    Data(Value),
    /// The envelope with this code and message, and no data.
    Refuse {
        /// The code, for example 3001.
        code: i64,
        /// The message.
        msg: String,
    },
    /// This HTTP answer, byte for byte; nothing is checked.
    Http {
        /// The HTTP status.
        status: u16,
        /// The body.
        body: String,
    },
    /// The connection is cut instead of an answer.
    Drop,
}

impl Canned {
    /// Whether the request is read for it.
    pub(crate) fn reads(&self) -> bool {
        !matches!(self, Canned::Http { .. } | Canned::Drop)
    }

    /// Reads one answer: `{"data": ...}`, `{"code": 3001, "msg": "..."}`, `{"status": 503, "body": "..."}`,
    /// `{"drop": true}`, or `{}` for the mock's own.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn from_json(value: &Value) -> Result<Canned, String> {
        let forms = "an answer is {\"data\": ..}, {\"code\": 3001, \"msg\": ..}, {\"status\": 503, \"body\": ..}, {\"drop\": true} or {}";
        let members = value.as_object().ok_or(forms)?;
        let known = ["data", "code", "msg", "status", "body", "drop"];
        if let Some(unknown) = members.keys().find(|name| !known.contains(&name.as_str())) {
            return Err(format!("{unknown} is unknown: {forms}"));
        }
        let text =
            |name: &str| members.get(name).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        let get = |name: &str| members.get(name);
        let kinds = ["data", "code", "status", "drop"].iter().filter(|name| members.contains_key(**name)).count();
        match (get("data"), get("code"), get("status"), get("drop")) {
            _ if kinds > 1 => Err(format!("it is more than one thing: {forms}")),
            (Some(data), ..) => Ok(Canned::Data(data.clone())),
            (_, Some(code), ..) => {
                let code = code.as_i64().ok_or("code must be a number")?;
                Ok(Canned::Refuse { code, msg: text("msg").unwrap_or_default() })
            }
            (_, _, Some(status), _) => {
                let status = status.as_u64().and_then(|status| u16::try_from(status).ok());
                let status = status.filter(|status| (200..600).contains(status)).ok_or("status must be 200 to 599")?;
                Ok(Canned::Http { status, body: text("body").unwrap_or_default() })
            }
            (.., Some(drop)) if *drop == Value::Bool(true) => Ok(Canned::Drop),
            _ if members.is_empty() => Ok(Canned::Own),
            _ => Err(forms.to_owned()),
        }
    }
}

/// Answers by operation: one that is given each time, or a list of which each is given once, after which the mock answers
/// by itself again.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CannedAnswers(Named<Answers>);

#[derive(Debug, Clone, PartialEq)]
enum Answers {
    Always(Canned),
    Once(VecDeque<Canned>),
}

impl CannedAnswers {
    /// Reads a JSON object of operations, each with one answer ([`Canned::from_json`]) or an array of them.
    ///
    /// # Errors
    /// Says which operation's is wrong and why.
    pub fn from_json(text: &str) -> Result<CannedAnswers, String> {
        let members: Map<String, Value> =
            serde_json::from_str(text).map_err(|error| format!("no JSON object of operations: {error}"))?;
        let mut answers = CannedAnswers::default();
        for (name, value) in members {
            let wrong = |why| format!("{name}: {why}");
            operation::find(&name).map_err(|error| error.to_string())?;
            let read = match &value {
                Value::Array(items) => {
                    Answers::Once(items.iter().map(Canned::from_json).collect::<Result<_, _>>().map_err(wrong)?)
                }
                one => Answers::Always(Canned::from_json(one).map_err(wrong)?),
            };
            answers.0.put(name, read);
        }
        Ok(answers)
    }

    /// Answers so each time.
    pub fn always(&mut self, operation: impl Into<String>, answer: Canned) {
        self.0.put(operation.into(), Answers::Always(answer));
    }

    /// Answers so once, after what was given before for this operation.
    pub fn once(&mut self, operation: impl Into<String>, answer: Canned) {
        let operation = operation.into();
        match self.0.get_mut(&operation) {
            Some(Answers::Once(answers)) => answers.push_back(answer),
            _ => self.0.put(operation, Answers::Once(VecDeque::from([answer]))),
        }
    }

    /// Adds those of another, which win.
    pub(crate) fn extend(&mut self, other: CannedAnswers) {
        for (operation, answers) in other.0 {
            self.0.put(operation, answers);
        }
    }

    /// The next answer of an operation.
    pub(crate) fn next(&mut self, operation: &str) -> Canned {
        match self.0.get_mut(operation) {
            Some(Answers::Always(answer)) => answer.clone(),
            Some(Answers::Once(answers)) => answers.pop_front().unwrap_or(Canned::Own),
            None => Canned::Own,
        }
    }
}
