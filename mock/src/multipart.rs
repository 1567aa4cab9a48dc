//! A multipart body that comes piece by piece. multer pulls its pieces from a stream; here they are pushed, so the stream is
//! a queue, and multer is polled by hand whenever something was added.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use futures_util::Stream;
use multer::{Field, Multipart};

/// What comes next in a body.
pub(crate) enum Event {
    /// A part begins, with the name of its file if it is one.
    Begins { name: String, file_name: Option<String> },
    /// More of the part.
    Bytes(Bytes),
    /// The part is whole.
    Ends,
}

pub(crate) struct Parts {
    queue: Queue,
    multipart: Multipart<'static>,
    field: Option<Field<'static>>,
}

#[derive(Clone, Default)]
struct Queue(Arc<Mutex<Pieces>>);

#[derive(Default)]
struct Pieces {
    waiting: VecDeque<Bytes>,
    ended: bool,
}

impl Queue {
    fn with<T>(&self, work: impl FnOnce(&mut Pieces) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Stream for Queue {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.with(|pieces| match pieces.waiting.pop_front() {
            Some(piece) => Poll::Ready(Some(Ok(piece))),
            None if pieces.ended => Poll::Ready(None),
            None => Poll::Pending,
        })
    }
}

impl Parts {
    pub fn new(content_type: &str) -> Result<Parts, multer::Error> {
        let boundary = multer::parse_boundary(content_type)?;
        let queue = Queue::default();
        Ok(Parts { multipart: Multipart::new(queue.clone(), boundary), queue, field: None })
    }

    pub fn push(&mut self, piece: &[u8]) {
        self.queue.with(|pieces| pieces.waiting.push_back(Bytes::copy_from_slice(piece)));
    }

    /// Nothing more comes.
    pub fn end(&mut self) {
        self.queue.with(|pieces| pieces.ended = true);
    }

    /// The next event; pending until more has come, none when the last part is over.
    pub fn poll(&mut self) -> Poll<Result<Option<Event>, multer::Error>> {
        let mut context = Context::from_waker(Waker::noop());
        let Some(field) = &mut self.field else {
            return self.multipart.poll_next_field(&mut context).map_ok(|field| {
                let field = field?;
                let name = field.name().unwrap_or_default().to_owned();
                let file_name = field.file_name().map(str::to_owned);
                self.field = Some(field);
                Some(Event::Begins { name, file_name })
            });
        };
        Pin::new(field).poll_next(&mut context).map(|piece| {
            if piece.is_none() {
                self.field = None;
            }
            Ok(Some(piece.transpose()?.map_or(Event::Ends, Event::Bytes)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = b"--B\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\na\r\n-B\r\n\
        --B\r\nContent-Disposition: form-data; name=\"data\"; filename=\"a.mp4\"\r\n\r\n\r\n--A\r\n--B--\r\n";

    /// A part: its name, that of its file, and its content.
    type Read = (String, Option<String>, Vec<u8>);

    /// The parts of a body that comes in pieces of this size.
    fn read(body: &[u8], size: usize) -> Result<Vec<Read>, multer::Error> {
        let mut parts = Parts::new("multipart/form-data; boundary=B").unwrap();
        let mut read = Vec::new();
        let mut pieces = body.chunks(size);
        loop {
            match parts.poll() {
                Poll::Pending => match pieces.next() {
                    Some(piece) => parts.push(piece),
                    None => parts.end(),
                },
                Poll::Ready(event) => match event? {
                    Some(Event::Begins { name, file_name }) => read.push((name, file_name, Vec::new())),
                    Some(Event::Bytes(bytes)) => read.last_mut().unwrap().2.extend_from_slice(&bytes),
                    Some(Event::Ends) => {}
                    None => return Ok(read),
                },
            }
        }
    }

    #[test]
    fn however_it_is_cut_it_is_read_the_same() {
        let title = ("title".to_owned(), None, b"a\r\n-B".to_vec());
        let file = ("data".to_owned(), Some("a.mp4".to_owned()), b"\r\n--A".to_vec());
        for size in 1..=BODY.len() {
            assert_eq!(read(BODY, size).unwrap(), [title.clone(), file.clone()], "{size}");
        }
    }

    #[test]
    fn what_breaks_off_is_refused() {
        for end in 0..BODY.len() - 4 {
            assert!(read(&BODY[..end], 7).is_err(), "{end}");
        }
    }
}
