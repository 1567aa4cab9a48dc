//! What the service posts to its customer: signed like a request.

use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io};

use baijiayun_api::Description;
use baijiayun_core::callbacks::{self, Posting};
use baijiayun_core::{Error, PartnerKey};
use md5::{Digest, Md5};
use rustls::crypto::CryptoProvider;
use rustls_platform_verifier::BuilderVerifierExt;
use serde_json::{Map, Value};
use tokio::sync::mpsc;

use crate::clock;

/// How long the customer may take to answer.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Callbacks that wait to be sent; more are dropped.
pub(crate) const WAITING: usize = 1024;

/// A callback, signed and encoded.
#[derive(Debug)]
pub(crate) struct Post {
    url: String,
    content_type: &'static str,
    body: String,
}

/// Signs callbacks.
pub(crate) struct Sender {
    partner_id: String,
    key: String,
    sent: u64,
}

impl Sender {
    pub fn new(partner_id: &str, key: String) -> Sender {
        Sender { partner_id: partner_id.to_owned(), key, sent: 0 }
    }

    pub fn partner_id(&self) -> &str {
        &self.partner_id
    }

    pub fn key(&self) -> &str {
        &self.key
    }

    /// Replaces the key by another one.
    pub fn renew_key(&mut self) {
        let digest = Md5::digest(self.key.as_bytes());
        self.key = format!("mock-{:032x}", u128::from_be_bytes(digest.into()));
    }

    /// The callback with `qid`, `timestamp` and `sign`, as the documents print it.
    pub fn post(&mut self, name: &str, url: &str, members: Vec<(String, String)>) -> Result<Post, Error> {
        let now = clock::now();
        self.sent += 1;
        let qid = format!("{}{:010}", clock::format(now, "%Y%m%d%H%M%S"), self.sent);
        let data: Map<String, Value> = members.into_iter().map(|(name, value)| (name, Value::String(value))).collect();
        let posting = Posting { name: Some(name), json: None, qid: Some(&qid), timestamp: Some(now) };
        let signed = callbacks::signed(&Value::Object(data).to_string(), posting, &PartnerKey::new(self.key.as_str()))?;
        Ok(Post { url: url.to_owned(), content_type: signed.content_type, body: signed.body })
    }
}

/// The members of a callback: those that are given, and for those that are left out what the printed example has (without
/// `qid`, `timestamp` and `sign`). `None` if there is no callback of that name.
pub fn callback_members(name: &str, given: Vec<(String, String)>) -> Option<Vec<(String, String)>> {
    let callback = Description::embedded().callbacks.get(name)?;
    let example: Map<String, Value> =
        callback.payload_example.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let mut members = given;
    for (name, value) in example {
        let is_made_here = matches!(name.as_str(), "qid" | "timestamp" | "sign");
        if !is_made_here && !members.iter().any(|(known, _)| *known == name) {
            members.push((name, crate::input::plain(&value)));
        }
    }
    Some(members)
}

/// What the customer answered to a callback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallbackAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: String,
}

/// Why a callback was not delivered.
#[derive(Debug)]
#[non_exhaustive]
pub enum CallbackError {
    /// The service has no callback of that name.
    UnknownName(String),
    /// No address was set for it.
    NoAddress(String),
    /// No receiver would take its members.
    Malformed(Error),
    /// Nobody answered at the address.
    NotDelivered(String),
}

impl fmt::Display for CallbackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CallbackError::UnknownName(name) => write!(f, "there is no callback named {name:?}"),
            CallbackError::NoAddress(name) => write!(f, "no address is set for the callback {name}"),
            CallbackError::Malformed(why) => why.fmt(f),
            CallbackError::NotDelivered(why) => write!(f, "the callback was not delivered: {why}"),
        }
    }
}

impl std::error::Error for CallbackError {}

/// What posts them: past proxies, since receivers under test are near, and to https as well.
pub(crate) fn http() -> io::Result<reqwest::Client> {
    let provider = CryptoProvider::get_default().cloned();
    let provider = provider.unwrap_or_else(|| Arc::new(rustls::crypto::ring::default_provider()));
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(io::Error::other)?
        .with_no_client_auth();
    reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy().build().map_err(io::Error::other)
}

pub(crate) async fn deliver(http: &reqwest::Client, post: Post) -> Result<CallbackAnswer, CallbackError> {
    let failed = |error: reqwest::Error| CallbackError::NotDelivered(error.to_string());
    let request = http.post(&post.url).timeout(TIMEOUT).header("content-type", post.content_type).body(post.body);
    let response = request.send().await.map_err(failed)?;
    let status = response.status().as_u16();
    Ok(CallbackAnswer { status, body: response.text().await.map_err(failed)? })
}

/// Sends one callback after the other, so that they arrive in the order of events.
pub(crate) async fn deliver_all(http: reqwest::Client, mut waiting: mpsc::Receiver<Post>) {
    while let Some(post) = waiting.recv().await {
        let url = post.url.clone();
        match deliver(&http, post).await {
            Ok(answer) => tracing::debug!(url, status = answer.status, "callback delivered"),
            Err(error) => tracing::warn!(url, %error, "callback not delivered"),
        }
    }
}
