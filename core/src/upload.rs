//! Uploading a video as a state machine without I/O, in the service's own way.
//!
//! A file larger than one chunk goes up in chunks, each with its range; a
//! smaller one goes as the form that the document prints. Whatever fails, the
//! service is asked with `video.get_resume_upload_url` how much it has, and the
//! upload goes on from there, in chunks.
//!
//! The host carries each [`Step`] out and tells the outcome with
//! [`Upload::resume`], until the step is [`Step::Done`] or [`Step::Failed`].
//!
//! ```
//! use baijiayun_core::engine::Now;
//! use baijiayun_core::upload::{Event, Post, Settings, Step, Upload};
//! use baijiayun_core::Params;
//!
//! let now = Now { unix: 1_501_572_288, ticks: 0, random: 42 };
//! let params: Params = [("file_name", "lesson.mp4"), ("definition", "16")].into_iter().collect();
//! let mut upload = Upload::new(params, 6_000_000, Settings::default());
//! let Step::Call { operation, .. } = upload.begin(now) else { panic!("first it asks for an address") };
//! assert_eq!(operation, "video.get_upload_url");
//!
//! let data = br#"{"video_id":12345,"upload_url":"https://upload-video.baijiayun.com/upload?fid=1"}"#;
//! let Step::Send { post, .. } = upload.resume(Event::Answer(data.to_vec()), now) else { panic!("then it posts") };
//! assert_eq!(post, Post::Chunk { offset: 0, length: 5_242_880 });
//!
//! let taken = || Event::Answer(br#"{"fid":"1"}"#.to_vec());
//! let Step::Send { post, .. } = upload.resume(taken(), now) else { panic!("and the rest") };
//! assert_eq!(post, Post::Chunk { offset: 5_242_880, length: 757_120 });
//! let Step::Done(uploaded) = upload.resume(taken(), now) else { panic!() };
//! assert_eq!(uploaded.video_id, 12345);
//! ```

mod address;
mod answer;
mod settings;
mod step;

use std::time::Duration;

use crate::engine::{Now, full_jitter};
use crate::error::{Error, ErrorKind};
use crate::value::{Params, Value};

use address::Token;
use answer::Answer;
pub use settings::{CHUNK_SIZE, Settings};
pub use step::{Event, Post, Step, Uploaded};

/// Registers a video.
pub const GET_UPLOAD_URL: &str = "video.get_upload_url";
/// Says how much of the file the service has, and where the rest goes.
pub const GET_RESUME_UPLOAD_URL: &str = "video.get_resume_upload_url";
/// Takes the file: what [`Step::Send`] calls.
pub const UPLOAD_FILE: &str = "video.upload_file";
/// Says how far the service is with a video.
pub const GET_STATUS: &str = "video.get_status";
/// Says how large the file of a video is.
pub const INFO: &str = "video.info";

/// One upload.
#[derive(Debug)]
pub struct Upload {
    settings: Settings,
    size: u64,
    video_id: Option<i64>,
    /// The service may have begun with another file: it has not told yet how much it has.
    unseen: bool,
    state: State,
    /// Breaks since the service last had more of the file than before.
    breaks: u32,
    /// The most of the file that the service said it has.
    received: u64,
    resumes: u32,
    /// When the file has to be there, in the host's ticks.
    deadline: u64,
    /// The next wait for the transcoding, and when it has to be over.
    poll: Duration,
    poll_deadline: u64,
}

#[derive(Debug)]
enum State {
    /// Not begun: the parameters of a new video, or none to go on with one.
    New(Option<Params>),
    Registering,
    /// Posting what comes before this byte.
    Sending {
        url: Token,
        end: u64,
    },
    /// Waiting before it goes on.
    Broken,
    /// Asking where to go on.
    Resuming,
    /// There was no address for the rest: asking whether the file has arrived whole. If not, this is what it fails with.
    Doubting(Error),
    /// It has, before this upload sent anything: asking whether it is this file. The status is what was answered before.
    Comparing(Option<i64>),
    /// Waiting before it looks at the transcoding.
    Waiting,
    Polling,
    Over,
}

// What `video.get_status` answers with.
const UPLOADING: i64 = 10;
const TRANSCODING_FAILED: i64 = 30;
const TRANSCODING_TIMED_OUT: i64 = 31;
const UPLOAD_TIMED_OUT: i64 = 32;
const TRANSCODED: i64 = 100;

impl Upload {
    /// An upload of a new video: the parameters of `video.get_upload_url`, and the size of the file.
    pub fn new(params: Params, size: u64, settings: Settings) -> Upload {
        let use_https = params.get("use_https").map_or(settings.use_https, asks_for_https);
        Upload::with(State::New(Some(params)), size, Settings { use_https, ..settings })
    }

