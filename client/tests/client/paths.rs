//! A file of paths is loaded, and its mistakes are told.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;

use baijiayun::{Account, ErrorKind, paths};
use tempfile::TempDir;

#[test]
fn toml_and_json_give_the_same() {
    let folder = TempDir::new().unwrap();
    let toml = folder.path().join("a.toml");
    let json = folder.path().join("a.json");
    fs::write(
        &toml,
        "# by hand\n[paths]\n\"chat.revoke_message\" = \"/openapi/chat/undo\"\nroom.create = \"/openapi/room/make\"\n",
    )
    .unwrap();
    fs::write(&json, r#"{"paths":{"chat.revoke_message":"/openapi/chat/undo","room.create":"/openapi/room/make"}}"#)
        .unwrap();
    let found = paths::read(&toml).unwrap();
    assert_eq!(found, paths::read(&json).unwrap());
    let account = Account::new("demo", 1, "key").unwrap().with_paths(found);
    let client = baijiayun::Client::builder(account).build().unwrap();
    let request = client.call("chat.revoke_message").set("class_id", 1_i64).set("id", 2_i64).request(1).unwrap();
    assert_eq!(request.url, "https://demo.at.baijiayun.com/openapi/chat/undo");
}

#[test]
fn mistakes_are_told_without_values() {
    for (text, kind, message) in [
        ("[paths]\nroom.x = \"/openapi/a\"", ErrorKind::UnknownOperation, "paths: no operation is named room.x"),
        (
            "[paths]\nroom.create = \"/a\"",
            ErrorKind::InvalidAccount,
            "paths: the path of room.create must begin with /openapi/",
        ),
        ("[paths]\nroom.create = 1", ErrorKind::InvalidAccount, "paths: the path of room.create must be a text"),
        ("paths = 1", ErrorKind::InvalidAccount, "paths must be a table"),
        ("a = 1\nb = geheim", ErrorKind::InvalidAccount, "line 2 is not TOML (texts stand in quotes)"),
    ] {
        let error = paths::parse(text).unwrap_err();
        assert_eq!((error.kind(), error.message()), (kind, message));
    }
    assert!(paths::parse("domain = \"a\"\n").unwrap().is_empty());
    let error = paths::read("nothing/here.toml").unwrap_err();
    assert!(error.message().starts_with("nothing/here.toml: "), "{error}");
}
