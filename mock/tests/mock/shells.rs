//! The two shells that the tests run the mock in: on a port of this machine, and as a function that is called.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use baijiayun::core::{Body, FileSource, PartContent, Request};
use baijiayun::{
    Account, Executor, File, HttpAnswer, Method, ReqwestExecutor, Sending, TransportError, TransportErrorKind,
};
use baijiayun_mock::{
    Builder, CallbackAnswer, CallbackError, CannedAnswers, Delivery, Head, Incoming, Misbehaviour, Mock, MockService,
    Post, Received, Reply,
};
use futures_util::stream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// What came back: an answer, or why there is none.
pub type Answered = Result<HttpAnswer, String>;

/// A way to run the mock. What it can be asked besides has the same names in both.
pub trait Shell: Sized {
    /// A request whose body is being sent.
    type Begun: Begun;

    async fn start(builder: Builder) -> Self;

    /// Where it is.
    fn base(&self) -> &str;

    /// The account that it knows.
    fn account(&self) -> Account;

    /// What a client reaches it by.
    fn executor(&self) -> impl Executor + 'static;

    /// Sends a request with its whole body, whose length it tells.
    async fn send(&self, method: &str, url: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answered;

    /// Begins to send one.
    async fn begin(&self, method: &str, url: &str, headers: &[(&str, &str)]) -> Self::Begun;
}

/// A request whose body is being sent.
pub trait Begun {
    /// Sends more of it.
    async fn more(&mut self, piece: Vec<u8>);

    /// That was all.
    async fn end(self) -> Answered;

    /// Goes away in the middle.
    async fn break_off(self);
}

/// An HTTP client for requests that the SDK would not send.
pub fn http() -> reqwest::Client {
    ReqwestExecutor::builder().unwrap().no_proxy().build().unwrap()
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis().try_into().unwrap()
}

impl Shell for MockService {
    type Begun = OnItsWay;

    async fn start(builder: Builder) -> MockService {
        builder.start().await.unwrap()
    }

    fn base(&self) -> &str {
        self.url()
    }

    fn account(&self) -> Account {
        Account::new(self.url(), self.partner_id(), self.partner_key()).unwrap()
    }

    fn executor(&self) -> impl Executor + 'static {
        ReqwestExecutor::with_client(http())
    }

    async fn send(&self, method: &str, url: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answered {
        answer(request(method, url, headers).body(body)).await
    }

    async fn begin(&self, method: &str, url: &str, headers: &[(&str, &str)]) -> OnItsWay {
        let (pieces, waiting) = mpsc::channel(1);
        let waiting =
            stream::unfold(waiting, |mut waiting| async { waiting.recv().await.map(|piece| (piece, waiting)) });
        let request = request(method, url, headers).body(reqwest::Body::wrap_stream(waiting));
        OnItsWay { pieces, answer: tokio::spawn(answer(request)) }
    }
}

fn request(method: &str, url: &str, headers: &[(&str, &str)]) -> reqwest::RequestBuilder {
    let request = http().request(method.parse().unwrap(), url);
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
}

async fn answer(request: reqwest::RequestBuilder) -> Answered {
    let answer = async {
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let answer = HttpAnswer::new(status, response.bytes().await?);
        let headers = headers.iter();
        Ok(headers.fold(answer, |answer, (name, value)| answer.with_header(name.as_str(), value.to_str().unwrap())))
    };
    answer.await.map_err(|error: reqwest::Error| error.to_string())
}

pub struct OnItsWay {
    pieces: mpsc::Sender<Result<Vec<u8>, std::io::Error>>,
    answer: JoinHandle<Answered>,
}

impl Begun for OnItsWay {
    async fn more(&mut self, piece: Vec<u8>) {
        self.pieces.send(Ok(piece)).await.unwrap();
        // The connection asks for more when it has sent what it had.
        let _ = self.pieces.reserve().await;
    }

    async fn end(self) -> Answered {
        drop(self.pieces);
        self.answer.await.unwrap()
    }

    async fn break_off(self) {
        self.pieces.send(Err(std::io::Error::other("the network is gone"))).await.unwrap();
        assert!(self.answer.await.unwrap().is_err());
    }
}

/// The mock as a function: every request is a call of it, and so is every callback that was posted.
#[derive(Clone)]
pub struct Function {
    mock: Arc<Mutex<Mock>>,
    partner_id: String,
    latency: Arc<tokio::sync::Mutex<()>>,
}

const BASE: &str = "http://127.0.0.1:9";

impl Function {
    fn mock(&self) -> MutexGuard<'_, Mock> {
        self.mock.lock().unwrap()
    }

