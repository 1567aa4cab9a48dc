//! The engine as WebAssembly: a shell around [`Host`], JSON in and JSON out.
//!
//! The npm package in `npm/` is what people use; its `src/engine.ts` drives this.

use std::cell::RefCell;

use baijiayun_core::callbacks::CLAIM_SCRIPT;
use baijiayun_core::engine::{Now, QUOTA_SCRIPT};
use baijiayun_core::host::{Host, error_json};
use wasm_bindgen::prelude::*;

/// The calls of one account.
#[wasm_bindgen]
pub struct Engine {
    host: RefCell<Host>,
    /// Where [`Engine::begin`] and [`Engine::request`] find their text and leave their answer: that
    /// spares every call the allocations, and the array, by which texts cross otherwise.
    page: RefCell<Vec<u8>>,
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

/// The core writes nothing but UTF-8.
fn text(json: Vec<u8>) -> String {
    String::from_utf8(json).unwrap_or_default()
}

#[wasm_bindgen]
impl Engine {
    /// Makes an engine; throws an error object as JSON text.
    #[wasm_bindgen(constructor)]
    pub fn new(config: &str) -> Result<Engine, String> {
        let host = Host::new(config).map_err(|error| text(error_json(&error)))?;
        Ok(Engine { host: RefCell::new(host), page: RefCell::default() })
    }

    /// The address of the page, with room for at least so many bytes.
    pub fn page(&self, room: usize) -> *mut u8 {
        let mut page = self.page.borrow_mut();
        if page.len() < room {
            page.resize(room, 0);
        }
        page.as_mut_ptr()
    }

    /// Begins the call on the page: a line with the name, a line with the options, then the
    /// parameters. Returns the length of the answer.
    pub fn begin(&self, length: usize, unix: f64, ticks: f64, random: f64) -> usize {
        self.turn(length, |call| self.host.borrow_mut().begin(call, now(unix, ticks, random)))
    }

    /// The request of the call on the page, signed but not sent. Returns the length of the answer.
    pub fn request(&self, length: usize, unix: f64) -> usize {
        self.turn(length, |call| self.host.borrow().request(call, unix as i64))
    }

    /// Tells the HTTP answer to a call.
    #[allow(clippy::too_many_arguments)]
    pub fn answer(
        &self,
        call: f64,
        status: u16,
        retry_after: Option<f64>,
        body: Vec<u8>,
        unix: f64,
        ticks: f64,
        random: f64,
    ) -> String {
        text(self.host.borrow_mut().answer(
            call as u64,
            status,
            retry_after.map(|time| time as u64),
            body,
            now(unix, ticks, random),
        ))
    }

    /// Tells what became of any other step.
    pub fn resume(&self, call: f64, event: &str, unix: f64, ticks: f64, random: f64) -> String {
        text(self.host.borrow_mut().resume(call as u64, event, now(unix, ticks, random)))
    }

    /// Gives a call up.
    pub fn cancel(&self, call: f64) {
        self.host.borrow_mut().cancel(call as u64);
    }

    /// Checks and reads what the service posted; `unix` is this machine's clock.
    pub fn callback(&self, body: &[u8], content_type: &str, options: &str, unix: f64) -> String {
        text(self.host.borrow().callback(body, content_type, options, unix as i64))
    }

    /// A link for people.
    pub fn link(&self, kind: &str, params: &str) -> String {
        text(self.host.borrow().link(kind, params))
    }

    /// How many calls are under way.
    pub fn calls(&self) -> usize {
        self.host.borrow().calls()
    }
}

impl Engine {
    /// Puts the answer to the text on the page in its place.
    fn turn(&self, length: usize, answer: impl FnOnce(&str) -> Vec<u8>) -> usize {
        let mut page = self.page.borrow_mut();
        // JavaScript wrote it as UTF-8.
        let answer = answer(page.get(..length).and_then(|text| str::from_utf8(text).ok()).unwrap_or_default());
        let length = answer.len();
        match page.get_mut(..length) {
            Some(place) => place.copy_from_slice(&answer),
            None => *page = answer,
        }
        length
    }
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
