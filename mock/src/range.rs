//! The range of a chunk, as uploaders of the service write it.

use std::fmt;

/// `bytes 1-500/2000`: counted from 1, both ends belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    first: u64,
    last: u64,
    /// The size of the whole file.
    pub size: u64,
}

impl Range {
    pub fn read(text: &str) -> Option<Range> {
        let (ends, size) = text.strip_prefix("bytes ")?.split_once('/')?;
        let (first, last) = ends.split_once('-')?;
        let range = Range { first: number(first)?, last: number(last)?, size: number(size)? };
        (1 <= range.first && range.first <= range.last && range.last <= range.size).then_some(range)
    }

    /// How many bytes come before it.
    pub fn start(&self) -> u64 {
        self.first - 1
    }

    /// How many bytes there are with it.
    pub fn end(&self) -> u64 {
        self.last
    }

    pub fn length(&self) -> u64 {
        self.end() - self.start()
    }
}

/// Digits alone: `parse` takes a sign too.
fn number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bytes {}-{}/{}", self.first, self.last, self.size)
    }
}

#[cfg(test)]
mod tests {
    use super::Range;

    #[test]
    fn ranges_count_from_one_and_hold_both_ends() {
        let range = Range::read("bytes 1-500/2000").unwrap();
        assert_eq!((range.start(), range.end(), range.length(), range.size), (0, 500, 500, 2000));
        assert_eq!(range.to_string(), "bytes 1-500/2000");
        assert_eq!(Range::read("bytes 7-7/7").unwrap().length(), 1);
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for text in [
            "",
            "bytes",
            "bytes ",
            "bytes 0-9/10",
            "bytes 2-1/10",
            "bytes 1-11/10",
            "bytes 1-10/*",
            "bytes */10",
            "bytes 1-10",
            "1-10/10",
            "bytes=1-10/10",
            "bytes +1-10/10",
            "bytes 1-10/10 ",
            "bytes -10/10",
            "bytes 1-/10",
            "bytes 1-99999999999999999999/99999999999999999999",
        ] {
            assert_eq!(Range::read(text), None, "{text}");
        }
    }
}
