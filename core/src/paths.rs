//! Paths that stand in place of guessed ones, as `bjy doctor` finds them.
//!
//! A file of paths is read by the host. Where the language reads TOML, it is
//! `baijiayun-paths.toml`; elsewhere the same as JSON, which [`parse`] reads
//! for every language. Either way [`check`] says what may stand in it.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::error::{Error, ErrorKind};
use crate::operation;

/// What all paths of the service begin with.
const ROOT: &str = "/openapi/";

#[derive(Deserialize)]
struct File {
    paths: BTreeMap<String, String>,
}

/// Reads `{"paths": {"room.create": "/openapi/...", ...}}`, for
/// [`Account::with_paths`](crate::Account::with_paths). Other members are passed over.
///
/// # Errors
/// [`ErrorKind::InvalidAccount`] if it is not that, and as [`check`].
pub fn parse(json: &str) -> Result<Vec<(String, String)>, Error> {
    let file: File = serde_json::from_str(json).map_err(|error| {
        // The reason of serde may quote a value.
        invalid("", format!("line {} is not what a file of paths has there", error.line()))
    })?;
    file.paths.iter().try_for_each(|(name, path)| check(name, path))?;
    Ok(file.paths.into_iter().collect())
}

/// Says whether this may be the path of this operation.
///
/// # Errors
/// [`ErrorKind::UnknownOperation`] if nothing has that name, with the names
/// that come closest; [`ErrorKind::InvalidAccount`] if the path does not begin with `/openapi/`.
pub fn check(name: &str, path: &str) -> Result<(), Error> {
    if let Err(error) = operation::find(name) {
        return Err(error.with_message(format!("paths: no operation is named {name}")));
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'-' | b'.');
    match (path.strip_prefix(ROOT), fault(path)) {
        (None, _) => Err(invalid(name, format!("paths: the path of {name} must begin with {ROOT}"))),
        (Some(_), Some(fault)) => Err(invalid(name, format!("paths: the path of {name} {fault}"))),
        (Some(rest), None) if rest.is_empty() || !rest.bytes().all(plain) => {
            Err(invalid(name, format!("paths: the path of {name} must be a path alone, without query or spaces")))
        }
        (Some(_), None) => Ok(()),
    }
}

/// Why a text cannot be a path on the service's host, in words that go on after its name. What is refused could lead
/// to another host, to another path than the one that is read, or out of the line that it stands in.
pub(crate) fn fault(path: &str) -> Option<&'static str> {
    let is_dots = |segment: &str| {
        let dots = segment.replace("%2e", ".").replace("%2E", ".");
        dots == "." || dots == ".."
    };
    match path {
        _ if !path.starts_with('/') => Some("has to begin with /"),
        _ if path.contains("//") => Some("holds //"),
        _ if path.contains('?') => Some("holds a query: give its parameters as parameters, so that they are signed"),
        _ if path.contains(['@', '\\', '#']) => Some("holds @, # or a backslash"),
        _ if !path.bytes().all(|byte| byte.is_ascii_graphic()) => {
            Some("holds white space, a control character or other characters that have to be encoded")
        }
        _ if path.split('/').any(is_dots) => Some("holds . or .. as a segment"),
        _ => None,
    }
}

fn invalid(name: &str, message: String) -> Error {
    Error::new(ErrorKind::InvalidAccount, name)
        .with_message(message)
        .with_hint("a file of paths has [paths] with lines such as \"room.create\" = \"/openapi/room/create\"; `bjy doctor` writes one")
}
