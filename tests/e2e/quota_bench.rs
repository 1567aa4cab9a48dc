//! Measures the limits: calls at once against the mock with the settings that a
//! client has by default; 4 processes on a redis-server of their own; and what
//! a call costs while thousands wait. `worker <plan>` is one of the processes.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::{Duration, Instant};

use baijiayun::core::engine::{CallOptions, Engine, Event, Handle, Now, QUOTA_SCRIPT, Settings, Step};
use baijiayun::core::operation;
use baijiayun::{Account, Client, Params, QuotaSettings, QuotaStore, RedisStore, Trace, Why};
use baijiayun_tests::quota::{Plan, Recorder, most_in_window, run_workers, work};
use baijiayun_tests::redis_server::RedisServer;
use tokio::task::JoinSet;

const PROCESSES: usize = 4;
const SECONDS: u64 = 60;
const SCRIPTS: usize = 10_000;

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["worker", plan] => {
            let plan = serde_json::from_str(plan).expect("a plan");
            let report = serde_json::to_string(&work(plan).await).expect("a report is JSON");
            println!("{report}");
        }
        [] => {
            for (operation, calls) in
                [("room.info", 200), ("room.create", 40), ("room_data.get_blackboard_file", 60), ("room.info", 1000)]
            {
                at_once(operation, calls).await;
            }
            [1000, 10_000, 100_000].into_iter().for_each(waiting);
            joint_rate().await;
            script_latency().await;
        }
        _ => panic!("usage: quota_bench"),
    }
}

/// So many calls at once, each of its own task, against the mock and against a service that notes what arrives.
async fn at_once(operation: &str, calls: usize) {
    let known = operation::find(operation).expect("a known operation");
    let params: Params = if operation == "room.create" {
        [("title", "x"), ("start_time", "1900000000"), ("end_time", "1900003600")].into_iter().collect()
    } else {
        known.params.iter().filter(|param| param.required).map(|param| (param.name, "1")).collect()
    };
    let mock = baijiayun_mock::MockService::start().await.expect("the mock starts");
    let account = Account::new(mock.url(), mock.partner_id(), mock.partner_key()).expect("a valid account");
    let real = Client::builder(account).build().expect("a client");
    let recorder = Recorder::start().await;
    let noted = recorder.client(QuotaSettings::default(), None);
    for (service, client) in [("the mock", real), ("the recorder", noted)] {
        let begun = Instant::now();
        let mut tasks = JoinSet::new();
        for _ in 0..calls {
            let call = client.call(operation).params(params.clone());
            tasks.spawn(async move {
                match call.send_as::<serde_json::Value>().await {
                    Ok(response) => response.trace().clone(),
                    Err(error) => error.trace().cloned().unwrap_or_default(),
                }
            });
        }
        let traces = tasks.join_all().await;
        let throttled = |trace: &&Trace| trace.waits.iter().any(|(why, _)| *why == Why::Throttled);
        println!(
            "{calls} {operation} at once, {service}: all answered after {:.2} s, {} waited, {} never sent, {} throttled",
            begun.elapsed().as_secs_f64(),
            traces.iter().filter(|trace| !trace.waits.is_empty()).count(),
            traces.iter().filter(|trace| trace.attempts == 0).count(),
            traces.iter().filter(throttled).count(),
        );
    }
    let arrivals = recorder.arrivals();
    let span = arrivals[arrivals.len() - 1].at - arrivals[0].at;
    println!(
        "  the last arrived {:.2} s after the first, at most {} in any 10 s",
        span.as_secs_f64(),
        most_in_window(&arrivals, Duration::from_secs(10))
    );
}