    /// Goes on with a video whose upload broke off earlier.
    pub fn of(video_id: i64, size: u64, settings: Settings) -> Upload {
        Upload { video_id: Some(video_id), unseen: true, ..Upload::with(State::New(None), size, settings) }
    }

    fn with(state: State, size: u64, settings: Settings) -> Upload {
        Upload {
            settings,
            size,
            video_id: None,
            unseen: false,
            state,
            breaks: 0,
            received: 0,
            resumes: 0,
            deadline: u64::MAX,
            poll: settings.poll,
            poll_deadline: 0,
        }
    }

    /// The video, once it is registered.
    pub fn video_id(&self) -> Option<i64> {
        self.video_id
    }

    /// How many bytes of the file the service has, by its own word. The number only grows.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// What is left of the time in which the file has to be there, if there is a limit.
    pub fn left(&self, now: Now) -> Option<Duration> {
        (self.deadline != u64::MAX).then(|| Duration::from_millis(self.deadline.saturating_sub(now.ticks)))
    }

    /// The first step. What cannot be uploaded fails before a video is registered.
    pub fn begin(&mut self, now: Now) -> Step {
        let state = std::mem::replace(&mut self.state, State::Over);
        let State::New(params) = state else { return self.misuse() };
        if self.size == 0 {
            let message = "the file is empty: there is nothing to upload";
            return self.fail(Error::new(ErrorKind::File, UPLOAD_FILE).with_message(message));
        }
        if self.settings.chunk_size == 0 {
            let message = "chunk_size is 0, but must be at least 1";
            return self.fail(Error::new(ErrorKind::InvalidParameters, UPLOAD_FILE).with_message(message));
        }
        self.deadline = self.settings.deadline.map_or(u64::MAX, |time| after(now, time));
        match params {
            Some(mut params) => {
                params.set("use_https", self.use_https());
                self.call(State::Registering, GET_UPLOAD_URL, params)
            }
            None => self.ask_where(),
        }
    }

    /// Tells what became of the last step, and gets the next one.
    ///
    /// An event that the step did not ask for fails with [`ErrorKind::Misuse`].
    pub fn resume(&mut self, event: Event, now: Now) -> Step {
        match (std::mem::replace(&mut self.state, State::Over), event) {
            (State::Registering, Event::Answer(data)) => self.registered(&data),
            (State::Sending { url, end }, Event::Answer(_)) => self.taken(url, end, now),
            (State::Sending { .. }, Event::Failed(error)) if !is_ours(&error) => self.broke(error, now),
            (State::Broken, Event::Elapsed) => self.ask_where(),
            (State::Resuming, Event::Answer(data)) => self.go_on(&data, now),
            (State::Resuming | State::Doubting(_) | State::Comparing(_), Event::Failed(error))
                if is_transient(&error) =>
            {
                self.broke(error, now)
            }
            (State::Resuming, Event::Failed(error)) => self.ask_status(State::Doubting(error)),
            (State::Doubting(refusal), Event::Answer(data)) => self.settle(refusal, &data, now),
            (State::Doubting(refusal), Event::Failed(_)) => self.fail(refusal),
            (State::Comparing(status), Event::Answer(data)) => self.compare(status, &data, now),
            (State::Waiting, Event::Elapsed) => self.ask_status(State::Polling),
            (State::Polling, Event::Answer(data)) => self.look(Answer::read(&data).status, now),
            (State::Polling, Event::Failed(error)) if is_transient(&error) => self.wait(now),
            (
                State::Registering | State::Sending { .. } | State::Comparing(_) | State::Polling,
                Event::Failed(error),
            ) => self.fail(error),
            _ => self.misuse(),
        }
    }

    fn registered(&mut self, data: &[u8]) -> Step {
        let Answer { video_id: Some(video_id), upload_url: Some(url), .. } = Answer::read(data) else {
            return self.fail(unreadable(GET_UPLOAD_URL, "video_id and upload_url"));
        };
        self.video_id = Some(video_id);
        match address::check(GET_UPLOAD_URL, url, self.settings.use_https) {
            Ok(url) if self.size <= self.settings.chunk_size => self.send(url, Post::Form, self.size),
            Ok(url) => self.send_from(url, 0),
            Err(error) => self.fail(error),
        }
    }

    fn send_from(&mut self, url: Token, offset: u64) -> Step {
        let length = self.settings.chunk_size.min(self.size.saturating_sub(offset));
        self.send(url, Post::Chunk { offset, length }, offset.saturating_add(length))
    }

