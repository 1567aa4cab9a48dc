//! Uploads of videos: to a host they are calls that take more steps.

use std::ops::ControlFlow;

use super::{Host, Told, output};
use crate::engine::{CallOptions, Event, Handle, MAX_WAITS, Now, Step, Trace, Why};
use crate::error::{Error, ErrorKind};
use crate::operation;
use crate::upload::{self, Upload};
use crate::value::{File, Params};

/// The handles of uploads begin here, above those of single calls; all are exact as doubles.
const FIRST: u64 = 1 << 52;

/// An upload under way.
pub(super) struct Uploading {
    upload: Upload,
    file: File,
    options: CallOptions,
    /// The call that it is in; none while it waits.
    call: Option<Handle>,
    /// The calls so far.
    trace: Trace,
}

impl Host {
    /// Whether a handle is that of an upload.
    pub(super) fn is_upload(call: u64) -> bool {
        call >= FIRST
    }

    pub(super) fn begin_upload(&mut self, upload: Upload, file: File, options: CallOptions, now: Now) -> Told {
        let handle = FIRST.saturating_add(self.uploads_begun);
        self.uploads_begun = self.uploads_begun.wrapping_add(1);
        let mut uploading = Uploading { upload, file, options, call: None, trace: Trace::default() };
        let step = uploading.upload.begin();
        self.drive_upload(handle, uploading, step, now)
    }

    pub(super) fn resume_upload(&mut self, handle: u64, event: Event<'_>, now: Now) -> Told {
        let Some(mut uploading) = self.uploads.remove(&handle) else {
            return Told::failed(&misuse("the upload is not under way: it ended or was cancelled"));
        };
        let event = match (uploading.call, event) {
            (Some(call), event) => match uploading.settle(self.engine.resume(call, event, now)) {
                ControlFlow::Break(event) => event,
                ControlFlow::Continue(step) => return self.keep_upload(handle, uploading, call, step),
            },
            (None, Event::Elapsed) => upload::Event::Elapsed,
            (None, _) => upload::Event::Failed(misuse("the upload was waiting, and nothing else was asked for")),
        };
        let step = uploading.upload.resume(event, now);
        self.drive_upload(handle, uploading, step, now)
    }

    pub(super) fn cancel_upload(&mut self, handle: u64) {
        if let Some(call) = self.uploads.remove(&handle).and_then(|uploading| uploading.call) {
            self.engine.cancel(call);
        }
    }

    /// Goes on until the host has something to do.
    fn drive_upload(&mut self, handle: u64, mut uploading: Uploading, mut step: upload::Step, now: Now) -> Told {
        loop {
            let (name, params, options) = match step {
                upload::Step::Call { operation, params } => (operation, params, uploading.options),
                upload::Step::Send { url, offset } => uploading.post(url, offset),
                upload::Step::Wait { time } => {
                    uploading.call = None;
                    if uploading.trace.waits.len() < MAX_WAITS {
                        uploading.trace.waits.push((Why::Backoff, time));
                    }
                    self.uploads.insert(handle, uploading);
                    return Told::Json(output::wait(Handle(handle), time, "upload"));
                }
                upload::Step::Done(video) => {
                    return Told::Json(output::uploaded(video, &uploading.trace, self.data.ids_as_text));
                }
                upload::Step::Failed(error) => {
                    return Told::Json(output::failed(&error, &uploading.trace, uploading.upload.video_id()));
                }
            };
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
        uploading.call = Some(call);
        self.uploads.insert(handle, uploading);
        Told::of(Handle(handle), step, None)
    }
}

impl Uploading {
    /// Whether it is in no call.
    pub(super) fn waits(&self) -> bool {
        self.call.is_none()
    }

    /// The call that posts the file from this byte on. It takes the time that the file needs.
    fn post(&self, url: String, offset: u64) -> (&'static str, Params, CallOptions) {
        let mut params = Params::new();
        params.set("upload_url", url);
        params.set("data", self.file.clone().starting_at(offset));
        (upload::UPLOAD_FILE, params, CallOptions { attempt_timeout: None, deadline: None, ..self.options })
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
