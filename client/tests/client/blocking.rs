//! The client that blocks the thread.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use baijiayun::blocking::{self, Client};
use baijiayun::callbacks::{Dedupe, Receiver};
use baijiayun::{ErrorKind, File, HttpAnswer, Method};

use crate::fake::{OK, Script, account, is_ok};

fn client(script: &Script) -> Client {
    Client::builder(account()).executor(script.clone()).build().expect("a client")
}

#[test]
fn calls_are_those_of_the_other_client() {
    let script = Script::default();
    let client = client(&script);
    let room = client.room().info(1).timeout(Duration::from_secs(3)).send().expect("an answer");
    assert_eq!((is_ok(room.json()), room.trace().attempts), (true, 1));
    let answer = client.call("room.info").set("room_id", 2).send().expect("an answer");
    assert!(is_ok(&answer.data));
    client.call_path(Method::Post, "/openapi/some/thing").extra("a", 1).send().expect("an answer");
    let error = client.call("room.creat").send().expect_err("there is none");
    assert_eq!(error.hint(), Some("did you mean room.create?"));
    assert_eq!(script.sent().len(), 3);
    client.close(Duration::from_secs(1)).expect("it may wait");
    assert_eq!(client.room().info(1).send().expect_err("it is closed").kind(), ErrorKind::Closed);
}

#[test]
fn lists_are_iterators() {
    let page = |ids: [i64; 2]| {
        let rows = ids.map(|id| format!(r#"{{"video_id":{id}}}"#)).join(",");
        format!(r#"{{"code":0,"data":{{"list":[{rows}],"total":4}},"msg":"","ts":1}}"#)
    };
    let pages = || [page([1, 2]), page([3, 4])];
    let rows = client(&Script::bodies(pages())).video().list().page_size(2).items();
    assert_eq!(rows.filter(Result::is_ok).count(), 4);
    let mut found = client(&Script::bodies(pages())).video().list().page_size(2).pages();
    assert_eq!(found.by_ref().take(1).filter(Result::is_ok).count(), 1);
    let left: Vec<_> = found.collect();
    assert_eq!(left.iter().filter(|page| page.as_ref().is_ok_and(|page| page.list.len() == 2)).count(), 1);
    let broken = Script::new([Ok(HttpAnswer::new(200, r#"{"code":1001,"data":[],"msg":"no"}"#))]);
    let rows: Vec<_> = client(&broken).video().list().items().collect();
    assert!(matches!(rows.as_slice(), [Err(error)] if error.kind() == ErrorKind::ParameterRejected));
}

#[test]
fn it_neither_panics_nor_hangs_in_async_code() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let client = client(&Script::default());
        client.room().info(1).send().expect("an answer");
        drop(client);
    });
}

#[test]
fn a_call_in_what_another_one_calls_does_not_wait_for_itself() {
    let script = Script::default();
    let inner = client(&script);
    let told = Arc::new(Mutex::new(None));
    let hook = {
        let told = Arc::clone(&told);
        move |_: &baijiayun::CallEvent| {
            told.lock().expect("no panic").get_or_insert_with(|| inner.room().info(2).send().map(drop));
        }
    };
    let outer = Client::builder(account()).executor(script.clone()).on_event(hook).build().expect("a client");
    outer.room().info(1).send().expect("an answer");
    let told = told.lock().expect("no panic").take().expect("it was called");
    assert_eq!(told.expect_err("it would wait for itself").kind(), ErrorKind::Misuse);
}

#[test]
fn uploads_and_claims_wait_too() {
    let address = r#"{"code":0,"data":{"video_id":7,"upload_url":"https://up.example/?t=1"},"msg":"","ts":1}"#;
    let taken = r#"{"code":1,"data":{"fid":"7"},"msg":"","ts":1}"#;
    let client = client(&Script::bodies([address, taken]));
    let video = client.video().upload(File::bytes("a.mp4", *b"abc"), [16]).with(|call| call.audio_with_view(true));
    assert_eq!(video.send().expect("it arrives").video_id, 7);

    let key = baijiayun::PartnerKey::new("k");
    let pairs = [("qid", "1"), ("timestamp", "1"), ("room_id", "1"), ("status", "100")];
    let sign = key.signature(&baijiayun::core::sign::canonical(pairs));
    let body = format!("qid=1&timestamp=1&room_id=1&status=100&sign={sign}");
    let callback =
        Receiver::new("k").any_time().receive(body.as_bytes(), "application/x-www-form-urlencoded").expect("signed");
    let dedupe = Dedupe::new();
    assert!(dedupe.claim_blocking(&callback).expect("it may wait"));
    assert!(!dedupe.clone().claim_blocking(&callback).expect("it may wait"));
    dedupe.release_blocking(&callback).expect("it may wait");
    assert!(dedupe.claim_blocking(&callback).expect("it may wait"));
}

#[test]
fn any_future_of_the_package_is_run() {
    let script = Script::bodies([OK]);
    let client = script.client();
    let room = blocking::run(async move { client.room().info(1).await }).expect("an answer");
    assert!(is_ok(room.json()));
}
