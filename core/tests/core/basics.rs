//! Behaviour of the core that the shared vectors do not cover.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use baijiayun_core::coerce::{MAX_DEPARTURES, Options, straighten};
use baijiayun_core::operation::{Field, Host, Method, Need, PathSource, Shape};
use baijiayun_core::{
    Account, Body, Error, ErrorKind, FaultKind, File, Id, Operation, Params, Signer, Time, Value, answer, operation,
    request,
};

const KEY: &str = "very-secret-partner-key";

fn account() -> Account {
    Account::new("demo", 12_345_678, KEY).unwrap()
}

fn build(name: &str, json: &str) -> Result<request::Request, Error> {
    let operation = operation::find(name)?;
    request::build(&account(), operation, &Params::from_json(operation, json)?, 1_501_572_288)
}

fn faults(name: &str, json: &str) -> Vec<(String, FaultKind)> {
    let error = build(name, json).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidParameters);
    error.faults().iter().map(|fault| (fault.parameter.clone(), fault.kind)).collect()
}

fn sent(request: &request::Request, name: &str) -> Option<String> {
    let Body::Form(form) = &request.body else { panic!("no form") };
    let pairs = baijiayun_core::form::decode(form.as_bytes()).unwrap();
    pairs.into_iter().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

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

/// The documented default of one day is 0.
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
fn what_running_services_leave_out_is_no_departure() {
    let departures = |name: &str, data: &str| {
        let body = format!(r#"{{"code":0,"data":{data},"msg":""}}"#);
        let answer = answer::parse(operation::find(name).unwrap(), 200, body.as_bytes()).unwrap();
        answer.departures.into_iter().map(|departure| departure.path).collect::<Vec<_>>()
    };
    // Before there is a playback, there is nothing but its status.
    assert!(departures("playback.info", r#"{"status":0}"#).is_empty());
    // A row of January 2026.
    let row = r#"{"video_id":1,"status":100,"total_size":1,"length":1,"publish_status":1,"name":"a",
        "create_time":"2026-01-05 10:00:00","preface_url":"","play_url":""}"#;
    let list = format!(r#"{{"total":1,"page":1,"page_size":20,"list":[{row}]}}"#);
    assert!(departures("video.list", &list).is_empty());
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

#[test]
fn errors_that_may_pass_are_told_apart() {
    for (kind, status, passes) in [
        (ErrorKind::Connect, None, true),
        (ErrorKind::Timeout, None, true),
        (ErrorKind::Transport, None, true),
        (ErrorKind::Throttled, Some(200), true),
        (ErrorKind::NotJson, Some(200), true),
        (ErrorKind::HttpStatus, Some(502), true),
        (ErrorKind::HttpStatus, Some(403), false),
        (ErrorKind::Service, Some(503), true),
        (ErrorKind::Service, Some(200), false),
        (ErrorKind::RoomNotFound, Some(200), false),
        (ErrorKind::InvalidParameters, None, false),
        (ErrorKind::Closed, None, false),
        (ErrorKind::Decode, Some(200), false),
    ] {
        let error = Error::new(kind, "room.info");
        let error = status.map_or(error.clone(), |status| error.with_answer(status, b""));
        assert_eq!(error.is_transient(), passes, "{kind} {status:?}");
    }
}

#[test]
fn an_error_has_what_led_to_it() {
    let cause: Arc<dyn std::error::Error + Send + Sync> = Arc::new(std::io::Error::other("cut"));
    let error = Error::new(ErrorKind::Transport, "room.info").with_source(cause);
    let source = std::error::Error::source(&error).unwrap();
    assert!(source.downcast_ref::<std::io::Error>().is_some_and(|error| error.to_string() == "cut"));
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

// --- answers ------------------------------------------------------------------

static ROW: &[Field] = &[
    Field { name: "id", shape: Shape::Id, need: Need::Optional },
    Field { name: "name", shape: Shape::Text, need: Need::Optional },
    Field { name: "tags", shape: Shape::Array(&Shape::Text), need: Need::Optional },
];
static ROWS: Shape = Shape::Array(&Shape::Object(ROW));

fn straight(shape: &Shape, json: &str) -> String {
    let (data, departures) = straighten(shape, json.as_bytes(), Options::default()).unwrap();
    assert_eq!(departures, []);
    String::from_utf8(data).unwrap()
}

#[test]
fn ids_of_64_bits_stay_exact() {
    assert_eq!(straight(&ROWS, r#"[{"id":"9223372036854775807"}]"#), r#"[{"id":9223372036854775807}]"#);
    assert_eq!(straight(&ROWS, r#"[{"id":-9223372036854775808}]"#), r#"[{"id":-9223372036854775808}]"#);
    let as_text = Options { ids_as_text: true, ..Options::default() };
    let (data, _) = straighten(&ROWS, br#"[{"id":9007199254740993},{"id":"7"}]"#, as_text).unwrap();
    assert_eq!(data, br#"[{"id":"9007199254740993"},{"id":"7"}]"#);
    let (data, departures) = straighten(&ROWS, br#"[{"id":9223372036854775808}]"#, Options::default()).unwrap();
    assert_eq!(data, br#"[{"id":9223372036854775808}]"#);
    assert_eq!((departures[0].path.as_str(), departures[0].expected), ("[0].id", "int"));
}

#[test]
fn departures_are_kept_or_set_aside() {
    let json = r#"[{"id":"x","name":{"a":1},"tags":["a",{"b":2},"c"]},{"id":1,"tags":{"k":"v"}}]"#;
    let (data, departures) = straighten(&ROWS, json.as_bytes(), Options::default()).unwrap();
    assert_eq!(String::from_utf8(data).unwrap(), json);
    let paths: Vec<&str> = departures.iter().map(|departure| departure.path.as_str()).collect();
    assert_eq!(paths, ["[0].id", "[0].name", "[0].tags[1]", "[1].tags"]);
    assert_eq!(departures[3].found, r#"{"k":"v"}"#);
    let (data, again) = straighten(&ROWS, json.as_bytes(), Options { set_aside: true, ..Options::default() }).unwrap();
    assert_eq!(String::from_utf8(data).unwrap(), r#"[{"tags":["a","c"]},{"id":1,"tags":[]}]"#);
    assert_eq!(again, departures);
}

#[test]
fn half_surrogates_are_mended() {
    assert_eq!(straight(&Shape::Text, r#""a\ud83d""#), r#""a\ufffd""#);
    assert_eq!(straight(&Shape::Text, r#""\ud83d\ude00\ude00\\ud83d""#), r#""\ud83d\ude00\ufffd\\ud83d""#);
    assert_eq!(straight(&Shape::Text, r#""\ud83d\ude00""#), r#""\ud83d\ude00""#);
}

#[test]
fn hostile_answers_are_errors() {
    let operation = operation::find("room.list").unwrap();
    let kind = |body: &[u8]| answer::parse(operation, 200, body).unwrap_err().kind();
    let deep =
        |open: &str, close: &str| format!(r#"{{"code":0,"data":{}{}}}"#, open.repeat(100_000), close.repeat(100_000));
    assert_eq!(kind(deep("[", "]").as_bytes()), ErrorKind::TooLarge);
    assert_eq!(kind(deep(r#"{"a":"#, "}").as_bytes()), ErrorKind::TooLarge);
    assert_eq!(kind(deep(r#"{"list":[{"room_id":"#, "}]}").as_bytes()), ErrorKind::TooLarge);
    assert_eq!(kind("[".repeat(1_000_000).as_bytes()), ErrorKind::TooLarge);
    assert_eq!(kind(&vec![b' '; answer::MAX_BYTES + 1]), ErrorKind::TooLarge);
    assert_eq!(kind(b"{\"code\":0,\"data\":\"\xff\""), ErrorKind::NotJson);
    assert_eq!(kind(br#"{"code":0,"data":01}"#), ErrorKind::NotJson);
    assert_eq!(kind(br#"[1,2]"#), ErrorKind::NotEnvelope);
    assert_eq!(kind(br#"{"status":"ok"}"#), ErrorKind::NotEnvelope);
    assert_eq!(kind(b""), ErrorKind::NotJson);
}

#[test]
fn many_departures_stay_bounded() {
    let rows = format!("[{}]", [r#"{"id":[]}"#; 100_000].join(","));
    let (data, departures) = straighten(&ROWS, rows.as_bytes(), Options::default()).unwrap();
    assert_eq!(departures.len(), MAX_DEPARTURES);
    assert_eq!(data.len(), rows.len());
    // Typed decoders would stumble over the first one that stays.
    let (aside, _) = straighten(&ROWS, rows.as_bytes(), Options { set_aside: true, ..Options::default() }).unwrap();
    assert!(aside.len() < rows.len() * 3);
    serde_json::from_slice::<Vec<serde_json::Map<String, serde_json::Value>>>(&aside).unwrap();
}

#[test]
fn statuses_and_codes() {
    let operation = operation::find("room.info").unwrap();
    let kind = |status, body: &[u8]| answer::parse(operation, status, body).unwrap_err().kind();
    assert_eq!(kind(429, br#"{"code":1,"msg":"slow down"}"#), ErrorKind::Throttled);
    assert_eq!(kind(429, b"slow down"), ErrorKind::Throttled);
    assert_eq!(kind(502, b"<html>"), ErrorKind::HttpStatus);
    assert_eq!(kind(404, b"<html>"), ErrorKind::PathNotFound);
    assert_eq!(kind(500, br#"{"code":3001,"msg":""}"#), ErrorKind::RoomNotFound);
    assert_eq!(kind(500, br#"{"code":0,"data":{}}"#), ErrorKind::HttpStatus);
    assert_eq!(kind(200, br#"{"code":9999,"msg":"?"}"#), ErrorKind::Service);
    let error = answer::parse(operation, 200, r#"{"code":1002,"data":null,"msg":"签名计算错误","ts":7}"#.as_bytes())
        .unwrap_err();
    assert_eq!((error.code(), error.ts(), error.status()), (Some(1002), Some(7), Some(200)));
    let shown = error.to_string();
    for part in ["room.info", "1002", "签名计算错误", "partner_key"] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
}

#[test]
fn messages_of_the_service_are_read_whatever_their_state() {
    let operation = operation::find("room.info").unwrap();
    let message = |body: &str| answer::parse(operation, 200, body.as_bytes()).unwrap_err().message().to_owned();
    assert_eq!(message(r#"{"code":1,"msg":"\u9519\u8bef"}"#), "错误");
    assert_eq!(message(r#"{"code":1,"msg":"half \ud83d"}"#), "half \u{fffd}");
    assert_eq!(message(r#"{"code":1,"msg":null}"#), "");
    assert_eq!(message(r#"{"code":1,"msg":{"a":1}}"#), r#"{"a":1}"#);
}

#[test]
fn a_decoding_error_says_where_and_not_what() {
    #[derive(Debug, Default, serde::Deserialize)]
    struct Wrong {
        #[allow(dead_code)]
        partner_key: i64,
    }
    let operation = operation::find("partner.get_key").unwrap();
    let answer = answer::parse(operation, 200, br#"{"code":0,"data":{"partner_key":"very-secret"},"msg":""}"#).unwrap();
    let error = answer.decode::<Wrong>(operation).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(!format!("{error} {error:?} {answer:?}").contains("very-secret"), "{error}");
}

#[test]
fn a_byte_order_mark_and_a_code_in_text_are_no_trouble() {
    let operation = operation::find("room.info").unwrap();
    let answer =
        answer::parse(operation, 200, "\u{feff} {\"code\":\"0\",\"data\":[],\"ts\":\"5\"}\n".as_bytes()).unwrap();
    assert_eq!((answer.data.as_slice(), answer.ts), (&b"{}"[..], Some(5)));
}

fn parsed(name: &str, status: u16, body: &str) -> Result<baijiayun_core::Answer, Error> {
    answer::parse(operation::find(name).unwrap(), status, body.as_bytes())
}

#[test]
fn what_is_not_ours_shows_itself() {
    let error = parsed("room.info", 200, &format!("<html>\n{}", "x".repeat(1000))).unwrap_err();
    let shown = error.message().split_once("it begins: ").unwrap().1;
    assert!(shown.chars().count() == 200 && shown.starts_with("<html> x"), "{error}");
    let error = parsed("room.info", 302, "<a href=\"https://other.example/\">moved</a>").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::HttpStatus);
    assert!(error.to_string().contains("HTTP 302") && error.hint().unwrap().contains("redirects"), "{error}");
    let error = parsed("room.info", 400, r#"{"code":0,"data":null,"msg":"x"}"#).unwrap_err();
    assert_eq!(error.to_string().find("HTTP 400"), Some("room.info: ".len()), "{error}");
}

#[test]
fn only_an_unmistakable_envelope_is_found() {
    for body in [
        r#"{"code":0,"data":{"list":[{"code":1,"data":2},"#,
        r#"<script>var a = {"code":0};</script>"#,
        r#"{"a":1} {"code":0,"data":1}"#,
        "Warning { code",
    ] {
        assert!(parsed("room.info", 200, body).is_err(), "{body}");
    }
    // A code of failure is found as well.
    let error = parsed("room.info", 200, "Notice: x\n{\"code\":3001,\"msg\":\"no room\"}").unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::RoomNotFound, "no room"));
}

#[test]
fn what_comes_out_is_at_most_twice_what_came() {
    use baijiayun_core::coerce::{Options, straighten};
    use baijiayun_core::operation::Shape;
    for shape in [Shape::Map(&Shape::Int), Shape::Array(&Shape::Bool), Shape::Map(&Shape::Map(&Shape::Bool))] {
        for item in ["1", "[1,1]", "[]", "0", "[[1,0],[1,0]]"] {
            let body = format!("[{}]", vec![item; 10_000].join(","));
            let (out, departures) = straighten(&shape, body.as_bytes(), Options::default()).unwrap();
            assert!(out.len() <= 2 * body.len() + 64, "{} of {} for {item}", out.len(), body.len());
            assert!(out != body.as_bytes() || !departures.is_empty(), "{item}");
            serde_json::from_slice::<serde_json::Value>(&out).unwrap();
        }
    }
    let (out, _) = straighten(&Shape::Map(&Shape::Int), b"[1,2,3]", Options::default()).unwrap();
    assert_eq!(out, br#"{"0":1,"1":2,"2":3}"#);
}
