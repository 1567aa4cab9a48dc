//! Uploading videos: the core says what to do next, this does it.

mod file;
mod uploader;

use std::borrow::Cow;
use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use baijiayun_core::upload::{Event, Post, Settings, Step, UPLOAD_FILE, Upload, Uploaded};
use baijiayun_core::{Answer, Error, ErrorKind, File, Id, Params};
use futures_util::future::{Either, select};

use crate::closing::Stage;
use crate::generated::video::{GetUploadUrl, Video};
use crate::hooks::Watch;
use crate::timer::before;
use crate::{Awaited, Call, Client, Retry, UploadAddresses};

use file::size_of;
pub use uploader::Uploader;

impl<M> Video<'_, M> {
    /// Uploads a video or audio file: registers it, streams it in chunks, and
    /// goes on where a broken connection left off. `definition` is what to
    /// transcode it to (16 standard, 1 high, 2 super, 4 720p, 8 1080p).
    ///
    /// ```no_run
    /// # async fn example(client: baijiayun::Client) -> Result<(), baijiayun::Error> {
    /// let video = client
    ///     .video()
    ///     .upload("lessons/第一课.mp4", [16, 2])
    ///     .with(|call| call.callback_url("https://example.com/transcoded"))
    ///     .progress(|there, size| println!("{there} of {size} bytes"))
    ///     .await?;
    /// println!("video {}", video.video_id);
    /// # Ok(())
    /// # }
    /// ```
    pub fn upload(&self, file: impl Into<File>, definition: impl IntoIterator<Item = impl Into<Id>>) -> VideoUpload<M> {
        let file = file.into();
        let call = self.get_upload_url(file.name.clone(), definition);
        VideoUpload::new(self.0, Target::New(Box::new(call)), file)
    }

    /// Goes on with an upload that broke off earlier, perhaps in another
    /// process: the same file, for the video that was registered then.
    ///
    /// A file of another size than the one which the service has is refused, also where that one is whole.
    pub fn resume_upload(&self, video_id: i64, file: impl Into<File>) -> VideoUpload<M> {
        VideoUpload::new(self.0, Target::Known(video_id, None), file.into())
    }
}

/// What all of an upload is called for those who watch.
const VIDEO_UPLOAD: &str = "video.upload";

/// An upload of a video that is being put together: `.await` it.
///
/// Each post of a chunk may take as long as
/// [`Settings::upload_deadline`](crate::Settings::upload_deadline) says.
/// Dropping the future gives the upload up; what arrived stays for
/// [`Video::resume_upload`].
#[must_use = "an upload begins when it is awaited"]
#[derive(Clone)]
pub struct VideoUpload<M = Awaited> {
    client: Client,
    target: Target<M>,
    file: File,
    settings: Settings,
    chunk_size: Option<u64>,
    use_https: Option<bool>,
    transcoding: Option<Duration>,
    stall_timeout: Duration,
    registered: Option<Arc<dyn Fn(i64) + Send + Sync>>,
}

#[derive(Clone)]
enum Target<M> {
    New(Box<GetUploadUrl<M>>),
    /// A new video, of which somebody else knows more.
    Elsewhere(Arc<dyn UploadAddresses>),
    Known(i64, Option<Arc<dyn UploadAddresses>>),
}

impl<M> VideoUpload<M> {
    fn new(client: &Client, target: Target<M>, file: File) -> VideoUpload<M> {
        VideoUpload {
            client: client.clone(),
            target,
            file,
            settings: Settings::default(),
            chunk_size: None,
            use_https: None,
            transcoding: None,
            stall_timeout: Duration::from_secs(60),
            registered: None,
        }
    }

    /// Names the video; otherwise it is named after the file.
    pub fn name(mut self, name: impl Into<String>) -> VideoUpload<M> {
        self.file.name = name.into();
        self
    }

    /// Sets what else `video.get_upload_url` takes, for example
    /// `.with(|call| call.audio_with_view(true))`. A video that is registered
    /// already has all that.
    pub fn with(mut self, change: impl FnOnce(GetUploadUrl<M>) -> GetUploadUrl<M>) -> VideoUpload<M> {
        if let Target::New(call) = self.target {
            self.target = Target::New(Box::new(change(*call)));
        }
        self
    }

    /// Calls this as soon as the video is registered, with its id: with that
    /// alone the upload can go on in another process.
    pub fn registered(mut self, tell: impl Fn(i64) + Send + Sync + 'static) -> VideoUpload<M> {
        self.registered = Some(Arc::new(tell));
        self
    }

    /// Calls this with the number of bytes of the file that the service has,
    /// and the size, whenever it has more. The number only grows.
    pub fn progress(mut self, tell: impl Fn(u64, u64) + Send + Sync + 'static) -> VideoUpload<M> {
        self.file = self.file.with_progress(tell);
        self
    }

