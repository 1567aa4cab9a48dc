//! What goes wrong: one type of error for everything, which says what happened, in which call, and what to do about it.

mod departure;
mod fault;
mod kind;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::trace::Trace;

pub use departure::Departure;
pub use fault::{Fault, FaultKind};
pub use kind::ErrorKind;

/// Of a longer answer an error keeps so many bytes.
pub const MAX_BODY: usize = 64 << 10;

/// So many departures are named in the message; more would hide what it says.
const FEW: usize = 5;

/// What went wrong, in which call, and what to do about it.
///
/// It never holds partner_key, secret_key or a password.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    operation: String,
    message: String,
    hint: Option<Cow<'static, str>>,
    faults: Vec<Fault>,
    code: Option<i64>,
    ts: Option<i64>,
    status: Option<u16>,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    retry_after: Option<Duration>,
    departures: Vec<Departure>,
    data: Vec<u8>,
    trace: Option<Trace>,
    video_id: Option<i64>,
    /// It would fail alike the next time, though its kind often passes.
    lasting: bool,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of that kind in a call of that operation (empty: in none).
    /// Executors use it to report what went wrong while sending.
    pub fn new(kind: ErrorKind, operation: impl Into<String>) -> Error {
        Error(Box::new(Inner {
            kind,
            operation: operation.into(),
            message: String::new(),
            hint: kind.hint().map(Cow::Borrowed),
            faults: Vec::new(),
            code: None,
            ts: None,
            status: None,
            headers: Vec::new(),
            body: Vec::new(),
            retry_after: None,
            departures: Vec::new(),
            data: Vec::new(),
            trace: None,
            video_id: None,
            lasting: false,
            source: None,
        }))
    }

    /// Data that do not fit a type. It says where, and not what stands there: that may be a key.
    pub fn decode(operation: impl Into<String>, error: &serde_json::Error) -> Error {
        let (line, column) = (error.line(), error.column());
        Error::new(ErrorKind::Decode, operation)
            .with_message(format!("the data do not fit the type at line {line}, column {column}"))
    }

    /// Says what happened. It must not hold a key or a password.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Error {
        self.0.message = message.into();
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<Cow<'static, str>>) -> Error {
        self.0.hint = Some(hint.into());
        self
    }

    /// Parameters that cannot be sent.
    pub(crate) fn faulty(operation: &str, faults: Vec<Fault>) -> Error {
        let words: Vec<String> = faults.iter().map(Fault::to_string).collect();
        let mut error = Error::new(ErrorKind::InvalidParameters, operation).with_message(words.join("; "));
        error.0.faults = faults;
        error
    }

    /// Data that are not what the documents describe. It says where, and not what stands there: that may be a key.
    pub(crate) fn departing(operation: &str, data: Vec<u8>, departures: Vec<Departure>) -> Error {
        let places = departures.iter().take(FEW).map(|Departure { path, expected, found }| {
            let path = if path.is_empty() { "the data" } else { path };
            let why = if found == "nothing" { "missing" } else { "described" };
            format!("{path} ({expected} is {why})")
        });
        let more = match departures.len().saturating_sub(FEW) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let places = places.collect::<Vec<_>>().join(", ");
        let mut error = Error::new(ErrorKind::Departures, operation)
            .with_message(format!("the data depart from the documents: {places}{more}"));
        error.0.departures = departures;
        error.0.data = data;
        error
    }

    pub(crate) fn with_code(mut self, code: i64) -> Error {
        self.0.code = Some(code);
        self
    }

    pub(crate) fn with_ts(mut self, ts: Option<i64>) -> Error {
        self.0.ts = ts;
        self
    }

    /// Keeps what was answered, up to [`MAX_BODY`].
    #[must_use]
    pub fn with_answer(mut self, status: u16, body: &[u8]) -> Error {
        self.0.status = Some(status);
        self.0.body = body.get(..MAX_BODY).unwrap_or(body).to_vec();
        self
    }

    /// Says how the call went before it failed.
    #[must_use]
    pub fn with_trace(mut self, trace: Trace) -> Error {
        self.0.trace = Some(trace);
        self
    }

    /// Keeps the headers of the answer.
    #[must_use]
    pub fn with_headers(mut self, headers: Vec<(String, String)>) -> Error {
        self.0.headers = headers;
        self
    }

    /// Says when the service wants to be asked again.
    #[must_use]
    pub fn with_retry_after(mut self, time: Option<Duration>) -> Error {
        self.0.retry_after = time;
        self
    }

    /// Names the video whose upload failed.
    #[must_use]
    pub fn with_video_id(mut self, video_id: Option<i64>) -> Error {
        self.0.video_id = video_id;
        self
    }

    /// Says what led to it, such as the error of an HTTP client. Neither may its words hold a key or a password.
    #[must_use]
    pub fn with_source(mut self, source: Arc<dyn std::error::Error + Send + Sync>) -> Error {
        self.0.source = Some(source);
        self
    }

    /// Says that it would fail alike the next time (see [`Error::is_transient`]).
    pub(crate) fn lasting(mut self) -> Error {
        self.0.lasting = true;
        self
    }

    /// Whether the cause may pass by itself, so that the same call may go well later: there was no connection or no
    /// answer in time, the service throttles, or something in front of it failed.
    ///
    /// It does not say whether the call may be repeated: after a timeout the service may have carried it out. The client
    /// has tried again what can do no harm before it fails.
    pub fn is_transient(&self) -> bool {
        let server_failed = matches!(self.status(), Some(408 | 500 | 502..));
        match self.kind() {
            ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Transport => !self.0.lasting,
            // Something in front of the service answered, or the answer was cut off.
            ErrorKind::Throttled | ErrorKind::NotJson => true,
            _ => server_failed,
        }
    }

    /// What kind of error it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The operation that was called; empty if the error came before.
    pub fn operation(&self) -> &str {
        &self.0.operation
    }

    /// What happened; for an error of the service its own `msg`.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// Everything that is wrong with the parameters.
    pub fn faults(&self) -> &[Fault] {
        &self.0.faults
    }

    /// The service's own code, for example 1002.
    pub fn code(&self) -> Option<i64> {
        self.0.code
    }

    /// When the service answered, unix seconds.
    pub fn ts(&self) -> Option<i64> {
        self.0.ts
    }

    /// The HTTP status of the answer.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The headers of the answer, names in small letters, if the executor gave them on; empty if there was none.
    pub fn headers(&self) -> &[(String, String)] {
        &self.0.headers
    }

    /// How long the answer asked to wait before the next request (its header Retry-After).
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The video whose upload failed, once it was registered: with its id the upload can go on later.
    pub fn video_id(&self) -> Option<i64> {
        self.0.video_id
    }

    /// The places where the answer departs from the documents, for an error of the kind [`ErrorKind::Departures`].
    pub fn departures(&self) -> &[Departure] {
        &self.0.departures
    }

    /// The data of such an answer, straightened as far as they could be, JSON; empty for other errors.
    pub fn data(&self) -> &[u8] {
        &self.0.data
    }

    /// How the call went: attempts and waits; `None` if it was never begun.
    pub fn trace(&self) -> Option<&Trace> {
        self.0.trace.as_ref()
    }

    /// The answer, byte for byte, its first [`MAX_BODY`] bytes; empty if there was none.
    pub fn body(&self) -> &[u8] {
        &self.0.body
    }
}

impl fmt::Debug for Error {
    /// Without the answer and its headers: they may hold anything.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("operation", &inner.operation)
            .field("code", &inner.code)
            .field("message", &inner.message)
            .field("hint", &inner.hint)
            .field("faults", &inner.faults)
            .field("status", &inner.status)
            .field("video_id", &inner.video_id)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        if !inner.operation.is_empty() {
            write!(f, "{}: ", inner.operation)?;
        }
        match (inner.code, inner.status) {
            (Some(_), Some(status)) if inner.kind == ErrorKind::HttpStatus => {
                write!(f, "HTTP {status} ({})", inner.kind)?
            }
            (Some(code), _) => write!(f, "the service answered {code} ({})", inner.kind)?,
            (None, Some(status)) => write!(f, "HTTP {status} ({})", inner.kind)?,
            (None, None) => write!(f, "{}", inner.kind)?,
        }
        if !inner.message.is_empty() {
            write!(f, ": {}", inner.message)?;
        }
        if let Some(hint) = &inner.hint {
            write!(f, " [{hint}]")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    /// What led to it, for example the HTTP client's error; its words are in [`Error::message`] too.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
