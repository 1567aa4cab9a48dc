//! The service as a function of requests and times.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use baijiayun_core::PartnerKey;
#[cfg(feature = "full")]
use serde_json::{Value, json};

use crate::auth::Rules;
use crate::builder::Builder;
use crate::callbacks::{CallbackAnswer, CallbackError, Delivery, Post, callback_members};
use crate::calls::Call;
use crate::canned::CannedAnswers;
use crate::catalog::Catalog;
use crate::control::{self, Control};
use crate::http::{Head, Reply};
use crate::latest::Latest;
use crate::misbehave::{Faults, Misbehaviour};
use crate::rate::Rate;
use crate::received::{Received, Verdict};
#[cfg(feature = "full")]
use crate::record::{self, Replay};
#[cfg(feature = "full")]
use crate::school;
use crate::state::State;
use crate::upload::{self, Upload};

/// The requests that are remembered, if they are not long; older ones are forgotten.
const REMEMBERED: usize = 10_000;

/// How far the clock can be set forward, in milliseconds: 100 years.
pub(crate) const MOST_AHEAD: i64 = 100 * 366 * 86_400_000;

/// The last time that a caller can have, in milliseconds: the year 9999.
const FARTHEST: i64 = 253_402_300_799_000;

#[cfg(feature = "full")]
/// Of what is saved. It changes when an older mock could not read it.
const FORMAT: u64 = 1;

/// The service without sockets, threads and clocks: who has requests hands them over, with the time, and posts the callbacks
/// that come of them. What it answers hangs on nothing else.
///
/// Times are milliseconds since 1970 by the caller's clock; the mock's own may be ahead of it ([`Mock::advance`]).
///
/// ```
/// use baijiayun_mock::{Builder, Head};
///
/// let mut mock = Builder::default().build();
/// let head = Head { method: "GET", target: "/openapi/room/list", headers: &[], base: "http://mock" };
/// let reply = mock.handle(&head, b"", 1_893_456_000_000);
/// assert!(reply.body.contains("partner_id"), "it was not signed");
/// ```
pub struct Mock {
    pub(crate) partner_id: String,
    /// Looks closely at what comes.
    strict: bool,
    pub(crate) catalog: Catalog,
    pub(crate) state: State,
    pub(crate) faults: Faults,
    pub(crate) rate: Rate,
    /// With their times.
    pub(crate) received: Latest<(i64, Received)>,
    pub(crate) canned: CannedAnswers,
    /// How far the clock was set forward, in milliseconds.
    ahead: i64,
    /// The seed of the school that is to be there when the first request comes: only then is the time known.
    #[cfg(feature = "full")]
    fill: Option<u64>,
    /// Lines that were written down, if they are wanted.
    #[cfg(feature = "full")]
    records: Option<Vec<String>>,
    #[cfg(feature = "full")]
    pub(crate) replay: Option<Replay>,
}

/// A request whose body is coming in.
#[must_use]
pub struct Incoming {
    base: String,
    latency: Duration,
    kind: Kind,
}

enum Kind {
    /// Nothing of the body matters.
    Answered(Reply),
    Call(Call),
    Upload(Upload),
    Control(Control),
}

impl Incoming {
    /// How long to wait before its body is read.
    pub fn latency(&self) -> Duration {
        self.latency
    }

    /// Whether more of its body is wanted.
    pub fn is_hungry(&self) -> bool {
        match &self.kind {
            Kind::Answered(_) => false,
            Kind::Call(call) => call.is_hungry(),
            Kind::Upload(upload) => upload.is_hungry(),
            Kind::Control(_) => true,
        }
    }
}

impl Mock {
    pub(crate) fn new(settings: Builder) -> Mock {
        Mock {
            catalog: Catalog::new(&settings.paths),
            state: State::new(&settings.partner_id, settings.partner_key, settings.max_items, settings.transcoding),
            partner_id: settings.partner_id,
            strict: settings.strict,
            faults: Faults::new(settings.misbehaviour),
            rate: Rate::new(settings.rate.0, settings.rate.1),
            received: Latest::new(REMEMBERED),
            canned: settings.canned,
            ahead: 0,
            #[cfg(feature = "full")]
            fill: settings.fill,
            #[cfg(feature = "full")]
            records: settings.records.then(Vec::new),
            #[cfg(feature = "full")]
            replay: settings.replay,
        }
    }

