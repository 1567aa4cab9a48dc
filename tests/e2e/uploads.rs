//! Uploads through the Rust client: over breaks, from disk, with progress.

use std::collections::BTreeMap;
use std::future::pending;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use baijiayun::core::operation::{self, ParamKind};
use baijiayun::core::{Body, PartContent, Request};
use baijiayun::{
    Account, Answer, Asking, Client, ErrorKind, Executor, File, QuotaSettings, ReqwestExecutor, RetrySettings, Sending,
    Settings, TransportError, TransportErrorKind, UploadAddresses, UploadSettings, Uploader, Value,
};
use baijiayun_mock::{Misbehaviour, MockService, Transcoding, Verdict};
use baijiayun_tests::{client, params, vectors};
use md5::{Digest, Md5};
use serde_json::{Value as Json, json};
use tempfile::NamedTempFile;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

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

    /// It only grew, and ended at the size.
    fn assert_grew_to(&self, size: u64) {
        let told = self.all();
        assert!(told.is_sorted_by(|before, after| before.0 < after.0), "{told:?}");
        assert!(told.iter().all(|(_, total)| *total == size), "{told:?}");
        assert_eq!(told.last(), Some(&(size, size)));
    }
}

async fn stored(client: &Client, video_id: i64) -> (String, i64) {
    let info = client.video().info(video_id).await.expect("the video");
    (info.file_md5.clone(), info.total_size)
}

fn posts(mock: &MockService) -> Vec<Verdict> {
    mock.requests().into_iter().filter(|request| request.path == "/upload").map(|request| request.verdict).collect()
}

#[tokio::test]
async fn a_file_arrives_whole_over_breaks() {
    const CHUNK: u64 = 1 << 20;
    for keep in [false, true] {
        let breaks = Misbehaviour {
            uploads_break_at: Some(CHUNK),
            uploads_break_every: 3_000_001,
            uploads_keep_parts: keep,
            ..Misbehaviour::default()
        };
        let mock = MockService::builder().misbehave(breaks).start().await.expect("the mock starts");
        let client = client(&mock);
        let content = film(5_000_003);
        let (_file, path) = on_disk(&content);
        let (told, registered) = (Told::default(), Told::default());
        let uploaded = client
            .video()
            .upload(path, STANDARD)
            .name("第一课.mp4")
            .with(|call| call.callback_url("http://127.0.0.1:9/transcoded"))
            .settings(quick())
            .chunk_size(CHUNK)
            .progress(told.hook())
            .registered({
                let hook = registered.hook();
                move |video| hook(video as u64, 0)
            })
            .await
            .expect("it arrives");
        assert_eq!((uploaded.resumes, uploaded.status), (2, None), "after a whole chunk and within one");
        assert_eq!(registered.all(), [(uploaded.video_id as u64, 0)]);
        let posts = posts(&mock);
        assert_eq!(posts.iter().filter(|post| **post == Verdict::Misbehaved).count(), 2, "{posts:?}");
        assert!(posts.iter().all(|post| !matches!(post, Verdict::Refused { .. })), "{posts:?}");
        assert_eq!(stored(&client, uploaded.video_id).await, (md5(&content), 5_000_003));
        let info = client.video().info(uploaded.video_id).await.expect("the video");
        assert_eq!(info.name, "第一课.mp4");
        told.assert_grew_to(5_000_003);
        assert!(told.all().contains(&(CHUNK, 5_000_003)), "the chunk of which only the answer was lost is told");
    }
}

