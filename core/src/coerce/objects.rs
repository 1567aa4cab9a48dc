//! Objects and maps: their members, what of them is taken out, and what stands for those that are missing.

use super::at::{At, Step};
use super::output::Mark;
use super::{MAX_DEPARTURES, Outcome, Straightener, unescape};
use crate::error::Departure;
use crate::json::Result;
use crate::operation::{Field, Need, Shape};

impl Straightener<'_> {
    pub(super) fn object(&mut self, fields: &'static [Field], at: &At<'_>) -> Result<Outcome> {
        self.members(fields, at, |this, field, at| match field {
            Some(field) => this.value(&field.shape, at),
            None => this.untouched(at),
        })
    }

    /// PHP writes an object without members as a list.
    pub(super) fn list_as_object(&mut self, fields: &'static [Field], start: usize, at: &At<'_>) -> Result<Outcome> {
        self.scanner.skip(at.depth)?;
        if !self.is_empty_since(start) {
            return Ok(self.departed(start, "object", at));
        }
        self.replace(start, b"{");
        self.complete(fields, 0, false, at);
        self.out.push(b'}');
        Ok(Outcome::Kept)
    }

    pub(super) fn map(&mut self, values: &'static Shape, at: &At<'_>) -> Result<Outcome> {
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
    pub(super) fn complete(&mut self, fields: &'static [Field], seen: u128, mut any: bool, at: &At<'_>) {
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
    pub(super) fn write_empty(&mut self, shape: &Shape, need: Need) {
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
