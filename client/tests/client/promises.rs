//! What all languages promise (tests/promises), of what is not the core's: whatever the caller supplies ends, clients
//! close, answers are bounded.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

use std::future::{Future, pending};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use baijiayun::callbacks::{Dedupe, Receiver};
use baijiayun::core::Request;
use baijiayun::core::engine::{MAX_ANSWER, STORE_PATIENCE};
use baijiayun::core::upload;
use baijiayun::{
    Account, Asking, Client, ClientBuilder, ErrorKind, Executor, File, HttpAnswer, QuotaSettings, QuotaStore,
    RemoteSigner, ReqwestExecutor, RetrySettings, Sending, Settings, TransportError, TransportErrorKind,
    UploadAddresses, Uploader,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::Instant;

const SECOND: Duration = Duration::from_secs(1);
const OK: &[u8] = br#"{"code":0,"data":{"title":"a"},"msg":"","ts":1}"#;

/// How long it took, to the tenth of a second: the engine reads a clock that is not paused, and a test may take some
/// milliseconds of it.
fn about(start: Instant) -> Duration {
    let tenth = SECOND / 10;
    let tenths = (start.elapsed() + tenth / 2).as_millis() / tenth.as_millis();
    tenth * u32::try_from(tenths).unwrap()
}

fn builder() -> ClientBuilder {
    let settings = Settings { quota: QuotaSettings::unlimited(), deadline: SECOND, ..Settings::default() };
    Client::builder(Account::new("demo", 12_345_678, "the partner key").unwrap()).settings(settings)
}

/// An executor that does as it is told, and counts.
#[derive(Clone, Default)]
struct Fake {
    sent: Arc<AtomicU32>,
    does: Does,
}

#[derive(Clone, Default)]
enum Does {
    #[default]
    Answers,
    Hangs,
    /// Answers after this time, whatever time it is given.
    Late(Duration),
    Fails(TransportErrorKind, &'static str),
    Body(Vec<u8>),
}

impl Fake {
    fn new(does: Does) -> Fake {
        Fake { does, ..Fake::default() }
    }

    fn sent(&self) -> u32 {
        self.sent.load(Ordering::Relaxed)
    }
}

impl Executor for Fake {
    fn execute(&self, _: Request, _: Duration) -> Sending<'_> {
        self.sent.fetch_add(1, Ordering::Relaxed);
        Box::pin(async {
            let body = match &self.does {
                Does::Answers => OK.to_vec(),
                Does::Hangs => pending().await,
                Does::Late(time) => {
                    tokio::time::sleep(*time).await;
                    OK.to_vec()
                }
                Does::Fails(kind, message) => {
                    return Err(TransportError::new(*kind, *message));
                }
                Does::Body(body) => body.clone(),
            };
            Ok(HttpAnswer::new(200, body))
        })
    }
}

/// A store, a signer and a server with addresses, each of which says this or nothing.
struct Says<T>(Option<Result<T, String>>);

impl<T: Clone + Send + Sync> Says<T> {
    fn asked(&self) -> Asking<'_, T> {
        Box::pin(async {
            match self.0.clone() {
                Some(said) => said,
                None => pending().await,
            }
        })
    }
}

impl QuotaStore for Says<i64> {
    fn evaluate(&self, _: &'static str, _: Vec<String>, _: Vec<i64>) -> Asking<'_, i64> {
        self.asked()
    }
}

impl RemoteSigner for Says<String> {
    fn sign(&self, _: String) -> Asking<'_, String> {
        self.asked()
    }
}

impl UploadAddresses for Says<String> {
    fn upload_url(&self) -> Asking<'_, String> {
        self.asked()
    }

    fn resume_upload_url(&self, _: i64) -> Asking<'_, String> {
        self.asked()
    }
}

fn with_store(store: Says<i64>) -> ClientBuilder {
    let settings = Settings { deadline: SECOND, ..Settings::default() };
    Client::builder(Account::new("demo", 12_345_678, "the partner key").unwrap()).settings(settings).quota_store(store)
}

