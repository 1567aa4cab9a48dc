//! Where things stand in a JSON text.

use super::{Kind, Result, Scanner};

/// A step into a value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Segment<'a> {
    Key(&'a [u8]),
    Index(usize),
}

/// Keys are cut to this many bytes in paths, so that a report stays small.
const MAX_KEY: usize = 64;

/// For example `list[3].user_number`.
pub(crate) fn path(segments: &[Segment<'_>]) -> String {
    let mut path = String::new();
    for segment in segments {
        match segment {
            Segment::Index(index) => path.push_str(&format!("[{index}]")),
            Segment::Key(key) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&String::from_utf8_lossy(key.get(..MAX_KEY).unwrap_or(key)));
            }
        }
    }
    path
}

/// Shows each text, number and word with its path and where it begins and ends.
pub(crate) fn scalars<'a>(
    scanner: &mut Scanner<'a>,
    path: &mut Vec<Segment<'a>>,
    visit: &mut dyn FnMut(&[Segment<'a>], usize, usize),
) -> Result<()> {
    let kind = scanner.kind()?;
    let depth = u16::try_from(path.len()).unwrap_or(u16::MAX);
    let (open, close) = match kind {
        Kind::Object => (b'{', b'}'),
        Kind::Array => (b'[', b']'),
        _ => {
            let start = scanner.pos();
            scanner.skip(depth)?;
            visit(path, start, scanner.pos());
            return Ok(());
        }
    };
    scanner.deeper(depth)?;
    scanner.expect(open)?;
    if scanner.eat(close) {
        return Ok(());
    }
    for index in 0.. {
        let segment = if kind == Kind::Object {
            let key = scanner.string()?;
            scanner.expect(b':')?;
            Segment::Key(key)
        } else {
            Segment::Index(index)
        };
        path.push(segment);
        scalars(scanner, path, visit)?;
        path.pop();
        if !scanner.eat(b',') {
            break;
        }
    }
    scanner.expect(close)
}

/// Steps on to the value at a dotted place. What follows is not looked at, so that a large list is walked over once.
pub(crate) fn find<'a>(mut scanner: Scanner<'a>, place: &str) -> Option<Scanner<'a>> {
    for name in place.split('.').filter(|name| !name.is_empty()) {
        enter(&mut scanner, name)?;
    }
    Some(scanner)
}

/// Steps into an object, on to the value of a member.
fn enter(scanner: &mut Scanner<'_>, name: &str) -> Option<()> {
    scanner.expect(b'{').ok()?;
    loop {
        let key = scanner.string().ok()?;
        scanner.expect(b':').ok()?;
        if key == name.as_bytes() {
            return Some(());
        }
        scanner.skip(0).ok()?;
        if !scanner.eat(b',') {
            return None;
        }
    }
}
