//! The quota script and the store that evaluates it, on a real Redis.

use std::time::Duration;

use baijiayun::core::engine::{CallOptions, Engine, Now, QUOTA_SCRIPT, QuotaSettings, Settings, Step};
use baijiayun::core::{Account, Params, operation};
use baijiayun::{QuotaStore, RedisStore};
use baijiayun_tests::redis_server::RedisServer;
use redis::{Commands, Connection};

/// A prime, so that nothing is exact by luck; long enough that a test is over sooner.
const WINDOW: i64 = 60_000_011;

async fn ask(store: &RedisStore, keys: &[&str], args: &[i64]) -> i64 {
    let keys = keys.iter().map(|&key| key.to_owned()).collect();
    store.evaluate(QUOTA_SCRIPT, keys, args.to_vec()).await.expect("the store answers")
}

fn store(server: &RedisServer) -> RedisStore {
    RedisStore::connect(&server.url()).expect("a valid address").timeout(Duration::from_secs(30))
}

/// The clock of the store, in microseconds.
fn now(admin: &mut Connection) -> i64 {
    let (seconds, micros): (i64, i64) = redis::cmd("TIME").query(admin).expect("the time");
    seconds * 1_000_000 + micros
}

/// When calls went, and how many, as a key says.
fn log(admin: &mut Connection, key: &str) -> Vec<(i64, i64)> {
    let text: Option<String> = admin.get(key).expect("a text");
    let entry = |word: &str| {
        let (at, calls) = word.split_once('x').expect("a time and a number");
        (at.parse().expect("a time"), calls.parse().expect("a number"))
    };
    text.unwrap_or_default().split_whitespace().map(entry).collect()
}

#[tokio::test]
async fn the_script_is_exact_to_the_grain() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let (store, mut admin) = (store(&server), server.admin());
    let args = [WINDOW, 5, 1];
    let before = now(&mut admin);
    for _ in 0..5 {
        assert_eq!(ask(&store, &["a"], &args).await, 0);
    }
    let went = log(&mut admin, "a");
    assert_eq!(went.iter().map(|(_, calls)| calls).sum::<i64>(), 5);
    assert!(went.iter().all(|(at, _)| (before..=now(&mut admin)).contains(at)), "{went:?}");
    // The limit is used up: the sixth waits until the first has left the window.
    let before = now(&mut admin);
    let wait = ask(&store, &["a"], &args).await;
    let asked_at = went[0].0 + WINDOW - wait;
    assert!((before - 10..=now(&mut admin)).contains(&asked_at), "{wait}");
    assert_eq!(wait % 10, 0, "the first limit holds it");
    // A refused call leaves no trace.
    assert_eq!(log(&mut admin, "a"), went);
    // The key goes when it no longer says anything, and at most a second later.
    let ttl: i64 = admin.pttl("a").expect("its time to live");
    let left = (went[went.len() - 1].0 + WINDOW - now(&mut admin)) / 1000;
    assert!((left..left + 2500).contains(&ttl), "{ttl} of {left}");
}

#[tokio::test]
async fn a_grain_counts_a_little_too_long_and_never_too_short() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let (store, mut admin) = (store(&server), server.admin());
    // A day, as for 5,000 calls: they take one place in the log.
    let (day, grain) = (86_401_000_000, 1_350_015_000);
    for _ in 0..50 {
        assert_eq!(ask(&store, &["a"], &[day, 50, grain]).await, 0);
    }
    let went = log(&mut admin, "a");
    assert!(went.len() <= 2, "{went:?}");
    let ahead = went[0].0 - now(&mut admin);
    assert!((-1_000_000..=grain).contains(&ahead), "{ahead}");
    let wait = ask(&store, &["a"], &[day, 50, grain]).await;
    assert!((day - 1_000_000..=day + grain + 10).contains(&wait), "{wait}");
}

#[tokio::test]
async fn a_call_goes_when_the_first_has_left_the_window() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let (store, mut admin) = (store(&server), server.admin());
    let time = now(&mut admin);
    let old = format!("{}x3 {}x2", time - WINDOW - 1, time - WINDOW / 2);
    let () = admin.set("a", old).expect("set");
    for _ in 0..3 {
        assert_eq!(ask(&store, &["a"], &[WINDOW, 5, 1]).await, 0);
    }
    assert!(ask(&store, &["a"], &[WINDOW, 5, 1]).await > WINDOW / 3);
}

