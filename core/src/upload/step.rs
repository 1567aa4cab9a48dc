//! What the host has to do next, and what it tells then.

use std::fmt;
use std::time::Duration;

use crate::error::Error;
use crate::value::Params;

/// What the host has to do next.
#[derive(Clone)]
pub enum Step {
    /// Call this operation, and tell [`Event::Answer`] or [`Event::Failed`].
    /// Where the key is elsewhere, so is the call: [`GET_UPLOAD_URL`], [`GET_RESUME_UPLOAD_URL`], [`GET_STATUS`] or
    /// [`INFO`].
    ///
    /// [`GET_UPLOAD_URL`]: super::GET_UPLOAD_URL
    /// [`GET_RESUME_UPLOAD_URL`]: super::GET_RESUME_UPLOAD_URL
    /// [`GET_STATUS`]: super::GET_STATUS
    /// [`INFO`]: super::INFO
    Call {
        /// The operation.
        operation: &'static str,
        /// Its parameters.
        params: Params,
    },
    /// Call [`UPLOAD_FILE`](super::UPLOAD_FILE) once with this address and that much of the file,
    /// and tell [`Event::Answer`] or [`Event::Failed`].
    Send {
        /// The address. It holds a token.
        url: String,
        /// What to send.
        post: Post,
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

/// What one post holds of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Post {
    /// All of it, as a form.
    Form,
    /// A chunk, with its range.
    Chunk {
        /// Its first byte, counted from 0. (In the header it is counted from 1.)
        offset: u64,
        /// How many bytes it has.
        length: u64,
    },
}

impl fmt::Debug for Step {
    /// Without the address: it holds a token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Call { operation, .. } => write!(f, "Call({operation})"),
            Step::Send { post, .. } => write!(f, "Send({post:?})"),
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
