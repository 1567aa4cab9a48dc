//! The states of one call and how they follow each other.

use std::time::Duration;

use super::due::{Holds, Permission, Standing};
use super::tried::{self, Failure, Progress, Verdict};
use super::{CallOptions, Canonical, Engine, Event, Failed, MAX_WAITS, Now, STORE_PATIENCE, Step, Trace, Why};
use crate::answer::{self, Answer};
use crate::coerce;
use crate::error::{Error, ErrorKind};
use crate::operation::Held;
use crate::request::{Draft, Request};
use crate::sign;

pub(super) struct Call {
    operation: Held,
    draft: Draft,
    options: CallOptions,
    pub(super) standing: Standing,
    /// When the whole call has to be over, by the engine's clock.
    deadline: u64,
    attempt_timeout: Duration,
    attempts: u32,
    max_answer: u64,
    state: State,
    pub(super) progress: Progress,
    /// Why the last attempt failed.
    failure: Option<Error>,
    trace: Trace,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// To be begun, or waiting for the quota or the next attempt; then it asks the quota.
    Waiting,
    /// The store was asked.
    Asking,
    /// A signature was asked for. It holds the timestamp that is being signed.
    Signing(i64),
    /// The request is under way.
    Sending,
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

const UNDER_WAY: &str = "the client was closed while the request was under way";
const LOOK_FIRST: &str = "the service may have carried out the call; look before you repeat one that changes something";

const NOT_SENT: &str = "nothing was sent, and another attempt would fail alike";
const CERTIFICATES: &str = "nothing was sent: the other side's certificate is not trusted, or is for another name; check the domain; \
     behind a proxy that looks into TLS, add its CA to the certificates that your HTTP client trusts";

/// Clocks that differ by no more than this are said to agree: an answer is on its way for some time.
const CLOCKS_AGREE: u64 = 30;

/// A signature that was refused may be one of the wrong time: says how far this machine's clock is from the service's.
fn compare_clocks(error: Error, now: Now) -> Error {
    let (ErrorKind::SignatureRejected, Some(ts)) = (error.kind(), error.ts()) else { return error };
    let apart = now.unix.abs_diff(ts);
    let words = match now.unix < ts {
        _ if apart <= CLOCKS_AGREE => "this machine's clock agrees with the service's".to_owned(),
        true => format!("this machine's clock is {apart} s behind the service's"),
        false => format!("this machine's clock is {apart} s ahead of the service's"),
    };
    let hint = error.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
    error.with_hint(format!("{words}{hint}"))
}

impl Call {
    pub(super) fn new(engine: &Engine, operation: Held, draft: Draft, options: CallOptions, now: Now) -> Call {
        let settings = &engine.settings;
        let (timeout, deadline) = if draft.has_files() {
            (settings.upload_deadline, settings.upload_deadline)
        } else {
            (settings.attempt_timeout, settings.deadline)
        };
        let room = draft.room.as_deref().unwrap_or_default();
        let priority = options.priority.unwrap_or(settings.priority);
        let strict = options.strict.unwrap_or(settings.strict || options.data.strict);
        let options = CallOptions { data: coerce::Options { strict, ..options.data }, ..options };
        Call {
            standing: engine.limiter.standing(&engine.scope, engine.account.partner_id(), &operation, room, priority),
            draft,
            operation,
            options,
            deadline: now.ticks.saturating_add(millis(options.deadline.unwrap_or(deadline))),
            attempt_timeout: options.attempt_timeout.unwrap_or(timeout),
            attempts: options.attempts.unwrap_or(settings.retry.attempts).max(1),
            max_answer: options.max_answer.unwrap_or(settings.max_answer),
            state: State::Waiting,
            progress: Progress::default(),
            failure: None,
            trace: Trace::default(),
        }
    }

    /// Whether its request is under way.
    pub(super) fn is_sent(&self) -> bool {
        self.state == State::Sending
    }

    /// Reads the answer to its request.
    pub(super) fn read(&self, status: u16, body: &[u8]) -> Result<Answer, Error> {
        if body.len() as u64 > self.max_answer {
            return Err(self.too_large());
        }
        let answer = answer::parse_with(&self.operation, status, body, self.options.data)?;
        if self.options.walks {
            answer::needs_list(&self.operation, &answer)?;
        }
        Ok(answer)
    }

    /// A host that reads no further says so; it has no status then, since it may not even have begun to read.
    fn too_large(&self) -> Error {
        self.error(ErrorKind::TooLarge)
            .with_message(format!("the answer is longer than {} bytes", self.max_answer))
            .with_hint("ask for fewer rows at a time, or raise max_answer, for the client or for this call")
    }

