//! Keeping within the service's limits, in one process or in several.
//!
//! GCRA: each limit has a theoretical arrival time (TAT). A call may go if all
//! its limits have room now, and then all of them move at the same time. It
//! is checked right before a call is sent and not reserved ahead: a process
//! that sleeps long must not wake with a bunch of old permissions.
//!
//! Calls of the same limits stand in line, and only the first asks: a thousand
//! waiting calls do not ask a thousand times.
//!
//! With a store, a call needs the permission of this process as well: losing
//! the store, or finding it again, gives nobody a second burst.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use super::{Handle, Now};
use crate::operation::{Limit, LimitScope, Operation};
use crate::store::StoreQuestion;

/// How calls are held back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaSettings {
    /// The account's limit over all operations: so many requests
    pub requests: u32,
    /// in so many seconds. The documents say 200 in 10 s. 0 requests: no limit.
    pub seconds: u32,
    /// Whether the limits of single operations are kept as well.
    pub operations: bool,
    /// Whether the host has a store that several processes share (see [`QUOTA_SCRIPT`]).
    pub store: bool,
    /// What the keys in the store begin with.
    pub prefix: String,
}

impl QuotaSettings {
    /// No limits: for tests, or where something else keeps them.
    pub fn unlimited() -> QuotaSettings {
        QuotaSettings { requests: 0, operations: false, ..QuotaSettings::default() }
    }
}

impl Default for QuotaSettings {
    /// The documented limits, kept by this process alone.
    fn default() -> QuotaSettings {
        QuotaSettings { requests: 200, seconds: 10, operations: true, store: false, prefix: "baijiayun".to_owned() }
    }
}

/// The script that Redis or Valkey evaluates for [`super::Step::Store`]: KEYS and
/// ARGV are those of the [`StoreQuestion`]; it returns how many microseconds to
/// wait, or 0 after it took the permission. It reads the store's own clock,
/// so the processes need not agree on theirs.
pub const QUOTA_SCRIPT: &str = include_str!("quota.lua");

/// A limit as GCRA keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Gauge {
    key: String,
    /// Microseconds between calls.
    interval: u64,
    /// How far the arrival time may run ahead, in microseconds.
    tolerance: u64,
}

impl Gauge {
    /// A gauge that never lets more than `count` calls into any window of
    /// `seconds`: a burst of `b` and one call per interval make at most
    /// `b + window / interval - 1`.
    fn new(key: String, count: u32, seconds: u32) -> Gauge {
        let window = u64::from(seconds) * 1_000_000;
        // The service counts what arrives. A first call that travels longer than
        // the last one of its window shortens the window by the difference.
        let window = window + (window / 20).min(LONGEST_UNEVENNESS);
        let count = u64::from(count.max(1));
        // Short windows: a tenth at once, the rest evenly. Long windows (a day): half at once.
        let burst = if seconds >= 3600 { count / 2 } else { count / 10 }.max(1);
        let interval = window.div_ceil(count - burst + 1);
        Gauge { key, interval, tolerance: interval * (burst - 1) }
    }
}

/// The limits that a call falls under, and its line.
pub(super) type Limits = Vec<Gauge>;

pub(super) enum Permission {
    /// It may go. `store_down`: it should have been the store's permission, but is only this process's.
    Granted {
        store_down: bool,
    },
    Wait(Duration),
    Ask(StoreQuestion),
}

pub(super) struct Quota {
    settings: QuotaSettings,
    partner_id: String,
    /// The arrival times of this process, by key, in microseconds of the host's ticks.
    arrivals: HashMap<String, u64>,
    /// The lines of waiting calls, by their limits.
    lines: HashMap<Limits, VecDeque<Waiting>>,
    /// The service throttled: nobody goes before this.
    paused_until: u64,
    /// The store did not answer: it is not asked before this.
    store_down_until: u64,
}

struct Waiting {
    handle: Handle,
    /// When it is due to ask again.
    due: u64,
}

/// Requests may travel unevenly long, up to this, without breaking a limit of long windows.
const LONGEST_UNEVENNESS: u64 = 1_000_000;
/// A first in line that is late by this much loses its place. It is longer than a store takes to answer.
const LATE: u64 = 3_000_000;
/// How long a store that is down is left alone.
const STORE_REST: u64 = 5_000_000;
/// The longest wait that is taken from the store.
const LONGEST_STORE_WAIT: u64 = 86_400_000_000;
/// Arrival times are swept when there are more than this.
const MANY_ARRIVALS: usize = 10_000;

/// Far enough from the end of the numbers that sums of times fit.
const LAST_TICK: u64 = u64::MAX / 4_000_000;

fn micros(now: Now) -> u64 {
    now.ticks.min(LAST_TICK) * 1000
}

fn at_least_a_millisecond(micros: u64) -> Duration {
    Duration::from_millis(micros.div_ceil(1000).max(1))
}

impl Quota {
    pub(super) fn new(partner_id: &str, settings: QuotaSettings) -> Quota {
        Quota {
            settings,
            partner_id: partner_id.to_owned(),
            arrivals: HashMap::new(),
            lines: HashMap::new(),
            paused_until: 0,
            store_down_until: 0,
        }
    }

