//! Time as the service writes it: in UTC+8.

pub(crate) use baijiayun_core::civil::moment as datetime;

/// The digits of a time, from the year down to the second: `20170914115000`.
pub(crate) fn digits(unix: i64) -> String {
    datetime(unix).chars().filter(char::is_ascii_digit).collect()
}

/// The whole seconds of so many milliseconds.
pub(crate) fn seconds(milliseconds: i64) -> i64 {
    milliseconds.div_euclid(1000)
}

#[cfg(test)]
mod tests {
    #[test]
    fn time_is_that_of_beijing() {
        assert_eq!(super::datetime(1_505_361_000), "2017-09-14 11:50:00");
        assert_eq!(super::digits(1_505_361_000), "20170914115000");
    }
}
