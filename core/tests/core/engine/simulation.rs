//! Thousands of calls at once against a service that fails.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::time::Duration;

use baijiayun_core::engine::{CallOptions, Engine, Event, Handle, Now, QuotaSettings, RetrySettings, Settings, Step};
use baijiayun_core::{ErrorKind, operation};

use super::{account, answer, at, info, ok, transport};

/// How the simulated service fails: what the client sees, and whether the call was carried out.
const FAULTS: [(&str, bool); 8] = [
    ("connect", false),
    ("timeout", true),
    ("timeout", false),
    ("broken", true),
    ("502", true),
    ("503", false),
    ("429", false),
    ("html", true),
];

struct Outcome {
    done: usize,
    failed: usize,
    retries: u64,
    most_in_window: usize,
    finished_at: u64,
    /// Calls that went well with a later attempt.
    second_attempts: usize,
    /// How often hosts came back to the engine, per call.
    steps: f64,
}

/// Runs many calls at once, `faults` of 100 attempts failing.
fn simulate(calls: usize, faults: u64, settings: Settings, mut random: u64) -> Outcome {
    let mut next_random = move || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random
    };
    let mut engine = Engine::new(account(), settings);
    let mut agenda: BinaryHeap<Reverse<(u64, u64, u64)>> = BinaryHeap::new();
    let mut pending: HashMap<u64, Event<'static>> = HashMap::new();
    let mut call_of: HashMap<Handle, usize> = HashMap::new();
    let mut executed = vec![0_u32; calls];
    let mut ended = vec![None; calls];
    let mut arrivals: Vec<u64> = Vec::new();
    let mut retries = 0_u64;
    let mut steps = 0_u64;
    let mut second_attempts = 0;
    let mut serial = 0_u64;
    let mut clock = 0;

    let mut todo: Vec<(Handle, Step, u64)> = Vec::new();
    for call in 0..calls {
        // Half of them only read, half of them change something.
        let (name, params) = if call % 2 == 0 {
            ("room.info", info(call as i64))
        } else {
            let mut params = info(call as i64);
            params.set("title", "x");
            ("room.update", params)
        };
        let now = Now { random: next_random(), ..at(0) };
        let (handle, step) = engine.begin(operation::find(name).unwrap(), &params, CallOptions::default(), now);
        call_of.insert(handle, call);
        todo.push((handle, step, 0));
    }
    loop {
        for (handle, step, ticks) in todo.drain(..) {
            let call = call_of[&handle];
            let (delay, event) = match step {
                Step::Wait { time, .. } => (time.as_millis() as u64, Event::Elapsed),
                Step::Send { .. } => {
                    // It travels up to half a second, as long connections do.
                    arrivals.push(ticks + next_random() % 500);
                    let latency = 20 + next_random() % 200;
                    let (fault, carried_out) = if next_random() % 100 < faults {
                        FAULTS[(next_random() % FAULTS.len() as u64) as usize]
                    } else {
                        ("", true)
                    };
                    executed[call] += u32::from(carried_out);
                    match fault {
                        "" => (latency, ok()),
                        "connect" => (1, transport(ErrorKind::Connect)),
                        "timeout" => (30_000, transport(ErrorKind::Timeout)),
                        "broken" => (latency, transport(ErrorKind::Transport)),
                        "html" => (latency, answer(200, "<html>")),
                        status => (latency, answer(status.parse().unwrap(), "<html>")),
                    }
                }
                Step::Done { trace, .. } => {
                    second_attempts += usize::from(trace.attempts > 1);
                    retries += u64::from(trace.attempts - 1);
                    assert!(ended[call].replace(true).is_none(), "ended twice");
                    assert!(executed[call] > 0, "done but never carried out");
                    continue;
                }
                Step::Failed { error, trace } => {
                    retries += u64::from(trace.attempts.saturating_sub(1));
                    assert!(ended[call].replace(false).is_none(), "ended twice");
                    assert_ne!(error.kind(), ErrorKind::Misuse);
                    continue;
                }
                Step::Store { .. } | Step::Sign { .. } => panic!("neither is set up"),
            };
            serial += 1;
            pending.insert(serial, event);
            agenda.push(Reverse((ticks + delay, serial, handle.0)));
        }
        let Some(Reverse((ticks, serial, handle))) = agenda.pop() else { break };
        clock = ticks;
        steps += 1;
        let handle = Handle(handle);
        let now = Now { random: next_random(), ..at(ticks) };
        let step = engine.resume(handle, pending.remove(&serial).unwrap(), now);
        todo.push((handle, step, ticks));
    }
    assert_eq!(engine.calls(), 0, "no call is lost");
    assert!(ended.iter().all(Option::is_some), "every call ended");
    for (call, times) in executed.iter().enumerate() {
        assert!(call % 2 == 0 || *times <= 1, "call {call} changed something {times} times");
    }
    arrivals.sort_unstable();
    let mut first = 0;
    let mut most_in_window = 0;
    for (index, arrival) in arrivals.iter().enumerate() {
        while arrivals[first] + 10_000 <= *arrival {
            first += 1;
        }
        most_in_window = most_in_window.max(index - first + 1);
    }
    let done = ended.iter().filter(|ended| **ended == Some(true)).count();
    Outcome {
        done,
        failed: calls - done,
        retries,
        most_in_window,
        finished_at: clock,
        second_attempts,
        steps: steps as f64 / calls as f64,
    }
}

