//! Every code with which the mock refuses a call.

use super::World;
use crate::common::{FORM, encoded, id, json_of, signed};
use crate::shells::Form;
use baijiayun::{Account, ErrorKind, Method};
use baijiayun_mock::{Builder, Verdict};
use serde_json::{Value, json};

fn msg(answer: &Value) -> &str {
    answer["msg"].as_str().unwrap()
}

#[tokio::test]
async fn an_unknown_path_is_404_in_the_envelope() {
    let world = World::new().await;
    let error = world.client.call_path(Method::Post, "/openapi/room/nothing").send().await.unwrap_err();
    assert_eq!((error.kind(), error.code(), error.status()), (ErrorKind::PathNotFound, Some(404), Some(200)));
    let put = world.send("PUT", "/openapi/room/info", &[], "").await;
    assert_eq!(json_of(put)["code"], 404);
}

#[tokio::test]
async fn the_account_must_be_known() {
    let world = World::new().await;
    let stranger = world.client_of(Account::new(world.mock.url(), "87654321", world.mock.partner_key()).unwrap());
    let error = stranger.room().list().await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::AccountNotFound, Some(2001)));
    let answer = world.post("/openapi/room/list", "timestamp=1".to_owned()).await;
    assert_eq!(answer["code"], 1001);
    assert!(msg(&answer).contains("partner_id"));
}

#[tokio::test]
async fn the_timestamp_must_be_a_number() {
    let world = World::new().await;
    let key = world.mock.partner_key();
    let id = world.mock.partner_id();
    for pairs in [&[("partner_id", id)][..], &[("partner_id", id), ("timestamp", "yesterday")]] {
        let answer = world.post("/openapi/room/list", encoded(&signed(&key, pairs))).await;
        assert_eq!(answer["code"], 1001);
        assert!(msg(&answer).contains("timestamp"));
    }
}

#[tokio::test]
async fn the_signature_must_be_right() {
    let world = World::new().await;
    let forger = world.client_of(Account::new(world.mock.url(), world.mock.partner_id(), "another key").unwrap());
    let error = forger.room().list().await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::SignatureRejected, Some(1002)));

    // What was signed is not what is sent.
    let pairs = [("partner_id", world.mock.partner_id()), ("timestamp", "1"), ("title", "a")];
    let body = encoded(&signed(&world.mock.partner_key(), &pairs)).replace("title=a", "title=b");
    assert_eq!(world.post("/openapi/room/list", body).await["code"], 1002);

    let unsigned = format!("partner_id={}&timestamp=1", world.mock.partner_id());
    assert_eq!(world.post("/openapi/room/list", unsigned).await["code"], 1002);
}

#[tokio::test]
async fn parameters_must_be_there_and_of_their_type() {
    let world = World::new().await;
    let key = world.mock.partner_key();
    let common = [("partner_id", world.mock.partner_id()), ("timestamp", "1501572288")];
    let answer = world.post("/openapi/room/create", encoded(&signed(&key, &common))).await;
    assert_eq!(answer["code"], 1001);
    assert!(["title", "start_time", "end_time"].iter().all(|name| msg(&answer).contains(name)), "{answer}");

    let pairs = [&common[..], &[("title", "a"), ("start_time", "soon"), ("end_time", "1")]].concat();
    let answer = world.post("/openapi/room/create", encoded(&signed(&key, &pairs))).await;
    assert_eq!(answer["code"], 1001);
    assert!(msg(&answer).contains("start_time") && !msg(&answer).contains("title"), "{answer}");
}

#[tokio::test]
async fn rooms_must_exist() {
    let world = World::new().await;
    let room = world.room("课").await;
    for operation in ["room.info", "live.get_status", "room_data.get_report", "playback.list_sessions"] {
        assert!(world.call(operation, json!({ "room_id": room })).await.is_ok(), "{operation}");
        assert_eq!(world.refusal(operation, json!({ "room_id": room + 1 })).await, 3001, "{operation}");
    }
    world.call("room.delete", json!({ "room_id": room })).await.unwrap();
    for operation in ["room.info", "room.delete", "live.start_class", "room_data.get_report"] {
        assert_eq!(world.refusal(operation, json!({ "room_id": room })).await, 3002, "{operation}");
    }
    // Where the room is optional and absent, and on other hosts, nobody asks for it.
    assert!(world.call("doc.upload_by_url", json!({ "file_url": "http://localhost/a.pdf" })).await.is_ok());
    assert!(world.call("interact_data.list_class_votes", json!({ "room_id": 1 })).await.is_ok());
}

