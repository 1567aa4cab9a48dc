//! Driving the engine: each step is carried out, and its outcome told, until
//! the call ends. Dropping the future gives the call up.

use std::future::Future;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use baijiayun_core::engine::{
    CallOptions, Canonical, Engine, Event, Handle, Now, QUOTA_SCRIPT, Step, StoreQuestion, Trace,
};
use baijiayun_core::{Account, Answer, Error, ErrorKind, Operation, Params, retry_after};
use std::sync::Arc;
use std::time::Duration;

use crate::closing::{Closing, Stage};
use crate::executor::{Executor, HttpAnswer, TransportError, TransportErrorKind};
use crate::hooks::{Hook, Watch};
use crate::ports::{QuotaStore, RemoteSigner};
use crate::timer::before;

/// The engine and what it needs from the outside.
pub(crate) struct Driver {
    /// A copy of the engine's, to be read without its lock.
    pub(crate) account: Account,
    pub(crate) executor: Arc<dyn Executor>,
    pub(crate) store: Option<Arc<dyn QuotaStore>>,
    pub(crate) signer: Option<Arc<dyn RemoteSigner>>,
    pub(crate) hook: Option<Hook>,
    engine: Mutex<Engine>,
    pub(crate) closing: Closing,
}

/// Where the ticks of all clients begin: they may share a limiter.
static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);

impl Driver {
    pub(crate) fn new(
        engine: Engine,
        executor: Arc<dyn Executor>,
        store: Option<Arc<dyn QuotaStore>>,
        signer: Option<Arc<dyn RemoteSigner>>,
        hook: Option<Hook>,
    ) -> Driver {
        let account = engine.account().clone();
        Driver { account, executor, store, signer, hook, engine: Mutex::new(engine), closing: Closing::default() }
    }

    /// The engine does not panic, so a poisoned lock still guards whole data.
    fn engine(&self) -> MutexGuard<'_, Engine> {
        self.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long anything but an upload may take.
    pub(crate) fn patience(&self) -> Duration {
        self.engine().settings().deadline
    }

    pub(crate) fn now(&self) -> Now {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Now {
            unix: i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
            ticks: u64::try_from(STARTED.elapsed().as_millis()).unwrap_or(u64::MAX),
            // Each RandomState has its own random keys.
            random: RandomState::new().build_hasher().finish(),
        }
    }

    pub(crate) async fn call(
        &self,
        operation: &Operation,
        params: &Params,
        options: CallOptions,
        watch: &Watch,
    ) -> Result<Answered, Error> {
        let _entered = self.closing.enter();
        let (handle, mut step) = self.engine().begin(operation, params, options, self.now());
        let _cancel = CancelOnDrop { driver: self, handle };
        let mut attempt = Attempt::default();
        loop {
            let event = match step {
                Step::Done { answer, trace } => return Ok(Answered { answer, trace, headers: attempt.headers }),
                Step::Failed { error, trace } => return Err(attempt.explain(error).with_trace(trace)),
                Step::Send { request, timeout, max_answer } => {
                    attempt = Attempt::default();
                    watch.request(&request);
                    let sent = self.executor.execute_within(request, timeout, max_answer);
                    match self.within(timeout, Stage::Over, sent).await {
                        Ok(Ok(answer)) if answer.body.len() as u64 > max_answer => {
                            watch.given_up(&Event::TooLarge);
                            Event::TooLarge
                        }
                        Ok(Ok(answer)) => {
                            tracing::debug!(status = answer.status, "answered");
                            watch.answer(&answer);
                            step = self.read(handle, &answer);
                            attempt.headers = answer.headers;
                            continue;
                        }
                        Ok(Err(error)) => {
                            tracing::debug!(message = error.message, "no answer");
                            watch.no_answer(&error);
                            attempt.source.clone_from(&error.source);
                            unanswered(error)
                        }
                        Err(event) => {
                            watch.given_up(&event);
                            event
                        }
                    }
                }
                Step::Wait { time, why, failed } => {
                    tracing::debug!(?why, ?time, "waiting");
                    watch.wait(time, why, failed);
                    match before(self.closing.reached(Stage::Closed), self.executor.sleep(time)).await {
                        Some(()) => Event::Elapsed,
                        None => Event::Closed,
                    }
                }
                Step::Store { question, timeout } => {
                    let asked = self.within(timeout, Stage::Closed, self.ask(question)).await;
                    let event = asked.unwrap_or_else(|event| event);
                    watch.store(&event);
                    event
                }
                Step::Sign { canonical, timeout } => {
                    let signed = self.within(timeout, Stage::Closed, self.sign(canonical)).await;
                    signed.unwrap_or_else(|event| event)
                }
            };
            step = self.engine().resume(handle, event, self.now());
        }
    }

