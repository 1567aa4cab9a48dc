//! JSON for people to read.

/// Indents a JSON text and spells its strings out. Numbers keep their digits:
/// going through a number type would turn 9.90 into 9.9 and round long ids.
pub(super) fn pretty(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut depth = 0;
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => {
                let length = string_length(rest);
                let string = &rest[..length];
                let spelled = serde_json::from_str::<String>(string).and_then(|text| serde_json::to_string(&text));
                out.push_str(spelled.as_deref().unwrap_or(string));
                length
            }
            '{' | '[' => {
                out.push(first);
                if let Some(close) = rest[1..].trim_start().chars().next().filter(|next| matches!(next, '}' | ']')) {
                    out.push(close);
                    rest.find(close).unwrap_or(rest.len() - 1) + 1
                } else {
                    depth += 1;
                    new_line(&mut out, depth);
                    1
                }
            }
            '}' | ']' => {
                depth -= 1;
                new_line(&mut out, depth);
                out.push(first);
                1
            }
            ',' => {
                out.push(first);
                new_line(&mut out, depth);
                1
            }
            ':' => {
                out.push_str(": ");
                1
            }
            other => {
                out.push(other);
                other.len_utf8()
            }
        };
        rest = rest[length..].trim_start();
    }
    out
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

/// The length of the string that begins the text, with its quotes.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (index, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return index + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::pretty;

    #[test]
    fn indents_and_keeps_digits() {
        assert_eq!(
            pretty(r#"{"id":9223372036854775807,"price": 9.90,"none":[ ],"list":[1,{}],"text":"a\"{,"}"#),
            "{\n  \"id\": 9223372036854775807,\n  \"price\": 9.90,\n  \"none\": [],\n  \"list\": [\n    1,\n    {}\n  ],\n  \"text\": \"a\\\"{,\"\n}"
        );
    }

    #[test]
    fn spells_strings_out() {
        assert_eq!(pretty(r#"["\u6d4b\u8bd5\/","\ud800"]"#), "[\n  \"测试/\",\n  \"\\ud800\"\n]");
    }

    #[test]
    fn a_scalar_is_itself() {
        assert_eq!(pretty(" null "), "null");
    }
}