fn with_signer(signer: Says<String>) -> ClientBuilder {
    let settings = Settings { quota: QuotaSettings::unlimited(), deadline: SECOND, ..Settings::default() };
    Client::builder(Account::without_signer("demo", 12_345_678).unwrap()).settings(settings).signer(signer)
}

// The clock of tokio stands still but for what is waited for; that of the engine does not, and says that no time passed.

// promise: store_never_answers, default_store_patience
#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_is_down() {
    let client = with_store(Says(None)).executor(Fake::default()).build().unwrap();
    let start = Instant::now();
    let room = client.room().info(1_i64).await.unwrap();
    assert!(room.trace().store_down);
    assert_eq!((start.elapsed(), STORE_PATIENCE), (Duration::from_millis(500), Duration::from_millis(500)));
}

// promise: store_never_answers
#[tokio::test]
async fn a_store_is_not_waited_for_beyond_the_deadline() {
    let client = with_store(Says(None)).executor(Fake::default()).build().unwrap();
    let start = Instant::now();
    let error = client.call("room.info").set("room_id", 1_i64).deadline(Duration::from_millis(50)).send().await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Timeout);
    assert!(start.elapsed() < STORE_PATIENCE, "{:?}", start.elapsed());
}

// promise: store_fails, store_answers_nonsense
#[tokio::test(start_paused = true)]
async fn a_store_that_fails_or_says_nonsense_is_down() {
    for said in [Err("gone".to_owned()), Ok(-1), Ok(i64::MIN)] {
        let client = with_store(Says(Some(said))).executor(Fake::default()).build().unwrap();
        assert!(client.room().info(1_i64).await.unwrap().trace().store_down);
    }
}

// promise: store_never_answers_claims
#[tokio::test(start_paused = true)]
async fn claims_do_not_hang_on_a_store() {
    let key = baijiayun::PartnerKey::new("k");
    let pairs = [("qid", "1"), ("timestamp", "1"), ("room_id", "1"), ("status", "100")];
    let sign = key.signature(&baijiayun::core::sign::canonical(pairs));
    let body = format!("qid=1&timestamp=1&room_id=1&status=100&sign={sign}");
    let callback = Receiver::new("k").any_time().receive(body.as_bytes(), "application/x-www-form-urlencoded").unwrap();
    let dedupe = Dedupe::shared(Says::<i64>(None));
    let start = Instant::now();
    assert!(dedupe.claim(&callback).await);
    assert_eq!(start.elapsed().as_millis() / 10, 50);
    dedupe.release(&callback).await;
    assert_eq!(start.elapsed().as_millis() / 10, 100);
}

// promise: signer_never_answers, signer_fails
#[tokio::test(start_paused = true)]
async fn a_signer_that_hangs_or_fails_ends_the_call() {
    let fake = Fake::default();
    let client = with_signer(Says(None)).executor(fake.clone()).build().unwrap();
    let start = Instant::now();
    let error = client.room().info(1_i64).await.unwrap_err();
    assert_eq!((error.kind(), about(start), fake.sent()), (ErrorKind::Timeout, SECOND, 0));
    assert_eq!(error.message(), "the signer gave no answer before the deadline; nothing was sent");
    let client = with_signer(Says(Some(Err("no".to_owned())))).executor(fake.clone()).build().unwrap();
    let error = client.room().info(1_i64).await.unwrap_err();
    assert_eq!((error.kind(), error.message(), fake.sent()), (ErrorKind::Signing, "no", 0));
}

// promise: executor_never_answers, executor_too_late
#[tokio::test(start_paused = true)]
async fn an_executor_that_hangs_ends_at_the_deadline() {
    for does in [Does::Hangs, Does::Late(3 * SECOND)] {
        let fake = Fake::new(does);
        let client = builder().executor(fake.clone()).build().unwrap();
        let start = Instant::now();
        let error = client.room().delete(1_i64).await.unwrap_err();
        assert_eq!((error.kind(), about(start), fake.sent()), (ErrorKind::Timeout, SECOND, 1));
        // The time of an attempt is shorter.
        let call = client.call("room.delete").set("room_id", 1_i64).timeout(Duration::from_millis(200));
        let start = Instant::now();
        let error = call.send().await.unwrap_err();
        assert_eq!((error.kind(), start.elapsed()), (ErrorKind::Timeout, Duration::from_millis(200)));
    }
}

