//! Typed events, claims and links.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use baijiayun::callbacks::{
    Callback, ClassEventOp, Dedupe, Event, LotteryResultType, PlaybackGeneratedStatus, Receiver, UserInOutEvent,
};
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
        Event::PlaybackGenerated(event) => serde_json::to_value(event),
        Event::Unknown(fields) => serde_json::to_value(fields),
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
    for name in ["added_later", "partner_id", "n", "t", "f", "i", "d", "o", "r"] {
        members.shift_remove(name);
    }
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
        let receiver = Receiver::new("another key").also(text("key")).any_time();
        let received = receiver.receive(text("body").as_bytes(), text("content_type"));
        let expected = &vector["expect"];
        if let Some(kind) = vector["error"].as_str() {
            assert_eq!(received.expect_err(text("name")).kind().as_str(), kind, "{}", text("name"));
            continue;
        }
        let callback = received.expect("it is taken");
        assert_eq!((callback.name(), callback.key()), (expected["name"].as_str(), 1));
        let common = (Some(callback.qid()), Some(callback.timestamp()));
        assert_eq!(common, (expected["qid"].as_str(), expected["timestamp"].as_i64()));
        assert_eq!(serde_json::from_slice::<Json>(callback.json()).expect("JSON"), expected["data"]);
        // The event has an empty value for what it lacks.
        let mut data = described(expected.get("typed").unwrap_or(&expected["data"]));
        if callback.name() == Some("transcode_callback") {
            // It is of no room; a `room_id` that is null or empty says so.
            data.as_object_mut().expect("an object").shift_remove("room_id");
        }
        assert_eq!(reencoded(callback.event()), data, "{}", text("name"));
        events += 1;
    }
    assert!(events > 60, "{events}");
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs()
}

/// A callback of now, with these fields.
fn callback(pairs: &[(&str, &str)]) -> Callback {
    let now = now().to_string();
    let missing = [("qid", "1"), ("timestamp", now.as_str())];
    let missing = missing.into_iter().filter(|(name, _)| pairs.iter().all(|(known, _)| known != name));
    let body = signed(&pairs.iter().copied().chain(missing).collect::<Vec<_>>());
    Receiver::new(KEY).receive(&body, FORM).expect("it is taken")
}

fn event(pairs: &[(&str, &str)]) -> Event {
    callback(pairs).into_event()
}

/// Another one for each id.
fn other(qid: &str) -> Callback {
    callback(&[("qid", qid)])
}

#[test]
fn listed_values_are_variants_and_others_stay() {
    let Event::ClassEvent(class) = event(&[("room_id", "5"), ("op", "end"), ("op_time", ""), ("qid", "1")]) else {
        panic!("a class event")
    };
    assert_eq!((class.room_id, class.op), (5, ClassEventOp::End));
    let Event::LotteryResult(lottery) = event(&[("room_id", "5"), ("type", "new"), ("id", "6"), ("qid", "1")]) else {
        panic!("a lottery result")
    };
    assert_eq!(lottery.type_, LotteryResultType::Other("new".to_owned()));
    let Event::PlaybackGenerated(playback) = event(&[("room_id", "5"), ("video_id", "6"), ("status", "20")]) else {
        panic!("a playback")
    };
    assert_eq!((playback.video_id, playback.status), (6, PlaybackGeneratedStatus::GenerationStarted));
    let Event::ClassEvent(class) = event(&[("room_id", "5"), ("op", "teacher_in")]) else { panic!("a class event") };
    assert_eq!((class.op, class.op_time), (ClassEventOp::TeacherIn, None));
    let events = r#"[{"event":"user_out","number":"12","ts":1},{"number":"x"}]"#;
    let Event::UserInOut(users) = event(&[("room_id", "5"), ("user_events", events), ("qid", "1")]) else {
        panic!("users")
    };
    assert_eq!(users.user_events[0].event, UserInOutEvent::UserOut);
    assert_eq!((users.user_events.len(), users.user_events[1].number), (2, 0));
}

