//! The output: what is passed over is copied span by span, and what is replaced or taken out interrupts the copying.

use super::{MAX_DEPARTURES, Straightener};
use crate::error::Departure;
use crate::json::{Scanner, is_huge, is_inexact, path, quoted, scalars};

/// A place to go back to, in the input and in the output.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    pub pos: usize,
    pub pending: usize,
    pub written: usize,
}

impl Straightener<'_> {
    /// Copies what was passed since the last flush.
    pub(super) fn flush(&mut self) {
        self.flush_to(self.scanner.pos());
    }

    #[inline(always)]
    pub(super) fn flush_to(&mut self, end: usize) {
        let span = self.scanner.slice(self.pending, end);
        self.out.extend_from_slice(span);
        self.pending = end;
    }

    /// Writes `text` in place of what was passed since `start`.
    pub(super) fn replace(&mut self, start: usize, text: &[u8]) {
        self.flush_to(start);
        self.out.extend_from_slice(text);
        self.pending = self.scanner.pos();
    }

    /// Writes `text` in place of the byte just passed, dropping white space before it.
    pub(super) fn replace_last(&mut self, text: &[u8]) {
        self.out.extend_from_slice(text);
        self.pending = self.scanner.pos();
    }

    /// Where the output stands just after a brace or comma.
    pub(super) fn mark(&self) -> Mark {
        Mark { pos: self.scanner.pos(), pending: self.pending, written: self.out.len() }
    }

    /// Takes out what begins at `begin`, with the comma before it if there is one.
    pub(super) fn take_out(&mut self, begin: Mark, after_another: bool) {
        self.out.truncate(begin.written);
        self.pending = begin.pending;
        self.flush_to(if after_another { begin.pos.saturating_sub(1) } else { begin.pos });
        self.pending = self.scanner.pos();
    }

    /// Writes numbers that no double holds as texts; where ids are texts, numbers that may be ids too (they are where
    /// nothing is described, else they would be texts already).
    pub(super) fn mend_numbers(&mut self) {
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
}
