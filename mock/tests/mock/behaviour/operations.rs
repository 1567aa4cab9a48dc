//! Every operation of the table answers, and its answer is as described.

use super::World;
use crate::common::id;
use baijiayun::File;
use baijiayun::core::operation::{self, Host, Operation, Param, ParamKind};
use baijiayun_api::Description;
use baijiayun_mock::{Builder, Misbehaviour};
use serde_json::{Value, json};

/// The things that a call needs, made for it.
async fn thing(world: &World, operation: &Operation, param: &Param) -> Option<Value> {
    let unique = operation.name.len() as i64 * 1000 + world.mock.requests().len() as i64;
    Some(match param.name {
        "room_id" => json!(world.room("课").await),
        "room_ids" => json!([world.room("一").await, world.room("二").await]),
        "video_id" => json!(world.video("a.mp4").await.0),
        "video_ids" => json!([world.video("a.mp4").await.0]),
        "fid" => json!(world.doc("a.pdf").await),
        "fids" => json!([world.doc("a.pdf").await]),
        "finder_id" | "finder_ids" => {
            let folder = json!({ "parent_finder_id": 0, "name": "a" });
            let folder = id(&world.call("doc.create_folder", folder).await.unwrap()["finder_id"]);
            if param.name == "finder_ids" { json!([folder]) } else { json!(folder) }
        }
        "parent_finder_id" | "parent_id" | "role" => json!(0),
        "category_id" => {
            let category = world.call("video.add_category", json!({ "name": "a" })).await.unwrap();
            category["id"].clone()
        }
        "user_id" => json!(world.user(0, &unique.to_string()).await),
        "user_ids" => json!([world.user(0, &unique.to_string()).await]),
        "phone_number" if operation.name == "user.get_by_phone" => {
            world.user(0, &unique.to_string()).await;
            json!(unique.to_string())
        }
        "media_id" => {
            let image = File::bytes("a.png", *b"png");
            world.call_with("goods.upload_image", json!({}), &[("media", image)]).await.unwrap()["media_id"].clone()
        }
        _ => return None,
    })
}

/// Things that hang on others of the same call.
async fn dependent(world: &World, operation: &Operation, params: &mut Value) {
    let of = |name: &str| params[name].clone();
    match operation.name.as_ref() {
        "doc.remove" | "doc.unbind" => {
            let bind = json!({ "room_id": of("room_id"), "fid": of("fid") });
            world.call("doc.bind", bind).await.unwrap();
        }
        "user.remove_teacher" | "user.assign_fake_assistant" => {
            let assign = json!({ "room_id": of("room_id"), "user_id": of("user_id"), "role": 2 });
            world.call("user.assign_teacher", assign).await.unwrap();
        }
        "goods.update" | "goods.delete" => {
            let goods = json!({ "product_type": 1, "room_id": of("room_id"), "goods_name": "a", "media_id": 1, "price": 1,
                "url": "u" });
            params["goods_id"] = world.call("goods.add", goods).await.unwrap()["goods_id"].clone();
        }
        "video.update_subtitle" | "video.set_default_subtitle" | "video.delete_subtitle" => {
            let video = match of("video_id") {
                Value::Null => json!(world.video("a.mp4").await.0),
                video => video,
            };
            let file = File::bytes("a.vtt", *b"WEBVTT");
            let subtitle = json!({ "name": "a", "video_id": id(&video).to_string() });
            let subtitle = world.call_with("video.upload_subtitle", subtitle, &[("subtitle", file)]).await.unwrap();
            params["subtitle_id"] = subtitle["subtitle_id"].clone();
        }
        "room.delete_code" => {
            let student = json!({ "room_id": of("room_id"), "user_number": 1 });
            params["code"] = world.call("room.create_code", student).await.unwrap()["student_code"].clone();
        }
        _ => {}
    }
}

