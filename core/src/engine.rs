//! The call engine: one call as a state machine without I/O.
//!
//! [`Engine::begin`] starts a call and says what to do first; the host does it
//! and tells the outcome with [`Engine::resume`], until the step is
//! [`Step::Done`] or [`Step::Failed`]. Sockets, clocks and random numbers are the host's.
//!
//! Around the states of a call (`call`) there are three rooms: what is due (`due`: limits and the lines before them),
//! what is tried (`tried`: attempts and the budget of retries), and what is read (`read`: answers, which a host with
//! several threads reads between [`Engine::take`] and [`Engine::put_back`], without holding the engine).
//!
//! ```
//! use baijiayun_core::engine::{CallOptions, Engine, Event, Now, Settings, Step};
//! use baijiayun_core::{Account, Params, operation};
//!
//! let mut engine = Engine::new(Account::new("demo", "12345678", "key")?, Settings::default());
//! let params: Params = [("room_id", 1_i64)].into_iter().collect();
//! let now = |ticks| Now { unix: 1_501_572_288, ticks, random: 42 };
//! let (handle, step) = engine.begin(operation::find("room.info")?, &params, CallOptions::default(), now(0));
//! let Step::Send { request, .. } = step else { panic!("it is sent at once") };
//! assert_eq!(request.url, "https://demo.at.baijiayun.com/openapi/room/info");
//!
//! let body = br#"{"code":0,"data":{"title":"a"},"msg":"","ts":1}"#.to_vec();
//! let step = engine.resume(handle, Event::Answer { status: 200, retry_after: None, body: body.into() }, now(80));
//! let Step::Done { answer, trace } = step else { panic!("it is done") };
//! assert_eq!((answer.data.as_slice(), trace.attempts), (&br#"{"title":"a"}"#[..], 1));
//! # Ok::<(), baijiayun_core::Error>(())
//! ```

mod call;
mod clock;
mod due;
mod read;
mod settings;
mod tried;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rustc_hash::FxHashMap;

use crate::account::Account;
use crate::answer::Answer;
use crate::coerce;
use crate::error::{Error, ErrorKind};
use crate::operation::{Held, Operation};
use crate::request::{Draft, Request};
pub use crate::store::StoreQuestion;
pub use crate::trace::{MAX_WAITS, Trace, Why};
use crate::value::Params;

use call::Call;
pub use due::{Limiter, Priority, QUOTA_SCRIPT, QuotaSettings};
pub use read::{Read, Reading};
pub(crate) use settings::{A_SIZE, A_TIME, ATTEMPTS};
use tried::Budget;
pub(crate) use tried::full_jitter;
pub use tried::{Retry, RetrySettings};

/// The time and a random number, from the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Unix time in seconds; it is signed.
    pub unix: i64,
    /// A clock in milliseconds; where it begins does not matter. It should not go back. If it does, no time has passed.
    pub ticks: u64,
    /// Any random number, a new one each time; it spreads retries.
    pub random: u64,
}

/// Settings of an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// How failed calls are tried again.
    pub retry: RetrySettings,
    /// How calls are held back to stay within the service's limits.
    pub quota: QuotaSettings,
    /// Longest time for one attempt.
    pub attempt_timeout: Duration,
    /// Longest time for a whole call, with all waits and attempts.
    pub deadline: Duration,
    /// Both of these for a call that sends files.
    pub upload_deadline: Duration,
    /// Who goes first where a limit makes calls wait.
    pub priority: Priority,
    /// Most bytes of an answer, decoded.
    pub max_answer: u64,
    /// Whether signed calls may go to the vendor's own domains without TLS.
    pub allow_http: bool,
    /// Whether a call fails whose answer departs from the documents, with [`ErrorKind::Departures`].
    pub strict: bool,
}

/// Answers of more bytes than this are refused, unless another limit is set.
pub const MAX_ANSWER: u64 = 8 << 20;

/// How long a shared store is waited for. Then it counts as down: calls are not to hang on it.
pub const STORE_PATIENCE: Duration = Duration::from_millis(500);

impl Default for Settings {
    /// 3 attempts of 30 s each, 120 s in all (an hour where files are sent), within the documented limits; answers
    /// of up to [`MAX_ANSWER`] bytes.
    fn default() -> Settings {
        Settings {
            retry: RetrySettings::default(),
            quota: QuotaSettings::default(),
            attempt_timeout: Duration::from_secs(30),
            deadline: Duration::from_secs(120),
            upload_deadline: Duration::from_secs(3600),
            priority: Priority::default(),
            max_answer: MAX_ANSWER,
            allow_http: false,
            strict: false,
        }
    }
}

