//! A start for each language: the first sections of its guide, and where to go on.

use std::error::Error;

use serde_json::json;

use super::Page;
use super::guides::Guides;
use super::locale::{Locale, Words};

/// A page, the guide that it is the beginning of, how much of it, and what the title says.
pub const STARTS: [(&str, &str, usize, &str); 6] = [
    ("javascript", "npm", 2, "JavaScript / TypeScript"),
    ("python", "python", 2, "Python"),
    ("kotlin", "kotlin", 2, "Kotlin / Java"),
    ("swift", "swift", 2, "Swift"),
    ("rust", "rust", 2, "Rust"),
    ("shell", "bjy", 3, "Shell"),
];

pub fn pages(guides: &Guides, locale: Locale, words: &Words) -> Result<Vec<Page>, Box<dyn Error>> {
    let page = |(name, guide, count, title): &(&str, &str, usize, &str)| {
        let folder = locale.folder();
        let beginning = guides.beginning(&format!("docs/{guide}{}.md", locale.suffix()), locale, *count)?;
        let heading = words.fill("start_title", &[title])?;
        let more = words.fill("start_more", &[&format!("/{folder}guide/{guide}"), title])?;
        let (careful, key) = (words.get("start_key_title")?, words.get("start_key")?);
        let next = words.get("start_next")?;
        let about = words.fill("start_described", &[title])?;
        let keywords = [*title, words.get("start_keywords")?];
        // Its sections are those of a guide, where the search finds them.
        let front =
            format!("description: {}\nheading: {}\nkeywords: {}", json!(about), json!(heading), json!(keywords));
        let text = format!(
            "---\n{front}\n---\n\n# {heading}\n\n::: warning {careful}\n{key}\n:::\n\n{beginning}\n{next}\n{more}\n"
        );
        Ok(Page::new(format!("{folder}start/{name}.md"), text))
    };
    STARTS.iter().map(page).collect()
}
