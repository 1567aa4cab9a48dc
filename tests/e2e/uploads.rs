//! Uploads through the Rust client: over breaks, from disk, with progress.

use std::collections::BTreeMap;
use std::future::pending;
use std::io::Write;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use baijiayun::core::operation::{self, ParamKind};
use baijiayun::core::{Body, PartContent, Request};
use baijiayun::{
    Account, Client, ErrorKind, Executor, File, QuotaSettings, ReqwestExecutor, Sending, Settings, TransportError,
    TransportErrorKind, UploadSettings, Value,
};
use baijiayun_mock::{Misbehaviour, MockService, Transcoding, Verdict};
use baijiayun_tests::{client, params, vectors};
use md5::{Digest, Md5};
use tempfile::NamedTempFile;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const STANDARD: [i64; 1] = [16];

/// Waits that a test can wait.
fn quick() -> UploadSettings {
    let time = Duration::from_millis(2);
    UploadSettings { base: time, cap: time, poll: time, poll_cap: time, ..UploadSettings::default() }
}

/// Bytes of which no two megabytes are alike.
fn film(size: usize) -> Vec<u8> {
    (0_u32..).flat_map(|number| number.wrapping_mul(0x9E37_79B9).to_be_bytes()).take(size).collect()
}

fn on_disk(content: &[u8]) -> (NamedTempFile, String) {
    let mut file = NamedTempFile::with_suffix(".mp4").expect("a temporary file");
    file.write_all(content).expect("it is written");
    let path = file.path().to_str().expect("a plain path").to_owned();
    (file, path)
}

fn md5(content: &[u8]) -> String {
    Md5::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a progress hook was told.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<(u64, u64)>>>);

impl Told {
    fn hook(&self) -> impl Fn(u64, u64) + Send + Sync + 'static {
        let told = Arc::clone(&self.0);
        move |sent, size| told.lock().expect("no panic").push((sent, size))
    }

    fn all(&self) -> Vec<(u64, u64)> {
        self.0.lock().expect("no panic").clone()
    }

    /// It only grew, in steps, and ended at the size.
    fn assert_grew_to(&self, size: u64) {
        let told = self.all();
        assert!(told.len() as u64 >= size / (1 << 20), "{} steps", told.len());
        assert!(told.is_sorted_by(|before, after| before.0 < after.0), "{told:?}");
        assert!(told.iter().all(|(_, total)| *total == size), "{told:?}");
        assert_eq!(told.last(), Some(&(size, size)));
    }
}

async fn stored(client: &Client, video_id: i64) -> (Option<String>, Option<i64>) {
    let info = client.video().info(video_id).await.expect("the video");
    (info.file_md5.clone(), info.total_size)
}

fn posts(mock: &MockService) -> Vec<Verdict> {
    mock.requests().into_iter().filter(|request| request.path == "/upload").map(|request| request.verdict).collect()
}

#[tokio::test]
async fn a_file_arrives_whole_over_two_breaks() {
    let breaks =
        Misbehaviour { uploads_break_at: Some(1_500_017), uploads_break_every: 3_000_001, ..Misbehaviour::default() };
    let mock = MockService::builder().misbehave(breaks).start().await.expect("the mock starts");
    let client = client(&mock);
    let content = film(5_000_003);
    let (_file, path) = on_disk(&content);
    let told = Told::default();
    let uploaded = client
        .video()
        .upload(path, STANDARD)
        .name("第一课.mp4")
        .with(|call| call.callback_url("http://127.0.0.1:9/transcoded"))
        .settings(quick())
        .progress(told.hook())
        .await
        .expect("it arrives");
    assert_eq!((uploaded.resumes, uploaded.status), (2, None));
    assert_eq!(posts(&mock), [Verdict::Misbehaved, Verdict::Misbehaved, Verdict::Accepted]);
    assert_eq!(stored(&client, uploaded.video_id).await, (Some(md5(&content)), Some(5_000_003)));
    let info = client.video().info(uploaded.video_id).await.expect("the video");
    assert_eq!(info.name.as_deref(), Some("第一课.mp4"));
    told.assert_grew_to(5_000_003);
}

#[tokio::test]
async fn a_break_after_the_last_byte_only_ends_the_file() {
    let content = film(300_000);
    let at_end = Misbehaviour { uploads_break_at: Some(300_000), ..Misbehaviour::default() };
    let mock = MockService::builder().misbehave(at_end).start().await.expect("the mock starts");
    let client = client(&mock);
    let told = Told::default();
    let file = File::bytes("a.mp4", content.clone());
    let uploaded = client.video().upload(file, STANDARD).settings(quick()).progress(told.hook()).await;
    let uploaded = uploaded.expect("it arrives");
    assert_eq!(uploaded.resumes, 1);
    assert_eq!(stored(&client, uploaded.video_id).await, (Some(md5(&content)), Some(300_000)));
    told.assert_grew_to(300_000);
}

