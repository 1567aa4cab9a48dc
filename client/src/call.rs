//! One call: its parameters, and sending it.

use std::fmt;
use std::ops::Deref;
use std::time::Duration;

use baijiayun_core::answer::Answer;
use baijiayun_core::coerce::{self, Departure};
use baijiayun_core::engine::{CallOptions, Priority, Retry, Trace};
use baijiayun_core::pages::Pager;
use baijiayun_core::{Error, Operation, Params, Request, Value, operation, request};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tracing::Instrument;

use crate::{Client, Pages};

/// A call that is being put together. The typed calls of the resource modules stand on it.
#[derive(Clone)]
pub struct Call {
    client: Client,
    operation: Target,
    params: Params,
    options: CallOptions,
    /// What was wrong before the call could be checked.
    error: Option<Error>,
}

#[derive(Clone)]
enum Target {
    Known(&'static Operation),
    Raw(Box<Operation>),
    /// The error says why.
    Missing,
}

impl Call {
    /// A call by operation name. An unknown name is reported when the call is sent.
    pub(crate) fn new(client: &Client, name: &str) -> Call {
        let (operation, error) = match operation::find(name) {
            Ok(operation) => (Target::Known(operation), None),
            Err(error) => (Target::Missing, Some(error)),
        };
        Call { client: client.clone(), operation, params: Params::new(), options: CallOptions::default(), error }
    }

    pub(crate) fn raw(client: &Client, operation: Operation) -> Call {
        let operation = Target::Raw(Box::new(operation));
        Call { client: client.clone(), operation, params: Params::new(), options: CallOptions::default(), error: None }
    }

    /// Sets a parameter.
    #[must_use]
    pub fn set(mut self, name: &'static str, value: impl Into<Value>) -> Call {
        self.params.set(name, value);
        self
    }

    /// Sets a JSON parameter. It is serialized here, once.
    #[must_use]
    pub fn set_json<T: Serialize + ?Sized>(mut self, name: &'static str, value: &T) -> Call {
        match Value::json(&value) {
            Ok(json) => drop(self.params.set(name, json)),
            Err(error) => self.error = Some(error),
        }
        self
    }

    /// Sends a parameter that the description lacks.
    #[must_use]
    pub fn extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Call {
        self.params.set_extra(name, value);
        self
    }

    /// Replaces all parameters.
    #[must_use]
    pub fn params(mut self, params: Params) -> Call {
        self.params = params;
        self
    }

    /// Waits this long for the answer to each attempt instead of the client's timeout.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Call {
        self.options.attempt_timeout = Some(timeout);
        self
    }