/// What the engine does for each of so many calls that begin at once, with a clock of its own.
fn waiting(calls: usize) {
    let account = Account::new("demo", "12345678", "key").expect("a valid account");
    let settings = Settings { deadline: Duration::from_secs(86_400), ..Settings::default() };
    let mut engine = Engine::new(account, settings);
    let params: Params = [("room_id", 1_i64)].into_iter().collect();
    let operation = operation::find("room.info").expect("a known operation");
    let now = |ticks| Now { unix: 1_500_000_000, ticks, random: 1 };
    let mut agenda = BinaryHeap::new();
    let (mut turns, mut clock) = (0_u64, 0);
    let begun = Instant::now();
    let next = |agenda: &mut BinaryHeap<_>, handle: Handle, step, ticks: u64| match step {
        Step::Wait { time, .. } => agenda.push(Reverse((ticks + time.as_millis() as u64, handle.0, false))),
        Step::Send { .. } => agenda.push(Reverse((ticks + 100, handle.0, true))),
        Step::Done { .. } => {}
        other => panic!("{other:?}"),
    };
    for _ in 0..calls {
        let (handle, step) = engine.begin(operation, &params, CallOptions::default(), now(0));
        next(&mut agenda, handle, step, 0);
    }
    while let Some(Reverse((ticks, handle, sent))) = agenda.pop() {
        (turns, clock) = (turns + 1, ticks);
        let event = if sent {
            Event::Answer {
                status: 200,
                retry_after: None,
                body: br#"{"code":0,"data":{},"msg":"","ts":1}"#.as_slice().into(),
            }
        } else {
            Event::Elapsed
        };
        let step = engine.resume(Handle(handle), event, now(ticks));
        next(&mut agenda, Handle(handle), step, ticks);
    }
    println!(
        "{calls} calls waiting: {:.1} turns and {:.1} µs of one processor for each, the last answered after {:.1} s of the engine's clock",
        turns as f64 / calls as f64,
        begun.elapsed().as_secs_f64() * 1e6 / calls as f64,
        clock as f64 / 1000.0
    );
}

async fn joint_rate() {
    let server = RedisServer::start(&[]).expect("redis-server is installed");
    let recorder = Recorder::start().await;
    let plan = Plan {
        url: recorder.url.clone(),
        store: server.url(),
        requests: 200,
        seconds: 10,
        tasks: 50,
        milliseconds: SECONDS * 1000,
        calls: vec![("room.info".to_owned(), r#"{"room_id":1}"#.to_owned())],
    };
    let reports = run_workers(std::env::current_exe().expect("its own path"), PROCESSES, &plan).await;
    let arrivals = recorder.arrivals();
    let (evaluations, _) = server.evaluations();
    let (first, last) = (arrivals.first().expect("a first call").at, arrivals.last().expect("a last call").at);
    let sustained = arrivals.iter().filter(|arrival| arrival.at >= first + Duration::from_secs(10)).count();
    let seconds = (last - first).as_secs_f64() - 10.0;
    println!("{PROCESSES} processes, each with 50 calls waiting, 200 calls in 10 s allowed, {SECONDS} s");
    println!("calls:                       {}", arrivals.len());
    println!("most in any 10 s:            {}", most_in_window(&arrivals, Duration::from_secs(10)));
    println!("sustained, after 10 s:       {:.2} per second", sustained as f64 / seconds);
    println!("script evaluations per call: {:.2}", evaluations as f64 / arrivals.len() as f64);
    println!("calls by process:            {:?}", reports.iter().map(|report| report.done).collect::<Vec<_>>());
    println!("failed calls:                {}", reports.iter().map(|report| report.failed).sum::<usize>());
}

async fn script_latency() {
    let server = RedisServer::start(&[]).expect("redis-server is installed");
    let store = RedisStore::connect(&server.url()).expect("a valid address");
    let keys = vec!["bench:{1}:all".to_owned(), "bench:{1}:room".to_owned()];
    let mut times = Vec::with_capacity(SCRIPTS);
    for _ in 0..SCRIPTS {
        let begun = Instant::now();
        // As many calls as are asked: it is always granted, which is the longer way through the script.
        let args = vec![10_500_000, 1_000_000, 52_500, 1_050_000, 1_000_000, 52_500];
        let wait = store.evaluate(QUOTA_SCRIPT, keys.clone(), args).await.expect("the store answers");
        times.push(begun.elapsed());
        assert_eq!(wait, 0);
    }
    times.sort();
    let (evaluations, microseconds) = server.evaluations();
    println!("script with two limits, {SCRIPTS} times one after the other:");
    println!("round trip, median:          {:?}", times[SCRIPTS / 2]);
    println!("round trip, 99 of 100:       {:?}", times[SCRIPTS * 99 / 100]);
    println!("in the server, mean:         {:.1} µs", microseconds as f64 / evaluations as f64);
}
