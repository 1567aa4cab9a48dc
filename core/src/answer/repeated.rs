//! What an answer repeats of the request: a page of a proxy, or the service's own message, may well quote what was sent.

const WORD: &[u8] = b"sign";

/// Most bytes between the word and the signature: `=`, `":"`, `&quot;:&quot;`.
const BETWEEN: usize = 16;

/// Digits of a signature.
const DIGITS: usize = 32;

/// The text with `***` for signatures.
pub(super) fn without_signatures(text: &str) -> String {
    let mut shown = String::new();
    let (mut rest, mut digits) = (0, 0);
    // What ends the text ends its digits.
    for (at, byte) in text.bytes().chain([b' ']).enumerate() {
        if byte.is_ascii_hexdigit() {
            continue;
        }
        if at - digits >= DIGITS && follows_word(text.as_bytes().get(..digits).unwrap_or_default()) {
            shown.push_str(text.get(rest..digits).unwrap_or_default());
            shown.push_str("***");
            rest = at;
        }
        digits = at + 1;
    }
    shown.push_str(text.get(rest..).unwrap_or_default());
    shown
}

fn follows_word(before: &[u8]) -> bool {
    let near = before.len().saturating_sub(BETWEEN + WORD.len());
    before.get(near..).is_some_and(|near| near.windows(WORD.len()).any(|window| window == WORD))
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
}
