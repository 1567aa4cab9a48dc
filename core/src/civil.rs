//! Moments as the service writes them: in its own time zone, UTC+8, which has no summer time; and as people write them.

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
pub fn moment(unix: i64) -> String {
    let second = unix.saturating_add(ZONE_SECONDS).rem_euclid(DAY_SECONDS);
    format!("{} {:02}:{:02}:{:02}", day(unix), second / 3600, second / 60 % 60, second % 60)
}

/// The unix time that a text names, down to the second: `YYYY-MM-DD`, `YYYY-MM-DD HH:MM`, with seconds and decimals, a
/// blank or T between. With Z or an offset (`+08:00`) it is ISO 8601; without, it is meant in the service's zone. `None`
/// if it is none of these, or not in the calendar.
pub fn read(text: &str) -> Option<i64> {
    let mut rest = Digits(text.as_bytes());
    let year = rest.number(4)?;
    let month = rest.eat(b'-')?.number(2)?;
    let day = rest.eat(b'-')?.number(2).filter(|day| (1..=days_in(year, month)).contains(day))?;
    let mut seconds = days_to((year, month, day)) * DAY_SECONDS;
    let mut zone = ZONE_SECONDS;
    if !rest.0.is_empty() {
        if rest.eat(b' ').is_none() {
            rest.eat(b'T')?;
        }
        seconds += rest.clock()?;
        if rest.eat(b':').is_some() {
            seconds += rest.below(60)?;
            if rest.eat(b'.').is_some() {
                rest.decimals()?;
            }
        }
        match rest.0.split_first() {
            None => {}
            Some((b'Z', after)) => (zone, rest.0) = (0, after),
            Some((sign @ (b'+' | b'-'), after)) => {
                rest.0 = after;
                zone = if *sign == b'+' { rest.clock()? } else { -rest.clock()? };
            }
            Some(_) => return None,
        }
    }
    rest.0.is_empty().then_some(seconds - zone)
}

/// What is left of a text to read.
#[derive(Clone, Copy)]
struct Digits<'t>(&'t [u8]);

impl Digits<'_> {
    fn eat(&mut self, byte: u8) -> Option<&mut Self> {
        self.0 = self.0.strip_prefix(&[byte])?;
        Some(self)
    }

    /// So many digits.
    fn number(&mut self, digits: usize) -> Option<i64> {
        let (number, rest) = self.0.split_at_checked(digits)?;
        self.0 = rest;
        number.iter().try_fold(0, |sum, byte| Some(sum * 10 + i64::from(byte.is_ascii_digit().then(|| byte - b'0')?)))
    }

    /// Two digits that are less than this.
    fn below(&mut self, end: i64) -> Option<i64> {
        self.number(2).filter(|number| *number < end)
    }

    /// Hours and minutes in seconds, with a colon between them or not.
    fn clock(&mut self) -> Option<i64> {
        let hours = self.below(24)?;
        let _ = self.eat(b':');
        Some(hours * 3600 + self.below(60)? * 60)
    }

    fn decimals(&mut self) -> Option<()> {
        let digits = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.0 = self.0.get(digits..)?;
        (digits > 0).then_some(())
    }
}

/// How many days a month has; none if there is no such month.
fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::{day, moment, read};

    #[test]
    fn people_write_moments_in_many_ways() {
        let same = [
            "2017-08-01 15:24:48",
            "2017-08-01T15:24:48",
            "2017-08-01T07:24:48Z",
            "2017-08-01T07:24:48.999Z",
            "2017-08-01 15:24:48+08:00",
            "2017-08-01T08:24:48.5+0100",
            "2017-07-31T21:54:48-09:30",
        ];
        for text in same {
            assert_eq!(read(text), Some(1_501_572_288), "{text}");
        }
        assert_eq!(read("2017-08-01"), Some(1_501_516_800));
        assert_eq!(read("2017-08-01 15:24"), Some(1_501_572_240));
        assert_eq!((read("2016-02-29"), read("1969-12-31")), (Some(1_456_675_200), Some(-115_200)));
        for day in (0..40_000).map(|day| day * 86_400) {
            assert_eq!(read(&moment(day)), Some(day));
        }
    }

    #[test]
    fn what_is_no_moment_is_none() {
        let others = [
            "",
            "2017",
            "2017-8-1",
            "2017-02-29",
            "2100-02-29",
            "2017-13-01",
            "2017-00-10",
            "2017-01-00",
            "2017-04-31",
            "2017-08-01 ",
            "2017-08-01  15:24",
            "2017-08-01 24:00",
            "2017-08-01 15:60",
            "2017-08-01 15:24:60",
            "2017-08-01 15:24:48.",
            "2017-08-01 15",
            "2017-08-01 15:24:48 Z",
            "2017-08-01Z",
            "2017-08-01+08:00",
            "2017-08-01 15:24:48+25:00",
            "2017-08-01 15:24:48+08:00x",
            "2017-08-01t15:24",
            "２０１７-08-01",
            "+017-08-01",
            "2017/08/01",
            "20170801",
            "20170801T152448Z",
            "2017-08-01 15:24:48GMT",
            "tomorrow",
        ];
        for text in others {
            assert_eq!(read(text), None, "{text}");
        }
    }

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
