//! Where a file has the key: in itself, in a file of its own, or with a program that tells it.

use std::path::{Path, PathBuf};

use toml::Value;

use super::file::File;
use super::{Place, invalid};
use crate::error::Error;

/// Where the key is.
#[derive(Clone)]
pub(super) enum Key {
    Text(String),
    File(String),
    /// A program with its arguments.
    Command(Vec<String>),
}

const COMMAND_FORM: &str = "must be a list of texts, such as [\"pass\", \"show\", \"baijiayun\"]";

impl Key {
    /// The key of the file that has it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Key::Text(_) => "partner_key",
            Key::File(_) => "partner_key_file",
            Key::Command(_) => "partner_key_command",
        }
    }

    /// A list, or plain words. What a shell would read otherwise than as words has to be a list: no shell reads it.
    pub(super) fn command(value: Value) -> Result<Key, String> {
        let words: Option<Vec<String>> = match value {
            Value::Array(words) => {
                words.into_iter().map(|word| if let Value::String(word) = word { Some(word) } else { None }).collect()
            }
            Value::String(text) if text.contains(|letter| SHELL.contains(letter)) => {
                return Err(format!("{COMMAND_FORM}: no shell reads it, so a text is plain words"));
            }
            Value::String(text) => Some(text.split_whitespace().map(str::to_owned).collect()),
            _ => None,
        };
        match words {
            Some(words) if words.first().is_some_and(|program| !program.is_empty()) => Ok(Key::Command(words)),
            _ => Err(COMMAND_FORM.to_owned()),
        }
    }

    /// The key, and the files that hold it; no key where there is a signer and it would have to be fetched.
    pub(super) fn get(
        self,
        file: &File,
        has_signer: bool,
        place: &dyn Place,
    ) -> Result<(Option<String>, Vec<PathBuf>), Error> {
        let name = self.name();
        let wrong = |reason: String| invalid(format!("{}: {name}: {reason}", file.path.display()));
        match self {
            Key::Text(key) => Ok((Some(key), vec![file.path.clone()])),
            Key::File(_) | Key::Command(_) if has_signer => Ok((None, Vec::new())),
            Key::File(named) => {
                let path = beside(&file.path, &named, place);
                let told = place.read(&path).and_then(|text| text.ok_or_else(|| "no such file".to_owned()));
                let key = told.and_then(|text| one_line(&text));
                let key = key.map_err(|reason| wrong(format!("{}: {reason}", path.display())))?;
                Ok((Some(key), vec![path]))
            }
            Key::Command(command) => match place.programs() {
                None => Err(wrong("`bjy` alone runs it, a library starts no programs".to_owned())
                    .with_hint("give the key, set BAIJIAYUN_PARTNER_KEY, or write partner_key_file in its place")),
                Some(_) if !file.is_trusted => {
                    let path = file.path.display();
                    Err(wrong("a file that lies in the folder starts no programs".to_owned()).with_hint(format!(
                        "write the account in your own configuration file, or say with --config {path} that you trust this one"
                    )))
                }
                Some(run) => {
                    let program = command.first().map(String::as_str).unwrap_or_default();
                    let key = run(&command).and_then(|text| one_line(&text));
                    key.map(|key| (Some(key), Vec::new())).map_err(|reason| wrong(format!("{program}: {reason}")))
                }
            },
        }
    }
}

/// What is no plain letter to a shell.
const SHELL: &str = "'\"\\$`|&;<>()[]{}*?!#~%\n";

/// A file that another one names: beside that, or in the user's own folder.
fn beside(file: &Path, named: &str, place: &dyn Place) -> PathBuf {
    let home = || place.variable(if cfg!(windows) { "USERPROFILE" } else { "HOME" });
    match named.strip_prefix("~/").and_then(|rest| Some(Path::new(&home()?).join(rest))) {
        Some(path) => path,
        None => file.parent().unwrap_or(Path::new("")).join(named),
    }
}

/// Far more bytes than a key has, which the documents give 128 characters: another file was named.
const LONGEST: usize = 1000;

/// Editors and programs end it with a line break.
fn one_line(text: &str) -> Result<String, String> {
    let key = text.trim_start_matches('\u{feff}').trim();
    match key.lines().count() {
        0 => Err("it is empty".to_owned()),
        1 if key.len() > LONGEST => Err(format!("it has {} bytes, and a key has at most {LONGEST}", key.len())),
        1 => Ok(key.to_owned()),
        lines => Err(format!("it has {lines} lines, and a key is one")),
    }
}
