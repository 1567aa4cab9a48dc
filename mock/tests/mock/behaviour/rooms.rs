//! Rooms, join codes and classes: create, list, read, change, delete.

use std::collections::HashSet;

use super::World;
use crate::common::{Customer, column, id};
use serde_json::json;

#[tokio::test]
async fn a_room_lives() {
    let world = World::new().await;
    let room = json!({ "title": "测试教室", "start_time": 1_505_361_000, "end_time": 1_505_364_600, "max_users": 30 });
    let created = world.call("room.create", room).await.unwrap();
    let room = id(&created["room_id"]);
    assert_eq!(room.to_string().len(), 14);
    for code in ["admin_code", "teacher_code", "student_code"] {
        assert_eq!(created[code].as_str().unwrap().len(), 6);
    }

    let info = world.call("room.info", json!({ "room_id": room })).await.unwrap();
    assert_eq!(info["title"], "测试教室");
    assert_eq!(info["max_users"], 30);
    assert_eq!(info["type"], 2, "the documented default");
    assert_eq!(info["start_time"], "2017-09-14 11:50:00");
    assert_eq!(info["admin_code"], created["admin_code"]);

    world.call("room.update", json!({ "room_id": room, "title": "改名", "max_users": 5 })).await.unwrap();
    let listed = &world.call("room.list", json!({})).await.unwrap()["list"][0];
    assert_eq!(id(&listed["room_id"]), room);
    assert_eq!((&listed["title"], &listed["max_users"]), (&json!("改名"), &json!(5)));
    assert_eq!(listed["start_time"], 1_505_361_000, "the list has unix seconds");

    world.call("room.delete", json!({ "room_id": room })).await.unwrap();
    assert_eq!(world.call("room.list", json!({})).await.unwrap(), json!({ "list": [], "total": 0 }));
}

#[tokio::test]
async fn rooms_are_paged_and_filtered() {
    let world = World::new().await;
    for number in 1..=5 {
        world.room(&format!("课{number}")).await;
    }
    let page = |page: i64| json!({ "page": page, "limit": 2 });
    let mut seen = HashSet::new();
    for (number, size) in [(1, 2), (2, 2), (3, 1), (4, 0)] {
        let answer = world.call("room.list", page(number)).await.unwrap();
        assert_eq!(answer["total"], 5);
        assert_eq!(answer["list"].as_array().unwrap().len(), size, "page {number}");
        seen.extend(column(&answer["list"], "room_id").iter().map(id));
    }
    assert_eq!(seen.len(), 5);

    let found = world.call("room.list", json!({ "title": "课3" })).await.unwrap();
    assert_eq!(column(&found["list"], "title"), ["课3"]);
    assert_eq!(world.call("room.list", json!({ "product_type": 2 })).await.unwrap()["total"], 0);
    assert_eq!(world.call("room.list", json!({ "product_type": 1 })).await.unwrap()["total"], 5);
}

#[tokio::test]
async fn two_rooms_are_made_at_once() {
    let world = World::new().await;
    let rooms = json!({ "title": "双师", "start_time": 1, "end_time": 2 });
    let made = world.call("room.create_with_live", rooms).await.unwrap();
    for (member, kind) in [("double_teacher", 5), ("live", 2)] {
        let info = world.call("room.info", json!({ "room_id": id(&made[member]["room_id"]) })).await.unwrap();
        assert_eq!(info["type"], kind);
    }
}

#[tokio::test]
async fn a_join_code_lives() {
    let world = World::new().await;
    let (room, other) = (world.room("课").await, world.room("另").await);
    let create =
        |number: i64| json!({ "room_id": room, "user_number": number, "user_avatar": "http://localhost/a.png" });
    let first = world.call("room.create_code", create(11)).await.unwrap()["student_code"].clone();
    let second = world.call("room.create_code", create(12)).await.unwrap()["student_code"].clone();
    assert_ne!(first, second);
    assert_eq!(world.call("room.create_code", create(11)).await.unwrap()["student_code"], first, "one per student");

    let list = world.call("room.list_codes", json!({ "room_id": room, "page": 1, "limit": 1 })).await.unwrap();
    assert_eq!((&list["total"], &list["list"][0]["code"]), (&json!(2), &second));
    assert_eq!(world.call("room.list_codes", json!({ "room_id": other })).await.unwrap()["total"], 0);

    let info = world.call("room.get_code_info", json!({ "code": first })).await.unwrap();
    assert_eq!((&info["exist"], &info["code_info"]["user_number"]), (&json!(true), &json!(11)));
    assert_eq!(id(&info["code_info"]["room_id"]), room);

    let delete = json!({ "room_id": room, "code": first });
    world.call("room.delete_code", delete.clone()).await.unwrap();
    assert_eq!(world.refusal("room.delete_code", delete).await, 1);
    let gone = world.call("room.get_code_info", json!({ "code": first })).await.unwrap();
    assert_eq!(gone["exist"], false);

    // A room's own codes are codes too, and only the students' one can go.
    let codes = world.call("room.info", json!({ "room_id": room })).await.unwrap();
    let teacher = world.call("room.get_code_info", json!({ "code": codes["teacher_code"] })).await.unwrap();
    assert_eq!(teacher["code_info"]["user_role"], 1);
    let delete = json!({ "room_id": room, "code": codes["teacher_code"] });
    assert_eq!(world.refusal("room.delete_code", delete).await, 1);

    world.call("room.delete", json!({ "room_id": room })).await.unwrap();
    assert_eq!(world.call("room.get_code_info", json!({ "code": second })).await.unwrap()["exist"], false);
}

