//! Starting and stopping the mock.

use std::fmt;
use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

use super::post::{self, Poster};
use super::{App, now};
use crate::builder::Builder;
use crate::callbacks::{CallbackAnswer, CallbackError, Delivery};
use crate::canned::CannedAnswers;
use crate::misbehave::Misbehaviour;
use crate::received::Received;

/// How long requests under way may take when the service stops.
const GRACE: Duration = Duration::from_secs(2);

impl Builder {
    /// The port on 127.0.0.1; 0, the default, takes a free one.
    pub fn port(mut self, port: u16) -> Builder {
        self.port = port;
        self
    }

    /// Starts to serve. It must be called in a tokio runtime.
    ///
    /// # Errors
    /// If the port is taken.
    pub async fn start(self) -> io::Result<MockService> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let mut mock = self.build();
        // From now on it has the time: a school is there before anybody looks.
        mock.wake(now());
        let app = Arc::new(App {
            url,
            partner_id: mock.partner_id().to_owned(),
            mock: Mutex::new(mock),
            changed: Arc::new(Notify::new()),
            poster: tokio::sync::Mutex::new(Poster::new()?),
        });
        let (stop, stopped) = oneshot::channel::<()>();
        let router = super::router(Arc::clone(&app));
        let server = tokio::spawn(async move {
            // Dropping the sender stops the service too.
            let stopped = async { drop(stopped.await) };
            if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stopped).await {
                tracing::error!(%error, "the mock stopped serving");
            }
        });
        tokio::spawn(post::keep_on(Arc::downgrade(&app)));
        Ok(MockService { app, stop, server })
    }
}

/// A running mock. It stops when it is dropped.
pub struct MockService {
    app: Arc<App>,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

impl MockService {
    /// Starts a mock with the default settings, on a free port.
    ///
    /// # Errors
    /// If it cannot listen.
    pub async fn start() -> io::Result<MockService> {
        MockService::builder().start().await
    }

    /// Settings of your own.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Its address, for example `http://127.0.0.1:8765`: give it to a client in place of the domain.
    pub fn url(&self) -> &str {
        &self.app.url
    }

    /// The account that it knows.
    pub fn partner_id(&self) -> &str {
        &self.app.partner_id
    }

    /// The account's key. `partner.get_key` can replace it.
    pub fn partner_key(&self) -> String {
        self.app.mock().partner_key().to_owned()
    }

    /// The requests so far, the last 10,000 at most, the oldest first.
    pub fn requests(&self) -> Vec<Received> {
        self.app.mock().requests().cloned().collect()
    }

    /// The callbacks so far, the last 2,048 at most, the oldest first.
    pub fn callbacks(&self) -> Vec<Delivery> {
        self.app.mock().callbacks().cloned().collect()
    }

    /// Answers so from now on, besides what was given before.
    pub fn answer(&self, answers: CannedAnswers) {
        self.app.mock().answer(answers);
    }

    /// Misbehaves from now on, and counts requests anew.
    pub fn misbehave(&self, misbehaviour: Misbehaviour) {
        self.app.mock().misbehave(misbehaviour);
    }

    #[cfg(feature = "full")]
    /// The lines that were written down since the last time: [`Builder::record`].
    #[must_use]
    pub fn take_records(&self) -> Vec<String> {
        self.app.mock().take_records()
    }

    #[cfg(feature = "full")]
    /// All that it holds: [`Mock::save`](crate::Mock::save).
    pub fn save(&self) -> String {
        self.app.mock().save()
    }

    #[cfg(feature = "full")]
    /// Holds what another mock held: [`Mock::restore`](crate::Mock::restore).
    ///
    /// # Errors
    /// If it was not saved by this version.
    pub fn restore(&self, saved: &str) -> Result<(), String> {
        self.app.mock().restore(saved)
    }

    /// Sets the mock's clock forward. What becomes due by that happens before this returns: videos are transcoded, and
    /// callbacks that were not taken are posted again, and answered. Tests need not wait for them.
    pub async fn advance(&self, by: Duration) {
        self.app.advance(by).await;
    }

    /// Posts a callback of the description, signed, to the address that was
    /// set for it with the API: `transcode_callback` and `playback_generated`
    /// go to that of videos, all others to that of classes. Members that are
    /// not given are those of the printed example. If it is not taken, it is
    /// posted again as all others are; what is returned is the first answer.
    ///
    /// # Errors
    /// See [`CallbackError`].
    pub async fn post_callback(
        &self,
        name: &str,
        params: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
    ) -> Result<CallbackAnswer, CallbackError> {
        let given = params.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        let post = self.app.mock().trigger(name, given, now())?;
        if post.url.is_empty() {
            return Err(CallbackError::NoAddress(name.to_owned()));
        }
        self.app.post_all().await;
        // It was posted by now, here or by the task whose turn it was.
        match self.app.mock().outcome(post.id) {
            Some(outcome) => outcome.map_err(CallbackError::NotDelivered),
            None => Err(CallbackError::NotDelivered("the answer was forgotten".to_owned())),
        }
    }

    /// Stops serving, when the requests under way are answered.
    pub async fn stop(self) {
        let MockService { stop, mut server, .. } = self;
        drop(stop);
        if tokio::time::timeout(GRACE, &mut server).await.is_err() {
            server.abort();
        }
    }
}

impl fmt::Debug for MockService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockService").field("url", &self.app.url).finish_non_exhaustive()
    }
}
