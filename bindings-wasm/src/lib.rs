//! The engine as WebAssembly: a shell around [`Host`].
//!
//! Texts cross on a *page*: memory that both sides keep, so that no call pays
//! for allocations and for the objects by which texts cross otherwise. The two
//! steps that every call has are laid out in numbers and text (see `src/page.rs`);
//! all others are JSON. The npm package in `npm/` is what people use; its
//! `npm/src/page.ts` is the other side of the page, and `npm/src/engine.ts` drives this.

use std::cell::RefCell;

use baijiayun_core::Error;
use baijiayun_core::callbacks::CLAIM_SCRIPT;
use baijiayun_core::engine::{Now, QUOTA_SCRIPT};
use baijiayun_core::host::{Host, Limiters, Told, refusal};
use baijiayun_core::operation::{self, PathSource};
use wasm_bindgen::prelude::*;

mod page;

use page::Page;

/// The calls of one account.
#[wasm_bindgen]
pub struct Engine {
    /// Or why the account cannot call: that is what every call is answered with. (A constructor that
    /// fails would return three values, for which the runtime first compiles a wrapper.)
    host: RefCell<Result<Host, Error>>,
    page: RefCell<Page>,
    /// What another engine is told of the answer that was read for it.
    short: RefCell<Vec<u8>>,
}

thread_local! {
    /// What the engines of this module share.
    static LIMITERS: RefCell<Limiters> = RefCell::default();
}

/// JavaScript's numbers are doubles: all that is counted here fits in 53 bits.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "casts saturate, and the host gives whole numbers"
)]
fn now(unix: f64, ticks: f64, random: f64) -> Now {
    Now { unix: unix as i64, ticks: ticks as u64, random: random as u64 }
}

#[wasm_bindgen]
extern "C" {
    /// Milliseconds since the process or page began. (It is no part of the language, and so of js-sys.)
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn ticks() -> f64;
}

/// Random numbers come as fractions of 1, with so many values.
const TWO_TO_53: f64 = (1_u64 << 53) as f64;

#[wasm_bindgen]
impl Engine {
    /// Makes an engine.
    #[wasm_bindgen(constructor)]
    pub fn new(config: &str) -> Engine {
        let host = LIMITERS.with_borrow_mut(|limiters| Host::among(config, limiters));
        Engine { host: RefCell::new(host), page: RefCell::default(), short: RefCell::default() }
    }

    /// The address of the page.
    pub fn page(&self) -> *const u8 {
        self.page.borrow().address()
    }

    /// The address of the page with room for at least so many bytes of text; 0 if there is no memory for it. What stood
    /// there may be lost.
    pub fn new_page(&self, room: usize) -> *const u8 {
        let mut page = self.page.borrow_mut();
        if page.make_room(room) { page.address() } else { std::ptr::null() }
    }

    /// Begins the call on the page: a line with the name, a line with the options, then the
    /// parameters. Returns the length of the answer on the page.
    pub fn begin(&self, length: usize, unix: f64, ticks: f64, random: f64) -> usize {
        self.turn(|page, host| host.begin(page.text(length), now(unix, ticks, random)))
    }

    /// The request of the call on the page, signed but not sent.
    pub fn request(&self, length: usize, unix: f64) -> usize {
        self.turn(|page, host| host.request(page.text(length), unix as i64))
    }

    /// Tells the HTTP answer to a call, whose body is on the page. A negative `retry_after` was not said.
    /// The time is only asked for if the call goes on: for the many that are done it would be a good part of the turn.
    pub fn answer(&self, length: usize, call: f64, status: u16, retry_after: f64) -> usize {
        let retry_after = (retry_after >= 0.0).then_some(retry_after as u64);
        let clock = || now(js_sys::Date::now() / 1000.0, ticks(), js_sys::Math::random() * TWO_TO_53);
        self.turn(|page, host| host.answer_by(call as u64, status, retry_after, page.bytes(length), &clock))
    }