#[tokio::test]
async fn other_things_must_exist() {
    let world = World::new().await;
    let room = world.room("课").await;
    let calls = [
        ("doc.bind", json!({ "room_id": room, "fid": 1 })),
        ("user.update", json!({ "user_id": 1, "name": "a" })),
        ("user.assign_students", json!({ "room_id": room, "user_ids": [1] })),
        ("goods.delete", json!({ "product_type": 1, "room_id": room, "goods_id": 1 })),
        ("room.delete_code", json!({ "room_id": room, "code": "nobody" })),
        ("video.delete_subtitle", json!({ "subtitle_id": "1" })),
        ("video.delete_category", json!({ "category_id": 1 })),
    ];
    for (operation, params) in calls {
        assert_eq!(world.refusal(operation, params).await, 1, "{operation}");
    }
    // Videos have a code that public code knows.
    for operation in ["video.info", "video.get_status", "video.delete", "video.get_resume_upload_url"] {
        assert_eq!(world.refusal(operation, json!({ "video_id": 1 })).await, 5002, "{operation}");
    }
    let error = world.client.video().info(1).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::VideoNotFound);
}

#[tokio::test]
async fn the_account_has_a_rate() {
    let world = World::with(Builder::default().rate(3, 60)).await;
    for _ in 0..3 {
        world.client.room().list().await.unwrap();
    }
    let error = world.client.room().list().await.unwrap_err();
    assert_eq!((error.kind(), error.status(), error.code()), (ErrorKind::Throttled, Some(429), Some(429)));
}

#[tokio::test]
async fn the_rate_is_200_in_10_seconds_by_default() {
    let world = World::new().await;
    let mut statuses = Vec::new();
    for _ in 0..201 {
        statuses.push(world.send("GET", "/openapi/room/list", &[], "").await.unwrap().status);
    }
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 200);
    assert_eq!(statuses.last(), Some(&429));
}

#[tokio::test]
async fn the_key_is_given_out_without_a_signature() {
    let world = World::new().await;
    let body = format!("partner_id={}&secret_key=anything", world.mock.partner_id());
    let answer = world.post("/openapi/partner/createkey", body).await;
    assert_eq!(answer["data"]["partner_key"], world.mock.partner_key());
    let body = format!("partner_id={}", world.mock.partner_id());
    assert_eq!(world.post("/openapi/partner/createkey", body).await["code"], 1001);

    let old = world.mock.partner_key();
    let new = world.call("partner.get_key", json!({ "secret_key": "s", "regenerate": 1 })).await.unwrap();
    assert_ne!(new["partner_key"], json!(old));
    assert_eq!(new["partner_key"], world.mock.partner_key());
    assert_eq!(world.client.room().list().await.unwrap_err().code(), Some(1002), "the old key is void");
}

#[tokio::test]
async fn query_form_and_multipart_are_read_alike() {
    let world = World::new().await;
    let pairs = [("partner_id", world.mock.partner_id()), ("timestamp", "1"), ("limit", "5"), ("title", "a&b=c 测+")];
    let pairs = signed(&world.mock.partner_key(), &pairs);
    let mut form = Form::default();
    for (name, value) in &pairs {
        form.add(name, None, value.as_bytes());
    }
    let path = "/openapi/room/list";
    for answer in [
        world.send("GET", &format!("{path}?{}", encoded(&pairs)), &[], "").await,
        world.send("POST", path, &[FORM], encoded(&pairs)).await,
        world.send("POST", path, &[Form::TYPE], form.end()).await,
    ] {
        let answer = json_of(answer);
        assert_eq!(answer["code"], 0, "{answer}");
    }
}

#[tokio::test]
async fn text_is_limited_and_files_are_not() {
    let world = World::new().await;
    let body = format!("title={}", "a".repeat(1 << 20));
    assert_eq!(world.post("/openapi/room/list", body).await["code"], 1);
    let file = baijiayun::File::bytes("big.pdf", vec![7; 3 << 20]);
    let room = world.room("课").await;
    world.call_with("doc.upload", json!({ "room_id": room }), &[("attachment", file)]).await.unwrap();
    let list = world.call("doc.list", json!({ "room_id": room })).await.unwrap();
    assert_eq!(list["list"][0]["size"], 3 << 20);
}

