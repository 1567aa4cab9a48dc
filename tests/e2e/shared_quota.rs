//! Several processes keep the service's limits together, on a real Redis; and
//! what happens when it is not there.

use std::time::{Duration, Instant};

use baijiayun::{Client, QuotaSettings, RedisStore};
use baijiayun_tests::quota::{Arrival, Plan, Recorder, most_in_window, patient_store, run_workers};
use baijiayun_tests::redis_server::RedisServer;

const PROCESSES: usize = 4;
/// The documented rate, in half the time.
const REQUESTS: u32 = 100;
const SECONDS: u32 = 5;
const WINDOW: Duration = Duration::from_secs(SECONDS as u64);

const WORKER: &str = env!("CARGO_BIN_EXE_quota_bench");

fn quota() -> QuotaSettings {
    QuotaSettings { requests: REQUESTS, seconds: SECONDS, ..QuotaSettings::default() }
}

fn store(server: &RedisServer) -> RedisStore {
    patient_store(&server.url())
}

/// From the first arrival to the last, in seconds.
fn span(arrivals: &[Arrival]) -> f64 {
    match arrivals {
        [first, .., last] => (last.at - first.at).as_secs_f64(),
        _ => 0.0,
    }
}

#[tokio::test]
async fn four_processes_together_keep_the_limit_of_the_account() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let recorder = Recorder::start().await;
    let plan = Plan {
        url: recorder.url.clone(),
        store: server.url(),
        requests: REQUESTS,
        seconds: SECONDS,
        tasks: 20,
        milliseconds: 11_000,
        calls: vec![("room.info".to_owned(), r#"{"room_id":1}"#.to_owned())],
    };
    let reports = run_workers(WORKER, PROCESSES, &plan).await;

    let arrivals = recorder.arrivals();
    let most = most_in_window(&arrivals, WINDOW);
    let later: Vec<Arrival> = arrivals.iter().filter(|arrival| arrival.at > arrivals[0].at + WINDOW).cloned().collect();
    let rate = later.len() as f64 / span(&later);
    let evaluations = server.evaluations().0 as f64 / arrivals.len() as f64;
    println!(
        "at most {most} in any {WINDOW:?}, {rate:.1} per second, {evaluations:.1} evaluations per call, {reports:?}"
    );
    assert!(most <= REQUESTS as usize, "{most} calls in {WINDOW:?}");
    // How close it comes to the 20 per second depends on the machine.
    assert!(!later.is_empty(), "no call after the first {WINDOW:?}");
    // The first in line of each process asks, and not all that wait.
    assert!(evaluations < 2.0 * PROCESSES as f64, "{evaluations} evaluations per call");
    for report in reports {
        assert!(report.done > 0 && report.failed == 0 && report.store_down == 0, "{report:?}");
    }
}

#[tokio::test]
async fn four_processes_together_keep_the_limits_of_operations_and_rooms() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let recorder = Recorder::start().await;
    let call = |operation: &str, room: u32| (operation.to_owned(), format!(r#"{{"room_id":{room}}}"#));
    let plan = Plan {
        url: recorder.url.clone(),
        store: server.url(),
        requests: 0,
        seconds: 0,
        tasks: 5,
        milliseconds: 5000,
        // 2 per second per room, and 100 per minute per account.
        calls: vec![call("chat.list_reviews", 1), call("chat.list_reviews", 2), call("live.get_status", 1)],
    };
    run_workers(WORKER, PROCESSES, &plan).await;

    let arrivals = recorder.arrivals();
    let seconds = span(&arrivals);
    let count = |path: &str, room: &str| {
        let of = |arrival: &&Arrival| arrival.path.ends_with(path) && arrival.form.split('&').any(|pair| pair == room);
        arrivals.iter().filter(of).count() as f64
    };
    for room in ["room_id=1", "room_id=2"] {
        let chats = count("/getRoomChatList", room);
        println!("{room}: {chats} in {seconds:.1} s");
        // Two in any second.
        assert!(chats <= 2.0 * (seconds + 1.0), "{chats} for {room} in {seconds} s");
        assert!(chats > 0.0, "no call for {room}");
    }
    // All of the limit, and no more before the minute is over.
    let polls = count("/getLiveStatus", "room_id=1");
    println!("{polls} polls in {seconds:.1} s");
    assert!(polls > 0.0 && polls <= 100.0, "{polls} in {seconds} s");
}

/// Calls until the store is down, or no longer; longer than the engine leaves it alone.
async fn call_until(client: &Client, down: bool) {
    let calling = async {
        loop {
            let response = client.room().info(1).await.expect("calls go on");
            if response.trace().store_down == down {
                break;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), calling).await.expect("the store is seen to come or go");
}

#[tokio::test]
async fn calls_go_on_without_the_store_and_use_it_when_it_is_back() {
    let Some(mut server) = RedisServer::start(&[]) else { return };
    let recorder = Recorder::start().await;
    let client = recorder.client(quota(), Some(store(&server)));
    assert!(!client.room().info(1).await.expect("a call").trace().store_down);

    server.kill();
    for _ in 0..20 {
        assert!(client.room().info(1).await.expect("a call without a store").trace().store_down);
    }
    // The new one has neither the keys nor the script.
    server.restart();
    call_until(&client, false).await;
    assert!(server.evaluations().0 > 0);
    server.kill();
    call_until(&client, true).await;
    let most = most_in_window(&recorder.arrivals(), WINDOW);
    assert!(most <= REQUESTS as usize, "{most} calls in {WINDOW:?}");
}

#[tokio::test]
async fn calls_start_without_the_store_and_use_it_when_it_comes() {
    let Some(mut server) = RedisServer::stopped(&[]) else { return };
    let recorder = Recorder::start().await;
    let client = recorder.client(quota(), Some(store(&server)));
    assert!(client.room().info(1).await.expect("a call without a store").trace().store_down);
    server.restart();
    call_until(&client, false).await;
    assert!(server.evaluations().0 > 0);
}

#[tokio::test]
async fn a_store_that_hangs_holds_nobody_up() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let recorder = Recorder::start().await;
    let client = recorder.client(quota(), Some(store(&server).timeout(Duration::from_millis(100))));
    assert!(!client.room().info(1).await.expect("a call").trace().store_down);
    let () = redis::cmd("CLIENT").arg(("PAUSE", 600_000, "ALL")).query(&mut server.admin()).expect("it pauses");
    let begun = Instant::now();
    assert!(client.room().info(1).await.expect("a call").trace().store_down);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}
