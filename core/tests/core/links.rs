//! Links into rooms and to recordings.

use baijiayun_core::links::{self, EnterRoom, Role};
use baijiayun_core::{Account, ErrorKind, PartnerKey};
use serde_json::Value as Json;

fn text<'a>(json: &'a Json, name: &str) -> &'a str {
    json[name].as_str().unwrap_or_else(|| panic!("{name} in {json}"))
}

/// The address and its pairs; their order does not matter.
fn parts(url: &str) -> (String, Vec<(String, String)>) {
    let (address, query) = url.split_once('?').unwrap();
    let pairs = baijiayun_core::form::decode(query.as_bytes()).unwrap();
    let mut pairs: Vec<_> = pairs.into_iter().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    pairs.sort();
    (address.to_owned(), pairs)
}

fn entering(params: &Json) -> EnterRoom {
    let role = match text(params, "user_role") {
        "0" => Role::Student,
        "1" => Role::Teacher,
        _ => Role::Assistant,
    };
    let link = EnterRoom::new(text(params, "room_id"), text(params, "user_number"), text(params, "user_name"));
    link.role(role).avatar(text(params, "user_avatar"))
}

#[test]
fn links_are_those_of_the_reference() {
    let path = format!("{}/../tests/vectors/links.json", env!("CARGO_MANIFEST_DIR"));
    let vectors: Vec<Json> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    for vector in &vectors {
        let (account, params) = (&vector["account"], &vector["params"]);
        let key = PartnerKey::new(text(account, "partner_key"));
        let account = Account::new(text(account, "domain"), text(account, "partner_id"), key.clone()).unwrap();
        let param = |name: &str| params[name].as_str();
        let url = match text(vector, "link") {
            "enter_room" => {
                let link = entering(params);
                assert_eq!(link.canonical(), text(vector, "canonical"));
                assert_eq!(link.finish(&account, &key.signature(&link.canonical())), link.url(&account).unwrap());
                link.url(&account).unwrap()
            }
            "quick_enter" => links::quick_enter(&account, text(params, "code"), text(params, "user_name")),
            "video_player" => links::video_player(&account, text(params, "vid"), text(params, "token")),
            "playback" => {
                links::playback(&account, text(params, "classid"), param("session_id"), text(params, "token"))
            }
            other => panic!("{other}"),
        };
        assert_eq!(parts(&url), parts(text(vector, "url")));
    }
    assert_eq!(vectors.len(), 7);
}

#[test]
fn a_link_cannot_be_changed_into_another_users() {
    let account = Account::new("school", "1", "key").unwrap();
    let sign = |link: EnterRoom| parts(&link.url(&account).unwrap()).1.into_iter().find(|(n, _)| n == "sign").unwrap();
    let student = || EnterRoom::new(1, 2, "a");
    assert_eq!(sign(student()), sign(student().role(Role::Student)));
    for other in [
        student().role(Role::Teacher),
        student().avatar("x"),
        EnterRoom::new(1, 3, "a"),
        EnterRoom::new(2, 2, "a"),
        EnterRoom::new(1, 2, "b"),
    ] {
        assert_ne!(sign(student()), sign(other));
    }
}

#[test]
fn an_account_without_a_key_says_so() {
    let account = Account::without_signer("school", 1).unwrap();
    let error = EnterRoom::new(1, 2, "a").url(&account).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Signing);
    assert!(error.hint().unwrap().contains("signed elsewhere"), "{error}");
}

#[test]
fn links_follow_the_accounts_address() {
    let mock = Account::new("http://127.0.0.1:8080/", 1, "key").unwrap();
    assert_eq!(links::video_player(&mock, 5, "t"), "http://127.0.0.1:8080/web/video/player?vid=5&token=t");
    assert_eq!(
        links::in_desktop_client("https://a.at.baijiayun.com/web/room/enter?a=1&b=%E4"),
        "baijiacloud://urlpath=https%3A%2F%2Fa.at.baijiayun.com%2Fweb%2Froom%2Fenter%3Fa%3D1%26b%3D%25E4&token=token&ts=ts"
    );
}
