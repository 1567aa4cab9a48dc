//! Uploads of videos: to a host they are calls that take more steps.

use std::ops::ControlFlow;
use std::time::Duration;

use super::asked::{no_account, read_extra, read_options, read_params, refused};
use super::input::HostUpload;
use super::{Host, Told, VIDEO_UPLOAD, output};
use crate::engine::{CallOptions, Event, Handle, MAX_WAITS, Now, Retry, Step, Trace, Why};
use crate::error::{Error, ErrorKind};
use crate::operation;
use crate::upload::{self, Post, Upload};
use crate::value::{File, Params};

/// The handles of uploads begin here, above those of single calls; all are exact as doubles.
const FIRST: u64 = 1 << 52;

/// An upload under way.
pub(super) struct Uploading {
    upload: Upload,
    file: File,
    options: CallOptions,
    /// Whether the host gets the addresses from a server of its own.
    has_addresses: bool,
    busy: Busy,
    /// The calls so far.
    trace: Trace,
}

/// An upload that is to begin.
pub(super) struct Asked {
    upload: Upload,
    file: File,
    options: CallOptions,
    has_addresses: bool,
}

/// What an upload is in.
#[derive(Clone, Copy)]
enum Busy {
    Call(Handle),
    /// The host asks its own server, in place of this call.
    Asking(&'static str),
    Waiting,
}

/// What a host tells of an upload.
pub(super) enum Heard<'b> {
    OfCall(Event<'b>),
    /// What its own server said, JSON.
    Address(Vec<u8>),
}

impl Host {
    /// Whether a handle is that of an upload.
    pub(super) fn is_upload(call: u64) -> bool {
        call >= FIRST
    }

    pub(super) fn ask_upload(&self, params: &str, options: &str) -> Result<Asked, Error> {
        let mut options = read_options(VIDEO_UPLOAD, options)?;
        let upload = options.upload.take();
        let HostUpload { file, video_id, resumes, transcoding, chunk_size, use_https, addresses: has_addresses } =
            upload.ok_or_else(|| refused(VIDEO_UPLOAD, "the option upload, with the file, is missing"))?;
        if self.uploads_only && !has_addresses {
            return Err(no_account(VIDEO_UPLOAD));
        }
        if has_addresses && transcoding.is_some() {
            return Err(refused(VIDEO_UPLOAD, "the transcoding cannot be waited for where the key is not"));
        }
        let size = file.size.ok_or_else(|| refused(VIDEO_UPLOAD, "the size of the file is missing"))?;
        let mut settings = upload::Settings::default();
        settings.resumes = resumes.unwrap_or(settings.resumes);
        settings.transcoding = transcoding.map(Duration::from_millis);
        settings.chunk_size = chunk_size.unwrap_or(settings.chunk_size);
        settings.use_https = use_https.unwrap_or(settings.use_https);
        settings.deadline = options.deadline.take();
        let upload = match video_id {
            Some(id) => {
                let id = id.trim_matches('"').parse();
                Upload::of(id.map_err(|_| refused(VIDEO_UPLOAD, "video_id is not a number"))?, size, settings)
            }
            None if has_addresses => Upload::new(Params::new(), size, settings),
            None => {
                let operation = operation::find(upload::GET_UPLOAD_URL)?;
                let mut params = read_params(operation, params, &read_extra(operation, &options)?)?;
                if params.get("file_name").is_none() {
                    params.set("file_name", file.name.as_str());
                }
                Upload::new(params, size, settings)
            }
        };
        let options = self.call_options(VIDEO_UPLOAD, options)?;
        Ok(Asked { upload, file, options, has_addresses })
    }

    pub(super) fn begin_upload(&mut self, asked: Asked, now: Now) -> Told {
        let handle = FIRST.saturating_add(self.uploads_begun);
        self.uploads_begun = self.uploads_begun.wrapping_add(1);
        let Asked { mut upload, file, options, has_addresses } = asked;
        let step = upload.begin(now);
        let uploading =
            Uploading { upload, file, options, has_addresses, busy: Busy::Waiting, trace: Trace::default() };
        self.drive_upload(handle, uploading, step, now)
    }

    pub(super) fn resume_upload(&mut self, handle: u64, heard: Heard<'_>, now: Now) -> Told {
        let Some(mut uploading) = self.uploads.remove(&handle).map(|uploading| *uploading) else {
            return Told::failed(&misuse("the upload is not under way: it ended or was cancelled"));
        };
        if let Heard::OfCall(Event::Closed) = heard {
            if let Busy::Call(call) = uploading.busy {
                self.engine.cancel(call);
            }
            return uploading.closed();
        }
        let event = match (uploading.busy, heard) {
            (Busy::Call(call), Heard::OfCall(event)) => match uploading.settle(self.engine.resume(call, event, now)) {
                ControlFlow::Break(event) => event,
                ControlFlow::Continue(step) => return self.keep_upload(handle, uploading, call, step),
            },
            (Busy::Asking(_), Heard::Address(data)) => upload::Event::Answer(data),
            (Busy::Asking(operation), Heard::OfCall(Event::Transport { kind, message })) => {
                upload::Event::Failed(Error::new(kind, operation).with_message(message))
            }
            (Busy::Asking(operation), Heard::OfCall(Event::Late)) => {
                let message = "the server that was asked where to upload gave no answer in time";
                upload::Event::Failed(Error::new(ErrorKind::Timeout, operation).with_message(message))
            }
            (Busy::Waiting, Heard::OfCall(Event::Elapsed)) => upload::Event::Elapsed,
            (busy, _) => {
                if let Busy::Call(call) = busy {
                    self.engine.cancel(call);
                }
                upload::Event::Failed(misuse("the host told of an upload what its last step did not ask for"))
            }
        };
        let step = uploading.upload.resume(event, now);
        self.drive_upload(handle, uploading, step, now)
    }

