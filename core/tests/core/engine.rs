//! The call engine, step by step, with a fake clock.

mod order;
mod simulation;

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use baijiayun_core::engine::{
    CallOptions, Engine, Event, Handle, Limiter, Now, Priority, QuotaSettings, Retry, RetrySettings, Settings, Step,
    Trace, Why,
};
use baijiayun_core::{Account, Answer, Body, Error, ErrorKind, Params, Request, form, operation};

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
        Step::Wait { time, why, .. } => (*time, *why),
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
fn what_is_not_signed_counts_as_well() {
    let quota = QuotaSettings { requests: 1, seconds: 1, ..QuotaSettings::default() };
    let mut engine = Engine::new(account(), Settings { quota, ..Settings::default() });
    let secret = [("secret_key", "s")].into_iter().collect();
    sent(begin(&mut engine, "partner.get_key", &secret, 0).1);
    assert_eq!(waits(&begin(&mut engine, "room.info", &info(1), 0).1).0, Duration::from_millis(1050));
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
    let Step::Store { question, .. } = step else { panic!("asked") };
    assert_eq!(question.keys, ["baijiayun:{12345678}:all", "baijiayun:{12345678}:live.send_chat_message:0"]);
    assert_eq!(question.args, [10_500_000, 200, 1000, 61_000_000, 600, 1000]);
    let step = engine.resume(handle, Event::Store(1500), at(1));
    assert_eq!(waits(&step).0, Duration::from_millis(2));
    let Step::Store { .. } = engine.resume(handle, Event::Elapsed, at(3)) else { panic!("asked again") };
    sent(engine.resume(handle, Event::Store(0), at(4)));
    done(engine.resume(handle, ok(), at(5)));

    let (handle, step) = begin(&mut engine, "room.info", &info(1), 10);
    let Step::Store { .. } = step else { panic!("asked") };
    sent(engine.resume(handle, Event::StoreDown, at(11)));
    assert!(done(engine.resume(handle, ok(), at(12))).1.store_down);
    // For a while it is not asked at all, which is told as well.
    let (handle, step) = begin(&mut engine, "room.info", &info(1), 1000);
    sent(step);
    assert!(done(engine.resume(handle, ok(), at(1001))).1.store_down);
    let Step::Store { .. } = begin(&mut engine, "room.info", &info(1), 6000).1 else { panic!("asked once more") };
}

#[test]
fn calls_ask_the_store_at_once_and_one_after_the_other_when_it_refused() {
    let settings = Settings { quota: QuotaSettings { store: true, ..QuotaSettings::default() }, ..Settings::default() };
    let mut engine = Engine::new(account(), settings);
    let asking: Vec<Handle> = (0..200)
        .map(|room| {
            let (handle, step) = begin(&mut engine, "room.info", &info(room), 0);
            assert!(matches!(step, Step::Store { .. }), "{step:?}");
            handle
        })
        .collect();
    // This process by itself has no more.
    waits(&begin(&mut engine, "room.info", &info(200), 0).1);
    sent(engine.resume(asking[0], Event::Store(0), at(1)));
    let refused = asking[1..].iter().map(|handle| waits(&engine.resume(*handle, Event::Store(2_000_000), at(1))));
    assert!(refused.map(|(time, _)| time).all(|time| time == Duration::from_secs(2)));
    // All come back at that time: the first asks, the others are told when their turn is.
    let turns: Vec<Step> = asking[1..].iter().map(|handle| engine.resume(*handle, Event::Elapsed, at(2001))).collect();
    assert!(matches!(turns[0], Step::Store { .. }), "{:?}", turns[0]);
    assert_eq!((waits(&turns[1]).0, waits(&turns[3]).0), (Duration::from_millis(50), Duration::from_millis(150)));
}

#[test]
fn what_the_store_holds_is_named() {
    let settings = Settings { quota: QuotaSettings { store: true, ..QuotaSettings::default() }, ..Settings::default() };
    let mut engine = Engine::new(account(), settings);
    let mut messages = Params::new();
    messages.set("message_list", "[{}]");
    let (handle, _) = begin(&mut engine, "live.send_chat_message", &messages, 0);
    // The last digit says which limit it was.
    let (error, _) = failed(engine.resume(handle, Event::Store(500_000_001), at(1)));
    assert!(error.message().starts_with("the limit of live.send_chat_message, 600 calls in 60 s"), "{error}");
}

