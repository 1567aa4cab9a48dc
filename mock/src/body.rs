//! Reading requests: query, form and multipart bodies.

use std::collections::BTreeMap;
use std::task::Poll;

use baijiayun_core::form;
use baijiayun_core::form::MAX_PAIRS;

use crate::failure::Failure;
use crate::http::Head;
use crate::multipart::{Event, Parts};

/// Most bytes of text in one request. Files are counted, not kept, and may have any size.
pub(crate) const MAX_TEXT: usize = 1 << 20;

/// The parameters of a request. Where a name stands twice the last one counts, as in PHP.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    pub texts: BTreeMap<String, String>,
    pub files: Vec<ReceivedFile>,
}

/// What is kept of a file.
#[derive(Debug)]
pub(crate) struct ReceivedFile {
    pub field: String,
    pub name: String,
    pub size: u64,
}

impl Sent {
    /// The parameters for whoever wants to see them, files by their names.
    pub fn shown(&self) -> BTreeMap<String, String> {
        let mut shown = self.texts.clone();
        shown.remove("sign");
        for file in &self.files {
            shown.insert(file.field.clone(), file.name.clone());
        }
        shown
    }

    fn pairs(&mut self, form: &[u8]) -> Result<(), Failure> {
        let pairs = form::decode(form).ok_or_else(Failure::too_large)?;
        for (name, value) in pairs {
            self.texts.insert(name.into_owned(), value.into_owned());
        }
        Ok(())
    }
}

/// Reads a request while its body comes.
pub(crate) struct Reader {
    sent: Sent,
    body: Body,
}

enum Body {
    Form(Vec<u8>),
    Parts(Box<Form>),
}

/// A form whose parts come one after the other.
struct Form {
    parts: Parts,
    /// The one that is under way.
    part: Option<Part>,
    /// How many there are, and how many bytes of text in them.
    count: usize,
    text_size: usize,
}

enum Part {
    Text { field: String, text: Vec<u8> },
    File(ReceivedFile),
}

impl Reader {
    pub fn new(head: &Head<'_>) -> Result<Reader, Failure> {
        let mut sent = Sent::default();
        if !head.query().is_empty() {
            sent.pairs(head.query().as_bytes())?;
        }
        let content_type = head.header("content-type").unwrap_or_default();
        let body = if content_type.starts_with("multipart/form-data") {
            let parts = Parts::new(content_type).map_err(Failure::parameter)?;
            Body::Parts(Box::new(Form { parts, part: None, count: 0, text_size: 0 }))
        } else {
            Body::Form(Vec::new())
        };
        Ok(Reader { sent, body })
    }

    /// Takes more of the body.
    pub fn take(&mut self, piece: &[u8]) -> Result<(), Failure> {
        match &mut self.body {
            Body::Form(form) if form.len() + piece.len() > MAX_TEXT => Err(Failure::too_large()),
            Body::Form(form) => {
                form.extend_from_slice(piece);
                Ok(())
            }
            Body::Parts(form) => {
                form.parts.push(piece);
                form.read(&mut self.sent).map(|_| ())
            }
        }
    }

    /// All of it has come.
    pub fn finish(mut self) -> Result<Sent, Failure> {
        match &mut self.body {
            Body::Form(form) => {
                let form = std::mem::take(form);
                if !form.is_empty() {
                    self.sent.pairs(&form)?;
                }
            }
            Body::Parts(form) => {
                form.parts.end();
                if !form.read(&mut self.sent)? {
                    return Err(Failure::parameter("multipart body breaks off"));
                }
            }
        }
        Ok(self.sent)
    }
}

impl Form {
    /// Reads what has come. Returns whether the last part is over.
    fn read(&mut self, sent: &mut Sent) -> Result<bool, Failure> {
        let Form { parts, part, count, text_size } = self;
        loop {
            let event = match parts.poll() {
                Poll::Pending => return Ok(false),
                Poll::Ready(event) => event.map_err(Failure::parameter)?,
            };
            match (event, &mut *part) {
                (None, _) => return Ok(true),
                (Some(Event::Begins { name: field, file_name }), _) => {
                    *count += 1;
                    *text_size += field.len() + file_name.as_ref().map_or(0, String::len);
                    *part = Some(match file_name {
                        Some(name) => Part::File(ReceivedFile { field, name, size: 0 }),
                        None => Part::Text { field, text: Vec::new() },
                    });
                }
                (Some(Event::Bytes(bytes)), Some(Part::File(file))) => file.size += bytes.len() as u64,
                (Some(Event::Bytes(bytes)), Some(Part::Text { text, .. })) => {
                    *text_size += bytes.len();
                    text.extend_from_slice(&bytes);
                }
                (Some(Event::Ends), _) => match part.take() {
                    Some(Part::File(file)) => sent.files.push(file),
                    Some(Part::Text { field, text }) => {
                        let text =
                            String::from_utf8(text).map_err(|_| Failure::parameter(format!("{field} is not UTF-8")))?;
                        sent.texts.insert(field, text);
                    }
                    None => {}
                },
                (Some(Event::Bytes(_)), None) => {}
            }
            if *text_size > MAX_TEXT || *count > MAX_PAIRS {
                return Err(Failure::too_large());
            }
        }
    }
}
