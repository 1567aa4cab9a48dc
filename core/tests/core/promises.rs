//! What all languages promise of the core, by the vectors that all of them run.
//!
//! promise-vectors: promises.json

use baijiayun_core::engine::Now;
use baijiayun_core::host::{Host, Told};
use baijiayun_core::retry_after;
use serde_json::{Value as Json, json};

use crate::vectors::{text, vectors};

fn read(told: Told) -> Json {
    serde_json::from_slice(&told.into_json()).unwrap()
}

/// What became of a case.
#[derive(Default)]
struct Outcome {
    error: Option<Json>,
    sent: Option<Json>,
    waited: Option<u64>,
    departures: Vec<String>,
    rows: Vec<i64>,
    ended: bool,
}

impl Outcome {
    fn of(case: &Json) -> Outcome {
        let mut config = json!({"domain": "demo", "partner_id": "12345678"});
        let client = case["client"].as_object().unwrap();
        config.as_object_mut().unwrap().extend(client.clone());
        let signer = config.as_object_mut().unwrap().remove("signer");
        if signer.is_none() && config.get("partner_key").is_none() {
            config["partner_key"] = json!("the partner key");
        }
        let mut host = match Host::new(&config.to_string()) {
            Ok(host) => host,
            Err(error) => {
                let json = baijiayun_core::host::error_json(&error);
                return Outcome { error: serde_json::from_slice(&json).ok(), ..Outcome::default() };
            }
        };
        let unix = case["unix"].as_i64().unwrap_or(1_501_572_288);
        let now = Now { unix, ticks: 0, random: u64::MAX };
        if let Some(link) = case.get("link") {
            return Outcome::of_link(&host, link, signer.as_ref());
        }
        let Some(call) = case.get("call").or(case.get("walk")) else { return Outcome::default() };
        let mut options = call.get("options").cloned().unwrap_or_else(|| json!({}));
        if case.get("walk").is_some() {
            options["page"] = json!("");
        }
        let mut params = call["params"].clone();
        if let Some(file) = call.get("file") {
            params[text(file, "param")] = json!({"name": file["name"], "size": 1, "source": "f1"});
        }
        let name = match call.get("path") {
            Some(path) => format!("POST {}", path.as_str().unwrap()),
            None => text(call, "name").to_owned(),
        };
        // A line break would begin the options: hosts write it as a blank, which is refused as well.
        let name = name.replace('\n', " ");
        let mut step = read(host.begin(&format!("{name}\n{options}\n{params}"), now));
        if step["step"] == "sign" {
            let event = json!({"event": "signed", "signature": signer.unwrap()});
            step = read(host.resume(step["call"].as_u64().unwrap(), &event.to_string(), now));
        }
        let mut outcome = Outcome::default();
        if step["step"] == "send" {
            outcome.sent = Some(step.clone());
        }
        for answer in case["answers"].as_array().into_iter().flatten() {
            let repeat = answer["repeat"].as_u64().unwrap_or(1) as usize;
            let mut body = text(answer, "body").repeat(repeat);
            body.push_str(&" ".repeat(answer["pad"].as_u64().unwrap_or(0) as usize));
            let header = answer["headers"]["retry-after"].as_str();
            let after = header.and_then(|header| retry_after(header, unix)).map(|time| time.as_millis() as u64);
            let status = answer["status"].as_u64().unwrap() as u16;
            if step["page"]["next"].is_string() {
                options["page"] = step["page"]["next"].clone();
                step = read(host.begin(&format!("{name}\n{options}\n{params}"), now));
            }
            step = read(host.answer(step["call"].as_u64().unwrap(), status, after, body.as_bytes(), now));
            if step["page"]["repeated"] == false {
                let rows = step["data"]["list"].as_array().into_iter().flatten();
                outcome.rows.extend(rows.map(|row| row["room_id"].as_i64().unwrap()));
            }
        }
        outcome.ended = step["page"]["next"].is_null();
        outcome.error = step.get("error").cloned();
        outcome.waited = (step["step"] == "wait").then(|| step["time"].as_u64().unwrap());
        let departures = step["departures"].as_array().into_iter().flatten();
        outcome.departures = departures.map(|departure| text(departure, "path").to_owned()).collect();
        outcome
    }

