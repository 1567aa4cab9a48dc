//! What an answer repeats of the request: a page of a proxy, or the service's own message, may well quote what was sent.

use std::borrow::Cow;

const WORD: &str = "sign";

/// Most characters between the word and the signature: `=`, `":"`, `&quot;:&quot;`.
const BETWEEN: usize = 16;

/// Digits of a signature.
const DIGITS: usize = 32;

/// The text with `***` for signatures.
pub(super) fn without_signatures(text: &str) -> Cow<'_, str> {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, after)) = around_signature(rest) {
        shown.push_str(before);
        shown.push_str("***");
        rest = after;
    }
    if shown.is_empty() {
        return Cow::Borrowed(text);
    }
    shown.push_str(rest);
    Cow::Owned(shown)
}

/// What stands before the first signature, and after it.
fn around_signature(text: &str) -> Option<(&str, &str)> {
    text.match_indices(WORD).find_map(|(at, word)| {
        let after = text.get(at + word.len()..)?;
        let begins = |at: &usize| after.get(*at..).is_some_and(|text| digits(text).take(DIGITS).count() == DIGITS);
        let start = after.char_indices().map(|(at, _)| at).take(BETWEEN).find(begins)?;
        let end = start + digits(after.get(start..)?).count();
        Some((text.get(..at + word.len() + start)?, after.get(end..)?))
    })
}

/// The hexadecimal digits that a text begins with, a byte each.
fn digits(text: &str) -> impl Iterator<Item = u8> {
    text.bytes().take_while(u8::is_ascii_hexdigit)
}

#[cfg(test)]
mod tests {
    use super::without_signatures;

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
            let shown = without_signatures(&format!("{before}{SIGNATURE}{after}")).into_owned();
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
}
