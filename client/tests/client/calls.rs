//! Calls as values: in tasks, side by side, by any name, and where there is no runtime.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use baijiayun::callbacks::Dedupe;
use baijiayun::{ErrorKind, HttpAnswer, Method};
use futures_util::future::join_all;

use crate::fake::{OK, Script, is_ok};

#[tokio::test]
async fn a_call_runs_in_a_task_and_beside_others() {
    let script = Script::default();
    let client = script.client();
    let task = tokio::spawn(client.room().info(1).send());
    assert!(is_ok(task.await.expect("no panic").expect("an answer").json()));
    let rooms = join_all([2_i64, 3, 4].map(|room| client.room().info(room).send())).await;
    assert_eq!(rooms.into_iter().filter(Result::is_ok).count(), 3);
    let by_name = tokio::spawn(client.call("room.info").set("room_id", 5).send());
    assert!(by_name.await.expect("no panic").is_ok());
    assert_eq!(script.sent().len(), 5);
}

#[tokio::test]
async fn a_call_by_name_takes_any_name_and_is_awaited() {
    let script = Script::default();
    let names = vec!["room_id".to_owned(), "title".to_owned()];
    let mut call = script.client().call("room.update");
    for name in &names {
        call = call.set(name, 7_u64);
    }
    call.set(names[1].as_str(), "b").set_json(names[1].clone(), &[1]).await.expect_err("a title is no list");
    let answer = script.client().call("room.update").set(&names[0], 7).await.expect("an answer");
    assert!(is_ok(&answer.data));
}

#[tokio::test]
async fn a_path_goes_to_no_other_host() {
    let script = Script::default();
    for path in ["@127.0.0.1:1/x", "//127.0.0.1/x", ":1/x", ".example.com/x", "http://127.0.0.1/x", "\\\\a/x", ""] {
        let error = script.client().call_path(Method::Post, path).await.expect_err(path);
        assert_eq!(error.kind(), ErrorKind::InvalidParameters, "{path}: {error}");
    }
    assert_eq!(script.sent(), Vec::<String>::new());
}

#[tokio::test]
async fn data_of_another_form_leave_a_sign() {
    for data in [r#""oops""#, "[1,2]", "7"] {
        let body = format!(r#"{{"code":0,"data":{data},"msg":"","ts":1}}"#);
        let client = Script::bodies([&body, &body, &body]).client();
        let room = client.room().info(1).await.expect("the call was carried out");
        let departures = room.departures();
        assert!(
            departures.iter().any(|departure| departure.path.is_empty() && departure.found == data),
            "{departures:?}"
        );
        let error = client.room().info(1).strict(true).await.expect_err("it is strict");
        assert_eq!(error.kind(), ErrorKind::Departures);
        assert_eq!(error.trace().map(|trace| trace.attempts), Some(1));
    }
}

#[test]
fn claims_are_shared_by_clones() {
    fn is_clone<T: Clone>(_: &T) {}
    is_clone(&Dedupe::new());
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Any executor, that knows nothing of tokio.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}

#[test]
fn outside_of_tokio_an_executor_of_ones_own_does() {
    let client = Script::new([Ok(HttpAnswer::new(502, "")), Ok(HttpAnswer::new(200, OK))]).client();
    let room = block_on(client.room().info(1).send()).expect("it waits and answers");
    assert_eq!(room.trace().attempts, 2);
}

#[cfg(feature = "reqwest")]
#[test]
fn outside_of_tokio_the_default_executor_is_an_error_and_no_panic() {
    use baijiayun::{Account, Client};

    let account = Account::new("http://127.0.0.1:9", 1, "k").expect("an account");
    let client = Client::builder(account).build().expect("a client");
    let error = block_on(client.room().info(1).send()).expect_err("there is no runtime");
    assert_eq!((error.kind(), error.is_transient()), (ErrorKind::Connect, false));
    assert!(error.message().contains("there is no runtime of tokio here"), "{error}");
    let error = block_on(client.video().upload(baijiayun::File::bytes("a.mp4", *b"abc"), [16]).send());
    assert!(error.expect_err("neither").message().contains("there is no runtime of tokio here"));
}
