//! Where a call stands with its limits, and in which line.

use std::sync::Arc;

use super::Priority;
use super::gauge::Gauge;

/// Where a call stands with its limits.
#[derive(Debug)]
pub struct Standing {
    pub scope: Arc<str>,
    pub gauges: Vec<Gauge>,
    pub priority: Priority,
    pub place: Option<Place>,
    /// It waited before: it goes to the front of the line that it joins next.
    pub returned: bool,
}

/// A place in a line: at which of the call's limits, in which line, with which ticket.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub gauge: usize,
    pub line: usize,
    pub ticket: u64,
}

impl Standing {
    /// Once for a call that went: what comes next does not begin at the end.
    pub fn comes_again(&mut self) {
        self.returned = true;
    }

    pub fn priority(&self) -> Priority {
        self.priority
    }

    pub fn gauge(&self, nth: usize) -> Option<&Gauge> {
        self.gauges.get(nth)
    }

    /// The line that it joins at a limit: by priority, and those that waited elsewhere or come again before the others.
    pub fn line_at(&self, gauge: usize) -> usize {
        let waited = self.returned || self.place.is_some_and(|place| place.gauge != gauge);
        let rank = match self.priority {
            Priority::High => 0,
            Priority::Normal => 1,
            Priority::Low => 2,
        };
        2 * rank + usize::from(!waited)
    }
}
