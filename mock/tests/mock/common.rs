//! What the tests of the mock have in common.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use baijiayun::core::{form, operation};
use baijiayun::{Account, Client, Error, File, Params, PartnerKey, QuotaSettings, RetrySettings, Settings};
use baijiayun_mock::Builder;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::shells::{Answered, Shell};

/// The type of a form.
pub const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// An answer that must be JSON.
pub fn json_of(answer: Answered) -> Value {
    serde_json::from_slice(&answer.unwrap().body).unwrap()
}

/// A mock and a client for its account.
pub struct World<S> {
    pub mock: S,
    pub client: Client,
}

impl<S: Shell> World<S> {
    pub async fn new() -> World<S> {
        World::with(Builder::default()).await
    }

    pub async fn with(builder: Builder) -> World<S> {
        let mock = S::start(builder).await;
        // The mock itself is tested here, not what the client does about its answers.
        let settings = Settings {
            quota: QuotaSettings::unlimited(),
            retry: RetrySettings { attempts: 1, ..RetrySettings::default() },
            ..Settings::default()
        };
        let client = Client::builder(mock.account()).settings(settings).executor(mock.executor()).build().unwrap();
        World { mock, client }
    }

    /// A client of it with other settings.
    pub fn client_of(&self, account: Account) -> Client {
        Client::builder(account).executor(self.mock.executor()).build().unwrap()
    }

    /// Sends what the SDK would not send, to a path.
    pub async fn send(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: impl Into<Vec<u8>>,
    ) -> Answered {
        self.mock.send(method, &format!("{}{target}", self.mock.base()), headers, body.into()).await
    }

    /// Posts a form by hand; the answer as JSON.
    pub async fn post(&self, path: &str, body: String) -> Value {
        json_of(self.send("POST", path, &[FORM], body).await)
    }

    /// Calls an operation with parameters given as JSON; the answer's data.
    pub async fn call(&self, name: &'static str, params: Value) -> Result<Value, Error> {
        self.call_with(name, params, &[]).await
    }

    /// As `call`, with files.
    pub async fn call_with(
        &self,
        name: &'static str,
        params: Value,
        files: &[(&'static str, File)],
    ) -> Result<Value, Error> {
        let operation = operation::find(name)?;
        let mut params = Params::from_json(operation, &params.to_string())?;
        for (field, file) in files {
            params.set(*field, file.clone());
        }
        let answer = self.client.call(name).params(params).send().await?;
        assert_eq!(answer.departures, [], "{name} answers as described");
        Ok(serde_json::from_slice(&answer.data).unwrap())
    }

    pub async fn room(&self, title: &str) -> i64 {
        let room = json!({ "title": title, "start_time": 1_893_456_000, "end_time": 1_893_459_600 });
        id(&self.call("room.create", room).await.unwrap()["room_id"])
    }

    pub async fn user(&self, role: i64, phone: &str) -> i64 {
        let user =
            json!({ "role": role, "name": format!("用户{phone}"), "phone_number": phone, "password": "secret1" });
        id(&self.call("user.add", user).await.unwrap()["id"])
    }

    pub async fn doc(&self, name: &str) -> i64 {
        let file = File::bytes(name, *b"0123456789");
        id(&self.call_with("doc.upload", json!({}), &[("attachment", file)]).await.unwrap()["fid"])
    }

    /// A registered video and its upload address.
    pub async fn video(&self, name: &str) -> (i64, String) {
        let video =
            self.call("video.get_upload_url", json!({ "file_name": name, "definition": [16, 1] })).await.unwrap();
        (id(&video["video_id"]), video["upload_url"].as_str().unwrap().to_owned())
    }

    /// Uploads a file to an address, typed as the client does it.
    pub async fn upload(&self, url: &str, content: Vec<u8>) -> Result<Value, Error> {
        let file = File::bytes("lesson.mp4", content);
        self.call_with("video.upload_file", json!({ "upload_url": url }), &[("data", file)]).await
    }

    /// The code that a call is refused with.
    pub async fn refusal(&self, name: &'static str, params: Value) -> i64 {
        match self.call(name, params).await {
            Ok(data) => panic!("{name} was not refused but answered {data}"),
            Err(error) => error.code().unwrap_or_else(|| panic!("{name}: {error}")),
        }
    }
}

/// An id, typed either way.
pub fn id(value: &Value) -> i64 {
    value.as_i64().or_else(|| value.as_str()?.parse().ok()).unwrap_or_else(|| panic!("{value} is no id"))
}

/// One member of each row.
pub fn column(rows: &Value, name: &str) -> Vec<Value> {
    rows.as_array().unwrap().iter().map(|row| row[name].clone()).collect()
}

/// A request body signed by hand, as another client makes it.
pub fn signed(key: &str, pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let key = PartnerKey::new(key);
    let sign = key.signature(&baijiayun::core::sign::canonical(pairs.iter().copied()));
    let mut pairs: Vec<(String, String)> =
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    pairs.push(("sign".to_owned(), sign));
    pairs
}

pub fn encoded(pairs: &[(String, String)]) -> String {
    form::encode(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
}

/// A customer's server, which the service posts callbacks to.
pub struct Customer {
    pub url: String,
    posts: mpsc::UnboundedReceiver<(String, String)>,
}

const TAKEN: &str = r#"{"code":0,"msg":""}"#;

impl Customer {
    pub async fn start() -> Customer {
        Customer::failing(Vec::new()).await
    }

    /// One that answers the first posts so, and takes the others.
    pub async fn failing(answers: Vec<(u16, &'static str)>) -> Customer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (sender, posts) = mpsc::unbounded_channel();
        let answers = Arc::new(Mutex::new(VecDeque::from(answers)));
        let hook = post(move |headers: HeaderMap, body: String| {
            let content_type = headers["content-type"].to_str().unwrap().to_owned();
            sender.send((content_type, body)).unwrap();
            let (status, said) = answers.lock().unwrap().pop_front().unwrap_or((200, TAKEN));
            async move { (StatusCode::from_u16(status).unwrap(), said) }
        });
        tokio::spawn(async { axum::serve(listener, Router::new().route("/hook", hook)).await });
        Customer { url, posts }
    }

    /// Whether it was posted something that was not looked at.
    pub fn has_more(&self) -> bool {
        !self.posts.is_empty()
    }

    /// The next callback, whose signature must be right.
    pub async fn next(&mut self, key: &str) -> BTreeMap<String, String> {
        let received = tokio::time::timeout(Duration::from_secs(10), self.posts.recv()).await;
        let (content_type, body) = received.expect("a callback comes in time").unwrap();
        let members: BTreeMap<String, String> = if content_type == "application/json" {
            serde_json::from_str(&body).unwrap()
        } else {
            assert_eq!(content_type, "application/x-www-form-urlencoded");
            let pairs = form::decode(body.as_bytes()).unwrap();
            pairs.into_iter().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
        };
        let pairs = members.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        assert!(PartnerKey::new(key).verify(pairs, &members["sign"]), "the callback is signed");
        members
    }
}
