//! Accounts: where they are, who signs for them, and that nothing shows a key.

use std::sync::Arc;

use baijiayun_core::operation::PathSource;
use baijiayun_core::{Account, ErrorKind, Params, Signer, answer, operation, request};

use crate::common::{KEY, account, sent};

#[test]
fn domains_and_addresses() {
    let room_info = operation::find("room.info").unwrap();
    let interact = operation::find("interact_data.list").unwrap();
    let address = |domain: &str, operation| Account::new(domain, 1, "k").unwrap().address(operation).unwrap();
    assert_eq!(address("b123", room_info), "https://b123.at.baijiayun.com/openapi/room/info");
    assert_eq!(address("b123.at.baijiayun.com", room_info), "https://b123.at.baijiayun.com/openapi/room/info");
    assert_eq!(address("https://b123.at.baijiayun.com/", room_info), "https://b123.at.baijiayun.com/openapi/room/info");
    assert_eq!(address("b123", interact), "https://hudong.baijiayun.com/openapi/interact_data/list");
    assert_eq!(address("http://127.0.0.1:8080", interact), "http://127.0.0.1:8080/openapi/interact_data/list");
    assert_eq!(address("demo.at.juvox.com.cn", room_info), "https://demo.at.juvox.com.cn/openapi/room/info");
    assert_eq!(address("demo.at.juvox.com.cn", interact), "https://hudong.baijiayun.com/openapi/interact_data/list");
    for wrong in ["", "a b", "a.b", "127.0.0.1", "demo/../x", "ftp://x", "https://user:password@demo.example"] {
        assert_eq!(Account::new(wrong, 1, "k").unwrap_err().kind(), ErrorKind::InvalidAccount, "{wrong}");
    }
    assert!(Account::new("demo", "", "k").is_err());
    assert!(Account::new("demo", 1, "").is_err());
}

#[test]
fn paths_can_be_set() {
    let close = operation::find("live.force_close_room").unwrap();
    assert_eq!(close.path_source, PathSource::Inferred);
    let body = br#"{"code":404,"data":null,"msg":"no such path","ts":1}"#;
    let error = answer::parse(close, 200, body).unwrap_err();
    assert!(error.hint().unwrap().contains("is a guess"), "{error}");
    for way in ["live.force_close_room", "bjy doctor", "`paths`"] {
        assert!(error.hint().unwrap().contains(way), "{error}");
    }

    let account = account().with_paths([("live.force_close_room".to_owned(), "/openapi/live/shut".to_owned())]);
    assert_eq!(account.address(close).unwrap(), "https://demo.at.baijiayun.com/openapi/live/shut");
    let resolved = account.resolve(close);
    assert_eq!(resolved.path_source, PathSource::Set);
    assert!(!answer::parse(&resolved, 200, body).unwrap_err().hint().unwrap().contains("guess"));
}

#[test]
fn a_signer_elsewhere_never_sees_a_key_and_its_failure_is_told() {
    struct Remote;
    impl Signer for Remote {
        fn sign(&self, canonical: &str) -> Result<String, String> {
            assert_eq!(canonical, "partner_id=1&room_id=5&timestamp=9");
            Err("the signing server is down".to_owned())
        }
    }
    let account = Account::with_signer("demo", 1, Arc::new(Remote)).unwrap();
    let params: Params = [("room_id", 5_i64)].into_iter().collect();
    let operation = operation::find("room.info").unwrap();
    let error = request::build(&account, operation, &params, 9).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Signing);
    assert!(error.to_string().contains("the signing server is down"));
    // Without waiting for a signer: in two steps.
    let unsigned = request::Unsigned::new(&account, operation, &params, 9).unwrap();
    assert_eq!(unsigned.to_sign().as_deref(), Some("partner_id=1&room_id=5&timestamp=9"));
    assert_eq!(sent(&unsigned.finish(Some("s".to_owned())), "sign").as_deref(), Some("s"));
}

#[test]
fn no_secret_appears_in_debug_output_or_errors() {
    let account = account();
    let mut shown = format!("{account:?} {:?}", baijiayun_core::PartnerKey::new(KEY));
    let secret = "hunter2-password";
    for operation in operation::all() {
        let mut params = Params::new();
        for param in operation.params {
            // Wrong for every kind but text, so that faults speak of it.
            params.set(param.name, secret);
        }
        params.set_extra("unknown_extra", secret);
        shown.push_str(&format!("{params:?}"));
        match request::build(&account, operation, &params, 1) {
            Ok(request) => shown.push_str(&format!("{request:?}")),
            Err(error) => shown.push_str(&format!("{error} {error:?}")),
        }
    }
    assert!(!shown.contains(secret));
    assert!(!shown.contains(KEY));
    assert!(shown.len() > 10_000);
}
