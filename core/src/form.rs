//! `application/x-www-form-urlencoded`, both ways.

use std::borrow::Cow;

use crate::sign;

/// Most pairs that are read from one form; more are refused, not skipped.
pub const MAX_PAIRS: usize = 10_000;

/// Pairs as a form, URL-encoded.
pub fn encode<'p>(pairs: impl IntoIterator<Item = (&'p str, &'p str)>) -> String {
    let mut form = Writer::new(256);
    pairs.into_iter().for_each(|(name, value)| form.pair(name, value));
    form.finish()
}

/// What a form carries as it is.
const PLAIN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(clippy::indexing_slicing, reason = "an index out of bounds would not compile")]
        {
            table[byte] = matches!(byte as u8, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'*');
        }
        byte += 1;
    }
    table
};

/// Writes a form pair by pair.
pub(crate) struct Writer(String);

impl Writer {
    /// With room for so many bytes.
    pub(crate) fn new(room: usize) -> Writer {
        Writer(String::with_capacity(room))
    }

    /// Goes on with a form, with room for so many bytes more.
    pub(crate) fn after(form: &str, room: usize) -> Writer {
        let mut writer = Writer::new(form.len() + room);
        writer.0.push_str(form);
        writer
    }

    pub(crate) fn pair(&mut self, name: &str, value: &str) {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        self.text(name);
        self.0.push('=');
        self.text(value);
    }

    /// A pair that needs no encoding.
    pub(crate) fn plain_pair(&mut self, name: &str, value: &str) {
        sign::push(&mut self.0, name, value);
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn finish(self) -> String {
        self.0
    }

    fn text(&mut self, text: &str) {
        // Most of a form is names and numbers.
        if is_plain(text) {
            self.0.push_str(text);
        } else {
            // Chunk by chunk into a place of its own: to append byte by byte takes three times as long where code is small.
            text.as_bytes().chunks(CHUNK).for_each(|chunk| {
                let mut coded = [0; 3 * CHUNK];
                let length = code(chunk, &mut coded);
                self.0.push_str(coded.get(..length).and_then(|coded| str::from_utf8(coded).ok()).unwrap_or_default());
            });
        }
    }
}

const CHUNK: usize = 64;

/// Writes bytes as a form carries them, which is ASCII, and returns how long that is.
fn code(bytes: &[u8], coded: &mut [u8; 3 * CHUNK]) -> usize {
    let mut rest = coded.iter_mut();
    for &byte in bytes {
        let mut put = |byte| rest.next().map_or((), |place| *place = byte);
        match byte {
            _ if carries(byte) => put(byte),
            b' ' => put(b'+'),
            _ => {
                put(b'%');
                put(hex_digit(byte >> 4));
                put(hex_digit(byte & 15));
            }
        }
    }
    let left = rest.len();
    coded.len() - left
}

fn hex_digit(nibble: u8) -> u8 {
    if nibble < 10 { b'0' + nibble } else { b'A' + nibble - 10 }
}

/// Whether a form carries all of this text as it is.
pub(crate) fn is_plain(text: &str) -> bool {
    text.bytes().all(carries)
}

#[inline(always)]
fn carries(byte: u8) -> bool {
    PLAIN.get(usize::from(byte)).copied().unwrap_or_default()
}

/// Reads a form or a query. `None` if it has more than [`MAX_PAIRS`] pairs.
pub fn decode(form: &[u8]) -> Option<Vec<(Cow<'_, str>, Cow<'_, str>)>> {
    let pairs: Vec<_> = form_urlencoded::parse(form).take(MAX_PAIRS + 1).collect();
    (pairs.len() <= MAX_PAIRS).then_some(pairs)
}
