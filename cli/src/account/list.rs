//! `bjy accounts`: all accounts that there are. Keys are never shown, nor even fetched.

use std::ffi::OsStr;

use baijiayun::configuration::Given;
use baijiayun::core::configuration::{self, Listed};
use clap_complete::CompletionCandidate;
use serde_json::{Value, json};

use super::{AccountFlags, here, readers, wrong};
use crate::failure::Failure;
use crate::output::table::{self, Width};
use crate::output::{self, Output};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "The account with * is taken if no other is named. Keys are not shown. 带 * 的账号为当前账号，密钥不显示。\n\
    An account is a table of baijiayun.toml, or of baijiayun/config.toml in your configuration folder:\n\n  \
    [accounts.school]\n  domain = \"school\"\n  partner_id = 12345678\n  partner_key_file = \"school.key\"\n\n\
    partner_key_command = [\"pass\", \"show\", \"school\"] runs a program that prints the key; it stands in your own file, or in one that --config names."
)]
pub(crate) struct Args {}

pub(crate) fn run(account: AccountFlags, output: Output) -> Result<(), Failure> {
    let listed = configuration::accounts(&account.given(), &here::Here).map_err(wrong)?;
    let mut files: Vec<_> =
        listed.iter().filter(|one| one.key == Some("partner_key")).filter_map(|one| one.file.as_deref()).collect();
    files.dedup();
    for note in files.into_iter().filter_map(readers::warning) {
        output::print_line(&json!({ "note": note }));
    }
    if output.json {
        return output.print_json(&listed.iter().map(shown).collect::<Vec<_>>());
    }
    if listed.is_empty() {
        return output.print("no accounts 没有账号: `bjy accounts --help` says how to write one");
    }
    let rows = listed.iter().map(|one: &Listed| {
        let mark = if one.is_chosen { "* " } else { "" };
        let name = one.name.as_deref().unwrap_or("(no name 未命名)");
        let said = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        let file = one.file.as_ref().map(|file| file.display().to_string()).unwrap_or_default();
        [format!("{mark}{name}"), said(&one.domain), said(&one.partner_id), one.key.unwrap_or("-").to_owned(), file]
    });
    output.print(&table::text(&["Account 账号", "Domain", "Partner id", "Key 密钥", "File"], rows, Width::Terminal))
}

fn shown(one: &Listed) -> Value {
    let Listed { name, domain, partner_id, key, file, is_chosen } = one;
    json!({
        "name": name, "domain": domain, "partner_id": partner_id, "key": key, "file": file, "chosen": is_chosen,
    })
}

/// The names that begin so, for completions.
pub(super) fn names(current: &OsStr) -> Vec<CompletionCandidate> {
    let current = current.to_string_lossy();
    let listed = configuration::accounts(&Given::default(), &here::Here).unwrap_or_default();
    let named = listed.into_iter().filter_map(|one| Some((one.name?, one.domain)));
    named
        .filter(|(name, _)| name.starts_with(&*current))
        .map(|(name, domain)| CompletionCandidate::new(name).help(domain.map(Into::into)))
        .collect()
}
