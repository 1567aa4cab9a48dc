//! Time as the service writes it: in UTC+8.

use jiff::tz::{TimeZone, offset};
use jiff::{Timestamp, Zoned};

/// Unix seconds.
pub(crate) fn now() -> i64 {
    Timestamp::now().as_second()
}

/// `YYYY-MM-DD HH:MM:SS`.
pub(crate) fn datetime(unix: i64) -> String {
    format(unix, "%Y-%m-%d %H:%M:%S")
}

/// In one of strftime's formats.
pub(crate) fn format(unix: i64, pattern: &str) -> String {
    beijing(unix).strftime(pattern).to_string()
}

fn beijing(unix: i64) -> Zoned {
    Timestamp::from_second(unix).unwrap_or_default().to_zoned(TimeZone::fixed(offset(8)))
}

#[cfg(test)]
mod tests {
    #[test]
    fn time_is_that_of_beijing() {
        assert_eq!(super::datetime(1_505_361_000), "2017-09-14 11:50:00");
    }
}
