//! Measures the shared quota: 4 processes at the documented limit of 200 calls
//! in 10 s, on a redis-server of its own. `worker <plan>` is one of them.

use std::time::{Duration, Instant};

use baijiayun::core::engine::QUOTA_SCRIPT;
use baijiayun::{QuotaStore, RedisStore};
use baijiayun_tests::quota::{Plan, Recorder, most_in_window, run_workers, work};
use baijiayun_tests::redis_server::RedisServer;

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
            joint_rate().await;
            script_latency().await;
        }
        _ => panic!("usage: quota_bench"),
    }
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
        // An interval of a microsecond: it is always granted, which is the longer way through the script.
        let wait = store.evaluate(QUOTA_SCRIPT, keys.clone(), vec![1, 0, 1, 0]).await.expect("the store answers");
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