    pub(super) fn resume(&mut self, event: Event<'_>, engine: &mut Engine, clock: &dyn Fn() -> Now) -> Step {
        match (self.state, event) {
            (State::Sending, Event::Closed) => {
                self.fail(self.error(ErrorKind::Closed).with_message(UNDER_WAY).with_hint(LOOK_FIRST))
            }
            (state, event) if state != State::Sending && (engine.closed || event == Event::Closed) => {
                self.too_late(ErrorKind::Closed, "the client was closed")
            }
            (State::Signing(_), Event::Late) => {
                self.too_late(ErrorKind::Timeout, "the signer gave no answer before the deadline")
            }
            (State::Sending, Event::Late) => {
                let now = engine.limiter.steady(clock());
                let error = self.error(ErrorKind::Timeout).with_message("no answer came in time");
                self.failed_attempt(error, None, engine, now)
            }
            (State::Sending, Event::Redirect { status, location }) => {
                self.fail(answer::redirected(&self.operation, status, &location))
            }
            (State::Sending, Event::Unsendable { tls, message }) => {
                let error = self.error(ErrorKind::Connect).with_message(message);
                self.fail(error.with_hint(if tls { CERTIFICATES } else { NOT_SENT }).lasting())
            }
            (State::Sending, Event::TooLarge) => self.fail(self.too_large()),
            (State::Sending, Event::NoMemory) => {
                self.fail(self.error(ErrorKind::TooLarge).with_message("there is no memory for the answer"))
            }
            (State::Waiting, Event::Elapsed) => {
                let now = engine.limiter.steady(clock());
                self.ask_quota(engine, now)
            }
            (State::Asking, Event::Store(wait @ 0..)) => {
                let now = engine.limiter.steady(clock());
                let permission = engine.limiter.answered(&mut self.standing, wait, now);
                self.permitted(permission, engine, now)
            }
            // Nonsense is as good as no answer.
            (State::Asking, Event::StoreDown | Event::Late | Event::Store(_)) => {
                let now = engine.limiter.steady(clock());
                let permission = engine.limiter.store_down(&mut self.standing, now);
                self.permitted(permission, engine, now)
            }
            (State::Signing(timestamp), Event::Signed(signature)) => match sign::checked(signature) {
                Ok(signature) => {
                    let request = self.draft.stamp(&engine.account, &self.operation, timestamp).finish(Some(signature));
                    self.send(request, engine.limiter.steady(clock()))
                }
                Err(reason) => self.fail(self.error(ErrorKind::Signing).with_message(reason)),
            },
            (State::Signing(_), Event::NotSigned(reason)) => {
                self.fail(self.error(ErrorKind::Signing).with_message(reason))
            }
            (State::Sending, Event::Answer { status, retry_after, body }) => {
                self.answered(self.read(status, &body), retry_after, engine, clock)
            }
            (State::Sending, Event::Transport { kind, message }) => {
                let now = engine.limiter.steady(clock());
                self.failed_attempt(self.error(kind).with_message(message), None, engine, now)
            }
            _ => self.fail(
                self.error(ErrorKind::Misuse).with_message("the host told an event that the last step did not ask for"),
            ),
        }
    }

    /// Goes on with an answer that was read.
    pub(super) fn answered(
        &mut self,
        outcome: Result<Answer, Error>,
        retry_after: Option<Duration>,
        engine: &mut Engine,
        clock: &dyn Fn() -> Now,
    ) -> Step {
        match outcome {
            Ok(answer) => {
                engine.budget.succeeded(self.progress.spent);
                Step::Done { answer, trace: std::mem::take(&mut self.trace) }
            }
            Err(error) => {
                let now = engine.limiter.steady(clock());
                let error = compare_clocks(error, now).with_retry_after(retry_after);
                self.failed_attempt(error, retry_after, engine, now)
            }
        }
    }

    pub(super) fn ask_quota(&mut self, engine: &mut Engine, now: Now) -> Step {
        let permission = engine.limiter.ask(&mut self.standing, now);
        self.permitted(permission, engine, now)
    }

    fn permitted(&mut self, permission: Permission, engine: &mut Engine, now: Now) -> Step {
        match permission {
            Permission::Granted { store_down } => {
                self.trace.store_down |= store_down;
                self.sign(engine, now)
            }
            Permission::Wait { wait, holds, .. } if self.is_too_late(wait, now) => self.held_too_long(wait, holds),
            Permission::Wait { sleep, .. } => self.wait(sleep, Why::Quota, None),
            Permission::Ask(question) => {
                self.state = State::Asking;
                Step::Store { question, timeout: STORE_PATIENCE.min(self.left(now)) }
            }
        }
    }

