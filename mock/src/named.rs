//! Things by their names, in order: a map that takes little code for each kind of thing (docs/decisions/0042).

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Named<T>(Vec<(String, T)>);

impl<T> Default for Named<T> {
    fn default() -> Named<T> {
        Named(Vec::new())
    }
}

impl<T> Named<T> {
    fn place(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.as_str().cmp(name))
    }

    /// Puts it there, in place of what was there.
    pub fn put(&mut self, name: String, thing: T) {
        match self.place(&name) {
            Ok(place) => self.0[place].1 = thing,
            Err(place) => self.0.insert(place, (name, thing)),
        }
    }

    pub fn get(&self, name: &str) -> Option<&T> {
        self.0.get(self.place(name).ok()?).map(|(_, thing)| thing)
    }

    pub fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        let place = self.place(name).ok()?;
        self.0.get_mut(place).map(|(_, thing)| thing)
    }

    #[cfg(feature = "full")]
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|(_, thing)| thing)
    }
}

impl<T> IntoIterator for Named<T> {
    type Item = (String, T);
    type IntoIter = std::vec::IntoIter<(String, T)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_are_found_by_name() {
        let mut named = Named::default();
        for (name, thing) in [("b", 1), ("a", 2), ("c", 3), ("a", 4)] {
            named.put(name.to_owned(), thing);
        }
        *named.get_mut("c").unwrap() += 1;
        assert_eq!(["a", "b", "c", "d"].map(|name| named.get(name).copied()), [Some(4), Some(1), Some(4), None]);
        assert_eq!(named.into_iter().map(|(name, _)| name).collect::<String>(), "abc");
    }
}
