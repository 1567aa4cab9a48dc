//! Points in time, in whatever form the caller has them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::Value;
use crate::civil;
use crate::json::{self, needed};

/// A point in time as the caller has it. The service gets it as it wants it in that place: unix seconds, or the day or
/// the moment in Beijing (UTC+8).
///
/// | from | meant is |
/// |---|---|
/// | `i64` | unix seconds, no milliseconds |
/// | a text | `2026-11-28` (midnight), `2026-11-28 08:00`, `2026-11-28 08:00:00` in Beijing; with an offset ISO 8601, such as `2026-11-28T00:00:00Z`; or digits as above |
/// | [`SystemTime`] | that moment |
/// | with the feature `jiff` | `Timestamp`, `Zoned`, and in Beijing `civil::DateTime` and `civil::Date` |
///
/// What is no time is refused when the call begins, with [`ErrorKind::InvalidParameters`](crate::ErrorKind::InvalidParameters).
#[derive(Debug, Clone, PartialEq)]
pub struct Time(pub(super) Value);

// No other whole numbers: so a literal needs no type.
macro_rules! time_from {
    ($($from:ty => |$value:ident| $make:expr),+ $(,)?) => {$(
        impl From<$from> for Time {
            fn from($value: $from) -> Time {
                Time($make)
            }
        }
    )+};
}

time_from! {
    i64 => |value| Value::Int(value),
    &i64 => |value| Value::Int(*value),
    &str => |value| Value::Text(value.to_owned()),
    String => |value| Value::Text(value),
    &String => |value| Value::Text(value.clone()),
    SystemTime => |value| Value::Int(unix(value)),
}

#[cfg(feature = "jiff")]
time_from! {
    jiff::Timestamp => |value| Value::Int(value.as_second()),
    jiff::Zoned => |value| Value::Int(value.timestamp().as_second()),
    &jiff::Zoned => |value| Value::Int(value.timestamp().as_second()),
    jiff::civil::DateTime => |value| Value::Text(value.to_string()),
    jiff::civil::Date => |value| Value::Text(value.to_string()),
}

impl Time {
    /// That moment; `None` if it is no time.
    pub fn to_system_time(&self) -> Option<SystemTime> {
        let unix = match &self.0 {
            Value::Int(unix) => *unix,
            Value::Text(text) => civil::read(text).or_else(|| text.parse().ok())?,
            _ => return None,
        };
        let seconds = Duration::from_secs(unix.unsigned_abs());
        if unix < 0 { UNIX_EPOCH.checked_sub(seconds) } else { UNIX_EPOCH.checked_add(seconds) }
    }
}

/// The second that a moment is in.
fn unix(time: SystemTime) -> i64 {
    let seconds = |time: Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => seconds(since),
        Err(before) => -seconds(before.duration()) - i64::from(before.duration().subsec_nanos() > 0),
    }
}

/// A point in time as hosts in other languages give it: milliseconds since 1970 in UTC.
pub(super) fn unix_seconds(raw: &str) -> Result<i64, String> {
    let mut time = json::Object::read(raw)?;
    let unix_ms: i64 = needed("unix_ms", time.number("unix_ms")?)?;
    time.finish()?;
    Ok(unix_ms.div_euclid(1000))
}