    fn of_link(host: &Host, link: &Json, signer: Option<&Json>) -> Outcome {
        let mut params = link["params"].clone();
        let first: Json = serde_json::from_slice(&host.link(text(link, "kind"), &params.to_string())).unwrap();
        assert!(first.get("sign").is_some(), "{first}");
        params["signature"] = signer.unwrap().clone();
        let told: Json = serde_json::from_slice(&host.link(text(link, "kind"), &params.to_string())).unwrap();
        Outcome { error: told.get("error").cloned(), ..Outcome::default() }
    }
}

#[test]
fn the_core_keeps_what_is_promised() {
    for case in vectors("promises") {
        let name = format!("{}: {}", case["promise"], case["name"]);
        let outcome = Outcome::of(&case);
        match case.get("error") {
            Some(expected) => {
                let mut error = outcome.error.unwrap_or_else(|| panic!("{name}: no error"));
                assert_eq!(error["kind"], expected["kind"], "{name}: {error}");
                assert!(text(&error, "message").contains(text(expected, "message")), "{name}: {error}");
                if let Some(bytes) = expected["body_bytes"].as_u64() {
                    assert_eq!(text(&error, "body").len() as u64, bytes, "{name}");
                }
                if let Some(time) = expected.get("retry_after_ms") {
                    assert_eq!(&error["retry_after"], time, "{name}");
                }
                if let Some(hidden) = expected["hidden"].as_str() {
                    // What came is kept as it came, and printed by nobody.
                    error["body"] = Json::Null;
                    assert!(!error.to_string().contains(hidden), "{name}: {error}");
                }
            }
            None => assert_eq!(outcome.error, None, "{name}"),
        }
        if let Some(expected) = case.get("sent") {
            let sent = outcome.sent.unwrap_or_else(|| panic!("{name}: nothing was sent"));
            if let Some(url) = expected.get("url") {
                assert_eq!(&sent["url"], url, "{name}");
            }
            if let Some(end) = expected["form_ends"].as_str() {
                assert!(text(&sent, "form").ends_with(end), "{name}: {sent}");
            }
            if let Some([pair, value]) = expected["pair"].as_array().map(Vec::as_slice) {
                let form: Vec<_> = form_urlencoded::parse(text(&sent, "form").as_bytes()).collect();
                let found =
                    form.iter().find(|(known, _)| pair.as_str() == Some(known)).map(|(_, value)| value.as_ref());
                assert_eq!(found, value.as_str(), "{name}");
            }
            if let Some(part) = expected.get("part") {
                let parts = sent["parts"].as_array().unwrap();
                let found = parts.iter().find(|other| other["name"] == part["name"]).unwrap();
                assert_eq!((&found["file"], &found["type"]), (&part["filename"], &part["type"]), "{name}");
            }
        }
        if let Some([least, most]) = case["wait_ms"].as_array().map(Vec::as_slice) {
            let waited = outcome.waited.unwrap_or_else(|| panic!("{name}: no wait"));
            assert!((least.as_u64().unwrap()..=most.as_u64().unwrap()).contains(&waited), "{name}: {waited} ms");
        }
        if let Some(rows) = case.get("rows") {
            assert_eq!((&json!(outcome.rows), outcome.ended), (rows, true), "{name}");
        }
        if let Some(departures) = case.get("departures") {
            assert_eq!(&json!(outcome.departures), departures, "{name}");
        }
    }
}