#[tokio::test]
async fn transcoding_is_waited_for() {
    let mock = MockService::builder().transcoding(Transcoding::Polls(3)).start().await.expect("the mock starts");
    let client = client(&mock);
    let long = Duration::from_secs(600);
    let upload = |content: &[u8]| {
        let file = File::bytes("a.mp4", content);
        client.video().upload(file, STANDARD).settings(quick()).wait_for_transcoding(long)
    };
    let uploaded = upload(&film(1000)).await.expect("it is transcoded");
    assert_eq!(uploaded.status, Some(100));
    let polls = mock.requests().iter().filter(|request| request.path == "/openapi/video/getStatus").count();
    assert_eq!(polls, 4, "three in transcoding and one done");

    let error = upload(&[]).await.expect_err("nothing can be made of an empty file");
    assert_eq!(error.kind(), ErrorKind::UploadFailed);
    assert!(error.message().contains("status 30"), "{error}");
}

#[tokio::test]
async fn transcoding_is_not_waited_for_without_end() {
    let never = Transcoding::After(Duration::from_secs(3600));
    let mock = MockService::builder().transcoding(never).start().await.expect("the mock starts");
    let client = client(&mock);
    let upload = client.video().upload(File::bytes("a.mp4", film(1000)), STANDARD).settings(quick());
    let error = upload.wait_for_transcoding(Duration::from_millis(30)).await.expect_err("it takes an hour");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    let list = client.video().list().await.expect("the videos");
    let id = list.list[0].video_id.expect("an id");
    assert!(error.message().contains(&id.to_string()), "{error}");
}

#[tokio::test]
async fn a_file_that_is_not_there_is_named_before_anything_is_sent() {
    let mock = MockService::start().await.expect("the mock starts");
    let client = client(&mock);
    let error = client.video().upload("no/such/lesson.mp4", STANDARD).await.expect_err("there is no such file");
    assert_eq!(error.kind(), ErrorKind::File);
    assert!(error.message().contains("no/such/lesson.mp4"), "{error}");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_str().expect("a plain path");
    let error = client.video().upload(path, STANDARD).await.expect_err("a folder is no file");
    assert_eq!(error.kind(), ErrorKind::File);
    let error = client.doc().upload(File::path("no/such/slides.pptx")).await.expect_err("there is no such file");
    assert_eq!(error.kind(), ErrorKind::File);
    assert_eq!(error.trace().expect("a trace").attempts, 1, "it is not tried again");
    assert!(error.message().contains("no/such/slides.pptx"), "{error}");
    assert_eq!(mock.requests(), []);
}

#[tokio::test]
async fn a_file_that_changes_under_way_is_not_mixed_up() {
    let breaks = Misbehaviour { uploads_break_at: Some(1_000_000), ..Misbehaviour::default() };
    let mock = MockService::builder().misbehave(breaks).start().await.expect("the mock starts");
    let client = client(&mock);
    let (file, path) = on_disk(&film(3_000_000));
    let cut = file.reopen().expect("a second handle");
    let upload = client.video().upload(path.clone(), STANDARD).settings(quick());
    let error = upload.progress(move |_, _| cut.set_len(1_500_000).expect("it is cut")).await;
    let error = error.expect_err("half of the file is gone");
    assert_eq!(error.kind(), ErrorKind::File);
    assert!(error.message().contains("has 1500000 bytes now, no longer 3000000"), "{error}");

    let video = client.video().list().await.expect("the videos").list[0].video_id.expect("an id");
    let (_short, path) = on_disk(&film(10));
    let error = client.video().resume_upload(video, path).await.expect_err("it is another file");
    assert_eq!(error.kind(), ErrorKind::File);
    assert!(error.message().contains("but the file has only 10"), "{error}");
}

/// What becomes of posts with files before they reach the service.
#[derive(Clone, Copy)]
enum Trouble {
    /// They never do.
    Cut,
    /// The first one stops in the middle, without an error.
    FirstHangs,
}

/// An executor of somebody's own.
struct Troubled {
    usual: ReqwestExecutor,
    trouble: Trouble,
    posts: Arc<AtomicU32>,
}

impl Executor for Troubled {
    fn execute(&self, request: Request, timeout: Duration) -> Sending<'_> {
        let Body::Multipart(parts) = &request.body else { return self.usual.execute(request, timeout) };
        let number = self.posts.fetch_add(1, Ordering::Relaxed);
        match self.trouble {
            Trouble::Cut => {
                let error = TransportError { kind: TransportErrorKind::Other, message: "the cable is cut".to_owned() };
                Box::pin(async { Err(error) })
            }
            Trouble::FirstHangs if number == 0 => {
                for part in parts {
                    if let PartContent::File(File { size: Some(size), progress: Some(progress), .. }) = &part.content {
                        progress.tell(size / 2, *size);
                    }
                }
                Box::pin(pending())
            }
            Trouble::FirstHangs => self.usual.execute(request, timeout),
        }
    }
}

fn troubled(mock: &MockService, trouble: Trouble) -> (Client, Arc<AtomicU32>) {
    let account = Account::new(mock.url(), mock.partner_id(), mock.partner_key()).expect("the mock's account");
    let posts = Arc::new(AtomicU32::new(0));
    let executor = Troubled { usual: ReqwestExecutor::new().expect("reqwest"), trouble, posts: Arc::clone(&posts) };
    let settings = Settings { quota: QuotaSettings::unlimited(), ..Settings::default() };
    (Client::builder(account).executor(executor).settings(settings).build().expect("a client"), posts)
}

