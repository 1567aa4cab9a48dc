//! Operations by names that there are not, and by path.

use baijiayun_core::operation::Method;
use baijiayun_core::{ErrorKind, Operation, Params, answer, operation, request};

use crate::common::account;

#[test]
fn unknown_operations_get_suggestions() {
    let error = operation::find("room.creat").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownOperation);
    assert!(error.hint().unwrap().contains("room.create"), "{error}");
    let error = operation::find("room.creates").unwrap_err();
    assert_eq!(error.hint(), Some("did you mean room.create?"));
    assert!(operation::find("").is_err());
}

#[test]
fn names_of_others_find_the_operation_that_is_meant() {
    for (wanted, hint) in [
        ("room.lst", "did you mean room.list?"),
        ("live.startClass", "did you mean live.start_class?"),
        ("video.uploadFile", "did you mean video.upload_file?"),
        ("Room.GetCodeInfo", "did you mean room.get_code_info?"),
        (" room.create ", "did you mean room.create?"),
        ("/openapi/room/create", "did you mean room.create?"),
        ("openapi/live/startClass", "did you mean live.start_class?"),
        ("room/getCodeInfo?room_id=1", "did you mean room.get_code_info?"),
        ("https://demo.at.baijiayun.com/openapi/video/getUploadUrl", "did you mean video.get_upload_url?"),
        ("/openapi/room/creat", "did you mean room.create?"),
        ("/nowhere/at/all/in/any/document", "api.md of the SDK lists all names"),
        ("https://demo.at.baijiayun.com", "api.md of the SDK lists all names"),
        ("/", "api.md of the SDK lists all names"),
    ] {
        assert_eq!(operation::find(wanted).unwrap_err().hint(), Some(hint), "{wanted}");
    }
    // Whatever it is, it is an error like any other.
    for wanted in ["教室.创建", "a/é/ü", "//", "://", "://x", &"room.creat".repeat(1000), "room.", ".list"] {
        assert_eq!(operation::find(wanted).unwrap_err().kind(), ErrorKind::UnknownOperation, "{wanted}");
    }
}

#[test]
fn raw_operations_take_and_give_anything() {
    let operation = Operation::raw(Method::Get, "/openapi/new/thing");
    let mut params = Params::new();
    params.set("a", 1_i64).set("b", vec!["x", "y"]);
    let request = request::build(&account(), &operation, &params, 1).unwrap();
    assert!(request.url.starts_with(
        "https://demo.at.baijiayun.com/openapi/new/thing?a=1&b=x%2Cy&partner_id=12345678&timestamp=1&sign="
    ));
    let answer = answer::parse(&operation, 200, br#"{"code":0,"data":{"a":[null,1]}}"#).unwrap();
    assert_eq!(answer.data, br#"{"a":[null,1]}"#);
}