// --- limits that can be used in full ------------------------------------------------

fn named(name: &str) -> Params {
    let operation = operation::find(name).unwrap();
    operation.params.iter().filter(|param| param.required).map(|param| (param.name, "1")).collect()
}

/// Begins so many calls at once, and says how many were sent.
fn at_once(engine: &mut Engine, name: &str, calls: usize, ticks: u64) -> usize {
    let params = if name == "room.create" {
        [("title", "x"), ("start_time", "1700000000"), ("end_time", "1700003600")].into_iter().collect()
    } else {
        named(name)
    };
    let sent = |step| matches!(step, Step::Send { .. });
    (0..calls).filter(|_| sent(begin(engine, name, &params, ticks).1)).count()
}

#[test]
fn a_limit_can_be_used_in_full_at_once() {
    for (name, calls, sent) in
        [("room.info", 300, 200), ("room.create", 40, 40), ("room_data.get_blackboard_file", 100, 100)]
    {
        let mut engine = Engine::new(account(), Settings::default());
        assert_eq!(at_once(&mut engine, name, calls, 0), sent, "{name}");
    }
    let mut engine = Engine::new(account(), Settings::default());
    // A day's calls at any pace, and again a day later.
    let sends: usize = (0..26).map(|round| at_once(&mut engine, "room.create", 200, round * 11_000)).sum();
    assert_eq!(sends, 5000);
    assert_eq!(at_once(&mut engine, "room.create", 1, 80_000_000), 0);
    assert_eq!(at_once(&mut engine, "room.create", 200, 86_401_000 * 102 / 100), 200);
}

#[test]
fn a_limit_that_leaves_no_room_in_time_is_named_with_its_figures() {
    let mut engine = Engine::new(account(), Settings::default());
    assert_eq!(at_once(&mut engine, "room_data.get_blackboard_file", 100, 0), 100);
    let params = named("room_data.get_blackboard_file");
    let (error, trace) = failed(begin(&mut engine, "room_data.get_blackboard_file", &params, 1000).1);
    let limit = "the limit of room_data.get_blackboard_file, 100 calls in 86400 s leaves room in 86400000 ms only";
    assert_eq!(error.message(), format!("{limit}, beyond the deadline; nothing was sent"));
    assert_eq!((error.kind(), trace.attempts), (ErrorKind::Throttled, 0));

    let quota = QuotaSettings { requests: 5, seconds: 300, ..QuotaSettings::default() };
    let mut engine = Engine::new(account(), Settings { quota, ..Settings::default() });
    assert_eq!(at_once(&mut engine, "room.info", 5, 0), 5);
    let (error, _) = failed(begin(&mut engine, "room.info", &info(1), 0).1);
    assert!(
        error.message().starts_with("the account's limit, 5 requests in 300 s leaves room in 301000 ms"),
        "{error}"
    );
}

/// Begins these calls at once and carries them all out; when each was sent, or nothing if it failed.
fn sent_at(engine: &mut Engine, names: &[&str]) -> Vec<Option<u64>> {
    let mut agenda = BinaryHeap::new();
    let mut sent = vec![None; names.len()];
    let mut steps: Vec<(usize, Handle, Step, u64)> = Vec::new();
    for (call, name) in names.iter().enumerate() {
        let (handle, step) = begin(engine, name, &named(name), 0);
        steps.push((call, handle, step, 0));
    }
    loop {
        for (call, handle, step, ticks) in steps.drain(..) {
            match step {
                Step::Wait { time, .. } => agenda.push(Reverse((ticks + time.as_millis() as u64, call, handle.0))),
                Step::Send { .. } => {
                    sent[call] = Some(ticks);
                    engine.cancel(handle);
                }
                _ => {}
            }
        }
        let Some(Reverse((ticks, call, handle))) = agenda.pop() else { return sent };
        steps.push((call, Handle(handle), engine.resume(Handle(handle), Event::Elapsed, at(ticks)), ticks));
    }
}

