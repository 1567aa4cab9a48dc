//! The documentation site: `cargo xtask site` writes its pages from the description, the guides and the decisions, and has VitePress
//! make a folder of them that any web server can serve.

mod build;
mod callbacks;
mod comments;
mod coverage;
mod explorer;
mod guides;
mod locale;
mod markdown;
mod navigation;
mod reference;
mod start;

use std::error::Error;
use std::fs;
use std::path::Path;

use baijiayun_api::Description;

use crate::samples;
use guides::Guides;
use locale::Locale;

/// Where everything is put: it is written anew each time.
const TARGET: &str = "target/site";

/// A page of the site, below the folder of all pages.
pub struct Page {
    path: String,
    text: String,
}

impl Page {
    fn new(path: impl Into<String>, text: String) -> Page {
        Page { path: path.into(), text }
    }
}

/// Writes the pages, and builds the site of them unless `pages_only`. `base` is the path that it will be served at, `address` all of where that is.
///
/// # Errors
/// What is wrong in a guide, such as a link that leads nowhere, or that a program failed.
pub fn run(root: &Path, pages_only: bool, base: &str, address: Option<&str>) -> Result<String, Box<dyn Error>> {
    let description = Description::load_dir(root.join("api"))?;
    let samples = samples::all(&description)?;
    let guides = Guides::read(root)?;
    let has_explorer = root.join("site/pages/explorer.md").exists();
    let mut pages = Vec::new();
    let mut untranslated = 0;
    for locale in Locale::ALL {
        let mut words = locale.words(root)?;
        words.numbers = locale::numbers(&description, locale);
        if locale == Locale::Chinese {
            untranslated = locale::untranslated(&description, &words)?;
        }
        pages.extend(guides.pages(locale)?);
        pages.extend(start::pages(&guides, locale, &words)?);
        pages.extend(reference::pages(&description, &samples, locale, &words, has_explorer)?);
        pages.extend(callbacks::pages(root, &description, locale, &words)?);
        pages.push(coverage::page(&description, locale, &words)?);
    }
    let folder = root.join(TARGET).join("pages");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    copy(&root.join("site/pages"), &folder)?;
    for page in &pages {
        write(&folder.join(&page.path), &page.text)?;
    }
    write(
        &root.join(TARGET).join("navigation.json"),
        &serde_json::to_string(&navigation::all(&description, &guides, has_explorer))?,
    )?;
    for locale in Locale::ALL {
        let data = explorer::data(&description, &locale.words(root)?)?;
        write(&folder.join("public").join(explorer::file(locale)), &serde_json::to_string(&data)?)?;
    }
    explorer::write_samples(&root.join(TARGET), &samples)?;
    // For whoever makes a client of their own.
    let document = root.join("docs/openapi.json");
    if document.exists() {
        write(&folder.join("public/openapi.json"), &fs::read_to_string(document)?)?;
    }
    let count = format!("{} pages ({untranslated} texts of the description are not in Chinese)", pages.len());
    if pages_only {
        return Ok(format!("{count} in {TARGET}/pages"));
    }
    build::build(root, base, address)?;
    Ok(format!("{count}; the site is in {TARGET}/dist"))
}

fn write(path: &Path, text: &str) -> Result<(), Box<dyn Error>> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// A folder with all that is in it.
fn copy(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
