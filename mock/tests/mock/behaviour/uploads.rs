//! Uploads: chunks with their range, the form with the whole file, breaks, and what is refused.

use std::time::Duration;

use super::World;
use crate::common::{id, json_of};
use crate::shells::{Begun, Form, Shell};
use baijiayun::HttpAnswer;
use baijiayun_mock::{Builder, Misbehaviour, Transcoding, Verdict};
use serde_json::{Value, json};

const CHUNK: usize = 1 << 20;

/// Bytes that differ, so that a lost or doubled piece shows in the MD5.
fn film(size: usize) -> Vec<u8> {
    (0..size).map(|index| (index / 251 * 7 + index % 251) as u8).collect()
}

fn md5(bytes: &[u8]) -> String {
    use md5::{Digest, Md5};
    Md5::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn world(misbehaviour: Misbehaviour) -> World {
    World::with(Builder::default().transcoding(Transcoding::Polls(1)).misbehave(misbehaviour)).await
}

/// A post to an upload address.
struct Sent<'a> {
    url: &'a str,
    headers: Vec<(&'static str, &'a str)>,
    body: Vec<u8>,
}

fn ranged<'a>(url: &'a str, range: &'a str, body: impl Into<Vec<u8>>) -> Sent<'a> {
    Sent { url, headers: vec![CHUNK_TYPE, ("content-range", range)], body: body.into() }
}

const CHUNK_TYPE: (&str, &str) = ("content-type", "application/octet-stream");

fn form<'a>(url: &'a str, part: &str, content: Vec<u8>) -> Sent<'a> {
    let mut form = Form::default();
    form.add(part, Some("a.mp4"), &content);
    Sent { url, headers: vec![Form::TYPE], body: form.end() }
}

async fn taken(world: &World, sent: Sent<'_>) {
    let answer = json_of(world.mock.send("POST", sent.url, &sent.headers, sent.body).await);
    assert_eq!(answer["code"], 1, "{answer}");
}

/// The reason of a refusal with 4001.
async fn refused(world: &World, sent: Sent<'_>) -> String {
    let answer = json_of(world.mock.send("POST", sent.url, &sent.headers, sent.body).await);
    assert_eq!(answer["code"], 4001, "{answer}");
    answer["msg"].as_str().unwrap().to_owned()
}

/// The connection breaks before there is a whole answer.
async fn broken(world: &World, sent: Sent<'_>) {
    assert!(world.mock.send("POST", sent.url, &sent.headers, sent.body).await.is_err());
}

/// Begins to post a chunk.
async fn begin(world: &World, url: &str, range: &str) -> impl Begun {
    world.mock.begin("POST", url, &[CHUNK_TYPE, ("content-range", range)]).await
}

/// The address to go on at, and how much is there.
async fn resume(world: &World, video: i64) -> (String, usize) {
    let data = world.call("video.get_resume_upload_url", json!({ "video_id": video })).await.unwrap();
    (data["upload_url"].as_str().unwrap().to_owned(), usize::try_from(id(&data["upload_size"])).unwrap())
}

async fn status(world: &World, video: i64) -> Value {
    world.call("video.get_status", json!({ "video_id": video })).await.unwrap()["status"].clone()
}

async fn assert_stored(world: &World, video: i64, content: &[u8]) {
    let info = world.call("video.info", json!({ "video_id": video })).await.unwrap();
    assert_eq!((&info["file_md5"], &info["total_size"]), (&json!(md5(content)), &json!(content.len())));
}

/// Sends the rest of a file from a byte on, in chunks.
async fn send_rest(world: &World, url: &str, content: &[u8], from: usize) {
    let mut first = from;
    for piece in content[from..].chunks(CHUNK) {
        let range = format!("bytes {}-{}/{}", first + 1, first + piece.len(), content.len());
        taken(world, ranged(url, &range, piece.to_vec())).await;
        first += piece.len();
    }
}

#[tokio::test]
async fn a_file_comes_in_chunks() {
    let world = world(Misbehaviour::default()).await;
    let (video, url) = world.video("a.mp4").await;
    let content = film(3 * CHUNK + 17);
    assert_eq!(resume(&world, video).await.1, 0, "it may be asked before the first byte");
    let (url_now, _) = resume(&world, video).await;
    assert_ne!(url_now, url);
    send_rest(&world, &url_now, &content[..], 0).await;
    assert_eq!(status(&world, video).await, 20);
    assert_stored(&world, video, &content).await;
    assert_eq!(world.refusal("video.get_resume_upload_url", json!({ "video_id": video })).await, 1);
    refused(&world, ranged(&url_now, "bytes 1-1/1", "x")).await;
}

#[tokio::test]
async fn a_file_comes_as_one_form_in_either_part() {
    let world = world(Misbehaviour::default()).await;
    for part in ["data", "file"] {
        let (video, url) = world.video("a.mp4").await;
        let content = film(CHUNK + 5);
        taken(&world, form(&url, part, content.clone())).await;
        assert_stored(&world, video, &content).await;
    }
    let (_, url) = world.video("a.mp4").await;
    assert!(refused(&world, form(&url, "attachment", film(3))).await.contains("没有文件"));
}

