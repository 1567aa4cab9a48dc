//! Telling somebody who watches how calls go.

use std::borrow::Cow;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use baijiayun_core::engine::{Event, Failed, Why};
use baijiayun_core::{Body, Error, ErrorKind, Request};

use crate::executor::{HttpAnswer, TransportError};

/// Something that happened in a call, for logs and metrics: see [`ClientBuilder::on_event`](crate::ClientBuilder::on_event).
///
/// It holds no address, no parameters, no ids and no words of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallEvent {
    /// What happened.
    pub kind: CallEventKind,
    /// The operation as it was called: `room.create`, the path of [`Client::call_path`](crate::Client::call_path), or
    /// `video.upload` for all of an upload.
    pub operation: Cow<'static, str>,
    /// How many requests the call has sent so far, this one included.
    pub attempt: u32,
    /// The bytes of a request's body, or of an answer's, decoded; `None` for a form with a file, and where no answer
    /// was read.
    pub bytes: Option<u64>,
    /// How long the attempt took, of an answer; of the whole call, when it is done.
    pub duration: Option<Duration>,
    /// The HTTP status of the last attempt, if it had an answer.
    pub status: Option<u16>,
    /// The service's own code, if it is not that of success.
    pub code: Option<i64>,
    /// Why there was no answer, why the call waits or is tried again, or the kind of error that it ended with
    /// ([`ErrorKind::as_str`]; `cancelled` if its future was dropped).
    pub why: Option<&'static str>,
    /// How long it is going to wait.
    pub wait: Option<Duration>,
}

/// What happened in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CallEventKind {
    /// A request goes out.
    Request,
    /// An attempt ended: with an answer, or [why](CallEvent::why) without one.
    Answer,
    /// An attempt failed, and another one follows after a wait.
    Retry,
    /// The call waits for a limit, or an upload for its next step.
    Wait,
    /// The shared store gave no answer: only this process's own limits are kept.
    StoreDown,
    /// The call ended. Nothing follows.
    Done,
}

impl CallEventKind {
    /// Its name in snake_case, as in the other languages.
    pub fn as_str(self) -> &'static str {
        match self {
            CallEventKind::Request => "request",
            CallEventKind::Answer => "answer",
            CallEventKind::Retry => "retry",
            CallEventKind::Wait => "wait",
            CallEventKind::StoreDown => "store_down",
            CallEventKind::Done => "done",
        }
    }
}

impl fmt::Display for CallEventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is called with the events of a client's calls.
pub(crate) type Hook = Arc<dyn Fn(&CallEvent) + Send + Sync>;

/// Watches one call, or all calls of an upload. Without a hook it does nothing.
#[derive(Clone, Default)]
pub(crate) struct Watch(Option<Arc<Watched>>);

struct Watched {
    hook: Hook,
    operation: Cow<'static, str>,
    begun: Instant,
    course: Mutex<Course>,
}

/// How far the call has come.
#[derive(Clone, Copy)]
struct Course {
    attempt: u32,
    /// When its last request went out.
    sent: Instant,
    /// That of its last attempt.
    status: Option<u16>,
    done: bool,
}

impl Watch {
    pub(crate) fn new(hook: Option<&Hook>, operation: impl FnOnce() -> Cow<'static, str>) -> Watch {
        Watch(hook.map(|hook| {
            let begun = Instant::now();
            let course = Mutex::new(Course { attempt: 0, sent: begun, status: None, done: false });
            Arc::new(Watched { hook: Arc::clone(hook), operation: operation(), begun, course })
        }))
    }

    /// A request goes out.
    pub(crate) fn request(&self, request: &Request) {
        let Some(watched) = &self.0 else { return };
        let mut course = watched.course();
        *course = Course { attempt: course.attempt + 1, sent: Instant::now(), status: None, ..*course };
        let event = watched.event(CallEventKind::Request, *course);
        drop(course);
        let bytes = match &request.body {
            Body::Empty => Some(0),
            Body::Form(form) => Some(form.len() as u64),
            Body::Chunk(file) => file.chunk.map(|chunk| chunk.length),
            Body::Multipart(_) => None,
        };
        watched.tell(&CallEvent { bytes, ..event });
    }