    fn send(&mut self, url: Token, post: Post, end: u64) -> Step {
        let step = Step::Send { url: url.0.clone(), post };
        self.state = State::Sending { url, end };
        step
    }

    /// The service has taken a chunk, or the whole file.
    fn taken(&mut self, url: Token, end: u64, now: Now) -> Step {
        self.reached(end);
        if end >= self.size {
            return self.arrived(now);
        }
        match self.left(now) {
            Some(Duration::ZERO) => self.fail(too_late()),
            _ => self.send_from(url, end),
        }
    }

    fn reached(&mut self, end: u64) {
        if end > self.received {
            self.received = end;
            self.breaks = 0;
        }
    }

    fn ask_where(&mut self) -> Step {
        let mut params = self.video();
        params.set("use_https", self.use_https());
        self.call(State::Resuming, GET_RESUME_UPLOAD_URL, params)
    }

    fn use_https(&self) -> i64 {
        i64::from(self.settings.use_https)
    }

    fn go_on(&mut self, data: &[u8], now: Now) -> Step {
        let Answer { upload_url, upload_size: Some(offset), status, total_size, .. } = Answer::read(data) else {
            return self.fail(unreadable(GET_RESUME_UPLOAD_URL, "upload_size"));
        };
        if upload_url.is_none() && has_arrived(status) {
            // A server between us and the service has asked what we ask in `settle`.
            return match self.is_another(total_size) {
                Some(error) => self.fail(error),
                None => self.arrived(now),
            };
        }
        if offset > self.size {
            let message = format!("the service has {offset} bytes already, but the file has only {}", self.size);
            let hint = "go on with the file that the upload began with";
            return self.fail(Error::new(ErrorKind::File, GET_RESUME_UPLOAD_URL).with_message(message).with_hint(hint));
        }
        self.unseen = false;
        self.resumes = self.resumes.saturating_add(1);
        self.reached(offset);
        if offset == self.size {
            return self.arrived(now);
        }
        let Some(url) = upload_url else {
            return self.fail(unreadable(GET_RESUME_UPLOAD_URL, "upload_url"));
        };
        match address::check(GET_RESUME_UPLOAD_URL, url, self.settings.use_https) {
            Ok(url) => self.send_from(url, offset),
            Err(error) => self.fail(error),
        }
    }

    /// There is no address for the rest: perhaps because there is no rest, and only an answer was lost.
    fn settle(&mut self, refusal: Error, data: &[u8], now: Now) -> Step {
        let status = Answer::read(data).status;
        if !has_arrived(status) {
            return self.fail(refusal);
        }
        if self.unseen {
            let params = self.video();
            return self.call(State::Comparing(status), INFO, params);
        }
        self.settled(status, now)
    }

    /// The file is there: this one, if it has the same size.
    fn compare(&mut self, status: Option<i64>, data: &[u8], now: Now) -> Step {
        match self.is_another(Answer::read(data).total_size) {
            Some(error) => self.fail(error),
            None => self.settled(status, now),
        }
    }

    /// The error for a file that is not the one which the service has. It may not say how large that is.
    fn is_another(&self, total_size: Option<u64>) -> Option<Error> {
        let total = total_size.filter(|total| *total != 0 && *total != self.size)?;
        let message = format!("the video has its whole file already, of {total} bytes; this one has {}", self.size);
        let hint = "another file is another video: upload it as a new one";
        Some(Error::new(ErrorKind::File, INFO).with_message(message).with_hint(hint))
    }

    fn settled(&mut self, status: Option<i64>, now: Now) -> Step {
        self.reached(self.size);
        if self.settings.transcoding.is_none() {
            return self.done(status);
        }
        self.set_poll_deadline(now);
        self.look(status, now)
    }

    fn broke(&mut self, error: Error, now: Now) -> Step {
        self.breaks = self.breaks.saturating_add(1);
        let hint = "the upload can go on later, with the id of the video and the same file";
        if self.breaks > self.settings.resumes {
            let message = format!("it broke off {} times and got no further: {}", self.breaks, error.message());
            return self.fail(error.with_message(message).with_hint(hint));
        }
        let Settings { base, cap, .. } = self.settings;
        // Never at once: the service may still be storing what came before the break.
        let time = base.saturating_add(full_jitter(self.breaks, base, cap, now.random));
        if after(now, time) >= self.deadline {
            let message = format!("{}: {}", TOO_LATE, error.message());
            return self.fail(error.with_message(message).with_hint(hint));
        }
        self.state = State::Broken;
        Step::Wait { time }
    }

    fn arrived(&mut self, now: Now) -> Step {
        self.reached(self.size);
        if self.settings.transcoding.is_none() {
            return self.done(None);
        }
        self.set_poll_deadline(now);
        self.wait(now)
    }

