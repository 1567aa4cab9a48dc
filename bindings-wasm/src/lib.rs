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
pub struct Engine(RefCell<Host>);

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
        Host::new(config).map(|host| Engine(RefCell::new(host))).map_err(|error| text(error_json(&error)))
    }

    /// Begins a call: a line with the name, a line with the options, then the parameters.
    pub fn begin(&self, call: &str, unix: f64, ticks: f64, random: f64) -> String {
        text(self.0.borrow_mut().begin(call, now(unix, ticks, random)))
    }

    /// The request of a call, signed but not sent.
    pub fn request(&self, call: &str, unix: f64) -> String {
        text(self.0.borrow().request(call, unix as i64))
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
        text(self.0.borrow_mut().answer(
            call as u64,
            status,
            retry_after.map(|time| time as u64),
            body,
            now(unix, ticks, random),
        ))
    }

    /// Tells what became of any other step.
    pub fn resume(&self, call: f64, event: &str, unix: f64, ticks: f64, random: f64) -> String {
        text(self.0.borrow_mut().resume(call as u64, event, now(unix, ticks, random)))
    }

    /// Gives a call up.
    pub fn cancel(&self, call: f64) {
        self.0.borrow_mut().cancel(call as u64);
    }

    /// Checks and reads what the service posted; `unix` is this machine's clock.
    pub fn callback(&self, body: &[u8], content_type: &str, options: &str, unix: f64) -> String {
        text(self.0.borrow().callback(body, content_type, options, unix as i64))
    }

    /// A link for people.
    pub fn link(&self, kind: &str, params: &str) -> String {
        text(self.0.borrow().link(kind, params))
    }

    /// How many calls are under way.
    pub fn calls(&self) -> usize {
        self.0.borrow().calls()
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
