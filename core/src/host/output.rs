//! What a host is told.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::callbacks::Parsed;
use crate::coerce::Departure;
use crate::engine::{Handle, Step, Trace, Why};
use crate::error::Error;
use crate::pages::{Page, Pager};
use crate::request::{Body, Part, PartContent, Request};
use crate::upload::Uploaded;
use crate::value::FileSource;

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
    #[serde(skip_serializing_if = "str::is_empty")]
    msg: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ts: Option<i64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    departures: Vec<OutDeparture<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<OutPage>,
}

/// A page of a list.
#[derive(Serialize)]
struct OutPage {
    /// Where its rows stand in the data, dotted; empty if the data are the rows.
    list: &'static str,
    rows: u64,
    total: Option<u64>,
    /// The rows were there before, and are to be dropped.
    repeated: bool,
    /// What to ask for the next page with, if there may be one.
    next: Option<String>,
}

#[derive(Serialize)]
struct OutFailed<'a> {
    step: &'static str,
    trace: OutTrace,
    /// The video whose upload broke off, and can go on later.
    #[serde(skip_serializing_if = "Option::is_none")]
    video_id: Option<i64>,
    error: OutError<'a>,
}

#[derive(Serialize)]
struct OutCallback<'a> {
    name: Option<&'static str>,
    qid: Option<&'a str>,
    timestamp: Option<i64>,
    /// Which key signed it: 0 is partner_key, then `callback_keys` in their order.
    key: usize,
    departures: Vec<OutDeparture<'a>>,
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

/// A step as JSON. Data that are a page of a list turn the pager to the next.
pub(super) fn write(Handle(call): Handle, step: Step, pager: Option<&mut Pager>, lines: bool) -> Vec<u8> {
    let written = match &step {
        Step::Send { request, timeout } => return send(call, request, millis(*timeout), lines),
        Step::Wait { time, why } => {
            let why = match why {
                Why::Quota => "quota",
                Why::Backoff => "backoff",
                Why::Throttled => "throttled",
            };
            return wait(Handle(call), *time, why);
        }
        Step::Store(question) => {
            serde_json::to_vec(&OutStore { step: "store", call, keys: &question.keys, args: &question.args })
        }
        Step::Sign(canonical) => serde_json::to_vec(&OutSign { step: "sign", call, text: &canonical.0 }),
        Step::Done { answer, trace } => {
            let done = serde_json::to_vec(&OutDone {
                step: "done",
                trace: trace.into(),
                msg: &answer.msg,
                ts: answer.ts,
                departures: departures(&answer.departures),
                page: pager.map(|pager| turn(pager, &answer.data)),
            });
            return with_data(done.unwrap_or_default(), &answer.data);
        }
        Step::Failed { error, trace } => return failed(error, trace, None),
    };
    written.unwrap_or_default()
}

/// The step to wait.
pub(super) fn wait(Handle(call): Handle, time: Duration, why: &'static str) -> Vec<u8> {
    serde_json::to_vec(&OutWait { step: "wait", call, time: millis(time), why }).unwrap_or_default()
}

/// The step that ends a failed call, or the upload of a video that is registered.
pub(super) fn failed(error: &Error, trace: &Trace, video_id: Option<i64>) -> Vec<u8> {
    let failed = OutFailed { step: "failed", trace: trace.into(), video_id, error: error.into() };
    serde_json::to_vec(&failed).unwrap_or_default()
}

/// The step that ends an upload.
pub(super) fn uploaded(video: Uploaded, trace: &Trace, ids_as_text: bool) -> Vec<u8> {
    let done = OutDone { step: "done", trace: trace.into(), msg: "", ts: None, departures: Vec::new(), page: None };
    let Uploaded { video_id, status, resumes } = video;
    let quote = if ids_as_text { "\"" } else { "" };
    let status = status.map_or("null".to_owned(), |status| status.to_string());
    let data = format!(r#"{{"video_id":{quote}{video_id}{quote},"status":{status},"resumes":{resumes}}}"#);
    with_data(serde_json::to_vec(&done).unwrap_or_default(), data.as_bytes())
}

/// What a callback tells.
pub(super) fn callback(parsed: &Parsed) -> Vec<u8> {
    let event = OutCallback {
        name: parsed.name,
        qid: parsed.qid.as_deref(),
        timestamp: parsed.timestamp,
        key: parsed.key,
        departures: departures(&parsed.departures),
    };
    with_data(object("event", event), &parsed.json)
}

/// What is told in place of a link or a callback.
pub(super) fn error(error: &Error) -> Vec<u8> {
    object("error", OutError::from(error))
}

/// An object with this one member.
pub(super) fn object(name: &'static str, value: impl Serialize) -> Vec<u8> {
    serde_json::to_vec(&BTreeMap::from([(name, value)])).unwrap_or_default()
}

/// Puts data, which are JSON already and may be large, into an object as they stand.
fn with_data(mut object: Vec<u8>, data: &[u8]) -> Vec<u8> {
    if object.pop() == Some(b'}') {
        object.reserve(data.len() + 10);
        object.extend_from_slice(b",\"data\":");
        object.extend_from_slice(data);
        object.push(b'}');
    }
    object
}

fn departures(departures: &[Departure]) -> Vec<OutDeparture<'_>> {
    departures.iter().map(|Departure { path, expected, found }| OutDeparture { path, expected, found }).collect()
}