/// Settings of one call, in place of the engine's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CallOptions {
    /// Which failures are tried again.
    pub retry: Retry,
    /// Most attempts.
    pub attempts: Option<u32>,
    /// Longest time for one attempt.
    pub attempt_timeout: Option<Duration>,
    /// Longest time for the whole call.
    pub deadline: Option<Duration>,
    /// Who goes first where a limit makes calls wait.
    pub priority: Option<Priority>,
    /// Most bytes of the answer, decoded.
    pub max_answer: Option<u64>,
    /// Whether it fails where the answer departs from the documents.
    pub strict: Option<bool>,
    /// Whether it is a page of a walk through a list, which fails where the answer counts rows and has no list.
    pub walks: bool,
    /// How the data of the answer are written.
    pub data: coerce::Options,
}

/// What a call ends with that a closed client did not send.
pub(crate) const NEVER_SENT: &str = "the client was closed; nothing was sent";

/// A call under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Handle(pub u64);

/// What the host has to do next for a call.
#[derive(Debug, Clone)]
pub enum Step {
    /// Send this, within the time, and tell [`Event::Answer`], [`Event::Transport`] or [`Event::TooLarge`].
    Send {
        /// The signed request.
        request: Request,
        /// How long to wait for the answer.
        timeout: Duration,
        /// Most bytes to read of the answer, decoded.
        max_answer: u64,
    },
    /// Wait, and tell [`Event::Elapsed`].
    Wait {
        /// How long.
        time: Duration,
        /// What for.
        why: Why,
        /// The attempt that failed, where the wait is for the next one.
        failed: Option<Failed>,
    },
    /// Evaluate [`QUOTA_SCRIPT`] on the shared store, and tell [`Event::Store`] or [`Event::StoreDown`].
    Store {
        /// What to ask.
        question: StoreQuestion,
        /// How long to wait for the store; then tell [`Event::Late`].
        timeout: Duration,
    },
    /// Have this text signed, and tell [`Event::Signed`] or [`Event::NotSigned`].
    Sign {
        /// The text.
        canonical: Canonical,
        /// How long to wait for the signature; then tell [`Event::Late`].
        timeout: Duration,
    },
    /// The call went well. Its handle is gone.
    Done {
        /// What was answered.
        answer: Answer,
        /// How it went.
        trace: Trace,
    },
    /// The call failed. Its handle is gone.
    Failed {
        /// Why.
        error: Error,
        /// How it went.
        trace: Trace,
    },
}

/// What is known of an attempt that is to be tried again: for those who watch calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failed {
    /// What went wrong.
    pub kind: ErrorKind,
    /// The service's own code, if it named one.
    pub code: Option<i64>,
}

/// A text to be signed. It does not hold the key, but it may hold a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Canonical(pub String);

impl fmt::Debug for Canonical {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Canonical({} bytes)", self.0.len())
    }
}

/// What the host did.
#[derive(Clone, PartialEq, Eq)]
pub enum Event<'b> {
    /// An HTTP answer came, whatever its status.
    Answer {
        /// The HTTP status.
        status: u16,
        /// The header Retry-After, if it names a number of seconds.
        retry_after: Option<Duration>,
        /// The body.
        body: Cow<'b, [u8]>,
    },
    /// The request did not leave, and no other attempt would: a certificate that is not trusted, an address that the
    /// executor cannot use.
    Unsendable {
        /// Whether TLS failed.
        tls: bool,
        /// What happened, without keys and parameters.
        message: String,
    },
    /// The answer was a redirect, which is not followed.
    Redirect {
        /// The HTTP status, 300 to 399.
        status: u16,
        /// The header Location.
        location: String,
    },
    /// No answer came.
    Transport {
        /// [`ErrorKind::Connect`] if the request certainly did not leave,
        /// [`ErrorKind::Timeout`], or [`ErrorKind::Transport`].
        kind: ErrorKind,
        /// What happened, without keys and parameters.
        message: String,
    },
    /// The time to wait is over.
    Elapsed,
    /// The store's answer: how many microseconds to wait, 0 for go.
    Store(i64),
    /// The store did not answer.
    StoreDown,
    /// The signature.
    Signed(String),
    /// There is no signature; the text says why.
    NotSigned(String),
    /// The answer, the store's answer or the signature did not come within the time that the step named.
    Late,
    /// The answer has more bytes than the step named; it was not read to its end.
    TooLarge,
    /// There is no memory for the answer; it was not read to its end.
    NoMemory,
    /// The client is closed, and the host waits no longer for what the step named (see [`Engine::close`]).
    Closed,
}