// promise: executor_fails
#[tokio::test(start_paused = true)]
async fn an_executor_that_fails_is_an_error() {
    let fake = Fake::new(Does::Fails(TransportErrorKind::Other, "the cable is cut"));
    let client = builder().executor(fake).build().unwrap();
    let error = client.room().delete(1_i64).await.unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Transport, "the cable is cut"));
}

// promise: addresses_never_answer
#[tokio::test(start_paused = true)]
async fn a_server_without_an_address_ends_the_upload() {
    let uploader = Uploader::with_executor(Fake::default()).unwrap();
    let settings = upload::Settings { deadline: Some(SECOND), ..upload::Settings::default() };
    let start = Instant::now();
    let error = uploader.upload(File::bytes("a.mp4", vec![0; 10]), Says::<String>(None)).settings(settings).await;
    assert_eq!((error.unwrap_err().kind(), about(start)), (ErrorKind::Timeout, SECOND));
}

// promise: close_ends_waiting, close_refuses_new, close_twice, close_lets_finish
#[tokio::test(start_paused = true)]
async fn closing_ends_who_waits_and_lets_finish_who_is_in_flight() {
    let fake = Fake::new(Does::Late(SECOND / 2));
    // Of two calls in 10 s the second one waits.
    let quota = QuotaSettings { requests: 1, ..QuotaSettings::default() };
    let account = Account::new("demo", 12_345_678, "the partner key").unwrap();
    let settings = Settings { quota, ..Settings::default() };
    let client = Client::builder(account).settings(settings).executor(fake.clone()).build().unwrap();
    let call = || tokio::spawn(client.call("room.info").set("room_id", 1_i64).send());
    let (flying, waiting) = (call(), call());
    tokio::time::sleep(SECOND / 10).await;
    let start = Instant::now();
    let closing = tokio::spawn({
        let client = client.clone();
        async move { client.close(Duration::from_secs(30)).await }
    });
    let error = waiting.await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Closed, "the client was closed; nothing was sent"));
    assert!(start.elapsed() < SECOND / 10);
    flying.await.unwrap().unwrap();
    closing.await.unwrap();
    assert!(start.elapsed() < SECOND, "it does not wait for nobody");
    let error = client.room().info(1_i64).await.unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Closed, "the client was closed; nothing was sent"));
    client.close(SECOND).await;
    assert_eq!(fake.sent(), 1);
}

// promise: close_ends_in_flight
#[tokio::test(start_paused = true)]
async fn closing_ends_who_is_in_flight_too_long() {
    let client = builder().settings(Settings::default()).executor(Fake::new(Does::Hangs)).build().unwrap();
    let flying = tokio::spawn(client.call("room.info").set("room_id", 1_i64).send());
    tokio::task::yield_now().await;
    let start = Instant::now();
    client.close(SECOND).await;
    let error = flying.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Closed);
    assert_eq!(error.message(), "the client was closed while the request was under way");
    assert!(error.hint().unwrap().contains("may have carried out the call"), "{error}");
    assert_eq!(about(start), SECOND);
}

// promise: answer_limit_per_client, answer_limit_per_call, default_max_answer
#[tokio::test(start_paused = true)]
async fn answers_are_limited_by_client_and_by_call() {
    let client = builder().max_answer(20).executor(Fake::default()).build().unwrap();
    let error = client.room().info(1_i64).await.unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::TooLarge, "the answer is longer than 20 bytes"));
    assert!(error.hint().unwrap().contains("max_answer"), "{error}");
    client.call("room.info").set("room_id", 1_i64).max_answer(1000).send().await.unwrap();
    assert_eq!((MAX_ANSWER, Settings::default().max_answer), (8_388_608, 8_388_608));
    let large = Fake::new(Does::Body(vec![b' '; 8_388_609]));
    let error = builder().executor(large).build().unwrap().room().info(1_i64).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
}

