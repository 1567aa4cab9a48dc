//! The call engine against a simulated service, with a fake clock.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::time::Duration;

use baijiayun_core::engine::{
    CallOptions, Engine, Event, Handle, Now, QuotaSettings, Retry, RetrySettings, Settings, Step, Trace, Why,
};
use baijiayun_core::{Account, Answer, Body, Error, ErrorKind, Params, Request, form, operation};
use proptest::prelude::*;

fn account() -> Account {
    Account::new("demo", 12_345_678, "key").unwrap()
}

fn at(ticks: u64) -> Now {
    Now { unix: 1_500_000_000 + ticks as i64 / 1000, ticks, random: ticks.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 16 }
}

fn info(room: i64) -> Params {
    [("room_id", room)].into_iter().collect()
}

fn answer(status: u16, body: &str) -> Event<'_> {
    Event::Answer { status, retry_after: None, body: body.as_bytes().into() }
}

fn ok() -> Event<'static> {
    answer(200, r#"{"code":0,"data":{},"msg":"","ts":1}"#)
}

fn transport(kind: ErrorKind) -> Event<'static> {
    Event::Transport { kind, message: "broken".to_owned() }
}

fn begin(engine: &mut Engine, name: &str, params: &Params, ticks: u64) -> (Handle, Step) {
    engine.begin(operation::find(name).unwrap(), params, CallOptions::default(), at(ticks))
}

fn sent(step: Step) -> Request {
    match step {
        Step::Send { request, .. } => request,
        other => panic!("not sent: {other:?}"),
    }
}

fn waits(step: &Step) -> (Duration, Why) {
    match step {
        Step::Wait { time, why } => (*time, *why),
        other => panic!("not waiting: {other:?}"),
    }
}

fn failed(step: Step) -> (Error, Trace) {
    match step {
        Step::Failed { error, trace } => (error, trace),
        other => panic!("not failed: {other:?}"),
    }
}

fn done(step: Step) -> (Answer, Trace) {
    match step {
        Step::Done { answer, trace } => (answer, trace),
        other => panic!("not done: {other:?}"),
    }
}

fn sent_value(request: &Request, name: &str) -> String {
    let Body::Form(body) = &request.body else { panic!("a form") };
    let pairs = form::decode(body.as_bytes()).unwrap();
    pairs.into_iter().find(|(known, _)| known == name).unwrap().1.into_owned()
}

#[test]
fn a_read_is_tried_again_and_signed_anew() {
    let mut engine = Engine::new(account(), Settings::default());
    let (handle, step) = begin(&mut engine, "room.info", &info(1), 0);
    let first = sent(step);
    let step = engine.resume(handle, transport(ErrorKind::Timeout), at(30_000));
    let (time, why) = waits(&step);
    assert_eq!(why, Why::Backoff);
    assert!(time <= Duration::from_millis(500));
    let second = sent(engine.resume(handle, Event::Elapsed, at(31_000)));
    assert_ne!(sent_value(&first, "timestamp"), sent_value(&second, "timestamp"));
    assert_ne!(sent_value(&first, "sign"), sent_value(&second, "sign"));
    let (_, trace) = done(engine.resume(handle, ok(), at(31_500)));
    assert_eq!((trace.attempts, trace.waits.len()), (2, 1));
    assert_eq!(engine.calls(), 0);
}

