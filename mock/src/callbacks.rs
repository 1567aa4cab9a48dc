//! What the service posts to its customer: signed like a request, and posted again if it is not taken.

use std::collections::VecDeque;
use std::fmt;

use baijiayun_core::callbacks::{self, Posting};
use baijiayun_core::{Error, PartnerKey};
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::alarms::{Alarm, Alarms};
use crate::clock;
use crate::described::Description;
use crate::latest::Latest;

/// Callbacks that wait to be posted; more are dropped.
const WAITING: usize = 1024;

/// Callbacks that are remembered, those that wait among them, if they are not long; older ones are forgotten.
const REMEMBERED: usize = 2048;

/// A callback, signed and encoded, for the receiver at its address.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Post {
    /// What [`Mock::posted`](crate::Mock::posted) is told the answer with.
    pub id: u64,
    /// The callback, for example `class_event`.
    pub name: String,
    /// Where to post it; empty if no address was set for it.
    pub url: String,
    /// The header of that name.
    pub content_type: String,
    /// The body.
    pub body: String,
    /// 1, or 2 and 3 where it is posted again.
    pub attempt: u32,
}

impl Post {
    /// An object of the members.
    pub fn to_json(&self) -> Value {
        let Post { id, name, url, content_type, body, attempt } = self;
        json!({ "id": id, "name": name, "url": url, "content_type": content_type, "body": body, "attempt": attempt })
    }
}

impl fmt::Debug for Post {
    /// Without the body, which is signed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Post")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("url", &self.url)
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}

/// What the customer answered to a callback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallbackAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: String,
}

impl CallbackAnswer {
    /// As much of it as is kept.
    fn cut(self) -> CallbackAnswer {
        CallbackAnswer { body: cut(self.body, MOST_ANSWER), ..self }
    }

    /// Whether the service would take it for success: HTTP 200 and code 0.
    pub fn is_success(&self) -> bool {
        let code = serde_json::from_str::<Value>(&self.body).ok().and_then(|answer| answer.get("code")?.as_i64());
        self.status == 200 && code == Some(0)
    }
}

/// A callback that was to be posted, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Delivery {
    /// The callback.
    pub post: Post,
    /// When it was to be posted, by the mock's clock, in milliseconds since 1970.
    pub at: i64,
    /// The answer, or why there is none. None while it is under way.
    pub outcome: Option<Result<CallbackAnswer, String>>,
}

impl Delivery {
    pub(crate) fn to_json(&self) -> Value {
        let answer = self.outcome.as_ref().and_then(|outcome| outcome.as_ref().ok());
        let error = self.outcome.as_ref().and_then(|outcome| outcome.as_ref().err());
        let mut shown = self.post.to_json();
        shown["at"] = self.at.into();
        shown["status"] = answer.map(|answer| answer.status).into();
        shown["answer"] = answer.map(|answer| answer.body.as_str()).into();
        shown["error"] = error.map(String::as_str).into();
        shown["taken"] = answer.is_some_and(CallbackAnswer::is_success).into();
        shown
    }
}

/// Signs callbacks.
#[derive(Serialize, Deserialize)]
pub(crate) struct Sender {
    #[serde(skip)]
    partner_id: String,
    #[serde(skip)]
    key: String,
    sent: u64,
}

impl Sender {
    pub fn new(partner_id: &str, key: String) -> Sender {
        Sender { partner_id: partner_id.to_owned(), key, sent: 0 }
    }

    pub fn partner_id(&self) -> &str {
        &self.partner_id
    }

    pub fn key(&self) -> &str {
        &self.key
    }

    #[cfg(feature = "full")]
    /// Ids of callbacks go on from where another one's ended.
    pub fn take_over(&mut self, other: &Sender) {
        self.sent = other.sent;
    }

    /// Replaces the key by another one.
    pub fn renew_key(&mut self) {
        let digest = Md5::digest(self.key.as_bytes());
        self.key = format!("mock-{:032x}", u128::from_be_bytes(digest.into()));
    }

    /// The body of a callback with `qid`, `timestamp` and `sign`, as the documents print it.
    fn sign(&mut self, name: &str, members: Vec<(String, String)>, now: i64) -> Result<callbacks::Post, Error> {
        self.sent += 1;
        let qid = format!("{}{:010}", clock::digits(now), self.sent);
        let data: Map<String, Value> = members.into_iter().map(|(name, value)| (name, Value::String(value))).collect();
        let posting = Posting { name: Some(name), json: None, qid: Some(&qid), timestamp: Some(now) };
        callbacks::signed(&Value::Object(data).to_string(), posting, &PartnerKey::new(self.key.as_str()))
    }
}

/// Most bytes of an answer that are kept: the service looks for a code of one digit.
pub(crate) const MOST_ANSWER: usize = 16 << 10;

/// Most bytes that are kept of why there is none.
const MOST_ERROR: usize = 1000;

/// Callbacks that wait to be posted again; more are not.
const MOST_ALARMS: usize = 10_000;

/// The callbacks so far, and which of them wait to be posted.
pub(crate) struct Outbox {
    made: u64,
    waiting: VecDeque<u64>,
    deliveries: Latest<Delivery>,
}

impl Default for Outbox {
    fn default() -> Outbox {
        Outbox { made: 0, waiting: VecDeque::new(), deliveries: Latest::new(REMEMBERED) }
    }
}

