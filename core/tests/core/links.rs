//! Links into rooms and to recordings.

use std::collections::BTreeSet;

use baijiayun_core::links::{self, CodePlayer, EnterRoom, Role};
use baijiayun_core::{Account, Error, ErrorKind, PartnerKey};
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
    let (room_id, name) = (text(params, "room_id"), text(params, "user_name"));
    let role = match text(params, "user_role") {
        "0" => Role::Student,
        "1" => Role::Teacher,
        _ => Role::Assistant,
    };
    let link = match params["user_number"].as_str() {
        Some(number) => EnterRoom::new(room_id, number, name),
        None => EnterRoom::without_number(room_id, name),
    };
    let link = link.role(role).avatar(text(params, "user_avatar"));
    let extra = params["extra"].as_object().into_iter().flatten();
    extra.fold(link, |link, (name, value)| link.extra(name, value.as_str().unwrap()))
}

fn made(account: &Account, vector: &Json) -> Result<String, Error> {
    let params = &vector["params"];
    let given = |name: &str| params[name].as_str();
    match text(vector, "link") {
        "enter_room" => entering(params).url(account),
        "prepare" => links::prepare(account, text(params, "room_id"), given("code")),
        "quick_enter" => links::quick_enter(account, text(params, "code"), text(params, "user_name")),
        "code_player" => {
            let number = |name: &str| given(name).map(|text| text.parse().unwrap());
            let player = CodePlayer {
                code: text(params, "code").to_owned(),
                user_name: text(params, "user_name").to_owned(),
                user_number: given("user_number").map(str::to_owned),
                width: number("width"),
                height: number("height"),
                show_controls: given("showControls").map(|shown| shown == "true"),
            };
            player.url(account)
        }
        "video_player" => links::video_player(account, text(params, "vid"), text(params, "token")),
        "mobile_video_player" => links::mobile_video_player(account, text(params, "vid"), text(params, "token")),
        "playback" => links::playback(account, text(params, "classid"), given("session_id"), text(params, "token")),
        other => panic!("{other}"),
    }
}

#[test]
fn links_are_those_of_the_reference() {
    let path = format!("{}/../tests/vectors/links.json", env!("CARGO_MANIFEST_DIR"));
    let vectors: Vec<Json> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let (mut kinds, mut refused) = (BTreeSet::new(), 0);
    for vector in &vectors {
        let account = &vector["account"];
        let key = PartnerKey::new(text(account, "partner_key"));
        let account = Account::new(text(account, "domain"), text(account, "partner_id"), key.clone()).unwrap();
        if let Some(fields) = vector["refused"].as_array() {
            let error = made(&account, vector).expect_err(&vector.to_string());
            let mut faults: Vec<&str> = error.faults().iter().map(|fault| fault.parameter.as_str()).collect();
            faults.sort_unstable();
            assert_eq!((error.kind(), Json::from(faults)), (ErrorKind::InvalidParameters, Json::from(fields.clone())));
            if text(vector, "link") == "enter_room" {
                // Wherever it is signed, and whoever made the signature.
                let link = entering(&vector["params"]);
                assert_eq!(link.canonical().unwrap_err().kind(), ErrorKind::InvalidParameters);
                assert_eq!(link.finish(&account, "5e1f").unwrap_err().kind(), ErrorKind::InvalidParameters);
            }
            refused += 1;
            continue;
        }
        let url = made(&account, vector).unwrap();
        if text(vector, "link") == "enter_room" {
            let link = entering(&vector["params"]);
            let canonical = link.canonical().unwrap();
            assert_eq!(canonical, text(vector, "canonical"));
            assert_eq!(link.finish(&account, &key.signature(&canonical)).unwrap(), url);
        }
        assert_eq!(parts(&url), parts(text(vector, "url")));
        kinds.insert(text(vector, "link"));
    }
    assert_eq!((kinds.len(), refused > 30), (7, true), "{kinds:?}, {refused} refused");
}

/// The attack that the refusals are for: the student holds the link, and cuts its text anew.
#[test]
fn a_nickname_cannot_make_a_teachers_link() {
    let account = Account::new("school", 1, "key").unwrap();
    let teacher =
        [("room_id", "5"), ("user_avatar", ""), ("user_name", "x"), ("user_number", "999"), ("user_role", "1")];
    let nickname = "x&user_number=999&user_role=1";
    let signed = format!("room_id=5&user_avatar=&user_name={nickname}&user_number=7&user_role=0");
    let rest = "1&user_number=7&user_role=0";
    let cut = teacher.map(|(name, value)| if name == "user_role" { (name, rest) } else { (name, value) });
    assert_eq!(baijiayun_core::sign::canonical(cut), signed, "one text, two readings");
    assert!(EnterRoom::new(5, 7, nickname).url(&account).is_err());
    assert!(EnterRoom::new(5, 7, nickname).canonical().is_err(), "a signer elsewhere is not asked");
}

#[test]
fn refusals_name_the_field_and_not_what_it_holds() {
    let account = Account::new("school", 1, "key").unwrap();
    let error = EnterRoom::new(5, 7, "secretive&x").avatar("a\nb").url(&account).unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(error.message().contains("user_name") && error.message().contains("user_avatar"), "{error}");
    assert!(!shown.contains("secretive"), "{shown}");
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
    assert_eq!(links::video_player(&mock, 5, "t").unwrap(), "http://127.0.0.1:8080/web/video/player?vid=5&token=t");
    for host in ["demo.at.juvox.com.cn", "https://demo.at.juvox.com.cn/"] {
        let white_label = Account::new(host, 1, "key").unwrap();
        let url = links::mobile_video_player(&white_label, 5, "t").unwrap();
        assert_eq!(url, "https://demo.at.juvox.com.cn/m/video/player?vid=5&token=t");
    }
    assert_eq!(
        links::in_desktop_client("https://a.at.baijiayun.com/web/room/enter?a=1&b=%E4"),
        "baijiacloud://urlpath=https%3A%2F%2Fa.at.baijiayun.com%2Fweb%2Froom%2Fenter%3Fa%3D1%26b%3D%25E4&token=token&ts=ts"
    );
}
