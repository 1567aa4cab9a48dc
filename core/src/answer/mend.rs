//! Answers that are not quite JSON: texts that are no UTF-8, control
//! characters as they are, byte order marks, and what PHP prints around it.

use std::borrow::Cow;

use super::repeated::without_secrets;
use crate::coerce::{Departure, MAX_DEPARTURES};
use crate::json::{Scanner, Segment, path, quoted, scalars};

/// A body that is UTF-8, without byte order marks, and with control characters escaped.
pub(super) struct Mended {
    pub(super) text: String,
    /// Where in the text something was mended, in order.
    spots: Vec<usize>,
    changed: bool,
}

const BYTE_ORDER_MARK: char = '\u{feff}';

impl Mended {
    pub(super) fn of(body: &[u8]) -> Mended {
        let lossy = String::from_utf8_lossy(body);
        let broken = matches!(lossy, Cow::Owned(_));
        let bare = lossy.trim_start_matches(|char: char| char == BYTE_ORDER_MARK || char.is_ascii_whitespace());
        let mut mended = Mended { text: String::with_capacity(bare.len()), spots: Vec::new(), changed: false };
        mended.changed = broken || bare.len() < lossy.len();
        // Only within texts: outside of them they are white space, or wrong.
        let (mut inside, mut escaped) = (false, false);
        for char in bare.chars() {
            let control = inside && char < ' ';
            if control || (broken && inside && char == char::REPLACEMENT_CHARACTER) {
                mended.spots.push(mended.text.len());
            }
            if control {
                mended.changed = true;
                // After a backslash it is that backslash that stands for nothing.
                mended.text.push_str(if escaped { "\\" } else { "" });
                mended.text.push_str(&format!("\\u{:04x}", u32::from(char)));
            } else {
                mended.text.push(char);
            }
            let ends = char == '"' && !escaped;
            inside ^= ends;
            escaped = inside && char == '\\' && !escaped;
        }
        mended
    }

    /// Whether anything was to be mended.
    pub(super) fn changed(&self) -> bool {
        self.changed
    }

    /// The values that were mended, by their paths in the envelope's data.
    pub(super) fn departures(&self) -> Vec<Departure> {
        let mut spots = self.spots.iter().copied().peekable();
        let mut departures = Vec::new();
        let mut visit = |segments: &[Segment<'_>], start: usize, end: usize| {
            let mut here = false;
            while spots.next_if(|spot| *spot < end).is_some_and(|spot| {
                here |= spot >= start;
                true
            }) {}
            if here && departures.len() < MAX_DEPARTURES {
                let within = match segments {
                    [Segment::Key(b"data"), rest @ ..] => rest,
                    all => all,
                };
                let found = self.text.get(start..end).unwrap_or_default().to_owned();
                departures.push(Departure { path: path(within), expected: "UTF-8 text", found });
            }
        };
        // It was read before: it cannot fail.
        let _ = scalars(&mut Scanner::of(&self.text), &mut Vec::new(), &mut visit);
        departures
    }

    /// Where an object begins, if something that is none stands before it.
    pub(super) fn object(&self) -> Option<usize> {
        let start = self.text.match_indices('{').find(|(at, _)| {
            let rest = self.text.get(at + 1..).unwrap_or_default();
            rest.trim_start().starts_with('"')
        });
        start.map(|(at, _)| at)
    }
}

/// Says that this stood around the answer.
pub(super) fn noise(before: &str, after: &str) -> Departure {
    let around = [before.trim(), after.trim()].join(" ");
    Departure { path: String::new(), expected: "nothing but the answer", found: quoted(&excerpt(around.as_bytes())) }
}

/// The first 200 characters of what came, as text, without what must not be shown of it.
pub(super) fn excerpt(body: &[u8]) -> String {
    const CHARACTERS: usize = 200;
    let text = String::from_utf8_lossy(body.get(..4 * CHARACTERS).unwrap_or(body));
    let text = without_secrets(&text);
    text.trim().chars().take(CHARACTERS).map(|char| if char.is_control() { ' ' } else { char }).collect()
}