impl Outbox {
    /// Takes in a callback, which waits then if it has an address.
    pub fn put(
        &mut self,
        sender: &mut Sender,
        name: &str,
        url: &str,
        members: Vec<(String, String)>,
        now: i64,
    ) -> Result<Post, Error> {
        let signed = sender.sign(name, members, clock::seconds(now))?;
        let (name, url) = (name.to_owned(), url.to_owned());
        let post =
            Post { id: 0, name, url, content_type: signed.content_type.to_owned(), body: signed.body, attempt: 1 };
        Ok(self.add(post, now))
    }

    /// Has one posted as it is: receivers tell repetitions by their `qid`.
    pub fn add(&mut self, post: Post, now: i64) -> Post {
        self.made += 1;
        let post = Post { id: self.made, ..post };
        if post.url.is_empty() {
            return post;
        }
        let outcome = if self.waiting.len() < WAITING {
            self.waiting.push_back(post.id);
            None
        } else {
            Some(Err("too many callbacks wait: it was dropped".to_owned()))
        };
        self.remember(Delivery { post: post.clone(), at: now, outcome });
        post
    }

    /// Remembers one that could not be signed.
    pub fn unsigned(&mut self, name: &str, url: &str, why: &Error, now: i64) {
        let (name, url) = (name.to_owned(), url.to_owned());
        self.made += 1;
        let post = Post { id: self.made, name, url, content_type: String::new(), body: String::new(), attempt: 1 };
        self.remember(Delivery { post, at: now, outcome: Some(Err(why.to_string())) });
    }

    fn remember(&mut self, delivery: Delivery) {
        let Post { name, url, body, .. } = &delivery.post;
        self.deliveries.push(name.len() + url.len() + body.len(), delivery);
    }

    /// Those that wait.
    pub fn take(&mut self) -> Vec<Post> {
        let waiting = std::mem::take(&mut self.waiting);
        waiting.into_iter().filter_map(|id| Some(self.find(id)?.post.clone())).collect()
    }

    pub fn find(&mut self, id: u64) -> Option<&mut Delivery> {
        self.deliveries.iter_mut().rev().find(|delivery| delivery.post.id == id)
    }

    pub fn all(&self) -> impl DoubleEndedIterator<Item = &Delivery> {
        self.deliveries.iter()
    }

    /// Forgets those that are done.
    pub fn forget(&mut self) {
        self.deliveries.retain(|delivery| delivery.outcome.is_none());
    }

    /// What came of one. If it was not taken, it is posted again as the documents say.
    pub fn posted(&mut self, id: u64, outcome: Result<CallbackAnswer, String>, alarms: &mut Alarms, now: i64) {
        let Some(delivery) = self.find(id) else { return };
        let taken = outcome.as_ref().is_ok_and(CallbackAnswer::is_success);
        delivery.outcome = Some(outcome.map(CallbackAnswer::cut).map_err(|error| cut(error, MOST_ERROR)));
        let wait = repetitions(&delivery.post.name).get(delivery.post.attempt as usize - 1);
        // Of those that fail without end the rest is given up.
        if let Some(wait) = wait.filter(|_| !taken && alarms.len() < MOST_ALARMS) {
            let again = Post { attempt: delivery.post.attempt + 1, ..delivery.post.clone() };
            alarms.set(now + i64::from(*wait) * 1000, Alarm::PostAgain(again));
        }
    }
}

/// The beginning of a text.
fn cut(mut text: String, most: usize) -> String {
    if text.len() > most {
        text.truncate((0..=most).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default());
        text.push('…');
    }
    text
}

/// How many seconds after each failure a callback is posted again.
fn repetitions(name: &str) -> &'static [u32] {
    // Nothing is printed for playbacks, which go to the same address.
    let name = if name == "playback_generated" { "transcode_callback" } else { name };
    Description::embedded().callback(name).map_or(&[], |callback| &callback.waits)
}

/// The members of a callback: those that are given, and for those that are left out what the printed example has (without
/// `qid`, `timestamp` and `sign`). `None` if there is no callback of that name.
pub fn callback_members(name: &str, given: Vec<(String, String)>) -> Option<Vec<(String, String)>> {
    let callback = Description::embedded().callback(name)?;
    let mut members = given;
    for (name, value) in &callback.example {
        let is_made_here = matches!(name.as_str(), "qid" | "timestamp" | "sign");
        if !is_made_here && !members.iter().any(|(known, _)| known == name) {
            members.push((name.clone(), crate::input::plain(value)));
        }
    }
    Some(members)
}

/// Why a callback was not delivered.
#[derive(Debug)]
#[non_exhaustive]
pub enum CallbackError {
    /// The service has no callback of that name.
    UnknownName(String),
    /// No address was set for it.
    NoAddress(String),
    /// No receiver would take its members.
    Malformed(Error),
    /// Nobody answered at the address.
    NotDelivered(String),
}

impl fmt::Display for CallbackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CallbackError::UnknownName(name) => write!(f, "there is no callback named \"{name}\""),
            CallbackError::NoAddress(name) => write!(f, "no address is set for the callback {name}"),
            CallbackError::Malformed(why) => why.fmt(f),
            CallbackError::NotDelivered(why) => write!(f, "the callback was not delivered: {why}"),
        }
    }
}

impl std::error::Error for CallbackError {}
