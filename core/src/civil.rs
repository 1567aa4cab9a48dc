//! Moments as the service writes them: in its own time zone, UTC+8, which has no summer time.

const ZONE_SECONDS: i64 = 8 * 3600;
pub(crate) const DAY_SECONDS: i64 = 86_400;

/// The day of a unix time, `YYYY-MM-DD`.
pub(crate) fn day(unix: i64) -> String {
    let (year, month, day) = date_of(unix.saturating_add(ZONE_SECONDS).div_euclid(DAY_SECONDS));
    format!("{year:04}-{month:02}-{day:02}")
}

/// Year, month and day that so many days after 1970-01-01 are.
pub(crate) fn date_of(days: i64) -> (i64, i64, i64) {
    // Days counted in eras of 400 years from 0000-03-01, so that a leap day is the last of its year.
    let shifted = days.saturating_add(719_468);
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era.saturating_mul(400) + i64::from(month <= 2);
    (year, month, day)
}

/// The other way: the year has at most four digits, the month is one from 1 to 12, and the day may be after its end.
pub(crate) fn days_to((year, month, day): (i64, i64, i64)) -> i64 {
    let (year, month_from_march) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    365 * year + leap_days + (153 * month_from_march + 2) / 5 + day - 1 - 719_468
}

/// The moment of a unix time, `YYYY-MM-DD HH:MM:SS`.
pub(crate) fn moment(unix: i64) -> String {
    let second = unix.saturating_add(ZONE_SECONDS).rem_euclid(DAY_SECONDS);
    format!("{} {:02}:{:02}:{:02}", day(unix), second / 3600, second / 60 % 60, second % 60)
}

#[cfg(test)]
mod tests {
    use super::{day, moment};

    #[test]
    fn moments_in_beijing() {
        assert_eq!(moment(0), "1970-01-01 08:00:00");
        assert_eq!(moment(1_501_572_288), "2017-08-01 15:24:48");
        assert_eq!((day(951_753_599), day(951_753_600)), ("2000-02-28".to_owned(), "2000-02-29".to_owned()));
        assert_eq!((day(4_107_513_600), day(-1)), ("2100-03-01".to_owned(), "1970-01-01".to_owned()));
        assert_eq!(moment(-30_000), "1969-12-31 23:40:00");
        // Nothing panics at the ends.
        let _ = (moment(i64::MAX), moment(i64::MIN));
    }
}
