//! Files of paths: what `bjy doctor` finds out about guessed paths.
//!
//! ```no_run
//! # fn example() -> Result<(), baijiayun::Error> {
//! use baijiayun::{Account, Client, paths};
//!
//! let found = paths::read("baijiayun-paths.toml")?;
//! let account = Account::new("demo", "12345678", "the partner key")?.with_paths(found);
//! let client = Client::builder(account).build()?;
//! # Ok(())
//! # }
//! ```

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use baijiayun_core::{Error, ErrorKind, paths};
use toml::{Table, Value};

/// Reads a file of paths, for [`Account::with_paths`](crate::Account::with_paths):
/// JSON if its name ends in `.json`, else TOML with a table `[paths]`.
///
/// # Errors
/// [`ErrorKind::InvalidAccount`] if the file cannot be read or has another
/// form; [`ErrorKind::UnknownOperation`] if it names an operation that there is not.
pub fn read(file: impl AsRef<Path>) -> Result<BTreeMap<String, String>, Error> {
    let file = file.as_ref();
    let text = fs::read_to_string(file).map_err(|error| invalid(format!("{}: {error}", file.display())))?;
    let found = if file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
        paths::parse(&text).map(|found| found.into_iter().collect())
    } else {
        parse(&text)
    };
    found.map_err(|error| {
        let message = format!("{}: {}", file.display(), error.message());
        error.with_message(message)
    })
}

/// The table `[paths]` of a TOML text; other keys are passed over, so that a
/// configuration file may have one.
///
/// # Errors
/// As [`read`]. The reasons name keys and lines, never values: such a file may hold the account's key.
pub fn parse(text: &str) -> Result<BTreeMap<String, String>, Error> {
    let table: Table = text.parse().map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        invalid(format!("line {} is not TOML (texts stand in quotes)", before.matches('\n').count() + 1))
    })?;
    let mut found = BTreeMap::new();
    match table.into_iter().find(|(name, _)| name == "paths") {
        Some((_, Value::Table(paths))) => {
            paths.into_iter().try_for_each(|(name, path)| add(&mut found, name, path))?;
            Ok(found)
        }
        Some(_) => Err(invalid("paths must be a table".to_owned())),
        None => Ok(found),
    }
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
        _ => Err(invalid(format!("paths: the path of {name} must be a text"))),
    }
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidAccount, "").with_message(message).with_hint(
        "`bjy doctor` writes such a file: [paths] with lines such as \"room.create\" = \"/openapi/room/create\"",
    )
}
