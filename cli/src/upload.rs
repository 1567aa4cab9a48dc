//! Files to the service: videos, which go on where they broke off, also in another run, and documents.

mod memory;

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use baijiayun::{Client, ErrorKind, File, UploadSettings};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::account::AccountFlags;
use crate::failure::Failure;
use crate::output::{self, Output};
use crate::runtime;
use memory::Memory;

/// How long transcoding may take if nothing is said.
const TRANSCODING: &str = "7200";

#[derive(Debug, clap::Args)]
#[command(
    after_help = "An upload that broke off goes on when the same command is given again: the video of each file is remembered \
    until the file is there.\nExit codes 退出码: 0 all files are there; 1 one is not, and stderr says why; the others were uploaded."
)]
pub(crate) struct Args {
    /// Files 文件
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// What videos are transcoded to: 16 standard, 1 high, 2 super, 4 720p, 8 1080p 清晰度
    #[arg(long, value_name = "CODES", value_delimiter = ',', default_value = "16")]
    definition: Vec<i64>,
    /// The category that videos are put into 分类
    #[arg(long, value_name = "ID", conflicts_with = "doc")]
    category: Option<String>,
    /// It is audio 音频
    #[arg(long, conflicts_with = "doc")]
    audio: bool,
    /// Where the service tells that a video is transcoded 转码回调地址
    #[arg(long, value_name = "URL", conflicts_with = "doc")]
    callback_url: Option<String>,
    /// Waits until videos are transcoded, so many seconds at most 等待转码
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, require_equals = true, default_missing_value = TRANSCODING, conflicts_with = "doc")]
    wait: Option<u64>,
    /// Registers videos anew, whatever is remembered of the files 不续传
    #[arg(long, conflicts_with = "doc")]
    anew: bool,
    /// They are documents (courseware) 课件
    #[arg(long)]
    doc: bool,
    /// The room that the documents are bound to 绑定教室
    #[arg(long, value_name = "ID", requires = "doc")]
    room: Option<String>,
}

/// A file that is there.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Shown<'a> {
    Video { file: Cow<'a, str>, video_id: i64, status: Option<i64>, resumed: bool },
    Document { file: Cow<'a, str>, fid: serde_json::Value },
}

pub(crate) fn run(args: &Args, account: AccountFlags, output: Output) -> Result<(), Failure> {
    let account = account.settings()?.account()?;
    let client = Client::builder(account).build()?;
    let memory = Memory::of(&client);
    let mut failed = 0;
    runtime::block_on(async {
        for file in &args.files {
            let shown =
                if args.doc { document(&client, file, args).await } else { video(&client, &memory, file, args).await };
            match shown {
                Ok(shown) if output.json => output.print_json(&shown)?,
                Ok(Shown::Video { video_id, status, .. }) => {
                    let status = status.map(|status| format!("  status {status}")).unwrap_or_default();
                    output.print(&format!("{}  video {video_id}{status}", file.display()))?;
                }
                Ok(Shown::Document { fid, .. }) => output.print(&format!("{}  document {fid}", file.display()))?,
                Err(failure) => {
                    failed += 1;
                    output.print_failure(&failure);
                }
            }
        }
        Ok(())
    })?;
    match failed {
        0 => Ok(()),
        _ => Err(Failure::new("upload", format!("{failed} of {} files are not there", args.files.len())).with_hint(
            "the same command goes on where each of them broke off; files that are there are best left out",
        )),
    }
}

async fn video<'a>(client: &Client, memory: &Memory, file: &'a Path, args: &Args) -> Result<Shown<'a>, Failure> {
    let path = file.to_string_lossy().into_owned();
    let known = if args.anew { None } else { memory.find(file) };
    let bar = bar(file);
    let uploaded = loop {
        let known = known.filter(|_| !bar.is_finished());
        let upload = match known {
            Some(video_id) => {
                output::print_line(&serde_json::json!({"note": format!("{path}: goes on with video {video_id}")}));
                client.video().resume_upload(video_id, File::from(file))
            }
            None => client.video().upload(File::from(file), args.definition.iter().copied()).with(|call| {
                let call = if args.audio { call.audio_with_view(true) } else { call };
                match &args.callback_url {
                    Some(url) => call.callback_url(url.as_str()),
                    None => call,
                }
            }),
        };
        let (remember, of) = (memory.clone(), file.to_owned());
        let shown = bar.clone();
        let settings = UploadSettings { transcoding: args.wait.map(Duration::from_secs), ..UploadSettings::default() };
        let upload = upload.settings(settings).registered(move |video_id| remember.keep(&of, video_id)).progress(
            move |there, size| {
                shown.set_length(size);
                shown.set_position(there);
            },
        );
        match upload.await {
            // The video that is remembered was deleted: the file is a new one.
            Err(error) if known.is_some() && error.kind() == ErrorKind::VideoNotFound => {
                memory.forget(file);
                bar.finish();
            }
            Err(error) => break Err(error),
            Ok(uploaded) => break Ok(uploaded),
        }
    };
    bar.finish_and_clear();
    let uploaded = uploaded?;
    if let Some(category) = &args.category {
        let call =
            client.call("video.set_category").set("video_id", uploaded.video_id).set("category_id", category.as_str());
        call.send().await?;
    }
    memory.forget(file);
    Ok(Shown::Video {
        file: file.to_string_lossy(),
        video_id: uploaded.video_id,
        status: uploaded.status,
        resumed: known.is_some(),
    })
}

async fn document<'a>(client: &Client, file: &'a Path, args: &Args) -> Result<Shown<'a>, Failure> {
    let bar = bar(file);
    let shown = bar.clone();
    let content = File::from(file).with_progress(move |sent, size| {
        shown.set_length(size);
        shown.set_position(sent);
    });
    let mut call = client.call("doc.upload").set("attachment", content);
    if let Some(room) = &args.room {
        call = call.set("room_id", room.as_str());
    }
    let answer = call.send().await;
    bar.finish_and_clear();
    let data: serde_json::Value = serde_json::from_slice(&answer?.data).unwrap_or_default();
    Ok(Shown::Document { file: file.to_string_lossy(), fid: data.get("fid").cloned().unwrap_or_default() })
}

/// On stderr, and only where somebody watches.
fn bar(file: &Path) -> ProgressBar {
    let bar = ProgressBar::no_length();
    if let Ok(style) =
        ProgressStyle::with_template("{msg} [{bar:40}] {bytes}/{total_bytes} {binary_bytes_per_sec} {eta}")
    {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.with_message(file.file_name().unwrap_or_default().to_string_lossy().into_owned())
}
