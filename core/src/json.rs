//! A validating JSON scanner that walks over text without building values.

mod read;
mod walk;
mod write;

use std::fmt;

pub(crate) use read::{Member, Members, Object, items, members, needed, text, unescaped};
pub(crate) use walk::{Segment, find, path, scalars};
pub(crate) use write::{Writer, array, quoted};

/// How deep arrays and objects may stand in each other.
pub(crate) const MAX_DEPTH: u16 = 64;

/// Why a text is not JSON that this SDK reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct JsonError {
    pub(crate) reason: Reason,
    pub(crate) offset: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    Syntax,
    Truncated,
    TooDeep,
    Encoding,
    /// There is no memory to write it down.
    NoMemory,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.reason {
            Reason::Syntax => "unexpected character",
            Reason::Truncated => "it ends too early",
            Reason::TooDeep => "it is nested too deeply",
            Reason::Encoding => "it is not UTF-8",
            Reason::NoMemory => "there is no memory for it",
        };
        write!(f, "{what} at byte {}", self.offset)
    }
}

pub(crate) type Result<T> = std::result::Result<T, JsonError>;

/// The kind of a JSON value, told by its first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Bool,
    Number,
    Text,
    Array,
    Object,
}

/// A number token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Number {
    pub(crate) whole: bool,
}

/// A cursor over JSON text.
#[derive(Clone)]
pub(crate) struct Scanner<'a> {
    text: &'a str,
    pos: usize,
    surrogate_seen: bool,
    escape_seen: bool,
    huge_seen: bool,
    /// Whether whole numbers that no double keeps exactly count as huge.
    for_doubles: bool,
}

/// How many of the first bytes need no look inside a string: they are no quote, backslash or control character.
#[inline(always)]
fn run(text: &[u8]) -> usize {
    let (chunks, rest) = text.as_chunks::<8>();
    for (nth, chunk) in chunks.iter().enumerate() {
        let special = special(u64::from_le_bytes(*chunk));
        if special != 0 {
            return nth * 8 + special.trailing_zeros() as usize / 8;
        }
    }
    let plain = rest.iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20)).count();
    chunks.len() * 8 + plain
}

/// Looks at eight bytes at once: the lowest bit that is set is in the first one that is special.
#[inline(always)]
fn special(bytes: u64) -> u64 {
    const EACH: u64 = u64::MAX / 255;
    let below = |bytes: u64, limit: u64| bytes.wrapping_sub(EACH * limit);
    // With this bit turned the quote is 0x20, next to the control characters, which stay among themselves.
    let quote_or_control = below(bytes ^ (EACH * 2), 0x21);
    let backslash = below(bytes ^ (EACH * u64::from(b'\\')), 1);
    // What is no ASCII is nothing special, and only looks as if it were below.
    (quote_or_control | backslash) & !bytes & (EACH << 7)
}

impl<'a> Scanner<'a> {
    /// # Errors
    /// If the text is not UTF-8.
    pub(crate) fn new(text: &'a [u8]) -> Result<Scanner<'a>> {
        // Some PHP files begin with a byte order mark, and so do their answers.
        let pos = if text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        match std::str::from_utf8(text) {
            Ok(text) => Ok(Scanner { pos, ..Scanner::of(text) }),
            Err(error) => Err(JsonError { reason: Reason::Encoding, offset: error.valid_up_to() }),
        }
    }

    /// Over text that needs no check, and in which a byte order mark is as wrong as any other character.
    pub(crate) fn of(text: &'a str) -> Scanner<'a> {
        Scanner { text, pos: 0, surrogate_seen: false, escape_seen: false, huge_seen: false, for_doubles: false }
    }

    #[inline(always)]
    pub(crate) fn pos(&self) -> usize {
        self.pos
    }

    /// How many bytes are still to come.
    pub(crate) fn rest(&self) -> usize {
        self.text.len().saturating_sub(self.pos)
    }

    #[inline(always)]
    pub(crate) fn seek(&mut self, pos: usize) {
        self.pos = pos;
    }

    #[inline(always)]
    pub(crate) fn slice(&self, start: usize, end: usize) -> &'a [u8] {
        self.text.as_bytes().get(start..end).unwrap_or_default()
    }

    #[inline(always)]
    pub(crate) fn span(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or_default()
    }

    #[inline(always)]
    fn peek_raw(&self) -> Option<u8> {
        self.text.as_bytes().get(self.pos).copied()
    }

    pub(crate) fn fail<T>(&self) -> Result<T> {
        let reason = if self.pos >= self.text.len() { Reason::Truncated } else { Reason::Syntax };
        Err(JsonError { reason, offset: self.pos })
    }

    #[inline(always)]
    pub(crate) fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek_raw() {
            self.pos += 1;
        }
    }

    /// The next byte that is not white space.
    #[inline(always)]
    pub(crate) fn peek(&mut self) -> Option<u8> {
        self.skip_space();
        self.peek_raw()
    }

