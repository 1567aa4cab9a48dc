//! What those who watch calls are told: the vectors that all languages run, and uploads.

use std::collections::VecDeque;
use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use baijiayun::core::Request;
use baijiayun::{
    Asking, Call, CallEvent, Client, Executor, File, HttpAnswer, Method, QuotaSettings, QuotaStore, Retry, Sending,
    Settings, TransportError, TransportErrorKind,
};
use serde_json::{Value as Json, json};
use tokio::sync::Notify;

use crate::fake::{Script, account, builder};

/// Does what the vector says for each request.
#[derive(Clone)]
struct Scripted(Arc<Mutex<VecDeque<Json>>>, Arc<Notify>);

impl Executor for Scripted {
    fn execute(&self, _: Request, _: Duration) -> Sending<'_> {
        let scripted = self.0.lock().expect("no panic").pop_front().expect("no more requests than there are answers");
        Box::pin(async move {
            if let Some(answer) = scripted.get("answer") {
                let status = answer["status"].as_u64().and_then(|status| u16::try_from(status).ok()).expect("a status");
                let answered = HttpAnswer::new(status, answer["body"].as_str().expect("a body"));
                return Ok(match answer["retry_after"].as_str() {
                    Some(header) => answered.with_header("Retry-After", header),
                    None => answered,
                });
            }
            match scripted["fault"].as_str() {
                Some("connect") => Err(TransportError::new(TransportErrorKind::Connect, "broken")),
                Some(_) => Err(TransportError::new(TransportErrorKind::Other, "broken")),
                None => {
                    self.1.notify_one();
                    pending().await
                }
            }
        })
    }
}

/// A store that says this.
struct Says(Mutex<VecDeque<Json>>);

