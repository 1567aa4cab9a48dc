//! Callbacks: every printed example, every changed byte, hostile bodies.

use baijiayun_api::Description;
use baijiayun_core::callbacks::{self, Clock, HOLD, Ids, MAX_BYTES, MAX_FIELDS, Recent, TOLERANCE, Verified};
use baijiayun_core::coerce::Options;
use baijiayun_core::{Error, ErrorKind, PartnerKey, form, sign};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

fn key() -> PartnerKey {
    PartnerKey::new("the partner key")
}

fn check(body: &[u8], content_type: &str) -> Result<Verified, Error> {
    callbacks::verify(body, content_type, &[key()], None)
}

fn refusal(body: &[u8], content_type: &str) -> Error {
    check(body, content_type).expect_err("it is refused")
}

type Pairs = Vec<(String, String)>;

fn pairs(pairs: &[(&str, &str)]) -> Pairs {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn borrowed(pairs: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
}

fn signed(pairs: &[(String, String)]) -> Pairs {
    let mut pairs = pairs.to_vec();
    let signature = key().signature(&sign::canonical(borrowed(&pairs)));
    pairs.push(("sign".to_owned(), signature));
    pairs
}

fn as_form(pairs: &[(String, String)]) -> Vec<u8> {
    form::encode(borrowed(pairs)).into_bytes()
}

fn as_json(pairs: &[(String, String)]) -> Vec<u8> {
    let object = pairs.iter().map(|(name, value)| (name.clone(), Json::from(value.as_str()))).collect();
    Json::Object(object).to_string().into_bytes()
}

/// Signed, with the `qid` and the `timestamp` that every callback has.
fn complete(fields: &[(&str, &str)]) -> Pairs {
    let mut fields = pairs(fields);
    for (name, value) in [("qid", "q"), ("timestamp", "9")] {
        if !fields.iter().any(|(known, _)| known == name) {
            fields.push((name.to_owned(), value.to_owned()));
        }
    }
    signed(&fields)
}

fn event(fields: &[(&str, &str)]) -> callbacks::Parsed {
    let verified = check(&as_form(&complete(fields)), FORM).unwrap();
    callbacks::parse(&verified, Options::default()).unwrap()
}

// --- the shared vectors -------------------------------------------------------

fn vectors() -> Vec<Json> {
    let path = format!("{}/../tests/vectors/callbacks.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

struct Vector {
    name: String,
    error: Option<String>,
    content_type: String,
    body: Vec<u8>,
    keys: [PartnerKey; 1],
    expect: Json,
}

fn read(vector: &Json) -> Vector {
    let text = |name: &str| vector[name].as_str().unwrap().to_owned();
    Vector {
        name: text("name"),
        error: vector["error"].as_str().map(str::to_owned),
        content_type: text("content_type"),
        body: text("body").into_bytes(),
        keys: [PartnerKey::new(text("key"))],
        expect: vector["expect"].clone(),
    }
}

#[test]
fn every_printed_callback_is_what_the_reference_reads() {
    let (mut seen, mut refused) = (std::collections::BTreeSet::new(), 0);
    for vector in vectors().iter().map(read) {
        let Vector { name, error, content_type, body, keys, expect } = vector;
        let received = callbacks::receive(&body, &content_type, &keys, None, Options::default());
        if let Some(kind) = error {
            assert_eq!(received.expect_err(&name).kind().as_str(), kind, "{name}");
            refused += 1;
            continue;
        }
        let parsed = received.unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut got = json!({ "name": parsed.name, "qid": parsed.qid, "timestamp": parsed.timestamp });
        got["data"] = serde_json::from_slice(&parsed.json).unwrap();
        let typed = Options { set_aside: true, ..Options::default() };
        let fitting = callbacks::receive(&body, &content_type, &keys, None, typed).unwrap();
        let data: Json = serde_json::from_slice(&fitting.json).unwrap();
        if data != got["data"] {
            got["typed"] = data;
        }
        assert_eq!(fitting.departures, parsed.departures, "{name}");
        let mut paths: Vec<&str> = parsed.departures.iter().map(|departure| departure.path.as_str()).collect();
        paths.sort_unstable();
        if !paths.is_empty() {
            got["departures"] = json!(paths);
        }
        assert_eq!(got, expect, "{name}");
        seen.extend(parsed.name);
    }
    assert_eq!(seen.len(), callbacks::all().len());
    assert!(refused > 20, "{refused}");
}

/// What tells a callback must be what cannot be missing, so its marks alone must do (the vectors have
/// them), and all else may be missing.
#[test]
fn no_field_but_the_marks_is_needed_to_tell_a_callback() {
    let mut without = 0;
    for vector in vectors().iter().filter(|vector| vector["name"] == "the example") {
        let fields: serde_json::Map<String, Json> = {
            let verified = callbacks::verify(
                text(vector, "body"),
                text_of(vector, "content_type"),
                &[text_of(vector, "key").into()],
                None,
            );
            verified.unwrap().fields().map(|(name, value)| (name.to_owned(), value.into())).collect()
        };
        let callback = callbacks::find(text_of(vector, "callback")).unwrap();
        for missing in fields.keys() {
            let is_mark = |mark: &&str| mark.split('=').next() == Some(missing);
            let needed = ["qid", "timestamp", "sign"].contains(&missing.as_str())
                || callback.told_by.iter().any(|marks| marks.iter().any(&is_mark));
            if !needed {
                let rest: Vec<_> = fields.iter().filter(|(name, _)| *name != missing && *name != "sign").collect();
                let rest: Vec<_> = rest.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
                assert_eq!(event(&rest).name, Some(callback.name), "{} without {missing}", callback.name);
                without += 1;
            }
        }
    }
    assert!(without > 25, "{without}");
}

fn text_of<'a>(vector: &'a Json, name: &str) -> &'a str {
    vector[name].as_str().unwrap()
}

fn text<'a>(vector: &'a Json, name: &str) -> &'a [u8] {
    text_of(vector, name).as_bytes()
}

