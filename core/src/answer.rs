//! Reading answers: the envelope `{code, data, msg, ts}`, its errors, and
//! straightened data.

mod mend;
mod repeated;

use std::borrow::Cow;
use std::fmt;

use serde::de::DeserializeOwned;

use crate::coerce::{Departure, Options, Straightener, mend_surrogates, straighten};
use crate::error::{Error, ErrorKind};
use crate::json::{self, JsonError, Kind, Reason, Result as JsonResult, Scanner};
use crate::operation::{DataPlace, Operation, Paging, PathSource};

use mend::Mended;

/// Answers of more bytes than this are refused, whatever [`Settings::max_answer`](crate::engine::Settings::max_answer).
pub const MAX_BYTES: usize = 1 << 30;

/// What the service answered to a call that went well.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// The data, canonical JSON; `null` if there are none.
    pub data: Vec<u8>,
    /// The service's message, usually empty.
    pub msg: String,
    /// When the service answered, unix seconds.
    pub ts: Option<i64>,
    /// Values that are not what the document describes.
    pub departures: Vec<Departure>,
}

impl fmt::Debug for Answer {
    /// Without the data: they may hold a key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("msg", &self.msg).field("ts", &self.ts).finish_non_exhaustive()
    }
}

impl Answer {
    /// The data as a type. Data that are `null` are the type's default.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`] if they do not fit.
    pub fn decode<T: DeserializeOwned + Default>(&self, operation: &Operation) -> Result<T, Error> {
        if self.data == b"null" {
            return Ok(T::default());
        }
        serde_json::from_slice(&self.data)
            .map_err(|error| Error::decode(operation.name.as_ref(), &error).with_answer(200, &self.data))
    }
}

/// Reads the answer to a call.
///
/// # Errors
/// The service's own error, with its code and message; or what is wrong with
/// an answer that is not the service's. The answer is kept in the error.
pub fn parse(operation: &Operation, status: u16, body: &[u8]) -> Result<Answer, Error> {
    parse_with(operation, status, body, Options::default())
}

/// As [`parse`], with a choice of how the data are written.
///
/// # Errors
/// As [`parse`].
pub fn parse_with(operation: &Operation, status: u16, body: &[u8], options: Options) -> Result<Answer, Error> {
    if body.len() > MAX_BYTES {
        return Err(Error::new(ErrorKind::TooLarge, operation.name.as_ref())
            .with_message(format!("the answer has {} bytes, at most {MAX_BYTES} are read", body.len())));
    }
    let read = match Envelope::read(operation, body, options) {
        Err(error) if !matches!(error.reason, Reason::TooDeep | Reason::NoMemory) => {
            // To mend it takes as much again, twice.
            let room = Vec::<u8>::new().try_reserve_exact(body.len().saturating_mul(2));
            room.ok().and_then(|()| Envelope::mended(operation, body, options)).map(Some).ok_or(error)
        }
        read => read,
    };
    let envelope = match read {
        Ok(Some(envelope)) => envelope,
        Ok(None) => {
            let message = "the answer is JSON, but has no code that is a whole number".to_owned();
            return Err(foreign(operation, status, body, ErrorKind::NotEnvelope, message));
        }
        Err(error) => {
            let is_large = matches!(error.reason, Reason::TooDeep | Reason::NoMemory);
            let kind = if is_large { ErrorKind::TooLarge } else { ErrorKind::NotJson };
            let message = match body {
                [] => "the answer is empty".to_owned(),
                _ if kind == ErrorKind::TooLarge => format!("the answer is not read: {error}"),
                _ => format!("the answer is not JSON: {error}"),
            };
            return Err(foreign(operation, status, body, kind, message));
        }
    };
    if envelope.code == operation.success && status < 400 {
        let (data, departures) = match envelope.data {
            Some(data) => (data, envelope.departures),
            None => nothing(operation, options, envelope.departures),
        };
        let answer = Answer { data, msg: envelope.msg, ts: envelope.ts, departures };
        if options.strict && !answer.departures.is_empty() {
            return Err(Error::departing(operation.name.as_ref(), answer.data, answer.departures)
                .with_ts(answer.ts)
                .with_answer(status, body));
        }
        return Ok(answer);
    }
    let kind = match status {
        429 => ErrorKind::Throttled,
        400.. if envelope.code == operation.success => ErrorKind::HttpStatus,
        _ => ErrorKind::of_code(envelope.code),
    };
    Err(guessed(
        operation,
        Error::new(kind, operation.name.as_ref())
            .with_message(repeated::without_secrets(&envelope.msg))
            .with_code(envelope.code)
            .with_ts(envelope.ts)
            .with_answer(status, body),
    ))
}