#[tokio::test]
async fn an_answer_that_is_lost_costs_no_second_post() {
    let content = film(300_000);
    let at_end = Misbehaviour { uploads_break_at: Some(300_000), ..Misbehaviour::default() };
    for chunk_size in [300_000, 200_000] {
        let mock = MockService::builder().misbehave(at_end.clone()).start().await.expect("the mock starts");
        let client = client(&mock);
        let told = Told::default();
        let file = File::bytes("a.mp4", content.clone());
        let upload = client.video().upload(file, STANDARD).settings(quick()).chunk_size(chunk_size);
        let uploaded = upload.progress(told.hook()).await.expect("it arrives");
        assert_eq!(uploaded.status, Some(20), "it was asked for, for lack of an address");
        assert_eq!(posts(&mock).len() as u64, 300_000_u64.div_ceil(chunk_size));
        assert_eq!(stored(&client, uploaded.video_id).await, (md5(&content), 300_000));
        told.assert_grew_to(300_000);
    }
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

    let before = mock.requests().len();
    let error = upload(&[]).await.expect_err("nothing can be made of an empty file");
    assert_eq!(error.kind(), ErrorKind::File);
    assert!(error.message().contains("empty"), "{error}");
    assert_eq!(mock.requests().len(), before, "no video is registered");
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
    let id = list.list[0].video_id;
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
    let upload = client.video().upload(path.clone(), STANDARD).settings(quick()).chunk_size(500_000);
    let error = upload.progress(move |_, _| cut.set_len(1_500_000).expect("it is cut")).await;
    let error = error.expect_err("half of the file is gone");
    assert_eq!(error.kind(), ErrorKind::File);
    assert!(error.message().contains("has 1500000 bytes now, no longer 3000000"), "{error}");

    let video = client.video().list().await.expect("the videos").list[0].video_id;
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
        let (Body::Multipart(_) | Body::Chunk(_)) = &request.body else {
            return self.usual.execute(request, timeout);
        };
        let number = self.posts.fetch_add(1, Ordering::Relaxed);
        match self.trouble {
            Trouble::Cut => {
                let error = TransportError::new(TransportErrorKind::Other, "the cable is cut");
                Box::pin(async { Err(error) })
            }
            Trouble::FirstHangs if number == 0 => {
                let Body::Multipart(parts) = &request.body else { panic!("the first post is a form") };
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
    let video = error.video_id().expect("it was registered");
    assert!(error.message().contains(&format!("video {video}")), "{error}");
    let uploaded = client.video().resume_upload(video, path.clone()).await.expect("it arrives");
    assert_eq!(uploaded.video_id, video);
    assert_eq!(stored(&client, video).await, (md5(&content), 200_000));

    // Now it is whole: the same file is there, another one is refused.
    let again = client.video().resume_upload(video, path).await.expect("it is there");
    assert_eq!((again.video_id, again.resumes), (video, 0));
    let told = Told::default();
    let (_other, path) = on_disk(&film(200_001));
    let error = client.video().resume_upload(video, path).progress(told.hook()).await.expect_err("another file");
    assert_eq!((error.kind(), error.video_id()), (ErrorKind::File, Some(video)));
    assert!(error.message().contains("of 200000 bytes; this one has 200001"), "{error}");
    assert_eq!(told.all(), [], "nothing of it arrived");
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
        .stall_timeout(Duration::from_millis(200))
        .progress(told.hook())
        .await
        .expect("the second post arrives");
    assert_eq!((posts.load(Ordering::Relaxed), uploaded.resumes), (2, 1));
    assert_eq!(stored(&client, uploaded.video_id).await.0, md5(&content));
    told.assert_grew_to(200_000);
}

#[tokio::test]
async fn a_chunk_is_sent_with_its_length_and_range() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/upload", listener.local_addr().expect("an address"));
    let received = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.expect("a connection");
        let mut text = String::new();
        while !text.ends_with("\r\n\r\n789") {
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
    let file = File { size: Some(10), ..File::path(path) }.chunk(7, 3);
    let sent = client(&mock).video().upload_file(url, file).await.expect("an answer");
    assert_eq!(sent.fid, 7);
    let received = received.await.expect("a request");
    let (head, _) = received.split_once("\r\n\r\n").expect("a head and a body");
    let head = head.to_lowercase();
    for header in [
        "content-length: 3",
        "content-range: bytes 8-10/10",
        "content-type: application/octet-stream",
        "accept: application/json",
    ] {
        assert!(head.lines().any(|line| line == header), "{header} in {head}");
    }
    assert!(!head.contains("transfer-encoding"), "{head}");
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

/// Where to upload, from a server of the caller's own.
struct MyServer {
    client: Client,
    /// Questions that fail before one is answered.
    failures: AtomicU32,
}

impl UploadAddresses for MyServer {
    fn upload_url(&self) -> Asking<'_, String> {
        Box::pin(async {
            let call = self.client.call("video.get_upload_url").set("file_name", "a.mp4").set("definition", "16");
            data_of(call.send().await)
        })
    }

    fn resume_upload_url(&self, video_id: i64) -> Asking<'_, String> {
        Box::pin(async move {
            if self.failures.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
                return Err("my server is down".to_owned());
            }
            match data_of(self.client.call("video.get_resume_upload_url").set("video_id", video_id).send().await) {
                Ok(answer) => Ok(answer),
                // The file is there, and there is no address any more.
                Err(_) => data_of(self.client.call("video.get_status").set("video_id", video_id).send().await),
            }
        })
    }
}

fn data_of(answer: Result<Answer, baijiayun::Error>) -> Result<String, String> {
    let answer = answer.map_err(|error| error.to_string())?;
    String::from_utf8(answer.data).map_err(|error| error.to_string())
}

