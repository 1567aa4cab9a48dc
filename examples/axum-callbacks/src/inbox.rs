//! The route that the service posts to.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use baijiayun::callbacks::{self, Dedupe, Event, Receiver};
use baijiayun::core::callbacks::MAX_BYTES;
use tokio::sync::mpsc::Sender;

/// What the route needs.
pub struct Inbox {
    /// Checks and reads.
    pub receiver: Receiver,
    /// Takes each callback once. Of several processes: `Dedupe::shared(RedisStore::connect(...)?)`.
    pub dedupe: Dedupe,
    /// Where the work is done: the service wants its answer at once.
    pub work: Sender<Event>,
}

/// The inbox under `/callbacks`.
pub fn router(inbox: Inbox) -> Router {
    Router::new().route("/callbacks", post(take)).layer(DefaultBodyLimit::max(MAX_BYTES)).with_state(Arc::new(inbox))
}

/// The body comes as `Bytes`: a `Form` or `Json` extractor would hand on
/// something else than what was signed.
async fn take(State(inbox): State<Arc<Inbox>>, headers: HeaderMap, body: Bytes) -> Response {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let callback = match inbox.receiver.receive(&body, content_type) {
        Ok(callback) => callback,
        Err(error) => {
            tracing::warn!(%error, "a callback was refused");
            return json(StatusCode::UNAUTHORIZED, callbacks::failure("not signed by this account"));
        }
    };
    if !inbox.dedupe.claim(&callback).await {
        return json(StatusCode::OK, callbacks::SUCCESS);
    }
    if inbox.work.try_send(callback.event().clone()).is_err() {
        inbox.dedupe.release(&callback).await;
        return json(StatusCode::OK, callbacks::failure("busy, post it again"));
    }
    json(StatusCode::OK, callbacks::SUCCESS)
}

fn json(status: StatusCode, body: impl Into<String>) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.into()).into_response()
}
