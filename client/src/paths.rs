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
use std::path::Path;

use baijiayun_core::{Error, ErrorKind, configuration, paths};

/// Reads a file of paths, for [`Account::with_paths`](crate::Account::with_paths):
/// JSON if its name ends in `.json`, else TOML with a table `[paths]`.
///
/// # Errors
/// [`ErrorKind::InvalidAccount`] if the file cannot be read or has another
/// form; [`ErrorKind::UnknownOperation`] if it names an operation that there is not.
pub fn read(file: impl AsRef<Path>) -> Result<BTreeMap<String, String>, Error> {
    let file = file.as_ref();
    let text = crate::configuration::read(file).map_err(|error| invalid(format!("{}: {error}", file.display())))?;
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
    configuration::paths(text)
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidAccount, "").with_message(message).with_hint(
        "`bjy doctor` writes such a file: [paths] with lines such as \"room.create\" = \"/openapi/room/create\"",
    )
}
