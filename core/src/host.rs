//! The engine for hosts in other languages: JSON goes in, JSON comes out.
//!
//! Every binding (WebAssembly, UniFFI) is a thin shell around [`Host`]. A
//! crossing carries one text in and one out, and the data of an answer stand
//! in it as they are, so that the host parses everything at once:
//!
//! ```json
//! {"step":"send","call":1,"timeout":30000,"max_answer":8388608,"method":"POST","url":"https://...","headers":{"accept":"application/json"},
//!  "form":"room_id=1&..."}
//! {"step":"send", ..., "parts":[{"name":"room_id","value":"1"},{"name":"attachment","file":"a.pdf","type":"application/pdf","source":"f1"}]}
//! {"step":"send", ..., "headers":{"content-type":"application/octet-stream","content-range":"bytes 1-500/2000", ...},
//!  "chunk":{"source":"f1","offset":0,"length":500},"video_id":1,"received":0}
//! {"step":"wait","call":1,"time":250,"why":"backoff","failed":{"kind":"timeout","code":null}}
//! {"step":"store","call":1,"timeout":500,"keys":["..."],"args":[55556,1055564]}
//! {"step":"sign","call":1,"timeout":120000,"text":"partner_id=..."}
//! {"step":"address","call":1,"timeout":120000,"video_id":null}
//! {"step":"done","trace":{"attempts":1,"waited":0},"ts":1,"data":{"room_id":"1"}}
//! {"step":"failed","trace":{"attempts":1,"waited":0},"error":{"kind":"room_not_found","operation":"room.info","code":3001, ...}}
//! ```
//!
//! No wait of a host is without an end. The steps `send`, `store`, `sign` and `address` name a `timeout`: who waited so
//! long in vain tells `{"event":"late"}`, whatever it waited for, and goes on without it. A step `send` names `max_answer`,
//! the bytes to read of an answer, decoded: who would have to read more tells `{"event":"too_large"}`,
//! who has no memory for it `{"event":"no_memory"}`. A redirect is not
//! followed but told, `{"event":"redirect","status":302,"location":".."}`. Of a closed client (see [`Host::close`]) the
//! calls are told `{"event":"closed"}`. A request that did not leave is `{"event":"broken","kind":"connect","message":".."}`,
//! of the kind `tls` where the certificate is not trusted, `unsendable` where no other attempt could help. The header Retry-After is read by [`retry_after`](crate::retry_after).
//!
//! A done step has `msg` and `departures` too, where they are not empty.
//! Times are milliseconds. A call that is done or failed needs no clean-up.
//!
//! `chunk` is the body: so many bytes of the file of that name, from that byte on (counted from 0), as they are, with
//! the headers of the step. The posts of an upload come with `received`, the bytes of the file that the service has,
//! and `video_id`, with which the upload can go on later.
//!
//! The step `address` is for uploads where the key is not (the option `addresses`): the host asks a server of its own
//! for what `video.get_upload_url` answers with or, where there is a `video_id`, `video.get_resume_upload_url`, and
//! tells `{"event":"address","data":{"video_id":1,"upload_url":"https://...","upload_size":0}}`, or that the
//! question broke off. Where the service gives no address for the rest because it has all of the file, the data may be
//! those of `video.get_status`.
//!
//! The two steps that every call has come as values ([`Told`]), for a host that
//! can take them in without JSON.

mod asked;
#[cfg(feature = "configuration")]
mod configuration;
mod input;
mod links;
mod naming;
mod output;
mod pieces;
mod reading;
mod uploads;

use std::borrow::Cow;
use std::time::Duration;

use rustc_hash::FxHashMap;

use crate::account::{Account, check_key};
use crate::callbacks::{self, Clock, Posting};
use crate::coerce;
use crate::engine::{
    CallOptions, Engine, Event, Handle, Limiter, MAX_ANSWER, Now, QuotaSettings, Retry, Settings, Step,
};
use crate::error::{Error, ErrorKind};
use crate::json::quoted;
use crate::pages::Pager;
use crate::paths;
use crate::request::{self, Request};
use crate::sign::PartnerKey;

