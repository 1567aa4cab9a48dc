//! What a customer's server does with callbacks: it takes them, checks their
//! signature and answers.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::post;
use baijiayun::PartnerKey;
use baijiayun::core::form;
use bytes::Bytes;
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use crate::failure::Failure;

/// How long a callback may take to come.
const DEADLINE: Duration = Duration::from_secs(10);

/// A callback whose signature was right.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Callback {
    /// The last part of the address it was posted to.
    pub(super) kind: String,
    pub(super) members: BTreeMap<String, String>,
    pub(super) verified: bool,
}

impl Callback {
    pub(super) fn member(&self, name: &str) -> &str {
        self.members.get(name).map_or("", String::as_str)
    }
}

pub(super) struct Inbox {
    url: String,
    callbacks: UnboundedReceiver<Callback>,
    server: JoinHandle<()>,
}

struct Taker {
    key: PartnerKey,
    taken: UnboundedSender<Callback>,
}

impl Inbox {
    pub(super) async fn open(key: PartnerKey) -> Result<Inbox, Failure> {
        let failed = |error| Failure::io("cannot listen for callbacks", &error);
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(failed)?;
        let url = format!("http://{}", listener.local_addr().map_err(failed)?);
        let (taken, callbacks) = unbounded_channel();
        let router = Router::new().route("/{kind}", post(take)).with_state(Arc::new(Taker { key, taken }));
        let server = tokio::spawn(async move { drop(axum::serve(listener, router).await) });
        Ok(Inbox { url, callbacks, server })
    }

    /// The address to set for callbacks of a kind.
    pub(super) fn address(&self, kind: &str) -> String {
        format!("{}/{kind}", self.url)
    }

    /// The next callback, which must be this one.
    pub(super) async fn expect(&mut self, kind: &str, member: &str, value: &str) -> Result<Callback, Failure> {
        let callback = tokio::time::timeout(DEADLINE, self.callbacks.recv()).await.ok().flatten().ok_or_else(|| {
            let seconds = DEADLINE.as_secs();
            Failure::new("callback", format!("no {kind} callback with {member} {value} came within {seconds} s"))
        })?;
        if !callback.verified {
            return Err(Failure::new("callback", format!("the signature of a {} callback is wrong", callback.kind)));
        }
        if callback.kind != kind || callback.member(member) != value {
            return Err(Failure::new(
                "callback",
                format!(
                    "a {kind} callback with {member} {value} was expected, not {} {:?}",
                    callback.kind, callback.members
                ),
            ));
        }
        Ok(callback)
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn take(State(taker): State<Arc<Taker>>, Path(kind): Path<String>, body: Bytes) -> &'static str {
    let pairs = form::decode(&body).unwrap_or_default();
    let members: BTreeMap<String, String> =
        pairs.into_iter().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    let signed = members.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let sign = members.get("sign").map_or("", String::as_str);
    let verified = taker.key.verify(signed, sign);
    let answer = if verified { r#"{"code":0,"msg":""}"# } else { r#"{"code":1,"msg":"签名错误"}"# };
    // The demo may have ended: then nobody wants to know.
    drop(taker.taken.send(Callback { kind, members, verified }));
    answer
}