    /// Settings of your own.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Answers a request whose body is there.
    pub fn handle(&mut self, head: &Head<'_>, body: &[u8], now: i64) -> Reply {
        let mut incoming = self.receive(head, now);
        if incoming.is_hungry() {
            self.take(&mut incoming, body, now);
        }
        self.finish(incoming, Ok(()), now)
    }

    /// A request begins. While it [is hungry](Incoming::is_hungry), [`take`](Self::take) is to be given what comes of its
    /// body; then [`finish`](Self::finish) answers it.
    pub fn receive(&mut self, head: &Head<'_>, now: i64) -> Incoming {
        self.wake(now);
        let (latency, kind) = match (head.path(), head.method) {
            (upload::PATH, "POST") => (Duration::ZERO, Kind::Upload(Upload::open(self, head))),
            (upload::PATH, "OPTIONS") => (Duration::ZERO, Kind::Answered(upload::preflight())),
            (upload::PATH, _) => (Duration::ZERO, Kind::Answered(Reply::empty(405))),
            (path, _) => match control::find(path) {
                Some(place) => (Duration::ZERO, Kind::Control(Control::new(place, head))),
                None => (self.faults.behaviour().latency, Kind::Call(Call::begin(self, head))),
            },
        };
        Incoming { base: head.base.to_owned(), latency, kind }
    }

    /// Takes more of a request's body.
    pub fn take(&mut self, incoming: &mut Incoming, piece: &[u8], now: i64) {
        self.wake(now);
        match &mut incoming.kind {
            Kind::Answered(_) => {}
            Kind::Call(call) => call.take(piece),
            Kind::Upload(upload) => upload.take(self, piece),
            Kind::Control(control) => control.take(piece),
        }
    }

    /// Answers a request. `body` says whether all of its body came that was wanted, or why not.
    pub fn finish(&mut self, incoming: Incoming, body: Result<(), String>, now: i64) -> Reply {
        self.wake(now);
        match incoming.kind {
            Kind::Answered(reply) => reply,
            Kind::Call(call) => call.finish(self, body, &incoming.base),
            Kind::Upload(upload) => upload.finish(self, body, &incoming.base),
            Kind::Control(control) => control.finish(self),
        }
    }

    /// The callbacks that are to be posted now, in this order. [`posted`](Self::posted) wants to hear of each.
    #[must_use]
    pub fn take_posts(&mut self) -> Vec<Post> {
        self.state.outbox.take()
    }

    /// What was answered to a callback, or why there is no answer. One that its receiver did not take is posted again, as
    /// the documents say: twice, after 1 to 30 s.
    pub fn posted(&mut self, id: u64, outcome: Result<CallbackAnswer, String>, now: i64) {
        self.wake(now);
        let state = &mut self.state;
        state.outbox.posted(id, outcome, &mut state.alarms, state.time);
    }

    /// When [`wake`](Self::wake) is to be called, by the caller's clock; none if nothing is to come.
    pub fn due(&self) -> Option<i64> {
        self.state.alarms.next().map(|at| at - self.ahead)
    }

    /// Does what is due.
    pub fn wake(&mut self, now: i64) {
        // Whatever the caller takes for the time, what is reckoned from it has room.
        self.state.go_on_to(now.clamp(0, FARTHEST) + self.ahead);
        #[cfg(feature = "full")]
        if let Some(seed) = self.fill.take() {
            school::fill(&mut self.state, &self.catalog, seed);
        }
    }

    /// Sets the mock's clock forward, but not beyond what is due next. Returns how many milliseconds are left to go then:
    /// post what there is to post, and call it again with these. It goes 100 years
    /// ahead at most.
    #[must_use]
    pub fn advance(&mut self, milliseconds: u64, now: i64) -> u64 {
        self.wake(now);
        let wanted = i64::try_from(milliseconds).unwrap_or(i64::MAX).min(MOST_AHEAD - self.ahead);
        let step = self.state.alarms.next().map_or(wanted, |at| wanted.min(at - self.state.time));
        self.ahead += step;
        self.wake(now);
        (wanted - step).unsigned_abs()
    }

    /// The mock's time.
    pub fn time(&self) -> i64 {
        self.state.time
    }

    /// The account that it knows.
    pub fn partner_id(&self) -> &str {
        &self.partner_id
    }

    /// The account's key. `partner.get_key` can replace it.
    pub fn partner_key(&self) -> &str {
        self.state.sender.key()
    }

