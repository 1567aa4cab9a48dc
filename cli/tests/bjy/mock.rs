//! `bjy call` and `bjy mock`, one against the other.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Stdio};

use serde_json::{Value, json};

use crate::tool::{Bjy, KEY, Ran};

/// A running `bjy mock`; it is stopped when dropped.
struct Mock {
    process: Child,
    printed: Value,
}

impl Mock {
    fn start(arguments: &[&str]) -> Mock {
        let bjy = Bjy::new();
        let mut command = bjy.command(&[&["mock", "--json"], arguments].concat());
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Mock { printed: serde_json::from_str(&line).unwrap(), process }
    }

    fn printed(&self, member: &str) -> &str {
        self.printed[member].as_str().unwrap()
    }

    /// A tool that calls this mock.
    fn client(&self) -> Bjy {
        Bjy::new()
            .env("BAIJIAYUN_DOMAIN", self.printed("url"))
            .env("BAIJIAYUN_PARTNER_ID", self.printed("partner_id"))
            .env("BAIJIAYUN_PARTNER_KEY", self.printed["partner_key"].as_str().unwrap_or(KEY))
            .env("NO_PROXY", "127.0.0.1")
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn create(bjy: &Bjy) -> Ran {
    bjy.run(&["call", "room.create", "title=测试教室", "start_time=1893456000", "end_time=1893459600"])
}

#[test]
fn what_is_created_is_read_back() {
    let mock = Mock::start(&[]);
    let bjy = mock.client();
    let created = create(&bjy).json();
    let room = format!("room_id={}", created["room_id"]);
    let info = bjy.run(&["call", "room.info", &room]).json();
    assert_eq!(info["title"], "测试教室");

    bjy.run(&["call", "room.delete", &room]).ok();
    let error = bjy.run(&["call", "room.info", &room]).failure();
    assert_eq!(error["kind"], "room_deleted");
    assert_eq!(error["code"], 3002);
    assert_eq!(error["operation"], "room.info");
}

#[test]
fn a_file_is_sent() {
    let mock = Mock::start(&[]);
    let bjy = mock.client();
    bjy.file("lesson.pdf", vec![b'%'; 5000]);
    let room = create(&bjy).json()["room_id"].clone();
    let uploaded = bjy.run(&["call", "doc.upload", "attachment=@lesson.pdf", &format!("room_id={room}")]).json();
    assert!(uploaded["fid"].is_number() || uploaded["fid"].is_string(), "{uploaded}");
}

#[test]
fn a_wrong_key_is_refused_by_the_service() {
    let mock = Mock::start(&[]);
    let bjy = mock.client().env("BAIJIAYUN_PARTNER_KEY", "another key");
    let error = bjy.run(&["call", "room.list"]).failure();
    assert_eq!(error["code"], 1002);
    assert_eq!(error["kind"], "signature_rejected");
}

#[test]
fn the_mock_takes_an_account_and_does_not_show_its_key() {
    let mock = Mock::start(&["--partner-id=555", "--partner-key", KEY]);
    assert_eq!(mock.printed("partner_id"), "555");
    assert_eq!(mock.printed["partner_key"], Value::Null);
    mock.client().run(&["call", "room.list"]).ok();
}

#[test]
fn the_environments_account_is_not_the_mocks() {
    let mock = Mock::start(&[]);
    let own = (mock.printed("partner_id").to_owned(), mock.printed("partner_key").to_owned());
    let bjy = Bjy::with_account().env("BAIJIAYUN_PARTNER_ID", "999");
    let mut process = bjy.command(&["mock"]).stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(process.stdout.take().unwrap()).lines().map_while(Result::ok).take(4);
    let printed = lines.collect::<Vec<_>>().join("\n");
    process.kill().unwrap();
    process.wait().unwrap();
    assert!(printed.contains(&format!("export BAIJIAYUN_PARTNER_ID={}", own.0)), "{printed}");
    assert!(printed.contains(&format!("export BAIJIAYUN_PARTNER_KEY={}", own.1)), "{printed}");
    assert!(!printed.contains(KEY), "{printed}");
}

#[test]
fn the_mock_misbehaves_when_told() {
    for (flag, kind) in [
        ("--errors-every=1", "http_status"),
        ("--throttles-every=1", "throttled"),
        ("--html-every=1", "not_json"),
        ("--drops-every=1", "transport"),
    ] {
        let mock = Mock::start(&[flag]);
        let error = mock.client().run(&["call", "room.list", "--timeout=1"]).failure();
        assert_eq!(error["kind"], kind, "{flag}: {error}");
    }
    let loose = Mock::start(&["--php-loose"]);
    assert_eq!(create(&loose.client()).err, "");
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_the_mock_well() {
    let mut mock = Mock::start(&[]);
    for signal in ["-INT", "-TERM"] {
        let pid = mock.process.id().to_string();
        assert!(std::process::Command::new("kill").args([signal, &pid]).status().unwrap().success());
        assert_eq!(mock.process.wait().unwrap().code(), Some(0), "{signal}");
        mock = Mock::start(&[]);
    }
}

#[test]
fn a_taken_port_is_an_error() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let error = Bjy::new().run(&["mock", "--port", &port]).failure();
    assert_eq!(error["kind"], "io");
    assert!(error["msg"].as_str().unwrap().contains(&port), "{error}");
}

#[test]
fn waiting_ends() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", silent.local_addr().unwrap());
    let bjy = Bjy::with_account().env("BAIJIAYUN_DOMAIN", &address).env("NO_PROXY", "127.0.0.1");
    assert_eq!(bjy.run(&["call", "room.list", "--timeout=1"]).failure()["kind"], "timeout");
    drop(silent);
    assert_eq!(bjy.run(&["call", "room.list", "--timeout=1"]).failure()["kind"], "connect");
}

#[test]
fn the_demo_runs_a_course() {
    let course = Bjy::new().run(&["demo", "--json"]).json();
    let count = |member: &str| course[member].as_array().map_or(0, Vec::len);
    assert_eq!(count("codes"), 3);
    assert!(count("report") > 0);
    let told: Vec<(&str, &Value)> = course["callbacks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|callback| {
            assert_eq!(callback["verified"], true);
            let member = if callback["kind"] == "class" { "op" } else { "status" };
            (callback["kind"].as_str().unwrap(), &callback["members"][member])
        })
        .collect();
    let (start, end, uploaded, done) = (json!("start"), json!("end"), json!("20"), json!("100"));
    assert_eq!(told, [("class", &start), ("class", &end), ("transcode", &uploaded), ("transcode", &done)]);
    assert_eq!(course["video"]["size"], 16 << 20);
    assert_eq!(course["callbacks"][3]["members"]["file_md5"], course["video"]["md5"]);
    let calls = course["calls"].as_array().unwrap();
    assert!(calls.len() >= 14 && calls.iter().all(|call| call["accepted"] == true), "{calls:?}");

    let text = Bjy::new().run(&["demo"]).ok();
    assert!(text.lines().last().unwrap().starts_with("Done 完成"), "{text}");
    for wanted in ["王小明", "创建房间", "高一数学", "verified"] {
        assert!(text.contains(wanted), "{wanted} is missing");
    }
}

/// A row of Chinese text is as wide on the screen as its frame.
#[test]
fn tables_are_straight() {
    let text = Bjy::new().run(&["demo"]).ok();
    let mut frame = None;
    for line in text.lines() {
        match line.chars().next() {
            Some('┌') => frame = Some(console::measure_text_width(line)),
            Some('│') => assert_eq!(Some(console::measure_text_width(line)), frame, "{line}"),
            _ => {}
        }
    }
    assert!(frame.is_some());
}
