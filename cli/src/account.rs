//! The account: from flags, else from the environment, else from a file.

use std::collections::BTreeMap;
use std::env;
use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use baijiayun::core::operation::{self, PathSource};
use baijiayun::{Account, PartnerKey, paths};
use etcetera::BaseStrategy;
use toml::{Table, Value};

use crate::failure::Failure;
use crate::output;

/// The file that is looked for in the working directory.
const LOCAL_FILE: &str = "baijiayun.toml";

/// The file of paths in the working directory, which `bjy doctor` writes.
pub(crate) const PATHS_FILE: &str = "baijiayun-paths.toml";

/// The account as the command line gives it.
#[derive(clap::Args)]
#[command(next_help_heading = "Account 账号")]
pub(crate) struct AccountFlags {
    /// Private domain prefix or whole address 专属域名 [env: BAIJIAYUN_DOMAIN]
    #[arg(long, global = true)]
    domain: Option<String>,
    /// Account id 合作方 ID [env: BAIJIAYUN_PARTNER_ID]
    #[arg(long, global = true, value_name = "ID")]
    pub(crate) partner_id: Option<String>,
    /// Account key; the environment or a file hides it from other users' `ps` 密钥 [env: BAIJIAYUN_PARTNER_KEY]
    #[arg(long, global = true, value_name = "KEY")]
    pub(crate) partner_key: Option<String>,
    /// TOML file with domain, partner_id, partner_key and [paths] 配置文件 [default: baijiayun.toml, then baijiayun/config.toml in the user's configuration folder]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// What is known of the account after all three places were asked.
pub(crate) struct Settings {
    domain: Option<String>,
    partner_id: Option<String>,
    partner_key: Option<String>,
    paths: BTreeMap<String, String>,
}

impl AccountFlags {
    pub(crate) fn settings(self) -> Result<Settings, Failure> {
        let file = match &self.config {
            Some(path) => read(path)?.ok_or_else(|| Failure::new("io", format!("{}: no such file", path.display())))?,
            None => default_file()?,
        };
        let pick = |flag: Option<String>, variable: &str, in_file: Option<String>| {
            flag.or_else(|| env::var(variable).ok()).or(in_file).filter(|text| !text.is_empty())
        };
        Ok(Settings {
            domain: pick(self.domain, "BAIJIAYUN_DOMAIN", file.domain),
            partner_id: pick(self.partner_id, "BAIJIAYUN_PARTNER_ID", file.partner_id),
            partner_key: pick(self.partner_key, "BAIJIAYUN_PARTNER_KEY", file.partner_key),
            paths: file.paths,
        })
    }
}

impl Settings {
    /// The whole account.
    pub(crate) fn account(self) -> Result<Account, Failure> {
        match (self.domain, self.partner_id, self.partner_key) {
            (Some(domain), Some(partner_id), Some(partner_key)) => {
                let account = Account::new(&domain, partner_id, PartnerKey::new(partner_key))?;
                // What a person wrote wins over what was found.
                Ok(account.with_paths(found_paths()?).with_paths(self.paths))
            }
            (domain, partner_id, partner_key) => {
                let given = [domain.is_some(), partner_id.is_some(), partner_key.is_some()];
                let names = ["domain", "partner_id", "partner_key"];
                Err(missing(names.into_iter().zip(given).filter(|(_, given)| !given).map(|(name, _)| name).collect()))
            }
        }
    }

