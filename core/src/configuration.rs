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
//! [accounts.school]
//! domain = "school"
//! partner_id = 87654321
//! partner_key_file = "school.key"
//!
//! [paths]
//! "chat.revoke_message" = "/openapi/chat/revokeMessage"
//! ```
//!
//! An account that is named, by the caller or by `BAIJIAYUN_ACCOUNT`, is taken whole from its table in the first file that
//! has it: what the three variables say is of another account, and is not heeded. Only what the caller gives comes before.
//!
//! The key may stand in a file of its own (`partner_key_file`, beside the file that names it), or a program may tell it
//! (`partner_key_command`), where the caller lets programs be started: see [`Place::programs`].
//!
//! The paths that `bjy doctor` found ([`PATHS_FILE`] in the folder) are heeded too, where the documents leave a guess.
//! No error holds a value: a file holds the key.

mod accounts;
mod file;
mod key;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::account::Account;
use crate::error::{Error, ErrorKind};
use crate::json::quoted;
use crate::near;
use crate::operation::{self, PathSource};
use crate::sign::PartnerKey;

pub use accounts::{Listed, accounts};
pub use file::paths;
use file::{File, Files, OF_PATHS};

/// The file that is looked for in the folder.
pub const FILE: &str = "baijiayun.toml";

/// The file of paths in the folder, which `bjy doctor` writes.
pub const PATHS_FILE: &str = "baijiayun-paths.toml";

/// What is outside of this crate, which reads nothing itself.
pub trait Place {
    /// A variable of the environment; what is no UTF-8 in it as U+FFFD.
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

    /// What runs a program without a shell and gives what it prints, or why it told nothing; `None` where none is started,
    /// as in a library: a server is not to start programs because of a file.
    fn programs(&self) -> Option<&Run> {
        None
    }
}

/// Runs a program, which is given with its arguments.
pub type Run = dyn Fn(&[String]) -> Result<String, String>;

/// What the caller says.
#[derive(Clone, Default)]
pub struct Given {
    /// The name of an account in a file.
    pub account: Option<String>,
    /// The domain.
    pub domain: Option<String>,
    /// The account's id.
    pub partner_id: Option<String>,
    /// Its key.
    pub partner_key: Option<String>,
    /// A file in place of those that are looked for. It has to be there.
    pub file: Option<PathBuf>,
    /// Whether there is a signer: then no file is read and no program run for the key.
    pub has_signer: bool,
}

impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Given")
            .field("account", &self.account)
            .field("domain", &self.domain)
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}

/// What was found.
#[derive(Clone, Default)]
pub struct Found {
    /// The name of the account, if it was named.
    pub account: Option<String>,
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
    /// The files that hold the key.
    pub key_files: Vec<PathBuf>,
    /// Where what is missing may be written: a file, and the user's own, there or not.
    written_in: Vec<PathBuf>,
}

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Found").field("domain", &self.domain).field("paths", &self.paths).finish_non_exhaustive()
    }
}

/// Looks for what the caller does not give.
///
/// # Errors
/// [`ErrorKind::InvalidAccount`] if a file cannot be read or is not what it should be, if no account has that name, or if
/// its key cannot be got: it says where, and no value.
pub fn find(given: Given, place: &dyn Place) -> Result<Found, Error> {
    let files = Files::of(given.file.as_deref(), place);
    let some = |text: &String| !text.is_empty();
    let name = match given.account.filter(some) {
        None => variable(place, ACCOUNT)?,
        name => name,
    };
    let read = files.read(name.as_deref(), place)?;
    let (mut paths, mut notes) = found_paths(place)?;
    // What a person wrote wins over what was found.
    for file in read.iter().rev() {
        paths.extend(file.paths.iter().map(|(name, path)| (name.clone(), path.clone())));
    }
    let file = match &name {
        Some(name) => Some(
            read.iter().find(|file| file.accounts.contains_key(name)).ok_or_else(|| unknown(name, &read, &files))?,
        ),
        None => read.first(),
    };
    let table = file.map(|file| match &name {
        Some(name) => file.accounts.get(name).cloned().unwrap_or_default(),
        None => file.own.clone(),
    });
    let table = table.unwrap_or_default();
    if let (Some(name), Some(file)) = (&name, file) {
        notes.extend(not_heeded(name, file, place));
    }
    let first = |given: Option<String>, known: &str| match given.filter(some) {
        None if name.is_none() => variable(place, known),
        given => Ok(given),
    };
    let mut found = Found {
        domain: first(given.domain, DOMAIN)?.or(table.domain),
        partner_id: first(given.partner_id, PARTNER_ID)?.or(table.partner_id),
        partner_key: first(given.partner_key, PARTNER_KEY)?,
        paths,
        notes,
        key_files: Vec::new(),
        written_in: match (&name, file) {
            (Some(_), Some(file)) => vec![file.path.clone()],
            _ => files.to_write(),
        },
        account: name,
    };
    if let (None, Some(key), Some(file)) = (&found.partner_key, table.key, file) {
        (found.partner_key, found.key_files) = key.get(file, given.has_signer, place)?;
    }
    Ok(found)
}

