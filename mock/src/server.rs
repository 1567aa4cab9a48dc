//! The mock on a port of this machine: a shell around [`Mock`] that has the sockets, the clock and the tasks.

mod post;
mod service;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use tokio::sync::Notify;

use crate::http::{Head, Reply};
use crate::mock::Mock;

pub use service::MockService;

/// A running service.
struct App {
    url: String,
    partner_id: String,
    mock: Mutex<Mock>,
    /// There may be something to post, or something else that is due.
    changed: Arc<Notify>,
    /// Whoever holds it posts.
    poster: tokio::sync::Mutex<post::Poster>,
}

/// Milliseconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

impl App {
    /// A panic elsewhere is no reason to stop serving.
    fn mock(&self) -> MutexGuard<'_, Mock> {
        self.mock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the clock forward. What becomes due on the way happens, and callbacks are posted and answered, before it goes on.
    async fn advance(&self, by: Duration) {
        let mut left = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.post_all().await;
        while left > 0 {
            left = self.mock().advance(left, now());
            self.post_all().await;
        }
        self.changed.notify_one();
    }
}

fn router(app: Arc<App>) -> Router {
    // Text is limited where it is read, files are not kept.
    Router::new().fallback(handle).layer(DefaultBodyLimit::disable()).with_state(app)
}

async fn handle(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let headers: Vec<(&str, &str)> =
        parts.headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap_or_default())).collect();
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let head = Head { method: parts.method.as_str(), target, headers: &headers, base: &app.url };
    let mut incoming = app.mock().receive(&head, now());
    if !incoming.latency().is_zero() {
        tokio::time::sleep(incoming.latency()).await;
    }
    let mut pieces = body.into_data_stream();
    let mut came = Ok(());
    while incoming.is_hungry() {
        match pieces.next().await {
            Some(Ok(piece)) => app.mock().take(&mut incoming, &piece, now()),
            Some(Err(error)) => {
                came = Err(error.to_string());
                break;
            }
            None => break,
        }
    }
    let reply = app.mock().finish(incoming, came, now());
    app.changed.notify_one();
    if let Some(by) = reply.advance {
        app.advance(by).await;
    }
    respond(reply)
}

fn respond(reply: Reply) -> Response {
    if reply.cut {
        // The body fails, so the connection is closed.
        let broken = std::io::Error::from(std::io::ErrorKind::ConnectionAborted);
        return Response::new(Body::from_stream(stream::once(async { Err::<Bytes, _>(broken) })));
    }
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, reply.body).into_response();
    response.headers_mut().clear();
    for (name, value) in reply.headers {
        response.headers_mut().insert(name, axum::http::HeaderValue::from_static(value));
    }
    response
}

impl Drop for App {
    fn drop(&mut self) {
        // Who waits for something to do ends then.
        self.changed.notify_one();
    }
}
