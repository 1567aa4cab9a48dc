//! Courseware and folders: create, list, read, change, delete.

use super::World;
use crate::common::{column, id};
use baijiayun::File;
use serde_json::{Value, json};

async fn names(world: &World, room: i64) -> Vec<Value> {
    column(&world.call("doc.list", json!({ "room_id": room })).await.unwrap()["list"], "name")
}

#[tokio::test]
async fn a_document_lives() {
    let world = World::new().await;
    let room = world.room("课").await;
    let file = File::bytes("讲义.pdf", *b"content");
    let sent = json!({ "room_id": room, "ppt_animation": 1 });
    let doc = world.call_with("doc.upload", sent, &[("attachment", file)]).await.unwrap();
    let fid = id(&doc["fid"]);
    assert!(id(&doc["bind_id"]) > 0);
    assert_eq!(doc["name"], "讲义.pdf");

    let list = world.call("doc.list", json!({ "room_id": room })).await.unwrap();
    let row = &list["list"][0];
    assert_eq!((&row["fid"], &row["size"], &row["ppt_animation"]), (&json!(fid), &json!(7), &json!(1)));

    world.call("doc.rename", json!({ "fid": fid, "name": "新讲义.pdf" })).await.unwrap();
    assert_eq!(names(&world, room).await, ["新讲义.pdf"]);
    let preview = world.call("doc.get_preview", json!({ "fid": fid })).await.unwrap();
    assert_eq!(preview["list"][0]["fname"], "新讲义.pdf");

    world.call("doc.remove", json!({ "room_id": room, "fid": fid })).await.unwrap();
    assert_eq!(names(&world, room).await, [""; 0]);
    world.call("doc.bind", json!({ "room_id": room, "fid": fid })).await.unwrap();
    assert_eq!(names(&world, room).await, ["新讲义.pdf"]);
    world.call("doc.delete", json!({ "fid": fid })).await.unwrap();
    assert_eq!(names(&world, room).await, [""; 0]);
    assert_eq!(world.refusal("doc.delete", json!({ "fid": fid })).await, 1);
}

#[tokio::test]
async fn documents_of_the_account_are_paged() {
    let world = World::new().await;
    for number in 0..3 {
        world.doc(&format!("{number}.pdf")).await;
    }
    let page = |page: i64, source: &str| json!({ "type": source, "page": page, "page_size": 2 });
    let first = world.call("doc.list_all", page(1, "all")).await.unwrap();
    assert_eq!((&first["total"], column(&first["list"], "name")), (&json!(3), vec![json!("2.pdf"), json!("1.pdf")]));
    let second = world.call("doc.list_files", page(2, "api")).await.unwrap();
    assert_eq!(column(&second["list"], "name"), ["0.pdf"]);
    assert_eq!(world.call("doc.list_all", page(1, "room")).await.unwrap()["total"], 0);
}

#[tokio::test]
async fn documents_are_bound_in_batches() {
    let world = World::new().await;
    let (first, second) = (world.room("1").await, world.room("2").await);
    let (a, b) = (world.doc("a.pdf").await, world.doc("b.pdf").await);
    let bound = world.call("doc.bind_batch", json!({ "room_id": first, "fids": [a, b] })).await.unwrap();
    assert_eq!(bound["bind_ids"].as_array().unwrap().len(), 2);
    assert_eq!(names(&world, first).await.len(), 2);
    let bound = world.call("doc.bind_to_rooms", json!({ "room_ids": [first, second], "fid": a })).await.unwrap();
    assert_eq!(bound["room_ids"], json!([first, second]));
    assert_eq!(names(&world, second).await, ["a.pdf"]);
    world.call("doc.unbind", json!({ "room_id": second, "fid": a })).await.unwrap();
    assert_eq!(names(&world, second).await, [""; 0]);
    assert_eq!(names(&world, first).await.len(), 2, "the other room keeps it");
}

#[tokio::test]
async fn media_are_listed_apart() {
    let world = World::new().await;
    let room = world.room("课").await;
    let file = File::bytes("song.mp3", *b"la la");
    world.call_with("doc.upload_media", json!({ "room_id": room }), &[("attachment", file)]).await.unwrap();
    let url = json!({ "room_id": room, "h5_doc_url": "http://localhost/h5/index.html" });
    world.call("doc.upload_h5_by_url", url).await.unwrap();
    let media = world.call("doc.list_media", json!({ "room_id": room })).await.unwrap();
    assert_eq!((&media["list"][0]["name"], &media["list"][0]["total_size"]), (&json!("song.mp3"), &json!(5)));
    assert_eq!(names(&world, room).await, ["index.html"]);
    let previews = world.call("doc.list_room_previews", json!({ "room_id": room.to_string() })).await.unwrap();
    assert_eq!(previews["list"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_folder_lives() {
    let world = World::new().await;
    let room = world.room("课").await;
    let folder = |parent: i64, name: &str| json!({ "parent_finder_id": parent, "name": name });
    let outer = world.call("doc.create_folder", folder(0, "外")).await.unwrap();
    let inner = world.call("doc.create_folder", folder(id(&outer["finder_id"]), "内")).await.unwrap();
    assert_eq!((&outer["level"], &inner["level"]), (&json!(1), &json!(2)));

    let file = File::bytes("a.pdf", *b"a");
    let place = json!({ "parent_finder_id": inner["finder_id"] });
    world.call_with("doc.upload", place, &[("attachment", file)]).await.unwrap();
    let bind = json!({ "room_id": room, "finder_ids": [inner["finder_id"]] });
    world.call("doc.bind_folders", bind.clone()).await.unwrap();
    assert_eq!(names(&world, room).await, ["a.pdf"]);

    world.call("doc.delete_folder", json!({ "finder_id": outer["finder_id"] })).await.unwrap();
    assert_eq!(names(&world, room).await, [""; 0], "the folder's files go with it");
    assert_eq!(world.refusal("doc.bind_folders", bind).await, 1);
}