#[test]
fn operations_that_compete_for_a_limit_are_both_served() {
    let mut engine = Engine::new(account(), Settings::default());
    // 100 a minute for the one, and no limit of its own for the other.
    let names: Vec<&str> = (0..600).map(|call| if call % 4 == 0 { "live.get_status" } else { "room.info" }).collect();
    let sent = sent_at(&mut engine, &names);
    let of = |name: &str, before: u64| {
        sent.iter().zip(&names).filter(|(at, known)| **known == name && at.is_some_and(|at| at < before)).count()
    };
    // In order of their coming: a quarter of each window, as long as its own limit has room.
    assert_eq!((of("live.get_status", 1), of("room.info", 1)), (50, 150));
    assert_eq!((of("live.get_status", 10_501), of("room.info", 10_501)), (100, 300));
    assert_eq!(of("room.info", 22_000), 450, "those that wait for their own limit hold up nobody");
    assert_eq!(of("live.get_status", 62_000), 150);
}

fn one_per_second() -> Engine {
    let quota = QuotaSettings { requests: 1, seconds: 1, ..QuotaSettings::default() };
    Engine::new(account(), Settings { quota, ..Settings::default() })
}

#[test]
fn a_call_whose_attempt_failed_is_the_first_of_its_line() {
    let mut engine = one_per_second();
    let (failing, step) = begin(&mut engine, "room.info", &info(1), 0);
    sent(step);
    let waiting: Vec<Handle> = (0..50).map(|room| begin(&mut engine, "room.info", &info(room), 0).0).collect();
    let (backoff, _) = waits(&engine.resume(failing, transport(ErrorKind::Connect), at(10)));
    // Its backoff is over before the next may go.
    let ticks = 10 + backoff.as_millis() as u64;
    waits(&engine.resume(failing, Event::Elapsed, at(ticks)));
    waits(&engine.resume(waiting[0], Event::Elapsed, at(1050)));
    sent(engine.resume(failing, Event::Elapsed, at(1050)));
    sent(engine.resume(waiting[0], Event::Elapsed, at(2100)));
}

#[test]
fn the_failure_that_caused_a_retry_stays_the_cause() {
    let quota = QuotaSettings { requests: 1, seconds: 60, ..QuotaSettings::default() };
    let mut engine = Engine::new(account(), Settings { quota, ..Settings::default() });
    let options = CallOptions { deadline: Some(Duration::from_secs(30)), ..CallOptions::default() };
    let (handle, step) = engine.begin(operation::find("room.info").unwrap(), &info(1), options, at(0));
    sent(step);
    waits(&engine.resume(handle, answer(503, "<html>"), at(10)));
    let (error, trace) = failed(engine.resume(handle, Event::Elapsed, at(600)));
    assert_eq!((error.kind(), error.status(), trace.attempts), (ErrorKind::HttpStatus, Some(503), 1));
    let hint = error.hint().unwrap();
    assert!(hint.contains("it was to be tried again, but the account's limit, 1 requests in 60 s"), "{hint}");
    assert!(!error.to_string().contains("nothing was sent"), "{error}");
}

#[test]
fn a_retry_that_is_not_made_costs_nothing() {
    let retry = RetrySettings { budget: 5, ..RetrySettings::default() };
    let mut engine = Engine::new(account(), Settings { retry, ..Settings::default() });
    let short = CallOptions { deadline: Some(Duration::from_millis(11)), ..CallOptions::default() };
    let room_info = operation::find("room.info").unwrap();
    for _ in 0..5 {
        // Too late for another, given up while it waits, and too late when it is woken.
        let (handle, _) = engine.begin(room_info, &info(1), short, at(0));
        assert!(!failed(engine.resume(handle, transport(ErrorKind::Connect), at(11))).1.budget_exhausted);
        let (handle, _) = begin(&mut engine, "room.info", &info(1), 0);
        waits(&engine.resume(handle, transport(ErrorKind::Connect), at(10)));
        engine.cancel(handle);
        let (handle, _) = begin(&mut engine, "room.info", &info(1), 0);
        waits(&engine.resume(handle, transport(ErrorKind::Connect), at(10)));
        failed(engine.resume(handle, Event::Elapsed, at(200_000)));
    }
    let (handle, _) = begin(&mut engine, "room.info", &info(1), 200_000);
    waits(&engine.resume(handle, transport(ErrorKind::Connect), at(200_010)));
}

