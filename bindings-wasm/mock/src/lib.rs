//! The mock as WebAssembly: a shell around [`baijiayun_mock::Mock`]. The npm package in `npm-mock/` is what people use.
//!
//! The head of a request is its method, target and base and its headers, each on a line. What is told of a reply is JSON. Times are milliseconds since 1970.

use std::cell::RefCell;

use baijiayun_mock::{CallbackAnswer, Head, Incoming, Post, Reply};
use serde_json::{Map, Value, json};
use wasm_bindgen::prelude::*;

mod settings;

/// A mock and the requests that are coming in.
#[wasm_bindgen]
pub struct MockEngine(RefCell<Inner>);

struct Inner {
    mock: baijiayun_mock::Mock,
    incoming: Vec<(u32, Incoming)>,
    begun: u32,
}

/// JavaScript's numbers are doubles: milliseconds fit in 53 bits.
#[expect(clippy::cast_possible_truncation, reason = "casts saturate, and the host gives whole numbers")]
fn time(milliseconds: f64) -> i64 {
    milliseconds as i64
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds fit in 53 bits")]
fn number(milliseconds: i64) -> f64 {
    milliseconds as f64
}

#[wasm_bindgen]
impl MockEngine {
    /// Makes a mock.
    ///
    /// # Errors
    /// Says what is wrong with the settings.
    #[wasm_bindgen(constructor)]
    pub fn new(settings: &str) -> Result<MockEngine, String> {
        let mock = settings::read(settings)?.build();
        Ok(MockEngine(RefCell::new(Inner { mock, incoming: Vec::new(), begun: 0 })))
    }

    /// A request begins. Returns its number, negative if its body is not wanted.
    pub fn begin(&self, head: &str, now: f64) -> i32 {
        let mut lines = head.split('\n');
        let mut line = || lines.next().unwrap_or_default();
        let (method, target, base) = (line(), line(), line());
        let headers: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once(':')).collect();
        let head = Head { method, target, headers: &headers, base };
        let inner = &mut *self.0.borrow_mut();
        let incoming = inner.mock.receive(&head, time(now));
        let hungry = incoming.is_hungry();
        inner.begun = inner.begun % 0x3fff_ffff + 1;
        inner.incoming.push((inner.begun, incoming));
        let id = i32::try_from(inner.begun).unwrap_or_default();
        if hungry { id } else { -id }
    }

    /// How many milliseconds to wait before its body is read.
    pub fn latency(&self, id: u32) -> f64 {
        let inner = self.0.borrow();
        let found = inner.incoming.iter().find(|(known, _)| *known == id);
        found.map_or(0.0, |(_, incoming)| incoming.latency().as_secs_f64() * 1000.0)
    }

    /// Takes more of its body. Returns whether it wants more.
    pub fn take(&self, id: u32, piece: &[u8], now: f64) -> bool {
        let Inner { mock, incoming, .. } = &mut *self.0.borrow_mut();
        incoming.iter_mut().find(|(known, _)| *known == id).is_some_and(|(_, incoming)| {
            mock.take(incoming, piece, time(now));
            incoming.is_hungry()
        })
    }

    /// Answers it: a line of JSON, then the body. `failure` says why not all of its body came; empty if all did.
    pub fn finish(&self, id: u32, failure: &str, now: f64) -> String {
        let inner = &mut *self.0.borrow_mut();
        let Some(place) = inner.incoming.iter().position(|(known, _)| *known == id) else { return String::new() };
        let (_, incoming) = inner.incoming.swap_remove(place);
        let came = if failure.is_empty() { Ok(()) } else { Err(failure.to_owned()) };
        let Reply { status, headers, body, cut, advance, .. } = inner.mock.finish(incoming, came, time(now));
        let headers: Map<String, Value> =
            headers.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        // Nothing is less than none: callbacks are posted then too.
        let advance = advance.map(|by| u64::try_from(by.as_millis()).unwrap_or(u64::MAX));
        let shown = json!({ "status": status, "headers": headers, "cut": cut, "advance": advance });
        shown.to_string() + "\n" + &body
    }

    /// The callbacks that are to be posted now, as JSON; empty if there are none.
    pub fn posts(&self) -> String {
        let posts = self.0.borrow_mut().mock.take_posts();
        if posts.is_empty() { String::new() } else { posts.iter().map(Post::to_json).collect::<Value>().to_string() }
    }

    /// What was answered to a callback; with status 0 `body` says why nothing was.
    pub fn posted(&self, id: f64, status: u16, body: &str, now: f64) {
        let body = body.to_owned();
        let outcome = if status == 0 { Err(body) } else { Ok(CallbackAnswer { status, body }) };
        self.0.borrow_mut().mock.posted(time(id).unsigned_abs(), outcome, time(now));
    }

    /// When something is due next, by the host's clock; negative if nothing is.
    pub fn due(&self) -> f64 {
        self.0.borrow().mock.due().map_or(-1.0, number)
    }

    /// Does what is due.
    pub fn wake(&self, now: f64) {
        self.0.borrow_mut().mock.wake(time(now));
    }

    /// Sets the clock forward, to what is due next at most. Returns how much is left to go.
    pub fn advance(&self, milliseconds: f64, now: f64) -> f64 {
        let milliseconds = time(milliseconds).unsigned_abs();
        let left = self.0.borrow_mut().mock.advance(milliseconds, time(now));
        number(i64::try_from(left).unwrap_or(i64::MAX))
    }

    /// The mock's time.
    pub fn time(&self) -> f64 {
        number(self.0.borrow().mock.time())
    }

    /// The account's key now.
    pub fn partner_key(&self) -> String {
        self.0.borrow().mock.partner_key().to_owned()
    }
}
