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

use std::borrow::Cow;

pub use crate::error::Departure;
use crate::json::{JsonError, Kind, Reason, Result, Scanner, is_huge, is_inexact, path, quoted, scalars, unescaped};
use crate::operation::{Field, Need, Shape};

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

/// Where a value stands. It is kept on the stack, step by step: hardly any path is ever asked for.
struct At<'p> {
    step: Step<'p>,
    depth: u16,
}

enum Step<'p> {
    Root,
    Key(&'p At<'p>, &'p [u8]),
    Index(&'p At<'p>, usize),
}

impl At<'_> {
    /// For example `list[3].user_number`.
    fn path(&self) -> String {
        match self.step {
            Step::Root => String::new(),
            Step::Key(parent, key) => {
                let mut path = parent.path();
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&String::from_utf8_lossy(key.get(..MAX_KEY_IN_PATH).unwrap_or(key)));
                path
            }
            Step::Index(parent, index) => format!("{}[{index}]", parent.path()),
        }
    }
}

#[derive(Clone, Copy)]
struct Mark {
    pos: usize,
    pending: usize,
    written: usize,
}

/// What is short may come out more than twice as long.
const SMALL: usize = 4096;

/// Keys are cut to this many bytes in paths, so that a report stays small.
const MAX_KEY_IN_PATH: usize = 64;

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

    /// Writes numbers that no double holds as texts; where ids are texts, numbers that may be ids too (they are where
    /// nothing is described, else they would be texts already).
    fn mend_numbers(&mut self) {
        let out = std::mem::take(&mut self.out);
        let text = std::str::from_utf8(&out).unwrap_or_default();
        let mut mended = Vec::with_capacity(out.len() + 2);
        let mut copied = 0;
        let departures = &mut self.departures;
        let ids_as_text = self.options.ids_as_text;
        let mut visit = |segments: &[_], start, end| {
            let number = text.get(start..end).unwrap_or_default();
            let is_number = number.starts_with(|char: char| char == '-' || char.is_ascii_digit());
            let is_huge = is_number && is_huge(number);
            if !(is_huge || is_number && ids_as_text && is_inexact(number)) {
                return;
            }
            mended.extend_from_slice(text.get(copied..start).unwrap_or_default().as_bytes());
            mended.extend_from_slice(quoted(number).as_bytes());
            copied = end;
            let path = path(segments);
            if is_huge && departures.len() < MAX_DEPARTURES && departures.iter().all(|known| known.path != path) {
                departures.push(Departure { path, expected: "a number of 64 bits", found: number.to_owned() });
            }
        };
        // It was written just now: it cannot fail.
        let _ = scalars(&mut Scanner::of(text), &mut Vec::new(), &mut visit);
        mended.extend_from_slice(text.get(copied..).unwrap_or_default().as_bytes());
        self.out = mended;
    }

    pub(crate) fn take_departures(&mut self) -> Vec<Departure> {
        std::mem::take(&mut self.departures)
    }

    /// Copies what was passed since the last flush.
    fn flush(&mut self) {
        self.flush_to(self.scanner.pos());
    }

    #[inline(always)]
    fn flush_to(&mut self, end: usize) {
        let span = self.scanner.slice(self.pending, end);
        self.out.extend_from_slice(span);
        self.pending = end;
    }

    /// Writes `text` in place of what was passed since `start`.
    fn replace(&mut self, start: usize, text: &[u8]) {
        self.flush_to(start);
        self.out.extend_from_slice(text);
        self.pending = self.scanner.pos();
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

    /// PHP writes an object without members as a list.
    fn list_as_object(&mut self, fields: &'static [Field], start: usize, at: &At<'_>) -> Result<Outcome> {
        self.scanner.skip(at.depth)?;
        if !self.is_empty_since(start) {
            return Ok(self.departed(start, "object", at));
        }
        self.replace(start, b"{");
        self.complete(fields, 0, false, at);
        self.out.push(b'}');
        Ok(Outcome::Kept)
    }

    fn int(&mut self, kind: Kind, start: usize, at: &At<'_>, expected: &'static str, quoted: bool) -> Result<Outcome> {
        let digits = match kind {
            Kind::Number => {
                let number = self.scanner.number()?;
                let text = self.scanner.slice(start, self.scanner.pos());
                if number.whole && !quoted && text.len() <= SAFE_DIGITS && text != b"-0" {
                    return Ok(Outcome::Kept);
                }
                if number.whole { text } else { without_zero_decimals(text) }
            }
            Kind::Text => self.scanner.string()?,
            Kind::Bool => {
                if self.scanner.word()? {
                    b"1"
                } else {
                    b"0"
                }
            }
            _ => {
                self.scanner.skip(at.depth)?;
                b""
            }
        };
        // Strict decoders take -0 for a decimal number.
        let digits = if digits == b"-0" { b"0" } else { digits };
        if !is_int(digits) {
            return Ok(self.departed(start, expected, at));
        }
        self.flush_to(start);
        if quoted {
            self.out.push(b'"');
        }
        self.out.extend_from_slice(digits);
        if quoted {
            self.out.push(b'"');
        }
        self.pending = self.scanner.pos();
        Ok(Outcome::Kept)
    }

    fn float(&mut self, kind: Kind, start: usize, at: &At<'_>) -> Result<Outcome> {
        match kind {
            Kind::Number => {
                self.scanner.number()?;
                if !self.scanner.huge_seen() || !is_huge(self.scanner.span(start, self.scanner.pos())) {
                    return Ok(Outcome::Kept);
                }
            }
            Kind::Text => {
                let text = self.scanner.string()?;
                if is_number(text) {
                    self.replace(start, text);
                    return Ok(Outcome::Kept);
                }
            }
            _ => self.scanner.skip(at.depth)?,
        }
        Ok(self.departed(start, "float", at))
    }

    fn bool(&mut self, kind: Kind, start: usize, at: &At<'_>) -> Result<Outcome> {
        let truth = match kind {
            Kind::Bool => {
                self.scanner.word()?;
                return Ok(Outcome::Kept);
            }
            Kind::Number => {
                self.scanner.number()?;
                truth(self.scanner.slice(start, self.scanner.pos()))
            }
            Kind::Text => truth(self.scanner.string()?),
            _ => {
                self.scanner.skip(at.depth)?;
                None
            }
        };
        match truth {
            Some(truth) => {
                self.replace(start, if truth { b"true" } else { b"false" });
                Ok(Outcome::Kept)
            }
            None => Ok(self.departed(start, "bool", at)),
        }
    }

    fn text(&mut self, kind: Kind, start: usize, at: &At<'_>) -> Result<Outcome> {
        match kind {
            Kind::Text => {
                let text = self.scanner.string()?;
                if self.scanner.take_surrogate_seen()
                    && let Some(mended) = mend_surrogates(text)
                {
                    self.replace(start, format!("\"{mended}\"").as_bytes());
                }
                Ok(Outcome::Kept)
            }
            Kind::Number => {
                self.scanner.number()?;
                self.flush_to(start);
                self.out.push(b'"');
                self.flush();
                self.out.push(b'"');
                Ok(Outcome::Kept)
            }
            _ => {
                self.scanner.skip(at.depth)?;
                Ok(self.departed(start, "string", at))
            }
        }
    }

    fn object(&mut self, fields: &'static [Field], at: &At<'_>) -> Result<Outcome> {
        self.members(fields, at, |this, field, at| match field {
            Some(field) => this.value(&field.shape, at),
            None => this.untouched(at),
        })
    }

    fn map(&mut self, values: &'static Shape, at: &At<'_>) -> Result<Outcome> {
        self.members(&[], at, |this, _, at| {
            // A key may itself be the news (a code that nobody used), so null stays.
            Ok(match this.value(values, at)? {
                Outcome::Absent => Outcome::Kept,
                outcome => outcome,
            })
        })
    }

    /// Walks over the members of an object and takes out those that stand for nothing.
    fn members(
        &mut self,
        fields: &'static [Field],
        at: &At<'_>,
        mut member: impl FnMut(&mut Self, Option<&'static Field>, &At<'_>) -> Result<Outcome>,
    ) -> Result<Outcome> {
        let depth = self.scanner.deeper(at.depth)?;
        self.scanner.expect(b'{')?;
        let mut kept_any = false;
        let mut next = 0;
        let mut seen = 0_u128;
        if !self.scanner.eat(b'}') {
            loop {
                let begin = self.mark();
                self.scanner.skip_space();
                // Most members stand in the order of the description.
                let (key, field) = match fields.get(next).filter(|field| self.scanner.eat_text(field.name)) {
                    Some(field) => {
                        next += 1;
                        (field.name.as_bytes(), Some(field))
                    }
                    None => {
                        let key = self.scanner.string()?;
                        (key, lookup(fields, key, &mut next))
                    }
                };
                self.scanner.expect(b':')?;
                self.scanner.skip_space();
                let at = At { step: Step::Key(at, key), depth };
                let value = self.mark();
                let stays = if field.is_some() && !first_time(&mut seen, next - 1) {
                    self.scanner.skip(depth)?;
                    self.departed(value.pos, "a name that stands once", &at);
                    false
                } else {
                    match member(self, field, &at)? {
                        Outcome::Kept => true,
                        Outcome::Departed if !self.options.set_aside => true,
                        outcome => field.is_some_and(|field| self.stand_in(field, outcome, value, &at)),
                    }
                };
                if !stays {
                    self.take_out(begin, kept_any);
                }
                kept_any |= stays;
                if !self.scanner.eat(b',') {
                    self.scanner.expect(b'}')?;
                    break;
                }
                if !kept_any {
                    // No member stands before this comma: it goes as well.
                    self.pending = self.scanner.pos();
                }
            }
        }
        if seen != all(fields) {
            self.flush_to(self.scanner.pos() - 1);
            self.complete(fields, seen, kept_any, at);
        }
        Ok(Outcome::Kept)
    }

    /// Writes an empty value where a member is null or was set aside; false if it may be missing. Null where a value is
    /// required is reported.
    fn stand_in(&mut self, field: &Field, outcome: Outcome, value: Mark, at: &At<'_>) -> bool {
        if matches!(outcome, Outcome::Absent) && field.need != Need::Optional {
            self.departed(value.pos, field.shape.name(), at);
        }
        if !self.options.set_aside || !field.is_filled() {
            return false;
        }
        self.out.truncate(value.written);
        self.pending = value.pending;
        self.flush_to(value.pos);
        self.fill(field);
        self.pending = self.scanner.pos();
        true
    }

    /// Reports what an object lacks of its required members and writes their empty values before its end.
    fn complete(&mut self, fields: &'static [Field], seen: u128, mut any: bool, at: &At<'_>) {
        let mut missing = all(fields) & !seen;
        while missing != 0 {
            let Some(field) = fields.get(missing.trailing_zeros() as usize) else { break };
            missing &= missing - 1;
            if field.need != Need::Optional && self.departures.len() < MAX_DEPARTURES {
                let path = At { step: Step::Key(at, field.name.as_bytes()), depth: at.depth }.path();
                self.departures.push(Departure { path, expected: field.shape.name(), found: "nothing".to_owned() });
            }
            if self.options.set_aside && field.is_filled() {
                if any {
                    self.out.push(b',');
                }
                any = true;
                self.write_name(field);
                self.fill(field);
            }
        }
    }

    fn fill(&mut self, field: &Field) {
        let before = self.out.len();
        self.write_empty(&field.shape, field.need);
        self.filled += self.out.len() - before;
    }

    fn write_name(&mut self, field: &Field) {
        self.out.push(b'"');
        self.out.extend_from_slice(field.name.as_bytes());
        self.out.extend_from_slice(b"\":");
    }

    /// Writes what stands for a value that is missing.
    fn write_empty(&mut self, shape: &Shape, need: Need) {
        let empty: &[u8] = match shape {
            Shape::Any | Shape::Null => b"null",
            Shape::Int if need == Need::Choice => b"-1",
            Shape::Id if self.options.ids_as_text => b"\"0\"",
            Shape::Int | Shape::Id | Shape::Float => b"0",
            Shape::Bool => b"false",
            Shape::Text => b"\"\"",
            Shape::Array(_) => b"[]",
            Shape::Map(_) => b"{}",
            Shape::Object(fields) => {
                self.out.push(b'{');
                for (index, field) in fields.iter().filter(|field| field.is_filled()).enumerate() {
                    if index > 0 {
                        self.out.push(b',');
                    }
                    self.write_name(field);
                    self.write_empty(&field.shape, field.need);
                }
                b"}"
            }
        };
        self.out.extend_from_slice(empty);
    }

    /// Where the output stands just after a brace or comma.
    fn mark(&self) -> Mark {
        Mark { pos: self.scanner.pos(), pending: self.pending, written: self.out.len() }
    }

    /// Takes out what begins at `begin`, with the comma before it if there is one.
    fn take_out(&mut self, begin: Mark, after_another: bool) {
        self.out.truncate(begin.written);
        self.pending = begin.pending;
        self.flush_to(if after_another { begin.pos.saturating_sub(1) } else { begin.pos });
        self.pending = self.scanner.pos();
    }

    fn array(&mut self, items: &'static Shape, at: &At<'_>) -> Result<Outcome> {
        let depth = self.scanner.deeper(at.depth)?;
        self.scanner.expect(b'[')?;
        if self.scanner.eat(b']') {
            return Ok(Outcome::Kept);
        }
        let mut index = 0;
        let mut kept_any = false;
        loop {
            let begin = self.mark();
            let stays = self.item(items, &At { step: Step::Index(at, index), depth })?;
            if !stays {
                self.take_out(begin, kept_any);
            }
            kept_any |= stays;
            index += 1;
            if !self.scanner.eat(b',') {
                self.scanner.expect(b']')?;
                return Ok(Outcome::Kept);
            }
            if !kept_any {
                self.pending = self.scanner.pos();
            }
        }
    }

    /// Straightens an element. Null elements stay, so that positions do, unless a typed decoder is to read the list.
    fn item(&mut self, shape: &'static Shape, at: &At<'_>) -> Result<bool> {
        Ok(match self.value(shape, at)? {
            Outcome::Kept => true,
            Outcome::Absent if self.options.set_aside && !matches!(shape, Shape::Null) => {
                self.departed(self.scanner.pos().saturating_sub(b"null".len()), shape.name(), at);
                false
            }
            Outcome::Absent => true,
            Outcome::Departed => !self.options.set_aside,
        })
    }

    /// PHP writes a map whose keys are 0, 1, 2, ... as a list.
    fn list_as_map(&mut self, values: &'static Shape, at: &At<'_>) -> Result<Outcome> {
        let depth = self.scanner.deeper(at.depth)?;
        let start = self.scanner.pos();
        self.scanner.expect(b'[')?;
        self.replace(start, b"{");
        if self.scanner.eat(b']') {
            self.replace_last(b"}");
            return Ok(Outcome::Kept);
        }
        let mut index = 0;
        let mut kept_any = false;
        loop {
            self.scanner.skip_space();
            let begin = self.scanner.pos();
            let mark = self.out.len();
            self.pending = begin;
            self.out.extend_from_slice(format!("{}\"{index}\":", if kept_any { "," } else { "" }).as_bytes());
            if self.item(values, &At { step: Step::Index(at, index), depth })? {
                self.flush();
                kept_any = true;
            } else {
                self.out.truncate(mark);
                self.pending = self.scanner.pos();
            }
            index += 1;
            if !self.scanner.eat(b',') {
                self.scanner.expect(b']')?;
                self.replace_last(b"}");
                return Ok(Outcome::Kept);
            }
        }
    }

    /// PHP writes a list with gaps (after a filter) as a map with number keys.
    fn map_as_list(&mut self, items: &'static Shape, start: usize, at: &At<'_>) -> Result<Outcome> {
        self.flush_to(start);
        let (mark, reported) = (self.out.len(), self.departures.len());
        if self.numbered(items, at)? {
            return Ok(Outcome::Kept);
        }
        self.out.truncate(mark);
        self.departures.truncate(reported);
        self.pending = start;
        self.scanner.seek(start);
        if self.posted {
            return self.only_item(items, at);
        }
        self.scanner.skip(at.depth)?;
        Ok(self.departed(start, "array", at))
    }

    /// A list whose only item stands there without the brackets.
    fn only_item(&mut self, items: &'static Shape, at: &At<'_>) -> Result<Outcome> {
        self.out.push(b'[');
        let mark = self.out.len();
        if self.item(items, &At { step: Step::Index(at, 0), depth: at.depth })? {
            self.flush();
        } else {
            self.out.truncate(mark);
            self.pending = self.scanner.pos();
        }
        self.out.push(b']');
        Ok(Outcome::Kept)
    }

    /// Writes an object as the list of its values; false at the first key that is not a number.
    fn numbered(&mut self, items: &'static Shape, at: &At<'_>) -> Result<bool> {
        let depth = self.scanner.deeper(at.depth)?;
        self.scanner.expect(b'{')?;
        self.out.push(b'[');
        let mut index = 0;
        let mut kept_any = false;
        if !self.scanner.eat(b'}') {
            loop {
                let key = self.scanner.string()?;
                if key.is_empty() || !key.iter().all(u8::is_ascii_digit) {
                    return Ok(false);
                }
                self.scanner.expect(b':')?;
                self.scanner.skip_space();
                let mark = self.out.len();
                self.pending = self.scanner.pos();
                if kept_any {
                    self.out.push(b',');
                }
                if self.item(items, &At { step: Step::Index(at, index), depth })? {
                    self.flush();
                    kept_any = true;
                } else {
                    self.out.truncate(mark);
                }
                index += 1;
                if !self.scanner.eat(b',') {
                    self.scanner.expect(b'}')?;
                    break;
                }
            }
        }
        self.out.push(b']');
        self.pending = self.scanner.pos();
        Ok(true)
    }

    /// Writes `text` in place of the byte just passed, dropping white space before it.
    fn replace_last(&mut self, text: &[u8]) {
        self.out.extend_from_slice(text);
        self.pending = self.scanner.pos();
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

/// Whether a field was not there before.
fn first_time(seen: &mut u128, index: usize) -> bool {
    let before = *seen;
    *seen |= bit(index);
    before & bit(index) == 0
}

/// The bits of all fields.
fn all(fields: &[Field]) -> u128 {
    bit(fields.len()).wrapping_sub(1)
}

/// The generator sees to it that no object has more than 128 fields.
fn bit(index: usize) -> u128 {
    u32::try_from(index).ok().and_then(|index| 1_u128.checked_shl(index)).unwrap_or_default()
}

/// The field of that name, and in `next` the one after it.
#[inline(always)]
fn lookup(fields: &'static [Field], key: &[u8], next: &mut usize) -> Option<&'static Field> {
    let unescaped: String;
    let mut name = key;
    if key.contains(&b'\\') {
        unescaped = unescape(key);
        name = unescaped.as_bytes();
    }
    let index = fields.iter().position(|field| field.name.as_bytes() == name)?;
    *next = index + 1;
    fields.get(index)
}

fn unescape(key: &[u8]) -> String {
    std::str::from_utf8(key).ok().and_then(unescaped).unwrap_or_default().into_owned()
}

/// Any number of so many characters fits 64 bits.
const SAFE_DIGITS: usize = 18;

/// Whether a text is a whole number of 64 bits as JSON writes it.
fn is_int(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let written_plainly = match digits {
        [] => false,
        [b'0'] => text.len() == 1,
        [b'0', ..] => false,
        _ => digits.iter().all(u8::is_ascii_digit),
    };
    written_plainly
        && (text.len() <= SAFE_DIGITS || std::str::from_utf8(text).is_ok_and(|text| text.parse::<i64>().is_ok()))
}

/// `12.0` is 12; anything else stays as it is (and is no int then).
fn without_zero_decimals(text: &[u8]) -> &[u8] {
    match text.iter().position(|byte| *byte == b'.') {
        Some(point) => match text.split_at_checked(point) {
            Some((whole, decimals)) if decimals.iter().skip(1).all(|byte| *byte == b'0') => whole,
            _ => text,
        },
        None => text,
    }
}

fn is_number(text: &[u8]) -> bool {
    Scanner::new(text).is_ok_and(|mut scanner| {
        let starts = text.first().is_some_and(|byte| *byte == b'-' || byte.is_ascii_digit());
        starts && scanner.number().is_ok() && scanner.pos() == text.len() && !scanner.huge_seen()
    })
}

/// A character that was cut in half leaves a lone surrogate, which is no
/// character and which strict decoders refuse: it becomes U+FFFD. `None` if
/// all surrogates come in pairs.
pub(crate) fn mend_surrogates(text: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(text).ok()?;
    let mut mended = String::with_capacity(text.len());
    let mut rest = text;
    let mut changed = false;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at_checked(at)?;
        mended.push_str(before);
        let unit = |text: &str| u16::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok();
        let taken = match unit(escape) {
            Some(0xD800..=0xDBFF) if matches!(escape.get(6..).and_then(unit), Some(0xDC00..=0xDFFF)) => 12,
            Some(0xD800..=0xDFFF) => {
                changed = true;
                mended.push_str("\\ufffd");
                rest = escape.get(6..)?;
                continue;
            }
            _ => 2,
        };
        mended.push_str(escape.get(..taken)?);
        rest = escape.get(taken..)?;
    }
    mended.push_str(rest);
    changed.then_some(mended)
}

fn truth(text: &[u8]) -> Option<bool> {
    match text {
        b"1" | b"true" => Some(true),
        b"0" | b"false" => Some(false),
        _ => None,
    }
}
