//! Values without parts: numbers, truths and texts.

use super::at::At;
use super::{Outcome, Straightener};
use crate::json::{Kind, Result, Scanner, is_huge};

impl Straightener<'_> {
    pub(super) fn int(
        &mut self,
        kind: Kind,
        start: usize,
        at: &At<'_>,
        expected: &'static str,
        quoted: bool,
    ) -> Result<Outcome> {
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

    pub(super) fn float(&mut self, kind: Kind, start: usize, at: &At<'_>) -> Result<Outcome> {
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

    pub(super) fn bool(&mut self, kind: Kind, start: usize, at: &At<'_>) -> Result<Outcome> {
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

    pub(super) fn text(&mut self, kind: Kind, start: usize, at: &At<'_>) -> Result<Outcome> {
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
