//! A line as it was copied for a shell, word by word: for bash, for Windows' cmd or for PowerShell.

use std::iter::Peekable;
use std::str::Chars;

type Letters<'l> = Peekable<Chars<'l>>;

/// `None`: its quotes do not close.
pub(crate) fn words(line: &str) -> Option<Vec<String>> {
    shlex::split(&if is_of_cmd(line) { of_cmd(line) } else { of_bash(line) })
}

/// Browsers copy for cmd with a `^` before quotes and at the end of lines; older ones in one line, with quotes twice.
fn is_of_cmd(line: &str) -> bool {
    [" ^\"", " ^\n", " ^\r\n", "\"{\"\""].iter().any(|sign| line.contains(sign))
}

/// What cmd makes of carets, and programs then of quotes: `""` between quotes is one.
fn of_cmd(line: &str) -> String {
    let (mut bare, mut quoted) = (String::new(), false);
    let line = line.replace("\r\n", "\n");
    let mut letters = line.chars().peekable();
    while let Some(letter) = next(&mut letters) {
        if letter == '^' && !quoted {
            // The end of a line goes with its caret, and what follows stands for itself: so an empty line is a line break.
            let behind = next(&mut letters);
            bare.extend(if behind == Some('\n') { next(&mut letters) } else { behind });
        } else {
            quoted ^= letter == '"';
            bare.push(letter);
        }
    }
    let (mut out, mut quoted) = (String::new(), false);
    let mut letters = bare.chars().peekable();
    while let Some(letter) = next(&mut letters) {
        match letter {
            '\\' => {
                out.push(letter);
                out.extend(next(&mut letters));
            }
            '"' if quoted && passes(&mut letters, '"') => out.push_str("\\\""),
            _ => {
                quoted ^= letter == '"';
                out.push(letter);
            }
        }
    }
    out
}

/// With what POSIX does not know in its quotes: `$'it\'s\u0021'`, which browsers copy where a value has such letters. The
/// end of a line behind PowerShell's backtick is a blank.
fn of_bash(line: &str) -> String {
    let (mut out, mut open) = (String::new(), None);
    let mut letters = line.chars().peekable();
    while let Some(letter) = next(&mut letters) {
        match (open, letter) {
            (None, '$') if passes(&mut letters, '\'') => {
                out.push('\'');
                // One that does not close is left open.
                if let Some(text) = unescaped(&mut letters) {
                    out.push_str(&text.replace('\'', r"'\''"));
                    out.push('\'');
                }
                continue;
            }
            (None, '`') if passes(&mut letters, '\r') | passes(&mut letters, '\n') => {
                out.push(' ');
                continue;
            }
            (None, '\'' | '"') => open = Some(letter),
            (Some(quote), _) if quote == letter => open = None,
            // What is escaped opens and closes nothing.
            (None | Some('"'), '\\') => {
                passes(&mut letters, '\r');
                // The end of a line is nothing then.
                let behind = next(&mut letters);
                if behind != Some('\n') {
                    out.push(letter);
                    out.extend(behind);
                }
                continue;
            }
            _ => {}
        }
        out.push(letter);
    }
    out
}

/// What stands in `$'...'`, if that ends. Browsers give units of UTF-16 by `\u`, and by `\x` letters below 256, where bash has bytes.
fn unescaped(letters: &mut Letters<'_>) -> Option<String> {
    let (mut units, mut bytes) = (Vec::new(), Vec::new());
    loop {
        let escape = match next(letters)? {
            '\'' => break,
            '\\' => next(letters)?,
            letter => {
                add(&mut units, &mut bytes, letter);
                continue;
            }
        };
        let code = match escape {
            'x' => number(letters, 0, 16, 2),
            'u' => number(letters, 0, 16, 4),
            'U' => number(letters, 0, 16, 8),
            '0'..='7' => number(letters, escape.to_digit(8).unwrap_or_default(), 8, 2).or(escape.to_digit(8)),
            'c' => next(letters).map(|letter| u32::from(letter) & 0x1f),
            _ => "abtnvfr".find(escape).and_then(|at| u32::try_from(at + 7).ok()),
        };
        match (escape, code) {
            ('x' | '0'..='7', Some(code)) => bytes.extend(u8::try_from(code & 0xff)),
            ('u', Some(code)) => {
                flush(&mut units, &mut bytes);
                units.extend(u16::try_from(code));
            }
            (_, Some(code)) => add(&mut units, &mut bytes, char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)),
            ('e' | 'E', None) => add(&mut units, &mut bytes, '\u{1b}'),
            ('\\' | '\'' | '"' | '?', None) => add(&mut units, &mut bytes, escape),
            (_, None) => {
                add(&mut units, &mut bytes, '\\');
                add(&mut units, &mut bytes, escape);
            }
        }
    }
    flush(&mut units, &mut bytes);
    Some(String::from_utf16_lossy(&units))
}

