//! Reading small JSON texts: parameters, options, events. (serde_json would be a third of the WebAssembly.)

use std::borrow::Cow;
use std::str::FromStr;

use super::{JsonError, Kind, Reason, Result, Scanner};

/// A member of an object.
pub(crate) struct Member<'a> {
    pub(crate) name: Cow<'a, str>,
    /// The value as it is written.
    pub(crate) raw: &'a str,
    /// What a text without escapes or a whole number is signed and sent as, if it is one.
    pub(crate) plain: Option<&'a str>,
}

/// Reads the members of an object in their order. The object has ended well if no item was an error.
///
/// A host that has the members one by one may write them as records in place of an object:
/// [`RECORD`], the name as it is, [`VALUE`], the value as JSON; nothing for no members.
pub(crate) struct Members<'a> {
    scanner: Scanner<'a>,
    state: State,
}

#[derive(PartialEq)]
enum State {
    Before,
    Within,
    Records,
    Over,
}

/// ASCII's separators of records and of their units; JSON holds neither as it is.
const RECORD: u8 = 0x1e;
const VALUE: u8 = 0x1f;

impl<'a> Members<'a> {
    pub(crate) fn of(text: &'a str) -> Members<'a> {
        let are_records = text.is_empty() || text.as_bytes().first() == Some(&RECORD);
        Members { scanner: Scanner::of(text), state: if are_records { State::Records } else { State::Before } }
    }

    fn step(&mut self) -> Result<Option<Member<'a>>> {
        let scanner = &mut self.scanner;
        let more = match self.state {
            State::Before => {
                scanner.expect(b'{')?;
                scanner.peek() != Some(b'}')
            }
            State::Within => scanner.eat(b','),
            State::Records => return scanner.record(),
            State::Over => return Ok(None),
        };
        if more {
            self.state = State::Within;
            return scanner.member().map(Some);
        }
        self.state = State::Over;
        scanner.expect(b'}')?;
        scanner.end()?;
        Ok(None)
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = Result<Member<'a>>;

    fn next(&mut self) -> Option<Result<Member<'a>>> {
        let step = self.step();
        if step.is_err() {
            self.state = State::Over;
        }
        step.transpose()
    }
}

/// The members of an object in their order; values as they are written.
pub(crate) fn members(text: &str) -> Result<Vec<(Cow<'_, str>, &str)>> {
    Members::of(text).map(|member| member.map(|Member { name, raw, .. }| (name, raw))).collect()
}

/// The elements of an array; values as they are written.
pub(crate) fn items(text: &str) -> Result<Vec<&str>> {
    let mut scanner = Scanner::of(text);
    let mut items = Vec::new();
    scanner.expect(b'[')?;
    if !scanner.eat(b']') {
        loop {
            items.push(scanner.written(1)?);
            if !scanner.eat(b',') {
                scanner.expect(b']')?;
                break;
            }
        }
    }
    scanner.end()?;
    Ok(items)
}

/// What a JSON string stands for.
pub(crate) fn text(written: &str) -> Result<Cow<'_, str>> {
    let mut scanner = Scanner::of(written);
    let text = scanner.text()?;
    scanner.end()?;
    Ok(text)
}

impl<'a> Scanner<'a> {
    fn member(&mut self) -> Result<Member<'a>> {
        let name = self.text()?;
        self.expect(b':')?;
        self.value_of(name)
    }

    fn record(&mut self) -> Result<Option<Member<'a>>> {
        if self.peek().is_none() {
            return Ok(None);
        }
        self.expect(RECORD)?;
        let start = self.pos();
        while self.peek_raw().is_some_and(|byte| byte != VALUE) {
            self.pos += 1;
        }
        let name = self.span(start, self.pos());
        self.expect(VALUE)?;
        self.value_of(Cow::Borrowed(name)).map(Some)
    }

    fn value_of(&mut self, name: Cow<'a, str>) -> Result<Member<'a>> {
        let kind = self.kind()?;
        let start = self.pos();
        let whole = match kind {
            Kind::Number => self.number()?.whole,
            _ => {
                self.take_escape_seen();
                self.skip(0)?;
                false
            }
        };
        let raw = self.span(start, self.pos());
        let plain = match kind {
            Kind::Text if self.take_escape_seen() => None,
            Kind::Text => between_quotes(raw),
            // Nothing longer than every 64-bit number, and no other way to write 0.
            _ => Some(raw).filter(|raw| whole && raw.len() < 19 && *raw != "-0"),
        };
        Ok(Member { name, raw, plain })
    }

    /// Steps over a value and returns it as it is written.
    fn written(&mut self, depth: u16) -> Result<&'a str> {
        self.skip_space();
        let start = self.pos();
        self.skip(depth)?;
        Ok(self.span(start, self.pos()))
    }

    /// Steps over a string and returns what it stands for.
    fn text(&mut self) -> Result<Cow<'a, str>> {
        self.take_escape_seen();
        let written = self.written(0)?;
        let Some(inner) = between_quotes(written) else { return self.fail() };
        if !self.take_escape_seen() {
            return Ok(Cow::Borrowed(inner));
        }
        unescaped(inner).ok_or(JsonError { reason: Reason::Encoding, offset: self.pos() })
    }
}

