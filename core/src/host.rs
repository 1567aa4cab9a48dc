//! The engine for hosts in other languages: JSON goes in, JSON comes out.
//!
//! Every binding (WebAssembly, UniFFI) is a thin shell around [`Host`]. A
//! crossing carries one text in and one out, and the data of an answer stand
//! in it as they are, so that the host parses everything at once:
//!
//! ```json
//! {"step":"send","call":1,"timeout":30000,"method":"POST","url":"https://...","headers":{"accept":"application/json"},
//!  "form":"room_id=1&..."}
//! {"step":"send", ..., "parts":[{"name":"room_id","value":"1"},{"name":"attachment","file":"a.pdf","source":"f1"}]}
//! {"step":"wait","call":1,"time":250,"why":"backoff"}
//! {"step":"store","call":1,"keys":["..."],"args":[55556,1055564]}
//! {"step":"sign","call":1,"text":"partner_id=..."}
//! {"step":"done","trace":{"attempts":1,"waited":0},"msg":"","ts":1,"departures":[],"data":{"room_id":"1"}}
//! {"step":"failed","trace":{"attempts":1,"waited":0},"error":{"kind":"room_not_found","operation":"room.info","code":3001, ...}}
//! ```
//!
//! Times are milliseconds. A call that is done or failed needs no clean-up.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::coerce::{self, Departure};
use crate::engine::{CallOptions, Engine, Event, Handle, Now, Retry, Settings, Step, Trace, Why};
use crate::error::{Error, ErrorKind};
use crate::operation::{self, Method, Operation};
use crate::request::{Body, Part, PartContent, Request};
use crate::sign::PartnerKey;
use crate::value::{FileSource, Params};

/// What a host makes an engine from.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    domain: String,
    partner_id: String,
    /// Absent if the host has requests signed elsewhere.
    #[serde(default, deserialize_with = "secret")]
    partner_key: Option<String>,
    /// Paths by operation name, in place of the table's.
    #[serde(default)]
    paths: BTreeMap<String, String>,
    #[serde(default)]
    settings: HostSettings,
}

/// A text, whose value no error shows.
fn secret<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let raw = <&serde_json::value::RawValue>::deserialize(deserializer)?;
    serde_json::from_str(raw.get()).map_err(|_| serde::de::Error::custom("partner_key must be a string"))
}

/// Settings as a host gives them; what is absent stays as it is.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct HostSettings {
    attempts: Option<u32>,
    attempt_timeout: Option<u64>,
    deadline: Option<u64>,
    upload_deadline: Option<u64>,
    /// Requests of the account in so many seconds; 0 requests: no limit.
    quota: Option<(u32, u32)>,
    /// Whether the limits of single operations are kept.
    operation_quota: Option<bool>,
    /// Whether the host has a shared store.
    store: bool,
    store_prefix: Option<String>,
    /// Whether ids are written as strings (JavaScript).
    ids_as_text: bool,
    /// Whether values that are not as documented are taken out of the data.
    set_aside: bool,
}

/// Options of one call as a host gives them.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct HostOptions {
    /// `safe`, `always` or `never`.
    retry: Option<String>,
    attempts: Option<u32>,
    attempt_timeout: Option<u64>,
    deadline: Option<u64>,
    /// Parameters that the description lacks.
    extra: Option<Box<serde_json::value::RawValue>>,
}

/// What became of a step, except an answer (see [`Host::answer`]). Which
/// members count depends on `event`. (A tagged enum would be nicer to read, but
/// makes serde buffer values, which costs 20 kB of WebAssembly.)
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HostEvent<'a> {
    event: &'a str,
    /// For `broken`: `connect`, `timeout` or `transport`.
    #[serde(default)]
    kind: Option<&'a str>,
    /// For `broken`, `not_signed`: what happened.
    #[serde(default)]
    message: Option<String>,
    /// For `store`: the number that the script returned.
    #[serde(default)]
    wait: Option<i64>,
    /// For `signed`.
    #[serde(default)]
    signature: Option<String>,
}

/// The calls of one account, for a host in another language.
pub struct Host {
    engine: Engine,
    data: coerce::Options,
}

impl Host {
    /// Makes an engine from a JSON object: `domain`, `partner_id`,
    /// `partner_key` (absent if the host has requests signed elsewhere),
    /// `paths`, `settings`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidAccount`], also for a config that is not of this form.
    pub fn new(config: &str) -> Result<Host, Error> {
        let config: Config = serde_json::from_str(config).map_err(|error| {
            // serde names the place and the member, never the value of partner_key.
            Error::new(ErrorKind::InvalidAccount, "")
                .with_message(format!("the configuration is not understood: {error}"))
        })?;
        let account = match config.partner_key {
            Some(key) => Account::new(&config.domain, config.partner_id, PartnerKey::new(key))?,
            None => Account::without_signer(&config.domain, config.partner_id)?,
        };
        let data = coerce::Options { set_aside: config.settings.set_aside, ids_as_text: config.settings.ids_as_text };
        let settings = config.settings.apply(Settings::default());
        Ok(Host { engine: Engine::new(account.with_paths(config.paths), settings), data })
    }

    /// Begins a call. `params` and `options` are JSON objects; empty texts stand for none.
    /// A name that begins with `/` is a path that the table does not describe,
    /// sent with POST, or with GET if it begins with `GET /`.
    pub fn begin(&mut self, name: &str, params: &str, options: &str, now: Now) -> Vec<u8> {
        let begun = self
            .prepare(name, params, options)
            .map(|(operation, params, options)| self.engine.begin(operation.as_ref(), &params, options, now));
        match begun {
            Ok((handle, step)) => write(handle, step),
            Err(error) => write(Handle(0), Step::Failed { error, trace: Trace::default() }),
        }
    }

