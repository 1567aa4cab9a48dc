//! The account from the environment and from files, for hosts that leave the reading of both to this library.

use std::path::{Path, PathBuf};

use super::input::{Input, Said};
use super::{output, refusal, refused};
use crate::configuration::{Given, Place, find, paths};
use crate::error::Error;
use crate::json::{Object, Writer, array, quoted};

/// What a host asks for, and where it is to be looked for.
struct Asked {
    given: Given,
    /// In place of the process's own.
    environment: Option<Vec<(String, String)>>,
    folder: Option<String>,
    /// Whether the key is needed: where a signer is, it is not.
    needs_key: bool,
}

impl Input for Asked {
    fn of(object: &mut Object<'_>) -> Said<Asked> {
        let given = object.object("given")?.map(|mut given| {
            let found = Given {
                account: given.text("account")?,
                domain: given.text("domain")?,
                partner_id: given.text("partner_id")?,
                partner_key: given.text("partner_key")?,
                file: given.text("file")?.map(PathBuf::from),
                has_signer: false,
            };
            given.finish().map(|()| found)
        });
        Ok(Asked {
            given: given.transpose()?.unwrap_or_default(),
            environment: object.object("environment")?.map(Object::rest).transpose()?,
            folder: object.text("folder")?,
            needs_key: object.flag("needs_key")?.unwrap_or(true),
        })
    }
}

/// A place of which the host says a part.
struct Told<'p> {
    asked: &'p Asked,
    here: &'p dyn Place,
}

impl Place for Told<'_> {
    fn variable(&self, name: &str) -> Option<String> {
        match &self.asked.environment {
            Some(variables) => variables.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()),
            None => self.here.variable(name),
        }
    }

    fn read(&self, file: &Path) -> Result<Option<String>, String> {
        self.here.read(file)
    }

    fn folder(&self) -> &Path {
        self.asked.folder.as_deref().map_or(self.here.folder(), Path::new)
    }
}

/// The account as [`configuration::find`](crate::configuration::find) finds it:
/// `{"domain":"..","partner_id":"..","partner_key":"..","paths":{..},"notes":[".."]}` or `{"error":{..}}`.
///
/// `asked` is a JSON object; all of it may be absent: `given` (what the caller said: `account`,
/// `domain`, `partner_id`, `partner_key`, `file`), `environment` (in place of the process's own), `folder` (in place of the one it works in), and
/// `needs_key` (false where there is a signer; then the key may be absent).
pub fn configuration(asked: &str, here: &dyn Place) -> Vec<u8> {
    told(asked, here).unwrap_or_else(|error| refusal(&error))
}

fn told(asked: &str, here: &dyn Place) -> Result<Vec<u8>, Error> {
    let asked = Asked::read(if asked.is_empty() { "{}" } else { asked })
        .map_err(|reason| refused("", format!("what is asked for is not understood: {reason}")))?;
    let given = Given { has_signer: !asked.needs_key, ..asked.given.clone() };
    let found = find(given, &Told { asked: &asked, here })?;
    let missing: Vec<&str> =
        found.missing().into_iter().filter(|name| asked.needs_key || *name != "partner_key").collect();
    if !missing.is_empty() {
        return Err(found.lacks(&missing));
    }
    let mut out = Writer::new();
    for (name, value) in
        [("domain", &found.domain), ("partner_id", &found.partner_id), ("partner_key", &found.partner_key)]
    {
        if let Some(value) = value {
            out.text(name, value.as_str());
        }
    }
    out.raw("paths", &object(found.paths));
    out.raw("notes", &array(found.notes.iter().map(|note| quoted(note).into_bytes())));
    Ok(out.finish())
}

/// The table `[paths]` of a TOML text: `{"paths":{..}}` or `{"error":{..}}`.
pub fn toml_paths(text: &str) -> Vec<u8> {
    match paths(text) {
        Ok(found) => output::object("paths", &object(found)),
        Err(error) => refusal(&error),
    }
}

fn object(paths: impl IntoIterator<Item = (String, String)>) -> Vec<u8> {
    let members: Vec<String> =
        paths.into_iter().map(|(name, path)| format!("{}:{}", quoted(&name), quoted(&path))).collect();
    format!("{{{}}}", members.join(",")).into_bytes()
}
