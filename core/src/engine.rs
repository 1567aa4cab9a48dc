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
mod step;
mod tried;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::account::Account;
use crate::error::{Error, ErrorKind};
use crate::operation::{Held, Operation};
use crate::request::Draft;
pub use crate::store::StoreQuestion;
pub use crate::trace::{MAX_WAITS, Trace, Why};
use crate::value::Params;

use call::Call;
pub use due::{Limiter, Priority, QUOTA_SCRIPT, QuotaSettings};
pub use read::{Read, Reading};
pub(crate) use settings::{A_SIZE, A_TIME, ATTEMPTS, OPTION};
pub use settings::{CallOptions, MAX_ANSWER, STORE_PATIENCE, Settings};
pub use step::{Canonical, Event, Failed, Step};
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

/// What a call ends with that a closed client did not send.
pub(crate) const NEVER_SENT: &str = "the client was closed; nothing was sent";

/// A call under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Handle(pub u64);

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