const ACCOUNT: &str = "BAIJIAYUN_ACCOUNT";
const DOMAIN: &str = "BAIJIAYUN_DOMAIN";
const PARTNER_ID: &str = "BAIJIAYUN_PARTNER_ID";
const PARTNER_KEY: &str = "BAIJIAYUN_PARTNER_KEY";

/// A variable that is set. Letters that were lost would be another account, or a key that signs wrongly.
fn variable(place: &dyn Place, name: &str) -> Result<Option<String>, Error> {
    match place.variable(name).filter(|value| !value.is_empty()) {
        Some(value) if value.contains(char::REPLACEMENT_CHARACTER) => Err(invalid(format!("{name} is no UTF-8"))
            .with_hint("set it anew, where the shell or the file that sets it is in UTF-8")),
        value => Ok(value),
    }
}

fn unknown(name: &str, read: &[File], files: &Files) -> Error {
    let known: Vec<&str> = read.iter().flat_map(|file| file.accounts.keys()).map(String::as_str).collect();
    let looked: Vec<String> = match read {
        [] => files.to_write().iter().map(|path| path.display().to_string()).collect(),
        read => read.iter().map(|file| file.path.display().to_string()).collect(),
    };
    let mut hint = match near::closest(known.iter().copied(), name).as_slice() {
        [] => String::new(),
        near => format!("did you mean {}? ", near.join(", ")),
    };
    hint += &match known.as_slice() {
        [] => format!("write [accounts.{}] in {}", file::key_of(name), looked.join(" or ")),
        known => format!("there are {}", known.join(", ")),
    };
    invalid(format!("no account is named {} in {}", quoted(name), looked.join(" or "))).with_hint(hint)
}

/// What the environment says is of another account.
fn not_heeded(account: &str, file: &File, place: &dyn Place) -> Option<String> {
    let is_set = |name: &&str| place.variable(name).is_some_and(|value| !value.is_empty());
    let set: Vec<&str> = [DOMAIN, PARTNER_ID, PARTNER_KEY].into_iter().filter(is_set).collect();
    let list = set.join(", ");
    let path = file.path.display();
    (!set.is_empty()).then(|| format!("{list}: not heeded, since the account {account} of {path} is named"))
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
        let lines = list(&|name| format!("{name} = \"...\""));
        let files: Vec<String> = self.written_in.iter().map(|path| path.display().to_string()).collect();
        let files = files.join(" or in ");
        let (whose, hint) = match &self.account {
            Some(account) => {
                (format!(" {account}"), format!("write {lines} in [accounts.{}] in {files}", file::key_of(account)))
            }
            None => {
                let variables = list(&|name| format!("BAIJIAYUN_{}", name.to_uppercase()));
                (String::new(), format!("set {variables}; or write {lines} in {files}"))
            }
        };
        let message = format!("the account{whose} lacks {}", names.join(", "));
        Error::new(ErrorKind::InvalidAccount, "").with_message(message).with_hint(hint)
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

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidAccount, "").with_message(message)
}
