//! What hosts tell those who watch calls can be had from the steps: the vectors that all languages run.

use baijiayun_core::engine::Now;
use baijiayun_core::host::Host;
use baijiayun_core::retry_after;
use serde_json::{Value as Json, json};

use crate::vectors::{text, vectors};

/// A host as those of other languages are.
struct Watched {
    host: Host,
    ticks: u64,
    events: Vec<Json>,
}

/// How a request may end without an answer, as the host is told and as the event says.
const FAULTS: [(&str, &str); 2] = [("connect", "connect"), ("transport", "transport")];

impl Watched {
    fn now(&self) -> Now {
        Now { unix: 1_501_572_288, ticks: self.ticks, random: 250 }
    }

    fn resume(&mut self, call: u64, event: &Json) -> Json {
        let told = self.host.resume(call, &event.to_string(), self.now());
        serde_json::from_slice(&told.into_json()).unwrap()
    }

    fn call(&mut self, case: &Json, mut store: impl Iterator<Item = Json>, mut script: impl Iterator<Item = Json>) {
        let call = &case["call"];
        let (name, operation) = match call.get("path") {
            Some(path) => (format!("POST {}", path.as_str().unwrap()), path.clone()),
            None => (text(call, "name").to_owned(), call["name"].clone()),
        };
        let options = call.get("options").map(Json::to_string).unwrap_or_default();
        let begun = self.host.begin(&format!("{name}\n{options}\n{}", call["params"]), self.now());
        let mut step: Json = serde_json::from_slice(&begun.into_json()).unwrap();
        let (mut attempt, mut status) = (0, Json::Null);
        loop {
            let mut events = Vec::new();
            let mut tell = |kind: &str, attempt: u64, fields: Json| {
                let mut event = json!({"kind": kind, "operation": operation, "attempt": attempt});
                let fields = fields.as_object().unwrap().clone();
                event.as_object_mut().unwrap().extend(fields.into_iter().filter(|(_, value)| !value.is_null()));
                events.push(event);
            };
            let handle = step["call"].as_u64().unwrap_or_default();
            let mut cancelled = false;
            let next = match text(&step, "step") {
                "send" => {
                    (attempt, status) = (attempt + 1, Json::Null);
                    tell("request", attempt, json!({"bytes": true}));
                    let scripted = script.next().unwrap_or_else(|| panic!("{}: too many requests", case["name"]));
                    if let Some(answer) = scripted.get("answer") {
                        let body = text(answer, "body").as_bytes();
                        if body.len() as u64 > step["max_answer"].as_u64().unwrap() {
                            tell("answer", attempt, json!({"duration": true, "why": "too_large"}));
                            self.resume(handle, &json!({"event": "too_large"}))
                        } else {
                            status = answer["status"].clone();
                            tell("answer", attempt, json!({"duration": true, "status": status, "bytes": body.len()}));
                            let after = answer["retry_after"].as_str().and_then(|header| retry_after(header, 0));
                            let after = after.map(|time| time.as_millis() as u64);
                            let code = status.as_u64().unwrap() as u16;
                            let told = self.host.answer(handle, code, after, body, self.now());
                            serde_json::from_slice(&told.into_json()).unwrap()
                        }
                    } else if let Some(fault) = scripted["fault"].as_str() {
                        let (_, why) = FAULTS.into_iter().find(|(kind, _)| *kind == fault).unwrap();
                        tell("answer", attempt, json!({"duration": true, "why": why}));
                        self.resume(handle, &json!({"event": "broken", "kind": fault, "message": "broken"}))
                    } else if scripted["never"] == "close" {
                        self.host.close();
                        tell("answer", attempt, json!({"duration": true, "why": "closed"}));
                        self.resume(handle, &json!({"event": "closed"}))
                    } else {
                        self.host.cancel(handle);
                        cancelled = true;
                        Json::Null
                    }
                }
                "wait" => {
                    match step.get("failed") {
                        Some(failed) => {
                            let fields =
                                json!({"status": status, "code": failed["code"], "why": failed["kind"], "wait": true});
                            tell("retry", attempt, fields);
                        }
                        None => tell("wait", attempt, json!({"why": step["why"], "wait": true})),
                    }
                    self.ticks += step["time"].as_u64().unwrap();
                    self.resume(handle, &json!({"event": "elapsed"}))
                }
                "store" => match store.next() {
                    Some(Json::Number(wait)) => self.resume(handle, &json!({"event": "store", "wait": wait})),
                    _ => {
                        tell("store_down", attempt, json!({}));
                        self.resume(handle, &json!({"event": "store_down"}))
                    }
                },
                "done" | "failed" => {
                    let error = &step["error"];
                    let fields =
                        json!({"duration": true, "status": status, "code": error["code"], "why": error["kind"]});
                    tell("done", attempt, fields);
                    Json::Null
                }
                step => panic!("{step}"),
            };
            if cancelled {
                tell("done", attempt, json!({"duration": true, "status": status, "why": "cancelled"}));
            }
            self.events.append(&mut events);
            if next.is_null() {
                return;
            }
            step = next;
        }
    }
}

#[test]
fn the_courses_of_calls_are_told() {
    for case in vectors("hooks") {
        let mut config = json!({"domain": "demo", "partner_id": "1", "partner_key": "k", "settings": {}});
        if let Some(settings) = case.get("settings") {
            config["settings"] = settings.clone();
        }
        config["settings"]["store"] = json!(case.get("store").is_some());
        let host = Host::new(&config.to_string()).unwrap();
        let mut watched = Watched { host, ticks: 0, events: Vec::new() };
        let mut script = case["script"].as_array().unwrap().clone().into_iter();
        let mut store = case["store"].as_array().cloned().unwrap_or_default().into_iter();
        for _ in 0..case["before"].as_u64().unwrap_or_default() {
            watched.call(&case, store.by_ref(), script.by_ref());
        }
        watched.events.clear();
        watched.call(&case, store.by_ref(), script.by_ref());
        assert_eq!(json!(watched.events), case["events"], "{}", case["name"]);
        assert_eq!((script.next(), store.next(), watched.host.calls()), (None, None, 0), "{}", case["name"]);
    }
}
