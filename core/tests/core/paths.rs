//! Files of paths in their JSON form, and what may stand in them.

use baijiayun_core::{ErrorKind, paths};

#[test]
fn a_file_of_paths_is_read() {
    let text = r#"{"note":"written by a tool","paths":{"room.create":"/openapi/room/make","chat.revoke_message":"/openapi/chat/undo"}}"#;
    let owned = |name: &str, path: &str| (name.to_owned(), path.to_owned());
    let expected = [owned("chat.revoke_message", "/openapi/chat/undo"), owned("room.create", "/openapi/room/make")];
    assert_eq!(paths::parse(text).unwrap(), expected);
}

#[test]
fn what_is_wrong_is_named() {
    let error = |text: &str| paths::parse(text).unwrap_err();
    let unknown = error(r#"{"paths":{"room.creat":"/openapi/room/make"}}"#);
    assert_eq!(unknown.kind(), ErrorKind::UnknownOperation);
    assert!(unknown.to_string().contains("room.create"), "{unknown}");
    for path in ["room/make", "/room/make", "https://elsewhere/openapi/room/make", ""] {
        let error = paths::check("room.create", path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidAccount);
        assert_eq!(error.message(), "paths: the path of room.create must begin with /openapi/");
    }
    for (path, said) in [
        ("/openapi/", "a path alone"),
        ("/openapi/room:make", "a path alone"),
        ("/openapi/room/make?a=1", "holds a query"),
        ("/openapi/room/a b", "holds white space"),
        ("/openapi/房间", "have to be encoded"),
        ("/openapi/..", "holds . or .. as a segment"),
        ("/openapi/%2E%2e/x", "holds . or .. as a segment"),
        ("/openapi//x", "holds //"),
        ("/openapi/a@b", "holds @"),
    ] {
        assert!(paths::check("room.create", path).unwrap_err().message().contains(said), "{path}");
    }
    let shape = error("{\"paths\":\n{\"room.create\":\"/openapi/geheim\" 1}}");
    assert_eq!(shape.message(), "line 2 is not what a file of paths has there");
    assert!(error("{}").message().contains("line 1"));
}
