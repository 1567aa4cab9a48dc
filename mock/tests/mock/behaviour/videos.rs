//! Videos: transcoding, categories, subtitles.

use std::time::Duration;

use super::World;
use crate::common::{Customer, column, id};
use baijiayun::File;
use baijiayun_mock::{Builder, Transcoding};
use serde_json::{Value, json};

const MEGABYTE: usize = 1 << 20;

/// Bytes that differ, so that a lost or doubled piece shows in the MD5.
fn film(size: usize) -> Vec<u8> {
    (0..size).map(|index| (index / 251 * 7 + index % 251) as u8).collect()
}

fn polled() -> Builder {
    Builder::default().transcoding(Transcoding::Polls(1))
}

async fn status(world: &World, video: i64) -> Value {
    world.call("video.get_status", json!({ "video_id": video })).await.unwrap()["status"].clone()
}

/// Of the whole file at once; the mock computes it piece by piece.
fn md5(bytes: &[u8]) -> String {
    use md5::{Digest, Md5};
    Md5::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn a_video_is_uploaded_transcoded_and_told_of() {
    let world = World::with(polled()).await;
    let mut customer = Customer::start().await;
    let key = world.mock.partner_key();
    world.call("video_account.set_transcode_callback_url", json!({ "url": customer.url })).await.unwrap();

    let (video, url) = world.video("课程.mp4").await;
    assert!(url.starts_with(world.mock.url()));
    assert_eq!(status(&world, video).await, 10);
    let content = film(5 * MEGABYTE + 123);
    let answer = world.upload(&url, content.clone()).await.unwrap();
    assert_eq!(id(&answer["fid"]), video);
    let uploaded = customer.next(&key).await;
    assert_eq!((uploaded["status"].as_str(), uploaded["video_id"].parse()), ("20", Ok(video)));

    assert_eq!(status(&world, video).await, 20);
    assert_eq!(status(&world, video).await, 100);
    let done = customer.next(&key).await;
    assert_eq!((done["status"].as_str(), done["file_md5"].as_str()), ("100", md5(&content).as_str()));
    assert_eq!(done["total_size"], content.len().to_string());
    assert_eq!(done["now_definition"], "std,high");
    assert_ne!(uploaded["qid"], done["qid"]);

    let info = world.call("video.info", json!({ "video_id": video })).await.unwrap();
    assert_eq!((&info["name"], &info["file_md5"]), (&json!("课程.mp4"), &json!(md5(&content))));
    assert_eq!(info["transcode_info"].as_array().unwrap().len(), 6, "two definitions of three formats");
}

#[tokio::test]
async fn transcoding_takes_its_time_and_a_video_has_its_own_callback_address() {
    let world = World::with(Builder::default().transcoding(Transcoding::After(Duration::from_secs(600)))).await;
    let mut customer = Customer::start().await;
    let video = json!({ "file_name": "a.mp4", "definition": [16], "callback_url": customer.url });
    let registered = world.call("video.get_upload_url", video).await.unwrap();
    world.upload(registered["upload_url"].as_str().unwrap(), film(10)).await.unwrap();
    let key = world.mock.partner_key();
    assert_eq!(customer.next(&key).await["status"], "20");
    world.mock.advance(Duration::from_secs(599)).await;
    assert_eq!(status(&world, id(&registered["video_id"])).await, 20);
    world.mock.advance(Duration::from_secs(1)).await;
    assert_eq!(customer.next(&key).await["status"], "100");
    assert_eq!(status(&world, id(&registered["video_id"])).await, 100);
}

#[tokio::test]
async fn an_empty_file_cannot_be_transcoded() {
    let world = World::with(polled()).await;
    let mut customer = Customer::start().await;
    world.call("video_account.set_transcode_callback_url", json!({ "url": customer.url })).await.unwrap();
    let (video, url) = world.video("empty.mp4").await;
    world.upload(&url, Vec::new()).await.unwrap();
    assert_eq!(status(&world, video).await, 30);
    let key = world.mock.partner_key();
    assert_eq!(customer.next(&key).await["status"], "20");
    assert_eq!(customer.next(&key).await["status"], "30");
}

#[tokio::test]
async fn a_video_is_listed_changed_and_deleted() {
    let world = World::new().await;
    let (first, _) = world.video("一.mp4").await;
    let (second, _) = world.video("二.mp4").await;
    world.call("video.update", json!({ "video_id": first, "name": "壹" })).await.unwrap();
    let list = world.call("video.list", json!({ "page": 2, "page_size": 1 })).await.unwrap();
    assert_eq!((&list["total"], column(&list["list"], "name")), (&json!(2), vec![json!("壹")]));
    let found = world.call("video.list", json!({ "name": "二" })).await.unwrap();
    assert_eq!(column(&found["list"], "video_id"), [second]);
    let later = world.call("video.list", json!({ "create_time": "2099-01-01 00:00:00" })).await.unwrap();
    assert_eq!(later["total"], 0);
    let blocked = world.call("video.set_publish_status", json!({ "video_id": first, "status": 2 })).await.unwrap();
    assert_eq!(blocked["status"], 2);
    let info = world.call("video.info", json!({ "video_id": first })).await.unwrap();
    assert_eq!(info["publish_status"], 2);
    let tokens = json!({ "video_ids": [first, second], "expires_in": 60 });
    let tokens = world.call("video.get_player_tokens", tokens).await.unwrap();
    assert_ne!(tokens[first.to_string()], tokens[second.to_string()]);
    world.call("video.delete", json!({ "video_id": first })).await.unwrap();
    assert_eq!(world.refusal("video.get_status", json!({ "video_id": first })).await, 5002);
    assert_eq!(world.call("video.list", json!({})).await.unwrap()["total"], 1);
}

#[tokio::test]
async fn definitions_are_removed() {
    let world = World::with(polled()).await;
    let (video, url) = world.video("a.mp4").await;
    world.upload(&url, film(10)).await.unwrap();
    status(&world, video).await;
    world.call("video.remove_definitions", json!({ "video_id": video, "definition": [1] })).await.unwrap();
    let info = world.call("video.info", json!({ "video_id": video })).await.unwrap();
    assert_eq!(column(&info["transcode_info"], "definition"), ["std", "std", "std"]);
}

#[tokio::test]
async fn categories_are_a_tree() {
    let world = World::new().await;
    let mut ids = vec![0];
    for level in 1..=5 {
        let category = json!({ "name": format!("{level}级"), "parent_id": ids[level - 1].to_string() });
        let added = world.call("video.add_category", category).await.unwrap();
        assert_eq!(added["level"], level);
        ids.push(id(&added["id"]));
    }
    let sixth = json!({ "name": "6级", "parent_id": ids[5].to_string() });
    assert_eq!(world.refusal("video.add_category", sixth).await, 1);

    let (video, _) = world.video("a.mp4").await;
    let put = world.call("video.set_category", json!({ "video_id": video, "category_id": ids[3] })).await.unwrap();
    assert_eq!((&put["category_level3_id"], &put["category_level4_id"]), (&json!(ids[3]), &json!(0)));
    let tree = world.call("video.list_categories", json!({})).await.unwrap();
    let third = &tree["list"][0]["children"][0]["children"][0];
    assert_eq!((&third["id"], &third["video_count"]), (&json!(ids[3]), &json!(1)));
    let below = world.call("video.get_category", json!({ "category_id": ids[1].to_string() })).await.unwrap();
    assert_eq!(column(&below["children"], "id"), [ids[2]]);

    let in_first = json!({ "category_id": ids[1] });
    let list = world.call("video.list_by_category", in_first.clone()).await.unwrap();
    assert_eq!(column(&list["list"], "video_id"), [video], "videos of lower levels are included");
    assert_eq!(world.refusal("video.delete_category", in_first.clone()).await, 1, "it has a video");
    let info = world.call("video.info", json!({ "video_id": video })).await.unwrap();
    assert_eq!(column(&info["category"], "name"), ["1级", "2级", "3级"]);

    world.call("video.set_category_batch", json!({ "video_ids": [video], "category_id": 0 })).await.unwrap();
    world.call("video.delete_category", in_first).await.unwrap();
    assert_eq!(world.call("video.list_categories", json!({})).await.unwrap(), json!({ "list": [] }));
}

#[tokio::test]
async fn a_subtitle_lives() {
    let world = World::new().await;
    let (video, _) = world.video("a.mp4").await;
    let mut ids = Vec::new();
    for name in ["中文", "English"] {
        let file = File::bytes("a.vtt", *b"WEBVTT");
        let sent = json!({ "name": name, "video_id": video.to_string() });
        let subtitle = world.call_with("video.upload_subtitle", sent, &[("subtitle", file)]).await.unwrap();
        ids.push(subtitle["subtitle_id"].clone());
    }
    world.call("video.update_subtitle", json!({ "subtitle_id": ids[0], "name": "汉语" })).await.unwrap();
    let default = json!({ "video_id": video.to_string(), "subtitle_id": ids[0] });
    world.call("video.set_default_subtitle", default).await.unwrap();
    let list = || async { world.call("video.list_subtitles", json!({ "video_id": video.to_string() })).await.unwrap() };
    let subtitles = list().await;
    assert_eq!(column(&subtitles, "subtitle_name"), ["English", "汉语"]);
    assert_eq!(column(&subtitles, "is_default"), ["0", "1"]);
    world.call("video.delete_subtitle", json!({ "subtitle_id": ids[1] })).await.unwrap();
    assert_eq!(column(&list().await, "subtitle_id"), [ids[0].clone()]);
}
