use serde_json::json;

use crate::tool::{Bjy, KEY};

/// MD5 of `a=1&b=测试 x&timestamp=5&partner_key=Sample+Key/0==`, by another program.
const SIGN: &str = "1df73cb45fb982f2d9aef5338f0b7c8f";
const ARGUMENTS: [&str; 4] = ["sign", "timestamp=5", "b=测试 x", "a=1"];

fn sign(more: &[&str]) -> crate::tool::Ran {
    Bjy::with_account().run(&[&ARGUMENTS, more].concat())
}

#[test]
fn shows_the_text_with_the_key_masked() {
    assert_eq!(sign(&[]).ok(), format!("a=1&b=测试 x&timestamp=5&partner_key=***\n{SIGN}\n"));
    assert_eq!(sign(&["--json"]).json(), json!({"text": "a=1&b=测试 x&timestamp=5&partner_key=***", "sign": SIGN}));
}

#[test]
fn nothing_to_sign_is_the_key_alone() {
    let shown = Bjy::with_account().run(&["sign", "--json"]).json();
    assert_eq!(shown, json!({"text": "partner_key=***", "sign": "570cf7df7c19f16266a19e0679a66f49"}));
}

#[test]
fn the_expected_signature_is_confirmed() {
    let ran = sign(&["--json", "--expect", SIGN]);
    assert_eq!(ran.err, "");
    assert_eq!(ran.json()["matches"], true);
    assert!(sign(&["--expect", SIGN]).ok().contains("签名一致"));
}

#[test]
fn a_mismatch_is_explained_and_fails() {
    let ran = sign(&["--json", "--expect", "1b6c2681fffe3cd9390f35c60c154d78"]);
    let shown: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(shown["matches"], false);
    assert_eq!(shown["explanations"], json!(["timestamp was not signed"]));
    let error = ran.failure();
    assert_eq!(error["kind"], "signature_mismatch");
    assert_eq!(error["hint"], "timestamp was not signed");
    assert!(error["msg"].as_str().unwrap().contains(SIGN));
}

#[test]
fn a_stray_newline_in_the_key_is_found() {
    let error = sign(&["--partner-key", &format!("{KEY}\n"), "--expect", SIGN]).failure();
    assert!(error["hint"].as_str().unwrap().contains("newlines"), "{error}");
}

#[test]
fn what_no_mistake_gives_is_said_to_be_so() {
    let error = sign(&["--expect", "d41d8cd98f00b204e9800998ecf8427e"]).failure();
    assert!(error["hint"].as_str().unwrap().contains("no common mistake"), "{error}");
}

#[test]
fn the_key_is_not_taken_as_a_parameter() {
    let error = Bjy::new().run(&["sign", "a=1", &format!("partner_key={KEY}")]).failure();
    assert_eq!(error["kind"], "invalid_parameters");
    let error = Bjy::new().run(&["sign", "a=1"]).failure();
    assert_eq!(error["kind"], "invalid_account");
    assert!(error["msg"].as_str().unwrap().ends_with("lacks partner_key"), "{error}");
}

const BODY: &str = "timestamp=5&b=%E6%B5%8B%E8%AF%95+x&a=1";

#[test]
fn a_whole_request_is_read_and_checked() {
    let shown = Bjy::with_account().run(&["sign", "--json", BODY]).json();
    assert_eq!(shown, json!({"read_as": "a body", "text": "a=1&b=测试 x&timestamp=5&partner_key=***", "sign": SIGN}));
    let curl = format!("curl https://school.at.baijiayun.com/openapi/room/list -d '{BODY}&sign={SIGN}'");
    let shown = Bjy::with_account().run(&["sign", "--json", &curl]).json();
    assert_eq!((&shown["read_as"], &shown["matches"]), (&json!("a curl line"), &json!(true)));

    let dump =
        format!("POST /openapi/room/list HTTP/1.1\r\nHost: a\r\n\r\n{BODY}&sign=1b6c2681fffe3cd9390f35c60c154d78\r\n");
    let ran = Bjy::with_account().run_with(&["sign", "--json", "-"], dump);
    assert_eq!(ran.failure()["hint"], "timestamp was not signed");
}

#[test]
fn one_value_that_looks_like_a_body_is_noted() {
    let ran = Bjy::with_account().run(&["sign", "a=1&b=2", "c=3"]);
    assert!(ran.err.contains("taken as one value"), "{ran:?}");
    assert!(ran.ok().starts_with("a=1&b=2&c=3"));
}

#[test]
fn what_is_no_signature_is_called_so() {
    let error = sign(&["--expect", "abc"]).failure();
    assert!(error["hint"].as_str().unwrap().contains("is no MD5"), "{error}");
    assert_eq!(Bjy::with_account().run(&["sign", "title"]).code, 2);
}
