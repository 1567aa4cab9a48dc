//! Things that have a numeric id, and bounded tables of them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::failure::Failure;

/// The members of one thing, with natural JSON types: `wire` makes of them
/// what an operation's document shows. Times are unix seconds.
pub(crate) type Row = Map<String, Value>;

/// A JSON object as a row.
pub(crate) fn row(object: Value) -> Row {
    match object {
        Value::Object(row) => row,
        _ => Row::new(),
    }
}

/// Things by their ids, in the order of these. (In the WebAssembly a map of the standard library takes 8 kB of code for each type.)
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ById<T>(Vec<(i64, T)>);

impl<T> Default for ById<T> {
    fn default() -> ById<T> {
        ById(Vec::new())
    }
}

impl<T> ById<T> {
    fn place(&self, id: i64) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.cmp(&id))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn get(&self, id: i64) -> Option<&T> {
        self.0.get(self.place(id).ok()?).map(|(_, thing)| thing)
    }

    pub fn get_mut(&mut self, id: i64) -> Option<&mut T> {
        let place = self.place(id).ok()?;
        self.0.get_mut(place).map(|(_, thing)| thing)
    }

    /// In place of what had this id.
    pub fn insert(&mut self, id: i64, thing: T) {
        match self.place(id) {
            Ok(place) => self.0[place] = (id, thing),
            Err(place) => self.0.insert(place, (id, thing)),
        }
    }

    pub fn remove(&mut self, id: i64) -> Option<T> {
        let place = self.place(id).ok()?;
        Some(self.0.remove(place).1)
    }

    pub fn retain(&mut self, mut keep: impl FnMut(i64, &T) -> bool) {
        self.0.retain(|(id, thing)| keep(*id, thing));
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (i64, &T)> {
        self.0.iter().map(|(id, thing)| (*id, thing))
    }

    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.iter_mut().map(|(_, thing)| thing)
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Store<T> {
    rows: ById<T>,
    next: i64,
    step: i64,
    limit: usize,
}

impl<T> Store<T> {
    /// Ids begin at `first` and grow by `step`.
    pub fn new(first: i64, step: i64, limit: usize) -> Store<T> {
        Store { rows: ById::default(), next: first, step, limit }
    }

    /// Makes the next id at least this.
    pub fn skip_to(&mut self, id: i64) {
        self.next = self.next.max(id);
    }

    /// Refuses if there is no place for so many more.
    pub fn must_hold(&self, more: usize) -> Result<(), Failure> {
        if self.limit.saturating_sub(self.rows.len()) < more {
            return Err(Failure::general(format!("the mock holds at most {} of these", self.limit)));
        }
        Ok(())
    }

    /// Takes in what is made for the id it gets.
    pub fn insert(&mut self, make: impl FnOnce(i64) -> T) -> Result<i64, Failure> {
        self.must_hold(1)?;
        let id = self.next;
        self.next += self.step;
        self.rows.insert(id, make(id));
        Ok(id)
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn get(&self, id: i64) -> Option<&T> {
        self.rows.get(id)
    }

    pub fn get_mut(&mut self, id: i64) -> Option<&mut T> {
        self.rows.get_mut(id)
    }

    pub fn remove(&mut self, id: i64) -> Option<T> {
        self.rows.remove(id)
    }

    pub fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        self.rows.retain(|_, thing| keep(thing));
    }

    /// The newest first, as the documents' lists are.
    pub fn iter(&self) -> impl Iterator<Item = (i64, &T)> {
        self.rows.iter().rev()
    }

    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.rows.values_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::Store;

    #[test]
    fn a_full_store_refuses() {
        let mut store = Store::new(10, 5, 2);
        assert_eq!(store.insert(|id| id).unwrap(), 10);
        assert_eq!(store.insert(|id| id).unwrap(), 15);
        assert!(store.insert(|id| id).is_err());
        store.remove(10);
        assert_eq!(store.insert(|id| id).unwrap(), 20, "an id is never used twice");
    }
}
