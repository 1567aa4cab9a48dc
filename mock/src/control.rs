//! What tests in any language ask of the mock over HTTP, under `/_mock`: what it received, and answers to give.
//! It listens on this machine only, and nothing here is signed.

use std::sync::Arc;

use axum::Router;
use axum::extract::State as Extract;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};

use crate::canned::CannedAnswers;
use crate::server::{self, App, lock};

pub(crate) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/_mock/requests", get(requests).delete(forget_requests))
        .route("/_mock/answers", axum::routing::post(add_answers).delete(forget_answers))
}

/// The requests so far, the oldest first.
async fn requests(Extract(app): Extract<Arc<App>>) -> Response {
    let received: Vec<Value> = lock(&app.received).iter().map(|received| received.to_json()).collect();
    server::json(StatusCode::OK, &received.into())
}

async fn forget_requests(Extract(app): Extract<Arc<App>>) -> StatusCode {
    lock(&app.received).clear();
    StatusCode::NO_CONTENT
}

/// Takes an object as [`CannedAnswers::from_json`] reads it.
async fn add_answers(Extract(app): Extract<Arc<App>>, body: String) -> Response {
    match CannedAnswers::from_json(&body) {
        Ok(answers) => {
            lock(&app.canned).extend(answers);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => server::json(StatusCode::BAD_REQUEST, &json!({ "error": error })),
    }
}

async fn forget_answers(Extract(app): Extract<Arc<App>>) -> StatusCode {
    *lock(&app.canned) = CannedAnswers::default();
    StatusCode::NO_CONTENT
}
