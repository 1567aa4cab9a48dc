//! Calls that wait for the same limit, in their order.

/// A line of waiting calls. Where one stands is found in a number of steps
/// that grows with the logarithm of the line, so that ten thousand can wait.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// The ticket of the first entry.
    first: u64,
    /// When each is due to ask again; [`GONE`] for one that left.
    dues: Vec<u64>,
    /// A Fenwick tree over those that are still there.
    sums: Vec<usize>,
    /// Before this entry all are gone.
    front: usize,
    waiting: usize,
}

/// A call that left.
const GONE: u64 = u64::MAX;
/// Entries that are gone are swept when there are more than this at the front.
const MANY_GONE: usize = 64;

impl Line {
    /// How many stand in it.
    pub(super) fn len(&self) -> usize {
        self.waiting
    }

    /// Joins at the end. The ticket is good for this line only.
    pub(super) fn join(&mut self, due: u64) -> u64 {
        let ticket = self.first + self.dues.len() as u64;
        self.add(due.min(GONE - 1));
        ticket
    }

    fn add(&mut self, due: u64) {
        self.dues.push(due);
        let here = usize::from(due != GONE);
        let last = self.dues.len();
        let (mut sum, mut step) = (here, 1);
        while step < lowest_bit(last) {
            sum += self.sums.get(last - step - 1).copied().unwrap_or_default();
            step *= 2;
        }
        self.sums.push(sum);
        self.waiting += here;
    }

    /// How many stand before it; `None` if it is not in the line.
    pub(super) fn before(&self, ticket: u64) -> Option<usize> {
        let mut at = self.entry(ticket)?;
        let mut sum = 0;
        while at > 0 {
            sum += self.sums.get(at - 1).copied().unwrap_or_default();
            at -= lowest_bit(at);
        }
        Some(sum)
    }

    /// Says when one will ask again.
    pub(super) fn set_due(&mut self, ticket: u64, due: u64) {
        if let Some(known) = self.entry(ticket).and_then(|at| self.dues.get_mut(at)) {
            *known = due.min(GONE - 1);
        }
    }

    /// Leaves the line.
    pub(super) fn leave(&mut self, ticket: u64) {
        let Some(at) = self.entry(ticket) else { return };
        if let Some(due) = self.dues.get_mut(at) {
            *due = GONE;
        }
        let mut node = at + 1;
        while let Some(sum) = self.sums.get_mut(node - 1) {
            *sum -= 1;
            node += lowest_bit(node);
        }
        self.waiting -= 1;
        while self.dues.get(self.front) == Some(&GONE) {
            self.front += 1;
        }
        // Behind one that waits, nobody holds the ticket of one that is gone.
        while self.waiting > 0 && self.dues.pop_if(|due| *due == GONE).is_some() {
            self.sums.pop();
        }
        self.sweep();
    }

    /// Takes out those at the front that were due before this time and did not come.
    pub(super) fn drop_late(&mut self, before: u64) {
        while let Some(due) = self.dues.get(self.front) {
            if *due >= before {
                break;
            }
            self.leave(self.first + self.front as u64);
        }
    }

    fn entry(&self, ticket: u64) -> Option<usize> {
        let at = usize::try_from(ticket.checked_sub(self.first)?).ok()?;
        self.dues.get(at).filter(|due| **due != GONE).map(|_| at)
    }

    /// Costs each call that leaves a constant number of steps in the long run.
    fn sweep(&mut self) {
        if self.waiting > 0 && (self.front <= MANY_GONE || self.front * 2 <= self.dues.len()) {
            return;
        }
        self.first += self.front as u64;
        let kept = self.dues.split_off(self.front);
        *self = Line { first: self.first, ..Line::default() };
        kept.into_iter().for_each(|due| self.add(due));
    }
}

fn lowest_bit(number: usize) -> usize {
    number & number.wrapping_neg()
}

#[cfg(test)]
mod tests {
    use super::Line;

    /// Against a plain list, in a fixed disorder.
    #[test]
    fn places_are_those_of_a_list() {
        let (mut line, mut list) = (Line::default(), Vec::new());
        let mut random = 1_u64;
        for due in 0..5000 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            if random >> 62 > 0 || list.is_empty() {
                list.push(line.join(due));
            } else {
                let ticket = list.remove((random >> 33) as usize % list.len());
                line.leave(ticket);
                assert_eq!(line.before(ticket), None);
            }
            if due % 97 == 0 {
                let places: Vec<_> = list.iter().map(|ticket| line.before(*ticket)).collect();
                assert_eq!(places, (0..list.len()).map(Some).collect::<Vec<_>>());
            }
            if due % 1000 == 999 {
                list.drain(..list.len() / 2 + 100).for_each(|ticket| line.leave(ticket));
            }
            assert_eq!(line.len(), list.len());
        }
        line.drop_late(4990);
        assert!(line.len() < 10);
        // Calls that give up at once leave nothing, though one before them waits.
        let waits = line.join(6000);
        let entries = line.dues.len();
        for _ in 0..1000 {
            let ticket = line.join(6000);
            line.leave(ticket);
        }
        assert_eq!((line.dues.len(), line.sums.len()), (entries, entries));
        assert!(line.before(waits).is_some());
    }
}
