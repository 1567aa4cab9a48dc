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
mod input;
mod output;

use std::borrow::Cow;
use std::time::Duration;

use crate::account::Account;
use crate::coerce;
use crate::engine::{CallOptions, Engine, Event, Handle, Now, Retry, Settings, Step, Trace};
use crate::error::{Error, ErrorKind};
use crate::operation::{self, Method, Operation};
use crate::paths;
use crate::sign::PartnerKey;
use crate::value::Params;

use input::{Config, HostEvent, HostOptions};
pub use output::error_json;
use output::write;

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
        config.paths.iter().try_for_each(|(name, path)| paths::check(name, path))?;
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
