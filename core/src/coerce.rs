//! Straightening: PHP's loose JSON becomes canonical JSON, led by a shape.
//!
//! | described | also taken | becomes |
//! |---|---|---|
//! | int | `"123"`, `12.0`, `true` | `123`, `12`, `1` |
//! | float | `"9.90"` | `9.90` |
//! | bool | `0`, `1`, `"0"`, `"1"`, `"true"`, `"false"` | `true`, `false` |
//! | string | `123`, `9.9` | `"123"`, `"9.9"` |
//! | object | `[]` | `{}` |
//! | map | `[]`, `["a","b"]` | `{}`, `{"0":"a","1":"b"}` |
//! | array | `{}`, `{"0":"a","2":"b"}` | `[]`, `["a","b"]` |
//! | any member that may be missing but `any` | `null` | left out |
//! | any | a number that no double holds, such as `1e999` | the same as a text |
//!
//! PHP's empty text `""` for a number is not straightened: whether it means
//! nothing or zero is not documented. Digits with leading zeros stay texts too.
//!
//! Half a surrogate pair in a text becomes U+FFFD: strict decoders refuse it.
//!
//! Members that are not described pass through untouched. So does a value that
//! cannot be straightened, which is reported as a [`Departure`]; nothing is
//! dropped. Numbers and strings are copied as they are written: 64-bit ids
//! stay exact.
//!
//! A member that is required and missing or null is reported too. Where a typed
//! decoder is to read the data ([`Options::set_aside`]) its type's empty value
//! stands in its place: `0`, `""`, `false`, `[]`, `{}`, an object of empty
//! values, `null` where nothing is known of it; for a number of which 0 is a
//! listed value, `-1`. Lists and maps that may be missing are there then, too.
//!
//! A name that stands twice in an object counts the first time.
//!
//! It is one pass over the text that copies spans and builds no values. Depth
//! is bounded. So is the output: an array or object that would come out more
//! than twice as long, or that lacks more than twice what came so far, stays as
//! it came and is reported.

mod at;
mod lists;
mod objects;
mod output;
mod scalars;

use std::borrow::Cow;

use at::{At, Step};
use output::Mark;
pub(crate) use scalars::mend_surrogates;

pub use crate::error::Departure;
use crate::json::{JsonError, Kind, Reason, Result, Scanner, unescaped};
use crate::operation::{Need, Shape};

/// Most departures that are reported of one answer. Values beyond are treated alike, but not reported.
pub const MAX_DEPARTURES: usize = 1000;

/// How straightened data are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Takes values that could not be straightened out of the data, so that a
    /// typed decoder can read the rest; they stand in the departures. Empty
    /// values stand for required members that are missing, null or taken out.
    pub set_aside: bool,
    /// Writes ids as strings, for languages whose numbers lose precision.
    pub ids_as_text: bool,
    /// Fails where a value is not what the documents describe, with [`ErrorKind::Departures`](crate::ErrorKind::Departures).
    pub strict: bool,
}

/// What became of a value.
enum Outcome {
    /// It stays.
    Kept,
    /// It is null and stands for nothing.
    Absent,
    /// It could not be straightened.
    Departed,
}

pub(crate) struct Straightener<'a> {
    scanner: Scanner<'a>,
    options: Options,
    out: Vec<u8>,
    /// Where the text begins that was passed but is not yet in `out`.
    pending: usize,
    departures: Vec<Departure>,
    /// How many bytes were written for what was missing.
    filled: usize,
    /// Whether arrays and objects may come as JSON texts, and lists as their only item.
    posted: bool,
}

/// What is short may come out more than twice as long.
const SMALL: usize = 4096;

impl<'a> Straightener<'a> {
    pub(crate) fn new(mut scanner: Scanner<'a>, options: Options) -> Straightener<'a> {
        if options.ids_as_text {
            scanner.for_doubles();
        }
        let pending = scanner.pos();
        Straightener { scanner, options, out: Vec::new(), pending, departures: Vec::new(), filled: 0, posted: false }
    }

    pub(crate) fn options(&self) -> Options {
        self.options
    }

    pub(crate) fn scanner(&mut self) -> &mut Scanner<'a> {
        &mut self.scanner
    }

    /// Begins the output afresh with the value that comes next.
    pub(crate) fn begin(&mut self) {
        self.scanner.skip_space();
        self.out.clear();
        self.departures.clear();
        self.pending = self.scanner.pos();
    }