#[tokio::test]
async fn memory_is_bounded() {
    let world = World::with(Builder::default().max_items(2)).await;
    world.room("1").await;
    let second = world.room("2").await;
    let room = json!({ "title": "3", "start_time": 1, "end_time": 2 });
    assert_eq!(world.refusal("room.create", room.clone()).await, 1);
    world.call("room.delete", json!({ "room_id": second })).await.unwrap();
    assert!(id(&world.call("room.create", room.clone()).await.unwrap()["room_id"]) > second);

    // Students' codes leave no place for those of a room: then there is no half of a room.
    let room_of_codes = world.call("room.list", json!({})).await.unwrap()["list"][0]["room_id"].clone();
    world.call("room.delete", json!({ "room_id": room_of_codes })).await.unwrap();
    let left = world.call("room.list", json!({})).await.unwrap()["list"][0]["room_id"].clone();
    for number in 0..5 {
        world.call("room.create_code", json!({ "room_id": left, "user_number": number })).await.unwrap();
    }
    assert_eq!(world.refusal("room.create", room).await, 1);
    assert_eq!(world.call("room.list", json!({})).await.unwrap()["total"], 1);
}

#[tokio::test]
async fn requests_are_recorded_with_their_verdict() {
    let world = World::new().await;
    world.client.room().list().await.unwrap();
    world.refusal("room.info", json!({ "room_id": 1 })).await;
    let seen = world.mock.requests();
    assert_eq!(seen[0].operation.as_deref(), Some("room.list"));
    assert_eq!(seen[0].verdict, Verdict::Accepted);
    assert_eq!(seen[1].path, "/openapi/room/info");
    assert!(matches!(seen[1].verdict, Verdict::Refused { code: 3001, .. }));
}

#[tokio::test]
async fn paths_can_be_hidden() {
    let world = World::with(Builder::default().paths([("room.list", "/openapi/room/all")])).await;
    assert_eq!(world.client.room().list().await.unwrap_err().code(), Some(404));
    let paths = [("room.list".to_owned(), "/openapi/room/all".to_owned())];
    let client = world.client_of(world.client.account().clone().with_paths(paths));
    assert!(client.room().list().await.is_ok());
}

/// The code and the message of a signed call of `room.list`, `timestamp` as it is given.
async fn told(world: &World, timestamp: &str, more: &[(&str, &str)]) -> (i64, String) {
    let id = world.mock.partner_id().to_owned();
    let pairs = [&[("partner_id", id.as_str()), ("timestamp", timestamp)], more].concat();
    let body = encoded(&signed(&world.mock.partner_key(), &pairs));
    let answer = world.post("/openapi/room/list", body).await;
    (answer["code"].as_i64().unwrap(), answer["msg"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_strict_mock_refuses_old_times_and_unknown_parameters() {
    let world = World::with(Builder::default().strict(true)).await;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let good = now.to_string();
    assert_eq!(told(&world, &good, &[]).await.0, 0);
    for (timestamp, more, words) in [
        ((now - 400).to_string(), &[][..], "相差"),
        ((now + 400).to_string(), &[], "相差"),
        (format!("{good}000"), &[], "10位"),
        (good.clone(), &[("colour", "red")], "colour"),
    ] {
        let (code, msg) = told(&world, &timestamp, more).await;
        assert!(code == 1001 && msg.contains(words), "{timestamp}: {code} {msg}");
        let lenient = World::new().await;
        assert_eq!(told(&lenient, &timestamp, more).await.0, 0, "{timestamp}");
    }
}

#[tokio::test]
async fn a_form_without_end_is_refused() {
    let world = World::new().await;
    let part = "--B\r\nContent-Disposition: form-data; name=a; filename=\"\"\r\n\r\n\r\n";
    let content_type = [("content-type", "multipart/form-data; boundary=B")];
    for (count, expected) in [(9_000, 1001), (10_001, 1)] {
        let body = format!("{}--B--", part.repeat(count));
        let answer = world.send("POST", "/openapi/doc/uploadDoc", &content_type, body).await;
        assert_eq!(json_of(answer)["code"], expected, "{count}");
    }
}
