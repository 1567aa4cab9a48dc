//! A client that blocks the thread until the answer is there (feature `blocking`), for programs without async.
//!
//! ```no_run
//! # fn example() -> Result<(), baijiayun::Error> {
//! use baijiayun::blocking::Client;
//!
//! let client = Client::new("demo", "12345678", "the partner key")?;
//! let room = client.room().create("测试教室", 1_893_456_000, 1_893_459_600).max_users(30).send()?;
//! for row in client.room().list().limit(100).items() {
//!     println!("{:?}", row?.title);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The calls are those of [`crate::Client`] with all that can be set on them; `send` ends them in place of `.await`, lists
//! are iterators. What they need of a runtime is one for the whole process, in threads of its own. In async code use
//! [`crate::Client`]: there a call of this one stops the thread, with everything else on it.

use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::io;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::{LazyLock, mpsc};
use std::thread;
use std::time::Duration;

use baijiayun_core::{Account, Error, ErrorKind, Operation};
use futures_util::FutureExt;
use serde::de::DeserializeOwned;
use tokio::runtime::{Builder, Runtime};

use crate::callbacks::{Callback, Dedupe};
use crate::{Blocking, Call, ClientBuilder, Links, Method, Response};

/// A client for one account, whose calls block the thread. Cloning it is cheap; clones share connections, limits and the
/// retry budget.
#[derive(Clone)]
pub struct Client(pub(crate) crate::Client);

impl Client {
    /// A client with the default executor and settings: see [`crate::Client::new`].
    ///
    /// # Errors
    /// As [`crate::Client::new`].
    #[cfg(feature = "reqwest")]
    pub fn new(
        domain: &str,
        partner_id: impl ToString,
        key: impl Into<baijiayun_core::PartnerKey>,
    ) -> Result<Client, Error> {
        Client::builder(Account::new(domain, partner_id, key)?).build()
    }

    /// A client of the environment's account: see [`crate::Client::from_env`].
    ///
    /// # Errors
    /// As [`crate::Client::from_env`].
    #[cfg(feature = "reqwest")]
    pub fn from_env() -> Result<Client, Error> {
        Client::builder_from_env()?.build()
    }

    /// The same with settings of your own.
    ///
    /// # Errors
    /// As [`crate::Client::from_env`].
    pub fn builder_from_env() -> Result<ClientBuilder<Blocking>, Error> {
        crate::configuration::account().map(Client::builder)
    }

    /// A client with settings of your own.
    pub fn builder(account: Account) -> ClientBuilder<Blocking> {
        ClientBuilder::of(account)
    }

    /// A call by operation name, for example `room.create`.
    pub fn call(&self, operation: &str) -> Call<Blocking> {
        Call::new(&self.0, operation)
    }

    /// A call to a path that this SDK does not describe: see [`crate::Client::call_path`].
    pub fn call_path(&self, method: Method, path: impl Into<String>) -> Call<Blocking> {
        Call::raw(&self.0, Operation::raw(method, path))
    }

    /// Links into rooms and to recordings.
    pub fn links(&self) -> Links<'_> {
        self.0.links()
    }

    /// Ends the client and its clones: see [`crate::Client::close`].
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] where it may not wait (see [`run`]).
    pub fn close(&self, within: Duration) -> Result<(), Error> {
        let client = self.0.clone();
        run(async move {
            client.close(within).await;
            Ok(())
        })
    }

    /// The account that this client calls for.
    pub fn account(&self) -> &Account {
        self.0.account()
    }

    /// The same client for async code. Its connections are those of this one.
    pub fn into_async(self) -> crate::Client {
        self.0
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The pages of a list, each fetched when it is asked for. It ends after an error.
#[must_use = "a page is fetched when it is asked for"]
pub struct Pages<D>(Option<crate::Pages<D>>);

impl<D: Send + 'static> Pages<D> {
    pub(crate) fn new(pages: crate::Pages<D>) -> Pages<D> {
        Pages(Some(pages))
    }
}