    pub fn url(&self) -> &'static str {
        BASE
    }

    pub fn partner_id(&self) -> &str {
        &self.partner_id
    }

    pub fn partner_key(&self) -> String {
        self.mock().partner_key().to_owned()
    }

    pub fn requests(&self) -> Vec<Received> {
        self.mock().requests().cloned().collect()
    }

    pub fn callbacks(&self) -> Vec<Delivery> {
        self.mock().callbacks().cloned().collect()
    }

    pub fn answer(&self, answers: CannedAnswers) {
        self.mock().answer(answers);
    }

    pub fn misbehave(&self, misbehaviour: Misbehaviour) {
        self.mock().misbehave(misbehaviour);
    }

    pub async fn advance(&self, by: Duration) {
        let mut left = by.as_millis().try_into().unwrap();
        self.post_all().await;
        while left > 0 {
            left = self.mock().advance(left, now());
            self.post_all().await;
        }
    }

    pub async fn post_callback(
        &self,
        name: &str,
        params: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
    ) -> Result<CallbackAnswer, CallbackError> {
        let given = params.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        let post = self.mock().trigger(name, given, now())?;
        if post.url.is_empty() {
            return Err(CallbackError::NoAddress(post.name));
        }
        self.post_all().await;
        let outcome = self.mock().outcome(post.id);
        outcome.unwrap().map_err(CallbackError::NotDelivered)
    }

    /// Posts callbacks, if nobody is at it.
    async fn post_all(&self) {
        let _turn = self.latency.lock().await;
        loop {
            let posts = self.mock().take_posts();
            if posts.is_empty() {
                return;
            }
            for Post { id, url, content_type, body, .. } in posts {
                let sent = answer(http().post(&url).header("content-type", content_type).body(body)).await;
                let outcome = sent.map(|answer| CallbackAnswer {
                    status: answer.status,
                    body: String::from_utf8(answer.body).unwrap(),
                });
                self.mock().posted(id, outcome, now());
            }
        }
    }

    async fn finish(&self, incoming: Incoming, came: Result<(), String>) -> Answered {
        let reply = self.mock().finish(incoming, came, now());
        self.post_all().await;
        if let Some(by) = reply.advance {
            self.advance(by).await;
        }
        let Reply { status, headers, body, cut, .. } = reply;
        if cut {
            return Err("the connection was cut".to_owned());
        }
        let answer = HttpAnswer::new(status, body);
        Ok(headers.iter().fold(answer, |answer, (name, value)| answer.with_header(name, *value)))
    }
}

impl Shell for Function {
    type Begun = Called;

    async fn start(builder: Builder) -> Function {
        let mock = builder.build();
        let partner_id = mock.partner_id().to_owned();
        Function { mock: Arc::new(Mutex::new(mock)), partner_id, latency: Arc::default() }
    }

    fn base(&self) -> &str {
        BASE
    }

    fn account(&self) -> Account {
        Account::new(BASE, &self.partner_id, self.partner_key()).unwrap()
    }

    fn executor(&self) -> impl Executor + 'static {
        self.clone()
    }

    async fn send(&self, method: &str, url: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answered {
        let length = body.len().to_string();
        let mut begun = self.begin(method, url, &[headers, &[("content-length", &length)]].concat()).await;
        begun.more(body).await;
        begun.end().await
    }

    async fn begin(&self, method: &str, url: &str, headers: &[(&str, &str)]) -> Called {
        let target = url.strip_prefix(BASE).expect("it is sent to the mock");
        let incoming = self.mock().receive(&Head { method, target, headers, base: BASE }, now());
        tokio::time::sleep(incoming.latency()).await;
        Called { function: self.clone(), incoming }
    }
}

pub struct Called {
    function: Function,
    incoming: Incoming,
}

impl Begun for Called {
    async fn more(&mut self, piece: Vec<u8>) {
        // As a connection brings it.
        for piece in piece.chunks(1 << 14) {
            if self.incoming.is_hungry() {
                self.function.mock().take(&mut self.incoming, piece, now());
            }
        }
    }

    async fn end(self) -> Answered {
        self.function.finish(self.incoming, Ok(())).await
    }

    async fn break_off(self) {
        let _ = self.function.finish(self.incoming, Err("the network is gone".to_owned())).await;
    }
}

impl Executor for Function {
    fn execute(&self, request: Request, _: Duration) -> Sending<'_> {
        Box::pin(async move {
            let method = if request.method == Method::Get { "GET" } else { "POST" };
            let mut headers: Vec<(&str, String)> =
                request.headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
            let body = match request.body {
                Body::Empty => Vec::new(),
                Body::Form(form) => form.into_bytes(),
                Body::Chunk(file) => {
                    headers.push(("content-range", file.content_range().unwrap()));
                    content(&file).to_vec()
                }
                Body::Multipart(parts) => {
                    headers.push(("content-type", "multipart/form-data; boundary=of-the-tests".to_owned()));
                    let mut form = Form::default();
                    for part in parts {
                        match part.content {
                            PartContent::Text(text) => form.add(&part.name, None, text.as_bytes()),
                            PartContent::File(file) => form.add(&part.name, Some(&file.name), content(&file)),
                        }
                    }
                    form.end()
                }
            };
            let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let sent = self.send(method, &request.url, &headers, body).await;
            sent.map_err(|why| TransportError::new(TransportErrorKind::Other, why))
        })
    }
}

/// What is sent of a file.
fn content(file: &File) -> &[u8] {
    let FileSource::Bytes(bytes) = &file.source else { panic!("the tests send what is in memory") };
    let Some(chunk) = file.chunk else { return bytes };
    let start = usize::try_from(chunk.offset).unwrap();
    &bytes[start..start + usize::try_from(chunk.length).unwrap()]
}

/// The parts of a form, with [`Form::TYPE`] for its type.
#[derive(Default)]
pub struct Form(Vec<u8>);

impl Form {
    pub const TYPE: (&'static str, &'static str) = ("content-type", "multipart/form-data; boundary=of-the-tests");

    pub fn add(&mut self, name: &str, file_name: Option<&str>, content: &[u8]) {
        let file_name = file_name.map(|name| format!("; filename=\"{name}\"")).unwrap_or_default();
        let head = format!("--of-the-tests\r\ncontent-disposition: form-data; name=\"{name}\"{file_name}\r\n\r\n");
        self.0.extend(head.bytes().chain(content.iter().copied()).chain(*b"\r\n"));
    }

    pub fn end(mut self) -> Vec<u8> {
        self.0.extend(b"--of-the-tests--\r\n");
        self.0
    }
}