impl fmt::Debug for Event<'_> {
    /// Without the body: it may hold anything.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Event::Answer { status, body, .. } => write!(f, "Answer({status}, {} bytes)", body.len()),
            Event::Transport { kind, message } => write!(f, "Transport({kind}, {message})"),
            Event::Redirect { status, .. } => write!(f, "Redirect({status})"),
            Event::Unsendable { message, .. } => write!(f, "Unsendable({message})"),
            Event::Elapsed => f.write_str("Elapsed"),
            Event::Store(wait) => write!(f, "Store({wait})"),
            Event::StoreDown => f.write_str("StoreDown"),
            Event::Signed(_) => f.write_str("Signed"),
            Event::NotSigned(reason) => write!(f, "NotSigned({reason})"),
            Event::Late => f.write_str("Late"),
            Event::TooLarge => f.write_str("TooLarge"),
            Event::NoMemory => f.write_str("NoMemory"),
            Event::Closed => f.write_str("Closed"),
        }
    }
}

/// The calls of one account.
pub struct Engine {
    account: Account,
    settings: Settings,
    limiter: Limiter,
    /// Whose limits its calls count for.
    scope: Arc<str>,
    budget: Budget,
    /// Boxed, since they go in and out with every step; `None` while their answer is read.
    calls: FxHashMap<u64, Option<Box<Call>>>,
    next: u64,
    closed: bool,
}

impl Engine {
    /// An engine without calls.
    pub fn new(account: Account, settings: Settings) -> Engine {
        let limiter = Limiter::new(settings.quota.clone());
        Engine::with_limiter(account, settings, limiter)
    }

    /// An engine that keeps the limits together with others in the process. The settings of the
    /// limiter hold, in place of [`Settings::quota`].
    pub fn with_limiter(account: Account, settings: Settings, limiter: Limiter) -> Engine {
        let scope = limiter.scope(account.partner_id());
        let budget = Budget::new(settings.retry.budget);
        Engine { account, settings, limiter, scope, budget, calls: FxHashMap::default(), next: 1, closed: false }
    }

    /// The account that it calls for.
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// How many calls are under way.
    pub fn calls(&self) -> usize {
        self.calls.len()
    }

