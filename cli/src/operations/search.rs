//! Finding operations by words, in both languages.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeSet;

use baijiayun_api::synonyms::SAME;
use baijiayun_api::{Description, Entry};

/// The operations that all words are found in, the best first. Where none has all of them, Chinese words are taken
/// apart, and those that have any are found.
pub(super) fn find<'d>(description: &'d Description, query: &str) -> Vec<Entry<'d>> {
    let words: Vec<String> = query.split_whitespace().map(str::to_ascii_lowercase).collect();
    let texts: Vec<(Entry<'d>, Vec<Text<'d>>)> =
        description.operations().map(|entry| (entry, texts_of(entry))).collect();
    let ranked = |score: &dyn Fn(&[Text<'_>]) -> u32| {
        let mut found: Vec<(u32, Entry<'d>)> =
            texts.iter().map(|(entry, texts)| (score(texts), *entry)).filter(|(score, _)| *score > 0).collect();
        // Among equals the shorter title says less besides.
        found.sort_by_key(|(score, entry)| (Reverse(*score), entry.operation.title.len()));
        found.into_iter().map(|(_, entry)| entry).collect::<Vec<_>>()
    };
    let sought: Vec<Sought<'_>> = words.iter().map(|word| Sought::new(word)).collect();
    let all = ranked(&|texts| {
        let scores = sought.iter().map(|word| Some(score(texts, word)).filter(|score| *score > 0));
        scores.sum::<Option<u32>>().unwrap_or_default()
    });
    if !all.is_empty() {
        return all;
    }
    let pieces: BTreeSet<String> = words.iter().flat_map(|word| pieces(word)).collect();
    let sought: Vec<Sought<'_>> = pieces.iter().map(|piece| Sought::new(piece)).collect();
    ranked(&|texts| sought.iter().map(|piece| score(texts, piece)).sum())
}

/// A word with those that mean the same.
struct Sought<'w> {
    word: &'w str,
    others: Vec<&'static str>,
}

impl Sought<'_> {
    fn new(word: &str) -> Sought<'_> {
        Sought {
            word,
            others: SAME.iter().filter(|row| row.contains(&word)).flat_map(|row| row.iter().copied()).collect(),
        }
    }
}

/// A text of an operation, in lower case, and what a word is worth that is found in it.
struct Text<'d> {
    text: Cow<'d, str>,
    /// If it is all of the text, a word of it, or only somewhere in it.
    worth: [u32; 3],
}

fn texts_of(entry: Entry<'_>) -> Vec<Text<'_>> {
    let operation = entry.operation;
    let name = entry.full_name();
    let mut texts = Vec::new();
    // Names and Chinese are in lower case as they are.
    let lower = |text| if has_capitals(text) { text.to_ascii_lowercase().into() } else { Cow::Borrowed(text) };
    texts.push(Text { text: name.into(), worth: [100, 60, 40] });
    let mut add = |text, worth| texts.push(Text { text: lower(text), worth });
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

fn has_capitals(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_uppercase())
}

fn score(texts: &[Text<'_>], sought: &Sought<'_>) -> u32 {
    let best = |word: &str| texts.iter().filter_map(|text| text.worth_of(word)).max().unwrap_or(0);
    sought.others.iter().map(|other| best(other) / 3).chain([best(sought.word)]).max().unwrap_or(0)
}

impl Text<'_> {
    fn worth_of(&self, word: &str) -> Option<u32> {
        let [whole, a_word, somewhere] = self.worth;
        if self.text.len() <= word.len() {
            return (self.text == word).then_some(whole);
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
