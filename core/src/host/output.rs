//! What a host is told.

use std::time::Duration;

use crate::answer::Answer;
use crate::callbacks::{Parsed, Post};
use crate::coerce::Departure;
use crate::engine::{Failed, Handle, Step, Trace, Why};
use crate::error::{Error, Fault};
use crate::json::{Writer, array, quoted};
use crate::media;
use crate::pages::{Page, Pager};
use crate::request::{Body, Part, PartContent, Request};
use crate::upload::{Upload, Uploaded};
use crate::value::{Chunk, File, FileSource};

/// Counts and times are far from the end of the numbers.
fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

// Once in the WebAssembly.
#[inline(never)]
fn millis(time: Duration) -> i64 {
    whole(time.as_secs().saturating_mul(1000).saturating_add(time.subsec_millis().into()))
}

/// What a host is told.
#[derive(Debug)]
pub enum Told {
    /// To send this request.
    Send {
        /// The call; 0 if it is only to be looked at.
        call: u64,
        /// The signed request.
        request: Request,
        /// How long to wait for the answer.
        timeout: Duration,
        /// Most bytes to read of the answer, decoded.
        max_answer: u64,
    },
    /// That the call went well.
    Done {
        /// What was answered.
        answer: Answer,
        /// How it went.
        trace: Trace,
    },
    /// Anything else, as JSON.
    Json(Vec<u8>),
}

impl Told {
    /// A step. Data that are a page of a list turn the pager to the next.
    pub(super) fn of(handle: Handle, step: Step, pager: Option<&mut Pager>) -> Told {
        let json = match step {
            Step::Send { request, timeout, max_answer } => {
                return Told::Send { call: handle.0, request, timeout, max_answer };
            }
            Step::Done { answer, trace } => match pager {
                None => return Told::Done { answer, trace },
                Some(pager) => {
                    let mut step = done(&trace, &answer.msg, answer.ts, &answer.departures);
                    step.raw("page", &turn(pager, &answer.data));
                    step.finish_with("data", answer.data)
                }
            },
            Step::Wait { time, why, failed } => {
                let why = match why {
                    Why::Quota => "quota",
                    Why::Backoff => "backoff",
                    Why::Throttled => "throttled",
                };
                wait(handle, time, why, failed)
            }
            Step::Store { question, timeout } => {
                let mut step = begin("store", handle);
                step.number("timeout", millis(timeout));
                step.raw("keys", &array(question.keys.iter().map(|key| quoted(key).into_bytes())));
                step.raw("args", &array(question.args.iter().map(|number| number.to_string().into_bytes())));
                step.finish()
            }
            Step::Sign { canonical, timeout } => {
                let mut step = begin("sign", handle);
                step.number("timeout", millis(timeout));
                step.text("text", canonical.0.as_str());
                step.finish()
            }
            Step::Failed { error, trace } => failed(&error, &trace, None),
        };
        Told::Json(json)
    }

    /// What fails before it begins.
    pub fn failed(error: &Error) -> Told {
        Told::Json(failed(error, &Trace::default(), None))
    }

    /// All of it as JSON.
    pub fn into_json(self) -> Vec<u8> {
        match self {
            Told::Send { call, request, timeout, max_answer } => {
                send(Handle(call), &request, timeout, max_answer).finish()
            }
            Told::Done { answer, trace } => {
                done(&trace, &answer.msg, answer.ts, &answer.departures).finish_with("data", answer.data)
            }
            Told::Json(json) => json,
        }
    }
}

fn begin(name: &str, Handle(call): Handle) -> Writer {
    let mut step = Writer::new();
    step.text("step", name);
    step.number("call", whole(call));
    step
}

fn send(handle: Handle, request: &Request, timeout: Duration, max_answer: u64) -> Writer {
    let mut step = begin("send", handle);
    step.number("timeout", millis(timeout));
    step.number("max_answer", whole(max_answer));
    step.text("method", request.method.as_str());
    step.text("url", request.url.as_str());
    let mut headers = Writer::new();
    for (name, value) in request.headers {
        headers.text(name, *value);
    }
    if let Body::Chunk(file) = &request.body {
        headers.text("content-range", file.content_range().as_deref());
    }
    step.raw("headers", &headers.finish());
    match &request.body {
        Body::Empty => {}
        Body::Form(form) => step.text("form", form.as_str()),
        Body::Multipart(parts) => step.raw("parts", &array(parts.iter().map(part))),
        Body::Chunk(file) => step.raw("chunk", &chunk(file)),
    }
    step
}

