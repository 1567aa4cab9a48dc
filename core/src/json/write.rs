//! Writing JSON.

use super::run;

/// Writes an object member by member.
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    pub(crate) fn new() -> Writer {
        Writer(Vec::with_capacity(512))
    }

    /// A value that is JSON already.
    pub(crate) fn raw(&mut self, name: &str, value: &[u8]) {
        self.0.push(if self.0.is_empty() { b'{' } else { b',' });
        quote(&mut self.0, name);
        self.0.push(b':');
        self.0.extend_from_slice(value);
    }

    pub(crate) fn text<'t>(&mut self, name: &str, value: impl Into<Option<&'t str>>) {
        self.raw(name, b"");
        match value.into() {
            Some(text) => quote(&mut self.0, text),
            None => self.0.extend_from_slice(b"null"),
        }
    }

    pub(crate) fn number(&mut self, name: &str, value: impl Into<Option<i64>>) {
        self.number_or_null(name, value.into());
    }

    // Once in the WebAssembly, and not wherever a number is written.
    #[inline(never)]
    fn number_or_null(&mut self, name: &str, value: Option<i64>) {
        self.raw(name, value.map_or("null".to_owned(), |number| number.to_string()).as_bytes());
    }

    pub(crate) fn flag(&mut self, name: &str, value: bool) {
        self.raw(name, if value { b"true" } else { b"false" });
    }

    /// The last member is JSON already and may be large: all the others go in before it, so that it is not held twice.
    pub(crate) fn finish_with(mut self, name: &str, mut value: Vec<u8>) -> Vec<u8> {
        self.raw(name, b"");
        value.reserve_exact(self.0.len() + 1);
        value.splice(..0, self.0);
        value.push(b'}');
        value
    }

    pub(crate) fn finish(mut self) -> Vec<u8> {
        if self.0.is_empty() {
            self.0.push(b'{');
        }
        self.0.push(b'}');
        self.0
    }
}

/// An array of values that are JSON already.
pub(crate) fn array(items: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut array = vec![b'['];
    for item in items {
        if array.len() > 1 {
            array.push(b',');
        }
        array.extend_from_slice(&item);
    }
    array.push(b']');
    array
}

/// A text as a JSON string.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len() + 2);
    quote(&mut out, text);
    String::from_utf8(out).unwrap_or_default()
}

fn quote(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    while let Some((before, [byte, after @ ..])) = rest.split_at_checked(run(rest)) {
        out.extend_from_slice(before);
        match byte {
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0x08 => out.extend_from_slice(b"\\b"),
            0x0c => out.extend_from_slice(b"\\f"),
            0x00..0x20 => {
                out.extend_from_slice(b"\\u00");
                out.push(b'0' + (byte >> 4));
                out.push(b"0123456789abcdef".get(usize::from(byte & 15)).copied().unwrap_or_default());
            }
            _ => out.extend_from_slice(&[b'\\', *byte]),
        }
        rest = after;
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_as_serde_json_writes_them() {
        let every: String = (0..0x80_u8).map(char::from).chain("教😀\u{ffff}".chars()).collect();
        assert_eq!(quoted(&every), serde_json::to_string(&every).unwrap_or_default());
        assert_eq!(quoted(""), r#""""#);
    }

    #[test]
    fn objects() {
        let mut writer = Writer::new();
        writer.text("a", "\"");
        writer.text("b", None);
        writer.number("c", -1);
        writer.flag("d", true);
        writer.raw("e", &array([b"1".to_vec(), Writer::new().finish()].into_iter()));
        assert_eq!(writer.finish(), br#"{"a":"\"","b":null,"c":-1,"d":true,"e":[1,{}]}"#);
    }
}
