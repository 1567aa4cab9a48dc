//! What is due: keeping within the service's limits, in one process or in several.
//!
//! Each limit is a sliding window, the times of the calls that went. A call
//! may go if all its limits have room now, and then it is noted in all of them
//! at the same time. It is checked right before a call is sent and not reserved
//! ahead: a process that sleeps long must not wake with a bunch of old permissions.
//!
//! A call that has to wait stands in line at the limit that holds it longest,
//! and is told to come back when there will be room for it and for all before
//! it. Whoever comes finds its place again; nobody has to come in order.
//!
//! With a store, a call needs the permission of this process as well: losing
//! the store, or finding it again, gives nobody a second burst.

mod gauge;
mod line;
mod meter;
mod settings;
mod standing;
mod window;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustc_hash::FxHashMap;

use super::Now;
use super::clock::Clock;
use crate::operation::{Host, Limit, LimitScope, Operation};
use crate::store::StoreQuestion;

use gauge::{Counts, Gauge};
use line::Line;
use meter::Meter;
pub use settings::{Priority, QuotaSettings};
use standing::Place;
pub(super) use standing::Standing;

/// The script that Redis or Valkey evaluates for [`super::Step::Store`]: KEYS and
/// ARGV are those of the [`StoreQuestion`]; it returns how many microseconds to
/// wait, or 0 after it took the permission. The last digit of a wait says which
/// of the limits holds it. It reads the store's own clock, so the processes need
/// not agree on theirs.
pub const QUOTA_SCRIPT: &str = include_str!("due/quota.lua");

/// What holds a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// The service throttled the account.
    Throttling,
    /// One of the call's limits.
    Gauge(usize),
}

pub(super) enum Permission {
    /// It may go. `store_down`: it should have been the store's permission, but is only this process's.
    Granted {
        store_down: bool,
    },
    Wait {
        /// When it has to ask again.
        sleep: Duration,
        /// How long it will be in all, as far as is known.
        wait: Duration,
        holds: Holds,
    },
    Ask(StoreQuestion),
}

/// The limits of one account or of several: give it to all engines of a
/// process that call for the same account, and they keep its limits together.
///
/// Their hosts must count [`Now::ticks`] from the same moment. Accounts share
/// a limit only if the settings name it ([`QuotaSettings::shared_as`]).
#[derive(Clone)]
pub struct Limiter {
    settings: Arc<QuotaSettings>,
    state: Arc<Mutex<State>>,
}

impl fmt::Debug for Limiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limiter").field("settings", &self.settings).finish_non_exhaustive()
    }
}

#[derive(Default)]
struct State {
    clock: Clock,
    meters: FxHashMap<String, Meter>,
    /// How many meters are too many.
    sweep_beyond: usize,
    /// The service throttled: nobody of this scope goes before this.
    paused: Vec<(Arc<str>, u64)>,
    /// The store did not answer: it is not asked before this.
    store_down_until: u64,
}

/// How long a store that is down is left alone.
const STORE_REST: u64 = 5000;
/// The longest wait that is taken from the store.
const LONGEST_STORE_WAIT: u64 = 86_400_000;
/// After the store refused, calls ask it one after the other, no closer than this or the limit's own pace.
const STORE_PACE: u64 = 50;
/// Who has to wait longer comes back halfway: those before it may have left.
const LONG_WAIT: u64 = 4000;
/// Limits that say nothing any longer are swept when there are more than this.
const MANY_METERS: usize = 10_000;

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

impl Limiter {
    /// Limits that nobody has used yet.
    pub fn new(settings: QuotaSettings) -> Limiter {
        Limiter { settings: Arc::new(settings), state: Arc::default() }
    }

    /// Nothing in here panics, so a poisoned lock still guards whole data.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The host's time by a clock that never goes back.
    pub(super) fn steady(&self, now: Now) -> Now {
        Now { ticks: self.state().clock.read(now.ticks), ..now }
    }

    /// Whose limits an account's calls count for: its own, or those that it shares.
    pub(super) fn scope(&self, partner_id: &str) -> Arc<str> {
        self.settings.shared_as.as_deref().unwrap_or(partner_id).into()
    }

