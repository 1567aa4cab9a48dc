//! A multipart body that comes piece by piece. (multer, which axum uses, pulls its pieces from a stream; with it and the types of
//! HTTP that it brings the WebAssembly of the mock would be larger by a tenth: docs/decisions/0042.)

use std::task::Poll;

use baijiayun_core::form;

/// What comes next in a body.
pub(crate) enum Event {
    /// A part begins, with the name of its file if it is one.
    Begins { name: String, file_name: Option<String> },
    /// More of the part.
    Bytes(Vec<u8>),
    /// The part is whole.
    Ends,
}

pub(crate) struct Parts {
    /// A line break and the boundary: what stands between parts.
    delimiter: Vec<u8>,
    /// What has come and was not read.
    buffer: Vec<u8>,
    stage: Stage,
    ended: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Stage {
    /// What stands before the first part is not read.
    Preamble,
    /// Right after a boundary.
    Boundary,
    Headers,
    Content,
    /// What stands after the last part is not read.
    Over,
}

/// The headers of a part may have so many bytes.
const MAX_HEADERS: usize = 16 << 10;

const BREAKS_OFF: &str = "multipart body breaks off";

impl Parts {
    pub fn new(content_type: &str) -> Result<Parts, &'static str> {
        let boundary = attribute(content_type, "boundary").filter(|boundary| !boundary.is_empty());
        let boundary = boundary.ok_or("multipart/form-data without boundary")?;
        // The first boundary may stand at the very beginning.
        let buffer = b"\r\n".to_vec();
        Ok(Parts { delimiter: format!("\r\n--{boundary}").into_bytes(), buffer, stage: Stage::Preamble, ended: false })
    }

    pub fn push(&mut self, piece: &[u8]) {
        self.buffer.extend_from_slice(piece);
    }

    /// Nothing more comes.
    pub fn end(&mut self) {
        self.ended = true;
    }

    /// The next event; pending until more has come, none when the last part is over.
    pub fn poll(&mut self) -> Poll<Result<Option<Event>, &'static str>> {
        loop {
            match self.stage {
                Stage::Preamble => match find(&self.buffer, &self.delimiter) {
                    Some(at) => self.pass(at + self.delimiter.len(), Stage::Boundary),
                    None => {
                        self.buffer.drain(..self.safe());
                        return self.more();
                    }
                },
                Stage::Boundary if self.buffer.starts_with(b"--") => self.pass(0, Stage::Over),
                Stage::Boundary => match find(&self.buffer, b"\r\n") {
                    // The line break stays: it ends the headers if there are none.
                    Some(at) if self.buffer.iter().take(at).all(|byte| matches!(byte, b' ' | b'\t')) => {
                        self.pass(at, Stage::Headers);
                    }
                    None if self.buffer.len() < MAX_HEADERS => return self.more(),
                    _ => return Poll::Ready(Err("what follows a boundary is no line break")),
                },
                Stage::Headers => match find(&self.buffer, b"\r\n\r\n") {
                    Some(at) => {
                        let event = begins(&String::from_utf8_lossy(self.buffer.get(..at).unwrap_or_default()));
                        self.pass(at + 4, Stage::Content);
                        return Poll::Ready(Ok(Some(event)));
                    }
                    None if self.buffer.len() < MAX_HEADERS => return self.more(),
                    None => return Poll::Ready(Err("the headers of a part are too long")),
                },
                Stage::Content => {
                    let content = match find(&self.buffer, &self.delimiter) {
                        Some(0) => {
                            self.pass(self.delimiter.len(), Stage::Boundary);
                            return Poll::Ready(Ok(Some(Event::Ends)));
                        }
                        Some(at) => at,
                        None => self.safe(),
                    };
                    if content == 0 {
                        return self.more();
                    }
                    return Poll::Ready(Ok(Some(Event::Bytes(self.buffer.drain(..content).collect()))));
                }
                Stage::Over => {
                    self.buffer.clear();
                    return Poll::Ready(Ok(None));
                }
            }
        }
    }

    fn pass(&mut self, bytes: usize, stage: Stage) {
        self.buffer.drain(..bytes);
        self.stage = stage;
    }

    /// How many bytes can be no part of a delimiter that has not wholly come.
    fn safe(&self) -> usize {
        (self.buffer.len() + 1).saturating_sub(self.delimiter.len())
    }

    fn more(&self) -> Poll<Result<Option<Event>, &'static str>> {
        if self.ended { Poll::Ready(Err(BREAKS_OFF)) } else { Poll::Pending }
    }
}