/// The step to send a post of an upload: with the id of the video, and how many bytes of the file the service has.
pub(super) fn send_upload(
    handle: Handle,
    request: &Request,
    timeout: Duration,
    max_answer: u64,
    upload: &Upload,
    ids_as_text: bool,
) -> Vec<u8> {
    let mut step = send(handle, request, timeout, max_answer);
    video_id(&mut step, upload.video_id(), ids_as_text);
    step.number("received", whole(upload.received()));
    step.finish()
}

fn video_id(out: &mut Writer, video_id: Option<i64>, as_text: bool) {
    match video_id {
        Some(id) if as_text => out.text("video_id", id.to_string().as_str()),
        id => out.number("video_id", id),
    }
}

fn chunk(file: &File) -> Vec<u8> {
    let mut out = Writer::new();
    if let FileSource::Named(source) = &file.source {
        out.text("source", source.as_str());
    }
    if let Some(Chunk { offset, length }) = file.chunk {
        out.number("offset", whole(offset));
        out.number("length", whole(length));
    }
    out.finish()
}

fn part(part: &Part) -> Vec<u8> {
    let mut out = Writer::new();
    out.text("name", media::quotable(&part.name).as_str());
    match &part.content {
        PartContent::Text(text) => out.text("value", text.as_str()),
        PartContent::File(file) => {
            out.text("file", file.quotable_name().as_str());
            out.text("type", file.content_type());
            if let FileSource::Named(source) = &file.source {
                out.text("source", source.as_str());
            }
        }
    }
    out.finish()
}

/// The step to wait.
pub(super) fn wait(handle: Handle, time: Duration, why: &'static str, failed: Option<Failed>) -> Vec<u8> {
    let mut step = begin("wait", handle);
    step.number("time", millis(time));
    step.text("why", why);
    if let Some(Failed { kind, code }) = failed {
        let mut attempt = Writer::new();
        attempt.text("kind", kind.as_str());
        attempt.number("code", code);
        step.raw("failed", &attempt.finish());
    }
    step.finish()
}

/// The step to ask a server of the host's own where to upload: a new video, or the rest of one.
pub(super) fn address(handle: Handle, of: Option<i64>, timeout: Duration, ids_as_text: bool) -> Vec<u8> {
    let mut step = begin("address", handle);
    step.number("timeout", millis(timeout));
    video_id(&mut step, of, ids_as_text);
    step.finish()
}

/// The step that ends a call, but for its data.
fn done(trace: &Trace, msg: &str, ts: Option<i64>, departures: &[Departure]) -> Writer {
    let mut step = Writer::new();
    step.text("step", "done");
    step.raw("trace", &self::trace(trace));
    if !msg.is_empty() {
        step.text("msg", msg);
    }
    if ts.is_some() {
        step.number("ts", ts);
    }
    if !departures.is_empty() {
        step.raw("departures", &self::departures(departures));
    }
    step
}

/// The step that ends a failed call, or the upload of a video that is registered.
pub(super) fn failed(error: &Error, trace: &Trace, video_id: Option<i64>) -> Vec<u8> {
    let mut step = Writer::new();
    step.text("step", "failed");
    step.raw("trace", &self::trace(trace));
    if let Some(video_id) = video_id {
        // Its upload broke off, and can go on later.
        step.number("video_id", video_id);
    }
    step.raw("error", &error_json(error));
    step.finish()
}

/// The step that ends an upload.
pub(super) fn uploaded(video: Uploaded, trace: &Trace, ids_as_text: bool) -> Vec<u8> {
    let mut data = Writer::new();
    video_id(&mut data, Some(video.video_id), ids_as_text);
    data.number("status", video.status);
    data.number("resumes", i64::from(video.resumes));
    let mut step = done(trace, "", None, &[]);
    step.raw("data", &data.finish());
    step.finish()
}