// promise: default_attempts, default_attempt_timeout, default_deadline, default_upload_deadline
// promise: default_retry_after_cap, default_error_body, default_chunk_size, default_callback_clock
// promise: default_keys_not_trimmed
#[test]
fn defaults_are_those_of_the_table() {
    let Settings { attempt_timeout, deadline, upload_deadline, retry, .. } = Settings::default();
    let times = [attempt_timeout, deadline, upload_deadline, retry.retry_after_cap].map(|time| time.as_secs());
    assert_eq!((times, retry.attempts), ([30, 120, 3600, 60], 3));
    assert_eq!(RetrySettings::default(), retry);
    assert_eq!(baijiayun::core::MAX_BODY, 65_536);
    assert_eq!(upload::Settings::default().chunk_size, 5_242_880);
    assert_eq!(baijiayun::core::callbacks::TOLERANCE, 300);
    assert_eq!(Account::new("demo", 1, " k").unwrap_err().kind(), ErrorKind::InvalidAccount);
}

// promise: settings_checked
#[test]
fn settings_are_checked_when_the_client_is_made() {
    let refused = |settings: Settings| {
        let error = builder().settings(settings).executor(Fake::default()).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidAccount);
        error.message().to_owned()
    };
    let retry = RetrySettings { attempts: 0, ..RetrySettings::default() };
    assert!(refused(Settings { retry, ..Settings::default() }).starts_with("attempts has to be"));
    assert!(refused(Settings { deadline: Duration::ZERO, ..Settings::default() }).starts_with("deadline has to be"));
    assert!(refused(Settings { deadline: Duration::MAX, ..Settings::default() }).starts_with("deadline has to be"));
    assert!(refused(Settings { max_answer: 0, ..Settings::default() }).starts_with("max_answer has to be"));
    let bare = Account::new("http://demo.at.baijiayun.com", 1, "k").unwrap();
    assert!(Client::builder(bare.clone()).executor(Fake::default()).build().is_err());
    assert!(Client::builder(bare).executor(Fake::default()).allow_http(true).build().is_ok());
}

// --- over HTTP -------------------------------------------------------------------

/// A server that says this to every connection, byte by byte with such a pause if there is one, and keeps it open. It
/// counts the connections.
async fn server(said: Vec<u8>, pause: Option<Duration>) -> (String, Arc<AtomicU32>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::Relaxed);
            let said = said.clone();
            tokio::spawn(async move {
                let mut asked = [0; 4096];
                let _ = stream.read(&mut asked).await;
                match pause {
                    None => drop(stream.write_all(&said).await),
                    Some(pause) => {
                        for byte in said {
                            if stream.write_all(&[byte]).await.is_err() {
                                return;
                            }
                            tokio::time::sleep(pause).await;
                        }
                    }
                }
                while stream.read(&mut asked).await.is_ok_and(|read| read > 0) {}
            });
        }
    });
    (address, count)
}

fn answer(headers: &str, body: &[u8]) -> Vec<u8> {
    [
        format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n", body.len()).as_bytes(),
        body,
    ]
    .concat()
}

fn to(address: &str) -> Client {
    let account = Account::new(address, 12_345_678, "the partner key").unwrap();
    let retry = RetrySettings { base: Duration::from_millis(1), ..RetrySettings::default() };
    let settings = Settings { quota: QuotaSettings::unlimited(), retry, ..Settings::default() };
    Client::builder(account).settings(settings).build().unwrap()
}

// promise: attempt_bounds_whole_exchange
#[tokio::test]
async fn headers_that_drip_are_bounded() {
    let (address, _) = server(answer("", OK), Some(Duration::from_millis(20))).await;
    let start = Instant::now();
    let call = to(&address).call("room.info").set("room_id", 1_i64).deadline(Duration::from_millis(300));
    assert_eq!(call.send().await.unwrap_err().kind(), ErrorKind::Timeout);
    // The whole answer takes more than 2 s.
    assert!(start.elapsed() < SECOND, "{:?}", start.elapsed());
}

