//! The account from where people keep it: the environment, and files of TOML. The same for `bjy` and for every language.
//!
//! Each of the three is what the caller gives, else the variable (`BAIJIAYUN_DOMAIN`, `BAIJIAYUN_PARTNER_ID`,
//! `BAIJIAYUN_PARTNER_KEY`), else what stands in the first file that there is: [`FILE`] in the folder, then
//! `baijiayun/config.toml` in the user's folder of configurations. What is empty counts as absent.
//!
//! ```toml
//! domain = "demo"
//! partner_id = 12345678
//! partner_key = "..."
//!
//! [paths]
//! "chat.revoke_message" = "/openapi/chat/revokeMessage"
//! ```
//!
//! The paths that `bjy doctor` found ([`PATHS_FILE`] in the folder) are heeded too, where the documents leave a guess.
//! No error holds a value: a file holds the key.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::account::Account;
use crate::error::{Error, ErrorKind};
use crate::operation::{self, PathSource};
use crate::paths;
use crate::sign::PartnerKey;

/// The file that is looked for in the folder.
pub const FILE: &str = "baijiayun.toml";

/// The file of paths in the folder, which `bjy doctor` writes.
pub const PATHS_FILE: &str = "baijiayun-paths.toml";

const IN_A_FILE: &str = "a configuration file has the keys domain, partner_id and partner_key, and a table [paths] with operation = \"/openapi/...\"";
const OF_PATHS: &str =
    "`bjy doctor` writes such a file: [paths] with lines such as \"room.create\" = \"/openapi/room/create\"";

/// What is outside of this crate, which reads nothing itself.
pub trait Place {
    /// A variable of the environment.
    fn variable(&self, name: &str) -> Option<String>;

    /// What stands in a file; `None` if there is none.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn read(&self, file: &Path) -> Result<Option<String>, String>;

    /// The folder to look in; that in which the program works if nothing is said.
    fn folder(&self) -> &Path {
        Path::new("")
    }
}

/// What the caller says.
#[derive(Clone, Default)]
pub struct Given {
    /// The domain.
    pub domain: Option<String>,
    /// The account's id.
    pub partner_id: Option<String>,
    /// Its key.
    pub partner_key: Option<String>,
    /// A file in place of those that are looked for. It has to be there.
    pub file: Option<PathBuf>,
}

impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Given").field("domain", &self.domain).field("file", &self.file).finish_non_exhaustive()
    }
}

/// What was found.
#[derive(Clone, Default)]
pub struct Found {
    /// The domain.
    pub domain: Option<String>,
    /// The account's id.
    pub partner_id: Option<String>,
    /// Its key.
    pub partner_key: Option<String>,
    /// Paths by operation name: those of the configuration over those that the doctor found.
    pub paths: BTreeMap<String, String>,
    /// What a person should know, such as paths that are not heeded.
    pub notes: Vec<String>,
    /// The user's file of configuration, there or not.
    user_file: Option<PathBuf>,
}

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Found").field("domain", &self.domain).field("paths", &self.paths).finish_non_exhaustive()
    }
}

/// Looks for what the caller does not give.
///
/// # Errors
/// [`ErrorKind::InvalidAccount`] if a file cannot be read, or is not what it should be: it says where, and no value.
pub fn find(given: Given, place: &dyn Place) -> Result<Found, Error> {
    let user_file = user_folder(place).map(|folder| folder.join("baijiayun").join("config.toml"));
    let file = match &given.file {
        Some(path) => read(path, place)?.ok_or_else(|| invalid(format!("{}: no such file", path.display())))?,
        None => {
            let mut found = read(&place.folder().join(FILE), place)?;
            if let (None, Some(path)) = (&found, &user_file) {
                found = read(path, place)?;
            }
            found.unwrap_or_default()
        }
    };
    let pick = |given: Option<String>, variable: &str, in_file: Option<String>| {
        let some = |text: &String| !text.is_empty();
        given.filter(some).or_else(|| place.variable(variable).filter(some)).or(in_file.filter(some))
    };
    let (mut paths, notes) = found_paths(place)?;
    // What a person wrote wins over what was found.
    paths.extend(file.paths);
    Ok(Found {
        domain: pick(given.domain, "BAIJIAYUN_DOMAIN", file.domain),
        partner_id: pick(given.partner_id, "BAIJIAYUN_PARTNER_ID", file.partner_id),
        partner_key: pick(given.partner_key, "BAIJIAYUN_PARTNER_KEY", file.partner_key),
        paths,
        notes,
        user_file,
    })
}