/// What a callback tells.
pub(super) fn callback(parsed: &Parsed) -> Vec<u8> {
    let mut event = Writer::new();
    event.text("name", parsed.name);
    event.text("qid", parsed.qid.as_str());
    event.number("timestamp", parsed.timestamp);
    event.text("signature", parsed.signature.as_str());
    event.number("hold", i64::from(parsed.hold));
    // Which key signed it: 0 is partner_key, then `callback_keys` in their order.
    event.number("key", whole(parsed.key as u64));
    event.raw("departures", &departures(&parsed.departures));
    let mut out = Writer::new();
    out.raw("event", &event.finish());
    out.raw("data", &parsed.json);
    out.finish()
}

/// A callback that was signed.
pub(super) fn post(post: &Post) -> Vec<u8> {
    let mut out = Writer::new();
    out.text("body", post.body.as_str());
    out.text("content_type", post.content_type);
    out.finish()
}

/// An answer of the service without data.
pub(super) fn code(code: i64, msg: &str, ts: Option<i64>) -> Vec<u8> {
    let mut out = Writer::new();
    out.number("code", code);
    out.text("msg", msg);
    out.number("ts", ts);
    out.finish()
}

/// What is told in place of a link or a callback: `{"error":{...}}`.
pub fn refusal(error: &Error) -> Vec<u8> {
    object("error", &error_json(error))
}

/// An object with this one member, which is JSON already.
pub(super) fn object(name: &str, value: &[u8]) -> Vec<u8> {
    let mut out = Writer::new();
    out.raw(name, value);
    out.finish()
}

/// An error as every language shows it: the JSON object that stands in a failed step.
pub fn error_json(error: &Error) -> Vec<u8> {
    let mut out = Writer::new();
    out.text("kind", error.kind().as_str());
    out.text("operation", error.operation());
    out.text("message", error.message());
    // All of it in words.
    out.text("text", error.to_string().as_str());
    out.text("hint", error.hint());
    out.number("code", error.code());
    out.number("ts", error.ts());
    out.number("status", error.status().map(i64::from));
    out.number("retry_after", error.retry_after().map(millis));
    out.raw("faults", &array(error.faults().iter().map(fault)));
    if !error.body().is_empty() {
        out.text("body", String::from_utf8_lossy(error.body()).as_ref());
    }
    if !error.departures().is_empty() {
        out.raw("departures", &departures(error.departures()));
        out.raw("data", error.data());
    }
    out.finish()
}

fn fault(fault: &Fault) -> Vec<u8> {
    let mut out = Writer::new();
    out.text("parameter", fault.parameter.as_str());
    out.text("kind", fault.kind.as_str());
    out.text("message", fault.message.as_str());
    out.finish()
}

fn trace(trace: &Trace) -> Vec<u8> {
    let mut out = Writer::new();
    out.number("attempts", i64::from(trace.attempts));
    out.number("waited", millis(trace.waited()));
    for (name, truth) in [("store_down", trace.store_down), ("budget_exhausted", trace.budget_exhausted)] {
        if truth {
            out.flag(name, truth);
        }
    }
    out.finish()
}

fn departures(departures: &[Departure]) -> Vec<u8> {
    array(departures.iter().map(|departure| {
        let mut out = Writer::new();
        out.text("path", departure.path.as_str());
        out.text("expected", departure.expected);
        out.text("found", departure.found.as_str());
        out.finish()
    }))
}

/// A page of a list, and what it means for the walk through the list.
fn turn(pager: &mut Pager, data: &[u8]) -> Vec<u8> {
    let Page { rows, total, repeated, more } = pager.take(data);
    let mut page = Writer::new();
    // Where its rows stand in the data, dotted; empty if the data are the rows.
    page.text("list", pager.list());
    page.number("rows", whole(rows));
    page.number("total", total.map(whole));
    // The rows were there before, and are to be dropped.
    page.flag("repeated", repeated);
    // What to ask for the next page with, if there may be one.
    page.text("next", more.then(|| pager.position()).as_deref());
    page.finish()
}