use asked::{find, lines, no_account, read_callback_options, read_extra, read_options, read_params, refused};
#[cfg(feature = "configuration")]
pub use configuration::{configuration, toml_paths};
use input::{Config, HostAccount, HostEvent, HostOptions, HostPosting, HostSettings, Input};
pub use naming::in_camel_case;
pub use output::{Told, error_json, refusal};
pub use pieces::pieces;
pub use reading::{Next, Read, ReadForAnother, Reading};
use uploads::{Heard, Uploading};

/// The name by which [`Host::begin`] begins the upload of a video, with its
/// resumption after breaks. The parameters are those of
/// `video.get_upload_url`; the option `upload` names the file:
/// `{"upload":{"file":{"name":"a.mp4","size":5,"source":"f1"}}}`, and may hold
/// `video_id` (goes on with this video), `chunk_size`, `use_https`, `resumes`,
/// `transcoding` and `addresses`; see [`upload::Settings`](crate::upload::Settings). The option
/// `deadline` is that of the upload.
pub const VIDEO_UPLOAD: &str = "video.upload";

/// The domain of no account.
const NOWHERE: &str = "https://account.invalid";

/// The calls of one account, for a host in another language.
pub struct Host {
    engine: Engine,
    data: coerce::Options,
    /// By which callbacks are signed: partner_key first.
    keys: Vec<PartnerKey>,
    /// The lists that calls under way read a page of.
    // Boxed, as the engine's calls are: so the three tables are the same machine code.
    pagers: FxHashMap<u64, Box<Pager>>,
    /// Whether there is no account, and so nothing to call but upload addresses.
    uploads_only: bool,
    uploads: FxHashMap<u64, Box<Uploading>>,
    uploads_begun: u64,
}

/// The limits that several hosts of a process share, by the name that their settings give (`shared_as`).
#[derive(Default)]
pub struct Limiters(Vec<(String, Limiter)>);

impl Limiters {
    /// The limiter of that name, or one of its own. The settings of the first of a name hold.
    fn of(&mut self, settings: &QuotaSettings) -> Limiter {
        let named = |name: &String| self.0.iter().find(|(known, _)| known == name);
        if let Some((_, limiter)) = settings.shared_as.as_ref().and_then(named) {
            return limiter.clone();
        }
        let limiter = Limiter::new(settings.clone());
        self.0.extend(settings.shared_as.clone().map(|name| (name, limiter.clone())));
        limiter
    }
}

impl Host {
    /// Makes an engine from a JSON object: `domain`, `partner_id`,
    /// `partner_key` (absent if the host has requests signed elsewhere),
    /// `callback_keys`, `paths`, `settings`. With `uploads_only` there is no
    /// account: such a host begins uploads with the option `addresses`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidAccount`], also for a config that is not of this form.
    pub fn new(config: &str) -> Result<Host, Error> {
        Host::among(config, &mut Limiters::default())
    }

