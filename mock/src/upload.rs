//! The address that takes video files, in both forms: chunks with their range, and one form with the whole file.

use std::collections::BTreeMap;
use std::task::Poll;

use baijiayun_core::form;
use serde_json::json;

use crate::alarms::Alarm;
use crate::calls::refused;
use crate::failure::Failure;
use crate::http::{Head, Reply};
use crate::mock::Mock;
use crate::multipart::{Event, Parts};
use crate::range::Range;
use crate::received::Verdict;
use crate::videos::{self, Attempt, Transcoding};

pub(crate) const PATH: &str = "/upload";

const OPERATION: &str = "video.upload_file";
const CHUNK_TYPE: &str = "application/octet-stream";

/// The vendor's own uploader runs in pages of other origins.
const ALLOW_ORIGIN: (&str, &str) = ("access-control-allow-origin", "*");

/// What a browser asks before it sends a chunk.
pub(crate) fn preflight() -> Reply {
    let allowed = ("access-control-allow-headers", "content-range, content-type, accept");
    Reply { headers: vec![ALLOW_ORIGIN, allowed], ..Reply::empty(204) }
}

/// A post to the address.
pub(crate) struct Upload {
    course: Course,
}

enum Course {
    /// Whoever is still sending would not hear a refusal: the rest is read first.
    Refused(Failure),
    Chunk {
        range: Range,
        sink: Sink,
    },
    Form(Box<Form>),
    /// It is decided, whatever else comes.
    Over(Result<Taken, Failure>),
}

/// What came of a post.
#[derive(Clone, Copy)]
struct Taken {
    attempt: Attempt,
    range: Option<Range>,
    /// All of the chunk or the form came.
    complete: bool,
    /// The mock was told to break uploads.
    broken_off: bool,
}

impl Upload {
    pub fn open(mock: &mut Mock, head: &Head<'_>) -> Upload {
        Upload { course: open(mock, head).unwrap_or_else(Course::Refused) }
    }

    pub fn is_hungry(&self) -> bool {
        !matches!(self.course, Course::Over(_))
    }

    pub fn take(&mut self, mock: &mut Mock, piece: &[u8]) {
        let over = match &mut self.course {
            Course::Refused(_) | Course::Over(_) => return,
            Course::Chunk { range, sink } => chunk(mock, *range, sink, piece),
            Course::Form(form) => {
                form.parts.push(piece);
                form.read(mock)
            }
        };
        if let Some(over) = over.transpose() {
            self.course = Course::Over(over);
        }
    }

    pub fn finish(self, mock: &mut Mock, body: Result<(), String>, base: &str) -> Reply {
        let ended = || body.clone().map_err(Failure::upload);
        let taken = match self.course {
            Course::Refused(failure) => Err(failure),
            Course::Over(taken) => taken,
            Course::Chunk { range, sink } => ended().and_then(|()| match sink.position {
                position if position == range.end() => Ok(sink.taken(Some(range), true, false)),
                position => Err(wrong_length(range, position - sink.start)),
            }),
            Course::Form(mut form) => ended().and_then(|()| {
                form.parts.end();
                form.read(mock)?.ok_or_else(|| Failure::upload("表单中断"))
            }),
        };
        let done = taken.and_then(|taken| arrived(mock, taken, base));
        let (verdict, mut reply) = match done {
            Ok(Taken { broken_off: true, .. }) => (Verdict::Misbehaved, Reply::cut()),
            Ok(Taken { attempt, .. }) => {
                let answer = json!({ "code": 1, "fid": attempt.video.to_string(), "msg": "success" });
                (Verdict::Accepted, Reply::json(200, &answer))
            }
            Err(failure) => refused(&failure, mock.state.now()),
        };
        reply.headers.push(ALLOW_ORIGIN);
        mock.record(PATH.to_owned(), Some(OPERATION), BTreeMap::new(), verdict);
        reply
    }
}

/// What begins: a chunk with its range, or a form.
fn open(mock: &mut Mock, head: &Head<'_>) -> Result<Course, Failure> {
    let pairs = form::decode(head.query().as_bytes()).unwrap_or_default();
    let text = |name: &str| pairs.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_ref());
    let video = text("fid").parse().unwrap_or_default();
    let range = range(head)?;
    let attempt = mock.state.videos.open(video, text("token"), range)?;
    Ok(match range {
        Some(range) => Course::Chunk { range, sink: Sink::new(mock, attempt)? },
        None => {
            let parts = Parts::new(head.header("content-type").unwrap_or_default()).map_err(Failure::upload)?;
            Course::Form(Box::new(Form { attempt, parts, part: Part::Other, has_file: false }))
        }
    })
}

fn range(head: &Head<'_>) -> Result<Option<Range>, Failure> {
    let content_type = head.header("content-type").unwrap_or_default();
    let Some(range) = head.header("content-range") else {
        return if content_type.starts_with("multipart/form-data") {
            Ok(None)
        } else {
            Err(Failure::upload("既不是表单, 又没有 Content-Range"))
        };
    };
    if content_type != CHUNK_TYPE {
        return Err(Failure::upload(format!("分片的 Content-Type 应为 {CHUNK_TYPE}")));
    }
    let range = Range::read(range).ok_or_else(|| Failure::upload(format!("Content-Range 无效: {range}")))?;
    match head.header("content-length").and_then(|length| length.parse::<u64>().ok()) {
        Some(length) if length != range.length() => Err(wrong_length(range, length)),
        _ => Ok(Some(range)),
    }
}

