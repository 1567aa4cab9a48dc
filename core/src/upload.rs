//! Uploading a video as a state machine without I/O: the file is posted, and
//! where the connection breaks, the rest is posted to the address that
//! `video.get_resume_upload_url` gives, from the byte that it names.
//!
//! The host carries each [`Step`] out and tells the outcome with
//! [`Upload::resume`], until the step is [`Step::Done`] or [`Step::Failed`].
//!
//! ```
//! use baijiayun_core::engine::Now;
//! use baijiayun_core::upload::{Event, Settings, Step, Upload};
//! use baijiayun_core::Params;
//!
//! let now = Now { unix: 1_501_572_288, ticks: 0, random: 42 };
//! let params: Params = [("file_name", "lesson.mp4"), ("definition", "16")].into_iter().collect();
//! let mut upload = Upload::new(params, 4_185_679, Settings::default());
//! let Step::Call { operation, .. } = upload.begin() else { panic!("first it asks for an address") };
//! assert_eq!(operation, "video.get_upload_url");
//!
//! let data = br#"{"video_id":12345,"upload_url":"http://upload-video.baijiayun.com/upload?fid=1"}"#;
//! let Step::Send { offset, .. } = upload.resume(Event::Answer(data.to_vec()), now) else { panic!("then it posts") };
//! assert_eq!(offset, 0);
//!
//! let Step::Done(uploaded) = upload.resume(Event::Answer(br#"{"fid":"1"}"#.to_vec()), now) else { panic!() };
//! assert_eq!(uploaded.video_id, 12345);
//! ```

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::engine::{Now, full_jitter};
use crate::error::{Error, ErrorKind};
use crate::json;
use crate::value::{Params, Value};

/// Registers a video.
pub const GET_UPLOAD_URL: &str = "video.get_upload_url";
/// Says where the rest of the file goes.
pub const GET_RESUME_UPLOAD_URL: &str = "video.get_resume_upload_url";
/// Takes the file: what [`Step::Send`] calls.
pub const UPLOAD_FILE: &str = "video.upload_file";
/// Says how far the service is with a video.
pub const GET_STATUS: &str = "video.get_status";

/// Settings of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// How often it goes on after a break without having got any further.
    pub resumes: u32,
    /// The wait before it goes on: this, and a random time up to this on top
    /// that doubles with each break that got no further.
    pub base: Duration,
    /// The random time is no longer than this.
    pub cap: Duration,
    /// Waits for the transcoding, at most this long.
    pub transcoding: Option<Duration>,
    /// The wait before the first look at the transcoding; each next one is half as long again.
    pub poll: Duration,
    /// No such wait is longer than this.
    pub poll_cap: Duration,
}

impl Default for Settings {
    /// 5 times after 1 s and more; the transcoding is not waited for, and
    /// otherwise looked at every 3 s to 60 s.
    fn default() -> Settings {
        Settings {
            resumes: 5,
            base: Duration::from_secs(1),
            cap: Duration::from_secs(30),
            transcoding: None,
            poll: Duration::from_secs(3),
            poll_cap: Duration::from_secs(60),
        }
    }
}

/// What the host has to do next.
#[derive(Clone)]
pub enum Step {
    /// Call this operation, and tell [`Event::Answer`] or [`Event::Failed`].
    Call {
        /// The operation.
        operation: &'static str,
        /// Its parameters.
        params: Params,
    },
    /// Call [`UPLOAD_FILE`] with this address and the file from this byte on,
    /// and tell [`Event::Answer`] or [`Event::Failed`].
    Send {
        /// The address. It holds a token.
        url: String,
        /// The first byte to send.
        offset: u64,
    },
    /// Wait, and tell [`Event::Elapsed`].
    Wait {
        /// How long.
        time: Duration,
    },
    /// The file is there, and transcoded if that was waited for.
    Done(Uploaded),
    /// The upload failed.
    Failed(Error),
}

impl fmt::Debug for Step {
    /// Without the address: it holds a token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Call { operation, .. } => write!(f, "Call({operation})"),
            Step::Send { offset, .. } => write!(f, "Send(from {offset})"),
            Step::Wait { time } => write!(f, "Wait({time:?})"),
            Step::Done(uploaded) => uploaded.fmt(f),
            Step::Failed(error) => error.fmt(f),
        }
    }
}

/// What the host did.
#[derive(Clone)]
pub enum Event {
    /// The call went well: its data as canonical JSON.
    Answer(Vec<u8>),
    /// The call failed, for whatever reason.
    Failed(Error),
    /// The time to wait is over.
    Elapsed,
}

impl fmt::Debug for Event {
    /// Without the data: they may hold a token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Event::Answer(data) => write!(f, "Answer({} bytes)", data.len()),
            Event::Failed(error) => error.fmt(f),
            Event::Elapsed => f.write_str("Elapsed"),
        }
    }
}