fn patient() -> Settings {
    Settings { deadline: Duration::from_secs(86_400), ..Settings::default() }
}

#[test]
fn ten_thousand_waiting_calls_use_the_limit_in_full() {
    let outcome = simulate(10_000, 0, patient(), 1);
    assert_eq!((outcome.done, outcome.most_in_window), (10_000, 200));
    assert!(outcome.finished_at < 526_000, "{} ms", outcome.finished_at);
    assert!(outcome.steps < 12.0, "{} steps per call", outcome.steps);
}

#[test]
fn calls_whose_attempt_failed_are_not_too_late_for_the_next() {
    // So many that the last of them wait to the end of their deadlines.
    let outcome = simulate(4000, 14, Settings::default(), 7);
    println!("{} done, {} failed, {} second attempts", outcome.done, outcome.failed, outcome.second_attempts);
    assert!(outcome.second_attempts > 150, "{}", outcome.second_attempts);
    assert!(outcome.done > 2000, "{}", outcome.done);
}

#[test]
fn ten_thousand_calls_with_thirty_percent_faults() {
    let outcome = simulate(10_000, 30, patient(), 0x2545_F491_4F6C_DD1D);
    println!(
        "{} done, {} failed, {} retries, at most {} requests in any 10 s, {} s of simulated time",
        outcome.done,
        outcome.failed,
        outcome.retries,
        outcome.most_in_window,
        outcome.finished_at / 1000
    );
    assert!(outcome.most_in_window <= 200, "{} in 10 s", outcome.most_in_window);
    // Half of the calls only read: nearly all of those arrive. Of the others, those whose fault is not safe to repeat fail.
    assert!(outcome.done > 8_000, "{} done", outcome.done);
    // Close to the documented rate, though some are throttled and all wait for it.
    let rate = (10_000 + outcome.retries) as f64 / (outcome.finished_at as f64 / 1000.0);
    assert!(rate > 17.0, "{rate} requests per second");
    // However many wait: each comes back a few times.
    assert!(outcome.steps < 20.0, "{} steps per call", outcome.steps);
}

#[test]
fn the_budget_stops_a_storm_of_retries() {
    let settings = Settings { quota: QuotaSettings { requests: 0, ..QuotaSettings::default() }, ..patient() };
    // Everything fails: 500 tokens pay for at most 100 retries (throttled ones are free).
    let outcome = simulate(2_000, 100, settings.clone(), 77);
    let unlimited = Settings { retry: RetrySettings { budget: 1_000_000, ..settings.retry }, ..settings };
    let without = simulate(2_000, 100, unlimited, 77);
    assert_eq!(outcome.done, 0);
    assert!(outcome.retries * 2 < without.retries, "{} against {}", outcome.retries, without.retries);
}