    /// The requests so far, the last 10,000 at most, the oldest first.
    pub fn requests(&self) -> impl Iterator<Item = &Received> {
        self.received.iter().map(|(_, received)| received)
    }

    /// The callbacks so far, the last 2,048 at most, the oldest first.
    pub fn callbacks(&self) -> impl Iterator<Item = &Delivery> {
        self.state.outbox.all()
    }

    /// What came of one callback: none while it is under way, and once it is forgotten.
    pub fn outcome(&mut self, id: u64) -> Option<Result<CallbackAnswer, String>> {
        self.state.outbox.find(id)?.outcome.clone()
    }

    /// Answers so from now on, besides what was given before.
    pub fn answer(&mut self, answers: CannedAnswers) {
        self.canned.extend(answers);
    }

    /// Misbehaves from now on, and counts requests anew.
    pub fn misbehave(&mut self, misbehaviour: Misbehaviour) {
        self.faults = Faults::new(misbehaviour);
    }

    /// Makes a callback of the description, signed, for the address that was set for it with the API: `transcode_callback`
    /// and `playback_generated` go to that of videos, all others to that of classes. Members that are not given are those
    /// of the printed example. It is one of [`take_posts`](Self::take_posts) then, unless no address was set.
    ///
    /// # Errors
    /// [`CallbackError::UnknownName`] and [`CallbackError::Malformed`].
    pub fn trigger(&mut self, name: &str, given: Vec<(String, String)>, now: i64) -> Result<Post, CallbackError> {
        self.wake(now);
        let members = callback_members(name, given).ok_or_else(|| CallbackError::UnknownName(name.to_owned()))?;
        let accounts = &self.state.accounts;
        let url = match name {
            "transcode_callback" | "playback_generated" => accounts.transcode_callback_url.clone(),
            _ => accounts.class_callback_url.clone(),
        };
        self.state.post(name, &url, members).map_err(CallbackError::Malformed)
    }

    /// How far the clock was set forward, in milliseconds.
    pub(crate) fn ahead(&self) -> i64 {
        self.ahead
    }

    #[cfg(feature = "full")]
    /// The lines that were written down since the last time ([`Builder::record`]).
    #[must_use]
    pub fn take_records(&mut self) -> Vec<String> {
        self.records.as_mut().map(std::mem::take).unwrap_or_default()
    }

    #[cfg(feature = "full")]
    /// Writes down the last request and its answer.
    pub(crate) fn write_down(&mut self, reply: &Reply) {
        if let (Some(records), Some((at, received))) = (&mut self.records, self.received.last()) {
            records.push(record::line(*at, received, reply, self.state.sender.key()));
        }
    }

    #[cfg(feature = "full")]
    /// All that it holds, as JSON for [`restore`](Self::restore): without keys, requests and callbacks. Uploads that are under way begin
    /// anew.
    pub fn save(&self) -> String {
        json!({ "format": FORMAT, "ahead": self.ahead, "state": self.state }).to_string()
    }

    #[cfg(feature = "full")]
    /// Holds what another mock held.
    ///
    /// # Errors
    /// If it was not saved by [`save`](Self::save) of this version.
    pub fn restore(&mut self, saved: &str) -> Result<(), String> {
        let mut saved: Value = serde_json::from_str(saved).map_err(|error| error.to_string())?;
        if saved["format"] != FORMAT {
            return Err("it was saved by another version, or is no state of a mock".to_owned());
        }
        let state: State = serde_json::from_value(saved["state"].take()).map_err(|error| error.to_string())?;
        self.ahead = saved["ahead"].as_i64().unwrap_or_default().clamp(0, MOST_AHEAD);
        self.state.take_over(state);
        self.fill = None;
        Ok(())
    }

    pub(crate) fn rules(&self, key: PartnerKey) -> Rules<'_> {
        Rules { partner_id: &self.partner_id, key, strict_at: self.strict.then(|| self.state.now()) }
    }

    pub(crate) fn record(
        &mut self,
        path: String,
        operation: Option<&str>,
        params: BTreeMap<String, String>,
        verdict: Verdict,
    ) {
        let received = Received { path, operation: operation.map(str::to_owned), params, verdict };
        self.received.push(received.size(), (self.state.time, received));
    }
}

impl fmt::Debug for Mock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mock").field("partner_id", &self.partner_id).finish_non_exhaustive()
    }
}
