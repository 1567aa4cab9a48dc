//! `bjy doctor`, against the mock with paths of its own choice and against services that answer oddly.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use axum::http::{StatusCode, Uri};
use baijiayun::core::operation;
use baijiayun_api::{Description, PathSource};
use baijiayun_mock::{Builder, Misbehaviour, MockService, Received, Verdict};
use serde_json::Value;

use crate::tool::{Bjy, KEY};

/// So fast that no test waits.
const FAST: &str = "--requests-per-10s=1000000";

/// A mock in this process, which can be asked what it received.
struct Mock(Arc<MockService>);

impl Mock {
    fn start(builder: Builder) -> Mock {
        let (tell, told) = mpsc::channel();
        let builder = builder.partner_key(KEY).rate(1_000_000, 10);
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                tell.send(Arc::new(builder.start().await.unwrap())).unwrap();
                std::future::pending::<()>().await;
            });
        });
        Mock(told.recv().unwrap())
    }

    fn with_paths(paths: &BTreeMap<String, String>) -> Mock {
        Mock::start(MockService::builder().paths(paths.clone()))
    }

    fn client(&self) -> Bjy {
        client(self.0.url())
    }

    fn requests(&self) -> Vec<Received> {
        self.0.requests()
    }
}

fn client(url: &str) -> Bjy {
    Bjy::with_account().env("BAIJIAYUN_DOMAIN", url).env("NO_PROXY", "127.0.0.1")
}

