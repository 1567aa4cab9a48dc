//! What the host has to do next for a call, and what it tells then.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use super::StoreQuestion;
use crate::answer::Answer;
use crate::error::{Error, ErrorKind};
use crate::request::Request;
use crate::trace::{Trace, Why};

/// What the host has to do next for a call.
#[derive(Debug, Clone)]
pub enum Step {
    /// Send this, within the time, and tell [`Event::Answer`], [`Event::Transport`] or [`Event::TooLarge`].
    Send {
        /// The signed request.
        request: Request,
        /// How long to wait for the answer.
        timeout: Duration,
        /// Most bytes to read of the answer, decoded.
        max_answer: u64,
    },
    /// Wait, and tell [`Event::Elapsed`].
    Wait {
        /// How long.
        time: Duration,
        /// What for.
        why: Why,
        /// The attempt that failed, where the wait is for the next one.
        failed: Option<Failed>,
    },
    /// Evaluate [`QUOTA_SCRIPT`](super::QUOTA_SCRIPT) on the shared store, and tell [`Event::Store`] or [`Event::StoreDown`].
    Store {
        /// What to ask.
        question: StoreQuestion,
        /// How long to wait for the store; then tell [`Event::Late`].
        timeout: Duration,
    },
    /// Have this text signed, and tell [`Event::Signed`] or [`Event::NotSigned`].
    Sign {
        /// The text.
        canonical: Canonical,
        /// How long to wait for the signature; then tell [`Event::Late`].
        timeout: Duration,
    },
    /// The call went well. Its handle is gone.
    Done {
        /// What was answered.
        answer: Answer,
        /// How it went.
        trace: Trace,
    },
    /// The call failed. Its handle is gone.
    Failed {
        /// Why.
        error: Error,
        /// How it went.
        trace: Trace,
    },
}

/// What is known of an attempt that is to be tried again: for those who watch calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failed {
    /// What went wrong.
    pub kind: ErrorKind,
    /// The service's own code, if it named one.
    pub code: Option<i64>,
}

/// A text to be signed. It does not hold the key, but it may hold a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Canonical(pub String);

impl fmt::Debug for Canonical {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Canonical({} bytes)", self.0.len())
    }
}

/// What the host did.
#[derive(Clone, PartialEq, Eq)]
pub enum Event<'b> {
    /// An HTTP answer came, whatever its status.
    Answer {
        /// The HTTP status.
        status: u16,
        /// The header Retry-After, if it names a number of seconds.
        retry_after: Option<Duration>,
        /// The body.
        body: Cow<'b, [u8]>,
    },
    /// The request did not leave, and no other attempt would: a certificate that is not trusted, an address that the
    /// executor cannot use.
    Unsendable {
        /// Whether TLS failed.
        tls: bool,
        /// What happened, without keys and parameters.
        message: String,
    },
    /// The answer was a redirect, which is not followed.
    Redirect {
        /// The HTTP status, 300 to 399.
        status: u16,
        /// The header Location.
        location: String,
    },
    /// No answer came.
    Transport {
        /// [`ErrorKind::Connect`] if the request certainly did not leave,
        /// [`ErrorKind::Timeout`], or [`ErrorKind::Transport`].
        kind: ErrorKind,
        /// What happened, without keys and parameters.
        message: String,
    },
    /// The time to wait is over.
    Elapsed,
    /// The store's answer: how many microseconds to wait, 0 for go.
    Store(i64),
    /// The store did not answer.
    StoreDown,
    /// The signature.
    Signed(String),
    /// There is no signature; the text says why.
    NotSigned(String),
    /// The answer, the store's answer or the signature did not come within the time that the step named.
    Late,
    /// The answer has more bytes than the step named; it was not read to its end.
    TooLarge,
    /// There is no memory for the answer; it was not read to its end.
    NoMemory,
    /// The client is closed, and the host waits no longer for what the step named (see [`Engine::close`](super::Engine::close)).
    Closed,
}

impl fmt::Debug for Event<'_> {
    /// Without the body: it may hold anything.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Event::Answer { status, body, .. } => write!(f, "Answer({status}, {} bytes)", body.len()),
            Event::Transport { kind, message } => write!(f, "Transport({kind}, {message})"),
            Event::Redirect { status, .. } => write!(f, "Redirect({status})"),
            Event::Unsendable { message, .. } => write!(f, "Unsendable({message})"),
            Event::Elapsed => f.write_str("Elapsed"),
            Event::Store(wait) => write!(f, "Store({wait})"),
            Event::StoreDown => f.write_str("StoreDown"),
            Event::Signed(_) => f.write_str("Signed"),
            Event::NotSigned(reason) => write!(f, "NotSigned({reason})"),
            Event::Late => f.write_str("Late"),
            Event::TooLarge => f.write_str("TooLarge"),
            Event::NoMemory => f.write_str("NoMemory"),
            Event::Closed => f.write_str("Closed"),
        }
    }
}
