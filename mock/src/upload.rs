//! The address that takes video files, in both forms: chunks with their range, and one form with the whole file.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::multipart::{Field, Multipart};
use axum::extract::{FromRequest, Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use baijiayun_core::form;
use futures_util::{Stream, StreamExt};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::range::Range;
use crate::received::Verdict;
use crate::server::{self, App};
use crate::videos::{self, Attempt, Transcoding};

pub(crate) const PATH: &str = "/upload";

const OPERATION: &str = "video.upload_file";
const CHUNK_TYPE: &str = "application/octet-stream";

/// The vendor's own uploader runs in pages of other origins.
const ALLOW_ORIGIN: (HeaderName, &str) = (ACCESS_CONTROL_ALLOW_ORIGIN, "*");

/// What a browser asks before it sends a chunk.
pub(crate) async fn preflight() -> impl IntoResponse {
    (StatusCode::NO_CONTENT, [ALLOW_ORIGIN, (ACCESS_CONTROL_ALLOW_HEADERS, "content-range, content-type, accept")])
}

pub(crate) async fn handle(State(app): State<Arc<App>>, request: Request) -> Response {
    let outcome = take(&app, request).await;
    app.send_callbacks();
    let (verdict, mut response) = match outcome {
        Ok(Taken { video, whole, broken_off }) => {
            if whole {
                transcode_later(&app, video);
            }
            if broken_off {
                (Verdict::Misbehaved, server::cut())
            } else {
                let answer = json!({ "code": 1, "fid": video.to_string(), "msg": "success" });
                (Verdict::Accepted, server::json(StatusCode::OK, &answer))
            }
        }
        Err(failure) => {
            let verdict = Verdict::Refused { code: failure.code, msg: failure.msg.clone() };
            (verdict, server::refusal(&failure, crate::clock::now(), Value::Null))
        }
    };
    let (name, value) = ALLOW_ORIGIN;
    response.headers_mut().insert(name, HeaderValue::from_static(value));
    app.record(PATH.to_owned(), Some(OPERATION), BTreeMap::new(), verdict);
    response
}

struct Taken {
    video: i64,
    /// Whether the file is there, whole.
    whole: bool,
    /// The mock was told to break uploads.
    broken_off: bool,
}

async fn take(app: &App, request: Request) -> Result<Taken, Failure> {
    let opened = open(app, &request);
    let (attempt, range) = match opened {
        Ok(opened) => opened,
        Err(failure) => {
            // Whoever is still sending would not hear a refusal.
            let mut rest = request.into_body().into_data_stream();
            while let Some(Ok(_)) = rest.next().await {}
            return Err(failure);
        }
    };
    let (complete, broken_off) = match range {
        Some(range) => chunk(app, attempt, range, request.into_body()).await?,
        None => form_with_file(app, attempt, request).await?,
    };
    let whole = complete && videos::arrived(&mut app.state(), attempt, range, &app.url)?;
    Ok(Taken { video: attempt.video, whole, broken_off })
}

/// The post that begins, and its range if it is a chunk.
fn open(app: &App, request: &Request) -> Result<(Attempt, Option<Range>), Failure> {
    let query = request.uri().query().unwrap_or_default().to_owned();
    let pairs = form::decode(query.as_bytes()).unwrap_or_default();
    let text = |name: &str| pairs.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_ref());
    let video = text("fid").parse().unwrap_or_default();
    let range = range(request.headers())?;
    Ok((app.state().videos.open(video, text("token"), range)?, range))
}

fn range(headers: &HeaderMap) -> Result<Option<Range>, Failure> {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let content_type = text(CONTENT_TYPE).unwrap_or_default();
    let Some(range) = text(CONTENT_RANGE) else {
        return if content_type.starts_with("multipart/form-data") {
            Ok(None)
        } else {
            Err(Failure::upload("既不是表单, 又没有 Content-Range"))
        };
    };
    if content_type != CHUNK_TYPE {
        return Err(Failure::upload(format!("分片的 Content-Type 应为 {CHUNK_TYPE}")));
    }
    let range = Range::read(range).ok_or_else(|| Failure::upload(format!("Content-Range 无效: {range}")))?;
    match text(CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok()) {
        Some(length) if length != range.length() => Err(wrong_length(range, length)),
        _ => Ok(Some(range)),
    }
}

