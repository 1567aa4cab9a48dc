//! The header Retry-After: how long the service wants to be left alone. One reader for all languages.

use std::time::{Duration, UNIX_EPOCH};

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
    let date = httpdate::parse_http_date(header).ok()?.duration_since(UNIX_EPOCH).ok()?;
    let now = Duration::from_secs(u64::try_from(unix).unwrap_or_default());
    Some(date.saturating_sub(now))
}
