//! The guides in `docs/`, as pages: their links lead to pages, and where a guide names the same thing in each language, its code stands there.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::Page;
use super::comments::Comments;
use super::locale::Locale;
use super::markdown::{Within, anchors, blocks, fenced, lines, relinked, sections, slug};

/// The guides by subject, in the order of the menu: what to do with any language.
pub const SUBJECTS: [&str; 15] = [
    "signing",
    "errors",
    "limits",
    "lists",
    "uploads",
    "callbacks",
    "links",
    "apps",
    "testing",
    "paths",
    "times",
    "migrating",
    "networks",
    "everywhere",
    "promises",
];

/// The guides of the languages.
pub const LANGUAGES: [&str; 6] = ["npm", "python", "kotlin", "swift", "rust", "bjy"];

/// What is about the project itself, in English alone: source and page.
const PROJECT: [(&str, &str); 5] = [
    ("docs/architecture.md", "project/architecture"),
    ("docs/benchmarks.md", "project/benchmarks"),
    ("api/README.md", "project/description"),
    ("CONTRIBUTING.md", "project/contributing"),
    ("CHANGELOG.md", "project/changelog"),
];

/// It has a place in the menu once it is there.
const OPENAPI: &str = "openapi";

/// How a line begins that names the same thing in each language.
const EACH: [&str; 2] = ["In your language: ", "各语言的写法："];

pub struct Guides {
    root: PathBuf,
    sources: BTreeMap<String, Source>,
    comments: RefCell<Comments>,
}

struct Source {
    text: String,
    /// Below the folder of a language.
    page: String,
    /// Its language; none if both have it, in English.
    locale: Option<Locale>,
}

impl Guides {
    pub fn read(root: &Path) -> Result<Guides, Box<dyn Error>> {
        let mut sources = BTreeMap::new();
        let mut add = |path: String, page: String, locale| -> Result<(), Box<dyn Error>> {
            let text = fs::read_to_string(root.join(&path)).map_err(|error| format!("{path}: {error}"))?;
            sources.insert(path, Source { text, page, locale });
            Ok(())
        };
        let openapi = root.join(format!("docs/{OPENAPI}.md")).exists().then_some(&OPENAPI);
        for name in SUBJECTS.iter().chain(&LANGUAGES).chain(openapi) {
            for locale in Locale::ALL {
                add(format!("docs/{name}{}.md", locale.suffix()), format!("guide/{name}"), Some(locale))?;
            }
        }
        for (path, page) in PROJECT {
            add(path.to_owned(), page.to_owned(), None)?;
        }
        let mut decisions: Vec<PathBuf> = fs::read_dir(root.join("docs/decisions"))?
            .map(|entry| Ok(entry?.path()))
            .collect::<Result<_, Box<dyn Error>>>()?;
        decisions.sort();
        for path in decisions {
            if let Some(name) = path.file_stem().and_then(|name| name.to_str()) {
                add(format!("docs/decisions/{name}.md"), format!("decisions/{name}"), None)?;
            }
        }
        Ok(Guides { root: root.to_owned(), sources, comments: RefCell::new(Comments::read(root)?) })
    }

    /// The pages of a language.
    pub fn pages(&self, locale: Locale) -> Result<Vec<Page>, Box<dyn Error>> {
        let mut pages = Vec::new();
        for (path, Source { text, page, locale: own }) in &self.sources {
            if own.is_some_and(|own| own != locale) {
                continue;
            }
            let text = self.written(path, locale, text, &anchors(text))?;
            let text = if own.is_none() && locale == Locale::Chinese { foreign(&text) } else { text };
            pages.push(Page::new(format!("{}{page}.md", locale.folder()), text));
        }
        let decisions =
            self.titles("decisions/").map(|(title, page)| format!("- [{title}](/{}{page})", locale.folder()));
        let text = format!("# Decisions\n\n{}\n", decisions.collect::<Vec<_>>().join("\n"));
        let text = if locale == Locale::Chinese { foreign(&text) } else { format!("---\nindex: none\n---\n\n{text}") };
        pages.push(Page::new(format!("{}decisions/index.md", locale.folder()), text));
        if locale == Locale::Chinese {
            self.comments.borrow().check()?;
        }
        Ok(pages)
    }

