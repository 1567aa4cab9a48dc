//! A bounded table of things that have a numeric id.

use std::collections::BTreeMap;

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

#[derive(Debug)]
pub(crate) struct Store<T> {
    rows: BTreeMap<i64, T>,
    next: i64,
    step: i64,
    limit: usize,
}

impl<T> Store<T> {
    /// Ids begin at `first` and grow by `step`.
    pub fn new(first: i64, step: i64, limit: usize) -> Store<T> {
        Store { rows: BTreeMap::new(), next: first, step, limit }
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

    pub fn get(&self, id: i64) -> Option<&T> {
        self.rows.get(&id)
    }

    pub fn get_mut(&mut self, id: i64) -> Option<&mut T> {
        self.rows.get_mut(&id)
    }

    pub fn remove(&mut self, id: i64) -> Option<T> {
        self.rows.remove(&id)
    }

    pub fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        self.rows.retain(|_, thing| keep(thing));
    }

    /// The newest first, as the documents' lists are.
    pub fn iter(&self) -> impl Iterator<Item = (i64, &T)> {
        self.rows.iter().rev().map(|(id, thing)| (*id, thing))
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
