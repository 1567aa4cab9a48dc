use serde_json::{Value, json};

use crate::tool::Bjy;

const TIME: &str = "--timestamp=1501572288";

fn pairs(body: &Value) -> Vec<(String, String)> {
    let decoded = form_urlencoded::parse(body.as_str().unwrap().as_bytes());
    decoded.map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

fn pair(body: &Value, name: &str) -> Option<String> {
    pairs(body).into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
}

/// The vector that the vendor's document prints.
#[test]
fn signs_as_the_document_does() {
    let key = "rLkIPaQjxSwRQmC/ITnHh8i2rifmmbFIVsYw03SSi24zAnkrAd0ZNb2rcTzI2avy7+AmNJDdLmzU89zKUAP3Xg==";
    let request = Bjy::with_account()
        .run(&[
            "request",
            "room.create",
            "title=测试教室",
            "start_time=1501575608",
            "end_time=1501579208",
            "type=2",
            TIME,
            "--partner-key",
            key,
        ])
        .json();
    assert_eq!(request["operation"], "room.create");
    assert_eq!(request["method"], "POST");
    assert_eq!(request["url"], "https://school.at.baijiayun.com/openapi/room/create");
    assert_eq!(
        request["headers"],
        json!({"accept": "application/json", "content-type": "application/x-www-form-urlencoded"})
    );
    assert_eq!(pair(&request["body"], "sign").as_deref(), Some("5b78486597c679b0c6256da014af1260"));
    assert_eq!(pair(&request["body"], "title").as_deref(), Some("测试教室"));
    assert!(request.get("parts").is_none());
    assert!(!request.to_string().contains(key));
}

#[test]
fn now_is_the_default_timestamp() {
    let request = Bjy::with_account().run(&["request", "room.info", "room_id=1"]).json();
    let sent: u64 = pair(&request["body"], "timestamp").unwrap().parse().unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    assert!(now - sent < 60, "{sent} is not now");
}

#[test]
fn parameters_of_a_file_give_way_to_those_of_the_line() {
    let bjy = Bjy::with_account();
    bjy.file("params.json", r#"{"room_id": 9007199254740993, "page": 1, "page_size": null}"#);
    let from_file = bjy.run(&["request", "chat.list_reviews", "--params=params.json", "page=7", TIME]).json();
    assert_eq!(pair(&from_file["body"], "room_id").as_deref(), Some("9007199254740993"));
    assert_eq!(pair(&from_file["body"], "page").as_deref(), Some("7"));
    assert_eq!(pair(&from_file["body"], "page_size"), None);

    let from_stdin = bjy
        .run_with(
            &["request", "chat.list_reviews", "--params", "-", "page=7", TIME],
            r#"{"room_id":"9007199254740993"}"#,
        )
        .json();
    assert_eq!(from_stdin, from_file);
}

#[test]
fn a_file_becomes_a_part() {
    let bjy = Bjy::with_account();
    bjy.file("slides/lesson 1.pdf", vec![b'x'; 1234]);
    let expected_file = json!({"name": "attachment", "file": "lesson 1.pdf", "size": 1234});
    let request = bjy.run(&["request", "doc.upload", "attachment=@slides/lesson 1.pdf", "room_id=5", TIME]).json();
    let parts = request["parts"].as_array().unwrap();
    assert!(parts.contains(&expected_file), "{parts:?}");
    assert!(parts.contains(&json!({"name": "room_id", "value": "5"})), "{parts:?}");
    assert!(request.get("body").is_none());

    bjy.file("params.json", r#"{"attachment": "@slides/lesson 1.pdf", "room_id": 5}"#);
    assert_eq!(bjy.run(&["request", "doc.upload", "--params", "params.json", TIME]).json(), request);

    let error = bjy.run(&["request", "doc.upload", "attachment=@nothing.pdf"]).failure();
    assert_eq!(error["kind"], "invalid_parameters");
    assert!(error["msg"].as_str().unwrap().contains("nothing.pdf"), "{error}");
    let error = bjy.run(&["request", "doc.upload", "attachment=slides"]).failure();
    assert_eq!(error["faults"][0]["parameter"], "attachment");
}

#[test]
fn at_reads_json_from_a_file_and_stays_in_texts() {
    let bjy = Bjy::with_account();
    let (operation, param) = baijiayun::core::operation::all()
        .iter()
        .find_map(|operation| {
            let required: Vec<_> = operation.params.iter().filter(|param| param.required).collect();
            match required[..] {
                [param] if matches!(param.kind, baijiayun::core::operation::ParamKind::Json(_)) => {
                    Some((operation.name.as_ref(), param.name))
                }
                _ => None,
            }
        })
        .unwrap();
    bjy.file("value.json", "[{\"a\": \"中\"}]\n");
    let request = bjy.run(&["request", operation, &format!("{param}=@value.json"), TIME]).json();
    assert_eq!(pair(&request["body"], param).as_deref(), Some("[{\"a\": \"中\"}]"));

    let request = bjy.run(&["request", "room.create", "title=@home", "start_time=1", "end_time=2"]).json();
    assert_eq!(pair(&request["body"], "title").as_deref(), Some("@home"));
}

#[test]
fn all_faults_are_in_one_error() {
    let error = Bjy::with_account().run(&["request", "room.create", "start_time=soon", "colour=red"]).failure();
    assert_eq!(error["kind"], "invalid_parameters");
    assert_eq!(error["operation"], "room.create");
    assert_eq!(error["code"], Value::Null);
    let faults: Vec<(&str, &str)> = error["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| (fault["parameter"].as_str().unwrap(), fault["kind"].as_str().unwrap()))
        .collect();
    let expected = [("start_time", "wrong_type"), ("colour", "unknown"), ("title", "missing"), ("end_time", "missing")];
    assert_eq!(faults, expected);
}

#[test]
fn extra_parameters_are_sent_and_signed() {
    let bjy = Bjy::with_account();
    let plain = bjy.run(&["request", "room.info", "room_id=1", TIME]).json();
    let extra = bjy.run(&["request", "room.info", "room_id=1", TIME, "--extra", "colour=red=blue"]).json();
    assert_eq!(pair(&extra["body"], "colour").as_deref(), Some("red=blue"));
    assert_ne!(pair(&extra["body"], "sign"), pair(&plain["body"], "sign"));
    let error = bjy.run(&["request", "room.info", "room_id=1", "--extra", "partner_id=1"]).failure();
    assert_eq!(error["faults"][0]["parameter"], "partner_id");
}

#[test]
fn usage_errors_exit_with_2() {
    let bjy = Bjy::with_account();
    for arguments in
        [&["request", "room.info", "room_id"][..], &["request"], &["request", "room.info", "--nothing"], &[]]
    {
        let ran = bjy.run(arguments);
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.out.is_empty() && !ran.err.is_empty(), "{ran:?}");
    }
}

#[test]
fn pretty_is_the_same_json() {
    let bjy = Bjy::with_account();
    let compact = bjy.run(&["request", "room.info", "room_id=1", TIME]).ok();
    let pretty = bjy.run(&["request", "room.info", "room_id=1", TIME, "--pretty"]).ok();
    assert_eq!(compact.lines().count(), 1);
    assert!(pretty.lines().count() > 5);
    let parsed = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(parsed(&compact), parsed(&pretty));
}

#[test]
fn a_parameter_file_may_begin_with_a_byte_order_mark() {
    let bjy = Bjy::with_account();
    let marked = "\u{feff}{\"room_id\": 1}";
    bjy.file("params.json", marked);
    let plain = bjy.run(&["request", "room.info", "room_id=1", TIME]).json();
    assert_eq!(bjy.run(&["request", "room.info", "--params=params.json", TIME]).json(), plain);
    assert_eq!(bjy.run_with(&["request", "room.info", "--params=-", TIME], marked).json(), plain);
}

#[test]
fn a_file_object_of_a_parameter_file_is_measured() {
    let bjy = Bjy::with_account();
    bjy.file("on disk", vec![b'x'; 1234]);
    bjy.file("params.json", r#"{"attachment": {"name": "lesson.pdf", "source": "on disk"}, "room_id": 5}"#);
    let request = bjy.run(&["request", "doc.upload", "--params=params.json", TIME]).json();
    let part = json!({"name": "attachment", "file": "lesson.pdf", "size": 1234});
    assert!(request["parts"].as_array().unwrap().contains(&part), "{request}");

    bjy.file("params.json", r#"{"attachment": {"name": "lesson.pdf", "source": "nothing"}, "room_id": 5}"#);
    let error = bjy.run(&["request", "doc.upload", "--params=params.json", TIME]).failure();
    assert!(error["msg"].as_str().unwrap().starts_with("attachment: cannot read nothing"), "{error}");
}

/// The error of a command line that was not understood.
fn usage(arguments: &[&str]) -> (String, String) {
    let ran = Bjy::with_account().run(arguments);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
    let error: Value = serde_json::from_str(&ran.err).unwrap();
    assert_eq!((&error["kind"], &error["code"]), (&"usage".into(), &Value::Null));
    (error["msg"].as_str().unwrap().to_owned(), error["hint"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn usage_errors_are_json_where_json_is_asked_for() {
    let (msg, hint) = usage(&["request", "--json"]);
    assert!(msg.contains("<OPERATION>") && hint.starts_with("Usage: bjy request"), "{msg} {hint}");
    let (msg, hint) = usage(&["--json", "requests"]);
    assert!(msg.contains("'requests'") && hint.contains("'request'"), "{msg} {hint}");
    usage(&["--json"]);

    let bjy = Bjy::new();
    assert!(bjy.run(&["request", "room.info", "--", "--json"]).err.starts_with("error: "));
    assert!(bjy.run(&["--json", "--help"]).ok().contains("Usage: bjy"));
}

#[test]
fn a_negative_timestamp_is_refused_as_such() {
    let (msg, _) = usage(&["request", "room.info", "room_id=1", "--json", "--timestamp", "-1"]);
    assert!(msg.contains("'-1'") && msg.contains("--timestamp") && msg.contains("not in 0.."), "{msg}");
}

// promise: parameter_given_twice
#[test]
fn a_parameter_is_given_once() {
    for twice in [&["room_id=1", "room_id=2"][..], &["room_id=1", "--extra", "a=1", "--extra", "a=1"]] {
        let error = Bjy::with_account().run(&[&["request", "room.info"], twice].concat()).failure();
        assert_eq!(error["kind"], "invalid_parameters");
        assert!(error["msg"].as_str().unwrap().contains("is given twice"), "{error}");
    }
    let twice = r#"{"room_id":1,"room_id":2}"#;
    let error = Bjy::with_account().run_with(&["request", "room.info", "--params", "-"], twice).failure();
    assert!(error["msg"].as_str().unwrap().contains("room_id is given twice"), "{error}");
}