#[tokio::test]
async fn ranges_are_checked_against_what_is_there() {
    let world = world(Misbehaviour::default()).await;
    let (video, url) = world.video("a.mp4").await;
    let content = film(1000);
    taken(&world, ranged(&url, "bytes 1-400/1000", content[..400].to_vec())).await;
    for (range, piece, reason) in [
        ("bytes 402-1000/1000", &content[401..], "缺少数据: bytes 402-1000/1000, 已有 400 字节"),
        ("bytes 400-1000/1000", &content[399..], "重叠: bytes 400-1000/1000, 已有 400 字节"),
        ("bytes 1-400/1000", &content[..400], "重叠"),
        ("bytes 401-1000/1001", &content[400..], "文件大小与之前的分片不一致"),
        ("bytes 401-999/1000", &content[400..], "分片有 600 字节"),
        ("bytes 401-1000/1000", &content[401..], "分片有 599 字节"),
        ("bytes 400-999/1000 ", &content[400..], "Content-Range 无效"),
        ("bytes 0-399/1000", &content[..400], "Content-Range 无效"),
        ("bytes=401-1000/1000", &content[400..], "Content-Range 无效"),
        ("400-999/1000", &content[400..], "Content-Range 无效"),
    ] {
        let msg = refused(&world, ranged(&url, range, piece.to_vec())).await;
        // HTTP trims what stands at the end of a header.
        if !range.ends_with(' ') {
            assert!(msg.contains(reason), "{range}: {msg}");
        }
    }
    let range = ("content-range", "bytes 401-1000/1000");
    let octets = |headers| Sent { url: &url, headers, body: content[400..].to_vec() };
    assert!(refused(&world, octets(vec![])).await.contains("没有 Content-Range"));
    let text = octets(vec![("content-type", "text/plain"), range]);
    assert!(refused(&world, text).await.contains("application/octet-stream"));
    assert!(refused(&world, form(&url, "data", content[400..].to_vec())).await.contains("Content-Range 续传"));
    // Nothing of all that counts.
    taken(&world, ranged(&url, "bytes 401-1000/1000", content[400..].to_vec())).await;
    assert_stored(&world, video, &content).await;
}

#[tokio::test]
async fn a_length_that_is_not_told_is_counted() {
    let world = world(Misbehaviour::default()).await;
    let (video, url) = world.video("a.mp4").await;
    let content = film(1000);
    for (range, content, said) in [
        ("bytes 1-999/1000", &content[..], "1000 字节"),
        ("bytes 1-1000/1000", &content[1..], "999 字节"),
        ("bytes 1-1000/1000", &content[..], "success"),
    ] {
        let mut begun = begin(&world, &url, range).await;
        for piece in content.chunks(100) {
            begun.more(piece.to_vec()).await;
        }
        let answer = json_of(begun.end().await);
        assert!(answer["msg"].as_str().unwrap().contains(said), "{range}: {answer}");
    }
    assert_stored(&world, video, &content).await;
}

#[tokio::test]
async fn a_chunk_that_breaks_off_is_lost_unless_parts_are_kept() {
    for (keep, there) in [(false, CHUNK), (true, CHUNK + 1000)] {
        let at = Some(CHUNK as u64 + 1000);
        let world =
            world(Misbehaviour { uploads_break_at: at, uploads_keep_parts: keep, ..Misbehaviour::default() }).await;
        let (video, url) = world.video("a.mp4").await;
        let content = film(2 * CHUNK);
        let half = format!("bytes 1-{CHUNK}/{}", content.len());
        taken(&world, ranged(&url, &half, content[..CHUNK].to_vec())).await;
        let rest = format!("bytes {}-{}/{}", CHUNK + 1, content.len(), content.len());
        broken(&world, ranged(&url, &rest, content[CHUNK..].to_vec())).await;
        assert_eq!(world.mock.requests().last().unwrap().verdict, Verdict::Misbehaved);
        let (url, size) = resume(&world, video).await;
        assert_eq!(size, there, "parts are kept: {keep}");
        send_rest(&world, &url, &content, size).await;
        assert_stored(&world, video, &content).await;
    }
}

#[tokio::test]
async fn a_form_that_breaks_off_goes_on_with_ranges_only() {
    for (keep, there) in [(false, 0), (true, 1000)] {
        let breaking =
            Misbehaviour { uploads_break_at: Some(1000), uploads_keep_parts: keep, ..Misbehaviour::default() };
        let world = world(breaking).await;
        let (video, url) = world.video("a.mp4").await;
        let content = film(CHUNK);
        broken(&world, form(&url, "data", content.clone())).await;
        let (url, size) = resume(&world, video).await;
        assert_eq!(size, there, "parts are kept: {keep}");
        refused(&world, form(&url, "data", content[size..].to_vec())).await;
        send_rest(&world, &url, &content, size).await;
        assert_stored(&world, video, &content).await;
    }
}