    fn set_poll_deadline(&mut self, now: Now) {
        self.poll_deadline = after(now, self.settings.transcoding.unwrap_or_default());
        // The file is there, in time.
        self.deadline = u64::MAX;
    }

    fn wait(&mut self, now: Now) -> Step {
        let left = Duration::from_millis(self.poll_deadline.saturating_sub(now.ticks));
        if left.is_zero() {
            let message = "the file is there, but its transcoding took longer than was to be waited";
            let hint = "video.get_status says how far it is; or have the transcode callback tell";
            return self.fail(Error::new(ErrorKind::Timeout, GET_STATUS).with_message(message).with_hint(hint));
        }
        let time = self.poll.min(self.settings.poll_cap).min(left);
        self.poll = self.poll.saturating_add(self.poll / 2).min(self.settings.poll_cap);
        self.state = State::Waiting;
        Step::Wait { time }
    }

    fn look(&mut self, status: Option<i64>, now: Now) -> Step {
        let failed = match status {
            Some(TRANSCODED) => return self.done(Some(TRANSCODED)),
            Some(TRANSCODING_FAILED) => "the transcoding failed (status 30)",
            Some(TRANSCODING_TIMED_OUT) => "the transcoding timed out (status 31)",
            Some(UPLOAD_TIMED_OUT) => "the upload timed out (status 32)",
            _ => return self.wait(now),
        };
        self.fail(Error::new(ErrorKind::UploadFailed, GET_STATUS).with_message(failed))
    }

    fn ask_status(&mut self, state: State) -> Step {
        let params = self.video();
        self.call(state, GET_STATUS, params)
    }

    fn video(&self) -> Params {
        self.video_id.map(|id| ("video_id", id)).into_iter().collect()
    }

    fn call(&mut self, state: State, operation: &'static str, params: Params) -> Step {
        self.state = state;
        Step::Call { operation, params }
    }

    fn done(&mut self, status: Option<i64>) -> Step {
        match self.video_id {
            Some(video_id) => Step::Done(Uploaded { video_id, status, resumes: self.resumes }),
            None => self.fail(unreadable(GET_UPLOAD_URL, "video_id")),
        }
    }

    /// Errors name the video, so that its upload can go on or be given up.
    fn fail(&mut self, error: Error) -> Step {
        Step::Failed(match self.video_id {
            Some(id) => {
                let message = format!("video {id}: {}", error.message());
                error.with_message(message).with_video_id(self.video_id)
            }
            None => error,
        })
    }

    fn misuse(&mut self) -> Step {
        self.fail(
            Error::new(ErrorKind::Misuse, "")
                .with_message("the host told of an upload what its last step did not ask for, or it is over"),
        )
    }
}

fn after(now: Now, time: Duration) -> u64 {
    now.ticks.saturating_add(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}

fn asks_for_https(use_https: &Value) -> bool {
    match use_https {
        Value::Bool(flag) => *flag,
        Value::Int(number) => *number != 0,
        Value::Text(text) => text != "0",
        _ => true,
    }
}

/// Whether a video of this status has its whole file.
fn has_arrived(status: Option<i64>) -> bool {
    !matches!(status, None | Some(UPLOADING | UPLOAD_TIMED_OUT))
}

/// Whether a post failed before it was sent, for a reason that no other attempt takes away.
fn is_ours(error: &Error) -> bool {
    use ErrorKind::{File, InvalidAccount, InvalidParameters, Misuse, Signing, UnknownOperation};
    matches!(error.kind(), File | InvalidAccount | InvalidParameters | Misuse | Signing | UnknownOperation)
}

/// Whether the same question may be answered next time.
fn is_transient(error: &Error) -> bool {
    use ErrorKind::{Connect, HttpStatus, NotEnvelope, NotJson, Throttled, Timeout, Transport, UploadFailed};
    match error.kind() {
        UploadFailed | NotEnvelope => true,
        Connect | Timeout | Transport | Throttled | NotJson => error.is_transient(),
        HttpStatus => matches!(error.status(), Some(408 | 500..)),
        _ => false,
    }
}

fn unreadable(operation: &str, wanted: &str) -> Error {
    Error::new(ErrorKind::Decode, operation).with_message(format!("the answer has no usable {wanted}"))
}

const TOO_LATE: &str = "the deadline comes before all of the file is there";

fn too_late() -> Error {
    Error::new(ErrorKind::Timeout, UPLOAD_FILE)
        .with_message(TOO_LATE)
        .with_hint("the upload can go on later, with the id of the video and the same file")
}
