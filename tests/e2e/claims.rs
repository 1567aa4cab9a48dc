//! Each callback is taken once by several receivers that share a real Redis.

use std::sync::Arc;
use std::time::Duration;

use baijiayun::RedisStore;
use baijiayun::callbacks::Dedupe;
use baijiayun_tests::redis_server::RedisServer;
use redis::Commands;
use tokio::task::JoinSet;

fn receiver(server: &RedisServer) -> Dedupe {
    let store = RedisStore::connect(&server.url()).expect("a valid address").timeout(Duration::from_secs(30));
    Dedupe::shared(store).prefix("school").hold(Duration::from_secs(60))
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_many_receivers_takes_a_callback() {
    let Some(server) = RedisServer::start(&[]) else { return eprintln!("skipped: there is no redis-server") };
    let receivers: Vec<Arc<Dedupe>> = (0..8).map(|_| Arc::new(receiver(&server))).collect();
    let mut claims = JoinSet::new();
    for receiver in &receivers {
        for qid in 0..50 {
            let receiver = Arc::clone(receiver);
            claims.spawn(async move { receiver.claim(&qid.to_string()).await });
        }
    }
    let taken = claims.join_all().await.into_iter().filter(|taken| *taken).count();
    assert_eq!(taken, 50);

    let mut admin = server.admin();
    let seconds: i64 = admin.ttl("school:qid:7").expect("a time");
    assert!((1..=60).contains(&seconds), "{seconds}");
}

#[tokio::test]
async fn what_is_given_back_may_be_taken_by_another() {
    let Some(mut server) = RedisServer::start(&[]) else { return eprintln!("skipped: there is no redis-server") };
    let (one, other) = (receiver(&server), receiver(&server));
    assert!(one.claim("1").await && !other.claim("1").await);
    one.release("1").await;
    let third = receiver(&server);
    assert!(third.claim("1").await && !one.claim("1").await);

    server.kill();
    assert!(one.claim("2").await && !one.claim("2").await, "each alone while the store is down");
}
