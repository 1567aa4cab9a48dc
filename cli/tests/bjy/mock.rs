//! `bjy call` and `bjy mock`, one against the other.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};

use serde_json::{Value, json};

use crate::tool::{Bjy, KEY, Ran};

/// A running `bjy mock`; it is stopped when dropped.
pub(crate) struct Mock {
    process: Child,
    printed: Value,
}

impl Mock {
    pub(crate) fn start(arguments: &[&str]) -> Mock {
        let bjy = Bjy::new();
        let mut command = bjy.command(&[&["mock", "--json"], arguments].concat());
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Mock { printed: serde_json::from_str(&line).unwrap(), process }
    }

    pub(crate) fn printed(&self, member: &str) -> &str {
        self.printed[member].as_str().unwrap()
    }

    /// A tool that calls this mock.
    pub(crate) fn client(&self) -> Bjy {
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

/// What the mock shows to tests in other languages.
fn asked(mock: &Mock, method: &str, path: &str, body: &str) -> String {
    let address = mock.printed("url").strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

#[test]
fn what_was_received_is_shown_with_its_parameters() {
    let mock = Mock::start(&[]);
    let bjy = mock.client();
    create(&bjy).ok();
    bjy.run(&["call", "room.info", "room_id=1"]).failure();
    let received: Value = serde_json::from_str(&asked(&mock, "GET", "/_mock/requests", "")).unwrap();
    assert_eq!(received[0]["operation"], "room.create");
    assert_eq!(received[0]["params"]["title"], "测试教室");
    assert_eq!(received[0]["params"]["sign"], Value::Null);
    assert_eq!(received[0]["verdict"], "accepted");
    assert_eq!((&received[1]["verdict"], &received[1]["code"]), (&json!("refused"), &json!(3001)));
    asked(&mock, "DELETE", "/_mock/requests", "");
    assert_eq!(asked(&mock, "GET", "/_mock/requests", ""), "[]");
}

#[test]
fn operations_have_answers_and_faults_of_their_own() {
    let files = Bjy::new();
    let answers = json!({
        "room.list": {"code": 2002, "msg": "没有权限"},
        "room.info": [{"data": {"room_id": 7, "title": "给定的"}}, {"status": 503, "body": "closed"}],
        "room.delete": {"drop": true},
    });
    let file = files.file("answers.json", answers.to_string());
    let mock = Mock::start(&["--rate=0", "--answers", file.to_str().unwrap()]);
    let bjy = mock.client();
    let error = bjy.run(&["call", "room.list"]).failure();
    assert_eq!((&error["code"], &error["msg"]), (&json!(2002), &json!("没有权限")));
    assert_eq!(bjy.run(&["call", "room.info", "room_id=7"]).json()["title"], "给定的");
    // The 503 is tried again; then the mock answers by itself.
    assert_eq!(bjy.run(&["call", "room.info", "room_id=7"]).failure()["code"], 3001);
    assert_eq!(bjy.run(&["call", "room.delete", "room_id=7", "--timeout=5"]).failure()["kind"], "transport");
    assert!(asked(&mock, "POST", "/_mock/answers", "{\"room.nothing\": {}}").contains("room.nothing"));
    asked(&mock, "POST", "/_mock/answers", "{\"room.list\": {}}");
    bjy.run(&["call", "room.list"]).ok();
}

#[test]
fn wrong_answers_are_named() {
    let files = Bjy::new();
    for (text, words) in [
        ("[]", "no JSON object"),
        (r#"{"room.lst": {}}"#, "room.lst"),
        (r#"{"room.list": {"daten": 1}}"#, "daten is unknown"),
        (r#"{"room.list": {"status": 99}}"#, "200 to 599"),
        (r#"{"room.list": {"code": 1, "data": 1}}"#, "more than one"),
        (r#"{"room.list": [3]}"#, "an answer is"),
    ] {
        files.file("answers.json", text);
        let error = files.run(&["mock", "--answers=answers.json"]).failure();
        assert!(error["msg"].as_str().unwrap().contains(words), "{text}: {error}");
    }
}

#[test]
fn operations_are_served_at_other_paths() {
    let files = Bjy::new();
    let file = files.file("paths.toml", "[paths]\n\"chat.revoke_message\" = \"/openapi/chat/other\"\n");
    let mock = Mock::start(&["--paths", file.to_str().unwrap()]);
    let error = mock.client().run(&["call", "chat.revoke_message", "class_id=1", "id=2"]).failure();
    assert_eq!(error["kind"], "path_not_found");
    let bjy = mock.client();
    bjy.file("baijiayun-paths.toml", "[paths]\n\"chat.revoke_message\" = \"/openapi/chat/other\"\n");
    let error = bjy.run(&["call", "chat.revoke_message", "class_id=1", "id=2"]);
    assert!(!error.err.contains("path_not_found"), "{error:?}");
}

#[test]
fn errors_have_status_attempts_and_how_the_answer_begins() {
    let mock = Mock::start(&["--html-every=1"]);
    let error = mock.client().run(&["call", "room.list", "--timeout=5"]).failure();
    assert_eq!(error["status"], 200);
    assert!(error["body"].as_str().unwrap().contains("系统维护中"), "{error}");
    assert!(error["attempts"].as_u64().unwrap() >= 1, "{error}");
    let mock = Mock::start(&["--errors-every=1"]);
    let error = mock.client().run(&["call", "room.list", "--timeout=5"]).failure();
    assert_eq!(error["status"], 503);
    assert!(error["attempts"].as_u64().unwrap() > 1, "{error}");
    // What may repeat a secret is not shown.
    let answers = json!({"room.list": {"status": 502, "body": "bad gateway: /openapi/room/list?sign=abc"}});
    let files = Bjy::new();
    let file = files.file("answers.json", answers.to_string());
    let mock = Mock::start(&["--answers", file.to_str().unwrap()]);
    let error = mock.client().run(&["call", "room.list", "--timeout=5"]).failure();
    assert_eq!((&error["status"], &error["body"]), (&json!(502), &Value::Null));
}

#[test]
fn no_time_at_all_is_refused() {
    let ran = Bjy::with_account().run(&["call", "room.list", "--timeout=0"]);
    assert_eq!(ran.code, 2, "{ran:?}");
}

#[test]
fn a_strict_mock_finds_mistakes_of_clients() {
    let mock = Mock::start(&["--strict"]);
    mock.client().run(&["call", "room.list"]).ok();
    let error = mock.client().run(&["call", "room.list", "--extra=colour=red"]).failure();
    assert_eq!(error["code"], 1001);
    assert!(error["msg"].as_str().unwrap().contains("colour"), "{error}");
}

#[test]
fn a_school_is_there_and_reports_tell_of_it() {
    let mock = Mock::start(&["--fill", "--rate=0"]);
    let bjy = mock.client();
    let rooms = bjy.run(&["call", "room.list", "--all", "--csv", "--columns", "title,room_id"]).ok();
    assert_eq!(rooms.lines().count(), 109, "{rooms}");
    let played = bjy.run(&["call", "playback.list", "product_type=1", "page=1", "page_size=1"]).json();
    let room = format!("room_id={}", played["list"][0]["room_id"]);
    let visits = bjy.run(&["call", "room_data.export_live_report", &room, "page=1", "page_size=100"]).json();
    let report = bjy.run(&["call", "room_data.get_report", &room]).json();
    assert_eq!(report["live_uv"], visits["total"]);
}

#[cfg(unix)]
fn end(mut mock: Mock) {
    let pid = mock.process.id().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert_eq!(mock.process.wait().unwrap().code(), Some(0));
}

#[cfg(unix)]
#[test]
fn what_it_holds_is_kept_over_restarts() {
    let files = Bjy::new();
    let file = files.path("state.json");
    let state = format!("--state={}", file.display());
    let mock = Mock::start(&["--fill=3", &state]);
    let room = format!("room_id={}", create(&mock.client()).json()["room_id"]);
    let info = mock.client().run(&["call", "room.info", &room]).json();
    let key = mock.printed("partner_key").to_owned();
    end(mock);
    assert!(!std::fs::read_to_string(&file).unwrap().contains(&key));
    // What is in the file counts, and not a new school.
    let mock = Mock::start(&["--fill=4", &state]);
    let bjy = mock.client();
    assert_eq!(bjy.run(&["call", "room.info", &room]).json(), info);
    assert_eq!(bjy.run(&["call", "room.list"]).json()["total"], 109);
    let next = create(&bjy).json()["room_id"].clone();
    assert_ne!(format!("room_id={next}"), room, "ids go on");
    end(mock);
    let wrong = files.file("wrong.json", r#"{"format": 0}"#);
    let error = files.run(&["mock", &format!("--state={}", wrong.display())]).failure();
    assert!(error["msg"].as_str().unwrap().contains("wrong.json"), "{error}");
}

#[cfg(unix)]
#[test]
fn calls_are_recorded_and_served_again() {
    let files = Bjy::new();
    let file = files.path("calls.jsonl");
    let mock = Mock::start(&["--record", file.to_str().unwrap()]);
    let (bjy, key) = (mock.client(), mock.printed("partner_key").to_owned());
    let created = create(&bjy).json();
    let room = format!("room_id={}", created["room_id"]);
    let info = bjy.run(&["call", "room.info", &room]).json();
    bjy.run(&["call", "room.info", "room_id=1"]).failure();
    let user = ["name=王", "role=1", "phone_number=13800000000", "password=geheim1"];
    bjy.run(&[&["call", "user.add"], &user[..]].concat()).ok();
    bjy.run(&["call", "partner.get_key", "secret_key=geheim2"]).ok();
    end(mock);
    let text = std::fs::read_to_string(&file).unwrap();
    for secret in [key.as_str(), "geheim", "\"sign\""] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let operations: Vec<_> = lines.iter().map(|line| line["operation"].as_str().unwrap()).collect();
    assert_eq!(operations, ["room.create", "room.info", "room.info", "user.add", "partner.get_key"]);

    let mock = Mock::start(&["--replay", file.to_str().unwrap()]);
    let bjy = mock.client();
    // By its parameters, and the last one again.
    assert_eq!(bjy.run(&["call", "room.info", "room_id=1"]).failure()["code"], 3001);
    assert_eq!(bjy.run(&["call", "room.info", &room]).json(), info);
    assert_eq!(bjy.run(&["call", "room.info", &room]).json(), info);
    // With other parameters, one of the operation; without a record, the mock's own.
    let other = bjy.run(&["call", "room.create", "title=别的", "start_time=1893456000", "end_time=1893459600"]).json();
    assert_eq!(other, created);
    assert_eq!(bjy.run(&["call", "room.list"]).json()["total"], 0);

    let wrong = files.file("wrong.jsonl", "{\"operation\": \"room.list\"}\n");
    let error = files.run(&["mock", "--replay", wrong.to_str().unwrap()]).failure();
    let msg = error["msg"].as_str().unwrap();
    assert!(msg.contains("wrong.jsonl") && msg.contains("line 1"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_state_that_cannot_be_kept_is_told_at_once() {
    let files = Bjy::new();
    let run = |state: &str| files.run(&["mock", "--json", &format!("--state={state}")]);
    let held = files.path("held.json").display().to_string();
    let mock = Mock::start(&[&format!("--state={held}")]);
    let error = run(&held).failure();
    assert!(error["msg"].as_str().unwrap().contains("another mock"), "{error}");
    create(&mock.client()).ok();
    end(mock);
    files.file("cut.json", r#"{"format":1,"sta"#);
    for (state, why) in [("cut.json", "cut.json: EOF"), (".", "it is not a file"), ("none/a.json", "No such file")] {
        let ran = run(state);
        assert!(ran.out.is_empty(), "its address was told: {ran:?}");
        assert!(ran.failure()["msg"].as_str().unwrap().contains(why), "{ran:?}");
    }
    // As mktemp makes it.
    let empty = files.file("empty.json", "").display().to_string();
    end(Mock::start(&[&format!("--state={empty}")]));
    for flag in ["--partner-key=", "--partner-id="] {
        assert_eq!(files.run(&["mock", flag]).code, 2, "{flag}");
    }
}
