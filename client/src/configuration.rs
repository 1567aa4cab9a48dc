//! The account from the environment and from `baijiayun.toml`, as `bjy` and the other languages find it.

use std::io::Read as _;
use std::path::Path;
use std::{env, fs, io};

use baijiayun_core::configuration::{self, Place};
use baijiayun_core::{Account, Error};

pub use baijiayun_core::configuration::{FILE, Found, Given, PATHS_FILE};

/// Most bytes of a file: a device has no end.
const MOST: u64 = 1 << 20;

/// This process: its environment, and the folder in which it works. No programs are started.
#[derive(Clone, Copy, Debug)]
pub struct Here;

impl Place for Here {
    fn variable(&self, name: &str) -> Option<String> {
        env::var_os(name).map(|value| value.to_string_lossy().into_owned())
    }

    fn read(&self, file: &Path) -> Result<Option<String>, String> {
        match read(file) {
            Ok(text) => Ok(Some(text)),
            // A user without a home has a device in its place.
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// A file of settings, whole.
pub(crate) fn read(file: &Path) -> io::Result<String> {
    let mut text = String::new();
    fs::File::open(file)?.take(MOST + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MOST {
        return Err(io::Error::other(format!("it has more than {MOST} bytes, as no configuration has")));
    }
    Ok(text)
}

/// Looks for what the caller does not give: see [`baijiayun_core::configuration`] for the order.
///
/// # Errors
/// [`ErrorKind::InvalidAccount`](crate::ErrorKind::InvalidAccount) for a file that cannot be read or is not as it should
/// be; no value is in the error.
pub fn find(given: Given) -> Result<Found, Error> {
    configuration::find(given, &Here)
}

/// The account that BAIJIAYUN_ACCOUNT names; else from BAIJIAYUN_DOMAIN, BAIJIAYUN_PARTNER_ID and BAIJIAYUN_PARTNER_KEY,
/// and for what is not set there from `baijiayun.toml` or the user's own file, with the paths of both.
///
/// # Errors
/// As [`find`], and if something is nowhere: the message names it, the hint the ways to give it.
pub fn account() -> Result<Account, Error> {
    find(Given::default())?.account()
}

/// The account of this name, from its table `[accounts.NAME]` in `baijiayun.toml` or in the user's own file.
///
/// # Errors
/// As [`account`].
pub fn named(name: impl Into<String>) -> Result<Account, Error> {
    find(Given { account: Some(name.into()), ..Given::default() })?.account()
}
