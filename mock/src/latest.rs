//! What came last: so many things, and so many bytes of them, whatever is sent.

use std::collections::VecDeque;

/// The bytes that one of these may hold.
const MOST_BYTES: usize = 64 << 20;

/// The latest things; the oldest go where there is no room for a new one.
#[derive(Debug)]
pub(crate) struct Latest<T> {
    /// With their sizes in bytes.
    things: VecDeque<(usize, T)>,
    most: usize,
    bytes: usize,
}

impl<T> Latest<T> {
    /// At most so many.
    pub fn new(most: usize) -> Latest<T> {
        Latest { things: VecDeque::new(), most, bytes: 0 }
    }

    /// Takes in a thing that holds so many bytes of what was sent. The newest one is there, however large.
    pub fn push(&mut self, size: usize, thing: T) {
        self.bytes += size;
        self.things.push_back((size, thing));
        while self.things.len() > self.most || (self.bytes > MOST_BYTES && self.things.len() > 1) {
            let Some((size, _)) = self.things.pop_front() else { return };
            self.bytes -= size;
        }
    }

    /// The oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.things.iter().map(|(_, thing)| thing)
    }

    pub fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut T> {
        self.things.iter_mut().map(|(_, thing)| thing)
    }

    #[cfg(any(test, feature = "full"))]
    pub fn last(&self) -> Option<&T> {
        self.things.back().map(|(_, thing)| thing)
    }

    pub fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        self.things.retain(|(_, thing)| keep(thing));
        self.bytes = self.things.iter().map(|(size, _)| size).sum();
    }

    pub fn clear(&mut self) {
        self.retain(|_| false);
    }
}

#[cfg(test)]
mod tests {
    use super::{Latest, MOST_BYTES};

    #[test]
    fn the_oldest_go_where_there_is_no_room() {
        let mut latest = Latest::new(3);
        for number in 0..5 {
            latest.push(1, number);
        }
        assert_eq!(latest.iter().collect::<Vec<_>>(), [&2, &3, &4]);
        latest.push(MOST_BYTES - 1, 5);
        assert_eq!(latest.iter().collect::<Vec<_>>(), [&4, &5]);
        latest.push(2 * MOST_BYTES, 6);
        assert_eq!(latest.iter().collect::<Vec<_>>(), [&6], "the newest is there");
        latest.push(1, 7);
        assert_eq!(latest.iter().collect::<Vec<_>>(), [&7]);
        latest.clear();
        latest.push(MOST_BYTES, 8);
        assert_eq!(latest.last(), Some(&8));
    }
}
