use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::trace::Trace;

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

/// The kinds of errors, by direction: building the request, sending it,
/// and what was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The account's domain, partner_id or key cannot be right.
    InvalidAccount,
    /// There is no operation of that name.
    UnknownOperation,
    /// Parameters are missing, unknown or wrong; [`Error::faults`] names all of them.
    InvalidParameters,
    /// The signer gave no signature.
    Signing,
    /// A file to send cannot be read, or is not what it was.
    File,
    /// No connection could be made: the request was not sent.
    Connect,
    /// No answer came in time.
    Timeout,
    /// The connection broke while the request was under way, or the executor failed.
    Transport,
    /// 404: the service has no such path.
    PathNotFound,
    /// 1001 参数错误: the service refuses a parameter.
    ParameterRejected,
    /// 1002 签名计算错误: the service computes another signature.
    SignatureRejected,
    /// 2001 账号不存在: there is no such account.
    AccountNotFound,
    /// 2002 账号权限错误: the account lacks the permission.
    PermissionDenied,
    /// 2003 直播账号未开或服务停止: the live account is not open, or stopped.
    LiveNotOpen,
    /// 3001 房间号不存在: there is no such room.
    RoomNotFound,
    /// 3002 该房间已删除: the room was deleted.
    RoomDeleted,
    /// 4001 文件上传失败: the upload failed.
    UploadFailed,
    /// 5002 视频不存在或已删除: the video does not exist or was deleted. The code is seen in public code, in no document.
    VideoNotFound,
    /// 1: an error without a code of its own; the message has the reason.
    General,
    /// A code that the documents do not name.
    Service,
    /// Too many requests: HTTP 429, or 429 as the answer's own code with any HTTP status.
    Throttled,
    /// An HTTP status that means failure, without an answer of the service.
    HttpStatus,
    /// The answer is JSON, but not the service's envelope.
    NotEnvelope,
    /// The answer is not JSON.
    NotJson,
    /// The answer is larger or deeper than this SDK reads.
    TooLarge,
    /// The data do not fit the type that was asked for.
    Decode,
    /// The answer to a call that was carried out, or a callback, departs from the documents, and the caller is strict:
    /// [`Error::departures`] names the places, and [`Error::data`] is what there is.
    Departures,
    /// The body of a callback is not what the service posted.
    CallbackMalformed,
    /// A callback was not signed with the account's key.
    CallbackSignature,
    /// A callback is too old, or ahead of this machine's clock.
    CallbackClock,
    /// The client was closed: before the call was sent, or while it was under way (the message says which).
    Closed,
    /// The host drove the engine wrongly, or went on with a call that had ended.
    Misuse,
}

