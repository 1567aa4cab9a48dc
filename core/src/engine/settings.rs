//! Settings of an engine and of a call, and what they may be: one check for all languages.

use std::time::Duration;

use super::{Priority, QuotaSettings, Retry, RetrySettings};
use crate::account::Account;
use crate::coerce;
use crate::error::{Error, ErrorKind};

/// Settings of an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// How failed calls are tried again.
    pub retry: RetrySettings,
    /// How calls are held back to stay within the service's limits.
    pub quota: QuotaSettings,
    /// Longest time for one attempt.
    pub attempt_timeout: Duration,
    /// Longest time for a whole call, with all waits and attempts.
    pub deadline: Duration,
    /// Both of these for a call that sends files.
    pub upload_deadline: Duration,
    /// Who goes first where a limit makes calls wait.
    pub priority: Priority,
    /// Most bytes of an answer, decoded.
    pub max_answer: u64,
    /// Whether signed calls may go to the vendor's own domains without TLS.
    pub allow_http: bool,
    /// Whether a call fails whose answer departs from the documents, with [`ErrorKind::Departures`].
    pub strict: bool,
}

/// Answers of more bytes than this are refused, unless another limit is set.
pub const MAX_ANSWER: u64 = 8 << 20;

/// How long a shared store is waited for. Then it counts as down: calls are not to hang on it.
pub const STORE_PATIENCE: Duration = Duration::from_millis(500);

impl Default for Settings {
    /// 3 attempts of 30 s each, 120 s in all (an hour where files are sent), within the documented limits; answers
    /// of up to [`MAX_ANSWER`] bytes.
    fn default() -> Settings {
        Settings {
            retry: RetrySettings::default(),
            quota: QuotaSettings::default(),
            attempt_timeout: Duration::from_secs(30),
            deadline: Duration::from_secs(120),
            upload_deadline: Duration::from_secs(3600),
            priority: Priority::default(),
            max_answer: MAX_ANSWER,
            allow_http: false,
            strict: false,
        }
    }
}

/// Settings of one call, in place of the engine's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CallOptions {
    /// Which failures are tried again.
    pub retry: Retry,
    /// Most attempts.
    pub attempts: Option<u32>,
    /// Longest time for one attempt.
    pub attempt_timeout: Option<Duration>,
    /// Longest time for the whole call.
    pub deadline: Option<Duration>,
    /// Who goes first where a limit makes calls wait.
    pub priority: Option<Priority>,
    /// Most bytes of the answer, decoded.
    pub max_answer: Option<u64>,
    /// Whether it fails where the answer departs from the documents.
    pub strict: Option<bool>,
    /// Whether it is a page of a walk through a list, which fails where the answer counts rows and has no list.
    pub walks: bool,
    /// How the data of the answer are written.
    pub data: coerce::Options,
}

/// A time beyond this is a mistake, such as milliseconds in place of seconds.
const LONGEST: Duration = Duration::from_secs(30 * 86_400);

/// The largest answer that can be asked for: 1 GiB.
const LARGEST: u64 = 1 << 30;

impl Settings {
    /// Says whether these can be meant, for this account.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidAccount`] that names the setting.
    pub fn check(&self, account: &Account) -> Result<(), Error> {
        if account.is_bare() && !self.allow_http {
            return Err(Error::new(ErrorKind::InvalidAccount, "")
                .with_message(
                    "the domain begins with http://, so that everybody on the way could read and change calls",
                )
                .with_hint("begin it with https://; the setting allow_http sends calls without TLS all the same"));
        }
        let times = [
            ("attempt_timeout", self.attempt_timeout),
            ("deadline", self.deadline),
            ("upload_deadline", self.upload_deadline),
        ];
        let checked = times.into_iter().try_for_each(|(name, time)| check_time(name, time));
        let checked = checked.and_then(|()| check_attempts(self.retry.attempts));
        let checked = checked.and_then(|()| check_size(self.max_answer)).and_then(|()| {
            match (self.quota.requests, self.quota.seconds) {
                (1.., 0) => Err("quota has to be a number of requests in at least 1 second".to_owned()),
                _ => Ok(()),
            }
        });
        checked.map_err(|message| Error::new(ErrorKind::InvalidAccount, "").with_message(message))
    }
}

impl CallOptions {
    /// Says whether these can be meant.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameters`] that names the option.
    pub(super) fn check(&self, operation: &str) -> Result<(), Error> {
        let times = [("attempt_timeout", self.attempt_timeout), ("deadline", self.deadline)];
        let mut given = times.into_iter().filter_map(|(name, time)| Some((name, time?)));
        let checked = given.try_for_each(|(name, time)| check_time(name, time));
        let checked = checked.and_then(|()| self.attempts.map_or(Ok(()), check_attempts));
        let checked = checked.and_then(|()| self.max_answer.map_or(Ok(()), check_size));
        checked.map_err(|message| {
            Error::new(ErrorKind::InvalidParameters, operation).with_message(message).with_hint(OPTION)
        })
    }
}

/// What to do about an option that cannot be meant.
pub(crate) const OPTION: &str = "without this option the client's own setting holds";
/// What a time has to be, for those that are given in other ways than as a duration.
pub(crate) const A_TIME: &str = "has to be a time above 0 of at most 30 days";
/// What attempts have to be.
pub(crate) const ATTEMPTS: &str = "has to be a whole number from 1 up";
/// What a limit on answers has to be.
pub(crate) const A_SIZE: &str = "has to be a whole number of bytes from 1 to 1073741824";

fn check_time(name: &str, time: Duration) -> Result<(), String> {
    if time.is_zero() || time > LONGEST { Err(format!("{name} {A_TIME}")) } else { Ok(()) }
}

fn check_attempts(attempts: u32) -> Result<(), String> {
    if attempts == 0 { Err(format!("attempts {ATTEMPTS}")) } else { Ok(()) }
}

fn check_size(bytes: u64) -> Result<(), String> {
    if (1..=LARGEST).contains(&bytes) { Ok(()) } else { Err(format!("max_answer {A_SIZE}")) }
}