fn wrong_length(range: Range, length: u64) -> Failure {
    Failure::upload(format!("分片有 {length} 字节, 但 Content-Range 为 {range}"))
}

/// Takes a chunk as it comes. Returns whether all of it came, and whether the connection is to be broken off.
async fn chunk(app: &App, attempt: Attempt, range: Range, body: Body) -> Result<(bool, bool), Failure> {
    let mut sink = Sink::new(app, attempt)?;
    let mut pieces = body.into_data_stream();
    while let Some(piece) = next(&mut pieces).await? {
        let length = sink.position - sink.start + piece.len() as u64;
        if length > range.length() {
            return Err(wrong_length(range, length));
        }
        if sink.take(&piece)? {
            return Ok((sink.position == range.end(), true));
        }
    }
    match sink.position {
        position if position == range.end() => Ok((true, false)),
        position => Err(wrong_length(range, position - sink.start)),
    }
}

async fn next<E>(
    pieces: &mut (impl Stream<Item = Result<bytes::Bytes, E>> + Unpin),
) -> Result<Option<bytes::Bytes>, Failure>
where
    E: std::fmt::Display,
{
    pieces.next().await.transpose().map_err(Failure::upload)
}

/// Takes the form with the whole file. Returns the same as [`chunk`].
async fn form_with_file(app: &App, attempt: Attempt, request: Request) -> Result<(bool, bool), Failure> {
    let mut parts = Multipart::from_request(request, &()).await.map_err(|error| Failure::upload(error.body_text()))?;
    let mut has_file = false;
    while let Some(part) = parts.next_field().await.map_err(|error| Failure::upload(error.body_text()))? {
        // The document's example calls the part data, one of the clients in use calls it file.
        if part.file_name().is_none() || !matches!(part.name(), Some("data" | "file")) {
            continue;
        }
        if std::mem::replace(&mut has_file, true) {
            return Err(Failure::upload("有多个文件"));
        }
        if let Some(complete) = file(app, attempt, part).await? {
            return Ok((complete, true));
        }
    }
    if has_file { Ok((true, false)) } else { Err(Failure::upload("没有文件 (表单项 data)")) }
}

/// If it is to be broken off, whether all of the file had come.
async fn file(app: &App, attempt: Attempt, mut part: Field<'_>) -> Result<Option<bool>, Failure> {
    let mut sink = Sink::new(app, attempt)?;
    while let Some(piece) = next(&mut part).await? {
        if sink.take(&piece)? {
            return Ok(Some(!sink.left_over && next(&mut part).await?.is_none()));
        }
    }
    Ok(None)
}

/// Where the bytes of a post go, up to where it is to break off.
struct Sink<'a> {
    app: &'a App,
    attempt: Attempt,
    start: u64,
    position: u64,
    break_at: Option<u64>,
    /// More came than was taken.
    left_over: bool,
}

impl Sink<'_> {
    fn new(app: &App, attempt: Attempt) -> Result<Sink<'_>, Failure> {
        let (start, broken_at) = app.state().videos.position(attempt)?;
        // What is sent again after a break goes through to the next one.
        let break_at = app.faults().behaviour().next_break(start.max(broken_at));
        Ok(Sink { app, attempt, start, position: start, break_at, left_over: false })
    }

    /// Whether the connection is to be broken off now.
    fn take(&mut self, piece: &[u8]) -> Result<bool, Failure> {
        let room = self.break_at.map_or(u64::MAX, |at| at - self.position);
        let taken = usize::try_from(room).map_or(piece.len(), |room| room.min(piece.len()));
        let keep = self.app.faults().behaviour().uploads_keep_parts;
        self.position = self.app.state().videos.write(self.attempt, piece.get(..taken).unwrap_or(piece), keep)?;
        self.left_over = taken < piece.len();
        let breaks = self.break_at == Some(self.position);
        if breaks {
            self.app.state().videos.broke(self.attempt)?;
        }
        Ok(breaks)
    }
}

fn transcode_later(app: &Arc<App>, video: i64) {
    let Transcoding::After(delay) = app.state().videos.transcoding() else { return };
    let app = Arc::downgrade(app);
    tokio::spawn(async move {
        tokio::time::sleep(delay).await;
        // The service may be gone by now.
        if let Some(app) = app.upgrade() {
            videos::transcode(&mut app.state(), video);
            app.send_callbacks();
        }
    });
}