    /// Sends this many bytes at a time instead of 5 MiB.
    pub fn chunk_size(mut self, bytes: u64) -> VideoUpload<M> {
        self.chunk_size = Some(bytes);
        self
    }

    /// Whether the addresses have to be https. They have to if nothing is said.
    pub fn use_https(mut self, use_https: bool) -> VideoUpload<M> {
        self.use_https = Some(use_https);
        self
    }

    /// Waits until the video is transcoded, at most this long after the
    /// upload. An [`Uploader`] cannot: to ask for that takes the key.
    pub fn wait_for_transcoding(mut self, at_most: Duration) -> VideoUpload<M> {
        self.transcoding = Some(at_most);
        self
    }

    /// How often it goes on after breaks, how long it waits in between, and all else of the upload. What the other
    /// methods say counts for more, before this or after it.
    pub fn settings(mut self, settings: Settings) -> VideoUpload<M> {
        self.settings = settings;
        self
    }

    /// Takes a connection on which nothing moved for this long for broken; 60 s if nothing is said.
    pub fn stall_timeout(mut self, time: Duration) -> VideoUpload<M> {
        self.stall_timeout = time;
        self
    }
}

impl<M: Clone> VideoUpload<M> {
    /// What all of it comes to.
    fn said(&self) -> Settings {
        let settings = self.settings;
        Settings {
            chunk_size: self.chunk_size.unwrap_or(settings.chunk_size),
            use_https: self.use_https.unwrap_or(settings.use_https),
            transcoding: self.transcoding.or(settings.transcoding),
            ..settings
        }
    }

    /// All of it is one call for those who watch.
    async fn run(self) -> Result<Uploaded, Error> {
        let watch = Watch::new(self.client.driver().hook.as_ref(), || Cow::Borrowed(VIDEO_UPLOAD));
        let _guard = watch.guard();
        let result = self.drive(&watch).await;
        watch.done(&result);
        result
    }

    async fn drive(&self, watch: &Watch) -> Result<Uploaded, Error> {
        let settings = self.said();
        let size = size_of(&self.file)?;
        let (mut upload, mut first, addresses) = match &self.target {
            Target::New(call) => {
                let call =
                    Call::from(call.as_ref().clone()).in_mode::<Awaited>().set("file_name", self.file.name.as_str());
                (Upload::new(call.given().clone(), size, settings), Some(call), None)
            }
            Target::Elsewhere(addresses) => (Upload::new(Params::new(), size, settings), None, Some(addresses)),
            Target::Known(video_id, addresses) => (Upload::of(*video_id, size, settings), None, addresses.as_ref()),
        };
        if addresses.is_some() && settings.transcoding.is_some() {
            return Err(Error::new(ErrorKind::InvalidParameters, UPLOAD_FILE)
                .with_message("the transcoding cannot be waited for where the key is not")
                .with_hint("ask your server, which can call video.get_status"));
        }
        let driver = self.client.driver();
        let mut told = Told::default();
        let mut step = upload.begin(driver.now());
        loop {
            self.tell(&upload, size, &mut told);
            let video_id = upload.video_id();
            let event = match step {
                Step::Call { operation, params } => match &addresses {
                    Some(addresses) => {
                        let patience = driver.patience();
                        let time = upload.left(driver.now()).map_or(patience, |left| left.min(patience));
                        let asked = ask(addresses.as_ref(), operation, video_id);
                        let asked = before(driver.executor.sleep(time), asked);
                        match before(driver.closing.reached(Stage::Closed), asked).await {
                            Some(event) => event.unwrap_or_else(|| late(operation)),
                            None => return Err(closed(video_id)),
                        }
                    }
                    // The caller's own call has its own timeout and retries.
                    None => {
                        let call = first.take().unwrap_or_else(|| Call::new(&self.client, operation));
                        event(within(call.params(params), upload.left(driver.now())).watched(watch).send().await)
                    }
                },
                Step::Send { url, post } => {
                    tracing::info!(video_id, ?post, size, "sending a video");
                    event(self.post(url, post, size, upload.left(driver.now()), watch).await)
                }
                Step::Wait { time } => {
                    watch.pause(time);
                    match before(driver.closing.reached(Stage::Closed), driver.executor.sleep(time)).await {
                        Some(()) => Event::Elapsed,
                        None => return Err(closed(video_id)),
                    }
                }
                Step::Done(uploaded) => return Ok(uploaded),
                Step::Failed(error) => return Err(error),
            };
            if let Event::Failed(error) = &event {
                if error.kind() == ErrorKind::Closed {
                    return Err(closed(video_id));
                }
                tracing::info!(video_id, %error, "an upload was held up");
            }
            step = upload.resume(event, driver.now());
        }
    }

