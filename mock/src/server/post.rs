//! Posting callbacks to the customer's address.

use std::error::Error;
use std::io;
use std::sync::{Arc, Weak};
use std::time::Duration;

use rustls::crypto::CryptoProvider;
use rustls_platform_verifier::BuilderVerifierExt;

use super::{App, now};
use crate::callbacks::{CallbackAnswer, MOST_ANSWER, Post};

/// How long the customer may take to answer.
const TIMEOUT: Duration = Duration::from_secs(5);

pub(super) struct Poster(reqwest::Client);

impl Poster {
    /// Past proxies, since receivers under test are near, and to https as well.
    pub fn new() -> io::Result<Poster> {
        let provider = CryptoProvider::get_default().cloned();
        let provider = provider.unwrap_or_else(|| Arc::new(rustls::crypto::ring::default_provider()));
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(BuilderVerifierExt::with_platform_verifier)
            .map_err(io::Error::other)?
            .with_no_client_auth();
        // A receiver may close a connection just when the next callback is on its way, which would be lost: each has its own.
        let client =
            reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy().pool_max_idle_per_host(0).build();
        client.map(Poster).map_err(io::Error::other)
    }

    async fn post(&self, post: &Post) -> Result<CallbackAnswer, String> {
        let request = self.0.post(&post.url).timeout(TIMEOUT).header("content-type", &post.content_type);
        let answered = async {
            let mut response = request.body(post.body.clone()).send().await?;
            let status = response.status().as_u16();
            let mut body = Vec::new();
            // What comes after that is nothing that the service would read, and may have no end.
            while body.len() <= MOST_ANSWER
                && let Some(piece) = response.chunk().await?
            {
                body.extend_from_slice(&piece);
            }
            Ok(CallbackAnswer { status, body: String::from_utf8_lossy(&body).into_owned() })
        };
        answered.await.map_err(|error: reqwest::Error| words(&error))
    }
}

/// An error with what led to it, which alone says what is wrong.
fn words(error: &dyn Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {}", words(cause)),
        None => error.to_string(),
    }
}

impl App {
    /// Posts what waits, one after the other, so that callbacks arrive in the order of events.
    pub(super) async fn post_all(&self) {
        let poster = self.poster.lock().await;
        loop {
            let posts = {
                let mut mock = self.mock();
                mock.wake(now());
                mock.take_posts()
            };
            if posts.is_empty() {
                return;
            }
            for post in posts {
                let outcome = poster.post(&post).await;
                match &outcome {
                    Ok(answer) => tracing::debug!(url = post.url, status = answer.status, "callback delivered"),
                    Err(error) => tracing::warn!(url = post.url, %error, "callback not delivered"),
                }
                self.mock().posted(post.id, outcome, now());
            }
        }
    }
}

/// Posts callbacks and does what is due, until the service is gone.
pub(super) async fn keep_on(app: Weak<App>) {
    loop {
        // What is held while nothing happens would keep the service alive.
        let Some((changed, due)) = app.upgrade().map(|app| (app.changed.clone(), app.mock().due())) else { return };
        let due = due.map(|due| Duration::from_millis((due - now()).max(0).unsigned_abs()));
        tokio::select! {
            () = changed.notified() => {}
            () = tokio::time::sleep(due.unwrap_or(Duration::MAX)), if due.is_some() => {}
        }
        match app.upgrade() {
            Some(app) => app.post_all().await,
            None => return,
        }
    }
}
