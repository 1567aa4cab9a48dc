//! Uploads that can be watched: an executor that counts the bytes of files
//! while they are streamed, and leaves everything else to the usual one.

use std::io::{self, Write};
use std::time::Duration;

use baijiayun::core::{Body, FileSource, Part, PartContent, Request};
use baijiayun::{Executor, File, HttpAnswer, ReqwestExecutor, Sending, TransportError, TransportErrorKind};
use indicatif::{ProgressBar, ProgressStyle};
use md5::{Digest, Md5};
use reqwest::multipart::{self, Form};
use tempfile::NamedTempFile;
use tokio_util::io::ReaderStream;

pub(super) struct WatchedExecutor {
    http: reqwest::Client,
    usual: ReqwestExecutor,
    bar: ProgressBar,
}

impl WatchedExecutor {
    pub(super) fn new(bar: ProgressBar) -> Result<WatchedExecutor, reqwest::Error> {
        // The mock is on this machine, where no proxy finds it.
        let http = reqwest::Client::builder().no_proxy().build()?;
        Ok(WatchedExecutor { usual: ReqwestExecutor::with_client(http.clone()), http, bar })
    }

    async fn upload(&self, url: String, parts: Vec<Part>, timeout: Duration) -> Result<HttpAnswer, TransportError> {
        let mut form = Form::new();
        for part in parts {
            form = match part.content {
                PartContent::Text(text) => form.text(part.name, text),
                PartContent::File(file) => form.part(part.name, self.watched(file).await.map_err(unreadable)?),
            };
        }
        let response = self.http.post(url).multipart(form).timeout(timeout).send().await.map_err(broken)?;
        let status = response.status().as_u16();
        Ok(HttpAnswer { status, retry_after: None, body: response.bytes().await.map_err(broken)?.to_vec() })
    }

    async fn watched(&self, file: File) -> io::Result<multipart::Part> {
        let part = match file.source {
            FileSource::Bytes(bytes) => multipart::Part::bytes(bytes.to_vec()),
            FileSource::Named(path) => {
                let opened = tokio::fs::File::open(path).await?;
                let length = opened.metadata().await?.len();
                self.bar.set_length(length);
                let stream = ReaderStream::with_capacity(self.bar.wrap_async_read(opened), 64 << 10);
                multipart::Part::stream_with_length(reqwest::Body::wrap_stream(stream), length)
            }
        };
        Ok(part.file_name(file.name))
    }
}

impl Executor for WatchedExecutor {
    fn execute(&self, request: Request, timeout: Duration) -> Sending<'_> {
        match request.body {
            Body::Multipart(parts) => Box::pin(self.upload(request.url, parts, timeout)),
            _ => self.usual.execute(request, timeout),
        }
    }
}

fn unreadable(error: io::Error) -> TransportError {
    TransportError { kind: TransportErrorKind::Connect, message: format!("cannot read the file: {error}") }
}

/// Without the address, which holds the upload token.
fn broken(error: reqwest::Error) -> TransportError {
    TransportError { kind: TransportErrorKind::Other, message: error.without_url().to_string() }
}

pub(super) fn bar() -> ProgressBar {
    let bar = ProgressBar::no_length();
    let style = "Video upload 视频上传 [{bar:40}] {bytes}/{total_bytes} {binary_bytes_per_sec}";
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}

/// A made-up video.
pub(super) struct Video {
    pub(super) file: NamedTempFile,
    pub(super) size: u64,
    pub(super) md5: String,
}

impl Video {
    pub(super) fn generate() -> io::Result<Video> {
        const CHUNKS: u32 = 256;
        let mut file = tempfile::Builder::new().prefix("lesson-").suffix(".mp4").tempfile()?;
        let mut md5 = Md5::new();
        let mut size = 0;
        for number in 0..CHUNKS {
            let chunk = number.to_be_bytes().repeat(16 << 10);
            md5.update(&chunk);
            file.write_all(&chunk)?;
            size += chunk.len() as u64;
        }
        file.flush()?;
        let md5 = md5.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Video { file, size, md5 })
    }
}
