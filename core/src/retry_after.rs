//! The header Retry-After: how long the service wants to be left alone. One reader for all languages.

use std::time::Duration;

use crate::civil::{DAY_SECONDS, date_of, days_to};

/// How long to wait after the text of the header; `unix` is this machine's time in seconds. `None` if it says nothing
/// that can be understood: no header, a negative number, words. A date that has passed says not to wait.
///
/// ```
/// use baijiayun_core::retry_after;
/// use std::time::Duration;
///
/// assert_eq!(retry_after("120", 0), Some(Duration::from_secs(120)));
/// assert_eq!(retry_after("Tue, 01 Aug 2017 07:25:00 GMT", 1_501_572_288), Some(Duration::from_secs(12)));
/// assert_eq!(retry_after("-1", 0), None);
/// ```
pub fn retry_after(header: &str, unix: i64) -> Option<Duration> {
    let header = header.trim();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, part) = header.split_once('.').unwrap_or((header, "0"));
    if is_number(whole) && is_number(part) {
        // More than fits is more than anybody waits.
        let seconds = whole.parse().unwrap_or(u64::MAX);
        let begun = part.bytes().any(|digit| digit != b'0');
        return Some(Duration::from_secs(seconds.saturating_add(u64::from(begun))));
    }
    let until = http_date(header)?.saturating_sub(unix.max(0));
    Some(Duration::from_secs(u64::try_from(until).unwrap_or_default()))
}

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDec";

/// The unix time of a date in one of the three forms that HTTP knows (RFC 9110, 5.6.7). (The crate httpdate, which the
/// tests compare with, is 5 kB of WebAssembly.)
fn http_date(text: &str) -> Option<i64> {
    WEEKDAYS.iter().zip(0..).find_map(|(name, weekday)| {
        let (short, _) = name.split_at_checked(3)?;
        let read = match text.strip_prefix(name) {
            Some(rest) => {
                fields(rest, b", DD-NNN-YY hh:mm:ss GMT").map(|read| Read { year: of_century(read.year), ..read })
            }
            None => {
                let rest = text.strip_prefix(short)?;
                fields(rest, b", DD NNN YYYY hh:mm:ss GMT").or_else(|| fields(rest, b" NNN DD hh:mm:ss YYYY"))
            }
        };
        read?.unix(weekday)
    })
}

/// A year of two digits is one from 1970 to 2069.
fn of_century(year: i64) -> i64 {
    if year < 70 { 2000 + year } else { 1900 + year }
}

#[derive(Default)]
struct Read {
    year: i64,
    /// The letters of its name, as a number.
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
}

/// Reads a text by a form, in which each letter stands for a digit of its field, or for a letter of the month.
fn fields(text: &str, form: &[u8]) -> Option<Read> {
    if text.len() != form.len() {
        return None;
    }
    let mut read = Read::default();
    for (byte, place) in text.bytes().zip(form) {
        let field = match place {
            b'Y' => &mut read.year,
            b'D' => &mut read.day,
            b'h' => &mut read.hour,
            b'm' => &mut read.minute,
            b's' => &mut read.second,
            b'N' => {
                read.month = read.month << 8 | i64::from(byte);
                continue;
            }
            _ if *place == byte => continue,
            _ => return None,
        };
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            // The first form of C has the day in two columns.
            b' ' if *place == b'D' && *field == 0 && form.starts_with(b" ") => 0,
            _ => return None,
        };
        *field = *field * 10 + i64::from(digit);
    }
    Some(read)
}

impl Read {
    /// `None` if there is no such day, or it is another day of the week (counted from Monday).
    fn unix(&self, weekday: i64) -> Option<i64> {
        let (names, _) = MONTHS.as_chunks::<3>();
        let month = names
            .iter()
            .position(|name| name.iter().fold(0, |code, byte| code << 8 | i64::from(*byte)) == self.month)?;
        let date = (self.year, month as i64 + 1, self.day);
        let days = days_to(date);
        let is_right = date_of(days) == date && (days + 3).rem_euclid(7) == weekday && self.year >= 1970;
        let is_time = self.hour < 24 && self.minute < 60 && self.second < 60;
        (is_right && is_time).then_some(days * DAY_SECONDS + self.hour * 3600 + self.minute * 60 + self.second)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use proptest::prelude::*;

    use super::http_date;

    fn by_httpdate(text: &str) -> Option<i64> {
        let time = httpdate::parse_http_date(text).ok()?;
        time.duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs() as i64)
    }

    #[test]
    fn the_three_forms() {
        for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            assert_eq!(http_date(text), Some(784_111_777), "{text}");
        }
        for text in [
            "Mon, 06 Nov 1994 08:49:37 GMT",
            "Fri, 31 Feb 2025 00:00:00 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun Nov   08:49:37 1994",
        ] {
            assert_eq!((http_date(text), by_httpdate(text)), (None, None), "{text}");
        }
    }

    proptest! {
        #[test]
        fn written_dates_are_read(unix in 0..253_402_300_800_i64) {
            let text = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(unix as u64));
            prop_assert_eq!(http_date(&text), Some(unix));
        }

        #[test]
        fn as_httpdate_reads_them(
            text in "(Mon|Tue|Sun|Sunday|Tuesday)(, (0[0-9]|3[01]|[ 12][0-9])[ -](Jan|Feb|Mai|Dec)[ -](20|19)?[0-9]{2} | (Jan|Feb|Mai|Dec) [ 0-3][0-9 ] )[ 0-2][0-9]:[0-6][0-9]:[0-6][0-9] (GMT|[12][09][0-9]{2})"
        ) {
            prop_assert_eq!(http_date(&text), by_httpdate(&text), "{}", text);
        }
    }
}
