//! What is tried: whether and when a failed attempt is followed by another,
//! and the budget that retries share.

use std::time::Duration;

use crate::error::{Error, ErrorKind};
use crate::operation::Operation;

/// Which failures are tried again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Retry {
    /// Those that cannot have changed anything: of operations that only read,
    /// of requests that certainly never left, and of throttled ones.
    #[default]
    Safe,
    /// Transient failures of any operation. The call may be carried out twice.
    Always,
    /// None.
    Never,
}

/// How failed calls are tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetrySettings {
    /// Most attempts per call; 1 tries nothing again. Throttled attempts do not count.
    pub attempts: u32,
    /// The first backoff is a random time up to this; each next one up to twice as long.
    pub base: Duration,
    /// No backoff is longer than this.
    pub cap: Duration,
    /// A Retry-After beyond this fails the call instead.
    pub retry_after_cap: Duration,
    /// What the account's calls may spend on retries together.
    pub budget: u32,
}

/// The default budget, that of the AWS SDKs: a retry costs 5, after a timeout 10; a call that
/// goes well gives back what it spent, and 1 if it spent nothing.
pub const BUDGET: u32 = 500;
const RETRY_COST: u32 = 5;
const TIMEOUT_COST: u32 = 10;
const SUCCESS_REFUND: u32 = 1;

/// How often one call waits for a service that throttles, whatever its attempts.
const MOST_THROTTLED: u32 = 10;

impl Default for RetrySettings {
    /// 3 attempts, 0.5 s doubling up to 20 s, Retry-After up to 60 s.
    fn default() -> RetrySettings {
        RetrySettings {
            attempts: 3,
            base: Duration::from_millis(500),
            cap: Duration::from_secs(20),
            retry_after_cap: Duration::from_secs(60),
            budget: BUDGET,
        }
    }
}

/// The tokens that retries of all calls share.
pub(super) struct Budget {
    left: u32,
    capacity: u32,
}

impl Budget {
    pub(super) fn new(capacity: u32) -> Budget {
        Budget { left: capacity, capacity }
    }

    /// Takes the cost of a retry, if so much is left.
    fn take(&mut self, cost: u32) -> bool {
        let left = self.left.checked_sub(cost);
        self.left = left.unwrap_or(self.left);
        left.is_some()
    }

    /// Takes back what a retry was to cost that was not made.
    pub(super) fn give_back(&mut self, progress: &mut Progress) {
        self.left = self.left.saturating_add(std::mem::take(&mut progress.planned)).min(self.capacity);
    }

    /// A call went well, after retries that cost `spent`.
    pub(super) fn succeeded(&mut self, spent: u32) {
        let back = if spent == 0 { SUCCESS_REFUND } else { spent };
        self.left = self.left.saturating_add(back).min(self.capacity);
    }
}

/// How far a call has come with its attempts.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Progress {
    /// Failed attempts that count against the call's attempts.
    pub(super) failed: u32,
    /// Throttled attempts.
    pub(super) throttled: u32,
    /// What its retries took from the budget.
    pub(super) spent: u32,
    /// What the next one took, until it is made.
    pub(super) planned: u32,
}

impl Progress {
    /// An attempt is made.
    pub(super) fn made(&mut self) {
        self.spent += std::mem::take(&mut self.planned);
    }
}

/// What follows a failed attempt.
pub(super) enum Verdict {
    /// Nothing: the error stands.
    Fail,
    /// Nothing, because the account's budget is used up.
    Broke,
    /// Another attempt after this time.
    Again { wait: Duration, throttled: bool },
}

/// What is known about a failed attempt.
pub(super) struct Failure<'a> {
    pub(super) operation: &'a Operation,
    pub(super) error: &'a Error,
    pub(super) retry_after: Option<Duration>,
    pub(super) mode: Retry,
    /// Most attempts of this call.
    pub(super) attempts: u32,
    pub(super) random: u64,
}

pub(super) fn judge(
    failure: &Failure<'_>,
    progress: &mut Progress,
    settings: &RetrySettings,
    budget: &mut Budget,
) -> Verdict {
    let throttled = failure.error.kind() == ErrorKind::Throttled;
    if failure.mode == Retry::Never || failure.attempts <= 1 || !(throttled || may_repeat(failure)) {
        return Verdict::Fail;
    }
    if failure.retry_after.is_some_and(|after| after > settings.retry_after_cap) {
        return Verdict::Fail;
    }
    if throttled {
        // The service refused to work on it, which costs nobody anything: it
        // does not count as an attempt and takes nothing from the budget.
        progress.throttled += 1;
        if progress.throttled > MOST_THROTTLED {
            return Verdict::Fail;
        }
    } else {
        progress.failed += 1;
        if progress.failed >= failure.attempts {
            return Verdict::Fail;
        }
        let cost = if failure.error.kind() == ErrorKind::Timeout { TIMEOUT_COST } else { RETRY_COST };
        if !budget.take(cost) {
            return Verdict::Broke;
        }
        progress.planned = cost;
    }
    let nth = if throttled { progress.throttled } else { progress.failed };
    let jitter = full_jitter(nth, settings.base, settings.cap, failure.random);
    // A hint is the least time; the jitter on top keeps many clients apart.
    let wait = failure.retry_after.map_or(jitter, |after| after + jitter.min(MOST_AFTER_HINT));
    Verdict::Again { wait, throttled }
}

const MOST_AFTER_HINT: Duration = Duration::from_secs(1);

/// Whether repeating the call can do no harm, or the caller allows it.
fn may_repeat(failure: &Failure<'_>) -> bool {
    let error = failure.error;
    let repeatable = failure.operation.read_only || failure.mode == Retry::Always;
    // Whatever code comes with it: a server that fails says so by the status.
    let server_failed = matches!(error.status(), Some(408 | 500 | 502 | 503 | 504));
    match error.kind() {
        // The request did not leave.
        ErrorKind::Connect => true,
        ErrorKind::Timeout | ErrorKind::Transport => repeatable,
        _ if server_failed => repeatable,
        // The service answers in JSON: this came from something in front of it, or was cut off.
        ErrorKind::NotJson => repeatable,
        _ => false,
    }
}

/// A random time between nothing and the doubled base.
pub(crate) fn full_jitter(nth: u32, base: Duration, cap: Duration, random: u64) -> Duration {
    let doublings = nth.saturating_sub(1).min(20);
    let most = base.saturating_mul(1 << doublings).min(cap);
    let most = u64::try_from(most.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(random % most.saturating_add(1))
}
