//! Signatures: of parameters, or of a request that is pasted whole.

use std::io;

use baijiayun::core::operation;
use baijiayun_explain::paste::{self, Malformed, Pasted};
use baijiayun_explain::{Host, Signing, compute, explain};
use encoding_rs::GBK;
use serde::Serialize;

use crate::account::AccountFlags;
use crate::failure::Failure;
use crate::files;
use crate::output::{self, Output};
use crate::params::Assignment;

#[derive(Debug, clap::Args)]
#[command(after_help = "A request that holds a sign is checked against it, as with --expect.\n\
    Exit codes 退出码: 0 the signature was computed, or is the expected one; 1 it is another one; 2 the command line is wrong.")]
pub(crate) struct Args {
    /// What is signed, raw (not URL-encoded), partner_id and timestamp included; or one whole request: a body, query,
    /// address, JSON object, curl line or HTTP request, - for standard input 参与签名的参数或整个请求
    #[arg(value_name = "KEY=VALUE|REQUEST")]
    values: Vec<Given>,
    /// Signature that somebody else computed; a difference is explained 待核对的签名
    #[arg(long, value_name = "SIGN")]
    expect: Option<String>,
}

/// What stands on the command line. It may hold a password.
#[derive(Clone)]
struct Given(String);

impl From<&str> for Given {
    fn from(text: &str) -> Given {
        Given(text.to_owned())
    }
}

impl std::fmt::Debug for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

#[derive(Serialize)]
struct Shown<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    read_as: Option<&'static str>,
    text: String,
    sign: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    matches: Option<bool>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    explanations: &'a [String],
}

pub(crate) fn run(args: Args, account: AccountFlags, output: Output) -> Result<(), Failure> {
    let (read_as, pairs) = pairs(&args.values)?;
    if pairs.iter().any(|(name, _)| name == "partner_key") {
        return Err(Failure::new("invalid_parameters", "partner_key is not a parameter of the request")
            .with_hint("give it as --partner-key, in BAIJIAYUN_PARTNER_KEY or in the configuration file"));
    }
    let (partner_id, key) = account.settings()?.key()?;
    let (text, sign) = compute(&pairs, &key);
    let mut shown = Shown { read_as, text, sign, matches: None, explanations: &[] };

    let of_request =
        || read_as.and_then(|_| pairs.iter().find(|(name, _)| name == "sign")).map(|(_, sign)| sign.clone());
    let Some(expected) = args.expect.or_else(of_request) else {
        return print(&shown, output);
    };
    let expected = expected.trim();
    shown.matches = Some(shown.sign == expected);
    let signing = Signing { pairs, key, partner_id };
    let explanations = if shown.sign == expected { Vec::new() } else { explained(&signing, expected) };
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

/// What whoever computed another signature did otherwise.
pub(crate) fn explained(signing: &Signing, expected: &str) -> Vec<String> {
    let names = operation::all().iter().flat_map(|operation| operation.params).map(|param| param.name);
    explain(signing, expected, names, Host::std(|text| GBK.encode(text).0.into_owned()))
}

impl From<Malformed> for Failure {
    fn from(error: Malformed) -> Failure {
        Failure::new("invalid_parameters", error.to_string())
            .with_hint(format!("{}; - reads standard input", Malformed::HINT))
    }
}

/// Names and values.
type Pairs = Vec<(String, String)>;

/// What is signed, and of what it was read if that is a whole request.
fn pairs(given: &[Given]) -> Result<(Option<&'static str>, Pairs), Failure> {
    if let [Given(one)] = given {
        let text = match one.as_str() {
            "-" => files::text(io::stdin())
                .map_err(|error| Failure::io("cannot read standard input", &error))?
                .trim_end_matches(['\r', '\n'])
                .to_owned(),
            text => text.to_owned(),
        };
        if let Some(Pasted { kind, pairs }) = paste::read(&text)? {
            return Ok((Some(kind), pairs));
        }
        return Ok((None, vec![pair(&text)?]));
    }
    let pairs = given.iter().map(|Given(text)| pair(text)).collect::<Result<Vec<_>, _>>()?;
    for (name, value) in &pairs {
        if value.split('&').skip(1).any(|part| part.split_once('=').is_some_and(|(name, _)| !name.is_empty())) {
            let note =
                format!("{name} holds & and =, and was taken as one value: give a whole body as the only argument");
            output::print_line(&serde_json::json!({ "note": note }));
        }
    }
    Ok((None, pairs))
}

fn pair(text: &str) -> Result<(String, String), Failure> {
    let Assignment { name, value } = text.parse().map_err(|error: &str| {
        Failure::new("usage", error).with_hint("or give one whole request: a body, a curl line, an HTTP request")
    })?;
    Ok((name, value))
}

fn print(shown: &Shown<'_>, output: Output) -> Result<(), Failure> {
    if output.json {
        return output.print_json(shown);
    }
    let read_as = shown.read_as.map(|kind| format!("# Read as {kind}, decoded\n")).unwrap_or_default();
    let matches = if shown.matches == Some(true) { "\nIt is the expected one 签名一致" } else { "" };
    output.print(&format!("{read_as}{}\n{}{matches}", shown.text, shown.sign))
}
