//! The course of `bjy demo`: a class on the mock, from its room to its recording.

use std::time::Instant;

use baijiayun::live::{SendChatMessageMessage, SendChatMessageMessageFrom};
use baijiayun::room_data::ExportLiveReportRoomUserInfo;
use baijiayun::{Account, Client, PartnerKey, ReqwestExecutor};
use baijiayun_mock::{MockService, Verdict};
use serde::Serialize;

use super::inbox::{Callback, Inbox};
use super::upload::{self, Video};
use crate::clock::now;
use crate::failure::Failure;

const TITLE: &str = "高一数学 · 第一课";
const STUDENTS: [(i64, &str); 3] = [(1001, "王小明"), (1002, "李雷"), (1003, "韩梅梅")];
const MESSAGES: [&str; 2] = ["老师好！", "今天讲第一章吗？"];

/// What happened.
#[derive(Serialize)]
pub(super) struct Course {
    pub(super) service: String,
    pub(super) room_id: i64,
    pub(super) title: &'static str,
    pub(super) codes: Vec<JoinCode>,
    pub(super) messages: usize,
    pub(super) report: Vec<ExportLiveReportRoomUserInfo>,
    pub(super) video: Uploaded,
    pub(super) callbacks: Vec<Callback>,
    pub(super) calls: Vec<Call>,
    pub(super) milliseconds: u128,
}

#[derive(Serialize)]
pub(super) struct JoinCode {
    pub(super) user_number: i64,
    pub(super) name: &'static str,
    pub(super) code: String,
}

#[derive(Serialize)]
pub(super) struct Uploaded {
    pub(super) video_id: i64,
    pub(super) name: String,
    pub(super) size: u64,
    pub(super) md5: String,
    pub(super) seconds: i64,
    pub(super) files: Vec<String>,
}

/// A request as the service saw it.
#[derive(Serialize)]
pub(super) struct Call {
    pub(super) operation: String,
    pub(super) path: String,
    pub(super) accepted: bool,
}

pub(super) async fn run(mock: &MockService) -> Result<Course, Failure> {
    let begun = Instant::now();
    let key = PartnerKey::new(mock.partner_key());
    // The mock is on this machine, where no proxy finds it.
    let unusable = |error: &dyn std::fmt::Display| Failure::new("internal", format!("cannot set up HTTP: {error}"));
    let builder = ReqwestExecutor::builder().map_err(|error| unusable(&error.message))?;
    let http = builder.no_proxy().build().map_err(|error| unusable(&error))?;
    let account = Account::new(mock.url(), mock.partner_id(), key.clone())?;
    let client = Client::builder(account).executor(ReqwestExecutor::with_client(http)).build()?;
    let mut inbox = Inbox::open(key).await?;

    client.live_account().set_class_callback_url(inbox.address("class")).await?;
    client.video_account().set_transcode_callback_url(inbox.address("transcode")).await?;

    let room_id = create_room(&client).await?;
    let codes = invite(&client, room_id).await?;
    let mut callbacks = teach(&client, &mut inbox, room_id).await?;
    let report = client.room_data().export_live_report(room_id).await?.into_data().room_user_info;

    let (video, told) = publish(&client, &mut inbox).await?;
    callbacks.extend(told);

    Ok(Course {
        service: mock.url().to_owned(),
        room_id,
        title: TITLE,
        codes,
        messages: MESSAGES.len(),
        report,
        video,
        callbacks,
        calls: calls(mock),
        milliseconds: begun.elapsed().as_millis(),
    })
}

async fn create_room(client: &Client) -> Result<i64, Failure> {
    let start = now() + 3600;
    let room = client.room().create(TITLE, start, start + 2700).max_users(30).await?;
    let info = client.room().info(room.room_id).await?;
    same("room.info", "title", info.title.as_str(), TITLE)?;
    Ok(room.room_id)
}