    /// Sends nothing from now on: calls that begin are refused, those that wait end with their next event (the host
    /// tells [`Event::Closed`] at once), and those in flight may finish, but are not tried again.
    pub fn close(&mut self) {
        self.closed = true;
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether it was closed.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// Starts a call. Wrong parameters fail at once, before any quota is used.
    pub fn begin(&mut self, operation: &Operation, params: &Params, options: CallOptions, now: Now) -> (Handle, Step) {
        let operation = Held::Made(Box::new(self.account.resolve(operation).into_owned()));
        let draft = Draft::new(&self.account, &operation, params, now.unix);
        self.start(operation, draft, options, now)
    }

    /// As [`Engine::begin`], with the parameters as JSON.
    pub(crate) fn begin_json(
        &mut self,
        operation: Held,
        params: &str,
        extra: &Params,
        options: CallOptions,
        now: Now,
    ) -> (Handle, Step) {
        let operation = self.account.with_its_path(&operation).map_or(operation, |made| Held::Made(Box::new(made)));
        let draft = Draft::from_json(&self.account, &operation, params, extra, now.unix);
        self.start(operation, draft, options, now)
    }

    fn start(
        &mut self,
        operation: Held,
        draft: Result<Draft, Error>,
        options: CallOptions,
        now: Now,
    ) -> (Handle, Step) {
        let handle = Handle(self.next);
        self.next = self.next.wrapping_add(1);
        let step = match draft.and_then(|draft| options.check(&operation.name).map(|()| draft)) {
            Ok(_) if self.closed => {
                let error = Error::new(ErrorKind::Closed, operation.name.as_ref()).with_message(NEVER_SENT);
                Step::Failed { error, trace: Trace::default() }
            }
            Ok(draft) => {
                let now = self.limiter.steady(now);
                let call = Box::new(Call::new(self, operation, draft, options, now));
                self.drive(handle, call, |call, engine| call.ask_quota(engine, now))
            }
            Err(error) => Step::Failed { error, trace: Trace::default() },
        };
        (handle, step)
    }

    /// Tells what became of the last step of a call, and gets the next one.
    ///
    /// A handle that is not under way, or an event that the step did not ask
    /// for, fails with [`ErrorKind::Misuse`].
    pub fn resume(&mut self, handle: Handle, event: Event<'_>, now: Now) -> Step {
        self.resume_by(handle, event, &|| now)
    }

    /// As [`Engine::resume`], with a clock that is only looked at if the call goes on.
    pub(crate) fn resume_by(&mut self, handle: Handle, event: Event<'_>, clock: &dyn Fn() -> Now) -> Step {
        match self.calls.remove(&handle.0).flatten() {
            Some(call) => self.drive(handle, call, |call, engine| call.resume(event, engine, clock)),
            None => gone(),
        }
    }

    /// Takes a call out whose request was sent, to read its answer without
    /// holding the engine: the same as [`Engine::resume`] with
    /// [`Event::Answer`], in three steps. `None` if the call waits for no answer.
    ///
    /// ```
    /// # use baijiayun_core::engine::{CallOptions, Engine, Now, Settings, Step};
    /// # use baijiayun_core::{Account, Params, operation};
    /// # let mut engine = Engine::new(Account::new("demo", "12345678", "key")?, Settings::default());
    /// # let params: Params = [("room_id", 1_i64)].into_iter().collect();
    /// # let now = Now { unix: 1_501_572_288, ticks: 0, random: 42 };
    /// let (handle, _) = engine.begin(operation::find("room.info")?, &params, CallOptions::default(), now);
    /// let reading = engine.take(handle).expect("it was sent");
    /// // Whoever has the engine behind a lock lets go of it here.
    /// let read = reading.read(200, None, br#"{"code":0,"data":{},"msg":"","ts":1}"#);
    /// let Step::Done { answer, .. } = engine.put_back(read, now) else { panic!("it is done") };
    /// # Ok::<(), baijiayun_core::Error>(())
    /// ```
    pub fn take(&mut self, handle: Handle) -> Option<Reading> {
        let call = self.calls.get_mut(&handle.0)?.take_if(|call| call.is_sent())?;
        Some(Reading { handle, call })
    }

    /// Puts a call back whose answer was read, and gets the next step.
    pub fn put_back(&mut self, read: Read, now: Now) -> Step {
        self.put_back_by(read, &|| now)
    }

    /// As [`Engine::put_back`], with a clock that is only looked at if the call goes on.
    pub(crate) fn put_back_by(&mut self, read: Read, clock: &dyn Fn() -> Now) -> Step {
        let Read { handle, call, outcome, retry_after } = read;
        match self.calls.remove(&handle.0) {
            Some(_) => self.drive(handle, call, |call, engine| call.answered(outcome, retry_after, engine, clock)),
            None => gone(),
        }
    }

    /// Gives a call up. The host drops what it was doing for it.
    pub fn cancel(&mut self, handle: Handle) {
        if let Some(mut call) = self.calls.remove(&handle.0).flatten() {
            self.let_go(&mut call);
        }
    }

    /// Of a call that goes on no longer, nothing stays behind.
    fn let_go(&mut self, call: &mut Call) {
        self.limiter.leave(&mut call.standing);
        self.budget.give_back(&mut call.progress);
    }

    /// Runs one transition of a call and keeps the call if it goes on.
    fn drive(
        &mut self,
        handle: Handle,
        mut call: Box<Call>,
        transition: impl FnOnce(&mut Call, &mut Engine) -> Step,
    ) -> Step {
        let step = transition(&mut call, self);
        match &step {
            Step::Done { .. } | Step::Failed { .. } => self.let_go(&mut call),
            _ => drop(self.calls.insert(handle.0, Some(call))),
        }
        step
    }
}

fn gone() -> Step {
    Step::Failed {
        error: Error::new(ErrorKind::Misuse, "").with_message("the call is not under way: it ended or was cancelled"),
        trace: Trace::default(),
    }
}