#[test]
fn listed_values_compare_by_their_values() {
    use baijiayun::values::{DeviceStatus, Role, RoleText};
    assert_eq!(Role::Other(0), Role::Student);
    assert_eq!(Role::from(0), Role::Student);
    assert_ne!(Role::Other(7), Role::Student);
    assert_eq!(RoleText::Other("1".to_owned()), RoleText::Teacher);
    // What is missing is none of them.
    assert_eq!((Role::default(), DeviceStatus::default()), (Role::Other(-1), DeviceStatus::Other(String::new())));
    let one: std::collections::HashSet<Role> = [Role::Other(0), Role::Student].into();
    assert_eq!(one.len(), 1);
}

#[test]
fn an_unknown_callback_is_an_event_with_its_fields() {
    let now = now();
    let Event::Unknown(fields) = event(&[("qid", "1"), ("timestamp", &now.to_string()), ("what", "3")]) else {
        panic!("unknown")
    };
    assert_eq!(Json::Object(fields), serde_json::json!({ "qid": "1", "timestamp": now, "what": "3" }));
}

#[test]
fn what_is_not_as_documented_is_beside_the_event() {
    let callback = callback(&[("room_id", "five"), ("op", "end"), ("op_time", "")]);
    assert_eq!(callback.departures()[0].path, "room_id");
    assert!(callback.json().starts_with(br#"{"room_id":"five""#));
    assert!(matches!(callback.event(), Event::ClassEvent(class) if class.room_id == 0));
}

#[test]
fn old_callbacks_are_refused_if_nothing_is_said() {
    let receiver = Receiver::new(KEY);
    let body = |timestamp: u64| signed(&[("qid", "1"), ("timestamp", &timestamp.to_string())]);
    let at = |timestamp: u64| receiver.receive(&body(timestamp), FORM);
    let now = now();
    assert!(at(now).is_ok() && at(now - 250).is_ok() && at(now + 250).is_ok());
    assert_eq!(at(now - 400).expect_err("old").kind(), ErrorKind::CallbackClock);
    assert_eq!(at(now + 400).expect_err("ahead").kind(), ErrorKind::CallbackClock);
    let tolerant = receiver.clone().tolerance(Duration::from_secs(1000)).receive(&body(now), FORM).expect("taken");
    assert!(tolerant.hold() > 1000, "{}", tolerant.hold());
    assert!(receiver.any_time().receive(&body(1), FORM).is_ok());
}

// --- claims -------------------------------------------------------------------

/// What claim.lua does, over a map.
#[derive(Clone, Default)]
struct Store {
    claims: Arc<Mutex<HashMap<String, i64>>>,
    down: Arc<AtomicBool>,
    slow: Arc<AtomicBool>,
}

impl QuotaStore for Store {
    fn evaluate(&self, script: &'static str, keys: Vec<String>, args: Vec<i64>) -> Asking<'_, i64> {
        assert_eq!(script, CLAIM_SCRIPT);
        let mut claims = self.claims.lock().expect("no panic before");
        let answer = match (self.down.load(Ordering::Relaxed), args[0]) {
            (true, _) => Err("down".to_owned()),
            (false, 0) => Ok(i64::from(keys.iter().filter(|key| claims.remove(*key).is_some()).count() > 0)),
            (false, _) if keys.iter().any(|key| claims.contains_key(key)) => Ok(0),
            (false, seconds) => {
                claims.extend(keys.iter().map(|key| (key.clone(), seconds)));
                Ok(1)
            }
        };
        drop(claims);
        Box::pin(async move {
            if self.slow.load(Ordering::Relaxed) {
                // The claim is made, and its answer never comes.
                std::future::pending::<()>().await;
            }
            answer
        })
    }
}

#[tokio::test]
async fn one_process_takes_a_callback_once() {
    let dedupe = Dedupe::new();
    let (one, two) = (other("1"), other("2"));
    assert!(dedupe.claim(&one).await && !dedupe.claim(&one).await && dedupe.claim(&two).await);
    dedupe.release(&one).await;
    assert!(dedupe.claim(&one).await);
}

#[tokio::test]
async fn a_post_whose_fields_were_cut_to_another_qid_is_not_taken_again() {
    let at = now().to_string();
    let seen = signed(&[("content", "hi&qid=666&r="), ("group_id", "11"), ("qid", "1"), ("timestamp", &at)]);
    let seen = String::from_utf8(seen).expect("a form");
    let signature = seen.split_once("&sign=").expect("signed").1;
    let cut = format!("content=hi&qid=666&r=%26group_id%3D11%26qid%3D1&timestamp={at}&sign={signature}");
    let receive = |body: &str| Receiver::new(KEY).receive(body.as_bytes(), FORM).expect("its signature fits");
    let (seen, cut) = (receive(&seen), receive(&cut));
    assert_eq!((seen.qid(), cut.qid()), ("1", "666"));
    let dedupe = Dedupe::new();
    assert!(dedupe.claim(&seen).await && !dedupe.claim(&cut).await);
    let (store, other) = (Store::default(), Store::default());
    assert!(Dedupe::shared(store.clone()).claim(&seen).await && !Dedupe::shared(store).claim(&cut).await);
    assert!(Dedupe::shared(other).claim(&cut).await, "nobody saw the first");
}

#[tokio::test]
async fn a_claim_that_is_cancelled_while_the_store_is_asked_is_given_back() {
    let store = Store::default();
    let dedupe = Dedupe::shared(store.clone());
    let one = other("1");
    store.slow.store(true, Ordering::Relaxed);
    {
        let mut claim = std::pin::pin!(dedupe.claim(&one));
        let pending = std::future::poll_fn(|context| Poll::Ready(claim.as_mut().poll(context).is_pending())).await;
        assert!(pending, "its answer never comes");
        assert_eq!(store.claims.lock().expect("no panic").len(), 2, "the store has it");
    }
    store.slow.store(false, Ordering::Relaxed);
    // The task that gives it back runs first.
    tokio::task::yield_now().await;
    assert!(store.claims.lock().expect("no panic").is_empty());
    assert!(dedupe.claim(&one).await && !dedupe.claim(&one).await);
}

#[tokio::test]
async fn several_processes_take_a_callback_once() {
    let store = Store::default();
    let shared = || Dedupe::shared(store.clone()).prefix("school").hold(Duration::from_secs(3600));
    let (one, another) = (shared(), shared());
    let (first, second) = (other("1"), other("2"));
    assert!(one.claim(&first).await && !another.claim(&first).await);
    let held = [format!("school:{{callbacks}}:sign:{}", first.signature()), "school:{callbacks}:qid:1".to_owned()];
    assert_eq!(*store.claims.lock().expect("no panic"), HashMap::from(held.map(|key| (key, 3600))));
    one.release(&first).await;
    assert!(another.claim(&first).await, "a repetition may go to any process, also to one that came second before");

    store.down.store(true, Ordering::Relaxed);
    assert!(one.claim(&second).await && !one.claim(&second).await, "each process alone while the store is down");
    assert!(another.claim(&second).await);
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
    let forged = there.links().enter_room(5, 6, "x&user_number=999&user_role=1").signed_url().await;
    assert_eq!(forged.expect_err("the signer is not asked").kind(), ErrorKind::InvalidParameters);
    let share = here.links().enter_room_without_number(5, "x").extra("status", "1").url().expect("a link");
    assert!(share.contains("user_name=x&user_role=0&sign=") && share.ends_with("&status=1"), "{share}");
    assert_eq!(
        here.links().playback(5, Some("201908181"), "t").expect("a link"),
        "https://demo.at.baijiayun.com/web/playback/index?classid=5&session_id=201908181&token=t"
    );
}
