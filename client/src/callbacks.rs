//! What the service posts to you, as typed events.
//!
//! ```
//! use baijiayun::callbacks::{Event, Receiver};
//!
//! # let body = b"video_id=123&status=20&qid=123456789&timestamp=1234567&sign=384cce5d96e934d582d15f791bc0e7da";
//! # let partner_key = "rLkIPaQjxSwRQmC/ITnHh8i2rifmmbFIVsYw03SSi24zAnkrAd0ZNb2rcTzI2avy7+AmNJDdLmzU89zKUAP3Xg==";
//! // An example of the documents is old; in production nothing is said, and the clock is looked at.
//! let receiver = Receiver::new(partner_key).any_time();
//! let callback = receiver.receive(body, "application/x-www-form-urlencoded")?;
//! match callback.event() {
//!     Event::TranscodeCallback(video) => println!("video {:?}: {:?}", video.video_id, video.status),
//!     other => println!("{other:?}"),
//! }
//! # Ok::<(), baijiayun::Error>(())
//! ```
//!
//! Give [`Receiver::receive`] the body as it came over the wire. Answer with
//! [`SUCCESS`], or with [`failure`] to have most callbacks posted again, and
//! take each callback once ([`Dedupe`]).

mod dedupe;

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use baijiayun_core::callbacks::{self as core, Clock, Ids, Parsed, TOLERANCE};
use baijiayun_core::coerce::{Departure, Options};
use baijiayun_core::{Error, ErrorKind, PartnerKey};
use serde::Serialize;

pub use crate::generated::callbacks::*;
pub use baijiayun_core::callbacks::{Post, Posting, SUCCESS, failure, signed};
pub use dedupe::Dedupe;

/// Checks and reads callbacks.
#[must_use = "`receive` reads a callback"]
#[derive(Debug, Clone)]
pub struct Receiver {
    keys: Vec<PartnerKey>,
    tolerance: Option<Duration>,
    strict: bool,
}

impl Receiver {
    /// A receiver of what is signed with the account's partner_key, now: callbacks whose timestamp
    /// is further than 300 s from this machine's clock are refused.
    pub fn new(key: impl Into<PartnerKey>) -> Receiver {
        Receiver { keys: vec![key.into()], tolerance: Some(Duration::from_secs(TOLERANCE)), strict: false }
    }

    /// Takes what is signed with this key as well: the old one, while you change keys.
    pub fn also(mut self, key: impl Into<PartnerKey>) -> Receiver {
        self.keys.push(key.into());
        self
    }

    /// Refuses callbacks whose timestamp is further than this from now, either
    /// way: what was recorded and is posted again. 300 s if nothing is said.
    pub fn tolerance(mut self, tolerance: Duration) -> Receiver {
        self.tolerance = Some(tolerance);
        self
    }

    /// Takes callbacks of any time, also recorded ones that are posted again: for old examples in tests.
    pub fn any_time(mut self) -> Receiver {
        self.tolerance = None;
        self
    }

    /// Refuses callbacks that depart from the documents, with [`Departures`](crate::ErrorKind::Departures). If nothing is
    /// said they are taken, and [`Callback::departures`] names the places.
    pub fn strict(mut self) -> Receiver {
        self.strict = true;
        self
    }

    /// Checks the signature of a post and reads it. `body` is the raw body,
    /// `content_type` the header of that name (empty if there is none).
    ///
    /// # Errors
    /// [`CallbackMalformed`](crate::ErrorKind::CallbackMalformed),
    /// [`CallbackSignature`](crate::ErrorKind::CallbackSignature),
    /// [`CallbackClock`](crate::ErrorKind::CallbackClock): it was not posted by the service, or it
    /// was changed on the way here. The message names the cause.
    pub fn receive(&self, body: &[u8], content_type: &str) -> Result<Callback, Error> {
        self.read(body, content_type, None)
    }

    /// As [`Receiver::receive`], of a callback that you know by the address that it came to: it is taken for the one of
    /// this name, for example `playback_generated`, whatever its fields look like.
    ///
    /// # Errors
    /// As [`Receiver::receive`]; [`UnknownOperation`](crate::ErrorKind::UnknownOperation) if there is none of that name.
    pub fn receive_as(&self, name: &str, body: &[u8], content_type: &str) -> Result<Callback, Error> {
        let known = core::find(name).ok_or_else(|| {
            let names: Vec<&str> = core::all().iter().map(|callback| callback.name).collect();
            Error::new(crate::ErrorKind::UnknownOperation, name)
                .with_message("there is no callback of that name")
                .with_hint(format!("there are {}", names.join(", ")))
        })?;
        self.read(body, content_type, Some(known))
    }