#[tokio::test]
async fn only_the_answer_is_lost_where_a_post_breaks_after_its_last_byte() {
    let at_end = |at: usize| Misbehaviour { uploads_break_at: Some(at as u64), ..Misbehaviour::default() };
    let content = film(2000);
    let world = world(at_end(1000)).await;
    let (video, url) = world.video("a.mp4").await;
    broken(&world, ranged(&url, "bytes 1-1000/2000", content[..1000].to_vec())).await;
    let (url, size) = resume(&world, video).await;
    assert_eq!(size, 1000);
    world.mock.misbehave(at_end(2000));
    broken(&world, ranged(&url, "bytes 1001-2000/2000", content[1000..].to_vec())).await;
    assert_eq!(status(&world, video).await, 20);
    assert_stored(&world, video, &content).await;

    let (video, url) = world.video("b.mp4").await;
    broken(&world, form(&url, "data", content.clone())).await;
    assert_eq!(status(&world, video).await, 20);
    assert_stored(&world, video, &content).await;
}

#[tokio::test]
async fn two_posts_to_one_address_do_not_mix_their_bytes() {
    for keep in [false, true] {
        let world = world(Misbehaviour { uploads_keep_parts: keep, ..Misbehaviour::default() }).await;
        let (video, url) = world.video("a.mp4").await;
        let (content, other) = (film(1000), vec![0xEE; 1000]);
        let mut slow = begin(&world, &url, "bytes 1-1000/1000").await;
        slow.more(other[..500].to_vec()).await;
        if keep {
            // However much of it has come: it is told, and the post does not go on behind that.
            let (url, size) = resume(&world, video).await;
            assert!(size <= 500, "{size}");
            let rest = format!("bytes {}-1000/1000", size + 1);
            taken(&world, ranged(&url, &rest, other[size..].to_vec())).await;
            assert_stored(&world, video, &other).await;
        } else {
            taken(&world, ranged(&url, "bytes 1-1000/1000", content.clone())).await;
            assert_stored(&world, video, &content).await;
        }
        slow.more(other[500..].to_vec()).await;
        let late = json_of(slow.end().await);
        assert_eq!(late["code"], 4001, "{late}");
    }
}

#[tokio::test]
async fn a_chunk_under_way_does_not_count_yet() {
    let world = world(Misbehaviour::default()).await;
    let (video, url) = world.video("a.mp4").await;
    let content = film(1000);
    taken(&world, ranged(&url, "bytes 1-300/1000", content[..300].to_vec())).await;
    let mut slow = begin(&world, &url, "bytes 301-1000/1000").await;
    slow.more(content[300..600].to_vec()).await;
    let (url, size) = resume(&world, video).await;
    assert_eq!(size, 300);
    send_rest(&world, &url, &content, 300).await;
    slow.more(content[600..].to_vec()).await;
    assert_eq!(json_of(slow.end().await)["code"], 4001);
    assert_stored(&world, video, &content).await;
}

#[tokio::test]
async fn a_client_that_goes_away_can_come_back() {
    let world = world(Misbehaviour::default()).await;
    let (video, url) = world.video("a.mp4").await;
    let content = film(CHUNK);
    let range = format!("bytes 1-{}/{}", CHUNK + 1, CHUNK + 1);
    let mut begun = begin(&world, &url, &range).await;
    begun.more(content.clone()).await;
    begun.break_off().await;
    // The client knows of the break before the service does.
    let noticed = async {
        while world.mock.requests().iter().all(|request| request.path != "/upload") {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), noticed).await.unwrap();
    let (url, size) = resume(&world, video).await;
    assert_eq!(size, 0);
    send_rest(&world, &url, &content, 0).await;
    assert_stored(&world, video, &content).await;
}

#[tokio::test]
async fn an_upload_needs_its_address_and_a_file() {
    let world = world(Misbehaviour::default()).await;
    let (_, url) = world.video("a.mp4").await;
    refused(&world, form(&format!("{url}x"), "data", film(3))).await;
    refused(&world, ranged(&format!("{url}x"), "bytes 1-3/3", "abc")).await;
    let mut text = Form::default();
    text.add("data", None, b"no file");
    refused(&world, Sent { url: &url, headers: vec![Form::TYPE], body: text.end() }).await;
    taken(&world, form(&url, "data", film(3))).await;
    refused(&world, form(&url, "data", film(3))).await;
}

#[tokio::test]
async fn pages_of_other_origins_may_upload() {
    let world = world(Misbehaviour::default()).await;
    let (_, url) = world.video("a.mp4").await;
    let asked = world.mock.send("OPTIONS", &url, &[], Vec::new()).await.unwrap();
    let header = |answer: &HttpAnswer, name: &str| {
        let found = answer.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    assert_eq!(header(&asked, "access-control-allow-origin"), "*");
    assert!(header(&asked, "access-control-allow-headers").contains("content-range"));
    let chunk = ranged(&url, "bytes 1-3/3", "abc");
    let sent = world.mock.send("POST", &url, &chunk.headers, chunk.body).await.unwrap();
    assert_eq!(header(&sent, "access-control-allow-origin"), "*");
}