impl<D: DeserializeOwned + Default + Send + 'static> Iterator for Pages<D> {
    type Item = Result<Response<D>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut pages = self.0.take()?;
        let next = run(async move {
            let page = pages.next().await;
            Ok((page, pages))
        });
        match next {
            Ok((page, pages)) => {
                self.0 = Some(pages);
                page
            }
            Err(error) => Some(Err(error)),
        }
    }
}

/// The rows of a list, over all its pages. It ends after an error.
#[must_use = "a page is fetched when it is asked for"]
pub struct Items<T>(Option<crate::Items<T>>);

impl<T: Send + 'static> Items<T> {
    pub(crate) fn new(items: crate::Items<T>) -> Items<T> {
        Items(Some(items))
    }

    /// What was not as documented in the pages so far: see [`crate::Items::departures`].
    pub fn departures(&self) -> &[baijiayun_core::coerce::Departure] {
        self.0.as_ref().map_or(&[], |items| items.departures())
    }

    /// How many rows were left out because the page before had them: see [`crate::Items::repeated`].
    pub fn repeated(&self) -> u64 {
        self.0.as_ref().map_or(0, crate::Items::repeated)
    }
}

impl<T: Send + 'static> Iterator for Items<T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(row) = self.0.as_mut()?.ready() {
            return Some(Ok(row));
        }
        let mut items = self.0.take()?;
        let next = run(async move {
            let row = items.next().await;
            Ok((row, items))
        });
        match next {
            Ok((row, items)) => {
                self.0 = Some(items);
                row
            }
            Err(error) => Some(Err(error)),
        }
    }
}

impl Dedupe {
    /// As [`Dedupe::claim`], for threads that may wait. Without a store it never waits.
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] where it may not wait (see [`run`]).
    pub fn claim_blocking(&self, callback: &Callback) -> Result<bool, Error> {
        let (dedupe, callback) = (self.clone(), callback.clone());
        run(async move { Ok(dedupe.claim(&callback).await) })
    }

    /// As [`Dedupe::release`], for threads that may wait.
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] where it may not wait (see [`run`]).
    pub fn release_blocking(&self, callback: &Callback) -> Result<(), Error> {
        let (dedupe, callback) = (self.clone(), callback.clone());
        run(async move {
            dedupe.release(&callback).await;
            Ok(())
        })
    }
}

/// Runs a future of this package to its end, in the threads of blocking clients, for example
/// `run(async move { link.signed_url().await })`.
///
/// # Errors
/// Those of the future; [`ErrorKind::Misuse`] in something that such a future calls, as `progress` of an upload: it would
/// wait for itself. [`ErrorKind::Connect`] if the process gets no threads.
pub fn run<T: Send + 'static>(future: impl Future<Output = Result<T, Error>> + Send + 'static) -> Result<T, Error> {
    if IS_WORKER.get() {
        let message = "a call that blocks was made in what another one calls; it would wait for itself";
        return Err(Error::new(ErrorKind::Misuse, "")
            .with_message(message)
            .with_hint("make it in a thread of its own"));
    }
    let runtime = RUNTIME.as_ref().map_err(|error| {
        Error::new(ErrorKind::Connect, "").with_message(format!("there are no threads for blocking calls: {error}"))
    })?;
    // Not by the runtime's own way to block, which panics in async code.
    let (tell, told) = mpsc::sync_channel(1);
    drop(runtime.spawn(async move {
        let ended = AssertUnwindSafe(future).catch_unwind().await;
        drop(tell.send(ended));
    }));
    match told.recv() {
        Ok(ended) => ended.unwrap_or_else(|panic| resume_unwind(panic)),
        Err(_) => Err(Error::new(ErrorKind::Closed, "").with_message("the process ends")),
    }
}

thread_local! {
    static IS_WORKER: Cell<bool> = const { Cell::new(false) };
}

/// Most threads of the process's blocking clients: they only drive connections and read answers.
const MOST_THREADS: usize = 4;

static RUNTIME: LazyLock<io::Result<Runtime>> = LazyLock::new(|| {
    let threads = thread::available_parallelism().map_or(1, |threads| threads.get().min(MOST_THREADS));
    let name = "baijiayun-blocking";
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(threads).thread_name(name).on_thread_start(|| IS_WORKER.set(true)).enable_all().build()
});