    /// Title and page of what both languages have, below a folder.
    pub fn titles(&self, folder: &str) -> impl Iterator<Item = (&str, &str)> {
        let sources =
            self.sources.values().filter(move |source| source.locale.is_none() && source.page.starts_with(folder));
        sources.map(|source| (title(&source.text), source.page.as_str()))
    }

    /// The subjects that there are.
    pub fn subjects(&self) -> impl Iterator<Item = &'static str> {
        let openapi = self.sources.contains_key(&format!("docs/{OPENAPI}.md")).then_some(OPENAPI);
        SUBJECTS.into_iter().chain(openapi)
    }

    /// The title of a guide.
    pub fn title(&self, path: &str) -> Option<&str> {
        self.sources.get(path).map(|source| title(&source.text))
    }

    /// The first sections of a guide, without its title, ready for a page.
    pub fn beginning(&self, path: &str, locale: Locale, count: usize) -> Result<String, Box<dyn Error>> {
        let source = self.sources.get(path).ok_or_else(|| format!("{path} is no guide"))?;
        let text: String = sections(&source.text).into_iter().skip(1).take(count).collect();
        // Its own anchors that are not among these parts are on the page of the guide.
        let here = anchors(&text);
        self.written(path, locale, &text, &here)
    }

    /// A text of that source for a page that has these anchors.
    fn written(&self, path: &str, locale: Locale, text: &str, here: &[String]) -> Result<String, Box<dyn Error>> {
        let is_chinese = path.ends_with(".zh-CN.md");
        let mut out = String::new();
        let mut code = String::new();
        let mut info = "";
        let mut open = false;
        for line in lines(text) {
            match line.within {
                Within::Fence if !open => {
                    (open, info) = (true, line.text.trim_start().trim_start_matches('`'));
                    // The site draws no diagrams.
                    info = if info == "mermaid" { "txt" } else { info };
                    code.clear();
                }
                Within::Fence => {
                    open = false;
                    let margin = &line.text[..line.text.len() - line.text.trim_start().len()];
                    let block = fenced(info, &if is_chinese { self.in_chinese(info, &code) } else { code.clone() });
                    for line in block.lines() {
                        out += &format!("{margin}{}\n", line.strip_prefix(margin).unwrap_or(line));
                    }
                }
                Within::Code(_) => {
                    code.push_str(line.text);
                    code.push('\n');
                }
                Within::Prose => {
                    out += &self.prose(path, locale, line.text, here).map_err(|why| format!("{path}: {why}"))?;
                    out.push('\n');
                }
            }
        }
        Ok(out)
    }

    fn in_chinese(&self, info: &str, code: &str) -> String {
        self.comments.borrow_mut().chinese(info, code)
    }

    fn prose(&self, path: &str, locale: Locale, line: &str, here: &[String]) -> Result<String, String> {
        if let Some(links) = EACH.iter().find_map(|begin| line.strip_prefix(begin)) {
            return self.in_each_language(path, locale, links);
        }
        // The site has a switch for that.
        let line = line.replace(&format!("[中文]({})", file_name(&path.replace(".md", ".zh-CN.md"))), "");
        let line = line.replace(&format!("[English]({})", file_name(&path.replace(".zh-CN.md", ".md"))), "");
        relinked(line.trim_end(), &mut |words, target| self.link((path, locale), words, target, here))
    }

    /// A link of a guide as one of the site. What the site does not have, such as sources, is named without a link.
    fn link(
        &self,
        (path, locale): (&str, Locale),
        words: &str,
        target: &str,
        here: &[String],
    ) -> Result<String, String> {
        if target.contains("://") || target.starts_with("mailto:") {
            return Ok(format!("[{words}]({target})"));
        }
        let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
        if file.is_empty() && here.iter().any(|known| known == anchor) {
            return Ok(format!("[{words}](#{anchor})"));
        }
        let folder = Path::new(path).parent().unwrap_or(Path::new(""));
        let place = if file.is_empty() { path.to_owned() } else { plain(&folder.join(file)) };
        let mut to = locale;
        let page = match place.as_str() {
            "README.md" | "README.zh-CN.md" => "index",
            "api.md" if anchor.starts_with("callbacks") => {
                return Ok(format!("[{words}](/{}reference/callbacks/index)", locale.folder()));
            }
            "api.md" => "reference/index",
            // Put beside the pages, for whoever makes a client of their own.
            "docs/openapi.json" => return Ok(format!("[{words}](/openapi.json)")),
            "docs/decisions" => "decisions/index",
            place => match self.sources.get(place) {
                Some(source) => {
                    if !anchor.is_empty() && !anchors(&source.text).iter().any(|known| known == anchor) {
                        return Err(format!("{target}: no heading of {place} has that anchor"));
                    }
                    // A heading has that anchor in its own language alone.
                    to = source.locale.filter(|_| !anchor.is_empty()).unwrap_or(locale);
                    &source.page
                }
                None if self.root.join(place).exists() => {
                    return Ok(if words.contains('`') || words.contains(' ') {
                        words.to_owned()
                    } else {
                        format!("`{words}`")
                    });
                }
                None => return Err(format!("{target}: there is no {place}")),
            },
        };
        let anchor = if anchor.is_empty() { String::new() } else { format!("#{anchor}") };
        Ok(format!("[{words}](/{}{page}{anchor})", to.folder()))
    }

    /// Tabs with the code that stands below the headings that these links name: `[Python](python.md#errors)`.
    fn in_each_language(&self, path: &str, locale: Locale, links: &str) -> Result<String, String> {
        let mut tabs = String::new();
        let mut more = Vec::new();
        let is_chinese = path.ends_with(".zh-CN.md");
        relinked(links, &mut |label, target| {
            let (file, anchor) = target.split_once('#').ok_or_else(|| format!("{target}: it names no heading"))?;
            let place = plain(&Path::new(path).parent().unwrap_or(Path::new("")).join(file));
            let source = self.sources.get(&place).ok_or_else(|| format!("{target}: it is no guide"))?;
            let below = below(&source.text, anchor).ok_or_else(|| format!("{target}: there is no such heading"))?;
            let block = blocks(below).into_iter().find(|block| is_of(block.info, label));
            let block = block.ok_or_else(|| format!("{target}: there is no code of {label} below it"))?;
            let language = block.info.split_whitespace().next().unwrap_or_default();
            let code = if is_chinese { self.in_chinese(language, &block.code) } else { block.code };
            tabs += &format!("\n{}", fenced(&format!("{language} [{label}]"), &code));
            more.push(format!("[{label}](/{}{}#{anchor})", locale.folder(), source.page));
            Ok(String::new())
        })?;
        let says = if is_chinese { "在各语言的指南中：" } else { "In the guides of the languages: " };
        Ok(format!("::: code-group\n{tabs}\n:::\n\n{says}{}", more.join(" · ")))
    }
}