    /// As [`Host::new`], in a process where others may share a limit with it.
    ///
    /// # Errors
    /// As [`Host::new`].
    pub fn among(config: &str, limiters: &mut Limiters) -> Result<Host, Error> {
        let config = Config::read(config).map_err(|reason| {
            Error::new(ErrorKind::InvalidAccount, "")
                .with_message(format!("the configuration is not understood: {reason}"))
        })?;
        let key = config.partner_key.map(PartnerKey::new);
        let account = match (&config.account, &key) {
            (HostAccount::Named { domain, partner_id }, Some(key)) => Account::new(domain, partner_id, key.clone())?,
            (HostAccount::Named { domain, partner_id }, None) => Account::without_signer(domain, partner_id)?,
            (HostAccount::None, _) => Account::without_signer(NOWHERE, "0")?,
        };
        let uploads_only = matches!(config.account, HostAccount::None);
        config.paths.iter().try_for_each(|(name, path)| paths::check(name, path))?;
        let HostSettings { set_aside, ids_as_text, .. } = config.settings;
        let data = coerce::Options { set_aside, ids_as_text, strict: false };
        let settings = config.settings.apply(Settings::default());
        settings.check(&account)?;
        let callback_keys: Vec<PartnerKey> = config.callback_keys.into_iter().map(PartnerKey::new).collect();
        callback_keys.iter().try_for_each(|key| check_key("a callback key", key))?;
        Ok(Host {
            engine: Engine::with_limiter(
                account.with_paths(config.paths),
                settings.clone(),
                limiters.of(&settings.quota),
            ),
            data,
            keys: key.into_iter().chain(callback_keys).collect(),
            pagers: FxHashMap::default(),
            uploads_only,
            uploads: FxHashMap::default(),
            uploads_begun: 0,
        })
    }

    /// Begins a call: a line with the name, a line with the options, then the parameters. (One
    /// text is cheaper to hand over than three, and compact JSON holds no line breaks.)
    /// Options and parameters are JSON objects; empty texts stand for none. Parameters may be records
    /// as well, which are quicker to write and to read: for each U+001E, the name, U+001F, the value
    /// as JSON. No name may hold these characters.
    /// A name that begins with `/` is a path that the table does not describe,
    /// sent with POST; `GET /...` and `POST /...` name the method, and others are refused. (A host writes a line
    /// break in a path as a blank, which is refused.)
    pub fn begin(&mut self, call: &str, now: Now) -> Told {
        let (name, options, params) = lines(call);
        let begun = if name == VIDEO_UPLOAD {
            self.ask_upload(params, options).map(|asked| self.begin_upload(asked, now))
        } else if self.uploads_only {
            Err(no_account(name))
        } else {
            self.begin_call(name, params, options, now)
        };
        begun.unwrap_or_else(|error| Told::failed(&error))
    }

    /// The request of a call, signed but not sent: a step to send with the call 0, or a failed
    /// step. `call` is as in [`Host::begin`]; limits and retries are the caller's own affair.
    pub fn request(&self, call: &str, unix: i64) -> Told {
        let (name, options, params) = lines(call);
        match self.build(name, params, options, unix) {
            Ok(request) => Told::Send { call: 0, request, timeout: Duration::ZERO, max_answer: MAX_ANSWER },
            Err(error) => Told::failed(&error),
        }
    }

    /// Tells the HTTP answer to a request, and gets the next step.
    /// `retry_after` is the header of that name in milliseconds, if it was a number.
    pub fn answer(&mut self, call: u64, status: u16, retry_after: Option<u64>, body: &[u8], now: Now) -> Told {
        self.answer_by(call, status, retry_after, body, &|| now)
    }

    /// As [`Host::answer`], for hosts that pay for a look at their clock: it is only looked at if the call goes on.
    pub fn answer_by(
        &mut self,
        call: u64,
        status: u16,
        retry_after: Option<u64>,
        body: &[u8],
        clock: &dyn Fn() -> Now,
    ) -> Told {
        let retry_after = retry_after.map(Duration::from_millis);
        self.tell(call, Event::Answer { status, retry_after, body: Cow::Borrowed(body) }, clock)
    }

    /// Tells what became of any other step (a JSON object with `event`), and gets the next one.
    pub fn resume(&mut self, call: u64, event: &str, now: Now) -> Told {
        match HostEvent::read(event) {
            Ok(HostEvent::OfCall(event)) => self.tell(call, event, &|| now),
            Ok(HostEvent::Address(data)) if Host::is_upload(call) => {
                self.resume_upload(call, Heard::Address(data), now)
            }
            Ok(HostEvent::Address(_)) => {
                self.cancel(call);
                let message = "the host told of a call what its last step did not ask for";
                Told::failed(&Error::new(ErrorKind::Misuse, "").with_message(message))
            }
            Err(reason) => {
                self.cancel(call);
                let message = format!("the event is not understood: {reason}");
                Told::failed(&Error::new(ErrorKind::Misuse, "").with_message(message))
            }
        }
    }

