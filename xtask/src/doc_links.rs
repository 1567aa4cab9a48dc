//! Links in the doc comments of the Rust client: what the documents and the description call by number or name is a
//! method there.

use std::collections::BTreeMap;

use baijiayun_api::Description;

use crate::names::{pascal, rust_field};

/// Where the things are that texts name: `large_class.2` and `room.create` are both `Room::create`.
pub struct DocLinks(BTreeMap<String, String>);

impl DocLinks {
    pub fn of(description: &Description) -> DocLinks {
        let mut places = BTreeMap::new();
        for entry in description.operations() {
            let resource = &entry.resource.resource;
            let place = format!("{}::{}", pascal(resource), rust_field(entry.method));
            let link = format!("[`{place}`](crate::{resource}::{place})");
            let ids: Vec<&str> = entry.operation.catalog_ids().collect();
            // Of several documents about one operation one may be meant.
            let one_of = |id: &str| if ids.len() > 1 { format!("{link} ({id})") } else { link.clone() };
            places.extend(ids.iter().map(|id| ((*id).to_owned(), one_of(id))));
            places.insert(entry.full_name(), link);
        }
        for (name, callback) in &description.callbacks {
            let place = format!("Event::{}", pascal(name));
            let link = format!("[`{place}`](crate::callbacks::{place})");
            places.extend(callback.catalog_ids().map(|id| (id.to_owned(), link.clone())));
        }
        DocLinks(places)
    }

    /// A source with links in its doc comments. What only says where something is printed stays a number.
    pub fn linked(&self, source: &str) -> String {
        let lines = source.split('\n').map(|line| match line.split_once("/// ") {
            Some((margin, text)) if margin.trim().is_empty() => format!("{margin}/// {}", self.text(text)),
            _ => line.to_owned(),
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    fn text(&self, text: &str) -> String {
        if text.starts_with("Documents: ") {
            return text.to_owned();
        }
        let start = if text.starts_with('(') { text.find(") ").unwrap_or(0) } else { 0 };
        let sources = ["Only in ", "Required in "].into_iter().filter_map(|words| text.find(words));
        let end = sources.min().unwrap_or(text.len()).max(start);
        format!("{}{}{}", &text[..start], self.words(&text[start..end]), &text[end..])
    }

    fn words(&self, text: &str) -> String {
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '.';
        let mut linked = String::new();
        let mut rest = text;
        while let Some(start) = rest.find(is_name) {
            let (before, from) = rest.split_at(start);
            let length = from.find(|letter| !is_name(letter)).unwrap_or(from.len());
            let word = from[..length].trim_end_matches('.');
            let after = &from[word.len()..];
            let quoted = before.ends_with('`') && after.starts_with('`');
            match self.0.get(word) {
                Some(link) if quoted => {
                    linked.extend([&before[..before.len() - 1], link]);
                    rest = &after[1..];
                }
                // Part of something else, such as a path.
                Some(link) if !before.ends_with(['/', '`', '{']) => {
                    linked.extend([before, link]);
                    rest = after;
                }
                _ => {
                    // A name cannot be empty, or the search would not go on.
                    let length = word.len().max(1);
                    linked.extend([before, &from[..length]]);
                    rest = &from[length..];
                }
            }
        }
        linked + rest
    }
}

#[cfg(test)]
mod tests {
    use super::DocLinks;

    #[test]
    fn names_become_links_and_sources_do_not() {
        let link = "[`Room::create`](crate::room::Room::create)".to_owned();
        let links = DocLinks([("room.create".to_owned(), link.clone()), ("vod.2".to_owned(), link)].into());
        let link = "[`Room::create`](crate::room::Room::create)";
        for (text, wanted) in [
            ("    /// See vod.2.", format!("    /// See {link}.")),
            ("/// A call of `room.create`: add it.", format!("/// A call of {link}: add it.")),
            ("/// (vod.2) As vod.2 (or vod.20)...", format!("/// (vod.2) As {link} (or vod.20)...")),
            ("/// Default: `0`. Only in vod.2.", "/// Default: `0`. Only in vod.2.".to_owned()),
            ("/// Documents: vod.2.", "/// Documents: vod.2.".to_owned()),
            ("/// Path `/openapi/room.create`. 教室 vod.2", format!("/// Path `/openapi/room.create`. 教室 {link}")),
            ("let vod = \"vod.2\"; // vod.2", "let vod = \"vod.2\"; // vod.2".to_owned()),
        ] {
            assert_eq!(links.linked(text), wanted);
        }
    }
}