impl QuotaStore for Says {
    fn evaluate(&self, _: &'static str, _: Vec<String>, _: Vec<i64>) -> Asking<'_, i64> {
        let said = self.0.lock().expect("no panic").pop_front().and_then(|said| said.as_i64());
        Box::pin(async move { said.ok_or("down".to_owned()) })
    }
}

/// An event as the vectors write it.
fn told(event: &CallEvent) -> Json {
    let mut told = json!({"kind": event.kind.as_str(), "operation": event.operation, "attempt": event.attempt});
    let bytes =
        if event.kind.as_str() == "request" { event.bytes.map(|_| json!(true)) } else { event.bytes.map(Json::from) };
    let members = [
        ("bytes", bytes),
        ("duration", event.duration.map(|_| json!(true))),
        ("status", event.status.map(Json::from)),
        ("code", event.code.map(Json::from)),
        ("why", event.why.map(Json::from)),
        ("wait", event.wait.map(|_| json!(true))),
    ];
    for (name, value) in members {
        if let Some(value) = value {
            told[name] = value;
        }
    }
    told
}

fn settings(case: &Json) -> Settings {
    let quota = &case["settings"]["quota"];
    let number = |place: usize| quota[place].as_u64().and_then(|number| u32::try_from(number).ok());
    let mut settings = Settings::default();
    settings.retry.base = Duration::from_millis(1);
    if let (Some(requests), Some(seconds)) = (number(0), number(1)) {
        settings.quota = QuotaSettings { requests, seconds, ..QuotaSettings::default() };
    }
    settings
}

fn call(client: &Client, case: &Json) -> Call {
    let asked = &case["call"];
    let call = match asked["path"].as_str() {
        Some(path) => client.call_path(Method::Post, path),
        None => client.call(asked["name"].as_str().expect("a name")),
    };
    let params = asked["params"].as_object().expect("parameters").iter();
    let call = params.fold(call, |call, (name, value)| match value {
        Json::Number(number) => call.set(name, number.as_i64().expect("whole")),
        other => call.set(name, other.as_str().expect("a text")),
    });
    let options = asked.get("options").and_then(Json::as_object).into_iter().flatten();
    options.fold(call, |call, (name, value)| match (name.as_str(), value) {
        ("attempts", value) => {
            call.attempts(value.as_u64().and_then(|most| u32::try_from(most).ok()).expect("a number"))
        }
        ("deadline", value) => call.deadline(Duration::from_millis(value.as_u64().expect("a number"))),
        ("max_answer", value) => call.max_answer(value.as_u64().expect("a number")),
        ("retry", value) if value == "never" => call.retry(Retry::Never),
        ("strict", value) => call.strict(value == true),
        other => panic!("{other:?}"),
    })
}

// The engine reads the real clock: a limit of one call in a second is waited for.
#[tokio::test]
async fn the_courses_of_calls_are_told() {
    let path = format!("{}/../tests/vectors/hooks.json", env!("CARGO_MANIFEST_DIR"));
    let cases: Vec<Json> = serde_json::from_slice(&std::fs::read(path).expect("vectors")).expect("JSON");
    assert!(cases.len() > 10);
    for case in cases {
        let events: Arc<Mutex<Vec<Json>>> = Arc::default();
        let list = |name: &str| -> VecDeque<Json> { case[name].as_array().cloned().unwrap_or_default().into() };
        let script = Scripted(Arc::new(Mutex::new(list("script"))), Arc::default());
        let never = list("script").iter().rev().find_map(|scripted| scripted["never"].as_str().map(str::to_owned));
        let mut made = Client::builder(account()).settings(settings(&case)).executor(script.clone()).on_event({
            let events = Arc::clone(&events);
            move |event| events.lock().expect("no panic").push(told(event))
        });
        if case.get("store").is_some() {
            made = made.quota_store(Says(Mutex::new(list("store"))));
        }
        let client = made.build().expect("a client");
        for _ in 0..case["before"].as_u64().unwrap_or_default() {
            call(&client, &case).await.expect("it goes well");
        }
        events.lock().expect("no panic").clear();
        let running = tokio::spawn(call(&client, &case).send());
        match never.as_deref() {
            Some("close") => {
                script.1.notified().await;
                client.close(Duration::ZERO).await;
                drop(running.await.expect("no panic"));
            }
            Some(_) => {
                script.1.notified().await;
                running.abort();
                assert!(running.await.expect_err("it is cancelled").is_cancelled());
            }
            None => drop(running.await.expect("no panic")),
        }
        assert_eq!(json!(*events.lock().expect("no panic")), case["events"], "{}", case["name"]);
        assert_eq!(script.0.lock().expect("no panic").len(), 0, "{}", case["name"]);
    }
}

#[tokio::test]
async fn an_upload_is_one_call() {
    let address = r#"{"code":0,"data":{"video_id":7,"upload_url":"https://up.example/?t=1"},"msg":"","ts":1}"#;
    let taken = || r#"{"code":1,"data":{"fid":"7"},"msg":"","ts":1}"#;
    let events: Arc<Mutex<Vec<Json>>> = Arc::default();
    let hook = {
        let events = Arc::clone(&events);
        move |event: &CallEvent| {
            let bytes = (event.kind.as_str() == "request").then_some(event.bytes).flatten();
            events.lock().expect("no panic").push(json!([event.kind.as_str(), event.operation, event.attempt, bytes]));
        }
    };
    let script = Script::bodies([address, taken(), taken()]);
    let client = builder().executor(script).on_event(hook).build().expect("a client");
    client.video().upload(File::bytes("a.mp4", *b"abcde"), [16]).chunk_size(3).await.expect("it arrives");
    let events = events.lock().expect("no panic").clone();
    let told: Vec<(&str, u64)> =
        events.iter().map(|event| (event[0].as_str().expect("a kind"), event[2].as_u64().expect("a number"))).collect();
    assert!(events.iter().all(|event| event[1] == "video.upload"), "{events:?}");
    let wanted =
        [("request", 1), ("answer", 1), ("request", 2), ("answer", 2), ("request", 3), ("answer", 3), ("done", 3)];
    assert_eq!(told, wanted);
    assert_eq!((&events[2][3], &events[4][3]), (&json!(3), &json!(2)), "the bytes of the chunks");
}

#[tokio::test]
async fn a_hook_that_panics_does_not_reach_the_call() {
    let client = builder().executor(Script::default()).on_event(|_| panic!("not again")).build().expect("a client");
    client.room().info(1).await.expect("an answer");
}
