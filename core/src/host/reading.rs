//! Reading answers without holding the host, for bindings that keep it behind a lock.

use std::time::Duration;

use super::{Host, Told, find, lines, output, read_extra, read_options, read_params};
use crate::answer;
use crate::engine::{self, Handle, Now, Step, Trace};
use crate::error::{Error, ErrorKind, MAX_BODY};
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
        Some(Reading { handle, reading, pager: self.pagers.remove(&call).map(|pager| *pager) })
    }

    /// Puts a call back whose answer was read. The clock is only looked at if the call goes on.
    pub fn put_back(&mut self, read: Read, clock: &dyn Fn() -> Now) -> Next {
        let Read { handle, read, mut pager } = read;
        let step = self.engine.put_back_by(read, clock);
        if !matches!(step, Step::Done { .. } | Step::Failed { .. })
            && let Some(pager) = pager.take()
        {
            self.pagers.insert(handle.0, Box::new(pager));
        }
        Next { handle, step, pager }
    }
}

/// A long answer that was read for another host (see [`Host::read_for_another`]).
pub struct ReadForAnother {
    /// The step by which the call would end.
    pub told: Told,
    /// A short answer that means the same: the other host is told this one.
    pub short: Vec<u8>,
}

impl Host {
    /// Reads a long answer in place of another host of the same account, which would keep the memory that it takes:
    /// that of WebAssembly never shrinks. `call` is the text that began the call there (see [`Host::begin`]). The other
    /// host decides what follows, by the short answer; if the call ends, it ends as is told here.
    pub fn read_for_another(&self, call: &str, status: u16, body: &[u8]) -> ReadForAnother {
        match self.read_whole(call, status, body) {
            Ok((told, success)) => ReadForAnother { told, short: output::code(success, "", None) },
            Err(error) => {
                let short = match error.code() {
                    Some(code) => output::code(code, error.message(), error.ts()),
                    // The call went well, and the caller is strict: to the other host it is over.
                    None if error.kind() == ErrorKind::Departures => output::code(self.success(call), "", None),
                    None => body.get(..MAX_BODY).unwrap_or(body).to_vec(),
                };
                ReadForAnother { told: Told::failed(&error), short }
            }
        }
    }

    /// The code that says that such a call went well.
    fn success(&self, call: &str) -> i64 {
        find(lines(call).0).map_or(0, |operation| operation.success)
    }

    /// The step that ends the call, and the code that says that it went well.
    fn read_whole(&self, call: &str, status: u16, body: &[u8]) -> Result<(Told, i64), Error> {
        let (name, options, params) = lines(call);
        let found = find(name)?;
        let operation = self.engine.account().resolve(&found);
        let options = read_options(name, options)?;
        let mut pager = match options.page.as_deref() {
            None => None,
            Some(position) => {
                let pager =
                    Pager::new(&operation, &read_params(&operation, params, &read_extra(&operation, &options)?)?)?;
                if position.is_empty() { Some(pager) } else { pager.at(position) }
            }
        };
        let data = self.call_options(name, options)?.data;
        let answer = answer::parse_with(&operation, status, body, data)?;
        if pager.is_some() {
            answer::needs_list(&operation, &answer)?;
        }
        let step = Step::Done { answer, trace: Trace::default() };
        Ok((Told::of(Handle(0), step, pager.as_mut()), operation.success))
    }
}