impl Found {
    /// Which of the three there is nowhere.
    pub fn missing(&self) -> Vec<&'static str> {
        let three = [("domain", &self.domain), ("partner_id", &self.partner_id), ("partner_key", &self.partner_key)];
        three.into_iter().filter(|(_, value)| value.is_none()).map(|(name, _)| name).collect()
    }

    /// That these are missing, and the ways to give them.
    pub fn lacks(&self, names: &[&str]) -> Error {
        let list = |each: &dyn Fn(&str) -> String| names.iter().map(|name| each(name)).collect::<Vec<_>>().join(", ");
        let user_file = self.user_file.as_ref().map(|path| format!(" or in {}", path.display())).unwrap_or_default();
        Error::new(ErrorKind::InvalidAccount, "")
            .with_message(format!("the account lacks {}", names.join(", ")))
            .with_hint(format!(
                "set {}; or write {} in {FILE}{user_file}",
                list(&|name| format!("BAIJIAYUN_{}", name.to_uppercase())),
                list(&|name| format!("{name} = \"...\"")),
            ))
    }

    /// The whole account.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidAccount`] if something is missing, or cannot be right.
    pub fn account(self) -> Result<Account, Error> {
        match (&self.domain, &self.partner_id, &self.partner_key) {
            (Some(domain), Some(partner_id), Some(key)) => {
                Ok(Account::new(domain, partner_id, PartnerKey::new(key.as_str()))?.with_paths(self.paths))
            }
            _ => Err(self.lacks(&self.missing())),
        }
    }
}

/// Where a user's programs keep their configurations.
fn user_folder(place: &dyn Place) -> Option<PathBuf> {
    let folder = |name: &str| place.variable(name).map(PathBuf::from).filter(|folder| folder.is_absolute());
    if cfg!(windows) {
        return folder("APPDATA");
    }
    folder("XDG_CONFIG_HOME").or_else(|| folder("HOME").map(|home| home.join(".config")))
}

/// The paths that the doctor found, if it was asked here. A file that merely lies in the folder is heeded where the path
/// is a guess: it must not lead any other call elsewhere.
fn found_paths(place: &dyn Place) -> Result<(BTreeMap<String, String>, Vec<String>), Error> {
    let file = place.folder().join(PATHS_FILE);
    let named = |error: String| invalid(format!("{}: {error}", file.display()));
    let Some(text) = place.read(&file).map_err(named)? else { return Ok(Default::default()) };
    let mut found = paths(&text).map_err(|error| {
        let hint = format!("mend the file, or delete it and run `bjy doctor` again ({OF_PATHS})");
        named(error.message().to_owned()).with_hint(hint)
    })?;
    let is_guess =
        |name: &str| operation::find(name).is_ok_and(|operation| operation.path_source == PathSource::Inferred);
    let known: Vec<&str> = found.keys().map(String::as_str).filter(|name| !is_guess(name)).collect();
    let note = format!(
        "{PATHS_FILE} is not heeded for {}: their paths are no guesses (a configuration that names them is)",
        known.join(", ")
    );
    let notes = if known.is_empty() { Vec::new() } else { vec![note] };
    found.retain(|name, _| is_guess(name));
    Ok((found, notes))
}

#[derive(Default)]
struct File {
    domain: Option<String>,
    partner_id: Option<String>,
    partner_key: Option<String>,
    paths: BTreeMap<String, String>,
}

/// `None` if there is no such file.
fn read(path: &Path, place: &dyn Place) -> Result<Option<File>, Error> {
    let text = place.read(path).map_err(|reason| invalid(format!("{}: {reason}", path.display())))?;
    let wrong = |reason: String| invalid(format!("{}: {reason}", path.display())).with_hint(IN_A_FILE);
    text.map(|text| parse(&text).map_err(wrong)).transpose()
}

/// The reasons name keys and lines, never values.
fn parse(text: &str) -> Result<File, String> {
    let mut file = File::default();
    for (name, value) in table(text)? {
        match name.as_str() {
            "domain" => file.domain = Some(scalar(&name, value)?),
            "partner_id" => file.partner_id = Some(scalar(&name, value)?),
            "partner_key" => file.partner_key = Some(scalar(&name, value)?),
            "paths" => file.paths = paths_of(value).map_err(|error| error.message().to_owned())?,
            _ => return Err(format!("unknown key {name}")),
        }
    }
    Ok(file)
}

fn table(text: &str) -> Result<Table, String> {
    text.strip_prefix('\u{feff}').unwrap_or(text).parse().map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        format!("line {} is not TOML (texts stand in quotes)", before.matches('\n').count() + 1)
    })
}

fn scalar(name: &str, value: Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text),
        Value::Integer(number) => Ok(number.to_string()),
        _ => Err(format!("{name} must be a text")),
    }
}

/// The table `[paths]` of a TOML text; other keys are passed over, so that a configuration file may have one.
///
/// # Errors
/// [`ErrorKind::InvalidAccount`] if it is not that, and as [`paths::check`].
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

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidAccount, "").with_message(message)
}