// promise: answer_over_limit, eight_large_answers
#[tokio::test]
async fn a_large_answer_is_not_read() {
    // It says its length, and never comes.
    let (address, _) = server(b"HTTP/1.1 200 OK\r\ncontent-length: 52428800\r\n\r\n".to_vec(), None).await;
    let error = to(&address).room().info(1_i64).await.unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::TooLarge, "the answer is longer than 8388608 bytes"));
    // It does not say its length; eight of them at once.
    let chunk = [b"100000\r\n".to_vec(), vec![b' '; 1 << 20], b"\r\n".to_vec()].concat();
    let body = chunk.repeat(50);
    let (address, _) =
        server([&b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"[..], &body].concat(), None).await;
    let client = to(&address);
    let calls: Vec<_> = (0..8).map(|_| tokio::spawn(client.call("room.info").set("room_id", 1_i64).send())).collect();
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap_err().kind(), ErrorKind::TooLarge);
    }
}

/// `gzip` of `flate2` without the crate: stored blocks.
fn gzip(text: &[u8]) -> Vec<u8> {
    let crc = !text.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    });
    let length = u16::try_from(text.len()).unwrap();
    let mut packed = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
    packed.extend([length.to_le_bytes(), (!length).to_le_bytes()].concat());
    packed.extend(text);
    packed.extend([crc.to_le_bytes(), u32::from(length).to_le_bytes()].concat());
    packed
}

// promise: compressed_answers, answer_limit_of_decoded, two_codings_refused, default_codings
#[tokio::test]
async fn packed_answers_are_read_within_the_limit() {
    let (address, _) = server(answer("content-encoding: gzip\r\n", &gzip(OK)), None).await;
    let client = to(&address);
    assert_eq!(client.room().info(1_i64).await.unwrap().title, "a");
    let call = client.call("room.info").set("room_id", 1_i64).max_answer(OK.len() as u64 - 1);
    assert_eq!(call.send().await.unwrap_err().kind(), ErrorKind::TooLarge);
    for coding in ["gzip, gzip", "br"] {
        let (address, _) = server(answer(&format!("content-encoding: {coding}\r\n"), &gzip(&gzip(OK))), None).await;
        let error = to(&address).room().delete(1_i64).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport, "{error}");
        assert!(error.message().contains(coding), "{error}");
    }
}

// promise: redirect_named, default_redirects
#[tokio::test]
async fn a_redirect_is_named_and_asked_once() {
    let said = b"HTTP/1.1 302 Found\r\nlocation: https://u:p@other.example/openapi/room/info?sign=abc\r\ncontent-length: 0\r\n\r\n";
    let (address, count) = server(said.to_vec(), None).await;
    let error = to(&address).room().info(1_i64).await.unwrap_err();
    let expected = "redirect to https://other.example/openapi/room/info: set the domain to https://other.example";
    assert_eq!((error.kind(), error.message()), (ErrorKind::HttpStatus, expected));
    assert_eq!((error.status(), count.load(Ordering::Relaxed)), (Some(302), 1));
}

// promise: never_left_tls
#[tokio::test]
async fn a_handshake_that_fails_is_not_tried_again() {
    // It speaks no TLS at all.
    let (address, count) = server(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(), None).await;
    let error = to(&address.replace("http://", "https://")).room().delete(1_i64).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
    assert!(error.hint().unwrap().contains("CA"), "{error}");
    assert_eq!(count.load(Ordering::Relaxed), 1);
}

// promise: never_left_dns, never_left_refused
#[tokio::test]
async fn what_never_left_is_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    for address in [closed.as_str(), "http://nowhere.invalid"] {
        let error = to(address).room().delete(1_i64).await.unwrap_err();
        assert_eq!((error.kind(), error.trace().unwrap().attempts), (ErrorKind::Connect, 3), "{error}");
    }
}

