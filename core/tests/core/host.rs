//! The boundary that every other language stands on.

use baijiayun_core::engine::Now;
use baijiayun_core::host::{Host, Limiters, Told, in_camel_case};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::vectors::{text, vectors};

const NOW: Now = Now { unix: 1_501_572_288, ticks: 0, random: 1 };

fn host(settings: Json) -> Host {
    let config =
        json!({"domain": "demo", "partner_id": "12345678", "partner_key": "very-secret", "settings": settings});
    Host::new(&config.to_string()).unwrap()
}

fn begin(host: &mut Host, name: &str, params: &str, options: &str, now: Now) -> Told {
    host.begin(&format!("{name}\n{options}\n{params}"), now)
}

trait Said {
    fn json(self) -> Vec<u8>;
}

impl Said for Told {
    fn json(self) -> Vec<u8> {
        self.into_json()
    }
}

impl Said for Vec<u8> {
    fn json(self) -> Vec<u8> {
        self
    }
}

fn read(said: impl Said) -> Json {
    let json = said.json();
    serde_json::from_slice(&json).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&json)))
}

#[test]
fn a_call_from_beginning_to_end() {
    let mut host = host(json!({"ids_as_text": true}));
    let step = read(begin(&mut host, "room.info", r#"{"room_id": 9007199254740993}"#, "", NOW));
    assert_eq!((&step["step"], &step["method"], &step["timeout"]), (&json!("send"), &json!("POST"), &json!(30_000)));
    assert_eq!(step["url"], "https://demo.at.baijiayun.com/openapi/room/info");
    assert!(step["form"].as_str().unwrap().contains("room_id=9007199254740993"));
    let call = step["call"].as_u64().unwrap();

    let step = read(host.resume(call, r#"{"event":"broken","kind":"timeout","message":"slow"}"#, NOW));
    assert_eq!((&step["step"], &step["why"]), (&json!("wait"), &json!("backoff")));
    let step = read(host.resume(call, r#"{"event":"elapsed"}"#, NOW));
    assert_eq!(step["step"], "send");
    let body = r#"{"code":0,"data":{"room_id":"9007199254740993","title":"课","new":{"a":[]}},"msg":"","ts":7}"#;
    let step = read(host.answer(call, 200, None, body.as_bytes(), NOW));
    assert_eq!(step["data"], json!({"room_id": "9007199254740993", "title": "课", "new": {"a": []}}));
    assert_eq!((&step["step"], &step["trace"]["attempts"], &step["ts"]), (&json!("done"), &json!(2), &json!(7)));
    assert_eq!(host.calls(), 0);
}

#[test]
fn callbacks_are_signed_for_tests() {
    for case in vectors("posts") {
        let config = json!({"domain": "demo", "partner_id": "1", "partner_key": case["key"]});
        let host = Host::new(&config.to_string()).unwrap();
        let told = read(host.signed_callback(&case["asked"].to_string()));
        let name = text(&case, "name");
        let Some(expected) = case.get("expect") else {
            assert_eq!(told["error"]["kind"], case["error"], "{name}: {told}");
            continue;
        };
        assert_eq!(told["content_type"], expected["content_type"], "{name}");
        let body = text(&told, "body");
        let posted: Json = match text(&told, "content_type") {
            "application/json" => serde_json::from_str(body).unwrap(),
            _ => form_urlencoded::parse(body.as_bytes()).map(|(name, value)| json!([name, value])).collect(),
        };
        assert_eq!(posted.to_string(), expected["posted"].to_string(), "{name}");
        let seen = read(host.callback(body.as_bytes(), text(&told, "content_type"), r#"{"clock":false}"#, 0));
        assert!(seen.get("event").is_some(), "{name}: {seen}");
    }
    let config = json!({"domain": "demo", "partner_id": "1"});
    let error = read(Host::new(&config.to_string()).unwrap().signed_callback(r#"{"data":{"qid":"1","timestamp":1}}"#));
    assert_eq!(error["error"]["message"], "a callback is signed with partner_key, which is not here");
}

#[test]
fn settings_have_the_names_of_the_language() {
    let said = "attempt_timeout has to be a time; max_answer_of_mine, callback_keys[0] and (partner_key) 百家_云";
    let ours = "attemptTimeout has to be a time; max_answer_of_mine, callbackKeys[0] and (partnerKey) 百家_云";
    assert_eq!(in_camel_case(said), ours);
    // npm does the same for itself.
    let npm = include_str!("../../../bindings-wasm/npm/src/options.ts");
    let (_, list) = npm.split_once("const SETTINGS =").unwrap();
    let list = list.split(['(', ')']).nth(1).unwrap().replace("keys?", "keys");
    for name in list.trim_start_matches("?:").split('|') {
        assert!(!in_camel_case(name).contains('_'), "{name}");
    }
}

#[test]
fn failures_say_everything() {
    let mut host = host(json!({}));
    let step = read(begin(&mut host, "room.create", r#"{"title": 1, "tilte": "x"}"#, "", NOW));
    assert_eq!((&step["step"], &step["error"]["kind"]), (&json!("failed"), &json!("invalid_parameters")));
    let parameters: Vec<&str> =
        step["error"]["faults"].as_array().unwrap().iter().map(|fault| fault["parameter"].as_str().unwrap()).collect();
    assert_eq!(parameters, ["tilte", "start_time", "end_time"]);

    let call = read(begin(&mut host, "room.info", r#"{"room_id":1}"#, "", NOW))["call"].as_u64().unwrap();
    let body = r#"{"code":3001,"data":null,"msg":"房间号不存在","ts":9}"#;
    let error = read(host.answer(call, 200, None, body.as_bytes(), NOW))["error"].clone();
    assert_eq!((&error["kind"], &error["code"], &error["ts"]), (&json!("room_not_found"), &json!(3001), &json!(9)));
    assert_eq!((&error["body"], &error["message"]), (&json!(body), &json!("房间号不存在")));

    assert_eq!(read(begin(&mut host, "room.nothing", "", "", NOW))["error"]["kind"], "unknown_operation");
    assert_eq!(read(host.resume(77, r#"{"event":"elapsed"}"#, NOW))["error"]["kind"], "misuse");
    assert_eq!(read(begin(&mut host, "room.info", "[", "", NOW))["error"]["kind"], "invalid_parameters");
}

#[test]
fn a_call_can_keep_what_the_others_set_aside() {
    let mut host = host(json!({"set_aside": true}));
    let mut data = |options: &str| {
        let call = read(begin(&mut host, "room.info", r#"{"room_id":1}"#, options, NOW))["call"].as_u64().unwrap();
        let body = br#"{"code":0,"data":{"title":[1],"room_id":"2"},"msg":"","ts":7}"#;
        let step = read(host.answer(call, 200, None, body, NOW));
        assert_eq!(step["departures"][0], json!({"path": "title", "expected": "string", "found": "[1]"}));
        assert_eq!(step["departures"][1], json!({"path": "start_time", "expected": "string", "found": "nothing"}));
        step["data"].clone()
    };
    let typed = data("");
    assert_eq!((&typed["room_id"], &typed["title"], &typed["start_time"]), (&json!(2), &json!(""), &json!("")));
    assert_eq!(data(r#"{"set_aside":false}"#), json!({"room_id": 2, "title": [1]}));
}

#[test]
fn files_stay_with_the_host() {
    let mut host = host(json!({}));
    let params = r#"{"attachment": {"name": "a.pdf", "size": 5, "source": "f1"}, "room_id": 1}"#;
    let step = read(begin(&mut host, "doc.upload", params, "", NOW));
    let parts = step["parts"].as_array().unwrap();
    assert!(
        parts.contains(&json!({"name": "attachment", "file": "a.pdf", "type": "application/pdf", "source": "f1"})),
        "{parts:?}"
    );
    assert!(parts.contains(&json!({"name": "room_id", "value": "1"})));
    assert_eq!(step["timeout"], 3_600_000);
}

#[test]
fn options_that_cannot_be_meant_are_not_taken_for_parameters() {
    let mut host = host(json!({}));
    for options in
        [r#"{"attempts":"x"}"#, r#"{"attempts":0}"#, r#"{"deadline":-1}"#, r#"{"max_answer":"1"}"#, r#"{"new":1}"#]
    {
        let error = read(begin(&mut host, "room.info", r#"{"room_id":1}"#, options, NOW))["error"].take();
        assert_eq!(error["kind"], "invalid_parameters", "{options}");
        assert!(error["hint"].as_str().unwrap().starts_with("without this option"), "{options}: {error}");
    }
    let error = read(begin(&mut host, "room.info", r#"{"room_id":1}"#, r#"{"extra":5}"#, NOW))["error"].take();
    assert!(error["message"].as_str().unwrap().starts_with("the option extra: "), "{error}");
    assert!(error["hint"].as_str().unwrap().starts_with("extra is an object"), "{error}");
    let error = read(host.callback(b"", "", r#"{"tolerance":-1}"#, NOW.unix))["error"].take();
    assert!(error["hint"].as_str().unwrap().ends_with("the default holds"), "{error}");
}

#[test]
fn options_extra_and_raw_paths() {
    let mut host = host(json!({"quota": [0, 1]}));
    let options = r#"{"retry":"never","deadline":5000,"extra":{"brand_new":"x","n":2}}"#;
    let step = read(begin(&mut host, "room.info", r#"{"room_id":1}"#, options, NOW));
    assert!(step["form"].as_str().unwrap().starts_with("brand_new=x&n=2&partner_id="));
    assert_eq!(step["timeout"], 5000);
    let step = read(begin(&mut host, "/openapi/new/thing", r#"{"a":1}"#, "", NOW));
    assert_eq!(step["url"], "https://demo.at.baijiayun.com/openapi/new/thing");
    let step = read(begin(&mut host, "GET /openapi/new/thing", r#"{"a":1}"#, "", NOW));
    assert!(step["url"].as_str().unwrap().starts_with("https://demo.at.baijiayun.com/openapi/new/thing?a=1&"));
    assert_eq!(
        read(begin(&mut host, "room.info", "{}", r#"{"retry":"maybe"}"#, NOW))["error"]["kind"],
        "invalid_parameters"
    );
}

#[test]
fn a_store_and_a_signer_are_asked() {
    let config = r#"{"domain":"demo","partner_id":"1","settings":{"store":true,"store_prefix":"x"}}"#;
    let mut host = Host::new(config).unwrap();
    let step = read(begin(&mut host, "room.info", r#"{"room_id":1}"#, "", NOW));
    assert_eq!((&step["step"], &step["keys"]), (&json!("store"), &json!(["x:{1}:all"])));
    let call = step["call"].as_u64().unwrap();
    let step = read(host.resume(call, r#"{"event":"store","wait":0}"#, NOW));
    assert_eq!((&step["step"], &step["text"]), (&json!("sign"), &json!("partner_id=1&room_id=1&timestamp=1501572288")));
    let step = read(host.resume(call, r#"{"event":"signed","signature":"0123456789abcdef0123456789abcdef"}"#, NOW));
    assert!(step["form"].as_str().unwrap().ends_with("sign=0123456789abcdef0123456789abcdef"));
    host.cancel(call);
    assert_eq!(host.calls(), 0);
}

#[test]
fn hosts_of_a_process_share_a_limit_by_its_name_and_calls_have_priorities() {
    let mut limiters = Limiters::default();
    let mut host = |partner_id: &str, settings: Json| {
        let config = json!({"domain": "demo", "partner_id": partner_id, "partner_key": "key", "settings": settings});
        Host::among(&config.to_string(), &mut limiters).unwrap()
    };
    let shared = json!({"quota": [10, 10], "shared_as": "this server"});
    let (mut one, mut other) = (host("1", shared.clone()), host("2", shared));
    let mut alone = host("1", json!({"quota": [10, 10], "priority": "low"}));
    let sent = |host: &mut Host, options: &str| {
        (0..10)
            .filter(|_| matches!(begin(host, "room.info", r#"{"room_id":1}"#, options, NOW), Told::Send { .. }))
            .count()
    };
    assert_eq!((sent(&mut one, r#"{"priority":"low"}"#), sent(&mut other, "")), (8, 2));
    assert_eq!((sent(&mut alone, ""), sent(&mut alone, r#"{"priority":"high"}"#)), (8, 2));
    let refused = read(begin(&mut one, "room.info", r#"{"room_id":1}"#, r#"{"priority":"urgent"}"#, NOW));
    assert!(
        refused["error"]["message"].as_str().unwrap().contains("priority must be high, normal or low"),
        "{refused}"
    );
}

#[test]
fn an_answer_is_read_outside_the_host() {
    let mut host = host(json!({}));
    let Told::Send { call, .. } = begin(&mut host, "room.list", r#"{"limit":1}"#, r#"{"page":""}"#, NOW) else {
        panic!("it is sent")
    };
    let reading = host.take(call).unwrap();
    let busy = reading.read(503, None, b"<html>");
    let waits = read(host.put_back(busy, &|| NOW).told());
    assert_eq!(waits["step"], "wait");
    assert!(host.take(call).is_none());
    host.resume(call, r#"{"event":"elapsed"}"#, Now { ticks: 1000, ..NOW });
    let reading = host.take(call).unwrap();
    let answered = reading.read(200, None, br#"{"code":0,"data":{"total":2,"list":[{"room_id":1}]},"msg":"","ts":1}"#);
    let done = read(host.put_back(answered, &|| NOW).told());
    assert_eq!((&done["step"], &done["page"]["rows"], &done["page"]["total"]), (&json!("done"), &json!(1), &json!(2)));
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
        let step = read(begin(&mut host, &name, &params, &options, NOW));
        let call = step["call"].as_u64().unwrap_or(0);
        read(host.answer(call, status, Some(5), &body, NOW));
        read(host.resume(call, &event, NOW));
        read(host.resume(call, &event, NOW));
    }
}

#[test]
fn a_list_is_walked_page_by_page() {
    let mut host = host(json!({"ids_as_text": true}));
    let mut position = json!("");
    let mut rows = Vec::new();
    for page in 1..=3 {
        let options = json!({"page": position}).to_string();
        let step = read(begin(&mut host, "room.list", r#"{"limit": 2}"#, &options, NOW));
        assert!(step["form"].as_str().unwrap().contains(&format!("&page={page}&")), "{step}");
        let list: Vec<Json> = (0..if page == 3 { 1 } else { 2 }).map(|n| json!({"room_id": page * 10 + n})).collect();
        let body = json!({"code": 0, "msg": "", "ts": 1, "data": {"list": list, "total": 5}}).to_string();
        let step = read(host.answer(step["call"].as_u64().unwrap(), 200, None, body.as_bytes(), NOW));
        assert_eq!((&step["page"]["list"], &step["page"]["total"]), (&json!("list"), &json!(5)));
        rows.extend(step["data"]["list"].as_array().unwrap().iter().map(|row| row["room_id"].clone()));
        position = step["page"]["next"].clone();
    }
    assert_eq!((position, rows.len()), (Json::Null, 5));

    let error = read(begin(&mut host, "room.list", "", r#"{"page":"1.2"}"#, NOW))["error"].clone();
    assert_eq!(error["kind"], "invalid_parameters");
    assert_eq!(read(begin(&mut host, "room.info", r#"{"room_id":1}"#, r#"{"page":""}"#, NOW))["step"], "failed");
    assert_eq!(host.calls(), 0);
}

#[test]
fn a_moment_becomes_what_the_parameter_takes() {
    let mut host = host(json!({}));
    // 2017-08-01 15:24:48.999 in Beijing.
    let time = r#"{"unix_ms": 1501572288999}"#;
    let params = format!(r#"{{"title":"a","start_time":{time},"end_time":{time}}}"#);
    let form = read(begin(&mut host, "room.create", &params, "", NOW))["form"].as_str().unwrap().to_owned();
    assert!(form.contains("start_time=1501572288&"), "{form}");
    let params = format!(r#"{{"date":{time}}}"#);
    let step = read(begin(&mut host, "live_account.get_hourly_peak_users", &params, "", NOW));
    assert_eq!(step["step"], "send", "{step}");
    assert!(step["form"].as_str().unwrap().starts_with("date=2017-08-01&"), "{step}");
    let faulty = read(begin(&mut host, "room.create", r#"{"title":"a","start_time":{"ms":1},"end_time":2}"#, "", NOW));
    assert_eq!(faulty["error"]["faults"][0]["parameter"], "start_time");
}

#[test]
fn an_upload_is_one_call_of_many_steps() {
    let mut host = host(json!({"ids_as_text": true}));
    let options = r#"{"upload":{"file":{"name":"课.mp4","size":100,"source":"f1"},"resumes":2}}"#;
    let step = read(begin(&mut host, "video.upload", r#"{"definition":"16"}"#, options, NOW));
    let call = step["call"].as_u64().unwrap();
    assert!(step["url"].as_str().unwrap().ends_with("/openapi/video/getUploadUrl"), "{step}");
    assert!(step["form"].as_str().unwrap().contains("file_name=%E8%AF%BE.mp4"));
    assert_eq!((step.get("received"), step.get("video_id")), (None, None), "no file is posted yet");

    let answer = |data: Json| json!({"code": 0, "msg": "", "ts": 1, "data": data}).to_string().into_bytes();
    let address = answer(json!({"video_id": "77", "upload_url": "https://upload.example/a?fid=1"}));
    let step = read(host.answer(call, 200, None, &address, NOW));
    assert_eq!((&step["url"], &step["call"]), (&json!("https://upload.example/a?fid=1"), &json!(call)));
    assert_eq!((&step["video_id"], &step["received"]), (&json!("77"), &json!(0)));
    let file = step["parts"].as_array().unwrap().iter().find(|part| part["source"] == "f1").unwrap();
    assert_eq!(file["name"], "data");

    let step = read(host.resume(call, r#"{"event":"broken","kind":"transport","message":"reset"}"#, NOW));
    assert_eq!((&step["step"], &step["why"]), (&json!("wait"), &json!("upload")));
    assert_eq!(host.calls(), 1);
    let step = read(host.resume(call, r#"{"event":"elapsed"}"#, NOW));
    assert!(step["url"].as_str().unwrap().contains("/openapi/video/getResumeUploadUrl"), "{step}");
    let rest = answer(json!({"upload_url": "https://upload.example/b?fid=1", "upload_size": 60}));
    let step = read(host.answer(call, 200, None, &rest, NOW));
    assert_eq!(step["chunk"], json!({"source": "f1", "offset": 60, "length": 40}));
    let headers = json!({
        "accept": "application/json", "content-type": "application/octet-stream", "content-range": "bytes 61-100/100",
    });
    assert_eq!((&step["headers"], &step["received"]), (&headers, &json!(60)));
    let body = br#"{"code":1,"msg":"","data":{"fid":"1"}}"#;
    let step = read(host.answer(call, 200, None, body, NOW));
    assert_eq!(step["data"], json!({"video_id": "77", "status": null, "resumes": 1}));
    assert_eq!((&step["step"], &step["trace"]["attempts"]), (&json!("done"), &json!(4)));
    assert_eq!(host.calls(), 0);
}

#[test]
fn an_upload_goes_on_without_an_account() {
    let mut host = Host::new(r#"{"uploads_only":true}"#).unwrap();
    let options = r#"{"upload":{"file":{"name":"a.mp4","size":100,"source":"f1"},"addresses":true,"chunk_size":60}}"#;
    let step = read(begin(&mut host, "video.upload", "", options, NOW));
    assert_eq!((&step["step"], &step["video_id"]), (&json!("address"), &Json::Null), "{step}");
    let call = step["call"].as_u64().unwrap();
    assert_eq!(host.calls(), 1);
    let address = r#"{"event":"address","data":{"video_id":77,"upload_url":"https://upload.example/a?fid=1"}}"#;
    let step = read(host.resume(call, address, NOW));
    assert_eq!(step["chunk"], json!({"source": "f1", "offset": 0, "length": 60}));
    assert_eq!(step["headers"]["content-range"], "bytes 1-60/100");
    let step = read(host.answer(call, 200, None, br#"{"code":1,"msg":"","fid":"1"}"#, NOW));
    assert_eq!((&step["chunk"]["offset"], &step["received"]), (&json!(60), &json!(60)));
    assert_eq!(step["url"], "https://upload.example/a?fid=1");
    let step = read(host.answer(call, 500, None, b"", NOW));
    assert_eq!(step["step"], "wait");
    let step = read(host.resume(call, r#"{"event":"elapsed"}"#, NOW));
    assert_eq!((&step["step"], &step["video_id"]), (&json!("address"), &json!(77)));
    let step = read(host.resume(call, r#"{"event":"broken","kind":"transport","message":"no server"}"#, NOW));
    assert_eq!(step["step"], "wait");
    read(host.resume(call, r#"{"event":"elapsed"}"#, NOW));
    let step = read(host.resume(call, r#"{"event":"address","data":{"upload_size":100}}"#, NOW));
    assert_eq!((&step["step"], &step["data"]["video_id"]), (&json!("done"), &json!(77)), "{step}");
    assert_eq!(host.calls(), 0);

    for (name, options) in
        [("room.info", ""), ("video.upload", r#"{"upload":{"file":{"name":"a","size":1,"source":"f"}}}"#)]
    {
        let step = read(begin(&mut host, name, "", options, NOW));
        assert_eq!(step["error"]["kind"], "invalid_account", "{name}");
    }
    let step = read(begin(&mut host, "video.upload", "", options, NOW));
    let call = step["call"].as_u64().unwrap();
    let misled = read(host.resume(call, r#"{"event":"elapsed"}"#, NOW));
    assert_eq!((&misled["error"]["kind"], host.calls()), (&json!("misuse"), 0));
}

#[test]
fn an_upload_that_fails_names_its_video() {
    let mut host = host(json!({}));
    let options = r#"{"upload":{"file":{"name":"a.mp4","size":100,"source":"f1"},"video_id":"77"}}"#;
    let step = read(begin(&mut host, "video.upload", "", options, NOW));
    let call = step["call"].as_u64().unwrap();
    host.answer(call, 200, None, br#"{"code":2002,"msg":"no","data":[]}"#, NOW);
    let step = read(host.answer(call, 200, None, br#"{"code":2002,"msg":"no","data":[]}"#, NOW));
    assert_eq!((&step["step"], &step["video_id"]), (&json!("failed"), &json!(77)), "{step}");
    assert_eq!(step["error"]["kind"], "permission_denied");

    let step = read(begin(&mut host, "video.upload", "", options, NOW));
    host.cancel(step["call"].as_u64().unwrap());
    assert_eq!(host.calls(), 0);
    for options in ["", r#"{"upload":{"file":{"name":"a.mp4","source":"f1"}}}"#] {
        assert_eq!(read(begin(&mut host, "video.upload", "", options, NOW))["error"]["kind"], "invalid_parameters");
    }
    let misplaced = read(begin(&mut host, "room.info", r#"{"room_id":1}"#, options, NOW));
    assert_eq!(misplaced["error"]["kind"], "invalid_parameters");
}

#[test]
fn callbacks_are_verified_and_typed() {
    let key = "rLkIPaQjxSwRQmC/ITnHh8i2rifmmbFIVsYw03SSi24zAnkrAd0ZNb2rcTzI2avy7+AmNJDdLmzU89zKUAP3Xg==";
    let config = json!({"domain": "demo", "partner_id": "1", "partner_key": "new", "callback_keys": [key],
        "settings": {"ids_as_text": true}});
    let host = Host::new(&config.to_string()).unwrap();
    let body = b"room_id=1234567890&op=start&op_time=2017-01-11+14%3A16%3A54&qid=1234567890\
        &timestamp=1467882806&sign=4dd8bb87f2bea1d888cd5c5d93182d84";
    let form = "application/x-www-form-urlencoded";
    let heard = read(host.callback(body, form, "", 1_467_882_900));
    assert_eq!((&heard["event"]["name"], &heard["event"]["key"]), (&json!("class_event"), &json!(1)));
    assert_eq!((&heard["event"]["qid"], &heard["data"]["room_id"]), (&json!("1234567890"), &json!("1234567890")));

    let late = |options: &str| read(host.callback(body, form, options, 1_467_890_000));
    assert_eq!(late("")["error"]["kind"], "callback_clock");
    assert_eq!(late(r#"{"clock":false,"name":"class_event"}"#)["event"]["name"], "class_event");
    assert_eq!(late(r#"{"tolerance":10000}"#)["event"]["name"], "class_event");
    assert_eq!(late(r#"{"clock":false,"name":"nothing"}"#)["error"]["kind"], "unknown_operation");
    let forged = String::from_utf8_lossy(body).replace("op=start", "op=end");
    let refused = read(host.callback(forged.as_bytes(), form, "", 1_467_882_900));
    assert_eq!(refused["error"]["kind"], "callback_signature");
}

#[test]
fn links_of_every_kind() {
    let host = host(json!({}));
    let params = r#"{"room_id":"12345678901234","user_number":10001,"user_name":"王老师","user_role":1}"#;
    let url = read(host.link("enter_room", params))["url"].as_str().unwrap().to_owned();
    assert!(url.starts_with("https://demo.at.baijiayun.com/web/room/enter?room_id=12345678901234&"), "{url}");
    for (kind, params) in [
        ("quick_enter", r#"{"code":"abc","user_name":"n"}"#),
        ("video_player", r#"{"video_id":7,"token":"t"}"#),
        ("playback", r#"{"room_id":"7","token":"t","session_id":"2"}"#),
        ("desktop_client", r#"{"link":"https://demo.at.baijiayun.com/web/room/enter"}"#),
    ] {
        assert!(read(host.link(kind, params))["url"].is_string(), "{kind}");
    }
    let error = read(host.link("enter_room", r#"{"room_id":1,"user_role":9,"user_nmae":"x","user_name":[]}"#));
    let faults: Vec<&str> =
        error["error"]["faults"].as_array().unwrap().iter().map(|fault| fault["parameter"].as_str().unwrap()).collect();
    assert_eq!(faults, ["user_name", "user_role", "user_nmae"]);
    assert_eq!(read(host.link("nothing", ""))["error"]["kind"], "unknown_operation");

    let keyless = Host::new(r#"{"domain":"demo","partner_id":"1"}"#).unwrap();
    let text = read(keyless.link("enter_room", params))["sign"].as_str().unwrap().to_owned();
    assert!(text.starts_with("room_id=12345678901234&user_avatar=&"), "{text}");
    let signed = params.replace('}', r#","signature":"0123456789abcdef0123456789abcdef"}"#);
    assert!(
        read(keyless.link("enter_room", &signed))["url"]
            .as_str()
            .unwrap()
            .ends_with("&sign=0123456789abcdef0123456789abcdef")
    );
}

#[test]
fn a_request_is_built_without_being_sent() {
    let params = r#"{"title":"测试","start_time":1501575608,"end_time":"1501579208"}"#;
    let built = read(host(json!({})).request(&format!("room.create\n\n{params}"), NOW.unix));
    let sent = read(begin(&mut host(json!({})), "room.create", params, "", NOW));
    assert_eq!((&built["form"], &built["url"]), (&sent["form"], &sent["url"]));
    assert_eq!(read(host(json!({})).request("room.create", 1))["error"]["kind"], "invalid_parameters");
    // A file needs parts, and a GET has no form.
    let file = r#"{"attachment": {"name": "a.pdf", "source": "f1"}}"#;
    assert!(read(begin(&mut host(json!({})), "doc.upload", file, "", NOW))["parts"].is_array());
    let get = read(begin(&mut host(json!({})), "GET /openapi/new", "", "", NOW));
    assert_eq!((&get["method"], &get["form"]), (&json!("GET"), &Json::Null));
}

/// Parameters as records, as JavaScript writes them.
fn records(params: &serde_json::Map<String, Json>) -> String {
    params.iter().map(|(name, value)| format!("\u{1e}{name}\u{1f}{value}")).collect()
}

proptest! {
    #[test]
    fn records_say_what_an_object_says(
        params in prop::collection::hash_map(
            prop_oneof![Just("title".to_owned()), Just("type".to_owned()), Just("start_time".to_owned()), "[a-z_ =\"]{0,8}"],
            prop_oneof![
                "[ -~教\n\u{1e}\"]{0,12}".prop_map(Json::from),
                any::<i64>().prop_map(Json::from),
                prop_oneof![Just(Json::Null), Just(json!(true)), Just(json!(0.5)), Just(json!(["a", {"b": [1]}]))],
            ],
            0..6,
        )
    ) {
        let params: serde_json::Map<String, Json> = params.into_iter().collect();
        for name in ["room.create", "/openapi/new"] {
            let object = begin(&mut host(json!({})), name, &Json::from(params.clone()).to_string(), "", NOW);
            let records = begin(&mut host(json!({})), name, &records(&params), "", NOW);
            prop_assert_eq!(read(records), read(object));
        }
    }

    #[test]
    fn records_that_are_none_are_refused(text in "[\u{1e}\u{1f}a1\"{ ]{1,9}") {
        let told = read(begin(&mut host(json!({})), "/openapi/new", &text, "", NOW));
        prop_assert!(told["step"] == "send" || told["error"]["kind"] == "invalid_parameters");
    }
}

#[test]
fn an_answer_without_data_fits_its_type() {
    for (set_aside, status, awards) in [(true, json!({"status": -1}), json!([])), (false, Json::Null, Json::Null)] {
        let mut host = host(json!({"set_aside": set_aside}));
        for (name, expected) in [("live.get_status", &status), ("room_data.list_awards", &awards)] {
            let call = read(begin(&mut host, name, r#"{"room_id":1}"#, "", NOW))["call"].as_u64().unwrap();
            let step = read(host.answer(call, 200, None, br#"{"code":0,"data":null,"msg":""}"#, NOW));
            assert_eq!((&step["step"], &step["data"]), (&json!("done"), expected));
        }
    }
}
