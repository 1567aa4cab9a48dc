//! Uploads: chunks with their range, the form with the whole file, breaks, and what is refused.

use std::time::Duration;

use crate::common::{World, http, id};
use baijiayun_mock::{Misbehaviour, MockService, Transcoding, Verdict};
use futures_util::{StreamExt, stream};
use reqwest::{Body, RequestBuilder};
use serde_json::{Value, json};
use tokio::sync::oneshot;

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
    World::with(MockService::builder().transcoding(Transcoding::Polls(1)).misbehave(misbehaviour)).await
}

fn ranged(url: &str, range: &str, body: impl Into<Body>) -> RequestBuilder {
    http().post(url).header("content-type", "application/octet-stream").header("content-range", range).body(body)
}

fn form(url: &str, part: &'static str, content: Vec<u8>) -> RequestBuilder {
    let file = reqwest::multipart::Part::bytes(content).file_name("a.mp4");
    http().post(url).multipart(reqwest::multipart::Form::new().part(part, file))
}

async fn answer(request: RequestBuilder) -> Value {
    serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap()
}

async fn taken(request: RequestBuilder) {
    let answer = answer(request).await;
    assert_eq!(answer["code"], 1, "{answer}");
}

/// The reason of a refusal with 4001.
async fn refused(request: RequestBuilder) -> String {
    let answer = answer(request).await;
    assert_eq!(answer["code"], 4001, "{answer}");
    answer["msg"].as_str().unwrap().to_owned()
}

/// The connection breaks before there is a whole answer.
async fn broken(request: RequestBuilder) {
    let answer = async { request.send().await?.text().await };
    assert!(answer.await.is_err());
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
async fn send_rest(url: &str, content: &[u8], from: usize) {
    let mut first = from;
    for piece in content[from..].chunks(CHUNK) {
        let range = format!("bytes {}-{}/{}", first + 1, first + piece.len(), content.len());
        taken(ranged(url, &range, piece.to_vec())).await;
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
    send_rest(&url_now, &content[..], 0).await;
    assert_eq!(status(&world, video).await, 20);
    assert_stored(&world, video, &content).await;
    assert_eq!(world.refusal("video.get_resume_upload_url", json!({ "video_id": video })).await, 1);
    refused(ranged(&url_now, "bytes 1-1/1", "x")).await;
}

#[tokio::test]
async fn a_file_comes_as_one_form_in_either_part() {
    let world = world(Misbehaviour::default()).await;
    for part in ["data", "file"] {
        let (video, url) = world.video("a.mp4").await;
        let content = film(CHUNK + 5);
        taken(form(&url, part, content.clone())).await;
        assert_stored(&world, video, &content).await;
    }
    let (_, url) = world.video("a.mp4").await;
    assert!(refused(form(&url, "attachment", film(3))).await.contains("没有文件"));
}

#[tokio::test]
async fn ranges_are_checked_against_what_is_there() {
    let world = world(Misbehaviour::default()).await;
    let (video, url) = world.video("a.mp4").await;
    let content = film(1000);
    taken(ranged(&url, "bytes 1-400/1000", content[..400].to_vec())).await;
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
        let msg = refused(ranged(&url, range, piece.to_vec())).await;
        // HTTP trims what stands at the end of a header.
        if !range.ends_with(' ') {
            assert!(msg.contains(reason), "{range}: {msg}");
        }
    }
    let octets = || http().post(&url).body(content[400..].to_vec());
    assert!(refused(octets()).await.contains("没有 Content-Range"));
    let text = octets().header("content-range", "bytes 401-1000/1000").header("content-type", "text/plain");
    assert!(refused(text).await.contains("application/octet-stream"));
    assert!(refused(form(&url, "data", content[400..].to_vec())).await.contains("Content-Range 续传"));
    // Nothing of all that counts.
    taken(ranged(&url, "bytes 401-1000/1000", content[400..].to_vec())).await;
    assert_stored(&world, video, &content).await;
}

#[tokio::test]
async fn a_length_that_is_not_told_is_counted() {
    let world = world(Misbehaviour::default()).await;
    let (video, url) = world.video("a.mp4").await;
    let pieces = |content: &[u8]| {
        let pieces: Vec<_> = content.chunks(100).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect();
        Body::wrap_stream(stream::iter(pieces))
    };
    let content = film(1000);
    assert!(refused(ranged(&url, "bytes 1-999/1000", pieces(&content))).await.contains("1000 字节"));
    assert!(refused(ranged(&url, "bytes 1-1000/1000", pieces(&content[1..]))).await.contains("999 字节"));
    taken(ranged(&url, "bytes 1-1000/1000", pieces(&content))).await;
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
        taken(ranged(&url, &half, content[..CHUNK].to_vec())).await;
        let rest = format!("bytes {}-{}/{}", CHUNK + 1, content.len(), content.len());
        broken(ranged(&url, &rest, content[CHUNK..].to_vec())).await;
        assert_eq!(world.mock.requests().last().unwrap().verdict, Verdict::Misbehaved);
        let (url, size) = resume(&world, video).await;
        assert_eq!(size, there, "parts are kept: {keep}");
        send_rest(&url, &content, size).await;
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
        broken(form(&url, "data", content.clone())).await;
        let (url, size) = resume(&world, video).await;
        assert_eq!(size, there, "parts are kept: {keep}");
        refused(form(&url, "data", content[size..].to_vec())).await;
        send_rest(&url, &content, size).await;
        assert_stored(&world, video, &content).await;
    }
}