    /// Steps over this byte if it comes next, white space aside.
    #[inline(always)]
    pub(crate) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.pos += 1;
        }
        found
    }

    #[inline(always)]
    pub(crate) fn expect(&mut self, byte: u8) -> Result<()> {
        if self.eat(byte) { Ok(()) } else { self.fail() }
    }

    pub(crate) fn end(&mut self) -> Result<()> {
        match self.peek() {
            None => Ok(()),
            Some(_) => self.fail(),
        }
    }

    #[inline(always)]
    pub(crate) fn kind(&mut self) -> Result<Kind> {
        match self.peek() {
            Some(b'"') => Ok(Kind::Text),
            Some(b'-' | b'0'..=b'9') => Ok(Kind::Number),
            Some(b'{') => Ok(Kind::Object),
            Some(b'[') => Ok(Kind::Array),
            Some(b'n') => Ok(Kind::Null),
            Some(b't' | b'f') => Ok(Kind::Bool),
            _ => self.fail(),
        }
    }

    /// Steps over `null`, `true` or `false` and tells whether it was `true`.
    #[inline(always)]
    pub(crate) fn word(&mut self) -> Result<bool> {
        let rest = self.text.as_bytes().get(self.pos..).unwrap_or_default();
        for (word, value) in [(&b"null"[..], false), (b"true", true), (b"false", false)] {
            if rest.starts_with(word) {
                self.pos += word.len();
                return Ok(value);
            }
        }
        self.fail()
    }

    /// Steps over a string if it is this one, written without escapes.
    pub(crate) fn eat_text(&mut self, text: &str) -> bool {
        let rest = self.text.as_bytes().get(self.pos..).unwrap_or_default();
        let after = rest.strip_prefix(b"\"").and_then(|rest| rest.strip_prefix(text.as_bytes()));
        let found = after.is_some_and(|rest| rest.first() == Some(&b'"'));
        if found {
            self.pos += text.len() + 2;
        }
        found
    }

    /// Steps over a string and returns what stands between its quotes, as written.
    #[inline]
    pub(crate) fn string(&mut self) -> Result<&'a [u8]> {
        self.expect(b'"')?;
        let start = self.pos;
        loop {
            self.pos += run(self.text.as_bytes().get(self.pos..).unwrap_or_default());
            match self.peek_raw() {
                Some(b'"') => {
                    let inner = self.slice(start, self.pos);
                    self.pos += 1;
                    return Ok(inner);
                }
                Some(b'\\') => self.escape()?,
                _ => return self.fail(),
            }
        }
    }

    /// Whether an escape that may be half a surrogate pair was passed since the last question.
    #[inline(always)]
    pub(crate) fn take_surrogate_seen(&mut self) -> bool {
        std::mem::take(&mut self.surrogate_seen)
    }

    /// Takes whole numbers for huge as well that no double keeps exactly.
    pub(crate) fn for_doubles(&mut self) {
        self.for_doubles = true;
    }

    /// As [`Scanner::take_huge_seen`], to be asked again.
    #[inline(always)]
    pub(crate) fn huge_seen(&self) -> bool {
        self.huge_seen
    }

    /// Whether a number was passed since the last question that no double holds.
    #[inline(always)]
    pub(crate) fn take_huge_seen(&mut self) -> bool {
        std::mem::take(&mut self.huge_seen)
    }

    /// Whether any escape was passed since the last question.
    #[inline(always)]
    pub(crate) fn take_escape_seen(&mut self) -> bool {
        std::mem::take(&mut self.escape_seen)
    }

    fn escape(&mut self) -> Result<()> {
        self.escape_seen = true;
        self.pos += 1;
        match self.peek_raw() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.pos += 1,
            Some(b'u') => {
                self.pos += 1;
                self.surrogate_seen |= matches!(self.peek_raw(), Some(b'd' | b'D'));
                for _ in 0..4 {
                    match self.peek_raw() {
                        Some(byte) if byte.is_ascii_hexdigit() => self.pos += 1,
                        _ => return self.fail(),
                    }
                }
            }
            _ => return self.fail(),
        }
        Ok(())
    }

    #[inline(always)]
    fn digits(&mut self) -> Result<()> {
        let start = self.pos;
        while let Some(b'0'..=b'9') = self.peek_raw() {
            self.pos += 1;
        }
        if self.pos == start { self.fail() } else { Ok(()) }
    }

    /// Steps over a number.
    #[inline]
    pub(crate) fn number(&mut self) -> Result<Number> {
        let start = self.pos;
        let mut exponent = false;
        if self.peek_raw() == Some(b'-') {
            self.pos += 1;
        }
        if self.peek_raw() == Some(b'0') {
            self.pos += 1;
        } else {
            self.digits()?;
        }
        let mut whole = true;
        if self.peek_raw() == Some(b'.') {
            whole = false;
            self.pos += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek_raw() {
            (whole, exponent) = (false, true);
            self.pos += 1;
            if let Some(b'+' | b'-') = self.peek_raw() {
                self.pos += 1;
            }
            self.digits()?;
        }
        let length = self.pos - start;
        if exponent || length > MANY_DIGITS {
            self.huge_seen |= is_huge(self.span(start, self.pos));
        } else if whole && length > EXACT.len() - 1 && self.for_doubles {
            self.huge_seen |= is_inexact(self.span(start, self.pos));
        }
        Ok(Number { whole })
    }

    /// Steps over any value.
    pub(crate) fn skip(&mut self, depth: u16) -> Result<()> {
        match self.kind()? {
            Kind::Text => self.string().map(drop),
            Kind::Number => self.number().map(drop),
            Kind::Null | Kind::Bool => self.word().map(drop),
            Kind::Array => self.skip_array(depth).map(drop),
            Kind::Object => self.skip_object(depth),
        }
    }

    #[inline(always)]
    pub(crate) fn deeper(&self, depth: u16) -> Result<u16> {
        if depth >= MAX_DEPTH {
            return Err(JsonError { reason: Reason::TooDeep, offset: self.pos });
        }
        Ok(depth + 1)
    }

    /// Steps over an array and tells how many elements it has.
    pub(crate) fn skip_array(&mut self, depth: u16) -> Result<usize> {
        let depth = self.deeper(depth)?;
        self.expect(b'[')?;
        if self.eat(b']') {
            return Ok(0);
        }
        let mut count = 0;
        loop {
            self.skip(depth)?;
            count += 1;
            if !self.eat(b',') {
                self.expect(b']')?;
                return Ok(count);
            }
        }
    }

    fn skip_object(&mut self, depth: u16) -> Result<()> {
        let depth = self.deeper(depth)?;
        self.expect(b'{')?;
        if self.eat(b'}') {
            return Ok(());
        }
        loop {
            self.string()?;
            self.expect(b':')?;
            self.skip(depth)?;
            if !self.eat(b',') {
                return self.expect(b'}');
            }
        }
    }
}

