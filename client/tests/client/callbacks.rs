//! Typed events, claims and links.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use baijiayun::callbacks::{CallbackOp, Dedupe, Event, LotteryResultType, Receiver, UserInOutEvent};
use baijiayun::core::callbacks::CLAIM_SCRIPT;
use baijiayun::core::sign;
use baijiayun::{Account, Asking, Client, ErrorKind, PartnerKey, QuotaStore, RemoteSigner, Role};
use serde_json::Value as Json;

const KEY: &str = "the partner key";
const FORM: &str = "application/x-www-form-urlencoded";

fn vectors() -> Vec<Json> {
    let path = format!("{}/../tests/vectors/callbacks.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(path).expect("vectors")).expect("JSON")
}

fn signed(pairs: &[(&str, &str)]) -> Vec<u8> {
    let signature = PartnerKey::new(KEY).signature(&sign::canonical(pairs.iter().copied()));
    baijiayun::core::form::encode(pairs.iter().copied().chain([("sign", signature.as_str())])).into_bytes()
}

/// What every typed event is in JSON again.
fn reencoded(event: &Event) -> Json {
    let json = match event {
        Event::ClassEvent(event) => serde_json::to_value(event),
        Event::UserInOut(event) => serde_json::to_value(event),
        Event::AnswerOrQuizResult(event) => serde_json::to_value(event),
        Event::DocTranscodeStatus(event) => serde_json::to_value(event),
        Event::PresenterDeviceEvent(event) => serde_json::to_value(event),
        Event::ChatMessages(event) => serde_json::to_value(event),
        Event::LotteryResult(event) => serde_json::to_value(event),
        Event::StudentMessageOnWall(event) => serde_json::to_value(event),
        Event::MuteSignal(event) => serde_json::to_value(event),
        Event::TranscodeCallback(event) => serde_json::to_value(event),
        other => panic!("{other:?}"),
    };
    json.expect("events have a JSON form")
}

/// Takes the members out that the vectors add because no document knows them.
fn described(data: &Json) -> Json {
    let mut data = data.clone();
    let members = data.as_object_mut().expect("an object");
    members.shift_remove("added_later");
    members.shift_remove("partner_id");
    if let Some(info) = members.get_mut("info_json").and_then(Json::as_object_mut) {
        info.shift_remove("camera");
    }
    data
}

#[test]
fn every_printed_callback_is_a_typed_event_that_loses_nothing() {
    let mut events = 0;
    for vector in vectors() {
        let text = |name: &str| vector[name].as_str().expect("a text");
        let receiver = Receiver::new("another key").also(text("key"));
        let received = receiver.receive(text("body").as_bytes(), text("content_type"));
        let expected = &vector["expect"];
        if expected.is_null() {
            assert_eq!(received.expect_err("it is refused").kind(), ErrorKind::CallbackSignature);
            continue;
        }
        let callback = received.expect("it is taken");
        assert_eq!((callback.name(), callback.key()), (expected["name"].as_str(), 1));
        assert_eq!((callback.qid(), callback.timestamp()), (expected["qid"].as_str(), expected["timestamp"].as_i64()));
        assert_eq!(serde_json::from_slice::<Json>(callback.json()).expect("JSON"), expected["data"]);
        assert_eq!(reencoded(callback.event()), described(&expected["data"]));
        events += 1;
    }
    assert!(events > 30, "{events}");
}

fn event(pairs: &[(&str, &str)]) -> Event {
    Receiver::new(KEY).receive(&signed(pairs), FORM).expect("it is taken").into_event()
}

#[test]
fn listed_values_are_variants_and_others_stay() {
    let Event::ClassEvent(class) = event(&[("room_id", "5"), ("op", "end"), ("op_time", ""), ("qid", "1")]) else {
        panic!("a class event")
    };
    assert_eq!((class.room_id, class.op), (Some(5), Some(CallbackOp::End)));
    let Event::LotteryResult(lottery) = event(&[("room_id", "5"), ("type", "new"), ("id", "6"), ("qid", "1")]) else {
        panic!("a lottery result")
    };
    assert_eq!(lottery.type_, Some(LotteryResultType::Other("new".to_owned())));
    let events = r#"[{"event":"user_out","number":"12","ts":1},{"number":"x"}]"#;
    let Event::UserInOut(users) = event(&[("room_id", "5"), ("user_events", events), ("qid", "1")]) else {
        panic!("users")
    };
    assert_eq!(users.user_events[0].event, Some(UserInOutEvent::UserOut));
    assert_eq!((users.user_events.len(), users.user_events[1].number), (2, None));
}

#[test]
fn an_unknown_callback_is_an_event_with_its_fields() {
    let Event::Unknown(fields) = event(&[("qid", "1"), ("timestamp", "2"), ("what", "3")]) else { panic!("unknown") };
    assert_eq!(Json::Object(fields), serde_json::json!({ "qid": "1", "timestamp": 2, "what": "3" }));
}

#[test]
fn what_is_not_as_documented_is_beside_the_event() {
    let body = signed(&[("room_id", "five"), ("op", "end"), ("op_time", ""), ("qid", "1")]);
    let callback = Receiver::new(KEY).receive(&body, FORM).expect("it is taken");
    assert_eq!(callback.departures()[0].path, "room_id");
    assert!(callback.json().starts_with(br#"{"room_id":"five""#));
    assert!(matches!(callback.event(), Event::ClassEvent(class) if class.room_id.is_none()));
}

#[test]
fn old_callbacks_are_refused_when_asked() {
    let receiver = Receiver::new(KEY).tolerance(Duration::from_secs(300));
    let at = |timestamp: u64| receiver.receive(&signed(&[("qid", "1"), ("timestamp", &timestamp.to_string())]), FORM);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
    assert!(at(now).is_ok() && at(now - 250).is_ok() && at(now + 250).is_ok());
    assert_eq!(at(now - 400).expect_err("old").kind(), ErrorKind::CallbackClock);
    assert_eq!(at(now + 400).expect_err("ahead").kind(), ErrorKind::CallbackClock);
}

// --- claims -------------------------------------------------------------------

/// What claim.lua does, over a map.
#[derive(Clone, Default)]
struct Store {
    claims: Arc<Mutex<HashMap<String, i64>>>,
    down: Arc<AtomicBool>,
}

impl QuotaStore for Store {
    fn evaluate(&self, script: &'static str, keys: Vec<String>, args: Vec<i64>) -> Asking<'_, i64> {
        assert_eq!(script, CLAIM_SCRIPT);
        let mut claims = self.claims.lock().expect("no panic before");
        let answer = match (self.down.load(Ordering::Relaxed), args[0]) {
            (true, _) => Err("down".to_owned()),
            (false, 0) => Ok(i64::from(claims.remove(&keys[0]).is_some())),
            (false, seconds) => Ok(i64::from(claims.insert(keys[0].clone(), seconds).is_none())),
        };
        Box::pin(async move { answer })
    }
}

#[tokio::test]
async fn one_process_takes_a_callback_once() {
    let dedupe = Dedupe::new();
    assert!(dedupe.claim("1").await && !dedupe.claim("1").await && dedupe.claim("2").await);
    dedupe.release("1").await;
    assert!(dedupe.claim("1").await);
}

#[tokio::test]
async fn several_processes_take_a_callback_once() {
    let store = Store::default();
    let shared = || Dedupe::shared(store.clone()).prefix("school").hold(Duration::from_secs(60));
    let (one, other) = (shared(), shared());
    assert!(one.claim("1").await && !other.claim("1").await);
    assert_eq!(*store.claims.lock().expect("no panic"), HashMap::from([("school:qid:1".to_owned(), 60)]));
    one.release("1").await;
    assert!(other.claim("1").await, "a repetition may go to any process, also to one that came second before");

    store.down.store(true, Ordering::Relaxed);
    assert!(one.claim("2").await && !one.claim("2").await, "each process alone while the store is down");
    assert!(other.claim("2").await);
}

// --- links --------------------------------------------------------------------

struct Elsewhere(Result<(), String>);

impl RemoteSigner for Elsewhere {
    fn sign(&self, canonical: String) -> Asking<'_, String> {
        let signed = self.0.clone().map(|()| PartnerKey::new(KEY).signature(&canonical));
        Box::pin(async move { signed })
    }
}

#[tokio::test]
async fn a_link_is_the_same_wherever_it_is_signed() {
    let here = Client::new("demo", 1, KEY).expect("a client");
    let account = || Account::without_signer("demo", 1).expect("an account");
    let there = Client::builder(account()).signer(Elsewhere(Ok(()))).build().expect("a client");
    let failing = Client::builder(account()).signer(Elsewhere(Err("no".to_owned()))).build().expect("a client");
    fn link(client: &Client) -> baijiayun::EnterRoom<'_> {
        client.links().enter_room(5, 6, "王 老师").role(Role::Teacher).avatar("https://example.com/a.png")
    }
    let url = link(&here).url().expect("a link");
    assert!(url.starts_with("https://demo.at.baijiayun.com/web/room/enter?room_id=5&"), "{url}");
    assert_eq!(link(&here).signed_url().await.expect("a link"), url);
    assert_eq!(link(&there).signed_url().await.expect("a link"), url);
    assert_eq!(link(&there).url().expect_err("no key here").kind(), ErrorKind::Signing);
    assert_eq!(link(&failing).signed_url().await.expect_err("refused").kind(), ErrorKind::Signing);
    assert_eq!(
        here.links().playback(5, Some("201908181"), "t"),
        "https://demo.at.baijiayun.com/web/playback/index?classid=5&session_id=201908181&token=t"
    );
}