#[tokio::test]
async fn only_the_answer_is_lost_where_a_post_breaks_after_its_last_byte() {
    let at_end = |at: usize| Misbehaviour { uploads_break_at: Some(at as u64), ..Misbehaviour::default() };
    let content = film(2000);
    let world = world(at_end(1000)).await;
    let (video, url) = world.video("a.mp4").await;
    broken(ranged(&url, "bytes 1-1000/2000", content[..1000].to_vec())).await;
    let (url, size) = resume(&world, video).await;
    assert_eq!(size, 1000);
    world.mock.misbehave(at_end(2000));
    broken(ranged(&url, "bytes 1001-2000/2000", content[1000..].to_vec())).await;
    assert_eq!(status(&world, video).await, 20);
    assert_stored(&world, video, &content).await;

    let (video, url) = world.video("b.mp4").await;
    broken(form(&url, "data", content.clone())).await;
    assert_eq!(status(&world, video).await, 20);
    assert_stored(&world, video, &content).await;
}

/// A body of which a part comes, and the rest when it is told to.
fn in_two_parts(content: &[u8], at: usize) -> (Body, oneshot::Receiver<()>, oneshot::Sender<()>) {
    let (first, second) = (content[..at].to_vec(), content[at..].to_vec());
    let (begun, has_begun) = oneshot::channel();
    let (go_on, may_go_on) = oneshot::channel::<()>();
    let first = stream::once(async { Ok::<_, std::io::Error>(first) });
    let second = stream::once(async move {
        // The connection asks for more when it has sent what it had.
        begun.send(()).unwrap();
        let _ = may_go_on.await;
        Ok(second)
    });
    (Body::wrap_stream(first.chain(second)), has_begun, go_on)
}

#[tokio::test]
async fn two_posts_to_one_address_do_not_mix_their_bytes() {
    for keep in [false, true] {
        let world = world(Misbehaviour { uploads_keep_parts: keep, ..Misbehaviour::default() }).await;
        let (video, url) = world.video("a.mp4").await;
        let (content, other) = (film(1000), vec![0xEE; 1000]);
        let (body, has_begun, go_on) = in_two_parts(&other, 500);
        let slow = tokio::spawn(ranged(&url, "bytes 1-1000/1000", body).send());
        has_begun.await.unwrap();
        if keep {
            // However much of it has come: it is told, and the post does not go on behind that.
            let (url, size) = resume(&world, video).await;
            assert!(size <= 500, "{size}");
            let rest = format!("bytes {}-1000/1000", size + 1);
            taken(ranged(&url, &rest, other[size..].to_vec())).await;
            assert_stored(&world, video, &other).await;
        } else {
            taken(ranged(&url, "bytes 1-1000/1000", content.clone())).await;
            assert_stored(&world, video, &content).await;
        }
        go_on.send(()).unwrap();
        let late: Value = serde_json::from_str(&slow.await.unwrap().unwrap().text().await.unwrap()).unwrap();
        assert_eq!(late["code"], 4001, "{late}");
    }
}

#[tokio::test]
async fn a_chunk_under_way_does_not_count_yet() {
    let world = world(Misbehaviour::default()).await;
    let (video, url) = world.video("a.mp4").await;
    let content = film(1000);
    taken(ranged(&url, "bytes 1-300/1000", content[..300].to_vec())).await;
    let (body, has_begun, go_on) = in_two_parts(&content[300..], 300);
    let slow = tokio::spawn(ranged(&url, "bytes 301-1000/1000", body).send());
    has_begun.await.unwrap();
    let (url, size) = resume(&world, video).await;
    assert_eq!(size, 300);
    send_rest(&url, &content, 300).await;
    drop(go_on);
    assert!(slow.await.unwrap().unwrap().text().await.unwrap().contains("4001"));
    assert_stored(&world, video, &content).await;
}

#[tokio::test]
async fn a_client_that_goes_away_can_come_back() {
    let world = world(Misbehaviour::default()).await;
    let (video, url) = world.video("a.mp4").await;
    let content = film(CHUNK);
    let pieces = vec![Ok(content.clone()), Err(std::io::Error::other("the network is gone"))];
    let range = format!("bytes 1-{}/{}", CHUNK + 1, CHUNK + 1);
    assert!(ranged(&url, &range, Body::wrap_stream(stream::iter(pieces))).send().await.is_err());
    // The client knows of the break before the service does.
    let noticed = async {
        while world.mock.requests().iter().all(|request| request.path != "/upload") {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), noticed).await.unwrap();
    let (url, size) = resume(&world, video).await;
    assert_eq!(size, 0);
    send_rest(&url, &content, 0).await;
    assert_stored(&world, video, &content).await;
}

#[tokio::test]
async fn an_upload_needs_its_address_and_a_file() {
    let world = world(Misbehaviour::default()).await;
    let (_, url) = world.video("a.mp4").await;
    refused(form(&format!("{url}x"), "data", film(3))).await;
    refused(ranged(&format!("{url}x"), "bytes 1-3/3", "abc")).await;
    let text = reqwest::multipart::Form::new().text("data", "no file");
    refused(http().post(&url).multipart(text)).await;
    taken(form(&url, "data", film(3))).await;
    refused(form(&url, "data", film(3))).await;
}

#[tokio::test]
async fn pages_of_other_origins_may_upload() {
    let world = world(Misbehaviour::default()).await;
    let (_, url) = world.video("a.mp4").await;
    let asked = http().request(reqwest::Method::OPTIONS, &url).send().await.unwrap();
    assert_eq!(asked.headers()["access-control-allow-origin"], "*");
    assert!(asked.headers()["access-control-allow-headers"].to_str().unwrap().contains("content-range"));
    let sent = ranged(&url, "bytes 1-3/3", "abc").send().await.unwrap();
    assert_eq!(sent.headers()["access-control-allow-origin"], "*");
}