    /// Tells the HTTP answer to a request, and gets the next step.
    /// `retry_after` is the header of that name in milliseconds, if it was a number.
    pub fn answer(&mut self, call: u64, status: u16, retry_after: Option<u64>, body: Vec<u8>, now: Now) -> Vec<u8> {
        let event = Event::Answer { status, retry_after: retry_after.map(Duration::from_millis), body };
        write(Handle(call), self.engine.resume(Handle(call), event, now))
    }

    /// Tells what became of any other step (a JSON object with `event`), and gets the next one.
    pub fn resume(&mut self, call: u64, event: &str, now: Now) -> Vec<u8> {
        let step = match serde_json::from_str::<HostEvent<'_>>(event).ok().and_then(HostEvent::read) {
            Some(event) => self.engine.resume(Handle(call), event, now),
            None => {
                self.engine.cancel(Handle(call));
                let error = Error::new(ErrorKind::Misuse, "").with_message("the event is not understood");
                Step::Failed { error, trace: Trace::default() }
            }
        };
        write(Handle(call), step)
    }

    /// Gives a call up.
    pub fn cancel(&mut self, call: u64) {
        self.engine.cancel(Handle(call));
    }

    /// How many calls are under way.
    pub fn calls(&self) -> usize {
        self.engine.calls()
    }

    fn prepare(
        &self,
        name: &str,
        params: &str,
        options: &str,
    ) -> Result<(Cow<'static, Operation>, Params, CallOptions), Error> {
        let operation = match (name.strip_prefix("GET "), name.starts_with('/')) {
            (Some(path), _) => Cow::Owned(Operation::raw(Method::Get, path)),
            (None, true) => Cow::Owned(Operation::raw(Method::Post, name)),
            (None, false) => Cow::Borrowed(operation::find(name)?),
        };
        let mut params = Params::from_json(&operation, if params.is_empty() { "{}" } else { params })?;
        let options: HostOptions = if options.is_empty() {
            HostOptions::default()
        } else {
            serde_json::from_str(options).map_err(|error| {
                Error::new(ErrorKind::InvalidParameters, operation.name.as_ref())
                    .with_message(format!("the options are not understood: {error}"))
            })?
        };
        if let Some(extra) = &options.extra {
            let open = Operation::raw(Method::Post, operation.name.as_ref());
            for (name, value) in Params::from_json(&open, extra.get())?.iter() {
                params.set_extra(name, value.clone());
            }
        }
        let options = CallOptions {
            retry: match options.retry.as_deref() {
                None | Some("safe") => Retry::Safe,
                Some("always") => Retry::Always,
                Some("never") => Retry::Never,
                Some(other) => {
                    return Err(Error::new(ErrorKind::InvalidParameters, operation.name.as_ref())
                        .with_message(format!("retry is {other:?}, but must be safe, always or never")));
                }
            },
            attempts: options.attempts,
            attempt_timeout: options.attempt_timeout.map(Duration::from_millis),
            deadline: options.deadline.map(Duration::from_millis),
            data: self.data,
        };
        Ok((operation, params, options))
    }
}

impl HostSettings {
    fn apply(self, mut settings: Settings) -> Settings {
        let set = |slot: &mut Duration, millis: Option<u64>| {
            if let Some(millis) = millis {
                *slot = Duration::from_millis(millis);
            }
        };
        set(&mut settings.attempt_timeout, self.attempt_timeout);
        set(&mut settings.deadline, self.deadline);
        set(&mut settings.upload_deadline, self.upload_deadline);
        if let Some(attempts) = self.attempts {
            settings.retry.attempts = attempts;
        }
        if let Some((requests, seconds)) = self.quota {
            settings.quota.requests = requests;
            settings.quota.seconds = seconds;
        }
        settings.quota.operations = self.operation_quota.unwrap_or(settings.quota.operations);
        settings.quota.store = self.store;
        if let Some(prefix) = self.store_prefix {
            settings.quota.prefix = prefix;
        }
        settings
    }
}

impl HostEvent<'_> {
    /// `None` if it is no event, or lacks what belongs to it.
    fn read(self) -> Option<Event> {
        Some(match self.event {
            "elapsed" => Event::Elapsed,
            "broken" => {
                let kind = match self.kind? {
                    "connect" => ErrorKind::Connect,
                    "timeout" => ErrorKind::Timeout,
                    "transport" => ErrorKind::Transport,
                    _ => return None,
                };
                Event::Transport { kind, message: self.message? }
            }
            "store" => Event::Store(self.wait?),
            "store_down" => Event::StoreDown,
            "signed" => Event::Signed(self.signature?),
            "not_signed" => Event::NotSigned(self.message?),
            _ => return None,
        })
    }
}

// --- what comes out ---------------------------------------------------------------

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

fn write(Handle(call): Handle, step: Step) -> Vec<u8> {
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
        PartContent::Text(text) => OutPart { name, value: Some(text), file: None, source: None },
        PartContent::File(file) => {
            let source = match &file.source {
                FileSource::Named(source) => Some(source.as_str()),
                FileSource::Bytes(_) => None,
            };
            OutPart { name, value: None, file: Some(&file.name), source }
        }
    }
}