/// What a page of data means for the walk through the list.
fn turn(pager: &mut Pager, data: &[u8]) -> OutPage {
    let Page { rows, total, repeated, more } = pager.take(data);
    OutPage { list: pager.list(), rows, total, repeated, next: more.then(|| pager.position()) }
}

/// The step to send, which every call has: written by hand, because it stands between every two.
pub(super) fn send(call: u64, request: &Request, timeout: u64, lines: bool) -> Vec<u8> {
    match &request.body {
        Body::Form(form) if lines => send_lines(call, request, timeout, form),
        Body::Empty if lines => send_lines(call, request, timeout, ""),
        _ => send_json(call, request, timeout),
    }
}

fn send_lines(call: u64, request: &Request, timeout: u64, form: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(48 + request.url.len() + form.len());
    out.extend_from_slice(b"send\n");
    number(&mut out, call);
    out.push(b'\n');
    number(&mut out, timeout);
    for line in [request.method.as_str(), &request.url, form] {
        out.push(b'\n');
        out.extend_from_slice(line.as_bytes());
    }
    out
}

fn send_json(call: u64, request: &Request, timeout: u64) -> Vec<u8> {
    let form = if let Body::Form(form) = &request.body { form.as_str() } else { "" };
    let mut out = Vec::with_capacity(256 + request.url.len() + form.len());
    out.extend_from_slice(b"{\"step\":\"send\",\"call\":");
    number(&mut out, call);
    out.extend_from_slice(b",\"timeout\":");
    number(&mut out, timeout);
    plain_member(&mut out, b",\"method\":", request.method.as_str());
    member(&mut out, b",\"url\":", &request.url);
    out.extend_from_slice(b",\"headers\":{");
    for (index, (name, value)) in request.headers.iter().enumerate() {
        plain_member(&mut out, if index > 0 { b"," } else { b"" }, name);
        plain_member(&mut out, b":", value);
    }
    out.push(b'}');
    match &request.body {
        Body::Empty => {}
        Body::Form(form) => plain_member(&mut out, b",\"form\":", form),
        Body::Multipart(parts) => {
            out.extend_from_slice(b",\"parts\":[");
            for (index, part) in parts.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_part(&mut out, part);
            }
            out.push(b']');
        }
    }
    out.push(b'}');
    out
}

fn write_part(out: &mut Vec<u8>, part: &Part) {
    member(out, b"{\"name\":", &part.name);
    match &part.content {
        PartContent::Text(text) => member(out, b",\"value\":", text),
        PartContent::File(file) => {
            member(out, b",\"file\":", &file.name);
            if let FileSource::Named(source) = &file.source {
                member(out, b",\"source\":", source);
            }
            // The byte to begin with, if it is not the first.
            if file.offset > 0 {
                out.extend_from_slice(b",\"offset\":");
                number(out, file.offset);
            }
        }
    }
    out.push(b'}');
}

/// A text with what comes before it.
fn member(out: &mut Vec<u8>, before: &[u8], text: &str) {
    if text.bytes().any(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        out.extend_from_slice(before);
        // Writing into memory does not fail.
        let _ = serde_json::to_writer(out, text);
    } else {
        plain_member(out, before, text);
    }
}

/// A text that holds nothing that JSON escapes, such as a URL-encoded form.
fn plain_member(out: &mut Vec<u8>, before: &[u8], text: &str) {
    out.extend_from_slice(before);
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

fn number(out: &mut Vec<u8>, value: u64) {
    if value > 9 {
        number(out, value / 10);
    }
    out.push(b'0' + (value % 10) as u8);
}