#[tokio::test]
async fn audition_codes_are_a_list_of_their_own() {
    let world = World::new().await;
    let room = world.room("课").await;
    let wanted = json!({ "room_id": room, "user_numbers": [1, 2], "audition_length": 10 });
    let made = world.call("room.create_audition_codes", wanted).await.unwrap();
    assert_eq!(made["total"], 2);
    assert_eq!(column(&made["list"], "user_number"), [1, 2]);
    assert_eq!(world.call("room.list_codes", json!({ "room_id": room })).await.unwrap()["total"], 0);
    assert_eq!(world.call("room.list_codes", json!({ "room_id": room, "type": 1 })).await.unwrap()["total"], 2);
}

#[tokio::test]
async fn a_class_starts_and_ends_and_the_customer_hears_of_it() {
    let world = World::new().await;
    let mut customer = Customer::start().await;
    let url = json!({ "url": customer.url });
    assert_eq!(world.call("live_account.set_class_callback_url", url.clone()).await.unwrap(), url);
    assert_eq!(world.call("live_account.get_class_callback_url", json!({})).await.unwrap(), url);

    let room = world.room("课").await;
    let status =
        || async { world.call("live.get_status", json!({ "room_id": room })).await.unwrap()["status"].clone() };
    assert_eq!(status().await, 0);
    world.call("live.start_class", json!({ "room_id": room })).await.unwrap();
    // A class that has started does not start again.
    world.call("live.start_class", json!({ "room_id": room })).await.unwrap();
    assert_eq!(status().await, 1);
    assert_eq!(world.call("room.list", json!({ "new_live_status": 2 })).await.unwrap()["total"], 1);
    world.call("live.stop_class", json!({ "room_id": room, "is_kick_out_all": 0 })).await.unwrap();
    assert_eq!(status().await, 0);

    let start = customer.next(&world.mock.partner_key()).await;
    assert_eq!((start["op"].as_str(), start["room_id"].as_str()), ("start", room.to_string().as_str()));
    assert_eq!(start["op_time"].len(), "2017-01-11 14:16:54".len());
    let end = customer.next(&world.mock.partner_key()).await;
    assert_eq!(end["op"], "end");
    assert_ne!(start["qid"], end["qid"]);
}

#[tokio::test]
async fn a_class_that_was_recorded_has_a_playback_and_the_customer_hears_of_it() {
    let world = World::new().await;
    let mut customer = Customer::start().await;
    let url = json!({ "url": customer.url });
    world.call("video_account.set_transcode_callback_url", url).await.unwrap();
    let class = async |room: i64| {
        world.call("live.start_class", json!({ "room_id": room })).await.unwrap();
        world.call("live.stop_class", json!({ "room_id": room, "is_kick_out_all": 0 })).await.unwrap();
    };
    let (silent, room) = (world.room("不录制").await, world.room("课").await);
    world.call("room.update", json!({ "room_id": silent, "auto_playback_record": 2 })).await.unwrap();
    class(silent).await;
    class(room).await;
    // The first to come is of the second room: the first one was not recorded.
    let started = customer.next(&world.mock.partner_key()).await;
    assert_eq!((started["room_id"].as_str(), started["status"].as_str()), (room.to_string().as_str(), "20"));
    assert!(!started.contains_key("length"), "{started:?}");
    let done = customer.next(&world.mock.partner_key()).await;
    assert_eq!((done["status"].as_str(), &done["video_id"]), ("100", &started["video_id"]));
    for name in ["session_id", "version", "preface_url", "total_size", "total_transcode_size", "length", "file_md5"] {
        assert!(done.contains_key(name), "{name}");
    }
    let video = world.call("video.info", json!({ "video_id": done["video_id"] })).await.unwrap();
    assert_eq!((&video["name"], &video["status"]), (&json!("课"), &json!(100)));
}

#[tokio::test]
async fn any_callback_can_be_posted() {
    let world = World::new().await;
    let mut customer = Customer::start().await;
    let none: [(&str, &str); 0] = [];
    assert!(world.mock.post_callback("mute_signal", none).await.is_err(), "no address is set");
    for operation in ["live_account.set_class_callback_url", "video_account.set_transcode_callback_url"] {
        world.call(operation, json!({ "url": customer.url })).await.unwrap();
    }
    assert!(world.mock.post_callback("no_such_callback", none).await.is_err());
    for name in callback_names() {
        let answer = world.mock.post_callback(name, [("room_id", "19080260553901")]).await.unwrap();
        assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"code":0,"msg":""}"#));
        let received = customer.next(&world.mock.partner_key()).await;
        assert_eq!(received["room_id"], "19080260553901", "{name}");
    }
}

fn callback_names() -> impl Iterator<Item = &'static str> {
    baijiayun_api::Description::embedded().callbacks.keys().map(String::as_str)
}
