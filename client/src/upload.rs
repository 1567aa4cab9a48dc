//! Uploading videos: the core says what to do next, this does it.

use std::future::IntoFuture;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use baijiayun_core::upload::{Event, Settings, Step, UPLOAD_FILE, Upload, Uploaded};
use baijiayun_core::{Answer, Error, ErrorKind, File, FileSource, Id, Progress};
use futures_util::future::{Either, select};

use crate::generated::video::{GetUploadUrl, Video};
use crate::{Call, Client};

impl Video<'_> {
    /// Uploads a video or audio file: registers it, streams it, and goes on
    /// where a broken connection left off. `definition` is what to transcode
    /// it to (16 standard, 1 high, 2 super, 4 720p, 8 1080p).
    ///
    /// ```no_run
    /// # async fn example(client: baijiayun::Client) -> Result<(), baijiayun::Error> {
    /// let video = client
    ///     .video()
    ///     .upload("lessons/第一课.mp4", [16, 2])
    ///     .with(|call| call.callback_url("https://example.com/transcoded"))
    ///     .progress(|sent, size| println!("{sent} of {size} bytes"))
    ///     .await?;
    /// println!("video {}", video.video_id);
    /// # Ok(())
    /// # }
    /// ```
    pub fn upload(&self, file: impl Into<File>, definition: impl IntoIterator<Item = impl Into<Id>>) -> VideoUpload {
        let file = file.into();
        let call = self.get_upload_url(file.name.clone(), definition);
        VideoUpload::new(self.0, Target::New(call), file)
    }

    /// Goes on with an upload that broke off earlier, perhaps in another
    /// process: the same file, for the video that was registered then.
    pub fn resume_upload(&self, video_id: i64, file: impl Into<File>) -> VideoUpload {
        VideoUpload::new(self.0, Target::Known(video_id), file.into())
    }
}

/// An upload of a video that is being put together: `.await` it.
///
/// Each post of the file may take as long as
/// [`Settings::upload_deadline`](crate::Settings::upload_deadline) says.
/// Dropping the future gives the upload up; what arrived stays for
/// [`Video::resume_upload`].
#[must_use = "an upload begins when it is awaited"]
#[derive(Debug, Clone)]
pub struct VideoUpload {
    client: Client,
    target: Target,
    file: File,
    settings: Settings,
    stall_timeout: Duration,
}

#[derive(Debug, Clone)]
enum Target {
    New(GetUploadUrl),
    Known(i64),
}

impl VideoUpload {
    fn new(client: &Client, target: Target, file: File) -> VideoUpload {
        let (settings, stall_timeout) = (Settings::default(), Duration::from_secs(60));
        VideoUpload { client: client.clone(), target, file, settings, stall_timeout }
    }

    /// Names the video; otherwise it is named after the file.
    pub fn name(mut self, name: impl Into<String>) -> VideoUpload {
        self.file.name = name.into();
        self
    }

    /// Sets what else `video.get_upload_url` takes, for example
    /// `.with(|call| call.audio_with_view(true))`. A video that is registered
    /// already has all that.
    pub fn with(mut self, change: impl FnOnce(GetUploadUrl) -> GetUploadUrl) -> VideoUpload {
        if let Target::New(call) = self.target {
            self.target = Target::New(change(call));
        }
        self
    }

    /// Calls this while the file is sent, with the number of bytes that went
    /// out so far and the size. The number only grows: bytes that are sent
    /// again after a break are not told again.
    pub fn progress(mut self, tell: impl Fn(u64, u64) + Send + Sync + 'static) -> VideoUpload {
        self.file = self.file.with_progress(tell);
        self
    }

    /// Waits until the video is transcoded, at most this long after the upload.
    pub fn wait_for_transcoding(mut self, at_most: Duration) -> VideoUpload {
        self.settings.transcoding = Some(at_most);
        self
    }

    /// How often it goes on after breaks, and how long it waits in between.
    pub fn settings(mut self, settings: Settings) -> VideoUpload {
        self.settings = settings;
        self
    }

    /// Takes a connection on which nothing moved for this long for broken; 60 s if nothing is said.
    pub fn stall_timeout(mut self, time: Duration) -> VideoUpload {
        self.stall_timeout = time;
        self
    }