fn plain(param: &Param) -> Value {
    match param.kind {
        ParamKind::Int | ParamKind::Flag => json!(1.clamp(param.min, param.max)),
        ParamKind::Timestamp => json!(1_700_000_000),
        ParamKind::Float(_) => json!(0.5),
        ParamKind::Text if param.name.ends_with("url") => json!("http://127.0.0.1:9/hook"),
        ParamKind::Text => json!("1"),
        ParamKind::Date | ParamKind::DateOrZero => json!("2024-03-01"),
        ParamKind::DateTime => json!("2024-03-01 08:00:00"),
        ParamKind::List { .. } => json!([1]),
        ParamKind::Json(operation::JsonKind::Object) => json!({}),
        ParamKind::Json(_) => json!([]),
        ParamKind::File => Value::Null,
    }
}

/// Calls an operation with its required parameters and says what was wrong.
async fn call(world: &World, operation: &'static Operation) -> Result<(), String> {
    let mut params = json!({});
    let mut files = Vec::new();
    let required = operation.any_of.iter().filter_map(|group| operation.param(group[0]));
    for param in operation.params.iter().filter(|param| param.required).chain(required) {
        if param.kind == ParamKind::File {
            files.push((param.name, File::bytes("a.bin", *b"content")));
        } else {
            params[param.name] = thing(world, operation, param).await.unwrap_or_else(|| plain(param));
        }
    }
    if let Host::Given(address) = operation.host {
        params[address] = json!(world.video("a.mp4").await.1);
    }
    dependent(world, operation, &mut params).await;
    let mut filled = baijiayun::Params::from_json(operation, &params.to_string()).unwrap();
    for (name, file) in files {
        filled.set(name, file);
    }
    let answer =
        world.client.call(operation.name.as_ref()).params(filled).send().await.map_err(|e| format!("{e} {params}"))?;
    if !answer.departures.is_empty() {
        return Err(format!("{:?}", answer.departures));
    }
    let called = world.mock.requests().pop().and_then(|request| request.operation);
    if called.as_deref() == Some(&operation.name) { Ok(()) } else { Err(format!("{called:?} was called")) }
}

async fn call_all(builder: Builder) {
    let world = World::with(builder.rate(u32::MAX, 10)).await;
    let mut wrong = Vec::new();
    for operation in operation::all() {
        if let Err(why) = call(&world, operation).await {
            wrong.push(format!("{}: {why}", operation.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn every_operation_answers_as_described() {
    assert_eq!(operation::all().len(), Description::embedded().operations().count());
    call_all(Builder::default()).await;
}

#[tokio::test]
async fn every_loose_answer_can_be_straightened() {
    call_all(Builder::default().misbehave(Misbehaviour { php_loose: true, ..Misbehaviour::default() })).await;
}

#[tokio::test]
async fn every_operation_answers_in_a_school() {
    call_all(Builder::default().fill(1)).await;
}

#[tokio::test]
async fn examples_are_adapted_to_the_request() {
    let world = World::new().await;
    let room = world.room("课").await;
    let flow = world.call("room_data.get_flow", json!({ "room_id": room, "date": "2024-03-01" })).await.unwrap();
    assert_eq!(id(&flow["room_id"]), room);
    let (video, _) = world.video("a.mp4").await;
    let screenshots = world.call("video.get_screenshots", json!({ "video_id": video })).await.unwrap();
    assert_eq!(id(&screenshots["video_id"]), video);

    // All pages of an example come to an end.
    let page = |page: i64| json!({ "room_id": room, "page": page, "page_size": 1 });
    let first = world.call("chat.list_reviews", page(1)).await.unwrap();
    let total = first["total"].as_u64().unwrap();
    assert_eq!(first["list"].as_array().unwrap().len(), 1);
    let last = i64::try_from(total).unwrap();
    assert_eq!(world.call("chat.list_reviews", page(last)).await.unwrap()["list"].as_array().unwrap().len(), 1);
    assert_eq!(world.call("chat.list_reviews", page(last + 1)).await.unwrap()["list"], json!([]));
}
