//! What is read: an answer, without holding the engine.

use std::time::Duration;

use super::Handle;
use super::call::Call;
use crate::answer::Answer;
use crate::error::Error;

/// A call that was taken out of its engine to read its answer (see [`Engine::take`](super::Engine::take)).
pub struct Reading {
    pub(super) handle: Handle,
    pub(super) call: Box<Call>,
}

impl Reading {
    /// Reads the HTTP answer. It may be large: this is what takes the time.
    /// `retry_after` is the header of that name, if it is a number of seconds.
    pub fn read(self, status: u16, retry_after: Option<Duration>, body: &[u8]) -> Read {
        let outcome = self.call.read(status, body);
        Read { handle: self.handle, call: self.call, outcome, retry_after }
    }
}

/// A call whose answer was read, to be put back (see [`Engine::put_back`](super::Engine::put_back)).
pub struct Read {
    pub(super) handle: Handle,
    pub(super) call: Box<Call>,
    pub(super) outcome: Result<Answer, Error>,
    pub(super) retry_after: Option<Duration>,
}

impl Read {
    /// The answer, if the call went well.
    pub fn answer(&self) -> Option<&Answer> {
        self.outcome.as_ref().ok()
    }
}