// promise: never_left_proxy
#[tokio::test]
async fn a_proxy_that_refuses_lets_nothing_through() {
    for status in ["407 Proxy Authentication Required", "502 Bad Gateway"] {
        let (proxy, count) = server(format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n").into_bytes(), None).await;
        let proxy = reqwest::Proxy::all(proxy).unwrap();
        let executor = ReqwestExecutor::with_client(ReqwestExecutor::builder().unwrap().proxy(proxy).build().unwrap());
        let account = Account::new("https://service.invalid", 12_345_678, "the partner key").unwrap();
        let retry = RetrySettings { base: Duration::from_millis(1), ..RetrySettings::default() };
        let settings = Settings { quota: QuotaSettings::unlimited(), retry, ..Settings::default() };
        let client = Client::builder(account).settings(settings).executor(executor).build().unwrap();
        let error = client.room().delete(1_i64).await.unwrap_err();
        assert_eq!((error.kind(), error.trace().unwrap().attempts), (ErrorKind::Connect, 3), "{error}");
        assert_eq!(count.load(Ordering::Relaxed), 3);
    }
}

// promise: broken_may_have_left, changing_sent_once, causes_hold_no_address
#[tokio::test]
async fn what_may_have_left_is_not_repeated() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::Relaxed);
            let _ = stream.read(&mut [0; 4096]).await;
        }
    });
    let client = to(&address);
    let error = client.room().delete(1_i64).await.unwrap_err();
    assert_eq!((error.kind(), count.load(Ordering::Relaxed)), (ErrorKind::Transport, 1), "{error}");
    let error = client.call_path(baijiayun::Method::Get, "/openapi/x").send().await.unwrap_err();
    let mut said = format!("{error:?} {error}");
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        said.push_str(&format!("{inner:?} {inner}"));
        cause = inner.source();
    }
    assert!(!said.contains("sign=") && !said.contains("partner_id="), "{said}");
}

// promise: default_proxies
#[test]
fn proxies_come_from_the_environment() {
    // A process of its own, since the environment is the process's.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = format!("http://{}", listener.local_addr().unwrap());
    let program = std::env::current_exe().unwrap();
    let mut child = std::process::Command::new(program)
        .args(["promises::call_for_the_proxy", "--exact", "--ignored"])
        .env("HTTP_PROXY", &proxy)
        .env("http_proxy", &proxy)
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let (mut stream, _) = listener.accept().unwrap();
    let mut asked = [0; 256];
    let read = std::io::Read::read(&mut stream, &mut asked).unwrap();
    let asked = String::from_utf8_lossy(&asked[..read]).into_owned();
    drop(stream);
    child.wait().unwrap();
    assert!(asked.starts_with("POST http://elsewhere.invalid/openapi/room/delete"), "{asked}");
}

#[tokio::test]
#[ignore = "a part of proxies_come_from_the_environment"]
async fn call_for_the_proxy() {
    let _ = to("http://elsewhere.invalid").room().delete(1_i64).await;
}

/// Polls on this thread, outside of any runtime.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(std::thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return value;
        }
        std::thread::park();
    }
}

#[test]
fn outside_of_tokio_there_are_errors_and_no_panics() {
    let client = Client::new("demo", 12_345_678, "the partner key").unwrap();
    let error = block_on(client.room().info(1_i64).into_future()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.message().contains("tokio"), "{error}");
    // Waiting goes on a thread there.
    let client = with_store(Says(None)).executor(Fake::default()).build().unwrap();
    assert!(block_on(client.room().info(1_i64).into_future()).unwrap().trace().store_down);
    block_on(client.close(SECOND));
}

// promise: many_parameters
#[test]
fn thousands_of_parameters_are_sorted_and_signed() {
    let client = builder().executor(Fake::default()).build().unwrap();
    let mut call = client.call_path(baijiayun::Method::Post, "/openapi/x");
    for number in (0..5000).rev() {
        call = call.extra(format!("p{number:05}"), number);
    }
    let request = call.extra("p00000", "again").request(1).unwrap();
    let baijiayun::core::Body::Form(form) = request.body else { panic!("a form") };
    let names: Vec<&str> = form.split('&').map(|pair| pair.split('=').next().unwrap()).collect();
    assert_eq!(names.len(), 5003);
    let (signed, sign) = names.split_at(5002);
    assert!(signed.is_sorted() && sign == ["sign"]);
    assert!(form.starts_with("p00000=again&p00001=1&"), "{}", form.get(..40).unwrap());
}
