//! One limit in use: the calls that went, and the lines before it.

use super::gauge::Gauge;
use super::line::Line;
use super::standing::Place;
use super::window::Window;

/// A limit in use. Times are milliseconds.
#[derive(Default)]
pub struct Meter {
    pub window: Window,
    /// No call counts any longer then.
    pub used_until: u64,
    /// See `Standing::line_at`.
    pub lines: [Line; 6],
    /// The store refused a call: the first in line asks it again then.
    pub closed_until: Option<u64>,
}

/// A first in line that is late by this much loses its place. It is longer than a store takes to answer.
const LATE: u64 = 3000;

impl Meter {
    /// How many go before a call: with its place, or if it joined this line now.
    pub fn before(&mut self, place: Option<Place>, line: usize, time: u64) -> u64 {
        let late = time.saturating_sub(LATE);
        self.lines.iter_mut().for_each(|line| line.drop_late(late));
        let (line, within) = match place {
            Some(place) => {
                let within = self.lines.get(place.line).and_then(|line| line.before(place.ticket));
                (place.line, within.unwrap_or_default())
            }
            None => (line, self.lines.get(line).map_or(0, Line::len)),
        };
        let before = self.lines.iter().take(line).map(Line::len).sum::<usize>() + within;
        before as u64
    }

    /// How long until there is room for a call and for those before it.
    pub fn wait(&mut self, gauge: &Gauge, most: u64, before: u64, time: u64) -> u64 {
        let window = gauge.window();
        self.window.forget(window, time);
        // Whoever has so many before it follows one of them by whole windows.
        let (rounds, before) = (before / most, before % most);
        let leavers = (self.window.used() + before + 1).saturating_sub(most);
        let first = match leavers {
            0 => 0,
            _ => self.window.leaver(leavers).map_or(0, |went| (went + window).saturating_sub(time)),
        };
        first.saturating_add(rounds.saturating_mul(window))
    }

    pub fn note(&mut self, gauge: &Gauge, time: u64) {
        let grain = gauge.grain();
        self.window.note(time, grain);
        self.used_until = time + grain + gauge.window();
    }

    pub fn says_something(&self, time: u64) -> bool {
        self.used_until > time || self.closed_until > Some(time) || self.lines.iter().any(|line| line.len() > 0)
    }
}
