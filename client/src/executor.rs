//! What sends requests. The client has one built in (feature `reqwest`) and
//! takes any other through [`Executor`].

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use baijiayun_core::{ErrorKind, Request};

use crate::timer;

/// An HTTP answer, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpAnswer {
    /// The HTTP status.
    pub status: u16,
    /// What the header Retry-After says ([`baijiayun_core::retry_after`] reads it).
    pub retry_after: Option<Duration>,
    /// The body.
    pub body: Vec<u8>,
}

/// Why no HTTP answer came.
#[derive(Debug, Clone)]
pub struct TransportError {
    /// What happened.
    pub kind: TransportErrorKind,
    /// The same in words, without keys, queries and bodies.
    pub message: String,
}

/// What happened to a request without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

#[cfg(feature = "reqwest")]
impl TransportError {
    pub(crate) fn new(kind: TransportErrorKind, message: impl Into<String>) -> TransportError {
        TransportError { kind, message: message.into() }
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