/// An uploaded video.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Uploaded {
    /// Its id.
    pub video_id: i64,
    /// Its status, if it was asked for: 20 transcoding, 30 and 31 failed, 100 transcoded.
    pub status: Option<i64>,
    /// How often the upload went on after a break.
    pub resumes: u32,
}

/// One upload.
#[derive(Debug)]
pub struct Upload {
    settings: Settings,
    size: u64,
    /// Whether the address shall be https, as the caller said for the first one.
    use_https: Option<Value>,
    video_id: Option<i64>,
    state: State,
    /// Breaks since the service last had more of the file than before.
    breaks: u32,
    /// The most of the file that the service said it has.
    farthest: u64,
    resumes: u32,
    /// The next wait for the transcoding, and when it has to be over.
    poll: Duration,
    deadline: u64,
}

#[derive(Debug)]
enum State {
    /// Not begun: the parameters of a new video, or none to go on with one.
    New(Option<Params>),
    Registering,
    Sending,
    /// Waiting before it goes on.
    Broken,
    /// Asking where to go on.
    Resuming,
    /// Asking whether the file has arrived whole, though the post broke.
    Doubting(Doubt),
    /// Waiting before it looks at the transcoding.
    Waiting,
    Polling,
    Over,
}

/// What to do if the file has not arrived whole.
#[derive(Debug)]
enum Doubt {
    /// There was no address for the rest: fail with this.
    Refused(Error),
    /// The service has every byte: post the empty rest here, to end the file.
    Whole(Token),
}