/// Where a text that begins with a line break stands.
fn find(bytes: &[u8], sought: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let rest = bytes.get(from..)?;
        let at = from + rest.iter().position(|byte| *byte == b'\r')?;
        if bytes.get(at..)?.starts_with(sought) {
            return Some(at);
        }
        from = at + 1;
    }
}

fn begins(headers: &str) -> Event {
    let line = headers.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-disposition").then_some(value)
    });
    let line = line.unwrap_or_default();
    let name = attribute(line, "name").unwrap_or_default();
    Event::Begins {
        name,
        file_name: attribute(line, "filename*").map(|name| decoded(&name)).or(attribute(line, "filename")),
    }
}

/// `utf-8''%E8%AF%BE.pdf`
fn decoded(extended: &str) -> String {
    let text = extended.rsplit_once('\'').map_or(extended, |(_, text)| text);
    let pair = format!("n={}", text.replace('+', "%2B"));
    let pairs = form::decode(pair.as_bytes()).unwrap_or_default();
    pairs.into_iter().next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// The attribute of this name: `form-data; name="a"; filename=b`.
fn attribute(line: &str, sought: &str) -> Option<String> {
    let mut rest = line;
    loop {
        let (_, after) = rest.split_once(';')?;
        let (name, value) = after.split_once('=')?;
        let (value, after) = value_of(value.trim_start());
        if name.trim().eq_ignore_ascii_case(sought) {
            return Some(value);
        }
        rest = after;
    }
}

/// A value, between quotes or up to the next semicolon, and what follows it.
fn value_of(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(';').unwrap_or(text.len());
        return (text.get(..end).unwrap_or_default().trim().to_owned(), text.get(end..).unwrap_or_default());
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match (character, characters.peek()) {
            ('"', _) => return (value, quoted.get(at + 1..).unwrap_or_default()),
            // Paths of Windows have backslashes that escape nothing.
            ('\\', Some((_, next @ ('"' | '\\')))) => {
                value.push(*next);
                characters.next();
            }
            _ => value.push(character),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = b"preamble\r\n--B\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\na\r\n-B\r\n\
        --B  \r\ncontent-type: text/plain\r\nContent-Disposition: form-data; name=data; filename=\"a.mp4\"\r\n\r\n\r\n--A\r\n\
        --B\r\nContent-Disposition: form-data; name=\"none\"\r\n\r\n\r\n--B\r\n\r\nbare\r\n--B--\r\nepilogue";

    /// A part: its name, that of its file, and its content.
    type Read = (String, Option<String>, Vec<u8>);

    /// The parts of a body that comes in pieces of this size.
    fn read(body: &[u8], size: usize) -> Result<Vec<Read>, &'static str> {
        let mut parts = Parts::new("multipart/form-data; charset=utf-8; boundary=B")?;
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
        let part = |name: &str, file: Option<&str>, content: &[u8]| {
            (name.to_owned(), file.map(str::to_owned), content.to_vec())
        };
        let expected = [
            part("title", None, b"a\r\n-B"),
            part("data", Some("a.mp4"), b"\r\n--A"),
            part("none", None, b""),
            part("", None, b"bare"),
        ];
        for size in 1..=BODY.len() {
            assert_eq!(read(BODY, size).unwrap(), expected, "{size}");
        }
    }

    #[test]
    fn what_breaks_off_is_refused() {
        let whole = BODY.len() - "\r\nepilogue".len();
        for end in 0..whole {
            assert!(read(&BODY[..end], 7).is_err(), "{end}");
        }
        assert!(read(&BODY[..whole], 7).is_ok());
        for wrong in ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\""] {
            assert!(Parts::new(wrong).is_err(), "{wrong}");
        }
        assert!(read(b"--B!\r\n\r\n\r\n--B--", 7).is_err());
    }

    #[test]
    fn names_are_read_as_clients_write_them() {
        let name = |line: &str| match begins(&format!("\r\ncontent-disposition: form-data; {line}")) {
            Event::Begins { name, file_name } => (name, file_name.unwrap_or_default()),
            _ => unreachable!(),
        };
        for (line, file) in [
            (r#"name="f"; filename="课 1;2.pdf""#, "课 1;2.pdf"),
            (r#"name=f;filename=a.pdf"#, "a.pdf"),
            (r#"filename="a\"b\\c.pdf"; name="f""#, r#"a"b\c.pdf"#),
            (r#"name="f"; filename="C:\video\a.mp4""#, r"C:\video\a.mp4"),
            (r#"name="f"; filename="x"; filename*=utf-8''%E8%AF%BE+1.pdf"#, "课+1.pdf"),
            (r#"name="f"; filename="a%22b.pdf""#, "a%22b.pdf"),
        ] {
            assert_eq!(name(line), ("f".to_owned(), file.to_owned()), "{line}");
        }
    }
}
