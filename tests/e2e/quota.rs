//! Several processes that call as fast as their engines let them, and a
//! service that notes when each call arrives.

use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::Uri;
use baijiayun::core::operation;
use baijiayun::{Account, Client, Params, QuotaSettings, RedisStore, Settings};
use serde::{Deserialize, Serialize};
use tokio::process::Command;
use tokio::task::JoinSet;

/// A call that arrived.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// When.
    pub at: Instant,
    /// Where.
    pub path: String,
    /// With which form.
    pub form: String,
}

/// A service that answers every call with nothing and notes its arrival.
pub struct Recorder {
    /// Its address.
    pub url: String,
    arrivals: Arc<Mutex<Vec<Arrival>>>,
}

impl Recorder {
    /// Starts it on a free port. It stops with the runtime.
    pub async fn start() -> Recorder {
        let arrivals = Arc::new(Mutex::new(Vec::new()));
        let record = {
            let arrivals = Arc::clone(&arrivals);
            async move |uri: Uri, form: String| {
                let arrival = Arrival { at: Instant::now(), path: uri.path().to_owned(), form };
                arrivals.lock().expect("no holder panicked").push(arrival);
                r#"{"code":0,"data":{},"msg":"","ts":1}"#
            }
        };
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(record)).await });
        Recorder { url, arrivals }
    }

    /// What arrived so far, in order.
    pub fn arrivals(&self) -> Vec<Arrival> {
        let mut arrivals = self.arrivals.lock().expect("no holder panicked").clone();
        arrivals.sort_by_key(|arrival| arrival.at);
        arrivals
    }

    /// A client of it.
    pub fn client(&self, quota: QuotaSettings, store: Option<RedisStore>) -> Client {
        let account = Account::new(&self.url, "12345678", "key").expect("a valid account");
        let builder = Client::builder(account).settings(Settings { quota, ..Settings::default() });
        match store {
            Some(store) => builder.quota_store(store),
            None => builder,
        }
        .build()
        .expect("a client")
    }
}

/// A store that is given time: a busy machine may hold a healthy one up for
/// longer than the default, and a call without the store keeps no shared limit.
pub fn patient_store(url: &str) -> RedisStore {
    RedisStore::connect(url).expect("a valid address").timeout(Duration::from_secs(5))
}

/// Most arrivals in any window of that length.
pub fn most_in_window(arrivals: &[Arrival], window: Duration) -> usize {
    let mut first = 0;
    let mut most = 0;
    for (last, arrival) in arrivals.iter().enumerate() {
        while arrivals[first].at + window <= arrival.at {
            first += 1;
        }
        most = most.max(last - first + 1);
    }
    most
}

/// What a worker process does.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Plan {
    /// The address of the service.
    pub url: String,
    /// The address of the store.
    pub store: String,
    /// The account's limit: so many requests, 0 for none,
    pub requests: u32,
    /// in so many seconds.
    pub seconds: u32,
    /// How many calls of each kind are on their way at a time.
    pub tasks: usize,
    /// How long it goes on.
    pub milliseconds: u64,
    /// The operations, with their parameters as JSON.
    pub calls: Vec<(String, String)>,
}

/// What became of a worker's calls.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Report {
    /// Calls that went well.
    pub done: usize,
    /// Calls of these for which the store was down.
    pub store_down: usize,
    /// Calls that failed.
    pub failed: usize,
}

/// Runs that many processes of `binary worker <plan>` and returns their reports.
pub async fn run_workers(binary: impl AsRef<Path>, processes: usize, plan: &Plan) -> Vec<Report> {
    let plan = serde_json::to_string(plan).expect("a plan is JSON");
    let mut running = JoinSet::new();
    for _ in 0..processes {
        let mut command = Command::new(binary.as_ref());
        command.args(["worker", &plan]).stdout(Stdio::piped()).kill_on_drop(true);
        let worker = command.spawn().expect("the worker runs");
        running.spawn(async move {
            let output = worker.wait_with_output().await.expect("the worker's output");
            assert!(output.status.success(), "a worker failed");
            serde_json::from_slice(&output.stdout).expect("a report")
        });
    }
    running.join_all().await
}

/// What a worker process runs: each task calls again as soon as it has an answer.
pub async fn work(plan: Plan) -> Report {
    let store = patient_store(&plan.store);
    let quota = QuotaSettings { requests: plan.requests, seconds: plan.seconds, ..QuotaSettings::default() };
    let recorder = Recorder { url: plan.url, arrivals: Arc::default() };
    let client = recorder.client(quota, Some(store));
    let report = Arc::new(Mutex::new(Report::default()));
    let mut tasks = JoinSet::new();
    for (operation, params) in plan.calls {
        let known = operation::find(&operation).expect("a known operation");
        let params = Params::from_json(known, &params).expect("valid parameters");
        for _ in 0..plan.tasks {
            let (client, report) = (client.clone(), Arc::clone(&report));
            let (operation, params) = (operation.clone(), params.clone());
            tasks.spawn(async move {
                loop {
                    let result = client.call(&operation).params(params.clone()).send_as::<serde_json::Value>().await;
                    let mut report = report.lock().expect("no holder panicked");
                    match result {
                        Ok(response) => {
                            report.done += 1;
                            report.store_down += usize::from(response.trace().store_down);
                        }
                        Err(_) => report.failed += 1,
                    }
                }
            });
        }
    }
    let over = tokio::time::timeout(Duration::from_millis(plan.milliseconds), tasks.join_next()).await;
    assert!(over.is_err(), "a task ended before its time");
    drop(tasks);
    *report.lock().expect("no holder panicked")
}
