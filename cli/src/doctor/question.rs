//! What may be asked about an operation: which candidates, and why not the others.

use std::collections::{HashMap, HashSet};

use baijiayun::core::Operation;
use baijiayun::core::operation::{self, PathSource};
use baijiayun_api::Description;

/// An operation whose path is a guess.
#[derive(Debug)]
pub(super) struct Question<'a> {
    pub(super) operation: &'a Operation,
    /// The candidates that can be asked safely, in the order of asking.
    pub(super) candidates: Vec<&'a str>,
    pub(super) left_out: Vec<LeftOut<'a>>,
}

/// A candidate that is not asked.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LeftOut<'a> {
    pub(super) path: &'a str,
    pub(super) why: String,
}

/// What is known about paths besides the operation in question.
#[derive(Default)]
pub(super) struct Known<'a> {
    /// Paths that are known to be other operations.
    taken: HashMap<&'a str, &'a str>,
    /// Candidates of several operations.
    shared: HashSet<&'a str>,
}

/// The questions about all operations with a guessed path.
pub(super) fn all() -> Vec<Question<'static>> {
    let description = Description::embedded();
    let guessed: Vec<(&Operation, &[String])> = operation::all()
        .iter()
        .filter(|operation| operation.path_source == PathSource::Inferred)
        .filter_map(|operation| Some((operation, description.find(&operation.name)?.operation.candidates.as_slice())))
        .collect();
    let mut known = Known::default();
    for operation in operation::all() {
        if matches!(operation.path_source, PathSource::Seed | PathSource::Public) {
            known.taken.insert(&operation.path, &operation.name);
        }
    }
    let mut seen = HashSet::new();
    for path in guessed.iter().flat_map(|(_, candidates)| candidates.iter()) {
        if !seen.insert(path.as_str()) {
            known.shared.insert(path);
        }
    }
    guessed.into_iter().map(|(operation, candidates)| Question::about(operation, candidates, &known)).collect()
}

impl<'a> Question<'a> {
    pub(super) fn about(operation: &'a Operation, candidates: &'a [String], known: &Known<'_>) -> Question<'a> {
        let mut question = Question { operation, candidates: Vec::new(), left_out: Vec::new() };
        for path in candidates {
            match question.reason_against(path, known) {
                None => question.candidates.push(path),
                Some(why) => question.left_out.push(LeftOut { path, why }),
            }
        }
        // A path that two operations may have goes to the one that has no other.
        question.candidates.sort_by_key(|path| known.shared.contains(path));
        question
    }

    /// Whether the service must refuse a request without parameters.
    pub(super) fn requires(&self) -> bool {
        self.required().next().is_some()
    }

    pub(super) fn required(&self) -> impl Iterator<Item = &'a str> {
        let groups = self.operation.any_of.iter().flat_map(|group| group.iter().copied());
        self.operation.params.iter().filter(|param| param.required).map(|param| param.name).chain(groups)
    }

    fn reason_against(&self, path: &str, known: &Known<'_>) -> Option<String> {
        if let Some(name) = known.taken.get(path) {
            return Some(format!("it is known as the path of {name}"));
        }
        if self.operation.read_only {
            return None;
        }
        if !self.requires() {
            return Some("the operation changes something and requires no parameter".to_owned());
        }
        // deleteAllDoc may be another operation, one that takes no parameters and deletes everything.
        acts_on_all(path).then(|| "its name says that it may change everything, even without parameters".to_owned())
    }
}

/// Whether the last part of a path has one of the words that need no parameter.
fn acts_on_all(path: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or(path);
    let mut word = String::new();
    let mut words = Vec::new();
    for c in last.chars() {
        if (c.is_ascii_uppercase() || c == '_') && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        word.push(c.to_ascii_lowercase());
    }
    words.push(word);
    words.iter().any(|word| matches!(word.trim_matches('_'), "all" | "clear" | "clean" | "empty" | "reset"))
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use baijiayun::Method;
    use baijiayun::core::Operation;

    use super::{Known, Question, acts_on_all, all};

    #[test]
    fn every_guess_is_asked_about_and_the_best_first() {
        let questions = all();
        assert_eq!(questions.len(), 116);
        for question in &questions {
            assert_eq!(question.candidates.first().copied(), Some(question.operation.path.as_ref()));
        }
    }

    #[test]
    fn what_might_change_something_is_left_out() {
        let left_out: Vec<(String, &str)> = all()
            .iter()
            .flat_map(|question| question.left_out.iter().map(|out| (question.operation.name.to_string(), out.path)))
            .collect();
        let expected = [
            ("doc.delete".to_owned(), "/openapi/doc/deleteAllDoc"),
            ("room.add_spot_videos".to_owned(), "/openapi/room/setSpotVideo"),
        ];
        assert_eq!(left_out, expected);

        let candidates = ["/openapi/a/deleteThings".to_owned()];
        let mut changing = Operation::raw(Method::Post, "/openapi/a/deleteThings");
        changing.name = Cow::Borrowed("a.delete_things");
        let question = Question::about(&changing, &candidates, &Known::default());
        assert!(question.candidates.is_empty());
        assert!(question.left_out[0].why.contains("requires no parameter"), "{question:?}");
        let reading = Operation { read_only: true, ..changing };
        let question = Question::about(&reading, &candidates, &Known::default());
        assert_eq!((question.candidates.len(), question.requires()), (1, false));
    }

    #[test]
    fn words_of_names_are_told_apart() {
        for path in ["/openapi/doc/deleteAllDoc", "/x/clearRoom", "/x/delete_all", "/x/resetKey", "/x/deleteAll"] {
            assert!(acts_on_all(path), "{path}");
        }
        for path in ["/openapi/all/deleteDoc", "/x/callRoom", "/x/allowUser", "/x/smallCourse"] {
            assert!(!acts_on_all(path), "{path}");
        }
    }

    #[test]
    fn shared_candidates_come_last() {
        for question in all() {
            let name = &question.operation.name;
            if name == "doc.get_preview" || name == "doc.list_room_previews" {
                assert_eq!(question.candidates.last(), Some(&"/openapi/doc/docPreview"));
            }
        }
    }
}
