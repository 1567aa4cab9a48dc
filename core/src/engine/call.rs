//! The states of one call and how they follow each other.

use std::time::Duration;

use super::quota::{Limits, Permission};
use super::retry::{self, Failure, Progress, Verdict};
use super::{CallOptions, Canonical, Engine, Event, Handle, MAX_WAITS, Now, Step, Trace, Why};
use crate::answer;
use crate::error::{Error, ErrorKind};
use crate::operation::{Held, Limit};
use crate::request::{Draft, Request};

pub(super) struct Call {
    operation: Held,
    draft: Draft,
    options: CallOptions,
    pub(super) limits: Limits,
    /// When the whole call has to be over, in the host's ticks.
    deadline: u64,
    attempt_timeout: Duration,
    attempts: u32,
    state: State,
    progress: Progress,
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

impl Call {
    pub(super) fn new(engine: &Engine, operation: Held, draft: Draft, options: CallOptions, now: Now) -> Call {
        let settings = &engine.settings;
        let (timeout, deadline) = if draft.has_files() {
            (settings.upload_deadline, settings.upload_deadline)
        } else {
            (settings.attempt_timeout, settings.deadline)
        };
        Call {
            limits: engine.quota.limits(&operation, draft.room.as_deref().unwrap_or_default()),
            draft,
            operation,
            options,
            deadline: now.ticks.saturating_add(millis(options.deadline.unwrap_or(deadline))),
            attempt_timeout: options.attempt_timeout.unwrap_or(timeout),
            attempts: options.attempts.unwrap_or(settings.retry.attempts).max(1),
            state: State::Waiting,
            progress: Progress::default(),
            trace: Trace::default(),
        }
    }

    pub(super) fn resume(
        &mut self,
        handle: Handle,
        event: Event<'_>,
        engine: &mut Engine,
        clock: &dyn Fn() -> Now,
    ) -> Step {
        match (self.state, event) {
            (State::Waiting, Event::Elapsed) => self.ask_quota(handle, engine, clock()),
            (State::Asking, Event::Store(wait)) => {
                let now = clock();
                let permission = engine.quota.answered(handle, &self.limits, wait, now);
                self.permitted(permission, engine, now)
            }
            (State::Asking, Event::StoreDown) => {
                let now = clock();
                let permission = engine.quota.store_down(handle, &self.limits, now);
                self.permitted(permission, engine, now)
            }
            (State::Signing(timestamp), Event::Signed(signature)) => {
                let request = self.draft.stamp(&engine.account, &self.operation, timestamp).finish(Some(signature));
                self.send(request, clock())
            }
            (State::Signing(_), Event::NotSigned(reason)) => {
                self.fail(self.error(ErrorKind::Signing).with_message(reason))
            }
            (State::Sending, Event::Answer { status, retry_after, body }) => {
                match answer::parse_with(&self.operation, status, &body, self.options.data) {
                    Ok(answer) => {
                        engine.budget.succeeded(self.progress.spent);
                        Step::Done { answer, trace: std::mem::take(&mut self.trace) }
                    }
                    Err(error) => self.failed_attempt(error, retry_after, engine, clock()),
                }
            }
            (State::Sending, Event::Transport { kind, message }) => {
                self.failed_attempt(self.error(kind).with_message(message), None, engine, clock())
            }
            _ => self.fail(
                self.error(ErrorKind::Misuse).with_message("the host told an event that the last step did not ask for"),
            ),
        }
    }

    pub(super) fn ask_quota(&mut self, handle: Handle, engine: &mut Engine, now: Now) -> Step {
        let permission = engine.quota.ask(handle, &self.limits, now);
        self.permitted(permission, engine, now)
    }

    fn permitted(&mut self, permission: Permission, engine: &mut Engine, now: Now) -> Step {
        match permission {
            Permission::Granted { store_down } => {
                self.trace.store_down |= store_down;
                self.sign(engine, now)
            }
            Permission::Wait(time) => self.wait(time, Why::Quota, now),
            Permission::Ask(question) => {
                self.state = State::Asking;
                Step::Store(question)
            }
        }
    }

    fn sign(&mut self, engine: &Engine, now: Now) -> Step {
        let unsigned = self.draft.stamp(&engine.account, &self.operation, now.unix);
        let Some(canonical) = unsigned.canonical() else {
            let request = unsigned.finish(None);
            return self.send(request, now);
        };
        match engine.account.signer().map(|signer| signer.sign(canonical)) {
            Some(Ok(signature)) => {
                let request = unsigned.finish(Some(signature));
                self.send(request, now)
            }
            Some(Err(reason)) => self.fail(self.error(ErrorKind::Signing).with_message(reason)),
            None => {
                let canonical = Canonical(canonical.to_owned());
                self.state = State::Signing(now.unix);
                Step::Sign(canonical)
            }
        }
    }

    fn send(&mut self, request: Request, now: Now) -> Step {
        let left = self.deadline.saturating_sub(now.ticks);
        if left == 0 {
            return self
                .fail(self.error(ErrorKind::Timeout).with_message("the deadline passed before the request was sent"));
        }
        self.state = State::Sending;
        self.trace.attempts += 1;
        Step::Send { request, timeout: self.attempt_timeout.min(Duration::from_millis(left)) }
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
        match retry::judge(&failure, &mut self.progress, &engine.settings.retry, &mut engine.budget) {
            Verdict::Fail => self.fail(error),
            Verdict::Broke => {
                self.trace.budget_exhausted = true;
                self.fail(error)
            }
            Verdict::Again { wait, .. } if self.is_too_late(wait, now) => self.fail(error),
            Verdict::Again { wait, throttled } => {
                if throttled {
                    engine.quota.pause(wait, now);
                }
                self.wait(wait, if throttled { Why::Throttled } else { Why::Backoff }, now)
            }
        }
    }

    fn is_too_late(&self, wait: Duration, now: Now) -> bool {
        now.ticks.saturating_add(millis(wait)) >= self.deadline
    }

    fn wait(&mut self, time: Duration, why: Why, now: Now) -> Step {
        if self.is_too_late(time, now) {
            let message = format!(
                "a limit of the service leaves room in {} ms only, beyond the deadline; nothing was sent",
                millis(time)
            );
            let hint = match self.operation.limits.first() {
                Some(Limit { count, seconds, .. }) => {
                    format!(
                        "this operation has a limit of its own, {count} calls in {seconds} s; call again then, or give it a longer deadline"
                    )
                }
                None => {
                    "the account has 200 requests in 10 s; call again then, or give it a longer deadline".to_owned()
                }
            };
            return self.fail(self.error(ErrorKind::Throttled).with_message(message).with_hint(hint));
        }
        self.state = State::Waiting;
        if self.trace.waits.len() < MAX_WAITS {
            self.trace.waits.push((why, time));
        }
        Step::Wait { time, why }
    }

    fn error(&self, kind: ErrorKind) -> Error {
        Error::new(kind, self.operation.name.as_ref())
    }

    fn fail(&mut self, error: Error) -> Step {
        Step::Failed { error, trace: std::mem::take(&mut self.trace) }
    }
}
