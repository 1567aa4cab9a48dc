//! The server SDK for BaijiaYun (百家云): live classrooms and video on demand.
//!
//! ```no_run
//! # async fn example() -> Result<(), baijiayun::Error> {
//! use baijiayun::Client;
//!
//! let client = Client::new("demo", "12345678", "the partner key")?;
//! let room = client.room().create("测试教室", 1_893_456_000, 1_893_459_600).max_users(30).await?;
//! let info = client.room().info(room.room_id).await?;
//! println!("{}", info.title);
//! # Ok(())
//! # }
//! ```
//!
//! - Every operation has a method: [`Client::room`], [`Client::video`], ...
//!   What the service requires are arguments; the rest are setters.
//! - Awaiting a call sends it and gives a [`Response`], which derefs to the
//!   typed data. Members are `Option`s where a document or a printed answer shows them
//!   missing. A member that must be there and is not has an empty value (0, `""`, ...),
//!   and [`Response::departures`] says so.
//! - [`Client::call`] and [`Client::call_path`] reach what has no method.
//! - partner_key stays on servers. An app gets the link, the token or the upload address from
//!   yours; see [`RemoteSigner`] for why it should not get signatures.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
compile_error!(
    "this client needs a clock, which wasm32-unknown-unknown has not: in browsers and workers use the npm package, \
     or baijiayun-core, which signs and reads without one"
);

#[cfg(feature = "blocking")]
pub mod blocking;
mod call;
pub mod callbacks;
mod closing;
pub mod configuration;
mod drive;
mod executor;
mod generated;
mod hooks;
#[cfg(feature = "reqwest")]
mod http;
mod links;
mod mode;
mod open_enum;
mod pages;
pub mod paths;
mod ports;
#[cfg(feature = "redis")]
mod redis;
mod timer;
mod times;
mod upload;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use baijiayun_core::engine::Engine;
use drive::Driver;

#[cfg(feature = "redis")]
pub use self::redis::RedisStore;
pub use baijiayun_core as core;
pub use baijiayun_core::engine::{Limiter, Priority, QuotaSettings, Retry, RetrySettings, Settings, Trace, Why};
pub use baijiayun_core::operation::Method;
pub use baijiayun_core::upload::{Settings as UploadSettings, Uploaded};
pub use baijiayun_core::{
    Account, Answer, Error, ErrorKind, Fault, FaultKind, File, Id, Params, PartnerKey, Signer, Time, Value,
};
pub use call::{Call, Nothing, Response};
pub use executor::{Executor, HttpAnswer, Sending, Sleeping, TransportError, TransportErrorKind};
pub use generated::*;
pub use hooks::{CallEvent, CallEventKind};
#[cfg(feature = "reqwest")]
pub use http::ReqwestExecutor;
pub use links::{CodePlayer, EnterRoom, Links, Role};
pub use mode::Awaited;
#[cfg(feature = "blocking")]
pub use mode::Blocking;
pub use pages::{Items, Pages};
pub use ports::{Asking, QuotaStore, RemoteSigner, UploadAddresses};
pub use upload::{Uploader, VideoUpload};

/// A client for one account. Cloning it is cheap; clones share connections,
/// limits and the retry budget.
#[derive(Clone)]
pub struct Client(Arc<Driver>);

impl Client {
    /// A client with the default executor and settings.
    ///
    /// `domain` is the prefix of the account's private domain (`demo` for
    /// `demo.at.baijiayun.com`) or a whole address such as the mock's.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidAccount`] if one of the three cannot be right. A domain that begins with `http://` and is the
    /// vendor's needs [`ClientBuilder::allow_http`].
    #[cfg(feature = "reqwest")]
    pub fn new(domain: &str, partner_id: impl ToString, key: impl Into<PartnerKey>) -> Result<Client, Error> {
        Client::builder(Account::new(domain, partner_id, key)?).build()
    }

    /// A client for the account that the environment or a file names: BAIJIAYUN_ACCOUNT, or BAIJIAYUN_DOMAIN,
    /// BAIJIAYUN_PARTNER_ID and BAIJIAYUN_PARTNER_KEY, else `baijiayun.toml` in the working directory or the user's own
    /// file, as `bjy` reads them (see [`configuration`]). [`configuration::named`] gives an account by its name.
    ///
    /// # Errors
    /// As [`Client::new`], and [`ErrorKind::InvalidAccount`] that names what is missing and how to give it.
    #[cfg(feature = "reqwest")]
    pub fn from_env() -> Result<Client, Error> {
        Client::builder_from_env()?.build()
    }

