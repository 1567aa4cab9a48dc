//! What errors say: what led to them, when to come again, and what to do.

use std::error::Error as _;
use std::io;
use std::time::Duration;

use baijiayun::{Error, ErrorKind, HttpAnswer, TransportError, TransportErrorKind};
use serde::Deserialize;

use crate::fake::{Script, builder};

fn broken(kind: TransportErrorKind) -> Result<HttpAnswer, TransportError> {
    Err(TransportError::new(kind, "the cable is cut").with_source(io::Error::from(io::ErrorKind::ConnectionReset)))
}

fn io_kind(error: &Error) -> Option<io::ErrorKind> {
    error.source().and_then(|source| source.downcast_ref::<io::Error>()).map(io::Error::kind)
}

#[tokio::test]
async fn the_executors_error_is_the_source() {
    let client = Script::new([broken(TransportErrorKind::Other)]).client();
    let error = client.room().delete(1).await.expect_err("it breaks");
    assert_eq!((error.kind(), error.message()), (ErrorKind::Transport, "the cable is cut"));
    assert_eq!(io_kind(&error), Some(io::ErrorKind::ConnectionReset));
    assert!(error.is_transient());
    // As everything that is std's: for `?` into a boxed error, anyhow and eyre.
    let boxed: Box<dyn std::error::Error + Send + Sync> = error.into();
    assert!(boxed.source().is_some());
    let transport: Box<dyn std::error::Error> = Box::new(broken(TransportErrorKind::Other).expect_err("broken"));
    assert_eq!(transport.to_string(), "the cable is cut");
    assert!(transport.source().is_some());
}

#[tokio::test]
async fn an_answer_after_a_break_has_no_source_of_the_break() {
    let answer = || Ok(HttpAnswer::new(200, r#"{"code":3001,"data":[],"msg":"no","ts":1}"#));
    let client = Script::new([broken(TransportErrorKind::Connect), answer()]).client();
    let error = client.room().info(1).await.expect_err("there is no such room");
    assert_eq!((error.kind(), error.trace().map(|trace| trace.attempts)), (ErrorKind::RoomNotFound, Some(2)));
    assert!(error.source().is_none(), "{error:?}");
}

#[tokio::test]
async fn what_will_never_go_is_not_transient() {
    for kind in [TransportErrorKind::Tls, TransportErrorKind::Unsendable] {
        let client = Script::new([broken(kind)]).client();
        let error = client.room().info(1).await.expect_err("it cannot be sent");
        assert_eq!((error.kind(), error.is_transient()), (ErrorKind::Connect, false), "{kind:?}");
    }
}

#[tokio::test]
async fn headers_and_retry_after_are_told() {
    let throttled = HttpAnswer::new(429, "").with_header("Retry-After", "100").with_header("X-Request-Id", "7");
    let client = Script::new([Ok(throttled)]).client();
    let error = client.room().info(1).await.expect_err("it throttles for too long");
    assert_eq!((error.kind(), error.retry_after()), (ErrorKind::Throttled, Some(Duration::from_secs(100))));
    assert!(error.headers().contains(&("x-request-id".to_owned(), "7".to_owned())), "{:?}", error.headers());
    let answer = HttpAnswer::new(200, crate::fake::OK).with_header("X-Request-Id", "8");
    let client = Script::new([Ok(answer)]).client();
    let room = client.room().info(1).await.expect("it answers");
    assert_eq!(room.headers(), [("x-request-id".to_owned(), "8".to_owned())]);
}

#[derive(Debug, Default, Deserialize)]
struct Strange {
    #[expect(dead_code, reason = "it cannot be read")]
    title: i64,
}

#[tokio::test]
async fn a_decode_error_has_its_trace() {
    let client = Script::new([Ok(HttpAnswer::new(200, crate::fake::OK).with_header("x-a", "b"))]).client();
    let error = client.call("room.info").set("room_id", 1).send_as::<Strange>().await.expect_err("a text is no number");
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(error.trace().map(|trace| trace.attempts), Some(1));
    assert_eq!(error.headers().len(), 1);
}

#[tokio::test]
async fn an_option_that_cannot_be_meant_is_told_with_a_hint_of_its_own() {
    let script = Script::default();
    let client = script.client();
    let error = client.room().info(1).deadline(Duration::ZERO).await.expect_err("no time at all");
    assert_eq!(error.message(), "deadline has to be a time above 0 of at most 30 days");
    assert_eq!(error.hint(), Some("without this option the client's own setting holds"));
    for call in [client.room().info(1).timeout(Duration::ZERO), client.room().info(1).attempts(0)] {
        let error = call.await.expect_err("it cannot be meant");
        assert_eq!(error.kind(), ErrorKind::InvalidParameters);
        assert!(!error.hint().unwrap_or_default().contains("bjy operations"), "{error}");
    }
    assert_eq!(script.sent(), Vec::<String>::new());
}

#[cfg(feature = "redis")]
#[test]
fn an_address_of_a_store_that_cannot_be_right_has_a_hint() {
    use baijiayun::RedisStore;

    let error = RedisStore::connect("localhost").expect_err("no scheme");
    assert_eq!(error.kind(), ErrorKind::InvalidAccount);
    assert!(error.hint().is_some_and(|hint| hint.contains("redis://127.0.0.1:6379")), "{error}");
    if let Err(error) = RedisStore::connect("rediss://:hunter2@localhost") {
        assert!(error.hint().is_some_and(|hint| hint.contains("tokio-rustls-comp")), "{error}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}

#[cfg(not(feature = "reqwest"))]
#[test]
fn a_client_with_nothing_to_send_by_says_so() {
    let error = baijiayun::Client::builder(crate::fake::account()).build().expect_err("no executor");
    assert_eq!(error.kind(), ErrorKind::InvalidAccount);
    assert!(error.hint().is_some_and(|hint| hint.contains("ClientBuilder::executor")), "{error}");
}

/// Settings may be said in any order.
#[tokio::test]
async fn what_is_said_of_a_client_holds_in_any_order() {
    use baijiayun::Settings;

    let patient = Settings { deadline: Duration::from_secs(9), ..Settings::default() };
    for wrong in [
        builder().timeout(Duration::ZERO).settings(patient.clone()),
        builder().settings(patient.clone()).timeout(Duration::ZERO),
    ] {
        let error = wrong.executor(Script::default()).build().expect_err("the timeout is heeded");
        assert!(error.message().starts_with("attempt_timeout"), "{error}");
    }
    for tight in [
        builder().max_answer(5).strict(true).settings(patient.clone()),
        builder().settings(patient.clone()).max_answer(5).strict(true),
    ] {
        let client = tight.executor(Script::default()).build().expect("a client");
        let error = client.room().info(1).await.expect_err("the answer is longer");
        assert_eq!(error.message(), "the answer is longer than 5 bytes");
    }
}
