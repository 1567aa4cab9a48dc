//! What agents write, made readable: JavaScript writes half a character, such as a text that was cut within an emoji, as
//! JSON that no strict reader takes. Such a request would have no answer, and its agent would wait for ever.

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream};

/// Longer lines are handed on as they are; the protocol's reader lets them pass.
const MOST: u64 = 16 << 20;

/// The same lines, with U+FFFD in place of half characters.
pub(super) fn readable(input: impl AsyncRead + Unpin + Send + 'static) -> DuplexStream {
    let (mut out, read) = tokio::io::duplex(1 << 16);
    tokio::spawn(async move {
        let mut input = BufReader::new(input);
        let mut piece = Vec::new();
        let mut whole = true;
        // What cannot be read has ended, and so it is when nobody reads any more.
        while let Ok(1..) = (&mut input).take(MOST).read_until(b'\n', &mut piece).await {
            let ends = piece.ends_with(b"\n");
            if whole && ends {
                mend(&mut piece);
            }
            whole = ends;
            if out.write_all(&piece).await.is_err() {
                return;
            }
            piece.clear();
            piece.shrink_to(1 << 16);
        }
    });
    read
}

/// Writes `\ufffd` over each escape of half a character.
fn mend(line: &mut [u8]) {
    let mut rest = line;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        rest = rest.get_mut(at..).unwrap_or_default();
        let step = match (unit(rest), unit(rest.get(6..).unwrap_or_default())) {
            (Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => 12,
            (Some(0xd800..0xe000), _) => {
                if let Some(digits) = rest.get_mut(2..6) {
                    digits.copy_from_slice(b"fffd");
                }
                6
            }
            _ => 2,
        };
        rest = rest.get_mut(step..).unwrap_or_default();
    }
}

/// The half that an escape such as `\ud83d` stands for.
fn unit(escape: &[u8]) -> Option<u16> {
    let digits = str::from_utf8(escape.strip_prefix(b"\\u")?.get(..4)?).ok()?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::{MOST, mend, readable};

    #[test]
    fn half_characters_are_replaced() {
        for (line, mended) in [
            (r#"{"a":"x\ud83d"}"#, r#"{"a":"x\ufffd"}"#),
            (r#""\uDE00\uD83D\ude00""#, r#""\ufffd\uD83D\ude00""#),
            (r#""\ud83d\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#),
            (r#""\ud83d\n""#, r#""\ufffd\n""#),
            (r#""\\ud83d \\\ud83d""#, r#""\\ud83d \\\ufffd""#),
            (r#""\u00e9\ud7ff\ue000""#, r#""\u00e9\ud7ff\ue000""#),
            (r"\", r"\"),
            (r"\ud8", r"\ud8"),
            ("", ""),
        ] {
            let mut line = line.as_bytes().to_vec();
            mend(&mut line);
            assert_eq!(String::from_utf8(line).unwrap(), mended);
        }
    }

    #[tokio::test]
    async fn lines_come_as_they_were() {
        let long = "z".repeat(usize::try_from(2 * MOST).unwrap() + 5);
        let text = format!("{{}}\n\n\"\\ud83d\"\n{long}\n\"\\ud83d\"\nno end");
        let mut read = String::new();
        readable(std::io::Cursor::new(text.clone().into_bytes())).read_to_string(&mut read).await.unwrap();
        assert!(read == text.replace(r"\ud83d", r"\ufffd"), "{}", read.len());
    }
}