#[tokio::test]
async fn an_app_without_the_key_uploads_to_addresses_of_its_server() {
    let content = film(500_000);
    for at in [150_000, 500_000] {
        let breaks = Misbehaviour { uploads_break_at: Some(at), ..Misbehaviour::default() };
        let mock = MockService::builder().misbehave(breaks).start().await.expect("the mock starts");
        let client = client(&mock);
        let told = Told::default();
        let uploaded = Uploader::new()
            .expect("an uploader")
            .upload(File::bytes("a.mp4", content.clone()), MyServer { client: client.clone(), failures: 2.into() })
            .settings(quick())
            .chunk_size(100_000)
            .progress(told.hook())
            .await
            .expect("it arrives");
        assert_eq!(stored(&client, uploaded.video_id).await, (md5(&content), 500_000), "broken off at {at}");
        told.assert_grew_to(500_000);
    }
}

/// A server that takes nothing else than what public uploaders send, and breaks posts as it is told to. See there.
struct Strict {
    process: Child,
    client: Client,
    url: String,
}

impl Strict {
    fn start(faults: &str, more: &[&str]) -> Strict {
        let server = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/strict_server.py");
        let mut command = Command::new("python3");
        command.args([server, "--faults", faults]).args(more).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().expect("python3");
        let mut url = String::new();
        BufReader::new(process.stdout.take().expect("its output")).read_line(&mut url).expect("its address");
        let url = url.trim().to_owned();
        let account = Account::new(&url, "12345678", "the-key").expect("an account");
        let settings = Settings {
            quota: QuotaSettings::unlimited(),
            retry: RetrySettings { base: Duration::from_millis(2), ..RetrySettings::default() },
            ..Settings::default()
        };
        let client = Client::builder(account).settings(settings).build().expect("a client");
        Strict { process, client, url }
    }

    /// What it took, and what it objects to.
    async fn report(&self) -> Json {
        let address = self.url.trim_start_matches("http://");
        let mut connection = TcpStream::connect(address).await.expect("a connection");
        connection.write_all(b"GET /report HTTP/1.0\r\n\r\n").await.expect("it is sent");
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await.expect("an answer");
        serde_json::from_str(answer.split_once("\r\n\r\n").expect("a body").1).expect("JSON")
    }
}

impl Drop for Strict {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn a_strict_server_has_nothing_to_object_to_whatever_breaks() {
    const ALL: &str = "ok,accept,head,body,kept,lost,half,503,4001,html,hang";
    let content = film(3_000_000);
    let (_file, path) = on_disk(&content);
    for (faults, more, chunk) in [
        ("", vec![], 5 << 20),
        ("", vec![], 1 << 20),
        (ALL, vec!["--asks", "ok,drop,503,ok,html"], 400_000),
        (ALL, vec!["--asks", "drop", "--sizes", "text"], 700_000),
        ("head", vec![], 5 << 20),
        ("body", vec![], 5 << 20),
        ("kept", vec![], 5 << 20),
        ("lost", vec![], 5 << 20),
        ("half", vec![], 5 << 20),
    ] {
        let chunk_size = chunk.to_string();
        let strict = Strict::start(faults, &[&more[..], &["--chunk", &chunk_size]].concat());
        let told = Told::default();
        let settings = UploadSettings { resumes: 20, chunk_size: chunk, ..quick() };
        let upload = strict.client.video().upload(path.clone(), STANDARD).settings(settings);
        let uploaded = upload.stall_timeout(Duration::from_millis(300)).progress(told.hook()).await;
        let report = strict.report().await;
        uploaded.unwrap_or_else(|error| panic!("{faults} in chunks of {chunk}: {error} {report}"));
        assert_eq!(report["objections"], json!([]), "{faults} in chunks of {chunk}: {report}");
        assert_eq!((&report["md5"], &report["faults_left"]), (&json!(md5(&content)), &json!(0)), "{faults}");
        told.assert_grew_to(3_000_000);
    }
}

#[tokio::test]
async fn an_http_address_is_refused_where_https_was_asked_for() {
    let strict = Strict::start("", &["--upload-host", "http://upload-video.example.com"]);
    let upload = || strict.client.video().upload(File::bytes("a.mp4", *b"abc"), STANDARD).settings(quick());
    let error = upload().await.expect_err("it is http");
    assert_eq!(error.kind(), ErrorKind::UploadFailed);
    assert!(error.message().contains("http, though https was asked for"), "{error}");
    assert!(!error.to_string().contains("token"), "{error}");
    let error = strict.client.video().resume_upload(7, File::bytes("a.mp4", *b"abc")).await.expect_err("it is http");
    assert!(error.message().contains("http, though https was asked for"), "{error}");
}

#[tokio::test]
async fn the_deadline_is_that_of_the_upload() {
    let strict = Strict::start("hang", &[]);
    let upload = strict.client.video().upload(File::bytes("a.mp4", *b"abc"), STANDARD);
    let settings = UploadSettings { deadline: Some(Duration::from_millis(300)), ..quick() };
    let error = upload.settings(settings).await.expect_err("no time is left");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.message().contains("the deadline comes before all of the file is there"), "{error}");
}