    /// The same with settings of your own.
    ///
    /// # Errors
    /// As [`configuration::account`].
    pub fn builder_from_env() -> Result<ClientBuilder, Error> {
        configuration::account().map(Client::builder)
    }

    /// A client with settings of your own.
    pub fn builder(account: Account) -> ClientBuilder {
        ClientBuilder::of(account)
    }

    /// A call by operation name, for example `room.create`.
    pub fn call(&self, operation: &str) -> Call {
        Call::new(self, operation)
    }

    /// A call to a path that this SDK does not describe, for example
    /// `/openapi/room/something`. Any parameter is sent, and the answer is
    /// passed through as it comes.
    pub fn call_path(&self, method: Method, path: impl Into<String>) -> Call {
        Call::raw(self, baijiayun_core::Operation::raw(method, path))
    }

    /// Ends the client and its clones, and returns when nothing is under way any more, after `within` at the latest.
    ///
    /// Calls that wait (for a limit, a store, a signer or the next attempt) end at once, and nothing is sent any more.
    /// Those in flight may finish within that time and are not tried again; then they end too. They, and calls that are
    /// begun afterwards, fail with [`ErrorKind::Closed`], whose message says whether the request was sent.
    pub async fn close(&self, within: Duration) {
        self.0.close(within).await;
    }

    /// The account that this client calls for.
    pub fn account(&self) -> &Account {
        &self.0.account
    }

    pub(crate) fn driver(&self) -> &Driver {
        &self.0
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("account", self.account()).finish_non_exhaustive()
    }
}

/// Settings of a client. In what order they are said does not matter: [`ClientBuilder::settings`] says all of them, and
/// each of the others one that counts for more.
#[must_use = "`build` makes the client"]
pub struct ClientBuilder<M = Awaited> {
    account: Account,
    executor: Option<Arc<dyn Executor>>,
    settings: Settings,
    timeout: Option<Duration>,
    max_answer: Option<u64>,
    allow_http: Option<bool>,
    strict: Option<bool>,
    store: Option<Arc<dyn QuotaStore>>,
    signer: Option<Arc<dyn RemoteSigner>>,
    limiter: Option<Limiter>,
    hook: Option<hooks::Hook>,
    mode: PhantomData<M>,
}

impl<M> ClientBuilder<M> {
    pub(crate) fn of(account: Account) -> ClientBuilder<M> {
        ClientBuilder {
            account,
            executor: None,
            settings: Settings::default(),
            timeout: None,
            max_answer: None,
            allow_http: None,
            strict: None,
            store: None,
            signer: None,
            limiter: None,
            hook: None,
            mode: PhantomData,
        }
    }

    /// Sends requests with this.
    pub fn executor(mut self, executor: impl Executor + 'static) -> ClientBuilder<M> {
        self.executor = Some(Arc::new(executor));
        self
    }

    /// Retries, quotas and time limits.
    pub fn settings(mut self, settings: Settings) -> ClientBuilder<M> {
        self.settings = settings;
        self
    }

    /// Waits this long for the answer to each attempt; 30 s if nothing is said.
    pub fn timeout(mut self, timeout: Duration) -> ClientBuilder<M> {
        self.timeout = Some(timeout);
        self
    }

    /// Refuses answers of more bytes than this, decoded; 8 MiB if nothing is said.
    pub fn max_answer(mut self, bytes: u64) -> ClientBuilder<M> {
        self.max_answer = Some(bytes);
        self
    }

    /// Whether calls may go to the vendor's own domains without TLS. They may not if nothing is said.
    pub fn allow_http(mut self, allow: bool) -> ClientBuilder<M> {
        self.allow_http = Some(allow);
        self
    }

    /// Whether calls fail whose answer departs from the documents, with [`ErrorKind::Departures`], after the call was
    /// carried out. They do not if nothing is said: [`Response::departures`] names the places then.
    pub fn strict(mut self, strict: bool) -> ClientBuilder<M> {
        self.strict = Some(strict);
        self
    }

    /// Keeps the service's limits together with other processes.
    pub fn quota_store(mut self, store: impl QuotaStore + 'static) -> ClientBuilder<M> {
        self.store = Some(Arc::new(store));
        self
    }

