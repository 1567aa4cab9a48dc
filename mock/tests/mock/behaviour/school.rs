//! A mock that is filled: lists are long, and all that tells of one class agrees.

use super::World;
use crate::common::{column, id};
use baijiayun_mock::Builder;
use serde_json::{Value, json};

async fn school(seed: u64) -> World {
    World::with(Builder::default().rate(0, 10).fill(seed)).await
}

async fn get(world: &World, name: &'static str, params: Value) -> Value {
    world.call(name, params).await.unwrap()
}

/// The newest room whose class was held and recorded, and its day.
async fn held(world: &World) -> (i64, String) {
    let list = get(world, "playback.list", json!({ "product_type": 1, "page": 1, "page_size": 10 })).await;
    let room = id(&list["list"][0]["room_id"]);
    let info = get(world, "room.info", json!({ "room_id": room })).await;
    (room, info["start_time"].as_str().unwrap()[..10].to_owned())
}

#[tokio::test]
async fn lists_are_full() {
    let world = school(1).await;
    let rooms = get(&world, "room.list", json!({ "page": 1, "limit": 50 })).await;
    assert_eq!((id(&rooms["total"]), rooms["list"].as_array().unwrap().len()), (108, 50));
    assert_eq!(get(&world, "user.list", json!({ "role": 1 })).await["total"], 8);
    assert_eq!(get(&world, "user.list", json!({ "role": 0 })).await["total"], 48);
    let playbacks = get(&world, "playback.list", json!({ "product_type": 1, "page": 1, "page_size": 10 })).await;
    let total = id(&playbacks["total"]);
    assert!((80..=87).contains(&total), "a class is held three times a day, for 28 days and part of this one: {total}");
    assert_eq!(get(&world, "video.list", json!({ "page_size": 1 })).await["total"], total + 8);
    let tree = get(&world, "video.list_categories", json!({})).await;
    assert!(column(&tree["list"], "video_count").iter().all(|count| *count == 1));

    let (room, _) = held(&world).await;
    let room = json!({ "room_id": room });
    assert_eq!(get(&world, "user.list_teachers", room.clone()).await["total"], 1);
    assert_eq!(get(&world, "user.list_students", room.clone()).await["total"], 16);
    assert_eq!(get(&world, "doc.list", room).await["list"].as_array().unwrap().len(), 1);
    // What is new is as in an empty mock.
    let new = world.room("新课").await;
    assert_eq!(get(&world, "room_data.get_report", json!({ "room_id": new })).await["live_uv"], 0);
    let exported = get(&world, "room_data.export_live_report", json!({ "room_id": new })).await;
    assert_eq!(exported, json!({ "room_user_info": [], "total": 0 }));
}