/// A service that answers as the function says, and what it was asked.
struct Odd {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Odd {
    fn start(answer: impl Fn(&str) -> (u16, String) + Clone + Send + Sync + 'static) -> Odd {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (tell, told) = mpsc::channel();
        let paths = Arc::clone(&asked);
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                tell.send(format!("http://{}", listener.local_addr().unwrap())).unwrap();
                let router = axum::Router::new().fallback(move |uri: Uri| async move {
                    paths.lock().unwrap().push(uri.path().to_owned());
                    let (status, body) = answer(uri.path());
                    (StatusCode::from_u16(status).unwrap(), body)
                });
                axum::serve(listener, router).await.unwrap();
            });
        });
        Odd { url: told.recv().unwrap(), asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn envelope(code: i64) -> (u16, String) {
    (200, format!(r#"{{"code":{code},"data":null,"msg":"","ts":1}}"#))
}

fn is_control(path: &str) -> bool {
    path.ends_with("/bjyDoctorControl")
}

/// The candidates of all operations with a guessed path.
fn candidates() -> BTreeMap<String, Vec<String>> {
    Description::embedded()
        .operations()
        .filter(|entry| entry.operation.path_source == PathSource::Inferred)
        .map(|entry| (entry.full_name(), entry.operation.candidates.clone()))
        .collect()
}

/// One of the candidates for each operation: at random, but no path for two operations.
fn choice(seed: u64) -> BTreeMap<String, String> {
    let mut taken: HashSet<String> = operation::all()
        .iter()
        .filter(|o| o.path_source != operation::PathSource::Inferred)
        .map(|o| o.path.to_string())
        .collect();
    let mut state = seed;
    let mut random = move || {
        // Knuth's MMIX generator; its high bits are the good ones.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap()
    };
    candidates()
        .into_iter()
        .map(|(name, paths)| {
            let free: Vec<String> = paths.into_iter().filter(|path| !taken.contains(path)).collect();
            let path = free[random() % free.len()].clone();
            taken.insert(path.clone());
            (name, path)
        })
        .collect()
}

fn states(report: &Value) -> HashMap<String, (String, Option<String>)> {
    let operations = report["operations"].as_array().unwrap();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    operations.iter().map(|o| (text(&o["name"]).unwrap(), (text(&o["state"]).unwrap(), text(&o["path"])))).collect()
}

/// The paths in the written file.
fn written(file: &PathBuf) -> BTreeMap<String, String> {
    baijiayun::paths::read(file).unwrap()
}

/// Every request was refused, unless it only read; and none was sent twice.
#[track_caller]
fn assert_harmless(requests: &[Received]) {
    let mut seen = HashSet::new();
    for request in requests {
        assert!(seen.insert(&request.path), "{} was asked twice", request.path);
        match &request.verdict {
            Verdict::Refused { code, .. } => assert!(matches!(code, 404 | 1001), "{request:?}"),
            Verdict::Accepted => {
                assert!(operation::find(request.operation.as_ref().unwrap()).unwrap().read_only, "{request:?}");
            }
            _ => panic!("{request:?}"),
        }
    }
}

#[test]
fn it_finds_every_path_of_a_random_choice() {
    for seed in 1..=3 {
        let mut real = choice(seed);
        if seed == 3 {
            // Its name says that it might delete everything, so it is not asked.
            real.insert("doc.delete".to_owned(), "/openapi/doc/deleteAllDoc".to_owned());
        } else if real["doc.delete"] == "/openapi/doc/deleteAllDoc" {
            real.insert("doc.delete".to_owned(), "/openapi/doc/removeFile".to_owned());
        }
        let mock = Mock::with_paths(&real);
        let bjy = mock.client();
        let report = bjy.run(&["doctor", "--json", FAST]).json();
        let states = states(&report);
        assert_eq!(states.len(), 116);
        for (name, path) in &real {
            let guess = &operation::find(name).unwrap().path;
            let expected = match path.as_str() {
                "/openapi/doc/deleteAllDoc" => ("cannot_be_asked".to_owned(), None),
                path if path == guess => ("guess_right".to_owned(), Some(path.to_owned())),
                path => ("other_candidate".to_owned(), Some(path.to_owned())),
            };
            assert_eq!(states[name], expected, "{name} with seed {seed}");
        }
        let requests = mock.requests();
        assert_harmless(&requests);
        assert_eq!(report["requests"], requests.len());
        assert!(!requests.iter().any(|request| request.path.contains("deleteAllDoc")));

        real.retain(|_, path| path != "/openapi/doc/deleteAllDoc");
        let file = bjy.path("baijiayun-paths.toml");
        assert_eq!(written(&file), real);
        let text =
            fs::read_to_string(&file).unwrap() + &fs::read_to_string(bjy.path("baijiayun-paths.toml.state")).unwrap();
        assert!(!text.contains(KEY));
        assert_eq!(text.contains("deleteAllDoc was not asked: its name says"), seed == 3, "{text}");

        // All is known: a second run asks nothing.
        let again = bjy.run(&["doctor", "--json", FAST]).json();
        assert_eq!((again["requests"].as_u64(), &again["operations"]), (Some(0), &report["operations"]));
        assert_eq!(mock.requests().len(), requests.len());
    }
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_goes_on_where_it_stopped() {
    let real = choice(7);
    let slow = Misbehaviour { latency: Duration::from_millis(5), ..Misbehaviour::default() };
    let mock = Mock::start(MockService::builder().paths(real.clone()).misbehave(slow));
    let bjy = mock.client();
    let state = bjy.path("baijiayun-paths.toml.state");
    let kept =
        || fs::read_to_string(&state).map_or(0, |text| text.lines().filter(|line| line.contains("/openapi/")).count());
    let start =
        || bjy.command(&["doctor", "--json", FAST]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let wait_for = |count: usize, run: &mut Child| {
        let begun = Instant::now();
        while kept() < count {
            assert!(
                run.try_wait().unwrap().is_none() && begun.elapsed() < Duration::from_secs(60),
                "{} answers",
                kept()
            );
            thread::sleep(Duration::from_millis(2));
        }
    };

    let mut run = start();
    wait_for(40, &mut run);
    assert!(std::process::Command::new("kill").args(["-INT", &run.id().to_string()]).status().unwrap().success());
    let done = run.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(1));
    let failure: Value = serde_json::from_slice(&done.stderr).unwrap();
    assert_eq!(failure["kind"], "interrupted");
    let first = written(&bjy.path("baijiayun-paths.toml"));
    assert!(!first.is_empty() && first.iter().all(|(name, path)| real[name] == *path), "{first:?}");

    let mut run = start();
    wait_for(kept() + 40, &mut run);
    run.kill().unwrap();
    run.wait().unwrap();
    let before = kept();
    assert!(before >= 80);

    let report = bjy.run(&["doctor", "--json", FAST]).json();
    let mut wanted = real;
    wanted.retain(|_, path| path != "/openapi/doc/deleteAllDoc");
    assert_eq!(written(&bjy.path("baijiayun-paths.toml")), wanted);
    assert!(report["counts"].get("not_asked_yet").is_none(), "{report}");

    // Only what was under way at an interruption, and one control per run, was asked again.
    let requests = mock.requests();
    let mut times: HashMap<&str, usize> = HashMap::new();
    for request in requests.iter().filter(|request| !is_control(&request.path)) {
        *times.entry(&request.path).or_default() += 1;
    }
    let again: usize = times.values().map(|times| times - 1).sum();
    assert!(again <= 2, "{again} paths were asked again");
    let controls = requests.iter().filter(|request| is_control(&request.path)).count();
    let folders: HashSet<&str> =
        times.keys().filter_map(|path| path.rsplit_once('/')).map(|(folder, _)| folder).collect();
    assert!(controls <= folders.len() + 4, "{controls} controls of {} folders", folders.len());
}

#[test]
fn a_service_that_knows_every_path_tells_nothing() {
    let odd = Odd::start(|_| envelope(1001));
    let bjy = client(&odd.url);
    let error = bjy.run(&["doctor", FAST]).failure();
    assert_eq!(error["kind"], "cannot_tell");
    assert!(error["msg"].as_str().unwrap().contains("1001"), "{error}");
    let asked = odd.asked();
    assert!(asked.len() == 1 && is_control(&asked[0]), "{asked:?}");
    assert!(!bjy.path("baijiayun-paths.toml").exists());
}

/// One folder whose paths all seem to exist says nothing; the others still do.
#[test]
fn a_folder_that_takes_everything_stays_unknown() {
    let odd = Odd::start(|path| envelope(if path.starts_with("/openapi/chat/") { 1001 } else { 404 }));
    let report = client(&odd.url).run(&["doctor", "--json", FAST]).json();
    let states = states(&report);
    assert_eq!(states["playback.list_marks"].0, "not_found");
    // Its candidate in another folder was asked, those in this one were not.
    assert_eq!(states["chat.revoke_message"].0, "unknown");
    let in_folder: Vec<String> = odd.asked().into_iter().filter(|path| path.starts_with("/openapi/chat/")).collect();
    assert_eq!(in_folder, ["/openapi/chat/bjyDoctorControl"]);
    assert!(odd.asked().contains(&"/openapi/live/revokeChatMessage".to_owned()));
}

#[test]
fn a_wrong_key_ends_it_at_once() {
    let mock = Mock::start(MockService::builder());
    let error = mock.client().env("BAIJIAYUN_PARTNER_KEY", "another key").run(&["doctor", FAST]).failure();
    assert_eq!((&error["kind"], &error["code"]), (&"signature_rejected".into(), &1002.into()));
    // The control may be answered before the signature is looked at.
    assert!(mock.requests().len() <= 3, "{:?}", mock.requests());
}

#[test]
fn nobody_there_ends_it_too() {
    let error = client("http://127.0.0.1:1").run(&["doctor", FAST]).failure();
    assert_eq!(error["kind"], "connect");
}

#[test]
fn calls_go_to_the_found_path() {
    let real = "/openapi/chat/recallChat";
    let mock = Mock::start(MockService::builder().paths([("chat.revoke_message", real)]));
    let bjy = mock.client();
    let call = ["call", "chat.revoke_message", "class_id=1", "id=2"];
    let error = bjy.run(&call).failure();
    assert_eq!(error["kind"], "path_not_found");
    let hint = error["hint"].as_str().unwrap();
    assert!(hint.contains("`bjy doctor`") && hint.contains("`paths`"), "{hint}");

    let text = bjy.run(&["doctor", FAST, "--only", "chat."]).ok();
    assert!(text.contains(real) && text.contains("1 ") && text.contains("evidence"), "{text}");
    bjy.run(&call).ok();
    assert_eq!(mock.requests().last().unwrap().path, real);
    // The person's own word wins.
    bjy.file("baijiayun.toml", "[paths]\n\"chat.revoke_message\" = \"/openapi/chat/mine\"\n");
    bjy.run(&call).failure();
    assert_eq!(mock.requests().last().unwrap().path, "/openapi/chat/mine");

    for (text, part) in [
        ("[paths]\nchat.revoke = \"/openapi/a/b\"\n", "no operation is named chat.revoke"),
        ("[paths]\nchat.revoke_message = \"/a/b\"\n", "must begin with /openapi/"),
    ] {
        bjy.file("baijiayun-paths.toml", text);
        let error = bjy.run(&call).failure();
        assert_eq!(error["kind"], "config");
        let msg = error["msg"].as_str().unwrap();
        assert!(msg.starts_with("baijiayun-paths.toml: ") && msg.contains(part), "{msg}");
    }
}

#[test]
fn other_languages_get_json() {
    let mock = Mock::start(MockService::builder());
    let bjy = mock.client();
    bjy.run(&["doctor", FAST, "--only=chat.", "--output=found.json"]).ok();
    let text = fs::read_to_string(bjy.path("found.json")).unwrap();
    let guess = operation::find("chat.revoke_message").unwrap().path.to_string();
    assert_eq!(baijiayun::core::paths::parse(&text).unwrap(), [("chat.revoke_message".to_owned(), guess)]);
    assert!(!bjy.path("baijiayun-paths.toml").exists());
}

#[test]
fn answers_are_told_apart_and_unclear_ones_asked_again() {
    let odd = Odd::start(|path| match path {
        "/openapi/chat/revokeChat" => envelope(2002),
        "/openapi/evaluation/createEvaluation" => envelope(1),
        "/openapi/user/groupList" => envelope(1),
        "/openapi/playback/getMarkList" => (500, "oops".to_owned()),
        _ => (404, "<html>no such page</html>".to_owned()),
    });
    let bjy = client(&odd.url);
    for (name, state) in [
        ("chat.revoke_message", "no_permission"),
        ("evaluation.create_template", "unknown"),
        // It requires nothing and only reads: whatever is answered comes from the operation.
        ("user.list_classes", "other_candidate"),
        ("playback.list_marks", "unknown"),
        ("goods.add", "not_found"),
    ] {
        let report = bjy.run(&["doctor", "--json", FAST, "--only", name]).json();
        assert_eq!(states(&report)[name].0, state, "{name}");
    }
    let found = written(&bjy.path("baijiayun-paths.toml"));
    assert_eq!(found.keys().collect::<Vec<_>>(), ["chat.revoke_message", "user.list_classes"]);
    let before = odd.asked().len();
    bjy.run(&["doctor", "--json", FAST, "--only=evaluation."]).ok();
    let again = odd.asked().split_off(before);
    assert_eq!(again, ["/openapi/bjyDoctorControl", "/openapi/evaluation/createEvaluation"]);
}

#[test]
fn a_change_that_is_taken_stops_it() {
    let odd = Odd::start(|path| envelope(if path == "/openapi/goods/delGoods" { 0 } else { 404 }));
    let bjy = client(&odd.url);
    let ran = bjy.run(&["doctor", "--json", FAST, "--only=goods."]);
    let error = ran.failure();
    assert_eq!(error["kind"], "accepted");
    assert!(error["msg"].as_str().unwrap().contains("room_id"), "{error}");
    assert_eq!(odd.asked().last().unwrap(), "/openapi/goods/delGoods");
    // It is not asked a second time.
    bjy.run(&["doctor", "--json", FAST, "--only=goods."]).ok();
    assert_eq!(odd.asked().iter().filter(|path| *path == "/openapi/goods/delGoods").count(), 1);
}

#[test]
fn a_plan_needs_no_account_and_asks_nothing() {
    let bjy = Bjy::new();
    let plan = bjy.run(&["doctor", "--dry-run", "--json"]).json();
    assert_eq!(plan["operations"].as_array().unwrap().len(), 116);
    let number = |member: &str| plan[member].as_u64().unwrap();
    let total: usize = candidates().values().map(Vec::len).sum();
    // Each folder has a control, each shared candidate stands twice, and two are left out.
    assert!(number("requests_at_most") > total as u64 && number("requests_at_most") < total as u64 + 40, "{plan}");
    // One for each operation, the overall control, and those of the folders of the first candidates.
    let folders: HashSet<String> = operation::all()
        .iter()
        .filter(|o| o.path_source == operation::PathSource::Inferred)
        .map(|o| o.path.rsplit_once('/').unwrap().0.to_owned())
        .collect();
    assert_eq!(number("requests_at_least"), 117 + folders.len() as u64);
    // 883 requests took 50 s.
    assert!((50..=52).contains(&number("seconds_about")), "{plan}");
    let slower = bjy.run(&["doctor", "--dry-run", "--json", "--requests-per-10s=20"]).json();
    let slowly = slower["seconds_about"].as_u64().unwrap();
    assert!((500..=520).contains(&slowly), "{slowly} s");

    let reading = bjy.run(&["doctor", "--dry-run", "--json", "--read-only"]).json();
    for planned in reading["operations"].as_array().unwrap() {
        assert!(operation::find(planned["name"].as_str().unwrap()).unwrap().read_only, "{planned}");
    }
    let text = bjy.run(&["doctor", "--dry-run", "--only=doc."]).ok();
    assert!(text.contains("doc.delete") && text.contains("/openapi/doc/deleteAllDoc"), "{text}");
    assert_eq!(bjy.run(&["doctor", "--only=partner.get_key"]).failure()["kind"], "unknown_operation");
    assert!(!bjy.path("baijiayun-paths.toml.state").exists());
}

#[test]
fn a_run_sends_what_the_plan_says() {
    let mock = Mock::start(MockService::builder());
    let plan = Bjy::new().run(&["doctor", "--dry-run", "--json"]).json();
    let report = mock.client().run(&["doctor", "--json", FAST]).json();
    assert_eq!((&report["requests"], &report["counts"]["guess_right"]), (&plan["requests_at_least"], &116.into()));

    let nothing = Odd::start(|_| envelope(404));
    let report = client(&nothing.url).run(&["doctor", "--json", FAST]).json();
    // Each shared candidate is planned for both of its operations, and asked once.
    let shared = candidates().into_values().flatten().count()
        - candidates().into_values().flatten().collect::<HashSet<_>>().len();
    assert_eq!(report["requests"].as_u64().unwrap() + shared as u64, plan["requests_at_most"].as_u64().unwrap());
    assert_eq!((&report["counts"]["not_found"], &report["counts"]["cannot_be_asked"]), (&114.into(), &2.into()));
}

#[test]
fn answers_of_another_account_are_not_mixed_in() {
    let mock = Mock::start(MockService::builder());
    let bjy = mock.client();
    bjy.run(&["doctor", FAST, "--only=chat."]).ok();
    let other = Mock::start(MockService::builder());
    let error = bjy.env("BAIJIAYUN_DOMAIN", other.0.url()).run(&["doctor", FAST, "--only=chat."]).failure();
    assert_eq!(error["kind"], "state");
    assert!(other.requests().is_empty());
}