/// Says that a page of a walk through a list has no list though the answer counts rows: the walk would end, as if it had
/// seen them all.
pub(crate) fn needs_list(operation: &Operation, answer: &Answer) -> Result<(), Error> {
    let Some(Paging { list, total, .. }) = operation.paging else { return Ok(()) };
    if !answer.departures.iter().any(|departure| departure.path == list) {
        return Ok(());
    }
    let data = Scanner::of(str::from_utf8(&answer.data).unwrap_or_default());
    let total = json::find(data, total).filter(|_| !total.is_empty()).and_then(|mut total| {
        let start = total.pos();
        total.number().ok()?;
        total.span(start, total.pos()).parse::<u64>().ok()
    });
    match total {
        Some(rows @ 1..) => Err(Error::new(ErrorKind::Decode, operation.name.as_ref())
            .with_message(format!("the answer says that there are {rows} rows, but has no list `{list}`"))
            .with_answer(200, &answer.data)),
        _ => Ok(()),
    }
}

/// The error for a redirect: requests do not follow one, since a signed form must not go elsewhere. Where it leads is told
/// without what may be signed.
pub(crate) fn redirected(operation: &Operation, status: u16, location: &str) -> Error {
    let place = location.split(['?', '#']).next().unwrap_or_default();
    let (scheme, rest) = place.split_once("://").unwrap_or(("", place));
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    let to = if scheme.is_empty() { rest.to_owned() } else { [scheme, "://", rest].concat() };
    let to = mend::excerpt(to.as_bytes());
    let host = rest.split('/').next().unwrap_or_default();
    let error = Error::new(ErrorKind::HttpStatus, operation.name.as_ref()).with_answer(status, b"");
    let error = match scheme {
        "http" | "https" => error.with_message(format!("redirect to {to}: set the domain to {scheme}://{host}")),
        _ => error.with_message(format!("redirect to {to}")),
    };
    error.with_hint("requests do not follow redirects; nothing was tried again")
}

/// The data of an answer without any, and that it has none where some are described.
fn nothing(operation: &Operation, options: Options, mut departures: Vec<Departure>) -> (Vec<u8>, Vec<Departure>) {
    let (data, missing) = straighten(&operation.shape, b"null", options).unwrap_or_default();
    departures.extend(missing.into_iter().map(|departure| Departure { found: "nothing".to_owned(), ..departure }));
    (data, departures)
}

/// The error for an answer that is not the service's envelope. It shows how the answer begins.
fn foreign(operation: &Operation, status: u16, body: &[u8], kind: ErrorKind, mut message: String) -> Error {
    let kind = match status {
        404 => ErrorKind::PathNotFound,
        429 => ErrorKind::Throttled,
        300.. => ErrorKind::HttpStatus,
        _ => kind,
    };
    if !body.is_empty() {
        message.push_str(&format!("; it begins: {}", mend::excerpt(body)));
    }
    let error = Error::new(kind, operation.name.as_ref()).with_message(message).with_answer(status, body);
    match status {
        300..400 => {
            error.with_hint("the address redirects, and requests do not follow: set the domain to where it leads")
        }
        _ => guessed(operation, error),
    }
}

/// Says of a 404 that the path was a guess, if it was.
fn guessed(operation: &Operation, error: Error) -> Error {
    if operation.path_source != PathSource::Inferred || error.kind() != ErrorKind::PathNotFound {
        return error;
    }
    error.with_hint(format!(
        "the documents cut the address of {name} off: {path} is a guess, and this account has no such path; \
         `bjy doctor` asks the account which candidate exists and writes a file of paths; or set the right one yourself \
         with `paths` ({name} = \"/openapi/...\"); `bjy operations {name}` lists the candidates",
        name = operation.name,
        path = operation.path,
    ))
}

struct Envelope {
    code: i64,
    msg: String,
    ts: Option<i64>,
    data: Option<Vec<u8>>,
    departures: Vec<Departure>,
    /// Whether it has a message or data.
    whole: bool,
}

impl Envelope {
    /// `None` if the text is JSON but has no code.
    fn read(operation: &Operation, body: &[u8], options: Options) -> JsonResult<Option<Envelope>> {
        Envelope::begin(operation, body, options)?
            .map(|(envelope, end)| {
                let after = |error: JsonError| JsonError { offset: error.offset + end, ..error };
                Scanner::new(body.get(end..).unwrap_or_default())?.end().map(|()| envelope).map_err(after)
            })
            .transpose()
    }