#[tokio::test]
async fn all_limits_have_room_or_none_is_touched() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let (store, mut admin) = (store(&server), server.admin());
    assert_eq!(ask(&store, &["narrow"], &[WINDOW, 1, 1]).await, 0);
    let wait = ask(&store, &["wide", "narrow"], &[WINDOW, 9, 1, WINDOW, 1, 1]).await;
    assert_eq!((wait > 0, wait % 10), (true, 1), "the second holds it: {wait}");
    assert!(!admin.exists::<_, bool>("wide").expect("an answer"));
}

#[tokio::test]
async fn a_clock_that_went_back_stops_nobody_for_long() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let (store, mut admin) = (store(&server), server.admin());
    let ahead = now(&mut admin) + 3_600_000_000;
    let () = admin.set("a", format!("{ahead}x200")).expect("set");
    let wait = ask(&store, &["a"], &[WINDOW, 200, 1000]).await;
    assert!((1..=WINDOW + 1010).contains(&wait), "{wait}");
    // It counts from now on, and not anew with each question.
    let went = log(&mut admin, "a");
    assert!(went[0].0 <= now(&mut admin) + 1000, "{went:?}");
    ask(&store, &["a"], &[WINDOW, 200, 1000]).await;
    assert_eq!(log(&mut admin, "a"), went);
    // Nor does a key that holds something else stop anybody.
    let () = admin.set("c", "text").expect("set");
    assert_eq!(ask(&store, &["c"], &[WINDOW, 200, 1000]).await, 0);
}

#[tokio::test]
async fn a_forgotten_script_and_a_closed_connection_are_made_good_at_once() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let (store, mut admin) = (store(&server), server.admin());
    assert_eq!(ask(&store, &["a"], &[1, 1, 1]).await, 0);
    let () = redis::cmd("SCRIPT").arg("FLUSH").query(&mut admin).expect("it forgets");
    assert_eq!(ask(&store, &["a"], &[1, 1, 1]).await, 0);
    let closed: u32 = redis::cmd("CLIENT").arg(("KILL", "TYPE", "normal")).query(&mut admin).expect("it closes");
    assert_eq!(closed, 1);
    assert_eq!(ask(&store, &["a"], &[1, 1, 1]).await, 0);
}

#[tokio::test]
async fn no_error_shows_the_password() {
    let Some(server) = RedisServer::start(&["--requirepass", "open-sesame"]) else { return };
    let with = |password: &str| server.url().replace("//", &format!("//:{password}@"));
    let question = |store: RedisStore| async move {
        let shown = format!("{store:?}");
        (store.evaluate(QUOTA_SCRIPT, vec!["a".to_owned()], vec![1, 1, 1]).await, shown)
    };
    let (answer, shown) = question(RedisStore::connect(&with("open-sesame")).expect("valid")).await;
    assert_eq!(answer, Ok(0));
    assert!(!shown.contains("sesame"), "{shown}");
    let (answer, shown) = question(RedisStore::connect(&with("close-sesame")).expect("valid")).await;
    let reason = answer.expect_err("it is refused");
    assert!(reason.contains("authentication failed"), "{reason}");
    assert!(!reason.contains("sesame") && !shown.contains("sesame"), "{reason} {shown}");
    for url in
        ["redis://:open-sesame@host:port", "redis://:open/sesame@host", "open-sesame", "http://:open-sesame@host"]
    {
        let error = RedisStore::connect(url).expect_err("it is no address of a store").to_string();
        assert!(!error.contains("sesame"), "{error}");
    }
}

#[tokio::test]
async fn a_cluster_keeps_the_keys_of_a_call_together() {
    let Some(server) = RedisServer::start(&["--cluster-enabled", "yes"]) else { return };
    let account = Account::new("demo", 12_345_678, "key").expect("a valid account");
    let quota = QuotaSettings { store: true, ..QuotaSettings::default() };
    let mut engine = Engine::new(account, Settings { quota, ..Settings::default() });
    let params: Params = [("room_id", 1_i64)].into_iter().collect();
    let operation = operation::find("chat.list_reviews").expect("a known operation");
    let now = Now { unix: 1_500_000_000, ticks: 0, random: 0 };
    let (_, Step::Store { question, .. }) = engine.begin(operation, &params, CallOptions::default(), now) else {
        panic!("the store is asked")
    };
    assert!(question.keys.len() > 1, "{:?}", question.keys);
    let mut admin = server.admin();
    let slots: Vec<u32> = question
        .keys
        .iter()
        .map(|key| redis::cmd("CLUSTER").arg(("KEYSLOT", key)).query(&mut admin).expect("a slot"))
        .collect();
    assert!(slots.windows(2).all(|pair| pair[0] == pair[1]), "{slots:?}");
}