    fn sign(&mut self, engine: &Engine, now: Now) -> Step {
        let unsigned = self.draft.stamp(&engine.account, &self.operation, now.unix);
        let Some(canonical) = unsigned.canonical() else {
            let request = unsigned.finish(None);
            return self.send(request, now);
        };
        match engine.account.signer().map(|signer| signer.sign(canonical).and_then(sign::checked)) {
            Some(Ok(signature)) => {
                let request = unsigned.finish(Some(signature));
                self.send(request, now)
            }
            Some(Err(reason)) => self.fail(self.error(ErrorKind::Signing).with_message(reason)),
            None => {
                let canonical = Canonical(canonical.to_owned());
                self.state = State::Signing(now.unix);
                Step::Sign { canonical, timeout: self.left(now) }
            }
        }
    }

    fn send(&mut self, request: Request, now: Now) -> Step {
        let left = self.left(now);
        if left.is_zero() {
            return self.too_late(ErrorKind::Timeout, "the deadline passed before the request was sent");
        }
        self.state = State::Sending;
        self.trace.attempts += 1;
        self.progress.made();
        // Its permission is used; what follows a failure is not to begin at the end of the line.
        self.standing.comes_again();
        Step::Send { request, timeout: self.attempt_timeout.min(left), max_answer: self.max_answer }
    }

    /// How long it is until the deadline.
    fn left(&self, now: Now) -> Duration {
        Duration::from_millis(self.deadline.saturating_sub(now.ticks))
    }

    fn failed_attempt(&mut self, error: Error, retry_after: Option<Duration>, engine: &mut Engine, now: Now) -> Step {
        let failure = Failure {
            operation: &self.operation,
            error: &error,
            retry_after,
            mode: self.options.retry,
            attempts: self.attempts,
            random: now.random,
        };
        match tried::judge(&failure, &mut self.progress, &engine.settings.retry, &mut engine.budget) {
            Verdict::Fail => self.fail(error),
            Verdict::Broke => {
                self.trace.budget_exhausted = true;
                self.fail(error)
            }
            Verdict::Again { wait, .. } if engine.closed || self.is_too_late(wait, now) => self.fail(error),
            Verdict::Again { wait, throttled } => {
                if throttled {
                    engine.limiter.pause(&self.standing, wait, now);
                }
                let failed = Failed { kind: error.kind(), code: error.code() };
                self.failure = Some(error);
                self.wait(wait, if throttled { Why::Throttled } else { Why::Backoff }, Some(failed))
            }
        }
    }

    fn is_too_late(&self, wait: Duration, now: Now) -> bool {
        now.ticks.saturating_add(millis(wait)) >= self.deadline
    }

    fn held_too_long(&mut self, wait: Duration, holds: Holds) -> Step {
        let priority = self.standing.priority();
        let holder = match holds {
            Holds::Throttling => "the service, which throttles the account,".to_owned(),
            Holds::Gauge(nth) => {
                let gauge = self.standing.gauge(nth);
                gauge.map(|gauge| gauge.describe(&self.operation.name, priority)).unwrap_or_default()
            }
        };
        let message = format!("{holder} leaves room in {} ms only, beyond the deadline", millis(wait));
        self.too_late(ErrorKind::Throttled, &message)
    }

    /// There is no time left to send it. Whatever made an attempt before fail is what went wrong.
    fn too_late(&mut self, kind: ErrorKind, message: &str) -> Step {
        let error = match self.failure.take() {
            Some(failure) => {
                let hint = failure.hint().map(|hint| format!("{hint}; ")).unwrap_or_default();
                failure.with_hint(format!("{hint}it was to be tried again, but {message}"))
            }
            None => {
                let error = self.error(kind).with_message(format!("{message}; nothing was sent"));
                match kind {
                    ErrorKind::Throttled => error.with_hint("call again then, or give it a longer deadline"),
                    ErrorKind::Closed => error,
                    _ => error.with_hint("nothing was sent, so it is safe to call again, with a longer deadline"),
                }
            }
        };
        self.fail(error)
    }

    fn wait(&mut self, time: Duration, why: Why, failed: Option<Failed>) -> Step {
        self.state = State::Waiting;
        if self.trace.waits.len() < MAX_WAITS {
            self.trace.waits.push((why, time));
        }
        Step::Wait { time, why, failed }
    }

    fn error(&self, kind: ErrorKind) -> Error {
        Error::new(kind, self.operation.name.as_ref())
    }

    fn fail(&mut self, error: Error) -> Step {
        Step::Failed { error, trace: std::mem::take(&mut self.trace) }
    }
}