/// Numbers of fewer characters without an exponent fit a double.
const MANY_DIGITS: usize = 300;

/// The first digits of the largest double, and how many there are before the point.
const LARGEST: (&[u8], i64) = (b"17976931348623157", 309);

/// The largest whole number up to which doubles have all: what JavaScript calls safe.
const EXACT: &str = "9007199254740991";

/// Whether it is a whole number of which a double may lose digits.
pub(crate) fn is_inexact(number: &str) -> bool {
    let digits = number.strip_prefix('-').unwrap_or(number);
    digits.bytes().all(|digit| digit.is_ascii_digit()) && (digits.len(), digits) > (EXACT.len(), EXACT)
}

/// Whether no double holds a number: strict decoders refuse it. By its digits: to read a double would be a tenth of the
/// WebAssembly.
pub(crate) fn is_huge(number: &str) -> bool {
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = || whole.bytes().chain(decimals.bytes()).filter(u8::is_ascii_digit);
    let leading = digits().take_while(|digit| *digit == b'0').count();
    if leading == digits().count() {
        return false;
    }
    // An exponent that is no i64 has many digits of its own.
    let beyond = if exponent.starts_with('-') { i64::MIN } else { i64::MAX };
    let exponent = exponent.parse().unwrap_or(beyond);
    let whole = whole.bytes().filter(u8::is_ascii_digit).count();
    let magnitude = exponent.saturating_add(whole as i64).saturating_sub(leading as i64);
    let (largest, most) = LARGEST;
    magnitude > most
        || magnitude == most && digits().skip(leading).take(largest.len()).cmp(largest.iter().copied()).is_gt()
}

/// The outermost value of a JSON text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outline {
    /// An array of so many elements.
    Array(usize),
    Object,
    Scalar,
}

/// Checks that a text is JSON and tells what its outermost value is.
pub(crate) fn outline(text: &[u8]) -> Result<Outline> {
    let mut scanner = Scanner::new(text)?;
    let outline = match scanner.kind()? {
        Kind::Array => Outline::Array(scanner.skip_array(0)?),
        Kind::Object => {
            scanner.skip_object(0)?;
            Outline::Object
        }
        _ => {
            scanner.skip(0)?;
            Outline::Scalar
        }
    };
    scanner.end()?;
    Ok(outline)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::is_huge;

    #[test]
    fn the_largest_double_is_not_huge() {
        for number in [
            "1.7976931348623157e308",
            "179769313486231570e291",
            "-0.017976931348623157e+310",
            "0e999999999999999999999",
            "1e-400",
        ] {
            assert!(!is_huge(number), "{number}");
        }
        for number in ["1.7976931348623159e308", "1e309", "-1e999999999999999999999", "0.1e310", &"9".repeat(310)] {
            assert!(is_huge(number), "{number}");
        }
    }

    proptest! {
        #[test]
        fn as_doubles_say(number in "-?(0|[1-9][0-9]{0,330})([.][0-9]{1,9})?([eE][+-]?[0-9]{1,3})?") {
            prop_assert_eq!(is_huge(&number), number.parse::<f64>().is_ok_and(f64::is_infinite));
        }
    }
}
