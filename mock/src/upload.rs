//! The address that takes video files.

use std::sync::Arc;

use axum::extract::multipart::{Field, Multipart};
use axum::extract::{FromRequest, Request, State};
use axum::response::Response;
use baijiayun_core::form;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::received::Verdict;
use crate::server::{self, App};
use crate::videos::{self, Attempt, Transcoding};

pub(crate) const PATH: &str = "/upload";

const OPERATION: &str = "video.upload_file";

pub(crate) async fn handle(State(app): State<Arc<App>>, request: Request) -> Response {
    let outcome = take(&app, request).await;
    app.send_callbacks();
    let (verdict, response) = match outcome {
        Ok(Taken::Whole(video)) => {
            transcode_later(&app, video);
            let answer = json!({ "code": 1, "fid": video.to_string(), "msg": "success" });
            (Verdict::Accepted, server::json(axum::http::StatusCode::OK, &answer))
        }
        Ok(Taken::BrokenOff) => (Verdict::Misbehaved, server::cut()),
        Err(failure) => {
            let verdict = Verdict::Refused { code: failure.code, msg: failure.msg.clone() };
            (verdict, server::refusal(&failure, crate::clock::now(), Value::Null))
        }
    };
    app.record(PATH.to_owned(), Some(OPERATION), verdict);
    response
}

enum Taken {
    Whole(i64),
    /// The mock was told to break uploads.
    BrokenOff,
}

async fn take(app: &App, request: Request) -> Result<Taken, Failure> {
    let query = request.uri().query().unwrap_or_default().to_owned();
    let pairs = form::decode(query.as_bytes()).unwrap_or_default();
    let text = |name: &str| pairs.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_ref());
    let video = text("fid").parse().unwrap_or_default();
    let attempt = app.state().videos.open(video, text("token"))?;

    let mut parts = Multipart::from_request(request, &()).await.map_err(|error| Failure::upload(error.body_text()))?;
    let mut has_file = false;
    while let Some(part) = parts.next_field().await.map_err(|error| Failure::upload(error.body_text()))? {
        if part.file_name().is_some() {
            has_file = true;
            if !file(app, attempt, part).await? {
                return Ok(Taken::BrokenOff);
            }
        }
    }
    if !has_file {
        return Err(Failure::upload("没有文件"));
    }
    videos::uploaded(&mut app.state(), attempt, &app.url)?;
    Ok(Taken::Whole(video))
}

/// Takes the file chunk by chunk, so that what came before a break counts.
/// False if it was broken off here.
async fn file(app: &App, attempt: Attempt, mut part: Field<'_>) -> Result<bool, Failure> {
    let mut size = app.state().videos.write(attempt, &[])?;
    let break_at = app.faults().behaviour().next_break(size);
    while let Some(chunk) = part.chunk().await.map_err(|error| Failure::upload(error.body_text()))? {
        let room = break_at.map_or(u64::MAX, |at| at - size);
        let taken = usize::try_from(room).map_or(chunk.len(), |room| room.min(chunk.len()));
        size = app.state().videos.write(attempt, chunk.get(..taken).unwrap_or(&chunk))?;
        if break_at == Some(size) {
            return Ok(false);
        }
    }
    Ok(true)
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
