//! The engine for Swift: C functions (`swift/Sources/CBaiJiaYun/baijiayun.h`) that lend what they tell.
//!
//! What most calls are told, a request with a form and data without remarks, is lent as it is. Everything else is the JSON
//! that the other languages get. See `docs/decisions/0037-swift-calls-c.md`.

// Every function here takes pointers from Swift: to an engine that it has not released yet, and to so many bytes.
#![allow(unsafe_code)]

use std::ptr;
use std::slice;

use baijiayun_core::callbacks::CLAIM_SCRIPT;
use baijiayun_core::engine::{Now, QUOTA_SCRIPT};
use baijiayun_core::host::Told;
use baijiayun_core::operation::Method;
use baijiayun_core::request::Body;

use crate::Engine;

/// Bytes that somebody else owns.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Text {
    bytes: *const u8,
    length: usize,
}

impl Text {
    const NONE: Text = Text { bytes: ptr::null(), length: 0 };

    fn of(bytes: &[u8]) -> Text {
        Text { bytes: bytes.as_ptr(), length: bytes.len() }
    }

    /// # Safety
    /// The bytes are there as long as they are looked at.
    unsafe fn get<'a>(self) -> &'a [u8] {
        if self.length == 0 {
            return &[];
        }
        // SAFETY: so says the caller.
        unsafe { slice::from_raw_parts(self.bytes, self.length) }
    }
}

/// The time, as the host tells it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Time {
    unix: i64,
    ticks: u64,
    random: u64,
}

impl From<Time> for Now {
    fn from(Time { unix, ticks, random }: Time) -> Now {
        Now { unix, ticks, random }
    }
}

/// [`Step::kind`]: `text` is JSON.
const JSON: u8 = 0;
/// `url` and `text`, the form, are to be sent.
const SEND: u8 = 1;
/// The call went well, and `text` are its data.
const DONE: u8 = 2;

/// What a host is told. It lends what `owner` holds, until that is released.
#[repr(C)]
pub struct Step {
    kind: u8,
    /// To send: with GET, and so without a form.
    get: bool,
    store_down: bool,
    budget_exhausted: bool,
    has_ts: bool,
    attempts: u32,
    call: u64,
    timeout: u64,
    max_answer: u64,
    waited: u64,
    ts: i64,
    url: Text,
    text: Text,
    owner: *mut Owner,
}

/// What a step lends.
pub enum Owner {
    /// A step of the engine.
    Told(Told),
    /// Any text.
    Text(Vec<u8>),
}

impl Step {
    fn of(told: Told) -> Step {
        let told = match told {
            Told::Send { ref request, .. } if !matches!(request.body, Body::Empty | Body::Form(_)) => {
                return Step::text(told.into_json());
            }
            Told::Done { ref answer, .. } if !answer.msg.is_empty() || !answer.departures.is_empty() => {
                return Step::text(told.into_json());
            }
            Told::Json(json) => return Step::text(json),
            told => told,
        };
        let owner = Box::into_raw(Box::new(Owner::Told(told)));
        let mut step = Step { owner, ..Step::empty() };
        // SAFETY: it was made just now. What it holds does not move until it is released.
        match unsafe { &*owner } {
            Owner::Told(Told::Send { call, request, timeout, max_answer }) => {
                step.kind = SEND;
                step.get = matches!(request.method, Method::Get);
                step.call = *call;
                step.timeout = millis(timeout.as_millis());
                step.max_answer = *max_answer;
                step.url = Text::of(request.url.as_bytes());
                if let Body::Form(form) = &request.body {
                    step.text = Text::of(form.as_bytes());
                }
            }
            Owner::Told(Told::Done { answer, trace }) => {
                step.kind = DONE;
                step.attempts = trace.attempts;
                step.waited = millis(trace.waited().as_millis());
                step.store_down = trace.store_down;
                step.budget_exhausted = trace.budget_exhausted;
                step.has_ts = answer.ts.is_some();
                step.ts = answer.ts.unwrap_or_default();
                step.text = Text::of(&answer.data);
            }
            Owner::Told(Told::Json(text)) | Owner::Text(text) => step.text = Text::of(text),
        }
        step
    }

    fn text(text: Vec<u8>) -> Step {
        let owner = Box::into_raw(Box::new(Owner::Text(text)));
        // SAFETY: as above.
        let Owner::Text(text) = (unsafe { &*owner }) else { return Step::empty() };
        Step { owner, text: Text::of(text), ..Step::empty() }
    }

    fn empty() -> Step {
        Step {
            kind: JSON,
            get: false,
            store_down: false,
            budget_exhausted: false,
            has_ts: false,
            attempts: 0,
            call: 0,
            timeout: 0,
            max_answer: 0,
            waited: 0,
            ts: 0,
            url: Text::NONE,
            text: Text::NONE,
            owner: ptr::null_mut(),
        }
    }
}

fn millis(millis: u128) -> u64 {
    u64::try_from(millis).unwrap_or(u64::MAX)
}

