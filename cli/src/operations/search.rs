//! Finding operations by words, in both languages.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use baijiayun_api::synonyms::SAME;
use baijiayun_api::{Description, Entry};

/// The operations that all words are found in, the best first. Where none has all of them, Chinese words are taken
/// apart, and those that have any are found.
pub(super) fn find<'d>(description: &'d Description, query: &str) -> Vec<Entry<'d>> {
    let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
    let texts: Vec<(Entry<'d>, Vec<Text>)> = description.operations().map(|entry| (entry, texts_of(entry))).collect();
    let ranked = |score: &dyn Fn(&[Text]) -> u32| {
        let mut found: Vec<(u32, Entry<'d>)> =
            texts.iter().map(|(entry, texts)| (score(texts), *entry)).filter(|(score, _)| *score > 0).collect();
        // Among equals the shorter title says less besides.
        found.sort_by_key(|(score, entry)| (Reverse(*score), entry.operation.title.len()));
        found.into_iter().map(|(_, entry)| entry).collect::<Vec<_>>()
    };
    let all = ranked(&|texts| {
        let scores: Vec<u32> = words.iter().map(|word| score(texts, word)).collect();
        if scores.contains(&0) { 0 } else { scores.iter().sum() }
    });
    if !all.is_empty() {
        return all;
    }
    let pieces: BTreeSet<String> = words.iter().flat_map(|word| pieces(word)).collect();
    ranked(&|texts| pieces.iter().map(|piece| score(texts, piece)).sum())
}

/// A text of an operation, in lower case, and what a word is worth that is found in it.
struct Text {
    text: String,
    /// If it is all of the text, a word of it, or only somewhere in it.
    worth: [u32; 3],
}

fn texts_of(entry: Entry<'_>) -> Vec<Text> {
    let operation = entry.operation;
    let name = entry.full_name();
    let mut texts = Vec::new();
    let mut add = |text: &str, worth| texts.push(Text { text: text.to_lowercase(), worth });
    add(&name, [100, 60, 40]);
    add(entry.method, [90, 60, 40]);
    add(&operation.title, [95, 70, 60]);
    operation.other_titles.iter().for_each(|title| add(title, [90, 65, 55]));
    add(&entry.resource.resource, [50, 30, 20]);
    add(&entry.resource.title, [50, 30, 25]);
    add(&operation.summary, [50, 30, 20]);
    operation.catalog_ids().for_each(|id| add(id, [100, 30, 10]));
    for path in operation.path.iter().chain(&operation.candidates) {
        add(path, [90, 25, 15]);
    }
    for (name, param) in &operation.params {
        add(name, [25, 12, 8]);
        add(&param.desc, [6, 5, 4]);
    }
    texts
}

fn score(texts: &[Text], word: &str) -> u32 {
    let best = |word: &str| texts.iter().filter_map(|text| text.worth_of(word)).max().unwrap_or(0);
    let others = SAME.iter().filter(|row| row.contains(&word)).flat_map(|row| row.iter());
    others.map(|other| best(other) / 3).chain([best(word)]).max().unwrap_or(0)
}

impl Text {
    fn worth_of(&self, word: &str) -> Option<u32> {
        let [whole, a_word, somewhere] = self.worth;
        if self.text == word {
            return Some(whole);
        }
        let is_letter = |char: char| char.is_ascii_alphanumeric();
        let mut places = self.text.match_indices(word).peekable();
        places.peek()?;
        let stands_alone = places.any(|(at, _)| {
            let before = self.text.get(..at).and_then(|text| text.chars().next_back());
            let after = self.text.get(at + word.len()..).and_then(|text| text.chars().next());
            !before.is_some_and(is_letter) && !after.is_some_and(is_letter)
        });
        Some(if stands_alone { a_word } else { somewhere })
    }
}

/// Words without what English puts at their end, and Chinese ones in pairs of characters: 考勤数据 finds 考勤.
fn pieces(word: &str) -> Vec<String> {
    if word.is_ascii() {
        let stem = ["ing", "es", "s"].into_iter().find_map(|end| word.strip_suffix(end)).filter(|stem| stem.len() > 2);
        return vec![stem.unwrap_or(word).to_owned()];
    }
    let characters: Vec<char> = word.chars().collect();
    characters.windows(2.min(characters.len())).map(|pair| pair.iter().collect()).collect()
}
