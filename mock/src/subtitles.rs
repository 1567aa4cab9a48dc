//! Subtitles of videos.

use serde_json::{Value, json};

use crate::catalog::Handlers;
use crate::failure::Failure;
use crate::input::{Input, as_int};
use crate::state::{State, missing};
use crate::store::{Row, row};

pub(crate) const HANDLERS: Handlers = &[
    ("video.upload_subtitle", upload),
    ("video.list_subtitles", list),
    ("video.update_subtitle", rename),
    ("video.set_default_subtitle", set_default),
    ("video.delete_subtitle", delete),
];

fn video_of(subtitle: &Row) -> Option<i64> {
    subtitle.get("video_id").and_then(as_int)
}

fn upload(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let id = state.subtitles.insert(|id| {
        row(json!({
            "subtitle_id": id, "video_id": input.id("video_id"), "subtitle_name": input.text("name"),
            "subtitle_path": format!("{}/files/{id}", input.base), "is_default": 0,
            "create_time": input.now, "update_time": input.now,
        }))
    })?;
    Ok(json!(state.subtitles.get(id)))
}

fn list(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let video = Some(input.id("video_id"));
    Ok(state.subtitles.iter().filter(|(_, row)| video_of(row) == video).map(|(_, row)| json!(row)).collect())
}

fn find<'a>(state: &'a mut State, input: &Input) -> Result<&'a mut Row, Failure> {
    state.subtitles.get_mut(input.id("subtitle_id")).ok_or_else(|| missing("字幕"))
}

fn rename(state: &mut State, input: &Input) -> Result<Value, Failure> {
    find(state, input)?.extend(row(json!({ "subtitle_name": input.text("name"), "update_time": input.now })));
    Ok(Value::Null)
}

fn set_default(state: &mut State, input: &Input) -> Result<Value, Failure> {
    let video = Some(input.id("video_id"));
    if video_of(find(state, input)?) != video {
        return Err(missing("字幕"));
    }
    let chosen = Some(input.id("subtitle_id"));
    for subtitle in state.subtitles.values_mut().filter(|subtitle| video_of(subtitle) == video) {
        let is_default = subtitle.get("subtitle_id").and_then(as_int) == chosen;
        subtitle.insert("is_default".to_owned(), i64::from(is_default).into());
    }
    Ok(Value::Null)
}

fn delete(state: &mut State, input: &Input) -> Result<Value, Failure> {
    find(state, input)?;
    state.subtitles.remove(input.id("subtitle_id"));
    Ok(Value::Null)
}