    /// Tells what became of any other step: the event on the page.
    pub fn resume(&self, length: usize, call: f64, unix: f64, ticks: f64, random: f64) -> usize {
        self.turn(|page, host| host.resume(call as u64, page.text(length), now(unix, ticks, random)))
    }

    /// Reads the long answer on the page to a call of another engine, which `call` began. The step by which it would
    /// end stands on the page then, and the length of it is returned.
    pub fn read_for_another(&self, call: &str, length: usize, status: u16) -> usize {
        self.turn(|page, host| {
            let read = host.read_for_another(call, status, page.bytes(length));
            self.short.replace(read.short);
            read.told
        })
    }

    /// The short answer that the other engine is told in place of that one.
    pub fn short_answer(&self) -> Vec<u8> {
        self.short.take()
    }

    /// Gives a call up.
    pub fn cancel(&self, call: f64) {
        if let Ok(host) = &mut *self.host.borrow_mut() {
            host.cancel(call as u64);
        }
    }

    /// Sends nothing from now on (see `Host::close`).
    pub fn stop_sending(&self) {
        if let Ok(host) = &mut *self.host.borrow_mut() {
            host.close();
        }
    }

    /// Checks and reads what the service posted; `unix` is this machine's clock.
    pub fn callback(&self, body: &[u8], content_type: &str, options: &str, unix: f64) -> String {
        self.ask(|host| host.callback(body, content_type, options, unix as i64))
    }

    /// A callback as the service would post it, for tests.
    pub fn signed_callback(&self, asked: &str) -> String {
        self.ask(|host| host.signed_callback(asked))
    }

    /// A link for people.
    pub fn link(&self, kind: &str, params: &str) -> String {
        self.ask(|host| host.link(kind, params))
    }

    /// Why the account cannot call, `{"error":{...}}`; empty if it can.
    pub fn fault(&self) -> String {
        self.host
            .borrow()
            .as_ref()
            .err()
            .map_or_else(String::new, |error| String::from_utf8(refusal(error)).unwrap_or_default())
    }

    /// How many calls are under way.
    pub fn calls(&self) -> usize {
        self.host.borrow().as_ref().map_or(0, Host::calls)
    }
}

impl Engine {
    /// Answers what is on the page, in its place.
    fn turn(&self, answer: impl FnOnce(&Page, &mut Host) -> Told) -> usize {
        let mut page = self.page.borrow_mut();
        let told = match &mut *self.host.borrow_mut() {
            Ok(host) => answer(&page, host),
            Err(error) => Told::failed(error),
        };
        page.tell(told)
    }

    fn ask(&self, answer: impl FnOnce(&Host) -> Vec<u8>) -> String {
        let json = match &*self.host.borrow() {
            Ok(host) => answer(host),
            Err(error) => refusal(error),
        };
        // The core writes nothing but UTF-8.
        String::from_utf8(json).unwrap_or_default()
    }
}

/// How many milliseconds the header Retry-After says to wait; negative if it says nothing that can be understood.
#[wasm_bindgen]
pub fn retry_after(header: &str, unix: f64) -> f64 {
    baijiayun_core::retry_after(header, unix as i64).map_or(-1.0, |time| time.as_secs() as f64 * 1000.0)
}

/// The operations whose paths are guesses, one a line.
#[wasm_bindgen]
pub fn guessed_paths() -> String {
    let guesses = operation::all().iter().filter(|operation| operation.path_source == PathSource::Inferred);
    guesses.fold(String::new(), |all, operation| all + &operation.name + "\n")
}

/// What a shared store evaluates to keep the limits among several processes.
#[wasm_bindgen]
pub fn quota_script() -> String {
    QUOTA_SCRIPT.to_owned()
}

/// What a shared store evaluates so that one of several processes takes a callback.
#[wasm_bindgen]
pub fn claim_script() -> String {
    CLAIM_SCRIPT.to_owned()
}
