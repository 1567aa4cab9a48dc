//! Video uploads against a simulated service, with a fake clock.

use std::time::Duration;

use baijiayun_core::engine::Now;
use baijiayun_core::upload::{
    Event, GET_RESUME_UPLOAD_URL, GET_STATUS, GET_UPLOAD_URL, INFO, Post, Settings, Step, Upload, Uploaded,
};
use baijiayun_core::{Error, ErrorKind, File, Params, Value};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

const SIZE: u64 = 1000;
const VIDEO: i64 = 184_548;

fn at(ticks: u64) -> Now {
    Now { unix: 1_500_000_000, ticks, random: ticks.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 16 }
}

fn new_video(settings: Settings) -> Upload {
    let params = [("file_name", "a.mp4"), ("definition", "16")].into_iter().collect();
    Upload::new(params, SIZE, settings)
}

fn address() -> Event {
    Event::Answer(format!(r#"{{"video_id":{VIDEO},"upload_url":"https://up/?token=secret"}}"#).into_bytes())
}

fn rest(size: u64) -> Event {
    Event::Answer(
        format!(r#"{{"video_id":{VIDEO},"upload_url":"https://up/?token=two","upload_size":{size}}}"#).into_bytes(),
    )
}

fn status(status: i64) -> Event {
    Event::Answer(format!(r#"{{"status":{status},"info":"words"}}"#).into_bytes())
}

fn sent() -> Event {
    Event::Answer(br#"{"fid":"184548"}"#.to_vec())
}

fn failed(kind: ErrorKind) -> Event {
    Event::Failed(Error::new(kind, "video.upload_file").with_message("why"))
}

fn broken() -> Event {
    failed(ErrorKind::Transport)
}

/// A step in short: what is called, the byte to send from, or how it ended.
fn short(step: &Step) -> String {
    match step {
        Step::Call { operation, .. } => (*operation).to_owned(),
        Step::Send { post: Post::Form, .. } => "send form".to_owned(),
        Step::Send { post: Post::Chunk { offset, length }, .. } => format!("send {offset}+{length}"),
        Step::Wait { .. } => "wait".to_owned(),
        Step::Done(Uploaded { video_id, status, resumes, .. }) => format!("done {video_id} {status:?} {resumes}"),
        Step::Failed(error) => format!("failed {} {}", error.kind(), error.message()),
    }
}

/// Runs the events and returns the steps in short, the first one before the first event.
fn run(mut upload: Upload, events: Vec<Event>) -> Vec<String> {
    let mut ticks = 0;
    let mut steps = vec![upload.begin(at(0))];
    for event in events {
        if let Some(Step::Wait { time }) = steps.last() {
            ticks += u64::try_from(time.as_millis()).unwrap();
        }
        steps.push(upload.resume(event, at(ticks)));
    }
    steps.iter().map(short).collect()
}

/// The shared vectors: what every uploader of ours does, in every language.
#[test]
fn the_vectors_are_kept() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/uploads.json");
    let vectors: Vec<Json> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    assert!(vectors.len() > 50);
    for (vector, random) in vectors.iter().flat_map(|vector| [0, u64::MAX, 12_345].map(|random| (vector, random))) {
        let name = &vector["name"];
        let mut settings = Settings::default();
        settings.chunk_size = vector["chunk_size"].as_u64().unwrap_or(settings.chunk_size);
        settings.resumes = vector["resumes"].as_u64().map_or(settings.resumes, |resumes| resumes as u32);
        settings.use_https = vector["use_https"].as_bool().unwrap_or(settings.use_https);
        settings.deadline = vector["deadline"].as_u64().map(Duration::from_millis);
        let size = vector["size"].as_u64().unwrap();
        let mut upload = match vector["video_id"].as_str() {
            Some(id) => Upload::of(id.parse().unwrap(), size, settings),
            None => Upload::new([("file_name", "a.mp4"), ("definition", "16")].into_iter().collect(), size, settings),
        };
        for turn in vector["turns"].as_array().unwrap() {
            let now = Now { unix: 0, ticks: turn[0]["ticks"].as_u64().unwrap_or(0), random };
            let step = match event(&turn[0]) {
                None => upload.begin(now),
                Some(event) => upload.resume(event, now),
            };
            assert_step(&step, &upload, size, &turn[1], name);
        }
    }
}

fn event(json: &Json) -> Option<Event> {
    let kinds = {
        use ErrorKind::*;
        [Connect, Timeout, Transport, UploadFailed, HttpStatus, Throttled, File, NotJson, NotEnvelope, General]
    };
    Some(match json["event"].as_str()? {
        "address" | "status" => Event::Answer(serde_json::to_vec(&json["data"]).unwrap()),
        "taken" => sent(),
        "elapsed" => Event::Elapsed,
        "failed" => failed(kinds.into_iter().find(|kind| kind.as_str() == json["kind"]).unwrap()),
        other => panic!("{other}"),
    })
}

fn assert_step(step: &Step, upload: &Upload, size: u64, wanted: &Json, name: &Json) {
    let id = |id: Option<&Value>| match id {
        Some(Value::Int(id)) => json!(id.to_string()),
        Some(other) => panic!("{other:?}"),
        None => Json::Null,
    };
    let got = match step {
        Step::Call { operation: GET_STATUS, params } => {
            json!({"step": "status", "video_id": id(params.get("video_id"))})
        }
        Step::Call { operation, params } => {
            assert_eq!(*operation == GET_UPLOAD_URL, params.get("video_id").is_none(), "{name}");
            let Some(Value::Int(use_https)) = params.get("use_https") else { panic!("{name}: {params:?}") };
            json!({"step": "address", "video_id": id(params.get("video_id")), "use_https": use_https})
        }
        Step::Send { url, post: Post::Form } => json!({
            "step": "send", "url": url, "as": "form", "offset": 0, "length": size, "received": upload.received(),
        }),
        Step::Send { url, post: Post::Chunk { offset, length } } => {
            let file = File { size: Some(size), ..File::path("a.mp4") }.chunk(*offset, *length);
            json!({
                "step": "send", "url": url, "as": "chunk", "offset": offset, "length": length,
                "content_range": file.content_range(), "received": upload.received(),
            })
        }
        Step::Wait { time } => {
            let time = time.as_millis() as u64;
            let bounds = wanted["at_least"].as_u64().unwrap()..=wanted["at_most"].as_u64().unwrap();
            assert!(wanted["step"] == "wait" && bounds.contains(&time), "{name}: {time} for {wanted}");
            return;
        }
        Step::Done(Uploaded { video_id, status, resumes, .. }) => {
            assert_eq!(upload.received(), size, "{name}");
            json!({"step": "done", "video_id": video_id.to_string(), "status": status, "resumes": resumes})
        }
        Step::Failed(error) => {
            let says = wanted["says"].as_str().unwrap_or_default();
            assert!(error.message().contains(says), "{name}: {error}");
            let mut got = json!({"step": "failed", "kind": error.kind().as_str(), "video_id": upload.video_id().map(|id| id.to_string())});
            if !says.is_empty() {
                got["says"] = json!(says);
            }
            got
        }
    };
    assert_eq!(got, *wanted, "{name}");
}

#[test]
fn transcoding_is_waited_for() {
    use Event::Elapsed;
    let waiting = Settings { transcoding: Some(Duration::from_secs(10)), ..Settings::default() };
    let status_of = GET_STATUS;
    let before = [GET_UPLOAD_URL, "send form"];
    let table: Vec<(&str, Vec<Event>, Vec<&str>)> = vec![
        (
            "every byte is there, and transcoding",
            vec![address(), broken(), Elapsed, rest(SIZE), Elapsed, status(20), Elapsed, status(100)],
            vec!["wait", GET_RESUME_UPLOAD_URL, "wait", status_of, "wait", status_of, "done 184548 Some(100) 1"],
        ),
        (
            "no address for the rest, because the file is there",
            vec![address(), broken(), Elapsed, failed(ErrorKind::General), status(20), Elapsed, status(100)],
            vec!["wait", GET_RESUME_UPLOAD_URL, status_of, "wait", status_of, "done 184548 Some(100) 0"],
        ),
        (
            "a look at the transcoding fails once",
            vec![address(), sent(), Elapsed, failed(ErrorKind::Timeout), Elapsed, status(20), Elapsed, status(100)],
            vec!["wait", status_of, "wait", status_of, "wait", status_of, "done 184548 Some(100) 0"],
        ),
        (
            "the transcoding fails",
            vec![address(), sent(), Elapsed, status(30)],
            vec!["wait", status_of, "failed upload_failed video 184548: the transcoding failed (status 30)"],
        ),
        (
            "the transcoding takes too long: looks after 3, 4.5 and the remaining 2.5 s",
            vec![address(), sent(), Elapsed, status(20), Elapsed, status(20), Elapsed, status(20)],
            vec![
                "wait",
                status_of,
                "wait",
                status_of,
                "wait",
                status_of,
                "failed timeout video 184548: the file is there, but its transcoding took longer than was to be waited",
            ],
        ),
    ];
    for (name, events, steps) in table {
        let wanted: Vec<&str> = before.into_iter().chain(steps).collect();
        assert_eq!(run(new_video(waiting), events), wanted, "{name}");
    }
}

/// The service has the whole file of a video before this process sent any of it.
#[test]
fn a_video_that_is_whole_is_not_taken_for_another_file() {
    let refused = || failed(ErrorKind::General);
    let size = |size: &str| Event::Answer(format!(r#"{{"status":100,"total_size":{size}}}"#).into_bytes());
    let other = "failed file video 184548: the video has its whole file already, of 999 bytes; this one has 1000";
    let asked = [GET_RESUME_UPLOAD_URL, GET_STATUS, INFO];
    let gone_on = |settings, events| run(Upload::of(VIDEO, SIZE, settings), events);
    let table: Vec<(Vec<Event>, Vec<&str>)> = vec![
        (vec![refused(), status(100), size("1000")], vec!["done 184548 Some(100) 0"]),
        (vec![refused(), status(20), size("\"1000\"")], vec!["done 184548 Some(20) 0"]),
        (vec![refused(), status(20), size("999")], vec![other]),
        // It does not say, and nobody can know.
        (vec![refused(), status(20), size("0")], vec!["done 184548 Some(20) 0"]),
        (vec![refused(), status(20), size("null")], vec!["done 184548 Some(20) 0"]),
        (
            vec![refused(), status(20), failed(ErrorKind::PermissionDenied)],
            vec!["failed permission_denied video 184548: why"],
        ),
        (vec![refused(), status(20), broken(), Event::Elapsed], vec!["wait", GET_RESUME_UPLOAD_URL]),
    ];
    for (events, steps) in table {
        let wanted: Vec<&str> = asked.into_iter().chain(steps).collect();
        assert_eq!(gone_on(Settings::default(), events), wanted);
    }
    let waiting = Settings { transcoding: Some(Duration::from_secs(10)), ..Settings::default() };
    let steps = gone_on(waiting, vec![refused(), status(20), size("1000"), Event::Elapsed, status(100)]);
    assert_eq!(steps[3..], ["wait", GET_STATUS, "done 184548 Some(100) 0"]);
    // A server between has asked.
    let told = |size: &str| Event::Answer(format!(r#"{{"status":"100","total_size":{size}}}"#).into_bytes());
    assert_eq!(gone_on(Settings::default(), vec![told("999")])[1], other);
    assert_eq!(gone_on(Settings::default(), vec![told("1000")])[1], "done 184548 None 0");
}

#[test]
fn the_error_of_an_upload_names_its_video() {
    let mut upload = new_video(Settings::default());
    upload.begin(at(0));
    let Step::Failed(error) = upload.resume(failed(ErrorKind::PermissionDenied), at(0)) else { panic!("it fails") };
    assert_eq!(error.video_id(), None, "there is none");
    let mut upload = new_video(Settings { resumes: 0, ..Settings::default() });
    upload.begin(at(0));
    upload.resume(address(), at(0));
    let Step::Failed(error) = upload.resume(broken(), at(0)) else { panic!("it fails") };
    assert_eq!(error.video_id(), Some(VIDEO));
}

#[test]
fn an_event_that_was_not_asked_for_ends_it() {
    let over = "failed misuse the host told of an upload what its last step did not ask for, or it is over";
    let steps = run(new_video(Settings::default()), vec![Event::Elapsed, address()]);
    assert_eq!(steps, [GET_UPLOAD_URL, over, over]);
}

#[test]
fn a_video_may_say_that_it_does_not_need_https() {
    for (value, wanted) in
        [(Value::from(0_i64), 0), (Value::from("0"), 0), (Value::Bool(false), 0), (Value::from("1"), 1)]
    {
        let params: Params = [("use_https", value)].into_iter().collect();
        let mut upload = Upload::new(params, SIZE, Settings::default());
        let Step::Call { params, .. } = upload.begin(at(0)) else { panic!("a call") };
        assert_eq!(params.get("use_https"), Some(&Value::Int(wanted)));
    }
}

#[test]
fn ids_may_be_texts() {
    let mut upload = new_video(Settings::default());
    upload.begin(at(0));
    let data = br#"{"video_id":"9007199254740993","upload_url":"https://up/"}"#.to_vec();
    assert_eq!(short(&upload.resume(Event::Answer(data), at(0))), "send form");
    assert_eq!(upload.video_id(), Some(9_007_199_254_740_993));
}

#[test]
fn the_address_is_not_shown() {
    let mut upload = new_video(Settings::default());
    upload.begin(at(0));
    let step = upload.resume(address(), at(0));
    assert!(matches!(&step, Step::Send { url, .. } if url.contains("secret")));
    upload.resume(broken(), at(0));
    upload.resume(Event::Elapsed, at(0));
    let shown_before = format!("{upload:?}");
    let again = upload.resume(rest(1), at(0));
    let shown = format!("{step:?} {shown_before} {upload:?} {again:?} {:?}", address());
    assert!(!shown.contains("secret") && !shown.contains("two"), "{shown}");
}

#[test]
fn waits_grow_and_stay_within_their_limits() {
    let settings = Settings { resumes: 30, transcoding: Some(Duration::from_secs(7200)), ..Settings::default() };
    let mut upload = new_video(settings);
    upload.begin(at(0));
    upload.resume(address(), at(0));
    for ticks in 0..30 {
        let Step::Wait { time } = upload.resume(broken(), at(ticks)) else { panic!("a wait") };
        assert!((settings.base..=settings.base + settings.cap).contains(&time), "{time:?}");
        upload.resume(Event::Elapsed, at(ticks));
        upload.resume(rest(0), at(ticks));
    }
    let mut waits = Vec::new();
    let mut ticks = 100;
    let mut step = upload.resume(sent(), at(ticks));
    while let Step::Wait { time } = step {
        waits.push(time);
        ticks += u64::try_from(time.as_millis()).unwrap();
        upload.resume(Event::Elapsed, at(ticks));
        step = upload.resume(status(20), at(ticks));
    }
    assert!(matches!(step, Step::Failed(error) if error.kind() == ErrorKind::Timeout));
    assert_eq!(ticks - 100, 7_200_000, "it looks until the time is up");
    assert_eq!(waits[..3], [3000, 4500, 6750].map(Duration::from_millis));
    assert!(waits.iter().all(|wait| *wait <= settings.poll_cap));
    assert!(waits.len() < 135, "two hours take {} looks", waits.len());
}

fn any_event() -> impl Strategy<Value = Event> {
    let kinds = prop::sample::select(vec![
        ErrorKind::Transport,
        ErrorKind::Timeout,
        ErrorKind::File,
        ErrorKind::General,
        ErrorKind::Throttled,
        ErrorKind::NotJson,
    ]);
    prop_oneof![
        Just(Event::Elapsed),
        Just(address()),
        Just(sent()),
        any::<u64>().prop_map(rest),
        (0..=SIZE).prop_map(rest),
        any::<i64>().prop_map(status),
        prop::sample::select(vec![10, 20, 30, 31, 32, 100]).prop_map(status),
        kinds.prop_map(failed),
        any::<Vec<u8>>().prop_map(Event::Answer),
    ]
}

fn any_settings() -> impl Strategy<Value = Settings> {
    let time =
        || prop_oneof![Just(Duration::ZERO), Just(Duration::MAX), (0..100_000_u64).prop_map(Duration::from_millis)];
    let maybe = || prop::option::of(time());
    let chunk_size = prop_oneof![Just(0), Just(u64::MAX), 1..SIZE];
    (chunk_size, any::<bool>(), any::<u32>(), (time(), time()), maybe(), maybe(), (time(), time())).prop_map(
        |(chunk_size, use_https, resumes, (base, cap), deadline, transcoding, (poll, poll_cap))| Settings {
            chunk_size,
            use_https,
            resumes,
            base,
            cap,
            deadline,
            transcoding,
            poll,
            poll_cap,
        },
    )
}

proptest! {
    #[test]
    fn any_order_of_events_is_taken(
        begin in any::<bool>(),
        size in any::<u64>(),
        settings in any_settings(),
        inputs in prop::collection::vec((any_event(), any::<u64>(), any::<u64>()), 0..40),
    ) {
        let mut upload = Upload::new(Params::new(), size, settings);
        if begin {
            upload.begin(at(0));
        }
        let mut over = false;
        for (event, ticks, random) in inputs {
            let step = upload.resume(event, Now { unix: 0, ticks, random });
            if over {
                let misuse = matches!(&step, Step::Failed(error) if error.kind() == ErrorKind::Misuse);
                prop_assert!(misuse, "{:?} after the end", step);
            }
            over |= matches!(step, Step::Done(_) | Step::Failed(_));
        }
        let again = upload.begin(at(0));
        prop_assert!(!begin || matches!(again, Step::Failed(_)));
    }

    /// However the connection breaks, each byte arrives once, in order, or the upload fails.
    #[test]
    fn every_byte_arrives_once(
        chunk_size in prop_oneof![Just(SIZE), 1..SIZE + 2],
        settings in (0..6_u32).prop_map(|resumes| Settings { resumes, ..Settings::default() }),
        posts in prop::collection::vec((0..400_u64, any::<bool>()), 1..40),
        calls in prop::collection::vec(any::<bool>(), 1..40),
    ) {
        let mut posts = posts.into_iter().chain(std::iter::repeat((SIZE, true)));
        let mut calls = calls.into_iter().chain(std::iter::repeat(true));
        let (mut stored, mut whole) = (0, false);
        let mut upload = new_video(Settings { chunk_size, ..settings });
        let mut step = upload.begin(at(0));
        let mut told = 0;
        loop {
            prop_assert!(told <= upload.received() && upload.received() <= stored, "only what is there is told");
            told = upload.received();
            let event = match step {
                Step::Call { .. } if !calls.next().unwrap() => broken(),
                Step::Call { operation: GET_UPLOAD_URL, .. } => address(),
                Step::Call { operation: GET_RESUME_UPLOAD_URL, .. } if whole => failed(ErrorKind::General),
                Step::Call { operation: GET_RESUME_UPLOAD_URL, .. } => rest(stored),
                Step::Call { .. } => status(if whole { 20 } else { 10 }),
                Step::Send { post, .. } => {
                    let (offset, length) = match post {
                        Post::Form => (0, SIZE),
                        Post::Chunk { offset, length } => (offset, length),
                    };
                    prop_assert_eq!(offset, stored, "the rest begins where the service is");
                    prop_assert!(length > 0 && length <= chunk_size && offset + length <= SIZE);
                    let (bytes, answered) = posts.next().unwrap();
                    stored = (offset + length).min(stored + bytes);
                    whole = stored == SIZE;
                    if stored == offset + length && answered { sent() } else { broken() }
                }
                Step::Wait { .. } => Event::Elapsed,
                Step::Done(_) => {
                    prop_assert!(whole);
                    break;
                }
                Step::Failed(error) => {
                    prop_assert_eq!(error.kind(), ErrorKind::Transport);
                    break;
                }
            };
            step = upload.resume(event, at(stored));
        }
    }
}
