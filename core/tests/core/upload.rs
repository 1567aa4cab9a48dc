//! Video uploads against a simulated service, with a fake clock.

use std::time::Duration;

use baijiayun_core::engine::Now;
use baijiayun_core::upload::{
    Event, GET_RESUME_UPLOAD_URL, GET_STATUS, GET_UPLOAD_URL, Settings, Step, Upload, Uploaded,
};
use baijiayun_core::{Error, ErrorKind, Params, Value};
use proptest::prelude::*;

const SIZE: u64 = 1000;
const VIDEO: i64 = 184_548;

fn at(ticks: u64) -> Now {
    Now { unix: 1_500_000_000, ticks, random: ticks.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 16 }
}

fn new_video(settings: Settings) -> Upload {
    let params = [("file_name", "a.mp4"), ("definition", "16"), ("use_https", "1")].into_iter().collect();
    Upload::new(params, SIZE, settings)
}

fn address() -> Event {
    Event::Answer(format!(r#"{{"video_id":{VIDEO},"upload_url":"http://up/?token=secret"}}"#).into_bytes())
}

fn rest(size: u64) -> Event {
    Event::Answer(
        format!(r#"{{"video_id":{VIDEO},"upload_url":"http://up/?token=two","upload_size":{size}}}"#).into_bytes(),
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
        Step::Send { offset, .. } => format!("send {offset}"),
        Step::Wait { .. } => "wait".to_owned(),
        Step::Done(Uploaded { video_id, status, resumes, .. }) => format!("done {video_id} {status:?} {resumes}"),
        Step::Failed(error) => format!("failed {} {}", error.kind(), error.message()),
    }
}

/// Runs the events and returns the steps in short, the first one before the first event.
fn run(mut upload: Upload, events: Vec<Event>) -> Vec<String> {
    let mut ticks = 0;
    let mut steps = vec![upload.begin()];
    for event in events {
        if let Some(Step::Wait { time }) = steps.last() {
            ticks += u64::try_from(time.as_millis()).unwrap();
        }
        steps.push(upload.resume(event, at(ticks)));
    }
    steps.iter().map(short).collect()
}

#[test]
fn scenarios() {
    use Event::Elapsed;
    let once = Settings { resumes: 1, ..Settings::default() };
    let waiting = Settings { transcoding: Some(Duration::from_secs(10)), ..Settings::default() };
    let (address_of, rest_of, status_of) = (GET_UPLOAD_URL, GET_RESUME_UPLOAD_URL, GET_STATUS);
    let table: Vec<(&str, Settings, Vec<Event>, Vec<&str>)> = vec![
        ("one post", once, vec![address(), sent()], vec![address_of, "send 0", "done 184548 None 0"]),
        (
            "two breaks with progress between them, though only one is allowed without",
            once,
            vec![address(), broken(), Elapsed, rest(300), broken(), Elapsed, rest(700), sent()],
            vec![address_of, "send 0", "wait", rest_of, "send 300", "wait", rest_of, "send 700", "done 184548 None 2"],
        ),
        (
            "two breaks without progress",
            once,
            vec![address(), broken(), Elapsed, rest(0), broken()],
            vec![
                address_of,
                "send 0",
                "wait",
                rest_of,
                "send 0",
                "failed transport video 184548: it broke off 2 times and got no further: why",
            ],
        ),
        (
            "the network is still gone when it asks where to go on",
            Settings::default(),
            vec![address(), broken(), Elapsed, failed(ErrorKind::Connect), Elapsed, rest(1), sent()],
            vec![address_of, "send 0", "wait", rest_of, "wait", rest_of, "send 1", "done 184548 None 1"],
        ),
        (
            "the service has less than before and is believed",
            Settings::default(),
            vec![address(), broken(), Elapsed, rest(700), broken(), Elapsed, rest(300), sent()],
            vec![address_of, "send 0", "wait", rest_of, "send 700", "wait", rest_of, "send 300", "done 184548 None 2"],
        ),
        (
            "only the answer was lost, and the service gives no address for the rest",
            once,
            vec![address(), broken(), Elapsed, failed(ErrorKind::General), status(20)],
            vec![address_of, "send 0", "wait", rest_of, status_of, "done 184548 Some(20) 0"],
        ),
        (
            "the service gives no address for the rest, which it lacks",
            once,
            vec![address(), broken(), Elapsed, failed(ErrorKind::General), status(10)],
            vec![address_of, "send 0", "wait", rest_of, status_of, "failed general video 184548: why"],
        ),
        (
            "every byte is there, but the file is not ended",
            once,
            vec![address(), broken(), Elapsed, rest(SIZE), status(10), sent()],
            vec![address_of, "send 0", "wait", rest_of, status_of, "send 1000", "done 184548 None 1"],
        ),
        (
            "every byte is there, and transcoding",
            waiting,
            vec![address(), broken(), Elapsed, rest(SIZE), status(20), Elapsed, status(100)],
            vec![address_of, "send 0", "wait", rest_of, status_of, "wait", status_of, "done 184548 Some(100) 1"],
        ),
        (
            "the service has more than the file",
            once,
            vec![address(), broken(), Elapsed, rest(SIZE + 1)],
            vec![
                address_of,
                "send 0",
                "wait",
                rest_of,
                "failed file video 184548: the service has 1001 bytes already, but the file has only 1000",
            ],
        ),
        (
            "the file cannot be read any more",
            once,
            vec![address(), failed(ErrorKind::File)],
            vec![address_of, "send 0", "failed file video 184548: why"],
        ),
        (
            "no permission to upload",
            once,
            vec![failed(ErrorKind::PermissionDenied)],
            vec![address_of, "failed permission_denied why"],
        ),
        (
            "an answer without an address",
            once,
            vec![Event::Answer(b"{}".to_vec())],
            vec![address_of, "failed decode the answer has no usable video_id and upload_url"],
        ),
        (
            "a resume answer without a size",
            once,
            vec![address(), broken(), Elapsed, address()],
            vec![
                address_of,
                "send 0",
                "wait",
                rest_of,
                "failed decode video 184548: the answer has no usable upload_url and upload_size",
            ],
        ),
        (
            "a look at the transcoding fails once",
            waiting,
            vec![address(), sent(), Elapsed, failed(ErrorKind::Timeout), Elapsed, status(20), Elapsed, status(100)],
            vec![
                address_of,
                "send 0",
                "wait",
                status_of,
                "wait",
                status_of,
                "wait",
                status_of,
                "done 184548 Some(100) 0",
            ],
        ),
        (
            "the transcoding fails",
            waiting,
            vec![address(), sent(), Elapsed, status(30)],
            vec![
                address_of,
                "send 0",
                "wait",
                status_of,
                "failed upload_failed video 184548: the transcoding failed (status 30)",
            ],
        ),
        (
            "the transcoding takes too long: looks after 3, 4.5 and the remaining 2.5 s",
            waiting,
            vec![address(), sent(), Elapsed, status(20), Elapsed, status(20), Elapsed, status(20)],
            vec![
                address_of,
                "send 0",
                "wait",
                status_of,
                "wait",
                status_of,
                "wait",
                status_of,
                "failed timeout video 184548: the file is there, but its transcoding took longer than was to be waited",
            ],
        ),
        (
            "an event that was not asked for",
            once,
            vec![Elapsed, address()],
            vec![
                address_of,
                "failed misuse the host told of an upload what its last step did not ask for, or it is over",
                "failed misuse the host told of an upload what its last step did not ask for, or it is over",
            ],
        ),
    ];
    for (name, settings, events, steps) in table {
        assert_eq!(run(new_video(settings), events), steps, "{name}");
    }
}

#[test]
fn an_upload_that_broke_off_earlier_goes_on() {
    let steps = run(Upload::of(VIDEO, SIZE, Settings::default()), vec![rest(400), sent()]);
    assert_eq!(steps, [GET_RESUME_UPLOAD_URL, "send 400", "done 184548 None 1"]);
    let refused = vec![failed(ErrorKind::General), status(100)];
    let steps = run(Upload::of(VIDEO, SIZE, Settings::default()), refused);
    assert_eq!(steps, [GET_RESUME_UPLOAD_URL, GET_STATUS, "done 184548 Some(100) 0"]);
}

#[test]
fn calls_carry_the_video_and_https() {
    let mut upload = new_video(Settings::default());
    upload.begin();
    upload.resume(address(), at(0));
    upload.resume(broken(), at(0));
    let Step::Call { params, .. } = upload.resume(Event::Elapsed, at(0)) else { panic!("a call") };
    assert_eq!(params.get("video_id"), Some(&Value::Int(VIDEO)));
    assert_eq!(params.get("use_https"), Some(&Value::from("1")));
}

#[test]
fn ids_may_be_texts() {
    let mut upload = new_video(Settings::default());
    upload.begin();
    let data = br#"{"video_id":"9007199254740993","upload_url":"http://up/"}"#.to_vec();
    assert_eq!(short(&upload.resume(Event::Answer(data), at(0))), "send 0");
    assert_eq!(upload.video_id(), Some(9_007_199_254_740_993));
}

#[test]
fn the_address_is_not_shown() {
    let mut upload = new_video(Settings::default());
    upload.begin();
    let step = upload.resume(address(), at(0));
    assert!(matches!(&step, Step::Send { url, .. } if url.contains("secret")));
    upload.resume(broken(), at(0));
    upload.resume(Event::Elapsed, at(0));
    let doubting = upload.resume(rest(SIZE), at(0));
    let shown = format!("{step:?} {upload:?} {doubting:?} {:?}", address());
    assert!(!shown.contains("secret") && !shown.contains("two"), "{shown}");
}

#[test]
fn waits_grow_and_stay_within_their_limits() {
    let settings = Settings { resumes: 30, transcoding: Some(Duration::from_secs(7200)), ..Settings::default() };
    let mut upload = new_video(settings);
    upload.begin();
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
    (any::<u32>(), time(), time(), prop::option::of(time()), time(), time()).prop_map(
        |(resumes, base, cap, transcoding, poll, poll_cap)| Settings {
            resumes,
            base,
            cap,
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
            upload.begin();
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
        let again = upload.begin();
        prop_assert!(!begin || matches!(again, Step::Failed(_)));
    }

    /// However the connection breaks, each byte arrives once, in order, or the upload fails.
    #[test]
    fn every_byte_arrives_once(
        settings in (0..6_u32).prop_map(|resumes| Settings { resumes, ..Settings::default() }),
        posts in prop::collection::vec((0..400_u64, any::<bool>()), 1..40),
        calls in prop::collection::vec(any::<bool>(), 1..40),
    ) {
        let mut posts = posts.into_iter().chain(std::iter::repeat((SIZE, true)));
        let mut calls = calls.into_iter().chain(std::iter::repeat(true));
        let (mut stored, mut whole) = (0, false);
        let mut upload = new_video(settings);
        let mut step = upload.begin();
        loop {
            let event = match step {
                Step::Call { .. } if !calls.next().unwrap() => broken(),
                Step::Call { operation: GET_UPLOAD_URL, .. } => address(),
                Step::Call { operation: GET_RESUME_UPLOAD_URL, .. } if whole => failed(ErrorKind::General),
                Step::Call { operation: GET_RESUME_UPLOAD_URL, .. } => rest(stored),
                Step::Call { .. } => status(if whole { 20 } else { 10 }),
                Step::Send { offset, .. } => {
                    prop_assert_eq!(offset, stored, "the rest begins where the service is");
                    let (bytes, answered) = posts.next().unwrap();
                    stored = SIZE.min(stored + bytes);
                    whole = stored == SIZE;
                    if whole && answered { sent() } else { broken() }
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
