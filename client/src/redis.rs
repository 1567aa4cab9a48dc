//! A shared store on Redis or Valkey (feature `redis`).

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ::redis::aio::MultiplexedConnection;
use ::redis::{AsyncConnectionConfig, Client, RedisResult, Script};
use baijiayun_core::{Error, ErrorKind};

use crate::ports::{Asking, QuotaStore};

/// How long a store gets to answer, with connecting, unless another time is set.
const TIMEOUT: Duration = Duration::from_millis(500);

const ADDRESS: &str =
    "an address looks like redis://127.0.0.1:6379, or redis://:password@host:6379/0 with a password and a database";
const NO_TLS: &str = "rediss:// needs TLS: add redis with its feature tokio-rustls-comp to your own dependencies";

/// Keeps the service's limits together with other processes, on Redis (5 or
/// later) or Valkey.
///
/// ```no_run
/// # fn example() -> Result<(), baijiayun::Error> {
/// use baijiayun::{Account, Client, RedisStore};
///
/// let account = Account::new("demo", "12345678", "the partner key")?;
/// let client = Client::builder(account).quota_store(RedisStore::connect("redis://127.0.0.1")?).build()?;
/// # Ok(())
/// # }
/// ```
///
/// The connection is made with the first call, and again after it was lost. A
/// store that is down, or slow, does not stop calls: they go on within the
/// limits of this process, and [`Trace::store_down`](crate::Trace::store_down)
/// says so.
///
/// It runs on tokio. For `rediss://` add `redis` to your own dependencies,
/// with its feature `tokio-rustls-comp`.
pub struct RedisStore {
    client: Client,
    timeout: Duration,
    connection: Mutex<Option<MultiplexedConnection>>,
}

impl RedisStore {
    /// The store at an address such as `redis://:password@127.0.0.1:6379/0`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidAccount`] if the address cannot be right, or asks for TLS that is not built in. Whether the
    /// store is there is seen with the first call.
    pub fn connect(url: &str) -> Result<RedisStore, Error> {
        match Client::open(url) {
            Ok(client) => Ok(RedisStore::new(client)),
            Err(error) => Err(Error::new(ErrorKind::InvalidAccount, "")
                .with_message(format!("the address of the store: {error}"))
                .with_hint(if url.starts_with("rediss") { NO_TLS } else { ADDRESS })),
        }
    }

    /// The store of a client of your own, for example with certificates.
    pub fn new(client: Client) -> RedisStore {
        RedisStore { client, timeout: TIMEOUT, connection: Mutex::new(None) }
    }

    /// Gives the store this long to answer, with connecting; 500 ms if nothing is said.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> RedisStore {
        self.timeout = timeout;
        self
    }

    fn connection(&self) -> MutexGuard<'_, Option<MultiplexedConnection>> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn ask(&self, script: &str, keys: Vec<String>, args: Vec<i64>) -> RedisResult<i64> {
        let script = Script::new(script);
        let mut invocation = script.prepare_invoke();
        invocation.key(keys).arg(args);
        let kept = self.connection().clone();
        if let Some(mut connection) = kept {
            match invocation.invoke_async(&mut connection).await {
                // It was closed since the last call; a new one may do.
                Err(error) if error.is_unrecoverable_error() => {}
                result => return result,
            }
        }
        // The time limit is around all of this.
        let config = AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None);
        let mut connection = self.client.get_multiplexed_async_connection_with_config(&config).await?;
        *self.connection() = Some(connection.clone());
        invocation.invoke_async(&mut connection).await
    }
}

impl QuotaStore for RedisStore {
    fn evaluate(&self, script: &'static str, keys: Vec<String>, args: Vec<i64>) -> Asking<'_, i64> {
        Box::pin(async move {
            if tokio::runtime::Handle::try_current().is_err() {
                return Err("this store runs on tokio, and there is no runtime of tokio here".to_owned());
            }
            let reason = match tokio::time::timeout(self.timeout, self.ask(script, keys, args)).await {
                Ok(Ok(wait)) => return Ok(wait),
                Ok(Err(error)) => error.to_string(),
                Err(_) => format!("no answer within {:?}", self.timeout),
            };
            // Whatever it was (a host that vanished, a replica after a failover): a new connection is the cure.
            *self.connection() = None;
            Err(reason)
        })
    }
}

impl fmt::Debug for RedisStore {
    /// Without the address: it may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}