    /// The limits that a call falls under.
    pub(super) fn limits(&self, operation: &Operation, room: &str) -> Limits {
        let mut limits = Vec::new();
        let key = |name: &str| format!("{}:{{{}}}:{name}", self.settings.prefix, self.partner_id);
        if !operation.signed {
            // An upload goes to another server.
            return limits;
        }
        if self.settings.requests > 0 {
            limits.push(Gauge::new(key("all"), self.settings.requests, self.settings.seconds));
        }
        if self.settings.operations {
            for (nth, Limit { count, seconds, per }) in operation.limits.iter().enumerate() {
                let scope = match per {
                    LimitScope::Account => String::new(),
                    LimitScope::Room => format!(":{room}"),
                };
                limits.push(Gauge::new(key(&format!("{}:{nth}{scope}", operation.name)), *count, *seconds));
            }
        }
        limits
    }

    /// Whether a call may go now. It stays in line until it is granted or leaves.
    pub(super) fn ask(&mut self, handle: Handle, limits: &Limits, now: Now) -> Permission {
        let time = micros(now);
        if self.paused_until > time {
            return Permission::Wait(at_least_a_millisecond(self.paused_until - time));
        }
        if limits.is_empty() {
            return Permission::Granted { store_down: false };
        }
        let line = self.lines.entry(limits.clone()).or_default();
        while line.front().is_some_and(|first| first.handle != handle && first.due + LATE < time) {
            line.pop_front();
        }
        let place = line.iter().position(|waiting| waiting.handle == handle).unwrap_or_else(|| {
            line.push_back(Waiting { handle, due: time });
            line.len() - 1
        });
        if place > 0 {
            // The first in line is served at its time, and each next one an interval later.
            let interval = limits.iter().map(|gauge| gauge.interval).max().unwrap_or(1);
            let first_due = line.front().map_or(time, |first| first.due.max(time));
            let wait = first_due - time + interval.saturating_mul(place as u64);
            if let Some(waiting) = line.get_mut(place) {
                waiting.due = time + wait;
            }
            return Permission::Wait(at_least_a_millisecond(wait));
        }
        let wait = self.own_wait(limits, time);
        self.set_due(handle, limits, time + wait);
        if wait > 0 {
            return Permission::Wait(at_least_a_millisecond(wait));
        }
        if self.settings.store && self.store_down_until <= time {
            return Permission::Ask(StoreQuestion {
                keys: limits.iter().map(|gauge| gauge.key.clone()).collect(),
                args: limits.iter().flat_map(|gauge| [gauge.interval, gauge.tolerance]).map(|us| us as i64).collect(),
            });
        }
        self.take(handle, limits, time);
        Permission::Granted { store_down: self.settings.store }
    }

    fn arrival(&self, gauge: &Gauge, time: u64) -> u64 {
        self.arrivals.get(&gauge.key).copied().unwrap_or(0).max(time)
    }

    /// How long this process's own limits make a call wait, in microseconds.
    fn own_wait(&self, limits: &Limits, time: u64) -> u64 {
        let waits = limits.iter().map(|gauge| self.arrival(gauge, time).saturating_sub(gauge.tolerance + time));
        waits.max().unwrap_or(0)
    }

    /// Moves the limits on for a call that goes now.
    fn take(&mut self, handle: Handle, limits: &Limits, time: u64) {
        for gauge in limits {
            let next = self.arrival(gauge, time) + gauge.interval;
            self.arrivals.insert(gauge.key.clone(), next);
        }
        if self.arrivals.len() > MANY_ARRIVALS {
            self.arrivals.retain(|_, arrival| *arrival > time);
        }
        self.leave(handle, limits);
    }

    /// The store's answer to the first in line.
    pub(super) fn answered(&mut self, handle: Handle, limits: &Limits, wait: i64, now: Now) -> Permission {
        match u64::try_from(wait) {
            Ok(wait) if wait > 0 => {
                // Whatever the store says: a day is long enough to ask again.
                let wait = wait.min(LONGEST_STORE_WAIT);
                self.set_due(handle, limits, micros(now) + wait);
                Permission::Wait(at_least_a_millisecond(wait))
            }
            _ => {
                self.take(handle, limits, micros(now));
                Permission::Granted { store_down: false }
            }
        }
    }

    /// The store is down: this process goes by its own limits for a while.
    pub(super) fn store_down(&mut self, handle: Handle, limits: &Limits, now: Now) -> Permission {
        self.store_down_until = micros(now) + STORE_REST;
        self.ask(handle, limits, now)
    }

    /// The service throttled: hold everybody back.
    pub(super) fn pause(&mut self, time: Duration, now: Now) {
        let until = micros(now).saturating_add(u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
        self.paused_until = self.paused_until.max(until);
    }

    /// Takes a call out of its line.
    pub(super) fn leave(&mut self, handle: Handle, limits: &Limits) {
        if limits.is_empty() {
            return;
        }
        if let Some(line) = self.lines.get_mut(limits) {
            line.retain(|waiting| waiting.handle != handle);
            if line.is_empty() {
                self.lines.remove(limits);
            }
        }
    }

    fn set_due(&mut self, handle: Handle, limits: &Limits, due: u64) {
        let line = self.lines.get_mut(limits);
        if let Some(waiting) = line.and_then(|line| line.iter_mut().find(|waiting| waiting.handle == handle)) {
            waiting.due = due;
        }
    }
}
