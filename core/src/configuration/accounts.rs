//! All accounts that there are, for people to choose from.

use std::path::PathBuf;

use super::file::{Files, Member};
use super::{ACCOUNT, DOMAIN, Given, PARTNER_ID, PARTNER_KEY, Place};
use crate::error::Error;

/// An account as it may be shown: without its key.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its name; none for the account of the three variables, or of a file without a table.
    pub name: Option<String>,
    /// Its domain.
    pub domain: Option<String>,
    /// Its id.
    pub partner_id: Option<String>,
    /// What has the key: `BAIJIAYUN_PARTNER_KEY`, or the `partner_key`, `partner_key_file` or `partner_key_command` of the
    /// file. Neither is that file read nor that program run.
    pub key: Option<&'static str>,
    /// The file that has the account, or a part of it.
    pub file: Option<PathBuf>,
    /// Whether it is taken if nothing else is said.
    pub is_chosen: bool,
}

/// All accounts that there are: first the one without a name, then by name. Of two that have the same name the one that
/// is found.
///
/// # Errors
/// As [`find`](super::find), for what concerns files.
pub fn accounts(given: &Given, place: &dyn Place) -> Result<Vec<Listed>, Error> {
    let files = Files::of(given.file.as_deref(), place).all(place)?;
    let some = |text: &String| !text.is_empty();
    let chosen = given.account.clone().filter(some).or_else(|| place.variable(ACCOUNT).filter(some));
    let listed = |name: Option<&String>, member: &Member, file: Option<PathBuf>| Listed {
        name: name.cloned(),
        domain: member.domain.clone(),
        partner_id: member.partner_id.clone(),
        key: member.key.as_ref().map(|key| key.name()),
        file,
        is_chosen: chosen.as_ref() == name,
    };
    let first = files.first();
    let mut unnamed = match first {
        Some(file) => listed(None, &file.own, Some(file.path.clone())),
        None => listed(None, &Member::default(), None),
    };
    if unnamed.domain.is_none() && unnamed.partner_id.is_none() && unnamed.key.is_none() {
        unnamed.file = None;
    }
    let variable = |name: &str| place.variable(name).filter(some);
    unnamed.domain = variable(DOMAIN).or(unnamed.domain);
    unnamed.partner_id = variable(PARTNER_ID).or(unnamed.partner_id);
    unnamed.key = variable(PARTNER_KEY).map(|_| PARTNER_KEY).or(unnamed.key);
    let is_there = unnamed.domain.is_some() || unnamed.partner_id.is_some() || unnamed.key.is_some();
    let mut all: Vec<Listed> = is_there.then_some(unnamed).into_iter().collect();
    for file in &files {
        for (name, member) in &file.accounts {
            if all.iter().all(|known| known.name.as_ref() != Some(name)) {
                all.push(listed(Some(name), member, Some(file.path.clone())));
            }
        }
    }
    all.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(all)
}
