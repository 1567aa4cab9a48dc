//! Parameters: what is checked before a request is sent, and how they are written.

use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use baijiayun_core::operation::Host;
use baijiayun_core::{Account, Body, Error, FaultKind, File, Id, Params, Time, Value, operation, request};

use crate::common::{KEY, account, build, faults, sent};

#[test]
fn all_faults_are_in_one_error() {
    let found = faults(
        "room.create",
        r#"{"title": "长", "start_time": "soon", "max_user": 3, "type": "large", "partner_id": 1, "is_long_term": [1]}"#,
    );
    for expected in [
        ("start_time", FaultKind::WrongType),
        ("max_user", FaultKind::Unknown),
        ("type", FaultKind::WrongType),
        ("partner_id", FaultKind::Unknown),
        ("is_long_term", FaultKind::WrongType),
        ("end_time", FaultKind::Missing),
    ] {
        assert!(found.contains(&(expected.0.to_owned(), expected.1)), "{expected:?} in {found:?}");
    }
    assert_eq!(found.len(), 6);
}

#[test]
fn stated_lengths_and_ranges_hold() {
    let name = |length: usize| format!(r#"{{"parent_finder_id": 0, "name": "{}"}}"#, "课".repeat(length));
    assert!(build("doc.create_folder", &name(50)).is_ok());
    assert_eq!(faults("doc.create_folder", &name(51)), [("name".to_owned(), FaultKind::OutOfRange)]);
    // Room titles the service cuts itself.
    let title = format!(r#"{{"title": "{}", "start_time": 1, "end_time": 2}}"#, "课".repeat(51));
    assert!(build("room.create", &title).is_ok());
    // Milliseconds where seconds are meant.
    let found = faults("room.create", r#"{"title": "a", "start_time": 1501575608000, "end_time": 1501579208}"#);
    assert_eq!(found, [("start_time".to_owned(), FaultKind::OutOfRange)]);
}

#[test]
fn values_that_no_document_lists_are_let_through() {
    let request = build("room.create", r#"{"title": "a", "start_time": 1, "end_time": 2, "type": 77}"#).unwrap();
    assert_eq!(sent(&request, "type").as_deref(), Some("77"));
}

#[test]
fn a_default_may_be_given() {
    for date in ["0", r#""0""#, r#""2018-03-02""#] {
        let request = build("room_data.export_live_report", &format!(r#"{{"room_id": 1, "date": {date}}}"#)).unwrap();
        assert_eq!(sent(&request, "date").as_deref(), Some(date.trim_matches('"')));
    }
    for date in ["1", r#""1""#, r#""00""#, r#""""#] {
        let found = faults("room_data.export_live_report", &format!(r#"{{"room_id": 1, "date": {date}}}"#));
        assert_eq!(found, [("date".to_owned(), FaultKind::WrongType)], "{date}");
    }
}

#[test]
fn the_key_is_asked_for_without_a_signature() {
    let params = r#"{"secret_key": "e10adc3949ba", "regenerate": 1}"#;
    let request = build("partner.get_key", params).unwrap();
    let Body::Form(form) = &request.body else { panic!("{request:?}") };
    assert_eq!(form, "partner_id=12345678&regenerate=1&secret_key=e10adc3949ba");
    // Where keys are elsewhere there is nothing to have signed.
    let operation = operation::find("partner.get_key").unwrap();
    let account = Account::without_signer("school", 12345678).unwrap();
    let params = [("secret_key", "s")].into_iter().collect();
    let unsigned = request::Unsigned::new(&account, operation, &params, 9).unwrap();
    assert_eq!(unsigned.to_sign(), None);
    assert_eq!(unsigned.finish(None).url, "https://school.at.baijiayun.com/openapi/partner/createkey");
}

#[test]
fn a_default_that_a_document_prints_may_be_given() {
    let request = build("room_data.export_live_report", r#"{"room_id": 1, "page_size": 0, "date": 0}"#).unwrap();
    assert_eq!(sent(&request, "page_size").as_deref(), Some("0"));
    assert_eq!(sent(&request, "date").as_deref(), Some("0"));
    assert_eq!(
        faults("room_data.export_live_report", r#"{"room_id": 1, "page": 0, "page_size": -1}"#),
        [("page".to_owned(), FaultKind::OutOfRange), ("page_size".to_owned(), FaultKind::OutOfRange)]
    );
}

#[test]
fn money_has_two_decimals() {
    let price = |price: &str| {
        let goods = format!(
            r#"{{"room_id": 1, "name": "书", "price": {price}, "media_id": 1, "buy_url": "https://a.example", "description": "x"}}"#
        );
        let operation = operation::find("goods.add").unwrap();
        let mut params = Params::from_json(operation, &goods).unwrap();
        // Only what the operation knows, so that price alone can be at fault.
        let names: Vec<String> = params.iter().map(|(name, _)| name.to_owned()).collect();
        for name in names.iter().filter(|name| operation.param(name).is_none()) {
            params = params.iter().filter(|(known, _)| known != name).map(|(n, v)| (n.to_owned(), v.clone())).collect();
        }
        for param in operation.params.iter().filter(|param| param.required) {
            if params.get(param.name).is_none() {
                params.set(param.name, Value::Text("1".to_owned()));
            }
        }
        request::build(&account(), operation, &params, 1).map(|request| sent(&request, "price").unwrap())
    };
    assert_eq!(price("9.9").unwrap(), "9.90");
    assert_eq!(price("9.899999999999999").unwrap(), "9.90");
    assert_eq!(price("1000").unwrap(), "1000.00");
    assert_eq!(price("1e3").unwrap(), "1000.00");
    assert_eq!(price("\"19.5\"").unwrap(), "19.50");
    assert_eq!(price("9.899").unwrap_err().faults()[0].kind, FaultKind::OutOfRange);
    assert_eq!(price("\"1e3\"").unwrap_err().faults()[0].kind, FaultKind::WrongType);
}

#[test]
fn dates_are_checked() {
    let day = |day: &str| {
        build(
            "video_data.get_used_flow",
            &format!(r#"{{"video_id": 1, "start_date": "{day}", "end_date": "2017-08-03"}}"#),
        )
    };
    assert!(day("2017-08-01").is_ok());
    assert!(day("2016-02-29").is_ok());
    for wrong in ["2017-8-1", "2017/08/01", "2017-13-01", "2017-02-29", "2017-04-31", "2017-00-10", "20170801", ""] {
        assert_eq!(day(wrong).unwrap_err().faults()[0].kind, FaultKind::WrongType, "{wrong}");
    }
}

#[test]
fn times_of_the_language_are_taken() {
    let at = |time: Time| {
        let mut params = Params::new();
        params.set("room_id", 1_i64).set("start_time", time);
        let request = request::build(&account(), operation::find("room.update").unwrap(), &params, 1)?;
        Ok::<_, Error>(sent(&request, "start_time").unwrap())
    };
    let moment = UNIX_EPOCH + Duration::from_millis(1_501_572_288_999);
    for time in [moment.into(), 1_501_572_288.into(), "2017-08-01 15:24:48".into()] {
        assert_eq!(at(time).unwrap(), "1501572288");
    }
    assert!(at((UNIX_EPOCH - Duration::from_millis(1)).into()).is_err());
    #[cfg(feature = "jiff")]
    {
        let stamp: jiff::Timestamp = "2017-08-01T07:24:48.999Z".parse().unwrap();
        let zoned = stamp.to_zoned(jiff::tz::TimeZone::UTC);
        for time in
            [stamp.into(), (&zoned).into(), zoned.into(), jiff::civil::datetime(2017, 8, 1, 15, 24, 48, 9).into()]
        {
            assert_eq!(at(time).unwrap(), "1501572288");
        }
        assert_eq!(at(jiff::civil::date(2017, 8, 1).into()).unwrap(), "1501516800");
    }
}

#[test]
fn lists_are_joined_and_checked() {
    let ids = |ids: &str| build("video.get_player_tokens", &format!(r#"{{"video_ids": {ids}, "expires_in": 60}}"#));
    assert_eq!(sent(&ids("[637000, \"637066\"]").unwrap(), "video_ids").as_deref(), Some("637000,637066"));
    assert_eq!(sent(&ids("\"1,2,3\"").unwrap(), "video_ids").as_deref(), Some("1,2,3"));
    assert_eq!(sent(&ids("7").unwrap(), "video_ids").as_deref(), Some("7"));
    assert_eq!(ids("[\"a\"]").unwrap_err().faults()[0].kind, FaultKind::WrongType);
    assert_eq!(ids("[[1]]").unwrap_err().faults()[0].kind, FaultKind::WrongType);
}

#[test]
fn json_parameters_are_sent_byte_for_byte() {
    let text = r#"[{"content":"a/b 1e3 0.10","time":9007199254740993,"z":1,"a":2}]"#;
    let request = build("live.send_chat_message", &format!(r#"{{"room_id": 1, "message_list": {text}}}"#));
    let request =
        request.unwrap_or_else(|_| build("live.send_chat_message", &format!(r#"{{"message_list": {text}}}"#)).unwrap());
    assert_eq!(sent(&request, "message_list").as_deref(), Some(text));
    let eleven = format!("[{}]", ["{}"; 11].join(","));
    let found = faults("live.send_chat_message", &format!(r#"{{"message_list": {eleven}}}"#));
    assert_eq!(found, [("message_list".to_owned(), FaultKind::OutOfRange)]);
    let found = faults("live.send_chat_message", r#"{"message_list": "{not json"}"#);
    assert_eq!(found, [("message_list".to_owned(), FaultKind::WrongType)]);
}

#[test]
fn null_is_not_given_and_empty_text_is() {
    let request = build("room.update", r#"{"room_id": 1, "title": "", "max_users": null}"#).unwrap();
    assert_eq!(sent(&request, "title").as_deref(), Some(""));
    assert_eq!(sent(&request, "max_users"), None);
}

#[test]
fn flags_take_booleans_and_other_numbers_do_not() {
    let request =
        build("room.create", r#"{"title": "a", "start_time": 1, "end_time": 2, "is_long_term": true}"#).unwrap();
    assert_eq!(sent(&request, "is_long_term").as_deref(), Some("1"));
    // 1 is on and 2 is off here: true would be a trap.
    let found = faults("room.create", r#"{"title": "a", "start_time": 1, "end_time": 2, "speak_camera_turnon": true}"#);
    assert_eq!(found, [("speak_camera_turnon".to_owned(), FaultKind::WrongType)]);
}

#[test]
fn extra_parameters_are_signed_and_sent_but_never_overwrite() {
    let operation = operation::find("room.info").unwrap();
    let mut params = Params::new();
    params.set("room_id", 1_i64).set_extra("brand_new", "x");
    let request = request::build(&account(), operation, &params, 1).unwrap();
    assert_eq!(sent(&request, "brand_new").as_deref(), Some("x"));
    params.set_extra("room_id", "2").set_extra("sign", "forged");
    let error = request::build(&account(), operation, &params, 1).unwrap_err();
    assert_eq!(error.faults().len(), 2);
}

#[test]
fn groups_of_which_one_is_needed_are_checked() {
    let error = build("room.set_cover", r#"{"room_id": 1}"#).unwrap_err();
    assert!(error.message().contains("web_bg_img or h5_bg_img"), "{error}");
}

#[test]
fn uploads_go_where_they_are_told_unsigned() {
    let operation = operation::find("video.upload_file").unwrap();
    assert_eq!(operation.host, Host::Given("upload_url"));
    let mut params = Params::new();
    params
        .set("upload_url", "https://upload.example/upload?fid=1&token=t")
        .set("data", File::bytes("a.mp4", *b"12345"));
    let request = request::build(&account(), operation, &params, 1).unwrap();
    assert_eq!(request.url, "https://upload.example/upload?fid=1&token=t");
    let Body::Multipart(parts) = &request.body else { panic!("multipart") };
    assert_eq!(parts.len(), 1);
    let chunk = |offset, length| File::bytes("a.mp4", *b"12345").chunk(offset, length);
    params.set("data", chunk(2, 3));
    let request = request::build(&account(), operation, &params, 1).unwrap();
    assert!(request.headers.contains(&("content-type", "application/octet-stream")), "{request:?}");
    let Body::Chunk(file) = &request.body else { panic!("a chunk") };
    assert_eq!(file.content_range().as_deref(), Some("bytes 3-5/5"));
    for wrong in [chunk(5, 1), chunk(3, 3), chunk(0, 0), chunk(u64::MAX, 1), File::path("a.mp4").chunk(0, 1)] {
        params.set("data", wrong);
        assert_eq!(request::build(&account(), operation, &params, 1).unwrap_err().faults()[0].parameter, "data");
    }
    let doc = operation::find("doc.upload").unwrap();
    let params_of_doc = [("attachment", chunk(0, 5))].into_iter().collect();
    assert!(request::build(&account(), doc, &params_of_doc, 1).unwrap_err().message().contains("goes whole"));
    params.set("upload_url", "ftp://upload.example");
    assert!(request::build(&account(), operation, &params, 1).is_err());
}

#[test]
fn values_are_made_of_what_programs_have() {
    let large = u64::MAX;
    assert_eq!(Value::from(7_u64), Value::Int(7));
    assert_eq!(Value::from(7_usize), Value::Int(7));
    assert_eq!(Value::from(large), Value::Text("18446744073709551615".to_owned()));
    assert_eq!(
        (Value::from(7_u8), Value::from(-7_i16), Value::from(&7_i64)),
        (Value::Int(7), Value::Int(-7), Value::Int(7))
    );
    let list = Value::List(vec![Value::Int(16), Value::Int(2)]);
    assert_eq!((Value::from([16, 2]), Value::from(&[16, 2][..])), (list.clone(), list));
    assert_eq!(Id::from(large).to_string(), "18446744073709551615");
}

#[test]
fn files_are_named_by_paths_of_every_form() {
    let path = Path::new("lessons/第一课.mp4");
    for file in
        [File::from(path), File::from(path.to_owned()), File::from(&path.to_owned()), File::from("lessons/第一课.mp4")]
    {
        assert_eq!((file.name.as_str(), file.source.path()), ("第一课.mp4", Some(path)));
    }
    assert_eq!(File::bytes("a", *b"b").source.path(), None);
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        let path = Path::new(std::ffi::OsStr::from_bytes(b"lessons/\xff.mp4"));
        let file = File::from(path);
        assert_eq!((file.name.as_str(), file.source.path()), ("\u{fffd}.mp4", Some(path)));
    }
}

#[test]
fn faults_are_told_as_in_the_message() {
    let account = Account::new("demo", 1, KEY).unwrap();
    let params: Params = [("room_id", Value::from("x")), ("tilte", Value::from("a"))].into_iter().collect();
    let error = request::build(&account, operation::find("room.update").unwrap(), &params, 1).unwrap_err();
    let told: Vec<String> = error.faults().iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 2);
    assert_eq!(told.join("; "), error.message());
}