    /// The limits that a call falls under.
    pub(super) fn standing(
        &self,
        scope: &Arc<str>,
        partner_id: &str,
        operation: &Operation,
        room: &str,
        priority: Priority,
    ) -> Standing {
        let QuotaSettings { requests, seconds, operations, prefix, shared_as, .. } = &*self.settings;
        let mut gauges = Vec::new();
        // An upload goes to another server, which counts for itself.
        if !matches!(operation.host, Host::Given(_)) {
            // What a call asks for has one hash tag.
            let key = |name: &str| format!("{prefix}:{{{scope}}}:{name}");
            if *requests > 0 {
                let counts = if shared_as.is_some() { Counts::Shared } else { Counts::Account };
                gauges.push(Gauge { key: key("all"), count: u64::from(*requests), seconds: *seconds, counts });
            }
            let own = if shared_as.is_some() { format!("{partner_id}:") } else { String::new() };
            let limits = if *operations { operation.limits } else { &[] };
            for (nth, Limit { count, seconds, per }) in limits.iter().enumerate() {
                let (counts, room) = match per {
                    LimitScope::Account => (Counts::Operation, String::new()),
                    LimitScope::Room => (Counts::Room, format!(":{room}")),
                };
                let key = key(&format!("{own}{}:{nth}{room}", operation.name));
                gauges.push(Gauge { key, count: u64::from(*count).max(1), seconds: *seconds, counts });
            }
        }
        Standing { scope: Arc::clone(scope), gauges, priority, place: None, returned: false }
    }

    /// Whether a call may go now. It stays in line until it is granted or leaves.
    pub(super) fn ask(&self, standing: &mut Standing, now: Now) -> Permission {
        let mut state = self.state();
        let time = now.ticks;
        let paused = state.paused.iter().find(|(scope, until)| *scope == standing.scope && *until > time);
        if let Some((_, until)) = paused.cloned() {
            state.set_due(standing, until);
            let wait = Duration::from_millis(until - time);
            return Permission::Wait { sleep: wait, wait, holds: Holds::Throttling };
        }
        if standing.gauges.is_empty() {
            return Permission::Granted { store_down: false };
        }
        let asks_store = self.settings.store && state.store_down_until <= time;
        let (wait, nth) = state.longest_wait(standing, asks_store, time);
        if wait > 0 {
            let sleep = if wait > LONG_WAIT { wait / 2 } else { wait };
            state.stand(standing, nth, time + sleep);
            return Permission::Wait {
                sleep: Duration::from_millis(sleep),
                wait: Duration::from_millis(wait),
                holds: Holds::Gauge(nth),
            };
        }
        if asks_store {
            let at = standing.place.map_or(0, |place| place.gauge);
            state.stand(standing, at, time);
            return Permission::Ask(question(standing));
        }
        state.grant(standing, time);
        Permission::Granted { store_down: self.settings.store }
    }

    /// The store's answer.
    pub(super) fn answered(&self, standing: &mut Standing, wait: i64, now: Now) -> Permission {
        let mut state = self.state();
        let Some(micros) = u64::try_from(wait).ok().filter(|micros| *micros > 0) else {
            state.grant(standing, now.ticks);
            return Permission::Granted { store_down: false };
        };
        // Whatever the store says: a day is long enough to ask again.
        let wait = micros.div_ceil(1000).min(LONGEST_STORE_WAIT);
        let nth = usize::try_from(micros % 10).unwrap_or_default().min(standing.gauges.len().saturating_sub(1));
        let until = now.ticks + wait;
        standing.returned = true;
        state.stand(standing, nth, until);
        if let Some(meter) = standing.gauge(nth).and_then(|gauge| state.meters.get_mut(&gauge.key)) {
            meter.closed_until = Some(until);
        }
        let wait = Duration::from_millis(wait);
        Permission::Wait { sleep: wait, wait, holds: Holds::Gauge(nth) }
    }

    /// The store is down: this process goes by its own limits for a while.
    pub(super) fn store_down(&self, standing: &mut Standing, now: Now) -> Permission {
        self.state().store_down_until = now.ticks + STORE_REST;
        self.ask(standing, now)
    }