    /// Gives a call up.
    pub fn cancel(&mut self, call: u64) {
        if Host::is_upload(call) {
            self.cancel_upload(call);
        } else {
            self.pagers.remove(&call);
            self.engine.cancel(Handle(call));
        }
    }

    /// Sends nothing from now on (see [`Engine::close`]): calls that begin are refused. The host tells
    /// `{"event":"closed"}` to the calls that wait (for a time, a store, a signer, an address) at once, and to those in
    /// flight when they had their time to finish.
    pub fn close(&mut self) {
        self.engine.close();
    }

    /// How many calls and uploads are under way.
    pub fn calls(&self) -> usize {
        self.engine.calls() + self.uploads.values().filter(|upload| upload.is_idle()).count()
    }

    /// Checks and reads what the service posted (see [`callbacks::receive`]):
    /// `{"event":{"name":"class_event","qid":"1","timestamp":1,"signature":"..","hold":600,"key":0,"departures":[]},"data":{...}}`
    /// or `{"error":{...}}`. `options` may hold `name` (the callback that it
    /// is), `tolerance` (seconds) and `clock` (false: its age does not matter).
    /// `unix` is the receiver's clock.
    pub fn callback(&self, body: &[u8], content_type: &str, options: &str, unix: i64) -> Vec<u8> {
        match self.receive(body, content_type, options, unix) {
            Ok(parsed) => output::callback(&parsed),
            Err(error) => refusal(&error),
        }
    }

    /// A callback as the service would post it, signed with partner_key, for tests of a receiver:
    /// `{"body":"room_id=1&...","content_type":"application/x-www-form-urlencoded"}` or `{"error":{...}}`.
    ///
    /// `asked` is a JSON object with the fields, `data`, and maybe `name` (the callback that it is), `json` (whether it
    /// is posted as JSON), and `qid` and `timestamp`, which the data need to have otherwise. See [`callbacks::signed`].
    pub fn signed_callback(&self, asked: &str) -> Vec<u8> {
        let signed = HostPosting::read(asked)
            .map_err(|reason| refused("", format!("the callback to sign is not understood: {reason}")))
            .and_then(|HostPosting { data, name, json, qid, timestamp }| {
                let posting = Posting { name: name.as_deref(), json, qid: qid.as_deref(), timestamp };
                match self.keys.first() {
                    Some(key) => callbacks::signed(&data, posting, key),
                    None => Err(refused("", "a callback is signed with partner_key, which is not here")),
                }
            });
        match signed {
            Ok(post) => output::post(&post),
            Err(error) => refusal(&error),
        }
    }

    /// A link for people, by its kind and a JSON object of parameters:
    /// `{"url":"..."}`, `{"sign":"..."}` (no key is here: have the text signed
    /// and ask again with `signature`) or `{"error":{...}}`.
    ///
    /// Kinds: `enter_room` (`room_id`, `user_number`, `user_name`, `user_role`,
    /// `user_avatar`, `extra`), `prepare` (`room_id`, `code`), `quick_enter`
    /// (`code`, `user_name`), `code_player` (`code`, `user_name`, `user_number`,
    /// `width`, `height`, `show_controls`), `video_player` and
    /// `mobile_video_player` (`video_id`, `token`), `playback` (`room_id`,
    /// `session_id`, `token`), `desktop_client` (`link`). See [`crate::links`].
    pub fn link(&self, kind: &str, params: &str) -> Vec<u8> {
        match links::link(self.engine.account(), kind, params) {
            Ok(links::Link::Url(url)) => output::object("url", quoted(&url).as_bytes()),
            Ok(links::Link::Sign(text)) => output::object("sign", quoted(&text).as_bytes()),
            Err(error) => refusal(&error),
        }
    }