    async fn run(self) -> Result<Uploaded, Error> {
        let size = size_of(&self.file)?;
        let meter = Arc::new(Meter { farthest: Mutex::new(0), progress: self.file.progress.clone() });
        let (mut upload, mut first) = match self.target.clone() {
            Target::New(call) => {
                let call = Call::from(call).set("file_name", self.file.name.as_str());
                (Upload::new(call.given().clone(), size, self.settings), Some(call))
            }
            Target::Known(video_id) => (Upload::of(video_id, size, self.settings), None),
        };
        let mut step = upload.begin();
        loop {
            let event = match step {
                Step::Call { operation, params } => {
                    // The caller's own call has its own timeout and retries.
                    let call = first.take().unwrap_or_else(|| Call::new(&self.client, operation).params(params));
                    event(call.send().await)
                }
                Step::Send { url, offset } => {
                    tracing::info!(video_id = upload.video_id(), offset, size, "sending a video");
                    event(self.post(url, offset, size, &meter).await)
                }
                Step::Wait { time } => {
                    self.client.driver().executor.sleep(time).await;
                    Event::Elapsed
                }
                Step::Done(uploaded) => {
                    meter.tell(size, size);
                    return Ok(uploaded);
                }
                Step::Failed(error) => return Err(error),
            };
            if let Event::Failed(error) = &event {
                tracing::info!(video_id = upload.video_id(), %error, "an upload was held up");
            }
            step = upload.resume(event, self.client.driver().now());
        }
    }

    /// Posts the file from `offset` on. A connection can die without a word,
    /// so a post on which nothing moves is given up.
    async fn post(&self, url: String, offset: u64, size: u64, meter: &Arc<Meter>) -> Result<Answer, Error> {
        let position = Arc::new(AtomicU64::new(offset));
        let file = File { size: Some(size), ..self.file.clone() }.starting_at(offset).with_progress({
            let (meter, position) = (Arc::clone(meter), Arc::clone(&position));
            move |sent, size| {
                position.store(sent, Ordering::Relaxed);
                meter.tell(sent, size);
            }
        });
        let call = Call::new(&self.client, UPLOAD_FILE).set("upload_url", url).set("data", file);
        let mut post = Box::pin(call.send());
        let mut before = offset;
        loop {
            match select(post, self.client.driver().executor.sleep(self.stall_timeout)).await {
                Either::Left((answer, _)) => return answer,
                Either::Right(((), unfinished)) => post = unfinished,
            }
            let sent = position.load(Ordering::Relaxed);
            // Nothing is known before the first byte; after the last one the service may think.
            if sent == before && offset < sent && sent < size {
                let message = format!("nothing moved for {:?}", self.stall_timeout);
                return Err(Error::new(ErrorKind::Timeout, UPLOAD_FILE).with_message(message));
            }
            before = sent;
        }
    }
}

impl IntoFuture for VideoUpload {
    type Output = Result<Uploaded, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

fn event(result: Result<Answer, Error>) -> Event {
    match result {
        Ok(answer) => Event::Answer(answer.data),
        Err(error) => Event::Failed(error),
    }
}

/// Told before anything is registered: a file that is not there, or no file.
fn size_of(file: &File) -> Result<u64, Error> {
    let unreadable = |message: String| Error::new(ErrorKind::File, UPLOAD_FILE).with_message(message);
    match (&file.source, file.size) {
        (FileSource::Bytes(content), _) => Ok(content.len() as u64),
        // An executor may know files by other names than paths.
        (FileSource::Named(_), Some(size)) => Ok(size),
        (FileSource::Named(path), None) => match std::fs::metadata(path) {
            Ok(found) if found.is_file() => Ok(found.len()),
            Ok(_) => Err(unreadable(format!("cannot read {path}: it is not a file"))),
            Err(error) => Err(unreadable(format!("cannot read {path}: {error}"))),
        },
    }
}

/// How far the file is sent, over all its posts.
struct Meter {
    farthest: Mutex<u64>,
    progress: Option<Progress>,
}

impl Meter {
    fn tell(&self, sent: u64, size: u64) {
        let mut farthest = self.farthest.lock().unwrap_or_else(PoisonError::into_inner);
        if sent > *farthest {
            *farthest = sent;
            if let Some(progress) = &self.progress {
                progress.tell(sent, size);
            }
        }
    }
}
