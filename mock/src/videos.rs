//! Videos: registration, upload, transcoding, and what can be asked of them then.

use std::fmt::Write as _;
use std::time::Duration;

use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::catalog::Handlers;
use crate::clock;
use crate::failure::Failure;
use crate::input::{Input, as_int};
use crate::paging;
use crate::range::Range;
use crate::state::State;
use crate::store::{Row, Store, row};

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

/// How far the file has come.
#[derive(Default)]
struct Upload {
    token: String,
    /// Counts the posts: bytes of an overtaken one do not count.
    attempt: u64,
    /// Bytes of the file have come, whether they were kept or not.
    has_begun: bool,
    /// The most bytes of the file at which a post was broken off on purpose.
    broken_at: u64,
    kept: Content,
    /// With what the post under way has brought so far.
    coming: Content,
}

#[derive(Default, Clone)]
struct Content {
    size: u64,
    /// The size of the whole file, as its chunks say.
    total: Option<u64>,
    md5: Md5,
}

/// A post of a file that has begun.
#[derive(Clone, Copy)]
pub(crate) struct Attempt {
    pub video: i64,
    number: u64,
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

    /// Begins to take a chunk, or a form with the whole file, at an address.
    pub fn open(&mut self, id: i64, token: &str, range: Option<Range>) -> Result<Attempt, Failure> {
        let video = self.get_mut(id).map_err(|failure| Failure::upload(failure.msg))?;
        let known = !token.is_empty() && token == video.upload.token;
        if !known || video.status() != UPLOADING {
            return Err(Failure::upload("上传地址无效"));
        }
        video.upload.begin(range)?;
        Ok(Attempt { video: id, number: video.upload.attempt })
    }

    /// How many bytes of the file there are, and the most at which a post was broken off.
    pub fn position(&mut self, attempt: Attempt) -> Result<(u64, u64), Failure> {
        let upload = self.upload(attempt)?;
        Ok((upload.coming.size, upload.broken_at))
    }

    /// Takes more of the file and returns its size so far. Without `keep`, the bytes of a post that does not come to
    /// its end are lost.
    pub fn write(&mut self, attempt: Attempt, bytes: &[u8], keep: bool) -> Result<u64, Failure> {
        let upload = self.upload(attempt)?;
        upload.has_begun |= !bytes.is_empty();
        upload.coming.size += bytes.len() as u64;
        upload.coming.md5.update(bytes);
        if keep {
            upload.kept = upload.coming.clone();
        }
        Ok(upload.coming.size)
    }

    /// The post is broken off on purpose.
    pub fn broke(&mut self, attempt: Attempt) -> Result<(), Failure> {
        let upload = self.upload(attempt)?;
        upload.broken_at = upload.coming.size;
        Ok(())
    }

    fn upload(&mut self, attempt: Attempt) -> Result<&mut Upload, Failure> {
        let video = self.get_mut(attempt.video).map_err(|failure| Failure::upload(failure.msg))?;
        if video.upload.attempt == attempt.number {
            Ok(&mut video.upload)
        } else {
            Err(Failure::upload("已有新的上传"))
        }
    }
}

impl Upload {
    fn begin(&mut self, range: Option<Range>) -> Result<(), Failure> {
        let mut coming = self.kept.clone();
        match range {
            None if self.has_begun => return Err(Failure::upload("上传已开始, 只能按 Content-Range 续传")),
            None => {}
            Some(range) => {
                let refuse = |why: &str| Failure::upload(format!("{why}: {range}, 已有 {} 字节", self.kept.size));
                if coming.total.is_some_and(|total| total != range.size) {
                    return Err(refuse("文件大小与之前的分片不一致"));
                }
                if range.start() < self.kept.size {
                    return Err(refuse("分片与已有数据重叠"));
                }
                if range.start() > self.kept.size {
                    return Err(refuse("分片之前缺少数据"));
                }
                coming.total = Some(range.size);
            }
        }
        self.attempt += 1;
        self.coming = coming;
        Ok(())
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

/// A chunk or a form came to its end. Returns whether the file is there now, whole.
pub(crate) fn arrived(state: &mut State, attempt: Attempt, range: Option<Range>, base: &str) -> Result<bool, Failure> {
    let upload = state.videos.upload(attempt)?;
    upload.kept = upload.coming.clone();
    // What else this post might bring is not part of it.
    upload.attempt += 1;
    let Content { size, md5, .. } = upload.kept.clone();
    let whole = range.is_none_or(|range| range.end() == range.size);
    if whole {
        uploaded(state, attempt.video, size, &hex(&md5.finalize()), base)?;
    }
    Ok(whole)
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
            upload: Upload { token: token.clone(), ..Upload::default() },
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

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