    /// Keeps the service's limits together with all clients of this process that have the same limiter.
    /// Its own settings hold, in place of [`Settings::quota`]; with a store they must say so.
    ///
    /// ```
    /// # fn main() -> Result<(), baijiayun::Error> {
    /// use baijiayun::{Account, Client, Limiter, QuotaSettings};
    ///
    /// // 200 requests in 10 s are allowed per account, and per server address after the vendor's page of 2026.
    /// let limiter = Limiter::new(QuotaSettings { shared_as: Some("this server".to_owned()), ..QuotaSettings::default() });
    /// let school = Client::builder(Account::new("school", "12345678", "a key")?).limiter(limiter.clone()).build()?;
    /// let college = Client::builder(Account::new("college", "87654321", "a key")?).limiter(limiter).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn limiter(mut self, limiter: Limiter) -> ClientBuilder<M> {
        self.limiter = Some(limiter);
        self
    }

    /// Has requests signed elsewhere, for an account without a key
    /// ([`Account::without_signer`]). See [`RemoteSigner`] for who may have them signed.
    pub fn signer(mut self, signer: impl RemoteSigner + 'static) -> ClientBuilder<M> {
        self.signer = Some(Arc::new(signer));
        self
    }

    /// Calls this with what happens in calls: requests, answers, retries, waits and their end, for logs and metrics. It is
    /// called where the call runs, from several threads at once, and has to be quick. What it panics with is reported
    /// by `tracing`, and does not reach the call.
    ///
    /// ```
    /// # fn example(account: baijiayun::Account) -> Result<baijiayun::Client, baijiayun::Error> {
    /// use baijiayun::{CallEventKind, Client};
    ///
    /// let client = Client::builder(account)
    ///     .on_event(|event| {
    ///         if event.kind == CallEventKind::Done {
    ///             println!("{} {:?} {}", event.operation, event.duration, event.why.unwrap_or("ok"));
    ///         }
    ///     })
    ///     .build()?;
    /// # Ok(client)
    /// # }
    /// ```
    pub fn on_event(mut self, hook: impl Fn(&CallEvent) + Send + Sync + 'static) -> ClientBuilder<M> {
        self.hook = Some(Arc::new(hook));
        self
    }

    fn make(self) -> Result<Client, Error> {
        let mut settings = self.settings;
        settings.attempt_timeout = self.timeout.unwrap_or(settings.attempt_timeout);
        settings.max_answer = self.max_answer.unwrap_or(settings.max_answer);
        settings.allow_http = self.allow_http.unwrap_or(settings.allow_http);
        settings.strict = self.strict.unwrap_or(settings.strict);
        settings.quota.store |= self.store.is_some();
        settings.check(&self.account)?;
        let executor = match self.executor {
            Some(executor) => executor,
            None => default_executor()?,
        };
        let limiter = self.limiter.unwrap_or_else(|| Limiter::new(settings.quota.clone()));
        let engine = Engine::with_limiter(self.account, settings, limiter);
        Ok(Client(Arc::new(Driver::new(engine, executor, self.store, self.signer, self.hook))))
    }
}

impl ClientBuilder {
    /// The client.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidAccount`] if a setting cannot be meant, there is no executor, or the default one has no TLS.
    pub fn build(self) -> Result<Client, Error> {
        self.make()
    }
}

#[cfg(feature = "blocking")]
impl ClientBuilder<Blocking> {
    /// The client.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidAccount`] if a setting cannot be meant, there is no executor, or the default one has no TLS.
    pub fn build(self) -> Result<blocking::Client, Error> {
        self.make().map(blocking::Client)
    }
}

impl<M> fmt::Debug for ClientBuilder<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder").field("account", &self.account).finish_non_exhaustive()
    }
}

#[cfg(feature = "reqwest")]
fn default_executor() -> Result<Arc<dyn Executor>, Error> {
    match ReqwestExecutor::new() {
        Ok(executor) => Ok(Arc::new(executor)),
        Err(failure) => Err(Error::new(ErrorKind::InvalidAccount, "")
            .with_message(failure.message.clone())
            .with_hint("without TLS there is no client; one of your own executor needs none of this package's")
            .with_source(Arc::new(failure))),
    }
}

#[cfg(not(feature = "reqwest"))]
fn default_executor() -> Result<Arc<dyn Executor>, Error> {
    Err(Error::new(ErrorKind::InvalidAccount, "")
        .with_message("the client has nothing to send requests with")
        .with_hint("give ClientBuilder::executor yours, or use this package's feature reqwest, which brings one"))
}
