//! One call: its parameters, and sending it.

mod response;
mod typed;

use std::borrow::Cow;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;
use std::time::Duration;

use baijiayun_core::answer::Answer;
use baijiayun_core::coerce::{self, Departure};
use baijiayun_core::engine::{CallOptions, Priority, Retry};
use baijiayun_core::pages::Pager;
use baijiayun_core::{Error, Operation, Params, Request, Value, operation, request};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tracing::Instrument;

use crate::drive::Answered;
use crate::hooks::Watch;
use crate::{Awaited, Client, Pages};

pub use response::{Nothing, Response};
pub(crate) use typed::typed_call;

/// A call that is being put together: `.await` it. The typed calls of the resource modules stand on it.
#[must_use = "a call is sent when it is awaited"]
#[derive(Clone)]
pub struct Call<M = Awaited> {
    client: Client,
    mode: PhantomData<M>,
    operation: Target,
    params: Params,
    options: CallOptions,
    /// What was wrong before the call could be checked.
    error: Option<Error>,
    /// Who watches the whole of which it is a part.
    watch: Option<Watch>,
}

#[derive(Clone)]
enum Target {
    Known(&'static Operation),
    Raw(Box<Operation>),
    /// It is this name that there is not; the error says so.
    Missing(String),
}

impl<M> Call<M> {
    /// A call by operation name. An unknown name is reported when the call is sent.
    pub(crate) fn new(client: &Client, name: &str) -> Call<M> {
        let (operation, error) = match operation::find(name) {
            Ok(operation) => (Target::Known(operation), None),
            Err(error) => (Target::Missing(name.to_owned()), Some(error)),
        };
        Call::of(client, operation, error)
    }

    pub(crate) fn raw(client: &Client, operation: Operation) -> Call<M> {
        Call::of(client, Target::Raw(Box::new(operation)), None)
    }

    fn of(client: &Client, operation: Target, error: Option<Error>) -> Call<M> {
        let (params, options, watch) = (Params::new(), CallOptions::default(), None);
        Call { client: client.clone(), mode: PhantomData, operation, params, options, error, watch }
    }

    /// The same call, to be sent in another way.
    pub(crate) fn in_mode<N>(self) -> Call<N> {
        let Call { client, operation, params, options, error, watch, .. } = self;
        Call { client, mode: PhantomData, operation, params, options, error, watch }
    }

    /// Sets a parameter.
    pub fn set(mut self, name: impl AsRef<str>, value: impl Into<Value>) -> Call<M> {
        self.params.set(self.named(name.as_ref()), value);
        self
    }

    /// Sets a JSON parameter. It is serialized here, once.
    pub fn set_json<T: Serialize + ?Sized>(mut self, name: impl AsRef<str>, value: &T) -> Call<M> {
        match Value::json(&value) {
            Ok(json) => drop(self.params.set(self.named(name.as_ref()), json)),
            Err(error) => self.error = Some(error),
        }
        self
    }

    /// The table's own copy of a name.
    fn named(&self, name: &str) -> Cow<'static, str> {
        let known = match &self.operation {
            Target::Known(operation) => operation.param(name),
            _ => None,
        };
        known.map_or_else(|| Cow::Owned(name.to_owned()), |param| Cow::Borrowed(param.name))
    }

    /// Sends a parameter that the description lacks.
    pub fn extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Call<M> {
        self.params.set_extra(name, value);
        self
    }

    /// Replaces all parameters.
    pub fn params(mut self, params: Params) -> Call<M> {
        self.params = params;
        self
    }

    /// Waits this long for the answer to each attempt instead of the client's timeout.
    pub fn timeout(mut self, timeout: Duration) -> Call<M> {
        self.options.attempt_timeout = Some(timeout);
        self
    }

    /// Gives up after this long in all, with every wait and attempt.
    pub fn deadline(mut self, deadline: Duration) -> Call<M> {
        self.options.deadline = Some(deadline);
        self
    }

    /// Refuses an answer of more bytes than this, decoded, instead of the client's limit.
    pub fn max_answer(mut self, bytes: u64) -> Call<M> {
        self.options.max_answer = Some(bytes);
        self
    }

    /// Sends it at most so often.
    pub fn attempts(mut self, attempts: u32) -> Call<M> {
        self.options.attempts = Some(attempts);
        self
    }

    /// Says which failures are tried again.
    pub fn retry(mut self, retry: Retry) -> Call<M> {
        self.options.retry = retry;
        self
    }

    /// Whether the call fails where the answer departs from the documents, instead of the client's
    /// [`strict`](crate::ClientBuilder::strict).
    pub fn strict(mut self, strict: bool) -> Call<M> {
        self.options.strict = Some(strict);
        self
    }

    /// Says who goes first where a limit makes calls wait.
    pub fn priority(mut self, priority: Priority) -> Call<M> {
        self.options.priority = Some(priority);
        self
    }

