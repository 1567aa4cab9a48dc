//! What is to happen later, by the mock's clock.

use serde::{Deserialize, Serialize};

use crate::callbacks::Post;

/// What happens then.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Alarm {
    /// The transcoding of this video ends.
    Transcoded(i64),
    /// This callback, which its receiver did not take, is posted again.
    PostAgain(Post),
}

/// Alarms, with their times in milliseconds.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Alarms(Vec<(i64, Alarm)>);

impl Alarms {
    pub fn set(&mut self, at: i64, alarm: Alarm) {
        self.0.push((at, alarm));
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// When the next one is due.
    pub fn next(&self) -> Option<i64> {
        self.0.iter().map(|(at, _)| *at).min()
    }

    /// Takes the first one that is due by now; of several at one time the one that was set first.
    pub fn take(&mut self, now: i64) -> Option<(i64, Alarm)> {
        let due = self.next().filter(|at| *at <= now)?;
        let index = self.0.iter().position(|(at, _)| *at == due)?;
        Some(self.0.remove(index))
    }
}