    /// The service throttled: hold everybody of this call's scope back.
    pub(super) fn pause(&self, standing: &Standing, time: Duration, now: Now) {
        let until = now.ticks.saturating_add(millis(time));
        let mut state = self.state();
        let known = state.paused.iter_mut().find(|(scope, _)| *scope == standing.scope);
        match known {
            Some((_, paused)) => *paused = until.max(*paused),
            None => state.paused.push((Arc::clone(&standing.scope), until)),
        }
    }

    /// Takes a call out of its line.
    pub(super) fn leave(&self, standing: &mut Standing) {
        if standing.place.is_some() {
            self.state().leave(standing);
        }
    }
}

fn question(standing: &Standing) -> StoreQuestion {
    let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    StoreQuestion {
        keys: standing.gauges.iter().map(|gauge| gauge.key.clone()).collect(),
        args: standing
            .gauges
            .iter()
            .flat_map(|gauge| [gauge.window() * 1000, gauge.most(standing.priority), gauge.grain() * 1000])
            .map(whole)
            .collect(),
    }
}

impl State {
    /// The longest that any of a call's limits makes it wait, and which one that is.
    fn longest_wait(&mut self, standing: &Standing, asks_store: bool, time: u64) -> (u64, usize) {
        let mut longest = (0, 0);
        for (nth, gauge) in standing.gauges.iter().enumerate() {
            let Some(meter) = self.meters.get_mut(&gauge.key) else { continue };
            let place = standing.place.filter(|place| place.gauge == nth);
            let before = meter.before(place, standing.line_at(nth), time);
            let mut wait = meter.wait(gauge, gauge.most(standing.priority), before, time);
            if let (true, Some(closed)) = (asks_store, meter.closed_until) {
                let pace = (gauge.window() / gauge.count).min(STORE_PACE);
                wait = wait.max((closed + before * pace).saturating_sub(time));
            }
            if wait > longest.0 {
                longest = (wait, nth);
            }
        }
        longest
    }

    /// Stands in line at a limit, to ask again when it is due.
    fn stand(&mut self, standing: &mut Standing, nth: usize, due: u64) {
        if standing.place.is_some_and(|place| place.gauge != nth) {
            standing.returned = true;
            self.leave(standing);
        }
        if self.set_due(standing, due) {
            return;
        }
        // It came so late that it lost its place.
        standing.returned |= standing.place.is_some();
        let line = standing.line_at(nth);
        let Some(gauge) = standing.gauges.get(nth) else { return };
        let meter = self.meters.entry(gauge.key.clone()).or_default();
        let lines = meter.lines.get_mut(line);
        standing.place = lines.map(|waiting| Place { gauge: nth, line, ticket: waiting.join(due) });
    }

    /// Whether it stands in a line.
    fn set_due(&mut self, standing: &Standing, due: u64) -> bool {
        let Some((line, ticket)) = self.place(standing) else { return false };
        line.set_due(ticket, due);
        line.before(ticket).is_some()
    }

    fn leave(&mut self, standing: &mut Standing) {
        if let Some((line, ticket)) = self.place(standing) {
            line.leave(ticket);
        }
        standing.place = None;
    }

    fn place(&mut self, standing: &Standing) -> Option<(&mut Line, u64)> {
        let Place { gauge, line, ticket } = standing.place?;
        let meter = self.meters.get_mut(&standing.gauges.get(gauge)?.key)?;
        Some((meter.lines.get_mut(line)?, ticket))
    }

    /// Notes in all its limits that a call goes now.
    fn grant(&mut self, standing: &mut Standing, time: u64) {
        self.leave(standing);
        for gauge in &standing.gauges {
            match self.meters.get_mut(&gauge.key) {
                Some(meter) => meter.note(gauge, time),
                None => self.meters.entry(gauge.key.clone()).or_default().note(gauge, time),
            }
        }
        if self.meters.len() > self.sweep_beyond.max(MANY_METERS) {
            self.meters.retain(|_, meter| meter.says_something(time));
            self.sweep_beyond = 2 * self.meters.len();
        }
    }
}
