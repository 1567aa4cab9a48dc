//! Callbacks that are not taken are posted again, by the mock's clock; and the clock.

use std::time::Duration;

use super::World;
use crate::common::{Customer, id, json_of};
use baijiayun_mock::{Builder, Delivery};
use serde_json::{Value, json};

const NO_FIELDS: [(&str, &str); 0] = [];

async fn told_to(customer: &Customer) -> World {
    let world = World::new().await;
    for operation in ["live_account.set_class_callback_url", "video_account.set_transcode_callback_url"] {
        world.call(operation, json!({ "url": customer.url })).await.unwrap();
    }
    world
}

fn seconds(world: &World) -> Vec<i64> {
    let deliveries = world.mock.callbacks();
    let began = deliveries[0].at;
    deliveries.iter().map(|delivery| (delivery.at - began) / 1000).collect()
}

#[tokio::test]
async fn what_is_not_taken_is_posted_twice_again_after_the_documents_pauses() {
    // A status, another code than 0, what is no JSON at all.
    for failure in [(500, r#"{"code":0}"#), (200, r#"{"code":1,"msg":""}"#), (200, "ok")] {
        for (name, pauses) in
            [("class_event", [1, 3]), ("transcode_callback", [5, 30]), ("playback_generated", [5, 30])]
        {
            let mut customer = Customer::failing(vec![failure; 3]).await;
            let world = told_to(&customer).await;
            world.mock.post_callback(name, NO_FIELDS).await.unwrap();
            let key = world.mock.partner_key();
            let first = customer.next(&key).await;
            for pause in pauses {
                world.mock.advance(Duration::from_secs(pause) - Duration::from_millis(100)).await;
                assert!(!customer.has_more(), "{name} {pause}");
                world.mock.advance(Duration::from_millis(100)).await;
                assert_eq!(customer.next(&key).await, first, "it is the same, with its qid");
            }
            world.mock.advance(Duration::from_secs(3600)).await;
            assert!(!customer.has_more(), "after these two tries no more");
        }
    }
}

#[tokio::test]
async fn one_step_of_the_clock_does_all_that_becomes_due_and_each_at_its_time() {
    let customer = Customer::failing(vec![(500, ""); 2]).await;
    let world = told_to(&customer).await;
    world.mock.post_callback("class_event", NO_FIELDS).await.unwrap();
    world.mock.advance(Duration::from_secs(60)).await;
    assert_eq!(seconds(&world), [0, 1, 4]);
    let taken: Vec<bool> = world.mock.callbacks().iter().map(is_taken).collect();
    assert_eq!(taken, [false, false, true]);
}

fn is_taken(delivery: &Delivery) -> bool {
    delivery
        .outcome
        .as_ref()
        .is_some_and(|outcome| outcome.as_ref().is_ok_and(baijiayun_mock::CallbackAnswer::is_success))
}

#[tokio::test]
async fn what_is_taken_is_not_posted_again() {
    let mut customer = Customer::start().await;
    let world = told_to(&customer).await;
    world.mock.post_callback("class_event", NO_FIELDS).await.unwrap();
    customer.next(&world.mock.partner_key()).await;
    world.mock.advance(Duration::from_secs(3600)).await;
    assert!(!customer.has_more());
}

#[tokio::test]
async fn a_receiver_that_is_not_there_fails_too() {
    let world = World::new().await;
    let nobody = json!({ "url": "http://127.0.0.1:9/" });
    world.call("live_account.set_class_callback_url", nobody).await.unwrap();
    assert!(world.mock.post_callback("class_event", NO_FIELDS).await.is_err());
    world.mock.advance(Duration::from_secs(4)).await;
    assert_eq!(seconds(&world), [0, 1, 4]);
    assert!(world.mock.callbacks().iter().all(|delivery| matches!(delivery.outcome, Some(Err(_)))));
}

#[tokio::test]
async fn the_clock_is_the_one_of_everything() {
    let world = World::with(Builder::default().rate(5, 10)).await;
    let room = world.room("今天").await;
    for _ in 0..4 {
        world.call("room.list", json!({})).await.unwrap();
    }
    assert_eq!(world.refusal("room.list", json!({})).await, 429);
    world.mock.advance(Duration::from_secs(86_400)).await;
    let tomorrow = world.room("明天").await;
    assert!(tomorrow - room >= 100_000_000, "ids begin with the day: {room} {tomorrow}");
}

#[tokio::test]
async fn the_clock_ends_where_it_goes_on() {
    let world = World::new().await;
    for _ in 0..2 {
        world.mock.advance(Duration::from_secs(1 << 40)).await;
        world.room("一百年后").await;
    }
}

/// Over HTTP, for tests in any language.
#[tokio::test]
async fn the_control_paths_do_the_same() {
    let mut customer = Customer::failing(vec![(500, "")]).await;
    let world = told_to(&customer).await;
    let control = async |method: &str, path: &str, body: Value| {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = world.send(method, path, &[], body).await;
        let status = answer.as_ref().unwrap().status;
        let body = if status == 204 { Value::Null } else { json_of(answer) };
        (status, body)
    };
    let fields = json!({ "name": "class_event", "fields": { "room_id": 17, "op": "start" } });
    let (status, made) = control("POST", "/_mock/callbacks", fields).await;
    assert_eq!((status, &made["url"]), (200, &json!(customer.url)));
    assert!(made["body"].as_str().unwrap().starts_with("room_id=17&op=start&op_time="));
    // A step of nothing waits for the answer too.
    control("POST", "/_mock/clock", json!({ "advance": 0 })).await;
    let (_, posted) = control("GET", "/_mock/callbacks", Value::Null).await;
    assert_eq!((&posted[0]["id"], &posted[0]["status"]), (&made["id"], &json!(500)), "{posted}");
    let first = customer.next(&world.mock.partner_key()).await;

    let (_, before) = control("GET", "/_mock/clock", Value::Null).await;
    let (_, after) = control("POST", "/_mock/clock", json!({ "advance": 1 })).await;
    assert!(id(&after["now"]) > id(&before["now"]));
    assert_eq!(customer.next(&world.mock.partner_key()).await, first);
    let (_, posted) = control("GET", "/_mock/callbacks", Value::Null).await;
    let outcomes: Vec<_> =
        posted.as_array().unwrap().iter().map(|post| (&post["attempt"], &post["status"], &post["taken"])).collect();
    assert_eq!(outcomes, [(&json!(1), &json!(500), &json!(false)), (&json!(2), &json!(200), &json!(true))]);
    assert_eq!(control("DELETE", "/_mock/callbacks", Value::Null).await.0, 204);
    assert_eq!(control("GET", "/_mock/callbacks", Value::Null).await.1, json!([]));

    let errors = json!({ "errors_every": 1 });
    assert_eq!(control("POST", "/_mock/misbehaviour", errors).await.0, 204);
    assert!(world.call("room.list", json!({})).await.is_err());
    assert_eq!(control("DELETE", "/_mock/misbehaviour", Value::Null).await.0, 204);
    world.call("room.list", json!({})).await.unwrap();

    for (path, wrong, word) in [
        ("/_mock/callbacks", json!({ "name": "class_evnt" }), "class_evnt"),
        ("/_mock/callbacks", json!({ "names": 1 }), "names"),
        ("/_mock/clock", json!({ "advance": -1 }), "advance"),
        ("/_mock/clock", json!({}), "advance"),
        ("/_mock/clock", json!({ "advance": 1e18 }), "100 years"),
        ("/_mock/misbehaviour", json!({ "error_every": 1 }), "error_every"),
        ("/_mock/answers", json!({ "room.open": {} }), "room.open"),
    ] {
        let (status, told) = control("POST", path, wrong).await;
        assert!(status == 400 && told["error"].as_str().unwrap().contains(word), "{path}: {told}");
    }
    assert_eq!(world.send("PUT", "/_mock/clock", &[], "").await.unwrap().status, 405);
    // Nothing is read of a part of it.
    let long = format!("{}{{}}", " ".repeat(16 << 20));
    assert_eq!(world.send("POST", "/_mock/answers", &[], long).await.unwrap().status, 413);
}

#[tokio::test]
async fn of_long_answers_the_beginning_is_kept() {
    let long: &'static str = Box::leak("课".repeat(1 << 20).into_boxed_str());
    let customer = Customer::failing(vec![(200, long); 3]).await;
    let world = told_to(&customer).await;
    world.mock.post_callback("class_event", NO_FIELDS).await.unwrap();
    let deliveries = world.mock.callbacks();
    let answer = deliveries[0].outcome.as_ref().unwrap().as_ref().unwrap();
    assert!(answer.body.starts_with("课课") && answer.body.len() < 20_000, "{}", answer.body.len());
    assert!(!is_taken(&deliveries[0]));
}