    /// Gives up after this long in all, with every wait and attempt.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Call {
        self.options.deadline = Some(deadline);
        self
    }

    /// Refuses an answer of more bytes than this, decoded, instead of the client's limit.
    #[must_use]
    pub fn max_answer(mut self, bytes: u64) -> Call {
        self.options.max_answer = Some(bytes);
        self
    }

    /// Sends it at most so often.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Call {
        self.options.attempts = Some(attempts);
        self
    }

    /// Says which failures are tried again.
    #[must_use]
    pub fn retry(mut self, retry: Retry) -> Call {
        self.options.retry = retry;
        self
    }

    /// Whether the call fails where the answer departs from the documents, instead of the client's
    /// [`strict`](crate::ClientBuilder::strict).
    #[must_use]
    pub fn strict(mut self, strict: bool) -> Call {
        self.options.strict = Some(strict);
        self
    }

    /// Says who goes first where a limit makes calls wait.
    #[must_use]
    pub fn priority(mut self, priority: Priority) -> Call {
        self.options.priority = Some(priority);
        self
    }

    pub(crate) fn given(&self) -> &Params {
        &self.params
    }

    pub(crate) fn pager(&self) -> Result<Pager, Error> {
        Pager::new(self.operation()?, &self.params)
    }

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
            (None, Target::Missing) => operation::find("").map(|operation| operation as &Operation),
        }
    }

    async fn answer(&self, data: coerce::Options) -> Result<(Answer, Trace), Error> {
        let operation = self.operation()?;
        let span = tracing::info_span!(
            "baijiayun",
            operation = operation.name.as_ref(),
            attempts = tracing::field::Empty,
            code = tracing::field::Empty
        );
        let options = CallOptions { data, ..self.options };
        let result = self.client.driver().call(operation, &self.params, options).instrument(span.clone()).await;
        match &result {
            Ok((answer, trace)) => {
                span.record("attempts", trace.attempts);
                for Departure { path, expected, .. } in &answer.departures {
                    tracing::debug!(parent: &span, path, expected, "not as documented");
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

    /// Sends the call and returns its data as canonical JSON.
    ///
    /// # Errors
    /// See [`ErrorKind`](baijiayun_core::ErrorKind).
    pub async fn send(self) -> Result<Answer, Error> {
        self.answer(coerce::Options::default()).await.map(|(answer, _)| answer)
    }

    /// Sends the call and returns its data as a type.
    ///
    /// # Errors
    /// See [`ErrorKind`](baijiayun_core::ErrorKind).
    pub async fn send_as<T: DeserializeOwned + Default>(self) -> Result<Response<T>, Error> {
        let (answer, trace) = self.answer(coerce::Options { set_aside: true, ..coerce::Options::default() }).await?;
        let data = answer.decode(self.operation()?)?;
        Ok(Response { data, answer, trace })
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match &self.operation {
            Target::Known(operation) => operation.name.as_ref(),
            Target::Raw(operation) => operation.name.as_ref(),
            Target::Missing => "unknown",
        };
        f.debug_struct("Call").field("operation", &name).field("params", &self.params).finish_non_exhaustive()
    }
}

/// What the service answered: the typed data, to which this derefs, and all of it as JSON.
#[derive(Debug, Clone)]
pub struct Response<T> {
    data: T,
    answer: Answer,
    trace: Trace,
}

impl<T> Response<T> {
    /// The data alone.
    pub fn into_data(self) -> T {
        self.data
    }

    /// The data as JSON, with members that the type does not know.
    pub fn json(&self) -> &[u8] {
        &self.answer.data
    }

    /// The service's message, usually empty.
    pub fn msg(&self) -> &str {
        &self.answer.msg
    }

    /// When the service answered, unix seconds.
    pub fn ts(&self) -> Option<i64> {
        self.answer.ts
    }

    /// How the call went: attempts and waits.
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// Values that are not what the documents describe, and so are not in the typed data.
    pub fn departures(&self) -> &[Departure] {
        &self.answer.departures
    }
}

impl<T> Deref for Response<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.data
    }
}

/// The data of an operation that answers with none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Nothing;

impl<'de> Deserialize<'de> for Nothing {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Nothing, D::Error> {
        serde::de::IgnoredAny::deserialize(deserializer).map(|_| Nothing)
    }
}

impl Serialize for Nothing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

/// What all typed calls have in common.
macro_rules! typed_call {
    ($name:ident => $data:ty) => {
        impl $name {
            /// Sends a parameter that the description lacks.
            pub fn extra(self, name: impl Into<String>, value: impl Into<baijiayun_core::Value>) -> Self {
                Self(self.0.extra(name, value))
            }

            /// Waits this long for the answer to each attempt instead of the client's timeout.
            pub fn timeout(self, timeout: std::time::Duration) -> Self {
                Self(self.0.timeout(timeout))
            }

            /// Gives up after this long in all, with every wait and attempt.
            pub fn deadline(self, deadline: std::time::Duration) -> Self {
                Self(self.0.deadline(deadline))
            }

            /// Refuses an answer of more bytes than this, decoded, instead of the client's limit.
            pub fn max_answer(self, bytes: u64) -> Self {
                Self(self.0.max_answer(bytes))
            }

            /// Sends it at most so often.
            pub fn attempts(self, attempts: u32) -> Self {
                Self(self.0.attempts(attempts))
            }

            /// Says which failures are tried again.
            pub fn retry(self, retry: crate::Retry) -> Self {
                Self(self.0.retry(retry))
            }

            /// Whether the call fails where the answer departs from the documents, instead of the client's setting.
            pub fn strict(self, strict: bool) -> Self {
                Self(self.0.strict(strict))
            }

            /// Says who goes first where a limit makes calls wait.
            pub fn priority(self, priority: crate::Priority) -> Self {
                Self(self.0.priority(priority))
            }

            /// The request as it would be sent at that unix time, without sending it.
            ///
            /// # Errors
            /// [`InvalidParameters`](baijiayun_core::ErrorKind::InvalidParameters) with all faults.
            pub fn request(&self, timestamp: i64) -> Result<baijiayun_core::Request, baijiayun_core::Error> {
                self.0.request(timestamp)
            }
        }

        impl From<$name> for crate::Call {
            /// The same call by name, whose answer is JSON.
            fn from(call: $name) -> crate::Call {
                call.0
            }
        }

        impl std::future::IntoFuture for $name {
            type Output = Result<crate::Response<$data>, baijiayun_core::Error>;
            type IntoFuture = std::pin::Pin<Box<dyn std::future::Future<Output = Self::Output> + Send>>;

            fn into_future(self) -> Self::IntoFuture {
                Box::pin(self.0.send_as())
            }
        }
    };
}

pub(crate) use typed_call;
