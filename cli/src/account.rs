//! The account: by its name, or from flags, else from the environment, else from a file.

mod here;
pub(crate) mod list;
mod readers;

use std::fmt;
use std::path::PathBuf;

use baijiayun::Account;
use baijiayun::Error;
use baijiayun::configuration::{Found, Given};
use baijiayun::core::configuration;
use clap_complete::ArgValueCompleter;

use crate::failure::Failure;
use crate::output;

pub(crate) use baijiayun::configuration::PATHS_FILE;

/// The account as the command line gives it.
#[derive(Clone, clap::Args)]
#[command(next_help_heading = "Account 账号")]
pub(crate) struct AccountFlags {
    /// Name of an account: its table [accounts.NAME] of a configuration file is taken whole, whatever the environment says
    /// 账号名称 [env: BAIJIAYUN_ACCOUNT]
    #[arg(long, global = true, value_name = "NAME", add = ArgValueCompleter::new(list::names))]
    account: Option<String>,
    /// Private domain prefix or whole address 专属域名 [env: BAIJIAYUN_DOMAIN]
    #[arg(long, global = true)]
    domain: Option<String>,
    /// Account id 合作方 ID [env: BAIJIAYUN_PARTNER_ID]
    #[arg(long, global = true, value_name = "ID")]
    pub(crate) partner_id: Option<String>,
    /// Account key; the environment or a file hides it from other users' `ps` 密钥 [env: BAIJIAYUN_PARTNER_KEY]
    #[arg(long, global = true, value_name = "KEY")]
    pub(crate) partner_key: Option<String>,
    /// TOML file with domain, partner_id, partner_key (or partner_key_file, or partner_key_command), the same in tables
    /// [accounts.NAME], and a table of paths 配置文件 [default: baijiayun.toml, then baijiayun/config.toml in the user's configuration folder]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// What is known of the account after all three places were asked.
#[derive(Clone)]
pub(crate) struct Settings(Found);

impl AccountFlags {
    pub(crate) fn settings(self) -> Result<Settings, Failure> {
        let found = configuration::find(self.given(), &here::Here).map_err(wrong)?;
        for note in found.notes.iter().cloned().chain(found.key_files.iter().filter_map(|file| readers::warning(file)))
        {
            output::print_line(&serde_json::json!({ "note": note }));
        }
        Ok(Settings(found))
    }

    fn given(self) -> Given {
        let AccountFlags { account, domain, partner_id, partner_key, config: file } = self;
        Given { account, domain, partner_id, partner_key, file, has_signer: false }
    }
}

/// A configuration that is not as it should be.
fn wrong(error: Error) -> Failure {
    let failure = Failure::new("config", error.message());
    error.hint().map(str::to_owned).into_iter().fold(failure, Failure::with_hint)
}

impl Settings {
    /// The whole account.
    pub(crate) fn account(self) -> Result<Account, Failure> {
        match self.0.missing() {
            missing if !missing.is_empty() => Err(self.lacks(&missing)),
            _ => Ok(self.0.account()?),
        }
    }

    /// Only what signs.
    pub(crate) fn key(self) -> Result<(Option<String>, String), Failure> {
        match &self.0.partner_key {
            Some(key) => Ok((self.0.partner_id.clone(), key.clone())),
            None => Err(self.lacks(&["partner_key"])),
        }
    }

    fn lacks(&self, names: &[&str]) -> Failure {
        let error = self.0.lacks(names);
        let flags: Vec<String> = names.iter().map(|name| format!("--{}", name.replace('_', "-"))).collect();
        let hint = format!("give it as {}; or {}", flags.join(" "), error.hint().unwrap_or_default());
        Failure::from(error).with_hint(hint)
    }
}

impl fmt::Debug for AccountFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountFlags")
            .field("account", &self.account)
            .field("domain", &self.domain)
            .field("partner_id", &self.partner_id)
            .finish_non_exhaustive()
    }
}
