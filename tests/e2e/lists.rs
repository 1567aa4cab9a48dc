//! Lists through the Rust client: pages, rows, and errors on the way.

use std::collections::BTreeSet;

use baijiayun::ErrorKind;
use baijiayun_mock::{Misbehaviour, MockService};
use baijiayun_tests::client;

#[tokio::test]
async fn all_rooms_of_all_pages() {
    let mock = MockService::builder().rate(u32::MAX, 10).start().await.expect("the mock starts");
    let client = client(&mock);
    let mut made = BTreeSet::new();
    for number in 0..25 {
        let room = client.room().create(format!("第 {number} 课"), 1_893_456_000, 1_893_459_600).await.expect("a room");
        made.insert(room.room_id);
    }
    let mut items = client.room().list().limit(10).items();
    let mut listed = BTreeSet::new();
    while let Some(room) = items.next().await {
        let id = room.expect("a row").room_id;
        assert!(listed.insert(id), "no room twice");
    }
    assert_eq!(listed, made);

    let mut pages = client.room().list().limit(10).pages();
    let mut sizes = Vec::new();
    while let Some(page) = pages.next().await {
        sizes.push(page.expect("a page").list.len());
    }
    assert_eq!(sizes, [10, 10, 5]);

    // By name, as JSON.
    let mut pages = client.call("room.list").set("limit", 20_i64).pages();
    let first = pages.next().await.expect("a page").expect("rooms");
    assert_eq!(first["list"].as_array().map(Vec::len), Some(20));
}

#[tokio::test]
async fn an_error_ends_the_list_and_is_told() {
    let mock = MockService::builder().start().await.expect("the mock starts");
    let client = client(&mock);
    let mut items = client.call("room.info").pages();
    let error = items.next().await.expect("an error").expect_err("room.info has no pages");
    assert_eq!(error.kind(), ErrorKind::InvalidParameters);
    assert!(items.next().await.is_none());
}

#[tokio::test]
async fn reads_survive_a_service_that_fails_now_and_then() {
    let trouble = Misbehaviour { errors_every: 4, drops_every: 5, ..Misbehaviour::default() };
    let mock = MockService::builder().rate(u32::MAX, 10).start().await.expect("the mock starts");
    let client = client(&mock);
    for number in 0..12 {
        client.room().create(format!("{number}"), 1_893_456_000, 1_893_459_600).await.expect("a room");
    }
    mock.misbehave(trouble);
    let mut items = client.room().list().limit(2).items();
    let mut rows = 0;
    while let Some(room) = items.next().await {
        room.expect("a row in spite of the faults");
        rows += 1;
    }
    assert_eq!(rows, 12);
}