#[tokio::test]
async fn reports_of_a_class_agree() {
    let world = school(2).await;
    let (room, day) = held(&world).await;
    let of_room = json!({ "room_id": room, "page": 1, "page_size": 100 });
    let on_day = json!({ "room_id": room, "date": day });

    let report = get(&world, "room_data.get_report", json!({ "room_id": room })).await;
    let visits = get(&world, "room_data.export_live_report", of_room.clone()).await;
    let rows = visits["room_user_info"].as_array().unwrap();
    assert!(rows.len() > 5);
    assert_eq!((&visits["total"], &report["live_uv"]), (&json!(rows.len()), &json!(rows.len())));
    let listened: i64 = rows.iter().map(|row| id(&row["actual_listen_time"])).sum();
    assert_eq!(report["watch_duration"], listened / 60);
    assert_eq!(report["live_duration"], 45);
    assert!(rows.iter().all(|row| row["date"] == day.as_str()));
    assert_eq!(get(&world, "room_data.get_report", on_day.clone()).await, report);

    let stat = get(&world, "room_data.get_all_room_user_stat", json!({ "product_type": 1, "date": day })).await;
    let stat = &stat["room_user_stat"][room.to_string()];
    let students = rows.iter().filter(|row| row["user_role"] == 0).count();
    assert_eq!((&stat["total_user_count"], &stat["student_count"]), (&json!(rows.len()), &json!(students)));
    let span =
        json!({ "room_id": room, "start_time": format!("{day} 00:00:00"), "end_time": format!("{day} 23:59:59") });
    let peaks = get(&world, "room_data.get_peak_users", span).await;
    let most = peaks["peak_user"].as_object().unwrap().values().map(id).max().unwrap();
    assert!(most > 1 && most <= id(&stat["peak_user"]), "{most} {stat}");

    // Who chats, is praised, checks in and answers was there, and is a student of the room.
    let names = column(&visits["room_user_info"], "user_name");
    let was_there = |rows: &Value, name: &str| column(rows, name).iter().all(|name| names.contains(name));
    let chat = get(&world, "room_data.export_chat_messages", on_day.clone()).await;
    assert!(!chat["list"].as_array().unwrap().is_empty() && was_there(&chat["list"], "user_name"));
    let reviews = get(&world, "chat.list_reviews", of_room.clone()).await;
    assert_eq!(column(&reviews["list"], "content"), column(&chat["list"], "content"));
    let praises = get(&world, "room_data.export_praise_stat", json!({ "room_id": room })).await;
    let praised: i64 = column(&praises["list"], "count").iter().map(id).sum();
    assert_eq!(report["praise_count"], praised);
    assert_eq!(get(&world, "room_data.get_praise_count", on_day.clone()).await["total_count"], praised);
    let checkin = get(&world, "room_data.get_checkin_info", json!({ "room_id": room })).await;
    assert!(was_there(&checkin["checkin_list"][0]["user_list"], "nickname"));
    let answers = get(&world, "room_data.export_answer_stat", on_day).await;
    let first = &answers["list"][0];
    let asked = json!({ "room_id": room, "question_id": first["question_id"], "page": 1, "page_size": 100 });
    let answered = get(&world, "room_data.list_answer_users", asked).await;
    assert_eq!(answered["list"], first["student_answer"]);
    let enrolled = get(&world, "user.list_students", of_room).await;
    let enrolled = column(&enrolled["list"], "name");
    assert!(column(&first["student_answer"], "user_name").iter().all(|name| enrolled.contains(name)));
}

#[tokio::test]
async fn counts_of_plays_agree() {
    let world = school(3).await;
    let days = json!({ "product_type": 1, "start_date": "2020-01-01", "end_date": "2099-01-01" });
    let rank = get(&world, "video_data.get_play_count_rank", days).await;
    let (video, count) = (id(&rank["play_rank"][0]["video_id"]), id(&rank["play_rank"][0]["play_count"]));
    assert!(count > 1);
    let records = json!({ "video_id": video, "start_time": "2020-01-01 00:00:00", "end_time": "2099-01-01 00:00:00" });
    let records = get(&world, "video_data.list_play_records", records).await;
    assert_eq!(
        (id(&records["total"]), records["list"].as_array().unwrap().len()),
        (count, usize::try_from(count).unwrap())
    );
    let day = records["list"][0]["play_begin_time"].as_str().unwrap()[..10].to_owned();
    let on_day = records["list"].as_array().unwrap().iter();
    let on_day = on_day.filter(|play| play["play_begin_time"].as_str().unwrap().starts_with(&day)).count();
    let by_day = json!({ "video_id": video, "start_date": day, "end_date": day });
    assert_eq!(get(&world, "video_data.get_play_count", by_day).await["play_count"], json!({ day: on_day }));
    let all =
        json!({ "start_time": "2020-01-01 00:00:00", "end_time": "2099-01-01 00:00:00", "page": 1, "page_size": 1 });
    let total: i64 = column(&rank["play_rank"], "play_count").iter().map(id).sum();
    assert_eq!(get(&world, "video_data.export_reports", all).await["total"], total);
}

#[tokio::test]
async fn the_seed_decides() {
    let mut told = Vec::new();
    for seed in [7, 7, 8] {
        let world = school(seed).await;
        let (room, _) = held(&world).await;
        let visits = get(&world, "room_data.export_live_report", json!({ "room_id": room })).await;
        let users = get(&world, "user.list", json!({ "role": 0 })).await;
        told.push((room, visits, column(&users["list"], "name")));
    }
    assert_eq!(told[0], told[1]);
    assert_ne!(told[0], told[2]);
}