fn between_quotes(written: &str) -> Option<&str> {
    written.strip_prefix('"')?.strip_suffix('"')
}

/// What stands for itself or is escaped between the quotes of a JSON string.
/// `None` if half a surrogate pair is there, which is no character.
pub(crate) fn unescaped(inner: &str) -> Option<Cow<'_, str>> {
    let Some((before, mut escape)) = inner.split_once('\\') else { return Some(Cow::Borrowed(inner)) };
    let mut text = String::with_capacity(inner.len());
    text.push_str(before);
    loop {
        let mut chars = escape.chars();
        text.push(match chars.next()? {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let unit = unit(&mut chars)?;
                let mut units = [Some(unit), None];
                if (0xD800..0xDC00).contains(&unit) && chars.next()? == '\\' && chars.next()? == 'u' {
                    units = [Some(unit), Some(self::unit(&mut chars)?)];
                }
                char::decode_utf16(units.into_iter().flatten()).next()?.ok()?
            }
            itself => itself,
        });
        let rest = chars.as_str();
        match rest.split_once('\\') {
            Some((before, next)) => {
                text.push_str(before);
                escape = next;
            }
            None => {
                text.push_str(rest);
                return Some(Cow::Owned(text));
            }
        }
    }
}

/// Four hexadecimal digits.
fn unit(chars: &mut std::str::Chars<'_>) -> Option<u16> {
    let digits = chars.as_str().get(..4)?;
    *chars = chars.as_str().get(4..)?.chars();
    u16::from_str_radix(digits, 16).ok()
}

/// An object whose members are taken one by one. What is left at the end is
/// refused: it is misspelt, or twice there. A member that is null is not there.
///
/// No error shows a value: it may be a key.
pub(crate) struct Object<'a> {
    members: Vec<(Cow<'a, str>, &'a str)>,
    known: Vec<&'static str>,
}

type Said<T> = std::result::Result<T, String>;

