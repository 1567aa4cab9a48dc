use baijiayun::PartnerKey;
use baijiayun::core::sign::canonical;
use serde::Serialize;

use crate::account::AccountFlags;
use crate::diagnose::{self, Signing};
use crate::failure::Failure;
use crate::output::Output;
use crate::params::Assignment;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What is signed, raw (not URL-encoded), partner_id and timestamp included 参与签名的参数
    #[arg(value_name = "KEY=VALUE")]
    values: Vec<Assignment>,
    /// Signature that somebody else computed; a difference is explained 待核对的签名
    #[arg(long, value_name = "SIGN")]
    expect: Option<String>,
}

#[derive(Serialize)]
struct Shown<'a> {
    text: String,
    sign: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    matches: Option<bool>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    explanations: &'a [String],
}

pub(crate) fn run(args: Args, account: AccountFlags, output: Output) -> Result<(), Failure> {
    let pairs: Vec<(String, String)> =
        args.values.into_iter().map(|Assignment { name, value }| (name, value)).collect();
    if pairs.iter().any(|(name, _)| name == "partner_key") {
        return Err(Failure::new("invalid_parameters", "partner_key is not a parameter of the request")
            .with_hint("give it as --partner-key, in BAIJIAYUN_PARTNER_KEY or in the configuration file"));
    }
    let (partner_id, key) = account.settings()?.key()?;
    let canonical = canonical(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let sign = PartnerKey::new(key.as_str()).signature(&canonical);
    let separator = if canonical.is_empty() { "" } else { "&" };
    let mut shown =
        Shown { text: format!("{canonical}{separator}partner_key=***"), sign, matches: None, explanations: &[] };

    let Some(expected) = args.expect.as_deref().map(str::trim) else {
        return print(&shown, output);
    };
    shown.matches = Some(shown.sign == expected);
    let signing = Signing { pairs, key, partner_id };
    let explanations = if shown.sign == expected { Vec::new() } else { diagnose::explain(&signing, expected) };
    shown.explanations = &explanations;
    print(&shown, output)?;
    if shown.sign == expected {
        return Ok(());
    }
    let hint = if explanations.is_empty() {
        "no common mistake gives that signature: compare partner_key and every value with what the other side signed"
            .to_owned()
    } else {
        explanations.join("; or ")
    };
    Err(Failure::new("signature_mismatch", format!("{expected} was expected, {} is right", shown.sign)).with_hint(hint))
}

fn print(shown: &Shown<'_>, output: Output) -> Result<(), Failure> {
    if output.json {
        return output.print_json(shown);
    }
    let matches = if shown.matches == Some(true) { "\nIt is the expected one 签名一致" } else { "" };
    output.print(&format!("{}\n{}{matches}", shown.text, shown.sign))
}