    fn read(&self, body: &[u8], content_type: &str, known: Option<&'static core::Callback>) -> Result<Callback, Error> {
        let clock = self.tolerance.map(|tolerance| Clock { now: now(), tolerance: tolerance.as_secs() });
        let verified = core::verify(body, content_type, &self.keys, clock)?;
        let parse = |options| match known {
            Some(callback) => core::parse_as(&verified, callback, options),
            None => core::parse(&verified, options),
        };
        let whole = parse(Options { strict: self.strict, ..Options::default() })?;
        // The typed event is read from what fits its types; the rest stands in the departures.
        let fitting = parse(Options { set_aside: true, ..Options::default() })?;
        let event = decode(fitting.name, &fitting.json)
            .map_err(|error| Error::decode(fitting.name.unwrap_or_default(), &error).with_answer(200, &whole.json))?;
        Ok(Callback { event, parsed: whole })
    }
}

/// For tests of what takes callbacks.
impl Receiver {
    /// A callback as the service would post it, signed now with the first key, in the form or the JSON that the documents
    /// print for the one of that name. It has a `qid` and a `timestamp` of its own where the data have none.
    ///
    /// ```
    /// use baijiayun::callbacks::{Event, Receiver};
    ///
    /// let receiver = Receiver::new("the partner key");
    /// let post = receiver.signed("class_event", &serde_json::json!({"room_id": 17, "op": "start"}))?;
    /// // Post it to your server, or give it to your handler.
    /// let callback = receiver.receive(post.body.as_bytes(), post.content_type)?;
    /// assert!(matches!(callback.event(), Event::ClassEvent(_)));
    /// # Ok::<(), baijiayun::Error>(())
    /// ```
    ///
    /// More is to be had with [`signed`]: another time, or JSON in place of a form.
    ///
    /// # Errors
    /// As [`signed`].
    pub fn signed(&self, name: &str, data: &impl Serialize) -> Result<Post, Error> {
        let data = serde_json::to_string(data).map_err(|error| {
            Error::new(ErrorKind::CallbackMalformed, name).with_message(format!("the data have no JSON form: {error}"))
        })?;
        let qid = format!("{:016x}", RandomState::new().build_hasher().finish());
        let posting = Posting { name: Some(name), json: None, qid: Some(&qid), timestamp: Some(now()) };
        let key = self.keys.first().cloned().unwrap_or_else(|| PartnerKey::new(""));
        signed(&data, posting, &key)
    }
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// A callback that was posted by the service.
#[derive(Debug, Clone)]
pub struct Callback {
    event: Event,
    parsed: Parsed,
}

impl Callback {
    /// What it tells.
    pub fn event(&self) -> &Event {
        &self.event
    }

    /// What it tells, by value.
    pub fn into_event(self) -> Event {
        self.event
    }

    /// Its name, for example `class_event`; `None` if no document describes it.
    pub fn name(&self) -> Option<&'static str> {
        self.parsed.name
    }

    /// Its unique id; a repetition has the same.
    pub fn qid(&self) -> &str {
        &self.parsed.qid
    }

    /// When the service signed it, unix seconds.
    pub fn timestamp(&self) -> i64 {
        self.parsed.timestamp
    }

    /// Its signature. A post with the same one is the same post, whatever its `qid`.
    pub fn signature(&self) -> &str {
        &self.parsed.signature
    }

    /// For how many seconds a claim of it must hold: until its timestamp is refused, and at least 600.
    pub fn hold(&self) -> u32 {
        self.parsed.hold
    }

    pub(crate) fn ids(&self) -> Ids<'_> {
        Ids { qid: self.qid(), signature: self.signature() }
    }

    /// Which key signed it: 0 for that of [`Receiver::new`], 1 for the first of [`Receiver::also`].
    pub fn key(&self) -> usize {
        self.parsed.key
    }

    /// All fields as canonical JSON, with those that the event does not know.
    pub fn json(&self) -> &[u8] {
        &self.parsed.json
    }

    /// Values that are not what the documents describe, and so are not in the event.
    pub fn departures(&self) -> &[Departure] {
        &self.parsed.departures
    }
}
