//! Lists, and what PHP writes in place of one or as one.

use super::at::{At, Step};
use super::{Outcome, Straightener};
use crate::json::Result;
use crate::operation::Shape;

impl Straightener<'_> {
    pub(super) fn array(&mut self, items: &'static Shape, at: &At<'_>) -> Result<Outcome> {
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
    pub(super) fn list_as_map(&mut self, values: &'static Shape, at: &At<'_>) -> Result<Outcome> {
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
    pub(super) fn map_as_list(&mut self, items: &'static Shape, start: usize, at: &At<'_>) -> Result<Outcome> {
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
}