impl<'a> Object<'a> {
    pub(crate) fn read(text: &'a str) -> Said<Object<'a>> {
        let members = members(text).map_err(|error| format!("it is no JSON object: {error}"))?;
        Ok(Object { members, known: Vec::with_capacity(16) })
    }

    /// A member as it is written.
    #[inline(never)]
    pub(crate) fn take(&mut self, name: &'static str) -> Option<&'a str> {
        self.known.push(name);
        let index = self.members.iter().position(|(known, _)| known == name)?;
        Some(self.members.remove(index).1).filter(|value| *value != "null")
    }

    fn maybe<T>(&mut self, name: &'static str, what: &str, read: impl FnOnce(&'a str) -> Option<T>) -> Said<Option<T>> {
        let Some(value) = self.take(name) else { return Ok(None) };
        read(value).map(Some).ok_or_else(|| format!("{name} must be {what}"))
    }

    #[inline(never)]
    pub(crate) fn text(&mut self, name: &'static str) -> Said<Option<String>> {
        self.maybe(name, "a string", |value| text(value).ok().map(Cow::into_owned))
    }

    pub(crate) fn number<T: FromStr>(&mut self, name: &'static str) -> Said<Option<T>> {
        self.maybe(name, "a whole number", |value| value.parse().ok())
    }

    #[inline(never)]
    pub(crate) fn flag(&mut self, name: &'static str) -> Said<Option<bool>> {
        self.maybe(name, "true or false", |value| match value {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        })
    }

    #[inline(never)]
    pub(crate) fn texts(&mut self, name: &'static str) -> Said<Option<Vec<String>>> {
        let read = |value| {
            let items = items(value).ok()?;
            items.into_iter().map(|item| text(item).ok().map(Cow::into_owned)).collect()
        };
        self.maybe(name, "an array of strings", read)
    }

    /// Two whole numbers in an array.
    #[inline(never)]
    pub(crate) fn pair(&mut self, name: &'static str) -> Said<Option<(u32, u32)>> {
        self.maybe(name, "an array of two whole numbers", |value| match items(value).ok()?.as_slice() {
            [first, second] => Some((first.parse().ok()?, second.parse().ok()?)),
            _ => None,
        })
    }

    #[inline(never)]
    pub(crate) fn object(&mut self, name: &'static str) -> Said<Option<Object<'a>>> {
        self.maybe(name, "an object", |value| Object::read(value).ok())
    }

    /// The members that are left, all of them strings.
    pub(crate) fn rest(self) -> Said<Vec<(String, String)>> {
        let pair = |(name, value): (Cow<'_, str>, &str)| match text(value) {
            Ok(text) => Ok((name.into_owned(), text.into_owned())),
            Err(_) => Err(format!("{name} must be a string")),
        };
        self.members.into_iter().map(pair).collect()
    }

    pub(crate) fn finish(self) -> Said<()> {
        match self.members.first() {
            None => Ok(()),
            Some((name, _)) if self.known.iter().any(|known| known == name) => Err(format!("{name} is there twice")),
            Some((name, _)) => Err(format!("{name} is not known; it takes {}", self.known.join(", "))),
        }
    }
}

/// What a member must be that is not there.
pub(crate) fn needed<T>(name: &str, member: Option<T>) -> Said<T> {
    member.ok_or_else(|| format!("{name} is missing"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    proptest! {
        #[test]
        fn strings_as_serde_json_reads_them(raw in r#""([a-fn-u/\\"]|\\u[dD][89abcdAB][0-9a-f]{2}|教){0,9}""#) {
            prop_assert_eq!(text(&raw).ok().map(Cow::into_owned), serde_json::from_str(&raw).ok(), "{}", raw);
        }

        #[test]
        fn objects_as_serde_json_reads_them(raw in r#"\{("[ab]" ?:([01]|"x"|\[\]|null)[, ]?){0,3}\}?"#) {
            let read = members(&raw).ok().map(|members| {
                let value = |written| serde_json::from_str(written).unwrap_or_default();
                members.into_iter().map(|(name, written)| (name.into_owned(), value(written))).collect()
            });
            prop_assert_eq!(read, serde_json::from_str::<serde_json::Map<String, Value>>(&raw).ok(), "{}", raw);
        }
    }

    #[test]
    fn strings() {
        for (written, expected) in [
            (r#""""#, ""),
            (r#""教室 a""#, "教室 a"),
            (r#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
            (r#""\u6559\ud83d\ude00x""#, "教😀x"),
            (r#" "a" "#, "a"),
        ] {
            assert_eq!(text(written).as_deref(), Ok(expected), "{written}");
        }
        for wrong in
            [r#""\ud83d""#, r#""\ud83dx""#, r#""\ud83d\u0041""#, r#""\ude00""#, r#""a"#, r#""\x""#, "a", "\"\n\""]
        {
            assert!(text(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn objects_are_read_whole() {
        let read = |text| {
            let mut object = Object::read(text)?;
            let found = (object.number::<u32>("n")?, object.text("t")?, object.flag("f")?, object.texts("l")?);
            object.finish().map(|()| found)
        };
        let all = r#" {"n": 1, "t":"\u0061","f" :true,"l":["x", "y"]} "#;
        let list = vec!["x".to_owned(), "y".to_owned()];
        assert_eq!(read(all), Ok((Some(1), Some("a".to_owned()), Some(true), Some(list))));
        assert_eq!(read(r#"{"n":null}"#), Ok((None, None, None, None)));
        for (wrong, expected) in [
            ("[]", "it is no JSON object: unexpected character at byte 0"),
            ("{} {}", "it is no JSON object: unexpected character at byte 3"),
            (r#"{"n":-1}"#, "n must be a whole number"),
            (r#"{"n":4294967296}"#, "n must be a whole number"),
            (r#"{"t":1}"#, "t must be a string"),
            (r#"{"f":1}"#, "f must be true or false"),
            (r#"{"l":["x",1]}"#, "l must be an array of strings"),
            (r#"{"n":1,"n":2}"#, "n is there twice"),
            (r#"{"m":1}"#, "m is not known; it takes n, t, f, l"),
        ] {
            assert_eq!(read(wrong), Err(expected.to_owned()));
        }
    }
}