#[test]
fn calls_of_low_priority_leave_a_share_and_those_of_high_priority_go_first() {
    let mut engine = Engine::new(account(), Settings { priority: Priority::Low, ..Settings::default() });
    assert_eq!(at_once(&mut engine, "room.info", 300, 0), 160);
    let mut with = |priority, room| {
        let options = CallOptions { priority: Some(priority), ..CallOptions::default() };
        engine.begin(operation::find("room.info").unwrap(), &info(room), options, at(0))
    };
    (0..40).for_each(|room| drop(sent(with(Priority::Normal, room).1)));
    let (normal, step) = with(Priority::Normal, 1);
    waits(&step);
    let (high, step) = with(Priority::High, 2);
    waits(&step);
    assert_eq!(at_once(&mut engine, "room.info", 1, 5000), 0);
    // 200 leave the window at the same time: 198 of low priority less a fifth, and these two.
    sent(engine.resume(high, Event::Elapsed, at(10_500)));
    sent(engine.resume(normal, Event::Elapsed, at(10_500)));
    let mut engine = one_per_second();
    sent(begin(&mut engine, "room.info", &info(1), 0).1);
    let (normal, _) = begin(&mut engine, "room.info", &info(1), 0);
    let options = CallOptions { priority: Some(Priority::High), ..CallOptions::default() };
    let (high, _) = engine.begin(operation::find("room.info").unwrap(), &info(2), options, at(0));
    waits(&engine.resume(normal, Event::Elapsed, at(1050)));
    sent(engine.resume(high, Event::Elapsed, at(1050)));
}

#[test]
fn a_clock_that_jumps_makes_nobody_wait_for_long() {
    const HOUR: u64 = 3_600_000;
    for jumps in [[HOUR, 0, 0], [HOUR, HOUR * 1_000_000, HOUR], [u64::MAX, 0, u64::MAX], [0, u64::MAX, 0]] {
        let mut engine = Engine::new(account(), Settings::default());
        for ticks in jumps {
            at_once(&mut engine, "room.info", 200, ticks);
            let (handle, step) = begin(&mut engine, "room.info", &info(1), ticks);
            let (time, _) = waits(&step);
            // Behind 200 that wait already it is the second window.
            assert!(time <= Duration::from_secs(21), "{time:?} at {jumps:?}");
            engine.cancel(handle);
        }
    }
    // Two threads that looked at the clock and come in the other order do not make it run faster.
    let mut engine = Engine::new(account(), Settings::default());
    at_once(&mut engine, "room.info", 200, 1000);
    for round in 0..20_000 {
        let (handle, _) = begin(&mut engine, "room.info", &info(1), if round % 2 == 0 { 1000 } else { 999 });
        engine.cancel(handle);
    }
    let (time, _) = waits(&begin(&mut engine, "room.info", &info(1), 1000).1);
    assert!(time > Duration::from_secs(5), "{time:?}");
}

#[test]
fn engines_share_a_limiter_and_accounts_a_limit_if_it_is_named() {
    let other = || Account::new("other", 7, "key").unwrap();
    let limiter = Limiter::new(QuotaSettings::default());
    let [mut one, mut two] = [(); 2].map(|()| Engine::with_limiter(account(), Settings::default(), limiter.clone()));
    let mut foreign = Engine::with_limiter(other(), Settings::default(), limiter);
    assert_eq!(at_once(&mut one, "room.info", 150, 0) + at_once(&mut two, "room.info", 150, 0), 200);
    assert_eq!(at_once(&mut foreign, "room.info", 300, 0), 200);

    let limiter = Limiter::new(QuotaSettings { shared_as: Some("web-1".to_owned()), ..QuotaSettings::default() });
    let mut one = Engine::with_limiter(account(), Settings::default(), limiter.clone());
    let mut foreign = Engine::with_limiter(other(), Settings::default(), limiter);
    assert_eq!(at_once(&mut one, "room.info", 150, 0) + at_once(&mut foreign, "room.info", 150, 0), 200);
    // The limits of operations stay each account's own.
    for engine in [&mut one, &mut foreign] {
        assert_eq!(at_once(engine, "room_data.get_blackboard_file", 101, 20_000), 100);
    }
    let quota = QuotaSettings { shared_as: Some("web-1".to_owned()), store: true, ..QuotaSettings::default() };
    let mut engine = Engine::new(other(), Settings { quota, ..Settings::default() });
    let Step::Store { question, .. } =
        begin(&mut engine, "room_data.get_blackboard_file", &named("room_data.get_blackboard_file"), 0).1
    else {
        panic!("asked")
    };
    assert_eq!(
        question.keys,
        ["baijiayun:{web-1}:all", "baijiayun:{web-1}:7:room_data.get_blackboard_file:0"],
        "one hash tag, and accounts told apart"
    );
}

