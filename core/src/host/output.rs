//! What a host is told.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::coerce::Departure;
use crate::engine::{Handle, Step, Trace, Why};
use crate::error::Error;
use crate::request::{Body, Part, PartContent, Request};
use crate::value::FileSource;

#[derive(Serialize)]
struct OutSend<'a> {
    step: &'static str,
    call: u64,
    timeout: u64,
    method: &'static str,
    url: &'a str,
    headers: BTreeMap<&'static str, &'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    form: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parts: Option<Vec<OutPart<'a>>>,
}

#[derive(Serialize)]
struct OutWait {
    step: &'static str,
    call: u64,
    time: u64,
    why: &'static str,
}

#[derive(Serialize)]
struct OutStore<'a> {
    step: &'static str,
    call: u64,
    keys: &'a [String],
    args: &'a [i64],
}

#[derive(Serialize)]
struct OutSign<'a> {
    step: &'static str,
    call: u64,
    text: &'a str,
}

#[derive(Serialize)]
struct OutDone<'a> {
    step: &'static str,
    trace: OutTrace,
    msg: &'a str,
    ts: Option<i64>,
    departures: Vec<OutDeparture<'a>>,
}

#[derive(Serialize)]
struct OutFailed<'a> {
    step: &'static str,
    trace: OutTrace,
    error: OutError<'a>,
}

#[derive(Serialize)]
struct OutPart<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    /// The byte to begin with, if it is not the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<u64>,
}

#[derive(Serialize)]
struct OutTrace {
    attempts: u32,
    /// Milliseconds waited in all.
    waited: u64,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    store_down: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    budget_exhausted: bool,
}

#[derive(Serialize)]
struct OutDeparture<'a> {
    path: &'a str,
    expected: &'static str,
    found: &'a str,
}

/// An error as every language shows it.
#[derive(Serialize)]
struct OutError<'a> {
    kind: &'static str,
    operation: &'a str,
    message: &'a str,
    /// All of it in words.
    text: String,
    hint: Option<&'a str>,
    code: Option<i64>,
    ts: Option<i64>,
    status: Option<u16>,
    faults: Vec<OutFault<'a>>,
    /// The answer, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Cow<'a, str>>,
}

#[derive(Serialize)]
struct OutFault<'a> {
    parameter: &'a str,
    kind: &'static str,
    message: &'a str,
}

impl From<&Trace> for OutTrace {
    fn from(trace: &Trace) -> OutTrace {
        OutTrace {
            attempts: trace.attempts,
            waited: trace.waits.iter().map(|(_, time)| millis(*time)).sum(),
            store_down: trace.store_down,
            budget_exhausted: trace.budget_exhausted,
        }
    }
}

impl<'a> From<&'a Error> for OutError<'a> {
    fn from(error: &'a Error) -> OutError<'a> {
        OutError {
            kind: error.kind().as_str(),
            operation: error.operation(),
            message: error.message(),
            text: error.to_string(),
            hint: error.hint(),
            code: error.code(),
            ts: error.ts(),
            status: error.status(),
            faults: error
                .faults()
                .iter()
                .map(|fault| OutFault {
                    parameter: &fault.parameter,
                    kind: fault.kind.as_str(),
                    message: &fault.message,
                })
                .collect(),
            body: (!error.body().is_empty()).then(|| String::from_utf8_lossy(error.body())),
        }
    }
}

/// An error as the JSON object that stands in a failed step.
pub fn error_json(error: &Error) -> Vec<u8> {
    serde_json::to_vec(&OutError::from(error)).unwrap_or_default()
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// A step as JSON.
pub(super) fn write(Handle(call): Handle, step: Step) -> Vec<u8> {
    let mut data = None;
    let written = match &step {
        Step::Send { request, timeout } => serde_json::to_vec(&send(call, request, millis(*timeout))),
        Step::Wait { time, why } => {
            let why = match why {
                Why::Quota => "quota",
                Why::Backoff => "backoff",
                Why::Throttled => "throttled",
            };
            serde_json::to_vec(&OutWait { step: "wait", call, time: millis(*time), why })
        }
        Step::Store(question) => {
            serde_json::to_vec(&OutStore { step: "store", call, keys: &question.keys, args: &question.args })
        }
        Step::Sign(canonical) => serde_json::to_vec(&OutSign { step: "sign", call, text: &canonical.0 }),
        Step::Done { answer, trace } => {
            data = Some(&answer.data);
            let departures = answer.departures.iter();
            serde_json::to_vec(&OutDone {
                step: "done",
                trace: trace.into(),
                msg: &answer.msg,
                ts: answer.ts,
                departures: departures
                    .map(|Departure { path, expected, found }| OutDeparture { path, expected, found })
                    .collect(),
            })
        }
        Step::Failed { error, trace } => {
            serde_json::to_vec(&OutFailed { step: "failed", trace: trace.into(), error: error.into() })
        }
    };
    let mut written = written.unwrap_or_default();
    // The data are JSON already, and may be large: they are put in as they stand.
    if let Some(data) = data
        && written.pop() == Some(b'}')
    {
        written.reserve(data.len() + 10);
        written.extend_from_slice(b",\"data\":");
        written.extend_from_slice(data);
        written.push(b'}');
    }
    written
}

fn send(call: u64, request: &Request, timeout: u64) -> OutSend<'_> {
    let (form, parts) = match &request.body {
        Body::Empty => (None, None),
        Body::Form(form) => (Some(form.as_str()), None),
        Body::Multipart(parts) => (None, Some(parts.iter().map(part).collect())),
    };
    OutSend {
        step: "send",
        call,
        timeout,
        method: request.method.as_str(),
        url: &request.url,
        headers: request.headers.iter().copied().collect(),
        form,
        parts,
    }
}

fn part(part: &Part) -> OutPart<'_> {
    let name = part.name.as_ref();
    match &part.content {
        PartContent::Text(text) => OutPart { name, value: Some(text), file: None, source: None, offset: None },
        PartContent::File(file) => {
            let source = match &file.source {
                FileSource::Named(source) => Some(source.as_str()),
                FileSource::Bytes(_) => None,
            };
            OutPart {
                name,
                value: None,
                file: Some(&file.name),
                source,
                offset: Some(file.offset).filter(|offset| *offset > 0),
            }
        }
    }
}