    /// Tells the caller what is new.
    fn tell(&self, upload: &Upload, size: u64, told: &mut Told) {
        if let (Some(video_id), false) = (upload.video_id(), told.registered) {
            told.registered = true;
            if let (Some(tell), Target::New(_) | Target::Elsewhere(_)) = (&self.registered, &self.target) {
                tell(video_id);
            }
        }
        if upload.received() > told.received {
            told.received = upload.received();
            if let Some(progress) = &self.file.progress {
                progress.tell(told.received, size);
            }
        }
    }

    /// Posts that much of the file. A connection can die without a word, so a
    /// post on which nothing moves is given up: the service is asked what it has.
    async fn post(
        &self,
        url: String,
        post: Post,
        size: u64,
        left: Option<Duration>,
        watch: &Watch,
    ) -> Result<Answer, Error> {
        let file = File { size: Some(size), ..self.file.clone() };
        let (file, offset) = match post {
            Post::Form => (file, 0),
            Post::Chunk { offset, length } => (file.chunk(offset, length), offset),
        };
        let position = Arc::new(AtomicU64::new(offset));
        let file = file.with_progress({
            let position = Arc::clone(&position);
            move |sent, _| position.store(sent, Ordering::Relaxed)
        });
        let call = Call::new(&self.client, UPLOAD_FILE).set("upload_url", url).set("data", file).retry(Retry::Never);
        let mut post = Box::pin(within(call, left).watched(watch).send());
        let mut before = offset;
        loop {
            match select(post, self.client.driver().executor.sleep(self.stall_timeout)).await {
                Either::Left((answer, _)) => return answer,
                Either::Right(((), unfinished)) => post = unfinished,
            }
            let sent = position.load(Ordering::Relaxed);
            // Nothing is known before the first byte: not every executor tells.
            if sent == before && offset < sent {
                let message = format!("nothing moved for {:?}", self.stall_timeout);
                return Err(Error::new(ErrorKind::Timeout, UPLOAD_FILE).with_message(message));
            }
            before = sent;
        }
    }
}

impl VideoUpload {
    /// Uploads it, as `.await` does. The future is the upload's own, as `tokio::spawn` and `join_all` want it.
    ///
    /// # Errors
    /// [`ErrorKind::File`] before anything is sent if the file cannot be read; else what the last step failed with.
    /// [`Error::video_id`] is the video with which the upload can go on.
    pub async fn send(self) -> Result<Uploaded, Error> {
        self.run().await
    }
}

#[cfg(feature = "blocking")]
impl VideoUpload<crate::Blocking> {
    /// Uploads it, and waits. What is given to [`VideoUpload::progress`] is called in another thread.
    ///
    /// # Errors
    /// [`ErrorKind::File`] before anything is sent if the file cannot be read; else what the last step failed with.
    /// [`Error::video_id`] is the video with which the upload can go on.
    pub fn send(self) -> Result<Uploaded, Error> {
        crate::blocking::run(self.run())
    }
}

impl IntoFuture for VideoUpload {
    type Output = Result<Uploaded, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl<M> fmt::Debug for VideoUpload<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VideoUpload")
            .field("file", &self.file)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// What the caller was told.
#[derive(Default)]
struct Told {
    registered: bool,
    received: u64,
}

fn within(call: Call, left: Option<Duration>) -> Call {
    match left {
        // One of which nothing is left is not one that was set to nothing.
        Some(left) => call.deadline(left.max(Duration::from_millis(1))),
        None => call,
    }
}

/// Asks the caller's server, whose every failure may be over the next time.
async fn ask(addresses: &dyn UploadAddresses, operation: &'static str, video_id: Option<i64>) -> Event {
    let answer = match video_id {
        None => addresses.upload_url().await,
        Some(video_id) => addresses.resume_upload_url(video_id).await,
    };
    match answer {
        Ok(data) => Event::Answer(data.into_bytes()),
        Err(message) => Event::Failed(Error::new(ErrorKind::Transport, operation).with_message(message)),
    }
}

fn late(operation: &'static str) -> Event {
    let message = "the server that was asked where to upload gave no answer in time";
    Event::Failed(Error::new(ErrorKind::Timeout, operation).with_message(message))
}

/// It goes no further, and can go on in another client.
fn closed(video_id: Option<i64>) -> Error {
    Error::new(ErrorKind::Closed, UPLOAD_FILE)
        .with_message("the client was closed while the file was on its way")
        .with_hint("the upload can go on later, with the id of its video")
        .with_video_id(video_id)
}

fn event(result: Result<Answer, Error>) -> Event {
    match result {
        Ok(answer) => Event::Answer(answer.data),
        Err(error) => Event::Failed(error),
    }
}
