//! Videos: registration, upload, transcoding, and what can be asked of them then.

mod calls;
mod upload;

use std::fmt::Write as _;
use std::time::Duration;

use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::input::as_int;
use crate::state::State;
use crate::store::{Row, Store, row};

pub(crate) use calls::HANDLERS;
use upload::Upload;
pub(crate) use upload::{Attempt, arrived};

/// When an uploaded video is transcoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transcoding {
    /// This long after the upload.
    After(Duration),
    /// When it has been seen in transcoding by this many calls of
    /// `video.get_status` and `video.info`: the next one sees it done. For
    /// tests that must not wait.
    Polls(u32),
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Videos {
    videos: Store<Video>,
    /// Which the settings say.
    #[serde(skip, default = "unset")]
    transcoding: Transcoding,
    uploads: u64,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Video {
    row: Row,
    category: i64,
    callback_url: String,
    definitions: Vec<i64>,
    formats: Vec<i64>,
    #[serde(skip)]
    upload: Upload,
    polls: u32,
    /// The room whose class it is the recording of.
    room: Option<i64>,
}

const UPLOADING: i64 = 10;
const TRANSCODING: i64 = 20;
const FAILED: i64 = 30;
const DONE: i64 = 100;

/// The `status` of the callback that tells of a finished upload.
const UPLOADED: i64 = 20;

/// Codes and names of definitions and file types.
const DEFINITIONS: [(i64, &str); 5] = [(16, "std"), (1, "high"), (2, "super"), (4, "720p"), (8, "1080p")];
const FORMATS: [(i64, &str); 4] = [(1, "mp4"), (2, "flv"), (4, "m3u8"), (8, "encrypt")];

/// Bytes per second of the invented duration.
const BYTES_PER_SECOND: u64 = 125_000;

fn unset() -> Transcoding {
    Transcoding::Polls(0)
}

impl Videos {
    #[cfg(feature = "full")]
    /// Those of another mock, transcoded as this one does. Returns those whose transcoding is not over.
    pub fn take_over(&mut self, other: Videos) -> Vec<i64> {
        *self = Videos { transcoding: self.transcoding, ..other };
        self.videos.iter().filter(|(_, video)| video.status() == TRANSCODING).map(|(id, _)| id).collect()
    }

    pub fn new(limit: usize, transcoding: Transcoding) -> Videos {
        Videos { videos: Store::new(184_548, 1, limit), transcoding, uploads: 0 }
    }

    pub fn transcoding(&self) -> Transcoding {
        self.transcoding
    }

    pub fn get(&self, id: i64) -> Result<&Video, Failure> {
        self.videos.get(id).ok_or_else(Failure::video_unknown)
    }

    pub fn get_mut(&mut self, id: i64) -> Result<&mut Video, Failure> {
        self.videos.get_mut(id).ok_or_else(Failure::video_unknown)
    }

    /// All videos with their categories.
    pub fn rows(&self) -> impl Iterator<Item = (&Row, i64)> {
        self.videos.iter().map(|(_, video)| (&video.row, video.category))
    }

    fn token(&mut self) -> String {
        self.uploads += 1;
        hex(&Md5::digest(self.uploads.to_be_bytes()))
    }
}

impl Video {
    fn status(&self) -> i64 {
        self.number("status")
    }

    fn number(&self, name: &str) -> i64 {
        self.row.get(name).and_then(as_int).unwrap_or_default()
    }

    pub fn put(&mut self, category: i64, levels: &Row) {
        self.category = category;
        self.row.extend(levels.clone());
        self.row.insert("category".to_owned(), Value::Object(levels.clone()));
    }

    /// The transcoded files, none of them real.
    fn files(&self) -> Vec<Value> {
        let size = self.number("total_size") / 2;
        let made = |codes: &[i64], code: i64| codes.contains(&code);
        let definitions = DEFINITIONS.iter().filter(|(code, _)| made(&self.definitions, *code));
        definitions
            .flat_map(|(_, definition)| {
                let formats = FORMATS.iter().filter(|(code, _)| made(&self.formats, *code));
                formats.map(move |(_, format)| json!({ "definition": definition, "type": format, "size": size }))
            })
            .collect()
    }

    fn definition_names(&self) -> String {
        let names = DEFINITIONS.iter().filter(|(code, _)| self.definitions.contains(code)).map(|(_, name)| *name);
        names.collect::<Vec<_>>().join(",")
    }
}

fn uploaded(state: &mut State, id: i64, size: u64, md5: &str, base: &str) -> Result<(), Failure> {
    let polls = match state.videos.transcoding {
        Transcoding::Polls(polls) => polls,
        Transcoding::After(_) => 0,
    };
    let video = state.videos.get_mut(id)?;
    let status = if size == 0 { FAILED } else { TRANSCODING };
    video.polls = polls;
    video.row.extend(row(json!({
        "status": status, "total_size": size, "file_md5": md5, "preface_url": format!("{base}/files/{id}"),
    })));
    tell(state, id, UPLOADED, Vec::new());
    if status == FAILED {
        tell(state, id, FAILED, Vec::new());
    }
    Ok(())
}

/// Finishes the transcoding of a video that is in transcoding.
pub(crate) fn transcode(state: &mut State, id: i64) {
    let Some(video) = state.videos.videos.get_mut(id).filter(|video| video.status() == TRANSCODING) else { return };
    let size = video.number("total_size");
    let length = size.unsigned_abs().div_ceil(BYTES_PER_SECOND);
    let files = video.files();
    let transcoded: i64 = files.iter().filter_map(|file| file.get("size").and_then(as_int)).sum();
    let origin = video.definition_names().split(',').next_back().unwrap_or_default().to_owned();
    video.row.extend(row(json!({
        "status": DONE, "length": length, "total_transcode_size": size + transcoded, "publish_status": 1,
        "origin_definition": origin,
    })));
    let text = |name: &str| crate::input::plain(video.row.get(name).unwrap_or(&Value::Null));
    let names = ["preface_url", "total_size", "total_transcode_size", "length", "file_md5", "origin_definition"];
    let mut members: Vec<(String, String)> = names.iter().map(|name| ((*name).to_owned(), text(name))).collect();
    members.push(("now_definition".to_owned(), video.definition_names()));
    tell(state, id, DONE, members);
}

/// The recording of a class that has ended: a video that is transcoded already.
pub(crate) fn record(state: &mut State, room: i64, name: &str, seconds: u64, now: i64) -> Result<(), Failure> {
    add_whole(state, Some(room), name, seconds, now).map(|_| ())
}

/// A video of so many seconds that nobody uploads: the recording of a room's class, or one that was there before.
pub(crate) fn add_whole(
    state: &mut State,
    room: Option<i64>,
    name: &str,
    seconds: u64,
    now: i64,
) -> Result<i64, Failure> {
    let size = seconds.max(1) * BYTES_PER_SECOND;
    let levels = state.categories.levels(0);
    let id = state.videos.videos.insert(|id| {
        let mut video = Video {
            row: row(json!({
                "video_id": id, "name": name, "status": TRANSCODING, "total_size": size, "create_time": now,
                "preface_url": "", "file_md5": hex(&Md5::digest(id.to_be_bytes())), "publish_status": 1,
            })),
            category: 0,
            callback_url: String::new(),
            definitions: vec![1],
            formats: vec![1],
            upload: Upload::default(),
            polls: 0,
            room,
        };
        video.put(0, &levels);
        video
    })?;
    tell(state, id, TRANSCODING, Vec::new());
    transcode(state, id);
    Ok(id)
}

#[cfg(feature = "full")]
/// The playbacks, the newest first, as their lists show them.
pub(crate) fn playbacks(state: &State) -> Vec<Value> {
    let recordings = state.videos.videos.iter().filter_map(|(id, video)| Some((id, video, video.room?)));
    recordings
        .map(|(id, video, room)| {
            let mut row = video.row.clone();
            row.extend(self::row(json!({
                "playback_id": id, "room_id": room, "session_id": 0, "version": 0, "play_times": 0, "play_url": "",
                "total_ext_media_size": 0,
            })));
            Value::Object(row)
        })
        .collect()
}

#[cfg(feature = "full")]
/// The videos that can be watched: id, room of a recording or 0, when they were made, and their length in seconds.
pub(crate) fn whole(state: &State) -> Vec<(i64, i64, i64, i64)> {
    let whole = state.videos.videos.iter().filter(|(_, video)| video.status() == DONE);
    whole
        .map(|(id, video)| (id, video.room.unwrap_or_default(), video.number("create_time"), video.number("length")))
        .collect()
}

/// Posts what became of a video, to its own address if it has one.
fn tell(state: &mut State, id: i64, status: i64, mut members: Vec<(String, String)>) {
    let Ok(video) = state.videos.get(id) else { return };
    let account = state.accounts.transcode_callback_url.clone();
    let url = if video.callback_url.is_empty() { account } else { video.callback_url.clone() };
    members.push(("video_id".to_owned(), id.to_string()));
    members.push(("status".to_owned(), status.to_string()));
    let Some(room) = video.room else {
        // The printed request has it, the table does not.
        members.push(("partner_id".to_owned(), state.sender.partner_id().to_owned()));
        return state.tell("transcode_callback", &url, members);
    };
    members.push(("room_id".to_owned(), room.to_string()));
    members.push(("session_id".to_owned(), "0".to_owned()));
    members.push(("version".to_owned(), "0".to_owned()));
    state.tell("playback_generated", &url, members);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
