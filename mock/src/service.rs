//! Starting and stopping the mock.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::callbacks::{self, CallbackAnswer, CallbackError};
use crate::canned::CannedAnswers;
use crate::catalog::Catalog;
use crate::misbehave::{Faults, Misbehaviour};
use crate::rate::Rate;
use crate::received::Received;
use crate::server::{self, App, lock};
use crate::state::State;
use crate::videos::Transcoding;

const PARTNER_ID: &str = "12345678";
const PARTNER_KEY: &str = "the-partner-key-of-the-mock";

/// Calls that an account may send, and in how many seconds.
const RATE: (u32, u32) = (200, 10);

/// Things of one kind that are remembered.
const MAX_ITEMS: usize = 10_000;

/// How long a video is in transcoding.
const TRANSCODING: Duration = Duration::from_millis(300);

/// How long requests under way may take when the service stops.
const GRACE: Duration = Duration::from_secs(2);

/// Settings of a mock.
#[derive(Clone)]
#[must_use]
pub struct Builder {
    port: u16,
    partner_id: String,
    partner_key: String,
    rate: (u32, u32),
    max_items: usize,
    transcoding: Transcoding,
    misbehaviour: Misbehaviour,
    paths: BTreeMap<String, String>,
    canned: CannedAnswers,
    strict: bool,
}

impl Builder {
    /// The port on 127.0.0.1; 0, the default, takes a free one.
    pub fn port(mut self, port: u16) -> Builder {
        self.port = port;
        self
    }

    /// The account's id.
    pub fn partner_id(mut self, id: impl Into<String>) -> Builder {
        self.partner_id = id.into();
        self
    }

    /// The account's key.
    pub fn partner_key(mut self, key: impl Into<String>) -> Builder {
        self.partner_key = key.into();
        self
    }

    /// The calls that the account may send, in how many seconds; 200 in 10 s by default. 0 is
    /// no limit.
    pub fn rate(mut self, count: u32, seconds: u32) -> Builder {
        self.rate = (count, seconds);
        self
    }

    /// The number of things of each kind that are remembered; 10,000 by default.
    pub fn max_items(mut self, count: usize) -> Builder {
        self.max_items = count;
        self
    }

    /// When uploaded videos are transcoded; 300 ms after the upload by default.
    pub fn transcoding(mut self, transcoding: Transcoding) -> Builder {
        self.transcoding = transcoding;
        self
    }

    /// What goes wrong, on purpose.
    pub fn misbehave(mut self, misbehaviour: Misbehaviour) -> Builder {
        self.misbehaviour = misbehaviour;
        self
    }

    /// Serves these operations at other paths than the description's, and no
    /// longer at those: as the real service may, where a path is a guess.
    pub fn paths(mut self, paths: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>) -> Builder {
        self.paths.extend(paths.into_iter().map(|(operation, path)| (operation.into(), path.into())));
        self
    }

    /// Answers that operations give in place of the mock's own.
    pub fn answers(mut self, answers: CannedAnswers) -> Builder {
        self.canned = answers;
        self
    }

    /// Refuses what the documents forbid and the mock takes otherwise: timestamps that are not 10 digits or further than
    /// 300 s from this machine's clock, and parameters that the operation does not describe. It finds mistakes of clients.
    pub fn strict(mut self, strict: bool) -> Builder {
        self.strict = strict;
        self
    }

    /// Starts to serve. It must be called in a tokio runtime.
    ///
    /// # Errors
    /// If the port is taken.
    pub async fn start(self) -> io::Result<MockService> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let http = callbacks::http()?;
        let (callbacks, waiting) = mpsc::channel(callbacks::WAITING);
        let app = Arc::new(App {
            url,
            catalog: Catalog::new(&self.paths),
            state: Mutex::new(State::new(&self.partner_id, self.partner_key, self.max_items, self.transcoding)),
            partner_id: self.partner_id,
            faults: Mutex::new(Faults::new(self.misbehaviour)),
            rate: Mutex::new(Rate::new(self.rate.0, self.rate.1)),
            received: Mutex::new(VecDeque::new()),
            strict: self.strict,
            canned: Mutex::new(self.canned),
            callbacks,
            http: http.clone(),
        });
        let (stop, stopped) = oneshot::channel::<()>();
        let router = server::router(Arc::clone(&app));
        let server = tokio::spawn(async move {
            // Dropping the sender stops the service too.
            let stopped = async { drop(stopped.await) };
            if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stopped).await {
                tracing::error!(%error, "the mock stopped serving");
            }
        });
        // It ends when the last `App` is gone, and the channel with it.
        tokio::spawn(callbacks::deliver_all(http, waiting));
        Ok(MockService { app, stop, server })
    }
}

impl Default for Builder {
    fn default() -> Builder {
        Builder {
            port: 0,
            partner_id: PARTNER_ID.to_owned(),
            partner_key: PARTNER_KEY.to_owned(),
            rate: RATE,
            max_items: MAX_ITEMS,
            transcoding: Transcoding::After(TRANSCODING),
            misbehaviour: Misbehaviour::default(),
            paths: BTreeMap::new(),
            canned: CannedAnswers::default(),
            strict: false,
        }
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("port", &self.port)
            .field("partner_id", &self.partner_id)
            .finish_non_exhaustive()
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
        self.app.state().sender.key().to_owned()
    }

    /// The requests so far, the last 10,000 at most.
    pub fn requests(&self) -> Vec<Received> {
        lock(&self.app.received).iter().cloned().collect()
    }

    /// Answers so from now on, besides what was given before.
    pub fn answer(&self, answers: CannedAnswers) {
        lock(&self.app.canned).extend(answers);
    }

    /// Misbehaves from now on, and counts requests anew.
    pub fn misbehave(&self, misbehaviour: Misbehaviour) {
        *self.app.faults() = Faults::new(misbehaviour);
    }

    /// Posts a callback of the description, signed, to the address that was
    /// set for it with the API: `transcode_callback` and `playback_generated`
    /// go to that of videos, all others to that of classes. Members that are
    /// not given are those of the printed example.
    ///
    /// # Errors
    /// See [`CallbackError`].
    pub async fn post_callback(
        &self,
        name: &str,
        params: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
    ) -> Result<CallbackAnswer, CallbackError> {
        let given = params.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        let members =
            callbacks::callback_members(name, given).ok_or_else(|| CallbackError::UnknownName(name.to_owned()))?;
        let post = {
            let mut state = self.app.state();
            let url = match name {
                "transcode_callback" | "playback_generated" => state.accounts.transcode_callback_url.clone(),
                _ => state.accounts.class_callback_url.clone(),
            };
            if url.is_empty() {
                return Err(CallbackError::NoAddress(name.to_owned()));
            }
            state.sender.post(name, &url, members).map_err(CallbackError::Malformed)?
        };
        callbacks::deliver(&self.app.http, post).await
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