    /// Only what signs.
    pub(crate) fn key(self) -> Result<(Option<String>, String), Failure> {
        let key = self.partner_key.ok_or_else(|| missing(vec!["partner_key"]))?;
        Ok((self.partner_id, key))
    }
}

fn missing(names: Vec<&str>) -> Failure {
    let flags: Vec<String> = names.iter().map(|name| format!("--{}", name.replace('_', "-"))).collect();
    let variables: Vec<String> = names.iter().map(|name| format!("BAIJIAYUN_{}", name.to_uppercase())).collect();
    let user_file = user_file().map_or_else(String::new, |path| format!(" or in {}", path.display()));
    Failure::new("invalid_account", format!("the account lacks {}", names.join(", "))).with_hint(format!(
        "give it as {}; or set {}; or write {} in {LOCAL_FILE}{user_file}",
        flags.join(" "),
        variables.join(", "),
        names.iter().map(|name| format!("{name} = \"...\"")).collect::<Vec<_>>().join(", "),
    ))
}

#[derive(Default)]
struct File {
    domain: Option<String>,
    partner_id: Option<String>,
    partner_key: Option<String>,
    paths: BTreeMap<String, String>,
}

fn default_file() -> Result<File, Failure> {
    for path in [Some(PathBuf::from(LOCAL_FILE)), user_file()].into_iter().flatten() {
        if let Some(file) = read(&path)? {
            return Ok(file);
        }
    }
    Ok(File::default())
}

fn user_file() -> Option<PathBuf> {
    etcetera::choose_base_strategy().ok().map(|base| base.config_dir().join("baijiayun").join("config.toml"))
}

/// The paths that the doctor found, if it was asked here. A file that merely lies in the folder is heeded where the path
/// is a guess: it must not lead any other call elsewhere.
fn found_paths() -> Result<BTreeMap<String, String>, Failure> {
    if !Path::new(PATHS_FILE).exists() {
        return Ok(BTreeMap::new());
    }
    let mut found = paths::read(PATHS_FILE).map_err(|error| {
        let hint =
            format!("mend the file, or delete it and run `bjy doctor` again ({})", error.hint().unwrap_or_default());
        Failure::new("config", error.message()).with_hint(hint)
    })?;
    let is_guess =
        |name: &str| operation::find(name).is_ok_and(|operation| operation.path_source == PathSource::Inferred);
    let known: Vec<String> = found.keys().filter(|name| !is_guess(name)).cloned().collect();
    if !known.is_empty() {
        let note = format!(
            "{PATHS_FILE} is not heeded for {}: their paths are no guesses (a file given by --config is)",
            known.join(", ")
        );
        output::print_line(&serde_json::json!({ "note": note }));
    }
    found.retain(|name, _| is_guess(name));
    Ok(found)
}

/// `None` if there is no such file.
fn read(path: &Path) -> Result<Option<File>, Failure> {
    match fs::read_to_string(path) {
        Ok(text) => parse(&text).map(Some).map_err(|reason| wrong_file(path, &reason)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::io(path.display(), &error)),
    }
}

fn wrong_file(path: &Path, reason: &str) -> Failure {
    Failure::new("config", format!("{}: {reason}", path.display())).with_hint(
        "a configuration file has the keys domain, partner_id and partner_key, and a table [paths] with operation = \"/openapi/...\"",
    )
}

/// The reasons name keys and lines, never values: the file holds the key.
fn parse(text: &str) -> Result<File, String> {
    let table: Table = text.parse().map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        format!("line {} is not TOML (texts stand in quotes)", before.matches('\n').count() + 1)
    })?;
    let mut file = File::default();
    for (name, value) in table {
        match (name.as_str(), value) {
            ("domain", value) => file.domain = Some(scalar(&name, value)?),
            ("partner_id", value) => file.partner_id = Some(scalar(&name, value)?),
            ("partner_key", value) => file.partner_key = Some(scalar(&name, value)?),
            ("paths", _) => file.paths = paths::parse(text).map_err(|error| error.message().to_owned())?,
            _ => return Err(format!("unknown key {name}")),
        }
    }
    Ok(file)
}

fn scalar(name: &str, value: Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text),
        Value::Integer(number) => Ok(number.to_string()),
        _ => Err(format!("{name} must be a text")),
    }
}

impl fmt::Debug for AccountFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountFlags")
            .field("domain", &self.domain)
            .field("partner_id", &self.partner_id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    fn reason(text: &str) -> String {
        match parse(text) {
            Ok(_) => panic!("{text} was taken"),
            Err(reason) => reason,
        }
    }

    #[test]
    fn paths_are_quoted_or_not() {
        let file = parse("[paths]\nroom.create = \"/openapi/a\"\n\"room.list\" = \"/openapi/b\"\n")
            .unwrap_or_else(|r| panic!("{r}"));
        let paths: Vec<_> = file.paths.iter().map(|(name, path)| (name.as_str(), path.as_str())).collect();
        assert_eq!(paths, [("room.create", "/openapi/a"), ("room.list", "/openapi/b")]);
    }

    #[test]
    fn a_number_is_a_partner_id() {
        let file = parse("partner_id = 12345678\n").unwrap_or_else(|r| panic!("{r}"));
        assert_eq!(file.partner_id.as_deref(), Some("12345678"));
    }

    #[test]
    fn reasons_name_the_place_and_not_the_value() {
        assert_eq!(reason("domain = 'a'\npartner_key = geheim\n"), "line 2 is not TOML (texts stand in quotes)");
        assert_eq!(reason("partner_key = [\"geheim\"]"), "partner_key must be a text");
        assert_eq!(reason("partner_kee = \"geheim\""), "unknown key partner_kee");
        assert_eq!(reason("[paths]\nroom.nothing = \"/a\""), "paths: no operation is named room.nothing");
        assert_eq!(reason("[paths]\nroom.create = \"a\""), "paths: the path of room.create must begin with /openapi/");
    }
}
