//! No import of the core runs up: docs/architecture.md has the layers.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms by rank: what stands lower, or further to the left in its row, comes first.
fn ranks() -> Vec<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/architecture.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, section) = page.split_once("## The layers of the core\n").expect("the section on layers");
    let mut rows: Vec<Vec<String>> = Vec::new();
    for row in
        section.lines().skip_while(|line| !line.starts_with("|---")).skip(1).take_while(|line| line.starts_with('|'))
    {
        let rooms = row.split('|').nth(2).expect("a column of rooms");
        rows.push(rooms.split('`').map(str::trim).filter(|room| !room.is_empty()).map(str::to_owned).collect());
    }
    rows.into_iter().rev().flatten().collect()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

/// The rooms that a line of code names by `crate::`.
fn named(line: &str) -> impl Iterator<Item = &str> {
    let code = if line.trim_start().starts_with("//") { "" } else { line };
    code.split("crate::").skip(1).filter_map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next())
}

#[test]
fn no_import_runs_up() {
    let ranks = ranks();
    let rank = |room: &str| ranks.iter().position(|known| known == room);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut seen, mut wrong) = (BTreeSet::new(), Vec::new());
    for path in sources(&folder) {
        let inner = path.strip_prefix(&folder).unwrap();
        let room = inner.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned();
        if room == "lib" {
            continue;
        }
        for (nth, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
            for other in named(line).filter(|other| *other != room) {
                if rank(other).is_none() || rank(other) >= rank(&room) {
                    wrong.push(format!("{}:{}: {room} may not use {other}", inner.display(), nth + 1));
                }
            }
        }
        seen.insert(room);
    }
    assert_eq!(wrong, Vec::<String>::new(), "imports that run up (see docs/architecture.md, the layers of the core)");
    let mut rooms = ranks.clone();
    rooms.sort();
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), rooms, "each room of core/src stands in the table of layers once");
}
