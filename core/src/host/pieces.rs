//! Where a large answer can be cut, for hosts that decode it in pieces.

use crate::json::{Kind, Result, Scanner, Writer, array, quoted, unescaped};

/// Long lists deeper than this are not looked for.
const DEEPEST: usize = 16;

/// A long list or map.
struct Cut {
    /// The members that lead to it.
    path: Vec<String>,
    /// Where it begins, and where each piece ends.
    ends: Vec<usize>,
}

/// The long lists and maps in what a host was told: `[{"path":["data","list"],"ends":[120,90120,180001]}]`.
///
/// A list is long if it has more than `size` bytes. `path` are the members that lead to it. `ends` begins with the place
/// of its opening bracket; then come the places at which it can be cut, commas with about `size` bytes between them, and
/// at last its closing bracket. Of a map whose members are large themselves the members are looked at.
pub fn pieces(told: &[u8], size: usize) -> Vec<u8> {
    let mut cuts = Vec::new();
    // What is no JSON has no pieces: the host reads it whole, and says what is wrong.
    let found = Scanner::new(told).and_then(|mut scanner| find(&mut scanner, &mut Vec::new(), size.max(1), &mut cuts));
    if found.is_err() {
        cuts.clear();
    }
    array(cuts.iter().map(|cut| {
        let mut out = Writer::new();
        out.raw("path", &array(cut.path.iter().map(|name| quoted(name).into_bytes())));
        out.raw("ends", &array(cut.ends.iter().map(|end| end.to_string().into_bytes())));
        out.finish()
    }))
}

/// Walks over a value, and tells whether it is large.
fn find(scanner: &mut Scanner<'_>, path: &mut Vec<String>, size: usize, cuts: &mut Vec<Cut>) -> Result<bool> {
    let is_map = match scanner.kind()? {
        Kind::Object if path.len() < DEEPEST => true,
        Kind::Array => false,
        _ => {
            scanner.skip(0)?;
            return Ok(false);
        }
    };
    let (open, close) = if is_map { (b'{', b'}') } else { (b'[', b']') };
    let begin = scanner.pos();
    scanner.expect(open)?;
    if scanner.eat(close) {
        return Ok(false);
    }
    let mut ends = vec![begin];
    let mut last = begin;
    // The long ones in its members; if there are any, it is not cut itself.
    let known = cuts.len();
    let mut has_large = false;
    loop {
        if is_map {
            let name = scanner.string()?;
            let name = str::from_utf8(name).ok().and_then(unescaped).unwrap_or_default().into_owned();
            scanner.expect(b':')?;
            path.push(name);
            has_large |= find(scanner, path, size, cuts)?;
            path.pop();
        } else {
            scanner.skip(0)?;
        }
        if !scanner.eat(b',') {
            break;
        }
        let comma = scanner.pos() - 1;
        if comma - last > size {
            ends.push(comma);
            last = comma;
        }
    }
    scanner.expect(close)?;
    let end = scanner.pos() - 1;
    let is_large = end - begin > size;
    if is_large && !has_large && cuts.len() == known {
        ends.push(end);
        cuts.push(Cut { path: path.clone(), ends });
    }
    Ok(is_large)
}
