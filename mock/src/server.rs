//! From an HTTP request to its answer.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State as Extract};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use baijiayun_core::PartnerKey;
use bytes::Bytes;
use futures_util::stream;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::auth::{self, Rules};
use crate::body::{self, Sent};
use crate::callbacks::Post;
use crate::canned::{Canned, CannedAnswers};
use crate::catalog::{Catalog, Endpoint};
use crate::clock;
use crate::control;
use crate::examples;
use crate::failure::Failure;
use crate::input::Input;
use crate::misbehave::{Fault, Faults};
use crate::rate::Rate;
use crate::received::{Received, Verdict};
use crate::state::State;
use crate::upload;
use crate::wire;

/// The requests that are remembered; older ones are forgotten.
const REMEMBERED: usize = 10_000;

/// A running service.
pub(crate) struct App {
    pub url: String,
    pub partner_id: String,
    /// Looks closely at what comes.
    pub strict: bool,
    pub catalog: Catalog,
    pub state: Mutex<State>,
    pub faults: Mutex<Faults>,
    pub rate: Mutex<Rate>,
    pub received: Mutex<VecDeque<Received>>,
    pub canned: Mutex<CannedAnswers>,
    pub callbacks: mpsc::Sender<Post>,
    pub http: reqwest::Client,
}

/// A panic elsewhere is no reason to stop serving.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl App {
    pub fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    pub fn faults(&self) -> MutexGuard<'_, Faults> {
        lock(&self.faults)
    }

    fn rules(&self, key: PartnerKey, now: i64) -> Rules<'_> {
        Rules { partner_id: &self.partner_id, key, strict_at: self.strict.then_some(now) }
    }

    pub fn record(&self, path: String, operation: Option<&str>, params: BTreeMap<String, String>, verdict: Verdict) {
        let mut received = lock(&self.received);
        if received.len() >= REMEMBERED {
            received.pop_front();
        }
        received.push_back(Received { path, operation: operation.map(str::to_owned), params, verdict });
    }

    /// Hands over what the last call left in the outbox.
    pub fn send_callbacks(&self) {
        for post in self.state().outbox.drain(..) {
            if self.callbacks.try_send(post).is_err() {
                tracing::warn!("too many callbacks wait: one is dropped");
            }
        }
    }
}

pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route(upload::PATH, post(upload::handle).options(upload::preflight))
        .merge(control::router())
        .fallback(handle)
        // Text is limited in `body`, files are not kept.
        .layer(DefaultBodyLimit::disable())
        .with_state(app)
}

async fn handle(Extract(app): Extract<Arc<App>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let endpoint = app.catalog.find(&path);
    let (fault, latency, throttles_with_200) = {
        let mut faults = app.faults();
        (faults.next(), faults.behaviour().latency, faults.behaviour().throttles_with_200)
    };
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    let mut params = BTreeMap::new();
    let canned = match endpoint {
        Some(endpoint) if fault.is_none() => lock(&app.canned).next(&endpoint.operation.name),
        _ => Canned::Own,
    };
    let (verdict, mut response) = match (fault, canned) {
        (Some(fault), _) => (Verdict::Misbehaved, misbehave(fault)),
        (None, canned) => match call(&app, endpoint, request, &mut params, canned).await {
            Ok(answer) => answer,
            Err(failure) => {
                let verdict = Verdict::Refused { code: failure.code, msg: failure.msg.clone() };
                (verdict, refusal(&failure, clock::now(), Value::Null))
            }
        },
    };
    if throttles_with_200 && response.status() == StatusCode::TOO_MANY_REQUESTS {
        *response.status_mut() = StatusCode::OK;
    }
    app.record(path, endpoint.map(|endpoint| endpoint.operation.name.as_ref()), params, verdict);
    app.send_callbacks();
    response
}

async fn call(
    app: &App,
    endpoint: Option<Endpoint>,
    request: Request,
    params: &mut BTreeMap<String, String>,
    canned: Canned,
) -> Result<(Verdict, Response), Failure> {
    if !lock(&app.rate).admits(Instant::now()) {
        return Err(Failure::throttled());
    }
    let is_taken = matches!(*request.method(), Method::GET | Method::POST);
    let endpoint = endpoint.filter(|_| is_taken).ok_or_else(Failure::path)?;
    let sent = body::read(request).await?;
    *params = sent.shown();
    let now = clock::now();
    let mut data = match canned {
        Canned::Own => carry_out(app, endpoint, sent, now)?,
        Canned::Data(data) => {
            auth::check(endpoint.operation, &sent, &app.rules(app.state().key(), now))?;
            data
        }
        Canned::Refuse { code, msg } => return Err(Failure::told(code, msg)),
        Canned::Http { status, body } => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            return Ok((Verdict::Misbehaved, (status, body).into_response()));
        }
        Canned::Drop => return Ok((Verdict::Misbehaved, cut())),
    };
    if app.faults().behaviour().php_loose {
        data = wire::loosen(data, &endpoint.described.response);
    }
    let answer = json!({ "code": endpoint.operation.success, "data": data, "msg": "", "ts": now });
    Ok((Verdict::Accepted, json(StatusCode::OK, &answer)))
}

fn carry_out(app: &App, endpoint: Endpoint, sent: Sent, now: i64) -> Result<Value, Failure> {
    let Endpoint { operation, described, handler } = endpoint;
    let mut state = app.state();
    let params = auth::check(operation, &sent, &app.rules(state.key(), now))?;
    let input = Input { operation, described, params, files: sent.files, now, base: &app.url };
    auth::check_things(&state, &input)?;
    match handler {
        Some(handler) => Ok(wire::dress(handler(&mut state, &input)?, &described.response)),
        None => Ok(examples::answer(&input)),
    }
}

fn misbehave(fault: Fault) -> Response {
    match fault {
        Fault::Drop => cut(),
        Fault::Error => (StatusCode::SERVICE_UNAVAILABLE, "service unavailable").into_response(),
        Fault::Throttle => refusal(&Failure::throttled(), clock::now(), Value::Null),
        Fault::Html => {
            let page = "<!DOCTYPE html><html><body><h1>系统维护中</h1></body></html>";
            ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response()
        }
    }
}

/// An answer that breaks off: the body fails, so the connection is closed.
pub(crate) fn cut() -> Response {
    let broken = std::io::Error::from(std::io::ErrorKind::ConnectionAborted);
    Response::new(Body::from_stream(stream::once(async { Err::<Bytes, _>(broken) })))
}

pub(crate) fn refusal(failure: &Failure, now: i64, data: Value) -> Response {
    json(failure.status, &json!({ "code": failure.code, "data": data, "msg": failure.msg, "ts": now }))
}

pub(crate) fn json(status: StatusCode, answer: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json; charset=utf-8")], answer.to_string()).into_response()
}
