//! The memory by which texts cross, and how steps are laid out on it.

use std::borrow::Cow;
use std::time::Duration;

use baijiayun_core::engine::Trace;
use baijiayun_core::host::Told;
use baijiayun_core::{Answer, Body, Request};

/// So many bytes come before the text: the numbers of a step, little-endian doubles.
///
/// | first number: the step | the others | text |
/// |---|---|---|
/// | 0: any, as JSON | | the JSON |
/// | 1: to send a form; 2: to send a GET | the call, the timeout, where the URL begins, most bytes of the answer | the form (ASCII), the URL |
/// | 3: done, with nothing more to say | attempts, time waited, `ts` or NaN, 1: `store_down` + 2: `budget_exhausted` | the data |
const HEAD: usize = 5 * 8;

/// A page with more room is given back when less is asked for.
const KEPT: usize = 1 << 16;

#[derive(Default)]
pub(crate) struct Page(Vec<u8>);

impl Page {
    pub(crate) fn address(&self) -> *const u8 {
        self.0.as_ptr()
    }

    /// Makes room for at least so many bytes of text, and says whether there is memory for it. What stood there may be
    /// lost.
    pub(crate) fn make_room(&mut self, room: usize) -> bool {
        if self.room() < room || self.room() > KEPT.max(room) {
            self.0 = Vec::new();
            if self.0.try_reserve_exact(HEAD + room).is_err() {
                return false;
            }
            self.0.resize(HEAD + room, 0);
        }
        true
    }

    fn room(&self) -> usize {
        self.0.len().saturating_sub(HEAD)
    }

    pub(crate) fn bytes(&self, length: usize) -> &[u8] {
        self.0.get(HEAD..).and_then(|text| text.get(..length)).unwrap_or_default()
    }

    /// JavaScript wrote it as UTF-8.
    pub(crate) fn text(&self, length: usize) -> &str {
        str::from_utf8(self.bytes(length)).unwrap_or_default()
    }

    /// Lays out a step and returns the length of its text.
    pub(crate) fn tell(&mut self, told: Told) -> usize {
        match told {
            Told::Send { call, request: Request { url, body: Body::Form(form), .. }, timeout, max_answer } => self.lay(
                [1.0, call as f64, millis(timeout), form.len() as f64, max_answer as f64],
                &[form.as_bytes(), url.as_bytes()],
            ),
            Told::Send { call, request: Request { url, body: Body::Empty, .. }, timeout, max_answer } => {
                self.lay([2.0, call as f64, millis(timeout), 0.0, max_answer as f64], &[url.as_bytes()])
            }
            Told::Done { answer: Answer { data, msg, ts, departures }, trace }
                if msg.is_empty() && departures.is_empty() =>
            {
                let ts = ts.map_or(f64::NAN, |ts| ts as f64);
                self.lay(
                    [3.0, f64::from(trace.attempts), millis(trace.waited()), ts, flags(&trace)],
                    &[&escaped(&data)],
                )
            }
            told => self.lay([0.0; 5], &[&escaped(&told.into_json())]),
        }
    }

    fn lay(&mut self, numbers: [f64; 5], texts: &[&[u8]]) -> usize {
        let length = texts.iter().map(|text| text.len()).sum();
        if self.room() < length {
            self.0 = vec![0; HEAD + length];
        }
        let mut rest = self.0.as_mut_slice();
        let mut place = |bytes: &[u8]| {
            if let Some((here, after)) = std::mem::take(&mut rest).split_at_mut_checked(bytes.len()) {
                here.copy_from_slice(bytes);
                rest = after;
            }
        };
        numbers.iter().for_each(|number| place(&number.to_le_bytes()));
        texts.iter().for_each(|text| place(text));
        length
    }
}

/// JSON in ASCII. JavaScript makes a string of that many times as soon as of other UTF-8, and parses it as soon.
fn escaped(json: &[u8]) -> Cow<'_, [u8]> {
    let mut rest = str::from_utf8(json).unwrap_or_default();
    if rest.is_ascii() {
        return Cow::Borrowed(json);
    }
    let mut ascii = Vec::with_capacity(json.len() + json.len() / 4);
    loop {
        let (before, after) = rest.split_at_checked(ascii_run(rest.as_bytes())).unwrap_or_default();
        ascii.extend_from_slice(before.as_bytes());
        let mut chars = after.chars();
        let Some(char) = chars.next() else { return Cow::Owned(ascii) };
        for unit in char.encode_utf16(&mut [0; 2]) {
            let digit =
                |shift: u16| char::from_digit(u32::from(*unit >> shift & 15), 16).map_or(0, |digit| digit as u8);
            ascii.extend_from_slice(&[b'\\', b'u', digit(12), digit(8), digit(4), digit(0)]);
        }
        rest = chars.as_str();
    }
}

/// How many of the first bytes are ASCII.
fn ascii_run(text: &[u8]) -> usize {
    let (chunks, rest) = text.as_chunks();
    for (nth, chunk) in chunks.iter().enumerate() {
        let high = u64::from_le_bytes(*chunk) & 0x8080_8080_8080_8080;
        if high != 0 {
            return nth * 8 + high.trailing_zeros() as usize / 8;
        }
    }
    chunks.len() * 8 + rest.iter().take_while(|byte| byte.is_ascii()).count()
}

/// Times are far below 2^53.
fn millis(time: Duration) -> f64 {
    time.as_millis() as f64
}

fn flags(trace: &Trace) -> f64 {
    f64::from(u8::from(trace.store_down) + 2 * u8::from(trace.budget_exhausted))
}