    /// An envelope that is not quite JSON, or has something around it that is none: a warning of PHP, the output of
    /// print_r. It must be unmistakable: the first object there is, with a code, and with data or a message.
    fn mended(operation: &Operation, body: &[u8], options: Options) -> Option<Envelope> {
        let mended = Mended::of(body);
        if mended.changed()
            && let Ok(Some(mut envelope)) = Envelope::read(operation, mended.text.as_bytes(), options)
        {
            envelope.departures.extend(mended.departures());
            return Some(envelope);
        }
        let (before, text) = mended.text.split_at_checked(mended.object()?)?;
        let (mut envelope, end) = Envelope::begin(operation, text.as_bytes(), options).ok()??;
        envelope.departures.push(mend::noise(before, text.get(end..)?));
        envelope.whole.then_some(envelope)
    }

    /// Reads the envelope with which a text begins, and tells where it ends.
    fn begin(operation: &Operation, body: &[u8], options: Options) -> JsonResult<Option<(Envelope, usize)>> {
        let mut scanner = Scanner::new(body)?;
        if scanner.kind()? != Kind::Object {
            scanner.skip(0)?;
            scanner.end()?;
            return Ok(None);
        }
        let mut reader = Reader {
            straightener: Straightener::new(scanner, options),
            code: None,
            msg: String::new(),
            ts: None,
            data: None,
            beside: Vec::new(),
            departures: Vec::new(),
            whole: false,
        };
        reader.members(operation)?;
        let end = reader.scanner().pos();
        let Reader { code, msg, ts, data, departures, whole, .. } = reader;
        Ok(code.map(|code| (Envelope { code, msg, ts, data, departures, whole }, end)))
    }
}

struct Reader<'a> {
    straightener: Straightener<'a>,
    code: Option<i64>,
    msg: String,
    ts: Option<i64>,
    data: Option<Vec<u8>>,
    /// What stands beside `code` and `msg`.
    beside: Vec<u8>,
    departures: Vec<Departure>,
    whole: bool,
}

/// The members of the envelope stand one level below the answer itself.
const DEPTH: u16 = 1;

impl<'a> Reader<'a> {
    fn scanner(&mut self) -> &mut Scanner<'a> {
        self.straightener.scanner()
    }

    fn members(&mut self, operation: &Operation) -> JsonResult<()> {
        self.scanner().expect(b'{')?;
        if !self.scanner().eat(b'}') {
            loop {
                let key = self.scanner().string()?;
                self.scanner().expect(b':')?;
                self.scanner().skip_space();
                self.member(operation, key)?;
                if !self.scanner().eat(b',') {
                    self.scanner().expect(b'}')?;
                    break;
                }
            }
        }
        if operation.data == DataPlace::TopLevel {
            let beside = [b"{".as_slice(), &std::mem::take(&mut self.beside), b"}"].concat();
            let mut straightener = Straightener::new(Scanner::new(&beside)?, self.straightener.options());
            self.data = Some(straightener.finish_value(&operation.shape, DEPTH)?);
            self.departures = straightener.take_departures();
        }
        Ok(())
    }

    fn member(&mut self, operation: &Operation, key: &'a [u8]) -> JsonResult<()> {
        let start = self.scanner().pos();
        self.whole |= matches!(key, b"msg" | b"data");
        match (key, operation.data) {
            (b"code", _) => self.code = int(self.raw(start)?),
            (b"ts", _) => self.ts = int(self.raw(start)?),
            (b"msg", _) => self.msg = text(self.raw(start)?),
            (b"data", DataPlace::Envelope) => {
                self.data = Some(self.straightener.finish_value(&operation.shape, DEPTH)?);
                self.departures = self.straightener.take_departures();
            }
            (_, DataPlace::Envelope) => self.scanner().skip(DEPTH)?,
            // It belongs to the data.
            (_, DataPlace::TopLevel) => {
                let value = self.raw(start)?;
                self.beside.extend_from_slice(if self.beside.is_empty() { b"\"" } else { b",\"" });
                self.beside.extend_from_slice(key);
                self.beside.extend_from_slice(b"\":");
                self.beside.extend_from_slice(value.as_bytes());
            }
        }
        Ok(())
    }

    fn raw(&mut self, start: usize) -> JsonResult<&'a str> {
        self.scanner().skip(DEPTH)?;
        let end = self.scanner().pos();
        Ok(self.scanner().span(start, end))
    }
}

/// A number, or a text that is one.
fn int(raw: &str) -> Option<i64> {
    let digits = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')).unwrap_or(raw);
    digits.parse().ok()
}

fn text(raw: &str) -> String {
    match raw {
        "null" | "\"\"" => String::new(),
        _ if raw.starts_with('"') => {
            let raw = mend_surrogates(raw.as_bytes()).map_or(Cow::Borrowed(raw), Cow::Owned);
            json::text(&raw).map(Cow::into_owned).unwrap_or_else(|_| raw.into_owned())
        }
        _ => raw.to_owned(),
    }
}
