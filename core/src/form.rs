//! `application/x-www-form-urlencoded`, both ways.

use std::borrow::Cow;

/// Most pairs that are read from one form; more are refused, not skipped.
pub const MAX_PAIRS: usize = 10_000;

/// Appends pairs to a form, URL-encoded.
pub fn encode<'p>(pairs: impl IntoIterator<Item = (&'p str, &'p str)>) -> String {
    let mut form = form_urlencoded::Serializer::new(String::with_capacity(512));
    for (name, value) in pairs {
        form.append_pair(name, value);
    }
    form.finish()
}

/// Reads a form or a query. `None` if it has more than [`MAX_PAIRS`] pairs.
pub fn decode(form: &[u8]) -> Option<Vec<(Cow<'_, str>, Cow<'_, str>)>> {
    let pairs: Vec<_> = form_urlencoded::parse(form).take(MAX_PAIRS + 1).collect();
    (pairs.len() <= MAX_PAIRS).then_some(pairs)
}
