use serde_json::{Value, json};

use crate::mock::Mock;
use crate::tool::Bjy;

/// Domain, account, key and clock.
fn verdict(bjy: &Bjy) -> (i32, Value) {
    let ran = bjy.run(&["ping", "--json", "--timeout=5"]);
    let shown: Value = serde_json::from_str(&ran.out).unwrap();
    assert!(shown["milliseconds"].is_u64(), "{shown}");
    (ran.code, json!([shown["domain"], shown["partner_id"], shown["partner_key"], shown["clock"]]))
}

#[test]
fn what_is_wrong_is_named() {
    let mock = Mock::start(&[]);
    assert_eq!(verdict(&mock.client()), (0, json!([true, true, true, true])));
    let other = |name, value| verdict(&mock.client().env(name, value));
    assert_eq!(other("BAIJIAYUN_PARTNER_KEY", "another"), (1, json!([true, true, false, true])));
    assert_eq!(other("BAIJIAYUN_PARTNER_ID", "999"), (1, json!([true, false, null, true])));
    assert_eq!(other("BAIJIAYUN_DOMAIN", "http://127.0.0.1:1"), (1, json!([false, null, null, null])));
    let text = mock.client().run(&["ping"]).ok();
    assert!(text.contains("partner_key  right") && text.contains(" ms"), "{text}");
}

#[test]
fn a_clock_that_is_off_is_told_as_such() {
    let files = Bjy::new();
    // The answer of a service whose clock is far behind.
    let body = r#"{"code":0,"data":{"list":[],"total":0},"msg":"","ts":1500000000}"#;
    let file = files.file("answers.json", json!({"room.list": {"status": 200, "body": body}}).to_string());
    let mock = Mock::start(&["--answers", file.to_str().unwrap()]);
    assert_eq!(verdict(&mock.client()), (1, json!([true, true, true, false])));
    assert_eq!(mock.client().run(&["ping"]).failure()["kind"], "clock");
}
