//! The quota script and the store that evaluates it, on a real Redis.

use std::time::Duration;

use baijiayun::core::engine::{CallOptions, Engine, Now, QUOTA_SCRIPT, QuotaSettings, Settings, Step};
use baijiayun::core::{Account, Params, operation};
use baijiayun::{QuotaStore, RedisStore};
use baijiayun_tests::redis_server::RedisServer;
use redis::{Commands, Connection};

/// A prime, so that nothing is exact by luck; long enough that a test is over sooner.
const INTERVAL: i64 = 60_000_011;

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

fn arrival(admin: &mut Connection, key: &str) -> i64 {
    admin.get(key).expect("a whole number")
}

#[tokio::test]
async fn the_script_is_exact_to_the_microsecond() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let (store, mut admin) = (store(&server), server.admin());
    let args = [INTERVAL, 4 * INTERVAL];
    let before = now(&mut admin);
    assert_eq!(ask(&store, &["a"], &args).await, 0);
    let first = arrival(&mut admin, "a");
    assert!((before..=now(&mut admin)).contains(&(first - INTERVAL)));
    for nth in 1..5 {
        assert_eq!(ask(&store, &["a"], &args).await, 0);
        assert_eq!(arrival(&mut admin, "a"), first + nth * INTERVAL);
    }
    // The burst is used up: the sixth waits until one interval after the first.
    let before = now(&mut admin);
    let wait = ask(&store, &["a"], &args).await;
    assert!((before..=now(&mut admin)).contains(&(first - wait)), "{wait}");
    // A refused call leaves no trace.
    assert_eq!(arrival(&mut admin, "a"), first + 4 * INTERVAL);
    // The key goes when it no longer says anything, and at most a second later.
    let ttl: i64 = admin.pttl("a").expect("its time to live");
    let left = (first + 4 * INTERVAL - now(&mut admin)) / 1000;
    assert!((left..left + 2500).contains(&ttl), "{ttl} of {left}");
}

#[tokio::test]
async fn all_limits_have_room_or_none_is_touched() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let (store, mut admin) = (store(&server), server.admin());
    assert_eq!(ask(&store, &["narrow"], &[INTERVAL, 0]).await, 0);
    assert!(ask(&store, &["wide", "narrow"], &[INTERVAL, 9 * INTERVAL, INTERVAL, 0]).await > 0);
    assert!(!admin.exists::<_, bool>("wide").expect("an answer"));
}

#[tokio::test]
async fn a_clock_that_went_back_stops_nobody_for_long() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let (store, mut admin) = (store(&server), server.admin());
    // 20 at once and 58 ms, as for 200 in 10 s; an arrival of an hour ahead.
    let (interval, tolerance) = (58_012, 19 * 58_012);
    let () = admin.set("a", now(&mut server.admin()) + 3_600_000_000).expect("set");
    let wait = ask(&store, &["a"], &[interval, tolerance]).await;
    assert!((1..=interval).contains(&wait), "{wait}");
    assert!(arrival(&mut admin, "a") <= now(&mut admin) + interval + tolerance);
    // What another process with somewhat wider settings left is not taken for that.
    let ahead = now(&mut admin) + 5 * (interval + tolerance);
    let () = admin.set("b", ahead).expect("set");
    assert!(ask(&store, &["b"], &[interval, tolerance]).await > interval);
    assert_eq!(arrival(&mut admin, "b"), ahead);
    // Nor does a key that holds something else stop anybody.
    let () = admin.set("c", "text").expect("set");
    assert_eq!(ask(&store, &["c"], &[interval, tolerance]).await, 0);
}

#[tokio::test]
async fn a_forgotten_script_and_a_closed_connection_are_made_good_at_once() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let (store, mut admin) = (store(&server), server.admin());
    assert_eq!(ask(&store, &["a"], &[1, 0]).await, 0);
    let () = redis::cmd("SCRIPT").arg("FLUSH").query(&mut admin).expect("it forgets");
    assert_eq!(ask(&store, &["a"], &[1, 0]).await, 0);
    let closed: u32 = redis::cmd("CLIENT").arg(("KILL", "TYPE", "normal")).query(&mut admin).expect("it closes");
    assert_eq!(closed, 1);
    assert_eq!(ask(&store, &["a"], &[1, 0]).await, 0);
}

#[tokio::test]
async fn no_error_shows_the_password() {
    let Some(server) = RedisServer::start(&["--requirepass", "open-sesame"]) else { return };
    let with = |password: &str| server.url().replace("//", &format!("//:{password}@"));
    let question = |store: RedisStore| async move {
        let shown = format!("{store:?}");
        (store.evaluate(QUOTA_SCRIPT, vec!["a".to_owned()], vec![1, 0]).await, shown)
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
    let (_, Step::Store(question)) = engine.begin(operation, &params, CallOptions::default(), now) else {
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