    fn receive(&self, body: &[u8], content_type: &str, options: &str, unix: i64) -> Result<callbacks::Parsed, Error> {
        let options = read_callback_options(options)?;
        let strict = options.strict.unwrap_or(self.engine.settings().strict);
        let data = coerce::Options { strict, ..self.data };
        let clock = options.clock.then_some(Clock { now: unix, tolerance: options.tolerance });
        let verified = callbacks::verify(body, content_type, &self.keys, clock)?;
        match options.name.as_deref() {
            None => callbacks::parse(&verified, data),
            Some(name) => callbacks::parse_as(&verified, callbacks::named(name)?, data),
        }
    }

    fn build(&self, name: &str, params: &str, options: &str, unix: i64) -> Result<Request, Error> {
        let operation = find(name)?;
        let options = read_options(name, options)?;
        let extra = read_extra(&operation, &options)?;
        request::build_json(self.engine.account(), &operation, params, &extra, unix)
    }

    fn begin_call(&mut self, name: &str, params: &str, options: &str, now: Now) -> Result<Told, Error> {
        let operation = find(name)?;
        let options = read_options(name, options)?;
        if options.upload.is_some() {
            return Err(refused(name, format!("only {VIDEO_UPLOAD} takes the option upload")));
        }
        let extra = read_extra(&operation, &options)?;
        let page = options.page.clone();
        let options = self.call_options(name, options)?;
        let Some(position) = page else {
            let (handle, step) = self.engine.begin_json(operation, params, &extra, options, now);
            return Ok(Told::of(handle, step, None));
        };
        let params = read_params(&operation, params, &extra)?;
        let pager = Pager::new(&operation, &params)?;
        let pager = if position.is_empty() { Some(pager) } else { pager.at(&position) };
        let pager = pager.ok_or_else(|| refused(name, "the option page is none that a page named as next"))?;
        let (handle, step) = self.engine.begin(&operation, &pager.params(&params), options, now);
        Ok(self.tell_page(handle, step, pager))
    }

    fn tell(&mut self, call: u64, event: Event<'_>, clock: &dyn Fn() -> Now) -> Told {
        if Host::is_upload(call) {
            return self.resume_upload(call, Heard::OfCall(event), clock());
        }
        let pager = self.pagers.remove(&call).map(|pager| *pager);
        let step = self.engine.resume_by(Handle(call), event, clock);
        match pager {
            None => Told::of(Handle(call), step, None),
            Some(pager) => self.tell_page(Handle(call), step, pager),
        }
    }

    fn tell_page(&mut self, handle: Handle, step: Step, mut pager: Pager) -> Told {
        let over = matches!(step, Step::Done { .. } | Step::Failed { .. });
        let told = Told::of(handle, step, Some(&mut pager));
        if !over {
            self.pagers.insert(handle.0, Box::new(pager));
        }
        told
    }
    fn call_options(&self, name: &str, options: HostOptions) -> Result<CallOptions, Error> {
        Ok(CallOptions {
            retry: match options.retry.as_deref() {
                None | Some("safe") => Retry::Safe,
                Some("always") => Retry::Always,
                Some("never") => Retry::Never,
                Some(other) => {
                    return Err(refused(
                        name,
                        format!("retry is {}, but must be safe, always or never", quoted(other)),
                    ));
                }
            },
            attempts: options.attempts,
            attempt_timeout: options.attempt_timeout,
            deadline: options.deadline,
            max_answer: options.max_answer,
            priority: options.priority,
            strict: options.strict,
            walks: options.page.is_some(),
            data: coerce::Options {
                set_aside: options.set_aside.unwrap_or(self.data.set_aside),
                strict: options.strict.unwrap_or(self.engine.settings().strict),
                ..self.data
            },
        })
    }
}