    /// What the outside says, unless it takes too long or the client is closed that far.
    async fn within<T>(
        &self,
        time: Duration,
        stage: Stage,
        said: impl Future<Output = T>,
    ) -> Result<T, Event<'static>> {
        let said = before(self.closing.reached(stage), before(self.executor.sleep(time), said)).await;
        said.ok_or(Event::Closed)?.ok_or(Event::Late)
    }

    async fn ask(&self, question: StoreQuestion) -> Event<'static> {
        let Some(store) = &self.store else { return Event::StoreDown };
        match store.evaluate(QUOTA_SCRIPT, question.keys, question.args).await {
            Ok(wait) => Event::Store(wait),
            Err(reason) => {
                tracing::warn!(reason, "the quota store is down: keeping this process's limits only");
                Event::StoreDown
            }
        }
    }

    async fn sign(&self, canonical: Canonical) -> Event<'static> {
        match &self.signer {
            Some(signer) => match signer.sign(canonical.0).await {
                Ok(signature) => Event::Signed(signature),
                Err(reason) => Event::NotSigned(reason),
            },
            None => Event::NotSigned("the account has no key and the client has no signer".to_owned()),
        }
    }

    /// Ends the client: see [`Client::close`](crate::Client::close).
    pub(crate) async fn close(&self, within: Duration) {
        self.engine().close();
        self.closing.reach(Stage::Closed);
        before(self.executor.sleep(within), self.closing.idle()).await;
        self.closing.reach(Stage::Over);
    }

    /// Others go on while an answer is read.
    fn read(&self, handle: Handle, answer: &HttpAnswer) -> Step {
        let (status, body) = (answer.status, answer.body.as_slice());
        let retry_after = answer.header("retry-after").and_then(|header| retry_after(header, self.now().unix));
        let taken = self.engine().take(handle);
        match taken {
            Some(reading) => {
                let read = reading.read(status, retry_after, body);
                self.engine().put_back(read, self.now())
            }
            // The engine says what is wrong.
            None => self.engine().resume(handle, Event::Answer { status, retry_after, body: body.into() }, self.now()),
        }
    }
}

/// What the engine is told of an attempt without an answer.
fn unanswered(TransportError { kind, message, .. }: TransportError) -> Event<'static> {
    match kind {
        TransportErrorKind::TooLarge => Event::TooLarge,
        TransportErrorKind::NoMemory => Event::NoMemory,
        TransportErrorKind::Redirect(status) => Event::Redirect { status, location: message },
        TransportErrorKind::Tls => Event::Unsendable { tls: true, message },
        TransportErrorKind::Unsendable => Event::Unsendable { tls: false, message },
        kind => Event::Transport { kind: ErrorKind::from(kind), message },
    }
}

/// What a call came to.
pub(crate) struct Answered {
    pub(crate) answer: Answer,
    pub(crate) trace: Trace,
    pub(crate) headers: Vec<(String, String)>,
}

/// What the engine does not know of the last attempt.
#[derive(Default)]
struct Attempt {
    headers: Vec<(String, String)>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Attempt {
    fn explain(self, error: Error) -> Error {
        match self.source {
            Some(source) => error.with_source(source),
            // An error that is not of the answer has none of its headers.
            None if error.status().is_none() => error,
            None => error.with_headers(self.headers),
        }
    }
}

/// Takes the call out of the engine when its future is dropped; a call that ended is gone already.
struct CancelOnDrop<'a> {
    driver: &'a Driver,
    handle: Handle,
}

impl Drop for CancelOnDrop<'_> {
    fn drop(&mut self) {
        self.driver.engine().cancel(self.handle);
    }
}
