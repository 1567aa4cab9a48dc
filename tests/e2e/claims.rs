//! Each callback is taken once by several receivers that share a real Redis.

use std::sync::Arc;
use std::time::Duration;

use baijiayun::callbacks::{Callback, Dedupe, Receiver};
use baijiayun::core::{form, sign};
use baijiayun::{PartnerKey, RedisStore};
use baijiayun_tests::redis_server::RedisServer;
use redis::Commands;
use tokio::task::JoinSet;

fn receiver(server: &RedisServer) -> Dedupe {
    let store = RedisStore::connect(&server.url()).expect("a valid address").timeout(Duration::from_secs(30));
    Dedupe::shared(store).prefix("school").hold(Duration::from_secs(3600))
}

fn callback(qid: &str) -> Callback {
    let pairs = [("qid", qid), ("timestamp", "1467882806")];
    let signature = PartnerKey::new("key").signature(&sign::canonical(pairs));
    let body = form::encode(pairs.into_iter().chain([("sign", signature.as_str())]));
    Receiver::new("key").any_time().receive(body.as_bytes(), "").expect("it is taken")
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_many_receivers_takes_a_callback() {
    let Some(server) = RedisServer::start(&[]) else { return eprintln!("skipped: there is no redis-server") };
    let receivers: Vec<Arc<Dedupe>> = (0..8).map(|_| Arc::new(receiver(&server))).collect();
    for qid in 0..50 {
        // All receivers at once, one callback after another: a receiver waits half a second for the store, then it decides alone.
        let mut claims = JoinSet::new();
        for receiver in &receivers {
            let receiver = Arc::clone(receiver);
            claims.spawn(async move { receiver.claim(&callback(&qid.to_string())).await });
        }
        let taken = claims.join_all().await.into_iter().filter(|taken| *taken).count();
        assert_eq!(taken, 1, "callback {qid}");
    }

    let mut admin = server.admin();
    for key in ["qid:7".to_owned(), format!("sign:{}", callback("7").signature())] {
        let seconds: i64 = admin.ttl(format!("school:{{callbacks}}:{key}")).expect("a time");
        assert!((3500..=3600).contains(&seconds), "{key}: {seconds}");
    }
}

#[tokio::test]
async fn what_is_given_back_may_be_taken_by_another() {
    let Some(mut server) = RedisServer::start(&[]) else { return eprintln!("skipped: there is no redis-server") };
    let (one, other) = (receiver(&server), receiver(&server));
    let (first, second) = (callback("1"), callback("2"));
    assert!(one.claim(&first).await && !other.claim(&first).await);
    one.release(&first).await;
    let third = receiver(&server);
    assert!(third.claim(&first).await && !one.claim(&first).await);

    server.kill();
    assert!(one.claim(&second).await && !one.claim(&second).await, "each alone while the store is down");
}

/// What the script does, asked directly: a claim that nobody waited for gives back its own, and nothing of another's.
#[test]
fn a_claim_gives_back_what_it_took() {
    use baijiayun::core::callbacks::{CLAIM_SCRIPT, Ids, claim, give_back, release};
    let Some(server) = RedisServer::start(&[]) else { return eprintln!("skipped: there is no redis-server") };
    let mut admin = server.admin();
    let mut ask = |question: baijiayun::core::engine::StoreQuestion| -> i64 {
        let script = redis::Script::new(CLAIM_SCRIPT);
        let mut invocation = script.prepare_invoke();
        invocation.key(question.keys).arg(question.args);
        invocation.invoke(&mut admin).expect("an answer")
    };
    let ids = |qid, signature| Ids { qid, signature };
    assert_eq!(ask(claim("p", ids("q", "s"), 60, 7)), 1);
    assert_eq!(ask(claim("p", ids("q", "other"), 60, 8)), 0, "the qid is taken");
    assert_eq!(ask(claim("p", ids("other", "s"), 60, 8)), 0, "the signature is taken");
    assert_eq!(ask(claim("p", ids("other", "other"), 60, 8)), 1, "a refused claim takes nothing");
    assert_eq!(ask(give_back("p", ids("q", "s"), 8)), 0, "it is another's");
    assert_eq!(ask(claim("p", ids("q", "s"), 60, 9)), 0);
    assert_eq!(ask(give_back("p", ids("q", "s"), 7)), 1);
    assert_eq!(ask(claim("p", ids("q", "s"), 60, 9)), 1);
    assert_eq!(ask(release("p", ids("q", "s"))), 1, "whoever has it");
    assert_eq!(ask(claim("p", ids("q", "s"), 60, 10)), 1);
}