#[test]
fn a_changed_byte_is_refused_or_means_the_same() {
    let (mut refused, mut same) = (0, 0);
    let examples = ["the example", "posted the other way", "a text that PHP cut inside a letter"];
    let vectors = vectors();
    for vector in vectors.iter().map(read).filter(|vector| examples.contains(&vector.name.as_str())) {
        let Vector { content_type, body, keys, .. } = vector;
        let original = callbacks::verify(&body, &content_type, &keys, None).unwrap();
        for at in 0..body.len() {
            for flip in (0..8).map(|bit| 1_u8 << bit).chain([0xff]) {
                let mut changed = body.clone();
                changed[at] ^= flip;
                match callbacks::verify(&changed, &content_type, &keys, None) {
                    Ok(verified) => {
                        same += 1;
                        assert_eq!(verified, original, "{}", String::from_utf8_lossy(&changed));
                    }
                    Err(_) => refused += 1,
                }
            }
        }
    }
    // What means the same is the case of a hexadecimal digit and the like.
    assert!(refused > 10 * same && same > 0, "{refused} refused, {same} the same");
}

#[test]
fn the_replies_are_those_of_the_description() {
    let mut replies = 0;
    for reply in Description::embedded().callbacks.values().filter_map(|callback| callback.reply.as_ref()) {
        let success: Json = serde_json::from_str(callbacks::SUCCESS).unwrap();
        let described: Json = serde_json::from_str(&reply.success).unwrap();
        for (name, value) in described.as_object().unwrap() {
            assert_eq!(success[name], *value);
        }
        let described: Json = serde_json::from_str(&reply.failure).unwrap();
        let failure = callbacks::failure(described["msg"].as_str().unwrap());
        assert_eq!(serde_json::from_str::<Json>(&failure).unwrap(), described);
        replies += 1;
    }
    assert_eq!(replies, 11);
    assert_eq!(callbacks::failure("a \"b\"\n"), r#"{"code":1,"msg":"a \"b\"\n"}"#);
}

// --- which callback it is -----------------------------------------------------

#[test]
fn callbacks_are_told_apart_by_their_fields() {
    let name = |fields: &[(&str, &str)]| event(fields).name;
    let with = |more: &[(&'static str, &'static str)]| name(&[&[("room_id", "1")], more].concat());
    assert_eq!(with(&[("type", "list"), ("id", "5")]), Some("lottery_result"));
    assert_eq!(with(&[("type", "list"), ("id", "5"), ("op_time", "x")]), Some("lottery_result"));
    assert_eq!(with(&[("type", "quiz"), ("op_time", "x"), ("quiz_id", "5")]), Some("answer_or_quiz_result"));
    assert_eq!(with(&[("op", "start"), ("op_time", "x")]), Some("class_event"));
    assert_eq!(with(&[("op", "of a later version"), ("op_time", "x")]), Some("class_event"));
    assert_eq!(with(&[("type", "live_device_callback"), ("info_json", "{}")]), Some("presenter_device_event"));
    assert_eq!(with(&[("type", "live_device_callback"), ("op_time", "x")]), Some("presenter_device_event"));
    assert_eq!(with(&[("type", "other"), ("question_id", "5")]), Some("answer_or_quiz_result"));
    assert_eq!(with(&[("type", "quiz"), ("id", "5")]), Some("answer_or_quiz_result"), "a value tells more");
    assert_eq!(with(&[("type", "other"), ("info_json", "{}"), ("op_time", "x")]), None, "type is the kind of callback");
    assert_eq!(with(&[("something", "new")]), None);
    assert_eq!(with(&[("video_id", "1")]), Some("playback_generated"));
    assert_eq!(name(&[("video_id", "1"), ("status", "100")]), Some("transcode_callback"));
    assert_eq!(name(&[("status", "100")]), None);
}

#[test]
fn an_unknown_callback_gives_its_fields() {
    let parsed = event(&[("qid", "7"), ("timestamp", "1467882806"), ("what", "{\"a\":1}"), ("", "empty name")]);
    assert_eq!((parsed.name, parsed.qid.as_str(), parsed.timestamp), (None, "7", 1_467_882_806));
    let text = String::from_utf8(parsed.json).unwrap();
    assert_eq!(text, r#"{"qid":"7","timestamp":1467882806,"what":"{\"a\":1}","":"empty name"}"#);
}

#[test]
fn the_caller_may_say_which_callback_it_is() {
    let verified = check(&as_form(&complete(&[("room_id", "5"), ("status", "3")])), FORM).unwrap();
    let callback = callbacks::find("doc_transcode_status").unwrap();
    let parsed = callbacks::parse_as(&verified, callback, Options::default()).unwrap();
    let read = r#"{"room_id":"5","status":3,"qid":"q","timestamp":9}"#;
    assert_eq!((parsed.name, String::from_utf8(parsed.json).unwrap().as_str()), (Some("doc_transcode_status"), read));
    assert_eq!(callbacks::parse(&verified, Options::default()).unwrap().name, None, "without a fid it is not told");
}

#[test]
fn what_does_not_fit_is_kept_and_reported() {
    let fields = [("room_id", "x"), ("user_events", r#"[{"number":"n","ts":"1"},{"number":"2"}]"#), ("qid", "q")];
    let parsed = event(&fields);
    let paths: Vec<&str> = parsed.departures.iter().map(|departure| departure.path.as_str()).collect();
    let lacks = ["user_events[0].number", "user_events[0].name", "user_events[0].event", "user_events[0].group_id"];
    assert_eq!(paths[..5], [&["room_id"], &lacks[..]].concat());
    assert_eq!(paths.len(), 9, "{paths:?}");
    let kept = r#"{"room_id":"x","user_events":[{"number":"n","ts":1},{"number":2}],"qid":"q","timestamp":9}"#;
    assert_eq!(String::from_utf8(parsed.json).unwrap(), kept);

    let verified = check(&as_form(&complete(&fields)), FORM).unwrap();
    let fitting = callbacks::parse(&verified, Options { set_aside: true, ..Options::default() }).unwrap();
    assert_eq!(
        String::from_utf8_lossy(&fitting.json),
        r#"{"room_id":0,"user_events":[{"number":0,"ts":1,"name":"","event":"","group_id":0},{"number":2,"name":"","event":"","ts":0,"group_id":0}],"qid":"q","timestamp":9}"#
    );

    let strict = Options { set_aside: true, strict: true, ..Options::default() };
    let error = callbacks::parse(&verified, strict).unwrap_err();
    assert_eq!((error.kind(), error.ts(), error.departures().len()), (ErrorKind::Departures, Some(9), 9));
    let places =
        "room_id (int is described), user_events[0].number (int is described), user_events[0].name (string is missing)";
    assert!(error.message().contains(places), "{error}");
    assert_eq!(String::from_utf8_lossy(error.data()), String::from_utf8_lossy(&fitting.json));

    let broken = event(&[("room_id", "1"), ("chat_message", "[{"), ("qid", "q")]);
    assert_eq!(broken.departures[0].path, "chat_message");
    assert_eq!(String::from_utf8(broken.json).unwrap(), r#"{"room_id":1,"chat_message":"[{","qid":"q","timestamp":9}"#);
}

#[test]
fn ids_may_be_written_as_text() {
    let verified = check(&as_form(&complete(&[("video_id", "12"), ("status", "20")])), FORM).unwrap();
    let parsed = callbacks::parse(&verified, Options { ids_as_text: true, ..Options::default() }).unwrap();
    assert_eq!(String::from_utf8(parsed.json).unwrap(), r#"{"video_id":"12","status":20,"qid":"q","timestamp":9}"#);
}

#[test]
fn values_of_json_bodies_need_not_be_texts() {
    let target = r#"{"user_number":"5"}"#;
    let data = format!(r#"[{{"duration":"30","target_user":{target}}}]"#);
    let fields = pairs(&[("data", &data), ("qid", "q"), ("room_id", "5"), ("timestamp", "9")]);
    let signature = signed(&fields).pop().unwrap().1;
    let body = format!(r#" {{"data" : {data}, "qid":"q","room_id":5,"timestamp":9, "sign":"{signature}"}} "#);
    let verified = check(body.as_bytes(), JSON).unwrap();
    let parsed = callbacks::parse(&verified, Options::default()).unwrap();
    assert_eq!(parsed.name, Some("mute_signal"));
    let read = r#"{"data":[{"duration":30,"target_user":{"user_number":5}}],"qid":"q","room_id":5,"timestamp":9}"#;
    assert_eq!(String::from_utf8(parsed.json).unwrap(), read);
}

// --- keys, clock, causes ------------------------------------------------------

#[test]
fn any_of_several_keys_will_do() {
    let body = as_form(&complete(&[]));
    let position = |keys: &[PartnerKey]| callbacks::verify(&body, FORM, keys, None).map(|verified| verified.key());
    assert_eq!(position(&["old".into(), key(), "newer".into()]).unwrap(), 1);
    assert_eq!(position(&[key(), key()]).unwrap(), 0);
    assert_eq!(position(&["old".into(), "new".into()]).unwrap_err().kind(), ErrorKind::CallbackSignature);
    assert_eq!(position(&[]).unwrap_err().kind(), ErrorKind::InvalidAccount);
    assert_eq!(
        position(&[key(), "".into()]).unwrap_err().kind(),
        ErrorKind::InvalidAccount,
        "anybody can sign with it"
    );
}

#[test]
fn the_clock_is_looked_at_when_asked() {
    let body = |timestamp: &str| as_form(&signed(&pairs(&[("qid", "1"), ("timestamp", timestamp)])));
    let at = |body: &[u8], now: i64| {
        callbacks::verify(body, FORM, &[key()], Some(Clock { now, tolerance: TOLERANCE })).map_err(|error| error.kind())
    };
    let old = body("1000000");
    assert!(check(&old, FORM).is_ok());
    for now in [1_000_000, 1_000_300, 999_700] {
        assert!(at(&old, now).is_ok(), "{now}");
    }
    for now in [1_000_301, 999_699, i64::MIN, i64::MAX] {
        assert_eq!(at(&old, now).unwrap_err(), ErrorKind::CallbackClock, "{now}");
    }
    let forged = b"qid=1&timestamp=1&sign=00000000000000000000000000000000";
    assert_eq!(at(forged, 1_000_000).unwrap_err(), ErrorKind::CallbackSignature, "the signature comes first");
}

#[test]
fn the_content_type_is_not_needed_to_read_a_body() {
    let fields = complete(&[("name", "a b & c")]);
    for content_type in [FORM, JSON, "", "Application/JSON; charset=utf-8", "application/x-www-form-urlencoded ; a=b"] {
        assert!(check(&as_form(&fields), content_type).is_ok(), "{content_type}");
        assert!(check(&as_json(&fields), content_type).is_ok(), "{content_type}");
    }
}

#[test]
fn errors_name_the_cause() {
    let cause = |body: &str, content_type: &str| {
        let error = refusal(body.as_bytes(), content_type);
        (error.kind().as_str(), error.message().to_owned())
    };
    let malformed = [
        ("", "empty"),
        (" \n", "empty"),
        ("[object Object]", "JavaScript"),
        ("{'room_id': '1', 'sign': 'x'}", "Python"),
        ("ImmutableMultiDict([('room_id', '1')])", "Python"),
        ("<QueryDict: {'room_id': ['1']}>", "Python"),
        ("{room_id=1, sign=x}", "a map"),
        ("map[room_id:[1]]", "a map"),
        ("Array\n(\n    [room_id] => 1\n)", "a map"),
        (r#"{"room_id":"1","#, "cut off"),
        (r#"{"room_id":"1",}"#, "no JSON object"),
        (r#"{"room_id":"1"}{}"#, "no JSON object"),
        ("room_id=1", "no field sign"),
        ("room_id=1&room_id=2&sign=x", "twice"),
        (r#"{"a":"1","\u0061":"2","sign":"x"}"#, "twice"),
        ("a%26b=1&sign=x", "& or ="),
        ("a%3Db=1&sign=x", "& or ="),
    ];
    for (body, word) in malformed {
        let (kind, message) = cause(body, FORM);
        assert!(kind == "callback_malformed" && message.contains(word), "{body}: {kind}: {message}");
    }
    assert!(cause("--x\r\n", "multipart/form-data; boundary=x").1.contains("multipart/form-data"));

    let sign = "0".repeat(32);
    let (kind, message) = cause(&format!("a=1&sign={sign}"), FORM);
    assert_eq!(
        (kind, message.as_str()),
        ("callback_signature", "the signature differs: another key signed this, or a field was changed")
    );
    assert!(cause("a=1&sign=ABC", FORM).1.contains("32 lower-case hex digits"));
    assert!(cause(&format!(r#"{{"a":"1","sign":"{sign}"}}"#), FORM).1.contains("although its content type says form"));
    assert!(cause(&format!("a=1&sign={sign}"), JSON).1.contains("although its content type says JSON"));

    let body = as_form(&complete(&[]));
    let stray = PartnerKey::new("the partner key\n");
    let error = callbacks::verify(&body, FORM, &["a".into(), stray], None).unwrap_err();
    assert_eq!(
        (error.kind(), error.message()),
        (ErrorKind::InvalidAccount, "a partner_key ends with a line break, as a file does")
    );
    assert!(!format!("{error} {error:?}").contains("the partner key"));
    let error = callbacks::verify(&body, FORM, &["a".into(), "b".into()], None).unwrap_err();
    assert!(error.message().contains("all 2 keys"), "{error}");
    assert!(!format!("{error} {error:?}").contains("the partner key"));
    assert!(error.hint().unwrap().contains("check partner_key"));
}

#[test]
fn large_bodies_are_refused() {
    let with = |count: usize| {
        let mut fields: Pairs = (0..count - 3).map(|n| (format!("f{n}"), String::new())).collect();
        fields.extend(pairs(&[("qid", "1"), ("timestamp", "1")]));
        signed(&fields)
    };
    for encode in [as_form, as_json] {
        assert!(check(&encode(&with(MAX_FIELDS)), "").is_ok());
        assert_eq!(refusal(&encode(&with(MAX_FIELDS + 1)), "").kind(), ErrorKind::CallbackMalformed);
    }
    let body = vec![b'a'; MAX_BYTES + 1];
    // promise: callback_over_limit, default_callback_size
    assert_eq!((refusal(&body, FORM).kind(), MAX_BYTES), (ErrorKind::CallbackMalformed, 4_194_304));
    let deep = format!(r#"{{"a":{}1{},"sign":"x"}}"#, "[".repeat(5000), "]".repeat(5000));
    assert_eq!(refusal(deep.as_bytes(), JSON).kind(), ErrorKind::CallbackMalformed);
}

#[test]
fn nested_texts_are_read_to_a_bounded_depth() {
    let mut text = "[]".to_owned();
    for _ in 0..12 {
        text = Json::from(text).to_string();
    }
    assert_eq!(event(&[("room_id", "1"), ("chat_message", &text), ("qid", "q")]).departures.len(), 0);
    let percent = "%5B".to_owned() + &"%255B".repeat(100_000);
    assert_eq!(event(&[("room_id", "1"), ("chat_message", &percent), ("qid", "q")]).departures.len(), 1);
}

#[test]
fn nothing_posted_is_shown_by_debug() {
    let verified = check(&as_form(&complete(&[("content", "a private word")])), FORM).unwrap();
    let parsed = callbacks::parse(&verified, Options::default()).unwrap();
    let shown = format!("{verified:?} {parsed:?}");
    assert!(shown.contains("content") && !shown.contains("private"), "{shown}");
}

// --- forgeries ----------------------------------------------------------------

/// Who has seen one post of the service knows one signature, and may cut its text anew.
#[test]
fn a_post_whose_borders_were_moved_is_refused_or_claimed_already() {
    let fields = [("content", "hi&qid=666&r="), ("group_id", "11"), ("qid", "1"), ("room_id", "5"), ("timestamp", "9")];
    let seen = signed(&pairs(&fields));
    let signature = seen.last().unwrap().1.clone();
    let canonical = sign::canonical(borrowed(&seen));
    // Every way to join neighbours, and to cut at every ampersand.
    let pieces: Vec<&str> = canonical.split('&').collect();
    let (mut refused, mut other_qids) = (0, 0);
    for joins in 0_u32..1 << (pieces.len() - 1) {
        let mut texts = vec![pieces[0].to_owned()];
        for (index, piece) in pieces.iter().enumerate().skip(1) {
            if joins & (1 << (index - 1)) == 0 {
                texts.push((*piece).to_owned());
            } else {
                let last = texts.last_mut().unwrap();
                *last = format!("{last}&{piece}");
            }
        }
        let mut cut: Pairs =
            texts.iter().filter_map(|text| text.split_once('=')).map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
        if cut.len() != texts.len() || sign::canonical(borrowed(&cut)) != canonical {
            continue;
        }
        cut.push(("sign".to_owned(), signature.clone()));
        match check(&as_form(&cut), FORM) {
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::CallbackMalformed);
                refused += 1;
            }
            Ok(verified) => {
                assert_eq!(verified.signature(), signature, "so that a claim of it is refused");
                other_qids += usize::from(verified.qid() != "1");
            }
        }
    }
    assert!(refused > 5 && other_qids > 0, "{refused} refused, {other_qids} with another qid");
}

#[test]
fn a_link_into_a_room_is_no_callback() {
    use baijiayun_core::Account;
    use baijiayun_core::links::EnterRoom;
    let account = Account::new("school", 1, key()).unwrap();
    let url = EnterRoom::new(5, 7, "x").url(&account).unwrap();
    let error = refusal(url.split_once('?').unwrap().1.as_bytes(), FORM);
    assert_eq!(error.kind(), ErrorKind::CallbackMalformed, "{error}");
    assert!(error.message().contains("qid"), "{error}");
}

// --- taking each once ---------------------------------------------------------

#[test]
fn claims_of_the_vectors() {
    let path = format!("{}/../tests/vectors/claims.json", env!("CARGO_MANIFEST_DIR"));
    let steps: Vec<Json> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut recent = Recent::new(100);
    for step in &steps {
        let callback = &step["callback"];
        let ids = Ids { qid: text_of(callback, "qid"), signature: text_of(callback, "signature") };
        match text_of(step, "step") {
            "claim" => {
                let hold = callback["hold"].as_u64().unwrap().try_into().unwrap();
                let first = recent.claim(ids, hold, step["at"].as_u64().unwrap());
                assert_eq!(step["first"].as_bool(), Some(first), "{step}");
            }
            _ => recent.release(ids),
        }
    }
    assert!(steps.len() > 10);
}

#[test]
fn a_claim_holds_as_long_as_the_clock_takes_the_post() {
    let fields = complete(&[("timestamp", "1000000")]);
    let hold = |now: i64, tolerance: u64| {
        let clock = Some(Clock { now, tolerance });
        callbacks::verify(&as_form(&fields), FORM, &[key()], clock).unwrap().hold()
    };
    for (tolerance, now) in [(300, 999_700), (300, 1_000_300), (3_000, 997_000), (3_000, 1_000_000), (86_400, 913_600)]
    {
        let last = 1_000_000 + i64::try_from(tolerance).unwrap();
        assert!(now + i64::from(hold(now, tolerance)) > last, "{tolerance} s at {now}");
        assert!(hold(now, tolerance) >= HOLD);
    }
    assert_eq!((hold(1_000_000, 300), hold(1_000_000, u64::MAX)), (HOLD, u32::MAX));
    assert_eq!(check(&as_form(&fields), FORM).unwrap().hold(), HOLD, "without a clock nothing tells");
}

fn ids<'a>(qid: &'a str, signature: &'a str) -> Ids<'a> {
    Ids { qid, signature }
}

#[test]
fn of_too_many_claims_the_oldest_are_forgotten() {
    let mut recent = Recent::new(2);
    assert!(recent.claim(ids("a", "1"), 10, 0) && recent.claim(ids("b", "2"), 10, 0));
    assert!(recent.claim(ids("c", "3"), 10, 0), "there is room for two");
    assert_eq!(recent.len(), 2);
    assert!(!recent.claim(ids("b", "2"), 10, 0) && recent.claim(ids("a", "1"), 10, 0), "the oldest was forgotten");
    recent.release(ids("never", "claimed"));
    assert!(!recent.is_empty());
}

#[test]
fn the_store_is_asked_for_both_ids() {
    let question = callbacks::claim("school", ids("2024", "5e1f"), 600, 7);
    let keys = ["school:{callbacks}:qid:2024", "school:{callbacks}:sign:5e1f"];
    assert_eq!((question.keys, question.args), (keys.map(str::to_owned).to_vec(), vec![600, 7]));
    assert_eq!(callbacks::release("school", ids("2024", "5e1f")).args, [0, 0]);
    assert_eq!(callbacks::give_back("school", ids("2024", "5e1f"), 7).args, [0, 7]);
    assert_eq!(callbacks::claim("school", ids("2024", "5e1f"), 0, 7).args, [1, 7], "0 would give it back");
}

// --- properties ---------------------------------------------------------------

fn some_fields() -> impl Strategy<Value = Pairs> {
    let name = prop_oneof![
        prop::sample::select(vec!["room_id", "qid", "timestamp", "data", "info_json", "type", "user_events", "op"])
            .prop_map(str::to_owned),
        "[a-z_{]{0,6}",
    ];
    let value = prop_oneof![any::<String>(), "[\\[\\]{}\":,0-9a-z\\\\%]{0,24}", Just("%7B%22a%22%3A1%7D".to_owned())];
    prop::collection::btree_map(name, value, 1..10)
        .prop_map(|mut map| {
            map.remove("sign");
            map.insert("qid".to_owned(), "q1".to_owned());
            map.insert("timestamp".to_owned(), "9".to_owned());
            map.into_iter().collect::<Pairs>()
        })
        .prop_shuffle()
}

proptest! {
    #[test]
    fn what_was_signed_verifies_and_parses(fields in some_fields(), json in any::<bool>()) {
        let fields = signed(&fields);
        let body = if json { as_json(&fields) } else { as_form(&fields) };
        let verified = check(&body, if json { JSON } else { FORM }).unwrap();
        prop_assert_eq!(verified.fields().map(|(n, v)| (n.to_owned(), v.to_owned())).collect::<Pairs>(), fields.clone());
        let parsed = callbacks::parse(&verified, Options::default()).unwrap();
        let data: Json = serde_json::from_slice(&parsed.json).unwrap();
        if parsed.name.is_none() {
            prop_assert_eq!(data.as_object().unwrap().len(), fields.len() - 1);
        }
        for callback in callbacks::all() {
            let parsed = callbacks::parse_as(&verified, callback, Options { set_aside: true, ids_as_text: true, ..Options::default() }).unwrap();
            let _: Json = serde_json::from_slice(&parsed.json).unwrap();
        }
    }

    #[test]
    fn what_was_changed_does_not(
        fields in some_fields(), at in any::<prop::sample::Index>(), change in "[^&=]{1,3}", which in 0..4,
    ) {
        let original = signed(&fields);
        let mut changed = original.clone();
        let at = at.index(fields.len());
        match which {
            0 => changed[at].1.push_str(&change),
            1 => changed[at].0.push_str(&change),
            2 => drop(changed.remove(at)),
            _ => changed.push((format!("added_{change}"), change)),
        }
        prop_assert!(check(&as_form(&changed), FORM).is_err());
        prop_assert!(check(&as_json(&changed), JSON).is_err());
    }

    #[test]
    fn a_changed_body_means_the_same_text_or_is_refused(
        fields in some_fields(), at in any::<prop::sample::Index>(), byte in any::<u8>(), json in any::<bool>(),
    ) {
        let fields = signed(&fields);
        let mut body = if json { as_json(&fields) } else { as_form(&fields) };
        let at = at.index(body.len());
        body[at] = byte;
        if let Ok(verified) = check(&body, "") {
            prop_assert_eq!(sign::canonical(verified.fields()), sign::canonical(borrowed(&fields)));
        }
    }

    #[test]
    fn no_body_makes_it_panic(body in prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        "[\\{\\}\\[\\]\":,=&%a-e0-9\\\\ ]{0,60}".prop_map(String::into_bytes),
    ], content_type in any::<String>()) {
        prop_assert!(check(&body, &content_type).is_err(), "nobody can sign by chance");
    }

    #[test]
    fn the_memory_of_claims_is_bounded(claims in prop::collection::vec((0_u8..20, 0_u8..20, 0_u64..50, any::<bool>()), 0..200)) {
        let mut recent = Recent::new(5);
        let mut now = 0;
        for (qid, signature, later, release) in claims {
            now += later / 10;
            let (qid, signature) = (qid.to_string(), signature.to_string());
            if release {
                recent.release(ids(&qid, &signature));
            }
            let first = recent.claim(ids(&qid, &signature), 10, now);
            prop_assert!(first || !release);
            prop_assert!(!recent.claim(ids(&qid, "another"), 10, now) || !first);
            prop_assert!(!recent.claim(ids("another", &signature), 10, now) || !first);
            recent.release(ids("another", "another"));
            prop_assert!(recent.len() <= 5);
        }
    }
}