impl ErrorKind {
    /// Its name in snake_case, as the command line tool and the other languages show it.
    pub fn as_str(self) -> &'static str {
        use ErrorKind::*;
        match self {
            InvalidAccount => "invalid_account",
            UnknownOperation => "unknown_operation",
            InvalidParameters => "invalid_parameters",
            Signing => "signing",
            File => "file",
            Connect => "connect",
            Timeout => "timeout",
            Transport => "transport",
            PathNotFound => "path_not_found",
            ParameterRejected => "parameter_rejected",
            SignatureRejected => "signature_rejected",
            AccountNotFound => "account_not_found",
            PermissionDenied => "permission_denied",
            LiveNotOpen => "live_not_open",
            RoomNotFound => "room_not_found",
            RoomDeleted => "room_deleted",
            UploadFailed => "upload_failed",
            VideoNotFound => "video_not_found",
            General => "general",
            Service => "service",
            Throttled => "throttled",
            HttpStatus => "http_status",
            NotEnvelope => "not_envelope",
            NotJson => "not_json",
            TooLarge => "too_large",
            Decode => "decode",
            Departures => "departures",
            CallbackMalformed => "callback_malformed",
            CallbackSignature => "callback_signature",
            CallbackClock => "callback_clock",
            Closed => "closed",
            Misuse => "misuse",
        }
    }

    /// The kind of a code that is not success.
    pub(crate) fn of_code(code: i64) -> ErrorKind {
        match code {
            1 => ErrorKind::General,
            404 => ErrorKind::PathNotFound,
            429 => ErrorKind::Throttled,
            1001 => ErrorKind::ParameterRejected,
            1002 => ErrorKind::SignatureRejected,
            2001 => ErrorKind::AccountNotFound,
            2002 => ErrorKind::PermissionDenied,
            2003 => ErrorKind::LiveNotOpen,
            3001 => ErrorKind::RoomNotFound,
            3002 => ErrorKind::RoomDeleted,
            4001 => ErrorKind::UploadFailed,
            5002 => ErrorKind::VideoNotFound,
            _ => ErrorKind::Service,
        }
    }

    fn hint(self) -> Option<&'static str> {
        use ErrorKind::*;
        Some(match self {
            InvalidParameters => {
                "compare it with the parameters that the operation is documented with; send what they lack as extra"
            }
            File => "check the path, and that nothing writes to the file while it is sent",
            Connect => "check the domain and the network; the request was not sent, so it is safe to try again",
            Timeout => "the service may have carried out the call; look before you repeat one that changes something",
            Transport => "the service may have carried out the call; look before you repeat one that changes something",
            PathNotFound => "the service does not know this path; check the domain",
            ParameterRejected => "the message names the parameter; compare it with the reference page",
            SignatureRejected => "check partner_id, partner_key (no stray blanks or newlines) and this machine's clock",
            AccountNotFound => "check partner_id and the domain: they belong together",
            PermissionDenied => "ask your BaijiaYun account manager to open this feature for the account",
            LiveNotOpen => "ask your BaijiaYun account manager whether the live service is open and paid for",
            RoomNotFound => "check the room id, and that the room belongs to this account",
            RoomDeleted => "the room is gone; create another one",
            UploadFailed => "check the file's type and size, and upload it again",
            VideoNotFound => {
                "check the video id, and that the video belongs to this account; if it was deleted, upload it again"
            }
            Throttled => {
                "at most 200 requests in 10 s per account, and per server address after the vendor's page of 2026; wait, and copy data into your own database instead of polling"
            }
            HttpStatus => "this answer is not from the API itself but from something in front of it; try again later",
            NotEnvelope | NotJson => {
                "the answer is kept in the error; a proxy or a wrong domain often answers like this"
            }
            TooLarge => "ask for fewer rows at a time; no answer of the API itself is nested deeply",
            Decode => "the answer is kept: read it as JSON, and please report the difference",
            Departures => {
                "what was asked for was done: the error has the data and names what departs; without strict they would have been given"
            }
            CallbackMalformed => {
                "pass the body byte for byte as it came over the wire, before any framework parses it (express.raw, request.get_data(), HttpServletRequest.getInputStream(), axum's Bytes)"
            }
            CallbackSignature => "pass the body byte for byte; check partner_key (no blanks or line breaks around it)",
            CallbackClock => {
                "check this machine's clock; a callback that was recorded and posted again is refused rightly; a test with an old example needs no clock"
            }
            InvalidAccount | UnknownOperation | Signing | General | Service | Closed | Misuse => return None,
        })
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing that is wrong with the parameters of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// The parameter.
    pub parameter: String,
    /// What is wrong with it.
    pub kind: FaultKind,
    /// The same in words.
    pub message: String,
}

/// What is wrong with a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// It is required and not there.
    Missing,
    /// The operation describes no such parameter.
    Unknown,
    /// It is of the wrong kind or form.
    WrongType,
    /// It is outside the range or length that the document states.
    OutOfRange,
}

impl FaultKind {
    /// Its name in snake_case.
    pub fn as_str(self) -> &'static str {
        match self {
            FaultKind::Missing => "missing",
            FaultKind::Unknown => "unknown",
            FaultKind::WrongType => "wrong_type",
            FaultKind::OutOfRange => "out_of_range",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fault { parameter, message, .. } = self;
        // A message about an element of it begins with the element's place.
        let between = if message.starts_with('[') { "" } else { " " };
        write!(f, "{parameter}{between}{message}")
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A value that is not what the document describes and could not be straightened.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Departure {
    /// Where it stands in the data, for example `list[3].user_number`.
    pub path: String,
    /// What the document describes: `int`, `string`, `array`, ...
    pub expected: &'static str,
    /// The value as the service wrote it, JSON; `nothing` if it is missing.
    pub found: String,
}

impl Departure {
    /// The same in data that stand under `path`.
    pub(crate) fn under(self, path: &str) -> Departure {
        let separator = if path.is_empty() || self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        Departure { path: format!("{path}{separator}{}", self.path), ..self }
    }
}

impl fmt::Debug for Departure {
    /// Without the value: it may be a key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Departure").field("path", &self.path).field("expected", &self.expected).finish_non_exhaustive()
    }
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