/// Gives back what a step lends.
///
/// # Safety
/// It is done once for each step, and nothing looks at it afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn baijiayun_release_step(owner: *mut Owner) {
    if !owner.is_null() {
        // SAFETY: so says the caller.
        drop(unsafe { Box::from_raw(owner) });
    }
}

/// Makes an engine of a configuration; null, and an error object as JSON, if it cannot be made.
///
/// # Safety
/// Both pointers hold.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn baijiayun_make_engine(config: Text, error: &mut Step) -> *const Engine {
    // SAFETY: so says the caller.
    match Engine::made(unsafe { config.get() }) {
        Ok(engine) => Box::into_raw(Box::new(engine)),
        Err(json) => {
            *error = Step::text(json);
            ptr::null()
        }
    }
}

/// Ends an engine.
///
/// # Safety
/// It is done once, and nothing uses the engine afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn baijiayun_release_engine(engine: *mut Engine) {
    if !engine.is_null() {
        // SAFETY: so says the caller.
        drop(unsafe { Box::from_raw(engine) });
    }
}

/// See `Engine::begin`.
///
/// # Safety
/// The text is there until this returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn baijiayun_begin(engine: &Engine, call: Text, now: Time) -> Step {
    // SAFETY: so says the caller.
    Step::of(engine.begun(unsafe { call.get() }, now.into()))
}

/// See `Engine::request`. It is always JSON.
///
/// # Safety
/// The text is there until this returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn baijiayun_request(engine: &Engine, call: Text, unix: i64) -> Step {
    // SAFETY: so says the caller.
    Step::text(engine.request(unsafe { call.get() }, unix).0)
}

/// See `Engine::answer`.
///
/// # Safety
/// The body is there until this returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn baijiayun_answer(
    engine: &Engine,
    call: u64,
    status: u16,
    retry_after: i64,
    body: Text,
    now: Time,
) -> Step {
    // SAFETY: so says the caller.
    Step::of(engine.answered(call, status, retry_after, unsafe { body.get() }, now.into()))
}

/// See `Engine::resume`.
///
/// # Safety
/// The text is there until this returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn baijiayun_resume(engine: &Engine, call: u64, event: Text, now: Time) -> Step {
    // SAFETY: so says the caller.
    Step::of(engine.resumed(call, unsafe { event.get() }, now.into()))
}

/// See `Engine::cancel`.
#[unsafe(no_mangle)]
pub extern "C" fn baijiayun_cancel(engine: &Engine, call: u64) {
    engine.cancel(call);
}

/// See `Engine::stop_sending`.
#[unsafe(no_mangle)]
pub extern "C" fn baijiayun_stop_sending(engine: &Engine) {
    engine.stop_sending();
}

/// See `Engine::calls`.
#[unsafe(no_mangle)]
pub extern "C" fn baijiayun_calls(engine: &Engine) -> u64 {
    engine.calls()
}

/// See `Engine::callback`.
///
/// # Safety
/// The text is there until this returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn baijiayun_callback(engine: &Engine, posted: Text, unix: i64) -> Step {
    // SAFETY: so says the caller.
    Step::text(engine.callback(unsafe { posted.get() }, unix).0)
}

/// See `Engine::link`.
///
/// # Safety
/// The text is there until this returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn baijiayun_link(engine: &Engine, link: Text) -> Step {
    // SAFETY: so says the caller.
    Step::text(engine.link(unsafe { link.get() }).0)
}

/// See `crate::retry_after`.
///
/// # Safety
/// The text is there until this returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn baijiayun_retry_after(header: Text, unix: i64) -> i64 {
    // SAFETY: so says the caller.
    crate::retry_after(unsafe { header.get() }, unix)
}

/// See `crate::quota_script`.
#[unsafe(no_mangle)]
pub extern "C" fn baijiayun_quota_script() -> Text {
    Text::of(QUOTA_SCRIPT.as_bytes())
}

/// See `crate::claim_script`.
#[unsafe(no_mangle)]
pub extern "C" fn baijiayun_claim_script() -> Text {
    Text::of(CLAIM_SCRIPT.as_bytes())
}

/// See `Engine::signed_callback`.
///
/// # Safety
/// The text is there until this returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn baijiayun_signed_callback(engine: &Engine, asked: Text) -> Step {
    // SAFETY: so says the caller.
    Step::text(engine.signed_callback(unsafe { asked.get() }).0)
}

/// See `crate::configuration`.
///
/// # Safety
/// The text is there until this returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn baijiayun_configuration(asked: Text) -> Step {
    // SAFETY: so says the caller.
    Step::text(crate::configuration(unsafe { asked.get() }).0)
}

/// See `crate::toml_paths`.
///
/// # Safety
/// The text is there until this returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn baijiayun_toml_paths(toml: Text) -> Step {
    // SAFETY: so says the caller.
    Step::text(crate::toml_paths(unsafe { toml.get() }).0)
}
