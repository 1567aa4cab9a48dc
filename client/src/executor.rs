//! What sends requests. The client has one built in (feature `reqwest`) and
//! takes any other through [`Executor`].

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use baijiayun_core::{ErrorKind, Request};

use crate::timer;

/// An HTTP answer, whatever its status.
///
/// ```
/// let answer = baijiayun::HttpAnswer::new(429, b"slow down".to_vec()).with_header("Retry-After", "3");
/// assert_eq!(answer.headers, [("retry-after".to_owned(), "3".to_owned())]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The headers, names in small letters: for [`Response::headers`](crate::Response::headers),
    /// [`Error::headers`](crate::Error::headers) and Retry-After. A name may come more than once.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl HttpAnswer {
    /// An answer without headers.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> HttpAnswer {
        HttpAnswer { status, headers: Vec::new(), body: body.into() }
    }

    /// Adds a header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> HttpAnswer {
        self.headers.push((name.to_ascii_lowercase(), value.into()));
        self
    }

    /// The first value of the header of that name, which is in small letters.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Why no HTTP answer came.
///
/// ```
/// use baijiayun::{TransportError, TransportErrorKind};
///
/// let broken = std::io::Error::other("the cable is cut");
/// let error = TransportError::new(TransportErrorKind::Other, broken.to_string()).with_source(broken);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TransportError {
    /// What happened.
    pub kind: TransportErrorKind,
    /// The same in words, without keys, queries and bodies.
    pub message: String,
    pub(crate) source: Option<Arc<dyn Error + Send + Sync>>,
}

/// What happened to a request without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// A file of the request cannot be read, or is not what was expected: nothing was sent.
    File,
    /// No connection: the request was certainly not sent.
    Connect,
    /// No connection, since the other side's certificate is not trusted: the request was not sent, and is not tried again.
    Tls,
    /// The request was not sent, and another attempt would fail alike.
    Unsendable,
    /// The time was up.
    Timeout,
    /// Anything else: the service may have seen the request.
    Other,
    /// The answer is longer than the limit; it was not read to its end.
    TooLarge,
    /// There is no memory for the answer; it was not read to its end.
    NoMemory,
    /// A redirect with this status, which was not followed. The message is the header Location.
    Redirect(u16),
}

impl TransportError {
    /// What happened, and the same in words, which must not hold keys, queries or bodies.
    pub fn new(kind: TransportErrorKind, message: impl Into<String>) -> TransportError {
        TransportError { kind, message: message.into(), source: None }
    }

    /// What led to it; the call's error has the same [`source`](Error::source). Its words must not hold keys, queries or
    /// bodies either.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> TransportError {
        self.source = Some(Arc::from(source.into()));
        self
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TransportErrorKind::Redirect(status) => write!(f, "redirect ({status})"),
            _ => f.write_str(&self.message),
        }
    }
}

impl Error for TransportError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

impl From<TransportErrorKind> for ErrorKind {
    fn from(kind: TransportErrorKind) -> ErrorKind {
        match kind {
            TransportErrorKind::File => ErrorKind::File,
            TransportErrorKind::Connect | TransportErrorKind::Tls | TransportErrorKind::Unsendable => {
                ErrorKind::Connect
            }
            TransportErrorKind::Timeout => ErrorKind::Timeout,
            TransportErrorKind::Other => ErrorKind::Transport,
            TransportErrorKind::TooLarge | TransportErrorKind::NoMemory => ErrorKind::TooLarge,
            TransportErrorKind::Redirect(_) => ErrorKind::HttpStatus,
        }
    }
}

/// The future that an executor returns.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<HttpAnswer, TransportError>> + Send + 'a>>;

/// The future that waits.
pub type Sleeping<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Sends requests.
pub trait Executor: Send + Sync {
    /// Sends one request and reads the whole answer, within `timeout`.
    /// Dropping the future gives the request up.
    ///
    /// Files are streamed, refused if their `size` is known and another one,
    /// and tell their `progress`. Of a file with a `chunk`
    /// ([`Body::Chunk`](baijiayun_core::Body::Chunk)) only that is sent.
    fn execute(&self, request: Request, timeout: Duration) -> Sending<'_>;

    /// As [`Executor::execute`], for executors that read no more than so many bytes of an answer, decoded
    /// ([`TransportErrorKind::TooLarge`]). If another one reads more, the answer is refused then.
    fn execute_within(&self, request: Request, timeout: Duration, max_answer: u64) -> Sending<'_> {
        let _ = max_answer;
        self.execute(request, timeout)
    }

    /// Waits: for the limits of the service, before the next attempt, and for all that has to end in time. On tokio's
    /// timer if nothing is said, or where there is no runtime of tokio on a thread.
    fn sleep(&self, time: Duration) -> Sleeping<'_> {
        timer::sleep(time)
    }
}
