//! What sends requests. The client has one built in (feature `reqwest`) and
//! takes any other through [`Executor`].

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use baijiayun_core::{ErrorKind, Request};

/// An HTTP answer, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The header Retry-After, if it is a number of seconds.
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
    /// The time was up.
    Timeout,
    /// Anything else: the service may have seen the request.
    Other,
    /// The answer is longer than [`baijiayun_core::answer::MAX_BYTES`].
    TooLarge,
}

impl From<TransportErrorKind> for ErrorKind {
    fn from(kind: TransportErrorKind) -> ErrorKind {
        match kind {
            TransportErrorKind::File => ErrorKind::File,
            TransportErrorKind::Connect => ErrorKind::Connect,
            TransportErrorKind::Timeout => ErrorKind::Timeout,
            TransportErrorKind::Other => ErrorKind::Transport,
            TransportErrorKind::TooLarge => ErrorKind::TooLarge,
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

    /// Waits: for the limits of the service, or before the next attempt.
    #[cfg(feature = "reqwest")]
    fn sleep(&self, time: Duration) -> Sleeping<'_> {
        Box::pin(tokio::time::sleep(time))
    }

    /// Waits: for the limits of the service, or before the next attempt.
    #[cfg(not(feature = "reqwest"))]
    fn sleep(&self, time: Duration) -> Sleeping<'_>;
}