/// A letter of its own, behind the bytes before it.
fn add(units: &mut Vec<u16>, bytes: &mut Vec<u8>, letter: char) {
    flush(units, bytes);
    units.extend_from_slice(letter.encode_utf16(&mut [0; 2]));
}

/// Bytes that follow each other are UTF-8, or else letters one by one.
fn flush(units: &mut Vec<u16>, bytes: &mut Vec<u8>) {
    match std::str::from_utf8(bytes) {
        Ok(text) => units.extend(text.encode_utf16()),
        Err(_) => units.extend(bytes.iter().copied().map(u16::from)),
    }
    bytes.clear();
}

/// So many digits at most, behind those that were read; `None` if there is none.
fn number(letters: &mut Letters<'_>, read: u32, radix: u32, most: usize) -> Option<u32> {
    let (mut number, mut found) = (read, None);
    for _ in 0..most {
        let Some(digit) = letters.peek().and_then(|letter| letter.to_digit(radix)) else { break };
        next(letters);
        number = number * radix + digit;
        found = Some(number);
    }
    found
}

/// In one place for all of the above: the WebAssembly of the explorer is to be small.
#[inline(never)]
fn next(letters: &mut Letters<'_>) -> Option<char> {
    letters.next()
}

/// Whether that letter comes next, which is passed over then.
#[inline(never)]
fn passes(letters: &mut Letters<'_>, wanted: char) -> bool {
    letters.next_if_eq(&wanted).is_some()
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn each_shell_in_its_way() {
        for (line, wanted) in [
            // bash, as people write it and as browsers copy it.
            ("curl -sS \\\n -d 'a b'", ["curl", "-sS", "-d", "a b"].as_slice()),
            ("curl \\\r\n -d \"a\\\"b\"", &["curl", "-d", "a\"b"]),
            (r"curl -d $'it\'s\u0021 \041 \\ \n'", &["curl", "-d", "it's! ! \\ \n"]),
            (r"curl -d $'\ud83d\ude00 \ud83d'", &["curl", "-d", "\u{1f600} \u{fffd}"]),
            (r"curl -d $'\xe6\xb5\x8b \346\265\213 \U0001F600'", &["curl", "-d", "测 测 \u{1f600}"]),
            (r"curl -d $'caf\xe9'", &["curl", "-d", "café"]),
            (r"curl -d $'\b\f\v\a\e\cA\q\x\u'", &["curl", "-d", "\u{8}\u{c}\u{b}\u{7}\u{1b}\u{1}\\q\\x\\u"]),
            (r"curl -d $'' -H 'a: $'", &["curl", "-d", "", "-H", "a: $"]),
            // What stands in quotes is no end of a line.
            ("curl -d 'a`\nb\\\nc'", &["curl", "-d", "a`\nb\\\nc"]),
            (r"curl -d $'a\\\nb'", &["curl", "-d", "a\\\nb"]),
            // PowerShell.
            ("curl.exe `\n -d 'a b' `\r\n -s", &["curl.exe", "-d", "a b", "-s"]),
            // cmd: of Chromium now and before.
            ("curl ^\"https://a/^\" ^\r\n  -d ^\"a^%^20b^&c^\"", &["curl", "https://a/", "-d", "a%20b&c"]),
            ("curl ^\"https://a/^\" ^\n  -d ^\"a^\n\nb^\"", &["curl", "https://a/", "-d", "a\nb"]),
            ("curl ^\"https://a/^\" -d ^\"^{^\\^\"a^\\^\":1^}^\"", &["curl", "https://a/", "-d", "{\"a\":1}"]),
            (
                "curl \"https://a/\" --data-raw \"{\"\"a\"\":\"\"\"\"}\"",
                &["curl", "https://a/", "--data-raw", "{\"a\":\"\"}"],
            ),
        ] {
            assert_eq!(words(line).unwrap_or_else(|| panic!("{line}")), wanted, "{line}");
        }
        assert_eq!(words("curl 'a"), None);
        assert_eq!(words("curl $'a"), None);
    }
}
