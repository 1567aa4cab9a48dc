//! What can be asked of videos.

use serde_json::{Value, json};

use super::upload::Upload;
use super::{DONE, FAILED, TRANSCODING, Transcoding, UPLOADING, Video, transcode};
use crate::catalog::Handlers;
use crate::clock;
use crate::failure::Failure;
use crate::input::{Input, as_int};
use crate::paging;
use crate::state::State;
use crate::store::{Row, row};

pub(crate) const HANDLERS: Handlers = &[
    ("video.get_upload_url", get_upload_url),
    ("video.get_resume_upload_url", get_resume_upload_url),
    ("video.get_status", get_status),
    ("video.info", info),
    ("video.list", list),
    ("video.update", update),
    ("video.delete", delete),
    ("video.set_publish_status", set_publish_status),
    ("video.remove_definitions", remove_definitions),
    ("video.get_player_tokens", player_tokens),
];

fn get_upload_url(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let formats = input.ints("format");
    let token = state.videos.token();
    let levels = state.categories.levels(0);
    let id = state.videos.videos.insert(|id| {
        let mut video = Video {
            row: row(json!({
                "video_id": id, "name": input.text("file_name"), "status": UPLOADING, "total_size": 0,
                "total_transcode_size": 0, "create_time": input.now, "preface_url": "", "length": 0, "file_md5": "",
                "origin_definition": "", "publish_status": 1,
            })),
            category: 0,
            callback_url: input.text("callback_url"),
            definitions: input.ints("definition"),
            // Public material takes flv and m3u8 besides mp4 for granted; the document's default is cut off.
            formats: if formats.is_empty() { vec![1, 2, 4] } else { formats },
            upload: Upload::at(token.clone()),
            polls: 0,
            room: None,
        };
        video.put(0, &levels);
        video
    })?;
    Ok(json!({ "video_id": id, "upload_url": upload_url(input, id, &token) }))
}

fn get_resume_upload_url(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let id = input.id("video_id");
    let token = state.videos.token();
    let video = state.videos.get_mut(id)?;
    if video.status() != UPLOADING {
        return Err(Failure::general("视频已上传"));
    }
    video.upload.token = token.clone();
    // A post that hangs must not go on behind this answer.
    video.upload.attempt += 1;
    Ok(json!({ "video_id": id, "upload_url": upload_url(input, id, &token), "upload_size": video.upload.kept.size }))
}

fn upload_url(input: &Input, id: i64, token: &str) -> String {
    format!("{}{}?fid={id}&ts={}&token={token}", input.base, crate::upload::PATH, input.now)
}

/// Where transcoding takes some polls, this is one.
fn poll(state: &mut State, id: i64) -> Result<(), Failure> {
    if let Transcoding::Polls(_) = state.videos.transcoding {
        let video = state.videos.get_mut(id)?;
        if video.status() == TRANSCODING && video.polls == 0 {
            transcode(state, id);
        } else {
            video.polls = video.polls.saturating_sub(1);
        }
    }
    Ok(())
}

fn get_status(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let id = input.id("video_id");
    poll(state, id)?;
    let status = state.videos.get(id)?.status();
    let info = match status {
        UPLOADING => "上传中",
        TRANSCODING => "转码中",
        FAILED => "转码失败",
        _ => "转码成功",
    };
    Ok(json!({ "status": status, "info": info }))
}

fn info(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let id = input.id("video_id");
    poll(state, id)?;
    let video = state.videos.get(id)?;
    let mut row = video.row.clone();
    let files = if video.status() == DONE { video.files() } else { Vec::new() };
    row.insert("transcode_info".to_owned(), files.into());
    row.insert("category".to_owned(), state.categories.named(video.category).into());
    Ok(Value::Object(row))
}

/// `create_time` filters from that time on: its description is cut off.
fn list(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let (name, since) = (input.text("name"), input.text("create_time"));
    let wanted = |video: &Row| {
        let created = video.get("create_time").and_then(as_int).map(clock::datetime).unwrap_or_default();
        video.get("name").and_then(Value::as_str).is_some_and(|known| known.contains(&name)) && created >= since
    };
    let rows = state.videos.rows().filter(|(video, _)| wanted(video));
    let rows = rows.map(|(video, _)| Value::Object(video.clone())).collect();
    Ok(paging::page(input, rows))
}

fn update(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let id = input.id("video_id");
    state.videos.get_mut(id)?.row.extend(input.row(&["name"]));
    Ok(json!({ "video_id": id }))
}

fn delete(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let id = input.id("video_id");
    state.videos.videos.remove(id).ok_or_else(Failure::video_unknown)?;
    state.subtitles.retain(|subtitle| subtitle.get("video_id").and_then(as_int) != Some(id));
    Ok(json!({ "video_id": id }))
}

fn set_publish_status(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let status = input.id("status");
    state.videos.get_mut(input.id("video_id"))?.row.insert("publish_status".to_owned(), status.into());
    Ok(json!({ "status": status }))
}

/// Removes whole definitions: single file types of one are not told apart.
fn remove_definitions(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let doomed = input.ints("definition");
    state.videos.get_mut(input.id("video_id"))?.definitions.retain(|code| !doomed.contains(code));
    let codes = |name: &str| input.texts(name).join(",");
    Ok(json!({ "video_id": input.id("video_id"), "definition": codes("definition"), "type": codes("type") }))
}

fn player_tokens(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let tokens = input.texts("video_ids").into_iter().map(|id| (id, Value::from(state.videos.token())));
    Ok(Value::Object(tokens.collect()))
}