    pub(super) fn cancel_upload(&mut self, handle: u64) {
        if let Some(Uploading { busy: Busy::Call(call), .. }) = self.uploads.remove(&handle).map(|uploading| *uploading)
        {
            self.engine.cancel(call);
        }
    }

    /// Goes on until the host has something to do.
    fn drive_upload(&mut self, handle: u64, mut uploading: Uploading, mut step: upload::Step, now: Now) -> Told {
        loop {
            if self.engine.is_closed() && !matches!(step, upload::Step::Done(_) | upload::Step::Failed(_)) {
                return uploading.closed();
            }
            let (name, params, options) = match step {
                upload::Step::Call { operation, .. } if uploading.has_addresses => {
                    let patience = self.engine.settings().deadline;
                    let timeout = uploading.upload.left(now).map_or(patience, |left| left.min(patience));
                    let of = uploading.upload.video_id();
                    let told = Told::Json(output::address(Handle(handle), of, timeout, self.data.ids_as_text));
                    uploading.busy = Busy::Asking(operation);
                    self.uploads.insert(handle, Box::new(uploading));
                    return told;
                }
                upload::Step::Call { operation, params } => (operation, params, uploading.options),
                upload::Step::Send { url, post } => uploading.post(url, post),
                upload::Step::Wait { time } => {
                    uploading.busy = Busy::Waiting;
                    if uploading.trace.waits.len() < MAX_WAITS {
                        uploading.trace.waits.push((Why::Backoff, time));
                    }
                    self.uploads.insert(handle, Box::new(uploading));
                    return Told::Json(output::wait(Handle(handle), time, "upload", None));
                }
                upload::Step::Done(video) => {
                    return Told::Json(output::uploaded(video, &uploading.trace, self.data.ids_as_text));
                }
                upload::Step::Failed(error) => {
                    return Told::Json(output::failed(&error, &uploading.trace, uploading.upload.video_id()));
                }
            };
            let options = CallOptions { deadline: uploading.upload.left(now).map(at_least_some), ..options };
            let event = match operation::find(name) {
                Ok(operation) => {
                    let (call, step) = self.engine.begin(operation, &params, options, now);
                    match uploading.settle(step) {
                        ControlFlow::Break(event) => event,
                        ControlFlow::Continue(step) => return self.keep_upload(handle, uploading, call, step),
                    }
                }
                Err(error) => upload::Event::Failed(error),
            };
            step = uploading.upload.resume(event, now);
        }
    }

    fn keep_upload(&mut self, handle: u64, mut uploading: Uploading, call: Handle, step: Step) -> Told {
        uploading.busy = Busy::Call(call);
        let told = match step {
            Step::Send { request, timeout, max_answer } if request.operation == upload::UPLOAD_FILE => {
                let upload = &uploading.upload;
                let ids_as_text = self.data.ids_as_text;
                Told::Json(output::send_upload(Handle(handle), &request, timeout, max_answer, upload, ids_as_text))
            }
            step => Told::of(Handle(handle), step, None),
        };
        self.uploads.insert(handle, Box::new(uploading));
        told
    }
}

impl Uploading {
    /// It goes no further, and can go on in another client.
    fn closed(&self) -> Told {
        let error = Error::new(ErrorKind::Closed, super::VIDEO_UPLOAD)
            .with_message("the client was closed while the file was on its way")
            .with_hint("the upload can go on later, with the id of its video");
        Told::Json(output::failed(&error, &self.trace, self.upload.video_id()))
    }

    /// Whether it is in no call.
    pub(super) fn is_idle(&self) -> bool {
        !matches!(self.busy, Busy::Call(_))
    }

    /// The call that posts that much of the file, once: after a failure the service is asked how much it has. It takes
    /// the time that it needs.
    fn post(&self, url: String, post: Post) -> (&'static str, Params, CallOptions) {
        let file = match post {
            Post::Form => self.file.clone(),
            Post::Chunk { offset, length } => self.file.clone().chunk(offset, length),
        };
        let mut params = Params::new();
        params.set("upload_url", url);
        params.set("data", file);
        (upload::UPLOAD_FILE, params, CallOptions { retry: Retry::Never, attempt_timeout: None, ..self.options })
    }

    /// What a call came to, or the step that it goes on with.
    fn settle(&mut self, step: Step) -> ControlFlow<upload::Event, Step> {
        let (event, trace) = match step {
            Step::Done { answer, trace } => (upload::Event::Answer(answer.data), trace),
            Step::Failed { error, trace } => (upload::Event::Failed(error), trace),
            step => return ControlFlow::Continue(step),
        };
        self.trace.attempts = self.trace.attempts.saturating_add(trace.attempts);
        self.trace.store_down |= trace.store_down;
        self.trace.budget_exhausted |= trace.budget_exhausted;
        let room = MAX_WAITS.saturating_sub(self.trace.waits.len());
        self.trace.waits.extend(trace.waits.into_iter().take(room));
        ControlFlow::Break(event)
    }
}

fn misuse(message: &str) -> Error {
    Error::new(ErrorKind::Misuse, "").with_message(message)
}

/// A time of which nothing is left is not one that was set to nothing.
fn at_least_some(left: Duration) -> Duration {
    left.max(Duration::from_millis(1))
}
