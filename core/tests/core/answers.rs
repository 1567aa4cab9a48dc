//! Answers: straightened exactly, refused where they are hostile, and told apart where they fail.

use baijiayun_core::coerce::{MAX_DEPARTURES, Options, straighten};
use baijiayun_core::operation::{Field, Need, Shape};
use baijiayun_core::{Answer, Error, ErrorKind, answer, operation};

static ROW: &[Field] = &[
    Field { name: "id", shape: Shape::Id, need: Need::Optional },
    Field { name: "name", shape: Shape::Text, need: Need::Optional },
    Field { name: "tags", shape: Shape::Array(&Shape::Text), need: Need::Optional },
];
static ROWS: Shape = Shape::Array(&Shape::Object(ROW));

fn straight(shape: &Shape, json: &str) -> String {
    let (data, departures) = straighten(shape, json.as_bytes(), Options::default()).unwrap();
    assert_eq!(departures, []);
    String::from_utf8(data).unwrap()
}

#[test]
fn ids_of_64_bits_stay_exact() {
    assert_eq!(straight(&ROWS, r#"[{"id":"9223372036854775807"}]"#), r#"[{"id":9223372036854775807}]"#);
    assert_eq!(straight(&ROWS, r#"[{"id":-9223372036854775808}]"#), r#"[{"id":-9223372036854775808}]"#);
    let as_text = Options { ids_as_text: true, ..Options::default() };
    let (data, _) = straighten(&ROWS, br#"[{"id":9007199254740993},{"id":"7"}]"#, as_text).unwrap();
    assert_eq!(data, br#"[{"id":"9007199254740993"},{"id":"7"}]"#);
    let (data, departures) = straighten(&ROWS, br#"[{"id":9223372036854775808}]"#, Options::default()).unwrap();
    assert_eq!(data, br#"[{"id":9223372036854775808}]"#);
    assert_eq!((departures[0].path.as_str(), departures[0].expected), ("[0].id", "int"));
}

#[test]
fn departures_are_kept_or_set_aside() {
    let json = r#"[{"id":"x","name":{"a":1},"tags":["a",{"b":2},"c"]},{"id":1,"tags":{"k":"v"}}]"#;
    let (data, departures) = straighten(&ROWS, json.as_bytes(), Options::default()).unwrap();
    assert_eq!(String::from_utf8(data).unwrap(), json);
    let paths: Vec<&str> = departures.iter().map(|departure| departure.path.as_str()).collect();
    assert_eq!(paths, ["[0].id", "[0].name", "[0].tags[1]", "[1].tags"]);
    assert_eq!(departures[3].found, r#"{"k":"v"}"#);
    let (data, again) = straighten(&ROWS, json.as_bytes(), Options { set_aside: true, ..Options::default() }).unwrap();
    assert_eq!(String::from_utf8(data).unwrap(), r#"[{"tags":["a","c"]},{"id":1,"tags":[]}]"#);
    assert_eq!(again, departures);
}

#[test]
fn half_surrogates_are_mended() {
    assert_eq!(straight(&Shape::Text, r#""a\ud83d""#), r#""a\ufffd""#);
    assert_eq!(straight(&Shape::Text, r#""\ud83d\ude00\ude00\\ud83d""#), r#""\ud83d\ude00\ufffd\\ud83d""#);
    assert_eq!(straight(&Shape::Text, r#""\ud83d\ude00""#), r#""\ud83d\ude00""#);
}

#[test]
fn hostile_answers_are_errors() {
    let operation = operation::find("room.list").unwrap();
    let kind = |body: &[u8]| answer::parse(operation, 200, body).unwrap_err().kind();
    let deep =
        |open: &str, close: &str| format!(r#"{{"code":0,"data":{}{}}}"#, open.repeat(100_000), close.repeat(100_000));
    assert_eq!(kind(deep("[", "]").as_bytes()), ErrorKind::TooLarge);
    assert_eq!(kind(deep(r#"{"a":"#, "}").as_bytes()), ErrorKind::TooLarge);
    assert_eq!(kind(deep(r#"{"list":[{"room_id":"#, "}]}").as_bytes()), ErrorKind::TooLarge);
    assert_eq!(kind("[".repeat(1_000_000).as_bytes()), ErrorKind::TooLarge);
    assert_eq!(kind(&vec![b' '; answer::MAX_BYTES + 1]), ErrorKind::TooLarge);
    assert_eq!(kind(b"{\"code\":0,\"data\":\"\xff\""), ErrorKind::NotJson);
    assert_eq!(kind(br#"{"code":0,"data":01}"#), ErrorKind::NotJson);
    assert_eq!(kind(br#"[1,2]"#), ErrorKind::NotEnvelope);
    assert_eq!(kind(br#"{"status":"ok"}"#), ErrorKind::NotEnvelope);
    assert_eq!(kind(b""), ErrorKind::NotJson);
}

#[test]
fn many_departures_stay_bounded() {
    let rows = format!("[{}]", [r#"{"id":[]}"#; 100_000].join(","));
    let (data, departures) = straighten(&ROWS, rows.as_bytes(), Options::default()).unwrap();
    assert_eq!(departures.len(), MAX_DEPARTURES);
    assert_eq!(data.len(), rows.len());
    // Typed decoders would stumble over the first one that stays.
    let (aside, _) = straighten(&ROWS, rows.as_bytes(), Options { set_aside: true, ..Options::default() }).unwrap();
    assert!(aside.len() < rows.len() * 3);
    serde_json::from_slice::<Vec<serde_json::Map<String, serde_json::Value>>>(&aside).unwrap();
}

#[test]
fn statuses_and_codes() {
    let operation = operation::find("room.info").unwrap();
    let kind = |status, body: &[u8]| answer::parse(operation, status, body).unwrap_err().kind();
    assert_eq!(kind(429, br#"{"code":1,"msg":"slow down"}"#), ErrorKind::Throttled);
    assert_eq!(kind(429, b"slow down"), ErrorKind::Throttled);
    assert_eq!(kind(502, b"<html>"), ErrorKind::HttpStatus);
    assert_eq!(kind(404, b"<html>"), ErrorKind::PathNotFound);
    assert_eq!(kind(500, br#"{"code":3001,"msg":""}"#), ErrorKind::RoomNotFound);
    assert_eq!(kind(500, br#"{"code":0,"data":{}}"#), ErrorKind::HttpStatus);
    assert_eq!(kind(200, br#"{"code":9999,"msg":"?"}"#), ErrorKind::Service);
    let error = answer::parse(operation, 200, r#"{"code":1002,"data":null,"msg":"签名计算错误","ts":7}"#.as_bytes())
        .unwrap_err();
    assert_eq!((error.code(), error.ts(), error.status()), (Some(1002), Some(7), Some(200)));
    let shown = error.to_string();
    for part in ["room.info", "1002", "签名计算错误", "partner_key"] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
}

#[test]
fn messages_of_the_service_are_read_whatever_their_state() {
    let operation = operation::find("room.info").unwrap();
    let message = |body: &str| answer::parse(operation, 200, body.as_bytes()).unwrap_err().message().to_owned();
    assert_eq!(message(r#"{"code":1,"msg":"\u9519\u8bef"}"#), "错误");
    assert_eq!(message(r#"{"code":1,"msg":"half \ud83d"}"#), "half \u{fffd}");
    assert_eq!(message(r#"{"code":1,"msg":null}"#), "");
    assert_eq!(message(r#"{"code":1,"msg":{"a":1}}"#), r#"{"a":1}"#);
}

#[test]
fn a_decoding_error_says_where_and_not_what() {
    #[derive(Debug, Default, serde::Deserialize)]
    struct Wrong {
        #[allow(dead_code)]
        partner_key: i64,
    }
    let operation = operation::find("partner.get_key").unwrap();
    let answer = answer::parse(operation, 200, br#"{"code":0,"data":{"partner_key":"very-secret"},"msg":""}"#).unwrap();
    let error = answer.decode::<Wrong>(operation).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(!format!("{error} {error:?} {answer:?}").contains("very-secret"), "{error}");
}

#[test]
fn a_byte_order_mark_and_a_code_in_text_are_no_trouble() {
    let operation = operation::find("room.info").unwrap();
    let answer =
        answer::parse(operation, 200, "\u{feff} {\"code\":\"0\",\"data\":[],\"ts\":\"5\"}\n".as_bytes()).unwrap();
    assert_eq!((answer.data.as_slice(), answer.ts), (&b"{}"[..], Some(5)));
}

fn parsed(name: &str, status: u16, body: &str) -> Result<Answer, Error> {
    answer::parse(operation::find(name).unwrap(), status, body.as_bytes())
}

#[test]
fn what_is_not_ours_shows_itself() {
    let error = parsed("room.info", 200, &format!("<html>\n{}", "x".repeat(1000))).unwrap_err();
    let shown = error.message().split_once("it begins: ").unwrap().1;
    assert!(shown.chars().count() == 200 && shown.starts_with("<html> x"), "{error}");
    let error = parsed("room.info", 302, "<a href=\"https://other.example/\">moved</a>").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::HttpStatus);
    assert!(error.to_string().contains("HTTP 302") && error.hint().unwrap().contains("redirects"), "{error}");
    let error = parsed("room.info", 400, r#"{"code":0,"data":null,"msg":"x"}"#).unwrap_err();
    assert_eq!(error.to_string().find("HTTP 400"), Some("room.info: ".len()), "{error}");
}

#[test]
fn only_an_unmistakable_envelope_is_found() {
    for body in [
        r#"{"code":0,"data":{"list":[{"code":1,"data":2},"#,
        r#"<script>var a = {"code":0};</script>"#,
        r#"{"a":1} {"code":0,"data":1}"#,
        "Warning { code",
    ] {
        assert!(parsed("room.info", 200, body).is_err(), "{body}");
    }
    // A code of failure is found as well.
    let error = parsed("room.info", 200, "Notice: x\n{\"code\":3001,\"msg\":\"no room\"}").unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::RoomNotFound, "no room"));
}

#[test]
fn what_comes_out_is_at_most_twice_what_came() {
    for shape in [Shape::Map(&Shape::Int), Shape::Array(&Shape::Bool), Shape::Map(&Shape::Map(&Shape::Bool))] {
        for item in ["1", "[1,1]", "[]", "0", "[[1,0],[1,0]]"] {
            let body = format!("[{}]", vec![item; 10_000].join(","));
            let (out, departures) = straighten(&shape, body.as_bytes(), Options::default()).unwrap();
            assert!(out.len() <= 2 * body.len() + 64, "{} of {} for {item}", out.len(), body.len());
            assert!(out != body.as_bytes() || !departures.is_empty(), "{item}");
            serde_json::from_slice::<serde_json::Value>(&out).unwrap();
        }
    }
    let (out, _) = straighten(&Shape::Map(&Shape::Int), b"[1,2,3]", Options::default()).unwrap();
    assert_eq!(out, br#"{"0":1,"1":2,"2":3}"#);
}

#[test]
fn what_running_services_leave_out_is_no_departure() {
    let departures = |name: &str, data: &str| {
        let body = format!(r#"{{"code":0,"data":{data},"msg":""}}"#);
        let answer = answer::parse(operation::find(name).unwrap(), 200, body.as_bytes()).unwrap();
        answer.departures.into_iter().map(|departure| departure.path).collect::<Vec<_>>()
    };
    // Before there is a playback, there is nothing but its status.
    assert!(departures("playback.info", r#"{"status":0}"#).is_empty());
    // A row of January 2026.
    let row = r#"{"video_id":1,"status":100,"total_size":1,"length":1,"publish_status":1,"name":"a",
        "create_time":"2026-01-05 10:00:00","preface_url":"","play_url":""}"#;
    let list = format!(r#"{{"total":1,"page":1,"page_size":20,"list":[{row}]}}"#);
    assert!(departures("video.list", &list).is_empty());
}
