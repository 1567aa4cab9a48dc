//! Reading answers without holding the host, for bindings that keep it behind a lock.

use std::time::Duration;

use super::{Host, Told};
use crate::engine::{self, Handle, Now, Step};
use crate::pages::Pager;

/// A call that was taken out to read its answer (see [`Host::take`]).
pub struct Reading {
    handle: Handle,
    reading: engine::Reading,
    pager: Option<Pager>,
}

/// A call whose answer was read, to be put back with [`Host::put_back`].
pub struct Read {
    handle: Handle,
    read: engine::Read,
    pager: Option<Pager>,
}

/// The next step of a call that was put back.
pub struct Next {
    handle: Handle,
    step: Step,
    pager: Option<Pager>,
}

impl Reading {
    /// Reads the HTTP answer; the parameters are those of [`Host::answer`].
    pub fn read(self, status: u16, retry_after: Option<u64>, body: &[u8]) -> Read {
        let read = self.reading.read(status, retry_after.map(Duration::from_millis), body);
        Read { handle: self.handle, read, pager: self.pager }
    }
}

impl Next {
    /// What the host is told. It may be large, and needs the host no longer.
    pub fn told(mut self) -> Told {
        Told::of(self.handle, self.step, self.pager.as_mut())
    }
}

impl Host {
    /// Takes a call out whose answer has come: the same as [`Host::answer`], in
    /// pieces of which only the short ones need the host. `None` if it is no
    /// single call that waits for an answer: then tell the answer to [`Host::answer`].
    pub fn take(&mut self, call: u64) -> Option<Reading> {
        let handle = Handle(call);
        let reading = self.engine.take(handle)?;
        Some(Reading { handle, reading, pager: self.pagers.remove(&call) })
    }

    /// Puts a call back whose answer was read. The clock is only looked at if the call goes on.
    pub fn put_back(&mut self, read: Read, clock: &dyn Fn() -> Now) -> Next {
        let Read { handle, read, mut pager } = read;
        let step = self.engine.put_back_by(read, clock);
        if !matches!(step, Step::Done { .. } | Step::Failed { .. })
            && let Some(pager) = pager.take()
        {
            self.pagers.insert(handle.0, pager);
        }
        Next { handle, step, pager }
    }
}
