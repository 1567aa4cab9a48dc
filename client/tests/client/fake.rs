//! An executor that answers as it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use baijiayun::core::{Body, Request};
use baijiayun::{
    Account, Client, ClientBuilder, Executor, HttpAnswer, QuotaSettings, RetrySettings, Sending, Settings,
    TransportError,
};

pub const OK: &str = r#"{"code":0,"data":{"title":"a"},"msg":"","ts":1}"#;

/// Whether these are the data of [`OK`].
pub fn is_ok(data: &[u8]) -> bool {
    String::from_utf8_lossy(data).contains(r#""title":"a""#)
}

/// Gives what it was given, in order, and keeps what was sent: the path and the form.
#[derive(Clone, Default)]
pub struct Script(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    outcomes: VecDeque<Result<HttpAnswer, TransportError>>,
    sent: Vec<String>,
}

impl Script {
    pub fn new(outcomes: impl IntoIterator<Item = Result<HttpAnswer, TransportError>>) -> Script {
        let script = Script::default();
        script.0.lock().expect("no panic").outcomes = outcomes.into_iter().collect();
        script
    }

    /// Answers of 200 with these bodies.
    pub fn bodies<B: AsRef<str>>(bodies: impl IntoIterator<Item = B>) -> Script {
        Script::new(bodies.into_iter().map(|body| Ok(HttpAnswer::new(200, body.as_ref()))))
    }

    pub fn sent(&self) -> Vec<String> {
        self.0.lock().expect("no panic").sent.clone()
    }

    pub fn client(&self) -> Client {
        builder().executor(self.clone()).build().expect("a client")
    }
}

impl Executor for Script {
    fn execute(&self, request: Request, _: Duration) -> Sending<'_> {
        let mut state = self.0.lock().expect("no panic");
        let form = if let Body::Form(form) = &request.body { form.as_str() } else { "" };
        let path = request.url.split_once("/openapi").map_or(request.url.as_str(), |(_, path)| path);
        state.sent.push(format!("{path} {form}"));
        let outcome = state.outcomes.pop_front().unwrap_or_else(|| Ok(HttpAnswer::new(200, OK)));
        Box::pin(async { outcome })
    }
}

pub fn account() -> Account {
    Account::new("demo", 12_345_678, "the partner key").expect("an account")
}

/// Without limits and without waits between attempts.
pub fn builder() -> ClientBuilder {
    let retry = RetrySettings { base: Duration::ZERO, cap: Duration::ZERO, ..RetrySettings::default() };
    Client::builder(account()).settings(Settings { quota: QuotaSettings::unlimited(), retry, ..Settings::default() })
}
