use serde_json::{Value, json};

use crate::tool::Bjy;

#[test]
fn straightens_what_php_writes() {
    let body = r#"{"code":0,"data":{"fid":"12345678901234567","name":1,"bind_id":null,"url":""},"msg":"","ts":1}"#;
    let ran = Bjy::new().run_with(&["parse", "doc.upload_by_url"], body);
    assert_eq!(ran.err, "");
    assert_eq!(ran.json(), json!({"fid": 12_345_678_901_234_567_i64, "name": "1", "url": ""}));
}

#[test]
fn departures_are_lines_beside_the_data() {
    let body = r#"{"code":0,"data":{"user_count":"many"},"msg":"","ts":1}"#;
    let ran = Bjy::new().run_with(&["parse", "live.get_user_count"], body);
    let lines: Vec<Value> = ran.err.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0], json!({"path": "user_count", "expected": "int", "found": "\"many\""}));
    assert_eq!(lines[1], json!({"path": "display_user_count", "expected": "int", "found": "nothing"}));
    assert_eq!((lines.len(), ran.json()), (2, json!({"user_count": "many"})));
}

#[test]
fn pretty_keeps_long_numbers() {
    let body = r#"{"code":0,"data":{"unknown":[9223372036854775807,9.90]},"msg":"","ts":1}"#;
    let out = Bjy::new().run_with(&["parse", "room.info", "--pretty"], body).ok();
    assert_eq!(out, "{\n  \"unknown\": [\n    9223372036854775807,\n    9.90\n  ]\n}\n");
}

#[test]
fn the_services_errors_are_errors() {
    let ran = Bjy::new().run_with(&["parse", "room.info"], r#"{"code":1002,"data":null,"msg":"签名计算错误","ts":1}"#);
    assert_eq!(ran.out, "");
    let error = ran.failure();
    assert_eq!(error["kind"], "signature_rejected");
    assert_eq!(error["code"], 1002);
    assert_eq!(error["msg"], "签名计算错误");
    assert_eq!(error["operation"], "room.info");
    assert!(error["hint"].as_str().unwrap().contains("partner_key"));
}

#[test]
fn broken_answers_are_errors() {
    let parse = |arguments: &[&str], body: &str| {
        let ran = Bjy::new().run_with(&[&["parse", "room.info"], arguments].concat(), body);
        assert_eq!(ran.out, "");
        ran.failure()["kind"].as_str().unwrap().to_owned()
    };
    assert_eq!(parse(&[], ""), "not_json");
    assert_eq!(parse(&[], "<html>"), "not_json");
    assert_eq!(parse(&[], "[]"), "not_envelope");
    assert_eq!(parse(&["--status", "502"], "<html>"), "http_status");
    assert_eq!(parse(&["--status=429"], "slow down"), "throttled");
    assert_eq!(parse(&["--status=404"], ""), "path_not_found");
}

/// An upload answers 1 for success and has its members at the top level.
#[test]
fn an_upload_answer_is_read_by_its_description() {
    let ran = Bjy::new().run_with(&["parse", "video.upload_file"], r#"{"code":1,"fid":"123"}"#);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(ran.json()["fid"].to_string().trim_matches('"'), "123");
}

/// The data on stdout are what was asked for; the lines beside them end in logs.
#[test]
fn departures_do_not_tell_secrets() {
    for (data, path) in [(r#"{"partner_key":["hush"]}"#, "partner_key"), (r#""hush""#, "")] {
        let body = format!(r#"{{"code":0,"data":{data},"msg":"","ts":1}}"#);
        let ran = Bjy::new().run_with(&["parse", "partner.get_key"], body);
        let line: Value = serde_json::from_str(&ran.err).unwrap();
        assert_eq!((&line["path"], &line["found"]), (&path.into(), &"***".into()));
        assert!(ran.ok().contains("hush"));
    }
}

// promise: values_escaped
#[test]
fn values_do_not_command_a_terminal() {
    let body = "{\"code\":0,\"data\":{\"title\":\"a\\u001b[31m\u{9b}2J\u{202e}b\"},\"msg\":\"\",\"ts\":1}";
    for pretty in [&["parse", "room.info"][..], &["parse", "room.info", "--pretty"]] {
        let out = Bjy::new().run_with(pretty, body).ok();
        assert!(!out.chars().any(|char| (char.is_control() && char != '\n') || char == '\u{202e}'), "{out:?}");
        let data: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(data["title"], "a\u{1b}[31m\u{9b}2J\u{202e}b");
    }
    let refused = "{\"code\":1,\"data\":null,\"msg\":\"\u{9b}2J\",\"ts\":1}";
    let ran = Bjy::new().run_with(&["parse", "room.info"], refused);
    assert!(!ran.err.contains('\u{9b}') && ran.err.contains("\\u009b2J"), "{ran:?}");
}