#[test]
fn a_refused_signature_compares_the_clocks() {
    let mut engine = Engine::new(account(), Settings::default());
    for (ts, words) in [
        (1_500_000_312, "this machine's clock is 312 s behind the service's; "),
        (1_499_996_400, "this machine's clock is 3600 s ahead of the service's; "),
        (1_500_000_002, "this machine's clock agrees with the service's; "),
    ] {
        let (handle, step) = begin(&mut engine, "room.info", &info(1), 0);
        sent(step);
        let body = format!(r#"{{"code":1002,"msg":"sign","ts":{ts}}}"#);
        let (error, _) = failed(engine.resume(handle, answer(200, &body), at(5)));
        assert!(error.hint().unwrap().starts_with(words), "{error}");
    }
}

#[test]
fn an_answer_is_read_outside_the_engine() {
    let mut engine = Engine::new(account(), Settings::default());
    let (waiting, step) = begin(&mut engine, "room.info", &info(1), 0);
    sent(step);
    let reading = engine.take(waiting).unwrap();
    assert!(engine.take(waiting).is_none());
    // Others go on, and a failed attempt is followed by the next.
    sent(begin(&mut engine, "room.info", &info(2), 1).1);
    assert_eq!(engine.calls(), 2);
    let read = reading.read(503, None, b"<html>");
    waits(&engine.put_back(read, at(2)));
    assert!(engine.take(waiting).is_none(), "it waits for no answer now");
    sent(engine.resume(waiting, Event::Elapsed, at(1000)));
    let read = engine.take(waiting).unwrap().read(200, None, br#"{"code":0,"data":{"title":"a"},"msg":""}"#);
    assert_eq!(done(engine.put_back(read, at(1001))).0.data, br#"{"title":"a"}"#);
    // What is cancelled meanwhile does not come back.
    let (cancelled, step) = begin(&mut engine, "room.info", &info(3), 2000);
    sent(step);
    let read = engine.take(cancelled).unwrap().read(503, None, b"<html>");
    engine.cancel(cancelled);
    assert_eq!(failed(engine.put_back(read, at(2001))).0.kind(), ErrorKind::Misuse);
    assert_eq!(engine.calls(), 1);
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
                Step::Store { .. } => store(ticks).expect("a store"),
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

const SIGNATURE: &str = "0123456789abcdef0123456789abcdef";

#[test]
fn a_host_can_sign() {
    let mut engine = Engine::new(Account::without_signer("demo", 7).unwrap(), Settings::default());
    let (handle, step) = begin(&mut engine, "room.info", &info(1), 0);
    let Step::Sign { canonical, .. } = step else { panic!("to be signed") };
    assert_eq!(canonical.0, "partner_id=7&room_id=1&timestamp=1500000000");
    let request = sent(engine.resume(handle, Event::Signed(SIGNATURE.to_owned()), at(900)));
    assert_eq!(
        (sent_value(&request, "sign"), sent_value(&request, "timestamp")),
        (SIGNATURE.to_owned(), "1500000000".to_owned())
    );
    let (handle, _) = begin(&mut engine, "room.info", &info(1), 0);
    let (error, _) = failed(engine.resume(handle, Event::NotSigned("no".to_owned()), at(1)));
    assert_eq!(error.kind(), ErrorKind::Signing);
}
