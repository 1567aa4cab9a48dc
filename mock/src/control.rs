//! What tests in any language ask of the mock over HTTP, under `/_mock`: what it received and posted, answers to give, faults,
//! and the clock. It listens on this machine only, and nothing here is signed.

use std::time::Duration;

use serde_json::{Value, json};

use crate::callbacks::Delivery;
use crate::canned::CannedAnswers;
use crate::clock;
use crate::http::{Head, Reply};
use crate::input::plain;
use crate::misbehave::Misbehaviour;
use crate::mock::{MOST_AHEAD, Mock};
use crate::page;
use crate::received::Received;

/// Most bytes of a body: answers may be long.
const MOST: usize = 16 << 20;

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Place {
    Requests,
    Answers,
    Callbacks,
    Misbehaviour,
    Clock,
    Overview,
    /// The page that shows it.
    Page,
}

pub(crate) fn find(path: &str) -> Option<Place> {
    Some(match path {
        "/_mock/requests" => Place::Requests,
        "/_mock/answers" => Place::Answers,
        "/_mock/callbacks" => Place::Callbacks,
        "/_mock/misbehaviour" => Place::Misbehaviour,
        "/_mock/clock" => Place::Clock,
        "/_mock/overview" if cfg!(feature = "page") => Place::Overview,
        "/" if cfg!(feature = "page") => Place::Page,
        _ => return None,
    })
}

/// A request for one of these.
pub(crate) struct Control {
    place: Place,
    method: String,
    is_near: bool,
    body: Vec<u8>,
    is_too_long: bool,
}

impl Control {
    pub fn new(place: Place, head: &Head<'_>) -> Control {
        Control {
            place,
            method: head.method.to_owned(),
            is_near: page::is_near(head),
            body: Vec::new(),
            is_too_long: false,
        }
    }

    pub fn take(&mut self, piece: &[u8]) {
        self.is_too_long |= self.body.len() + piece.len() > MOST;
        // Whoever is still sending would not hear a refusal: the rest is read first, and not kept.
        if self.is_too_long {
            self.body = Vec::new();
        } else {
            self.body.extend_from_slice(piece);
        }
    }

    pub fn finish(self, mock: &mut Mock) -> Reply {
        if self.is_too_long {
            return Reply::json(413, &json!({ "error": format!("the body has more than {MOST} bytes") }));
        }
        let text = String::from_utf8_lossy(&self.body);
        let done = match (self.place, self.method.as_str()) {
            (Place::Requests, "GET") => Ok(list(mock.requests().map(Received::to_json))),
            (Place::Requests, "DELETE") => {
                mock.received.clear();
                Ok(nothing())
            }
            (Place::Answers, "POST") => CannedAnswers::from_json(&text).map(|given| {
                mock.answer(given);
                nothing()
            }),
            (Place::Answers, "DELETE") => {
                mock.canned = CannedAnswers::default();
                Ok(nothing())
            }
            (Place::Callbacks, "GET") => Ok(list(mock.callbacks().map(Delivery::to_json))),
            (Place::Callbacks, "POST") => read(&text).and_then(|wanted| trigger(mock, &wanted)),
            (Place::Callbacks, "DELETE") => {
                mock.state.outbox.forget();
                Ok(nothing())
            }
            (Place::Misbehaviour, "POST") => {
                read(&text).and_then(|wanted| Misbehaviour::from_json(&wanted)).map(|wanted| {
                    mock.misbehave(wanted);
                    nothing()
                })
            }
            (Place::Misbehaviour, "DELETE") => {
                mock.misbehave(Misbehaviour::default());
                Ok(nothing())
            }
            (Place::Clock, "GET") => Ok(time(mock, None)),
            (Place::Clock, "POST") => read(&text).and_then(|wanted| Ok(time(mock, Some(forward(&wanted)?)))),
            (Place::Overview | Place::Page, "GET") if !self.is_near => Ok(Reply::empty(403)),
            (Place::Overview, "GET") if cfg!(feature = "page") => Ok(page::overview(mock)),
            (Place::Page, "GET") if cfg!(feature = "page") => Ok(page::page()),
            _ => Ok(Reply::empty(405)),
        };
        done.unwrap_or_else(|error| Reply::json(400, &json!({ "error": error })))
    }
}

fn read(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// How much the clock is to go forward: `{"advance": 30}`, in seconds.
fn forward(wanted: &Value) -> Result<Duration, String> {
    let most = Duration::from_millis(MOST_AHEAD.unsigned_abs());
    let seconds = wanted["advance"].as_f64().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds
        .filter(|by| *by <= most)
        .ok_or(format!("{{\"advance\": seconds}} is wanted, {} (100 years) at most, not {wanted}", most.as_secs()))
}

fn list(items: impl Iterator<Item = Value>) -> Reply {
    Reply::json(200, &items.collect())
}

fn nothing() -> Reply {
    Reply::empty(204)
}

/// The time when the clock has gone forward, if it is to.
fn time(mock: &Mock, by: Option<Duration>) -> Reply {
    let milliseconds = by.unwrap_or_default().as_millis();
    let then = mock.time().saturating_add_unsigned(u64::try_from(milliseconds).unwrap_or(u64::MAX));
    Reply {
        advance: by,
        ..Reply::json(200, &json!({ "now": clock::seconds(then), "time": clock::datetime(clock::seconds(then)) }))
    }
}

/// `{"name": "class_event", "fields": {"op": "start"}}`
fn trigger(mock: &mut Mock, wanted: &Value) -> Result<Reply, String> {
    let members = wanted.as_object().filter(|members| members.keys().all(|name| name == "name" || name == "fields"));
    let name = members.and_then(|members| members.get("name")?.as_str());
    let fields = members.map(|members| members.get("fields").unwrap_or(&Value::Null));
    let (Some(name), Some(fields @ (Value::Object(_) | Value::Null))) = (name, fields) else {
        return Err(format!("{{\"name\": .., \"fields\": {{..}}}} is wanted, not {wanted}"));
    };
    let given = fields.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), plain(value))).collect();
    // The time is the one that this request came at.
    let now = mock.time() - mock.ahead();
    let post = mock.trigger(name, given, now).map_err(|error| error.to_string())?;
    Ok(Reply::json(200, &post.to_json()))
}
