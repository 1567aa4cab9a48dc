//! Configuration files: where they are, and what stands in them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::key::Key;
use super::{FILE, Place, invalid, user_folder};
use crate::error::Error;
use crate::near;
use crate::paths;

const IN_A_FILE: &str = "a configuration file has the keys domain, partner_id and partner_key (or partner_key_file, or partner_key_command), the same in tables [accounts.NAME], and a table [paths] with operation = \"/openapi/...\"";
pub(super) const OF_PATHS: &str =
    "`bjy doctor` writes such a file: [paths] with lines such as \"room.create\" = \"/openapi/room/create\"";

/// The files that may be there, in the order in which they are looked for.
pub(super) enum Files {
    /// The caller says which. It has to be there.
    Named(PathBuf),
    /// One that lies in the folder, and the user's own.
    Looked { local: PathBuf, user: Option<PathBuf> },
}

impl Files {
    pub(super) fn of(named: Option<&Path>, place: &dyn Place) -> Files {
        match named {
            Some(path) => Files::Named(path.to_owned()),
            None => Files::Looked {
                local: place.folder().join(FILE),
                user: user_folder(place).map(|folder| folder.join("baijiayun").join("config.toml")),
            },
        }
    }

    /// The first that there is; where an account is named, those up to the one that has it.
    pub(super) fn read(&self, account: Option<&str>, place: &dyn Place) -> Result<Vec<File>, Error> {
        let is_enough = |file: &File| account.is_none_or(|name| file.accounts.contains_key(name));
        let mut found = Vec::new();
        for (path, is_trusted) in self.paths() {
            if let Some(file) = read(path, is_trusted, place)? {
                found.push(file);
                if found.last().is_some_and(is_enough) {
                    break;
                }
            }
        }
        match self {
            Files::Named(path) if found.is_empty() => Err(invalid(format!("{}: no such file", path.display()))),
            _ => Ok(found),
        }
    }

    /// All that there are.
    pub(super) fn all(&self, place: &dyn Place) -> Result<Vec<File>, Error> {
        self.paths().filter_map(|(path, is_trusted)| read(path, is_trusted, place).transpose()).collect()
    }

    /// Where what is missing may be written.
    pub(super) fn to_write(&self) -> Vec<PathBuf> {
        match self {
            Files::Named(path) => vec![path.clone()],
            Files::Looked { user, .. } => [PathBuf::from(FILE)].into_iter().chain(user.clone()).collect(),
        }
    }

    /// Each with whether the user chose it: one that merely lies in the folder may be anybody's.
    fn paths(&self) -> impl Iterator<Item = (&Path, bool)> {
        let (first, is_trusted, second) = match self {
            Files::Named(path) => (path, true, None),
            Files::Looked { local, user } => (local, false, user.as_deref()),
        };
        [(first.as_path(), is_trusted)].into_iter().chain(second.map(|path| (path, true)))
    }
}

/// A file that was read.
pub(super) struct File {
    pub(super) path: PathBuf,
    /// Whether the user chose it.
    pub(super) is_trusted: bool,
    /// The account without a name.
    pub(super) own: Member,
    pub(super) accounts: BTreeMap<String, Member>,
    pub(super) paths: BTreeMap<String, String>,
}

/// What a file says of one account.
#[derive(Clone, Default)]
pub(super) struct Member {
    pub(super) domain: Option<String>,
    pub(super) partner_id: Option<String>,
    pub(super) key: Option<Key>,
}

/// `None` if there is no such file.
fn read(path: &Path, is_trusted: bool, place: &dyn Place) -> Result<Option<File>, Error> {
    let wrong = |reason: String| invalid(format!("{}: {reason}", path.display()));
    let Some(text) = place.read(path).map_err(wrong)? else { return Ok(None) };
    let mut file = File {
        path: path.to_owned(),
        is_trusted,
        own: Member::default(),
        accounts: BTreeMap::new(),
        paths: BTreeMap::new(),
    };
    file.fill(&text).map_err(|reason| wrong(reason).with_hint(IN_A_FILE))?;
    Ok(Some(file))
}

