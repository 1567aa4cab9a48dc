//! Measures small calls beside a large answer: one client, 8 callers of small
//! answers, and one that gets 50 MB after 50 MB. Nothing goes over a network,
//! so that it is the client alone that is seen.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use baijiayun::core::Request;
use baijiayun::{Account, Client, Executor, HttpAnswer, QuotaSettings, Sending, Settings};

const CALLERS: usize = 8;
const SECONDS: u64 = 10;
const LARGE: usize = 50 << 20;

/// Nothing is missing in it, so that nothing has to be made up.
const SMALL: &[u8] = br#"{"code":0,"data":{"user_count":2,"display_user_count":2},"msg":"","ts":1}"#;

/// Answers from memory: `room.list` with the large answer, all others with a small one.
struct Canned(Arc<[u8]>);

impl Executor for Canned {
    fn execute(&self, request: Request, _: Duration) -> Sending<'_> {
        Box::pin(async move {
            let large = request.operation == "room.list";
            let body = if large { self.0.to_vec() } else { SMALL.to_vec() };
            // The small callers are no benchmark of themselves.
            tokio::time::sleep(Duration::from_millis(1)).await;
            Ok(HttpAnswer::new(200, body))
        })
    }
}

/// A list of rooms of this size.
fn large() -> Vec<u8> {
    let row = r#"{"room_id":"12345678901234","title":"a lesson in the history of ideas","max_users":"30","type":"2"}"#;
    let mut body = br#"{"code":0,"msg":"","ts":1,"data":{"total":"1","list":["#.to_vec();
    while body.len() < LARGE {
        body.extend_from_slice(row.as_bytes());
        body.push(b',');
    }
    body.extend_from_slice(row.as_bytes());
    body.extend_from_slice(b"]}}");
    body
}

#[tokio::main(flavor = "multi_thread", worker_threads = 4)]
async fn main() {
    let body: Arc<[u8]> = large().into();
    for with_large in [false, true] {
        let account = Account::new("demo", "12345678", "key").expect("a valid account");
        let settings = Settings { max_answer: 64 << 20, quota: QuotaSettings::unlimited(), ..Settings::default() };
        let client =
            Client::builder(account).settings(settings).executor(Canned(Arc::clone(&body))).build().expect("a client");
        let over = Arc::new(AtomicBool::new(false));
        let callers: Vec<_> = (0..CALLERS)
            .map(|_| {
                let (client, over) = (client.clone(), Arc::clone(&over));
                tokio::spawn(async move {
                    let mut times = Vec::new();
                    while !over.load(Ordering::Relaxed) {
                        let begun = Instant::now();
                        client.live().get_user_count(1).await.expect("an answer");
                        times.push(begun.elapsed());
                    }
                    times
                })
            })
            .collect();
        let end = Instant::now() + Duration::from_secs(SECONDS);
        let mut answers = 0;
        while Instant::now() < end {
            if with_large {
                client.call("room.list").send_as::<serde::de::IgnoredAny>().await.expect("an answer");
                answers += 1;
            } else {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        over.store(true, Ordering::Relaxed);
        let mut times = Vec::new();
        for caller in callers {
            times.extend(caller.await.expect("its times"));
        }
        times.sort();
        let at = |part: usize| times[(times.len() - 1) * part / 1000];
        println!(
            "beside {answers} answers of 50 MB: {} small calls, median {:.1?}, 99 of 100 {:.1?}, 999 of 1000 {:.1?}, worst {:.1?}",
            times.len(),
            at(500),
            at(990),
            at(999),
            at(1000)
        );
    }
}