/// An upload address, which must not be shown.
struct Token(String);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
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
        let use_https = params.get("use_https").cloned();
        Upload { use_https, ..Upload::with(State::New(Some(params)), size, settings) }
    }

    /// Goes on with a video whose upload broke off earlier.
    pub fn of(video_id: i64, size: u64, settings: Settings) -> Upload {
        Upload { video_id: Some(video_id), ..Upload::with(State::New(None), size, settings) }
    }

    fn with(state: State, size: u64, settings: Settings) -> Upload {
        Upload {
            settings,
            size,
            use_https: None,
            video_id: None,
            state,
            breaks: 0,
            farthest: 0,
            resumes: 0,
            poll: settings.poll,
            deadline: 0,
        }
    }

    /// The video, once it is registered.
    pub fn video_id(&self) -> Option<i64> {
        self.video_id
    }

    /// The first step.
    pub fn begin(&mut self) -> Step {
        match std::mem::replace(&mut self.state, State::Over) {
            State::New(Some(params)) => self.call(State::Registering, GET_UPLOAD_URL, params),
            State::New(None) => self.ask_where(),
            _ => self.misuse(),
        }
    }

    /// Tells what became of the last step, and gets the next one.
    ///
    /// An event that the step did not ask for fails with [`ErrorKind::Misuse`].
    pub fn resume(&mut self, event: Event, now: Now) -> Step {
        match (std::mem::replace(&mut self.state, State::Over), event) {
            (State::Registering, Event::Answer(data)) => self.registered(&data),
            (State::Sending, Event::Answer(_)) => self.arrived(now),
            (State::Broken, Event::Elapsed) => self.ask_where(),
            (State::Resuming, Event::Answer(data)) => self.go_on(&data),
            (State::Resuming, Event::Failed(error)) if !is_transient(&error) => self.doubt(Doubt::Refused(error)),
            (State::Doubting(doubt), Event::Answer(data)) => self.settle(doubt, &data, now),
            (State::Doubting(Doubt::Refused(error)), Event::Failed(other)) if !is_transient(&other) => self.fail(error),
            (State::Sending | State::Resuming | State::Doubting(_), Event::Failed(error)) => self.broke(error, now),
            (State::Waiting, Event::Elapsed) => self.ask_status(State::Polling),
            (State::Polling, Event::Answer(data)) => self.look(&data, now),
            (State::Polling, Event::Failed(error)) if is_transient(&error) => self.wait(now),
            (State::Registering | State::Polling, Event::Failed(error)) => self.fail(error),
            _ => self.misuse(),
        }
    }

    fn registered(&mut self, data: &[u8]) -> Step {
        match Answer::read(data) {
            Answer { video_id: Some(video_id), upload_url: Some(url), .. } => {
                self.video_id = Some(video_id);
                self.send(url, 0)
            }
            _ => self.fail(unreadable(GET_UPLOAD_URL, "video_id and upload_url")),
        }
    }

    fn send(&mut self, url: String, offset: u64) -> Step {
        self.state = State::Sending;
        Step::Send { url, offset }
    }

    fn ask_where(&mut self) -> Step {
        let mut params = self.video();
        if let Some(use_https) = &self.use_https {
            params.set("use_https", use_https.clone());
        }
        self.call(State::Resuming, GET_RESUME_UPLOAD_URL, params)
    }

    fn go_on(&mut self, data: &[u8]) -> Step {
        let Answer { upload_url: Some(url), upload_size: Some(offset), .. } = Answer::read(data) else {
            return self.fail(unreadable(GET_RESUME_UPLOAD_URL, "upload_url and upload_size"));
        };
        if offset > self.size {
            let message = format!("the service has {offset} bytes already, but the file has only {}", self.size);
            let hint = "go on with the file that the upload began with";
            return self.fail(Error::new(ErrorKind::File, GET_RESUME_UPLOAD_URL).with_message(message).with_hint(hint));
        }
        self.resumes = self.resumes.saturating_add(1);
        if offset > self.farthest {
            self.farthest = offset;
            self.breaks = 0;
        }
        if offset == self.size { self.doubt(Doubt::Whole(Token(url))) } else { self.send(url, offset) }
    }

    fn doubt(&mut self, doubt: Doubt) -> Step {
        self.ask_status(State::Doubting(doubt))
    }

    /// The post broke, but perhaps only its answer was lost.
    fn settle(&mut self, doubt: Doubt, data: &[u8], now: Now) -> Step {
        match (Answer::read(data).status, doubt) {
            (Some(status), _) if status != UPLOADING && status != UPLOAD_TIMED_OUT => {
                if self.settings.transcoding.is_some() {
                    self.set_deadline(now);
                    self.look(data, now)
                } else {
                    self.done(Some(status))
                }
            }
            (_, Doubt::Refused(error)) => self.fail(error),
            (_, Doubt::Whole(Token(url))) => self.send(url, self.size),
        }
    }

    fn broke(&mut self, error: Error, now: Now) -> Step {
        if !is_transient(&error) {
            return self.fail(error);
        }
        self.breaks = self.breaks.saturating_add(1);
        if self.breaks > self.settings.resumes {
            let message = format!("it broke off {} times and got no further: {}", self.breaks, error.message());
            let hint = "the upload can go on later, with the id of the video and the same file";
            return self.fail(error.with_message(message).with_hint(hint));
        }
        self.state = State::Broken;
        let Settings { base, cap, .. } = self.settings;
        // Never at once: the service may still be storing what came before the break.
        Step::Wait { time: base.saturating_add(full_jitter(self.breaks, base, cap, now.random)) }
    }

    fn arrived(&mut self, now: Now) -> Step {
        if self.settings.transcoding.is_none() {
            return self.done(None);
        }
        self.set_deadline(now);
        self.wait(now)
    }

    fn set_deadline(&mut self, now: Now) {
        let time = self.settings.transcoding.unwrap_or_default();
        self.deadline = now.ticks.saturating_add(u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
    }

    fn wait(&mut self, now: Now) -> Step {
        let left = Duration::from_millis(self.deadline.saturating_sub(now.ticks));
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

    fn look(&mut self, data: &[u8], now: Now) -> Step {
        let failed = match Answer::read(data).status {
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
                error.with_message(message)
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

/// Whether the same post may go well next time.
fn is_transient(error: &Error) -> bool {
    use ErrorKind::{Connect, HttpStatus, NotEnvelope, NotJson, Throttled, Timeout, Transport, UploadFailed};
    match error.kind() {
        Connect | Timeout | Transport | Throttled | UploadFailed | NotEnvelope | NotJson => true,
        HttpStatus => matches!(error.status(), Some(408 | 500..)),
        _ => false,
    }
}

fn unreadable(operation: &str, wanted: &str) -> Error {
    Error::new(ErrorKind::Decode, operation).with_message(format!("the answer has no usable {wanted}"))
}

/// What an upload reads of the answers. Numbers may be texts.
#[derive(Default)]
struct Answer {
    video_id: Option<i64>,
    upload_url: Option<String>,
    upload_size: Option<u64>,
    status: Option<i64>,
}

impl Answer {
    fn read(data: &[u8]) -> Answer {
        let mut answer = Answer::default();
        for (name, value) in
            std::str::from_utf8(data).ok().and_then(|data| json::members(data).ok()).unwrap_or_default()
        {
            match name.as_ref() {
                "video_id" => answer.video_id = number(value),
                "upload_url" => answer.upload_url = json::text(value).ok().map(Cow::into_owned),
                "upload_size" => answer.upload_size = number(value),
                "status" => answer.status = number(value),
                _ => {}
            }
        }
        answer
    }
}

fn number<T: FromStr>(value: &str) -> Option<T> {
    value.trim_matches('"').parse().ok()
}