async fn invite(client: &Client, room_id: i64) -> Result<Vec<JoinCode>, Failure> {
    let mut codes = Vec::new();
    for (user_number, name) in STUDENTS {
        let code = client.room().create_code(room_id, user_number).await?.into_data().student_code;
        codes.push(JoinCode { user_number, name, code });
    }
    Ok(codes)
}

/// Class starts, students write, class ends; the service tells of both, and of the playback.
async fn teach(client: &Client, inbox: &mut Inbox, room_id: i64) -> Result<Vec<Callback>, Failure> {
    client.live().start_class(room_id).await?;
    let started = inbox.expect("class", "op", "start").await?;
    same("callback class", "room_id", started.member("room_id"), &room_id.to_string())?;

    let messages: Vec<SendChatMessageMessage> =
        MESSAGES.iter().zip(STUDENTS).map(|(text, (number, name))| message(room_id, text, number, name)).collect();
    client.live().send_chat_message(&messages).await?;

    client.live().stop_class(room_id, true).await?;
    let ended = inbox.expect("class", "op", "end").await?;
    // The class was recorded.
    for status in ["20", "100"] {
        let playback = inbox.expect("transcode", "status", status).await?;
        same("callback playback", "room_id", playback.member("room_id"), &room_id.to_string())?;
    }
    Ok(vec![started, ended])
}

fn message(room_id: i64, text: &str, number: i64, name: &str) -> SendChatMessageMessage {
    SendChatMessageMessage {
        message_type: "message_send".to_owned(),
        content: text.to_owned(),
        to: "-1".to_owned(),
        from: SendChatMessageMessageFrom {
            id: number.to_string(),
            number: number.to_string(),
            name: name.to_owned(),
            webrtc_support: 1,
            ..SendChatMessageMessageFrom::default()
        },
        uid: number.to_string(),
        time: now(),
        class_id: room_id.to_string(),
        ..SendChatMessageMessage::default()
    }
}

/// Uploads a recording and waits until it is transcoded.
async fn publish(client: &Client, inbox: &mut Inbox) -> Result<(Uploaded, [Callback; 2]), Failure> {
    let file = Video::generate().map_err(|error| Failure::io("cannot write a video file", &error))?;
    let path = file.file.path().to_string_lossy().into_owned();
    let bar = upload::bar();
    let watched = bar.clone();
    let video = client.video().upload(path, [16, 1]).name(format!("{TITLE}.mp4")).progress(move |sent, size| {
        watched.set_length(size);
        watched.set_position(sent);
    });
    let video_id = video.await?.video_id;
    bar.finish();

    let uploaded = inbox.expect("transcode", "status", "20").await?;
    let done = inbox.expect("transcode", "status", "100").await?;
    same("callback transcode", "file_md5", done.member("file_md5"), file.md5.as_str())?;

    let info = client.video().info(video_id).await?;
    same("video.info", "total_size", u64::try_from(info.total_size).ok(), Some(file.size))?;
    let files = info.transcode_info.iter().map(|file| format!("{} {}", file.definition, file.type_));
    let uploaded_video = Uploaded {
        video_id,
        name: info.name.clone(),
        size: file.size,
        md5: file.md5,
        seconds: info.length,
        files: files.collect(),
    };
    Ok((uploaded_video, [uploaded, done]))
}

fn calls(mock: &MockService) -> Vec<Call> {
    let requests = mock.requests().into_iter();
    let call = |request: baijiayun_mock::Received| Call {
        accepted: request.verdict == Verdict::Accepted,
        operation: request.operation.unwrap_or_default(),
        path: request.path,
    };
    requests.map(call).collect()
}

fn same<T: PartialEq + std::fmt::Debug>(from: &str, member: &str, found: T, wanted: T) -> Result<(), Failure> {
    if found == wanted {
        return Ok(());
    }
    Err(Failure::new("demo", format!("{from}: {member} is {found:?}, not {wanted:?}")))
}
