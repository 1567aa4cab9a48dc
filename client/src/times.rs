//! Times of answers as those of the standard library.

use std::time::SystemTime;

use baijiayun_core::Time;

/// A member that holds a time, in one of the service's forms.
pub(crate) trait Told {
    /// The moment; `None` if it says none: the service writes 0 or an empty text for that.
    fn time(&self) -> Option<SystemTime>;
}

impl Told for i64 {
    fn time(&self) -> Option<SystemTime> {
        if *self == 0 { None } else { Time::from(*self).to_system_time() }
    }
}

impl Told for String {
    fn time(&self) -> Option<SystemTime> {
        if self == "0" { None } else { Time::from(self).to_system_time() }
    }
}

impl<T: Told> Told for Option<T> {
    fn time(&self) -> Option<SystemTime> {
        self.as_ref().and_then(Told::time)
    }
}
