//! Pages about the project itself. They are in English alone.

use std::error::Error;
use std::path::Path;

use super::Page;
use super::guides::Guides;

pub fn pages(_root: &Path, guides: &Guides) -> Result<Vec<Page>, Box<dyn Error>> {
    let mut pages = guides.others("en/project/")?;
    pages.extend(guides.others("en/decisions/")?);
    let list: Vec<String> =
        guides.titles("docs/decisions/").map(|(title, page)| format!("- [{title}](/{page})")).collect();
    pages.push(Page::new("en/decisions/index.md", format!("# Decisions\n\n{}\n", list.join("\n"))));
    Ok(pages)
}
