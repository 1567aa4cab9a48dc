//! Names that come close to a mistyped one.

/// Longer names are not compared: nothing here is called that.
const LONGEST: usize = 64;

/// Up to three of the names that are one or two slips away, the closest first.
pub(crate) fn closest<'n>(names: impl Iterator<Item = &'n str>, wanted: &str) -> Vec<&'n str> {
    if wanted.len() > LONGEST {
        return Vec::new();
    }
    let most = (wanted.len() / 3).clamp(1, 3);
    let near: Vec<(usize, &str)> = names.map(|name| (distance(name, wanted), name)).collect();
    let at = |slips| near.iter().filter(move |(distance, _)| *distance == slips).map(|(_, name)| *name);
    (0..=most).flat_map(at).take(3).collect()
}

/// How many letters are to be put in, taken out or changed (Levenshtein).
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, letter) in left.bytes().enumerate() {
        let mut cells = row.iter_mut();
        let mut before = index + 1;
        let mut diagonal = cells.next().map_or(0, |first| std::mem::replace(first, index + 1));
        for (cell, other) in cells.zip(right.bytes()) {
            let changed = diagonal + usize::from(letter != other);
            diagonal = *cell;
            before = changed.min(*cell + 1).min(before + 1);
            *cell = before;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{closest, distance};

    #[test]
    fn distances() {
        for (left, right, expected) in [
            ("", "", 0),
            ("abc", "abc", 0),
            ("abc", "", 3),
            ("", "abc", 3),
            ("titel", "title", 2),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(left, right), expected, "{left} {right}");
        }
    }

    #[test]
    fn only_what_is_close() {
        let names = ["title", "start_time", "end_time", "type"];
        assert_eq!(closest(names.into_iter(), "titl"), ["title"]);
        assert_eq!(closest(names.into_iter(), "starttime"), ["start_time"]);
        assert!(closest(names.into_iter(), "colour").is_empty());
        assert!(closest(names.into_iter(), &"title".repeat(100)).is_empty());
    }
}
