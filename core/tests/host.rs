//! The boundary that every other language stands on.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use baijiayun_core::engine::Now;
use baijiayun_core::host::Host;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

const NOW: Now = Now { unix: 1_501_572_288, ticks: 0, random: 1 };

fn host(settings: Json) -> Host {
    let config =
        json!({"domain": "demo", "partner_id": "12345678", "partner_key": "very-secret", "settings": settings});
    Host::new(&config.to_string()).unwrap()
}

fn read(step: Vec<u8>) -> Json {
    serde_json::from_slice(&step).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&step)))
}

#[test]
fn a_call_from_beginning_to_end() {
    let mut host = host(json!({"ids_as_text": true}));
    let step = read(host.begin("room.info", r#"{"room_id": 9007199254740993}"#, "", NOW));
    assert_eq!((&step["step"], &step["method"], &step["timeout"]), (&json!("send"), &json!("POST"), &json!(30_000)));
    assert_eq!(step["url"], "https://demo.at.baijiayun.com/openapi/room/info");
    assert!(step["form"].as_str().unwrap().contains("room_id=9007199254740993"));
    let call = step["call"].as_u64().unwrap();

    let step = read(host.resume(call, r#"{"event":"broken","kind":"timeout","message":"slow"}"#, NOW));
    assert_eq!((&step["step"], &step["why"]), (&json!("wait"), &json!("backoff")));
    let step = read(host.resume(call, r#"{"event":"elapsed"}"#, NOW));
    assert_eq!(step["step"], "send");
    let body = r#"{"code":0,"data":{"room_id":"9007199254740993","title":"课","new":{"a":[]}},"msg":"","ts":7}"#;
    let step = read(host.answer(call, 200, None, body.as_bytes().to_vec(), NOW));
    assert_eq!(step["data"], json!({"room_id": "9007199254740993", "title": "课", "new": {"a": []}}));
    assert_eq!((&step["step"], &step["trace"]["attempts"], &step["ts"]), (&json!("done"), &json!(2), &json!(7)));
    assert_eq!(host.calls(), 0);
}

#[test]
fn failures_say_everything() {
    let mut host = host(json!({}));
    let step = read(host.begin("room.create", r#"{"title": 1, "tilte": "x"}"#, "", NOW));
    assert_eq!((&step["step"], &step["error"]["kind"]), (&json!("failed"), &json!("invalid_parameters")));
    let parameters: Vec<&str> =
        step["error"]["faults"].as_array().unwrap().iter().map(|fault| fault["parameter"].as_str().unwrap()).collect();
    assert_eq!(parameters, ["tilte", "start_time", "end_time"]);

    let call = read(host.begin("room.info", r#"{"room_id":1}"#, "", NOW))["call"].as_u64().unwrap();
    let body = r#"{"code":3001,"data":null,"msg":"房间号不存在","ts":9}"#;
    let error = read(host.answer(call, 200, None, body.as_bytes().to_vec(), NOW))["error"].clone();
    assert_eq!((&error["kind"], &error["code"], &error["ts"]), (&json!("room_not_found"), &json!(3001), &json!(9)));
    assert_eq!((&error["body"], &error["message"]), (&json!(body), &json!("房间号不存在")));

    assert_eq!(read(host.begin("room.nothing", "", "", NOW))["error"]["kind"], "unknown_operation");
    assert_eq!(read(host.resume(77, r#"{"event":"elapsed"}"#, NOW))["error"]["kind"], "misuse");
    assert_eq!(read(host.begin("room.info", "[", "", NOW))["error"]["kind"], "invalid_parameters");
}

#[test]
fn files_stay_with_the_host() {
    let mut host = host(json!({}));
    let params = r#"{"attachment": {"name": "a.pdf", "size": 5, "source": "f1"}, "room_id": 1}"#;
    let step = read(host.begin("doc.upload", params, "", NOW));
    let parts = step["parts"].as_array().unwrap();
    assert!(parts.contains(&json!({"name": "attachment", "file": "a.pdf", "source": "f1"})), "{parts:?}");
    assert!(parts.contains(&json!({"name": "room_id", "value": "1"})));
    assert_eq!(step["timeout"], 3_600_000);
}

#[test]
fn options_extra_and_raw_paths() {
    let mut host = host(json!({"quota": [0, 1]}));
    let options = r#"{"retry":"never","deadline":5000,"extra":{"brand_new":"x","n":2}}"#;
    let step = read(host.begin("room.info", r#"{"room_id":1}"#, options, NOW));
    assert!(step["form"].as_str().unwrap().starts_with("brand_new=x&n=2&partner_id="));
    assert_eq!(step["timeout"], 5000);
    let step = read(host.begin("/openapi/new/thing", r#"{"a":1}"#, "", NOW));
    assert_eq!(step["url"], "https://demo.at.baijiayun.com/openapi/new/thing");
    let step = read(host.begin("GET /openapi/new/thing", r#"{"a":1}"#, "", NOW));
    assert!(step["url"].as_str().unwrap().starts_with("https://demo.at.baijiayun.com/openapi/new/thing?a=1&"));
    assert_eq!(read(host.begin("room.info", "{}", r#"{"retry":"maybe"}"#, NOW))["error"]["kind"], "invalid_parameters");
}

#[test]
fn a_store_and_a_signer_are_asked() {
    let config = r#"{"domain":"demo","partner_id":"1","settings":{"store":true,"store_prefix":"x"}}"#;
    let mut host = Host::new(config).unwrap();
    let step = read(host.begin("room.info", r#"{"room_id":1}"#, "", NOW));
    assert_eq!((&step["step"], &step["keys"]), (&json!("store"), &json!(["x:{1}:all"])));
    let call = step["call"].as_u64().unwrap();
    let step = read(host.resume(call, r#"{"event":"store","wait":0}"#, NOW));
    assert_eq!((&step["step"], &step["text"]), (&json!("sign"), &json!("partner_id=1&room_id=1&timestamp=1501572288")));
    let step = read(host.resume(call, r#"{"event":"signed","signature":"abc"}"#, NOW));
    assert!(step["form"].as_str().unwrap().ends_with("sign=abc"));
    host.cancel(call);
    assert_eq!(host.calls(), 0);
}

#[test]
fn a_wrong_configuration_is_told_without_the_key() {
    for config in [
        r#"{"domain":"demo","partner_id":"1","partner_key":987654321}"#,
        r#"{"domain":"a b","partner_id":"1","partner_key":"987654321"}"#,
        r#"{"domain":"demo","partner_id":"1","partner_key":"987654321","unknown":1}"#,
        r#"{"domain":"demo","partner_id":"1","partner_key":"987654321","paths":{"room.info":"room/info"}}"#,
        r#"{"partner_key":"987654321"}"#,
    ] {
        let error = Host::new(config).err().unwrap();
        assert!(!format!("{error} {error:?}").contains("987654321"), "{error}");
    }
}

proptest! {
    #[test]
    fn whatever_a_host_says_the_answer_is_json(
        name in prop_oneof![Just("room.info".to_owned()), "[a-z./ ]{0,12}"],
        params in prop_oneof![Just(r#"{"room_id":1}"#.to_owned()), any::<String>()],
        options in prop_oneof![Just(String::new()), any::<String>()],
        event in prop_oneof![Just(r#"{"event":"elapsed"}"#.to_owned()), any::<String>()],
        body in prop::collection::vec(any::<u8>(), 0..40),
        status in any::<u16>(),
    ) {
        let mut host = host(json!({}));
        let step = read(host.begin(&name, &params, &options, NOW));
        let call = step["call"].as_u64().unwrap_or(0);
        read(host.answer(call, status, Some(5), body, NOW));
        read(host.resume(call, &event, NOW));
        read(host.resume(call, &event, NOW));
    }
}
