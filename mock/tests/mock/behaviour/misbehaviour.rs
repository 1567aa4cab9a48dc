//! Faults on demand, as a client sees them.

use std::time::{Duration, Instant};

use super::World;
use baijiayun::ErrorKind;
use baijiayun_mock::{Builder, Canned, CannedAnswers, Misbehaviour, Verdict};
use serde_json::json;

/// The kinds of errors of some calls in a row; none for a call that went well.
async fn kinds(world: &World, calls: usize) -> Vec<Option<ErrorKind>> {
    let mut kinds = Vec::new();
    for _ in 0..calls {
        kinds.push(world.client.room().list().await.err().map(|error| error.kind()));
    }
    kinds
}

async fn with(misbehaviour: Misbehaviour) -> World {
    World::with(Builder::default().misbehave(misbehaviour)).await
}

#[tokio::test]
async fn every_nth_request_has_the_fault() {
    let none = Misbehaviour::default;
    let faults = [
        (Misbehaviour { errors_every: 2, ..none() }, ErrorKind::HttpStatus),
        (Misbehaviour { drops_every: 2, ..none() }, ErrorKind::Transport),
        (Misbehaviour { throttles_every: 2, ..none() }, ErrorKind::Throttled),
        (Misbehaviour { html_every: 2, ..none() }, ErrorKind::NotJson),
    ];
    for (misbehaviour, kind) in faults {
        let world = with(misbehaviour).await;
        assert_eq!(kinds(&world, 4).await, [None, Some(kind), None, Some(kind)]);
        assert_eq!(world.mock.requests()[1].verdict, Verdict::Misbehaved);
    }
}

#[tokio::test]
async fn throttling_may_come_with_http_200() {
    let world = with(Misbehaviour { throttles_every: 1, throttles_with_200: true, ..Misbehaviour::default() }).await;
    let error = world.client.room().list().await.unwrap_err();
    assert_eq!((error.kind(), error.status(), error.code()), (ErrorKind::Throttled, Some(200), Some(429)));
    let limited = Builder::default().rate(1, 60);
    let world = World::with(limited.misbehave(Misbehaviour { throttles_with_200: true, ..Default::default() })).await;
    assert_eq!(kinds(&world, 2).await, [None, Some(ErrorKind::Throttled)]);
}

#[tokio::test]
async fn the_seed_moves_the_fault_and_it_can_be_taken_away() {
    let world = with(Misbehaviour { errors_every: 3, seed: 2, ..Misbehaviour::default() }).await;
    assert_eq!(kinds(&world, 2).await, [Some(ErrorKind::HttpStatus), None]);
    world.mock.misbehave(Misbehaviour::default());
    assert_eq!(kinds(&world, 6).await, [None; 6]);
}

#[tokio::test]
async fn answers_take_their_time() {
    let latency = Duration::from_millis(50);
    let world = with(Misbehaviour { latency, ..Misbehaviour::default() }).await;
    let start = Instant::now();
    assert_eq!(kinds(&world, 1).await, [None]);
    assert!(start.elapsed() >= latency);
}

#[tokio::test]
async fn loose_answers_mean_the_same() {
    let strict = World::new().await;
    let loose = with(Misbehaviour { php_loose: true, ..Misbehaviour::default() }).await;
    let mut answers = Vec::new();
    for world in [&strict, &loose] {
        let room = world.room("101").await;
        let mut info = world.call("room.info", json!({ "room_id": room })).await.unwrap();
        // What differs from one mock to the other is left out.
        let own = ["create_time", "room_id"];
        info.as_object_mut().unwrap().retain(|name, value| !own.contains(&name.as_str()) && *value != "");
        answers.push(info);
    }
    assert_eq!(answers[0], answers[1]);

    let room = loose.room("102").await;
    let request = loose.client.room().info(room).request(1_501_572_288).unwrap();
    let baijiayun::core::Body::Form(body) = request.body else { panic!("room.info is a form") };
    let path = request.url.strip_prefix(loose.mock.url()).unwrap();
    let raw = loose.post(path, body).await;
    assert_eq!((&raw["data"]["title"], &raw["data"]["room_id"]), (&json!(102), &json!(room.to_string())));
}

#[tokio::test]
async fn operations_answer_what_they_are_given() {
    let mut answers = CannedAnswers::default();
    answers.once("room.list", Canned::Refuse { code: 2002, msg: "没有权限".to_owned() });
    answers.once("room.list", Canned::Http { status: 502, body: "<html>".to_owned() });
    answers.always("room.delete", Canned::Data(json!(null)));
    let world = World::with(Builder::default().answers(answers)).await;
    let expected = [Some(ErrorKind::PermissionDenied), Some(ErrorKind::HttpStatus), None];
    assert_eq!(kinds(&world, 3).await, expected);
    // The mock itself knows no such room.
    assert_eq!(world.refusal("room.info", json!({"room_id": 7})).await, 3001);
    world.call("room.delete", json!({"room_id": 7})).await.unwrap();

    // The signature is checked as ever.
    let body = "partner_id=12345678&timestamp=1&room_id=7&sign=wrong";
    assert_eq!(world.post("/openapi/room/delete", body.to_owned()).await["code"], 1002);

    let mut more = CannedAnswers::default();
    more.always("room.delete", Canned::Drop);
    world.mock.answer(more);
    assert!(world.call("room.delete", json!({"room_id": 7})).await.is_err());
}

#[tokio::test]
async fn what_was_received_has_its_parameters_and_debug_has_none_of_their_values() {
    let world = with(Misbehaviour::default()).await;
    world.user(1, "13800000000").await;
    let received = world.mock.requests();
    assert_eq!(received[0].params["password"], "secret1");
    assert!(!received[0].params.contains_key("sign"));
    assert!(!format!("{received:?}").contains("secret1"));
}
