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
            step = read(host.answer(step["call"].as_u64().unwrap(), status, after, body.as_bytes(), now));
        }
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
                let error = outcome.error.unwrap_or_else(|| panic!("{name}: no error"));
                assert_eq!(error["kind"], expected["kind"], "{name}: {error}");
                assert!(text(&error, "message").contains(text(expected, "message")), "{name}: {error}");
                if let Some(hidden) = expected["hidden"].as_str() {
                    assert!(!error.to_string().contains(hidden), "{name}: {error}");
                }
                if let Some(bytes) = expected["body_bytes"].as_u64() {
                    assert_eq!(text(&error, "body").len() as u64, bytes, "{name}");
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
        if let Some(departures) = case.get("departures") {
            assert_eq!(&json!(outcome.departures), departures, "{name}");
        }
    }
}