impl File {
    /// The reasons name keys and lines, never values.
    fn fill(&mut self, text: &str) -> Result<(), String> {
        for (name, value) in table(text)? {
            match name.as_str() {
                "paths" => self.paths = paths_of(value).map_err(|error| error.message().to_owned())?,
                "accounts" => self.accounts = accounts_of(value)?,
                _ => self.own.set("", &name, value)?,
            }
        }
        Ok(())
    }
}

fn accounts_of(value: Value) -> Result<BTreeMap<String, Member>, String> {
    let Value::Table(tables) = value else { return Err("accounts must be tables: [accounts.NAME]".to_owned()) };
    let mut accounts = BTreeMap::new();
    for (name, value) in tables {
        let within = format!("accounts.{}", key_of(&name));
        let Value::Table(table) = value else { return Err(format!("{within} must be a table")) };
        let mut member = Member::default();
        for (key, value) in table {
            member.set(&format!("{within}."), &key, value)?;
        }
        accounts.insert(name, member);
    }
    Ok(accounts)
}

const KEYS: [&str; 5] = ["domain", "partner_id", "partner_key", "partner_key_file", "partner_key_command"];

impl Member {
    /// `within` says in errors where the key stands.
    fn set(&mut self, within: &str, name: &str, value: Value) -> Result<(), String> {
        let scalar = |value| scalar(value).ok_or_else(|| format!("{within}{name} must be a text"));
        let some = |text: String| Some(text).filter(|text| !text.is_empty());
        let key = match name {
            "domain" => {
                self.domain = some(scalar(value)?);
                return Ok(());
            }
            "partner_id" => {
                self.partner_id = some(scalar(value)?);
                return Ok(());
            }
            "partner_key" => some(scalar(value)?).map(Key::Text),
            "partner_key_file" => some(scalar(value)?).map(Key::File),
            "partner_key_command" => Some(Key::command(value).map_err(|reason| format!("{within}{name} {reason}"))?),
            _ => {
                let near = near::closest(KEYS.into_iter(), name).join(", ");
                let meant = if near.is_empty() { near } else { format!(" (did you mean {near}?)") };
                return Err(format!("unknown key {within}{name}{meant}"));
            }
        };
        match (&self.key, key) {
            (_, None) => Ok(()),
            (None, key) => {
                self.key = key;
                Ok(())
            }
            (Some(one), Some(other)) => Err(format!("{within}{} and {} are both there", one.name(), other.name())),
        }
    }
}

/// A name as a key of TOML.
pub(super) fn key_of(name: &str) -> String {
    let is_bare = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    if name.chars().all(is_bare) && !name.is_empty() { name.to_owned() } else { format!("{name:?}") }
}

fn table(text: &str) -> Result<Table, String> {
    text.strip_prefix('\u{feff}').unwrap_or(text).parse().map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        format!("line {} is not TOML (texts stand in quotes)", before.matches('\n').count() + 1)
    })
}

fn scalar(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Integer(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The table `[paths]` of a TOML text; other keys are passed over, so that a configuration file may have one.
///
/// # Errors
/// [`ErrorKind::InvalidAccount`](crate::ErrorKind::InvalidAccount) if it is not that, and as [`paths::check`].
pub fn paths(text: &str) -> Result<BTreeMap<String, String>, Error> {
    let table = table(text).map_err(|reason| invalid(reason).with_hint(OF_PATHS))?;
    table.into_iter().find(|(name, _)| name == "paths").map_or(Ok(BTreeMap::new()), |(_, value)| paths_of(value))
}

fn paths_of(value: Value) -> Result<BTreeMap<String, String>, Error> {
    let mut found = BTreeMap::new();
    match value {
        Value::Table(paths) => paths.into_iter().try_for_each(|(name, path)| add(&mut found, name, path))?,
        _ => return Err(invalid("paths must be a table".to_owned()).with_hint(OF_PATHS)),
    }
    Ok(found)
}

/// TOML reads `room.create = "..."` as a table in a table; a quoted name is whole.
fn add(found: &mut BTreeMap<String, String>, name: String, value: Value) -> Result<(), Error> {
    match value {
        Value::String(path) => {
            paths::check(&name, &path)?;
            found.insert(name, path);
            Ok(())
        }
        Value::Table(methods) => {
            methods.into_iter().try_for_each(|(method, path)| add(found, format!("{name}.{method}"), path))
        }
        _ => Err(invalid(format!("paths: the path of {name} must be a text")).with_hint(OF_PATHS)),
    }
}
