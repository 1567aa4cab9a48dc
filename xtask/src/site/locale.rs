//! The two languages of the site.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

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
            Locale::Chinese => serde_saphyr::from_str(&read("descriptions.zh-CN.yaml")?)
                .map_err(|error| format!("site/descriptions.zh-CN.yaml: {error}"))?,
        };
        Ok(Words { locale: self, words: words.collect(), texts })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Both {
    zh: String,
    en: String,
}

/// The words of a language, and the Chinese of what the description says in English.
pub struct Words {
    pub locale: Locale,
    pub words: serde_json::Map<String, Value>,
    texts: BTreeMap<String, String>,
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

    /// What the description says, in this language where it is translated.
    pub fn text<'t>(&'t self, english: &'t str) -> &'t str {
        self.texts.get(english).map_or(english, String::as_str)
    }
}