#[tokio::test]
async fn an_upload_gives_up_and_can_go_on_later() {
    let mock = MockService::start().await.expect("the mock starts");
    let content = film(200_000);
    let (_file, path) = on_disk(&content);
    let (cut_off, posts) = troubled(&mock, Trouble::Cut);
    let settings = UploadSettings { resumes: 2, ..quick() };
    let error = cut_off.video().upload(path.clone(), STANDARD).settings(settings).await.expect_err("no way out");
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert_eq!(posts.load(Ordering::Relaxed), 3, "one post and two more");
    assert!(error.message().contains("broke off 3 times"), "{error}");

    let client = client(&mock);
    let video = client.video().list().await.expect("the videos").list[0].video_id.expect("an id");
    assert!(error.message().contains(&format!("video {video}")), "{error}");
    let uploaded = client.video().resume_upload(video, path).await.expect("it arrives");
    assert_eq!(uploaded.video_id, video);
    assert_eq!(stored(&client, video).await, (Some(md5(&content)), Some(200_000)));
}

#[tokio::test]
async fn a_post_that_hangs_is_given_up() {
    let mock = MockService::start().await.expect("the mock starts");
    let content = film(200_000);
    let (client, posts) = troubled(&mock, Trouble::FirstHangs);
    let told = Told::default();
    let uploaded = client
        .video()
        .upload(File::bytes("a.mp4", content.clone()), STANDARD)
        .settings(quick())
        .stall_timeout(Duration::from_millis(40))
        .progress(told.hook())
        .await
        .expect("the second post arrives");
    assert_eq!((posts.load(Ordering::Relaxed), uploaded.resumes), (2, 1));
    assert_eq!(stored(&client, uploaded.video_id).await.0, Some(md5(&content)));
    told.assert_grew_to(200_000);
}

#[tokio::test]
async fn the_rest_of_a_file_is_sent_with_its_length() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/upload", listener.local_addr().expect("an address"));
    let received = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.expect("a connection");
        let mut text = String::new();
        while !text.ends_with("--\r\n") {
            let mut chunk = [0; 4096];
            let read = socket.read(&mut chunk).await.expect("more");
            assert!(read > 0, "the connection ended early: {text}");
            text.push_str(std::str::from_utf8(&chunk[..read]).expect("text"));
        }
        let body = r#"{"code":1,"fid":"7","msg":"success"}"#;
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
        socket.write_all(answer.as_bytes()).await.expect("an answer");
        text
    });
    let mock = MockService::start().await.expect("the mock starts");
    let (_file, path) = on_disk(b"0123456789");
    let file = File::path(path).starting_at(7);
    let sent = client(&mock).video().upload_file(url, file).await.expect("an answer");
    assert_eq!(sent.fid, Some(7));
    let received = received.await.expect("a request");
    let (head, body) = received.split_once("\r\n\r\n").expect("a head and a body");
    let length = head
        .to_lowercase()
        .split("content-length: ")
        .nth(1)
        .and_then(|rest| rest.split("\r\n").next().and_then(|length| length.parse::<usize>().ok()));
    assert_eq!(length, Some(body.len()), "{head}");
    assert!(body.contains("\r\n\r\n789\r\n--"), "{body}");
}

#[tokio::test]
async fn every_operation_that_takes_files_streams_them_and_tells() {
    const SIZE: usize = 1_200_000;
    let mock = MockService::builder().rate(u32::MAX, 10).start().await.expect("the mock starts");
    let client = client(&mock);
    let (_file, path) = on_disk(&film(SIZE));
    let mut told = BTreeMap::new();
    for vector in vectors("requests") {
        let operation = operation::find(vector["operation"].as_str().expect("a name")).expect("a known operation");
        let mut params = params(operation, &vector);
        for param in operation.params.iter().filter(|param| param.kind == ParamKind::File) {
            if params.get(param.name).is_some() && operation.name != "video.upload_file" {
                let seen: &Told = told.entry((operation.name.clone(), param.name)).or_default();
                seen.0.lock().expect("no panic").clear();
                params.set(param.name, File::path(path.clone()).with_progress(seen.hook()));
            }
        }
        if params.iter().any(|(_, value)| matches!(value, Value::File(file) if file.progress.is_some())) {
            // Some of the vectors' ids are unknown to the mock: it takes the whole request and says so.
            if let Err(error) = client.call(&operation.name).params(params).send().await {
                assert!(error.code().is_some(), "{error}");
            }
        }
    }
    let described: usize = operation::all()
        .iter()
        .filter(|operation| operation.name != "video.upload_file")
        .map(|operation| operation.params.iter().filter(|param| param.kind == ParamKind::File).count())
        .sum();
    assert_eq!(told.len(), described, "{:?}", told.keys());
    for ((operation, param), told) in told {
        assert!(told.all().len() > 5, "{operation} {param}: {:?}", told.all());
        told.assert_grew_to(SIZE as u64);
    }
}