    /// An HTTP answer came.
    pub(crate) fn answer(&self, answer: &HttpAnswer) {
        self.ended(Some(answer.status), Some(answer.body.len() as u64), None);
    }

    /// The executor gave no answer.
    pub(crate) fn no_answer(&self, error: &TransportError) {
        match error.kind {
            crate::TransportErrorKind::Redirect(status) => self.ended(Some(status), None, None),
            kind => self.ended(None, None, Some(ErrorKind::from(kind))),
        }
    }

    /// The answer was not waited for, or is larger than it may be.
    pub(crate) fn given_up(&self, event: &Event<'_>) {
        let why = match event {
            Event::TooLarge => ErrorKind::TooLarge,
            Event::Closed => ErrorKind::Closed,
            _ => ErrorKind::Timeout,
        };
        self.ended(None, None, Some(why));
    }

    fn ended(&self, status: Option<u16>, bytes: Option<u64>, why: Option<ErrorKind>) {
        let Some(watched) = &self.0 else { return };
        let mut course = watched.course();
        course.status = status;
        let event = watched.event(CallEventKind::Answer, *course);
        let duration = Some(course.sent.elapsed());
        drop(course);
        watched.tell(&CallEvent { bytes, duration, status, why: why.map(ErrorKind::as_str), ..event });
    }

    /// The call waits, or is tried again after that.
    pub(crate) fn wait(&self, wait: Duration, why: Why, failed: Option<Failed>) {
        let Some(watched) = &self.0 else { return };
        let course = *watched.course();
        let wait = Some(wait);
        watched.tell(&match failed {
            Some(Failed { kind, code }) => {
                let why = Some(kind.as_str());
                CallEvent { status: course.status, code, why, wait, ..watched.event(CallEventKind::Retry, course) }
            }
            None => {
                let why = Some(if why == Why::Quota { "quota" } else { "upload" });
                CallEvent { why, wait, ..watched.event(CallEventKind::Wait, course) }
            }
        });
    }

    /// An upload waits for its next step.
    pub(crate) fn pause(&self, wait: Duration) {
        self.wait(wait, Why::Backoff, None);
    }

    /// What the engine is told of the store.
    pub(crate) fn store(&self, event: &Event<'_>) {
        let Some(watched) = &self.0 else { return };
        if matches!(event, Event::StoreDown | Event::Late | Event::Store(..0)) {
            watched.tell(&watched.event(CallEventKind::StoreDown, *watched.course()));
        }
    }

    /// The call ended.
    pub(crate) fn done<T>(&self, result: &Result<T, Error>) {
        let failure = result.as_ref().err();
        self.end(failure.and_then(Error::code), failure.map(|error| error.kind().as_str()));
    }

    fn end(&self, code: Option<i64>, why: Option<&'static str>) {
        let Some(watched) = &self.0 else { return };
        let mut course = watched.course();
        if std::mem::replace(&mut course.done, true) {
            return;
        }
        let event = watched.event(CallEventKind::Done, *course);
        let (status, duration) = (course.status, Some(watched.begun.elapsed()));
        drop(course);
        watched.tell(&CallEvent { status, duration, code, why, ..event });
    }

    /// Says that the call was cancelled, if it is dropped before that has ended.
    pub(crate) fn guard(&self) -> Guard<'_> {
        Guard(self)
    }
}

pub(crate) struct Guard<'a>(&'a Watch);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        self.0.end(None, Some("cancelled"));
    }
}

impl Watched {
    fn course(&self) -> MutexGuard<'_, Course> {
        self.course.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn event(&self, kind: CallEventKind, course: Course) -> CallEvent {
        CallEvent {
            kind,
            operation: self.operation.clone(),
            attempt: course.attempt,
            bytes: None,
            duration: None,
            status: None,
            code: None,
            why: None,
            wait: None,
        }
    }

    /// What it panics with does not reach the call.
    fn tell(&self, event: &CallEvent) {
        if catch_unwind(AssertUnwindSafe(|| (self.hook)(event))).is_err() {
            tracing::error!(kind = event.kind.as_str(), "what was given to on_event panicked");
        }
    }
}
