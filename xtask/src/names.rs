//! Names of the description in the style of each language.

use std::collections::BTreeSet;
use std::error::Error;

use baijiayun_api::{EnumValue, Scalar};

/// The names of a package whose types share one space: each is given once.
#[derive(Default)]
pub struct Names(BTreeSet<String>);

impl Names {
    /// The wanted name of a list of values, which no other type may have.
    pub fn claim_as_it_is(&mut self, wanted: &str) -> Result<String, String> {
        match self.0.insert(wanted.to_owned()) {
            true => Ok(wanted.to_owned()),
            false => {
                Err(format!("{wanted}: another type has the name; name the list in api/listed_values.yaml otherwise"))
            }
        }
    }

    /// The wanted name, or a longer one if another type has it.
    pub fn claim(&mut self, wanted: String) -> String {
        let mut name = wanted;
        while !self.0.insert(name.clone()) {
            name.push_str("Value");
        }
        name
    }
}

/// Checks that each member of a class has a name of its own.
pub fn once<'n>(class: &str, members: impl IntoIterator<Item = &'n str>) -> Result<(), Box<dyn Error>> {
    let mut names = BTreeSet::new();
    match members.into_iter().find(|member| !names.insert(*member)) {
        Some(twice) => Err(format!("{class}: it has two members {twice}").into()),
        None => Ok(()),
    }
}

/// Which of these names the texts mention.
pub fn mentioned<'n, 't>(
    names: impl IntoIterator<Item = &'n str>,
    texts: impl IntoIterator<Item = &'t str>,
) -> Vec<&'n str> {
    let words = texts.into_iter().flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'));
    let used: BTreeSet<&str> = words.collect();
    names.into_iter().filter(|name| used.contains(name)).collect()
}

/// `get_upload_url` as `GetUploadUrl`.
pub fn pascal(name: &str) -> String {
    name.split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .flat_map(|word| {
            let mut letters = word.chars();
            let first = letters.next().map(|letter| letter.to_ascii_uppercase());
            first.into_iter().chain(letters)
        })
        .collect()
}

/// `get_upload_url` as `getUploadUrl`.
pub fn camel(name: &str) -> String {
    let mut letters = pascal(name).chars().collect::<Vec<_>>();
    if let Some(first) = letters.first_mut() {
        first.make_ascii_lowercase();
    }
    letters.into_iter().collect()
}

/// A wire name as a Rust identifier: `m-loading` as `m_loading`, `type` as `type_`.
pub fn rust_field(name: &str) -> String {
    let snake = snake(name);
    match snake.as_str() {
        "type" | "move" | "ref" | "self" | "use" | "match" | "final" | "loop" | "in" | "box" | "where" | "mod" => {
            snake + "_"
        }
        _ => snake,
    }
}

/// A wire name as a Python identifier: `classId` as `class_id`, `from` as `from_`.
pub fn python_name(name: &str) -> String {
    let snake = snake(name);
    if PYTHON_KEYWORDS.contains(&snake.as_str()) { snake + "_" } else { snake }
}

/// Those in lower case; wire names have no others.
const PYTHON_KEYWORDS: [&str; 32] = [
    "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except",
    "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise",
    "return", "try", "while", "with", "yield",
];

/// A wire name in small letters, with underscores.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    let mut after_lower = false;
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            if after_lower {
                snake.push('_');
            }
            snake.push(letter.to_ascii_lowercase());
            after_lower = false;
        } else if letter.is_ascii_alphanumeric() {
            snake.push(letter);
            after_lower = true;
        } else {
            snake.push('_');
            after_lower = false;
        }
    }
    if snake.starts_with(|first: char| first.is_ascii_digit()) {
        snake.insert(0, '_');
    }
    snake
}

/// Most words of a meaning that become a name.
const MOST_WORDS: usize = 5;

/// Names for listed values, each once: their texts, or what they mean.
pub fn variant_names(values: &[EnumValue]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for EnumValue { value, meaning } in values {
        let from_value = match value {
            Scalar::Text(text) => Some(pascal(text)).filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic())),
            Scalar::Int(_) => None,
        };
        let fallback = format!("Value{}", value.to_string().replace('-', "Minus"));
        let mut name = from_value.or_else(|| variant(meaning)).unwrap_or_else(|| fallback.clone());
        if name == "Other" || name == "Self" || names.contains(&name) {
            name = format!("{name}{}", pascal(&fallback));
        }
        names.push(name);
    }
    names
}

/// The meaning of an enum value as a name: `one-to-one (old accounts)` as `OneToOne`.
/// `None` if the meaning has nothing to make a name of.
fn variant(meaning: &str) -> Option<String> {
    let head = meaning.split(['(', ';', ',', ':', '.', '，', '（']).next().unwrap_or_default();
    let words: Vec<&str> = head
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty() && !["the", "a", "an", "is", "are", "was", "of"].contains(word))
        .take(MOST_WORDS)
        .collect();
    let name: String = words.iter().map(|word| pascal(word)).collect();
    name.starts_with(|first: char| first.is_ascii_alphabetic()).then_some(name)
}