    /// Straightens the next value and returns it.
    pub(crate) fn finish_value(&mut self, shape: &Shape, depth: u16) -> Result<Vec<u8>> {
        self.begin();
        // About as much comes out as goes in. A large answer must not end the process.
        let no_memory = JsonError { reason: Reason::NoMemory, offset: self.scanner.pos() };
        self.out.try_reserve(self.scanner.rest()).map_err(|_| no_memory)?;
        let start = self.scanner.pos();
        let at = At { step: Step::Root, depth };
        let outcome = self.value(shape, &at)?;
        self.flush();
        if matches!(outcome, Outcome::Absent) {
            match shape {
                // It lacks each of its members.
                Shape::Object(fields) => self.complete(fields, 0, false, &at),
                Shape::Null => {}
                _ => {
                    self.departed(start, shape.name(), &at);
                }
            }
        }
        let nothing = match outcome {
            Outcome::Kept => false,
            Outcome::Absent => true,
            Outcome::Departed => self.options.set_aside,
        };
        if nothing {
            self.out.clear();
            self.write_empty(if self.options.set_aside { shape } else { &Shape::Null }, Need::Required);
        }
        if self.scanner.take_huge_seen() {
            self.mend_numbers();
        }
        Ok(std::mem::take(&mut self.out))
    }

    pub(crate) fn take_departures(&mut self) -> Vec<Departure> {
        std::mem::take(&mut self.departures)
    }

    fn value(&mut self, shape: &Shape, at: &At<'_>) -> Result<Outcome> {
        let kind = self.scanner.kind()?;
        let start = self.scanner.pos();
        if !matches!(kind, Kind::Array | Kind::Object) || matches!(shape, Shape::Any | Shape::Null) {
            return self.value_of(kind, start, shape, at);
        }
        let before = Mark { pos: start, pending: self.pending, written: self.out.len() };
        let (reported, filled) = (self.departures.len(), self.filled);
        let outcome = self.value_of(kind, start, shape, at)?;
        let came = self.scanner.pos() - start;
        // What was passed is still to be copied.
        let out = (self.out.len() + self.scanner.pos() - self.pending)
            .saturating_sub(before.written + (start - before.pending));
        if out <= 2 * came + SMALL + (self.filled - filled) && self.filled <= 2 * self.scanner.pos() + SMALL {
            return Ok(outcome);
        }
        self.out.truncate(before.written);
        self.departures.truncate(reported);
        (self.pending, self.filled) = (before.pending, filled);
        Ok(self.departed(start, shape.name(), at))
    }

    fn value_of(&mut self, kind: Kind, start: usize, shape: &Shape, at: &At<'_>) -> Result<Outcome> {
        if kind == Kind::Null {
            self.scanner.word()?;
            return Ok(if matches!(shape, Shape::Any) { Outcome::Kept } else { Outcome::Absent });
        }
        match (shape, kind) {
            (Shape::Any, _) => self.untouched(at),
            (Shape::Null, _) => self.nothing(kind, start, at),
            (Shape::Int, _) => self.int(kind, start, at, "int", false),
            (Shape::Id, _) => self.int(kind, start, at, "int", self.options.ids_as_text),
            (Shape::Float, _) => self.float(kind, start, at),
            (Shape::Bool, _) => self.bool(kind, start, at),
            (Shape::Text, _) => self.text(kind, start, at),
            (Shape::Object(fields), Kind::Object) => self.object(fields, at),
            (Shape::Object(fields), Kind::Array) => self.list_as_object(fields, start, at),
            (Shape::Map(values), Kind::Object) => self.map(values, at),
            (Shape::Map(values), Kind::Array) => self.list_as_map(values, at),
            (Shape::Array(items), Kind::Array) => self.array(items, at),
            (Shape::Array(items), Kind::Object) => self.map_as_list(items, start, at),
            (Shape::Object(_) | Shape::Map(_) | Shape::Array(_), Kind::Text) if self.posted => {
                self.json_text(shape, start, at)
            }
            (Shape::Object(_) | Shape::Map(_) | Shape::Array(_), _) => {
                self.scanner.skip(at.depth)?;
                Ok(self.departed(start, shape.name(), at))
            }
        }
    }

