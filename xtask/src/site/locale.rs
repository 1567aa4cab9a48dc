//! The two languages of the site.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use baijiayun_api::Description;
use serde::Deserialize;
use serde_json::Value;

/// The Chinese of what the description says in English, in the folder `site`.
const DESCRIPTIONS: &str = "descriptions.zh-CN.yaml";

/// A language. Most users read Chinese, which stands at the root.
#[derive(Clone, Copy, PartialEq)]
pub enum Locale {
    Chinese,
    English,
}

impl Locale {
    pub const ALL: [Locale; 2] = [Locale::Chinese, Locale::English];

    /// Where its pages are, below the folder of all pages.
    pub fn folder(self) -> &'static str {
        match self {
            Locale::Chinese => "",
            Locale::English => "en/",
        }
    }

    /// What the guides of this language have between name and `.md`.
    pub fn suffix(self) -> &'static str {
        match self {
            Locale::Chinese => ".zh-CN",
            Locale::English => "",
        }
    }

    pub fn pick<'t>(self, chinese: &'t str, english: &'t str) -> &'t str {
        match self {
            Locale::Chinese => chinese,
            Locale::English => english,
        }
    }

    /// What the generated pages say in this language.
    pub fn words(self, root: &Path) -> Result<Words, Box<dyn Error>> {
        let read = |file: &str| -> Result<String, Box<dyn Error>> {
            fs::read_to_string(root.join("site").join(file)).map_err(|error| format!("site/{file}: {error}").into())
        };
        let both: BTreeMap<String, Both> =
            serde_saphyr::from_str(&read("words.yaml")?).map_err(|error| format!("site/words.yaml: {error}"))?;
        let words = both
            .into_iter()
            .map(|(name, both)| (name, Value::from(if self == Locale::Chinese { both.zh } else { both.en })));
        let texts = match self {
            Locale::English => BTreeMap::new(),
            Locale::Chinese => {
                serde_saphyr::from_str(&read(DESCRIPTIONS)?).map_err(|error| format!("site/{DESCRIPTIONS}: {error}"))?
            }
        };
        Ok(Words { locale: self, words: words.collect(), texts, numbers: BTreeMap::new() })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Both {
    zh: String,
    en: String,
}

/// What the table of descriptions lacks and has for nothing: how many texts of the description are not in Chinese.
///
/// # Errors
/// It has texts that stand nowhere any more.
pub fn untranslated(description: &Description, words: &Words) -> Result<usize, Box<dyn Error>> {
    let mut all = BTreeSet::new();
    let mut said = BTreeSet::new();
    for part in [serde_json::to_value(&description.resources)?, serde_json::to_value(&description.callbacks)?] {
        gather(&part, "", &mut all, &mut said);
    }
    // An operation's title says in Chinese what its summary does.
    said.extend(description.resources.iter().map(|resource| resource.summary.clone()));
    let idle: Vec<&String> = words.texts.keys().filter(|english| !all.contains(*english)).collect();
    if !idle.is_empty() {
        return Err(format!("{DESCRIPTIONS} has texts that stand nowhere any more: {idle:?}").into());
    }
    Ok(said.iter().filter(|english| !words.texts.contains_key(*english)).count())
}

/// The page that has what a number of the documents is.
pub fn numbers(description: &Description, locale: Locale) -> BTreeMap<String, String> {
    let page = |id: &str, way: String| (id.to_owned(), format!("/{}reference/{way}", locale.folder()));
    let operations = description.operations().flat_map(|entry| {
        let way = format!("{}/{}", entry.resource.resource, entry.method);
        entry.operation.catalog_ids().map(move |id| page(id, way.clone())).collect::<Vec<_>>()
    });
    let callbacks = description
        .callbacks
        .iter()
        .flat_map(|(name, callback)| callback.catalog_ids().map(move |id| page(id, format!("callbacks/{name}"))));
    operations.chain(callbacks).collect()
}

/// All texts, and those of them that say what something means.
fn gather(value: &Value, name: &str, all: &mut BTreeSet<String>, said: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            all.insert(text.clone());
            if matches!(name, "desc" | "meaning" | "notes" | "retry" | "url_source") {
                said.insert(text.clone());
            }
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, name, all, said)),
        Value::Object(members) => members.iter().for_each(|(member, value)| {
            // A note for some documents alone is an object.
            let name = if member == "note" { name } else { member };
            gather(value, name, all, said);
        }),
        _ => {}
    }
}

/// The words of a language, and the Chinese of what the description says in English.
pub struct Words {
    pub locale: Locale,
    pub words: serde_json::Map<String, Value>,
    texts: BTreeMap<String, String>,
    /// Where each number of a document is on this site.
    pub numbers: BTreeMap<String, String>,
}

impl Words {
    pub fn get(&self, name: &str) -> Result<&str, String> {
        self.words.get(name).and_then(Value::as_str).ok_or_else(|| format!("site/words.yaml lacks {name}"))
    }

    /// A word with what stands in it for `{}`, one after the other, or for `{0}`, `{1}`.
    pub fn fill(&self, name: &str, values: &[&str]) -> Result<String, String> {
        let fill = |text: String, (number, value): (usize, &&str)| {
            text.replace(&format!("{{{number}}}"), value).replacen("{}", value, 1)
        };
        Ok(values.iter().enumerate().fold(self.get(name)?.to_owned(), fill))
    }

    /// Whether there is that text in this language.
    pub fn knows(&self, english: &str) -> bool {
        self.locale == Locale::English || self.texts.contains_key(english)
    }

    /// A text with the numbers of documents in it as links to what this site has for them.
    pub fn linked(&self, text: &str) -> String {
        let mut linked = String::new();
        // Not within code.
        for (number, part) in text.split('`').enumerate() {
            if number % 2 == 1 {
                let _ = write!(linked, "`{part}`");
                continue;
            }
            for word in part.split_inclusive(|letter: char| !matches!(letter, 'a'..='z' | '0'..='9' | '_' | '.')) {
                let name = word.trim_end_matches(|letter: char| !matches!(letter, 'a'..='z' | '0'..='9'));
                match self.numbers.get(name) {
                    Some(page) => {
                        let _ = write!(linked, "[{name}]({page}){}", &word[name.len()..]);
                    }
                    None => linked.push_str(word),
                }
            }
        }
        linked
    }

    /// What the description says, in this language where it is translated.
    pub fn text<'t>(&'t self, english: &'t str) -> &'t str {
        self.texts.get(english).map_or(english, String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_documents_lead_to_their_pages() {
        let numbers = [("vod.2", "/a"), ("callbacks.1", "/b"), ("small_class.callbacks.3", "/c")];
        let numbers = numbers.iter().map(|(id, page)| ((*id).to_owned(), (*page).to_owned())).collect();
        let words = Words { locale: Locale::Chinese, words: serde_json::Map::new(), texts: BTreeMap::new(), numbers };
        assert_eq!(words.linked("Set with vod.2, or vod.25."), "Set with [vod.2](/a), or vod.25.");
        assert_eq!(words.linked("用 callbacks.1 设置。"), "用 [callbacks.1](/b) 设置。");
        assert_eq!(words.linked("见small_class.callbacks.3。`vod.2`"), "见[small_class.callbacks.3](/c)。`vod.2`");
    }
}
