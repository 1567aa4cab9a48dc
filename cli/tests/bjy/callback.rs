//! Callbacks: sent by one `bjy`, taken by another.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Stdio};

use serde_json::{Value, json};

use crate::tool::{Bjy, KEY};

/// A running `bjy callback listen`; it is stopped when dropped.
struct Listener {
    process: Child,
    lines: BufReader<ChildStdout>,
    url: String,
}

impl Listener {
    fn start(bjy: &Bjy, more: &[&str]) -> Listener {
        let mut command = bjy.command(&[&["callback", "listen", "--json"], more].concat());
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap());
        let mut listener = Listener { process, lines, url: String::new() };
        listener.url = listener.next()["url"].as_str().unwrap().to_owned();
        listener
    }

    fn next(&mut self) -> Value {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn send(bjy: &Bjy, to: &str, more: &[&str]) -> crate::tool::Ran {
    bjy.run(&[&["callback", "send", "class_event", "op=end", "--json", "--at-once", "--to", to], more].concat())
}

#[test]
fn what_is_sent_is_taken_in_both_encodings() {
    let bjy = Bjy::with_account();
    let mut listener = Listener::start(&bjy, &[]);
    for encoding in ["--as-json", "--form"] {
        let sent = send(&bjy, &listener.url, &[encoding]).json();
        assert_eq!((&sent["taken"], &sent["attempt"]), (&json!(true), &json!(1)));
        let taken = listener.next();
        assert_eq!(
            (&taken["name"], &taken["data"]["op"], &taken["repeated"]),
            (&json!("class_event"), &json!("end"), &json!(false))
        );
        assert_eq!(taken["qid"], sent["qid"]);
    }
}

#[test]
fn every_callback_can_be_sent_as_printed() {
    let bjy = Bjy::with_account();
    let mut listener = Listener::start(&bjy, &[]);
    let listed = Bjy::new().run(&["callback", "list", "--json"]).json();
    assert_eq!(listed.as_array().unwrap().len(), 11);
    for name in listed.as_array().unwrap().iter().filter_map(|callback| callback["name"].as_str()) {
        bjy.run(&["callback", "send", name, "--at-once", "--to", &listener.url]).ok();
        assert!(listener.next()["qid"].is_string(), "{name}");
    }
}

#[test]
fn what_another_key_signed_is_refused_and_sent_again() {
    let bjy = Bjy::with_account();
    let listener = Listener::start(&bjy, &[]);
    let ran = send(&bjy, &listener.url, &["--partner-key=another"]);
    assert_eq!(ran.code, 1);
    let attempts: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(attempts.len(), 3, "{ran:?}");
    assert!(attempts.iter().all(|attempt| attempt["status"] == 403 && attempt["taken"] == false), "{ran:?}");
    assert!(attempts[0]["answer"].as_str().unwrap().contains("\"code\":1"), "{ran:?}");
    assert_eq!(send(&bjy, &listener.url, &["--partner-key=another", "--no-repeat"]).out.lines().count(), 1);
}

#[test]
fn nobody_there_is_told() {
    let ran = send(&Bjy::with_account(), "http://127.0.0.1:1/", &["--no-repeat"]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("gave no answer"), "{ran:?}");
}

#[test]
fn a_callback_goes_on_to_another_receiver_until_that_takes_it() {
    let bjy = Bjy::with_account();
    let mut behind = Listener::start(&bjy, &[]);
    let mut front = Listener::start(&bjy, &["--forward", &behind.url]);
    send(&bjy, &front.url, &[]).ok();
    assert_eq!(front.next()["qid"], behind.next()["qid"]);
    let refusing = Listener::start(&Bjy::with_account().env("BAIJIAYUN_PARTNER_KEY", "another"), &[]);
    let mut front = Listener::start(&bjy, &["--forward", &refusing.url]);
    let ran = send(&bjy, &front.url, &[]);
    assert_eq!(ran.out.lines().count(), 3, "{ran:?}");
    // The same one each time: it was never taken, and so none of them is a repetition.
    let first = front.next();
    assert_eq!((&front.next(), &first["repeated"]), (&first, &json!(false)));
}

#[test]
fn it_ends_after_so_many() {
    let bjy = Bjy::with_account();
    let mut listener = Listener::start(&bjy, &["--count=1"]);
    send(&bjy, &listener.url.clone(), &[]).ok();
    assert!(listener.process.wait().unwrap().success());
}

#[test]
fn a_body_is_verified_and_a_wrong_one_explained() {
    let bjy = Bjy::with_account();
    let sign = |arguments: &[&str]| {
        bjy.run(&[&["sign", "--json"], arguments].concat()).json()["sign"].as_str().unwrap().to_owned()
    };
    let pairs = ["room_id=17", "op=start", "qid=1", "timestamp=1893456000"];
    let right = format!("{}&sign={}\n", pairs.join("&"), sign(&pairs));
    let shown = bjy.run_with(&["callback", "verify", "--json"], &right).json();
    assert_eq!((&shown["name"], &shown["data"]["op"]), (&json!("class_event"), &json!("start")));
    let error = bjy.run_with(&["callback", "verify", "--tolerance=300"], &right).failure();
    assert_eq!(error["kind"], "callback_clock");

    let without_qid = format!("{}&sign={}", pairs.join("&"), sign(&[pairs[0], pairs[1], pairs[3]]));
    let error = bjy.run_with(&["callback", "verify"], &without_qid).failure();
    assert_eq!(error["kind"], "callback_signature");
    assert!(error["hint"].as_str().unwrap().contains("qid was not signed"), "{error}");
    let error = bjy.run_with(&["callback", "verify"], "nothing").failure();
    assert_eq!(error["kind"], "callback_malformed");
}

#[test]
fn callbacks_are_listed_and_shown() {
    let text = Bjy::new().run(&["callback", "list"]).ok();
    assert!(text.contains("class_event") && text.contains("11 callbacks"), "{text}");
    let text = Bjy::new().run(&["callback", "list", "class_event"]).ok();
    assert!(text.contains("Repetitions: ") && text.contains("op_time"), "{text}");
    let error = Bjy::new().run(&["callback", "list", "nothing"]).failure();
    assert!(error["hint"].as_str().unwrap().contains("class_event"), "{error}");
    assert!(!text.contains(KEY));
}