fn wrong_length(range: Range, length: u64) -> Failure {
    Failure::upload(format!("分片有 {length} 字节, 但 Content-Range 为 {range}"))
}

/// Takes more of a chunk as it comes.
fn chunk(mock: &mut Mock, range: Range, sink: &mut Sink, piece: &[u8]) -> Result<Option<Taken>, Failure> {
    let length = sink.position - sink.start + piece.len() as u64;
    if length > range.length() {
        return Err(wrong_length(range, length));
    }
    let breaks = sink.take(mock, piece)?;
    Ok(breaks.then(|| sink.taken(Some(range), sink.position == range.end(), true)))
}

/// The form with the whole file.
struct Form {
    attempt: Attempt,
    parts: Parts,
    part: Part,
    has_file: bool,
}

/// The part that is under way.
enum Part {
    /// None, or one that is not the file.
    Other,
    File(Sink),
    /// It breaks off at the end of what has come, which may be the end of the file.
    Breaking(Sink),
}

impl Form {
    /// Reads what has come.
    fn read(&mut self, mock: &mut Mock) -> Result<Option<Taken>, Failure> {
        loop {
            let event = match self.parts.poll() {
                Poll::Pending => return Ok(None),
                Poll::Ready(event) => event.map_err(Failure::upload)?,
            };
            match (event, &mut self.part) {
                (None, _) if !self.has_file => return Err(Failure::upload("没有文件 (表单项 data)")),
                (None, _) => {
                    return Ok(Some(Taken { attempt: self.attempt, range: None, complete: true, broken_off: false }));
                }
                (Some(Event::Begins { name, file_name }), _) => {
                    // The document's example calls the part data, one of the clients in use calls it file.
                    let is_file = file_name.is_some() && matches!(name.as_str(), "data" | "file");
                    if is_file && std::mem::replace(&mut self.has_file, true) {
                        return Err(Failure::upload("有多个文件"));
                    }
                    self.part = if is_file { Part::File(Sink::new(mock, self.attempt)?) } else { Part::Other };
                }
                (Some(event), Part::Breaking(sink)) => {
                    return Ok(Some(sink.taken(None, matches!(event, Event::Ends), true)));
                }
                (Some(Event::Bytes(bytes)), Part::File(sink)) => {
                    if sink.take(mock, &bytes)? {
                        if sink.left_over {
                            return Ok(Some(sink.taken(None, false, true)));
                        }
                        self.part = Part::Breaking(*sink);
                    }
                }
                (Some(Event::Ends), _) => self.part = Part::Other,
                (Some(Event::Bytes(_)), Part::Other) => {}
            }
        }
    }
}

/// Where the bytes of a post go, up to where it is to break off.
#[derive(Clone, Copy)]
struct Sink {
    attempt: Attempt,
    start: u64,
    position: u64,
    break_at: Option<u64>,
    /// More came than was taken.
    left_over: bool,
}

impl Sink {
    fn new(mock: &mut Mock, attempt: Attempt) -> Result<Sink, Failure> {
        let (start, broken_at) = mock.state.videos.position(attempt)?;
        // What is sent again after a break goes through to the next one.
        let break_at = mock.faults.behaviour().next_break(start.max(broken_at));
        Ok(Sink { attempt, start, position: start, break_at, left_over: false })
    }

    /// Whether the connection is to be broken off now.
    fn take(&mut self, mock: &mut Mock, piece: &[u8]) -> Result<bool, Failure> {
        let room = self.break_at.map_or(u64::MAX, |at| at - self.position);
        let taken = usize::try_from(room).map_or(piece.len(), |room| room.min(piece.len()));
        let keep = mock.faults.behaviour().uploads_keep_parts;
        self.position = mock.state.videos.write(self.attempt, piece.get(..taken).unwrap_or(piece), keep)?;
        self.left_over = taken < piece.len();
        let breaks = self.break_at == Some(self.position);
        if breaks {
            mock.state.videos.broke(self.attempt)?;
        }
        Ok(breaks)
    }

    fn taken(&self, range: Option<Range>, complete: bool, broken_off: bool) -> Taken {
        Taken { attempt: self.attempt, range, complete, broken_off }
    }
}

/// The post is over: if all of it came it counts, and if that makes the file whole it is transcoded.
fn arrived(mock: &mut Mock, taken: Taken, base: &str) -> Result<Taken, Failure> {
    let state = &mut mock.state;
    let whole = taken.complete && videos::arrived(state, taken.attempt, taken.range, base)?;
    if let (true, Transcoding::After(delay)) = (whole, state.videos.transcoding()) {
        let delay = i64::try_from(delay.as_millis()).unwrap_or(i64::MAX);
        state.alarms.set(state.time.saturating_add(delay), Alarm::Transcoded(taken.attempt.video));
    }
    Ok(taken)
}