    /// An array or object that comes as a text with JSON in it.
    fn json_text(&mut self, shape: &Shape, start: usize, at: &At<'_>) -> Result<Outcome> {
        let depth = self.scanner.deeper(at.depth)?;
        let text = unescape(self.scanner.string()?);
        let text = percent_decoded(&text);
        if text.as_bytes().trim_ascii() == b"null" {
            return Ok(Outcome::Absent);
        }
        let straight = || -> Result<(Vec<u8>, Vec<Departure>)> {
            let mut inner = Straightener::new(Scanner::new(text.as_bytes())?, self.options);
            inner.posted = true;
            let value = inner.finish_value(shape, depth)?;
            inner.scanner.end()?;
            Ok((value, inner.take_departures()))
        };
        let Ok((value, departures)) = straight() else {
            return Ok(self.departed(start, shape.name(), at));
        };
        if departures.iter().any(|departure| departure.path.is_empty()) {
            return Ok(self.departed(start, shape.name(), at));
        }
        let path = at.path();
        let room = MAX_DEPARTURES.saturating_sub(self.departures.len());
        self.departures.extend(departures.into_iter().take(room).map(|departure| departure.under(&path)));
        self.replace(start, &value);
        Ok(Outcome::Kept)
    }

    fn untouched(&mut self, at: &At<'_>) -> Result<Outcome> {
        self.scanner.skip(at.depth)?;
        Ok(Outcome::Kept)
    }

    /// Reports the value since `start`.
    fn departed(&mut self, start: usize, expected: &'static str, at: &At<'_>) -> Outcome {
        if self.departures.len() >= MAX_DEPARTURES {
            return Outcome::Departed;
        }
        let found = String::from_utf8_lossy(self.scanner.slice(start, self.scanner.pos())).into_owned();
        let path = at.path();
        self.departures.push(Departure { path, expected, found });
        Outcome::Departed
    }

    /// Where nothing is described, PHP's empty values are nothing.
    fn nothing(&mut self, kind: Kind, start: usize, at: &At<'_>) -> Result<Outcome> {
        self.scanner.skip(at.depth)?;
        let empty = match kind {
            Kind::Text => self.scanner.slice(start, self.scanner.pos()) == b"\"\"",
            Kind::Array | Kind::Object => self.is_empty_since(start),
            _ => false,
        };
        Ok(if empty { Outcome::Absent } else { Outcome::Kept })
    }

    /// Whether the array or object since `start` holds nothing but white space.
    fn is_empty_since(&self, start: usize) -> bool {
        let inner = self.scanner.slice(start + 1, self.scanner.pos().saturating_sub(1));
        inner.iter().all(u8::is_ascii_whitespace)
    }
}

/// Straightens one JSON value by a shape, without an envelope around it.
///
/// # Errors
/// A text that says where the input stops being JSON of a bounded depth.
pub fn straighten(
    shape: &Shape,
    json: &[u8],
    options: Options,
) -> std::result::Result<(Vec<u8>, Vec<Departure>), String> {
    run(shape, json, options, false).map_err(|error| error.to_string())
}

/// As [`straighten`], for what the service posts: where an array or object is
/// described, a text with JSON in it is read (percent-encoded or not), and
/// where a list is described, an object that is its only item.
pub(crate) fn straighten_posted(shape: &Shape, json: &[u8], options: Options) -> Result<(Vec<u8>, Vec<Departure>)> {
    run(shape, json, options, true)
}

fn run(shape: &Shape, json: &[u8], options: Options, posted: bool) -> Result<(Vec<u8>, Vec<Departure>)> {
    let mut straightener = Straightener::new(Scanner::new(json)?, options);
    straightener.posted = posted;
    let data = straightener.finish_value(shape, 0)?;
    straightener.scanner().end()?;
    Ok((data, straightener.take_departures()))
}

/// One document prints its JSON percent-encoded within the value.
fn percent_decoded(text: &str) -> Cow<'_, str> {
    let encoded = ["%7B", "%7b", "%5B", "%5b"].iter().any(|bracket| text.starts_with(bracket));
    if encoded { percent_encoding::percent_decode_str(text).decode_utf8_lossy() } else { Cow::Borrowed(text) }
}

fn unescape(key: &[u8]) -> String {
    std::str::from_utf8(key).ok().and_then(unescaped).unwrap_or_default().into_owned()
}
