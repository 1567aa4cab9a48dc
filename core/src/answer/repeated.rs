//! What an answer says that must not get into an error: a page of a proxy, or the service's own message, may well quote
//! what was sent; and an answer with a key, a token or the address of an upload may come broken.

const WORD: &[u8] = b"sign";

/// Most bytes between the word and the signature: `=`, `":"`, `&quot;:&quot;`.
const BETWEEN: usize = 16;

/// Digits of a signature.
const DIGITS: usize = 32;

/// How names end whose values are secret: `partner_key`, `user_token`, `upload_url`.
const NAMES: [&[u8]; 5] = [b"_key", b"password", b"token", b"secret", b"_url"];

/// Most bytes between such a name and its value.
const JUNCTION: usize = 48;

/// The text with `***` for signatures and for values that stand after secret names, however they are quoted.
pub(super) fn without_secrets(text: &str) -> String {
    let text = without_signatures(text);
    let mut shown = Shown::of(&text);
    let mut at = 0;
    while let Some((before, after)) = text.as_bytes().split_at_checked(at) {
        if NAMES.iter().any(|name| before.ends_with(name))
            && let Some((begin, end)) = value(after)
        {
            shown.hide(at + begin, at + end);
            at += end;
        }
        at += 1;
    }
    shown.whole()
}

/// A text of which parts are hidden, from its beginning to its end.
struct Shown<'a> {
    text: &'a str,
    shown: String,
    /// Where what was not looked at yet begins.
    rest: usize,
}

impl<'a> Shown<'a> {
    fn of(text: &'a str) -> Shown<'a> {
        Shown { text, shown: String::new(), rest: 0 }
    }

    fn hide(&mut self, begin: usize, end: usize) {
        self.shown.push_str(self.text.get(self.rest..begin).unwrap_or_default());
        self.shown.push_str("***");
        self.rest = end;
    }

    fn whole(mut self) -> String {
        self.shown.push_str(self.text.get(self.rest..).unwrap_or_default());
        self.shown
    }
}

/// Where the value of a name begins and ends in what stands after it, if it has one: after `=`, `":"`, `] => `, `</td><td>`.
fn value(after: &[u8]) -> Option<(usize, usize)> {
    let (mut begin, mut joined, mut quote) = (0, false, false);
    loop {
        let left = after.get(begin..).filter(|_| begin <= JUNCTION)?;
        let byte = *left.first()?;
        begin += match byte {
            b'=' | b':' | b'"' | b'\'' | b'\\' | b' ' | b'[' | b']' | b'>' => 1,
            b'<' => left.iter().take(JUNCTION).position(|byte| *byte == b'>')? + 1,
            b'&' if left.starts_with(b"&quot;") => b"&quot;".len(),
            b'&' | b',' | b'}' | b')' => return None,
            _ if joined => {
                let ends = |byte: &u8| {
                    *byte == b'"' || !quote && matches!(byte, b'&' | b'<' | b'\'' | b',' | b'}' | b']' | b'\n')
                };
                return Some((begin, begin + left.iter().position(ends).unwrap_or(left.len())));
            }
            _ => return None,
        };
        quote = byte == b'"';
        joined |= matches!(byte, b'=' | b':' | b'<');
    }
}

/// The text with `***` for signatures.
fn without_signatures(text: &str) -> String {
    let mut shown = Shown::of(text);
    let mut digits = 0;
    // What ends the text ends its digits.
    for (at, byte) in text.bytes().chain([b' ']).enumerate() {
        if byte.is_ascii_hexdigit() {
            continue;
        }
        if at - digits >= DIGITS && follows_word(text.as_bytes().get(..digits).unwrap_or_default()) {
            shown.hide(digits, at);
        }
        digits = at + 1;
    }
    shown.whole()
}

fn follows_word(before: &[u8]) -> bool {
    let near = before.len().saturating_sub(BETWEEN + WORD.len());
    before.get(near..).is_some_and(|near| near.windows(WORD.len()).any(|window| window == WORD))
}

#[cfg(test)]
mod tests {
    use super::{without_secrets, without_signatures};

    const SIGNATURE: &str = "0123456789abcdef0123456789ABCDEF";

    #[test]
    fn signatures_are_hidden_however_they_are_quoted() {
        for (before, after) in [
            ("cannot GET /openapi/room/info?room_id=1&sign=", "&x=1"),
            ("{\"sign\":\"", "\"}"),
            ("sign&quot;:&quot;", ""),
            ("签名 sign：", "。"),
            ("sign sign=", "0"),
        ] {
            let shown = without_signatures(&format!("{before}{SIGNATURE}{after}"));
            assert_eq!(shown, format!("{before}***{}", after.trim_start_matches('0')));
        }
        let twice = format!("sign={SIGNATURE}&sign={SIGNATURE}");
        assert_eq!(without_signatures(&twice), "sign=***&sign=***");
    }

    #[test]
    fn what_is_none_is_shown() {
        for text in [
            "",
            "sign error",
            "sign=0123456789abcdef0123456789abcde",
            "room 26010110000000",
            "request 0123456789abcdef0123456789abcdef",
            "sign was not given, request 0123456789abcdef0123456789abcdef",
            "sign=签名",
        ] {
            assert_eq!(without_signatures(text), text);
        }
    }

    #[test]
    fn values_of_secret_names_are_hidden_however_they_are_quoted() {
        for (text, shown) in [
            (r#"{"code":0,"data":{"partner_key":"a+b/c=="#, r#"{"code":0,"data":{"partner_key":"***"#),
            (r#"{"partner_key": ["a"], "x": 1}"#, r#"{"partner_key": ["***"], "x": 1}"#),
            (r#"{\"secret_key\":\"a\"}"#, r#"{\"secret_key\":\"***"}"#),
            (r#"{"password":"a b,&c","y":2}"#, r#"{"password":"***","y":2}"#),
            ("POST name=x&password=a%26b&role=0", "POST name=x&password=***&role=0"),
            ("[password] => a b\n[role] => 0", "[password] => ***\n[role] => 0"),
            ("password&quot;:&quot;a&quot;", "password&quot;:&quot;***&quot;"),
            (r#"<td>password</td><td><pre>"a"</pre></td>"#, r#"<td>password</td><td><pre>"***"</pre></td>"#),
            (r#""upload_url":"http:\/\/u\/?a=1&token=2","z":3"#, r#""upload_url":"***","z":3"#),
            ("user_token=1, password=2", "user_token=***, password=***"),
            ("token=密钥", "token=***"),
        ] {
            assert_eq!(without_secrets(text), shown);
        }
    }

    #[test]
    fn what_an_answer_of_any_length_holds_is_looked_at_once() {
        for text in ["token<", "password=", "_key=\"", "token&quot;", "sign=0123456789abcdef"] {
            assert!(!without_secrets(&text.repeat(1 << 18)).is_empty());
        }
    }

    #[test]
    fn names_without_values_are_shown() {
        for text in [
            "参数password不能为空",
            "the token is not right",
            "password",
            "password=",
            r#"{"token":"","upload_url":"#,
            "user_token=&room_id=1",
            "tokens: 3",
            "Unexpected token < in JSON",
        ] {
            assert_eq!(without_secrets(text), text);
        }
    }
}