    /// The operation as it was called.
    fn name(&self) -> Cow<'static, str> {
        match &self.operation {
            Target::Known(operation) => operation.name.clone(),
            Target::Raw(operation) => operation.name.clone(),
            Target::Missing(name) => Cow::Owned(name.clone()),
        }
    }

    pub(crate) fn given(&self) -> &Params {
        &self.params
    }

    pub(crate) fn pager(&self) -> Result<Pager, Error> {
        Pager::new(self.operation()?, &self.params)
    }

    /// The request as it would be sent at that unix time.
    ///
    /// # Errors
    /// As sending it, before anything is sent.
    pub fn request(&self, timestamp: i64) -> Result<Request, Error> {
        request::build(self.client.account(), self.operation()?, &self.params, timestamp)
    }

    fn operation(&self) -> Result<&Operation, Error> {
        match (&self.error, &self.operation) {
            (Some(error), _) => Err(error.clone()),
            (None, Target::Known(operation)) => Ok(operation),
            (None, Target::Raw(operation)) => Ok(operation),
            (None, Target::Missing(name)) => operation::find(name).map(|operation| operation as &Operation),
        }
    }
}

impl Call {
    /// The same call for the page that the pager has come to.
    pub(crate) fn page(&self, pager: &Pager) -> Call {
        let mut call = self.clone().params(pager.params(&self.params));
        call.options.walks = true;
        call
    }

    /// All pages of a list by name, with their data as JSON.
    pub fn pages(self) -> Pages<serde_json::Value> {
        Pages::new(self)
    }

    /// Has this told how it goes, which says itself when all of it is done.
    pub(crate) fn watched(mut self, watch: &Watch) -> Call {
        self.watch = Some(watch.clone());
        self
    }

    /// Sends it and makes something of the answer, before those who watch are told that it is done.
    async fn ask<T>(
        &self,
        data: coerce::Options,
        make: impl FnOnce(&Operation, Answered) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let driver = self.client.driver();
        let watch = match &self.watch {
            Some(watch) => {
                let operation = self.operation()?;
                return make(operation, self.answer(operation, data, watch).await?);
            }
            None => Watch::new(driver.hook.as_ref(), || self.name()),
        };
        let _guard = watch.guard();
        let result = async {
            let operation = self.operation()?;
            make(operation, self.answer(operation, data, &watch).await?)
        };
        let result = result.await;
        watch.done(&result);
        result
    }

    async fn answer(&self, operation: &Operation, data: coerce::Options, watch: &Watch) -> Result<Answered, Error> {
        let span = tracing::info_span!(
            "baijiayun",
            operation = operation.name.as_ref(),
            attempts = tracing::field::Empty,
            code = tracing::field::Empty
        );
        let options = CallOptions { data, ..self.options };
        let call = self.client.driver().call(operation, &self.params, options, watch);
        let result = call.instrument(span.clone()).await;
        match &result {
            Ok(Answered { answer, trace, .. }) => {
                span.record("attempts", trace.attempts);
                for Departure { path, expected, .. } in &answer.departures {
                    if path.is_empty() {
                        tracing::warn!(parent: &span, expected, "the data are something else altogether");
                    } else {
                        tracing::debug!(parent: &span, path, expected, "not as documented");
                    }
                }
            }
            Err(error) => {
                span.record("attempts", error.trace().map(|trace| trace.attempts));
                span.record("code", error.code());
                tracing::debug!(parent: &span, kind = error.kind().as_str(), "call failed");
            }
        }
        result
    }

    /// Sends the call and returns its data as canonical JSON. The future is the call's own, as tasks want it:
    /// `tokio::spawn(client.call("room.list").send())`. To `.await` the call is the same.
    ///
    /// # Errors
    /// See [`ErrorKind`](baijiayun_core::ErrorKind).
    pub async fn send(self) -> Result<Answer, Error> {
        self.ask(coerce::Options::default(), |_, answered| Ok(answered.answer)).await
    }

    /// Sends the call and returns its data as a type, with how the call went.
    ///
    /// # Errors
    /// See [`ErrorKind`](baijiayun_core::ErrorKind).
    pub async fn send_as<T: DeserializeOwned + Default>(self) -> Result<Response<T>, Error> {
        let data = coerce::Options { set_aside: true, ..coerce::Options::default() };
        let response =
            |operation: &Operation, Answered { answer, trace, headers }: Answered| match answer.decode(operation) {
                Ok(data) => Ok(Response { data, answer, trace, headers }),
                Err(error) => Err(error.with_headers(headers).with_trace(trace)),
            };
        self.ask(data, response).await
    }
}

impl IntoFuture for Call {
    type Output = Result<Answer, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

#[cfg(feature = "blocking")]
impl Call<crate::Blocking> {
    /// Sends the call, waits, and returns its data as canonical JSON.
    ///
    /// # Errors
    /// See [`ErrorKind`](baijiayun_core::ErrorKind).
    pub fn send(self) -> Result<Answer, Error> {
        crate::blocking::run(self.in_mode::<Awaited>().send())
    }

    /// Sends the call, waits, and returns its data as a type, with how the call went.
    ///
    /// # Errors
    /// See [`ErrorKind`](baijiayun_core::ErrorKind).
    pub fn send_as<T: DeserializeOwned + Default + Send + 'static>(self) -> Result<Response<T>, Error> {
        crate::blocking::run(self.in_mode::<Awaited>().send_as())
    }

    /// All pages of a list by name, with their data as JSON.
    pub fn pages(self) -> crate::blocking::Pages<serde_json::Value> {
        crate::blocking::Pages::new(self.in_mode::<Awaited>().pages())
    }
}

impl<M> fmt::Debug for Call<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("operation", &self.name()).field("params", &self.params).finish_non_exhaustive()
    }
}