/// What a host tells of a step that came to nothing, and what it is told then.
#[test]
fn hosts_say_late_and_closed_and_no_more() {
    let config = r#"{"domain":"demo","partner_id":"1","settings":{"store":true,"deadline":1000,"attempts":3}}"#;
    let now = |ticks| Now { unix: 1_501_572_288, ticks, random: 0 };
    let tell = |host: &mut Host, step: &Json, event: &str, ticks| {
        let event = if event.starts_with('{') { event.to_owned() } else { json!({ "event": event }).to_string() };
        read(host.resume(step["call"].as_u64().unwrap(), &event, now(ticks)))
    };
    let signed = format!(r#"{{"event":"signed","signature":"{}"}}"#, "0".repeat(32));
    let mut host = Host::new(config).unwrap();
    let begin = |host: &mut Host| read(host.begin("room.info\n\n{\"room_id\":1}", now(0)));

    let store = begin(&mut host);
    assert_eq!((&store["step"], &store["timeout"]), (&json!("store"), &json!(500)));
    let sign = tell(&mut host, &store, "late", 500);
    assert_eq!((&sign["step"], &sign["timeout"]), (&json!("sign"), &json!(500)));
    let send = tell(&mut host, &sign, &signed, 600);
    assert_eq!(
        (&send["step"], &send["timeout"], &send["max_answer"]),
        (&json!("send"), &json!(400), &json!(8_388_608))
    );
    let failed = tell(&mut host, &send, "late", 1000);
    assert_eq!((&failed["error"]["kind"], &failed["trace"]["store_down"]), (&json!("timeout"), &json!(true)));

    // A store that was down is not asked again at once.
    let mut step = begin(&mut host);
    if step["step"] == "store" {
        step = tell(&mut host, &step, r#"{"event":"store","wait":"0"}"#, 0);
    }
    let failed = tell(&mut host, &step, "late", 1000);
    let error = &failed["error"];
    assert_eq!(error["message"], "the signer gave no answer before the deadline; nothing was sent");

    let sent = |host: &mut Host| {
        let mut step = begin(host);
        if step["step"] == "store" {
            step = tell(host, &step, "store_down", 0);
        }
        tell(host, &step, &signed, 0)
    };
    let ended = [
        ("too_large", "too_large", "the answer is longer than 8388608 bytes"),
        ("no_memory", "too_large", "there is no memory for the answer"),
        (r#"{"event":"redirect","status":302,"location":"/login?sign=a"}"#, "http_status", "redirect to /login"),
        (r#"{"event":"broken","kind":"tls","message":"expired"}"#, "connect", "expired"),
        (r#"{"event":"broken","kind":"unsendable","message":"no SOCKS"}"#, "connect", "no SOCKS"),
    ];
    for (event, kind, message) in ended {
        let send = sent(&mut host);
        let failed = tell(&mut host, &send, event, 10);
        assert_eq!((&failed["error"]["kind"], &failed["error"]["message"]), (&json!(kind), &json!(message)), "{event}");
    }

    // A call that waits, one in flight that fails, one in flight that does not end; and a new one.
    let waiting = begin(&mut host);
    let [failing, hanging] = [sent(&mut host), sent(&mut host)];
    host.close();
    let nothing = "the client was closed; nothing was sent";
    let failed = tell(&mut host, &waiting, "closed", 20);
    assert_eq!((&failed["error"]["kind"], &failed["error"]["message"]), (&json!("closed"), &json!(nothing)));
    let failed = tell(&mut host, &failing, r#"{"event":"broken","kind":"timeout","message":"slow"}"#, 30);
    assert_eq!((&failed["error"]["kind"], &failed["error"]["message"]), (&json!("timeout"), &json!("slow")));
    let failed = tell(&mut host, &hanging, "closed", 40);
    let under_way = "the client was closed while the request was under way";
    assert_eq!((&failed["error"]["kind"], &failed["error"]["message"]), (&json!("closed"), &json!(under_way)));
    assert_eq!((begin(&mut host)["error"]["message"].as_str(), host.calls()), (Some(nothing), 0));
}
