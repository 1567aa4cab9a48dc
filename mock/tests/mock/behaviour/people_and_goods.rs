//! Users, goods, pictures and sensitive words: create, list, read, change, delete.

use super::World;
use crate::common::{column, id};
use baijiayun::File;
use serde_json::{Value, json};

#[tokio::test]
async fn a_user_lives() {
    let world = World::new().await;
    let student = world.user(0, "13500000001").await;
    world.user(1, "13500000002").await;
    let list = world.call("user.list", json!({ "role": 0 })).await.unwrap();
    assert_eq!((&list["total"], id(&list["list"][0]["user_id"])), (&json!(1), student));
    assert_eq!(list["list"][0].get("password"), None, "a password is never shown");

    world.call("user.update", json!({ "user_id": student, "name": "小明" })).await.unwrap();
    let by_phone = json!({ "role": 0, "phone_number": "13500000001" });
    assert_eq!(world.call("user.get_by_phone", by_phone.clone()).await.unwrap()["name"], "小明");

    let again = json!({ "role": 0, "name": "b", "phone_number": "13500000001", "password": "secret1" });
    assert_eq!(world.refusal("user.add", again).await, 1, "a phone number has one user");
    let wrong_role = json!({ "user_ids": [student], "role": 1 });
    assert_eq!(world.refusal("user.delete_batch", wrong_role).await, 1);
    world.call("user.delete_batch", json!({ "user_ids": [student], "role": 0 })).await.unwrap();
    assert_eq!(world.refusal("user.get_by_phone", by_phone).await, 1);
}

#[tokio::test]
async fn users_belong_to_rooms() {
    let world = World::new().await;
    let room = world.room("课").await;
    let (a, b) = (world.user(0, "1").await, world.user(0, "2").await);
    world.call("user.assign_students", json!({ "room_id": room, "user_ids": [a, b] })).await.unwrap();
    let students = |page_size: i64| json!({ "room_id": room, "page": 1, "page_size": page_size });
    let list = world.call("user.list_students", students(1)).await.unwrap();
    assert_eq!((&list["total"], list["list"].as_array().unwrap().len()), (&json!(2), 1));
    world.call("user.remove_students", json!({ "room_id": room, "user_ids": [a] })).await.unwrap();
    let list = world.call("user.list_students", students(10)).await.unwrap();
    assert_eq!(column(&list["list"], "user_id"), [b]);
    world.call("user.delete_batch", json!({ "user_ids": [b], "role": 0 })).await.unwrap();
    assert_eq!(world.call("user.list_students", students(10)).await.unwrap()["total"], 0);
}

#[tokio::test]
async fn a_room_has_one_teacher_and_assistants() {
    let world = World::new().await;
    let room = world.room("课").await;
    let teachers = [world.user(1, "1").await, world.user(1, "2").await, world.user(1, "3").await];
    for (user, role) in teachers.into_iter().zip([1, 1, 2]) {
        world.call("user.assign_teacher", json!({ "room_id": room, "user_id": user, "role": role })).await.unwrap();
    }
    let list = world.call("user.list_teachers", json!({ "room_id": room })).await.unwrap();
    assert_eq!(
        (&list["teacher"]["user_id"], column(&list["assistant"], "user_id")),
        (&json!(teachers[1]), vec![json!(teachers[2])])
    );
    assert_eq!(list["total"], 2);
    let fake = |user: i64| json!({ "room_id": room, "user_id": user, "relation_type": 1 });
    assert_eq!(world.call("user.assign_fake_assistant", fake(teachers[2])).await.unwrap(), true);
    assert_eq!(world.refusal("user.assign_fake_assistant", fake(teachers[0])).await, 1);
    world.call("user.remove_teacher", json!({ "room_id": room, "user_id": teachers[1] })).await.unwrap();
    assert_eq!(world.call("user.list_teachers", json!({ "room_id": room })).await.unwrap()["total"], 1);
}

#[tokio::test]
async fn goods_live() {
    let world = World::new().await;
    let (room, other) = (world.room("卖").await, world.room("买").await);
    let image = world.call_with("goods.upload_image", json!({}), &[("media", File::bytes("a.png", *b"png"))]).await;
    let image = image.unwrap();
    let goods = json!({ "product_type": 1, "room_id": room, "goods_name": "书", "media_id": image["media_id"],
        "price": 9.9, "url": "http://localhost/buy" });
    let added = world.call("goods.add", goods.clone()).await.unwrap()["goods_id"].clone();

    let mut changed = goods;
    changed["goods_id"] = added.clone();
    changed["price"] = json!(8.5);
    world.call("goods.update", changed.clone()).await.unwrap();
    changed["room_id"] = json!(other);
    assert_eq!(world.refusal("goods.update", changed).await, 1, "it belongs to another room");

    let delete = json!({ "product_type": 1, "room_id": room, "goods_id": added });
    world.call("goods.delete", delete.clone()).await.unwrap();
    assert_eq!(world.refusal("goods.delete", delete).await, 1);

    let images = world.call("goods.list_images", json!({})).await.unwrap();
    assert_eq!((&images["count"], &images["list"][0]["url"]), (&json!(1), &image["url"]));
    world.call("goods.delete_image", json!({ "media_id": image["media_id"] })).await.unwrap();
    assert_eq!(world.call("goods.list_images", json!({})).await.unwrap()["count"], 0);
}

#[tokio::test]
async fn sensitive_words_live() {
    let world = World::new().await;
    let room = world.room("课").await;
    let add = |words: &[&str]| json!({ "product_type": 1, "words": words });
    let count = |answer: Value| answer["total"].clone();
    assert_eq!(count(world.call("live_setting.add_sensitive_words", add(&["一", "二"])).await.unwrap()), 2);
    assert_eq!(
        count(world.call("live_setting.add_sensitive_words", add(&["二", "三"])).await.unwrap()),
        1,
        "one is known"
    );
    let of_room = json!({ "product_type": 1, "words": ["四"], "room_id": room });
    world.call("live_setting.add_sensitive_words", of_room).await.unwrap();

    let list = world.call("live_setting.list_sensitive_words", json!({ "product_type": 1 })).await.unwrap();
    assert_eq!(column(&list["list"], "word"), ["三", "二", "一"]);
    let of_room = json!({ "product_type": 1, "room_id": room });
    assert_eq!(count(world.call("live_setting.list_sensitive_words", of_room).await.unwrap()), 1);

    let delete = json!({ "product_type": 1, "ids": [list["list"][0]["id"]] });
    world.call("live_setting.delete_sensitive_words", delete).await.unwrap();
    let list = world.call("live_setting.list_sensitive_words", json!({ "product_type": 1 })).await.unwrap();
    assert_eq!(column(&list["list"], "word"), ["二", "一"]);
}