#[test]
fn what_may_have_happened_is_not_repeated() {
    let mut engine = Engine::new(account(), Settings::default());
    let mut params = info(1);
    params.set("title", "x");
    for event in
        [transport(ErrorKind::Timeout), transport(ErrorKind::Transport), answer(502, "<html>"), answer(200, "<html>")]
    {
        let (handle, step) = begin(&mut engine, "room.update", &params, 0);
        sent(step);
        let (_, trace) = failed(engine.resume(handle, event, at(10)));
        assert_eq!(trace.attempts, 1);
    }
    // A failing server is told by its status, whatever code comes with it: a read is tried again.
    let (handle, step) = begin(&mut engine, "room.info", &info(1), 0);
    sent(step);
    waits(&engine.resume(handle, answer(503, r#"{"code":1,"msg":"busy"}"#), at(10)));
    // It certainly did not leave: that is safe.
    let (handle, step) = begin(&mut engine, "room.update", &params, 0);
    sent(step);
    waits(&engine.resume(handle, transport(ErrorKind::Connect), at(10)));
    // The caller knows better.
    let options = CallOptions { retry: Retry::Always, ..CallOptions::default() };
    let (handle, step) = engine.begin(operation::find("room.update").unwrap(), &params, options, at(20));
    sent(step);
    waits(&engine.resume(handle, transport(ErrorKind::Timeout), at(30)));
    let options = CallOptions { retry: Retry::Never, ..CallOptions::default() };
    let (handle, step) = engine.begin(operation::find("room.info").unwrap(), &info(1), options, at(40));
    sent(step);
    failed(engine.resume(handle, transport(ErrorKind::Connect), at(50)));
}

#[test]
fn errors_of_the_service_are_final() {
    let mut engine = Engine::new(account(), Settings::default());
    for code in [1, 404, 1001, 1002, 2001, 2002, 2003, 3001, 3002, 4001, 77] {
        let (handle, step) = begin(&mut engine, "room.info", &info(1), 0);
        sent(step);
        let (error, trace) =
            failed(engine.resume(handle, answer(200, &format!(r#"{{"code":{code},"msg":"x"}}"#)), at(5)));
        assert_eq!((error.code(), trace.attempts), (Some(code), 1));
    }
}

#[test]
fn throttling_is_waited_out_for_every_operation() {
    let mut engine = Engine::new(account(), Settings::default());
    let mut params = info(1);
    params.set("title", "x");
    let (handle, step) = begin(&mut engine, "room.update", &params, 0);
    sent(step);
    let throttled = Event::Answer { status: 429, retry_after: Some(Duration::from_secs(3)), body: Cow::default() };
    let step = engine.resume(handle, throttled.clone(), at(10));
    let (time, why) = waits(&step);
    assert_eq!(why, Why::Throttled);
    assert!(time >= Duration::from_secs(3) && time <= Duration::from_secs(4), "{time:?}");
    // Meanwhile nobody else goes.
    let (_, step) = begin(&mut engine, "room.info", &info(2), 20);
    assert_eq!(waits(&step).1, Why::Quota);
    sent(engine.resume(handle, Event::Elapsed, at(10 + time.as_millis() as u64)));
    // A hint beyond the cap is an error at once.
    let long = Event::Answer { status: 429, retry_after: Some(Duration::from_secs(3600)), body: Cow::default() };
    assert_eq!(failed(engine.resume(handle, long, at(5000))).0.kind(), ErrorKind::Throttled);
}

#[test]
fn deadlines_hold() {
    let mut engine = Engine::new(account(), Settings::default());
    let options = CallOptions { deadline: Some(Duration::from_secs(5)), ..CallOptions::default() };
    let (handle, step) = engine.begin(operation::find("room.info").unwrap(), &info(1), options, at(0));
    let Step::Send { timeout, .. } = step else { panic!("sent") };
    assert_eq!(timeout, Duration::from_secs(5));
    let (error, _) = failed(engine.resume(handle, transport(ErrorKind::Timeout), at(5000)));
    assert_eq!(error.kind(), ErrorKind::Timeout);
}

#[test]
fn wrong_parameters_fail_before_they_use_quota() {
    let mut engine = Engine::new(
        account(),
        Settings { quota: QuotaSettings { requests: 1, ..QuotaSettings::default() }, ..Settings::default() },
    );
    for _ in 0..5 {
        let (_, step) = begin(&mut engine, "room.info", &Params::new(), 0);
        assert_eq!(failed(step).0.kind(), ErrorKind::InvalidParameters);
    }
    sent(begin(&mut engine, "room.info", &info(1), 0).1);
}

#[test]
fn a_cancelled_call_leaves_the_line() {
    let settings = Settings {
        quota: QuotaSettings { requests: 1, seconds: 1, ..QuotaSettings::default() },
        ..Settings::default()
    };
    let mut engine = Engine::new(account(), settings);
    sent(begin(&mut engine, "room.info", &info(1), 0).1);
    let (first, step) = begin(&mut engine, "room.info", &info(2), 0);
    assert_eq!(waits(&step).0, Duration::from_millis(1050));
    let (second, step) = begin(&mut engine, "room.info", &info(3), 0);
    assert_eq!(waits(&step).0, Duration::from_millis(2100));
    engine.cancel(first);
    sent(engine.resume(second, Event::Elapsed, at(1050)));
    let (error, _) = failed(engine.resume(first, Event::Elapsed, at(1050)));
    assert_eq!(error.kind(), ErrorKind::Misuse);
}

#[test]
fn a_first_in_line_that_never_comes_back_does_not_hold_up_the_rest() {
    let settings = Settings {
        quota: QuotaSettings { requests: 1, seconds: 1, ..QuotaSettings::default() },
        ..Settings::default()
    };
    let mut engine = Engine::new(account(), settings);
    sent(begin(&mut engine, "room.info", &info(1), 0).1);
    let (_forgotten, step) = begin(&mut engine, "room.info", &info(2), 0);
    waits(&step);
    let (second, mut step) = begin(&mut engine, "room.info", &info(3), 0);
    let mut ticks = 0;
    while let Step::Wait { time, .. } = step {
        ticks += time.as_millis() as u64;
        assert!(ticks < 10_000, "still waiting");
        step = engine.resume(second, Event::Elapsed, at(ticks));
    }
    sent(step);
}

#[test]
fn the_store_is_asked_and_its_loss_is_told() {
    let settings = Settings { quota: QuotaSettings { store: true, ..QuotaSettings::default() }, ..Settings::default() };
    let mut engine = Engine::new(account(), settings);
    let mut messages = Params::new();
    messages.set("message_list", "[{}]");
    let (handle, step) = begin(&mut engine, "live.send_chat_message", &messages, 0);
    let Step::Store(question) = step else { panic!("asked") };
    assert_eq!(question.keys, ["baijiayun:{12345678}:all", "baijiayun:{12345678}:live.send_chat_message:0"]);
    assert_eq!(question.args.len(), 4);
    let step = engine.resume(handle, Event::Store(1500), at(1));
    assert_eq!(waits(&step).0, Duration::from_millis(2));
    let Step::Store(_) = engine.resume(handle, Event::Elapsed, at(3)) else { panic!("asked again") };
    sent(engine.resume(handle, Event::Store(0), at(4)));
    done(engine.resume(handle, ok(), at(5)));

    let (handle, step) = begin(&mut engine, "room.info", &info(1), 10);
    let Step::Store(_) = step else { panic!("asked") };
    sent(engine.resume(handle, Event::StoreDown, at(11)));
    assert!(done(engine.resume(handle, ok(), at(12))).1.store_down);
    // For a while it is not asked at all, which is told as well.
    let (handle, step) = begin(&mut engine, "room.info", &info(1), 1000);
    sent(step);
    assert!(done(engine.resume(handle, ok(), at(1001))).1.store_down);
    let Step::Store(_) = begin(&mut engine, "room.info", &info(1), 6000).1 else { panic!("asked once more") };
}

#[test]
fn behind_a_call_that_asks_the_store_the_next_waits_no_longer_than_its_turn() {
    let settings = Settings { quota: QuotaSettings { store: true, ..QuotaSettings::default() }, ..Settings::default() };
    let mut engine = Engine::new(account(), settings);
    let Step::Store(_) = begin(&mut engine, "room.info", &info(1), 0).1 else { panic!("asked") };
    let (time, why) = waits(&begin(&mut engine, "room.info", &info(2), 0).1);
    assert!(why == Why::Quota && time < Duration::from_millis(100), "{time:?}");
}

/// When one call after the other is sent in a minute, and the store answers so
/// (never, for a process of its own).
fn minute(mut store: impl FnMut(u64) -> Option<Event<'static>>) -> Vec<u64> {
    let quota = QuotaSettings { store: store(0).is_some(), ..QuotaSettings::default() };
    let mut engine = Engine::new(account(), Settings { quota, ..Settings::default() });
    let mut ticks = 0;
    let mut sends = Vec::new();
    while ticks < 60_000 && sends.len() < 10_000 {
        let (handle, mut step) = begin(&mut engine, "room.info", &info(1), ticks);
        loop {
            let event = match step {
                Step::Wait { time, .. } => {
                    ticks += time.as_millis() as u64;
                    Event::Elapsed
                }
                Step::Store(_) => store(ticks).expect("a store"),
                step => break drop(sent(step)),
            };
            step = engine.resume(handle, event, at(ticks));
        }
        sends.push(ticks);
        done(engine.resume(handle, ok(), at(ticks)));
    }
    sends
}

fn most_in_ten_seconds(times: &[u64]) -> usize {
    times.iter().map(|first| times.iter().filter(|time| (*first..first + 10_000).contains(time)).count()).max().unwrap()
}

#[test]
fn a_limit_holds_where_requests_travel_unevenly_long() {
    let sends = minute(|_| None);
    assert!(sends.len() > 1000, "{} calls in a minute", sends.len());
    // Nothing arrives before the first connection is made; later calls are quick.
    let arrivals: Vec<u64> = sends.iter().map(|&sent| sent.max(499)).collect();
    assert_eq!(most_in_ten_seconds(&arrivals), 200);
}

#[test]
fn losing_the_store_and_finding_it_again_gives_no_second_burst() {
    // A store that forgets everything grants everything.
    let sends = minute(|ticks| Some(if ticks % 7000 < 3500 { Event::Store(0) } else { Event::StoreDown }));
    assert!(most_in_ten_seconds(&sends) <= 200, "{} in 10 s", most_in_ten_seconds(&sends));
    assert!(sends.len() > 1000, "{} calls in a minute", sends.len());
}

#[test]
fn a_host_can_sign() {
    let mut engine = Engine::new(Account::without_signer("demo", 7).unwrap(), Settings::default());
    let (handle, step) = begin(&mut engine, "room.info", &info(1), 0);
    let Step::Sign(canonical) = step else { panic!("to be signed") };
    assert_eq!(canonical.0, "partner_id=7&room_id=1&timestamp=1500000000");
    let request = sent(engine.resume(handle, Event::Signed("abc".to_owned()), at(900)));
    assert_eq!(
        (sent_value(&request, "sign"), sent_value(&request, "timestamp")),
        ("abc".to_owned(), "1500000000".to_owned())
    );
    let (handle, _) = begin(&mut engine, "room.info", &info(1), 0);
    let (error, _) = failed(engine.resume(handle, Event::NotSigned("no".to_owned()), at(1)));
    assert_eq!(error.kind(), ErrorKind::Signing);
}

// --- simulation -----------------------------------------------------------------

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
    let mut sends: Vec<u64> = Vec::new();
    let mut attempts = 0_u64;
    let mut serial = 0_u64;
    let mut clock = 0;

    let mut todo: Vec<(Handle, Step, u64)> = Vec::new();
    for call in 0..calls {
        let options = CallOptions { deadline: Some(Duration::from_secs(86_400)), ..CallOptions::default() };
        // Half of them only read, half of them change something.
        let (name, params) = if call % 2 == 0 {
            ("room.info", info(call as i64))
        } else {
            let mut params = info(call as i64);
            params.set("title", "x");
            ("room.update", params)
        };
        let now = Now { random: next_random(), ..at(0) };
        let (handle, step) = engine.begin(operation::find(name).unwrap(), &params, options, now);
        call_of.insert(handle, call);
        todo.push((handle, step, 0));
    }
    loop {
        for (handle, step, ticks) in todo.drain(..) {
            let call = call_of[&handle];
            let (delay, event) = match step {
                Step::Wait { time, .. } => (time.as_millis() as u64, Event::Elapsed),
                Step::Send { .. } => {
                    sends.push(ticks);
                    attempts += 1;
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
                Step::Done { .. } => {
                    assert!(ended[call].replace(true).is_none(), "ended twice");
                    assert!(executed[call] > 0, "done but never carried out");
                    continue;
                }
                Step::Failed { error, .. } => {
                    assert!(ended[call].replace(false).is_none(), "ended twice");
                    assert_ne!(error.kind(), ErrorKind::Misuse);
                    continue;
                }
                Step::Store(_) | Step::Sign(_) => panic!("neither is set up"),
            };
            serial += 1;
            pending.insert(serial, event);
            agenda.push(Reverse((ticks + delay, serial, handle.0)));
        }
        let Some(Reverse((ticks, serial, handle))) = agenda.pop() else { break };
        clock = ticks;
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
    sends.sort_unstable();
    let mut first = 0;
    let mut most_in_window = 0;
    for (index, send) in sends.iter().enumerate() {
        while sends[first] + 10_000 <= *send {
            first += 1;
        }
        most_in_window = most_in_window.max(index - first + 1);
    }
    let done = ended.iter().filter(|ended| **ended == Some(true)).count();
    Outcome { done, failed: calls - done, retries: attempts - calls as u64, most_in_window, finished_at: clock }
}

#[test]
fn ten_thousand_calls_with_thirty_percent_faults() {
    let outcome = simulate(10_000, 30, Settings::default(), 0x2545_F491_4F6C_DD1D);
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
    // Close to the documented rate, not far below it.
    let rate = (10_000 + outcome.retries) as f64 / (outcome.finished_at as f64 / 1000.0);
    assert!(rate > 15.0, "{rate} requests per second");
}

#[test]
fn the_budget_stops_a_storm_of_retries() {
    let settings = Settings { quota: QuotaSettings { requests: 0, ..QuotaSettings::default() }, ..Settings::default() };
    // Everything fails: 500 tokens pay for at most 100 retries (throttled ones are free).
    let outcome = simulate(2_000, 100, settings.clone(), 77);
    let unlimited = Settings { retry: RetrySettings { budget: 1_000_000, ..settings.retry }, ..settings };
    let without = simulate(2_000, 100, unlimited, 77);
    assert_eq!(outcome.done, 0);
    assert!(outcome.retries * 2 < without.retries, "{} against {}", outcome.retries, without.retries);
}

// --- any order of inputs ----------------------------------------------------------

fn event() -> impl Strategy<Value = Event<'static>> {
    let body = prop_oneof![
        Just(r#"{"code":0,"data":{},"msg":""}"#.as_bytes().to_vec()),
        Just(r#"{"code":1002,"msg":"x"}"#.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 0..20),
    ];
    prop_oneof![
        (prop_oneof![Just(200_u16), Just(429), Just(503), any::<u16>()], prop::option::of(0..100_000_u64), body)
            .prop_map(|(status, after, body)| Event::Answer {
                status,
                retry_after: after.map(Duration::from_millis),
                body: body.into()
            }),
        prop_oneof![Just(ErrorKind::Connect), Just(ErrorKind::Timeout), Just(ErrorKind::Transport)].prop_map(transport),
        Just(Event::Elapsed),
        any::<i64>().prop_map(Event::Store),
        Just(Event::StoreDown),
        Just(Event::Signed("s".to_owned())),
        Just(Event::NotSigned("n".to_owned())),
    ]
}

#[derive(Debug, Clone)]
enum Input {
    Begin { operation: prop::sample::Index, filled: bool },
    Resume(u64, Event<'static>),
    Cancel(u64),
}

fn input() -> impl Strategy<Value = Input> {
    prop_oneof![
        2 => (any::<prop::sample::Index>(), any::<bool>()).prop_map(|(operation, filled)| Input::Begin { operation, filled }),
        6 => (0..12_u64, event()).prop_map(|(handle, event)| Input::Resume(handle, event)),
        1 => (0..12_u64).prop_map(Input::Cancel),
    ]
}

proptest! {
    #[test]
    fn no_order_of_inputs_makes_it_panic(
        inputs in prop::collection::vec((input(), any::<u64>(), any::<u64>()), 0..60),
        store in any::<bool>(),
        signs_here in any::<bool>(),
        requests in 0..3_u32,
    ) {
        let account = if signs_here { account() } else { Account::without_signer("demo", 1).unwrap() };
        let quota = QuotaSettings { store, requests, ..QuotaSettings::default() };
        let mut engine = Engine::new(account, Settings { quota, ..Settings::default() });
        let mut begun = 0;
        for (input, ticks, random) in inputs {
            let now = Now { unix: (ticks >> 1) as i64, ticks, random };
            match input {
                Input::Begin { operation, filled } => {
                    let operation = &operation::all()[operation.index(operation::all().len())];
                    let mut params = Params::new();
                    for param in operation.params.iter().filter(|_| filled) {
                        params.set(param.name, "1");
                    }
                    engine.begin(operation, &params, CallOptions::default(), now);
                    begun += 1;
                }
                Input::Resume(handle, event) => drop(engine.resume(Handle(handle), event, now)),
                Input::Cancel(handle) => engine.cancel(Handle(handle)),
            }
            prop_assert!(engine.calls() <= begun);
        }
    }
}