/// An English text among Chinese pages: their search finds what is in Chinese, and who has it read aloud hears English.
fn foreign(text: &str) -> String {
    format!("---\nindex: none\n---\n\n<div lang=\"en\">\n\n{text}\n</div>\n")
}

/// What stands below a heading of any level, up to the next.
fn below<'t>(text: &'t str, anchor: &str) -> Option<&'t str> {
    let mut at = 0;
    let mut begin = None;
    for line in lines(text) {
        if line.within == Within::Prose && line.text.starts_with('#') {
            if let Some(begin) = begin {
                return Some(&text[begin..at]);
            }
            if slug(line.text.trim_start_matches('#')) == anchor {
                begin = Some(at);
            }
        }
        at += line.text.len() + 1;
    }
    begin.map(|begin| &text[begin..])
}

/// Whether a block is of the language of that label.
fn is_of(info: &str, label: &str) -> bool {
    let language = info.split_whitespace().next().unwrap_or_default();
    match label {
        "JavaScript" => matches!(language, "js" | "ts"),
        "Shell" => matches!(language, "console" | "sh"),
        label => language == label.to_lowercase(),
    }
}

fn title(text: &str) -> &str {
    text.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or_default()
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// A path without `..`.
fn plain(path: &Path) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                parts.pop();
            }
            Component::Normal(part) => parts.extend(part.to_str()),
            _ => {}
        }
    }
    parts.join("/")
}
